"""Threads: the posts of its own pages, as Zeeschuimer and captures hold them.

A post is `{"pk", "code", "taken_at", "caption": {"text"}, "user", "text_post_app_info": {...}}`; what is proper
to Threads (replies, reposts, quotes, the link shown below) stands in `text_post_app_info`. Reposted and quoted
posts inside become rows of role `context`. A reply names the account it answers, not the post.

Field names as in the public sources of Zeeschuimer (modules/threads.js) and of 4CAT (datasources/threads), 2024-2026.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from saisine.messages.formats.contract import Context, RawRecord
from saisine.messages.formats.json_values import (
    HASHTAG,
    MENTION,
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

_CARRIED = (("reposted_post", "reposted_post"), ("quoted_post", "quoted_attachment_post"))


def is_post(value: Any) -> bool:
    """Whether this object is a post of Threads: one of Instagram has no `text_post_app_info`."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("text_post_app_info"), dict)
        and "code" in value
        and ("pk" in value or "id" in value)
        and isinstance(value.get("user"), dict)
    )


def map_post(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One post, then the posts it carries."""
    if not is_post(raw):
        return [Skip("unsupported_variant")]
    carried = [_carried(raw, *names) for names in _CARRIED]
    rows: Mapped = [_message(raw, carried[0][0], carried[1][0], record, ctx, place)]
    for post, path in carried:
        if post:
            found = map_post(post, record, ctx, place.below(path, "context"))
            rows += [one for one in found if isinstance(one, Message)]
    return rows


def _carried(raw: dict[str, Any], *names: str) -> tuple[dict[str, Any], str]:
    """(the post shared under one of these names, its place)."""
    for name in names:
        found = inside(raw, "text_post_app_info", "share_info", name)
        if is_post(found):
            return found, f"/text_post_app_info/share_info/{name}"
    return {}, ""


def _message(
    raw: dict[str, Any],
    reposted: dict[str, Any],
    quoted: dict[str, Any],
    record: RawRecord,
    ctx: Context,
    place: Place,
) -> Message:
    app, user = raw["text_post_app_info"], raw["user"]
    answered = dict_at(app, "reply_to_author")
    is_reply = app.get("is_reply") is True or bool(answered)
    own, inner = _lines(raw), _lines(reposted) if reposted else []
    lines = own or inner
    text, is_joined = "\n".join(lines), len(lines) > 1
    author = {
        "author_id": as_id(user.get("pk")) or as_id(user.get("id")),
        "author_handle": word_at(user, "username"),
        "author_name": word_at(user, "full_name"),
    }
    counts = _counts(raw)
    target = as_id(answered.get("pk")) or as_id(answered.get("id"))
    handle, code = author["author_handle"], raw["code"]
    message_id = _number(raw)
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="threads",
        kind="repost" if reposted and not own else "reply" if is_reply else "quote" if quoted else "post",
        role=place.role,
        message_id=message_id,
        **author,
        text=text,
        text_raw=_text(raw if own else reposted) if is_joined else None,
        text_repairs=("fragments_joined",) if is_joined else (),
        **stated(raw.get("taken_at")),
        collected_at=place.collected_at,
        url=f"https://www.threads.com/@{handle}/post/{code}" if handle else None,
        conversation_id=None if is_reply else message_id,
        target_id=target,
        target_kind="account" if answered else None,
        target_handle=word_at(answered, "username"),
        mentions=distinct(*MENTION.findall(text)),
        hashtags=distinct(*HASHTAG.findall(text)),
        urls=_links(app),
        media_urls=_media(raw),
        repost_of_id=_number(reposted) if reposted else None,
        quote_of_id=_number(quoted) if quoted else None,
        **counts,
        deleted="tombstone" if app.get("is_post_unavailable") is True else "none",
        missing=(
            *absent(**author | counts),
            *(("parent_id", "conversation_id") if is_reply else ()),
            *_NEVER,
        ),
    )


_NEVER = ("view_count", "lang")


def _number(raw: dict[str, Any]) -> str | None:
    return (as_id(raw.get("pk")) or as_id(raw.get("id")) or "").partition("_")[0] or None


def _text(raw: dict[str, Any]) -> str:
    """The text; a post whose caption is empty may hold it in pieces."""
    caption = word_at(raw, "caption", "text")
    pieces = list_at(raw, "text_post_app_info", "text_fragments", "fragments")
    return caption or "".join(word_at(one, "plaintext") or "" for one in pieces)


def _lines(raw: dict[str, Any]) -> list[str]:
    """The text, then the choices of the poll below it. No public source describes a poll: in another shape than
    `polls[].tallies[].text` it gives nothing."""
    polls = list_at(raw, "text_post_app_info", "polls")
    choices = [word_at(one, "text") for poll in polls for one in list_at(poll, "tallies")]
    return [line for line in (_text(raw), *choices) if line]


def _counts(raw: dict[str, Any]) -> dict[str, int | None]:
    """Likes, shares and replies; where the author hides the likes, the number given is no measure."""
    app = raw["text_post_app_info"]
    hidden = raw.get("like_and_view_counts_disabled") is True
    shares = [as_count(app.get("repost_count")), as_count(app.get("quote_count"))]
    known = [count for count in shares if count is not None]
    return {
        "like_count": None if hidden else as_count(raw.get("like_count")),
        "share_count": sum(known) if known else None,
        "reply_count": as_count(app.get("direct_reply_count")),
    }


def _links(app: dict[str, Any]) -> list[str]:
    """The addresses in the text and under it, out of the platform's own redirection."""
    pieces = list_at(app, "text_fragments", "fragments")
    written = [word_at(one, "link_fragment", "uri") for one in pieces]
    shown = word_at(app, "link_preview_attachment", "url")
    return distinct(*(_target(link) for link in [*written, shown] if link))


def _target(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    if parts.hostname not in ("l.threads.com", "l.threads.net", "l.instagram.com"):
        return link
    return next(iter(parse_qs(parts.query).get("u", [])), link)


def _media(raw: dict[str, Any]) -> list[str]:
    parts = list_at(raw, "carousel_media") or [raw]
    urls = (
        inside(one, "video_versions", 0, "url") or inside(one, "image_versions2", "candidates", 0, "url")
        for one in parts
    )
    return distinct(*urls, inside(raw, "audio", "audio_src"))
