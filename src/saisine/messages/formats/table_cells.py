"""The rows of a block of a table that were read as columns: a column is made into Python when a mapper asks for it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any, TypeAlias, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.messages.formats.table_layout import Layout
from saisine.messages.formats.table_structure import (
    Grid,
    Marks,
    Places,
    edges_of,
    is_utf8,
    marks_of,
    may_have_outer_space,
)

Cut = list[str]


class Full(list[Any]):
    """Cells of which none is None: to look for it in thousands costs as much as to split them."""


def holds_none(cells: Sequence[Any]) -> bool:
    """Whether one of these cells is None."""
    return not isinstance(cells, Full) and None in cells


class CellColumns(Sequence[Cut]):
    """Rows of a table, all as wide as its header. They are made when they are asked for one by one, which the
    mappers of blocks do not do; so are the cells of a column.

    `raw` holds the rows as the file has them, each from its place in `starts` to that in `ends`, and each on one line
    when `is_line_each`; `grid` has their cells in UTF-8. `has_formulas` says that a cell may be Excel's `="…"`.
    """

    def __init__(
        self, raw: bytes, starts: Places, ends: Places, grid: Grid, layout: Layout, *, is_line_each: bool
    ) -> None:
        self.raw = raw
        self.starts = starts
        self.ends = ends
        self.grid = grid
        self.layout = layout
        self.is_line_each = is_line_each
        self.has_formulas = bool(grid.quoted) and b'="' in grid.data
        self._arrays: dict[int, Any] = {}
        self._made: dict[int, list[str]] = {}
        self._spaced: dict[int, bool] = {}

    @classmethod
    def of(cls, raw: bytes, marks: Marks, start: int, layout: Layout) -> "CellColumns | None":
        """The rows of these lines from that place on; None when they are not in the encoding of the file, or not all
        as wide as its header."""
        ends = marks.row_ends()
        starts = np.concatenate(([start], ends[:-1]))
        rows = raw[start : int(ends[-1])]
        width = len(layout.header)
        if layout.encoding == "utf-8":
            grid = Grid.of(raw, marks, start, width) if is_utf8(rows) else None
        else:
            grid = _decoded(rows, layout)
        if grid is None or len(grid) != len(starts):
            return None
        return cls(raw, starts, ends, grid, layout, is_line_each=marks.is_line_each)

    def __len__(self) -> int:
        return len(self.starts)

    def bodies(self) -> Iterator[bytes]:
        """The bytes of each row."""
        first, last = int(self.starts[0]), int(self.ends[-1])
        if self.is_line_each and last - first == int((self.ends - self.starts).sum()):
            return iter(io.BytesIO(self.raw[first:last]))
        return map(self.raw.__getitem__, map(slice, self.starts.tolist(), self.ends.tolist()))

    def __iter__(self) -> Iterator[Cut]:
        return _rows_of(self.bodies(), self.layout)

    @overload
    def __getitem__(self, place: int) -> Cut: ...
    @overload
    def __getitem__(self, place: slice) -> list[Cut]: ...
    def __getitem__(self, place: int | slice) -> Cut | list[Cut]:
        places = slice(place, place + 1 or None) if isinstance(place, int) else place
        pairs = zip(self.starts[places].tolist(), self.ends[places].tolist(), strict=True)
        rows = list(_rows_of([self.raw[start:end] for start, end in pairs], self.layout))
        return rows if isinstance(place, slice) else rows[0]

    def column(self, index: int) -> list[str]:
        """The cells of one column; not to be changed."""
        cells = self._made.get(index)
        if cells is None:
            cells = self._made[index] = self._texts(index)
        return cells

    def _texts(self, index: int) -> list[str]:
        if index not in self._arrays:
            starts, ends = self.grid.edges(index)
            if (starts == ends).all():
                return [""] * len(self)
        return _as_list(self.array(index))

    def stripped(self, index: int) -> list[str]:
        """The cells of one column without the spaces around them; not to be changed."""
        cells = self.column(index)
        return list(map(str.strip, cells)) if self._is_spaced(index) else cells

    def bytes_of(self, index: int) -> pa.Array | None:
        """The bytes of the cells of one column, in UTF-8; None where `stripped` would change one, or may."""
        if not self.is_plain(index):
            return None
        return self.array(index).view(pa.binary())

    def filled(self, index: int) -> list[str | None]:
        """The cells of one column, None where one is empty."""
        cells = self.column(index)
        array = self._arrays.get(index)
        edges = edges_of(array) if array is not None else None
        is_full = edges is not None and bool((edges[1:] > edges[:-1]).all())
        return Full(cells) if is_full else [cell or None for cell in cells]

    def is_plain(self, index: int) -> bool:
        """Whether no cell of this column is Excel's `="…"` nor has a space around it; True is sure."""
        return not self.has_formulas and not self._is_spaced(index)

    def _is_spaced(self, index: int) -> bool:
        if index not in self._spaced:
            self._spaced[index] = may_have_outer_space(self.array(index))
        return self._spaced[index]

    def array(self, index: int) -> Any:
        """The cells of one column as an arrow array of texts."""
        cells = self._arrays.get(index)
        if cells is None:
            cells = self._arrays[index] = self.grid.column(index)
        return cells

    def only(self, kept: Sequence[bool]) -> "CellColumns":
        """The rows whose place in `kept` is true."""
        flags = np.array(kept, np.bool_)
        starts, ends, grid = self.starts[flags], self.ends[flags], self.grid.only(flags)
        some = CellColumns(self.raw, starts, ends, grid, self.layout, is_line_each=self.is_line_each)
        some._made = {index: list(compress(cells, kept)) for index, cells in self._made.items()}
        return some

    def empty_rows(self) -> list[int]:
        """Where a row stands of which no cell holds anything."""
        # nothing but delimiters, quotes and a line end: such a row is short
        longest = 3 * len(self.layout.header) + 1
        return [
            row for row in np.flatnonzero(self.ends - self.starts <= longest).tolist() if not any(self[row])
        ]

    def places_of(self, row: Cut) -> list[int]:
        """Where this very row stands."""
        if len(row) != len(self.layout.header):
            return []
        places = pc.indices_nonzero(pc.equal(self.array(0), row[0])).to_pylist()
        return [place for place in places if self[place] == row]


