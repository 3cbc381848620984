"""YouTube Data API: threads, comments, pages, lines; replies that are announced and absent."""

import hashlib
import json
from typing import Any

import pytest

from saisine.messages.formats.youtube_api import YOUTUBE_API
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

# Read by eye in comment_threads_by_video_paged_1.json: id, published, author's channel, likes, text.
BY_VIDEO = [
    ("UgyZ1jqkHKYvi1-ruOZ4AaABAg", "2019-11-26T15:51:44Z", "UCzj-CjKYmGlZ7vTL-vOe57A", 0, "Google.com"),
    (
        "Ugy4OzAuz5uJuFt3FH54AaABAg",
        "2019-11-21T19:18:39Z",
        "UCGBUkig1Ala-Z2gF73WSTdw",
        1,
        "Please use CLS on your own search results page..",
    ),
    (
        "UgysQP-vp089eFP0Stl4AaABAg",
        "2019-11-17T11:34:48Z",
        "UCzZ87J8wYVpOADFviqyFKhw",
        4,
        "Funny that they use heroku to show a demo instead of google cloud",
    ),
    (
        "UgyKv8ziPYFJDGytM_J4AaABAg",
        "2019-11-16T20:05:39Z",
        "UCHJQ8PHPGprvhKdLVHLwRPA",
        1,
        "All account on Android store for data show the Google and YouTube video Android computer system "
        "fordata show\n        settings displayed",
    ),
    (
        "UgwI_ylXVnzPS8Q-oAV4AaABAg",
        "2019-11-14T23:31:33Z",
        "UCACHW4qVHoE4zqhHxcVE3Kw",
        0,
        "Lot's of good light coming in from here #ChromeDevSummit the web is evolving at a very fast rate, "
        "keeping pace with all this advancement can really get you gasping for breath. But here is "
        "#chromedevsummit packing it and shooting at me as one bullet. I really appreciate the work you guys "
        "are doing here.",
    ),
]


def comment(comment_id: str, text: str = "Bonjour", **snippet: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#comment",
        "id": comment_id,
        "snippet": {
            "videoId": "vid",
            "textDisplay": text,
            "textOriginal": text,
            "authorDisplayName": "@ada",
            "authorChannelId": {"value": "UCada"},
            "likeCount": 3,
            "publishedAt": "2026-10-01T10:00:00Z",
            "updatedAt": "2026-10-01T10:00:00Z",
            **snippet,
        },
    }


def thread(thread_id: str, *replies: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    top = comment(thread_id)
    found: dict[str, Any] = {
        "id": thread_id,
        "snippet": {
            "videoId": "vid",
            "topLevelComment": top,
            "totalReplyCount": len(replies) if total is None else total,
        },
    }
    return found | ({"replies": {"comments": list(replies)}} if replies else {})


PAGE = {
    "kind": "youtube#commentThreadListResponse",
    "items": [
        thread("t1", comment("t1.r1", parentId="t1"), comment("t1.r2", parentId="t1")),
        thread("t2"),
    ],
}


def test_the_shared_page_gives_its_five_threads() -> None:
    path = shared_file("samples/youtube-data-api/comment_threads_by_video_paged_1.json")
    rows, entry = read(path, YOUTUBE_API)
    found = [(row.message_id, row.created_at, row.author_id, row.like_count, row.text) for row in rows]
    assert found == [(key, utc(at), author, likes, text) for key, at, author, likes, text in BY_VIDEO]
    assert {row.target_id for row in rows} == {"F1UP7wRCPH8"}
    assert (entry.read, entry.mapped, entry.skipped, entry.failed) == (5, 5, {}, [])


def test_two_replies_that_were_not_fetched_are_said() -> None:
    path = shared_file("samples/youtube-data-api/comment_threads_by_video_paged_1.json")
    rows, entry = read(path, YOUTUBE_API)
    assert [row.reply_count for row in rows] == [0, 0, 0, 0, 2]
    assert notes(entry) == {"replies_missing": 2, "more_pages": 1}
    assert b"UgwI_ylXVnzPS8Q-oAV4AaABAg" in bytes_at(path.read_bytes(), entry.notes["replies_missing"][1])


@pytest.mark.parametrize(
    ("name", "ids", "target"),
    [
        ("comment_thread_single", ["UgxKREWxIgDrw8w2e_Z4AaABAg"], "D-lhorsDlUQ"),
        (
            "comment_threads_by_channel",
            ["UgyUBI0HsgL9emxcZpR4AaABAg", "Ugzi3lkqDPfIOirGFLh4AaABAg"],
            "UC_x5XG1OV2P6uZZ5FSM9Ttw",
        ),
        (
            "comments_by_parent_paged_1",
            [
                "Ugw5zYU6n9pmIgAZWvN4AaABAg.91zT3cYb5B291za6voUoRh",
                "Ugw5zYU6n9pmIgAZWvN4AaABAg.91zT3cYb5B291za5eJxzs1",
            ],
            None,
        ),
    ],
)
def test_the_other_shared_files(name: str, ids: list[str], target: str | None) -> None:
    path = shared_file(f"samples/youtube-data-api/{name}.json")
    rows, entry = read(path, YOUTUBE_API)
    assert [row.message_id for row in rows] == ids
    assert {row.target_id for row in rows} == {target}
    assert (entry.failed, best_format(path.read_bytes())) == ([], "youtube-api")
    assert notes(entry) == ({"more_pages": 1} if b'"nextPageToken"' in path.read_bytes() else {})


def test_replies_fetched_apart_know_their_parent() -> None:
    rows, _ = read(shared_file("samples/youtube-data-api/comments_by_parent_paged_1.json"), YOUTUBE_API)
    first = rows[0]
    assert (first.kind, first.parent_id, first.created_at, first.text) == (
        "reply",
        "Ugw5zYU6n9pmIgAZWvN4AaABAg",
        utc("2019-12-01T04:46:31Z"),
        "this is the third reply!",
    )
    assert "target_id" in first.missing


def test_inline_replies_are_rows_of_their_own() -> None:
    rows, entry = read(PAGE, YOUTUBE_API)
    assert [(row.message_id, row.kind, row.parent_id) for row in rows] == [
        ("t1", "comment", None),
        ("t1.r1", "reply", "t1"),
        ("t1.r2", "reply", "t1"),
        ("t2", "comment", None),
    ]
    assert {row.conversation_id for row in rows[:3]} == {"t1"}
    assert rows[1].url == "https://www.youtube.com/watch?v=vid&lc=t1.r1"
    assert len({row.locator for row in rows}) == 4
    assert (entry.mapped, notes(entry)) == (4, {})


def test_a_row_leads_back_to_its_exact_bytes() -> None:
    data = json.dumps(PAGE, indent=2).encode()
    rows, _ = read(data, YOUTUBE_API)
    held = bytes_at(data, rows[1].locator)
    assert json.loads(held)["id"] == "t1"
    assert hashlib.sha256(held).hexdigest() == rows[1].record_sha256


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(PAGE["items"]).encode(),
        json.dumps([PAGE]).encode(),
        "\n".join(json.dumps(item) for item in PAGE["items"]).encode(),
        json.dumps(PAGE).encode() + b"\n",
        b"\xef\xbb\xbf" + json.dumps(PAGE, indent=1).replace("\n", "\r\n").encode(),
    ],
    ids=["list of threads", "list of pages", "thread per line", "page per line", "BOM and CRLF"],
)
def test_every_wrapping_gives_the_same_messages(data: bytes) -> None:
    rows, entry = read(data, YOUTUBE_API)
    assert [row.message_id for row in rows] == ["t1", "t1.r1", "t1.r2", "t2"]
    assert (entry.failed, entry.truncated, best_format(data)) == ([], False, "youtube-api")


