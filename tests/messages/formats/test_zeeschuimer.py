"""Zeeschuimer and 4CAT lines: envelopes, repeats, every module, and what no module of ours reads."""

import hashlib
import json
from typing import Any

import pytest

from saisine.messages.formats.zeeschuimer import FOURCAT_NDJSON, ZEESCHUIMER
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.line_cuts import assert_cut_lines_are_told
from tests.messages.formats.platform_items import (
    envelope,
    kept,
    lines,
    media,
    thread_post,
    tweet,
    update,
    video,
    video_comment,
)
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc

GAB = {
    "i": "110",
    "c": "Un <b>mot</b>",
    "ca": "2026-04-01T10:00:00.000Z",
    "ul": "https://gab.test/p/110",
    "fc": 3,
    "rbc": 1,
    "rc": 2,
    "author_info": {"i": "5", "un": "ada", "dn": "Ada"},
    "image_info": [{"u": "https://i.test/1.jpg"}],
}
TRUTH = {
    "id": "111",
    "created_at": "2026-04-01T10:00:00.000Z",
    "content": "Un mot",
    "url": "https://t.test/111",
    "in_reply_to_id": "109",
    "account": {"id": "5", "acct": "ada", "display_name": "Ada"},
    "favourites_count": 3,
    "reblogs_count": 1,
    "replies_count": 2,
    "media_attachments": [],
}
NINEGAG = {
    "id": "a1",
    "title": "Un mot",
    "description": "",
    "creationTs": 1775037600,
    "url": "https://9gag.com/gag/a1",
    "creator": None,
    "upVoteCount": 3,
    "commentsCount": 2,
    "tags": [{"key": "x"}],
}
IMGUR = {
    "id": "b1",
    "title": "Un mot",
    "description": "Suite",
    "created_at": "2026-04-01T10:00:00Z",
    "account_id": 5,
    "url": "https://imgur.com/b1",
    "upvote_count": 3,
    "comment_count": 2,
    "view_count": 9,
    "is_ad": False,
}
PINTEREST = {
    "id": "c1",
    "title": "Un mot",
    "description": "",
    "created_at": "Wed, 01 Apr 2026 10:00:00 +0000",
    "pinner": {"id": "5", "username": "ada", "full_name": "Ada"},
    "images": {"orig": {"url": "https://i.test/1.jpg"}},
}
DOUYIN = {
    "aweme_id": "d1",
    "desc": "Un mot",
    "create_time": 1775037600,
    "author": {"uid": "5", "nickname": "Ada"},
    "statistics": {"digg_count": 3, "share_count": 1, "comment_count": 2},
}
AT = utc("2026-04-01T10:00:00Z")


def both(*items: tuple[str, dict[str, Any], str]) -> tuple[Any, Any]:
    """The same things as Zeeschuimer and as 4CAT write them."""
    ours = read(lines(*(envelope(*one) for one in items)), ZEESCHUIMER)
    theirs = read(lines(*(kept(*one) for one in items)), FOURCAT_NDJSON)
    return ours, theirs


def test_every_module_is_read_the_same_in_both_writings() -> None:
    items = [
        ("tiktok.com", video(), "1"),
        ("tiktok-comments", video_comment(), "2"),
        ("instagram.com", media(), "3"),
        ("twitter.com", tweet(), "4"),
        ("threads.net", thread_post(), "5"),
        ("linkedin.com", update(), "6"),
        ("gab.com", GAB, "7"),
    ]
    (ours, entry), (theirs, _) = both(*items)
    assert [row.platform for row in ours] == [
        "tiktok",
        "tiktok",
        "instagram",
        "x",
        "threads",
        "linkedin",
        "other",
    ]
    assert entry.failed == []
    for one, other in zip(ours, theirs, strict=True):
        names = ["message_id", "text", "created_at", "author_handle", "like_count", "collected_at", "missing"]
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]


