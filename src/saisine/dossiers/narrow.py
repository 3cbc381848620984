"""Places where a very long word may break in a column of a table, so that it never runs over the next column.

After the masks and the short code: these places are signs that are not seen (U+200B). Digests and addresses have
their own, in `glyphs.py`.
"""

import re
from typing import Any, Final

_TEXT_MM: Final = 166.0  # the width of a page between its margins
_INSET_MM: Final = 3.2  # of a cell, both sides
_LETTER_MM: Final = 1.65  # at the size of a table, on average
_WIDEST_MM: Final = 2.7  # an m


def narrowed(value: Any) -> Any:
    """The same tree; its tables have such places."""
    if isinstance(value, dict):
        found = {key: narrowed(item) for key, item in value.items()}
        return found | {"rows": _rows(found)} if found.get("k") == "table" and all(found["widths"]) else found
    return [narrowed(item) for item in value] if isinstance(value, list) else value


def _rows(table: dict[str, Any]) -> list[list[Any]]:
    widths = [_TEXT_MM * width / sum(table["widths"]) - _INSET_MM for width in table["widths"]]
    return [[_cell(cell, width) for cell, width in zip(row, widths, strict=True)] for row in table["rows"]]


def _cell(cell: Any, width: float) -> Any:
    if isinstance(cell, list):
        return [_cell(one, width) for one in cell]
    if isinstance(cell, dict):
        return cell if cell["s"] in ("mono", "url") else cell | {"t": _cell(cell["t"], width)}
    if not isinstance(cell, str) or len(cell) * _LETTER_MM <= width:
        return cell
    longest, piece = max(1, int(width / _LETTER_MM)), max(1, int(width / _WIDEST_MM))
    return re.sub(rf"[^\s\u200b]{{{longest + 1},}}", lambda run: "\u200b".join(_pieces(run[0], piece)), cell)


def _pieces(run: str, size: int) -> list[str]:
    return [run[start : start + size] for start in range(0, len(run), size)]
