"""Batches of messages as columns, of Python then of arrow: constant and empty columns cost nothing.

A table is mapped column by column (`Columns`), which costs a quarter of building its messages one by one; they are
built from the columns when someone asks for messages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saisine.messages.idtime import UNKNOWN
from saisine.messages.schema import ARROW_SCHEMA, COLUMNS, Message
from saisine.texts import EPOCH, clean_value, utc_us

# Of a value of more signs, or of fewer rows, no longer column is made to be cut again.
SHORT: Final = 200
FEW: Final = 64
_FIELDS: Final = tuple(zip(COLUMNS, ARROW_SCHEMA.types, strict=True))


class Same(NamedTuple):
    """A column that holds one value in every row."""

    value: Any


# What a datetime can be in UTC: the years 1 to 9999.
FIRST_US: Final = -62_135_596_800_000_000
LAST_US: Final = 253_402_300_799_999_999
_LAST_SECOND_US: Final = LAST_US // 1_000_000 * 1_000_000
Times = npt.NDArray[np.int64]  # microseconds since 1970, UTC; UNKNOWN where there is none
Column = list[Any] | Same | Times


@dataclass(frozen=True, slots=True)
class Columns:
    """Some messages of one member, column by column; `values` holds every column of `schema.COLUMNS`.

    `skipped` are the records beside them, (reason, locator) in the order met; `notes` what is to say of the file.
    """

    count: int
    values: dict[str, Column]
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return self.count

    @property
    def primary(self) -> int:
        """How many of them are messages of the source itself, not carried inside another."""
        roles = self.values.get("role", Same(None))
        if isinstance(roles, Same):
            return self.count if roles.value == "primary" else 0
        return list(roles).count("primary")

    def __iter__(self) -> Iterator[Message]:
        """The messages, built now."""
        if not self.count:
            return iter(())
        return map(Message, *(cells_of(self.values[name], self.count) for name in COLUMNS))

    def to_batch(self) -> pa.RecordBatch:
        """The same as one record batch of `ARROW_SCHEMA`. Raises what arrow does on a value of another type."""
        arrays = [_column(self.values[name], kind, self.count) for name, kind in _FIELDS]
        return pa.RecordBatch.from_arrays(arrays, schema=ARROW_SCHEMA)


def cells_of(column: Column, count: int) -> Iterator[Any]:
    """Its cells, one per message."""
    if isinstance(column, Same):
        return repeat(column.value, count)
    return iter(datetimes(column) if isinstance(column, np.ndarray) else column)


def datetimes(times: Times) -> list[datetime | None]:
    """The same as aware datetimes, None where unknown."""
    if not (times != UNKNOWN).any():
        return [None] * len(times)
    if not (times % 1_000_000).any() and times.min() >= 0 and times.max() <= _LAST_SECOND_US:
        # whole seconds, as most sources write them: a third of the way below
        return msgspec.convert((times // 1_000_000).tolist(), list[datetime | None], strict=False)
    # numpy makes the spans, its own "not a time" being our UNKNOWN: a tenth of making them here
    spans = times.astype("m8[us]").tolist()
    if (times != UNKNOWN).all():
        return list(map(EPOCH.__add__, spans))
    return [None if span is None else EPOCH + span for span in spans]


def as_list(column: Column, count: int) -> list[Any]:
    if isinstance(column, Same):
        return [column.value] * count
    return datetimes(column) if isinstance(column, np.ndarray) else column


def as_times(column: Column, count: int) -> Times:
    """Aware datetimes as microseconds."""
    if isinstance(column, Same):
        return np.full(count, UNKNOWN if column.value is None else utc_us(column.value))
    if isinstance(column, np.ndarray):
        return column
    return np.array([UNKNOWN if at is None else utc_us(at) for at in column], np.int64)


def _column(column: Column, kind: pa.DataType, count: int) -> pa.Array:
    if isinstance(column, Same):
        return _constant(column.value, kind, count)
    if isinstance(column, np.ndarray):
        return _times(pa.array(column, pa.int64(), mask=column == UNKNOWN), kind)
    return _array(column, kind)


def to_batch(messages: Sequence[Message]) -> pa.RecordBatch:
    """The messages as one record batch of `ARROW_SCHEMA`."""
    columns = list(zip(*map(msgspec.structs.astuple, messages), strict=True))
    arrays = [_array(values, kind) for values, (_, kind) in zip(columns, _FIELDS, strict=False)]
    return pa.RecordBatch.from_arrays(arrays, schema=ARROW_SCHEMA)


# What arrow may raise on a value of another type than its column's.
UNSTORABLE: Final = (pa.ArrowException, TypeError, ValueError, OverflowError)


def to_storable(messages: Sequence[Message] | Columns) -> tuple[pa.RecordBatch | None, list[Message]]:
    """(a batch of the messages that can be stored, those that cannot): one odd row never stops the others."""
    try:
        return messages.to_batch() if isinstance(messages, Columns) else to_batch(messages), []
    except UNSTORABLE:
        good, bad = [], []
        for message in messages:
            try:
                to_batch([message])
            except UNSTORABLE:
                bad.append(message)
            else:
                good.append(message)
        return (to_batch(good) if good else None), bad


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    first, count = values[0], len(values)
    if values.count(first) == count:
        return _constant(first, kind, count)
    try:
        return _build(values, kind)
    except UnicodeEncodeError:
        # a lone surrogate that came another way than through a JSON escape (a file name, a handle)
        return _build([clean_value(value) for value in values], kind)


def _constant(value: Any, kind: pa.DataType, count: int) -> pa.Array:
    """A column of one value: cut from a longer one that was made before, for a batch has thirty of them. A long value,
    or one of few rows, is made for itself: 4,096 times the text of one mail would fill the memory."""
    size = 1 << max(12, count.bit_length())
    if isinstance(value, list):
        value = tuple(value)
    if value is not None and (count < FEW or _is_long(value)):
        try:
            return _long_constant.__wrapped__(value, "", kind, count)
        except UnicodeEncodeError:
            return _constant(clean_value(value), kind, count)
    try:
        return _long_constant(value, type(value).__name__, kind, size).slice(0, count)
    except UnicodeEncodeError:
        # a lone surrogate that came another way than through a JSON escape (a file name, a handle)
        return _constant(clean_value(value), kind, count)


def _is_long(value: Any) -> bool:
    if isinstance(value, tuple):
        return sum(map(len, value)) + len(value) > SHORT
    return isinstance(value, str) and len(value) > SHORT


@lru_cache(maxsize=256)
def _long_constant(value: Any, of: str, kind: pa.DataType, count: int) -> pa.Array:
    if value is None:
        return pa.nulls(count, kind)
    if pa.types.is_dictionary(kind):
        zeros = pa.nulls(count, pa.int32()).fill_null(0)
        return pa.DictionaryArray.from_arrays(zeros, pa.array([value], pa.string()))
    if pa.types.is_timestamp(kind):
        return pa.repeat(_times(pa.array([utc_us(value)], pa.int64()), kind)[0], count)
    return pa.repeat(pa.scalar(value, kind), count)


def _build(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    if pa.types.is_timestamp(kind):
        return _times(pa.array([None if one is None else utc_us(one) for one in values], pa.int64()), kind)
    return pa.array(values, kind)


def _times(us: pa.Array, kind: pa.DataType) -> pa.Array:
    """Raises ValueError for a time that its zone puts out of the years of a datetime: it could not be read again."""
    span = pc.min_max(us)
    first, last = span["min"].as_py(), span["max"].as_py()
    if first is not None and (first < FIRST_US or last > LAST_US):
        raise ValueError("time out of range")
    return us.cast(kind)
