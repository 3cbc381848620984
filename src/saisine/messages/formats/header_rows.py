"""Rows of CSV files whose header tells which tool and which of its commands wrote them.

A tool such as 4CAT or minet writes one table per platform, each with columns of its own. Each is a `Sheet`: the
headers that name it, and the function that reads its rows. A profile (`profiles.py`) is enough where columns
are copied as they are; here a kind is deduced, an identifier taken out of an address, a filler set aside.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import accumulate
from typing import Any, Final

from saisine.messages.columns import Column, Columns, Same, as_list
from saisine.messages.formats.blocks import (
    BlockMapper,
    BlockReader,
    RecordBlock,
    Unfit,
    columns_of,
    kept_of,
    names_missing,
    require_counts,
)
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
    Sniff,
    Sniffer,
)
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.table_blocks import read_blocks
from saisine.messages.formats.table_columns import (
    Cells,
    Rows,
    column,
    counts,
    flags,
    or_none,
    padded,
    places_of,
    seconds,
    without_rounded,
    words,
)
from saisine.messages.formats.table_columns import stated as stated_columns
from saisine.messages.formats.table_layout import Layout, find_layout
from saisine.messages.formats.table_rows import read_with

Fields = dict[str, Any]


class Table:
    """The cells of a block of rows by header, a whole column at a time.

    `rounded` are the rows whose identifier a spreadsheet damaged, `left_out` those that a sheet sets aside, `notes`
    the rows of which something is to be said, by its code. `hidden_in` is the column that names those which the
    tool itself declares unknown in a row; `zone` is that of times which name none.
    """

    def __init__(
        self, rows: Rows, columns: Mapping[str, int], hidden_in: str = "", zone: tzinfo = UTC
    ) -> None:
        self.rows = padded(rows, max(columns.values(), default=-1) + 1)
        self.columns = columns
        self.count = len(rows)
        self.zone = zone
        self.notes: dict[str, list[int]] = {}
        self.rounded: set[int] = set()
        self.left_out: dict[int, str] = {}
        self.hidden: dict[str, list[int]] = {}
        said = self.get(hidden_in) if hidden_in else []
        for row, names in enumerate(said) if any(said) else ():
            for name in (names or "").split(","):
                self.hidden.setdefault(name.strip(), []).append(row)

    def get(self, *names: str) -> Cells:
        """The first of these cells that holds something; a declared unknown holds nothing."""
        found = [self._cells(name) for name in names if name in self.columns]
        if len(found) == 1:
            return found[0]
        if not found:
            return [None] * self.count
        return [next((cell for cell in cells if cell), None) for cells in zip(*found, strict=True)]

    def _cells(self, name: str) -> Cells:
        cells = or_none(column(self.rows, self.columns[name]))
        for row in self.hidden.get(name, ()):
            cells[row] = None
        return cells

    def id(self, *names: str) -> Cells:
        """Identifiers; one that a spreadsheet rounded is gone, and said."""
        cells, rounded = without_rounded(self.get(*names))
        self.rounded.update(rounded)
        return cells

    def count_of(self, *names: str) -> list[int | None]:
        """Counts; -1 and words are unknown. Some tools write whole numbers as `3.0`."""
        return counts(self.get(*names))

    def words(self, name: str, separator: str) -> list[Any]:
        """The items of lists written in one cell, each once."""
        return as_list(words(self.get(name), separator), self.count)

    def first_words(self, separator: str, *names: str) -> list[Any]:
        """The items of the first of these columns that holds some."""
        each = [self.words(name, separator) for name in names]
        return [next(filter(None, found), []) for found in zip(*each, strict=True)]

    def all_words(self, separator: str, *names: str) -> list[Any]:
        """The items of all these columns."""
        each = [self.words(name, separator) for name in names]
        return [[one for items in found for one in items] for found in zip(*each, strict=True)]

    def seconds(self, *names: str) -> Fields:
        """The time columns from Unix seconds."""
        cells = self.get(*names)
        return stated_columns(seconds(cells), cells, Same("s"))

    def flag(self, name: str) -> list[bool]:
        return flags(self.get(name))

    def note(self, code: str, is_so: Sequence[Any]) -> None:
        """Say something of the file for each row where this is so."""
        self.notes[code] = [row for row, one in enumerate(is_so) if one]

    def leave_out(self, reason: str, is_so: Sequence[Any]) -> None:
        """Set aside the rows where this is so."""
        self.left_out |= {row: reason for row, one in enumerate(is_so) if one}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a tool: the headers that are all there, and what its rows mean.

    `columns` returns the columns of a Message, `kind` and `platform` among them; one more key, `unknown`, holds the
    names to add to `missing`.
    """

    name: str
    headers: tuple[str, ...]
    columns: Callable[[Table], Fields]


