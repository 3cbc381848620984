"""Comments of Meta's Graph API by blocks: what `facebook_graph` and `instagram_graph` say of each, column by column.

Posts, media, messages of an inbox and objects keyed by id are left to the mappers of one record.
"""

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from saisine.messages.columns import Column, Columns, Same
from saisine.messages.formats.blocks import Fields, RecordBlock, columns_of, lacking, spread
from saisine.messages.formats.graph_pages import Owed
from saisine.messages.formats.raw import Context
from saisine.messages.formats.table_columns import iso_times, stated
from saisine.texts import utc_from_iso

Absent = msgspec.Raw | UnsetType
TAG: Final = re.compile(r"#(\w+)")
MENTION: Final = re.compile(r"@([A-Za-z0-9_](?:[A-Za-z0-9._]*[A-Za-z0-9_])?)")


class Person(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None
    username: str | None = None


class Named(msgspec.Struct, gc=False):
    id: str | None = None


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


class _Flat:
    """Comments and those they carry, in the order of the file; `above` is the row that carries each, or -1."""

    def __init__(self, block: RecordBlock, edge: str) -> None:
        self.rows: list[Any] = []
        self.above: list[int] = []
        self.owners: list[int] = []
        self.places: list[str] = []
        self.edge = edge
        if list(map(attrgetter(edge), block.objs)).count(UNSET) == len(block):
            count = len(block)
            self.rows, self.above = block.objs, [-1] * count
            self.owners, self.places = list(range(count)), [""] * count
            return
        for owner, one in enumerate(block.objs):
            carried = getattr(one, edge)
            if carried is UNSET:
                self.rows.append(one)
                self.above.append(-1)
                self.owners.append(owner)
                self.places.append("")
            else:
                self._add(one, owner, "", -1)

    def _add(self, one: Any, owner: int, place: str, above: int) -> None:
        own = len(self.rows)
        self.rows.append(one)
        self.above.append(above)
        self.owners.append(owner)
        self.places.append(place)
        carried = getattr(one, self.edge)
        if carried is not UNSET:
            for number, inner in enumerate(carried.data):
                self._add(inner, owner, f"{place}/{self.edge}/data/{number}", own)

    def spread(self, block: RecordBlock) -> RecordBlock:
        return block if len(self.rows) == len(block) else spread(block, self.owners, self.places)


def _stated(said: list[str | None]) -> Fields:
    """The times of `2021-08-10T18:45:03+0000`; seconds are left to the mapper of one record."""
    raw = [one or None for one in said]
    if any(one is not None and one.isdigit() for one in raw):
        raise ValueError("seconds")
    return stated(iso_times(raw, utc_from_iso), raw, Same("s"))


# ------------------------------------------------------------------ Facebook

_POST_PATH: Final = re.compile(r"/(\d+)/posts/(\d+)")
_TOP: Final = re.compile(r"[?&]comment_id=(\d+)")
_REPLY: Final = re.compile(r"[?&]reply_comment_id=(\d+)")


def facebook_columns(block: RecordBlock, ctx: Context, *, is_comments: bool, links_of: Any) -> Columns:
    """The rows of comments with those they carry; `is_comments` when the page itself says that it holds comments.
    Raises ValueError where another object is met."""
    flat = _Flat(block, "comments")
    rows: list[FacebookComment] = flat.rows
    links = [one.permalink_url or "" for one in rows]
    if any(map(_is_other, rows)) or not (
        is_comments
        or all(
            above >= 0 or "comment_id=" in link or _is_comment(one)
            for one, link, above in zip(rows, links, flat.above, strict=True)
        )
    ):
        raise ValueError("no comment")
    posts = _posts_of(links)
    ids, parents, targets = _places(flat, links, posts)
    messages = [one.message for one in rows]
    authors = [one.author.id if one.author else None for one in rows]
    names = [one.author.name if one.author else None for one in rows]
    likes, answers = [one.like_count for one in rows], [one.comment_count for one in rows]
    fields: Fields = {
        "platform": Same("facebook"),
        "kind": ["reply" if parent else "comment" for parent in parents],
        "message_id": ids,
        "author_id": authors,
        "author_name": names,
        "text": ["" if one is UNSET else one for one in messages],
        "url": [one.permalink_url for one in rows],
        "parent_id": parents,
        "conversation_id": [parent or own for parent, own in zip(parents, ids, strict=True)],
        "target_id": targets,
        "target_kind": ["post" if one else None for one in targets],
        "visibility": ["hidden" if one.is_hidden else "private" if one.is_private else None for one in rows],
        "like_count": [None if one is UNSET else one for one in likes],
        "reply_count": [
            _announced(one) if count is UNSET else count for one, count in zip(rows, answers, strict=True)
        ],
        **_stated([one.created_time for one in rows]),
        **_shared(rows, links_of),
    }
    missing = lacking(
        message_id=False,
        author_id=[not one for one in authors],
        author_name=[not one for one in names],
        text=[one is UNSET for one in messages],
        created_at=[not one.created_time for one in rows],
        url=[not one.permalink_url for one in rows],
        like_count=[one is UNSET for one in likes],
        reply_count=[
            count is UNSET and one.comments is UNSET for one, count in zip(rows, answers, strict=True)
        ],
        target_id=[not one for one in targets],
    )
    spread_rows = flat.spread(block)
    found = columns_of(spread_rows, ctx, fields, missing)
    _count(flat, ids, parents, block, spread_rows, ctx.memory["owed"])
    return found


def _is_comment(one: FacebookComment) -> bool:
    return one.comment_count is not UNSET or one.parent is not None or one.is_private is not None


def _is_other(one: FacebookComment) -> bool:
    """Whether it is something else than a comment with its own text and time."""
    return not one.likes is one.messages is one.to is one.data is one.paging is one.full_picture is UNSET or (
        one.message is UNSET and one.created_time is None
    )


def _announced(one: FacebookComment) -> int | None:
    return None if one.comments is UNSET or one.comments.summary is None else one.comments.summary.total_count


def _posts_of(links: Sequence[str]) -> list[str | None]:
    """`<page>_<post>` from permalinks such as /19292868552/posts/10158407654328553/."""
    known: dict[str, str | None] = {}
    posts = []
    for link in links:
        path = link.partition("?")[0]
        if path not in known:
            found = _POST_PATH.search(path)
            if found is None and _POST_PATH.search(link):
                raise ValueError("a post inside a parameter")
            known[path] = f"{found[1]}_{found[2]}" if found else None
        posts.append(known[path])
    return posts


def _places(
    flat: _Flat, links: Sequence[str], posts: Sequence[str | None]
) -> tuple[list[str], list[str | None], list[str | None]]:
    """(comment, comment it answers, post) of each row: from its fields, its permalink, then what it hangs under."""
    if max(flat.above) == -1 and not any("reply_comment_id=" in link for link in links):
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
    flat: _Flat, links: Sequence[str], posts: Sequence[str | None]
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


def _shared(rows: Sequence[FacebookComment], links_of: Any) -> Fields:
    """Addresses shared, pictures shown, accounts named: few comments have any."""
    if not any(one.attachment or one.attachments or one.message_tags for one in rows):
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
    flat: _Flat,
    ids: Sequence[str],
    parents: Sequence[str | None],
    block: RecordBlock,
    rows: RecordBlock,
    owed: Owed,
) -> None:
    """What is announced and not carried, less what is met on the page itself."""
    if not any(parents) and not any(one.comment_count or one.comments for one in flat.rows):
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


