"""Gab, Truth Social, 9GAG, Imgur, Pinterest and Douyin, as Zeeschuimer holds them: one table, one line per column.

Smaller places, where an attack is sometimes prepared. Each object is read by the paths of its row; what a row
does not name is missing. Platform is `other`, for their numbers are nobody else's.

Field names as in the public sources of Zeeschuimer (modules/gab.js, truth.js, 9gag.js, imgur.js, pinterest.js,
douyin.js) and of 4CAT (the data sources of the same names), 2024-2026. RedNote and Bilibili hold several shapes that
no sample shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from saisine.messages.formats.contract import Context, RawRecord
from saisine.messages.formats.json_values import (
    TOP,
    Mapped,
    Place,
    absent,
    as_count,
    as_id,
    as_time,
    dict_at,
    distinct,
    inside,
    list_at,
)
from saisine.messages.schema import Message, Skip
from saisine.texts import strip_html, unescape_html, utc_from_iso

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """How one module writes its posts: paths to follow, the first that leads somewhere counts; of media, all of
    them, `*` standing for each element of a list."""

    id: tuple[Path, ...]
    texts: tuple[Path, ...]
    time: tuple[Path, ...]
    read_time: Callable[[Any], datetime | None]
    precision: str
    author: Mapping[str, tuple[Path, ...]]
    counts: Mapping[str, Path]
    url: str = ""
    url_paths: tuple[Path, ...] = ()
    media: tuple[Path, ...] = ()
    parent: Path = ()
    repost: Path = ()
    is_html: bool = False
    ad: Path = field(default=())


def _iso(value: Any) -> datetime | None:
    return utc_from_iso(value) if isinstance(value, str) and value else None


def _mail_date(value: Any) -> datetime | None:
    """Pinterest writes its dates like mail: "Wed, 01 Apr 2026 10:00:00 +0000"."""
    return parsedate_to_datetime(value).astimezone(UTC) if isinstance(value, str) and value else None


FEEDS: Final[dict[str, Feed]] = {
    "gab.com": Feed(
        id=(("i",), ("id",)),
        texts=(("c",),),
        time=(("ca",),),
        read_time=_iso,
        precision="ms",
        author={
            "author_id": (("author_info", "i"), ("ai",)),
            "author_handle": (("author_info", "un"),),
            "author_name": (("author_info", "dn"),),
        },
        counts={"like_count": ("fc",), "share_count": ("rbc",), "reply_count": ("rc",)},
        url_paths=(("ul",),),
        media=(("image_info", "*", "u"),),
        is_html=True,
    ),
    "truthsocial.com": Feed(
        id=(("id",),),
        texts=(("spoiler_text",), ("content",)),
        time=(("created_at",),),
        read_time=_iso,
        precision="ms",
        author={
            "author_id": (("account", "id"),),
            "author_handle": (("account", "acct"), ("account", "username")),
            "author_name": (("account", "display_name"),),
        },
        counts={
            "like_count": ("favourites_count",),
            "share_count": ("reblogs_count",),
            "reply_count": ("replies_count",),
        },
        url_paths=(("url",), ("uri",)),
        media=(("media_attachments", "*", "url"),),
        parent=("in_reply_to_id",),
        repost=("reblog",),
        is_html=True,
    ),
    "9gag.com": Feed(
        id=(("id",),),
        texts=(("title",), ("description",)),
        time=(("creationTs",),),
        read_time=as_time,
        precision="s",
        author={
            "author_id": (("creator", "userId"),),
            "author_handle": (("creator", "username"),),
            "author_name": (("creator", "fullName"),),
        },
        counts={"like_count": ("upVoteCount",), "reply_count": ("commentsCount",)},
        url_paths=(("url",),),
        media=(("images", "image700", "url"),),
    ),
    "imgur.com": Feed(
        id=(("id",),),
        texts=(("title",), ("description",)),
        time=(("created_at",),),
        read_time=_iso,
        precision="s",
        author={"author_id": (("account_id",),)},
        counts={
            "like_count": ("upvote_count",),
            "reply_count": ("comment_count",),
            "view_count": ("view_count",),
        },
        url_paths=(("url",),),
        media=(("cover", "url"),),
        ad=("is_ad",),
    ),
    "pinterest.com": Feed(
        id=(("entityId",), ("id",)),
        texts=(("title",), ("description",), ("body",)),
        time=(("created_at",), ("createdAt",)),
        read_time=_mail_date,
        precision="s",
        author={
            "author_id": (("pinner", "id"), ("pinner", "entityId")),
            "author_handle": (("pinner", "username"),),
            "author_name": (("pinner", "full_name"), ("pinner", "fullName")),
        },
        counts={},
        url="https://www.pinterest.com/pin/{id}",
        media=(("images", "orig", "url"), ("imageSpec_orig", "url"), ("image",)),
    ),
    "douyin.com": Feed(
        id=(("aweme_id",), ("awemeId",)),
        texts=(("desc",),),
        time=(("create_time",), ("createTime",)),
        read_time=as_time,
        precision="s",
        author={
            "author_id": (("author", "uid"), ("authorInfo", "uid"), ("author_user_id",)),
            "author_handle": (("author", "unique_id"),),
            "author_name": (("author", "nickname"), ("authorInfo", "nickname")),
        },
        counts={
            "like_count": ("statistics", "digg_count"),
            "share_count": ("statistics", "share_count"),
            "reply_count": ("statistics", "comment_count"),
        },
        url="https://www.douyin.com/video/{id}",
    ),
}
_AUTHOR: Final = ("author_id", "author_handle", "author_name")
_COUNTS: Final = ("like_count", "share_count", "reply_count", "view_count")


def map_feed(module: str, raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One post of a module of the table, then the post that it reposts, as context: its words are what the repost
    shows. An object without number or without any text field is told apart."""
    feed = FEEDS[module]
    message_id = as_id(_first(raw, feed.id))
    reposted = dict_at(raw, *feed.repost) if feed.repost else {}
    shown = reposted or raw
    written = [found for path in feed.texts if isinstance(found := inside(shown, *path), str)]
    if feed.ad and inside(raw, *feed.ad) is True:
        return [Skip("advertisement")]
    if message_id is None or not written:
        return [Skip("unsupported_variant")]
    author = {name: _author_value(raw, name, feed) for name in _AUTHOR}
    counts = {name: as_count(inside(raw, *feed.counts[name])) for name in feed.counts}
    parent = as_id(inside(raw, *feed.parent)) if feed.parent else None
    url = feed.url.format(id=message_id) or _first(raw, feed.url_paths)
    rows: Mapped = [
        Message.of(
            record,
            ctx,
            sub_locator=place.path,
            platform="other",
            kind="repost" if reposted else "reply" if parent else "post",
            role=place.role,
            message_id=message_id,
            **author,
            **_texts(written, feed),
            **_times(raw, feed),
            collected_at=place.collected_at,
            url=url,
            parent_id=parent,
            media_urls=distinct(*(url for path in feed.media for url in _each(shown, path))),
            hashtags=distinct(*(inside(one, "name") for one in list_at(shown, "tags"))),
            repost_of_id=as_id(_first(reposted, feed.id)),
            **counts,
            missing=(*absent(**author | {name: counts.get(name) for name in _COUNTS}, url=url), "lang"),
        )
    ]
    if reposted:
        inner = place.below("".join(f"/{step}" for step in feed.repost), "context")
        rows += map_feed(module, reposted, record, ctx, inner)
    return rows


