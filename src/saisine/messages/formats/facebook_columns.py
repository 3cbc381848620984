"""Comments of Facebook's Graph API by blocks: what `facebook_graph` says of each, column by column.

Posts, messages of an inbox and objects keyed by id are left to the mapper of one record.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import repeat
from operator import contains
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from saisine.messages.columns import Column, Columns, Same
from saisine.messages.formats.blocks import Fields, RecordBlock, columns_of, lacking
from saisine.messages.formats.graph_columns import (
    Absent,
    Flat,
    Named,
    Person,
    answering,
    graph_times,
    is_empty,
    is_unset,
    known_or,
    post_of,
)
from saisine.messages.formats.graph_pages import Owed
from saisine.messages.formats.raw import Context


class Summary(msgspec.Struct, gc=False):
    total_count: int | None = None


class FacebookComment(msgspec.Struct, gc=False):
    """A comment; what only other objects have (`to`, `messages`, …) is named so that it is seen."""

    id: str | None = None
    message: str | UnsetType = UNSET
    created_time: str | None = None
    author: Person | None = msgspec.field(default=None, name="from")
    parent: Named | None = None
    permalink_url: str | None = None
    like_count: int | UnsetType = UNSET
    comment_count: int | UnsetType = UNSET
    is_hidden: bool | None = None
    is_private: bool | None = None
    attachment: dict[str, Any] | None = None
    attachments: Any = None
    message_tags: Any = None
    comments: "FacebookEdge | UnsetType" = UNSET
    full_picture: Absent = UNSET
    likes: Absent = UNSET
    messages: Absent = UNSET
    to: Absent = UNSET
    data: Absent = UNSET
    paging: Absent = UNSET


class FacebookEdge(msgspec.Struct, gc=False):
    data: list[FacebookComment] = []
    summary: Summary | None = None


_POST_PATH: Final = re.compile(r"/(\d+)/posts/(\d+)")
_TOP: Final = re.compile(r"[?&]comment_id=(\d+)")
_REPLY: Final = re.compile(r"[?&]reply_comment_id=(\d+)")


def facebook_columns(
    block: RecordBlock, ctx: Context, *, is_comments: bool, links_of: Any, words_of: Any
) -> Columns:
    """The rows of comments with those they carry; `is_comments` when the page itself says that it holds comments,
    `links_of` and `words_of` tell what is attached to one. Raises ValueError where another object is met."""
    flat = Flat(block, "comments")
    rows: list[FacebookComment] = flat.rows
    said = flat.columns()
    given = said["permalink_url"]
    links = [one or "" for one in given]
    if _has_others(said, len(rows)) or not (
        is_comments
        or all(map(contains, links, repeat("comment_id=")))
        or all(
            above >= 0 or "comment_id=" in link or _is_comment(one)
            for one, link, above in zip(rows, links, flat.above, strict=True)
        )
    ):
        raise ValueError("no comment")
    posts = _posts_of(links)
    ids, parents, targets = _places(flat, links, posts)
    authors = [one.id if one else None for one in said["author"]]
    names = [one.name if one else None for one in said["author"]]
    messages, likes, answers = said["message"], said["like_count"], said["comment_count"]
    shown = _attached_words(said, words_of)
    fields: Fields = {
        "platform": Same("facebook"),
        **answering(ids, parents),
        "message_id": ids,
        "author_id": authors,
        "author_name": names,
        **_texts(messages, shown),
        "url": given,
        "target_id": targets,
        "target_kind": post_of(targets),
        "visibility": _hidden(said),
        "like_count": known_or(likes, None),
        "reply_count": [
            _announced(one) if count is UNSET else count for one, count in zip(rows, answers, strict=True)
        ]
        if UNSET in answers
        else answers,
        **graph_times(said["created_time"]),
        **_shared(rows, said, links_of),
    }
    missing = lacking(
        message_id=False,
        author_id=is_empty(authors),
        author_name=is_empty(names),
        text=is_unset([shown.get(rank, one) for rank, one in enumerate(messages)] if shown else messages),
        created_at=is_empty(said["created_time"]),
        url=is_empty(given),
        like_count=is_unset(likes),
        reply_count=UNSET in answers
        and [count is one is UNSET for one, count in zip(said["comments"], answers, strict=True)],
        target_id=is_empty(targets),
    )
    spread_rows = flat.spread(block)
    found = columns_of(spread_rows, ctx, fields, missing)
    _count(flat, said, ids, parents, block, spread_rows, ctx.memory["owed"])
    return found


def _attached_words(said: Mapping[str, list[Any]], words_of: Any) -> dict[int, list[str]]:
    """The words of what is shared, by the number of each comment that says nothing else."""
    messages, alone, several = said["message"], said["attachment"], said["attachments"]
    if all(messages) or not (any(alone) or any(several)):
        return {}
    words = {
        rank: words_of({"attachment": one, "attachments": more})
        for rank, (text, one, more) in enumerate(zip(messages, alone, several, strict=True))
        if (text is UNSET or not text) and (one or more)
    }
    return {rank: parts for rank, parts in words.items() if parts}


def _texts(messages: list[Any], shown: Mapping[int, list[str]]) -> Fields:
    """The words of each comment, else those of what it shares."""
    texts = known_or(messages, "")
    if not shown:
        return {"text": texts}
    repairs: list[tuple[str, ...]] = [()] * len(texts)
    texts = list(texts)
    for rank, parts in shown.items():
        texts[rank] = "\n".join(parts)
        repairs[rank] = ("fragments_joined",) if len(parts) > 1 else ()
    return {"text": texts, "text_repairs": repairs}


def _is_comment(one: FacebookComment) -> bool:
    return one.comment_count is not UNSET or one.parent is not None or one.is_private is not None


def _has_others(said: Mapping[str, list[Any]], count: int) -> bool:
    """Whether one is something else than a comment with its own text and time."""
    if any(said[name].count(UNSET) != count for name in _OTHERS):
        return True
    pairs = zip(said["message"], said["created_time"], strict=True)
    return UNSET in said["message"] and any(text is UNSET and at is None for text, at in pairs)


_OTHERS: Final = ("likes", "messages", "to", "data", "paging", "full_picture")


def _hidden(said: Mapping[str, list[Any]]) -> Column:
    hidden, private = said["is_hidden"], said["is_private"]
    if not any(hidden) and not any(private):
        return Same(None)
    return [
        "hidden" if is_hidden else "private" if is_private else None
        for is_hidden, is_private in zip(hidden, private, strict=True)
    ]


def _announced(one: FacebookComment) -> int | None:
    return None if one.comments is UNSET or one.comments.summary is None else one.comments.summary.total_count


def _posts_of(links: Sequence[str]) -> list[str | None]:
    """`<page>_<post>` from permalinks such as /19292868552/posts/10158407654328553/."""
    paths = [link.partition("?")[0] for link in links]
    known: dict[str, str | None] = {}
    for path in set(paths):
        found = _POST_PATH.search(path)
        known[path] = f"{found[1]}_{found[2]}" if found else None
    posts = list(map(known.__getitem__, paths))
    if None in posts and any(
        post is None and _POST_PATH.search(link) for post, link in zip(posts, links, strict=True)
    ):
        raise ValueError("a post inside a parameter")
    return posts


def _places(
    flat: Flat, links: Sequence[str], posts: Sequence[str | None]
) -> tuple[list[str], list[str | None], list[str | None]]:
    """(comment, comment it answers, post) of each row: from its fields, its permalink, then what it hangs under."""
    if max(flat.above) == -1 and "reply_comment_id=" not in "\n".join(links):
        own_ids = [one.id for one in flat.rows]
        if all(own_ids):
            parents = [one.parent.id if one.parent else None for one in flat.rows]
            if None in posts:
                posts = [
                    post or (own.partition("_")[0] if "_" in own else None)
                    for post, own in zip(posts, own_ids, strict=True)
                ]
            return own_ids, parents, list(posts)
    return _nested_places(flat, links, posts)


def _nested_places(
    flat: Flat, links: Sequence[str], posts: Sequence[str | None]
) -> tuple[list[str], list[str | None], list[str | None]]:
    ids: list[str] = []
    parents: list[str | None] = []
    targets: list[str | None] = []
    for one, link, post, above in zip(flat.rows, links, posts, flat.above, strict=True):
        own, parent = one.id, one.parent.id if one.parent else None
        number = post.partition("_")[2] if post else None
        if not own or "reply_comment_id=" in link:
            top, reply = (found[1] if (found := shape.search(link)) else None for shape in (_TOP, _REPLY))
            if not own and number and top:
                own = f"{number}_{reply or top}"
            if parent is None and number and top and reply:
                parent = f"{number}_{top}"
        if not own:
            raise ValueError("no identifier")
        if above >= 0:
            parent, post = parent or ids[above], post or targets[above]
        elif post is None and "_" in own:
            post = own.partition("_")[0]
        ids.append(own)
        parents.append(parent)
        targets.append(post)
    return ids, parents, targets


def _shared(rows: Sequence[FacebookComment], said: Mapping[str, list[Any]], links_of: Any) -> Fields:
    """Addresses shared, pictures shown, accounts named: few comments have any."""
    if not any(any(said[name]) for name in ("attachment", "attachments", "message_tags")):
        return {name: Same([]) for name in ("urls", "media_urls", "mentions")}
    having = {
        rank: links_of(
            {"attachment": one.attachment, "attachments": one.attachments, "message_tags": one.message_tags}
        )
        for rank, one in enumerate(rows)
        if one.attachment or one.attachments or one.message_tags
    }
    names = ("urls", "media_urls", "mentions")
    return {
        name: [having[rank][name] if rank in having else [] for rank in range(len(rows))] for name in names
    }


def _count(
    flat: Flat,
    said: Mapping[str, list[Any]],
    ids: Sequence[str],
    parents: Sequence[str | None],
    block: RecordBlock,
    rows: RecordBlock,
    owed: Owed,
) -> None:
    """What is announced and not carried, less what is met on the page itself."""
    if not any(parents) and not any(said["comment_count"]) and not any(said["comments"]):
        return
    for rank, (one, own, parent) in enumerate(zip(flat.rows, ids, parents, strict=True)):
        count = _announced(one)
        if count is None and one.comment_count is not UNSET:
            count = one.comment_count
        if count:
            carried = 0 if one.comments is UNSET else len(one.comments.data)
            owed.owe(own, count - carried, block.locators[flat.owners[rank]])
        if parent and "/comments/data/" not in rows.locators[rank]:
            owed.met(parent)
