"""HAR, WARC, WACZ: the platforms' own JSON inside captured pages, exact bytes, and nothing of the session."""

import gzip
import hashlib
import io
import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.capture_sites import SITES
from saisine.messages.formats.captured import site_of
from saisine.messages.formats.contract import HEAD_BYTES, Context, RawRecord
from saisine.messages.formats.har import HAR
from saisine.messages.formats.json_spans import documents_in, find_steps, pointer, spans_of
from saisine.messages.formats.warc import WARC
from saisine.messages.originals import count_missing, read_record
from saisine.messages.reading import read_paths
from saisine.vault.row_checks import Original
from saisine.vault.rows import Row
from tests.messages.formats.broken import EXAMPLES
from tests.messages.formats.captures import (
    ANSWERS,
    FACEBOOK,
    FACEBOOK_STORY,
    LINKEDIN,
    YOUTUBE,
    answer_record,
    entry,
    har,
    link_urn,
    warc,
)
from tests.messages.formats.reading import NOW, member_of, read, skipped, utc
from tests.messages.formats.test_youtube_livechat import DELETED_LINE, replay, text_line

ALL_HAR = har(*(entry(address, answer) for address, answer, _ in ANSWERS))
ALL_WARC = warc(*(answer_record(address, answer, n) for n, (address, answer, _) in enumerate(ANSWERS)))
CTX = Context(source_sha256="0" * 64, mapper="x@1", now=NOW, zone=UTC)
ALL_TEXTS = [text for _, _, texts in ANSWERS for text in texts]
each_answer = pytest.mark.parametrize(
    ("address", "answer", "texts"), ANSWERS, ids=lambda value: value if isinstance(value, str) else ""
)


# ------------------------------------------------------------------ what is found


@each_answer
def test_the_messages_of_each_platform_are_found_in_both_captures(
    address: str, answer: Any, texts: list[str]
) -> None:
    for data, one in ((har(entry(address, answer)), HAR), (warc(answer_record(address, answer)), WARC)):
        rows, account = read(data, one)
        assert [row.text for row in rows if row.role == "primary"] == texts
        assert account.failed == []
        assert {row.collected_at for row in rows} == {utc("2026-10-02T12:00:00Z")}


@each_answer
def test_an_answer_at_another_address_is_no_message(address: str, answer: Any, texts: list[str]) -> None:
    """The same object on a page that only shows it is not the platform's word."""
    rows, account = read(har(entry("https://exemple.test/api", answer)), HAR)
    assert (rows, skipped(account)) == ([], {"not_a_message": 1})


def test_a_host_that_only_ends_alike_is_another() -> None:
    rows, _ = read(har(entry("https://notfacebook.com/api", FACEBOOK), entry("http://[bad", FACEBOOK)), HAR)
    assert rows == []


def test_facebook_comments_have_the_identifiers_of_the_graph_api() -> None:
    (first, reply), _ = read(har(entry(ANSWERS[0][0], FACEBOOK)), HAR)
    assert (first.platform, first.message_id, first.kind, first.target_id) == (
        "facebook",
        "900_11",
        "comment",
        "900",
    )
    assert (first.author_id, first.author_handle, first.author_name) == ("61", "ada.voisine", "Ada")
    assert (first.created_at, first.created_at_precision) == (utc("2026-09-21T14:13:20Z"), "s")
    assert first.url == "https://www.facebook.com/asso/posts/900?comment_id=11"
    assert (first.like_count, first.reply_count) == (4, 1)
    assert (reply.kind, reply.parent_id, reply.conversation_id) == ("reply", "900_11", "900_11")


def test_a_facebook_post_and_the_comments_laid_in_it() -> None:
    (post, comment), _ = read(har(entry(ANSWERS[0][0], {"data": FACEBOOK_STORY})), HAR)
    assert (post.kind, post.message_id, post.author_name, post.created_at) == (
        "post",
        "900",
        "Les Voisins",
        utc("2026-09-21T11:26:40Z"),
    )
    assert post.url == "https://www.facebook.com/voisins/posts/900"
    assert (comment.kind, comment.target_id) == ("comment", "900")


