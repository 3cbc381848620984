"""snscrape lines: old and new field names, numbers over 2^53, references without text, other platforms."""

from typing import Any

import pytest

from saisine.messages.formats.snscrape import SNSCRAPE
from saisine.messages.schema import Message
from tests.messages.formats.broken import assert_changes_are_survived
from tests.messages.formats.line_cuts import assert_cut_lines_are_told
from tests.messages.formats.platform_items import lines
from tests.messages.formats.reading import best_format, notes, read, skipped, utc

USER = {
    "_type": "snscrape.modules.twitter.User",
    "username": "ada",
    "id": 12,
    "displayname": "Ada",
    "created": "2012-03-20T10:00:00+00:00",
}


def item(number: int = 1612000000000000001, text: str = "Bonjour", **more: Any) -> dict[str, Any]:
    """A post of X as the last versions write it."""
    return {
        "_type": "snscrape.modules.twitter.Tweet",
        "url": f"https://twitter.com/ada/status/{number}",
        "date": "2023-01-08T08:15:24+00:00",
        "rawContent": text,
        "renderedContent": text,
        "id": number,
        "user": USER,
        "replyCount": 2,
        "retweetCount": 1,
        "likeCount": 3,
        "quoteCount": 4,
        "viewCount": 70,
        "conversationId": number,
        "lang": "fr",
        "hashtags": ["asso"],
        "mentionedUsers": [{"username": "zoe", "id": 13}],
        "links": [{"url": "https://e.test/a", "tcourl": "https://t.co/a"}],
        "media": [{"fullUrl": "https://i.test/1.jpg"}],
        "_snscrape": "0.7.0",
        **more,
    }


def rows_of(*items: dict[str, Any]) -> list[Message]:
    return read(lines(*items), SNSCRAPE)[0]


def test_every_column_of_a_post() -> None:
    (row,) = rows_of(item())
    assert (row.platform, row.kind, row.message_id) == ("x", "post", "1612000000000000001")
    assert (row.author_id, row.author_handle, row.author_name) == ("12", "ada", "Ada")
    assert row.author_created_at == utc("2012-03-20T10:00:00Z")
    assert (row.created_at, row.time_flag, row.lang) == (utc("2023-01-08T08:15:24Z"), None, "fr")
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (3, 5, 2, 70)
    assert (list(row.hashtags), list(row.mentions)) == (["asso"], ["zoe"])
    assert (list(row.urls), list(row.media_urls)) == (["https://e.test/a"], ["https://i.test/1.jpg"])


def test_the_oldest_files_name_no_class_and_write_content() -> None:
    old = item()
    for name in ("_type", "rawContent", "links", "viewCount", "_snscrape"):
        del old[name]
    old |= {"content": "A &amp; B", "outlinks": ["https://e.test/a"]}
    assert best_format(lines(old), "x.jsonl") == "snscrape"
    (row,) = rows_of(old)
    assert (row.text, row.text_raw, list(row.text_repairs)) == ("A & B", "A &amp; B", ["html_unescaped"])
    assert (list(row.urls), row.view_count) == (["https://e.test/a"], None)
    assert "view_count" in row.missing


def test_a_number_rounded_by_another_tool_is_refused_unless_its_text_stands_beside() -> None:
    rounded = item(id=1.612e18)
    rows, entry = read(lines(rounded), SNSCRAPE)
    assert (rows[0].message_id, notes(entry)) == (None, {"rounded_ids": 1})
    assert "message_id" in rows[0].missing
    (row,) = rows_of(rounded | {"id.str": "1612000000000000001"})
    assert row.message_id == "1612000000000000001"


def test_reposts_quotes_and_replies() -> None:
    inner = item(1611000000000000001, "Entier")
    repost, context = rows_of(item(text="RT @zoe: Ent…", retweetedTweet=inner))
    assert (repost.kind, repost.repost_of_id, repost.text) == ("repost", "1611000000000000001", "Entier")
    assert (repost.text_raw, repost.like_count, context.role) == ("RT @zoe: Ent…", None, "context")
    quote, cited = rows_of(item(quotedTweet=inner))
    assert (quote.kind, quote.quote_of_id, cited.text) == ("quote", "1611000000000000001", "Entier")
    (reply,) = rows_of(
        item(inReplyToTweetId=1611000000000000001, inReplyToUser={"username": "zoe", "id": 13})
    )
    assert (reply.kind, reply.parent_id) == ("reply", "1611000000000000001")
    assert (reply.target_id, reply.target_handle) == ("13", "zoe")


