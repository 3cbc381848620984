"""Where the rows of a plain CSV end, seen in its bytes at once, and its cells as arrow reads them.

Plain: each quote opens a cell, closes one or is doubled inside one (RFC 4180, section 2, rules 5 to 7), lines end
with a line feed, rows are as wide as the header. `csv.reader` and arrow read such bytes in the same way, the second
ten times as fast; for all others this module says None, and `csv.reader` reads them.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

Places = npt.NDArray[np.int64]
_LINE_FEED, _RETURN, _QUOTE = b'\n\r"'
_BOM: Final = b"\xef\xbb\xbf"


def row_ends(data: bytes, delimiter: str, *, is_end: bool) -> Places | None:
    """Where each row of these lines ends, behind its line feed; None when they are not plain.

    What stands behind the last end belongs to a row that is still open; there is none when `is_end`.
    """
    signs = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE) if b'"' in data else None
    if quotes is not None and not _are_plain(quotes, signs, ord(delimiter)):
        return None
    if b"\r" in data and not _returns_end_lines(signs, quotes):
        return None
    ends = _outside(np.flatnonzero(signs == _LINE_FEED), quotes) + 1
    if is_end and (not len(ends) or ends[-1] < len(data)):
        if quotes is not None and len(quotes) % 2:
            return None  # the last cell is never closed
        ends = np.append(ends, len(data))
    return ends


def _outside(places: Places, quotes: Places | None) -> Places:
    """Those of these places that stand outside quoted cells."""
    return places if quotes is None else places[np.searchsorted(quotes, places) % 2 == 0]


def _are_plain(quotes: Places, signs: npt.NDArray[np.uint8], delimiter: int) -> bool:
    """Whether the first, third, fifth… quote opens a cell (or is the second of a doubled one), and each other one
    closes it (or is the first of a doubled one): their count then tells inside from outside, everywhere."""
    opening, closing = quotes[::2], quotes[1::2]
    if opening[0] == 0:
        opening = opening[1:]
    before = signs[opening - 1]
    if not ((before == delimiter) | (before == _LINE_FEED) | (before == _QUOTE)).all():
        return False
    if len(closing) and closing[-1] == len(signs) - 1:
        closing = closing[:-1]
    after = signs[closing + 1]
    return bool(((after == delimiter) | (after == _LINE_FEED) | (after == _RETURN) | (after == _QUOTE)).all())


def _returns_end_lines(signs: npt.NDArray[np.uint8], quotes: Places | None) -> bool:
    """Whether a line feed follows each return outside quotes."""
    returns = _outside(np.flatnonzero(signs == _RETURN), quotes)
    if not len(returns):
        return True
    return bool(returns[-1] + 1 < len(signs) and (signs[returns + 1] == _LINE_FEED).all())


def cells_of(data: bytes, delimiter: str, width: int, wanted: Sequence[int]) -> pa.Table | None:
    """These columns of plain rows, named by their number, one chunk each; None when a row has another width.

    `data` is valid UTF-8. A line that holds nothing is a row of empty cells.
    """
    if data.startswith(_BOM):
        return None  # arrow would take it for a mark
    names = list(map(str, range(width)))
    included = [names[index] for index in wanted]
    try:
        found = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(included, pa.string()),
                include_columns=included,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return found if included and found.column(0).num_chunks == 1 else None


# First bytes of the signs that `str.strip` removes; among those of two bytes or more, other signs begin so too.
_OPENS_SPACE: Final = np.isin(np.arange(256), [*range(9, 14), *range(28, 33), 0xC2, 0xE1, 0xE2, 0xE3])
_IS_SPACE: Final = np.isin(np.arange(256), [*range(9, 14), *range(28, 33)])
_LATIN: Final = 0xC3  # the first byte of é, à, ç…: no space begins so


def edges_of(cells: Any) -> npt.NDArray[np.int32]:
    """Where each text of an arrow column begins in its bytes, and where the last one ends."""
    places = np.frombuffer(cells.buffers()[1], np.int32)
    return places[cells.offset : cells.offset + len(cells) + 1]


def may_have_outer_space(cells: Any) -> bool:
    """Whether a text of this arrow column may begin or end with a space of any kind; False is sure."""
    texts = cells.buffers()[2]
    if texts is None or not len(cells):
        return False
    edges, signs = edges_of(cells), np.frombuffer(texts, np.uint8)
    is_filled = edges[1:] > edges[:-1]
    firsts, lasts = edges[:-1][is_filled], edges[1:][is_filled] - 1
    if _OPENS_SPACE[signs[firsts]].any() or _IS_SPACE[signs[lasts]].any():
        return True
    wide = lasts[signs[lasts] >= 0x80]
    return bool((signs[wide - 1] != _LATIN).any())


def is_utf8(data: bytes) -> bool:
    """Whether arrow would decode these bytes, which Python does three times as slowly."""
    if data.isascii():
        return True
    place = np.array([0, len(data)], np.int64)
    whole: Any = pa.Array.from_buffers(pa.large_binary(), 1, [None, pa.py_buffer(place), pa.py_buffer(data)])
    try:
        whole.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True
