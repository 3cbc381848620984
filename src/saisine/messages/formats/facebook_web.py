"""Facebook's own pages (GraphQL): posts, comments and replies, as captures hold their answers.

A comment is `{"__typename": "Comment", "id", "legacy_fbid", "body": {"text"}, "author", …}`; its replies lie in its
own `feedback`. Its `id` hides, in base 64, the identifier that the Graph API gives (`<post>_<comment>`). A post is
a `Story` with `comet_sections`, whose parts are spread over the page's own sections. Nothing else gives comments
by others outside one's own page: these fields change without notice, and an object that lacks what is needed is
told as a variant that is not read.

Field names as in the public source of minet (`facebook/types.py`), 2024-2026; followed also: fb-selenium @
0701d89d1ff8 (`comment/v2`), and published notes on `comet_sections` (garcon, post extraction strategy v2). To be
checked on a real capture of 2026.
"""

import base64
import binascii
import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from saisine.messages.formats.captured import Around, Mapped, Shape, Site
from saisine.messages.formats.contract import Context, Message, RawRecord, Skip
from saisine.messages.formats.json_values import (
    absent,
    as_count,
    as_id,
    dict_at,
    distinct,
    find_objects,
    inside,
    list_at,
    stated,
    word_at,
)
from saisine.messages.formats.links import urls_in

_BODIES: Final = ("body", "preferred_body", "body_renderer")
_PARENTS: Final = ("comment_direct_parent", "reply_parent_comment", "comment_parent")
_CONTENT: Final = ("comet_sections", "content", "story")
_CONTEXT: Final = ("comet_sections", "context_layout", "story", "comet_sections")
# What an address needs to lead to the same place; the rest tells who looked at it.
_FEEDBACK: Final = ("comet_sections", "feedback", "story")
_TARGET: Final = ("feedback_context", "feedback_target_with_context")
_SUMMARY: Final = ("comet_ufi_summary_and_actions_renderer", "feedback")
# since 2025; since 2024; before
_SUMMARIES: Final = (
    ("story_ufi_container", "story", *_TARGET),
    ("comet_feed_ufi_container", "story", *_TARGET, "ufi_renderer", "feedback"),
    (*_TARGET, "ufi_renderer", "feedback"),
    _TARGET,
)
_KEPT_PARAMETERS: Final = frozenset({"comment_id", "reply_comment_id", "story_fbid", "id", "fbid", "v"})
_COMMENT_KEY: Final = re.compile(r"comment:(\d+)_(\d+)")


def is_comment(value: dict[str, Any]) -> bool:
    """Whether this object is a comment with its author, and not one of the stubs that point to it."""
    is_named = value.get("__typename") == "Comment" or "legacy_fbid" in value
    return is_named and "author" in value and any(name in value for name in _BODIES)


def is_story(value: dict[str, Any]) -> bool:
    """Whether this object is a whole post; its sections repeat parts of it as stories of their own."""
    return "comet_sections" in value and "post_id" in value


def key_of(coded: Any) -> tuple[str, str] | None:
    """(post, comment) hidden in the base 64 of an identifier."""
    if not isinstance(coded, str):
        return None
    try:
        found = _COMMENT_KEY.fullmatch(base64.b64decode(coded, validate=True).decode("ascii"))
    except (binascii.Error, ValueError):
        return None
    return (found[1], found[2]) if found else None


def _id(key: tuple[str, str] | None, other: Any) -> str | None:
    return f"{key[0]}_{key[1]}" if key else as_id(other)


