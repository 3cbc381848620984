"""What is easily misread in a table: identifiers in other clothes, who keeps it, hours beside days, counts in words."""

import re
from dataclasses import replace
from typing import Final

from saisine.messages.columns import Column, Same
from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import Context, Note
from saisine.messages.formats.table_columns import Cells, joined
from saisine.messages.formats.table_fields import is_there
from saisine.messages.formats.table_layout import Layout, key_of
from saisine.messages.formats.table_values import platform_of
from saisine.messages.formats.word_times import with_clock

_DRESSED: Final = re.compile(r"[' .,\u00a0\u202f]\d{3}")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:([ .,\u00a0\u202f])\d{3})(?:\1\d{3}){4,6}")


def bare_ids(cells: Cells) -> Cells:
    """Identifiers without the word before them (« ID: 1000… », as ExportComments writes those of Facebook), without the
    apostrophe that makes a text of a number, and without the points of thousands."""
    together = joined(cells)
    if together.isdecimal() or not _DRESSED.search(together):
        return cells
    bare = [cell and cell.removeprefix("ID: ").removeprefix("'").strip() for cell in cells]
    return [(re.sub(r"\D", "", one) if _THOUSANDS.fullmatch(one) else one) if one else None for one in bare]


def told_platform(layout: Layout, ctx: Context) -> str:
    """The platform that the lines above the table name, or else the sheet."""
    found = platform_of(layout.preamble)
    sheet = ctx.path.rpartition("!")[2] if "!" in ctx.path else ""
    return platform_of(sheet) if found == "other" and sheet else found


def without_reporter(profile: Profile, layout: Layout) -> Profile:
    """The profile without its name of the author where « Nom » stands beside a pseudonym: whoever kept the table by
    hand wrote her own there as often as not, and a victim would be named as the author of what she suffers."""
    rule = profile.fields.get("author_name")
    found = next((name for name in rule.headers if layout.has([name])), "") if rule is not None else ""
    handle = profile.fields.get("author_handle")
    if key_of(found) != "nom" or handle is None or not is_there(handle, layout):
        return profile
    return replace(
        profile, fields={name: one for name, one in profile.fields.items() if name != "author_name"}
    )


def unread_counts(cells: Cells | Same, counts: Column) -> list[int]:
    """The rows whose count is none that can be read (`1,2 k`): it stays unknown, and is told."""
    if isinstance(cells, Same) or not isinstance(counts, list) or None not in counts:
        return []
    return [
        row for row, (cell, count) in enumerate(zip(cells, counts, strict=True)) if cell and count is None
    ]


def with_clocks(days: Cells, clocks: Cells, block: RecordBlock, notes: list[Note]) -> Cells:
    """The days with the times of day beside them; those that could not be read are said."""
    cells = list(map(with_clock, days, clocks))
    unread = [
        row
        for row, (day, clock) in enumerate(zip(days, clocks, strict=True))
        if day and clock and cells[row] == day and ":" not in day
    ]
    if unread:
        notes.append(Note("hours_unread", block.locators[unread[0]], count=len(unread)))
    return cells
