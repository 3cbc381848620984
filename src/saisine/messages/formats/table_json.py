"""Flat JSON read by a column profile: one object per line, or one array of objects, nested keys joined by `/`.

`{"authorMeta": {"name": "zoe"}}` has the column `authorMeta/name`, as in the CSV that the same tools write. Records
keep the bytes of their object. Only profiles that say `form: json` or `form: any` read such a file.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from saisine.messages.formats.json_lines import json_lines
from saisine.messages.formats.json_records import json_array
from saisine.messages.formats.json_window import SCANNER
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import HEAD_BYTES, Context, Member, Note, RawRecord, RecordError
from saisine.messages.formats.table_layout import Layout
from saisine.messages.formats.table_replies import with_replies

MAX_DEPTH: Final = 6
MAX_COLUMNS: Final = 2_000
_BOM: Final = b"\xef\xbb\xbf"


def opens_like_json(head: bytes) -> bool:
    return head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def is_array(head: bytes) -> bool:
    """Whether the file is one array of objects, not an object per line."""
    return head.removeprefix(_BOM).lstrip()[:1] == b"["


def flatten(value: Any) -> dict[str, str]:
    """The scalars of an object by the path of their keys; lists of scalars joined by `|`, others left out."""
    cells: dict[str, str] = {}
    if isinstance(value, dict):
        _flatten(value, "", cells, MAX_DEPTH)
    return cells


def _flatten(value: dict[Any, Any], prefix: str, cells: dict[str, str], depth: int) -> None:
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, dict):
            if depth:
                _flatten(inner, f"{name}/", cells, depth - 1)
        elif len(cells) < MAX_COLUMNS and (cell := cell_of(inner)) is not None:
            cells[name] = cell


def cell_of(value: Any) -> str | None:
    """What the cell of a value holds; None for objects and for lists that hold others."""
    if isinstance(value, dict):
        return None
    if isinstance(value, list):
        return None if any(isinstance(one, dict | list) for one in value) else "|".join(map(_cell, value))
    return _cell(value)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value % 1 == 0 and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def first_objects(head: bytes, limit: int = 200) -> list[dict[str, str]]:
    """The first objects that a head holds whole, flattened."""
    text = head.removeprefix(_BOM).decode("utf-8", "replace").lstrip()
    if text[:1] == "[":
        return _from_array(text[1:], limit)
    found = []
    for line in text.split("\n")[:limit]:
        try:
            found.append(flatten(msgspec.json.decode(line)))
        except (msgspec.MsgspecError, RecursionError):
            continue  # a line that the head cuts, or no JSON: the reader will say so
    return [one for one in found if one]


def _from_array(text: str, limit: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    place = 0
    while len(found) < limit:
        while text[place : place + 1] in (" ", "\t", "\r", "\n", ","):
            place += 1
        try:
            value, place = SCANNER(text, place)
        except (StopIteration, ValueError, RecursionError):
            break
        if cells := flatten(value):
            found.append(cells)
    return found


class JsonLayout(Layout):
    """A table whose columns are keys. A key that the first objects lack may come later: it has its column too, and
    a field takes the first of its columns that holds something, row by row."""

    def __init__(self, seen: Iterable[str], wanted: Iterable[str] = ()) -> None:
        names = list(seen)
        self.seen = {name.casefold() for name in names}
        super().__init__("json", "utf-8", list(dict.fromkeys([*names, *wanted])), -1, "")


def json_layout(head: bytes, profile: Profile) -> JsonLayout | None:
    """The layout of a JSON table that holds the profile's columns, or None."""
    if profile.form == "table" or not opens_like_json(head):
        return None
    seen = _seen_in(head)
    if not seen or not all(any(name in seen for name in names) for names in profile.headers_all):
        return None
    rules = profile.fields.values()
    names = (name for rule in rules for name in (*rule.headers, *rule.template_headers))
    return JsonLayout(sorted(seen), names)


@lru_cache(maxsize=1)  # each profile asks it of the same file
def _seen_in(head: bytes) -> frozenset[str]:
    return frozenset[str]().union(*first_objects(head))


def json_rows(
    member: Member, ctx: Context, layout: JsonLayout, *, nests_replies: bool = False
) -> Iterator[RawRecord | RecordError | Note]:
    """The objects of a file as rows of cells, each with the place and the hash of its own bytes; with
    `nests_replies`, those of a list of replies inside it too."""
    reader = json_array("") if is_array(member.read(HEAD_BYTES)) else json_lines
    found = reader(member, ctx)
    return as_rows(with_replies(found, member) if nests_replies else found, layout, ({"layout": layout},))


def as_rows(
    found: Iterable[RawRecord | RecordError | Note], layout: JsonLayout, outer: tuple[Mapping[str, Any], ...]
) -> Iterator[RawRecord | RecordError | Note]:
    """Objects as rows of cells, with what surrounds each."""
    for one in found:
        if not isinstance(one, RawRecord):
            yield one
        elif not isinstance(one.obj, dict):
            yield RecordError(one.locator, "unexpected_shape: no object")
        else:
            cells = flatten(one.obj)
            row = [cells.get(name, "") for name in layout.header]
            yield msgspec.structs.replace(one, obj=row, outer=outer)
