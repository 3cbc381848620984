"""Rows of corpora erased at a person's request, by key, author or corpus (GDPR, art. 17).

The parts that hold them are written again under new keys, the old keys and files are destroyed, and a tombstone
stays: how many, why, when. A plan, encrypted beside the parts, is written first: an act that is stopped is
finished at the next start. The sealed source is not touched; `remains` of the caller says so.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.messages.corpus import Corpora
from saisine.messages.corpus_files import (
    MANIFEST,
    CorpusInfo,
    Part,
    PartKeys,
    Tombstone,
    load_manifest,
    manifest_bytes,
    part_key_name,
    write_part,
)
from saisine.messages.differences import Numbers, Side
from saisine.messages.interrupted import PLAN
from saisine.messages.queries import fold_asked, fold_names
from saisine.messages.schema import COLUMNS
from saisine.messages.side_files import flush_folder, read_side, remove_side, replace_durably, write_side
from saisine.messages.withheld import (
    ACCOUNT,
    GONE,
    NAMED_BY,
    SAID_BY,
    SUPPRESSED,
    Suppressed,
    load_suppressed,
    spelled,
)
from saisine.texts import replace_forbidden

NEXT: Final = "manifest.next"
SALT_BYTES: Final = 32
_LOOKED_AT: Final = ("platform", "message_id", "role", "repost_of_id", "source_sha256", *ACCOUNT)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows. All that is given holds together: `keys` are (platform, message_id), `author` an identifier,
    a handle or a name, as in a search. A message that only repeats an erased one goes with it."""

    keys: frozenset[tuple[str, str]] = frozenset()
    author: str | None = None
    platform: str | None = None
    corpus: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.keys or self.asked or self.corpus)

    @property
    def asked(self) -> str:
        """The author as it is compared; "" when none is named."""
        asked = replace_forbidden(self.author or "").strip()
        return asked if asked.removeprefix("@") else ""


@dataclass(slots=True)
class Found:
    """The rows of one corpus that would go, by part number, ascending; how many, on which platforms, written by
    how many accounts; `sources` are the sealed files they were read from (SHA-256)."""

    info: CorpusInfo
    rows: dict[int, Numbers] = field(default_factory=dict)
    messages: int = 0
    context: int = 0
    platforms: dict[str, int] = field(default_factory=dict)
    accounts: set[tuple[str, ...]] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    _ids: set[tuple[str, str]] = field(default_factory=set)

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))

    def refs(self) -> Iterator[str]:
        for part, rows in self.rows.items():
            yield from (f"{self.info.id}:{part}:{row}" for row in rows.tolist())

    def _take(self, part: int, rows: Numbers, table: pa.Table) -> None:
        known = self.rows.get(part, np.empty(0, np.int64))
        fresh = np.setdiff1d(rows, known)
        if not len(fresh):
            return
        self.rows[part] = np.union1d(known, fresh)
        for row in table.take(fresh).to_pylist():
            self.messages += row["role"] == "primary"
            self.context += row["role"] != "primary"
            self.platforms[row["platform"]] = self.platforms.get(row["platform"], 0) + 1
            account = next((spelled(name, row[name]) for name in ACCOUNT if row[name]), "")
            self.accounts.add((row["platform"], account))
            self.sources.add(row["source_sha256"])
            if row["message_id"] is not None:
                self._ids.add((row["platform"], row["message_id"]))


# ---------------------------------------------------------------- which rows


def find_rows(corpora: Corpora, selection: Selection) -> list[Found]:
    """What a selection names, corpus by corpus; nothing is changed. Raises `erase_rows_unnamed`,
    `corpus_unknown`, `corpus_damaged`."""
    if selection.is_empty:
        raise SaisineError("erase_rows_unnamed")
    if selection.author is not None and not selection.asked:
        raise SaisineError("erase_rows_unnamed")
    if selection.corpus is not None:
        corpora.info(selection.corpus)
    found = [Found(info) for info in corpora.list() if selection.corpus in (None, info.id)]
    for one in found:
        for part, table in _parts_of(corpora, one.info):
            one._take(part, _rows_of(_mask(table, selection), table), table)
    ids = frozenset().union(*(one._ids for one in found))
    for one in found if ids and (selection.keys or selection.asked) else ():
        for part, table in _parts_of(corpora, one.info):
            one._take(part, _rows_of(_has_key(table, "repost_of_id", ids), table), table)
    return [one for one in found if one.count]


