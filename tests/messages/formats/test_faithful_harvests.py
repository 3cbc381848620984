"""What harvests hold beside the plain message is neither lost nor left untold: comments inside posts, removals,
reposts, titles, notes of X without their post."""

import json
from pathlib import Path
from typing import Any

import pytest

from saisine.messages.formats.chat_downloader import CHAT_DOWNLOADER
from saisine.messages.formats.instaloader import INSTALOADER
from saisine.messages.formats.snscrape import SNSCRAPE
from saisine.messages.formats.tiktok import TIKTOK
from saisine.messages.formats.x_archive import X_ARCHIVE
from saisine.messages.formats.zeeschuimer import FOURCAT_NDJSON, ZEESCHUIMER
from saisine.messages.reading import read_paths
from saisine.messages.schema import Message
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.platform_items import envelope, kept, lines, video, video_comment
from tests.messages.formats.reading import NOW, bytes_at, notes, read, skipped, utc

SECOND = 1_790_848_800  # 2026-10-01T10:00:00Z
PK = str((SECOND * 1000 - 1314220021721) << 23)


# ------------------------------------------------------------------ Instaloader


def comment(number: int, *replies: dict[str, Any], announced: int | None = None) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "id": f"1780000000000000{number}",
        "text": f"Commentaire {number} @ada",
        "created_at": SECOND + number,
        "owner": {"id": "9", "username": "zoe"},
        "edge_liked_by": {"count": 2},
    }
    if replies or announced is not None:
        edges = [{"node": one} for one in replies]
        count = len(edges) if announced is None else announced
        raw["edge_threaded_comments"] = {"count": count, "edges": edges}
    return raw


def saved(*comments: dict[str, Any], count: int | None = None, **fields: Any) -> dict[str, Any]:
    edges = [{"node": one} for one in comments]
    node = {
        "__typename": "GraphImage",
        "id": PK,
        "shortcode": "ABCdef12345",
        "taken_at_timestamp": SECOND,
        "edge_media_to_caption": {"edges": []},
        "edge_media_to_parent_comment": {"count": count, "edges": edges},
        "owner": {"id": "7", "username": "asso"},
        **fields,
    }
    return {"node": node, "instaloader": {"version": "4.9", "node_type": "Post"}}


def test_comments_inside_a_post_of_instaloader_are_read_with_their_replies() -> None:
    data = json.dumps(saved(comment(1, comment(2)), comment(3), count=3)).encode()
    rows, entry = read(data, INSTALOADER)
    first = "17800000000000001"
    assert [(row.kind, row.role, row.parent_id) for row in rows] == [
        ("post", "primary", None),
        ("comment", "primary", None),
        ("reply", "primary", first),
        ("comment", "primary", None),
    ]
    assert {(row.conversation_id, row.target_id) for row in rows[1:3]} == {(first, PK)}
    assert (rows[1].text, rows[1].author_handle, rows[1].like_count) == ("Commentaire 1 @ada", "zoe", 2)
    assert rows[2].url == "https://www.instagram.com/p/ABCdef12345/c/17800000000000002/"
    assert "url" not in rows[2].missing
    assert len(set(rows[2].missing)) == len(rows[2].missing)
    assert rows[2].text.encode() in bytes_at(data, rows[2].locator)
    place = "/node/edge_media_to_parent_comment/edges/0/node/edge_threaded_comments/edges/0/node"
    assert rows[2].locator.endswith(place)
    assert (notes(entry), entry.mapped) == ({}, 4)


def test_a_comment_that_a_post_holds_in_two_lists_is_one_row() -> None:
    flat = {"edges": [{"node": comment(2)}, {"node": comment(4)}]}
    phone = {"pk": PK, "preview_comments": [comment(4) | {"pk": 17800000000000004}]}
    one = saved(comment(1, comment(2)), edge_media_to_comment=flat, iphone_struct=phone)
    rows, _ = read(one, INSTALOADER)
    assert [(row.message_id or "")[-1] for row in rows[1:]] == ["1", "2", "4"]
    assert rows[2].kind == "reply"


