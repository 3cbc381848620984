"""TikTok: the videos and comments of its own pages, as Zeeschuimer and captures hold them.

A video is `{"id", "desc", "createTime", "author", "stats", "video", …}`; its author is an object, or a bare
handle in the data embedded in a page. A comment is `{"cid", "aweme_id", "reply_id", "text", "user", …}`;
`reply_id` "0" is a comment on the video. Times are Unix seconds.

Field names as in the public sources of Zeeschuimer (modules/tiktok.js, tiktok-comments.js) and of 4CAT
(datasources/tiktok, tiktok_comments), 2024-2026.
"""

from collections import Counter
from typing import Any, Final

from saisine.messages.formats.contract import Context, RawRecord
from saisine.messages.formats.json_values import (
    TOP,
    Mapped,
    Place,
    absent,
    as_count,
    as_id,
    dict_at,
    distinct,
    inside,
    list_at,
    stated,
    word_at,
)
from saisine.messages.schema import Message, Skip

NO_LANGUAGE: Final = frozenset({"", "un", "und"})
# What a shared address may keep: its other parameters tell who collected it, on which device.
_OPEN_PARAMETERS: Final = ("share_comment_id=", "comment_author_id=", "share_item_id=")


def is_item(value: Any) -> bool:
    """Whether this object is a video or a set of pictures with its text."""
    return (
        isinstance(value, dict)
        and "desc" in value
        and "createTime" in value
        and "id" in value
        and ("stats" in value or "statsV2" in value or "video" in value)
    )


def is_app_item(value: Any) -> bool:
    """Whether this object is a video as the application's own answers write it (`aweme_list`)."""
    return (
        isinstance(value, dict)
        and "desc" in value
        and "create_time" in value
        and "aweme_id" in value
        and isinstance(value.get("author"), dict)
    )


