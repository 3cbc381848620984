"""Rows of a table by blocks of about a megabyte, with the exact bytes of each: what `table_rows` reads one by one.

`csv.reader` runs over a whole block at once. A last line that no table holds is put behind it: where it comes back
as a row of its own, every row before it is whole; where it does not, a quoted cell is still open, and the lines of
that cell go to the next block.
"""

import csv
import io
from collections.abc import Iterator
from hashlib import sha256
from itertools import accumulate
from typing import BinaryIO, Final, NamedTuple

from saisine.messages.containers import STREAM_FAULTS
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
from saisine.messages.formats.table_rows import Layout, RowError, find_layout, is_cut, rows_of_lines

BLOCK_BYTES: Final = 1 << 20
# An open cell longer than this is no cell: its rows are read one by one, with the limits of `table_rows`.
MAX_OPEN_BYTES: Final = 4 << 20
# An archive that turns out damaged costs what was asked of it at that moment.
_PIECE_BYTES: Final = 16 << 10
_MARK: Final = "\x1efin\x1e"

Found = RecordBlock | RawRecord | RecordError | Note


class _Rows(NamedTuple):
    """Rows that follow each other: their cells, their bytes, and how many bytes the block holds."""

    cells: list[list[str]]
    bodies: list[bytes]


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

    def blocks(self) -> Iterator[Found]:
        opened = b""
        while data := self._next_lines(opened):
            is_end = len(data) == len(opened)
            rows = self._split(data, is_end=is_end)
            if rows is None:
                yield from self._one_by_one(data)
                break
            yield from self._take(rows, data)
            if self.fault is not None:
                raise self.fault
            opened = data[sum(map(len, rows.bodies)) :]
        if self.fault is not None:
            raise self.fault
        body, cells = self.last
        if is_cut(body, cells, self.layout, self.profile):
            yield Note("truncated", f"{self.prefix}{self.number}")

    def _next_lines(self, opened: bytes) -> bytes:
        """Whole lines, behind those of a cell that is still open; only these at the end."""
        pieces, length = [opened], 0
        try:
            while length < BLOCK_BYTES and (piece := self.stream.read(_PIECE_BYTES)):
                pieces.append(piece)
                length += len(piece)
            if length and not pieces[-1].endswith(b"\n"):
                pieces.append(self.stream.readline(MAX_RECORD_BYTES))
        except STREAM_FAULTS as error:
            # an archive that is damaged here: what came before is read first, then it is said
            self.fault = error
            data = b"".join(pieces)
            return data[: data.rfind(b"\n", len(opened)) + 1]
        return b"".join(pieces)

    def _split(self, data: bytes, *, is_end: bool) -> _Rows | None:
        """The rows of these lines, all but one that is still open; None when they need to be read one by one."""
        if b"\0" in data or len(data) > MAX_RECORD_BYTES:
            return None
        lines = io.BytesIO(data).readlines()
        text = self._text(data)
        if not (is_end or data.endswith(b"\n")):
            is_end = True  # a last line without its end: nothing follows
        try:
            cells, ends = self._parsed(text, len(lines), is_end=is_end)
        except csv.Error:
            return None
        if not is_end:
            is_open = cells.pop() != [_MARK]
            ends.pop()
            closed = ends[-1] if ends else 0
            if is_open and sum(map(len, lines[closed:])) > MAX_OPEN_BYTES:
                return None
        return _Rows(cells, _bodies(lines, ends))

    def _parsed(self, text: str, count: int, *, is_end: bool) -> tuple[list[list[str]], list[int]]:
        """(the rows, how many lines were read when each was there): one each when no cell holds a line end."""
        cells = list(self._reader(text, is_end=is_end))
        if len(cells) == count + (not is_end):
            return cells, list(range(1, len(cells) + 1))
        cells, ends = [], []
        reader = self._reader(text, is_end=is_end)
        for row in reader:
            cells.append(row)
            ends.append(reader.line_num)  # type: ignore[attr-defined]
        return cells, ends

    def _reader(self, text: str, *, is_end: bool) -> "Iterator[list[str]]":
        return csv.reader(
            io.StringIO(text if is_end else f"{text}{_MARK}\n", newline="\n"),
            delimiter=self.layout.delimiter,
            quotechar=self.profile.quote,
            escapechar=self.profile.escape,
        )

    def _text(self, data: bytes) -> str:
        """The lines as text; a line that is no UTF-8 is taken as Windows-1252."""
        try:
            text = data.decode(self.layout.encoding)
        except UnicodeDecodeError:
            text = "".join(_line_text(line, self.layout.encoding) for line in io.BytesIO(data).readlines())
        return text.removeprefix("\ufeff") if self.offset == 0 else text

    def _take(self, rows: _Rows, data: bytes) -> Iterator[Found]:
        """The rows under the header as one block."""
        cells, bodies = rows
        if not cells:
            return
        offsets = list(accumulate(map(len, bodies), initial=self.offset))
        first = max(0, self.layout.header_row + 1 - self.number)
        start, self.number, self.offset = self.number, self.number + len(cells), offsets[-1]
        self.last = bodies[-1], cells[-1]
        block = RecordBlock(
            cells[first:],
            [f"{self.prefix}{number}" for number in range(start + first + 1, self.number + 1)],
            hashes_of(bodies[first:]),
            offsets[first:-1],
            [*map(len, bodies[first:])],
            self.outer,
        )
        if not all(map(any, block.objs)):
            block = block.only([any(row) for row in block.objs])
        if len(block):
            yield block

    def _one_by_one(self, data: bytes) -> Iterator[Found]:
        """What is left of the member, from these lines on."""
        lines = _then(data, self.stream)
        for number, offset, body, cells in rows_of_lines(lines, self.profile, self.layout, self.offset == 0):
            self.last = body, cells
            locator = f"{self.prefix}{self.number + number + 1}"
            if isinstance(cells, str):
                yield RecordError(locator, cells)
            elif self.number + number > self.layout.header_row and any(cells):
                digest, is_suspect = sha256(body).hexdigest(), b"\0" in body
                place = self.offset + offset
                yield RawRecord(locator, cells, digest, place, len(body), self.outer, is_suspect)
            last = number
        self.number += last + 1


def _bodies(lines: list[bytes], ends: list[int]) -> list[bytes]:
    """The bytes of each row, from the number of lines read when it was there."""
    if len(lines) == len(ends):
        return lines
    starts = [0, *ends]
    return [
        lines[start] if end - start == 1 else b"".join(lines[start:end])
        for start, end in zip(starts, ends, strict=False)
    ]


def _line_text(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return line.decode("windows-1252", "replace")


def _then(data: bytes, stream: BinaryIO) -> Iterator[bytes]:
    start = io.BytesIO(data)
    while line := start.readline(MAX_RECORD_BYTES):
        yield line
    while line := stream.readline(MAX_RECORD_BYTES):
        yield line
