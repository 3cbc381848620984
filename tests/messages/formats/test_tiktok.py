"""TikTok scrapers and the site's own answers: every writing, times inside identifiers, replies that lack."""

import json
from typing import Any

import pytest

from saisine.messages.formats.tiktok import TIKTOK
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

SECOND = 1_790_848_800  # 2026-10-01T10:00:00Z
WHEN = utc("2026-10-01T10:00:00Z")


def id_at(second: int, number: int = 0) -> str:
    return str(second << 32 | number)


def comment(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "comment_id": id_at(SECOND - 5, number),
        "text": "Bonjour",
        "video_id": id_at(SECOND - 60),
        "create_time": SECOND,
        "like_count": 3,
        "status": 1,
        "author": {"uid": "9", "unique_id": "zoe", "nickname": "Zoé", "is_private": False},
        **fields,
    }


def own_comment(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "cid": id_at(SECOND - 5, number),
        "aweme_id": id_at(SECOND - 60),
        "reply_id": "0",
        "text": "Bonjour",
        "create_time": SECOND,
        "digg_count": 3,
        "user": {"uid": "9", "unique_id": "zoe", "nickname": "Zoé"},
        **fields,
    }


def video(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_at(SECOND - 2, number),
        "text": "Nos permanences",
        "createTime": str(SECOND),
        "authorMeta": {"id": "7", "name": "asso", "nickName": "Association"},
        "diggCount": 4,
        "shareCount": 1,
        "playCount": 90,
        "commentCount": 2,
        "mentions": ["@ada"],
        "hashtags": [{"id": "1", "name": "collectif"}],
        **fields,
    }


PAGE = {"has_more": True, "max_cursor": "40", "comments": [comment(1), comment(2)]}


def test_the_shared_comments_and_their_times() -> None:
    path = shared_file("samples/tiktok-scraper/comments.json")
    source = json.loads(path.read_bytes())["comments"]
    rows, entry = read(path, TIKTOK)
    assert [(row.message_id, row.text, row.author_id, row.like_count) for row in rows] == [
        (one["comment_id"], one["text"], one["author"]["uid"], one["like_count"]) for one in source
    ]
    delays = {
        int((row.created_at - row.id_time).total_seconds()) for row in rows if row.created_at and row.id_time
    }
    assert delays <= {4, 5, 6, 7}
    assert {row.time_flag for row in rows} == {None}
    assert (entry.mapped, best_format(path.read_bytes())) == (23, "tiktok")


def test_the_shared_video() -> None:
    path = shared_file("samples/tiktok-scraper/video.json")
    (row,), _ = read(path, TIKTOK)
    assert (row.kind, row.message_id, row.author_handle, row.author_name) == (
        "post",
        "6824578676303154438",
        "tiktok",
        "TikTok",
    )
    assert (row.created_at, row.time_flag) == (utc("2020-05-08T20:50:47Z"), None)
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (
        4800000,
        80800,
        491700,
        48800000,
    )
    assert best_format(path.read_bytes()) == "tiktok"


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(PAGE).encode(),
        json.dumps([comment(1), comment(2)]).encode(),
        b"\n".join(json.dumps(comment(n)).encode() for n in (1, 2)) + b"\n",
        json.dumps({"comments": [own_comment(1), own_comment(2)], "cursor": 20, "has_more": 1}).encode(),
        b"\xef\xbb\xbf" + json.dumps(PAGE, indent=1).encode(),
    ],
    ids=["page", "list", "lines", "the site's page", "BOM"],
)
def test_every_wrapping_gives_the_same_comments(data: bytes) -> None:
    rows, entry = read(data, TIKTOK)
    assert [row.message_id for row in rows] == [id_at(SECOND - 5, 1), id_at(SECOND - 5, 2)]
    assert {(row.author_handle, row.target_id, row.created_at) for row in rows} == {
        ("zoe", id_at(SECOND - 60), WHEN)
    }
    assert (entry.failed, best_format(data, "x.jsonl")) == ([], "tiktok")


def test_a_list_of_videos_gives_posts() -> None:
    for data in ([video(1), video(2)], {"collector": [video(1), video(2)]}):
        rows, _ = read(data, TIKTOK)
        assert [row.kind for row in rows] == ["post", "post"]
        assert (rows[0].hashtags, rows[0].mentions) == (["collectif"], ["ada"])
        assert rows[0].url == f"https://www.tiktok.com/@asso/video/{id_at(SECOND - 2, 1)}"


def test_zero_is_no_parent_and_a_reply_knows_its_own() -> None:
    rows, _ = read([comment(1, reply_id="0"), comment(2, reply_id=id_at(SECOND - 5, 1))], TIKTOK)
    assert [(row.kind, row.parent_id) for row in rows] == [
        ("comment", None),
        ("reply", id_at(SECOND - 5, 1)),
    ]


def test_an_author_may_be_a_bare_handle() -> None:
    (row,), _ = read([comment(1, author="zoe")], TIKTOK)
    assert (row.author_handle, row.author_id) == ("zoe", None)
    assert "author_id" in row.missing


def test_replies_announced_by_the_site_and_absent_are_said() -> None:
    top = own_comment(1, reply_comment_total=3, reply_comment=[own_comment(2, reply_id=id_at(SECOND - 5, 1))])
    rows, entry = read([top], TIKTOK)
    assert [row.kind for row in rows] == ["comment", "reply"]
    assert notes(entry) == {"replies_missing": 2}


def test_a_date_that_the_identifier_contradicts_is_flagged() -> None:
    rows, _ = read([comment(1, create_time=SECOND - 90_000)], TIKTOK)
    assert [row.time_flag for row in rows] == ["differs"]


def test_hidden_counts_are_missing_not_zero() -> None:
    raw = video(1)
    for key in ("diggCount", "playCount"):
        del raw[key]
    (row,), _ = read([raw], TIKTOK)
    assert (row.like_count, row.view_count) == (None, None)
    assert {"like_count", "view_count"} <= set(row.missing)


def test_what_is_no_message_is_counted() -> None:
    _, entry = read([{"user": {"id": "1"}}, {"text": "seul"}, {}], TIKTOK)
    assert skipped(entry) == {"not_a_message": 1, "unsupported_variant": 1, "empty_record": 1}


@pytest.mark.parametrize("odd", [3, None, {"comment_id": "1"}, {"authorMeta": 3, "id": "1", "text": ""}])
def test_an_odd_object_fails_or_is_set_aside_alone(odd: Any) -> None:
    rows, entry = read([odd, comment(2)], TIKTOK)
    assert rows[-1].message_id == id_at(SECOND - 5, 2)
    assert entry.read == 2


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(PAGE, indent=2).encode()
    for row in read(data, TIKTOK)[0]:
        assert json.loads(bytes_at(data, row.locator))["comment_id"] == row.message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps([comment(n) for n in range(3)]).encode(), TIKTOK)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps([comment(1), own_comment(2), video(3)]).encode(), TIKTOK)
