"""Comment threads of the YouTube Data API by blocks: what `youtube_api.map_item` says of each, column by column."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from saisine.messages.columns import Column, Columns, Same, as_list
from saisine.messages.formats.blocks import Fields, RecordBlock, columns_of, lacking, spread
from saisine.messages.formats.graph_columns import is_empty, is_unset, known_or
from saisine.messages.formats.raw import Context
from saisine.messages.formats.table_columns import iso_times, stated
from saisine.texts import strip_html, utc_from_iso

# A moderator's view says what the public does not see (comment.snippet.moderationStatus).
VISIBILITY: Final = {
    "published": "public",
    "heldForReview": "held",
    "likelySpam": "held",
    "rejected": "rejected",
}


class Channel(msgspec.Struct, gc=False):
    value: str | None = None


class Said(msgspec.Struct, gc=False, rename="camel"):
    """The snippet of a comment."""

    text_display: str | None = None
    text_original: str | None = None
    author_display_name: str | None = None
    author_channel_id: Channel | None = None
    video_id: str | None = None
    channel_id: str | None = None
    parent_id: str | UnsetType = UNSET
    like_count: int | UnsetType | None = UNSET
    published_at: str | None = None
    updated_at: str | None = None
    moderation_status: str | None = None


class Comment(msgspec.Struct, gc=False):
    id: str
    snippet: Said


class Around(Said, gc=False, rename="camel"):
    """The snippet of an item: of a thread when it holds a first comment, else of a comment."""

    top_level_comment: Comment | UnsetType = UNSET
    total_reply_count: int | None = None


class Replies(msgspec.Struct, gc=False):
    comments: list[Comment] | None = None


class Item(msgspec.Struct, gc=False):
    id: str
    snippet: Around
    replies: Replies | None = None


NOTHING_AROUND: Final = Around()


def count_owed(items: Sequence[Item], owed: Counter[str]) -> list[bool]:
    """Whether each thread announces replies that it does not carry: they are added to what is owed, and those met
    as comments of their own are taken off."""
    is_owing = [False] * len(items)
    for rank, item in enumerate(items):
        total = item.snippet.total_reply_count
        if total and (lacks := total - len(_replies(item))) > 0:
            owed[item.id] += lacks
            is_owing[rank] = True
        elif item.snippet.parent_id is not UNSET:
            owed[item.snippet.parent_id] -= 1
    return is_owing


def _replies(item: Item) -> list[Comment]:
    return (item.replies.comments if item.replies else None) or []


def map_items(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of threads, each with the replies it carries. Raises ValueError for an item that is no comment."""
    around = [item.snippet for item in block.objs]
    tops = [one.top_level_comment for one in around]
    if UNSET not in tops and all(item.replies is None for item in block.objs):
        return columns_of(block, ctx, *_columns(tops, around))
    comments: list[Comment | Item] = []
    threads: list[Around] = []
    owners: list[int] = []
    places: list[str] = []
    for rank, item in enumerate(block.objs):
        snippet, top = item.snippet, item.snippet.top_level_comment
        if top is UNSET and snippet.text_display is None and snippet.text_original is None:
            raise ValueError("no comment")
        comments.append(item if top is UNSET else top)
        threads.append(NOTHING_AROUND if top is UNSET else snippet)
        owners.append(rank)
        places.append("")
        if item.replies is not None and top is not UNSET:
            replies = _replies(item)
            comments += replies
            threads += [snippet] * len(replies)
            owners += [rank] * len(replies)
            places += [f"/replies/{number}" for number in range(len(replies))]
    rows = block if len(comments) == len(block) else spread(block, owners, places)
    fields, missing = _columns(comments, threads)
    return columns_of(rows, ctx, fields, missing)


