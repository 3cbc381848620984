"""Which patterns may match a text: all are followed at once, a bit for each of their steps.

A word lights the bits of the steps that hold it, when the step before is lit: so after one pass a pattern whose last
bit is lit has all its words in the text, in order (bit-parallel search, Baeza-Yates and Gonnet 1992). Distances and
sentences are left to the walk of the few that remain.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from saisine.findings.signs import Word

# Words of nearly every French text: of a phrase, another word tells more about where to look.
COMMON: Final = frozenset(
    "a ai as au aux c ce ces cette d dans de des du elle en es est et il ils je j l la le les leur ma mais me mes mon"
    " n ne nous on ou par pas plus pour qu que qui s sa se ses si son sont sur t ta te tes toi ton tous tout tu un une"
    " va vais vous y avec bien rien faire fait".split()
)


class Sieve:
    """Steps as bits, pattern after pattern; `add` before the first text is read."""

    def __init__(self) -> None:
        self._masks: dict[str, int] = {}
        self._starts = 0
        self._width = 0
        self._mask = lru_cache(65_536)(self._mask_of)

    def add(self, steps: Sequence[Iterable[Sequence[str]]]) -> int:
        """The bit lit once every step was seen in order; a step is its phrases, of which one has to stand there."""
        self._starts |= 1 << self._width
        for phrases in steps:
            for word in {rarest(phrase) for phrase in phrases}:
                self._masks[word] = self._masks.get(word, 0) | 1 << self._width
            self._width += 1
        self._mask.cache_clear()
        return 1 << (self._width - 1)

    def lit(self, words: Sequence[Word]) -> int:
        """The bits lit by a text: one pass, a few operations on long integers a word."""
        found, starts, mask_of = 0, self._starts, self._mask
        for word in words:
            mask = mask_of(word.forms)
            if mask:
                found |= (found << 1 | starts) & mask
        return found

    def _mask_of(self, forms: tuple[str, ...]) -> int:
        mask = 0
        for form in forms:
            mask |= self._masks.get(form, 0)
        return mask


def rarest(phrase: Sequence[str]) -> str:
    """The word of a phrase that tells most: it stands between the steps before and after like all the others."""
    return max(phrase, key=lambda word: (word not in COMMON, len(word)))


def bits_of(lit: int) -> Iterator[int]:
    """Each bit of an integer, from the lowest."""
    while lit:
        low = lit & -lit
        yield low
        lit ^= low
