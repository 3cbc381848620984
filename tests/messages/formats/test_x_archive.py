"""The archive of an X account: script around the data, author beside it, long posts, both sides of chats."""

import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from saisine.messages.formats.x_archive import X_ARCHIVE, name_of
from saisine.messages.reading import read_paths
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.reading import NOW, best_format, bytes_at, notes, read, skipped, utc
from tests.shared import shared_file

STATED = "Fri Sep 08 04:15:59 +0000 2023"


def part(name: str, *entries: Any, number: int = 0, indent: int | None = 2) -> bytes:
    body = json.dumps(list(entries), indent=indent, ensure_ascii=False)
    return f"window.YTD.{name}.part{number} = {body}".encode()


def tweet(number: int = 0, text: str = "Bonjour", **fields: Any) -> dict[str, Any]:
    return {
        "tweet": {
            "id_str": str(1700000000000000000 + number),
            "created_at": STATED,
            "full_text": text,
            "lang": "fr",
            "favorite_count": "12",
            "retweet_count": "3",
            "entities": {"hashtags": [], "user_mentions": [], "urls": []},
            **fields,
        }
    }


ACCOUNT = part(
    "account",
    {
        "account": {
            "accountId": "42",
            "username": "ada",
            "accountDisplayName": "Ada",
            "createdAt": "2015-01-06T08:00:00.000Z",
            "email": "ada@exemple.test",
        }
    },
)


def chat(*messages: dict[str, Any], conversation: str = "13-42") -> dict[str, Any]:
    return {"dmConversation": {"conversationId": conversation, "messages": list(messages)}}


def direct(text: str = "Bonjour", sender: str = "13", **fields: Any) -> dict[str, Any]:
    return {
        "messageCreate": {
            "id": "1700000000000000009",
            "senderId": sender,
            "recipientId": "42" if sender == "13" else "13",
            "createdAt": "2023-09-08T04:15:59.129Z",
            "text": text,
            "mediaUrls": [],
            "urls": [],
            "reactions": [],
            **fields,
        }
    }


TWEETS = part("tweets", tweet(0), tweet(1, "Oui &amp; non"))
CHATS = part("direct_messages", chat(direct("L’été"), direct("Réponse", "42")))


def test_the_shared_posts() -> None:
    path = shared_file("samples/x-archive/tweets.js")
    rows, entry = read(path, X_ARCHIVE)
    assert [(row.message_id, row.kind, row.created_at) for row in rows] == [
        ("3333333333333333333", "repost", utc("2018-10-10T20:19:24Z")),
        ("4444444444444444444", "post", utc("2019-11-21T09:00:00Z")),
        ("5555555555555555555", "reply", utc("2019-11-21T09:01:00Z")),
    ]
    assert [row.text for row in rows[1:]] == [
        "1/ A thread on things I learned this year",
        "2/ Second part of the thread",
    ]
    assert (rows[1].like_count, rows[1].share_count, rows[2].parent_id) == (12, 3, "4444444444444444444")
    assert {row.time_flag for row in rows} == {"differs"}
    assert all("author_handle" in row.missing and row.owner_is_author for row in rows)
    assert (notes(entry), best_format(path.read_bytes())) == ({}, "x-archive")


def test_the_shared_likes_are_counted() -> None:
    rows, entry = read(shared_file("samples/x-archive/like.js"), X_ARCHIVE)
    assert (rows, skipped(entry)) == ([], {"like_or_reaction": 2})


def test_the_author_comes_from_the_account_beside() -> None:
    members = {"data/account.js": ACCOUNT}
    rows, _ = read(TWEETS, X_ARCHIVE, path="archive.zip!data/tweets.js", members=members)
    assert {(row.author_id, row.author_handle, row.author_name) for row in rows} == {("42", "ada", "Ada")}
    assert rows[0].author_created_at == utc("2015-01-06T08:00:00Z")
    assert rows[0].url == "https://x.com/ada/status/1700000000000000000"
    assert not {"author_id", "author_handle"} & set(rows[0].missing)


def test_another_archive_beside_does_not_lend_its_account() -> None:
    members = {"other/account.js": ACCOUNT}
    rows, _ = read(TWEETS, X_ARCHIVE, path="archive.zip!data/tweets.js", members=members)
    assert {row.author_id for row in rows} == {None}