# ------------------------------------------------------------------ Instagram


def instagram_columns(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of comments with the replies they carry. Raises ValueError where another object is met."""
    flat = _Flat(block, "replies")
    rows: list[InstagramComment] = flat.rows
    people = [_author(one) for one in rows]
    handles = [one.username or person.username for one, person in zip(rows, people, strict=True)]
    ids, parents, media = _hanging(flat)
    texts = [one.text or "" for one in rows]
    authors = [one.id for one in people]
    likes = [one.like_count for one in rows]
    fields: Fields = {
        "platform": Same("instagram"),
        "kind": ["reply" if parent else "comment" for parent in parents],
        "message_id": ids,
        "author_id": authors,
        "author_handle": handles,
        "text": texts,
        "parent_id": parents,
        "conversation_id": [parent or own for parent, own in zip(parents, ids, strict=True)],
        "target_id": media,
        "target_kind": ["post" if one else None for one in media],
        "visibility": ["hidden" if one.hidden else None for one in rows],
        "like_count": [None if one is UNSET else one for one in likes],
        "reply_count": [None if one.replies is UNSET else len(one.replies.data) for one in rows],
        "hashtags": _found(TAG, "#", texts),
        "mentions": _found(MENTION, "@", texts),
        **_stated([one.timestamp for one in rows]),
    }
    missing = lacking(
        message_id=False,
        author_id=[not one for one in authors],
        author_handle=[not one for one in handles],
        created_at=[not one.timestamp for one in rows],
        target_id=[not one for one in media],
        like_count=[one is UNSET for one in likes],
        reply_count=[one.replies is UNSET for one in rows],
        url=True,
    )
    found = columns_of(flat.spread(block), ctx, fields, missing)
    owed: Owed = ctx.memory["owed"]
    for one, own, owner in zip(rows, ids, flat.owners, strict=True):
        if one.replies is not UNSET and one.comments_count:
            owed.owe(own, one.comments_count - len(one.replies.data), block.locators[owner])
    return found


NOBODY: Final = Person()


def _author(one: InstagramComment) -> Person:
    said = one.author
    if said is not None and said.id is None and said.username is None:
        raise ValueError("an author without a name")
    return said or one.user or NOBODY


def _hanging(flat: _Flat) -> tuple[list[str], list[str | None], list[str | None]]:
    """(comment, comment it answers, media) of each row: from its fields, then from what it hangs under."""
    ids: list[str] = []
    parents: list[str | None] = []
    media: list[str | None] = []
    for one, above in zip(flat.rows, flat.above, strict=True):
        if not one.id or one.data is not UNSET:
            raise ValueError("no identifier")
        parent, shown = one.parent_id, one.media.id if one.media else None
        if above >= 0:
            parent, shown = parent or ids[above], shown or media[above]
        ids.append(one.id)
        parents.append(parent)
        media.append(shown)
    return ids, parents, media


def _found(shape: re.Pattern[str], sign: str, texts: Sequence[str]) -> Column:
    """What is named inside each text."""
    if not any(sign in text for text in texts):
        return Same([])
    return [shape.findall(text) if sign in text else [] for text in texts]
