"""Instagram: the posts and comments of its own pages, as Zeeschuimer and captures hold them.

Three shapes of a post: `item` (`{"pk", "code", "taken_at", "caption": {"text"}, "user", …}`, in use since 2022,
also `XDTMediaDict`), `graph` (`{"__typename": "GraphImage", "shortcode", "taken_at_timestamp",
"edge_media_to_caption", …}`, before) and the grid of search results (`XIGPolaris…Media`), which holds neither
time nor counts: the number of the post then gives its time. Comments have two shapes likewise.

Field names as in the public sources of Zeeschuimer (modules/instagram.js) and its fork's instagram-comments.js, of
4CAT (datasources/instagram) and of minet (instagram/types.py), 2024-2026.
"""

from typing import Any, Final

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

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ADS: Final = "https://www.facebook.com/ads/"
_KINDS: Final = ("GraphImage", "GraphVideo", "GraphSidecar")
GRAPH: Final = frozenset({*_KINDS, *(f"XDT{kind}" for kind in _KINDS)})  # the newer ones since 2024
_PRIVATE_END: Final = 28
_REPLIES: Final = ("preview_child_comments", "child_comments", "inline_child_comments")
# What a comment has and a caption, written like one, has not: by it a comment without text is known.
_OF_A_COMMENT: Final = frozenset(
    {
        *("comment_like_count", "child_comment_count", "parent_comment_id", "replied_to_comment_id"),
        *("giphy_media_info", "edge_liked_by", "edge_threaded_comments", "did_report_as_spam"),
    }
)


def pk_of_shortcode(code: str) -> str | None:
    """The number that a short code of a public post writes in base 64; None for anything else.

    Posts of private accounts have longer codes, whose last 28 signs are no part of the number.
    """
    if len(code) in (10 + _PRIVATE_END, 11 + _PRIVATE_END):
        code = code[:-_PRIVATE_END]
    if len(code) not in (10, 11):
        return None
    value = 0
    for sign in code:
        digit = ALPHABET.find(sign)
        if digit < 0:
            return None
        value = value << 6 | digit
    return str(value) if value < 1 << 63 else None


def is_media(value: Any) -> bool:
    """Whether this object is a post with its author."""
    if not isinstance(value, dict) or not ("user" in value or "owner" in value):
        return False
    kind = value.get("__typename")
    if isinstance(kind, str) and kind in GRAPH:
        return "shortcode" in value and "edge_media_to_caption" in value
    return "code" in value and ("media_type" in value or _is_grid(value)) and ("pk" in value or "id" in value)


def is_comment(value: Any) -> bool:
    """Whether this object is a comment with its author, of either shape; its text may be null."""
    return (
        isinstance(value, dict)
        and (isinstance(value.get("text"), str) or _is_untold(value))
        and ("user" in value or "owner" in value)
        and ("created_at" in value or "created_at_utc" in value)
        and ("pk" in value or "id" in value)
    )


def _is_untold(value: dict[str, Any]) -> bool:
    return "text" in value and value["text"] is None and not _OF_A_COMMENT.isdisjoint(value)


def _is_grid(raw: dict[str, Any]) -> bool:
    return str(raw.get("__typename", "")).startswith("XIGPolaris")


def map_media(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Mapped:
    """One post, then the comments that came with it. Advertisements are set aside."""
    if raw.get("product_type") == "ad" or str(raw.get("link") or "").startswith(ADS):
        return [Skip("advertisement")]
    if not is_media(raw):
        return [Skip("unsupported_variant")]
    media = _graph(raw) if raw.get("__typename") in GRAPH else _item(raw)
    rows: Mapped = [_message(raw, media, record, ctx, place)]
    for path, comment in _comments_of(raw):
        rows += map_comment(comment, record, ctx, place.below(path), target_id=media["message_id"])
    return rows


def _message(
    raw: dict[str, Any], media: dict[str, Any], record: RawRecord, ctx: Context, place: Place
) -> Message:
    user = dict_at(raw, "user") or dict_at(raw, "owner")
    author, code = _author(user), raw.get("code") or raw.get("shortcode")
    text = media["text"]
    tagged = (
        inside(one, "user", "username")
        for one in [*list_at(raw, "usertags", "in"), *list_at(raw, "edge_media_to_tagged_user", "edges")]
    )
    known = {name: media[name] for name in ("text", "like_count", "reply_count", "view_count")}
    private = user.get("is_private")
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="instagram",
        kind="story" if raw.get("product_type") == "story" else "post",
        role=place.role,
        **author,
        **media | {"text": text or ""},
        collected_at=place.collected_at,
        url=f"https://www.instagram.com/p/{code}/",
        conversation_id=media["message_id"],
        visibility="private" if private is True else "public" if private is False else None,
        mentions=distinct(*MENTION.findall(text or ""), *tagged),
        hashtags=distinct(*HASHTAG.findall(text or "")),
        missing=(*(name for name, value in (author | known).items() if value is None), "share_count", "lang"),
    )