def test_a_facebook_answer_in_several_parts_and_behind_a_guard() -> None:
    body = "for (;;);" + json.dumps({"label": "x"}) + "\r\n" + json.dumps(FACEBOOK, ensure_ascii=False)
    rows, _ = read(har(entry(ANSWERS[0][0], body, "text/javascript")), HAR)
    assert [row.text for row in rows] == ["Été", "Oui"]
    assert rows[0].locator == "#har:entry 0/response/part 1/data/node/display_comments/edges/0/node"


def test_a_page_carries_its_first_comments_in_scripts() -> None:
    page = f'<!DOCTYPE html><html><script type="application/json" data-sjs>{json.dumps(FACEBOOK)}</script></html>'
    rows, _ = read(
        har(entry("https://www.facebook.com/asso/posts/900", page, "text/html; charset=utf-8")), HAR
    )
    assert [row.text for row in rows] == ["Été", "Oui"]
    assert rows[0].locator.startswith("#har:entry 0/response/script 0/data/")


@pytest.mark.parametrize("kept", [None, -40])
def test_a_page_that_stops_inside_its_last_block_says_so(kept: int | None) -> None:
    page = f'<!DOCTYPE html><html><script type="application/json">{json.dumps(FACEBOOK)}'[:kept]
    rows, ledger = read(har(entry("https://www.facebook.com/groups/1", page, "text/html")), HAR)
    assert [row.text for row in rows] == (["Été", "Oui"] if kept is None else [])
    assert len(ledger.failed) == (0 if kept is None else 1)


@each_answer
def test_of_an_answer_that_is_cut_what_is_whole_is_kept_and_the_rest_told(
    address: str, answer: Any, texts: list[str]
) -> None:
    """Firefox keeps the first megabyte of each body."""
    body = json.dumps(answer, ensure_ascii=False)

    def messages(text: str) -> tuple[dict[str | None, Any], int]:
        rows, ledger = read(har(entry(address, text)), HAR)
        return {row.message_id: (row.text, row.role, row.created_at) for row in rows}, len(ledger.failed)

    site = site_of(address, SITES)
    assert site is not None
    (whole, _), most = messages(body), 0
    for end in {*range(1, len(body), 5), *range(len(body) - 12, len(body))}:
        kept, failed = messages(body[:end])
        assert kept.items() <= whole.items()
        assert failed == (1 if any(mark.decode() in body[:end] for mark in site.marks) else 0)
        most = max(most, len(kept))
    is_in_list = (
        "[" in body
    )  # on a site where posts quote others, one that is no element of a list is not sought
    assert most == (len(whole) if is_in_list else 0)


def test_a_comment_that_the_cut_falls_into_is_left_with_what_it_quotes() -> None:
    comments = [
        {"cid": f"70000000000000000{n}", "text": f"Propos {n}", "aweme_id": "1", "create_time": 1790942400}
        for n in range(1, 4)
    ]
    body = json.dumps({"comments": comments})
    address = "https://www.tiktok.com/api/comment/list/?aweme_id=1"
    rows, ledger = read(har(entry(address, body[: body.index("Propos 3") + 4])), HAR)
    assert [row.text for row in rows] == ["Propos 1", "Propos 2"]
    assert [why for _, why in ledger.failed] == ["bad_json: the body stops or is no JSON"]


@pytest.mark.parametrize("before", ["5", '{"legacy_fbid": "1"}', "[{}]"])
def test_a_key_that_is_repeated_in_what_is_cut_stops_nothing(before: str) -> None:
    body = f'{{"legacy_fbid": 1, "a": {before}, "b": {before}, "a": {{"c": {{}}, "d": "xx'
    rows, ledger = read(har(entry(ANSWERS[0][0], body), entry(ANSWERS[0][0], json.dumps(FACEBOOK))), HAR)
    assert [row.text for row in rows] == ["Été", "Oui"]
    assert len(ledger.failed) == 1


def test_linkedin_pages_hold_escaped_blocks() -> None:
    block = json.dumps(LINKEDIN).replace("&", "&amp;").replace('"', "&quot;")
    page = f"<html><code style='display:none' id='bpr-guid-1'>\n{block}\n</code></html>"
    rows, _ = read(har(entry("https://www.linkedin.com/feed/", page, "text/html")), HAR)
    assert [row.text for row in rows] == ["Très juste", "Notre rapport"]


