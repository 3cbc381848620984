"""What the rules of a column profile take out of the columns of one file, and what the cells then mean."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from saisine.messages.columns import Column, Same
from saisine.messages.formats.profiles import FieldRule
from saisine.messages.formats.table_cells import CellColumns, holds_none
from saisine.messages.formats.table_columns import Cells, Rows, column, or_none, written_counts
from saisine.messages.formats.table_json import JsonLayout
from saisine.messages.formats.table_layout import Layout, key_of
from saisine.messages.formats.table_values import parse_flag, plain_cell
from saisine.texts import fold

COUNTS: Final = frozenset({"like_count", "share_count", "reply_count", "view_count"})
LISTS: Final = frozenset({"mentions", "urls", "hashtags", "media_urls"})
_LINKS: Final = ("http://", "https://")
_SITES: Final = "facebook|instagram|tiktok|twitter|x|youtube|youtu|linkedin|threads|bsky|twitch|t|fb|telegram"
_ADDRESS: Final = re.compile(
    rf"https?://(?:(?![,;|]https?://)[^\s<>\"«»])+|(?<![\w.@/-])(?:www\.[^\s<>\"«»]+|(?:m\.)?(?:{_SITES})\.(?:com|be|net|app|tv|me|co)/[^\s<>\"«»]+)",
    re.IGNORECASE,
)
_FILE: Final = re.compile(r"://|\.[A-Za-z0-9]{2,5}\s*$")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN: Final = re.compile(r"[^a-z0-9]+")
_APART: Final = re.compile(r"\s|[,;|]https?://", re.IGNORECASE)
Getter = Callable[[Rows], Cells | Same]


def header_words(header: str) -> str:
    """The words of a header, folded and parted by one space: `authorMeta/nickName` is `author meta nick name`."""
    return _BETWEEN.sub(" ", fold(_CAMEL.sub(" ", header))).strip()


def is_there(rule: FieldRule, layout: Layout) -> bool:
    """Whether the file has what the rule takes its column from."""
    if isinstance(layout, JsonLayout):
        names = (*rule.headers, *rule.template_headers)
        return rule.const is not None or any(name.casefold() in layout.seen for name in names)
    return rule.const is not None or rule.template is not None or layout.has(rule.headers)


def place_of(rule: FieldRule, columns: Mapping[str, int]) -> int | None:
    """Where the column stands that a rule takes as it is; None when there is none."""
    return next((columns[key_of(name)] for name in rule.headers if key_of(name) in columns), None)


def getters(rules: Mapping[str, FieldRule], layout: Layout) -> dict[str, Getter]:
    """For each field, what takes its column out of rows: None where the cell is empty or absent."""
    make = _json_getter if isinstance(layout, JsonLayout) else _getter
    return {name: make(rule, layout.columns) for name, rule in rules.items()}


def _getter(rule: FieldRule, columns: Mapping[str, int]) -> Getter:
    if rule.const is not None:
        return lambda rows: Same(rule.const)
    if rule.template is not None:
        return _filled(rule.template, columns)
    index = place_of(rule, columns)
    if index is None:
        return lambda rows: Same(None)
    if rule.json is not None:
        path = rule.json.split(".")
        return lambda rows: [_inside(cell, path) for cell in column(rows, index)]
    return lambda rows: _plain(rows, index)


def _plain(rows: Rows, index: int) -> Cells:
    """The cells of a column without surrounding spaces, nor Excel's `="…"`."""
    if isinstance(rows, CellColumns):
        if rows.is_plain(index):
            return rows.filled(index)
        cells, may_be_formulas = rows.stripped(index), rows.has_formulas
    else:
        cells, may_be_formulas = list(map(str.strip, column(rows, index))), True
    if may_be_formulas and '="' in "".join(cells):
        cells = list(map(plain_cell, cells))
    return or_none(cells)


def _json_getter(rule: FieldRule, columns: Mapping[str, int]) -> Getter:
    """The same for objects, which need not all have the same keys: the first that holds something is taken."""
    if len(rule.headers) < 2:
        return _getter(rule, columns)
    several = [_getter(replace(rule, headers=(name,)), columns) for name in rule.headers]

    def get(rows: Rows) -> Cells:
        found = [listed(one(rows), len(rows)) for one in several]
        return [next((cell for cell in cells if cell), None) for cells in zip(*found, strict=True)]

    return get