def map_comment(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """One comment; its replies are records of their own."""
    key, feedback = key_of(raw.get("id")), dict_at(raw, "feedback")
    comment_id = _id(key, raw.get("legacy_fbid") or raw.get("id"))
    if comment_id is None:
        return [Skip("unsupported_variant")]
    parent = next((found for name in _PARENTS if (found := dict_at(raw, name))), {})
    parent_id = _id(key_of(parent.get("id")), parent.get("legacy_fbid") or parent.get("id"))
    is_reply = bool(parent_id) or (as_count(raw.get("depth")) or 0) > 0
    author, text = _author(dict_at(raw, "author")), _text(raw)
    link, post_id = dict_at(_time_link(raw), "comment"), key[0] if key else None
    counts = {
        "like_count": _first_count(feedback, ("reactors", "count"), ("unified_reactors", "count")),
        "reply_count": _first_count(feedback, ("total_comment_count",), ("replies_fields", "total_count")),
    }
    times = stated(raw.get("created_time")) or stated(link.get("created_time"))
    url = clean_url(word_at(link, "url") or word_at(feedback, "url") or word_at(raw, "url"))
    return [
        Message.of(
            record,
            ctx,
            platform="facebook",
            kind="reply" if is_reply else "comment",
            message_id=comment_id,
            **author,
            text=text or "",
            **times,
            url=url,
            parent_id=parent_id,
            conversation_id=parent_id or (None if is_reply else comment_id),
            target_id=post_id,
            target_kind="post" if post_id else None,
            urls=urls_in(text or ""),
            media_urls=_media(raw),
            **counts,
            missing=(
                *absent(**author, **counts, target_id=post_id, url=url, created_at=times.get("created_at")),
                *("share_count", "view_count"),
                *(("parent_id",) if is_reply and not parent_id else ()),
            ),
        )
    ]


def _author(raw: dict[str, Any]) -> dict[str, str | None]:
    """The account; its handle is the last step of its address when that is no number."""
    path = urlsplit(word_at(raw, "url") or word_at(raw, "profile_url") or "").path.strip("/")
    is_handle = bool(path) and "/" not in path and not path.endswith(".php") and not path.isdigit()
    return {
        "author_id": as_id(raw.get("id")),
        "author_handle": path if is_handle else None,
        "author_name": word_at(raw, "name"),
    }


def _text(raw: dict[str, Any]) -> str | None:
    """What was typed; the preferred body may be a translation of it."""
    return next((text for name in _BODIES if (text := word_at(raw, name, "text"))), None)


def _time_link(raw: dict[str, Any]) -> dict[str, Any]:
    """The link under a comment that carries its address and its time."""
    for link in list_at(raw, "comment_action_links"):
        if inside(link, "comment", "created_time") is not None or word_at(link, "comment", "url"):
            return dict_at(link)
    return {}


def _first_count(raw: dict[str, Any], *ways: tuple[str, ...]) -> int | None:
    return next((count for way in ways if (count := as_count(inside(raw, *way))) is not None), None)


def _media(raw: dict[str, Any]) -> list[str]:
    """The pictures attached, wherever the page lays them inside an attachment."""
    attached = list_at(raw, "attachments")
    pictures = find_objects(attached, lambda one: isinstance(one, dict) and word_at(one, "uri") is not None)
    return distinct(*(one["uri"] for _, one in pictures))


def clean_url(url: str | None) -> str | None:
    """The address without the parameters that tell who looked at it."""
    if not url:
        return None
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in _KEPT_PARAMETERS]
    return parts._replace(query=urlencode(kept), fragment="").geturl()


# ------------------------------------------------------------------ posts


def map_story(raw: dict[str, Any], record: RawRecord, ctx: Context, about: Around) -> Mapped:
    """One post; its comments are records of their own."""
    post_id, actor = as_id(raw.get("post_id")), _actor(raw)
    text = _story_text(raw)
    if post_id is None or (not actor and text is None):
        return [Skip("unsupported_variant")]
    if raw.get("sponsored_data"):
        return [Skip("advertisement")]
    author, times, counts = _author(actor), stated(_story_time(raw)), _story_counts(raw)
    url = clean_url(
        next(
            (found for one in _stories(raw) for name in ("wwwURL", "url") if (found := word_at(one, name))),
            None,
        )
    )
    return [
        Message.of(
            record,
            ctx,
            platform="facebook",
            kind="post",
            message_id=post_id,
            **author,
            text=text or "",
            **times,
            url=url,
            conversation_id=post_id,
            urls=urls_in(text or ""),
            **counts,
            missing=absent(**author, **counts, url=url, created_at=times.get("created_at")),
        )
    ]


def _stories(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The post and the sections that repeat parts of it."""
    content = dict_at(raw, *_CONTENT)
    message = dict_at(content, "comet_sections", "message", "story")
    container = dict_at(content, "comet_sections", "message_container", "story")
    layout = dict_at(raw, "comet_sections", "context_layout", "story")
    return [raw, content, message, container, layout]


def _story_text(raw: dict[str, Any]) -> str | None:
    return next((text for one in _stories(raw) if (text := word_at(one, "message", "text"))), None)


def _actor(raw: dict[str, Any]) -> dict[str, Any]:
    photo = dict_at(raw, *_CONTEXT, "actor_photo", "story")
    return next((found for one in (*_stories(raw), photo) if (found := dict_at(one, "actors", 0))), {})


def _story_counts(raw: dict[str, Any]) -> dict[str, int | None]:
    """What the line under the post counts, where the page has laid it."""
    told = next((found for way in _SUMMARIES if (found := dict_at(raw, *_FEEDBACK, *way, *_SUMMARY))), {})
    return {
        "like_count": _first_count(told, ("reaction_count", "count")),
        "share_count": _first_count(told, ("share_count", "count")),
        "reply_count": _first_count(
            told, ("comment_rendering_instance", "comments", "total_count"), ("total_comment_count",)
        ),
        "view_count": _first_count(told, ("video_view_count",)),
    }


def _story_time(raw: dict[str, Any]) -> Any:
    metadata = [dict_at(one, "story") for one in list_at(raw, *_CONTEXT, "metadata")]
    stamp = dict_at(raw, "comet_sections", "timestamp", "story")
    return next(
        (one["creation_time"] for one in (*_stories(raw), stamp, *metadata) if one.get("creation_time")), None
    )


FACEBOOK_SITE: Final = Site(
    platform="facebook",
    hosts=("facebook.com", "fb.com", "messenger.com"),
    marks=(b'"legacy_fbid"', b'"Comment"', b'"comet_sections"'),
    keys=frozenset({"author", "post_id"}),
    shapes=(Shape(is_comment, map_comment, is_open=True), Shape(is_story, map_story, is_open=True)),
    cannot_give=("lang",),
)