def test_the_time_of_collection_is_the_browser_s() -> None:
    (row,), _ = read(lines(envelope("tiktok.com", video())), ZEESCHUIMER)
    assert row.collected_at == utc("2025-10-09T08:53:20Z")
    assert row.locator.endswith("/data")


def test_both_writings_are_recognised_whatever_they_carry() -> None:
    for module, data in (("tiktok.com", video()), ("twitter.com", tweet()), ("instagram.com", media())):
        assert best_format(lines(envelope(module, data)), "x.json") == "zeeschuimer"
        assert best_format(lines(kept(module, data)), "x.json") == "4cat-ndjson"


def test_the_statuses_of_truth_social_are_not_taken_for_a_mastodon_answer() -> None:
    more = dict.fromkeys(
        ["in_reply_to_account_id", "reblog", "visibility", "uri", "spoiler_text", "sensitive"], ""
    )
    assert best_format(lines(envelope("truthsocial.com", TRUTH | more)), "x.json") == "zeeschuimer"
    assert best_format(lines(kept("truthsocial.com", TRUTH | more)), "x.json") == "4cat-ndjson"


def test_a_line_longer_than_the_head_is_recognised_by_its_envelope() -> None:
    data = lines(envelope("twitter.com", tweet(text="a" * 100_000)))
    assert best_format(data, "export.ndjson") == "zeeschuimer"


def test_the_last_observation_of_a_thing_is_kept_and_the_others_counted() -> None:
    data = lines(
        envelope("twitter.com", tweet(text="Avant"), "9", last_updated=1),
        envelope("twitter.com", tweet(text="Après"), "9", last_updated=3),
        envelope("twitter.com", tweet(text="Pendant"), "9", last_updated=2),
        envelope("tiktok.com", video(), "9", last_updated=0),
    )
    rows, entry = read(data, ZEESCHUIMER)
    assert [row.text for row in rows] == ["Après", "Regardez @zoe #asso"]
    assert (entry.read, skipped(entry)) == (4, {"duplicate_older_observation": 2})


def test_a_partial_observation_never_replaces_a_whole_one() -> None:
    partial = {k: v for k, v in media().items() if k not in ("caption", "like_count")} | {"_zs_partial": True}
    (ours, entry), (theirs, _) = both(("instagram.com", media(), "9"), ("instagram.com", partial, "9"))
    assert [row.text for row in ours] == [row.text for row in theirs] == ["Fête du quartier #fete avec @zoe"]
    assert skipped(entry) == {"duplicate_older_observation": 1}


def test_repeats_are_found_after_a_byte_order_mark_and_empty_lines() -> None:
    first, second = lines(envelope("tiktok.com", video(desc="Un"))), lines(envelope("tiktok.com", video()))
    rows, entry = read(b"\xef\xbb\xbf" + first + b"\n  " + second, ZEESCHUIMER)
    assert [row.text for row in rows] == ["Regardez @zoe #asso"]
    assert skipped(entry) == {"duplicate_older_observation": 1}


def test_repeats_are_found_beside_a_character_that_one_parser_refuses() -> None:
    data = lines(envelope("tiktok.com", video(desc="\ud83d seul")), envelope("tiktok.com", video(desc="Fin")))
    rows, entry = read(data, ZEESCHUIMER)
    assert [row.text for row in rows] == ["Fin"]
    assert skipped(entry) == {"duplicate_older_observation": 1}


def test_lines_without_an_item_number_are_all_kept() -> None:
    one = envelope("tiktok.com", video())
    del one["item_id"]
    assert len(read(lines(one, one), ZEESCHUIMER)[0]) == 2


