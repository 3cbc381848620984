"""Posts of X's own pages by blocks: what `x_graphql_tweets.map_tweet` says of each, column by column.

A post and those it carries are laid flat first. Whatever is no plain post at its place (a reposted one that is gone,
an object without number or text) is left to the mapper of one record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import UNSET

from saisine.messages.columns import Column, Columns, Same, Times
from saisine.messages.formats.blocks import Fields, RecordBlock, Unfit, columns_of, lacking, spread
from saisine.messages.formats.json_values import as_count, as_id, distinct
from saisine.messages.formats.raw import Context
from saisine.messages.formats.table_columns import stated
from saisine.messages.formats.table_times import local_us
from saisine.messages.formats.x_graphql_tweets import (
    MONTHS,
    UNAVAILABLE,
    X_DATE,
    lacks_body,
    lines_below,
    media_urls,
    utc_from_x,
)
from saisine.messages.formats.x_page_posts import Carried, Edits, Entities, Legacy, Names, Person, Tweet
from saisine.messages.idtime import UNKNOWN
from saisine.texts import unescape_html, utc_us


@dataclass(slots=True)
class _Flat:
    """Posts and those they carry, in the order of the file; `gone` are those of which only the number is left,
    `odd` the records to be mapped alone, `promoted` those set aside."""

    tweets: list[Tweet] = field(default_factory=list)
    reposted: list[Tweet | None] = field(default_factory=list)
    quoted: list[Tweet | None] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    gone: dict[int, str] = field(default_factory=dict)
    odd: set[int] = field(default_factory=set)
    promoted: list[int] = field(default_factory=list)
    is_plain: bool = True

    def add(self, raw: Tweet, owner: int, place: str) -> None:
        tweet = raw
        if raw.tweet is not None and raw.legacy is UNSET:
            tweet, place = raw.tweet, f"{place}/tweet"
        if raw.promoted is True or tweet.promoted is True or raw.frame is not UNSET:
            self.promoted.append(owner)
            return
        own = len(self.tweets)
        legacy = tweet.legacy
        if (
            not legacy
            or tweet.tombstone is not UNSET
            or tweet.kind in UNAVAILABLE
            or legacy.full_text is None
            or not (as_id(tweet.rest_id) or as_id(legacy.id_str))
        ):
            self.odd.add(owner)
            return
        self._append(tweet, owner, place)
        repost, quote = tweet.retweeted_status_result, tweet.quoted_status_result
        for name, above, below in (
            ("retweeted_status_result", repost, legacy.retweeted_status_result),
            ("quoted_status_result", quote, legacy.quoted_status_result),
        ):
            if above is not None or below is not None:
                self._carry(name, above, below, own, owner, place)

    def _append(self, tweet: Tweet, owner: int, place: str) -> None:
        self.tweets.append(tweet)
        self.reposted.append(None)
        self.quoted.append(None)
        self.owners.append(owner)
        self.places.append(place)

    def _carry(
        self, name: str, above: Carried | None, below: Carried | None, own: int, owner: int, place: str
    ) -> None:
        """The rows of a carried post; of a quoted one that X no longer shows, its number."""
        place = f"{place}/{name}/result" if above and above.result else f"{place}/legacy/{name}/result"
        found = (above and above.result) or (below and below.result)
        is_quote = name == "quoted_status_result"
        if not found or (below and not below.result):
            self.odd.add(owner)
            return
        self.is_plain = False
        inner = found.tweet if found.tweet is not None and found.legacy is UNSET else found
        (self.quoted if is_quote else self.reposted)[own] = inner
        if found.kind not in UNAVAILABLE and found.tombstone is UNSET:
            if found.promoted is True or inner.promoted is True or found.frame is not UNSET:
                self.odd.add(owner)
            else:
                self.add(found, owner, place)
            return
        number = as_id(self.tweets[own].legacy.quoted_status_id_str)  # type: ignore[union-attr]
        if not is_quote or number is None:
            self.odd.add(owner)
        else:
            self.gone[len(self.tweets)] = number
            self._append(_GONE, owner, place)


_GONE: Final = Tweet(legacy=Legacy(full_text=""))


def tweet_columns(
    posts: Sequence[Tweet],
    block: RecordBlock,
    ctx: Context,
    *,
    below: str = "",
    collected: Times | None = None,
) -> Columns:
    """The rows of the posts of a block, one in each record at the place `below`, and of those they carry.
    `collected` is when each record was seen. Raises `Unfit` for those of another shape."""
    flat = _Flat()
    for rank, post in enumerate(posts):
        flat.add(post, rank, below)
    if flat.odd:
        raise Unfit(sorted(flat.odd))
    skipped = [("advertisement", block.locators[rank]) for rank in flat.promoted]
    if not flat.tweets:
        return Columns(0, {}, skipped)
    rows = spread(block, flat.owners, flat.places)
    fields, missing = _columns(flat)
    if collected is not None:
        fields["collected_at"] = collected[flat.owners]
    if not flat.is_plain:
        owners = [-1, *flat.owners]
        fields["role"] = [
            "context" if own == before else "primary"
            for own, before in zip(flat.owners, owners, strict=False)
        ]
    return columns_of(rows, ctx, fields, missing, skipped=skipped)


def _columns(flat: _Flat) -> tuple[Fields, Column]:
    tweets, gone = flat.tweets, flat.gone
    legacies: list[Legacy] = [one.legacy for one in tweets]  # type: ignore[misc]
    ids = [
        as_id(tweet.rest_id) or as_id(legacy.id_str) for tweet, legacy in zip(tweets, legacies, strict=True)
    ]
    for row, number in gone.items():
        ids[row] = number
    author, created = _authors(tweets, legacies)
    parents = [as_id(one.in_reply_to_status_id_str) for one in legacies]
    targets = [as_id(one.in_reply_to_user_id_str) for one in legacies]
    quotes = _quotes(flat, legacies)
    counts = _counts(flat, legacies)
    words, cut = _texts(flat, legacies)
    fields: Fields = {
        "platform": Same("x"),
        "message_id": ids,
        "kind": [
            "repost" if repost else "reply" if parent or target else "quote" if quote else "post"
            for repost, parent, target, quote in zip(flat.reposted, parents, targets, quotes, strict=True)
        ],
        **author,
        "author_created_at": created,
        **words,
        **_times(tweets, legacies, ids),
        "lang": [one.lang for one in legacies],
        "url": [
            f"https://x.com/{handle or 'i/web'}/status/{own}"
            for handle, own in zip(author["author_handle"], ids, strict=True)
        ],
        "parent_id": parents,
        "conversation_id": [as_id(one.conversation_id_str) for one in legacies],
        "target_id": targets,
        "target_kind": ["account" if one else None for one in targets],
        "target_handle": [one.in_reply_to_screen_name for one in legacies],
        "media_urls": [_media(one) for one in legacies],
        "repost_of_id": [as_id(one.rest_id) if one else None for one in flat.reposted],
        "quote_of_id": quotes,
        **counts,
        "deleted": _states(flat, legacies),
    }
    known = {**author, **counts}
    missing = lacking(
        text=[row in gone or row in cut for row in range(len(tweets))] if gone or cut else False,
        **{name: [not one for one in known[name]] for name in _AUTHOR},
        author_created_at=_unknown(created, gone),
        **{name: [one is None for one in known[name]] for name in counts},
    )
    return fields, missing


_AUTHOR: Final = ("author_id", "author_handle", "author_name")


def _unknown(created: Times, gone: dict[int, str]) -> list[bool]:
    """The rows whose account has no date; of a post that is gone it is not asked."""
    is_unknown = created == UNKNOWN
    is_unknown[list(gone)] = False
    return is_unknown.tolist()  # type: ignore[no-any-return]


NOBODY: Final = Person()
NAMELESS: Final = Names()


def _authors(tweets: Sequence[Tweet], legacies: Sequence[Legacy]) -> tuple[Fields, Times]:
    """The accounts: their names stand under `core`, before 2025 under `legacy`, in old searches under `user`."""
    ids: list[str | None] = []
    handles: list[str | None] = []
    names: list[str | None] = []
    created: list[str | None] = []
    for tweet, own in zip(tweets, legacies, strict=True):
        found = tweet.core.user_results if tweet.core else None
        user = (found.result if found else None) or NOBODY
        core, legacy, old = user.core or NAMELESS, user.legacy or NAMELESS, tweet.user or NAMELESS
        ids.append(as_id(user.rest_id) or as_id(own.user_id_str) or as_id(old.id_str))
        handles.append(core.screen_name or legacy.screen_name or old.screen_name or None)
        names.append(core.name or legacy.name or old.name or None)
        created.append(core.created_at or legacy.created_at or old.created_at or None)
    at = None if None in created else x_times(created)  # type: ignore[arg-type]
    if at is None:
        at = _dated([one if one and X_DATE.fullmatch(one) else None for one in created])
    return {"author_id": ids, "author_handle": handles, "author_name": names}, at


def _quotes(flat: _Flat, legacies: Sequence[Legacy]) -> list[str | None]:
    """The number of the quoted post; a repost of a quote says it too, but it is not its own."""
    return [
        None
        if legacy.retweeted_status_result is not None
        else as_id(legacy.quoted_status_id_str) or (as_id(quote.rest_id) if quote else None)
        for legacy, quote in zip(legacies, flat.quoted, strict=True)
    ]


def _counts(flat: _Flat, legacies: Sequence[Legacy]) -> Fields:
    """The four counts; a repost has none of its own."""
    shares: list[int | None] = []
    for one in legacies:
        own, quoting = as_count(one.retweet_count), as_count(one.quote_count)
        shares.append(None if own is quoting is None else (own or 0) + (quoting or 0))
    views = [
        (one.views and one.views.count) or (one.ext_views and one.ext_views.count) for one in flat.tweets
    ]
    counts: dict[str, list[int | None]] = {
        "like_count": [as_count(one.favorite_count) for one in legacies],
        "share_count": shares,
        "reply_count": [as_count(one.reply_count) for one in legacies],
        "view_count": list(map(as_count, views)),
    }
    for row, repost in enumerate(flat.reposted) if any(flat.reposted) else ():
        if repost:
            for column in counts.values():
                column[row] = None
    return {**counts}


def _states(flat: _Flat, legacies: Sequence[Legacy]) -> Column:
    found = []
    for row, (own, repost) in enumerate(zip(legacies, flat.reposted, strict=True)):
        inner = repost.legacy if repost else None
        is_held = _is_withheld(own) or bool(inner and _is_withheld(inner))
        found.append("tombstone" if row in flat.gone else "withheld" if is_held else "none")
    return found


def _is_withheld(one: Legacy) -> bool:
    return bool(one.withheld_scope or one.withheld_status or one.withheld_in_countries)


def _media(one: Legacy) -> list[str]:
    more = one.extended_entities.media if one.extended_entities else None
    own = one.entities.media if one.entities else None
    return media_urls(more or own or ()) if more or own else []


# ------------------------------------------------------------------ words


def _texts(flat: _Flat, legacies: Sequence[Legacy]) -> tuple[Fields, set[int]]:
    """The text as people read it, and what it names: that of the reposted post, or of the note of a long one. Beside it
    the rows of which an article is not whole."""
    cut: set[int] = set()
    texts: list[str] = []
    raws: list[str | None] = []
    repairs: list[tuple[str, ...]] = []
    mentions: list[list[str]] = []
    urls: list[list[str]] = []
    tags: list[list[str]] = []
    for tweet, own, repost in zip(flat.tweets, legacies, flat.reposted, strict=True):
        source, legacy = (repost, repost.legacy) if repost else (tweet, own)
        found = source.note_tweet.note_tweet_results if source.note_tweet else None
        note = found.result if found else None
        outer: str = own.full_text  # type: ignore[assignment]
        written: str = legacy.full_text  # type: ignore[assignment, union-attr]
        entities = legacy.entities  # type: ignore[union-attr]
        if note:
            said = note.get("text")
            written = said if isinstance(said, str) and said else written
            entities = _noted(note) or entities
        text, is_unescaped = unescape_html(written) if "&" in written else (written, False)
        done: tuple[str, ...] = ("html_unescaped",) if is_unescaped else ()
        if not repost and not note and outer.startswith("RT @") and outer.endswith("…"):
            done = (*done, "shortened_upstream")
        lines: list[str] = []
        if source.article is not UNSET or source.card is not UNSET:
            lines, is_cut = _lines(source)
            if is_cut:
                cut.add(len(texts))
        if lines:
            text, done = "\n".join([text, *lines] if text else lines), (*done, "fragments_joined")
        texts.append(text)
        raws.append(outer if repost else written if is_unescaped or lines else None)
        repairs.append(done)
        if entities is None:
            entities = _NOTHING
        mentions.append([one.screen_name for one in entities.user_mentions] if entities.user_mentions else [])
        urls.append(
            distinct(*(one.expanded_url or one.url for one in entities.urls)) if entities.urls else []
        )
        tags.append([one.text for one in entities.hashtags] if entities.hashtags else [])
    fields: Fields = {
        "text": texts,
        "text_raw": raws,
        "text_repairs": repairs,
        "mentions": mentions,
        "urls": urls,
        "hashtags": tags,
    }
    return fields, cut


_NOTHING: Final = Entities()


def _lines(source: Tweet) -> tuple[list[str], bool]:
    """(what is shown below the text, whether an article is not whole). Raises ValueError where that cannot be read."""
    card = None if source.card is UNSET else bytes(source.card)
    if source.article is UNSET and (card is None or not any(mark in card for mark in _OF_A_POLL)):
        return [], False
    try:
        article = None if source.article is UNSET else msgspec.json.decode(source.article)
        return lines_below(article, msgspec.json.decode(card) if card else None), lacks_body(article)
    except msgspec.MsgspecError as error:
        raise ValueError("a card of another shape") from error


_OF_A_POLL: Final = (b"choice", b"\\u")  # a key written with escapes is looked for after decoding


def _noted(note: dict[str, Any]) -> Entities | None:
    """What a note names. Raises ValueError where that is of another shape."""
    found = note.get("entity_set")
    try:
        return msgspec.convert(found, Entities) if isinstance(found, dict) and found else None
    except msgspec.ValidationError as error:
        raise ValueError("entities of another shape") from error


# ------------------------------------------------------------------ times


def _times(tweets: Sequence[Tweet], legacies: Sequence[Legacy], ids: Sequence[str | None]) -> Fields:
    said = [one.created_at or None for one in legacies]
    at = _dated(said)
    fields = stated(at, said, Same("s"))
    edited = [
        one.edit_control is not None and _is_edited(one.edit_control, own)
        for one, own in zip(tweets, ids, strict=True)
    ]
    if any(edited):
        fields["edited_at"] = np.where(np.array(edited), at, UNKNOWN)
    return fields


def _is_edited(control: Edits, own: str | None) -> bool:
    """Each edit has a number of its own, the first one comes first."""
    first = control.edit_control_initial
    history = control.edit_tweet_ids or (first and first.edit_tweet_ids) or ()
    return len(history) > 1 and as_id(history[0]) != own


def _dated(said: Sequence[str | None]) -> Times:
    """Times in X's own writing; UNKNOWN for None. Raises ValueError for any other writing."""
    if said and None not in said:
        quick = x_times(said)  # type: ignore[arg-type]
        if quick is not None:
            return quick
    known = {one: UNKNOWN if one is None else utc_us(utc_from_x(one)) for one in set(said)}
    return np.array([known[one] for one in said], np.int64)