def test_linkedin_comments_and_posts() -> None:
    (comment, post), account = read(har(entry(ANSWERS[3][0], LINKEDIN)), HAR)
    assert comment.message_id == "urn:li:comment:(activity:7000000000000000000,7000000000000000009)"
    assert (comment.author_handle, comment.author_name, comment.like_count) == ("ada-voisine", "Ada", 5)
    assert comment.created_at == utc("2026-09-21T14:13:20.123Z")
    assert "miniId" not in (comment.url or "")
    assert (post.message_id, post.created_at_source, post.created_at_raw) == (
        "urn:li:activity:7000000000000000000",
        "id",
        "18 h",
    )
    assert post.created_at == utc("2022-11-20T07:40:53.710Z")
    assert account.failed == []


def test_a_linkedin_reply_names_its_parent() -> None:
    reply = {
        **LINKEDIN["included"][0],
        "urn": "urn:li:comment:(activity:7000000000000000000,7000000000000000010)",
        "permalink": LINKEDIN["included"][0]["permalink"] + "&replyUrn=" + link_urn(10),
    }
    (row,), _ = read(har(entry(ANSWERS[3][0], {"included": [reply]})), HAR)
    assert (row.kind, row.parent_id) == (
        "reply",
        "urn:li:comment:(activity:7000000000000000000,7000000000000000009)",
    )


def test_instagram_captions_beside_comments_are_no_comment() -> None:
    address, answer, _ = ANSWERS[2]
    rows, account = read(har(entry(address, answer)), HAR)
    assert {row.target_id for row in rows} == {"3000000000000000000"}
    assert skipped(account) == {"not_a_message": 1}


def test_youtube_comments_are_dated_by_words_and_never_more_exactly() -> None:
    (first, reply), _ = read(har(entry(ANSWERS[7][0], YOUTUBE)), HAR)
    assert (first.created_at_source, first.created_at_precision, first.created_at_raw) == (
        "relative",
        "year",
        "il y a 2 ans (modifié)",
    )
    assert (reply.created_at, reply.created_at_precision) == (utc("2026-10-02T09:00:00Z"), "hour")
    assert (first.url, first.target_id) == (
        "https://www.youtube.com/watch?v=vid00000001&lc=UgxA",
        "vid00000001",
    )
    assert (first.like_count, first.reply_count) == (None, 1)
    assert {"like_count", "edited_at"} <= set(first.missing)
    assert (reply.kind, reply.parent_id) == ("reply", "UgxA")


def test_youtube_comments_of_the_pages_before_2024() -> None:
    old = {
        "commentRenderer": {
            "commentId": "UgxB",
            "contentText": {"runs": [{"text": "Ancienne "}, {"text": "forme"}]},
            "authorText": {"simpleText": "Ada"},
            "authorEndpoint": {"browseEndpoint": {"browseId": "UCada"}},
            "publishedTimeText": {
                "runs": [
                    {
                        "text": "1 month ago",
                        "navigationEndpoint": {"watchEndpoint": {"videoId": "vid00000002"}},
                    }
                ]
            },
            "voteCount": {"simpleText": "12"},
            "replyCount": 3,
        }
    }
    (row,), _ = read(har(entry(ANSWERS[7][0], {"items": [old]})), HAR)
    assert (row.text, row.author_id, row.target_id, row.like_count, row.reply_count) == (
        "Ancienne forme",
        "UCada",
        "vid00000002",
        12,
        3,
    )
    assert row.created_at_precision == "month"


def test_a_live_chat_inside_a_capture() -> None:
    actions = [replay(text_line("k1")), text_line("k2"), replay(DELETED_LINE)]
    answer = {"continuationContents": {"liveChatContinuation": {"actions": actions}}}
    rows, account = read(
        har(entry("https://www.youtube.com/youtubei/v1/live_chat/get_live_chat", answer)), HAR
    )
    assert [(row.message_id, row.kind, row.deleted) for row in rows] == [
        ("k1", "chat", "deleted"),
        ("k2", "chat", "none"),
    ]
    assert (skipped(account), account.failed) == ({"system_line": 1}, [])
    assert "like_count" in rows[0].missing


def test_a_page_of_youtube_carries_its_start() -> None:
    start = json.dumps({"contents": [text_line("k1")]})
    page = f'<!DOCTYPE html><html><script>window["ytInitialData"] = {start};var a = {{}};</script></html>'
    (row,), _ = read(har(entry("https://www.youtube.com/live_chat?continuation=x", page, "text/html")), HAR)
    assert row.message_id == "k1"


