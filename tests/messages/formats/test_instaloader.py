"""Instaloader: posts of both writings, comments with answers, the post found beside its comments."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from saisine.messages.formats.instaloader import INSTALOADER
from saisine.messages.reading import read_paths
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import NOW, best_format, bytes_at, read, skipped, utc

SECOND = 1_790_848_800  # 2026-10-01T10:00:00Z
WHEN = utc("2026-10-01T10:00:00Z")
PK = str((SECOND * 1000 - 1314220021721) << 23)


def comment(number: int = 1, *answers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": 17800000000000000 + number,
        "created_at": SECOND,
        "text": "Bonjour @ada #été",
        "owner": {"id": "9", "username": "zoe", "full_name": "Zoé", "is_verified": False},
        "likes_count": 2,
        "answers": list(answers),
        **fields,
    }


def answer(number: int) -> dict[str, Any]:
    raw = comment(number)
    del raw["answers"]
    return raw


def node(**fields: Any) -> dict[str, Any]:
    return {
        "__typename": "GraphImage",
        "id": PK,
        "shortcode": "ABCdef12345",
        "taken_at_timestamp": SECOND,
        "edge_media_to_caption": {"edges": [{"node": {"text": "Nos permanences #collectif"}}]},
        "edge_media_preview_like": {"count": 4},
        "edge_media_to_comment": {"count": 3},
        "display_url": "https://images.exemple.test/1.jpg",
        "owner": {"id": "7", "username": "asso", "full_name": "Association"},
        **fields,
    }


def saved(raw: dict[str, Any], kind: str = "Post") -> dict[str, Any]:
    return {"node": raw, "instaloader": {"version": "4.14", "node_type": kind}}


COMMENTS = [comment(1, answer(2)), comment(3)]
PHONE = {
    "__typename": "GraphImage",
    "id": PK,
    "shortcode": "ABCdef12345",
    "date": SECOND,
    "caption": "Nos permanences #collectif",
    "edge_media_preview_like": {"count": -1},
    "comments": 3,
    "owner": {"id": "7"},
    "iphone_struct": {"pk": PK, "user": {"username": "asso", "full_name": "Association"}, "like_count": 4},
}


@pytest.mark.parametrize("raw", [node(), PHONE], ids=["older", "newer"])
def test_both_writings_of_a_post_say_the_same(raw: dict[str, Any]) -> None:
    (row,), _ = read(saved(raw), INSTALOADER)
    assert (row.kind, row.message_id, row.text, row.created_at) == (
        "post",
        PK,
        "Nos permanences #collectif",
        WHEN,
    )
    assert (row.author_id, row.author_handle, row.author_name) == ("7", "asso", "Association")
    assert (row.like_count, row.reply_count, row.hashtags) == (4, 3, ["collectif"])
    assert row.url == "https://www.instagram.com/p/ABCdef12345/"
    assert best_format(json.dumps(saved(raw)).encode()) == "instaloader"


def test_a_hidden_count_and_an_absent_caption_are_missing() -> None:
    raw = node(edge_media_preview_like={"count": -1})
    del raw["edge_media_to_caption"]
    (row,), _ = read(saved(raw), INSTALOADER)
    assert (row.like_count, row.text) == (None, "")
    assert {"like_count", "text", "view_count"} <= set(row.missing)


def test_a_post_that_fills_the_first_bytes_is_recognised_before_its_signature() -> None:
    data = json.dumps(saved(node(padding="x" * 70_000)), separators=(",", ":")).encode()
    assert data.index(b'"instaloader"') > 64 << 10
    assert best_format(data) == "instaloader"
    assert best_format(json.dumps(saved(node()), indent=4, sort_keys=True).encode()) == "instaloader"


def test_stories_profiles_and_hashtags() -> None:
    rows, _ = read(saved(node(), "StoryItem"), INSTALOADER)
    assert (rows[0].kind, rows[0].url) == ("story", None)
    for kind in ("Profile", "Hashtag"):
        assert skipped(read(saved({"id": "7"}, kind), INSTALOADER)[1]) == {"not_a_message": 1}
    assert skipped(read(saved({"id": "7"}, "Reel"), INSTALOADER)[1]) == {"unsupported_variant": 1}


def test_comments_and_their_answers() -> None:
    rows, entry = read(COMMENTS, INSTALOADER)
    first = "17800000000000001"
    assert [(row.message_id, row.kind, row.parent_id) for row in rows] == [
        (first, "comment", None),
        ("17800000000000002", "reply", first),
        ("17800000000000003", "comment", None),
    ]
    assert (rows[0].author_handle, rows[0].like_count, rows[0].reply_count, rows[1].reply_count) == (
        "zoe",
        2,
        1,
        None,
    )
    assert (rows[0].created_at, rows[0].id_time, rows[0].mentions) == (WHEN, None, ["ada"])
    assert "target_id" in rows[0].missing
    assert rows[1].locator.endswith("/answers/0")
    assert (entry.mapped, best_format(json.dumps(COMMENTS).encode())) == (3, "instaloader")


@pytest.mark.parametrize("suffix", [".json", ".json.xz"])
def test_the_post_is_found_beside_its_comments(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "asso"
    folder.mkdir()
    (folder / "2026-10-01_10-00-00_UTC_comments.json").write_text(json.dumps(COMMENTS))
    body = json.dumps(saved(node())).encode()
    (folder / f"2026-10-01_10-00-00_UTC{suffix}").write_bytes(
        lzma.compress(body) if suffix.endswith("xz") else body
    )
    rows = list(read_paths([folder], now=NOW))
    assert sorted(row.kind for row in rows) == ["comment", "comment", "post", "reply"]
    assert {row.target_id for row in rows if row.kind != "post"} == {PK}
    assert {row.url for row in rows if row.message_id == "17800000000000003"} == {
        "https://www.instagram.com/p/ABCdef12345/c/17800000000000003/"
    }


def test_a_damaged_neighbour_only_leaves_the_post_unknown() -> None:
    members = {"a.json.xz": b"\xfd7zXZ\x00broken", "a.json": b"{"}
    rows, entry = read(COMMENTS, INSTALOADER, path="a_comments.json", members=members)
    assert ([row.target_id for row in rows], entry.failed) == ([None] * 3, [])


@pytest.mark.parametrize("odd", [3, None, {}, {"text": "a"}, {"id": 1, "text": 3, "created_at": "x"}])
def test_an_odd_comment_fails_or_is_set_aside_alone(odd: Any) -> None:
    rows, entry = read([odd, comment(2)], INSTALOADER)
    assert (rows[-1].message_id, entry.read) == ("17800000000000002", 2)


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(COMMENTS, indent=4).encode()
    rows, _ = read(data, INSTALOADER)
    assert str(json.loads(bytes_at(data, rows[2].locator))["id"]) == rows[2].message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps([comment(n) for n in range(3)]).encode(), INSTALOADER)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(COMMENTS).encode(), INSTALOADER)
    assert_changes_are_survived(json.dumps(saved(node())).encode(), INSTALOADER)
