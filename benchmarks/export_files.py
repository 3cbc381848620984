"""Generated files of the exports that the other benchmarks read; run alone, it prints what each weighs.

Each object has the fields that its tool writes for a message, in the tool's order and size; every word is invented.
"""

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

WORDS = (
    "le la les une femme association réunion liberté élue quartier école ça encore toujours "
    "jamais très rien dire voilà pays gens hier demain parler message photo lutte débat c’est "
    "n’est qu’elle être même où déjà"
).split()
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
CDN = "https://media.exemple.test/a1b2c3d4e5f6/0123456789abcdef0123456789abcdef~c5_720x720.jpeg?x-expires=1790000000"
Row = dict[str, Any]


class Made:
    """What one message needs: its number, time, words and author."""

    def __init__(self, number: int, rnd: Random) -> None:
        self.number = number
        self.rnd = rnd
        self.at = FIRST + timedelta(seconds=13 * number)
        self.seconds = int(self.at.timestamp())
        self.who = rnd.randrange(5_000)
        self.text = " ".join(rnd.choice(WORDS) for _ in range(rnd.randint(5, 30)))

    @property
    def x_id(self) -> str:
        return str((self.seconds * 1000 - 1_288_834_974_657 << 22) + self.number % (1 << 20))

    @property
    def tiktok_id(self) -> str:
        return str((self.seconds - 5 << 32) + self.number)


def made(count: int, seed: int = 7) -> Iterator[Made]:
    rnd = Random(seed)
    for number in range(count):
        yield Made(number, rnd)


# ------------------------------------------------------------------ one object per message


def x_graphql(one: Made) -> Row:
    """A post as the site of X gives it to a browser."""
    name, count = one.x_id, one.rnd.randrange
    user = {
        "__typename": "User",
        "id": f"VXNlcjox{one.who:08}",
        "rest_id": str(10**9 + one.who),
        "affiliates_highlighted_label": {},
        "avatar": {"image_url": "https://pbs.exemple.test/profile_images/1/a_normal.jpg"},
        "core": {
            "created_at": "Wed Jan 01 10:00:00 +0000 2020",
            "name": f"Compte n° {one.who}",
            "screen_name": f"compte_{one.who}",
        },
        "is_blue_verified": False,
        "legacy": {
            "default_profile": True,
            "description": "Bénévole, trois fois par semaine, au jardin partagé.",
            "entities": {"description": {"urls": []}},
            "fast_followers_count": 0,
            "favourites_count": count(9_000),
            "followers_count": count(900),
            "friends_count": count(900),
            "listed_count": 0,
            "media_count": count(90),
            "normal_followers_count": count(900),
            "pinned_tweet_ids_str": [],
            "possibly_sensitive": False,
            "statuses_count": count(9_000),
            "translator_type": "none",
            "withheld_in_countries": [],
        },
        "location": {"location": "France"},
        "media_permissions": {"can_media_tag": True},
        "parody_commentary_fan_label": "None",
        "privacy": {"protected": False},
        "relationship_perspectives": {"following": False},
        "verification": {"verified": False},
    }
    return {
        "__typename": "Tweet",
        "rest_id": name,
        "core": {"user_results": {"result": user}},
        "unmention_data": {},
        "edit_control": {
            "edit_tweet_ids": [name],
            "editable_until_msecs": str(one.seconds * 1000 + 3_600_000),
            "is_edit_eligible": False,
            "edits_remaining": "5",
        },
        "is_translatable": False,
        "views": {"count": str(count(9_000)), "state": "EnabledWithCount"},
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "grok_analysis_button": True,
        "legacy": {
            "bookmark_count": 0,
            "bookmarked": False,
            "created_at": f"{one.at:%a %b %d %H:%M:%S +0000 %Y}",
            "conversation_id_str": "1900000000000000000",
            "display_text_range": [0, len(one.text)],
            "entities": {
                "hashtags": [{"indices": [0, 11], "text": "solidarité"}],
                "symbols": [],
                "timestamps": [],
                "urls": [],
                "user_mentions": [
                    {"id_str": "14", "name": "Asso", "screen_name": f"asso_{one.who % 7}", "indices": [0, 9]}
                ],
            },
            "favorite_count": count(50),
            "favorited": False,
            "full_text": one.text,
            "in_reply_to_screen_name": "asso_1",
            "in_reply_to_status_id_str": "1900000000000000000",
            "in_reply_to_user_id_str": "1400000000",
            "is_quote_status": False,
            "lang": "fr",
            "quote_count": 0,
            "reply_count": count(9),
            "retweet_count": count(9),
            "retweeted": False,
            "user_id_str": str(10**9 + one.who),
            "id_str": name,
        },
    }


