"""The rows of a block of a table that were read as columns: a column is made into Python when a mapper asks for it."""

import csv
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, TypeAlias, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.messages.formats.table_layout import Layout
from saisine.messages.formats.table_structure import cells_of, edges_of, may_have_outer_space

Cut = list[str]


class CellColumns(Sequence[Cut]):
    """Rows of a table, all as wide as its header. They are made when they are asked for one by one, which the
    mappers of blocks do not do.

    `asked` holds the columns that the blocks before this one were asked for: only these are read at once.
    `has_formulas` says that a cell may be Excel's `="…"`.
    """

    def __init__(
        self, bodies: list[bytes], layout: Layout, asked: set[int], found: pa.Table, *, has_formulas: bool
    ) -> None:
        self.bodies = bodies
        self.has_formulas = has_formulas
        self.layout = layout
        self.asked = asked
        self._found = found
        self._made: dict[int, list[str]] = {}
        self._spaced: dict[int, bool] = {}

    @classmethod
    def of(cls, data: bytes, bodies: list[bytes], layout: Layout, asked: set[int]) -> "CellColumns | None":
        """The rows that `bodies` are, and `data` all together in UTF-8; None when arrow does not read as many."""
        wanted = sorted(asked) or range(len(layout.header))
        found = cells_of(data, layout.delimiter, len(layout.header), wanted)
        if found is None or len(found) != len(bodies):
            return None
        return cls(bodies, layout, asked, found, has_formulas=b'="' in data)

    def __len__(self) -> int:
        return len(self.bodies)

    def __iter__(self) -> Iterator[Cut]:
        return _rows_of(self.bodies, self.layout)

    @overload
    def __getitem__(self, place: int) -> Cut: ...
    @overload
    def __getitem__(self, place: slice) -> list[Cut]: ...
    def __getitem__(self, place: int | slice) -> Cut | list[Cut]:
        some = self.bodies[place] if isinstance(place, slice) else [self.bodies[place]]
        rows = list(_rows_of(some, self.layout))
        return rows if isinstance(place, slice) else rows[0]

    def column(self, index: int) -> list[str]:
        """The cells of one column; not to be changed."""
        cells = self._made.get(index)
        if cells is None:
            cells = self._made[index] = _as_list(self._array(index))
        return cells

    def stripped(self, index: int) -> list[str]:
        """The cells of one column without the spaces around them; not to be changed."""
        cells = self.column(index)
        return list(map(str.strip, cells)) if self._is_spaced(index) else cells

    def bytes_of(self, index: int) -> pa.Array | None:
        """The bytes of the cells of one column, in UTF-8; None where `stripped` would change one, or may."""
        if self.has_formulas or self._is_spaced(index):
            return None
        return self._array(index).cast(pa.binary())

    def _is_spaced(self, index: int) -> bool:
        if index not in self._spaced:
            self._spaced[index] = may_have_outer_space(self._array(index))
        return self._spaced[index]

    def _array(self, index: int) -> Any:
        name = str(index)
        if index not in self.asked:
            self.asked.add(index)
            if name not in self._found.column_names:
                self._found = self._whole()
        cells = self._found.column(name)
        return cells.chunk(0) if cells.num_chunks == 1 else cells.combine_chunks()

    def _whole(self) -> pa.Table:
        """The same rows with every column."""
        encoding = self.layout.encoding
        data = b"".join(self.bodies)
        if encoding != "utf-8":
            data = data.decode(encoding).encode()
        width = len(self.layout.header)
        found = cells_of(data, self.layout.delimiter, width, range(width))
        assert found is not None  # arrow read these very bytes before
        return found

    def only(self, kept: Sequence[bool]) -> "CellColumns":
        """The rows whose place in `kept` is true."""
        some = CellColumns(
            list(compress(self.bodies, kept)),
            self.layout,
            self.asked,
            self._found.filter(pa.array(kept, pa.bool_())),
            has_formulas=self.has_formulas,
        )
        some._made = {index: list(compress(cells, kept)) for index, cells in self._made.items()}
        return some

    def empty_rows(self) -> list[int]:
        """Where a row stands of which no cell holds anything."""
        # nothing but delimiters, quotes and a line end: such a row is short
        longest = 3 * len(self.layout.header) + 1
        lengths = np.fromiter(map(len, self.bodies), np.int64, len(self.bodies))
        return [row for row in np.flatnonzero(lengths <= longest).tolist() if not any(self[row])]

    def places_of(self, row: Cut) -> list[int]:
        """Where this very row stands."""
        if len(row) != len(self.layout.header):
            return []
        name = self._found.column_names[0]
        alike = pc.equal(self._found.column(name), row[int(name)])
        places = pc.indices_nonzero(alike).to_pylist()
        return [place for place in places if self[place] == row]


Part: TypeAlias = bytes | list[bytes] | pa.Array


def joined_rows(parts: Sequence[Part], sign: bytes, count: int) -> list[bytes]:
    """For each of `count` rows, what these columns hold there with `sign` between; bytes alone stand in every row."""
    if any(isinstance(part, pa.Array) for part in parts):
        columns = [pa.array(part, pa.binary()) if isinstance(part, list) else part for part in parts]
        return pc.binary_join_element_wise(*columns, sign).to_pylist()  # type: ignore[no-any-return]
    lists = [[part] * count if isinstance(part, bytes) else part for part in parts]
    return list(map(sign.join, zip(*lists, strict=True)))


def _rows_of(bodies: Sequence[bytes], layout: Layout) -> Iterator[Cut]:
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
    if length == count * int(edges[1] - edges[0]) and pc.all(pc.equal(cells, cells[0])).as_py():
        return [cells[0].as_py()] * count
    return cells.to_pylist()  # type: ignore[no-any-return]