def test_comments_announced_and_not_inside_the_post_are_said() -> None:
    assert notes(read(saved(comment(1), count=5), INSTALOADER)[1]) == {"replies_missing": 4}
    assert notes(read(saved(count=2), INSTALOADER)[1]) == {"replies_missing": 2}
    assert notes(read(saved(comment(1, announced=3)), INSTALOADER)[1]) == {"replies_missing": 3}


def test_a_post_saved_without_any_list_of_comments_says_nothing_of_them() -> None:
    raw = saved(edge_media_to_parent_comment={"count": 5})
    rows, entry = read(raw, INSTALOADER)
    assert ([row.reply_count for row in rows], notes(entry)) == ([5], {})


@pytest.mark.parametrize("end", ["", ".xz"])
def test_comments_that_lie_in_the_file_beside_are_not_said_to_be_missing(end: str) -> None:
    members = {f"asso/a_comments.json{end}": b"[]"}
    _, entry = read(saved(comment(1), count=5), INSTALOADER, path="asso/a.json", members=members)
    assert notes(entry) == {}


def test_an_odd_comment_inside_a_post_is_set_aside_alone() -> None:
    rows, entry = read(saved(comment(1), {"id": "5"}, count=2), INSTALOADER)
    assert (len(rows), skipped(entry), notes(entry)) == (2, {"unsupported_variant": 1}, {})


def test_changed_bytes_of_a_post_with_comments_are_survived() -> None:
    assert_changes_are_survived(json.dumps(saved(comment(1, comment(2)))).encode(), INSTALOADER)


# ------------------------------------------------------------------ snscrape


def photo(**fields: Any) -> dict[str, Any]:
    return {
        "_type": "snscrape.modules.instagram.InstagramPost",
        "date": "2021-08-08T05:17:00+00:00",
        "content": "Trois",
        **fields,
    }


def test_a_post_of_instagram_is_read_with_either_name_of_its_address() -> None:
    url = "https://www.instagram.com/p/CSTg-0FH89e/"
    whole = photo(url=url, username="zoe", likes=3, comments=0)
    (new, old), entry = read(lines(whole, photo(cleanUrl=url)), SNSCRAPE)
    assert entry.failed == []
    assert {(row.message_id, row.url) for row in (new, old)} == {("2635595260958330718", url)}
    assert (new.author_handle, new.like_count, new.reply_count) == ("zoe", 3, 0)
    assert not {"author_handle", "like_count", "reply_count"} & set(new.missing)
    assert {"author_handle", "like_count", "reply_count"} <= set(old.missing)


def test_a_post_of_instagram_without_address_still_fails() -> None:
    assert len(read(lines(photo()), SNSCRAPE)[1].failed) == 1


# ------------------------------------------------------------------ chat-downloader


def line(number: int, author: str = "a", **fields: Any) -> dict[str, Any]:
    return {
        "action_type": "add_chat_item",
        "message_id": f"y{number}",
        "message": f"Bonjour {number}",
        "message_type": "text_message",
        "timestamp": 1_790_848_800_000_000 + number,
        "author": {"id": "UC" + author * 22, "name": "Ada"},
        **fields,
    }


def removal(kind: str, word: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"action_type": kind, "message_type": word or kind, "message": "[retiré]", **fields}


@pytest.mark.parametrize(
    ("kind", "word"),
    [("remove_chat_item", None), ("mark_chat_item_as_deleted", "deleted_message")],
)
def test_a_line_that_was_removed_says_so(kind: str, word: str | None) -> None:
    items = [line(1), line(2), removal(kind, word, target_message_id="y1"), line(1)]
    rows, entry = read(items, CHAT_DOWNLOADER)
    assert [row.deleted for row in rows] == ["deleted", "none", "none"]
    assert rows[0].text == "Bonjour 1"
    assert skipped(entry) == {"system_line": 1}


