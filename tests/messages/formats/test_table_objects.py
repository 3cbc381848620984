"""Flat JSON by blocks: only what a profile asks for is decoded, and odd objects are left to the reader of one."""

import dataclasses
import json
from typing import Any

import pytest

from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.contract import Context
from saisine.messages.formats.profiles import Profile, profile_of
from saisine.messages.formats.table_objects import ObjectCells
from saisine.messages.formats.tables import format_of
from tests.messages.formats.reading import NOW, member_of, read, utc


def profile(**fields: Any) -> Profile:
    return profile_of(
        {
            "id": "forum",
            "label_fr": "Forum",
            "platform": "other",
            "kind": "post",
            "dialect": {"form": "json"},
            "match": {"headers_all": ["text"]},
            "fields": {"text": "text", **fields},
        },
        "forum.yaml",
    )


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"text": f"Bonjour {number}", "who": {"name": "ada"}, "likes": number, **more}


NESTED = profile(author_name="who/name", like_count="likes")
# as many as fill a run of an array
LINES = b"".join(json.dumps(row(n)).encode() + b"\n" for n in range(200))
ARRAY = json.dumps([row(n) for n in range(200)]).encode()


@pytest.mark.parametrize("data", [LINES, ARRAY], ids=["lines", "array"])
def test_plain_objects_come_as_columns(data: bytes) -> None:
    one = format_of(NESTED)
    assert one.blocks is not None
    ctx = Context(source_sha256="0" * 64, mapper="x@1", now=NOW, zone=utc("2026-01-01T00:00:00Z").tzinfo)  # type: ignore[arg-type]
    found = list(one.blocks(member_of(data, "a.json"), ctx))
    columns = [block.objs for block in found if isinstance(block, RecordBlock)]
    assert any(isinstance(cells, ObjectCells) for cells in columns)
    rows, account = read(data, one)
    assert [(one.text, one.author_name, one.like_count) for one in rows] == [
        (f"Bonjour {n}", "ada", n) for n in range(200)
    ]
    assert (account.read, account.failed) == (200, [])


@pytest.mark.parametrize(
    "fields",
    [
        {"author_name": "who/name", "url": "who"},
        {"author_name": "a/b/c/d/e/f/g/h/i"},
        {
            "url": {"template": "https://exemple.test/{who/name}/{likes}"},
            "like_count": {"header": ["x", "likes"]},
        },
    ],
    ids=["a key and a path", "a path too long", "a template"],
)
def test_any_profile_gives_the_same_as_object_by_object(fields: dict[str, Any]) -> None:
    one = format_of(profile(**fields))
    odd = [row(n, **{"who/name": "zoe"} if n == 9 else {"who": "x"} if n == 5 else {}) for n in range(12)]
    wide = [row(12, **{f"k{n}": n for n in range(2_100)})]
    data = b"".join(json.dumps(each).encode() + b"\n" for each in (*odd, *wide, {"text": "fin"}))
    alone = dataclasses.replace(one, blocks=None, map_block=None)
    (rows, account), (expected, counted) = read(data, one), read(data, alone)
    assert [each.as_json() for each in rows] == [each.as_json() for each in expected]
    assert account.as_json() == counted.as_json()
    assert len(rows) == 14
