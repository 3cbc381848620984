"""What platforms changed since 2024 in the answers of their own pages, and what tools write of them: read, or told."""

import json
from pathlib import Path
from typing import Any

import pytest

from saisine.messages.formats.bluesky import BLUESKY
from saisine.messages.formats.gallery_dl import GALLERY_DL
from saisine.messages.formats.har import HAR
from saisine.messages.formats.meta_dyi import META_DYI
from saisine.messages.formats.tiktok import TIKTOK
from saisine.messages.formats.tiktok_user_data import TIKTOK_USER_DATA
from saisine.messages.formats.x_graphql_tweets import X_GRAPHQL
from saisine.messages.reading import read_paths
from saisine.messages.schema import Message
from tests.messages.formats.captures import entry, facebook_comment, har
from tests.messages.formats.platform_items import tweet
from tests.messages.formats.reading import NOW, read, skipped

X_ADDRESS = "https://x.com/i/api/graphql/a/TweetDetail"


def captured(address: str, *answers: Any) -> list[Message]:
    rows, account = read(har(*(entry(address, one) for one in answers)), HAR)
    assert account.failed == []
    return rows


# ------------------------------------------------------------------ X


def gone(number: str, kind: str = "TweetTombstone", *, is_inner: bool = False) -> dict[str, Any]:
    item = {
        "itemType": "TimelineTweet",
        "tweet_results": {"result": {"__typename": kind, "tombstone": {"text": {}}}},
    }
    if is_inner:
        return {"entryId": f"conversationthread-9-tweet-{number}", "item": {"itemContent": item}}
    return {"entryId": f"tweet-{number}", "content": {"itemContent": item}}


def detail(*entries: Any) -> dict[str, Any]:
    return {
        "data": {"threaded_conversation_with_injections_v2": {"instructions": [{"entries": list(entries)}]}}
    }


def shown(number: str) -> dict[str, Any]:
    item = {"itemType": "TimelineTweet", "tweet_results": {"result": tweet(number)}}
    return {"entryId": f"tweet-{number}", "content": {"itemContent": item}}


GONE = "2028394880824246274"


@pytest.mark.parametrize("kind", ["TweetTombstone", "TweetUnavailable"])
@pytest.mark.parametrize("is_inner", [False, True])
def test_a_post_of_x_that_is_gone_leaves_its_number(kind: str, *, is_inner: bool) -> None:
    answer = detail(shown("2028394880824246272"), gone(GONE, kind, is_inner=is_inner))
    alone = detail(gone(GONE, kind, is_inner=is_inner))
    for rows in (captured(X_ADDRESS, answer), read(json.dumps(answer).encode(), X_GRAPHQL)[0]):
        assert [(one.message_id, one.deleted) for one in rows] == [
            ("2028394880824246272", "none"),
            (GONE, "tombstone"),
        ]
        assert rows[1].created_at is not None, "the time is in the number"
    assert [one.message_id for one in captured(X_ADDRESS, alone)] == [GONE]


def test_a_post_that_is_gone_is_met_where_the_answers_before_held_none() -> None:
    """The places where posts stand are learnt from the first answers of an address."""
    many = [
        detail(*(shown(str(2028394880824246272 + 4194304 * (20 * n + k))) for k in range(20)))
        for n in range(5)
    ]
    rows = captured(X_ADDRESS, *many, detail(shown("2028394880824246270"), gone(GONE)))
    assert len(rows) == 102
    assert [one.message_id for one in rows if one.deleted == "tombstone"] == [GONE]


def test_a_post_that_is_gone_hides_nothing_of_what_was_collected_before() -> None:
    rows, account = read(har(entry(X_ADDRESS, detail(gone(GONE)))), HAR)
    assert [one.role for one in rows] == ["context"]
    assert account.notes["posts_gone"][0] == 1


def test_a_cursor_is_no_post_that_is_gone() -> None:
    cursor = {"entryId": "cursor-bottom-1", "content": {"value": "x"}}
    answer = detail(shown("2028394880824246272"), cursor)
    assert len(captured(X_ADDRESS, answer)) == 1


