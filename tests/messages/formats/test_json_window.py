"""Stepping over a value: to the exact byte, whatever it holds and wherever the chunks fall."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.messages.formats import json_window
from saisine.messages.formats.json_window import Cut, Window

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


@settings(max_examples=300, deadline=None)
@given(VALUES, CHUNKS, st.booleans())
def test_a_value_is_skipped_to_its_last_byte(value: Any, chunk: int, is_ascii: bool) -> None:
    data = json.dumps(value, ensure_ascii=is_ascii).encode()
    json_window.CHUNK_BYTES = chunk
    window = Window(io.BytesIO(data + b" ,1"))
    window.skip_value()
    assert (window.offset, window.peek()) == (len(data), ",")


@settings(max_examples=300, deadline=None)
@given(VALUES.filter(lambda value: isinstance(value, list | dict | str)), CHUNKS, st.data())
def test_a_value_that_is_cut_says_so(value: Any, chunk: int, data: st.DataObject) -> None:
    whole = json.dumps(value).encode()
    json_window.CHUNK_BYTES = chunk
    window = Window(io.BytesIO(whole[: data.draw(st.integers(0, len(whole) - 1))]))
    with pytest.raises(Cut):
        window.skip_value()
