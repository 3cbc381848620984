"""Lines of the log: canonical bytes (RFC 8785 as oracle), and every form that is refused."""

import json
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.vault.log import MAX_INTEGER, canonical, fault_of, format_moment, parse_line, parse_moment

HASH = "ab" * 32
SEAL = {
    "v": 1, "seq": 0, "at": "2026-11-21T13:32:07.125Z", "act": "seal", "unit": "u" * 26, "object": HASH,
    "size": 12, "record": HASH, "rec": {"object": HASH, "line": 0},
}  # fmt: skip

keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
values = st.recursive(
    st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=8))
@settings(max_examples=200, deadline=None)
def test_our_canonical_form_is_rfc_8785(value: dict[str, object]) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_a_good_line_is_read_and_written_back_the_same() -> None:
    line = canonical(SEAL)
    entry = parse_line(line)
    assert fault_of(entry) is None
    assert canonical(entry) == line


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(SEAL).encode(),
        canonical(SEAL) + b" ",
        canonical({**SEAL, "comment": "free text"}),
        canonical({**SEAL, "size": "12"}),
        canonical({**SEAL, "unit": "é"}),
        canonical({**SEAL, "size": 1})[:-1],
        canonical({**SEAL, "unit": "u" * 3000}),
        b"",
        b"null",
        b"\x00" * 40,
    ],
)
def test_a_line_in_any_other_form_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        parse_line(line)


@pytest.mark.parametrize(
    "change",
    [
        {"act": "praise"}, {"v": 2}, {"at": "2026-11-21 13:32:07"}, {"at": "2026-13-21T13:32:07.125Z"},
        {"object": "xyz"}, {"size": -1}, {"size": MAX_INTEGER + 1}, {"refs": ["no hash"]},
        {"rec": {"object": HASH, "line": 1000}}, {"act": "erase"}, {"act": "observe"},
    ],
)  # fmt: skip
def test_a_line_whose_fields_do_not_fit_its_act_is_named(change: dict[str, object]) -> None:
    assert fault_of(parse_line(canonical({**SEAL, **change}))) is not None


@given(st.datetimes(timezones=st.timezones()))
@settings(max_examples=50, deadline=None)
def test_a_moment_keeps_its_milliseconds(moment: datetime) -> None:
    try:
        text = format_moment(moment)
    except OverflowError:  # the year 0 or 10000 in UTC
        return
    expected = moment.astimezone(UTC)
    assert parse_moment(text) == expected.replace(microsecond=expected.microsecond // 1000 * 1000)