def x_times(said: Sequence[str]) -> Times | None:
    """The same where all are written as "Wed Oct 10 20:19:24 +0000 2018"; None for any other."""
    together = "".join(said)
    if set(map(len, said)) != {len(_WRITING)} or not together.isascii():
        return None
    signs = np.frombuffer(together.encode(), np.uint8).reshape(-1, len(_WRITING))
    digits = signs[:, _DIGITS].astype(np.int64) - ord("0")
    days = signs[:, :3] | 0x20  # in small letters
    if (signs[:, _FIXED] != _FIXED_SIGNS).any() or digits.min() < 0 or digits.max() > 9:
        return None
    if days.min() < ord("a") or days.max() > ord("z"):
        return None
    codes, places = np.unique(signs[:, 4:7] @ _WEIGHTS, return_inverse=True)
    months = [_MONTHS.get(code) for code in codes.tolist()]
    if None in months:
        return None
    day, hour, minute, second = (digits[:, at] * 10 + digits[:, at + 1] for at in range(0, 8, 2))
    year = digits[:, 8:] @ (1000, 100, 10, 1)
    month = np.array(months, np.int64)[places]
    return local_us({"Y": year, "m": month, "d": day, "H": hour, "M": minute, "S": second})


_WRITING: Final = "Aaa Aaa 00 00:00:00 +0000 0000"
_ZONE: Final = range(20, 25)
_DIGITS: Final = [at for at, sign in enumerate(_WRITING) if sign == "0" and at not in _ZONE]
_FIXED: Final = [at for at, sign in enumerate(_WRITING) if sign in " :" or at in _ZONE]
_FIXED_SIGNS: Final = np.frombuffer(_WRITING.encode(), np.uint8)[_FIXED]
_WEIGHTS: Final = np.array([1 << 16, 1 << 8, 1], np.int64)
_MONTHS: Final = {int.from_bytes(name.encode(), "big"): number for name, number in MONTHS.items()}