def map_app_item(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One video of the application, by the names that its pages use."""
    if not is_app_item(raw):
        return [Skip("unsupported_variant")]
    who, stats = raw["author"], dict_at(raw, "statistics")
    video = dict_at(raw, "video")
    pictures = [
        inside(one, "display_image", "url_list", 0) for one in list_at(raw, "image_post_info", "images")
    ]
    plain = {
        "id": raw["aweme_id"],
        "desc": raw["desc"],
        "createTime": raw["create_time"],
        "author": {"id": who.get("uid"), "uniqueId": who.get("unique_id"), "nickname": who.get("nickname")},
        "stats": {
            "diggCount": stats.get("digg_count"),
            "shareCount": stats.get("share_count"),
            "commentCount": stats.get("comment_count"),
            "playCount": stats.get("play_count"),
        },
        "isAd": raw.get("is_ads") is True,
        "textLanguage": raw.get("desc_language"),
        "textExtra": [
            {"hashtagName": one.get("hashtag_name"), "userUniqueId": one.get("user_unique_id")}
            for one in list_at(raw, "text_extra")
            if isinstance(one, dict)
        ],
        "video": {"playAddr": inside(video, "play_addr", "url_list", 0)},
        "imagePost": {"images": [{"imageURL": {"urlList": [one]}} for one in pictures if one]},
    }
    return map_item(plain if any(pictures) else {**plain, "imagePost": None}, record, ctx, place)


def is_comment(value: Any) -> bool:
    """Whether this object is a comment."""
    return isinstance(value, dict) and "cid" in value and "aweme_id" in value and "text" in value


def map_item(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One video. Advertisements and live rooms are set aside."""
    if raw.get("isAd") is True:
        return [Skip("advertisement")]
    if "liveRoomInfo" in raw or not is_item(raw):
        return [Skip("unsupported_variant")]
    item_id, author = as_id(raw["id"]), _item_author(raw)
    handle, duet = author["author_handle"], as_id(inside(raw, "duetInfo", "duetFromId"))
    is_duet = duet not in (None, "0")
    counts, text = _item_counts(raw), raw["desc"] or ""
    whole = _whole_text(raw, text)
    kind = "photo" if raw.get("imagePost") else "video"
    return [
        Message.of(
            record,
            ctx,
            sub_locator=place.path,
            platform="tiktok",
            kind="quote" if is_duet else "post",
            role=place.role,
            message_id=item_id,
            **author,
            text=whole,
            text_raw=text if whole != text else None,
            text_repairs=("fragments_joined",) if whole != text else (),
            lang=_language(raw.get("textLanguage")),
            **stated(raw["createTime"]),
            collected_at=place.collected_at,
            url=f"https://www.tiktok.com/@{handle}/{kind}/{item_id}" if handle else None,
            conversation_id=item_id,
            visibility=_visibility(raw),
            **_extras(raw),
            media_urls=_item_media(raw),
            quote_of_id=duet if is_duet else None,
            **counts,
            missing=absent(**author | counts),
        )
    ]


def _whole_text(raw: dict[str, Any], text: str) -> str:
    """The title of a set of pictures above its text, unless the text begins with it, and the words laid on the
    picture below: all are read by who sees the post."""
    title = (word_at(raw, "imagePost", "title") or "").strip()
    stickers = [" ".join(list_at(one, "stickerText")) for one in list_at(raw, "stickersOnItem")]
    if title and text.lstrip().startswith(title):
        title = ""
    return "\n".join(part for part in (title, text, *stickers) if part)


def _item_author(raw: dict[str, Any]) -> dict[str, Any]:
    author = raw.get("author")
    if isinstance(author, dict):
        found = author.get("id"), author.get("uniqueId"), author.get("nickname")
    else:
        found = raw.get("authorId"), author, raw.get("nickname")
    return {"author_id": as_id(found[0]), "author_handle": found[1] or None, "author_name": found[2] or None}


def _item_counts(raw: dict[str, Any]) -> dict[str, int | None]:
    stats = dict_at(raw, "stats") or dict_at(raw, "statsV2")
    return {
        "like_count": as_count(stats.get("diggCount")),
        "share_count": as_count(stats.get("shareCount")),
        "reply_count": as_count(stats.get("commentCount")),
        "view_count": as_count(stats.get("playCount")),
    }


def _extras(raw: dict[str, Any]) -> dict[str, list[str]]:
    """Hashtags and accounts named in the text; recent items spread them over `contents`."""
    extras = list_at(raw, "textExtra") or [
        extra for one in list_at(raw, "contents") for extra in list_at(one, "textExtra")
    ]
    titles = (one.get("title") for one in list_at(raw, "challenges"))
    return {
        "hashtags": distinct(*(one.get("hashtagName") for one in extras), *titles),
        "mentions": distinct(*(one.get("userUniqueId") for one in extras)),
    }


def _item_media(raw: dict[str, Any]) -> list[str]:
    pictures = [inside(one, "imageURL", "urlList", 0) for one in list_at(raw, "imagePost", "images")]
    video = dict_at(raw, "video")
    played = word_at(video, "playAddr") or word_at(video, "downloadAddr") or word_at(video, "cover")
    return distinct(*pictures) or distinct(played)


def _visibility(raw: dict[str, Any]) -> str | None:
    if raw.get("privateItem") is True:
        return "private"
    if raw.get("forFriend") is True:
        return "friends"
    return "public" if raw.get("privateItem") is False else None


def _language(code: Any) -> str | None:
    return code if isinstance(code, str) and code not in NO_LANGUAGE else None


# ------------------------------------------------------------------ comments


def map_comment(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One comment, then the replies that came with it."""
    if not is_comment(raw):
        return [Skip("unsupported_variant")]
    rows: Mapped = [_comment(raw, record, ctx, place)]
    for number, reply in enumerate(list_at(raw, "reply_comment")):
        rows += map_comment(reply, record, ctx, place.below(f"/reply_comment/{number}"))
    return rows


def _comment(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place) -> Message:
    user, comment_id, video_id = dict_at(raw, "user"), as_id(raw["cid"]), as_id(raw["aweme_id"])
    parent = parent_of(raw)
    author = {
        "author_id": as_id(user.get("uid")),
        "author_handle": word_at(user, "unique_id"),
        "author_name": word_at(user, "nickname"),
    }
    counts = {
        "like_count": as_count(raw.get("digg_count")),
        "reply_count": None if parent else as_count(raw.get("reply_comment_total")),
    }
    url = _public_link(word_at(raw, "share_info", "url"))
    pictures = (inside(one, "origin_url", "url_list", 0) for one in list_at(raw, "image_list"))
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="tiktok",
        kind="reply" if parent else "comment",
        role=place.role,
        message_id=comment_id,
        **author,
        text=raw["text"] or "",
        lang=_language(raw.get("comment_language")),
        **stated(raw.get("create_time")),
        collected_at=place.collected_at,
        url=url,
        parent_id=parent,
        conversation_id=parent_of(raw, "reply_id") or comment_id,
        target_id=video_id,
        target_kind="post",
        media_urls=distinct(*pictures),
        **counts,
        missing=(*absent(**author, like_count=counts["like_count"], url=url), "share_count", "view_count"),
    )


def parent_of(raw: dict[str, Any], *names: str) -> str | None:
    """The comment that this one answers: another reply when TikTok says so, else the first of the thread."""
    for name in names or ("reply_to_reply_id", "reply_id"):
        found = as_id(raw.get(name))
        if found not in (None, "0"):
            return found
    return None


def _public_link(url: str | None) -> str | None:
    base, _, query = (url or "").partition("?")
    kept = [part for part in query.split("&") if part.startswith(_OPEN_PARAMETERS)]
    return "?".join([base, *(["&".join(kept)] if kept else [])]) or None


def count_owed(raw: Any, owed: Counter[str]) -> bool:
    """Whether this comment announces replies that were not met yet: they are added to what is owed. A reply is
    taken off once, be it carried by its comment, then on its own, or both."""
    if not is_comment(raw):
        return False
    thread, comment_id = parent_of(raw, "reply_id"), as_id(raw["cid"])
    if thread is not None:
        # only those that a comment carried are remembered one by one: a file may hold a million others
        if f"reply {comment_id}" not in owed:
            owed[thread] -= 1
        return False
    announced, carried = as_count(raw.get("reply_comment_total")) or 0, list_at(raw, "reply_comment")
    if not announced and not carried:
        return False
    key = str(comment_id)
    _announce(owed, key, announced)
    for reply in carried:
        _take_off(owed, key, as_id(inside(reply, "cid")))
    return owed[key] > 0


def _announce(owed: Counter[str], thread: str, announced: int) -> None:
    """Add what a comment announces; of a comment met twice, what the second adds to the first. The number is
    kept as a negative one under a key of its own: only what is above zero is owed."""
    key = f"announced {thread}"
    if announced > -owed[key]:
        owed[thread] += announced + owed[key]
        owed[key] = -announced


def _take_off(owed: Counter[str], thread: str, reply_id: str | None) -> None:
    """One reply less is owed, unless its comment carried it before: it then has a zero under a key of its own."""
    key = f"reply {reply_id}"
    if reply_id is not None and key in owed:
        return
    owed[thread] -= 1
    if reply_id is not None:
        owed[key] = 0