def _author(user: dict[str, Any]) -> dict[str, Any]:
    return {
        "author_id": as_id(user.get("pk")) or as_id(user.get("id")),
        "author_handle": word_at(user, "username") or word_at(user, "unique_id"),
        "author_name": word_at(user, "full_name") or word_at(user, "nickname"),
    }


def _item(raw: dict[str, Any]) -> dict[str, Any]:
    """The columns that the item and grid shapes write in their own way. Where the author hides the counts,
    Instagram gives a few likes all the same: they are no measure."""
    caption = raw.get("caption")
    hidden = raw.get("like_and_view_counts_disabled") is True
    comments = as_count(raw.get("comment_count"))
    views = next((raw[n] for n in ("play_count", "view_count", "ig_play_count") if raw.get(n)), None)
    parts = list_at(raw, "carousel_media") or [raw]
    return {
        "message_id": _number(raw),
        # an empty caption is an empty text; a post without the field was met where captions are not shown
        "text": word_at(caption, "text") or word_at(raw, "caption") or ("" if "caption" in raw else None),
        **stated(raw.get("taken_at")),
        "like_count": None if hidden else as_count(raw.get("like_count")),
        "reply_count": comments,
        "view_count": None if hidden else as_count(views),
        "media_urls": distinct(*map(_media_url, parts)),
    }


def _number(raw: dict[str, Any]) -> str | None:
    """The post's number, without the account's that some answers write behind it."""
    number = (as_id(raw.get("pk")) or as_id(raw.get("id")) or "").partition("_")[0]
    return number or None


def _media_url(part: dict[str, Any]) -> Any:
    video = inside(part, "video_versions", 0, "url")
    return video or inside(part, "image_versions2", "candidates", 0, "url") or part.get("display_uri")


def _graph(raw: dict[str, Any]) -> dict[str, Any]:
    """The same columns from the older shape."""
    parts = [inside(one, "node") for one in list_at(raw, "edge_sidecar_to_children", "edges")] or [raw]
    comments = inside(raw, "edge_media_preview_comment", "count")
    if comments is None:
        comments = inside(raw, "edge_media_to_parent_comment", "count")
    likes = as_count(inside(raw, "edge_media_preview_like", "count"))
    return {
        "message_id": _number(raw) or pk_of_shortcode(raw["shortcode"]),
        "text": word_at(raw, "edge_media_to_caption", "edges", 0, "node", "text") or "",
        **stated(raw.get("taken_at_timestamp")),
        "like_count": likes,
        "reply_count": as_count(comments),
        "view_count": as_count(raw.get("video_view_count")),
        "media_urls": distinct(
            *((one or {}).get("video_url") or (one or {}).get("display_url") for one in parts)
        ),
    }