def profile_of(tool: str, headers: Sequence[str]) -> Profile:
    """What the reader of rows needs: a header with these columns, separated as the CSV says."""
    return Profile(
        id=tool,
        version=1,
        label_fr=tool,
        label_en=tool,
        platform="auto",
        kind="post",
        fields={},
        headers_all=tuple((name,) for name in headers),
    )


def layout_of(head: bytes, sheets: Sequence[Sheet]) -> tuple[Layout, Sheet] | None:
    """(layout, sheet) of a table of this tool; None for any other."""
    found: list[tuple[Layout, Sheet]] = []
    for sheet in sheets:
        if not all(name.encode() in head for name in sheet.headers):
            continue  # most files: no row is parsed for nothing
        layout = find_layout(head, profile_of(sheet.name, sheet.headers))
        if layout is not None:
            found.append((layout, sheet))
    return max(found, key=lambda pair: len(pair[1].headers), default=None)


def sniff_sheets(sheets: Sequence[Sheet]) -> Sniffer:
    """A sniffer of the tables of one tool; the name of the table is the first reason."""

    def sniff(head: bytes, name: str) -> Sniff:
        found = layout_of(head, sheets)
        if found is None:
            return Sniff(0, [])
        layout, sheet = found
        return Sniff(
            50 if layout.is_pasted else 95,
            [sheet.name, *sheet.headers, f"delimiter {layout.delimiter!r}", layout.encoding],
        )

    return sniff


