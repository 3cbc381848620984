"""Invented objects of the platforms' own pages, for every format that carries them."""

import json
from typing import Any

ADA = {
    "rest_id": "12",
    "core": {"screen_name": "ada", "name": "Ada", "created_at": "Tue Mar 20 10:00:00 +0000 2012"},
    "legacy": {},
}


def tweet(number: str = "1700000000000000000", text: str = "Bonjour", **more: Any) -> dict[str, Any]:
    """A post of X; `legacy` fields may be given in `legacy`."""
    legacy = {
        "full_text": text,
        "created_at": "Fri Sep 08 04:15:59 +0000 2023",
        "conversation_id_str": number,
        "user_id_str": "12",
        "lang": "fr",
        "favorite_count": 3,
        "retweet_count": 1,
        "quote_count": 4,
        "reply_count": 2,
        "entities": {"hashtags": [], "urls": [], "user_mentions": []},
        **more.pop("legacy", {}),
    }
    return {
        "__typename": "Tweet",
        "rest_id": number,
        "core": {"user_results": {"result": ADA}},
        "legacy": legacy,
        "views": {"count": "70", "state": "EnabledWithCount"},
        **more,
    }


def video(number: str = "7000000000000000000", **more: Any) -> dict[str, Any]:
    """A video of TikTok."""
    return {
        "id": number,
        "desc": "Regardez @zoe #asso",
        "createTime": 1629814506,
        "author": {"id": "99", "uniqueId": "ada", "nickname": "Ada"},
        "stats": {"diggCount": 5, "shareCount": 1, "commentCount": 2, "playCount": 90},
        "video": {"playAddr": "https://v.test/a.mp4", "cover": "https://v.test/a.jpg"},
        "textExtra": [{"hashtagName": "asso"}, {"userUniqueId": "zoe", "hashtagName": ""}],
        "textLanguage": "fr",
        "isAd": False,
        **more,
    }


def video_comment(number: str = "7000000000000000001", **more: Any) -> dict[str, Any]:
    """A comment of TikTok."""
    return {
        "cid": number,
        "aweme_id": "7000000000000000000",
        "reply_id": "0",
        "text": "Bravo",
        "create_time": 1629814510,
        "digg_count": 1,
        "reply_comment_total": 0,
        "comment_language": "fr",
        "user": {"uid": "98", "unique_id": "zoe", "nickname": "Zoé"},
        "share_info": {"url": "https://m.tiktok.com/v/7.html?_d=secret&share_comment_id=8&u_code=me"},
        **more,
    }


def media(number: str = "2635595260958330718", **more: Any) -> dict[str, Any]:
    """A post of Instagram, item shape."""
    return {
        "pk": number,
        "id": f"{number}_55",
        "code": "CSTg-0FH89e",
        "taken_at": 1628399820,
        "caption": {"text": "Fête du quartier #fete avec @zoe"},
        "user": {"pk": "55", "username": "ada", "full_name": "Ada", "is_private": False},
        "media_type": 1,
        "image_versions2": {"candidates": [{"url": "https://i.test/1.jpg"}, {"url": "https://i.test/2.jpg"}]},
        "like_count": 7,
        "comment_count": 2,
        **more,
    }


def media_comment(number: str = "17900000000000001", **more: Any) -> dict[str, Any]:
    """A comment of Instagram, item shape."""
    return {
        "pk": number,
        "text": "Bravo @ada",
        "created_at": 1628399900,
        "user": {"pk": "56", "username": "zoe", "full_name": "Zoé"},
        "media_id": "2635595260958330718",
        "comment_like_count": 1,
        "child_comment_count": 0,
        **more,
    }


def thread_post(
    number: str = "3400000000000000000", text: str | None = "Bonjour", **app: Any
) -> dict[str, Any]:
    """A post of Threads; `app` are the fields of `text_post_app_info`."""
    return {
        "pk": number,
        "code": "C8vKrRZsAAA",
        "taken_at": 1719000000,
        "caption": {"text": text} if text is not None else None,
        "user": {"pk": "77", "username": "ada", "full_name": "Ada"},
        "like_count": 4,
        "image_versions2": {"candidates": []},
        "video_versions": None,
        "carousel_media": None,
        "audio": None,
        "text_post_app_info": {
            "direct_reply_count": 2,
            "repost_count": 1,
            "quote_count": 1,
            "is_reply": False,
            "reply_to_author": None,
            "share_info": {"quoted_post": None, "reposted_post": None},
            **app,
        },
    }


def update(number: str = "7000000000000000000", text: str | None = "Bonjour", **more: Any) -> dict[str, Any]:
    """A post of LinkedIn."""
    return {
        "updateMetadata": {"urn": f"urn:li:activity:{number}"},
        "actor": {
            "urn": "urn:li:member:5",
            "name": {"text": "Ada"},
            "navigationContext": {"actionTarget": "https://www.linkedin.com/in/ada?trk=x"},
            "subDescription": {"text": "18 h • Modifié •"},
        },
        "commentary": {"text": {"text": text}} if text is not None else None,
        "content": None,
        "*socialDetail": {"*totalSocialActivityCounts": {"numLikes": 5, "numComments": 2, "numShares": 1}},
        **more,
    }


def envelope(module: str, data: dict[str, Any], item_id: str = "1", **more: Any) -> dict[str, Any]:
    """A line of Zeeschuimer."""
    return {
        "nav_index": "1:2:0",
        "item_id": item_id,
        "timestamp_collected": 1760000000000,
        "last_updated": 1760000000000,
        "source_platform": module,
        "source_platform_url": "https://e.test/page",
        "source_url": "https://e.test/api",
        "user_agent": "Firefox",
        "data": data,
        **more,
    }


def kept(module: str, data: dict[str, Any], item_id: str = "1", **more: Any) -> dict[str, Any]:
    """The same line as 4CAT keeps it."""
    meta = envelope(module, {}, item_id, **more)
    del meta["data"]
    return {**data, "__import_meta": meta}


def lines(*objects: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)