def x_flat(one: Made) -> Row:
    """A post of the X API, flat with its author (as `twarc2 flatten` writes it)."""
    author, count = str(10**9 + one.who), one.rnd.randrange
    return {
        "id": one.x_id,
        "text": one.text,
        "author_id": author,
        "created_at": f"{one.at:%Y-%m-%dT%H:%M:%S}.000Z",
        "lang": "fr",
        "conversation_id": one.x_id,
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "source": "Twitter for Android",
        "edit_history_tweet_ids": [one.x_id],
        "in_reply_to_user_id": "1400000000",
        "referenced_tweets": [{"type": "replied_to", "id": "1899999999999999999"}],
        "entities": {
            "mentions": [{"start": 0, "end": 9, "username": f"asso_{one.who % 7}", "id": "1400000000"}],
            "hashtags": [{"start": 10, "end": 20, "tag": "solidarité"}],
        },
        "public_metrics": {
            "retweet_count": count(5),
            "reply_count": count(9),
            "like_count": count(50),
            "quote_count": 0,
            "impression_count": count(9_000),
        },
        "author": {
            "id": author,
            "username": f"compte_{one.who}",
            "name": f"Compte {one.who}",
            "created_at": "2020-01-01T00:00:00.000Z",
            "verified": False,
            "public_metrics": {"followers_count": 12, "following_count": 5, "tweet_count": 99},
        },
    }


def tiktok_video(one: Made) -> Row:
    """A video as the site of TikTok gives it to a browser."""
    count = one.rnd.randrange
    sizes = [
        {
            "Bitrate": 900_000 - 1_000 * rank,
            "CodecType": "h264",
            "GearName": f"normal_{rank}",
            "QualityType": rank,
            "PlayAddr": {
                "DataSize": 1_000_000 + rank,
                "Height": 1024,
                "Width": 576,
                "Uri": f"v09044g40000c{one.number:08}",
                "UrlKey": "v09044g40000_h264_540p_900000",
                "UrlList": [CDN, CDN],
            },
        }
        for rank in range(4)
    ]
    return {
        "id": one.tiktok_id,
        "desc": f"{one.text} #asso",
        "createTime": one.seconds,
        "scheduleTime": 0,
        "author": {
            "id": str(6 * 10**18 + one.who),
            "uniqueId": f"compte.{one.who}",
            "nickname": f"Compte {one.who}",
            "avatarThumb": CDN,
            "avatarMedium": CDN,
            "avatarLarger": CDN,
            "signature": "Bénévole",
            "verified": False,
            "secUid": "MS4wLjABAAAA0123456789abcdef0123456789abcdef0123456789",
            "privateAccount": False,
            "ftc": False,
            "commentSetting": 0,
        },
        "authorStats": {"diggCount": count(900), "followerCount": count(900), "videoCount": count(90)},
        "challenges": [{"id": "77", "title": "asso", "desc": "", "coverLarger": ""}],
        "music": {
            "id": "7100000000000000000",
            "title": "son original",
            "playUrl": CDN,
            "authorName": "Compte",
            "original": True,
            "duration": 12,
        },
        "stats": {
            "diggCount": count(900),
            "shareCount": count(90),
            "commentCount": count(90),
            "playCount": count(90_000),
            "collectCount": "3",
        },
        "textExtra": [{"awemeId": "", "start": 0, "end": 5, "hashtagName": "asso", "type": 1, "subType": 0}],
        "textLanguage": "fr",
        "video": {
            "id": one.tiktok_id,
            "height": 1024,
            "width": 576,
            "duration": 12,
            "ratio": "540p",
            "cover": CDN,
            "originCover": CDN,
            "dynamicCover": CDN,
            "playAddr": CDN,
            "downloadAddr": CDN,
            "bitrateInfo": sizes,
        },
        "isAd": False,
        "duetEnabled": True,
        "stitchEnabled": True,
        "privateItem": False,
        "secret": False,
        "digged": False,
    }


def zeeschuimer(module: str, item: Callable[[Made], Row]) -> Callable[[Made], Row]:
    def line(one: Made) -> Row:
        return {
            "nav_index": "1:2:0",
            "item_id": one.x_id,
            "timestamp_collected": one.seconds * 1000 + 86_400_000,
            "last_updated": one.seconds * 1000 + 86_400_000,
            "source_platform": module,
            "source_platform_url": "https://exemple.test/page",
            "source_url": "https://exemple.test/api",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "data": item(one),
        }

    return line