def test_a_repost_of_gallery_dl_is_by_whose_page_was_read() -> None:
    author, page = {"id": 2, "name": "bob", "nick": "Bob"}, {"id": 1, "name": "lea", "nick": "Léa"}
    post = {
        "category": "twitter",
        "tweet_id": 1892323270456246272,
        "date": "2025-02-19 21:20:00",
        "content": "RT",
        "author": author,
    }
    posts = [
        {**post, "retweet_id": 1892323228513206272, "user": page},
        # of a search nobody says who reposted
        {**post, "tweet_id": 1892323270456246273, "retweet_id": 1892323228513206272, "user": author},
        {**post, "tweet_id": 1892323270456246274, "retweet_id": 0, "user": page},
    ]
    rows, _ = read(json.dumps([[2, one] for one in posts]).encode(), GALLERY_DL)
    assert [(one.kind, one.author_handle, one.repost_of_id) for one in rows] == [
        ("repost", "lea", "1892323228513206272"),
        ("repost", None, "1892323228513206272"),
        ("post", "bob", None),
    ]
    alone = [read(json.dumps(one).encode(), GALLERY_DL)[0][0].author_handle for one in posts]
    assert alone == ["lea", None, "bob"]


# ------------------------------------------------------------------ Meta


def test_the_newer_answer_about_one_post_of_instagram_gives_the_post_and_its_comments() -> None:
    def comment(number: str, text: str, *replies: Any) -> dict[str, Any]:
        edges = [{"node": one} for one in replies]
        user = {"id": "7", "username": "bob"}
        return {"id": number, "text": text, "created_at": 1739900000, "owner": user} | (
            {"edge_threaded_comments": {"edges": edges}} if edges else {}
        )

    media = {
        "__typename": "XDTGraphImage",
        "id": "3570000000000000001",
        "shortcode": "DGxyzAbCdEf",
        "taken_at_timestamp": 1739900000,
        "owner": {"id": "55", "username": "zoe", "full_name": "Zoé"},
        "edge_media_to_caption": {"edges": [{"node": {"text": "Légende"}}]},
        "edge_media_preview_like": {"count": 12},
        "edge_media_to_parent_comment": {"edges": [{"node": comment("18", "un", comment("19", "deux"))}]},
    }
    rows = captured("https://www.instagram.com/graphql/query", {"data": {"xdt_shortcode_media": media}})
    assert [(one.kind, one.message_id, one.text, one.target_id) for one in rows] == [
        ("post", "3570000000000000001", "Légende", None),
        ("comment", "18", "un", "3570000000000000001"),
        ("reply", "19", "deux", "3570000000000000001"),
    ]


@pytest.mark.parametrize("way", ["story_ufi_container", "before"])
def test_what_facebook_counts_under_a_post_is_read(way: str) -> None:
    told = {
        "reaction_count": {"count": 57},
        "share_count": {"count": 3},
        "comment_rendering_instance": {"comments": {"total_count": 5}},
    }
    target = {"comet_ufi_summary_and_actions_renderer": {"feedback": told}}
    context = {"feedback_context": {"feedback_target_with_context": target}}
    older = {"feedback_context": {"feedback_target_with_context": {"ufi_renderer": {"feedback": target}}}}
    story = {
        "post_id": "900",
        "comet_sections": {
            "content": {
                "story": {"message": {"text": "Réunion"}, "actors": [{"id": "60", "name": "Les Voisins"}]}
            },
            "feedback": {"story": {"story_ufi_container": {"story": context}} if way != "before" else older},
        },
    }
    comments = {"edges": [{"node": facebook_comment("11", "Été")}]}
    rows = captured(
        "https://www.facebook.com/api/graphql/", {"a": story, "b": {"display_comments": comments}}
    )
    post, comment = rows
    assert (post.like_count, post.share_count, post.reply_count, post.view_count) == (57, 3, 5, None)
    assert "share_count" not in post.missing
    assert len(set(post.missing)) == len(post.missing)
    assert {"share_count", "view_count"} <= set(comment.missing)


@pytest.mark.parametrize(
    "content",
    ["Reacted 👍 to your message ", "Liked a message", "A réagi ❤️ à votre message", "A aimé un message"],
)
def test_the_line_that_stands_for_a_reaction_is_no_message(content: str) -> None:
    def line(text: str) -> dict[str, Any]:
        as_exported = text.encode().decode("latin-1")
        return {"sender_name": "Ana", "timestamp_ms": 1740000000123, "content": as_exported}

    said = f"{content} : tu as vu ?"
    thread = {"participants": [{"name": "Ana"}, {"name": "Zoé"}], "messages": [line(content), line(said)]}
    rows, account = read(json.dumps({**thread, "title": "Ana"}).encode(), META_DYI)
    assert [one.text for one in rows] == [said]
    assert skipped(account) == {"like_or_reaction": 1}