def _parts_of(corpora: Corpora, info: CorpusInfo) -> Iterator[tuple[int, pa.Table]]:
    side = Side(corpora.folder / info.id, info, corpora.keys)
    for number, part in enumerate(info.parts):
        try:
            yield number, side.table(part, _LOOKED_AT)
        except SaisineError as error:
            if error.code not in GONE:
                raise


def _rows_of(mask: pa.ChunkedArray | None, table: pa.Table) -> Numbers:
    if mask is None:
        return np.arange(table.num_rows, dtype=np.int64)
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy()).astype(np.int64)


def _mask(table: pa.Table, selection: Selection) -> pa.ChunkedArray | None:
    masks = []
    if selection.platform is not None:
        masks.append(pc.equal(_plain(table["platform"]), selection.platform))
    if selection.keys:
        masks.append(_has_key(table, "message_id", selection.keys))
    if selection.asked:
        masks.append(_is_account(table, selection.asked))
    if not masks:
        return None
    mask = masks[0]
    for other in masks[1:]:
        mask = pc.and_(pc.fill_null(mask, False), pc.fill_null(other, False))
    return mask


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _has_key(table: pa.Table, column: str, keys: Iterable[tuple[str, str]]) -> pa.ChunkedArray:
    wanted = pa.array(
        [f"{platform}\x1f{replace_forbidden(id)}" for platform, id in sorted(keys)], pa.string()
    )
    joined = pc.binary_join_element_wise(_plain(table["platform"]), table[column], "\x1f")
    return pc.is_in(joined, value_set=wanted)


def _is_account(table: pa.Table, asked: str) -> pa.ChunkedArray:
    """The search's own rule: the identifier as it is, a handle or name folded like words."""
    mask = pc.fill_null(pc.equal(table["author_id"], asked), False)
    for column in ("author_handle", "author_name"):
        folded = pa.chunked_array([fold_names(chunk) for chunk in table[column].chunks], pa.string())
        same = pc.equal(folded, fold_asked(asked))
        mask = pc.or_(mask, pc.fill_null(same, False))
    return mask


# ---------------------------------------------------------------- the act


class Plan(msgspec.Struct, frozen=True):
    """One act on one corpus, as its durable plan says it: enough to finish it, and to follow a row that stays."""

    id: str
    at: datetime
    reason: str
    note: str
    actor: str
    before: tuple[tuple[str, int], ...]
    gone: dict[str, tuple[int, ...]]
    suppressed: Suppressed

    @property
    def count(self) -> int:
        return sum(map(len, self.gone.values()))

    def moved(self, part: int, row: int) -> tuple[int, int] | None:
        """Where a row of before lies after; None when it was erased."""
        name, _ = self.before[part]
        gone = np.array(self.gone.get(name, ()), np.int64)
        place = int(np.searchsorted(gone, row))
        if place < len(gone) and gone[place] == row:
            return None
        emptied = sum(len(self.gone.get(one, ())) == rows for one, rows in self.before[:part])
        return part - emptied, row - place


def write_plan(
    corpora: Corpora,
    found: Found,
    selection: Selection,
    *,
    id: str,
    at: datetime,
    reason: str,
    note: str = "",
    actor: str = "",
    salt: bytes,
) -> None:
    """The first durable step: from here on the act is finished, by this process or at the next start."""
    info, folder = found.info, corpora.folder / found.info.id
    side = Side(folder, info, corpora.keys)
    suppressed = load_suppressed(folder, info, corpora.keys) or Suppressed(salt)
    if found.count == info.rows and not (selection.keys or selection.asked or selection.platform):
        suppressed = msgspec.structs.replace(suppressed, is_all=True)
    else:
        columns = tuple(dict.fromkeys((*NAMED_BY, *SAID_BY)))
        for number, rows in found.rows.items():
            table = side.table(info.parts[number], columns).take(rows)
            suppressed = suppressed.with_rows(table, selection.asked)
    plan = Plan(
        id,
        at,
        reason,
        note,
        actor,
        tuple((part.name, part.rows) for part in info.parts),
        {info.parts[number].name: tuple(rows.tolist()) for number, rows in found.rows.items()},
        suppressed,
    )
    write_side(folder, info, PLAN, msgspec.json.encode(plan), corpora.keys)


