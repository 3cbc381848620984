"""Cut and change bytes of a file: whatever happens, nothing is lost in silence and nothing is raised."""

import hashlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages.formats.contract import Format
from tests.messages.examples import examples
from tests.messages.formats.reading import bytes_at, read

EXAMPLES = settings(
    max_examples=examples(15, 150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def assert_cuts_are_told(data: bytes, one: Format) -> None:
    """Every cut keeps the messages before it, unchanged, and says `truncated` or nothing at all was there."""
    whole, _ = read(data, one)
    texts = [row.text for row in whole]

    @EXAMPLES
    @given(st.integers(min_value=1, max_value=len(data.rstrip()) - 1))
    def check(place: int) -> None:
        rows, entry = read(data[:place], one)
        assert [row.text for row in rows] == texts[: len(rows)]
        assert entry.truncated or entry.failed or entry.skipped

    check()


def assert_changes_are_survived(data: bytes, one: Format) -> None:
    """Changed bytes raise nothing but a SaisineError; rows still lead to the exact bytes they came from."""

    @EXAMPLES
    @given(st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), min_size=1, max_size=20))
    def check(changes: list[tuple[int, int]]) -> None:
        broken = bytearray(data)
        for place, value in changes:
            broken[place] = value
        try:
            rows, _ = read(bytes(broken), one)
        except SaisineError:
            return
        for row in rows:
            found = hashlib.sha256(bytes_at(bytes(broken), row.locator)).hexdigest()
            assert found == row.record_sha256

    check()
