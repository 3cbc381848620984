"""Own sentences kept away from the development sets: a set that was learnt by heart measures memory.

Distance is Jaccard's share of two sets of folded words, over all pairs at once by a sparse product.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from scipy import sparse

from saisine.errors import SaisineError
from saisine.texts import fold

NEAREST: Final = 0.8  # Jaccard from which a sentence is taken for a copy
LEAST_WORDS: Final = 3  # shorter ones are in everybody's mouth
ROWS: Final = 1_000  # sentences compared at a time
_WORD: Final = re.compile(r"\w+")


def refuse_near(own: Sequence[str], frames: Sequence[str], developed: Sequence[str]) -> None:
    """Raises `triage_sentence_near`, naming the frame, when a sentence comes near a text of the development sets."""
    found = next(near(own, developed), None)
    if found is not None:
        raise SaisineError("triage_sentence_near", frame=frames[found[0]])


def near(own: Sequence[str], developed: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(sentence, text) of each pair at NEAREST or over."""
    words: dict[str, int] = {}
    ours, theirs = _matrix(own, words), _matrix(developed, words)
    width = len(words)
    ours.resize(len(own), width)
    theirs.resize(len(developed), width)
    sizes, other = ours.sum(1).A1, theirs.sum(1).A1
    for start in range(0, len(own), ROWS):
        both = (ours[start : start + ROWS] @ theirs.T).tocoo()
        rows = both.row + start
        either = sizes[rows] + other[both.col] - both.data
        at = (both.data >= NEAREST * either) & (np.minimum(sizes[rows], other[both.col]) >= LEAST_WORDS)
        yield from zip(rows[at].tolist(), both.col[at].tolist(), strict=True)


def _matrix(texts: Sequence[str], words: dict[str, int]) -> sparse.csr_matrix:
    """(texts, words) of zeros and ones; `words` grows."""
    sets = [{words.setdefault(word, len(words)) for word in _WORD.findall(fold(text))} for text in texts]
    starts = np.cumsum([0, *map(len, sets)])
    columns = np.array([column for one in sets for column in sorted(one)], np.int64)
    return sparse.csr_matrix((np.ones(len(columns)), columns, starts), (len(sets), max(1, len(words))))
