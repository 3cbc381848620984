"""Very long words in tables: every sign stays, and none runs over the next column."""

from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.dossiers import blocks
from saisine.dossiers.narrow import narrowed


@settings(max_examples=30, deadline=None)
@given(st.text("mi é", max_size=200), st.integers(2, 12))
def test_a_long_word_may_break_in_its_column_and_loses_no_sign(words: str, share: int) -> None:
    table = blocks.table("", ("A", "B"), (share, 14 - share), [[words, [blocks.soft(words)]]])
    (cells,) = narrowed({"blocks": [table]})["blocks"][0]["rows"]
    for cell in (cells[0], cells[1][0]["t"]):
        assert cell.replace("\u200b", "") == words
        assert max(map(len, cell.replace("\u200b", " ").split()), default=0) < 100


def test_digests_addresses_and_common_words_are_left_alone() -> None:
    row = [blocks.mono("a" * 64), blocks.link("https://exemple.invalid/" + "a" * 60), "responsabilité"]
    assert narrowed(blocks.table("", ("", "", ""), (3, 3, 3), [row]))["rows"] == [row]