@pytest.mark.parametrize(
    ("kind", "word"),
    [("remove_chat_item_by_author", None), ("mark_chat_items_by_author_as_deleted", "ban_user")],
)
def test_all_the_lines_of_an_author_that_precede_a_removal_say_so(kind: str, word: str | None) -> None:
    banned = removal(kind, word, author={"id": "UC" + "b" * 22})
    items = [line(1, "b"), line(2), line(3, "b", message_type="paid_message"), banned, line(4, "b")]
    data = b"\n".join(json.dumps(one).encode() for one in items)
    for written in (json.dumps(items, indent=1).encode(), data):
        rows, entry = read(written, CHAT_DOWNLOADER)
        assert [row.deleted for row in rows] == ["deleted", "none", "deleted", "none"]
        assert skipped(entry) == {"system_line": 1}


def test_a_removal_without_target_marks_nothing() -> None:
    items = [line(1), removal("remove_chat_item"), removal("remove_chat_item_by_author", author=3)]
    rows, _ = read(items, CHAT_DOWNLOADER)
    assert [row.deleted for row in rows] == ["none"]


def test_changed_bytes_of_a_removal_are_survived() -> None:
    items = [line(1), removal("remove_chat_item", target_message_id="y1")]
    assert_changes_are_survived(json.dumps(items).encode(), CHAT_DOWNLOADER)


# ------------------------------------------------------------------ archive of X

WHOLE = "Un très long texte qui continue bien au-delà de ce que montre le post & jusqu’à la fin, " * 4


def part(name: str, *entries: Any) -> bytes:
    return f"window.YTD.{name}.part0 = {json.dumps(list(entries), ensure_ascii=False)}".encode()


def post(text: str, stated: str = "Fri Sep 08 04:15:59 +0000 2023") -> dict[str, Any]:
    return {"tweet": {"id_str": "1700000000000000000", "created_at": stated, "full_text": text}}


NOTE = part(
    "note_tweet",
    {
        "noteTweet": {
            "noteTweetId": "1700000000000000777",
            "createdAt": "2023-09-08T04:15:59.000Z",
            "core": {"text": WHOLE, "urls": [], "mentions": [], "hashtags": []},
        }
    },
)
CUT = post(WHOLE[:270].replace("&", "&amp;") + "… https://t.co/abc")


def note_beside(members: dict[str, bytes]) -> Message:
    members["data/note-tweet.js"] = NOTE
    (row,), _ = read(NOTE, X_ARCHIVE, path="archive.zip!data/note-tweet.js", members=members)
    return row


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"data/tweets.js": part("tweets", post("Autre chose"))},
        {"data/tweets.js": part("tweets", post(CUT["tweet"]["full_text"], "Fri Sep 08 05:15:59 +0000 2023"))},
        {"data/tweets.js": part("tweets", {"tweet": {"full_text": "…", "created_at": "hier"}}, 3)},
        {"data/tweets.js": b"window.YTD.tweets.part0 = ["},
        {"other/tweets.js": part("tweets", CUT)},
    ],
    ids=["no file of posts", "another post", "another hour", "odd posts", "damaged", "another archive"],
)
def test_a_note_whose_post_is_nowhere_in_the_archive_is_a_message(members: dict[str, bytes]) -> None:
    row = note_beside(members)
    assert (row.role, row.text, row.owner_is_author) == ("primary", WHOLE, True)
    assert {"url", "lang", "parent_id", "like_count", "share_count"} <= set(row.missing)


@pytest.mark.parametrize(
    "name", ["tweets.js", "tweets-part3.js", "tweet.js", "deleted-tweets.js", "community-tweet.js"]
)
def test_a_note_beside_its_post_stays_context_and_the_post_is_whole(name: str) -> None:
    posts = part("tweets", post("Autre"), CUT)
    assert note_beside({f"data/{name}": posts}).role == "context"
    members = {"data/note-tweet.js": NOTE}
    rows, _ = read(posts, X_ARCHIVE, path=f"archive.zip!data/{name}", members=members)
    assert rows[1].text == WHOLE


