"""Rows and cells of a block that a plan keeps, leaves out or fills in."""

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Final

from saisine.messages.columns import Column, Same
from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.table_cells import holds_none
from saisine.messages.formats.table_columns import Cells, joined
from saisine.messages.formats.table_fields import listed
from saisine.messages.formats.table_values import is_total, platform_of

_LINE: Final = "\n"
_NO_NUMBER: Final = str.maketrans("123456789", "000000000")


def without(
    block: RecordBlock,
    kept: list[bool],
    reason: str,
    skipped: list[tuple[str, str]],
) -> RecordBlock:
    """The rows that are kept; the others are added to those skipped, with their reason."""
    skipped += [(reason, place) for place, is_kept in zip(block.locators, kept, strict=True) if not is_kept]
    return block.only(kept)


def first_of_both(cells: list[str | None] | None, others: list[str | None] | None) -> list[str | None]:
    """The cells of the first column, where it has none those of the second."""
    if cells is None or others is None:
        return cells or others or []
    return [cell or other for cell, other in zip(cells, others, strict=True)]


def kept_of(cells: Cells | Same, kept: list[bool]) -> Cells | Same:
    """The cells of the rows that are kept."""
    return cells if isinstance(cells, Same) else list(compress(cells, kept))


_TOTALLED: Final = ("created_at", "author_name", "author_handle")


def totals_in(raw: Mapping[str, Cells | Same]) -> set[int]:
    """The rows in which a date or a name is « Total »: lines that people add below."""
    found: set[int] = set()
    for name in _TOTALLED:
        cells = raw.get(name, Same(None))
        if not isinstance(cells, Same) and any(
            word in joined(cells).lower() for word in ("total", "moyenne")
        ):
            found |= {row for row, cell in enumerate(cells) if cell and is_total(cell)}
    return found


def each_row(cells: Cells | Same | None, block: RecordBlock) -> Cells:
    """One cell for each row of the block."""
    return [None] * len(block) if cells is None else listed(cells, len(block))


def holds_none_of(cells: Cells | Same) -> bool:
    """Whether a row has nothing there."""
    return not cells.value if isinstance(cells, Same) else holds_none(cells)


def platforms_named(said: Sequence[str]) -> Column:
    """The platform that each of these words or addresses names."""
    # no name of a platform holds a number: addresses that differ by theirs are asked about once
    alike = _LINE.join(said).translate(_NO_NUMBER).split(_LINE)
    if len(alike) != len(said):
        alike = [one.translate(_NO_NUMBER) for one in said]
    known = {one: platform_of(one) for one in set(alike)}
    named = set(known.values())
    if len(named) == 1:
        return Same(named.pop())
    return [known[one] for one in alike]


def filled_in(cells: Cells | Same | None, count: int) -> list[str]:
    """The texts, empty where a row has none."""
    texts = listed(cells if cells is not None else Same(""), count)
    return [cell or "" for cell in texts] if holds_none(texts) else texts
