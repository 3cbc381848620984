"""X version 1.1: whole texts, reposts and quotes with what they carry, notices, every wrapping."""

import hashlib
import json
from typing import Any

import pytest

from saisine.messages.formats.x_api_v1 import X_API_V1, parse_date
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

STATED = "Fri Sep 08 04:15:59 +0000 2023"
WHEN = utc("2023-09-08T04:15:59Z")
ADA: dict[str, Any] = {
    "id": 12,
    "id_str": "12",
    "screen_name": "ada",
    "name": "Ada",
    "created_at": "Tue Jan 06 08:00:00 +0000 2015",
    "protected": False,
}


def post(number: int = 0, **fields: Any) -> dict[str, Any]:
    return {
        "created_at": STATED,
        "id": 1700000000000000000 + number,
        "id_str": str(1700000000000000000 + number),
        "full_text": "Bonjour",
        "entities": {"hashtags": [], "user_mentions": [], "urls": []},
        "user": ADA,
        "retweet_count": 1,
        "favorite_count": 3,
        "is_quote_status": False,
        "lang": "fr",
        **fields,
    }


INNER = post(7, user=ADA | {"id_str": "13", "screen_name": "zoe"}, full_text="Le texte entier, jusqu’au bout")
SEARCH = {"statuses": [post(0), post(1)], "search_metadata": {"count": 2}}


def test_the_shared_documents_with_prose_between_give_two_observations() -> None:
    path = shared_file("samples/x-api-v1/compatibility_classic_13995.json")
    rows, entry = read(path, X_API_V1)
    assert [row.message_id for row in rows] == ["706860403981099008"] * 2
    assert {row.text for row in rows} == {"Peek-a-boo! https://t.co/R3P6waHxRa"}
    assert {row.created_at for row in rows} == {utc("2016-03-07T15:13:47Z")}
    assert (notes(entry), rows[0].like_count, rows[0].reply_count) == ({"stray_text": 1}, 8, None)
    assert best_format(path.read_bytes()) == "x-api-v1"


def test_the_shared_quote_carries_its_post_as_context() -> None:
    rows, entry = read(shared_file("samples/x-api-v1/compatibilityplus_extended_13997.json"), X_API_V1)
    first, quoted = rows
    assert (first.kind, first.parent_id, first.quote_of_id) == (
        "reply",
        "706860403981099008",
        "704059336788606976",
    )
    assert (first.author_handle, first.target_handle, first.visibility) == (
        "MrBonesDroid",
        "jeremycloud",
        "private",
    )
    assert (quoted.role, quoted.message_id, quoted.author_handle) == (
        "context",
        "704059336788606976",
        "jeremycloud",
    )
    assert (entry.mapped, entry.context) == (1, 1)


def test_the_shared_film_and_its_flags() -> None:
    for name in ("extended_extended_14001", "extended_classic_14002"):
        rows, _ = read(shared_file(f"samples/x-api-v1/{name}.json"), X_API_V1)
        assert [row.time_flag for row in rows] == [None]
    (row,), _ = read(shared_file("samples/x-api-v1/extended_extended_14001.json"), X_API_V1)
    assert row.media_urls == ["https://pbs.twimg.com/tweet_video/ClFtnsZVEAAE4oA.mp4"]
    assert row.urls == ["https://blog.twitter.com/2016/doing-more-with-140-characters"]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(SEARCH).encode(),
        json.dumps([post(0), post(1)]).encode(),
        b"\n".join(json.dumps(post(n)).encode() for n in (0, 1)),
        json.dumps(SEARCH).encode() + b"\n",
        b"\xef\xbb\xbf" + json.dumps(SEARCH, indent=1).replace("\n", "\r\n").encode(),
    ],
    ids=["search", "list", "post per line", "search per line", "BOM and CRLF"],
)
def test_every_wrapping_gives_the_same_messages(data: bytes) -> None:
    rows, entry = read(data, X_API_V1)
    assert [row.message_id for row in rows] == ["1700000000000000000", "1700000000000000001"]
    assert (entry.failed, entry.truncated, best_format(data)) == ([], False, "x-api-v1")


def test_a_repost_gives_the_whole_text_of_the_post_inside() -> None:
    raw = post(1, full_text="RT @zoe: Le texte entier, jus…", retweeted_status=INNER)
    (row, inner), entry = read(raw, X_API_V1)
    assert (row.kind, row.text, row.repost_of_id) == ("repost", INNER["full_text"], INNER["id_str"])
    assert row.text_raw == "RT @zoe: Le texte entier, jus…"
    assert (row.like_count, inner.like_count, inner.role) == (None, 3, "context")
    assert inner.locator.endswith("/retweeted_status")
    assert (entry.read, entry.mapped, entry.context) == (1, 1, 1)


