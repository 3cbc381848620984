"""Posts of X that gallery-dl describes, by blocks: what its mapper of one entry says, column by column."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
import numpy as np

from saisine.messages.columns import Column, Columns, Same, Times
from saisine.messages.formats.blocks import Fields, RecordBlock, Unfit, columns_of, lacking, spread
from saisine.messages.formats.raw import Context
from saisine.messages.formats.table_columns import stated, utc_times
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_us

Number = int | str | None
POST, PICTURE = 2, 3


class Author(msgspec.Struct, gc=False):
    id: Number = None
    name: str | None = None
    nick: str | None = None
    date: str | None = None
    protected: bool | None = None


class Named(msgspec.Struct, gc=False):
    name: str | None = None


class Tweet(msgspec.Struct, gc=False):
    category: Literal["twitter"]
    tweet_id: int | str
    retweet_id: Number = None
    reply_id: Number = None
    quote_id: Number = None
    conversation_id: Number = None
    author: Author | None = None
    user: Author | None = None
    content: str | None = None
    lang: str | None = None
    date: str | None = None
    reply_to: str | None = None
    mentions: list[Named] | None = None
    hashtags: list[str] | None = None
    favorite_count: int | None = None
    retweet_count: int | None = None
    quote_count: int | None = None
    reply_count: int | None = None
    view_count: int | None = None


# The object of a metadata file, or an entry of a dump: [2, post], [3, address, picture].
Entry = Tweet | list[int | str | Tweet]
NOBODY: Final = Author()
_NO_NUMBER: Final = frozenset({0, "0", "", None})


def map_entries(block: RecordBlock, ctx: Context) -> Columns:
    """The rows of the posts of X; the pictures of a dump repeat their post. Raises `Unfit` for any other entry."""
    owners, places, tweets, skipped = _sorted(block)
    if not tweets:
        return Columns(0, {}, skipped)
    if len(tweets) < len(block) or any(places):
        block = spread(block, owners, places)
    rows = dict(
        zip(Tweet.__struct_fields__, zip(*map(msgspec.structs.astuple, tweets), strict=True), strict=True)
    )
    who = _who(list(map(_author, rows["author"], rows["user"], rows["retweet_id"])))
    counts = _counts(rows)
    ids = list(map(str, rows["tweet_id"]))
    fields: Fields = {
        "platform": Same("x"),
        "message_id": ids,
        **who,
        "lang": [None if one in ("", "und") else one for one in rows["lang"]],
        **_dated(rows["date"]),
        "url": [
            f"https://x.com/{handle or 'i/web'}/status/{own}"
            for handle, own in zip(_list(who["author_handle"]), ids, strict=True)
        ],
        **_relations(rows),
        **_words(rows),
        **counts,
    }
    return columns_of(block, ctx, fields, _missing(rows, who, counts), skipped=skipped)


def _sorted(block: RecordBlock) -> tuple[list[int], list[str], list[Tweet], list[tuple[str, str]]]:
    """(which entries are posts, the place of each inside its entry, the posts, what is set aside)."""
    owners: list[int] = []
    places: list[str] = []
    tweets: list[Tweet] = []
    skipped: list[tuple[str, str]] = []
    alone: list[int] = []
    for rank, one in enumerate(block.objs):
        place = ""
        if type(one) is list:
            if one and one[0] == PICTURE:
                skipped.append(("duplicate_older_observation", block.locators[rank]))
                continue
            one, place = (one[1] if len(one) > 1 and one[0] == POST else None), "/1"
        if type(one) is Tweet and one.tweet_id not in _NO_NUMBER:
            owners.append(rank)
            places.append(place)
            tweets.append(one)
        else:
            alone.append(rank)
    if alone:
        raise Unfit(alone)
    return owners, places, tweets, skipped


def _author(author: Author | None, page: Author | None, repost: Number) -> Author:
    """Who posted: of a repost, whose page was read, unless that is who wrote the original."""
    if repost in _NO_NUMBER:
        return author or NOBODY
    return page if page is not None and (author is None or page.id != author.id) else NOBODY


def _who(authors: list[Author]) -> Fields:
    ids, names, nicks, dates, protected = zip(*map(msgspec.structs.astuple, authors), strict=True)
    born = {one: None if not one else _utc(one) for one in set(dates)}
    return {
        "author_id": [None if one is None or one == "" else str(one) for one in ids],
        "author_handle": _or_none(names),
        "author_name": _or_none(nicks),
        "author_created_at": [born[one] for one in dates],
        "visibility": [None if one is None else "private" if one else "public" for one in protected],
    }


def _relations(rows: dict[str, Any]) -> Fields:
    """Kind, role, and what it answers or repeats."""
    reposts, parents, quoting = (
        _numbers(rows["retweet_id"]),
        _numbers(rows["reply_id"]),
        _numbers(rows["quote_id"]),
    )
    answered = _or_none(rows["reply_to"])
    return {
        "kind": [
            "repost" if repost else "reply" if parent or handle else "post"
            for repost, parent, handle in zip(reposts, parents, answered, strict=True)
        ],
        # a post that was only met because another quotes it
        "role": ["context" if one else "primary" for one in quoting] if any(quoting) else Same("primary"),
        "parent_id": parents,
        "conversation_id": _numbers(rows["conversation_id"]),
        "target_kind": [one and "account" for one in answered],
        "target_handle": answered,
        "repost_of_id": reposts,
    }


def _words(rows: dict[str, Any]) -> Fields:
    return {
        "text": [one or "" for one in rows["content"]],
        "mentions": [_distinct([one.name for one in said]) if said else [] for said in rows["mentions"]],
        "hashtags": [_distinct(said) if said else [] for said in rows["hashtags"]],
    }


def _counts(rows: dict[str, Any]) -> Fields:
    shares, quotes = _known(rows["retweet_count"]), _known(rows["quote_count"])
    return {
        "like_count": _known(rows["favorite_count"]),
        "share_count": [
            None if one is None else one + (other or 0) for one, other in zip(shares, quotes, strict=True)
        ],
        "reply_count": _known(rows["reply_count"]),
        "view_count": _known(rows["view_count"]),
    }


def _missing(rows: dict[str, Any], who: Fields, counts: Fields) -> Column:
    named = {name: _list(who[name]) for name in ("author_id", "author_handle", "author_name")}
    columns = {**named, **counts, "created_at": _or_none(rows["date"]), "text": _or_none(rows["content"])}
    empty = {name: None in column and [one is None for one in column] for name, column in columns.items()}
    return lacking(**empty, target_id=True, urls=True)


def _dated(said: Sequence[str | None]) -> Fields:
    """Times in UTC without a zone. Raises ValueError for one that is none."""
    if all(one is not None and len(one) == 19 and one[10] == " " for one in said):
        quick = utc_times([one.replace(" ", "T") for one in said])  # type: ignore[union-attr]
        if quick is not None:
            return stated(quick, said, Same("s"))
    known = {one: UNKNOWN if not one else utc_us(_utc(one)) for one in set(said)}
    at: Times = np.array([known[one] for one in said], np.int64)
    return stated(at, said, Same("s"))


def _utc(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _numbers(cells: Sequence[Number]) -> list[str | None]:
    """Identifiers; gallery-dl writes 0 for none."""
    return [None if one in _NO_NUMBER else str(one) for one in cells]


def _known(cells: Sequence[int | None]) -> list[int | None]:
    """Counts; one below zero is none."""
    if None not in cells and min(cells) >= 0:  # type: ignore[type-var, operator]
        return list(cells)
    return [None if one is None or one < 0 else one for one in cells]


def _or_none(cells: Sequence[str | None]) -> list[str | None]:
    return [one or None for one in cells] if "" in cells else list(cells)


def _distinct(words: list[Any]) -> list[str]:
    return list(dict.fromkeys(filter(None, words)))


def _list(column: Column) -> list[Any]:
    assert isinstance(column, list)
    return column
