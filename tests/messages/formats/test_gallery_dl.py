"""gallery-dl: X, Instagram and TikTok metadata, dumps, quoted posts, zero for no identifier."""

import json
from typing import Any

import pytest

from saisine.messages.formats.gallery_dl import GALLERY_DL
from tests.messages.formats.broken import assert_changes_are_survived, assert_cuts_are_told
from tests.messages.formats.reading import best_format, bytes_at, read, skipped, utc

AT = "2023-09-08 04:15:59"
WHEN = utc("2023-09-08T04:15:59Z")


def tweet(number: int = 0, **fields: Any) -> dict[str, Any]:
    who = {"id": 12, "name": "ada", "nick": "Ada", "date": "2015-01-06 08:00:00", "protected": False}
    return {
        "tweet_id": 1700000000000000000 + number,
        "retweet_id": 0,
        "quote_id": 0,
        "reply_id": 0,
        "conversation_id": 1700000000000000000,
        "date": AT,
        "author": who,
        "user": who,
        "lang": "fr",
        "favorite_count": 3,
        "retweet_count": 1,
        "quote_count": 1,
        "reply_count": 2,
        "content": "Bonjour",
        "hashtags": ["collectif"],
        "mentions": [{"id": 13, "name": "zoe", "nick": "Zoé"}],
        "count": 1,
        "num": 1,
        "category": "twitter",
        "subcategory": "tweet",
        **fields,
    }


def instagram(**fields: Any) -> dict[str, Any]:
    return {
        "post_id": "3000000000000000000",
        "post_shortcode": "ABC",
        "post_url": "https://www.instagram.com/p/ABC/",
        "owner_id": "7",
        "username": "asso",
        "fullname": "Association",
        "description": "Nos permanences #collectif",
        "tags": ["#collectif"],
        "likes": 4,
        "date": AT,
        "post_date": AT,
        "display_url": "https://images.exemple.test/1.jpg",
        "video_url": None,
        "category": "instagram",
        "subcategory": "post",
        **fields,
    }


TIKTOK = {
    "id": str(1_790_848_798 << 32),
    "desc": "Nos permanences",
    "createTime": "1790848800",
    "author": {"id": "7", "uniqueId": "asso", "nickname": "Association"},
    "stats": {"diggCount": 4, "shareCount": 1, "commentCount": 2, "playCount": 90},
    "video": {"playAddr": "https://videos.exemple.test/1"},
    "category": "tiktok",
    "subcategory": "post",
}


def test_a_post_of_x() -> None:
    (row,), _ = read(tweet(), GALLERY_DL)
    assert (row.platform, row.kind, row.message_id, row.created_at) == (
        "x",
        "post",
        "1700000000000000000",
        WHEN,
    )
    assert (row.author_id, row.author_handle, row.author_name) == ("12", "ada", "Ada")
    assert (row.like_count, row.share_count, row.reply_count, row.view_count) == (3, 2, 2, None)
    assert (row.mentions, row.hashtags, row.parent_id, row.repost_of_id) == (
        ["zoe"],
        ["collectif"],
        None,
        None,
    )
    assert (row.time_flag, "view_count" in row.missing) == (None, True)


def test_replies_reposts_and_quoted_posts() -> None:
    rows, entry = read(
        [tweet(1, reply_id=1699, reply_to="zoe"), tweet(2, retweet_id=1698), tweet(3, quote_id=1697)],
        GALLERY_DL,
    )
    assert [(row.kind, row.role) for row in rows] == [
        ("reply", "primary"),
        ("repost", "primary"),
        ("post", "context"),
    ]
    assert (rows[0].parent_id, rows[0].target_handle, rows[1].repost_of_id) == ("1699", "zoe", "1698")
    assert (entry.mapped, entry.context) == (2, 1)


def test_a_post_of_instagram() -> None:
    (row,), _ = read(instagram(), GALLERY_DL)
    assert (row.platform, row.kind, row.message_id, row.author_handle) == (
        "instagram",
        "post",
        "3000000000000000000",
        "asso",
    )
    assert (row.text, row.hashtags, row.created_at, row.like_count) == (
        "Nos permanences #collectif",
        ["collectif"],
        WHEN,
        4,
    )


def test_comments_in_a_shape_never_seen_are_said() -> None:
    rows, entry = read(instagram(comments=[{"x": 1}]), GALLERY_DL)
    assert (len(rows), skipped(entry)) == (1, {"unsupported_variant": 1})


def test_a_video_of_tiktok() -> None:
    (row,), _ = read(TIKTOK, GALLERY_DL)
    assert (row.platform, row.author_handle, row.created_at, row.view_count) == (
        "tiktok",
        "asso",
        utc("2026-10-01T10:00:00Z"),
        90,
    )


@pytest.mark.parametrize("raw", [tweet(), instagram(), TIKTOK], ids=["x", "instagram", "tiktok"])
def test_each_site_is_recognised(raw: dict[str, Any]) -> None:
    for data in (json.dumps(raw), json.dumps(raw, indent=4, sort_keys=True), json.dumps([[2, raw]])):
        assert best_format(data.encode()) == "gallery-dl"


def test_a_dump_counts_its_pictures_as_repeats() -> None:
    dump = [
        [2, tweet(1)],
        [3, "https://images.exemple.test/1", tweet(1)],
        [6, "https://x.test", {}],
        [2, tweet(2)],
    ]
    rows, entry = read(dump, GALLERY_DL)
    assert [row.message_id for row in rows] == ["1700000000000000001", "1700000000000000002"]
    assert skipped(entry) == {"duplicate_older_observation": 1, "not_a_message": 1}
    assert rows[1].locator.endswith("/1")


def test_another_site_is_said_and_not_guessed() -> None:
    _, entry = read({"category": "pixiv", "subcategory": "work", "id": 1}, GALLERY_DL)
    assert skipped(entry) == {"unsupported_variant": 1}
    assert GALLERY_DL.sniff(b'{"category": "pixiv", "subcategory": "work", "id": 1}', "1.json").score < 30


@pytest.mark.parametrize("odd", [3, None, {}, [], [2], {"category": "twitter", "tweet_id": 1, "date": "x"}])
def test_an_odd_entry_fails_or_is_set_aside_alone(odd: Any) -> None:
    rows, entry = read([odd, tweet(2)], GALLERY_DL)
    assert (rows[-1].message_id, entry.read) == ("1700000000000000002", 2)


def test_a_row_leads_back_to_its_bytes() -> None:
    data = json.dumps(tweet(), indent=4).encode()
    (row,), _ = read(data, GALLERY_DL)
    assert json.loads(bytes_at(data, row.locator))["tweet_id"] == 1700000000000000000


def test_cuts_are_told() -> None:
    assert_cuts_are_told(json.dumps([[2, tweet(1)], [2, tweet(2)]]).encode(), GALLERY_DL)


def test_changed_bytes_are_survived() -> None:
    assert_changes_are_survived(json.dumps([tweet(), instagram(), TIKTOK]).encode(), GALLERY_DL)
