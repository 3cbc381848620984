"""JSON that a capture holds: bounded before it is read, whatever its author did."""

import pytest

from saisine.capture.strict_json import BadJson, load_json


def test_a_string_that_never_ends_is_refused_at_once() -> None:
    """Every quote inside it was a place to look again: a megabyte took half an hour."""
    with pytest.raises(BadJson):
        load_json(b'{"a": "' + b'\\"[{' * 250_000)


def test_brackets_inside_a_text_are_no_depth() -> None:
    assert load_json(b'{"a": "' + b"[" * 5_000 + b'\\\\"}') == {"a": "[" * 5_000 + "\\"}