def youtube_comment(one: Made, **more: Any) -> Row:
    at = f"{one.at:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "kind": "youtube#comment",
        "etag": "0123456789abcdef0123456789a",
        "id": f"Ugx{one.number:023}",
        "snippet": {
            "channelId": "UCexemple0000000000000000",
            "videoId": "exemple0001",
            "textDisplay": one.text,
            "textOriginal": one.text,
            "authorDisplayName": f"@compte_{one.who}",
            "authorProfileImageUrl": "https://yt3.exemple.test/ytc/0123456789abcdef=s48-c-k-c0x00ffffff-no-rj",
            "authorChannelUrl": f"http://www.youtube.com/@compte_{one.who}",
            "authorChannelId": {"value": f"UC{one.who:022}"},
            "canRate": True,
            "viewerRating": "none",
            "likeCount": one.rnd.randrange(50),
            "publishedAt": at,
            "updatedAt": at,
            **more,
        },
    }


def youtube_thread(one: Made) -> Row:
    return {
        "kind": "youtube#commentThread",
        "etag": "fedcba9876543210fedcba98765",
        "id": f"Ugx{one.number:023}",
        "snippet": {
            "channelId": "UCexemple0000000000000000",
            "videoId": "exemple0001",
            "topLevelComment": youtube_comment(one),
            "canReply": True,
            "totalReplyCount": 0,
            "isPublic": True,
        },
    }


def facebook_comment(one: Made) -> Row:
    """What the request of the format's help gives."""
    return {
        "id": f"222222222222222_{10**15 + one.number}",
        "message": one.text,
        "created_time": f"{one.at:%Y-%m-%dT%H:%M:%S+0000}",
        "from": {"name": f"Compte {one.who}", "id": str(10**15 + one.who)},
        "permalink_url": "https://www.facebook.com/111111111111111/posts/222222222222222/?comment_id="
        f"{10**15 + one.number}",
        "like_count": one.rnd.randrange(50),
        "comment_count": 0,
        "is_hidden": False,
    }


def instagram_comment(one: Made) -> Row:
    """What the request of the format's help gives."""
    return {
        "id": str(17_800_000_000_000_000 + one.number),
        "text": one.text,
        "timestamp": f"{one.at:%Y-%m-%dT%H:%M:%S+0000}",
        "username": f"compte_{one.who}",
        "from": {"id": str(10**15 + one.who), "username": f"compte_{one.who}"},
        "like_count": one.rnd.randrange(50),
        "hidden": False,
        "media": {"id": "17800000000000001"},
    }


def discord_message(one: Made) -> Row:
    return {
        "id": str((one.seconds * 1000 - 1_420_070_400_000 << 22) + one.number % (1 << 20)),
        "type": "Default",
        "timestamp": f"{one.at:%Y-%m-%dT%H:%M:%S}.123+00:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": one.text,
        "author": {
            "id": str(10**17 + one.who),
            "name": f"compte_{one.who}",
            "discriminator": "0000",
            "nickname": f"Compte {one.who}",
            "color": "#3498DB",
            "isBot": False,
            "roles": [{"id": "300000000000000001", "name": "Bénévole", "color": "#3498DB", "position": 3}],
            "avatarUrl": f"https://cdn.exemple.test/avatars/{one.who}/0123456789abcdef0123456789abcdef.png",
        },
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
    }


def gallery_tweet(one: Made) -> Row:
    who = {
        "id": 10**9 + one.who,
        "name": f"compte_{one.who}",
        "nick": f"Compte {one.who}",
        "location": "France",
        "date": "2020-01-01 10:00:00",
        "verified": False,
        "protected": False,
        "profile_banner": "https://pbs.exemple.test/profile_banners/1/2",
        "profile_image": "https://pbs.exemple.test/profile_images/1/a.jpg",
        "favourites_count": 12,
        "followers_count": 12,
        "friends_count": 12,
        "listed_count": 0,
        "media_count": 3,
        "statuses_count": 99,
        "description": "Bénévole, trois fois par semaine, au jardin partagé.",
    }
    return {
        "tweet_id": int(one.x_id),
        "retweet_id": 0,
        "quote_id": 0,
        "reply_id": 0,
        "conversation_id": int(one.x_id),
        "source_id": 0,
        "date": f"{one.at:%Y-%m-%d %H:%M:%S}",
        "author": who,
        "user": who,
        "lang": "fr",
        "source": "Twitter Web App",
        "sensitive": False,
        "sensitive_flags": [],
        "favorite_count": one.rnd.randrange(50),
        "quote_count": 0,
        "reply_count": one.rnd.randrange(9),
        "retweet_count": one.rnd.randrange(9),
        "bookmark_count": 0,
        "view_count": one.rnd.randrange(9_000),
        "content": one.text,
        "hashtags": ["solidarité"],
        "mentions": [{"id": 14, "name": "asso_1", "nick": "Asso"}],
        "count": 1,
        "num": 1,
        "category": "twitter",
        "subcategory": "tweet",
    }


