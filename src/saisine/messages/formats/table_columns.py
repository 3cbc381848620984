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

from saisine.messages.columns import Column, Same, Times
from saisine.messages.formats.json_values import as_count, as_time
from saisine.messages.formats.table_cells import CellColumns, Full, holds_none
from saisine.messages.formats.table_times import local_us, plain_times
from saisine.messages.formats.table_values import is_rounded, parse_count, parse_time
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_us

Rows = Sequence[Any]
Cells = list[str | None]
Said = Sequence[str | None]
_EXPONENT: Final = re.compile(r"[eE]\+?\d")
_LINE: Final = "\n"
# A cell that begins as a number does and holds an exponent further on.
# Of 16 or 17 digits, a real one may well end in one or two zeros.
_LONG: Final = re.compile(r"(\d{18,25})([.,]0{1,2})?|(\d{16,17})([.,]0{1,2})")
_KEPT_DIGITS: Final = 15
_ZEROS_BY_CHANCE: Final = 4  # one number in ten thousand ends so
_ROUNDED: Final = re.compile(r"\n[\s\d][^\n]*[eE]\+?\d")
_LAST_SECOND: Final = 253_402_300_799
_FEW: Final = 64


def padded(rows: Rows, width: int) -> Rows:
    """The rows, none shorter than `width` cells: what is not there is empty."""
    if isinstance(rows, CellColumns) or not rows or min(map(len, rows)) >= width:
        return rows
    return [row if len(row) >= width else [*row, *[""] * (width - len(row))] for row in rows]


def column(rows: Rows, index: int) -> list[str]:
    """The cells of one column; not to be changed."""
    return rows.column(index) if isinstance(rows, CellColumns) else list(map(itemgetter(index), rows))


def places_of(row: list[str], rows: Rows) -> list[int]:
    """Where this very row stands: exports that were put together repeat their header."""
    if isinstance(rows, CellColumns):
        return rows.places_of(row)
    return [place for place, one in enumerate(rows) if one == row] if row in rows else []


def or_none(cells: list[str]) -> Cells:
    """Empty cells as None."""
    return [cell or None for cell in cells] if "" in cells else list(cells)


def joined(cells: Sequence[str | None]) -> str:
    return "".join(filter(None, cells))


def without_rounded(cells: Cells, *, is_typed: bool = False) -> tuple[Cells, list[int]]:
    """(identifiers, the rows whose own a spreadsheet rounded: None there). `is_typed`: no spreadsheet wrote them."""
    zeros = [] if is_typed else _ending_in_zeros(cells)
    if zeros:
        cells = list(cells)
        for row in zeros:
            cells[row] = None
    cells, others = _without_exponents(cells)
    return cells, sorted({*zeros, *others})


def _ending_in_zeros(cells: Cells) -> list[int]:
    """The rows of long numbers of which a spreadsheet kept fifteen digits (`1775123456789010000`): all of them end in
    zeros from there, and in more of them than happens by chance; or they have decimals (`…0000,00`)."""
    if "0\n" not in f"{_LINE.join(filter(None, cells))}\n":
        return []
    long = {row: found for row, cell in enumerate(cells) if cell and (found := _LONG.fullmatch(cell))}
    decimals = [row for row, found in long.items() if found[2] or found[4]]
    rests = {row: found[1] for row, found in long.items() if found[1]}
    distinct = set(rests.values())
    is_made_up = any(one[:_KEPT_DIGITS].endswith("000") for one in distinct)  # 7300000000000000000
    zeros = sum(len(one) - _KEPT_DIGITS for one in distinct)
    if is_made_up or zeros < _ZEROS_BY_CHANCE or any(one[_KEPT_DIGITS:].strip("0") for one in distinct):
        return decimals
    return sorted({*rests, *decimals})


def _without_exponents(cells: Cells) -> tuple[Cells, list[int]]:
    together = joined(cells)
    if together.isdigit() or not _EXPONENT.search(together):
        return cells, []
    if not _ROUNDED.search(
        _LINE + _LINE.join(filter(None, cells))
    ):  # `exemple0001` holds an e before a number
        return cells, []
    numbers = [
        (row, cell) for row, cell in enumerate(cells) if cell and (cell[0].isdecimal() or cell[0].isspace())
    ]
    rounded = [row for row, cell in numbers if is_rounded(cell)]
    if rounded:
        cells = list(cells)
        for row in rounded:
            cells[row] = None
    return cells, rounded


