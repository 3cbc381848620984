"""Comments of Instagram's Graph API by blocks: what `instagram_graph` says of each, column by column.

Media and objects keyed by id are left to the mapper of one record.
"""

import re
from collections.abc import Mapping, Sequence
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

TAG: Final = re.compile(r"#(\w+)")
MENTION: Final = re.compile(r"@([A-Za-z0-9_](?:[A-Za-z0-9._]*[A-Za-z0-9_])?)")


class InstagramComment(msgspec.Struct, gc=False):
    text: str | None
    id: str | None = None
    timestamp: str | None = None
    username: str | None = None
    author: Person | None = msgspec.field(default=None, name="from")
    user: Person | None = None
    media: Named | None = None
    parent_id: str | None = None
    like_count: int | UnsetType | None = UNSET
    hidden: bool | None = None
    comments_count: int | None = None
    replies: "InstagramEdge | UnsetType" = UNSET
    data: Absent = UNSET


class InstagramEdge(msgspec.Struct, gc=False):
    data: list[InstagramComment] = []


def instagram_columns(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of comments with the replies they carry. Raises ValueError where another object is met."""
    flat = Flat(block, "replies")
    rows: list[InstagramComment] = flat.rows
    said = flat.columns()
    people = [
        one if one and (one.id or one.username) else _author(one, user)
        for one, user in zip(said["author"], said["user"], strict=True)
    ]
    authors = [one.id for one in people]
    handles = [name or person.username for name, person in zip(said["username"], people, strict=True)]
    ids, parents, media = _hanging(flat, said)
    texts = [one or "" for one in said["text"]]
    likes, answers = said["like_count"], said["replies"]
    carries = answers.count(UNSET) < len(answers)
    fields: Fields = {
        "platform": Same("instagram"),
        **answering(ids, parents),
        "message_id": ids,
        "author_id": authors,
        "author_handle": handles,
        "text": texts,
        "target_id": media,
        "target_kind": post_of(media),
        "visibility": ["hidden" if one else None for one in said["hidden"]]
        if any(said["hidden"])
        else Same(None),
        "like_count": known_or(likes, None),
        "reply_count": [None if one is UNSET else len(one.data) for one in answers]
        if carries
        else Same(None),
        "hashtags": _found(TAG, "#", texts),
        "mentions": _found(MENTION, "@", texts),
        **graph_times(said["timestamp"]),
    }
    missing = lacking(
        message_id=False,
        author_id=is_empty(authors),
        author_handle=is_empty(handles),
        created_at=is_empty(said["timestamp"]),
        target_id=is_empty(media),
        like_count=is_unset(likes),
        reply_count=is_unset(answers),
        url=True,
    )
    found = columns_of(flat.spread(block), ctx, fields, missing)
    owed: Owed = ctx.memory["owed"]
    for one, own, owner in zip(rows, ids, flat.owners, strict=True) if carries else ():
        if one.replies is not UNSET and one.comments_count:
            owed.owe(own, one.comments_count - len(one.replies.data), block.locators[owner])
    return found


NOBODY: Final = Person()


def _author(said: Person | None, user: Person | None) -> Person:
    if said is not None and said.id is None and said.username is None:
        raise ValueError("an author without a name")
    return said or user or NOBODY


def _hanging(
    flat: Flat, said: Mapping[str, list[Any]]
) -> tuple[list[str], list[str | None], list[str | None]]:
    """(comment, comment it answers, media) of each row: from its fields, then from what it hangs under."""
    ids, parents = said["id"], said["parent_id"]
    if not all(ids) or said["data"].count(UNSET) != len(ids):
        raise ValueError("no identifier")
    media = [one.id if one else None for one in said["media"]]
    for row, above in enumerate(flat.above) if max(flat.above) >= 0 else ():
        if above >= 0:
            parents[row], media[row] = parents[row] or ids[above], media[row] or media[above]
    return ids, parents, media


def _found(shape: re.Pattern[str], sign: str, texts: Sequence[str]) -> Column:
    """What is named inside each text."""
    if sign not in "".join(texts):
        return Same([])
    return [shape.findall(text) if sign in text else [] for text in texts]