def unfinished(folder: Path, keys: PartKeys) -> list[tuple[CorpusInfo, Plan]]:
    """The acts that were begun and not finished, with the corpus as its manifest describes it now.

    A plan whose key is gone went with its unit.
    """
    found = []
    for path in sorted(folder.glob(f"*/{PLAN}")) if folder.is_dir() else []:
        info = load_manifest(path.parent)
        try:
            body = read_side(path.parent, info, PLAN, keys)
        except SaisineError as error:
            if error.code not in GONE:
                raise
            continue
        if body is not None:
            found.append((info, msgspec.json.decode(body, type=Plan)))
    return found


def is_applied(info: CorpusInfo, plan: Plan) -> bool:
    """Whether the manifest already tells of this act."""
    return any(one.id == plan.id for one in info.tombstones)


def rewrite(folder: Path, info: CorpusInfo, plan: Plan, keys: PartKeys) -> CorpusInfo:
    """Write the parts that stay under new keys, and the next manifest beside the one that counts.

    Done again after a stop, it ends the same. Raises `corpus_damaged`, or what the key store refuses.
    """
    side = Side(folder, info, keys)
    parts = []
    for part in info.parts:
        kept = _kept_part(side, part, plan, keys) if part.name in plan.gone else part
        if kept is not None:
            parts.append(kept)
    tombstone = Tombstone(plan.id, plan.at, plan.reason, plan.count)
    next_info = replace(
        info,
        rows=sum(part.rows for part in parts),
        parts=tuple(parts),
        tombstones=(*info.tombstones, tombstone),
    )
    write_side(folder, info, SUPPRESSED, msgspec.json.encode(plan.suppressed), keys)
    replace_durably(folder / NEXT, manifest_bytes(next_info))
    return next_info


def _kept_part(side: Side, part: Part, plan: Plan, keys: PartKeys) -> Part | None:
    gone = np.array(plan.gone[part.name], np.int64)
    stays = np.setdiff1d(np.arange(part.rows), gone)
    if not len(stays):
        return None
    table = _without_leftovers(side.table(part, COLUMNS).take(stays))
    name = f"{part.name.partition('-e')[0].removesuffix('.parquet')}-e{len(side.info.tombstones) + 1}.parquet"
    return write_part(side.folder, side.info.id, side.info.unit, name, table, keys)


def _without_leftovers(table: pa.Table) -> pa.Table:
    """A word that only erased rows used would stay in the dictionary of its column."""
    for number, name in enumerate(table.column_names):
        if pa.types.is_dictionary(table.schema.field(name).type):
            kind = table.schema.field(number)
            words = table[name].cast(pa.string()).dictionary_encode().cast(kind.type)
            table = table.set_column(number, kind, words)
    return table.combine_chunks()


def publish(folder: Path) -> None:
    """Put the next manifest in place: from here on no reader finds the rows."""
    os.replace(folder / NEXT, folder / MANIFEST)
    flush_folder(folder)


def clear(folder: Path, info: CorpusInfo, plan: Plan, keys: PartKeys) -> None:
    """End the old keys, remove the old files, then the plan. Done again after a stop, it ends the same."""
    for name in plan.gone:
        keys.destroy(info.unit, part_key_name(info.id, name))
        (folder / name).unlink(missing_ok=True)
    flush_folder(folder)
    remove_side(folder, info, PLAN, keys)


def sum_platforms(found: Iterable[Found]) -> Mapping[str, int]:
    """How many rows on each platform, the most first."""
    total: dict[str, int] = {}
    for one in found:
        for platform, count in one.platforms.items():
            total[platform] = total.get(platform, 0) + count
    return dict(sorted(total.items(), key=lambda pair: (-pair[1], pair[0])))