def ytdlp_comment(one: Made) -> Row:
    return {
        "id": f"Ugx{one.number:023}",
        "parent": "root",
        "text": one.text,
        "like_count": one.rnd.randrange(50),
        "author_id": f"UC{one.who:022}",
        "author": f"@compte_{one.who}",
        "author_thumbnail": "https://yt3.exemple.test/ytc/0123456789abcdef=s48-c-k-c0x00ffffff-no-rj",
        "author_is_uploader": False,
        "author_is_verified": False,
        "author_url": f"https://www.youtube.com/@compte_{one.who}",
        "is_favorited": False,
        "_time_text": "2 years ago",
        "timestamp": one.seconds // 86_400 * 86_400,
        "is_pinned": False,
    }


def apify_facebook(one: Made) -> Row:
    """A flat object that a column profile reads."""
    return {
        "facebookUrl": "https://www.facebook.com/exemple/posts/1",
        "commentUrl": f"https://www.facebook.com/exemple/posts/1?comment_id={10**15 + one.number}",
        "id": f"Y29tbWVudDo{one.number:020}",
        "feedbackId": f"ZmVlZGJhY2s6{one.number:020}",
        "date": f"{one.at:%Y-%m-%dT%H:%M:%S.000Z}",
        "text": one.text,
        "profileUrl": "https://www.facebook.com/people/exemple",
        "profilePicture": CDN,
        "profileId": f"pfbid02{one.who:08}",
        "profileName": f"Compte {one.who}",
        "likesCount": str(one.rnd.randrange(50)),
        "commentsCount": 0,
        "comments": [],
        "threadingDepth": 0,
        "facebookId": "1234567890",
        "postTitle": "Nos permanences de printemps",
        "pageAdLibrary": {"is_business_page_active": False, "id": "1234567890"},
        "inputUrl": "https://www.facebook.com/exemple/posts/1",
    }


# ------------------------------------------------------------------ files


def _dumps(value: Any, **options: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), **options).encode()


def write_lines(path: Path, item: Callable[[Made], Row], count: int) -> None:
    with path.open("wb") as out:
        out.writelines(_dumps(item(one)) + b"\n" for one in made(count))


def write_document(path: Path, item: Callable[[Made], Row], count: int, before: bytes, after: bytes) -> None:
    with path.open("wb") as out:
        out.write(before)
        for one in made(count):
            out.write((b",\n" if one.number else b"") + _dumps(item(one)))
        out.write(after)


def write_pages(path: Path, item: Callable[[Made], Row], count: int, top: Row) -> None:
    """Answers of an API, a hundred objects in each, one answer per line."""
    with path.open("wb") as out:
        rows = [item(one) for one in made(count)]
        for start in range(0, count, 100):
            out.write(_dumps({**top, "items": rows[start : start + 100]}) + b"\n")


DISCORD_TOP = (
    b'{"guild":{"id":"10","name":"Asso"},"channel":{"id":"20","type":"GuildTextChat","name":"general"},'
    b'"dateRange":{"after":null,"before":null},"exportedAt":"2026-10-01T00:00:00+00:00","messages":['
)
YTDLP_TOP = _dumps(
    {
        "id": "exemple0001",
        "title": "Assemblée générale",
        "channel_id": "UCexemple",
        "channel": "Asso",
        "webpage_url": "https://www.youtube.com/watch?v=exemple0001",
        "extractor_key": "Youtube",
        "webpage_url_basename": "watch",
        "upload_date": "20260901",
        "epoch": 1_790_000_000,
        "uploader_id": "@asso",
        "description": "Le film de la réunion",
    }
)[:-1]
GRAPH_PAGING = b'],"paging":{"cursors":{"before":"x","after":"y"}}}'

