"""Facebook Graph API: posts, comments without their author, nested replies, inbox, tokens left behind."""

import json
from typing import Any

import pytest

from saisine.messages.formats.facebook_graph import FACEBOOK_GRAPH
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

AT = "2026-10-01T10:00:00+0000"
WHEN = utc("2026-10-01T10:00:00Z")
LINK = "https://www.facebook.com/111111/posts/222222/?comment_id="
TOKEN = "EAAB-jeton-secret"


def comment(number: int = 1, *replies: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": f"222222_{number}",
        "message": "Bonjour",
        "created_time": AT,
        "from": {"id": "33", "name": "Zoé"},
        "like_count": 3,
        "comment_count": len(replies),
        "permalink_url": f"{LINK}{number}",
        **({"comments": {"data": list(replies)}} if replies else {}),
        **fields,
    }


def post(**fields: Any) -> dict[str, Any]:
    return {
        "id": "111111_222222",
        "message": "Nos permanences",
        "created_time": AT,
        "updated_time": AT,
        "from": {"id": "111111", "name": "Association"},
        "permalink_url": "https://www.facebook.com/111111/posts/222222/",
        **fields,
    }


def page(*data: dict[str, Any], edge: str = "comments") -> dict[str, Any]:
    link = f"https://graph.facebook.com/v23.0/111111_222222/{edge}?access_token={TOKEN}&after=x"
    return {"data": list(data), "paging": {"cursors": {"after": "x"}, "next": link}}


THREAD = page(comment(1, comment(2, parent={"id": "222222_1"})), comment(3))


def test_the_shared_comments_have_no_author_and_say_so() -> None:
    path = shared_file("samples/facebook-graph-api/comments_p1.json")
    rows, entry = read(path, FACEBOOK_GRAPH)
    source = json.loads(path.read_bytes())["data"]
    assert [(row.text, row.url, row.like_count) for row in rows] == [
        (one["message"], one["permalink_url"], one["like_count"]) for one in source
    ]
    assert all({"author_id", "author_name"} <= set(row.missing) for row in rows)
    assert rows[0].message_id == "10158407654328553_10158407835073553"
    assert rows[0].created_at == utc("2021-08-10T18:45:03Z")
    assert (rows[5].kind, rows[5].parent_id) == ("reply", "10158407654328553_10158407903973553")
    assert {row.target_id for row in rows} == {"19292868552_10158407654328553"}
    # four replies are announced, and four stand further down the same page
    assert (entry.mapped, notes(entry), best_format(path.read_bytes())) == (
        10,
        {"more_pages": 1},
        "facebook-graph",
    )


def test_the_shared_comment_names_its_author() -> None:
    (row,), _ = read(shared_file("samples/facebook-graph-api/comment.json"), FACEBOOK_GRAPH)
    assert (row.author_id, row.author_name, row.message_id, row.text) == (
        "2711636948859886",
        "Kun Liu",
        "2954961744718970_2966313500250461",
        "My Nice Car ",
    )
    assert row.created_at == utc("2021-07-23T08:35:18Z")


def test_the_shared_posts() -> None:
    rows, entry = read(shared_file("samples/facebook-graph-api/feed_p1.json"), FACEBOOK_GRAPH)
    assert [row.kind for row in rows] == ["post"] * 5
    assert [("text" in row.missing) for row in rows] == [False, False, False, True, False]
    rows, entry = read(shared_file("samples/facebook-graph-api/feeds_default_fields_p1.json"), FACEBOOK_GRAPH)
    first = rows[0]
    assert (first.like_count, first.share_count, first.reply_count) == (125, 10, 13)
    assert first.mentions == ["Ninja Van Singapore", "Messenger"]
    assert (entry.mapped, notes(entry)) == (
        5,
        {"replies_missing": sum(row.reply_count or 0 for row in rows), "more_pages": 1},
    )


def test_nested_replies_are_rows_of_their_own() -> None:
    rows, entry = read(THREAD, FACEBOOK_GRAPH)
    assert [(row.message_id, row.kind, row.parent_id) for row in rows] == [
        ("222222_1", "comment", None),
        ("222222_2", "reply", "222222_1"),
        ("222222_3", "comment", None),
    ]
    assert rows[1].locator.endswith("/comments/data/0")
    assert (entry.read, entry.mapped, notes(entry)) == (3, 3, {"more_pages": 1})
    assert {(row.target_id, row.created_at, row.author_name) for row in rows} == {
        ("111111_222222", WHEN, "Zoé")
    }


def test_comments_carried_by_a_post_hang_under_it() -> None:
    bare = {"id": "222222_9", "message": "Oui", "created_time": AT}
    rows, entry = read(
        page(post(comments={"data": [bare], "summary": {"total_count": 4}}), edge="feed"), FACEBOOK_GRAPH
    )
    assert [(row.kind, row.target_id) for row in rows] == [("post", None), ("comment", "111111_222222")]
    assert notes(entry) == {"replies_missing": 3, "more_pages": 1}


