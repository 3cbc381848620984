"""How words begin, alone and two in a row: what is learnt of « on viendra » then holds for « on viendrait ».

French changes the end of its words with who acts and when; four letters keep what a pair of words says and leave out
how it is conjugated. Both ends of a message are pieces too: many threats are told by how they open or close.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.linear import LEAST_TEXTS, UNPAIRED, Rows, weighed

LETTERS: Final = 4
NUMBER: Final = "0"  # any word with a figure
KEPT: Final = 100_000  # words whose beginning is remembered
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def stem_of(token: str) -> str:
    """The beginning of a word; a mention, a link or the name of a group stays whole."""
    if token[:1] == "@":
        return token
    return NUMBER if any(map(str.isdigit, token)) else token[:LETTERS]


class StemRows:
    """The beginnings kept, in order, the pairs of them, sorted, and the idf of both: messages as rows of unit length.

    A pair is `first * width + second`, of numbers from 1 in the order of `stems`; the last two numbers are the start
    and the end of a message.
    """

    def __init__(self, stems: Sequence[str], pairs: Ints, idf: Floats) -> None:
        self.stems = tuple(stems)
        self.pairs = pairs
        self.idf = idf
        self._number: Mapping[str, int] = {stem: at for at, stem in enumerate(self.stems, 1)}
        self._of_word: dict[str, int] = {}
        self._start, self._end = len(self.stems) + 1, len(self.stems) + 2
        self.width = len(self.stems) + 3
        self._sorted = np.append(pairs, -1)  # the last one is no pair
        # whether a number may stand in a pair: no unknown word, number, mention or link
        self._is_paired = np.ones(self.width, np.bool_)
        self._is_paired[[0, *(self._number.get(one, 0) for one in (*UNPAIRED, NUMBER))]] = False

    def __len__(self) -> int:
        return len(self.stems) + len(self.pairs)

    @classmethod
    def fit(
        cls,
        documents: Sequence[Sequence[str]],
        forgotten: frozenset[str] = frozenset(),
        least: int = LEAST_TEXTS,
    ) -> "StemRows":
        """Those of at least so many messages, without the words to forget. idf = ln((1+n)/(1+df)) + 1."""
        kept = [[token for token in tokens if token not in forgotten] for tokens in documents]
        counts: Counter[str] = Counter()
        for tokens in kept:
            counts.update(set(map(stem_of, tokens)))
        stems = sorted(stem for stem, df in counts.items() if df >= least)
        whole = cls(stems, np.zeros(0, np.int64), np.zeros(0, np.float32))
        row, pairs = whole._pairs_of(*whole._numbers(kept))
        distinct = np.unique(row * whole.width**2 + pairs) % whole.width**2
        found, df = np.unique(distinct, return_counts=True)
        found, df = found[df >= least], df[df >= least]
        every = np.concatenate([np.array([counts[stem] for stem in stems], np.int64), df])
        idf = np.log((1 + len(documents)) / (1 + every)) + 1
        return cls(stems, found, idf.astype(np.float32))

    def rows(self, documents: Sequence[Sequence[str]]) -> Rows:
        """One row a message."""
        row, numbers = self._numbers(documents)
        alone = (numbers > 0) & (numbers < self._start)
        in_row, pairs = self._pairs_of(row, numbers)
        at = np.searchsorted(self._sorted[:-1], pairs)
        known = self._sorted[at] == pairs
        rows = np.concatenate([row[alone], in_row[known]])
        columns = np.concatenate([numbers[alone] - 1, at[known] + len(self.stems)])
        width = max(len(self), 1)
        return weighed(rows * width + columns, width, self.idf, len(documents))

    def _numbers(self, documents: Sequence[Sequence[str]]) -> tuple[Ints, Ints]:
        """(the message, the number) of each word, 0 where it is not known, between its start and its end."""
        tokens = [*chain.from_iterable(documents)]
        kept = self._of_word
        if len(kept) > KEPT:
            kept.clear()
        for token in {*tokens}.difference(kept):
            kept[token] = self._number.get(stem_of(token), 0)
        sizes = np.fromiter(map(len, documents), np.int64, len(documents)) + 2
        ends = np.cumsum(sizes)
        numbers = np.zeros(int(ends[-1]) if len(ends) else 0, np.int64)
        is_word = np.ones(len(numbers), np.bool_)
        is_word[ends - 1] = is_word[ends - sizes] = False
        numbers[ends - sizes], numbers[ends - 1] = self._start, self._end
        numbers[is_word] = np.fromiter(map(kept.__getitem__, tokens), np.int64, len(tokens))
        return np.repeat(np.arange(len(documents)), sizes), numbers

    def _pairs_of(self, row: Ints, numbers: Ints) -> tuple[Ints, Any]:
        """(the message, the pair) of each two neighbours of one message, both known."""
        paired = self._is_paired[numbers]
        both = paired[:-1] & paired[1:] & (row[:-1] == row[1:])
        firsts = np.flatnonzero(both)
        return row[firsts], numbers[firsts] * self.width + numbers[firsts + 1]
