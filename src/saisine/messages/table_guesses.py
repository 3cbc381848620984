"""Tables without a profile: how they are written, where their header is, and their first rows.

A table is a CSV, a sheet of a workbook, or JSON objects (one per line, or one array); see `formats/table_rows.py`
and `formats/table_json.py`, which read them in earnest.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

import yaml

from saisine.messages.archive_streams import STREAM_FAULTS, Limits, Refused
from saisine.messages.containers import members_of
from saisine.messages.encodings import to_utf8
from saisine.messages.filetypes import type_of
from saisine.messages.formats.contract import HEAD_BYTES, Context, Member, RawRecord
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.table_fields import header_words
from saisine.messages.formats.table_json import JsonLayout, first_objects, json_rows, opens_like_json
from saisine.messages.formats.table_layout import (
    DELIMITERS,
    HEADER_WITHIN_ROWS,
    encoding_of,
    find_layout,
    key_of,
)
from saisine.messages.formats.table_rows import read_with
from saisine.messages.formats.table_values import is_total
from saisine.messages.ledger import SourceEntry
from saisine.messages.sniffing import why_unknown
from saisine.messages.unread_words import UNREAD

SAMPLE_ROWS: Final = 2_000
MAX_TABLES: Final = 200
MAX_COLUMNS: Final = 300
NAMES: Final = Path(__file__).parent / "formats" / "column_names.yaml"
NO_FIELD: Final = "-"

_DATUM: Final = re.compile(r"https?://.*|[\d\s.,:;/+\-]*\d[\d\s.,:;/+\-]*|@\S+", re.IGNORECASE)
_SEP_LINE: Final = re.compile(r"sep=(.)", re.IGNORECASE)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Table:
    """A table that was found: `rows` are the first ones (cells as text, under `header`)."""

    member: Member
    name: str
    form: str
    delimiter: str
    encoding: str
    header: list[str]
    header_row: int
    preamble: str
    rows: list[list[str]]

    def more_rows(self) -> Iterator[list[str]]:
        """Every row again, beyond the first ones too."""
        return _rows(self.member, self.header, self.form)

    def column(self, index: int, rows: Sequence[Sequence[str]] | None = None) -> list[str]:
        return [row[index] if index < len(row) else "" for row in (self.rows if rows is None else rows)]


@cache
def column_names() -> dict[str, tuple[str, ...]]:
    """{field: the names of its columns}, folded; `-` names columns that are no field."""
    loaded: dict[str, list[object]] = yaml.load(NAMES.read_text("utf-8"), yaml.CSafeLoader)
    # YAML reads a bare `no` as false
    return {
        str(key): tuple("no" if name is False else str(name) for name in names)
        for key, names in loaded.items()
    }


@cache
def field_of_name() -> dict[str, str]:
    """{a whole header, folded: its field}."""
    return {name: key for key, names in column_names().items() for name in names}


def normal_header(header: str) -> str:
    """A header as the list of names writes it: `authorMeta/nickName` is `author meta nick name`."""
    return header_words(header)


# ------------------------------------------------------------------ tables of a file


def tables_of(path: Path, limits: Limits | None = None) -> Iterator[Table | Refused | tuple[str, str]]:
    """The tables of a file, and what else it holds: refused members, or (name, why nothing is read of it).

    A table's rows can be read again until the next one is asked for. Raises OSError.
    """
    for found in islice(members_of(path, limits or Limits()), MAX_TABLES):
        if isinstance(found, Refused):
            yield found
            continue
        name = found.path_in_source or found.name
        try:
            yield _table_of(found, name)
        except STREAM_FAULTS:
            yield name, "damaged"


def _table_of(member: Member, name: str) -> Table | tuple[str, str]:
    head = member.read(HEAD_BYTES)
    unread = None if member.is_sheet and head else type_of(head).unread
    if member.is_sheet and not head:
        unread = "no_message_inside"  # its workbook is not empty
    if unread is not None:
        faults = [note.code for note in member.notes() if note.code in UNREAD]
        return name, faults[0] if faults else unread
    member, head = to_utf8(member, head, SourceEntry("", "", 0))
    found = _json_table(member, name, head) if opens_like_json(head) else _csv_table(member, name, head)
    return found or (name, why_unknown(head) if not member.is_sheet else "unknown_format")


def _json_table(member: Member, name: str, head: bytes) -> Table | None:
    objects = first_objects(head)
    # a key of spaces alone could not be found again by its name
    keys = list(dict.fromkeys(key for one in objects for key in one if key.strip()))[:MAX_COLUMNS]
    if not keys:
        return None
    rows = list(islice(_rows(member, keys, "json"), SAMPLE_ROWS))
    return Table(member, name, "json", "", "utf-8", keys, -1, "", rows)


def _csv_table(member: Member, name: str, head: bytes) -> Table | None:
    encoding = encoding_of(head)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    guess = _best_writing(text)
    if guess is None:
        return None
    delimiter, number, lines = guess
    header = lines[number]
    # read as an import will read it: what it would not find there is not proposed here
    layout = find_layout(head, _profile_for(header, "table"))
    if layout is None or layout.header != header:
        return None
    rows = [row[:MAX_COLUMNS] for row in islice(_rows(member, header, "table"), SAMPLE_ROWS)]
    form = "xlsx" if member.is_sheet else "csv"
    return Table(member, name, form, delimiter, encoding, header, number, layout.preamble, rows)


def _rows(member: Member, header: Sequence[str], form: str) -> Iterator[list[str]]:
    """The rows under a header as the reader of profiles gives them."""
    ctx = Context(source_sha256="", mapper="", now=_EPOCH, zone=UTC)
    profile = _profile_for(header, form)
    found: Iterator[object]
    if form == "json":
        found = json_rows(member, ctx, JsonLayout(header))
    else:
        found = read_with(profile)(member, ctx)
    for record in found:
        if isinstance(record, RawRecord) and not is_total(next(filter(None, record.obj), "")):
            yield record.obj


def _profile_for(header: Sequence[str], form: str) -> Profile:
    """A profile that knows a header and nothing else."""
    names = tuple((name,) for name in header if name.strip())
    return Profile("", 1, "", "", "auto", "comment", {}, names, form=form)


# ------------------------------------------------------------------ how a CSV is written


def _best_writing(text: str) -> tuple[str, int, list[list[str]]] | None:
    """(delimiter, row of the header, first rows) of the writing that gives the most regular rows."""
    said = _SEP_LINE.fullmatch(text.split("\n", 1)[0].strip())
    best: tuple[float, str, int, list[list[str]]] | None = None
    for delimiter in [said.group(1)] if said else DELIMITERS:
        rows = _first_rows(text, delimiter)
        number = _header_row(rows)
        if number is None:
            continue
        width = len(rows[number])
        below = [row for row in rows[number + 1 :] if any(row)]
        regular = sum(1 for row in below if len(row) == width) / len(below) if below else 0.5
        score = regular * 100 + min(width, 20) + 10 * _known(rows[number])
        if best is None or score > best[0]:
            best = (score, delimiter, number, rows)
    return best[1:] if best is not None else None


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows; the last line of the text, which may be cut, is left out when others came before."""
    lines = text.split("\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    try:
        return list(islice(csv.reader((line + "\n" for line in whole), delimiter=delimiter), 100))
    except csv.Error:
        return []


def _known(row: Sequence[str]) -> int:
    return sum(1 for cell in row if normal_header(cell) in field_of_name())


def _header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """The row that heads the others: words rather than data, none twice, as wide as what follows."""
    best: tuple[float, int] | None = None
    for number, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        named = [cell for cell in row if cell.strip()]
        if len(row) < 2 or not named or any(_DATUM.fullmatch(cell.strip()) for cell in named):
            continue
        if max(map(len, named)) > 120 or len(set(map(key_of, named))) * 2 < len(named):
            continue
        score = 3 * _known(row) + len(named) / len(row) + (len(row) == _usual_width(rows[number + 1 :]))
        if len(named) * 2 >= len(row) and (best is None or score > best[0] + 0.01):
            best = (score, number)
    return best[1] if best is not None else None


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    widths = [len(row) for row in rows if any(row)]
    return max(set(widths), key=widths.count) if widths else 0