def _plain_numbers(cells: Sequence[str | None]) -> list[int | None] | None:
    """The numbers that these cells are, in ASCII digits; None when one is anything else."""
    try:
        text = "".join(cells)  # type: ignore[arg-type]
        if text.isascii() and text.isdigit() and len(text) < 19 * len(cells):
            return list(map(int, cells))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        pass  # one is None, or empty
    return None


def _is_digits(cells: Sequence[str | None]) -> bool:
    """Whether every cell is a number of ASCII digits, none empty, none long."""
    if not isinstance(cells, Full) and (None in cells or "" in cells):
        return False
    text = "".join(cells)  # type: ignore[arg-type]
    return text.isascii() and text.isdigit() and max(map(len, cells)) < 19


def each_cell(cells: Sequence[Any], read: Callable[[Any], Any]) -> list[Any]:
    """What `read` says of each cell, asked once for each distinct one when they repeat."""
    distinct = set(cells)
    if len(distinct) > max(_FEW, len(cells) // 4):
        return [None if cell is None else read(cell) for cell in cells]
    known = {cell: None if cell is None else read(cell) for cell in distinct}
    return [known[cell] for cell in cells]


def counts(cells: Cells) -> list[int | None]:
    """Counts as tools write them; some write whole numbers as `3.0`."""
    numbers = _plain_numbers(cells)
    if numbers is not None:
        return numbers
    return each_cell(cells, lambda cell: as_count(cell.removesuffix(".0")))


def written_counts(cells: Cells) -> list[int | None]:
    """Counts as people write them (`1 234`)."""
    numbers = _plain_numbers(cells)
    return each_cell(cells, parse_count) if numbers is None else numbers


def sums(*columns: list[int | None]) -> list[int | None]:
    """What the known ones of some counts make together."""
    return [
        sum(filter(None, found)) if any(one is not None for one in found) else None
        for found in zip(*columns, strict=True)
    ]


def unless(is_so: Sequence[Any], values: list[Any]) -> list[Any]:
    """The values of the rows where this is not so, None in the others."""
    if not any(is_so):
        return values
    return [None if so else one for so, one in zip(is_so, values, strict=True)]


def words(cells: Cells, separator: str) -> Column:
    """The items of lists written in cells, each once."""
    if not any(cells):
        return Same([])

    def items(cell: str) -> list[str]:
        if separator not in cell:
            cell = cell.strip()
            return [cell] if cell else []
        return list(dict.fromkeys(part for one in cell.split(separator) if (part := one.strip())))

    return [found or [] for found in each_cell(cells, items)]


def flags(cells: Cells) -> list[bool]:
    return [bool(found) for found in each_cell(cells, lambda cell: cell.casefold() in ("yes", "true", "1"))]


def seconds(cells: Cells) -> Times:
    """Unix seconds as microseconds. Raises OverflowError past the year 9999."""
    if _is_digits(cells):
        found = np.fromiter(map(int, cells), np.int64, len(cells))  # type: ignore[arg-type]
        if len(found) and found.max() > _LAST_SECOND:
            raise OverflowError
        return np.where(found > 0, found * 1_000_000, UNKNOWN)
    times = each_cell(cells, lambda cell: as_time(cell.partition(".")[0]))
    return np.array([UNKNOWN if at is None else utc_us(at) for at in times], np.int64)


class CellTimes(NamedTuple):
    """The times of a column; `assumed` are the rows whose cell named no zone, None for none of them."""

    at: Times
    precisions: Column
    assumed: list[bool] | None


def times(cells: Cells, formats: tuple[str, ...], zone: tzinfo) -> CellTimes:
    """Times by the first writing that fits each cell, as `parse_time` reads them; UNKNOWN where none does."""
    is_full = not holds_none(cells)
    if formats[:1] == ("iso",) and is_full:
        quick = _iso_utc(cells)  # type: ignore[arg-type]
        if quick is not None:
            return quick
    plain = plain_times(cells, formats, zone) if cells and is_full else None  # type: ignore[arg-type]
    if plain is not None:
        return CellTimes(plain.at, Same(plain.precision), [True] * len(cells))
    known = {cell: parse_time(cell, formats, zone) if cell else None for cell in set(cells)}
    us = {cell: UNKNOWN if one is None else utc_us(one.at) for cell, one in known.items()}
    at = np.array([us[cell] for cell in cells], np.int64)
    said = {cell: "none" if one is None else one.precision for cell, one in known.items()}
    assumed = {cell for cell, one in known.items() if one is not None and one.is_zone_assumed}
    alike = set(said.values())
    precisions = Same(alike.pop()) if len(alike) == 1 else [said[cell] for cell in cells]
    return CellTimes(at, precisions, [cell in assumed for cell in cells] if assumed else None)


# The writings of a time in UTC that are read all at once: the digits of its fraction, what ends it.
_ISO_WRITINGS: Final = {
    "0000-00-00T00:00:00" + fraction + ("Z" if end == "Z" else "+00:00".replace(":", end)): (digits, end)
    for fraction, digits in (("", 0), (".000", 3), (".000000", 6))
    for end in ("Z", ":", "")
}
_ISO_SIGNS: Final = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"))
_ISO_DIGITS: Final = tuple(place for place in range(19) if place not in dict(_ISO_SIGNS))
_ZEROS: Final = str.maketrans("123456789", "000000000")


def utc_times(cells: Sequence[str]) -> Times | None:
    """ISO times in UTC that are all written in the same way, as microseconds; None for any other."""
    length = len(cells[0])
    writing = _ISO_WRITINGS.get(cells[0].translate(_ZEROS))
    if writing is None or set(map(len, cells)) != {length}:
        return None
    together = "".join(cells)
    if not together.isascii():
        return None
    signs = np.frombuffer(together.encode(), np.uint8).reshape(-1, length)
    if not all((signs[:, place] == ord(sign)).all() for place, sign in _ISO_SIGNS):
        return None
    fraction = [*range(20, 20 + writing[0])]
    end = 19 + (1 + writing[0] if writing[0] else 0)
    if not (signs[:, end:] == signs[0, end:]).all() or cells[0][end:].strip("Z+:0"):
        return None
    if fraction and not (signs[:, 19] == ord(".")).all():
        return None
    digits = signs[:, [*_ISO_DIGITS, *fraction]].astype(np.int64) - ord("0")
    if digits.min() < 0 or digits.max() > 9:
        return None
    return _from_digits(digits)


def _from_digits(digits: Any) -> Times | None:
    """Microseconds of YYYYMMDDHHMMSS and a fraction; None when one is no time."""
    parts = {"Y": digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]}
    for name, place in (("m", 4), ("d", 6), ("H", 8), ("M", 10), ("S", 12)):
        parts[name] = digits[:, place] * 10 + digits[:, place + 1]
    found = local_us(parts)
    if found is not None:
        for rank, place in enumerate(range(14, digits.shape[1])):
            found += digits[:, place] * 10 ** (5 - rank)
    return found


def _iso_utc(cells: list[str]) -> CellTimes | None:
    """A column of ISO times in UTC, all of one length; None for any other."""
    length = len(cells[0])
    if length not in (20, 24) or not cells[0].endswith("Z"):
        return None
    found = utc_times(cells)
    return None if found is None else CellTimes(found, Same("s" if length == 20 else "ms"), None)


def iso_times(cells: Said, read: Callable[[str], datetime]) -> Times:
    """ISO times with their zone; UNKNOWN for an empty cell. Raises what `read` raises."""
    if cells and None not in cells:
        quick = utc_times(cells)  # type: ignore[arg-type]
        if quick is not None:
            return quick
    return np.array([UNKNOWN if cell is None else utc_us(read(cell)) for cell in cells], np.int64)


def stated(at: Times, raw: Said, precision: Column, source: str = "field") -> dict[str, Column]:
    """The time columns of a message from a column of times and the cells it was read from."""
    if (at != UNKNOWN).all():
        return {
            "created_at": at,
            "created_at_raw": list(raw),
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
