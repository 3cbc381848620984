"""Lists of records with something wrong in the middle: one record is lost, said, and the others are read."""

import json
from collections.abc import Callable
from datetime import UTC

import pytest

from saisine.messages.formats.json_records import json_array
from saisine.messages.formats.raw import Context, Note, RawRecord, RecordError
from tests.messages.formats.reading import NOW, member_of


def context() -> Context:
    return Context(source_sha256="", mapper="", now=NOW, zone=UTC)


DAMAGES: dict[str, Callable[[str], str]] = {
    "a quote inside a text": lambda one: one.replace("texte", 'te"xte'),
    "a bracket too few": lambda one: one.rstrip("}\n ") + "\n",
    "a bracket too many": lambda one: one.replace(",", "},", 1),
    "a list never closed": lambda one: one.replace("]", "", 1),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_damaged_element_of_an_indented_list_costs_itself_alone(
    damage: Callable[[str], str], place: int
) -> None:
    """Its brackets tell nothing: the next element is known by the spaces before it. The last one has none."""
    rows = [{"n": n, "text": f"texte {n}", "tags": [{"a": 1}, {"b": 2}], "who": {"id": n}} for n in range(8)]
    pieces = [json.dumps(row, indent=2).replace("\n", "\n    ") for row in rows]
    pieces[place] = damage(pieces[place])
    body = '{\n  "messages": [\n    ' + ",\n    ".join(pieces) + '\n  ],\n  "end": 1\n}\n'
    found = list(json_array("messages")(member_of(body.encode(), "a.json"), context()))
    read = [one.obj for one in found if isinstance(one, RawRecord) and isinstance(one.obj, dict)]
    assert [one for one in read if "text" in one] == [row for row in rows if row["n"] != place]
    assert any(isinstance(one, RecordError) for one in found)
    for one in found:
        if isinstance(one, RawRecord):
            assert json.loads(body.encode()[one.offset : one.offset + one.length]) == one.obj


def test_a_comma_that_is_missing_costs_nothing() -> None:
    body = b'{"messages": [{"n": 1} {"n": 2}\n{"n": 3}, {"n": 4}]}'
    found = list(json_array("messages")(member_of(body, "a.json"), context()))
    assert [one.obj["n"] for one in found if isinstance(one, RawRecord)] == [1, 2, 3, 4]
    assert len(found) == 4


def test_what_follows_a_damage_that_nothing_repairs_is_said_to_be_lost() -> None:
    body = b'{"messages": [{"n": 1}, {"n": 2}}, {"n": 3}, {"n": 4}]}'
    found = list(json_array("messages")(member_of(body, "a.json"), context()))
    assert [one.obj["n"] for one in found if isinstance(one, RawRecord)] == [1, 2]
    assert "damaged" in [one.code for one in found if isinstance(one, Note)]
