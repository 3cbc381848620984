"""Cut a file of lines anywhere: what came before stays, and the cut is told."""

from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.contract import Format
from tests.messages.formats.broken import EXAMPLES
from tests.messages.formats.reading import read


def assert_cut_lines_are_told(data: bytes, one: Format) -> None:
    """As `assert_cuts_are_told`, but for a cut between two lines, which leaves a whole file."""
    texts = [row.text for row in read(data, one)[0]]
    whole = {place for place in range(len(data) + 1) if data[place : place + 1] == b"\n"}

    @EXAMPLES
    @given(st.integers(min_value=1, max_value=len(data.rstrip()) - 1))
    def check(place: int) -> None:
        rows, entry = read(data[:place], one)
        assert [row.text for row in rows] == texts[: len(rows)]
        assert entry.truncated or entry.failed or place in whole or place - 1 in whole

    check()
