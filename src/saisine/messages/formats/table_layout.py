"""Where the header of a table is and how its rows are written, as the first bytes of a file tell.

A header may come after a preamble, or after the `sep=;` of a spreadsheet. Lines end as Unix and Windows end them, or
with the return alone of an old Excel for Mac.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import HEAD_BYTES, MAX_RECORD_BYTES
from saisine.texts import repair_read_as_windows, stops_inside_sign

# The standard limit (128 KiB per cell) cuts real posts with embedded JSON; a record has its own limit.
csv.field_size_limit(MAX_RECORD_BYTES)

DELIMITERS: Final = (";", ",", "\t", "|")
HEADER_WITHIN_ROWS: Final = 30
_SEP_LINE: Final = re.compile(r"^sep=(.)\s*$", re.IGNORECASE)


class Layout:
    """Where the header of a table is and how its rows are written; `line_end` is "\\n", or "\\r" where it is alone."""

    def __init__(
        self,
        delimiter: str,
        encoding: str,
        header: list[str],
        header_row: int,
        preamble: str,
        *,
        line_end: str = "\n",
        columns: Mapping[str, int] | None = None,
    ) -> None:
        self.delimiter = delimiter
        self.encoding = encoding
        self.header = header
        self.header_row = header_row
        self.preamble = preamble
        self.line_end = line_end
        self.columns = columns_of(header) if columns is None else columns

    @property
    def is_pasted(self) -> bool:
        """Whether the header seems to lie inside a cell of another table, whose quote is still open there."""
        return (self.preamble + "".join(self.header)).count('"') % 2 == 1

    def has(self, names: Sequence[str]) -> bool:
        return any(key_of(name) in self.columns for name in names)


@lru_cache(maxsize=1024)  # each profile names the headers it wants anew for each file
def key_of(header: str) -> str:
    return " ".join(repair_read_as_windows(header)[0].split()).casefold()


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """Where each name first stands."""
    return {key_of(name): index for index, name in reversed(list(enumerate(header)))}


def encoding_of(head: bytes) -> str:
    """`utf-8` when the bytes allow it (a sign cut at the very end excepted), else `windows-1252`.

    A file of both, as when rows of another one were pasted into it, is in that of most of its lines; a line that is
    no UTF-8 is then read alone as Windows-1252 (`table_rows.text_of`).
    """
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        is_head = len(head) >= HEAD_BYTES and error.start >= len(head) - 3
        if is_head or stops_inside_sign(head, error):
            return "utf-8"
        lines = [line for line in head.splitlines() if not line.isascii()]
        return "utf-8" if 2 * sum(map(is_utf8, lines)) >= len(lines) else "windows-1252"
    return "utf-8"


def is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(head: bytes) -> bool:
    """Whether there are more NUL than a damaged cell holds."""
    return head.count(0) * 20 > len(head)


def find_layout(head: bytes, profile: Profile) -> Layout | None:
    """The layout in which a row of the head is the profile's header, or None."""
    if _is_binary(head[:1024]) or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return None
    if len(head) >= HEAD_BYTES and b"\n" not in head and b"\r" not in head:
        return None  # half of a header would give the rows other columns
    encoding = profile.encoding or _encoding_of(head)
    text = _text_of(head, encoding)
    line_end = _line_end(text)
    said = _SEP_LINE.match(text.split(line_end, 1)[0].strip())
    delimiters = [said.group(1)] if said else [profile.delimiter] if profile.delimiter else list(DELIMITERS)
    best: Layout | None = None
    for delimiter in delimiters:
        rows = _first_rows(text, line_end, delimiter, profile.quote, profile.escape)
        number = _header_row(rows, profile)
        if number is None or (best is not None and len(rows[number].columns) <= len(best.columns)):
            continue
        before = "\n".join(" ".join(row.cells) for row in rows[:number])
        header, columns = rows[number]
        best = Layout(delimiter, encoding, list(header), number, before, line_end=line_end, columns=columns)
    return best


class _HeadRow(NamedTuple):
    """One of the first rows: its cells, and where each stands were it the header."""

    cells: list[str]
    columns: dict[str, int]


def _header_row(rows: Sequence[_HeadRow], profile: Profile) -> int | None:
    """Which of the first rows is the profile's header."""
    wanted = [[key_of(name) for name in names] for names in profile.headers_all]
    for number, (cells, columns) in enumerate(rows):
        if (
            number >= profile.skip_rows
            and len(cells) > 1
            and not cells[0].startswith(">")  # quoted in a mail
            and all(any(key in columns for key in keys) for keys in wanted)
        ):
            return number
    return None


# A dozen profiles ask about the same head one after the other: it is decoded and split once for all of them.


@lru_cache(maxsize=1)
def _encoding_of(head: bytes) -> str:
    return encoding_of(head)


@lru_cache(maxsize=2)
def _text_of(head: bytes, encoding: str) -> str:
    return head.decode(encoding, "replace").lstrip("\ufeff")


@lru_cache(maxsize=8)
def _first_rows(
    text: str, line_end: str, delimiter: str, quote: str, escape: str | None
) -> tuple[_HeadRow, ...]:
    """The rows among which the header may be; those before a fault of writing when there is one."""
    found: list[_HeadRow] = []
    reader = csv.reader(_lines(text, line_end), delimiter=delimiter, quotechar=quote, escapechar=escape)
    try:
        for cells in reader:
            found.append(_HeadRow(cells, columns_of(cells)))
            if len(found) == HEADER_WITHIN_ROWS:
                break
    except csv.Error:
        pass  # what stands before the fault may hold the header; the reader of rows will say where it is
    return tuple(found)


def _lines(text: str, line_end: str) -> Iterator[str]:
    place = 0
    while (end := text.find(line_end, place)) >= 0:
        yield text[place : end + 1]
        place = end + 1
    if place < len(text):
        yield text[place:]


def _line_end(text: str) -> str:
    """A return that stands outside quotes in the first line, and ends it: old Excel for Mac writes them so."""
    line = text.partition("\n")[0].rstrip("\r") if "\n" in text else text
    place = line.find("\r")
    return "\r" if place >= 0 and line.count('"', 0, place) % 2 == 0 else "\n"