def _columns(comments: Sequence[Comment | Item], threads: Sequence[Around]) -> tuple[Fields, Column]:
    """(columns, what each row lacks) of comments; `threads` hold what they do not repeat."""
    said = [one.snippet for one in comments]
    ids = [one.id for one in comments]
    parents = _parents(said)
    videos = [one.video_id or around.video_id for one, around in zip(said, threads, strict=True)]
    channels = [one.channel_id or around.channel_id for one, around in zip(said, threads, strict=True)]
    names = [one.author_display_name or None for one in said]
    authors = [one.author_channel_id.value if one.author_channel_id else None for one in said]
    likes = [one.like_count for one in said]
    published = [one.published_at for one in said]
    fields: Fields = {
        "platform": Same("youtube"),
        "message_id": ids,
        "author_id": authors,
        "author_handle": [name if name and name[0] == "@" else None for name in names],
        "author_name": names,
        **_texts(said),
        **_times(said, published),
        **_hanging(ids, parents, [one.total_reply_count for one in threads]),
        **(under := _under(ids, videos, channels)),
        "like_count": known_or(likes, None),
    }
    states = [one.moderation_status for one in said]
    if states.count(None) < len(states):
        fields["visibility"] = [VISIBILITY.get(one or "") for one in states]
    missing = lacking(
        author_id=is_empty(authors),
        author_name=is_empty(names),
        created_at=is_empty(published),
        target_id=is_empty(as_list(under["target_id"], len(ids))),
        like_count=is_unset(likes),
    )
    return fields, missing


def _parents(said: Sequence[Said]) -> list[str | None] | None:
    """The comment that each answers; None where none does."""
    named = [one.parent_id for one in said]
    if named.count(UNSET) == len(named):
        return None
    return [None if one is UNSET else one or None for one in named]


def _hanging(ids: list[str], parents: list[str | None] | None, totals: list[int | None]) -> Fields:
    """What a comment answers, and how many answers it has."""
    if parents is None:
        return {"kind": Same("comment"), "conversation_id": ids, "reply_count": totals}
    return {
        "kind": ["reply" if parent else "comment" for parent in parents],
        "parent_id": parents,
        "conversation_id": [parent or own for parent, own in zip(parents, ids, strict=True)],
        "reply_count": [None if parent else total for parent, total in zip(parents, totals, strict=True)],
    }


def _under(ids: list[str], videos: list[str | None], channels: list[str | None]) -> Fields:
    """What comments stand under: a video, which is often the same for all, else a channel."""
    video = videos[0]
    if video and videos.count(video) == len(videos):
        before = f"https://www.youtube.com/watch?v={video}&lc="
        return {
            "url": list(map(before.__add__, ids)),
            "target_id": Same(video),
            "target_kind": Same("post"),
        }
    pairs = list(zip(videos, channels, strict=True))
    return {
        "url": [
            f"https://www.youtube.com/watch?v={video}&lc={own}" if video else None
            for video, own in zip(videos, ids, strict=True)
        ],
        "target_id": [video or channel for video, channel in pairs],
        "target_kind": ["post" if video else "channel" if channel else None for video, channel in pairs],
    }


def _texts(said: Sequence[Said]) -> Fields:
    """The plain text is preferred; what is taken from HTML keeps it in `text_raw`."""
    displays = [one.text_display or "" for one in said]
    together = "".join(displays)
    if (
        "<" not in together
        and "&" not in together
        and None not in (own := [one.text_original for one in said])
    ):
        return {"text": own}
    shown = list(map(strip_html, displays))
    texts: list[str] = []
    raws: list[str | None] = []
    for one, (plain, _) in zip(said, shown, strict=True):
        is_html = one.text_original is None and plain != (one.text_display or "")
        texts.append(plain if one.text_original is None else one.text_original)
        raws.append(one.text_display if is_html else None)
    return {
        "text": texts,
        "text_raw": raws,
        "text_repairs": [("html_stripped",) if raw else () for raw in raws],
        "urls": [links for _, links in shown],
    }


def _times(said: Sequence[Said], published: list[str | None]) -> Fields:
    if "" in published:
        raise ValueError("an empty time")
    at = iso_times(published, utc_from_iso)
    updated = [one.updated_at for one in said]
    fields: Fields = stated(at, published, Same("s"))
    if updated == published:
        return fields
    edits = [
        after if after and after != before else None for after, before in zip(updated, published, strict=True)
    ]
    if any(edits):
        fields["edited_at"] = iso_times(edits, utc_from_iso)
    return fields