def test_replies_met_elsewhere_in_the_file_are_not_called_missing() -> None:
    top = comment(1, comment_count=3)
    flat = comment(2, parent={"id": "222222_1"})
    assert notes(read(page(top, flat), FACEBOOK_GRAPH)[1]) == {"replies_missing": 2, "more_pages": 1}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(page(comment(1), comment(2))).encode(),
        json.dumps([comment(1), comment(2)]).encode(),
        json.dumps([page(comment(1)), page(comment(2))]).encode(),
        b"\n".join(json.dumps(comment(n)).encode() for n in (1, 2)),
        json.dumps({"222222_1": comment(1), "222222_2": comment(2)}).encode(),
        b"\xef\xbb\xbf" + json.dumps(page(comment(1), comment(2)), indent=1).encode(),
    ],
    ids=["page", "list", "list of pages", "lines", "by identifier", "BOM"],
)
def test_every_wrapping_gives_the_same_messages(data: bytes) -> None:
    rows, entry = read(data, FACEBOOK_GRAPH)
    assert [row.message_id for row in rows] == ["222222_1", "222222_2"]
    assert (entry.failed, best_format(data)) == ([], "facebook-graph")


def test_no_token_is_copied_into_a_row_or_a_ledger() -> None:
    rows, entry = read(THREAD, FACEBOOK_GRAPH)
    told = json.dumps([row.as_json() for row in rows] + [entry.as_json()], default=str)
    assert TOKEN not in told
    assert "access_token" not in told


def test_the_page_tells_posts_from_comments_where_their_fields_do_not() -> None:
    bare = {"id": "1_2", "message": "Bonjour", "created_time": AT}
    assert [row.kind for row in read(page(bare, edge="feed"), FACEBOOK_GRAPH)[0]] == ["post"]
    assert [row.kind for row in read(page(bare, edge="comments"), FACEBOOK_GRAPH)[0]] == ["comment"]
    (unsure,), _ = read({"data": [bare]}, FACEBOOK_GRAPH)
    assert (unsure.kind, "kind" in unsure.missing) == ("comment", True)


def test_messages_of_the_inbox() -> None:
    written = {
        "id": "m_1",
        "created_time": AT,
        "message": "Bonsoir",
        "from": {"id": "33", "name": "Zoé", "email": "zoe@exemple.test"},
        "to": {"data": [{"id": "111111", "name": "Association"}]},
    }
    rows, entry = read({"data": [{"id": "t_7", "messages": {"data": [written]}}]}, FACEBOOK_GRAPH)
    assert [(row.kind, row.conversation_id, row.author_name, row.target_handle) for row in rows] == [
        ("dm", "t_7", "Zoé", "Association")
    ]
    assert (entry.mapped, "exemple.test" in str(rows[0])) == (1, False)


def test_hidden_and_unpublished_are_told() -> None:
    rows, _ = read([comment(1, is_hidden=True), post(is_published=False)], FACEBOOK_GRAPH)
    assert [row.visibility for row in rows] == ["hidden", "unpublished"]


def test_reactions_and_profiles_are_counted() -> None:
    _, entry = read(
        {"data": [{"id": "1", "name": "Zoé", "type": "LIKE"}, {"id": "2", "name": "Page"}]}, FACEBOOK_GRAPH
    )
    assert skipped(entry) == {"like_or_reaction": 1, "not_a_message": 1}


def test_an_object_without_identifier_gets_a_derived_one() -> None:
    bare = {"message": "Bonjour", "created_time": AT, "like_count": 0}
    rows, _ = read(page(bare, bare), FACEBOOK_GRAPH)
    assert [str(row.message_id).startswith("derived:") for row in rows] == [True, True]
    assert len({row.message_id for row in rows}) == 2
    assert "message_id" in rows[0].missing


@pytest.mark.parametrize(
    "odd", [3, None, [], {"message": 3, "created_time": AT}, {"created_time": "x", "id": "1"}]
)
def test_an_odd_object_fails_or_is_set_aside_alone(odd: Any) -> None:
    rows, entry = read(page(odd, comment(2)), FACEBOOK_GRAPH)
    assert rows[-1].message_id == "222222_2"
    assert entry.read == 2


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(THREAD, indent=1).encode()
    for row in read(data, FACEBOOK_GRAPH)[0]:
        held = json.loads(bytes_at(data, row.locator))
        assert row.message_id in (
            held["id"],
            *(one["id"] for one in held.get("comments", {}).get("data", ())),
        )


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps(page(comment(1), comment(2), comment(3))).encode(), FACEBOOK_GRAPH)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(THREAD).encode(), FACEBOOK_GRAPH)