def _decoded(rows: bytes, layout: Layout) -> Grid | None:
    """The grid of plain rows that are not in UTF-8."""
    try:
        data = rows.decode(layout.encoding).encode()
    except UnicodeDecodeError:
        return None
    marks = marks_of(data, layout.delimiter, is_end=True)
    return Grid.of(data, marks, 0, len(layout.header)) if marks is not None else None


Part: TypeAlias = bytes | list[bytes] | pa.Array


def joined_rows(parts: Sequence[Part], sign: bytes, count: int) -> list[bytes]:
    """For each of `count` rows, what these columns hold there with `sign` between; bytes alone stand in every row."""
    if any(isinstance(part, pa.Array) for part in parts):
        columns = [pa.array(part, pa.binary()) if isinstance(part, list) else part for part in parts]
        return pc.binary_join_element_wise(*columns, sign).to_pylist()  # type: ignore[no-any-return]
    lists = [[part] * count if isinstance(part, bytes) else part for part in parts]
    return list(map(sign.join, zip(*lists, strict=True)))


def _rows_of(bodies: Iterable[bytes], layout: Layout) -> Iterator[Cut]:
    texts = (body.decode(layout.encoding) for body in bodies)
    return iter(csv.reader(texts, delimiter=layout.delimiter))


def _as_list(cells: Any) -> list[str]:
    """The texts of a column; a text that stands in every row is made once."""
    count = len(cells)
    if not count:
        return []
    edges = edges_of(cells)
    length = int(edges[-1] - edges[0])
    if length == 0:
        return [""] * count
    is_even = length == count * int(edges[1] - edges[0])
    if is_even and cells[0] == cells[count - 1] and pc.all(pc.equal(cells, cells[0])).as_py():
        return [cells[0].as_py()] * count
    return cells.to_pylist()  # type: ignore[no-any-return]
