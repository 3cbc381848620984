"""Objects of a flat JSON file as the rows of a table, by blocks: only the keys that a profile asks for are made.

What `table_json.json_rows` says of each object, for many at once. An object that writes a path as one key
(`"author/name"`), or that holds too many columns, is left to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, groupby
from operator import attrgetter
from typing import Any, Final, overload

import msgspec
from msgspec import UNSET

from saisine.messages.formats.blocks import BlockReader, RecordBlock, in_blocks
from saisine.messages.formats.json_blocks import array_blocks, line_blocks
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import HEAD_BYTES, Context, Member, Note, RawRecord, RecordError
from saisine.messages.formats.table_cells import CellColumns
from saisine.messages.formats.table_json import (
    MAX_COLUMNS,
    MAX_DEPTH,
    JsonLayout,
    as_rows,
    cell_of,
    flatten,
    is_array,
    json_rows,
)
from saisine.messages.formats.table_layout import Layout, key_of

Found = RecordBlock | RawRecord | RecordError | Note
Row = list[str]
# JSON writes these behind an escape, and msgspec refuses them in the name of a field.
_ESCAPED: Final = frozenset('"\\' + "".join(map(chr, range(0x20))))


@dataclass(frozen=True, slots=True)
class Shape:
    """A struct that names the wanted columns: where each stands in it, and the attributes that no object should
    fill, for they are paths written as one key."""

    kind: Any
    places: dict[str, tuple[str, ...]]
    strays: list[tuple[str, ...]]


@dataclass(slots=True)
class _Level:
    """The wanted keys of objects at one depth."""

    leaves: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    below: "dict[str, _Level]" = field(default_factory=dict)

    def add(self, name: str) -> None:
        key, is_path, rest = name.partition("/")
        if not is_path:
            self.leaves.append(name)
            return
        self.strays.append(name)
        self.below.setdefault(key, _Level()).add(rest)

    def kind(self, shape: Shape, prefix: str, way: tuple[str, ...]) -> Any:
        """The struct of these keys; the places of its columns are noted in the shape."""
        fields: list[tuple[str, Any, Any]] = []

        def take(key: str, of: Any) -> tuple[str, ...]:
            fields.append((f"f{len(fields)}", of, msgspec.field(default=UNSET, name=key)))
            return (*way, fields[-1][0])

        for key in self.leaves:
            shape.places[f"{prefix}{key}"] = take(key, Any)
        shape.strays.extend(take(key, Any) for key in self.strays)
        for key, level in self.below.items():
            name = (*way, f"f{len(fields)}")
            inner = level.kind(shape, f"{prefix}{key}/", name)
            take(key, inner | str | int | float | bool | list[Any] | None)
        return msgspec.defstruct("Row", fields, gc=False)


def shape_of(layout: JsonLayout, profile: Profile) -> Shape | None:
    """What to decode of the objects of a file for this profile; None where a key is a column as well as a path, or
    holds a sign that no struct can name."""
    rules = profile.fields.values()
    asked = {key_of(name) for rule in rules for name in (*rule.headers, *rule.template_headers)}
    top = _Level()
    for name in dict.fromkeys(layout.header[layout.columns[key]] for key in asked if key in layout.columns):
        if name.count("/") > MAX_DEPTH or not _ESCAPED.isdisjoint(name):
            return None
        top.add(name)
    if _is_torn(top):
        return None
    shape = Shape(None, {}, [])
    return replace(shape, kind=top.kind(shape, "", ()))


def _is_torn(level: _Level) -> bool:
    keys = [*level.leaves, *level.strays, *level.below]
    return len(set(keys)) < len(keys) or any(map(_is_torn, level.below.values()))


class ObjectCells(CellColumns):
    """The cells of objects that were decoded as structs. Whole rows are made when they are asked for one by one."""

    has_formulas = True

    def __init__(self, block: RecordBlock, layout: JsonLayout, shape: Shape) -> None:
        self.block, self.shape = block, shape
        self.layout: Layout = layout
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self.block)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self.block.records())

    def _row(self, record: RawRecord) -> Row:
        cells = flatten(record.obj)
        return [cells.get(name, "") for name in self.layout.header]

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        some = place if isinstance(place, slice) else slice(place, place + 1 or None)
        rows = list(map(self._row, self.block.part(*some.indices(len(self))[:2]).records()))
        return rows if isinstance(place, slice) else rows[0]

    def column(self, index: int) -> Row:
        """The cells of one column; not to be changed."""
        cells = self._made.get(index)
        if cells is None:
            way = self.shape.places.get(self.layout.header[index])
            cells = [row[index] for row in self] if way is None else _cells_at(self.block.objs, way)
            self._made[index] = cells
        return cells

    def stripped(self, index: int) -> Row:
        return list(map(str.strip, self.column(index)))

    def bytes_of(self, index: int) -> None:
        return None

    def only(self, kept: Sequence[bool]) -> "ObjectCells":
        assert isinstance(self.layout, JsonLayout)
        some = ObjectCells(self.block.only(kept), self.layout, self.shape)
        some._made = {index: list(compress(cells, kept)) for index, cells in self._made.items()}
        return some

    def places_of(self, row: Row) -> list[int]:
        """Where this very row stands: nowhere as soon as one of its cells is in no object."""
        named = [index for index, name in enumerate(self.layout.header) if name in self.shape.places]
        if len(row) != len(self.layout.header) or any(row[one] not in self.column(one) for one in named):
            return []
        return [place for place, one in enumerate(self) if one == row]


def _values_at(objs: Sequence[Any], way: tuple[str, ...]) -> list[Any]:
    """What each object holds there, UNSET for nothing. What is no object has none of the attributes."""
    values: list[Any] = list(map(attrgetter(way[0]), objs))
    for name in way[1:]:
        values = [getattr(one, name, UNSET) for one in values]
    return values


def _cells_at(objs: Sequence[Any], way: tuple[str, ...]) -> Row:
    """The cells of one column, empty where an object has none."""
    values = _values_at(objs, way)
    if set(map(type, values)) == {str}:
        return values
    return [one if type(one) is str else "" if one is UNSET else cell_of(one) or "" for one in values]


def read_objects(member: Member, ctx: Context, layout: JsonLayout, profile: Profile) -> Iterator[Found]:
    """The objects of a file as blocks of rows; those that need care come alone."""
    shape = shape_of(layout, profile) if not profile.nests_replies else None
    if shape is None:
        yield from in_blocks(json_rows(member, ctx, layout, nests_replies=profile.nests_replies))
        return
    is_one = is_array(member.read(HEAD_BYTES))
    reader: BlockReader = array_blocks(shape.kind, "") if is_one else line_blocks(shape.kind)
    found = _fitting(reader(member, ctx), shape)
    outer = ({"layout": layout},)
    for is_block, some in groupby(found, lambda one: isinstance(one, RecordBlock)):
        if not is_block:
            yield from in_blocks(as_rows(some, layout, outer))  # type: ignore[arg-type]
            continue
        for one in some:
            assert isinstance(one, RecordBlock)
            cells: Any = ObjectCells(one, layout, shape)
            yield replace(one, objs=cells, outer=outer, whole=())


def _fitting(found: Iterable[Found], shape: Shape) -> Iterator[Found]:
    """The same; the records of a block one by one where one of them is not as its struct says."""
    for one in found:
        if type(one) is RecordBlock and not _is_plain(one, shape.strays):
            yield from one.records()
        else:
            yield one


def _is_plain(block: RecordBlock, strays: list[tuple[str, ...]]) -> bool:
    # a column takes six bytes at least: "a":1,
    if max(block.lengths, default=0) > 6 * MAX_COLUMNS:
        return False
    return all(one is UNSET for way in strays for one in _values_at(block.objs, way))
