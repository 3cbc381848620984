"""Messages as lines of JSON, straight from their columns: what `saisine read` writes.

Of the 45 columns of a block some fifteen vary. What lies between them is the same in every line and is encoded once; a
row is then a struct of the others. A fifth of what a message, its dict and its line cost one by one.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, repeat
from typing import Any, BinaryIO, Final

import msgspec

from saisine.messages.columns import Column, Columns, Same, cells_of
from saisine.messages.schema import COLUMNS, Message
from saisine.texts import clean_value

_encode: Final = msgspec.json.Encoder().encode
_encode_lines: Final = msgspec.json.Encoder().encode_lines
# So many lines keep their memory; ten times as many ask the system for new pages, which costs as much again.
_LINES: Final = 128


def write_lines(out: BinaryIO, batch: Sequence[Message] | Columns) -> None:
    """One JSON object per message and per line: every column in the order of the schema, times in UTC with a Z."""
    columns = batch if isinstance(batch, Columns) else _columns_of(batch)
    rows = _rows(columns) if len(columns) else iter(())
    while lines := list(islice(rows, _LINES)):
        try:
            out.write(_encode_lines(lines))
        except UnicodeEncodeError:
            # a lone surrogate that came another way than through a JSON escape (a file name, a handle)
            out.write(_encode_lines(list(map(_cleaned, lines))))


def _cleaned(line: msgspec.Struct) -> msgspec.Struct:
    return type(line)(*map(clean_value, msgspec.structs.astuple(line)))


def _columns_of(messages: Sequence[Message]) -> Columns:
    cells = map(list, zip(*map(msgspec.structs.astuple, messages), strict=True))
    return Columns(len(messages), dict(zip(COLUMNS, cells, strict=False)))  # after them comes `ref`


def _rows(columns: Columns) -> Iterator[msgspec.Struct]:
    """What is to be encoded for each message: its cells, and between them what all have in common."""
    names: list[str] = []
    cells: list[Iterator[Any]] = []
    alike: list[tuple[str, Any]] = []
    for name in COLUMNS:
        column = columns.values[name]
        if isinstance(column, Same):
            alike.append((name, column.value))
        elif _is_one_value(column):
            alike.append((name, column[0]))
        else:
            _add(names, cells, alike, len(columns))
            names.append(name)
            cells.append(cells_of(column, len(columns)))
            alike = []
    _add(names, cells, alike, len(columns))
    return map(_kind_of(tuple(names)), *cells)


def _add(names: list[str], cells: list[Iterator[Any]], alike: list[tuple[str, Any]], count: int) -> None:
    """Neighbours that hold the same in every row, as one cell already encoded: the value of the first, then the
    names and values of the others."""
    if not alike:
        return
    name, value = alike[0]
    others = (b',"%b":%b' % (other.encode(), _encode(clean_value(one))) for other, one in alike[1:])
    names.append(name)
    cells.append(repeat(msgspec.Raw(b"".join([_encode(clean_value(value)), *others])), count))


def _is_one_value(column: Column) -> bool:
    """Whether all its cells are alike, where the first and the last one are."""
    return isinstance(column, list) and column[0] == column[-1] and column.count(column[0]) == len(column)


@lru_cache(maxsize=64)
def _kind_of(names: tuple[str, ...]) -> type[msgspec.Struct]:
    return msgspec.defstruct("Line", [(name, Any) for name in names], gc=False)