def test_replies_met_elsewhere_in_the_file_are_not_called_missing() -> None:
    found, entry = read([thread("t1", total=3), comment("t1.r1", parentId="t1")], YOUTUBE_API)
    assert len(found) == 2
    assert notes(entry) == {"replies_missing": 2}


def test_html_is_stripped_when_there_is_no_plain_text() -> None:
    html = 'L&#39;été<br />voir <a href="https://exemple.test/">ici</a>'
    item = comment("c1", textDisplay=html)
    del item["snippet"]["textOriginal"]
    (row,), _ = read([item], YOUTUBE_API)
    assert row.text == "L'été\nvoir ici"
    assert (row.text_raw, row.text_repairs, row.urls) == (html, ("html_stripped",), ["https://exemple.test/"])


def test_an_empty_plain_text_is_kept_as_the_text() -> None:
    (row,), _ = read([comment("c1", textOriginal="", textDisplay="<b>x</b>")], YOUTUBE_API)
    assert row.text == ""


def test_an_edit_is_dated() -> None:
    (row,), _ = read([comment("c1", updatedAt="2026-10-02T08:30:00Z")], YOUTUBE_API)
    assert (row.created_at, row.edited_at) == (utc("2026-10-01T10:00:00Z"), utc("2026-10-02T08:30:00Z"))
    assert read([comment("c2")], YOUTUBE_API)[0][0].edited_at is None


def test_a_hidden_count_and_an_absent_author_are_missing_not_zero() -> None:
    item = comment("c1")
    for key in ("likeCount", "authorChannelId", "authorDisplayName"):
        del item["snippet"][key]
    (row,), _ = read([item], YOUTUBE_API)
    assert (row.like_count, row.author_id, row.author_name) == (None, None, None)
    assert {"like_count", "author_id", "author_name"} <= set(row.missing)


def test_items_that_are_no_comment_are_counted() -> None:
    rows, entry = read(
        {"items": [{"kind": "youtube#video", "id": "v", "snippet": {"title": "t"}}]}, YOUTUBE_API
    )
    assert (rows, skipped(entry)) == ([], {"not_a_message": 1})


def test_a_damaged_thread_fails_alone() -> None:
    rows, entry = read({"items": [{"snippet": {"topLevelComment": 3}}, thread("t2")]}, YOUTUBE_API)
    assert [row.message_id for row in rows] == ["t2"]
    assert len(entry.failed) == 1


@pytest.mark.parametrize(
    "item", [None, 3, "x", [], [[]], {"snippet": 1}, {"snippet": {"totalReplyCount": "2"}}]
)
def test_odd_items_are_counted_and_never_raise(item: Any) -> None:
    rows, entry = read({"items": [item, thread("t2")]}, YOUTUBE_API)
    assert (len(rows), entry.read) == (1, 2)


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps(PAGE).encode(), YOUTUBE_API)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(PAGE).encode(), YOUTUBE_API)