# name: (how it is written, whether it is parsed line by line)
JSON_FILES: dict[str, tuple[Callable[[Path, int], None], bool]] = {
    "zeeschuimer x": (lambda p, n: write_lines(p, zeeschuimer("twitter.com", x_graphql), n), True),
    "zeeschuimer tiktok": (lambda p, n: write_lines(p, zeeschuimer("tiktok.com", tiktok_video), n), True),
    "x v2 lines": (lambda p, n: write_lines(p, x_flat, n), True),
    "youtube pages": (
        lambda p, n: write_pages(p, youtube_thread, n, {"kind": "youtube#commentThreadListResponse"}),
        True,
    ),
    "youtube one page": (
        lambda p, n: write_document(
            p, youtube_thread, n, b'{"kind":"youtube#commentThreadListResponse","items":[', b"]}"
        ),
        False,
    ),
    "youtube lines": (lambda p, n: write_lines(p, youtube_thread, n), True),
    "facebook graph": (
        lambda p, n: write_document(p, facebook_comment, n, b'{"data":[', GRAPH_PAGING),
        False,
    ),
    "facebook graph lines": (lambda p, n: write_lines(p, facebook_comment, n), True),
    "instagram graph": (
        lambda p, n: write_document(p, instagram_comment, n, b'{"data":[', GRAPH_PAGING),
        False,
    ),
    "discord": (
        lambda p, n: write_document(p, discord_message, n, DISCORD_TOP, b'],"messageCount":%d}' % n),
        False,
    ),
    "gallery-dl": (lambda p, n: write_document(p, gallery_tweet, n, b"[", b"]"), False),
    "yt-dlp": (lambda p, n: write_document(p, ytdlp_comment, n, YTDLP_TOP + b',"comments":[', b"]}"), False),
    "flat JSON (profile)": (lambda p, n: write_lines(p, apify_facebook, n), True),
}


# ------------------------------------------------------------------ tables


def fourcat_x(one: Made) -> Row:
    name, count = one.x_id, one.rnd.randrange
    return {
        "id": name,
        "thread_id": "1900000000000000000",
        "timestamp": f"{one.at:%Y-%m-%d %H:%M:%S}",
        "unix_timestamp": one.seconds,
        "link": f"https://x.com/compte_{one.who}/status/{name}",
        "subject": "",
        "body": one.text,
        "author": f"compte_{one.who}",
        "author_fullname": f"Compte {one.who}",
        "author_id": 10**9 + one.who,
        "author_avatar_url": "https://pbs.exemple.test/profile_images/1/a_normal.jpg",
        "author_banner_url": "https://pbs.exemple.test/profile_banners/1/2",
        "verified": "no",
        "source": "Twitter Web App",
        "language_guess": "fr",
        "possibly_sensitive": "no",
        "retweet_count": count(9),
        "reply_count": count(9),
        "like_count": count(50),
        "quote_count": 0,
        "impression_count": count(9_000),
        "is_retweet": "no",
        "retweeted_user": "",
        "is_quote_tweet": "no",
        "quoted_user": "",
        "is_quote_author_different": "no",
        "is_reply": "yes",
        "replied_user": "asso_1",
        "is_withheld": "no",
        "hashtags": "solidarité",
        "urls": "",
        "images": "",
        "videos": "",
        "mentions": f"asso_{one.who % 7}",
        "long_lat": "",
        "place_name": "",
        "missing_fields": "",
    }


def fourcat_tiktok(one: Made) -> Row:
    name, count = one.tiktok_id, one.rnd.randrange
    return {
        "id": name,
        "thread_id": name,
        "author": f"compte.{one.who}",
        "author_full": f"Compte {one.who}",
        "author_id": str(6 * 10**18 + one.who),
        "author_followers": count(900),
        "author_likes": count(900),
        "author_videos": count(90),
        "author_avatar": CDN,
        "body": f"{one.text} #asso",
        "stickers": "",
        "timestamp": f"{one.at:%Y-%m-%d %H:%M:%S}",
        "unix_timestamp": one.seconds,
        "is_duet": "no",
        "is_ad": "no",
        "is_paid_partnership": "no",
        "is_sensitive": "no",
        "is_photosensitive": "no",
        "music_name": "son original",
        "music_id": "7100000000000000000",
        "music_url": CDN,
        "music_thumbnail": CDN,
        "music_author": "Compte",
        "video_url": CDN,
        "tiktok_url": f"https://www.tiktok.com/@compte.{one.who}/video/{name}",
        "thumbnail_url": CDN,
        "likes": count(900),
        "comments": count(90),
        "shares": count(90),
        "plays": count(90_000),
        "hashtags": "asso",
        "challenges": "asso",
        "diversification_labels": "",
        "location_created": "FR",
        "effects": "",
        "warning": "",
        "missing_fields": "",
    }


