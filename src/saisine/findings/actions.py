"""The one table of actions that every network reads: who did what, on which object, when, by which message.

`actions(account, kind, object, t, message)`. A blank value is no action, never an object "": one peer made
142,536 links of empty cells (coordination-network-toolkit, issue 46).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.findings.addresses import canonical_url, site_of
from saisine.findings.coordination import Shares
from saisine.findings.joins import Codes
from saisine.texts import fold


class Kind(NamedTuple):
    """A kind of action. `windows_s` are the spans compared; `is_enough`: it may found a link by itself."""

    id: str
    windows_s: tuple[int, ...]
    is_enough: bool
    label_fr: str
    label_en: str


HOUR: Final = 3600
KINDS: Final = (
    Kind("repost", (60,), True, "partages de la même publication", "shares of the same post"),
    Kind("reply", (60, 900), True, "réponses à la même publication", "replies to the same post"),
    Kind("link", (60, HOUR), True, "liens vers la même page", "links to the same page"),
    Kind("domain", (HOUR,), False, "liens vers le même site", "links to the same site"),
    Kind("hashtag", (900,), True, "mêmes mots-dièse", "same hashtags"),
    Kind("mention", (900,), True, "mentions du même compte", "mentions of the same account"),
    Kind("text", (HOUR,), True, "textes identiques", "identical texts"),
    Kind("near", (900, 6 * HOUR), True, "textes presque identiques", "nearly identical texts"),
    Kind("media", (HOUR,), True, "même image ou même vidéo", "same picture or video"),
    # everybody's seconds meet: only beside another kind does it say something
    Kind("second", (1,), False, "messages à la même seconde", "messages in the same second"),
)
KIND: Final = {kind.id: kind for kind in KINDS}

COLUMNS: Final = (
    "platform", "message_id", "author_id", "author_handle", "created_at", "created_at_precision",
    "text_norm", "parent_id", "target_id", "repost_of_id", "mentions", "urls", "hashtags", "record_sha256",
)  # fmt: skip
# How wide a stated time may be off, in seconds; a second and finer count as exact.
SPAN_S: Final = {
    "us": 0, "ms": 0, "s": 0, "min": 60, "hour": HOUR, "day": 86_400, "week": 7 * 86_400, "month": 31 * 86_400,
    "year": 366 * 86_400,
}  # fmt: skip
UNKNOWN_SPAN_S: Final = 366 * 86_400
SHORT: Final = 20  # under 20 characters, equal texts are how people talk
BACKGROUND_SITES: Final = 1_000
BACKGROUND_ACCOUNTS: Final = 20  # a site that so many accounts link to belongs to everybody
_LINK_OR_MENTION: Final = r"(?:https?://|www\.)\S+|@[\w.\-]+"


@dataclass(frozen=True, slots=True)
class Acts:
    """The actions of one kind: message rows and object codes of equal length, and the names of the objects."""

    message: Codes
    object: Codes
    objects: pa.Array


@dataclass(frozen=True, slots=True)
class Actions:
    """Every action of a set of messages.

    `account` (codes into `accounts`), `t_us` and `span_s` have one element per message kept; `messages` are
    their keys, the same whatever file they came from, and `refs` their places in the corpora. `left_out`
    counts messages by reason: `no_account`, `no_time`, `same_message`.
    """

    account: Codes
    t_us: Codes
    span_s: Codes
    accounts: pa.Array
    messages: pa.Array
    refs: pa.Array
    acts: Mapping[str, Acts]
    left_out: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.account)

    def network(self, kind: str, window_s: int) -> tuple[Shares, int]:
        """(the actions of one kind, how many were left out because their time is not finer than the window)."""
        acts = self.acts[kind]
        fine = self.span_s[acts.message] < window_s
        rows = acts.message[fine]
        own = np.zeros(len(rows), bool)
        account, times = self.account[rows], self.t_us[rows]
        shares = Shares(
            account, acts.object[fine], rows, times, own, self.accounts, acts.objects, self.messages
        )
        return shares, int(len(fine) - len(rows))

    def table(self) -> pa.Table:
        """The relation itself, for a query or an export: one row per action."""
        parts = [
            pa.table(
                {
                    "account": self.accounts.take(pa.array(self.account[acts.message])),
                    "kind": pa.array([kind] * len(acts.message), pa.string()),
                    "object": acts.objects.take(pa.array(acts.object)),
                    "t": pa.array(self.t_us[acts.message], pa.timestamp("us", tz="UTC")),
                    "message": self.messages.take(pa.array(acts.message)),
                }
            )
            for kind, acts in self.acts.items()
        ]
        return pa.concat_tables(parts)


def aligned(actions: Actions, table: pa.Table, name: str) -> pa.Array:
    """A column of the table that the actions were built of, in the order of their messages."""
    places = pc.index_in(actions.refs, value_set=table["ref"].combine_chunks())
    column = table[name].cast(pa.string()) if pa.types.is_dictionary(table[name].type) else table[name]
    return column.combine_chunks().take(places)


def code(values: pa.Array | pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """(codes, distinct names in order): the order of the codes is that of the names."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = whole.cast(pa.string()).dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    order = pc.sort_indices(encoded.dictionary)
    rank = np.empty(len(order), np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    return rank[indices], encoded.dictionary.take(order)


def build_actions(
    table: pa.Table,
    *,
    near: Mapping[str, Sequence[str]] | None = None,
    media: Mapping[str, Sequence[str]] | None = None,
) -> Actions:
    """The actions of the messages of `Corpora.scan(COLUMNS)`: `ref` and the columns named there.

    `near` gives, for each group of near-copies, its refs; `media`, for each hash of a captured file, the refs
    that show it. Neither the order of the rows nor the files they came from change anything.
    """
    kept, left_out = _usable(_plain(table))
    account, accounts = code(_account(kept))
    span = pc.fill_null(kept["created_at_precision"], "none").to_pylist()
    acts = {kind.id: _acts(kind.id, kept) for kind in KINDS if kind.id not in ("near", "media")}
    acts["near"], acts["media"] = _near(kept, near or {}), _grouped(kept, media or {})
    return Actions(
        account,
        kept["created_at"].cast(pa.int64()).to_numpy(),
        np.array([SPAN_S.get(name, UNKNOWN_SPAN_S) for name in span], np.int64),
        accounts,
        kept["key"].combine_chunks(),
        kept["ref"].combine_chunks(),
        acts,
        left_out,
    )


def _plain(table: pa.Table) -> pa.Table:
    """Words of few values come as dictionaries: as plain text they can be joined and compared."""
    for at, name in enumerate(table.column_names):
        if pa.types.is_dictionary(table.schema.field(name).type):
            table = table.set_column(at, name, table[name].cast(pa.string()))
    return table


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Blank texts as missing ones."""
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _account(table: pa.Table) -> pa.ChunkedArray:
    name = pc.coalesce(_filled(table["author_id"]), _filled(table["author_handle"]))
    return pc.binary_join_element_wise(table["platform"], name, ":")


def _key(table: pa.Table) -> pa.ChunkedArray:
    """What tells a message from another: its id, else its record, else its place."""
    own = pc.binary_join_element_wise(table["platform"], _filled(table["message_id"]), ":")
    return pc.coalesce(own, _filled(table["record_sha256"]), table["ref"])


def _usable(table: pa.Table) -> tuple[pa.Table, Counter[str]]:
    """(messages with an account and a time, each once, in order of key; the others by reason)."""
    table = table.append_column("key", _key(table))
    table = table.sort_by([("key", "ascending"), ("ref", "ascending")])
    keys = table["key"].combine_chunks()
    again = np.zeros(len(table), bool)
    if len(table) > 1:
        again[1:] = pc.equal(keys[1:], keys[:-1]).to_numpy(zero_copy_only=False)
    nobody = pc.is_null(_account(table)).to_numpy()
    untimed = pc.is_null(table["created_at"]).to_numpy()
    counts = {"same_message": again, "no_account": ~again & nobody, "no_time": ~again & ~nobody & untimed}
    left_out = Counter({reason: int(flags.sum()) for reason, flags in counts.items() if flags.any()})
    return table.filter(pa.array(~(again | nobody | untimed))), left_out


def _acts(kind: str, table: pa.Table) -> Acts:
    rows, values = _OBJECTS[kind](table)
    if kind not in ("repost", "second"):
        rows, values = _own_words(table, rows, values)
    object_code, objects = code(values)
    return Acts(rows, object_code, objects)


def _own_words(table: pa.Table, rows: Codes, values: pa.Array) -> "_Objects":
    """Without shares: they repeat another's words, links and tags, and act as shares alone."""
    own = pc.is_null(_filled(table["repost_of_id"])).to_numpy()[rows]
    return rows[own], values.filter(pa.array(own))


_Objects = tuple[Codes, pa.Array]  # (message rows, one object per row)


def _present(column: pa.ChunkedArray | pa.Array) -> _Objects:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    rows = np.flatnonzero(pc.is_valid(whole).to_numpy(zero_copy_only=False))
    return rows.astype(np.int64), whole.take(pa.array(rows))


def _of_platform(table: pa.Table, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ids of two platforms may be equal by accident."""
    return pc.binary_join_element_wise(table["platform"], column, ":")


def _reposts(table: pa.Table) -> _Objects:
    return _present(_of_platform(table, _filled(table["repost_of_id"])))


def _replies(table: pa.Table) -> _Objects:
    parent = pc.coalesce(_filled(table["parent_id"]), _filled(table["target_id"]))
    return _present(_of_platform(table, parent))


def _listed(column: pa.ChunkedArray) -> _Objects:
    """(message rows, values) of a column of lists; the same value twice in one message counts once."""
    whole = column.combine_chunks()
    rows = pc.list_parent_indices(whole).to_numpy().astype(np.int64)
    return rows, pc.list_flatten(whole)


def _each(values: pa.Array, turn: Mapping[str, str | None]) -> pa.Array:
    """Every value through a dictionary of distinct ones."""
    encoded = values.dictionary_encode()
    turned = pa.array([turn.get(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return turned.take(encoded.indices)


def _links(table: pa.Table) -> _Objects:
    rows, values = _listed(table["urls"])
    distinct = pc.unique(values).to_pylist()
    pages = _each(values, {one: canonical_url(one) for one in distinct if one is not None})
    return _once(rows, pages)


def _once(rows: Codes, values: pa.Array) -> _Objects:
    """Each object once per message, missing ones left out."""
    kept, present = _present(values)
    rows = rows[kept]
    object_code, names = code(present)
    pairs = np.unique(np.stack([rows, object_code], axis=1), axis=0)
    return pairs[:, 0], names.take(pa.array(pairs[:, 1]))


def _sites(table: pa.Table) -> _Objects:
    rows, pages = _links(table)
    sites = _each(pages, {one: site_of(one) for one in pc.unique(pages).to_pylist()})
    rows, sites = _once(rows, sites)
    common = _background(code(_account(table))[0][rows], sites)
    stays = pc.invert(pc.is_in(sites, common))
    return rows[stays.to_numpy(zero_copy_only=False)], sites.filter(stays)


def _background(account: Codes, sites: pa.Array) -> pa.Array:
    """The commonest sites of these messages themselves, by accounts: those that everybody links to."""
    site, names = code(sites)
    held = np.unique(np.stack([site, account], axis=1), axis=0)[:, 0]
    counts = np.bincount(held, minlength=len(names))
    commonest = np.argsort(-counts, kind="stable")[:BACKGROUND_SITES]
    return names.take(pa.array(commonest[counts[commonest] >= BACKGROUND_ACCOUNTS]))


def _tags(table: pa.Table) -> _Objects:
    """The tags of a message, in their order, as one object: five tags in common are one act, not five."""
    found = pc.binary_join(table["hashtags"].cast(pa.list_(pa.string())), " ")
    distinct = pc.unique(found).to_pylist()
    folded = {one: fold(one.replace("#", " ")) or None for one in distinct if one}
    whole = found.combine_chunks()
    return _present(_each(whole, folded))


def _mentions(table: pa.Table) -> _Objects:
    rows, values = _listed(table["mentions"])
    distinct = pc.unique(values).to_pylist()
    names = _each(values, {one: one.strip().lstrip("@").casefold() or None for one in distinct if one})
    platforms = table["platform"].combine_chunks().take(pa.array(rows))
    return _once(rows, pc.binary_join_element_wise(platforms, names, ":"))


def _texts(table: pa.Table) -> _Objects:
    bare = pc.replace_substring_regex(pc.fill_null(table["text_norm"], ""), _LINK_OR_MENTION, " ")
    words = pc.utf8_trim_whitespace(pc.replace_substring_regex(bare, r"\s+", " "))
    long = pc.greater_equal(pc.utf8_length(words), SHORT)
    return _present(pc.if_else(long, words, pa.scalar(None, pa.string())))


def _seconds(table: pa.Table) -> _Objects:
    seconds = pc.floor(pc.divide(table["created_at"].cast(pa.int64()), 1_000_000))
    return _present(seconds.cast(pa.int64()).cast(pa.string()))


def _grouped(table: pa.Table, groups: Mapping[str, Sequence[str]], alone: pa.Array | None = None) -> Acts:
    """The groups as objects; `alone` gives an object to messages in none, so that they count as activity."""
    members = {ref: group for group, found in groups.items() for ref in found}
    named = pa.array([members.get(ref) for ref in table["ref"].to_pylist()], pa.string())
    found = _present(named if alone is None else pc.coalesce(named, alone))
    rows, values = _own_words(table, *found)
    object_code, objects = code(values)
    return Acts(rows, object_code, objects)


def _near(table: pa.Table, groups: Mapping[str, Sequence[str]]) -> Acts:
    """Near-copies; a text that nobody copied is an object of its own, as in the network of equal texts."""
    if not groups:
        return _grouped(table, groups)
    rows, _ = _texts(table)
    long = np.zeros(len(table), bool)
    long[rows] = True
    keys = pc.binary_join_element_wise("alone", table["key"], ":")
    return _grouped(table, groups, pc.if_else(pa.array(long), keys, pa.scalar(None, pa.string())))


_OBJECTS: Final = {
    "repost": _reposts,
    "reply": _replies,
    "link": _links,
    "domain": _sites,
    "hashtag": _tags,
    "mention": _mentions,
    "text": _texts,
    "second": _seconds,
}
