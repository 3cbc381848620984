"""Rows of a table by blocks of about a megabyte, with the exact bytes of each: what `table_rows` reads one by one.

Plain rows stay in arrow's columns (`table_structure`). For the others `csv.reader` runs over a whole block at once. A
last line that no table holds is put behind it: where it comes back as a row of its own, every row before it is whole;
where it does not, a quoted cell is still open, and the lines of that cell go to the next block.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import chain
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np

from saisine.messages.archive_streams import STREAM_FAULTS
from saisine.messages.formats.blocks import BlockReader, RecordBlock, hashes_of
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import (
    HEAD_BYTES,
    MAX_RECORD_BYTES,
    Context,
    Member,
    Note,
    RawRecord,
    RecordError,
)
from saisine.messages.formats.table_cells import CellColumns
from saisine.messages.formats.table_layout import Layout, find_layout
from saisine.messages.formats.table_rows import (
    STRAY,
    RowError,
    RowFaults,
    cut_of,
    lines_of,
    marked,
    reader_of,
    rows_of_lines,
    text_of,
    unmarked,
)
from saisine.messages.formats.table_structure import Places, marks_of

BLOCK_BYTES: Final = 1 << 20
# An open cell longer than this is no cell: its rows are read one by one, with the limits of `table_rows`.
MAX_OPEN_BYTES: Final = 4 << 20
# An archive that turns out damaged costs what was asked of it at that moment; a file on the disk, nothing.
_PIECE_BYTES: Final = 16 << 10
_MARK: Final = "\x1efin\x1e"

Found = RecordBlock | RawRecord | RecordError | Note


class _Rows(NamedTuple):
    """Rows that follow each other: those under the header, the bytes of each and how many, those that stood before it
    and how long they were together, and the last row of all."""

    cells: Sequence[list[str] | RowError]
    bodies: Iterable[bytes]
    lengths: Places
    before: int
    before_bytes: int
    last: tuple[bytes, list[str] | RowError]
    may_fail: bool = False


def read_blocks(profile: Profile) -> BlockReader:
    """A reader of the rows under the header; `block.objs` are lists of cells, `outer` holds the layout."""

    def blocks(member: Member, ctx: Context) -> Iterator[Found]:
        layout = find_layout(member.read(HEAD_BYTES), profile)
        if layout is None:
            yield Note("unknown_header", ctx.locator_prefix)
            return
        with member.open() as stream:
            yield from _Reading(stream, profile, layout, ctx).blocks()

    return blocks


def each_cells(
    member: Member, profile: Profile, layout: Layout, ctx: Context
) -> Iterator[Sequence[list[str]]]:
    """The rows under the header by blocks, their cells alone: what is looked at before a table is read. Raises what its
    stream does."""
    with member.open() as stream:
        yield from _Reading(stream, profile, layout, ctx).cells()


class _Reading:
    """One reading of a table, and where it stands."""

    def __init__(self, stream: BinaryIO, profile: Profile, layout: Layout, ctx: Context) -> None:
        self.stream = stream
        self.profile = profile
        self.layout = layout
        self.outer = ({"layout": layout},)
        self.prefix = f"{ctx.locator_prefix}#row="
        self.number = self.offset = 0
        self.fault: Exception | None = None
        self.last: tuple[bytes, list[str] | RowError] = (b"", [])
        self.faults = RowFaults(layout, ctx.locator_prefix)
        self.is_plain = (
            profile.quote == '"'
            and profile.escape is None
            and profile.undoubled is None
            and layout.line_end == "\n"
            and layout.delimiter.isascii()
            and layout.delimiter not in '"\r\n'
            and len(layout.header) > 1
        )

    def _rows_in(self, data: bytes, opened: bytes) -> _Rows | None:
        """The rows of these lines, behind those of a cell that was open; None when they are read one by one."""
        is_end = len(data) == len(opened) or not data.endswith(self.layout.line_end.encode())
        if b"\0" in data or len(data) > MAX_RECORD_BYTES:
            return None
        return self._plain_rows(data, is_end=is_end) or self._split(data, is_end=is_end)

    def cells(self) -> Iterator[Sequence[list[str]]]:
        opened = b""
        while self.fault is None and (data := self._next_lines(opened)):
            rows = self._rows_in(data, opened)
            if rows is None:
                yield from ([one.obj] for one in self._one_by_one(data) if isinstance(one, RawRecord))
                return
            found = rows.cells
            yield [one for one in found if not isinstance(one, str)] if rows.may_fail else found  # type: ignore[misc]
            taken = rows.before_bytes + int(rows.lengths.sum())
            self.number, self.offset = self.number + rows.before + len(found), self.offset + taken
            opened = data[taken:]

    def blocks(self) -> Iterator[Found]:
        opened = b""
        while data := self._next_lines(opened):
            rows = self._rows_in(data, opened)
            if rows is None:
                yield from self._one_by_one(data)
                break
            start = self.offset
            yield from self._take(rows)
            if self.fault is not None:
                raise self.fault
            opened = data[self.offset - start :]
        if self.fault is not None:
            raise self.fault
        body, cells = self.last
        if (code := cut_of(body, cells, self.layout, self.profile)) is not None:
            yield Note(code, f"{self.prefix}{self.number}")
        yield from self.faults.notes()

    def _next_lines(self, opened: bytes) -> bytes:
        """Whole lines, behind those of a cell that is still open; only these at the end."""
        pieces, length = [opened], 0
        line_end = self.layout.line_end.encode()
        asked = BLOCK_BYTES if isinstance(getattr(self.stream, "raw", None), io.FileIO) else _PIECE_BYTES
        try:
            while length < BLOCK_BYTES and (piece := self.stream.read(asked)):
                pieces.append(piece)
                length += len(piece)
            if length and not pieces[-1].endswith(line_end):
                pieces.append(_rest_of_line(self.stream, line_end))
        except STREAM_FAULTS as error:
            # an archive that is damaged here: what came before is read first, then it is said
            self.fault = error
            data = b"".join(pieces)
            return data[: data.rfind(line_end, len(opened)) + 1]
        return b"".join(pieces)

    def _plain_rows(self, data: bytes, *, is_end: bool) -> _Rows | None:
        """The rows of these lines but one that is still open, as columns; None when they are not plain."""
        if not self.is_plain or len(data) > MAX_OPEN_BYTES:
            return None  # so long a line is hardly a row: the places of all its cells would weigh eight times as much
        marks = marks_of(data, self.layout.delimiter, is_end=is_end)
        before = max(0, self.layout.header_row + 1 - self.number)
        if marks is None:
            return None
        ends = marks.row_ends()
        if len(ends) <= before or len(data) - ends[-1] > MAX_OPEN_BYTES:
            return None
        start = int(ends[before - 1]) if before else 0
        cells = CellColumns.of(data, marks.behind(before), start, self.layout)
        if cells is None:
            return None
        # no row of a plain block ends in the middle: it stands for one that has all its cells
        last = data[int(cells.starts[-1]) : int(ends[-1])], self.layout.header
        return _Rows(cells, cells.bodies(), cells.ends - cells.starts, before, start, last)

    def _split(self, data: bytes, *, is_end: bool) -> _Rows | None:
        """The same for any table, by `csv.reader`; None when its rows need to be read one by one."""
        layout = self.layout
        if self.profile.undoubled:
            return None
        self.faults.look_at_bytes(data)
        lines = list(lines_of(io.BytesIO(data), layout.line_end))
        texts: Iterator[str] = (text_of(line, layout.encoding) for line in lines)
        is_strayed = STRAY[layout.line_end][0].encode() in data
        if is_strayed:
            texts = (marked(text, layout.line_end) for text in texts)
        if self.offset == 0:
            texts = chain([next(texts).lstrip("\ufeff")], texts)
        try:
            cells, ends = self._parsed(texts if is_end else chain(texts, [f"{_MARK}\n"]))
        except csv.Error:
            return None
        if not is_end:
            is_open = cells.pop() != [_MARK]
            ends.pop()
            closed = ends[-1] if ends else 0
            if is_open and sum(map(len, lines[closed:])) > MAX_OPEN_BYTES:
                return None
        bodies = _bodies(lines, ends)
        rows: list[list[str] | RowError] = [*cells]
        if is_strayed:
            pairs = zip(cells, bodies, strict=True)
            rows = [unmarked(row, body, self.profile, layout) for row, body in pairs]
        before = min(max(0, layout.header_row + 1 - self.number), len(rows))
        last = (bodies[-1], rows[-1]) if rows else self.last
        lengths = np.fromiter(map(len, bodies), np.int64, len(bodies))
        above = int(lengths[:before].sum())
        return _Rows(
            rows[before:], bodies[before:], lengths[before:], before, above, last, may_fail=is_strayed
        )

    def _parsed(self, texts: Iterator[str]) -> tuple[list[list[str]], list[int]]:
        """(the rows, how many lines were read when each was there)."""
        cells, ends = [], []
        reader = reader_of(texts, self.profile, self.layout)
        for row in reader:
            cells.append(row)
            ends.append(reader.line_num)
        return cells, ends

    def _take(self, rows: _Rows) -> Iterator[Found]:
        """The rows under the header as one block; those that are none are said."""
        cells, lengths = rows.cells, rows.lengths
        first = self.number + rows.before
        ends = self.offset + rows.before_bytes + np.cumsum(lengths)
        self.number, self.last = first + len(cells), rows.last
        self.offset = int(ends[-1]) if len(ends) else self.offset + rows.before_bytes
        locators = [f"{self.prefix}{number}" for number in range(first + 1, self.number + 1)]
        self.faults.rows += len(cells)
        if not isinstance(cells, CellColumns) and max(map(len, cells), default=0) > self.faults.width:
            for row, locator in zip(cells, locators, strict=True):
                self.faults.look_at_cells(row, locator)
        objs: Any = cells  # as columns, where they are plain
        offsets = (ends - lengths).tolist()
        block = RecordBlock(objs, locators, hashes_of(rows.bodies), offsets, lengths.tolist(), self.outer)
        bad = [place for place, row in enumerate(cells) if isinstance(row, str)] if rows.may_fail else []
        start = 0
        for place in bad:
            yield from _filled(block.part(start, place))
            yield RecordError(locators[place], str(cells[place]))
            start = place + 1
        yield from _filled(block.part(start, len(block)) if bad else block)

    def _one_by_one(self, data: bytes) -> Iterator[Found]:
        """What is left of the member, from these lines on."""
        line_end = self.layout.line_end
        lines = chain(lines_of(io.BytesIO(data), line_end), lines_of(self.stream, line_end))
        for number, offset, body, cells in rows_of_lines(lines, self.profile, self.layout, self.offset == 0):
            self.last = body, cells
            locator = f"{self.prefix}{self.number + number + 1}"
            if isinstance(cells, str):
                yield RecordError(locator, cells)
            elif self.number + number > self.layout.header_row and any(cells):
                self.faults.rows += 1
                self.faults.look_at_bytes(body)
                self.faults.look_at_cells(cells, locator)
                digest, is_suspect = sha256(body).hexdigest(), b"\0" in body
                place = self.offset + offset
                yield RawRecord(locator, cells, digest, place, len(body), self.outer, is_suspect)
            last = number
        self.number += last + 1


def _filled(block: RecordBlock) -> Iterator[RecordBlock]:
    """The rows of a block that hold something; no block when there is none."""
    cells = block.objs
    if isinstance(cells, CellColumns):
        empty = set(cells.empty_rows())
        kept = [row not in empty for row in range(len(block))] if empty else []
    else:
        kept = [any(row) for row in cells]
    if kept and not all(kept):
        block = block.only(kept)
    if len(block):
        yield block


def _bodies(lines: list[bytes], ends: list[int]) -> list[bytes]:
    """The bytes of each row, from the number of lines read when it was there."""
    if len(lines) == len(ends):
        return lines
    starts = [0, *ends]
    return [
        lines[start] if end - start == 1 else b"".join(lines[start:end])
        for start, end in zip(starts, ends, strict=False)
    ]


def _rest_of_line(stream: BinaryIO, line_end: bytes) -> bytes:
    """What is left of the line that the stream stands in."""
    if line_end == b"\n":
        return stream.readline(MAX_RECORD_BYTES)
    found = bytearray()
    while len(found) < MAX_RECORD_BYTES and (sign := stream.read(1)):
        found += sign
        if sign == line_end:
            break
    return bytes(found)