# ------------------------------------------------------------------ TikTok


def app_video(number: str) -> dict[str, Any]:
    return {
        "aweme_id": number,
        "desc": "mobile",
        "create_time": 1699663698,
        "author": {"uid": "68", "unique_id": "auteur", "nickname": "A"},
        "statistics": {"digg_count": 3, "comment_count": 0, "share_count": 1, "play_count": 9},
        "text_extra": [{"hashtag_name": "fun"}, {"user_unique_id": "bob"}],
    }


def test_videos_of_the_application_are_read_from_captures_and_files() -> None:
    answer = {"aweme_list": [app_video("7300000000000000007")]}
    address = "https://api16-normal-c-alisg.tiktokv.com/aweme/v1/aweme/post/"
    for rows in (captured(address, answer), read(json.dumps(answer).encode(), TIKTOK)[0]):
        (row,) = rows
        assert (row.kind, row.message_id, row.text) == ("post", "7300000000000000007", "mobile")
        assert (row.author_id, row.author_handle, row.author_name) == ("68", "auteur", "A")
        assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (3, 1, 0, 9)
        assert (list(row.hashtags), list(row.mentions)) == (["fun"], ["bob"])


@pytest.mark.parametrize("form", ["array", "lines", "indented", "indented array"])
def test_pages_of_tiktok_put_together_lose_no_comment(form: str) -> None:
    def comment(number: int) -> dict[str, Any]:
        user = {"uid": "1", "unique_id": "ada", "nickname": "Ada"}
        place = {"cid": f"73{number:017}", "aweme_id": "7300000000000000001", "create_time": 1699999999}
        return {**place, "text": f"mot {number}", "digg_count": 1, "user": user, "reply_comment_total": 0}

    pages: list[Any] = [
        {"alias_comment_deletion": False, "comments": [comment(2 * n), comment(2 * n + 1)], "cursor": n}
        for n in range(3)
    ]
    indent = 2 if "indented" in form else None
    data = (
        json.dumps(pages, indent=indent)
        if "array" in form
        else "\n".join(json.dumps(one, indent=indent) for one in pages)
    )
    rows, account = read(data.encode(), TIKTOK)
    assert [one.text for one in rows] == [f"mot {n}" for n in range(6)]
    assert account.failed == []


@pytest.mark.parametrize("key", ["createTime", "cid"])
def test_videos_and_comments_that_hold_comments_are_no_pages(key: str) -> None:
    video = {"id": "7300000000000000001", "desc": "un", "createTime": 1699663698, "author": "a", "stats": {}}
    comment = {
        "cid": "7300001111111111111",
        "aweme_id": "7300000000000000001",
        "text": "un",
        "create_time": 1699999999,
    }
    one = video if key == "createTime" else comment
    rows, _ = read(json.dumps([one | {"comments": []}, one | {"comments": []}]).encode(), TIKTOK)
    assert [row.text for row in rows] == ["un", "un"]


def test_posts_that_were_deleted_of_late_are_in_the_account_of_tiktok() -> None:
    post = {"Date": "2025-02-17 21:20:00", "Link": "https://x.invalid/v", "Likes": "1", "Title": "menace"}
    data = {
        "Comment": {"Comments": {"CommentsList": [{"date": "2025-02-19 21:20:00", "comment": "ok"}]}},
        "Video": {"RecentlyDeletedPosts": {"PostList": [post]}, "Videos": {"VideoList": None}},
    }
    rows, _ = read(json.dumps(data).encode(), TIKTOK_USER_DATA)
    assert [(one.text, one.deleted) for one in rows] == [("ok", "none"), ("menace", "deleted")]


# ------------------------------------------------------------------ YouTube


