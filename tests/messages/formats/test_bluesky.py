"""Bluesky: threads with what is gone, feeds with reposts, records, byte offsets, clocks of applications."""

import json
from datetime import UTC
from typing import Any

import pytest

from saisine.messages.formats.bluesky import BLUESKY
from saisine.messages.formats.bluesky_records import time_fields
from saisine.messages.idtime import TID_SHAPE, time_of_id
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc
from tests.shared import shared_file

DID = "did:plc:kvwvcn5iqfooopmyzvb4qzba"
KEYS = {1: "3kaheyt6vpc22", 2: "3kahesw26il2z", 3: "3kahesw26il3z"}


def uri(number: int = 1) -> str:
    return f"at://did:plc:invente{number}/app.bsky.feed.post/{KEYS[number]}"


def view(number: int = 1, text: str = "Bonjour", **record: Any) -> dict[str, Any]:
    did = f"did:plc:invente{number}"
    return {
        "uri": uri(number),
        "cid": "bafy",
        "author": {"did": did, "handle": f"ada{number}.test", "displayName": f"Ada {number}"},
        "record": {
            "$type": "app.bsky.feed.post",
            "text": text,
            "createdAt": "2023-09-28T12:49:36.735Z",
            "langs": ["fr"],
            **record,
        },
        "replyCount": 1,
        "repostCount": 2,
        "likeCount": 3,
        "quoteCount": 4,
        "indexedAt": "2023-09-28T12:49:37.000Z",
    }


def answer(number: int, **fields: Any) -> dict[str, Any]:
    above = {"uri": uri(1), "cid": "bafy"}
    return view(number, reply={"root": above, "parent": above}, **fields)


THREAD = {
    "thread": {
        "$type": "app.bsky.feed.defs#threadViewPost",
        "post": view(1),
        "parent": {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(3), "notFound": True},
        "replies": [
            {"$type": "app.bsky.feed.defs#threadViewPost", "post": answer(2), "replies": []},
            {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri(3), "blocked": True},
        ],
    }
}


def test_the_shared_thread_gives_the_post_and_the_post_it_quotes() -> None:
    path = shared_file("samples/bluesky/thread_view_post_with_embed_media.json")
    rows, entry = read(path, BLUESKY)
    assert [(row.role, row.kind, row.text, row.created_at) for row in rows] == [
        ("primary", "quote", "", utc("2023-09-28T12:49:36.735Z")),
        ("context", "post", "test", utc("2023-09-28T12:46:18.414Z")),
    ]
    assert rows[0].quote_of_id == rows[1].message_id == f"at://{DID}/app.bsky.feed.post/3kahesw26il2z"
    assert rows[0].url == f"https://bsky.app/profile/{DID}/post/3kaheyt6vpc22"
    assert (rows[0].author_handle, rows[0].author_name, rows[0].lang) == (
        "test.marshal.dev",
        "Python SDK",
        "en",
    )
    assert (rows[0].like_count, rows[0].share_count, rows[0].reply_count, rows[0].view_count) == (
        0,
        0,
        0,
        None,
    )
    assert len(rows[0].media_urls) == 1
    assert {row.time_flag for row in rows} == {None}
    assert best_format(path.read_bytes()) == "bluesky"
    assert entry.failed == []


def test_the_shared_record_is_flagged_217_days_apart() -> None:
    (row,), _ = read(shared_file("samples/bluesky/post_record.json"), BLUESKY)
    assert (row.text, row.time_flag, row.created_at_precision) == ("new text114", "differs", "us")
    assert row.created_at is not None
    assert row.id_time is not None
    assert round((row.created_at - row.id_time).total_seconds() / 86_400) == 217
    assert (row.author_id, row.like_count) == (DID, None)


def test_every_date_of_the_reference_syntax_is_read() -> None:
    lines = shared_file("samples/bluesky/datetime_syntax_valid.txt").read_text("utf-8").splitlines()
    dates = [line for line in lines if line and not line.startswith("#")]
    assert len(dates) > 20
    for stated in dates:
        assert time_fields(stated)["created_at"].tzinfo is UTC


def test_every_key_of_the_reference_syntax_is_a_time_or_out_of_range() -> None:
    lines = shared_file("samples/bluesky/tid_syntax_valid.txt").read_text("utf-8").splitlines()
    keys = [line for line in lines if line and not line.startswith("#")]
    assert all(TID_SHAPE.fullmatch(key) for key in keys)
    assert time_of_id("bluesky", "3jzfcijpj2z2a") is not None


def test_a_thread_keeps_the_address_and_the_time_of_what_is_gone() -> None:
    rows, entry = read(THREAD, BLUESKY)
    assert [(row.role, row.deleted, row.kind) for row in rows] == [
        ("primary", "none", "post"),
        ("context", "tombstone", "post"),
        ("primary", "none", "reply"),
        ("primary", "withheld", "post"),
    ]
    assert (rows[1].created_at_source, rows[1].text) == ("id", "")
    assert "text" in rows[1].missing
    assert (rows[2].parent_id, rows[2].conversation_id) == (uri(1), uri(1))
    assert (entry.mapped, entry.context, entry.failed) == (3, 1, [])


