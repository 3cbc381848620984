"""What comments of Facebook and of Instagram have in common when they are mapped column by column (Graph API)."""

from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from saisine.messages.columns import Column, Same
from saisine.messages.formats.blocks import Fields, RecordBlock, spread
from saisine.messages.formats.table_columns import iso_times, stated, utc_times
from saisine.texts import utc_from_iso

Absent = msgspec.Raw | UnsetType


class Person(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None
    username: str | None = None


class Named(msgspec.Struct, gc=False):
    id: str | None = None


class Flat:
    """Comments and those they carry, in the order of the file; `above` is the row that carries each, or -1."""

    def __init__(self, block: RecordBlock, edge: str) -> None:
        self.rows: list[Any] = []
        self.above: list[int] = []
        self.owners: list[int] = []
        self.places: list[str] = []
        self.edge = edge
        if list(map(attrgetter(edge), block.objs)).count(UNSET) == len(block):
            count = len(block)
            self.rows, self.above = block.objs, [-1] * count
            self.owners, self.places = list(range(count)), [""] * count
            return
        for owner, one in enumerate(block.objs):
            carried = getattr(one, edge)
            if carried is UNSET:
                self.rows.append(one)
                self.above.append(-1)
                self.owners.append(owner)
                self.places.append("")
            else:
                self._add(one, owner, "", -1)

    def _add(self, one: Any, owner: int, place: str, above: int) -> None:
        own = len(self.rows)
        self.rows.append(one)
        self.above.append(above)
        self.owners.append(owner)
        self.places.append(place)
        carried = getattr(one, self.edge)
        if carried is not UNSET:
            for number, inner in enumerate(carried.data):
                self._add(inner, owner, f"{place}/{self.edge}/data/{number}", own)

    def columns(self) -> dict[str, list[Any]]:
        """What the rows hold, by the names of their kind: all of a row is taken at once, while it is at hand."""
        whole = zip(*map(msgspec.structs.astuple, self.rows), strict=True)
        return dict(zip(self.rows[0].__struct_fields__, map(list, whole), strict=True))

    def spread(self, block: RecordBlock) -> RecordBlock:
        return block if len(self.rows) == len(block) else spread(block, self.owners, self.places)


def graph_times(said: list[str | None]) -> Fields:
    """The times of `2021-08-10T18:45:03+0000`; seconds are left to the mapper of one record."""
    at = utc_times(said) if all(said) else None  # type: ignore[arg-type]
    if at is not None:
        return stated(at, said, Same("s"))
    raw = [one or None for one in said]
    if any(one is not None and one.isdigit() for one in raw):
        raise ValueError("seconds")
    return stated(iso_times(raw, utc_from_iso), raw, Same("s"))


def answering(ids: list[str], parents: list[str | None]) -> Fields:
    """What kind of message each is, and the conversation it belongs to, from the comment it answers."""
    if parents.count(None) == len(parents):
        return {"kind": Same("comment"), "parent_id": Same(None), "conversation_id": ids}
    return {
        "kind": ["reply" if parent else "comment" for parent in parents],
        "parent_id": parents,
        "conversation_id": [parent or own for parent, own in zip(parents, ids, strict=True)],
    }


def post_of(targets: list[str | None]) -> Column:
    """The kind of what each stands under: a post, where one is named."""
    return Same("post") if all(targets) else ["post" if one else None for one in targets]


def is_unset(column: list[Any]) -> list[bool] | bool:
    return [one is UNSET for one in column] if UNSET in column else False


def is_empty(column: list[Any]) -> list[bool] | bool:
    return False if all(column) else [not one for one in column]


def known_or(column: list[Any], other: Any) -> list[Any]:
    """The column, with this where the key is not there."""
    return [other if one is UNSET else one for one in column] if UNSET in column else column