def _filled(template: str, columns: Mapping[str, int]) -> Getter:
    """`{header}` replaced by cells; None as soon as one of them is empty."""
    first, *pieces = re.split(r"\{([^{}]*)\}", template)
    indexes = [columns.get(key_of(name)) for name in pieces[::2]]
    pattern = first.replace("%", "%%") + "".join("%s" + after.replace("%", "%%") for after in pieces[1::2])

    def get(rows: Rows) -> Cells | Same:
        if None in indexes:
            return Same(None)
        cells = [column(rows, index) for index in indexes if index is not None]
        whole = list(map(pattern.__mod__, zip(*cells, strict=True)))
        if not any("" in one for one in cells):
            return [*whole]
        return [
            text if all(values) else None
            for text, values in zip(whole, zip(*cells, strict=True), strict=True)
        ]

    return get if pieces else lambda rows: Same(first)


def _inside(cell: str, path: Sequence[str]) -> str | None:
    """A value inside a cell that holds JSON; None when it is not there."""
    try:
        found: Any = json.loads(cell)
        for step in path:
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) else None if found is None else str(found)


def value_of(name: str, cells: Cells | Same, rule: FieldRule) -> Column:
    """What the cells of a field mean: lists, addresses, counts, flags, or words as they stand."""
    if isinstance(cells, Same):
        one = value_of(name, [cells.value], rule)
        return one if isinstance(one, Same) else Same(one[0])
    if name == "media_urls":  # « oui » under « Capture » is no file
        listed_in = ((cell or "").split(rule.split or "|") for cell in cells)
        return [[part.strip() for part in parts if _FILE.search(part)] for parts in listed_in]
    if name in LISTS:
        return [[part for part in (cell or "").split(rule.split or "|") if part] for cell in cells]
    if name == "url":  # exporters write a word there ("view") that only their page makes a link of
        if _are_links([cell for cell in cells if cell] if holds_none(cells) else cells):
            return cells
        return [address_in(cell) if cell else None for cell in cells]
    if name in COUNTS or rule.parse == "int":
        return written_counts(cells)
    if name == "owner_is_author" or rule.parse == "bool":
        return [None if cell is None else parse_flag(cell) for cell in cells]
    return cells


def addresses_in(cell: str) -> list[str]:
    """The addresses of a cell: whole ones, and those that people type without their beginning (`www.…`, `x.com/…`)."""
    found = []
    for one in _ADDRESS.findall(cell):
        bare = one.rstrip(".,;:!?>»")
        if bare.endswith(")") and bare.count("(") < bare.count(")"):  # …/wiki/Foo_(bar) has its own
            bare = bare[:-1].rstrip(".,;:!?")
        start, mark, rest = bare.partition("://")
        found.append(f"{start.lower()}://{rest}" if mark else f"https://{start}")
    return found


def address_in(cell: str) -> str | None:
    """The first address of a cell; one that is an address and nothing else stays as it stands."""
    if cell.startswith(_LINKS) and not _APART.search(cell):
        return cell
    return next(iter(addresses_in(cell)), None)


def several_in(cells: Cells | Same) -> list[list[str]] | None:
    """The addresses of each cell of a column in which some cell holds more than one; None where none does."""
    if isinstance(cells, Same) or "".join(filter(None, cells)).count("://") <= len(cells) - cells.count(None):
        return None
    found = [
        addresses_in(cell) if cell and cell.count("://") > 1 and _APART.search(cell) else [] for cell in cells
    ]
    return found if any(found) else None


def _are_links(cells: Cells) -> bool:
    """Whether each cell begins as an address does, seen in all of them at once."""
    together = "".join(["\n", "\n".join(cells)])  # type: ignore[arg-type]
    begun = sum(together.count(f"\n{start}") for start in _LINKS)
    # an address more in a cell has its own beginning
    return begun == together.count("\n") == len(cells) and together.count("://") == begun


def listed(values: Any, count: int) -> list[Any]:
    """A column as a list."""
    return [values.value] * count if isinstance(values, Same) else values