def test_a_note_that_its_post_gives_whole_stays_context() -> None:
    assert (
        note_beside({"data/tweets.js": part("tweets", post(WHOLE.replace("&", "&amp;")))}).role == "context"
    )


def test_a_folder_with_a_note_alone_holds_a_message(tmp_path: Path) -> None:
    (tmp_path / "note-tweet.js").write_bytes(NOTE)
    reading = read_paths([tmp_path], now=NOW)
    assert [row.text for row in reading] == [WHOLE]


def direct(history: Any) -> dict[str, Any]:
    created = {
        "id": "1700000000000000009",
        "senderId": "1",
        "recipientId": "2",
        "createdAt": "2023-11-14T22:20:50.502Z",
        "text": "Bonjour",
        "editHistory": history,
    }
    return {"dmConversation": {"conversationId": "1-2", "messages": [{"messageCreate": created}]}}


@pytest.mark.parametrize(
    ("history", "edited_at", "is_missing"),
    [
        (
            [{"createdAtSec": "1700000500", "editedText": "a"}, {"createdAtSec": 1700000600}],
            1700000600,
            False,
        ),
        ([{"createdAt": "2023-11-14T22:21:40Z", "editedText": "a"}], 1700000500, False),
        ([{"editedText": "a"}], None, True),
        ([{"createdAtSec": "hier", "createdAt": 3}, 5], None, True),
        ([{"createdAtSec": "9" * 30}], None, True),
        ({"a": 1}, None, True),
        ([], None, False),
        (None, None, False),
    ],
)
def test_an_edited_private_message_says_when_or_that_it_is_not_known(
    history: Any, edited_at: int | None, is_missing: bool
) -> None:
    (row,), entry = read(part("direct_messages", direct(history)), X_ARCHIVE)
    assert (row.edited_at.timestamp() if row.edited_at else None) == edited_at
    assert ("edited_at" in row.missing, entry.failed) == (is_missing, [])


# ------------------------------------------------------------------ Truth Social and Gab

STATUS = {
    "id": "111",
    "created_at": "2026-04-01T10:00:00.000Z",
    "content": "Tom &amp; Zoé",
    "url": "https://t.test/111",
    "in_reply_to_id": None,
    "account": {"id": "5", "acct": "ada", "display_name": "Ada"},
    "favourites_count": 3,
    "media_attachments": [{"url": "https://m.test/1.jpg"}, {"url": "https://m.test/2.jpg"}],
    "reblog": None,
    "tags": [],
}
GAB = {
    "i": "110",
    "c": "a &amp; b &#39;c&#39;",
    "ca": "2026-04-01T10:00:00.000Z",
    "author_info": {"i": "5", "un": "ada", "dn": "Ada"},
    "image_info": [{"u": "https://m.test/1.jpg"}, {"u": "https://m.test/2.jpg"}, None],
}


def both(module: str, data: dict[str, Any]) -> list[list[Message]]:
    """The rows of the same thing as Zeeschuimer and as 4CAT write it."""
    ours, _ = read(lines(envelope(module, data)), ZEESCHUIMER)
    theirs, _ = read(lines(kept(module, data)), FOURCAT_NDJSON)
    return [ours, theirs]


@pytest.mark.parametrize(
    ("module", "data", "plain"), [("truthsocial.com", STATUS, "Tom & Zoé"), ("gab.com", GAB, "a & b 'c'")]
)
def test_a_smaller_place_has_its_text_unescaped_and_all_its_media(
    module: str, data: dict[str, Any], plain: str
) -> None:
    for (row,) in both(module, data):
        assert (row.text, row.text_raw) == (plain, data.get("content") or data.get("c"))
        assert list(row.text_repairs) == ["html_unescaped"]
        assert list(row.media_urls) == ["https://m.test/1.jpg", "https://m.test/2.jpg"]


