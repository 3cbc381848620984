"""Words of a table that was opened in another encoding than its own and saved again: `Ã©crit` for « écrit »."""

from collections.abc import Sequence
from typing import Final, TypeVar

from saisine.messages.formats.blocks import Fields, RecordBlock
from saisine.messages.formats.raw import Note
from saisine.messages.formats.table_columns import joined
from saisine.texts import is_read_as_windows, repair_read_as_windows

Cell = TypeVar("Cell", str, str | None)
NAMES: Final = ("author_name", "author_handle", "target_handle")


def with_repairs(
    texts: list[str], fields: Fields, block: RecordBlock, notes: list[Note]
) -> tuple[list[str], list[str | None] | None]:
    """(the texts, read again in UTF-8 where another encoding was taken for it; as they stood, where they changed).

    The names of `fields` are read again likewise, and its `text_repairs` say of which rows. A text of which a part
    only can be read again stays as it stands, and a note says so.
    """
    repaired: set[int] = set()
    for name in NAMES:
        cells = fields.get(name)
        if isinstance(cells, list) and is_read_as_windows(joined(cells)):
            fields[name], rows = _again(cells)
            repaired |= rows
    as_written: list[str | None] | None = None
    if is_read_as_windows(joined(texts)):
        better, rows = _again(texts)
        as_written = [cell if row in rows else None for row, cell in enumerate(texts)]
        left = [row for row, cell in enumerate(better) if is_read_as_windows(cell)]
        if left:
            notes.append(Note("mojibake_left", block.locators[left[0]], count=len(left)))
        texts, repaired = better, repaired | rows
    if repaired:
        fields["text_repairs"] = [("mojibake",) if row in repaired else () for row in range(len(texts))]
    return texts, as_written


def read_again(cells: list[Cell]) -> list[Cell]:
    """The cells, those that are UTF-8 read in another encoding read again: `8 fÃ©vrier`."""
    return _again(cells)[0] if is_read_as_windows(joined(cells)) else cells


def _again(cells: Sequence[Cell]) -> tuple[list[Cell], set[int]]:
    found = [repair_read_as_windows(cell) if cell else (cell, False) for cell in cells]
    return [cell for cell, _ in found], {row for row, (_, is_repaired) in enumerate(found) if is_repaired}