def test_a_quoted_tombstone_leaves_its_number_and_a_reference_none() -> None:
    gone = {"_type": "snscrape.modules.twitter.Tombstone", "id": 1611000000000000001}
    quote, context = rows_of(item(quotedTweet=gone))
    assert (quote.quote_of_id, context.deleted, context.role) == (context.message_id, "tombstone", "context")
    (alone,) = rows_of(item(quotedTweet={"_type": "snscrape.modules.twitter.TweetRef", "id": 5}))
    assert alone.quote_of_id == "5"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("twitter.TweetRef", "empty_record"),
        ("twitter.User", "not_a_message"),
        ("twitter.Trend", "not_a_message"),
        ("telegram.Channel", "not_a_message"),
        ("weibo.Post", "unsupported_variant"),
    ],
)
def test_items_without_a_message_are_counted_by_reason(kind: str, reason: str) -> None:
    _, entry = read(lines({"_type": f"snscrape.modules.{kind}", "id": 5}), SNSCRAPE)
    assert skipped(entry) == {reason: 1}


def test_a_tombstone_of_its_own_says_that_a_post_existed() -> None:
    (row,) = rows_of({"_type": "snscrape.modules.twitter.Tombstone", "id": 1611000000000000001})
    assert (row.deleted, row.role, row.message_id) == ("tombstone", "primary", "1611000000000000001")


def test_the_other_platforms() -> None:
    date = "2023-01-08T08:15:24+00:00"
    post = {"_type": "snscrape.modules.telegram.TelegramPost", "url": "https://t.me/s/canal/12", "date": date}
    page = {
        "_type": "snscrape.modules.facebook.FacebookPost",
        "cleanUrl": "https://www.facebook.com/p/1",
        "date": date,
    }
    photo = {
        "_type": "snscrape.modules.instagram.InstagramPost",
        "cleanUrl": "https://www.instagram.com/p/CSTg-0FH89e/",
        "date": "2021-08-08T05:17:00+00:00",
        "displayUrl": "https://i.test/1.jpg",
    }
    toot = {
        "_type": "snscrape.modules.mastodon.Toot",
        "url": "https://m.test/@ada/1",
        "id": "109651000000000000",
        "date": date,
        "user": {"account": "@ada@m.test", "displayName": "Ada"},
        "spoilerText": "Caché",
        "text": "Attention",
    }
    telegram, facebook, instagram, mastodon = rows_of(
        post | {"content": "Un"}, page | {"content": "Deux"}, photo | {"content": "Trois"}, toot
    )
    assert (telegram.platform, telegram.message_id, telegram.text) == ("telegram", "canal/12", "Un")
    assert (facebook.platform, facebook.text) == ("facebook", "Deux")
    assert facebook.message_id is not None
    assert facebook.message_id.startswith("derived:")
    assert "message_id" in facebook.missing
    assert (instagram.platform, instagram.message_id) == ("instagram", "2635595260958330718")
    assert (mastodon.platform, mastodon.author_handle) == ("mastodon", "ada@m.test")
    assert (mastodon.text, list(mastodon.text_repairs)) == ("Attention\nCaché", ["fragments_joined"])
    assert {row.created_at for row in (telegram, facebook, mastodon)} == {utc("2023-01-08T08:15:24Z")}


def test_a_date_without_zone_fails_rather_than_be_guessed() -> None:
    _, entry = read(lines(item(date="2023-01-08T08:15:24")), SNSCRAPE)
    assert len(entry.failed) == 1


def test_cuts_are_told() -> None:
    assert_cut_lines_are_told(lines(item(), item(1612000000000000002, "Deux")), SNSCRAPE)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(lines(item(quotedTweet=item(1611000000000000001))), SNSCRAPE)