def test_a_post_of_a_channel_is_read_with_the_choices_of_its_poll() -> None:
    name = {"text": "Chaîne", "navigationEndpoint": {"browseEndpoint": {"canonicalBaseUrl": "/@chaine"}}}
    post = {
        "postId": "Ugkx1",
        "authorText": {"runs": [name]},
        "authorEndpoint": {"browseEndpoint": {"browseId": "UCc"}},
        "contentText": {"runs": [{"text": "Votez !"}]},
        "publishedTimeText": {"runs": [{"text": "il y a 5 jours"}]},
        "voteCount": {"simpleText": "34"},
        "backstageAttachment": {"pollRenderer": {"choices": [{"text": {"runs": [{"text": "Oui"}]}}]}},
    }
    answer = {"c": [{"backstagePostThreadRenderer": {"post": {"backstagePostRenderer": post}}}]}
    (row,) = captured("https://www.youtube.com/youtubei/v1/browse", answer)
    assert (row.kind, row.message_id, row.text) == ("post", "Ugkx1", "Votez !\nOui")
    assert (row.author_id, row.author_handle, row.author_name) == ("UCc", "@chaine", "Chaîne")
    assert (row.like_count, row.created_at_precision, row.created_at_source) == (34, "day", "relative")
    assert row.url == "https://www.youtube.com/post/Ugkx1"


# ------------------------------------------------------------------ Bluesky

DID = "did:plc:abcdefghijklmnopqrstuvwx"


def bluesky_post(key: str, text: str) -> dict[str, Any]:
    return {
        "$type": "app.bsky.feed.defs#postView",
        "uri": f"at://{DID}/app.bsky.feed.post/{key}",
        "cid": "bafy",
        "author": {"did": DID, "handle": "lea.invalid", "displayName": "Léa"},
        "record": {"$type": "app.bsky.feed.post", "createdAt": "2025-02-19T21:20:00.000Z", "text": text},
        "indexedAt": "2025-02-19T21:20:00.500Z",
        "likeCount": 3,
    }


def item(key: str, depth: int, kind: str, **value: Any) -> dict[str, Any]:
    uri = f"at://{DID}/app.bsky.feed.post/{key}"
    return {
        "uri": uri,
        "depth": depth,
        "value": {"$type": f"app.bsky.unspecced.defs#threadItem{kind}", **value},
    }


def test_the_newer_threads_of_bluesky_are_read_and_counted() -> None:
    thread = [
        item("3likaaaaaaa22", -1, "Post", post=bluesky_post("3likaaaaaaa22", "au-dessus")),
        item("3likaaaaaaa2a", 0, "Post", post=bluesky_post("3likaaaaaaa2a", "racine")),
        item("3likaaaaaaa2c", 1, "NotFound"),
        item("3likaaaaaaa2e", 1, "Blocked", author={"did": DID}),
        item("3likaaaaaaa2f", 1, "NoUnauthenticated", author={"did": DID}),
    ]
    data = json.dumps({"hasOtherReplies": False, "thread": thread}).encode()
    rows, account = read(data, BLUESKY)
    assert [(one.role, one.text, one.deleted) for one in rows] == [
        ("context", "au-dessus", "none"),
        ("primary", "racine", "none"),
        ("context", "", "tombstone"),
        ("context", "", "withheld"),
    ]
    assert skipped(account) == {"unsupported_variant": 1}
    cut, account = read(data[: data.index(b"NotFound")], BLUESKY)
    assert [one.text for one in cut] == ["au-dessus", "racine"]
    assert len(account.failed) == 1


def test_lines_of_jetstream_are_posts_and_deletions() -> None:
    def line(operation: str, key: str, **more: Any) -> dict[str, Any]:
        commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": key, **more}
        return {"did": DID, "time_us": 1740000000123456, "kind": "commit", "commit": commit}

    record = {"$type": "app.bsky.feed.post", "createdAt": "2025-02-19T21:20:00Z", "text": "jet"}
    lines = [
        line("create", "3likaaaaaaa2a", record=record),
        line("delete", "3likaaaaaaa2b"),
        {"did": DID, "kind": "commit", "commit": {"operation": "delete", "collection": "app.bsky.feed.like"}},
    ]
    rows, account = read("\n".join(map(json.dumps, lines)).encode(), BLUESKY)
    assert [(one.message_id.rpartition("/")[2], one.text, one.deleted) for one in rows if one.message_id] == [
        ("3likaaaaaaa2a", "jet", "none"),
        ("3likaaaaaaa2b", "", "tombstone"),
    ]
    assert skipped(account) == {"not_a_message": 1}


def test_a_thread_that_stops_in_its_first_answer_keeps_its_root() -> None:
    root = {
        "post": bluesky_post("3likaaaaaaa2a", "racine"),
        "replies": [{"post": bluesky_post("3likaaaaaaa2c", "rép")}],
    }
    data = json.dumps({"thread": root}, ensure_ascii=False).encode()
    rows, account = read(data[: data.index("rép".encode())], BLUESKY)
    assert [one.text for one in rows] == ["racine"]
    assert len(account.failed) == 1