def _first(raw: dict[str, Any], paths: tuple[Path, ...]) -> Any:
    return next((found for path in paths if (found := inside(raw, *path)) not in (None, "")), None)


def _each(raw: Any, path: Path) -> list[Any]:
    """What stands at the end of a path, once for each element of the list that its `*` stands for."""
    if "*" not in path:
        return [inside(raw, *path)]
    place = path.index("*")
    return [inside(one, *path[place + 1 :]) for one in list_at(raw, *path[:place])]


def _author_value(raw: dict[str, Any], name: str, feed: Feed) -> str | None:
    return as_id(_first(raw, feed.author.get(name, ())))


def _texts(written: list[str], feed: Feed) -> dict[str, Any]:
    """Title and text, one above the other; the module already strips most HTML, not all."""
    joined = "\n".join(part for part in dict.fromkeys(one.strip() for one in written) if part)
    if not feed.is_html:
        return {"text": joined}
    if "<" not in joined:
        plain, is_escaped = unescape_html(joined)
        repaired = {"text_raw": joined, "text_repairs": ("html_unescaped",)} if is_escaped else {}
        return {"text": plain, **repaired}
    plain, links = strip_html(joined)
    return {"text": plain, "text_raw": joined, "text_repairs": ("html_stripped",), "urls": links}


def _times(raw: dict[str, Any], feed: Feed) -> dict[str, Any]:
    value = _first(raw, feed.time)
    at = feed.read_time(value)
    if at is None:
        return {}
    return {
        "created_at": at,
        "created_at_raw": str(value),
        "created_at_precision": feed.precision,
        "created_at_source": "field",
    }
