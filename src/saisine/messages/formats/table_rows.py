"""Rows of CSV files with their exact bytes, under the header that `table_layout` found.

Made for what people really have: `;` and a BOM from a French Excel, `sep=;`, Windows-1252, cells over several
lines. RFC 4180 otherwise, but for a sign that ends lines elsewhere (a lone return in a file whose lines end with a
line feed): quoted or not, it is part of its cell, unless the row would then be wider than the header.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, BinaryIO, Final

from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import (
    HEAD_BYTES,
    MAX_RECORD_BYTES,
    Context,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
)
from saisine.messages.formats.table_layout import Layout, find_layout, is_utf8
from saisine.texts import stops_inside_sign

RowError = str  # what is wrong with a row: a code, never its words
_PIECE_BYTES: Final = 64 << 10
# `csv` takes both signs for the end of a row. Those that are none pass as lone surrogates, which no text that was
# decoded holds.
STRAY: Final = {"\n": ("\r", "\udc0d"), "\r": ("\n", "\udc0a")}


def read_with(profile: Profile) -> Reader:
    """A reader of the rows under the header; `record.obj` is the list of cells, `outer` holds the layout."""

    def records(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
        layout = find_layout(member.read(HEAD_BYTES), profile)
        if layout is None:
            yield Note("unknown_header", ctx.locator_prefix)
            return
        outer = ({"layout": layout},)
        faults = RowFaults(layout, ctx.locator_prefix)
        with member.open() as stream:
            body, locator = b"", ""
            cells: list[str] | RowError = []
            lines = lines_of(stream, layout.line_end)
            for number, offset, body, cells in rows_of_lines(lines, profile, layout):
                locator = f"{ctx.locator_prefix}#row={number + 1}"
                if isinstance(cells, str):
                    yield RecordError(locator, cells)
                elif number > layout.header_row and any(cells):
                    faults.rows += 1
                    faults.look_at_bytes(body)
                    faults.look_at_cells(cells, locator)
                    digest, is_suspect = sha256(body).hexdigest(), b"\0" in body
                    yield RawRecord(locator, cells, digest, offset, len(body), outer, is_suspect)
            if (code := cut_of(body, cells, layout, profile)) is not None:
                yield Note(code, locator)
            yield from faults.notes()

    return records


class RowFaults:
    """What is to be said of the writing of a table once its rows were read: where its bytes were no UTF-8, and rows
    that are wider than the header."""

    def __init__(self, layout: Layout, prefix: str) -> None:
        self.width = len(layout.header)
        self.prefix = prefix
        self.is_legacy = layout.encoding == "windows-1252"
        self.is_mixed = False
        self.names = set(layout.header)
        self.rows = 0
        self.wide = self.padded = 0  # rows with more cells, and those of which these are all empty
        self.first_wide = self.first_padded = ""

    def look_at_cells(self, cells: list[str] | RowError, locator: str) -> None:
        if isinstance(cells, str) or len(cells) <= self.width:
            return
        if self.names <= set(cells):  # another table below, with more columns
            self.width = len(cells)
        elif any(cells[self.width :]):
            self.first_wide = self.first_wide or locator
            self.wide += 1
        else:
            self.first_padded = self.first_padded or locator
            self.padded += 1

    def look_at_bytes(self, data: bytes) -> None:
        self.is_mixed = self.is_mixed or not (self.is_legacy or is_utf8(data) or _is_cut_sign(data))

    def notes(self) -> Iterator[Note]:
        if self.is_legacy or self.is_mixed:
            yield Note("assumed_encoding", self.prefix)
        # a spreadsheet pads all its rows alike; one of a few was pushed to the right by a separator in its text
        is_pushed = self.padded * 2 < self.rows
        wide = self.wide + (self.padded if is_pushed else 0)
        if wide:
            yield Note("extra_cells", self.first_wide or self.first_padded, count=wide)


def _is_cut_sign(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return stops_inside_sign(data, error)
    return False


def cut_of(body: bytes, cells: list[str] | RowError, layout: Layout, profile: Profile) -> str | None:
    """What is to be said of the last row: `truncated` when it stops in a quoted cell, or lacks cells and its line end;
    `quote_open` when the file ends as it should and that cell holds whole lines; None of any other."""
    if body.count(profile.quote.encode()) % 2 and profile.escape is None and profile.undoubled is None:
        return "quote_open" if body.endswith((b"\n", b"\r")) and len(body.splitlines()) > 1 else "truncated"
    is_cut = not body.endswith((b"\n", b"\r")) and 0 < len(cells) < len(layout.header)
    return "truncated" if is_cut else None


# ------------------------------------------------------------------ lines


def lines_of(stream: BinaryIO, line_end: str) -> Iterator[bytes]:
    """The lines of a stream, each with its end; a longer one than any record comes in pieces."""
    if line_end == "\n":
        yield from iter(lambda: stream.readline(MAX_RECORD_BYTES), b"")
        return
    pending = b""
    while piece := stream.read(_PIECE_BYTES):
        *lines, pending = (pending + piece).split(b"\r")
        yield from (line + b"\r" for line in lines)
        if len(pending) > MAX_RECORD_BYTES:
            yield pending
            pending = b""
    if pending:
        yield pending


def text_of(line: bytes, encoding: str) -> str:
    """A line as text; one that is no UTF-8 is taken as Windows-1252, unless it stops inside a sign."""
    try:
        return line.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and stops_inside_sign(line, error):
            return line.decode("utf-8", "replace")
        return line.decode("windows-1252", "replace")


def marked(text: str, line_end: str) -> str:
    """The line with its stray signs as `csv` may read them."""
    sign, mark = STRAY[line_end]
    if sign not in text:
        return text
    body = text.rstrip("\r\n")
    return body.replace(sign, mark) + text[len(body) :]


def unmarked(cells: list[str], body: bytes, profile: Profile, layout: Layout) -> list[str] | RowError:
    """The row with its stray signs again. A sign without quotes that may have joined two rows makes it none."""
    sign, mark = STRAY[layout.line_end]
    if not any(mark in cell for cell in cells):
        return cells
    if len(cells) > len(layout.header) and not _is_quoted(body, profile, layout):
        return "bad_row"
    return [cell.replace(mark, sign) for cell in cells]


def _is_quoted(body: bytes, profile: Profile, layout: Layout) -> bool:
    """Whether the stray signs of a row all stand in quoted cells, where `csv` takes them as they are."""
    try:
        return len(list(reader_of([text_of(body, layout.encoding)], profile, layout))) == 1
    except csv.Error:
        return False


# ------------------------------------------------------------------ rows


def reader_of(lines: Iterable[str], profile: Profile, layout: Layout) -> Any:
    """The reader of these lines in the dialect of the table."""
    return csv.reader(lines, delimiter=layout.delimiter, quotechar=profile.quote, escapechar=profile.escape)


def rows_of_lines(
    lines: Iterator[bytes], profile: Profile, layout: Layout, is_start: bool = True
) -> Iterator[tuple[int, int, bytes, list[str] | RowError]]:
    """(row number, byte offset, exact bytes, cells or what is wrong) of every row of these lines."""
    if profile.undoubled:
        yield from _rows_of_single_lines(lines, profile, layout, is_start)
        return
    pending: list[bytes] = []
    reader = reader_of(_decoded(lines, layout, pending, is_start), profile, layout)
    number = offset = 0
    while True:
        cells: list[str] | RowError
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = "bad_row"
        body = pending[0] if len(pending) == 1 else b"".join(pending)
        pending.clear()
        if isinstance(cells, list):
            cells = unmarked(cells, body, profile, layout)
        yield number, offset, body, cells
        number += 1
        offset += len(body)


def _row_of_line(line: str, profile: Profile, layout: Layout) -> list[str]:
    """The row of a writer that leaves quotes single behind a sign (PHP: fputcsv), each on one line: of the ways to read
    it, the first that is as wide as the header. None of these quotes ends a cell; some do; all are such."""
    sign, quote = re.escape(profile.undoubled or ""), re.escape(profile.quote)
    end = rf"[{quote}{re.escape(layout.delimiter)}\r\n]|\Z"
    found: list[list[str]] = []
    for apart in (rf"(?!{quote})", rf"(?!{end})", ""):
        text = re.sub(rf"(?<={sign}){quote}{apart}", profile.quote * 2, line)
        rows = list(csv.reader([text], delimiter=layout.delimiter, quotechar=profile.quote))
        if len(rows) == 1 and len(rows[0]) == len(layout.header):
            return rows[0]
        found += rows[:1]
    return found[1] if len(found) > 1 else []


def _rows_of_single_lines(
    lines: Iterator[bytes], profile: Profile, layout: Layout, is_start: bool
) -> Iterator[tuple[int, int, bytes, list[str] | RowError]]:
    offset = 0
    pending: list[bytes] = []
    for number, text in enumerate(_decoded(lines, layout, pending, is_start)):
        body = pending.pop()
        try:
            yield number, offset, body, unmarked(_row_of_line(text, profile, layout), body, profile, layout)
        except csv.Error:
            yield number, offset, body, "bad_row"
        offset += len(body)


def _decoded(lines: Iterator[bytes], layout: Layout, pending: list[bytes], is_start: bool) -> Iterator[str]:
    """Lines as text, each remembered as bytes."""
    for line in lines:
        pending.append(line)
        text = marked(text_of(line, layout.encoding), layout.line_end)
        yield text.lstrip("\ufeff") if is_start else text
        is_start = False