def test_a_text_without_any_sign_to_unescape_is_not_said_repaired() -> None:
    for (row,) in both("truthsocial.com", STATUS | {"content": "Tom & Zoé"}):
        assert (row.text, row.text_raw, list(row.text_repairs)) == ("Tom & Zoé", None, [])


def test_a_repost_shows_the_words_of_its_post_which_is_context() -> None:
    account = {"id": "6", "acct": "zoe", "display_name": "Zoé"}
    inner = STATUS | {
        "id": "109",
        "content": "<p>Un mot</p>",
        "account": account,
        "url": "https://t.test/109",
    }
    outer = STATUS | {"content": "", "media_attachments": [], "reblog": inner}
    for repost, context in both("truthsocial.com", outer):
        assert (repost.kind, repost.role, repost.repost_of_id) == ("repost", "primary", "109")
        assert (repost.text, repost.author_handle, repost.message_id) == ("Un mot", "ada", "111")
        assert list(repost.media_urls) == list(context.media_urls) != []
        assert (context.kind, context.role, context.message_id) == ("post", "context", "109")
        assert (context.text, context.author_handle, context.url) == ("Un mot", "zoe", "https://t.test/109")
        assert context.locator == repost.locator + "/reblog"
        assert context.collected_at == repost.collected_at == utc("2025-10-09T08:53:20Z")


# ------------------------------------------------------------------ TikTok


@pytest.mark.parametrize(
    ("title", "text", "whole"),
    [
        ("Titre", "Description", "Titre\nDescription"),
        ("Titre", "Titre et suite", "Titre et suite"),
        ("Titre", "", "Titre"),
        ("", "Description", "Description"),
    ],
)
def test_the_title_of_a_set_of_pictures_is_read(title: str, text: str, whole: str) -> None:
    shown = {"title": title, "images": []}
    (row,), _ = read(lines(envelope("tiktok.com", video(desc=text, imagePost=shown))), ZEESCHUIMER)
    assert row.text == whole
    expected = (text, ["fragments_joined"]) if whole != text else (None, [])
    assert (row.text_raw, list(row.text_repairs)) == expected


def test_a_title_stands_above_the_text_and_the_words_of_the_picture_below() -> None:
    stickers = [{"stickerText": ["sur", "image"]}]
    raw = video(desc="Description", imagePost={"title": "Titre"}, stickersOnItem=stickers)
    (row,), _ = read(lines(envelope("tiktok.com", raw)), ZEESCHUIMER)
    assert row.text == "Titre\nDescription\nsur image"


def reply(number: int) -> dict[str, Any]:
    return video_comment(str(number), reply_id="81")


def owed_by(*comments: dict[str, Any]) -> set[int]:
    """How many replies are said to be missing of these, by Zeeschuimer and as the site's own page."""
    numbered = lines(*(envelope("tiktok-comments", one, str(n)) for n, one in enumerate(comments)))
    entries = read(numbered, ZEESCHUIMER)[1], read({"comments": list(comments)}, TIKTOK)[1]
    return {notes(entry).get("replies_missing", 0) for entry in entries}


def test_a_reply_carried_and_met_alone_is_taken_off_once() -> None:
    top = video_comment("81", reply_comment_total=3, reply_comment=[reply(82)])
    assert owed_by(top, reply(82), reply(83)) == {1}  # a site lists a comment before it unfolds its replies
    assert owed_by(reply(83), top, reply(82)) == {1}
    assert owed_by(top, reply(82), reply(83), reply(84)) == {0}


def test_a_comment_met_twice_announces_its_replies_once() -> None:
    top = video_comment("81", reply_comment_total=3)
    more = video_comment("81", reply_comment_total=4)
    assert owed_by(top, top, reply(82)) == {2}
    assert owed_by(top, more, reply(82)) == {3}
    assert owed_by(more, top, reply(82)) == {3}