def test_places_of_links_count_bytes_and_not_signs() -> None:
    text = "Été 👀 @ada.test voir ici #alerte"

    def place(part: str) -> dict[str, int]:
        start = len(text[: text.index(part)].encode())
        return {"byteStart": start, "byteEnd": start + len(part.encode())}

    facets = [
        {
            "index": place("@ada.test"),
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:x"}],
        },
        {
            "index": place("ici"),
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://e.test/a"}],
        },
        {"index": place("#alerte"), "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "alerte"}]},
    ]
    (row,), _ = read({"posts": [view(text=text, facets=facets)]}, BLUESKY)
    assert (list(row.mentions), list(row.urls), list(row.hashtags)) == (
        ["ada.test"],
        ["https://e.test/a"],
        ["alerte"],
    )


def test_a_repost_in_a_feed_carries_the_post_as_context() -> None:
    by = {"did": "did:plc:zoe", "handle": "zoe.test"}
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": by, "indexedAt": "2023-09-29T00:00:00.000Z"}
    rows, entry = read(
        {"feed": [{"post": view(1), "reason": reason}, {"post": view(2)}], "cursor": "x"}, BLUESKY
    )
    assert [(row.kind, row.role, row.author_handle) for row in rows] == [
        ("repost", "primary", "zoe.test"),
        ("post", "context", "ada1.test"),
        ("post", "primary", "ada2.test"),
    ]
    assert (rows[0].repost_of_id, rows[0].created_at) == (uri(1), utc("2023-09-29T00:00:00Z"))
    assert (entry.mapped, entry.context) == (2, 1)


def test_notifications_give_what_was_written_and_count_the_reactions() -> None:
    items = [answer(2) | {"reason": "reply"}, view(1) | {"reason": "like"}, view(3) | {"reason": "follow"}]
    rows, entry = read({"notifications": items}, BLUESKY)
    assert [row.message_id for row in rows] == [uri(2)]
    assert skipped(entry) == {"like_or_reaction": 1, "not_a_message": 1}


def test_records_of_a_repository_are_told_by_their_collection() -> None:
    def record(kind: str, **value: Any) -> dict[str, Any]:
        return {"uri": f"at://did:plc:x/{kind}/3kaheyt6vpc22", "cid": "b", "value": {"$type": kind, **value}}

    stated = {"createdAt": "2023-09-28T12:49:36.735Z"}
    page = [
        record("app.bsky.feed.post", text="Oui", **stated),
        record("app.bsky.feed.like", subject={"uri": uri(1)}, **stated),
        record("app.bsky.feed.repost", subject={"uri": uri(1)}, **stated),
        record("app.bsky.graph.follow", subject="did:x", **stated),
    ]
    rows, entry = read({"records": page, "cursor": "3k"}, BLUESKY)
    assert [(row.kind, row.text, row.repost_of_id) for row in rows] == [
        ("post", "Oui", None),
        ("repost", "", uri(1)),
    ]
    assert skipped(entry) == {"like_or_reaction": 1, "not_a_message": 1}


def test_a_record_without_address_has_a_derived_id_and_no_author() -> None:
    data = json.dumps(
        {"$type": "app.bsky.feed.post", "text": "Oui", "createdAt": "2023-09-28T12:49:36Z"}
    ).encode()
    (row,), _ = read(data, BLUESKY)
    assert str(row.message_id).startswith("derived:")
    assert (row.author_id, row.url) == (None, None)
    assert {"message_id", "author_id"} <= set(row.missing)
    assert best_format(data) == "bluesky"


def test_the_clock_of_an_application_is_compared_with_the_day_the_network_saw_the_post() -> None:
    late = view(1) | {"indexedAt": "2024-01-01T00:00:00.000Z"}
    rows, _ = read({"posts": [view(1), late]}, BLUESKY)
    assert [row.time_flag for row in rows] == [None, "differs"]


def test_python_exports_are_read_with_their_own_keys() -> None:
    post = {
        "uri": uri(1), "cid": "b", "py_type": "app.bsky.feed.defs#postView",
        "author": {"did": "did:plc:invente1", "handle": "ada.test", "display_name": "Ada"},
        "record": {"py_type": "app.bsky.feed.post", "text": "Oui", "created_at": "2023-09-28T12:49:36.735Z"},
        "like_count": 7, "indexed_at": "2023-09-28T12:49:37.000Z",
    }  # fmt: skip
    data = (json.dumps(post) + "\n" + json.dumps(post) + "\n").encode()
    rows, _ = read(data, BLUESKY)
    assert [(row.text, row.author_name, row.like_count) for row in rows] == [("Oui", "Ada", 7)] * 2
    assert best_format(data) == "bluesky"


def test_a_hidden_count_is_missing_not_zero() -> None:
    bare = view(1)
    del bare["likeCount"]
    (row,), _ = read({"posts": [bare]}, BLUESKY)
    assert row.like_count is None
    assert "like_count" in row.missing


@pytest.mark.parametrize("odd", [3, {}, {"post": 3}, {"uri": uri(1), "author": {}, "record": {"text": 3}}])
def test_an_odd_post_stops_nothing(odd: Any) -> None:
    rows, entry = read({"posts": [odd, view(2)]}, BLUESKY)
    assert [row.message_id for row in rows if row.role == "primary"][-1] == uri(2)
    assert entry.read == 2


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps({"posts": [view(1), view(2)]}, indent=1, ensure_ascii=False).encode()
    for row in read(data, BLUESKY)[0]:
        assert json.loads(bytes_at(data, row.locator))["uri"] == row.message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps({"posts": [view(1), view(2)]}, ensure_ascii=False).encode(), BLUESKY)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps(THREAD, ensure_ascii=False).encode(), BLUESKY)