def _comments_of(raw: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The comments that a post carries, each once, with their places."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for name in ("comments", "preview_comments"):
        for number, one in enumerate(list_at(raw, name)):
            if is_comment(one):
                found.setdefault(str(one.get("pk") or one.get("id")), (f"/{name}/{number}", one))
    for name in ("edge_media_to_parent_comment", "edge_media_to_comment", "edge_media_preview_comment"):
        for number, edge in enumerate(list_at(raw, name, "edges")):
            one = inside(edge, "node")
            if is_comment(one):
                found.setdefault(str(one.get("id")), (f"/{name}/edges/{number}/node", one))
    return list(found.values())


# ------------------------------------------------------------------ comments


def map_comment(
    raw: dict[str, Any],
    record: RawRecord,
    ctx: Context,
    place: Place = TOP,
    *,
    target_id: str | None = None,
    parent_id: str | None = None,
) -> Mapped:
    """One comment, then the replies that came with it. `target_id` is the post's number where the comment
    does not say it (it then comes from the address of the answer)."""
    if not is_comment(raw):
        return [Skip("unsupported_variant")]
    message = _comment(raw, record, ctx, place, target_id, parent_id)
    rows: Mapped = [message]
    for path, reply in _replies(raw):
        rows += map_comment(
            reply,
            record,
            ctx,
            place.below(path),
            target_id=message.target_id,
            parent_id=message.message_id,
        )
    return rows


def _replies(raw: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = [(f"/{name}/{number}", one) for name in _REPLIES for number, one in enumerate(list_at(raw, name))]
    threaded = list_at(raw, "edge_threaded_comments", "edges")
    found += [
        (f"/edge_threaded_comments/edges/{n}/node", inside(one, "node")) for n, one in enumerate(threaded)
    ]
    return [(path, one) for path, one in found if is_comment(one)]


def _comment(
    raw: dict[str, Any],
    record: RawRecord,
    ctx: Context,
    place: Place,
    target_id: str | None,
    parent_id: str | None,
) -> Message:
    author = _author(dict_at(raw, "user") or dict_at(raw, "owner"))
    comment_id = as_id(raw.get("pk")) or as_id(raw.get("id"))
    first, parent = _answered(raw, parent_id)
    target = (
        as_id(raw.get("media_id")) or as_id(raw.get("media_pk")) or as_id(raw.get("post_id")) or target_id
    )
    counts = {"like_count": _likes(raw), "reply_count": None if parent else _announced(raw)}
    text, code = raw["text"] or "", word_at(raw, "post_shortcode")
    has_gif, gif = _gif(raw)
    url = f"https://www.instagram.com/p/{code}/c/{comment_id}/" if code else None
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="instagram",
        kind="reply" if parent else "comment",
        role=place.role,
        message_id=comment_id,
        **author,
        text=text,
        **(stated(raw.get("created_at_utc")) or stated(raw.get("created_at"))),
        collected_at=place.collected_at,
        url=url,
        parent_id=parent,
        conversation_id=first or comment_id,
        target_id=(target or "").partition("_")[0] or None,
        target_kind="post" if target else None,
        media_urls=distinct(gif),
        mentions=distinct(*MENTION.findall(text)),
        hashtags=distinct(*HASHTAG.findall(text)),
        **counts,
        missing=(
            *(("text",) if raw["text"] is None else ()),
            *(("media_urls",) if has_gif and not gif else ()),
            *(("edited_at",) if raw.get("is_edited") is True else ()),
            *absent(**author, target_id=target, url=url, like_count=counts["like_count"]),
            "share_count",
            "view_count",
            "lang",
        ),
    )


def _answered(raw: dict[str, Any], above: str | None) -> tuple[str | None, str | None]:
    """(first comment of the thread, comment that this one answers): another reply when Instagram says so."""
    said = (as_id(raw.get(name)) for name in ("parent_comment_id", "replied_to_comment_id"))
    first, answered = (None if one == "0" else one for one in said)
    first = first or above or answered
    return first, answered or first


def _gif(raw: dict[str, Any]) -> tuple[bool, str | None]:
    """(whether the comment is a GIF, its address)."""
    info = dict_at(raw, "giphy_media_info")
    for images in ("first_party_cdn_proxied_images", "images"):
        for kind in ("url", "webp", "mp4"):
            if address := word_at(info, images, "fixed_height", kind):
                return True, address
    return bool(info), None


def _likes(raw: dict[str, Any]) -> int | None:
    said = raw.get("comment_like_count")
    return as_count(said if said is not None else inside(raw, "edge_liked_by", "count"))


def _announced(raw: dict[str, Any]) -> int | None:
    said = raw.get("child_comment_count")
    return as_count(said if said is not None else inside(raw, "edge_threaded_comments", "count"))
