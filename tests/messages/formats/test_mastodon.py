"""Mastodon: statuses of the API, what they carry, and the archive of one's own account."""

import json
from typing import Any

import pytest

from saisine.messages.formats.mastodon import MASTODON_API
from saisine.messages.formats.mastodon_archive import MASTODON_ARCHIVE
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc
from tests.shared import shared_file

ID = 113_377_880_000_000_000  # 2024-10-27T09:31:58Z


def status(number: int = 1, content: str = "<p>Bonjour</p>", **fields: Any) -> dict[str, Any]:
    return {
        "id": str(ID + number),
        "created_at": "2024-10-27T09:31:58.000Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "fr",
        "url": f"https://instance.test/@ada/{ID + number}",
        "replies_count": 1,
        "reblogs_count": 2,
        "favourites_count": 3,
        "edited_at": None,
        "content": content,
        "reblog": None,
        "account": {
            "id": "5",
            "acct": "ada",
            "display_name": "Ada",
            "created_at": "2022-01-01T00:00:00.000Z",
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        **fields,
    }


PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTOR = "https://instance.test/users/ada"


def activity(number: int = 1, to: Any = PUBLIC, cc: Any = (), **note: Any) -> dict[str, Any]:
    address = f"{ACTOR}/statuses/{ID + number}"
    return {
        "id": f"{address}/activity",
        "type": "Create",
        "actor": ACTOR,
        "published": "2024-10-27T09:31:58Z",
        "to": [to],
        "cc": list(cc),
        "object": {
            "id": address,
            "type": "Note",
            "content": "<p>Bonjour</p>",
            "to": [to],
            "cc": list(cc),
            **note,
        },
    }


def outbox(*items: Any) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "outbox.json",
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": list(items),
    }


def test_the_shared_answers_give_21_occurrences_of_14_statuses_and_no_flag() -> None:
    rows = []
    for path in sorted(shared_file("samples/mastodon-api").glob("*.json")):
        if best_format(path.read_bytes()) == "mastodon-api":
            found, entry = read(path, MASTODON_API)
            assert entry.failed == [], path.name
            rows += found
    assert (len(rows), len({row.message_id for row in rows})) == (21, 14)
    assert {row.time_flag for row in rows} == {None}
    assert all(abs((row.created_at - row.id_time).total_seconds()) <= 0.003 for row in rows)  # type: ignore[operator]


def test_three_shared_rows_are_what_their_source_says() -> None:
    rows, _ = read(shared_file("samples/mastodon-api/list_timeline_5.json"), MASTODON_API)
    assert (rows[1].message_id, rows[1].text) == ("117020592137523525", "you can't say that on television")
    assert (rows[4].text, list(rows[4].mentions), list(rows[4].urls)) == (
        "@mastodonpy_test beep beep I'm a jeep",
        ["mastodonpy_test"],
        [],
    )
    (reply,), _ = read(shared_file("samples/mastodon-api/status_reply_2.json"), MASTODON_API)
    assert (reply.kind, reply.parent_id, reply.target_id) == (
        "reply",
        "117020583245459824",
        "117020566092212359",
    )
    (edited,), _ = read(shared_file("samples/mastodon-api/status_edit_3.json"), MASTODON_API)
    assert edited.edited_at is not None
    assert edited.created_at == utc("2026-08-01T13:54:00.505Z")


def test_the_shared_quote_carries_the_quoted_status_as_context() -> None:
    rows, _ = read(shared_file("samples/mastodon-api/status_post_with_quote_1.json"), MASTODON_API)
    assert [(row.kind, row.role, row.visibility) for row in rows] == [
        ("quote", "primary", "unlisted"),
        ("post", "context", "unlisted"),
    ]
    assert rows[0].quote_of_id == rows[1].message_id == "117020582917124092"
    assert rows[1].locator.endswith("/quote/quoted_status")


def test_the_answer_to_a_deletion_is_told_as_a_variant() -> None:
    rows, entry = read(shared_file("samples/mastodon-api/status_reply_3.json"), MASTODON_API)
    assert (rows, skipped(entry)) == ([], {"unsupported_variant": 1})


def test_a_boost_shows_the_text_it_repeats_and_carries_it() -> None:
    inner = status(1, account={"id": "9", "acct": "zoe@ailleurs.test", "display_name": "Zoé"})
    rows, entry = read([status(2, content="", reblog=inner)], MASTODON_API)
    assert [(row.kind, row.role, row.text, row.author_handle) for row in rows] == [
        ("repost", "primary", "Bonjour", "ada"),
        ("post", "context", "Bonjour", "zoe@ailleurs.test"),
    ]
    assert rows[0].repost_of_id == rows[1].message_id
    assert (entry.mapped, entry.context) == (1, 1)


def test_a_content_warning_stands_above_the_text() -> None:
    (row,), _ = read(status(content="<p>Un<br>deux &amp; trois</p>", spoiler_text="Attention"), MASTODON_API)
    assert (row.text, list(row.text_repairs)) == ("Attention\n\nUn\ndeux & trois", ["html_stripped"])
    assert row.text_raw == "<p>Un<br>deux &amp; trois</p>"


def test_links_that_are_neither_mentions_nor_hashtags_are_kept() -> None:
    content = (
        '<p><a href="https://i.test/@zoe">@zoe</a> <a href="https://i.test/tags/alerte">#alerte</a> '
        '<a href="https://e.test/a">e.test/a</a></p>'
    )
    raw = status(
        content=content,
        mentions=[{"id": "9", "acct": "zoe", "url": "https://i.test/@zoe"}],
        tags=[{"name": "alerte", "url": "https://i.test/tags/alerte"}],
    )
    (row,), _ = read(raw, MASTODON_API)
    assert (list(row.mentions), list(row.hashtags), list(row.urls)) == (
        ["zoe"],
        ["alerte"],
        ["https://e.test/a"],
    )