@pytest.mark.parametrize(
    ("module", "data", "message_id", "counts"),
    [
        ("gab.com", GAB, "110", (3, 1, 2, None)),
        ("truthsocial.com", TRUTH, "111", (3, 1, 2, None)),
        ("9gag.com", NINEGAG, "a1", (3, None, 2, None)),
        ("imgur.com", IMGUR, "b1", (3, None, 2, 9)),
        ("pinterest.com", PINTEREST, "c1", (None,) * 4),
        ("douyin.com", DOUYIN, "d1", (3, 1, 2, None)),
    ],
)
def test_the_smaller_places(
    module: str, data: dict[str, Any], message_id: str, counts: tuple[int | None, ...]
) -> None:
    (row,), _ = read(lines(envelope(module, data)), ZEESCHUIMER)
    assert (row.platform, row.message_id, row.created_at) == ("other", message_id, AT)
    assert row.text.startswith("Un mot")
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == counts
    names = ("like_count", "share_count", "reply_count", "view_count")
    assert {name for name, count in zip(names, counts, strict=True) if count is None} <= set(row.missing)


def test_a_smaller_place_keeps_its_html_and_its_replies() -> None:
    (html,), _ = read(lines(envelope("gab.com", GAB)), ZEESCHUIMER)
    (reply,), _ = read(lines(envelope("truthsocial.com", TRUTH)), ZEESCHUIMER)
    assert (html.text_raw, list(html.text_repairs)) == ("Un <b>mot</b>", ["html_stripped"])
    assert (reply.kind, reply.parent_id, html.kind) == ("reply", "109", "post")


def test_an_anonymous_author_is_missing() -> None:
    (row,), _ = read(lines(envelope("9gag.com", NINEGAG)), ZEESCHUIMER)
    assert {"author_id", "author_handle", "author_name"} <= set(row.missing)


@pytest.mark.parametrize("module", ["xiaohongshu.com", "bilibili.com", "nouveau.test"])
def test_a_module_that_is_not_read_is_said(module: str) -> None:
    rows, entry = read(lines(envelope(module, {"id": "1"})), ZEESCHUIMER)
    assert (rows, skipped(entry)) == ([], {"unsupported_variant": 1})


def test_an_advertisement_of_a_smaller_place_is_counted_apart() -> None:
    _, entry = read(lines(envelope("imgur.com", IMGUR | {"is_ad": True})), ZEESCHUIMER)
    assert skipped(entry) == {"advertisement": 1}


@pytest.mark.parametrize("odd", [None, 3, [], {}, {"data": {}}, envelope("tiktok.com", {}) | {"data": None}])
def test_an_odd_line_fails_alone(odd: Any) -> None:
    rows, entry = read(lines(odd, envelope("tiktok.com", video(), "2")), ZEESCHUIMER)
    assert [row.text for row in rows] == ["Regardez @zoe #asso"]
    assert (entry.read, len(entry.failed)) in ((2, 1), (1, 0))  # a bare number is text between the data


def test_a_row_leads_back_to_its_bytes() -> None:
    data = lines(envelope("tiktok.com", video()), envelope("twitter.com", tweet(), "2"))
    for row in read(data, ZEESCHUIMER)[0]:
        body = bytes_at(data, row.locator)
        assert hashlib.sha256(body).hexdigest() == row.record_sha256
        assert row.text in json.dumps(json.loads(body)["data"], ensure_ascii=False)


def test_cuts_are_told() -> None:
    assert_cut_lines_are_told(
        lines(envelope("tiktok.com", video()), envelope("twitter.com", tweet(), "2")), ZEESCHUIMER
    )


@pytest.mark.parametrize(
    "one",
    [
        envelope("tiktok-comments", video_comment(reply_comment=[video_comment("82", reply_id="81")])),
        envelope("instagram.com", media(comments=[{"pk": 1, "text": "x", "user": {}, "created_at": 1}])),
        envelope("threads.net", thread_post(share_info={"quoted_post": thread_post("34")})),
        envelope("linkedin.com", update()),
        envelope("truthsocial.com", TRUTH),
    ],
    ids=lambda one: str(one["source_platform"]),
)
def test_changed_bytes_are_survived(one: dict[str, Any]) -> None:
    assert_changes_are_survived(lines(one), ZEESCHUIMER)