def test_a_page_of_youtube_for_telephones_carries_its_start_in_a_string() -> None:
    start = json.dumps({"contents": [text_line("k1", 'l’été : "oui" 😀\nà deux')]})
    signs = "".join(
        f"\\x{ord(sign):02x}" if sign in "{}[]\"=&'<>" else sign for sign in start.replace("\\", "\\\\")
    )
    page = f"<!DOCTYPE html><html><script>var ytInitialData = '{signs}';</script></html>"
    where = "https://m.youtube.com/watch?v=vid00000001"
    (row,), _ = read(har(entry(where, page, "text/html")), HAR)
    assert (row.message_id, row.text) == ("k1", 'l’été : "oui" 😀\nà deux')
    rows, account = read(har(entry(where, page[: len(page) // 2], "text/html")), HAR)
    assert rows == []
    assert [one.error.partition(":")[0] for one in account.failed] == ["bad_json"]


def test_a_log_whose_pages_are_long_is_still_known() -> None:
    whole = json.loads(har(entry("https://m.youtube.com/watch", "<html></html>", "text/html")))
    page = {"startedDateTime": "2026-03-14T10:00:00Z", "id": "p", "title": "x" * 200, "pageTimings": {}}
    whole["log"]["pages"] = [page] * 400
    head = json.dumps(whole).encode()[:HEAD_BYTES]
    assert b'"entries"' not in head
    assert HAR.sniff(head, "x.har").score >= 90


# ------------------------------------------------------------------ exact bytes


@pytest.mark.parametrize(("data", "one"), [(ALL_HAR, HAR), (ALL_WARC, WARC)], ids=["har", "warc"])
def test_every_record_is_hashed_over_its_exact_bytes(data: bytes, one: Any) -> None:
    rows, _ = read(data, one)
    assert [row.text for row in rows if row.role == "primary"] == ALL_TEXTS
    assert (
        len({row.record_sha256 for row in rows}) == len({row.locator for row in rows}) - 1
    )  # Instagram's reply
    for found in one.records(member_of(data, "x"), CTX):
        assert isinstance(found, RawRecord)
        assert found.body is not None
        assert hashlib.sha256(found.body).hexdigest() == found.sha256
        if found.length:
            assert json.loads(found.body) == found.obj


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (ALL_HAR, "a.har"),
        (ALL_WARC, "a.warc"),
        (gzip.compress(ALL_HAR), "a.har.gz"),
        (b"[" + ALL_HAR + b",\n" + ALL_HAR + b"]", "two.har"),
    ],
)
def test_each_row_is_found_again_in_the_sealed_original(data: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    rows = list(read_paths([path], now=NOW))
    assert len(rows) > len(ANSWERS)
    original = Original(name, len(data), lambda: io.BytesIO(data))
    for row in rows:
        body = read_record(original, row.locator, row.record_sha256, mapper=row.mapper)
        assert hashlib.sha256(body).hexdigest() == row.record_sha256
    places = [Row(row.record_sha256, 0, row.locator) for row in rows]
    assert count_missing(original, iter(places)) == 0
    assert count_missing(original, iter([places[0]._replace(sha256="0" * 64)])) == 1


class _Every(frozenset[str]):
    """A set of keys that leaves no object out."""

    def isdisjoint(self, other: object) -> bool:
        return False


EVERY_KEY = _Every()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@EXAMPLES
@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_spans_hold_exactly_the_objects_of_a_text(value: Any, is_ascii: bool, indent: int | None) -> None:
    text = " " + json.dumps(value, ensure_ascii=is_ascii, indent=indent) + "\n"
    (document,) = documents_in(text)
    ways = find_steps(document.obj, EVERY_KEY, lambda one: True, lambda one: True)
    found = spans_of(text, document.start, ways)
    assert set(found) == set(ways)
    for steps, span in found.items():
        expected = value
        for step in steps:
            expected = expected[step]
        assert json.loads(text[span.start : span.end]) == span.obj == expected


def test_a_pointer_can_be_written_whatever_the_key() -> None:
    assert pointer(("data", "\ud800", 0)) == "/data/\\ud800/0"


def test_a_pointer_never_ends_a_member_name() -> None:
    assert pointer(("a#b", "c/d", "e~f", 3)) == "/a~2b/c~1d/e~0f/3"