def minet_tweet(one: Made) -> Row:
    """`minet twitter scrape`, its columns in its order."""
    name, count = one.x_id, one.rnd.randrange
    return {
        "id": name,
        "timestamp_utc": one.seconds,
        "local_time": f"{one.at:%Y-%m-%dT%H:%M:%S}",
        "user_screen_name": f"compte_{one.who}",
        "text": one.text,
        "possibly_sensitive": 0,
        "retweet_count": count(9),
        "like_count": count(50),
        "reply_count": count(9),
        "impression_count": count(9_000),
        "lang": "fr",
        "to_username": "asso_1",
        "to_userid": "1400000000",
        "to_tweetid": "1900000000000000000",
        "source_name": "Twitter Web App",
        "source_url": "https://mobile.twitter.com",
        "user_location": "France",
        "lat": "",
        "lng": "",
        "user_id": 10**9 + one.who,
        "user_name": f"Compte {one.who}",
        "user_verified": 0,
        "user_description": "Bénévole, trois fois par semaine, au jardin partagé.",
        "user_url": "",
        "user_image": "https://pbs.exemple.test/profile_images/1/a_normal.jpg",
        "user_tweets": 99,
        "user_followers": 12,
        "user_friends": 5,
        "user_likes": 9,
        "user_lists": 0,
        "user_created_at": "2020-01-01T00:00:00",
        "user_timestamp_utc": 1_577_836_800,
        "collected_via": "scraping",
        "match_query": 1,
        "retweeted_id": "",
        "retweeted_user": "",
        "retweeted_user_id": "",
        "retweeted_timestamp_utc": "",
        "quoted_id": "",
        "quoted_user": "",
        "quoted_user_id": "",
        "quoted_timestamp_utc": "",
        "collection_time": "2026-11-24T08:00:00.000000",
        "url": f"https://twitter.com/compte_{one.who}/status/{name}",
        "place_country_code": "",
        "place_name": "",
        "place_type": "",
        "place_coordinates": "",
        "links": "",
        "domains": "",
        "media_urls": "",
        "media_files": "",
        "media_types": "",
        "media_alt_texts": "",
        "mentioned_names": f"asso_{one.who % 7}",
        "mentioned_ids": "1400000000",
        "hashtags": "solidarité",
    }


def minet_youtube(one: Made) -> Row:
    """`minet youtube comments`, its columns in its order."""
    return {
        "video_id": "exemple0001",
        "comment_id": f"Ugx{one.number:023}",
        "author_name": f"@compte_{one.who}",
        "author_channel_id": f"UC{one.who:022}",
        "text": one.text,
        "like_count": one.rnd.randrange(50),
        "published_at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "updated_at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "reply_count": 0,
        "parent_comment_id": "",
    }


def plain_table(one: Made) -> Row:
    """A table that someone kept by hand, in French."""
    return {
        "Date": f"{one.at:%d/%m/%Y %H:%M}",
        "Auteur": f"Compte {one.who}",
        "Commentaire": one.text,
        "Lien": f"https://www.facebook.com/exemple/posts/1?comment_id={one.number}",
        "J’aime": one.rnd.randrange(50),
    }


def write_table(path: Path, item: Callable[[Made], Row], count: int, delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer: csv.DictWriter[str] | None = None
        for one in made(count):
            row = item(one)
            if writer is None:
                writer = csv.DictWriter(out, list(row), delimiter=delimiter)
                writer.writeheader()
            writer.writerow(row)


TABLES: dict[str, tuple[Callable[[Made], Row], str]] = {
    "4CAT x": (fourcat_x, ","),
    "4CAT tiktok": (fourcat_tiktok, ","),
    "Apify facebook (profile)": (apify_facebook, ","),
    "minet youtube (profile)": (minet_youtube, ","),
    "minet twitter": (minet_tweet, ","),
    "French table (profile)": (plain_table, ";"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        for name, (write, _) in JSON_FILES.items():
            write(path, 1_000)
            print(f"{name:28} {path.stat().st_size / 1_000:7.0f} bytes per message")
        for name, (item, delimiter) in TABLES.items():
            write_table(path, item, 1_000, delimiter)
            print(f"{name:28} {path.stat().st_size / 1_000:7.0f} bytes per row")


if __name__ == "__main__":
    main()
