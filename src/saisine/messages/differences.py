"""Two readings of the same sealed sources, compared row by row and column by column.

Rows meet by the hash of their record, then by key (platform, identifier): `PASSES` says in which order. Each
column is read once on each side, so that memory holds one column of the new reading and one part of the old.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.messages.corpus_files import CorpusInfo, Part, PartKeys, open_part
from saisine.messages.schema import COLUMNS

EXAMPLES: Final = 10
# Which columns must agree for two rows to be the same message, the surest pass first. A row that one pass has
# paired is left out of the next; equal rows are paired in their order.
PASSES: Final = (
    ("source_sha256", "record_sha256", "platform", "message_id", "role", "locator"),
    ("source_sha256", "record_sha256", "platform", "message_id", "role"),
    ("source_sha256", "record_sha256", "role", "locator"),
    ("platform", "message_id", "role"),
    ("source_sha256", "record_sha256", "role"),
)
# The mapper's name changes with every new version: it is told once, not for each row.
COMPARED: Final = tuple(name for name in COLUMNS if name != "mapper")
# How many values of the new reading may be in memory at a time.
CELLS: Final = 1_000_000
IDENTITY: Final = ("platform", "message_id", "role", "record_sha256", "locator")

Numbers = npt.NDArray[np.int64]
Digests = npt.NDArray[np.uint64]


class Example(msgspec.Struct, frozen=True):
    """One row that differs: what names it, and where it lies before and after ("" when it does not)."""

    platform: str
    message_id: str | None
    role: str
    record_sha256: str
    locator: str
    before: str = ""
    after: str = ""


class Tally(msgspec.Struct, frozen=True):
    """How many rows, and up to ten of them."""

    count: int = 0
    examples: tuple[Example, ...] = ()


class Difference(msgspec.Struct, frozen=True):
    """What a new reading changes. `columns` counts, for each column, the rows whose value differs."""

    rows_before: int
    rows_after: int
    added: Tally
    removed: Tally
    changed: int
    columns: dict[str, Tally]
    mappers_before: tuple[str, ...]
    mappers_after: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added.count or self.removed.count or self.changed)


@dataclass(frozen=True, slots=True)
class Compared:
    """A difference with its pairing: `moves[n]` is where row n of the old reading went (-1 when it is gone)."""

    difference: Difference
    moves: Numbers


@dataclass(frozen=True, slots=True)
class Side:
    """One corpus as it is compared; its rows are numbered through its parts, from 0."""

    folder: Path
    info: CorpusInfo
    keys: PartKeys

    def tables(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """These columns, one part after the other. Raises `corpus_damaged`, or what the key store refuses."""
        return (self.table(part, names) for part in self.info.parts)

    def table(self, part: Part, names: Sequence[str]) -> pa.Table:
        try:
            with open_part(self.folder, self.info, part, self.keys) as file:
                return file.read(columns=list(names))
        except (OSError, pa.ArrowException) as error:
            raise SaisineError("corpus_damaged", corpus=self.info.id) from error

    def columns(self, names: Sequence[str]) -> dict[str, pa.ChunkedArray]:
        """Some columns of every row, as they are compared."""
        tables = list(self.tables(names))
        return {name: pa.chunked_array([_comparable(one[name]) for one in tables]) for name in names}

    def ref_of(self, row: int) -> str:
        """`<corpus>:<part>:<row>` of a row by its number."""
        for number, part in enumerate(self.info.parts):
            if row < part.rows:
                return f"{self.info.id}:{number}:{row}"
            row -= part.rows
        raise SaisineError("message_unknown")

    def number_of(self, part: int, row: int) -> int:
        """The number of a row by its part and place. Raises `message_unknown`."""
        if not (part < len(self.info.parts) and row < self.info.parts[part].rows):
            raise SaisineError("message_unknown")
        return sum(one.rows for one in self.info.parts[:part]) + row


def compare(before: Side, after: Side) -> Compared:
    """Pair the rows of two readings, then compare every column of the pairs. Raises as `Side.tables`."""
    moves = _pair_all(before, after)
    old = np.flatnonzero(moves >= 0)
    new = moves[old]
    gone = np.flatnonzero(moves < 0)
    is_new = np.ones(after.info.rows, bool)
    is_new[new] = False
    come = np.flatnonzero(is_new)
    columns, changed = _compare_columns(before, after, old, new)
    difference = Difference(
        before.info.rows,
        after.info.rows,
        Tally(len(come), _examples(after, come[:EXAMPLES], after=after)),
        Tally(len(gone), _examples(before, gone[:EXAMPLES], before=before)),
        changed,
        columns,
        before.info.mappers,
        after.info.mappers,
    )
    return Compared(difference, moves)


# ---------------------------------------------------------------- pairing


def _pair_all(before: Side, after: Side) -> Numbers:
    moves = np.full(before.info.rows, -1, np.int64)
    left, right = np.arange(before.info.rows), np.arange(after.info.rows)
    for names in PASSES:
        if not len(left) or not len(right):
            break
        ours, theirs = _digests(before, names, left), _digests(after, names, right)
        a, b = pair(ours, theirs)
        moves[left[a]] = right[b]
        left, right = np.delete(left, a), np.delete(right, b)
    return moves


def pair(ours: Digests, theirs: Digests) -> tuple[Numbers, Numbers]:
    """Places of equal values, each used once, equal ones in their order; 0 stands for no value and meets none."""
    order, other = np.argsort(ours, kind="stable"), np.argsort(theirs, kind="stable")
    mine, their = ours[order], theirs[other]
    first = np.searchsorted(mine, mine, "left")
    place = np.searchsorted(their, mine, "left") + np.arange(len(mine)) - first
    meets = (place < np.searchsorted(their, mine, "right")) & (mine != 0)
    return order[meets], other[place[meets]]


def _digests(side: Side, names: Sequence[str], rows: Numbers) -> Digests:
    """64 bits of what these columns say of some rows; 0 where the key is a missing identifier.

    Two rows out of a million meet by chance once in ten million readings; the columns would then differ.
    """
    found: list[int] = []
    is_key = "record_sha256" not in names
    start = 0
    for part in side.info.parts:
        wanted = rows[slice(*np.searchsorted(rows, (start, start + part.rows)))] - start
        if len(wanted):
            table = side.table(part, names)
            # through numpy: arrow makes each word of a dictionary column anew, 80 times slower
            values = [table[name].to_numpy(zero_copy_only=False)[wanted].tolist() for name in names]
            found += map(partial(_digest, is_key=is_key), zip(*values, strict=True))
        start += part.rows
    return np.array(found, np.uint64)


def _digest(values: tuple[str | None, ...], *, is_key: bool) -> int:
    if is_key and values[1] is None:
        return 0
    joined = "\x1f".join("\0" if value is None else value for value in values)
    return int.from_bytes(blake2b(joined.encode(), digest_size=8).digest()) or 1


# ---------------------------------------------------------------- columns


def _compare_columns(before: Side, after: Side, old: Numbers, new: Numbers) -> tuple[dict[str, Tally], int]:
    """(column → rows that differ, how many rows differ somewhere)."""
    is_changed = np.zeros(len(old), bool)
    columns: dict[str, Tally] = {}
    for names in _by_weight(COMPARED, after.info.rows) if len(old) else ():
        for name, differs in _differing(before, after, names, old, new).items():
            if differs.any():
                is_changed |= differs
                some = np.flatnonzero(differs)[:EXAMPLES]
                examples = _examples(after, new[some], before=before, after=after, old=old[some])
                columns[name] = Tally(int(differs.sum()), examples)
    return columns, int(is_changed.sum())


def _by_weight(names: Sequence[str], rows: int) -> Iterator[Sequence[str]]:
    """All columns of a small corpus at once, one by one of a large one: opening a part costs, memory too."""
    count = max(1, CELLS // max(1, rows))
    return (names[start : start + count] for start in range(0, len(names), count))


def _differing(
    before: Side, after: Side, names: Sequence[str], old: Numbers, new: Numbers
) -> dict[str, npt.NDArray[np.bool_]]:
    theirs = after.columns(names)
    found: dict[str, list[npt.NDArray[np.bool_]]] = {name: [] for name in names}
    start = 0
    for part, table in zip(before.info.parts, before.tables(names), strict=True):
        inside = slice(*np.searchsorted(old, (start, start + part.rows)))
        for name in names:
            ours = _comparable(table[name]).take(old[inside] - start)
            found[name].append(_unequal(ours, theirs[name].take(new[inside])))
        start += part.rows
    return {name: np.concatenate(several) for name, several in found.items()}


def _unequal(ours: pa.Array, theirs: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    differs = pc.fill_null(pc.not_equal(ours, theirs), False)
    one_is_missing = pc.xor(pc.is_null(ours), pc.is_null(theirs))
    return np.asarray(pc.or_(differs, one_is_missing).to_numpy(), bool)


def _comparable(column: pa.ChunkedArray) -> pa.Array:
    """The column of a part with words as texts and lists as one text each: arrow compares neither as it is."""
    column = column.combine_chunks()
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if pa.types.is_list(column.type):
        lengths = pc.fill_null(pc.list_value_length(column), 0).cast(pa.string())
        words = pc.fill_null(pc.binary_join(column, "\x1f"), "")
        return pc.binary_join_element_wise(lengths, words, "\x1e")
    return column


# ---------------------------------------------------------------- examples


def _examples(
    shown: Side,
    rows: Numbers,
    *,
    before: Side | None = None,
    after: Side | None = None,
    old: Numbers | None = None,
) -> tuple[Example, ...]:
    """What names these rows of `shown`; `old` are the rows of `before` they were paired with."""
    olds: Sequence[int] = rows.tolist() if old is None else old.tolist()
    say_old: Callable[[int], str] = before.ref_of if before else lambda row: ""
    say_new: Callable[[int], str] = after.ref_of if after else lambda row: ""
    named = rows_at(shown, rows.tolist(), IDENTITY)
    return tuple(
        msgspec.convert({**one, "before": say_old(was), "after": say_new(now)}, Example)
        for one, was, now in zip(named, olds, rows.tolist(), strict=True)
    )


def rows_at(side: Side, numbers: Sequence[int], names: Sequence[str]) -> list[dict[str, object]]:
    """Some rows by number, as plain values, in the order asked."""
    found: dict[int, dict[str, object]] = {}
    start = 0
    for part in side.info.parts:
        wanted = [number for number in numbers if start <= number < start + part.rows]
        if wanted:
            taken = side.table(part, names).take([number - start for number in wanted])
            found.update(zip(wanted, taken.select(list(names)).to_pylist(), strict=True))
        start += part.rows
    return [found[number] for number in numbers]
