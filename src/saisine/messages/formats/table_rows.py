"""Rows of CSV files with their exact bytes, under a header that may come after a preamble.

Made for what people really have: `;` and a BOM from a French Excel, `sep=;`, Windows-1252, cells over several
lines. RFC 4180 otherwise.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

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

# The standard limit (128 KiB per cell) cuts real posts with embedded JSON; a record has its own limit.
csv.field_size_limit(MAX_RECORD_BYTES)

DELIMITERS: Final = (";", ",", "\t", "|")
HEADER_WITHIN_ROWS: Final = 30
RowError = str  # what is wrong with a row: a code, never its words
_SEP_LINE: Final = re.compile(r"^sep=(.)\s*$", re.IGNORECASE)


class Layout:
    """Where the header of a table is and how its rows are written."""

    def __init__(
        self, delimiter: str, encoding: str, header: list[str], header_row: int, preamble: str
    ) -> None:
        self.delimiter = delimiter
        self.encoding = encoding
        self.header = header
        self.header_row = header_row
        self.preamble = preamble
        self.columns = {key_of(name): index for index, name in reversed(list(enumerate(header)))}

    @property
    def is_pasted(self) -> bool:
        """Whether the header seems to lie inside a cell of another table, whose quote is still open there."""
        return (self.preamble + "".join(self.header)).count('"') % 2 == 1

    def has(self, names: Sequence[str]) -> bool:
        return any(key_of(name) in self.columns for name in names)


def key_of(header: str) -> str:
    return " ".join(header.split()).casefold()


def encoding_of(head: bytes) -> str:
    """`utf-8` when the bytes allow it (a sign cut at the very end excepted), else `windows-1252`."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.start >= len(head) - 3 and len(head) >= HEAD_BYTES else "windows-1252"
    return "utf-8"


def find_layout(head: bytes, profile: Profile) -> Layout | None:
    """The layout in which a row of the head is the profile's header, or None."""
    if b"\0" in head[:1024] or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return None
    encoding = profile.encoding or encoding_of(head)
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    said = _SEP_LINE.match(text.split("\n", 1)[0].strip())
    delimiters = [said.group(1)] if said else [profile.delimiter] if profile.delimiter else list(DELIMITERS)
    best: Layout | None = None
    for delimiter in delimiters:
        found = _layout_with(text, profile, delimiter, encoding)
        if found is not None and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _layout_with(text: str, profile: Profile, delimiter: str, encoding: str) -> Layout | None:
    before: list[str] = []
    for number, row in enumerate(_rows_of(text, profile, delimiter)):
        if number >= HEADER_WITHIN_ROWS:
            return None
        layout = Layout(delimiter, encoding, row, number, "\n".join(before))
        if (
            number >= profile.skip_rows
            and all(layout.has(names) for names in profile.headers_all)
            and len(row) > 1
        ):
            return layout
        before.append(" ".join(row))
    return None


def _rows_of(text: str, profile: Profile, delimiter: str) -> Iterator[list[str]]:
    lines = (line + "\n" for line in text.split("\n"))
    try:
        yield from csv.reader(lines, delimiter=delimiter, quotechar=profile.quote, escapechar=profile.escape)
    except csv.Error:
        return


# ------------------------------------------------------------------ rows


def read_with(profile: Profile) -> Reader:
    """A reader of the rows under the header; `record.obj` is the list of cells, `outer` holds the layout."""

    def records(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
        layout = find_layout(member.read(HEAD_BYTES), profile)
        if layout is None:
            yield Note("unknown_header", ctx.locator_prefix)
            return
        outer = ({"layout": layout},)
        with member.open() as stream:
            body, locator = b"", ""
            cells: list[str] | RowError = []
            lines = iter(lambda: stream.readline(MAX_RECORD_BYTES), b"")
            for number, offset, body, cells in rows_of_lines(lines, profile, layout):
                locator = f"{ctx.locator_prefix}#row={number + 1}"
                if isinstance(cells, str):
                    yield RecordError(locator, cells)
                elif number > layout.header_row and any(cells):
                    digest, is_suspect = sha256(body).hexdigest(), b"\0" in body
                    yield RawRecord(locator, cells, digest, offset, len(body), outer, is_suspect)
            if is_cut(body, cells, layout, profile):
                yield Note("truncated", locator)

    return records


def is_cut(body: bytes, cells: list[str] | RowError, layout: Layout, profile: Profile) -> bool:
    """Whether the last row stops in a quoted cell, or lacks cells and its line end."""
    if body.count(profile.quote.encode()) % 2 and profile.escape is None:
        return True
    return not body.endswith((b"\n", b"\r")) and 0 < len(cells) < len(layout.header)


def rows_of_lines(
    lines: Iterator[bytes], profile: Profile, layout: Layout, is_start: bool = True
) -> Iterator[tuple[int, int, bytes, list[str] | RowError]]:
    """(row number, byte offset, exact bytes, cells or what is wrong) of every row of these lines."""
    pending: list[bytes] = []
    reader = csv.reader(
        _decoded(lines, layout.encoding, pending, is_start),
        delimiter=layout.delimiter,
        quotechar=profile.quote,
        escapechar=profile.escape,
    )
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
        yield number, offset, body, cells
        number += 1
        offset += len(body)


def _decoded(lines: Iterator[bytes], encoding: str, pending: list[bytes], is_start: bool) -> Iterator[str]:
    """Lines as text, each remembered as bytes; a line that is no UTF-8 is taken as Windows-1252."""
    for line in lines:
        pending.append(line)
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            text = line.decode("windows-1252", "replace")
        yield text.removeprefix("\ufeff") if is_start else text
        is_start = False
