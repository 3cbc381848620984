"""Instagram Graph API: comments, replies, media without text or date, identifiers that hold no time."""

import json
from typing import Any

import pytest

from saisine.messages.formats.instagram_graph import INSTAGRAM_GRAPH
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

AT = "2026-10-01T10:00:00+0000"
FIRST = 17_800_000_000_000_000


def comment(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(FIRST + number),
        "text": "Bonjour @ada #Été",
        "timestamp": AT,
        "username": "zoe",
        "like_count": 0,
        **fields,
    }


def media(**fields: Any) -> dict[str, Any]:
    return {
        "id": str(FIRST),
        "caption": "Nos permanences",
        "media_type": "IMAGE",
        "media_url": "https://images.exemple.test/1.jpg",
        "permalink": "https://www.instagram.com/p/ABC/",
        "timestamp": AT,
        "username": "asso",
        "like_count": 4,
        "comments_count": 3,
        **fields,
    }


PAGE = {
    "data": [comment(1, replies={"data": [comment(2)]}), comment(3)],
    "paging": {"cursors": {"after": "x"}},
}


def test_the_shared_comments() -> None:
    path = shared_file("samples/instagram-graph-api/comments_fields.json")
    rows, _ = read(path, INSTAGRAM_GRAPH)
    assert [
        (row.message_id, row.author_handle, row.text, row.created_at, row.like_count) for row in rows
    ] == [
        ("17892250648466172", "ikroskun", "@ikroskun  Hey, guys", utc("2020-02-24T09:15:16Z"), 1),
        ("17858154961981086", "lixiangguodu123", "Beautiful!", utc("2020-06-01T10:56:52Z"), 0),
    ]
    assert best_format(path.read_bytes()) == "instagram-graph"


def test_the_shared_page_without_authors_says_so() -> None:
    path = shared_file("samples/instagram-graph-api/comments_p1.json")
    rows, _ = read(path, INSTAGRAM_GRAPH)
    assert [row.like_count for row in rows] == [None, None]
    assert all({"author_handle", "like_count"} <= set(row.missing) for row in rows)
    assert best_format(path.read_bytes()) == "instagram-graph"


def test_the_shared_media_and_search() -> None:
    rows, _ = read(shared_file("samples/instagram-graph-api/medias_fields.json"), INSTAGRAM_GRAPH)
    assert [(row.kind, row.text, len(row.media_urls)) for row in rows] == [
        ("post", "Peach new", 1),
        ("post", "ALBUM", 3),
    ]
    path = shared_file("samples/instagram-graph-api/hashtag_recent_medias_p1.json")
    rows, entry = read(path, INSTAGRAM_GRAPH)
    assert [(row.like_count, row.reply_count) for row in rows] == [
        (804, 8),
        (1430, 44),
        (448, 6),
        (502, 57),
        (165, 12),
    ]
    assert all({"text", "created_at", "url"} <= set(row.missing) for row in rows)
    assert (notes(entry), best_format(path.read_bytes())) == ({"more_pages": 1}, "instagram-graph")


def test_identifiers_of_this_api_hold_no_time() -> None:
    """They would read as September 2011, whatever their age."""
    bare = {"id": "18088158883149835", "media_type": "IMAGE", "like_count": 1, "comments_count": 0}
    rows, _ = read([bare, comment(1)], INSTAGRAM_GRAPH)
    assert [(row.created_at, row.id_time) for row in rows] == [
        (None, None),
        (utc("2026-10-01T10:00:00Z"), None),
    ]


def test_replies_are_rows_of_their_own() -> None:
    rows, entry = read(PAGE, INSTAGRAM_GRAPH)
    first = str(FIRST + 1)
    assert [(row.kind, row.parent_id) for row in rows] == [
        ("comment", None),
        ("reply", first),
        ("comment", None),
    ]
    assert rows[1].locator.endswith("/replies/data/0")
    assert (rows[0].reply_count, rows[0].mentions, rows[0].hashtags) == (1, ["ada"], ["Été"])
    assert (entry.mapped, best_format(json.dumps(PAGE).encode())) == (3, "instagram-graph")


def test_comments_carried_by_a_media_and_those_that_lack() -> None:
    rows, entry = read(media(comments={"data": [comment(1)]}), INSTAGRAM_GRAPH)
    assert [(row.kind, row.target_id) for row in rows] == [("post", None), ("comment", str(FIRST))]
    assert notes(entry) == {"replies_missing": 2}
    assert notes(read(media(), INSTAGRAM_GRAPH)[1]) == {}


def test_a_reply_fetched_alone_knows_its_parent_and_its_media() -> None:
    raw = comment(2, parent_id="178", media={"id": "179"}, hidden=True)
    raw["from"] = {"id": "5", "username": "zoe"}
    (row,), _ = read([raw], INSTAGRAM_GRAPH)
    assert (row.kind, row.parent_id, row.target_id, row.visibility, row.author_id) == (
        "reply",
        "178",
        "179",
        "hidden",
        "5",
    )


def test_stories_and_profiles() -> None:
    rows, entry = read([media(media_product_type="STORY"), {"id": "1", "name": "Asso"}], INSTAGRAM_GRAPH)
    assert ([row.kind for row in rows], skipped(entry)) == (["story"], {"not_a_message": 1})


@pytest.mark.parametrize("odd", [3, None, {}, {"text": 3, "id": "1"}, {"text": "a", "timestamp": "x"}])
def test_an_odd_object_fails_or_is_set_aside_alone(odd: Any) -> None:
    rows, entry = read({"data": [odd, comment(2)]}, INSTAGRAM_GRAPH)
    assert rows[-1].message_id == str(FIRST + 2)
    assert entry.read == 2


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps({"data": [comment(1), comment(2)]}, indent=1).encode()
    for row in read(data, INSTAGRAM_GRAPH)[0]:
        assert json.loads(bytes_at(data, row.locator))["id"] == row.message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps({"data": [comment(n) for n in range(3)]}).encode(), INSTAGRAM_GRAPH)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(PAGE).encode(), INSTAGRAM_GRAPH)
