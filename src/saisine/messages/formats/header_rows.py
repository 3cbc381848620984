"""Rows of CSV files whose header tells which tool and which of its commands wrote them.

A tool such as 4CAT or minet writes one table per platform, each with columns of its own. Each is a `Sheet`: the
headers that name it, and the function that reads its rows. A profile (`profiles.py`) is enough where columns
are copied as they are; here a kind is deduced, an identifier taken out of an address, a filler set aside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Mapper,
    Member,
    Message,
    Note,
    RawRecord,
    Reader,
    RecordError,
    Skip,
    Sniff,
    Sniffer,
)
from saisine.messages.formats.json_values import as_count, as_id, stated
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.table_rows import Layout, find_layout, read_with
from saisine.messages.formats.table_values import is_rounded

Fields = dict[str, Any]


@dataclass(slots=True)
class Row:
    """The cells of one row by header. `hidden` are the columns that the tool itself declares unknown;
    `rounded` gathers the columns whose identifier a spreadsheet damaged."""

    cells: Sequence[str]
    columns: dict[str, int]
    hidden: frozenset[str] = frozenset()
    rounded: list[str] = field(default_factory=list)

    def get(self, *names: str) -> str | None:
        """The first of these cells that holds something; a declared unknown holds nothing."""
        for name in names:
            index = self.columns.get(name)
            cell = self.cells[index] if index is not None and index < len(self.cells) else ""
            if cell and name not in self.hidden:
                return cell
        return None

    def id(self, *names: str) -> str | None:
        """An identifier; one that a spreadsheet rounded is gone, and said."""
        cell = self.get(*names)
        if cell is not None and is_rounded(cell):
            self.rounded.append(names[0])
            return None
        return as_id(cell)

    def count(self, *names: str) -> int | None:
        """A count; -1 and words are unknown. Some tools write whole numbers as `3.0`."""
        cell = self.get(*names)
        return as_count(cell.removesuffix(".0")) if cell is not None else None

    def words(self, name: str, separator: str) -> list[str]:
        """The items of a list written in one cell, each once."""
        parts = (self.get(name) or "").split(separator)
        return list(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def seconds(self, *names: str) -> Fields:
        """The time columns from Unix seconds; empty when there are none."""
        cell = self.get(*names)
        found = stated(cell.partition(".")[0]) if cell is not None else {}
        return found | {"created_at_raw": cell} if found else {}

    def flag(self, name: str) -> bool:
        return (self.get(name) or "").casefold() in ("yes", "true", "1")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a tool: the headers that are all there, and what a row of it means.

    `read` returns the columns of a Message, `kind` and `platform` among them, or why the row is none. Two more
    keys: `unknown`, columns to add to `missing`; `notes`, codes to say of the file.
    """

    name: str
    headers: tuple[str, ...]
    read: Callable[[Row, Context], Fields | Skip]


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
        return Sniff(95, [sheet.name, *sheet.headers, f"delimiter {layout.delimiter!r}", layout.encoding])

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


_OWN: Final = ("message_id", "author_id", "author_handle", "author_name", "created_at")
_COUNTS: Final = ("like_count", "share_count", "reply_count", "view_count")
_PLACES: Final = ("url", "parent_id", "conversation_id", "target_id", "lang")


def map_sheets(hidden_in: str = "") -> Mapper:
    """A mapper of those rows. `hidden_in` is the column that names the columns which are unknown."""

    def map_row(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip | Note]:
        layout: Layout = record.outer[0]["layout"]
        if record.obj == layout.header:
            return Skip("not_a_message")
        if "columns" not in ctx.memory:
            ctx.memory["columns"] = _columns(layout.header)
        row = Row(record.obj, ctx.memory["columns"])
        if hidden_in and (names := row.get(hidden_in)):
            row.hidden = frozenset(part.strip() for part in names.split(","))
        fields = ctx.memory["sheet"].read(row, ctx)
        if isinstance(fields, Skip):
            return fields
        codes = (*fields.pop("notes", ()), *(("rounded_ids",) if row.rounded else ()))
        message = _message(fields, row, record, ctx)
        return [message, *(Note(code, record.locator) for code in codes)] if codes else message

    return map_row


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each name first stands."""
    return {name.strip(): index for index, name in reversed(list(enumerate(header)))}


def _message(fields: Fields, row: Row, record: RawRecord, ctx: Context) -> Message:
    """The message of a row; without an identifier it gets a derived one, unless its own was damaged."""
    text = fields["text"] = fields.get("text") or ""
    missing = [name for name in (*_OWN, *_COUNTS) if fields.get(name) is None]
    missing += [name for name in _PLACES if name not in fields]
    if fields.get("message_id") is None and not row.rounded:
        author = fields.get("author_id") or fields.get("author_handle") or fields.get("author_name") or ""
        where = fields.get("conversation_id") or fields.get("target_id") or fields.get("url") or ""
        raw = fields.get("created_at_raw") or ""
        fields["message_id"] = ctx.derive_id(fields["platform"], where, raw, author, text)
    fields.setdefault("message_id", None)
    return Message.of(record, ctx, missing=(*missing, *fields.pop("unknown", ())), **fields)