def test_a_repost_of_a_quote_carries_both_posts() -> None:
    inner = INNER | {"quoted_status": post(3), "quoted_status_id_str": post(3)["id_str"]}
    rows, _ = read(post(1, retweeted_status=inner), X_API_V1)
    assert [row.locator.rpartition("#")[2].partition("/")[2] for row in rows] == [
        "",
        "retweeted_status",
        "retweeted_status/quoted_status",
    ]


def test_a_long_post_of_a_stream_is_whole() -> None:
    raw = post(1, text="Début &amp; su… https://t.co/x", truncated=True)
    del raw["full_text"]
    cut, _ = read(raw, X_API_V1)
    assert (cut[0].text, set(cut[0].text_repairs)) == (
        "Début & su… https://t.co/x",
        {"html_unescaped", "shortened_upstream"},
    )
    whole = {
        "full_text": "Début &amp; suite",
        "entities": {"hashtags": [{"text": "suite"}], "user_mentions": [], "urls": []},
    }
    (row,), _ = read(raw | {"extended_tweet": whole}, X_API_V1)
    assert (row.text, row.hashtags, list(row.text_repairs)) == (
        "Début & suite",
        ["suite"],
        ["html_unescaped"],
    )


def test_notices_of_a_stream_are_no_messages() -> None:
    lines = [{"delete": {"status": {"id": 1}}}, {"limit": {"track": 3}}, {"other": 1}, post(0)]
    rows, entry = read("\n".join(map(json.dumps, lines)).encode(), X_API_V1)
    assert (len(rows), skipped(entry)) == (1, {"not_a_message": 2, "unsupported_variant": 1})


def test_a_withheld_post_says_so_and_ids_past_a_double_stay_exact() -> None:
    raw = post(1, withheld_in_countries=["FR"])
    del raw["id_str"]
    (row,), _ = read(raw, X_API_V1)
    assert (row.deleted, row.message_id) == ("withheld", "1700000000000000001")


def test_what_is_absent_is_missing_not_zero() -> None:
    raw = post(1)
    for key in ("favorite_count", "retweet_count", "user"):
        del raw[key]
    (row,), _ = read(raw, X_API_V1)
    assert (row.like_count, row.share_count, row.author_id) == (None, None, None)
    assert {"like_count", "share_count", "reply_count", "author_id", "visibility"} <= set(row.missing)
    assert row.url == "https://x.com/i/web/status/1700000000000000001"


def test_a_date_that_the_id_contradicts_is_flagged_and_an_absent_one_decoded() -> None:
    false, none = post(1, created_at="Sun Jun 01 00:00:00 +0000 2025"), post(2)
    del none["created_at"]
    rows, _ = read([false, none], X_API_V1)
    assert [row.time_flag for row in rows] == ["differs", None]
    assert (rows[1].created_at_source, rows[1].created_at_precision) == ("id", "ms")


@pytest.mark.parametrize("text", ["2023-09-08T04:15:59Z", "Fri Sep 08 04:15:59 +0200 2023", "", "x" * 30])
def test_a_date_of_another_writing_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        parse_date(text)


def test_the_date_is_read_by_its_columns() -> None:
    assert parse_date(STATED) == WHEN


@pytest.mark.parametrize(
    "odd", [{}, {"id_str": "1", "user": 3}, {"id": 1, "entities": []}, {"created_at": 3}]
)
def test_an_odd_post_fails_or_is_set_aside_alone(odd: dict[str, Any]) -> None:
    rows, entry = read([odd, post(2)], X_API_V1)
    assert rows[-1].message_id == "1700000000000000002"
    assert entry.read == 2


def test_a_lone_surrogate_and_a_nul_are_replaced() -> None:
    (row,), _ = read(post(1, full_text="a\ud800b\0c"), X_API_V1)
    assert row.text == "a\ufffdb\ufffdc"


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(SEARCH, indent=2).encode()
    for row in read(data, X_API_V1)[0]:
        held = bytes_at(data, row.locator)
        assert json.loads(held)["id_str"] == row.message_id
        assert hashlib.sha256(held).hexdigest() == row.record_sha256


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps(SEARCH).encode(), X_API_V1)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(post(1, retweeted_status=INNER)).encode(), X_API_V1)
