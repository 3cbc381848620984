"""Stepping over a value: to the exact byte, whatever it holds and wherever the chunks fall."""

import io
import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.messages.formats import json_window
from saisine.messages.formats.json_lines import is_too_deep, json_lines
from saisine.messages.formats.json_window import Cut, Window
from saisine.messages.formats.outer_keys import outer_keys
from saisine.messages.formats.raw import Context, Note, RecordError
from tests.messages.examples import examples
from tests.messages.formats.reading import NOW, member_of

TEXTS = st.text(alphabet='a"\\{}[],: é🔥\n\0', max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
CHUNKS = st.sampled_from([1, 2, 3, 7, 1 << 20])


@pytest.fixture(autouse=True, scope="module")
def _restore_chunks() -> Any:
    before = json_window.CHUNK_BYTES
    yield
    json_window.CHUNK_BYTES = before


@settings(max_examples=examples(60, 300), deadline=None)
@given(VALUES, CHUNKS, st.booleans())
def test_a_value_is_skipped_to_its_last_byte(value: Any, chunk: int, is_ascii: bool) -> None:
    data = json.dumps(value, ensure_ascii=is_ascii).encode()
    json_window.CHUNK_BYTES = chunk
    window = Window(io.BytesIO(data + b" ,1"))
    window.skip_value()
    assert (window.offset, window.peek()) == (len(data), ",")


@settings(max_examples=examples(60, 300), deadline=None)
@given(VALUES.filter(lambda value: isinstance(value, list | dict | str)), CHUNKS, st.data())
def test_a_value_that_is_cut_says_so(value: Any, chunk: int, data: st.DataObject) -> None:
    whole = json.dumps(value).encode()
    json_window.CHUNK_BYTES = chunk
    window = Window(io.BytesIO(whole[: data.draw(st.integers(0, len(whole) - 1))]))
    with pytest.raises(Cut):
        window.skip_value()


def test_what_follows_an_open_quote_is_text_and_no_structure() -> None:
    """Of a file cut inside a text that quotes JSON: its brackets count for nothing, and each is looked at once."""
    quoted = b'\\"k\\": [[{' * 6_000
    assert outer_keys(b'{"a": 1, "b": "' + quoted) == {"a", "b"}
    assert outer_keys(b'{"a": 1, "b": "' + quoted + b"\\") == {"a", "b"}
    assert not is_too_deep(b'{"a": "' + quoted)
    assert not is_too_deep(b'{"a": "' + quoted + b'"}')
    assert is_too_deep(b'{"a": ' + b"[" * 300 + b'"' + quoted)


def test_a_line_cut_inside_such_a_text_is_told_as_cut_not_as_too_deep() -> None:
    whole = json.dumps({"a": "x", "b": json.dumps([[[{"k": [1]}]]] * 100)}).encode()
    member = member_of(whole[:-9], "a.jsonl")
    found = list(json_lines(member, Context("0" * 64, "x@1", now=NOW, zone=UTC)))
    assert [one.error for one in found if isinstance(one, RecordError)] != ["too_deep"]
    assert "truncated" in [one.code for one in found if isinstance(one, Note)]
