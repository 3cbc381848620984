"""The pieces of many words at once are those of each word by itself."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.triage.grams import Remembered, joined
from saisine.findings.triage.linear import Tfidf, grams_of
from saisine.findings.triage.network import all_pieces, pieces_of

WORDS = st.lists(
    st.text(alphabet="abc<>=é!@1😀", min_size=1, max_size=30), min_size=1, max_size=8, unique=True
)


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_the_rows_of_the_network_are_those_of_each_word(words: list[str]) -> None:
    order, rows, sizes = all_pieces(words)
    assert sorted(order) == sorted(words)
    for word, found in zip(order, np.split(rows, np.cumsum(sizes)[:-1]), strict=True):
        assert sorted(found.tolist()) == sorted(pieces_of(word))


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_the_columns_of_the_linear_member_are_those_of_each_word(words: list[str]) -> None:
    grams = sorted({gram for word in words[::2] for gram in grams_of(word)} | {"ab", "<a", "=abc", "a b"})
    tfidf = Tfidf(grams, np.ones(len(grams), np.float32))
    for word, row in zip(words, np.split(*_columns(tfidf, words)), strict=True):
        assert sorted(row.tolist()) == sorted(
            tfidf.index[gram] for gram in grams_of(word) if gram in tfidf.index
        )


def _columns(tfidf: Tfidf, words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    flat, sizes = tfidf._columns.of(words)
    return flat, np.cumsum(sizes)[:-1]


def test_beyond_the_words_it_may_keep_it_forgets_and_learns_again() -> None:
    kept = Remembered(lambda words: (list(words), *joined([[len(word)] for word in words])), most=2)
    assert kept.of(["a", "bb", "a"])[0].tolist() == [1, 2, 1]
    assert kept.of(["ccc", "a"])[0].tolist() == [3, 1]
    assert len(kept._ids) == 2