def test_what_stands_above_a_reply_is_context_and_what_stands_below_is_not() -> None:
    page = {"ancestors": [status(1)], "descendants": [status(2), status(3, visibility="direct")]}
    rows, entry = read(page, MASTODON_API)
    assert sorted((row.role, row.kind, row.message_id) for row in rows) == [
        ("context", "post", str(ID + 1)),
        ("primary", "dm", str(ID + 3)),
        ("primary", "post", str(ID + 2)),
    ]
    assert (entry.read, entry.mapped, entry.context) == (2, 2, 1)


def test_a_favourite_is_a_reaction_and_a_mention_a_message() -> None:
    base = {"created_at": "2024-10-27T09:31:58.000Z", "account": {"id": "9", "acct": "zoe"}}
    items = [
        {"id": "1", "type": "mention", "status": status(1)} | base,
        {"id": "2", "type": "favourite", "status": status(2)} | base,
        {"id": "3", "type": "follow"} | base,
    ]
    rows, entry = read(items, MASTODON_API)
    assert [(row.role, row.message_id) for row in rows] == [
        ("primary", str(ID + 1)),
        ("context", str(ID + 2)),
    ]
    assert skipped(entry) == {"like_or_reaction": 1, "not_a_message": 1}


def test_the_history_of_edits_is_told_as_a_variant() -> None:
    version = {"content": "<p>a</p>", "created_at": "2024-10-27T09:31:58.000Z", "account": {"id": "5"}}
    _, entry = read([version], MASTODON_API)
    assert skipped(entry) == {"unsupported_variant": 1}


def test_an_archive_tells_visibility_by_its_addressees() -> None:
    followers = f"{ACTOR}/followers"
    items = [
        activity(1, PUBLIC, [followers]),
        activity(2, followers, [PUBLIC]),
        activity(3, followers),
        activity(4, "https://ailleurs.test/users/zoe"),
    ]
    members = {"actor.json": json.dumps({"preferredUsername": "ada", "name": "Ada"}).encode()}
    rows, _ = read(outbox(*items), MASTODON_ARCHIVE, path="archive.zip!outbox.json", members=members)
    assert [row.visibility for row in rows] == ["public", "unlisted", "private", "direct"]
    assert [row.kind for row in rows] == ["post", "post", "post", "dm"]
    assert {(row.author_handle, row.author_name, row.owner_is_author) for row in rows} == {
        ("ada@instance.test", "Ada", True)
    }
    assert rows[0].message_id == str(ID + 1)


def test_an_archived_boost_names_what_it_repeats_without_its_text() -> None:
    boost = activity(1) | {"type": "Announce", "object": "https://ailleurs.test/users/zoe/statuses/7"}
    (row,), _ = read(outbox(boost), MASTODON_ARCHIVE)
    assert (row.kind, row.text, row.url) == ("repost", "", "https://ailleurs.test/users/zoe/statuses/7")
    assert "text" in row.missing


@pytest.mark.parametrize(
    ("quote", "said", "is_missing"),
    [
        ({"quote": "https://ailleurs.test/users/zoe/statuses/7"}, "7", False),
        ({"_misskey_quote": "https://ailleurs.test/notes/abc"}, "https://ailleurs.test/notes/abc", False),
        ({"quote": {"type": "Tombstone"}}, None, True),
    ],
)
def test_an_archived_quote_names_what_it_quotes(quote: Any, said: str | None, *, is_missing: bool) -> None:
    (row,), _ = read(outbox(activity(**quote)), MASTODON_ARCHIVE)
    assert (row.kind, row.quote_of_id, "quote_of_id" in row.missing) == ("quote", said, is_missing)
    (row,), _ = read(outbox(activity(**quote, inReplyTo="https://ailleurs.test/notes/d")), MASTODON_ARCHIVE)
    assert (row.kind, row.quote_of_id) == ("reply", said)


def test_favourites_of_an_archive_are_counted() -> None:
    likes = outbox("https://ailleurs.test/users/zoe/statuses/7") | {"id": "likes.json"}
    rows, entry = read(likes, MASTODON_ARCHIVE)
    assert (rows, skipped(entry)) == ([], {"like_or_reaction": 1})
    assert best_format(json.dumps(likes).encode()) == "mastodon-archive"


@pytest.mark.parametrize("odd", [3, None, {}, status(content=None), status(created_at="hier")])
def test_an_odd_status_stops_nothing(odd: Any) -> None:
    rows, entry = read([odd, status(2)], MASTODON_API)
    assert [row.message_id for row in rows][-1] == str(ID + 2)
    assert entry.read == 2


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(
        {"ancestors": [status(1)], "descendants": [status(2)]}, indent=1, ensure_ascii=False
    ).encode()
    for row in read(data, MASTODON_API)[0]:
        assert json.loads(bytes_at(data, row.locator))["id"] == row.message_id


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps([status(1), status(2)]).encode(), MASTODON_API)
    assert_cuts_are_told(json.dumps(outbox(activity(1), activity(2))).encode(), MASTODON_ARCHIVE)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps([status(1), status(2)]).encode(), MASTODON_API)
    assert_changes_are_survived(json.dumps(outbox(activity(1))).encode(), MASTODON_ARCHIVE)
