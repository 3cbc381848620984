"""One entry of a Meta export, of any shape seen since 2018, as a message.

Shapes are tried in the order of `SHAPES`; labels and titles are in the account's language and are not read,
except as hints. An entry that has a time and no text stays a message whose text is missing: a picture sent
once and gone still happened.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from saisine.messages.formats.contract import Message, Skip
from saisine.messages.formats.meta_direct import from_direct, is_direct
from saisine.messages.formats.meta_entry import Entry, platform_named
from saisine.messages.formats.meta_values import (
    AUTHOR_LABELS,
    GROUP_LABELS,
    addresses,
    has_comment_label,
    labelled,
    labelled_list,
    pick_comment,
    time_fields,
    under,
    uris,
    words_in,
)


def is_old_row(raw: Any) -> bool:
    return isinstance(raw, list)


def from_old_row(entry: Entry) -> Message | Skip:
    """Instagram until 2021: [time, text, account] for a comment, [time, account] for a like."""
    if len(entry.raw) == 2:
        return Skip("like_or_reaction")
    at, text, account = entry.raw
    return entry.message(
        platform="instagram",
        kind="comment",
        text=text,
        at=at,
        owner_is_author=True,
        author_handle=entry.owner,
        target_kind="account",
        target_handle=account,
    )


# Lists of Instagram about the account itself: who it is, where it was used, what it looked for.
_OF_ACCOUNT: Final = (
    *(
        "profile_",
        "account_history",
        "topics_",
        "inferred_data",
        "devices_",
        "impressions_history",
        "searches_",
    ),
    *("ads_", "relationships_", "apps_and_websites", "subscriptions_", "monetization", "settings_"),
)


def is_labelled(raw: Any) -> bool:
    return "string_map_data" in raw or "label_values" in raw


def from_labelled(entry: Entry) -> Message | Skip:
    """Instagram comments under localised labels: the entry that holds a time, the value that is a text."""
    raw = entry.raw
    if entry.is_like:
        return Skip("like_or_reaction")
    if "label_values" in raw:
        values, at = labelled_list(raw["label_values"]), raw.get("timestamp")
        is_pair = False
    else:
        inside = [one for one in raw["string_map_data"].values() if isinstance(one, dict)]
        values = labelled(raw["string_map_data"])
        at = next((one["timestamp"] for one in inside if one.get("timestamp")), None)
        is_pair = len(values) == 2 and at is not None and not any(one.get("href") for one in inside)
    if not (entry.is_comment or has_comment_label(values) or is_pair):
        return Skip("not_a_message" if entry.root.startswith(_OF_ACCOUNT) else "unsupported_variant")
    text, account = pick_comment(values, entry.ctx.memory.get("comment_label"))
    links = [value for _, value in values if value.startswith(("https://", "http://"))]
    named = next((name for link in links if (name := platform_named(link))), None)
    platform = entry.platform or named or "instagram" if "label_values" in raw else "instagram"
    media = uris([raw.get("media"), raw.get("media_list_data")])
    author, group = under(values, AUTHOR_LABELS), under(values, GROUP_LABELS)
    if platform == "facebook" and (author or group):
        return entry.message(
            platform=platform,
            kind="comment",
            text=text,
            at=at,
            conversation=group,
            author_name=author,
            owner_is_author=True,
            target_kind="channel" if group else None,
            target_handle=group,
            urls=list(dict.fromkeys(links)),
            media_urls=media,
        )
    return _own_comment(entry, text, at, account, media, platform=platform, urls=links)


def is_string_list(raw: Any) -> bool:
    return "string_list_data" in raw


def from_string_list(entry: Entry) -> Message | Skip | list[Message | Skip]:
    """Instagram comments in a list; the same shape serves likes and followers, whose values carry a link."""
    raw = entry.raw
    rows = raw["string_list_data"]
    if entry.is_like:
        return Skip("like_or_reaction")
    if not entry.is_comment and any("href" in row for row in rows):
        return Skip("not_a_message")
    account = raw.get("title") or None
    if len(rows) == 1:
        return _own_comment(entry, rows[0].get("value") or "", rows[0].get("timestamp"), account)
    return [
        _own_comment(
            entry, row.get("value") or "", row.get("timestamp"), account, place=f"/string_list_data/{n}"
        )
        for n, row in enumerate(rows)
    ]


def _own_comment(
    entry: Entry,
    text: str,
    at: Any,
    account: str | None,
    media: Sequence[str] = (),
    *,
    place: str = "",
    platform: str = "instagram",
    urls: Sequence[str] = (),
) -> Message:
    return entry.message(
        sub_locator=place,
        platform=platform,
        kind="comment",
        text=text,
        at=at,
        owner_is_author=True,
        author_handle=entry.owner,
        target_kind="account",
        target_handle=account,
        media_urls=media,
        urls=list(dict.fromkeys(urls)),
    )


def is_feed(raw: Any) -> bool:
    return (
        isinstance(raw.get("data"), list) or "attachments" in raw or ("timestamp" in raw and "title" in raw)
    )


def from_feed(entry: Entry) -> Message | Skip:
    """Facebook: {timestamp, title, data: [{comment} | {post} | {reaction}], attachments}.

    Whom a comment answers is only in the sentence `title`, in the account's language: it is not guessed.
    """
    raw = entry.raw
    parts = [part for part in raw.get("data") or raw.get("information") or [] if isinstance(part, dict)]
    whole: dict[str, Any] = {key: value for part in parts for key, value in part.items()}
    if "reaction" in whole or entry.is_like:
        return Skip("like_or_reaction")
    if "comment" in whole or (not whole and entry.is_comment):
        return _feed_comment(entry, whole.get("comment") or {})
    if "post" in whole or "attachments" in raw or "post" in entry.root or "post" in entry.path.lower():
        return _feed_post(entry, whole)
    return Skip("unsupported_variant")


def _feed_comment(entry: Entry, comment: Mapping[str, Any]) -> Message:
    raw = entry.raw
    group = comment.get("group")
    return entry.message(
        platform="facebook",
        kind="comment",
        text=comment.get("comment") or comment.get("comment_text") or "",
        at=comment.get("timestamp") or raw.get("timestamp"),
        conversation=group,
        author_name=comment.get("author") or comment.get("username_author"),
        owner_is_author=True,
        target_kind="channel" if group else None,
        target_handle=group,
        urls=addresses(raw.get("attachments")),
        media_urls=uris(raw.get("attachments")),
    )


def _feed_post(entry: Entry, whole: Mapping[str, Any]) -> Message:
    raw = entry.raw
    said = whole.get("post") or ""
    changed = time_fields(whole.get("update_timestamp")).get("created_at")
    times = time_fields(raw.get("timestamp"))
    return entry.message(
        platform="facebook",
        kind="post",
        parts=_unrepeated([said, *words_in(raw.get("attachments"), is_alone=not said)]),
        at=raw.get("timestamp"),
        author_name=entry.owner,
        owner_is_author=True,
        edited_at=changed if changed != times.get("created_at") else None,
        urls=addresses(raw.get("attachments")),
        media_urls=uris(raw.get("attachments")),
    )


def _unrepeated(parts: Sequence[str]) -> list[str]:
    """The parts but those that an earlier one holds: a picture often repeats the words of its post."""
    kept: list[str] = []
    for part in parts:
        if part and not any(part in one for one in kept):
            kept.append(part)
    return kept


def is_nested_post(raw: Any) -> bool:
    return "post_title" in raw


def from_nested_post(entry: Entry) -> Message:
    """{timestamp, post_title, information: {post: [{post_text, post_metadata}]} | []}."""
    information = entry.raw.get("information") or {}
    posts = information.get("post") or []
    texts = [post["post_text"] for post in posts if post.get("post_text")]
    links = [(post.get("post_metadata") or {}).get("expanded_url") for post in posts]
    return entry.message(
        platform="facebook",
        kind="post",
        text="\n".join(texts),
        at=entry.raw.get("timestamp"),
        author_name=entry.owner,
        owner_is_author=True,
        urls=[link for link in links if link],
    )


def is_picture(raw: Any) -> bool:
    return "creation_timestamp" in raw or "taken_at" in raw or isinstance(raw.get("media"), list)


def from_picture(entry: Entry) -> Message | Skip | list[Message | Skip]:
    """Instagram posts and stories: {media: [{uri, creation_timestamp, title}]}, or one captioned picture; a picture of
    an album of Facebook, with the comments that others wrote under it."""
    raw = entry.raw
    inside = raw.get("media") or [raw]
    path = str(raw.get("path") or inside[0].get("uri") or "")
    if path.startswith("profile/"):
        return Skip("not_a_message")
    if "comments" in raw or "cover_photo" in entry.around:
        return _from_album(entry)
    is_story = "stories" in (path or entry.root)
    captions = [raw.get("title"), raw.get("caption"), *(one.get("title") for one in inside)]
    return entry.message(
        platform="threads" if entry.root in THREADS_ROOTS else entry.platform or "instagram",
        kind="story" if is_story else "post",
        parts=_unrepeated([caption for caption in captions if caption]),
        at=raw.get("creation_timestamp") or raw.get("taken_at") or inside[0].get("creation_timestamp"),
        author_handle=entry.owner,
        owner_is_author=True,
        media_urls=[raw["path"]] if raw.get("path") else uris(inside),
    )


def _from_album(entry: Entry) -> list[Message | Skip]:
    """One picture of an album, then each comment under it; what is said of the album stands with its first picture."""
    raw, album = entry.raw, entry.around
    name = album.get("name")
    above = [] if "album" in entry.ctx.memory else [album.get("description") or ""]
    entry.ctx.memory["album"] = True
    found: list[Message | Skip] = [
        entry.message(
            platform="facebook",
            kind="post",
            parts=_unrepeated([raw.get("description") or raw.get("title") or "", *above]),
            at=raw.get("creation_timestamp"),
            conversation=name,
            author_name=entry.owner,
            owner_is_author=True,
            media_urls=uris(raw),
        )
    ]
    for place, comment in enumerate(raw.get("comments") or []):
        author = comment.get("author")
        found.append(
            entry.message(
                sub_locator=f"/comments/{place}",
                platform="facebook",
                kind="comment",
                text=comment.get("comment") or "",
                at=comment.get("timestamp"),
                conversation=name,
                author_name=author,
                owner_is_author=author == entry.owner if author and entry.owner else None,
                target_kind="account",
                target_handle=entry.owner,
            )
        )
    return found


THREADS_ROOTS: Final = frozenset({"text_post_app_text_posts"})
Found = Message | Skip | list[Message | Skip]
SHAPES: Final[tuple[tuple[Callable[[Any], bool], Callable[[Entry], Found]], ...]] = (
    (is_old_row, from_old_row),
    (is_direct, from_direct),
    (is_labelled, from_labelled),
    (is_string_list, from_string_list),
    (is_nested_post, from_nested_post),
    (is_feed, from_feed),
    (is_picture, from_picture),
)


def map_shape(entry: Entry) -> Found:
    """The message of the first shape that fits, or why there is none."""
    if not entry.raw:
        return Skip("empty_record")
    for fits, build in SHAPES:
        if fits(entry.raw):
            return build(entry)
    return Skip("not_a_message" if "username" in entry.raw else "unsupported_variant")