def read_sheets(sheets: Sequence[Sheet]) -> Reader:
    """A reader of the rows of whichever of these tables the file holds."""

    def records(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
        found = layout_of(member.read(HEAD_BYTES), sheets)
        if found is None:
            yield Note("unknown_header", ctx.locator_prefix)
            return
        ctx.memory["sheet"] = found[1]
        yield from read_with(profile_of(found[1].name, found[1].headers))(member, ctx)

    return records


def read_sheet_blocks(sheets: Sequence[Sheet]) -> BlockReader:
    """The same by blocks of rows."""

    def blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
        found = layout_of(member.read(HEAD_BYTES), sheets)
        if found is None:
            yield Note("unknown_header", ctx.locator_prefix)
            return
        ctx.memory["sheet"] = found[1]
        yield from read_blocks(profile_of(found[1].name, found[1].headers))(member, ctx)

    return blocks


_OWN: Final = ("message_id", "author_id", "author_handle", "author_name", "created_at")
_COUNTS: Final = ("like_count", "share_count", "reply_count", "view_count")
_NAMING: Final = (
    "platform",
    "author_id",
    "author_handle",
    "author_name",
    "conversation_id",
    "target_id",
    "url",
    "created_at_raw",
    "text",
)
_PLACES: Final = ("url", "parent_id", "conversation_id", "target_id", "lang")


def map_tables(hidden_in: str = "") -> BlockMapper:
    """A mapper of blocks of those rows. `hidden_in` is the column that names the columns which are unknown."""

    def map_block(block: RecordBlock, ctx: Context) -> Columns:
        layout: Layout = block.outer[0]["layout"]
        skipped: list[tuple[str, str]] = []
        if "columns" not in ctx.memory:
            ctx.memory["columns"] = _columns(layout.header)
        others = _other_headers(block, layout.header, ctx.memory["sheet"])
        if others and len(block) > 1:
            raise Unfit(others)  # mapped alone, in their order: what is below each is read by it
        if others:
            ctx.memory["columns"] = _columns(block.objs[0])
            return Columns(0, {}, [("not_a_message", block.locators[0])])
        if repeats := places_of(layout.header, block.objs):
            skipped = [("not_a_message", block.locators[row]) for row in repeats]
            block = block.only([row not in set(repeats) for row in range(len(block))])
        table = Table(block.objs, ctx.memory["columns"], hidden_in, ctx.zone)
        fields = ctx.memory["sheet"].columns(table) if len(block) else {}
        if table.left_out:
            skipped += [(reason, block.locators[row]) for row, reason in sorted(table.left_out.items())]
            kept = [row not in table.left_out for row in range(len(block))]
            block, fields = block.only(kept), {name: kept_of(one, kept) for name, one in fields.items()}
            places = [*accumulate(kept, initial=0)]
            table.rounded = {places[row] for row in table.rounded if kept[row]}
            table.notes = {
                code: [places[row] for row in rows if kept[row]] for code, rows in table.notes.items()
            }
        return _finish(fields, table, block, ctx, skipped) if len(block) else Columns(0, {}, skipped)

    return map_block


def _other_headers(block: RecordBlock, header: Sequence[str], sheet: Sheet) -> list[int]:
    """Where the header of another table of this kind stands, whose columns are not in this order."""
    cells = column(padded(block.objs, 1), 0) if len(block) else []
    names = set(sheet.headers).union(filter(None, header))
    if names.isdisjoint(cells):
        return []
    rows = [(place, block.objs[place]) for place, cell in enumerate(cells) if cell in names]
    return [place for place, row in rows if list(row) != list(header) and set(sheet.headers) <= set(row)]


def _finish(
    fields: Fields, table: Table, block: RecordBlock, ctx: Context, skipped: list[tuple[str, str]]
) -> Columns:
    """The messages of a block; rows without an identifier get a derived one, unless their own was damaged."""
    count = len(block)
    fields["text"] = [text or "" for text in as_list(fields.get("text", Same("")), count)]
    unknown = fields.pop("unknown", Same(()))
    missing: Column = names_missing(fields, (*_OWN, *_COUNTS), count)
    places = tuple(name for name in _PLACES if name not in fields)
    if isinstance(missing, Same) and isinstance(unknown, Same):
        missing = Same((*missing.value, *places, *unknown.value))
    else:
        pairs = zip(as_list(missing, count), as_list(unknown, count), strict=True)
        missing = [(*names, *places, *more) for names, more in pairs]
    require_counts(fields)
    _derive_ids(fields, table.rounded, count, ctx)
    notes = [
        Note(code, block.locators[rows[0]], count=len(rows)) for code, rows in table.notes.items() if rows
    ]
    notes += [Note("rounded_ids", block.locators[row]) for row in sorted(table.rounded)]
    return columns_of(block, ctx, fields, missing, skipped=skipped, notes=notes)


def _derive_ids(fields: Fields, rounded: set[int], count: int, ctx: Context) -> None:
    ids = as_list(fields.get("message_id", Same(None)), count)
    lacking = (
        [row for row, one in enumerate(ids) if one is None and row not in rounded] if None in ids else []
    )
    if lacking:
        ids = list(ids)
        columns = {name: as_list(fields.get(name, Same(None)), count) for name in _NAMING}
        authors = _first_of(columns, "author_id", "author_handle", "author_name")
        places = _first_of(columns, "conversation_id", "target_id", "url")
        platforms, said, texts = columns["platform"], columns["created_at_raw"], columns["text"]
        found = ctx.derive_ids(
            (platforms[row], places[row], said[row] or "", authors[row], texts[row]) for row in lacking
        )
        for row, one in zip(lacking, found, strict=True):
            ids[row] = one
    fields["message_id"] = ids


def _first_of(columns: Mapping[str, list[str | None]], *names: str) -> list[str]:
    """For each row, the first of these columns that holds something there."""
    return [next(filter(None, found), "") for found in zip(*(columns[name] for name in names), strict=True)]


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each name first stands."""
    return {name.strip(): index for index, name in reversed(list(enumerate(header)))}