@pytest.mark.parametrize("body", [b"", b"window.YTD.account.part0 = [", ACCOUNT[:90], b"[]"])
def test_a_damaged_account_only_leaves_the_author_unknown(body: bytes) -> None:
    rows, entry = read(TWEETS, X_ARCHIVE, path="data/tweets.js", members={"data/account.js": body})
    assert ([row.author_id for row in rows], entry.failed) == ([None, None], [])


def test_a_whole_zip_is_read_by_its_shapes(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    files = {
        "data/tweets.js": TWEETS,
        "data/tweets-part1.js": part("tweets", tweet(2), number=1),
        "data/account.js": ACCOUNT,
        "data/direct-messages.js": CHATS,
        "data/like.js": part("like", {"like": {"tweetId": "1"}}),
    }
    with ZipFile(path, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    reading = read_paths([path], now=NOW)
    rows = list(reading)
    assert [row.kind for row in rows] == ["post", "post", "post", "dm", "dm"]
    assert {row.author_handle for row in rows[:3]} == {"ada"}
    assert [row.owner_is_author for row in rows[3:]] == [False, True]
    assert reading.ledger.totals()[:2] == (7, 5)


def test_html_is_unescaped_and_counts_become_numbers() -> None:
    rows, _ = read(TWEETS, X_ARCHIVE)
    assert (rows[1].text, rows[1].text_raw, list(rows[1].text_repairs)) == (
        "Oui & non",
        "Oui &amp; non",
        ["html_unescaped"],
    )
    assert (rows[0].like_count, rows[0].share_count, rows[0].reply_count) == (12, 3, None)


@pytest.mark.parametrize(
    "data",
    [
        part("tweets", tweet(0), tweet(1)) + b";\n",
        b"\xef\xbb\xbf" + part("tweets", tweet(0), tweet(1)),
        part("tweets", tweet(0), tweet(1), indent=None),
        part("tweets", tweet(0), tweet(1)).replace(b"\n", b"\r\n"),
        part("tweets", tweet(0)) + b"\n" + part("tweets", tweet(1), number=1),
        b"window.YTD.tweet.part12=" + json.dumps([tweet(0)["tweet"], tweet(1)["tweet"]]).encode(),
    ],
    ids=["semicolon", "BOM", "one line", "CRLF", "parts put together", "2019, without wrapper"],
)
def test_every_writing_of_the_file_gives_the_same_posts(data: bytes) -> None:
    rows, entry = read(data, X_ARCHIVE)
    assert [row.message_id for row in rows] == ["1700000000000000000", "1700000000000000001"]
    assert (entry.failed, notes(entry), best_format(data)) == ([], {}, "x-archive")
    for row in rows:
        assert hashlib.sha256(bytes_at(data, row.locator)).hexdigest() == row.record_sha256


def test_a_file_larger_than_a_chunk_keeps_its_places() -> None:
    data = part("tweets", *(tweet(n, "é" * 300) for n in range(2_000)))
    assert len(data) > 1 << 20
    rows, entry = read(data, X_ARCHIVE)
    assert (len(rows), notes(entry)) == (2_000, {})
    for row in (rows[0], rows[1_000], rows[-1]):
        assert json.loads(bytes_at(data, row.locator))["tweet"]["id_str"] == row.message_id


def test_a_long_post_is_completed_by_its_note() -> None:
    whole = "Un très long texte qui continue bien au-delà de ce que montre le post, jusqu’à la fin"
    short = tweet(1, whole[:60] + "… https://t.co/abc")
    note = {
        "noteTweet": {
            "noteTweetId": "1700000000000000777",
            "createdAt": "2023-09-08T04:15:59.000Z",
            "core": {"text": whole, "urls": [], "mentions": [{"screenName": "zoe"}], "hashtags": []},
        }
    }
    notes_file = part("note_tweet", note)
    (row,), _ = read(
        part("tweets", short), X_ARCHIVE, path="data/tweets.js", members={"data/note-tweet.js": notes_file}
    )
    assert (row.text, list(row.text_repairs)) == (whole, ["fragments_joined"])
    alone, _ = read(part("tweets", short), X_ARCHIVE)
    assert list(alone[0].text_repairs) == ["shortened_upstream"]
    (context,), entry = read(notes_file, X_ARCHIVE)
    assert (context.role, context.message_id, context.mentions) == (
        "context",
        "note:1700000000000000777",
        ["zoe"],
    )
    assert (entry.read, entry.context) == (0, 1)


def test_deleted_posts_say_so_and_headers_without_text_are_empty() -> None:
    entries = [tweet(1, deleted_at="2023-10-01T00:00:00.000Z"), {"tweet": {"id_str": "3"}}]
    rows, entry = read(part("deleted_tweets", *entries), X_ARCHIVE)
    assert ([row.deleted for row in rows], skipped(entry)) == (["deleted"], {"empty_record": 1})


def test_a_later_version_of_a_post_is_edited() -> None:
    raw = tweet(2, edit_info={"edit": {"initialTweetId": "1700000000000000001"}})
    (row,), _ = read(part("tweets", raw), X_ARCHIVE)
    assert row.edited_at == row.created_at


def test_both_sides_of_a_conversation() -> None:
    members = {"data/account.js": ACCOUNT}
    rows, entry = read(CHATS, X_ARCHIVE, path="data/direct-messages.js", members=members)
    received, sent = rows
    assert (received.text, received.author_id, received.owner_is_author) == ("L’été", "13", False)
    assert (received.target_id, received.target_handle, received.visibility) == ("42", "ada", "private")
    assert (sent.author_handle, sent.owner_is_author, sent.target_id) == ("ada", True, "13")
    assert {row.conversation_id for row in rows} == {"13-42"}
    assert received.created_at == utc("2023-09-08T04:15:59.129Z")
    assert {row.created_at_precision for row in rows} == {"ms"}
    assert (entry.mapped, entry.failed) == (2, [])


def test_arrivals_are_system_lines_and_headers_repeat_without_text() -> None:
    joined = {"joinConversation": {"initiatingUserId": "13", "createdAt": "2023-09-08T04:15:59.129Z"}}
    _, entry = read(part("direct_messages_group", chat(joined, direct())), X_ARCHIVE)
    assert (entry.mapped, skipped(entry)) == (1, {"system_line": 1})
    header = direct()
    del header["messageCreate"]["text"]
    _, entry = read(part("direct_message_headers", chat(header)), X_ARCHIVE)
    assert skipped(entry) == {"empty_record": 1}


def test_settings_are_no_messages() -> None:
    _, entry = read(ACCOUNT, X_ARCHIVE)
    assert (entry.mapped, skipped(entry)) == (0, {"not_a_message": 1})


@pytest.mark.parametrize("odd", [3, "x", {}, {"tweet": 3}, {"tweet": {"id_str": "1", "full_text": 3}}])
def test_an_odd_entry_fails_or_is_set_aside_alone(odd: Any) -> None:
    rows, entry = read(part("tweets", odd, tweet(2)), X_ARCHIVE)
    assert rows[-1].message_id == "1700000000000000002"
    assert entry.read == 2


@pytest.mark.parametrize(
    "head", [b"window.YTD", b"x = window.YTD.tweets.part0 = [", b"[]", b"window.YTD.a b.part0 = ["]
)
def test_only_the_assignment_makes_the_format(head: bytes) -> None:
    assert name_of(head) == ""
    assert X_ARCHIVE.sniff(head, "tweets.js").score == 0


@pytest.mark.parametrize("data", [TWEETS, CHATS], ids=["posts", "messages"])
def test_cuts_are_told(data: bytes) -> None:
    """Past the assignment; a file cut before it is not recognised at all."""
    texts = [row.text for row in read(data, X_ARCHIVE)[0]]
    for place in range(data.index(b"[") + 1, len(data)):
        rows, entry = read(data[:place], X_ARCHIVE)
        assert [row.text for row in rows] == texts[: len(rows)]
        assert entry.truncated


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(TWEETS, X_ARCHIVE)


def test_parts_put_one_after_the_other_are_all_read() -> None:
    """`type part0.js part1.js > all.js` leaves a byte-order mark before the second assignment."""
    entry = (
        '{"tweet": {"id_str": "%d", "full_text": "bonjour", "created_at": "Wed Oct 10 20:19:24 +0000 2018"}}'
    )
    part = "\ufeffwindow.YTD.tweets.part%d = [\n  %s\n]\n"
    body = "".join(part % (n, entry % (2**60 + n)) for n in range(2)).encode()
    rows, entry_read = read(body, X_ARCHIVE, path="tweets.js")
    assert [row.message_id for row in rows] == [str(2**60), str(2**60 + 1)]
    assert notes(entry_read) == {}
