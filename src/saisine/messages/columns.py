"""Batches of messages as arrow columns, built so that constant and empty columns cost nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import pyarrow as pa

from saisine.messages.schema import ARROW_SCHEMA, COLUMNS, Message
from saisine.texts import clean_value

_FIELDS: Final = tuple(zip(COLUMNS, ARROW_SCHEMA.types, strict=True))


def to_batch(messages: Sequence[Message]) -> pa.RecordBatch:
    """The messages as one record batch of `ARROW_SCHEMA`."""
    columns = list(zip(*map(msgspec.structs.astuple, messages), strict=True))
    arrays = [_array(values, kind) for values, (_, kind) in zip(columns, _FIELDS, strict=False)]
    return pa.RecordBatch.from_arrays(arrays, schema=ARROW_SCHEMA)


# What arrow may raise on a value of another type than its column's.
UNSTORABLE: Final = (pa.ArrowException, TypeError, ValueError, OverflowError)


def to_storable(messages: Sequence[Message]) -> tuple[pa.RecordBatch | None, list[Message]]:
    """(a batch of the messages that can be stored, those that cannot): one odd row never stops the others."""
    try:
        return to_batch(messages), []
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


def _array(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    first, count = values[0], len(values)
    if values.count(first) == count:
        if first is None:
            return pa.nulls(count, kind)
        if pa.types.is_dictionary(kind):
            zeros = pa.nulls(count, pa.int32()).fill_null(0)
            return pa.DictionaryArray.from_arrays(zeros, pa.array([first], pa.string()))
        return pa.repeat(pa.scalar(first, kind), count)
    try:
        return _build(values, kind)
    except UnicodeEncodeError:
        # a lone surrogate that came another way than through a JSON escape (a file name, a handle)
        return _build([clean_value(value) for value in values], kind)


def _build(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    if pa.types.is_timestamp(kind):
        return pa.array(
            [None if value is None else _microseconds(value) for value in values], pa.int64()
        ).cast(kind)
    return pa.array(values, kind)


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND: Final = timedelta(microseconds=1)


def _microseconds(value: datetime) -> int:
    return (value - _EPOCH) // _MICROSECOND