# ------------------------------------------------------------------ told for what they are


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        (
            "a.html",
            b'<!DOCTYPE html><html><head><link rel="canonical" href="https://x.invalid/"></head>',
            "saved_page",
        ),
        ("a.html", b"<!DOCTYPE html><html><script>var ytInitialData = {};</script></html>", "saved_page"),
        ("a.html", b"<!DOCTYPE html><html><body><p>Vos messages</p></body></html>", "web_page"),
        (
            "a.mhtml",
            b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.invalid/\r\nMIME-Version: 1.0\r\n\r\nx",
            "saved_page",
        ),
    ],
)
def test_a_saved_page_is_no_export_for_reading(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(data)
    reading = read_paths([tmp_path / name], now=NOW)
    assert list(reading) == []
    (source,) = reading.ledger.sources
    assert source.unread == code
    assert any("HAR" in words for words in reading.ledger.sentences("fr")) == (code == "saved_page")


def test_exports_put_together_in_one_list_are_told(tmp_path: Path) -> None:
    message = {
        "id": 1,
        "type": "message",
        "date_unixtime": "1740000000",
        "from": "Ada",
        "from_id": "user1",
        "text": "un",
    }
    chat = {"name": "Ada", "type": "personal_chat", "id": 1, "messages": [message]}
    (tmp_path / "a.json").write_text(json.dumps([chat, chat]))
    reading = read_paths([tmp_path / "a.json"], now=NOW)
    assert list(reading) == []
    assert set(reading.ledger.sources[0].notes) == {"several_exports"}


def test_a_capture_saved_too_early_is_known_and_empty(tmp_path: Path) -> None:
    empty = {"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [], "entries": []}}
    (tmp_path / "a.har").write_text(json.dumps(empty))
    reading = read_paths([tmp_path / "a.har"], now=NOW)
    assert list(reading) == []
    (source,) = reading.ledger.sources
    assert (source.format, set(source.notes)) == ("har", {"nothing_inside"})


def test_posts_of_bluesky_by_gallery_dl_are_a_variant_and_no_choice() -> None:
    post = {
        "category": "bluesky",
        "subcategory": "author",
        "uri": f"at://{DID}/app.bsky.feed.post/3likaaaaaaa2a",
        "cid": "x",
        "author": {"did": DID, "handle": "lea.invalid"},
        "text": "un",
        "createdAt": "2025-02-19T21:20:00Z",
        "indexedAt": "2025-02-19T21:20:00Z",
        "record": {},
    }
    assert BLUESKY.sniff(json.dumps(post).encode(), "a.json").score == 0


@pytest.mark.parametrize("media", ["text/html; charset=utf-8", "text/javascript", "application/json"])
@pytest.mark.parametrize("guard", ["", "for (;;);"])
def test_an_answer_of_facebook_that_stops_is_a_failure_whatever_its_type(media: str, guard: str) -> None:
    edges = [{"node": facebook_comment(str(n), f"mot {n}")} for n in range(3)]
    body = guard + json.dumps({"data": {"display_comments": {"edges": edges}}})
    address = "https://www.facebook.com/api/graphql/"
    assert len(read(har(entry(address, body, media)), HAR)[0]) == 3
    rows, account = read(har(entry(address, body[:-40], media)), HAR)
    assert ([row.text for row in rows], len(account.failed), skipped(account)) == (["mot 0", "mot 1"], 1, {})
    whole_then_cut = body + "\n" + body.removeprefix(guard)[:-40]
    rows, account = read(har(entry(address, whole_then_cut, media)), HAR)
    assert ([row.text for row in rows], len(account.failed)) == ([f"mot {n}" for n in (0, 1, 2, 0, 1)], 1)


def test_what_shows_an_archive_in_a_browser_is_no_export_for_reading(tmp_path: Path) -> None:
    for name in ("Your archive.html", "archive_browser.html"):
        (tmp_path / name).write_text(f"<!DOCTYPE html><html><body>{name}</body></html>")
    (tmp_path / "assets/js").mkdir(parents=True)
    (tmp_path / "assets/js/main.js").write_text("a,b,c\nd,e,f\n")
    reading = read_paths([tmp_path], now=NOW)
    assert list(reading) == []
    assert {one.unread for one in reading.ledger.sources} == {"no_message_inside"}
