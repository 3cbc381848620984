"""Where the rows and the cells of a plain CSV end, seen in its bytes at once.

Plain: each quote opens a cell, closes one or is doubled inside one (RFC 4180, section 2, rules 5 to 7), lines end
with a line feed, rows are as wide as the header. The count of quotes then tells inside from outside, and each
delimiter and line feed outside ends a cell where `csv.reader` ends it; for all other bytes this module says None, and
`csv.reader` reads them.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Places = npt.NDArray[np.int64]
Edges = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
_LINE_FEED, _RETURN, _QUOTE = b'\n\r"'


class Marks(NamedTuple):
    """Where the cells of some plain lines end: their delimiters and line feeds, those inside quotes left out.

    `row_places` are those that end a row; the last one may be the end of the `size` bytes. `opening` are the quotes
    that open something, `has_returns` when there are returns, `is_line_each` when no row goes over several lines.
    """

    places: Places
    row_places: Places
    size: int
    opening: Places
    has_returns: bool
    is_line_each: bool

    def row_ends(self) -> Places:
        """Where each row ends, behind its line feed."""
        return np.minimum(self.row_places + 1, self.size)

    def behind(self, rows: int) -> "Marks":
        """The same without the first rows."""
        if not rows:
            return self
        last = self.row_places[rows - 1]
        first = int(np.searchsorted(self.places, last)) + 1
        opening = self.opening[self.opening > last]
        return self._replace(places=self.places[first:], row_places=self.row_places[rows:], opening=opening)


_NONE: Final[Places] = np.empty(0, np.int64)


def marks_of(data: bytes, delimiter: str, *, is_end: bool) -> Marks | None:
    """The marks of these lines; None when they are not plain.

    What stands behind the last row belongs to one that is still open; there is none when `is_end`.
    """
    signs = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE) if b'"' in data else _NONE
    if len(quotes) and not _are_plain(quotes, signs, ord(delimiter)):
        return None
    has_returns = b"\r" in data
    if has_returns and not _returns_end_lines(signs, quotes):
        return None
    is_feed = signs == _LINE_FEED
    places = _outside(np.flatnonzero(is_feed | (signs == ord(delimiter))), quotes)
    feeds = np.flatnonzero(is_feed)
    rows = feeds[np.searchsorted(quotes, feeds) % 2 == 0] if len(quotes) else feeds
    is_line_each = len(rows) == len(feeds)
    if is_end and not (len(rows) and rows[-1] == len(data) - 1):
        if len(quotes) % 2:
            return None  # the last cell is never closed
        places, rows = np.append(places, len(data)), np.append(rows, len(data))
    elif len(rows):
        places = places[: int(np.searchsorted(places, rows[-1])) + 1]
    return Marks(places, rows, len(data), quotes[::2], has_returns, is_line_each)


def _outside(places: Places, quotes: Places) -> Places:
    """Those of these places that stand outside quoted cells, of which there are fewer."""
    if not len(quotes):
        return places
    first = np.searchsorted(places, quotes[::2])
    behind = np.full(len(first), len(places))
    behind[: len(quotes) // 2] = np.searchsorted(places, quotes[1::2])
    holds_some = behind > first
    if not holds_some.any():
        return places
    steps = np.zeros(len(places) + 1, np.int8)
    steps[first[holds_some]] = 1
    steps[behind[holds_some]] -= 1
    is_outside: Flags = np.cumsum(steps[:-1], dtype=np.int8) == 0
    return places[is_outside]


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


def _returns_end_lines(signs: npt.NDArray[np.uint8], quotes: Places) -> bool:
    """Whether a line feed follows each return outside quotes."""
    returns = np.flatnonzero(signs == _RETURN)
    if len(quotes):
        returns = returns[np.searchsorted(quotes, returns) % 2 == 0]
    if not len(returns):
        return True
    return bool(returns[-1] + 1 < len(signs) and (signs[returns + 1] == _LINE_FEED).all())


# ------------------------------------------------------------------ cells


class Grid:
    """The cells of plain rows that are all as wide as the header: where each row begins, and where each of its cells
    ends, a column of places per cell. `quoted` are the columns in which a cell has quotes."""

    def __init__(
        self, data: bytes, starts: Edges, ends: Edges, quoted: frozenset[int], *, has_returns: bool
    ) -> None:
        self.data = data
        self.starts = starts
        self.ends = ends
        self.quoted = quoted
        self.has_returns = has_returns
        self._signs = np.frombuffer(data, np.uint8)

    @classmethod
    def of(cls, data: bytes, marks: Marks, start: int, width: int) -> "Grid | None":
        """The grid of these rows of `data`, which is valid UTF-8; the first begins at `start`. None when a row has
        another width. A line that holds nothing is a row of empty cells."""
        places, rows = marks.places, marks.row_places
        starts = np.concatenate(([start], rows[:-1] + 1))
        if len(places) != len(rows) * width or not np.array_equal(places[width - 1 :: width], rows):
            of_rows = np.searchsorted(places, rows)
            counts = np.diff(of_rows, prepend=-1)
            is_blank = (counts == 1) & _hold_nothing(data, starts, rows)
            if not ((counts == width) | is_blank).all():
                return None
            places, repeats = places.copy(), np.ones(len(places), np.int64)
            places[of_rows[is_blank]], repeats[of_rows[is_blank]] = starts[is_blank], width
            places = np.repeat(places, repeats)
        quoted = np.unique(np.searchsorted(places, marks.opening) % width) if len(marks.opening) else _NONE
        # a block has fewer than 2^31 bytes: half the memory to go through for wide tables
        ends = places.astype(np.int32).reshape(-1, width).T.copy()
        return cls(
            data, starts.astype(np.int32), ends, frozenset(quoted.tolist()), has_returns=marks.has_returns
        )

    def __len__(self) -> int:
        return len(self.starts)

    def only(self, kept: Flags) -> "Grid":
        """The rows whose place in `kept` is true."""
        starts, ends = self.starts[kept], self.ends[:, kept]
        return Grid(self.data, starts, ends, self.quoted, has_returns=self.has_returns)

    def edges(self, index: int) -> tuple[Edges, Edges]:
        """(where each cell of this column begins, where it ends), quotes around left out."""
        ends = self.ends[index]
        starts = self.starts if index == 0 else np.minimum(self.ends[index - 1] + 1, ends)
        if self.has_returns and index == len(self.ends) - 1:
            ends = ends - ((ends > starts) & (self._signs[ends - 1] == _RETURN))
        if index in self.quoted:
            opens = (ends > starts) & (self._signs[np.minimum(starts, len(self._signs) - 1)] == _QUOTE)
            starts, ends = starts + opens, ends - opens
        return starts, ends

    def column(self, index: int) -> Any:
        """The cells of this column as an arrow array of texts."""
        starts, ends = self.edges(index)
        count = len(starts)
        places = np.empty(2 * count, np.int32)
        places[::2], places[1::2] = starts, ends
        # each cell, then what stands between it and the next one
        both = pa.StringArray.from_buffers(2 * count - 1, pa.py_buffer(places), pa.py_buffer(self.data))
        found = both.take(pa.array(np.arange(0, 2 * count - 1, 2, dtype=np.int32)))
        texts = found.buffers()[2]
        if index in self.quoted and texts is not None and _QUOTE in np.frombuffer(texts, np.uint8):
            found = pc.replace_substring(found, '""', '"')
        return found


def _hold_nothing(data: bytes, starts: Places, ends: Places) -> Flags:
    """Which of these lines, without their line feed, are empty but for a return."""
    signs = np.frombuffer(data, np.uint8)
    is_return: Flags = signs[np.minimum(starts, len(signs) - 1)] == _RETURN
    is_empty: Flags = (starts == ends) | ((starts + 1 == ends) & is_return)
    return is_empty


# First bytes of the signs that `str.strip` removes; among those of two bytes or more, other signs begin so too.
_OPENS_SPACE: Final = np.isin(np.arange(256), [*range(9, 14), *range(28, 33), 0xC2, 0xE1, 0xE2, 0xE3])
_IS_SPACE: Final = np.isin(np.arange(256), [*range(9, 14), *range(28, 33)])
_LAST_SPACE, _WIDE_SPACE = ord(" "), 0xC2  # between them, first bytes of no space
_LATIN: Final = 0xC3  # the first byte of é, à, ç…: no space begins so


def edges_of(cells: Any) -> Edges:
    """Where each text of an arrow column begins in its bytes, and where the last one ends."""
    places = np.frombuffer(cells.buffers()[1], np.int32)
    return places[cells.offset : cells.offset + len(cells) + 1]


def may_have_outer_space(cells: Any) -> bool:
    """Whether a text of this arrow column may begin or end with a space of any kind; False is sure."""
    texts = cells.buffers()[2]
    if texts is None or not len(cells):
        return False
    edges, signs = edges_of(cells), np.frombuffer(texts, np.uint8)
    firsts, lasts = edges[:-1], edges[1:] - 1
    if not (edges[1:] > firsts).all():
        is_filled = edges[1:] > firsts
        firsts, lasts = firsts[is_filled], lasts[is_filled]
        if not len(firsts):
            return False
    opening, closing = signs[firsts], signs[lasts]
    if opening.min() > _LAST_SPACE and opening.max() < _WIDE_SPACE and closing.min() > _LAST_SPACE:
        wide = lasts[closing >= 0x80] if closing.max() >= 0x80 else lasts[:0]
    elif _OPENS_SPACE[opening].any() or _IS_SPACE[closing].any():
        return True
    else:
        wide = lasts[closing >= 0x80]
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
