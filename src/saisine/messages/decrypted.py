"""Decrypted columns of parts, kept in memory up to a bound, and the tables of rows that questions read."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saisine.errors import SaisineError
from saisine.messages.corpus_files import CorpusInfo, Part, PartKeys, open_part
from saisine.messages.queries import ROWS, microseconds

CACHE_BYTES: Final = 384 << 20
# An engine works on batches side by side; a part in one piece would keep one processor busy and the other idle.
_BATCH_ROWS: Final = 25_000
_WORD: Final = pa.dictionary(pa.int32(), pa.string())
_TIMES: Final = {"at_us": "created_at", "collected_us": "collected_at"}
_KINDS: Final = {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "boolean": pa.bool_()}

Mask = npt.NDArray[np.bool_]


class OpenPart(NamedTuple):
    """A part and those of its columns that a question needs, decrypted."""

    info: CorpusInfo
    number: int
    columns: dict[str, pa.Array]
    only: pa.Array | None = None  # row numbers, ascending: the others are known not to match

    @property
    def part(self) -> Part:
        return self.info.parts[self.number]

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in self.columns.values())


class Decrypted:
    """Decrypted columns of parts, the least recently used forgotten past a bound. Safe between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str, str], pa.Array] = OrderedDict()
        self.nbytes = 0
        self._lock = threading.Lock()

    def get(
        self, folder: Path, info: CorpusInfo, part: Part, names: Iterable[str], keys: PartKeys
    ) -> dict[str, pa.Array]:
        """The columns asked, from memory or from the file."""
        wanted = list(dict.fromkeys(names))
        with self._lock:
            found = {name: self._touch((info.id, part.sha256, name)) for name in wanted}
        absent = [name for name, column in found.items() if column is None]
        if absent:
            read = _read(folder, info, part, absent, keys)
            with self._lock:
                for name, column in read.items():
                    self._keep((info.id, part.sha256, name), column)
            found.update(read)
        return {name: column for name, column in found.items() if column is not None}

    def _touch(self, key: tuple[str, str, str]) -> pa.Array | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _keep(self, key: tuple[str, str, str], column: pa.Array) -> None:
        if key in self._kept:
            return
        self._kept[key] = column
        self.nbytes += column.nbytes
        while self.nbytes > self._limit and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self.nbytes -= gone.nbytes

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
            self.nbytes = 0


def _read(
    folder: Path, info: CorpusInfo, part: Part, names: Sequence[str], keys: PartKeys
) -> dict[str, pa.Array]:
    try:
        with open_part(folder, info, part, keys) as file:
            table = file.read(columns=list(names))
        # `take` and `dictionary` want one chunk; a part is below 2 GiB per column by construction
        return {name: _whole(table[name]) for name in names}
    except (OSError, pa.ArrowException, KeyError) as error:
        raise SaisineError("corpus_damaged", corpus=info.id) from error


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)  # joining one piece would copy it
    joined = column.combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


# ------------------------------------------------------------------ rows


def rows_table(parts: Sequence[OpenPart], superseded: Mapping[tuple[str, str], Mask]) -> pa.Table:
    """`rows` of the questions: what is known of each row of these parts, null where it is not needed.

    `superseded` marks, by corpus and part name, the rows that a newer observation replaces.
    """
    batches = [
        batch for one in parts for batch in _batches(one, superseded.get((one.info.id, one.part.name)))
    ]
    return pa.Table.from_batches(batches, schema=_SCHEMA)


def _batches(one: OpenPart, replaced: Mask | None) -> Iterator[pa.RecordBatch]:
    arrays = [_column(name, one, replaced) for name in ROWS]
    if one.only is not None:
        arrays = [array.take(one.only) for array in arrays]
    whole = pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
    for start in range(0, whole.num_rows, _BATCH_ROWS):
        yield whole.slice(start, _BATCH_ROWS)


def _column(name: str, one: OpenPart, replaced: Mask | None) -> pa.Array:
    rows, time = one.part.rows, _TIMES.get(name)
    if name == "row":
        return _numbers(rows)
    if name == "part":
        return pa.repeat(pa.scalar(one.number, pa.int32()), rows)
    if name == "corpus":
        return pa.DictionaryArray.from_arrays(_zeros(rows), pa.array([one.info.id]))
    if name == "imported_us":
        return pa.repeat(pa.scalar(microseconds(one.info.created_at), pa.int64()), rows)
    if name == "is_newest":
        return _all_true(rows) if replaced is None else pa.array(~replaced)
    if time is not None:
        return one.columns[time].view(pa.int64()) if time in one.columns else _nulls("int64", rows)
    if name in one.columns:
        return one.columns[name]
    return _nulls("word" if _SCHEMA.field(name).type == _WORD else "string", rows)


_SCHEMA: Final[pa.Schema] = pa.schema(
    (name, _WORD if name in ("corpus", "platform", "kind", "role") else _KINDS[kind])
    for name, kind in ROWS.items()
)


# Columns that are the same for every part of one size are made once: most parts have the same size.
@lru_cache(maxsize=4)
def _numbers(rows: int) -> pa.Array:
    return pa.array(np.arange(rows, dtype=np.int32))


@lru_cache(maxsize=4)
def _zeros(rows: int) -> pa.Array:
    return pa.array(np.zeros(rows, np.int32))


@lru_cache(maxsize=4)
def _all_true(rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(True), rows)


@lru_cache(maxsize=12)
def _nulls(kind: str, rows: int) -> pa.Array:
    if kind == "word":
        return pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()), pa.array([""]))
    return pa.nulls(rows, _KINDS[kind])
