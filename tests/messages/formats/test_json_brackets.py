"""Objects found by the brackets of a text lie where the standard parser finds them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.messages.formats.json_brackets import stretches_of
from saisine.messages.formats.json_spans import find_steps, spans_of

WORDS = st.sampled_from(["a", "é", 'q"', "b\\", "{", "]", ":", "", "x\\\\"])
VALUES = st.recursive(
    WORDS | st.integers(0, 9) | st.none(),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(WORDS, one, max_size=3),
    max_leaves=8,
)
WANTED = st.recursive(
    st.fixed_dictionaries({"id": WORDS, "t": VALUES}),
    lambda one: st.lists(one | VALUES, max_size=3) | st.dictionaries(WORDS, one | VALUES, max_size=3),
    max_leaves=4,
)


def ways_in(document: Any) -> list[tuple[Any, ...]]:
    return find_steps(document, {"id"}, lambda value: "t" in value, lambda value: True)


@settings(max_examples=30)
@given(WANTED, st.booleans(), st.sampled_from([None, 1]))
def test_the_brackets_give_the_stretches_of_the_standard_parser(
    document: Any, is_ascii: bool, indent: int | None
) -> None:
    text = " " + json.dumps(document, ensure_ascii=is_ascii, indent=indent)
    ways, body = ways_in(document), text.encode()
    found = stretches_of(body, document, ways) if ways else None
    for way, (start, end) in (found or {}).items():
        span = spans_of(text, 1, ways)[way]
        assert body[start:end] == text[span.start : span.end].encode()


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ('{"a": {"id": 1, "t": "}"}}', (6, 25)),
        ('{"a":{"x":"\\"{"},"b":[1],"a":{"id":1,"t":2}}', (29, 43)),
        ('{"a":{"id":1,"t":2},"\\u0061":{"id":3,"t":4}}', None),
        ('[1,{"id":1,"t":2}]', None),
    ],
)
def test_what_two_readers_could_take_apart_is_left_to_the_other(
    text: str, stretch: tuple[int, int] | None
) -> None:
    document = json.loads(text)
    (way,) = ways_in(document)
    found = stretches_of(text.encode(), document, [way])
    assert (found and found[way]) == stretch
