"""The cells of a block of rows, column by column, and what they mean: identifiers, counts, lists, times.

Each function says of a whole column what its neighbour in `table_values` or `json_values` says of one cell. The quick
way is for columns that are plain throughout, as tools write them; one odd cell, and each is looked at by itself.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.messages.columns import Column, Same, Times
from saisine.messages.formats.json_values import as_count, as_time
from saisine.messages.formats.table_values import is_rounded, parse_count, parse_time
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_us

Cells = list[str | None]
_ISO_UTC: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$"
_EXPONENT: Final = re.compile(r"\d[eE]\+?\d")
_LAST_SECOND: Final = 253_402_300_799
_FEW: Final = 64


def padded(rows: list[Any], width: int) -> list[Any]:
    """The rows, none shorter than `width` cells: what is not there is empty."""
    if not rows or min(map(len, rows)) >= width:
        return rows
    return [row if len(row) >= width else [*row, *[""] * (width - len(row))] for row in rows]


def column(rows: list[Any], index: int) -> list[str]:
    return list(map(itemgetter(index), rows))


def or_none(cells: list[str]) -> Cells:
    """Empty cells as None."""
    return [cell or None for cell in cells] if "" in cells else list(cells)


def joined(cells: Sequence[str | None]) -> str:
    return "".join(filter(None, cells))


def without_rounded(cells: Cells) -> tuple[Cells, list[int]]:
    """(identifiers, the rows whose own a spreadsheet rounded: None there)."""
    if not _EXPONENT.search(joined(cells)):
        return cells, []
    rounded = [row for row, cell in enumerate(cells) if cell is not None and is_rounded(cell)]
    if rounded:
        cells = list(cells)
        for row in rounded:
            cells[row] = None
    return cells, rounded


def _is_digits(cells: Sequence[str | None]) -> bool:
    """Whether every cell is a number of ASCII digits, none empty, none long."""
    if None in cells or "" in cells:
        return False
    text = "".join(cells)  # type: ignore[arg-type]
    return text.isascii() and text.isdigit() and max(map(len, cells)) < 19  # type: ignore[arg-type]


def _each(cells: Sequence[Any], read: Callable[[Any], Any]) -> list[Any]:
    """What `read` says of each cell, asked once for each distinct one when they repeat."""
    distinct = set(cells)
    if len(distinct) > max(_FEW, len(cells) // 4):
        return [None if cell is None else read(cell) for cell in cells]
    known = {cell: None if cell is None else read(cell) for cell in distinct}
    return [known[cell] for cell in cells]


def counts(cells: Cells) -> list[int | None]:
    """Counts as tools write them; some write whole numbers as `3.0`."""
    if _is_digits(cells):
        return list(map(int, cells))  # type: ignore[arg-type]
    return _each(cells, lambda cell: as_count(cell.removesuffix(".0")))


def written_counts(cells: Cells) -> list[int | None]:
    """Counts as people write them (`1 234`)."""
    return list(map(int, cells)) if _is_digits(cells) else _each(cells, parse_count)  # type: ignore[arg-type]


def words(cells: Cells, separator: str) -> Column:
    """The items of lists written in cells, each once."""
    if not any(cells):
        return Same([])

    def items(cell: str) -> list[str]:
        if separator not in cell:
            cell = cell.strip()
            return [cell] if cell else []
        return list(dict.fromkeys(part for one in cell.split(separator) if (part := one.strip())))

    return [found or [] for found in _each(cells, items)]


def flags(cells: Cells) -> list[bool]:
    return [bool(found) for found in _each(cells, lambda cell: cell.casefold() in ("yes", "true", "1"))]


def seconds(cells: Cells) -> Times:
    """Unix seconds as microseconds. Raises OverflowError past the year 9999."""
    if _is_digits(cells):
        found = np.fromiter(map(int, cells), np.int64, len(cells))  # type: ignore[arg-type]
        if len(found) and found.max() > _LAST_SECOND:
            raise OverflowError
        return np.where(found > 0, found * 1_000_000, UNKNOWN)
    times = _each(cells, lambda cell: as_time(cell.partition(".")[0]))
    return np.array([UNKNOWN if at is None else utc_us(at) for at in times], np.int64)


class CellTimes(NamedTuple):
    """The times of a column; `assumed` are the rows whose cell named no zone, None for none of them."""

    at: Times
    precisions: Column
    assumed: list[bool] | None


def times(cells: Cells, formats: tuple[str, ...], zone: tzinfo) -> CellTimes:
    """Times by the first writing that fits each cell, as `parse_time` reads them; UNKNOWN where none does."""
    if formats[:1] == ("iso",) and None not in cells:
        quick = _iso_utc(cells)  # type: ignore[arg-type]
        if quick is not None:
            return quick
    found = [None if not cell else parse_time(cell, formats, zone) for cell in cells]
    at = np.array([UNKNOWN if one is None else utc_us(one.at) for one in found], np.int64)
    precisions = ["none" if one is None else one.precision for one in found]
    assumed = [one is not None and one.is_zone_assumed for one in found]
    return CellTimes(at, precisions, assumed if any(assumed) else None)


def _iso_utc(cells: list[str]) -> CellTimes | None:
    """A column of ISO times in UTC, all of one length; None for any other."""
    length = len(cells[0])
    if length not in (20, 24) or "".join(cells).count("T") != len(cells):
        return None
    try:
        array = pa.array(cells, pa.string())
        if not pc.all(pc.match_substring_regex(array, _ISO_UTC)).as_py():
            return None
        if not pc.all(pc.equal(pc.binary_length(array), length)).as_py():
            return None
        found = array.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    except (pa.ArrowException, UnicodeEncodeError):
        return None
    if any(cell.startswith("0000") for cell in cells):
        return None  # no year that Python knows
    return CellTimes(found.to_numpy(zero_copy_only=False), Same("s" if length == 20 else "ms"), None)


def iso_times(cells: Cells, read: Callable[[str], datetime]) -> Times:
    """ISO times with their zone; UNKNOWN for an empty cell. Raises what `read` raises."""
    if cells and None not in cells:
        quick = _iso_utc(cells)  # type: ignore[arg-type]
        if quick is not None:
            return quick.at
    return np.array([UNKNOWN if cell is None else utc_us(read(cell)) for cell in cells], np.int64)


def stated(at: Times, raw: Cells, precision: Column, source: str = "field") -> dict[str, Column]:
    """The time columns of a message from a column of times and the cells it was read from."""
    if (at != UNKNOWN).all():
        return {
            "created_at": at,
            "created_at_raw": raw,
            "created_at_precision": precision,
            "created_at_source": Same(source),
        }
    is_known = (at != UNKNOWN).tolist()
    each = [precision.value] * len(raw) if isinstance(precision, Same) else precision
    return {
        "created_at": at,
        "created_at_raw": [cell if known else None for cell, known in zip(raw, is_known, strict=True)],
        "created_at_precision": [one if known else "none" for one, known in zip(each, is_known, strict=True)],
        "created_at_source": [source if known else None for known in is_known],
    }
