"""Which patterns may match a text: all are followed at once, a bit for each of their steps.

A word lights the bits of the steps that hold it, when the step before is lit: so after one pass a pattern whose last
bit is lit has all its words in the text, in order (bit-parallel search, Baeza-Yates and Gonnet 1992). Distances and
sentences are left to the walk of the few that remain.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import Final

from saisine.findings.signs import Word

# Words of nearly every French text: of a phrase, another word tells more about where to look.
COMMON: Final = frozenset(
    "a ai as au aux c ce ces cette d dans de des du elle en es est et il ils je j l la le les leur ma mais me mes mon"
    " n ne nous on ou par pas plus pour qu que qui s sa se ses si son sont sur t ta te tes toi ton tous tout tu un une"
    " va vais vous y avec bien rien faire fait".split()
)


MOST_CHAINS: Final = 16  # of one pattern; beyond, a phrase of common words is looked for by one of them
Chain = list[set[str]]  # a bit for each set of words, in order


class Sieve:
    """Steps as bits, pattern after pattern; `add` before the first text is read."""

    def __init__(self) -> None:
        self._masks: dict[str, int] = {}
        self._starts = 0
        self._opening = 0  # the bits that only the first word of a sentence lights
        self._width = 0
        self._mask = lru_cache(65_536)(self._mask_of)

    def add(self, steps: Sequence[Iterable[Sequence[str]]], opens: bool = False) -> int:
        """The bits of which one is lit once every step was seen in order; a step is its phrases, of which one stands.

        A pattern that opens a sentence starts by the first word of one of its phrases.
        """
        last = 0
        for chain in _chains([list(phrases) for phrases in steps], opens):
            self._starts |= 1 << self._width
            self._opening |= opens << self._width
            for words in chain:
                for word in words:
                    self._masks[word] = self._masks.get(word, 0) | 1 << self._width
                self._width += 1
            last |= 1 << (self._width - 1)
        self._mask.cache_clear()
        return last

    def lit(self, words: Sequence[Word]) -> int:
        """The bits lit by a text: one pass, a few operations on long integers a word."""
        found, starts, mask_of = 0, self._starts, self._mask
        for forms, _, _, opens in words:
            mask = mask_of(forms, opens)
            if mask:
                found |= (found << 1 | starts) & mask
        return found

    def _mask_of(self, forms: tuple[str, ...], opens: bool) -> int:
        mask = 0
        for form in forms:
            mask |= self._masks.get(form, 0)
        return mask if opens else mask & ~self._opening


def _chains(steps: list[list[Sequence[str]]], opens: bool) -> Iterator[Chain]:
    """The rarest word of each phrase, step by step; a phrase of common words alone is a chain of its own, word by word.

    Without that « est-ce que » would be looked for wherever « est » stands.
    """
    choices: list[list[Chain]] = []
    for number, phrases in enumerate(steps):
        if opens and not number:
            choices.append([[{phrase[0] for phrase in phrases}]])
            continue
        vague = [phrase for phrase in phrases if len(phrase) > 1 and COMMON.issuperset(phrase)]
        told = {rarest(phrase) for phrase in phrases if phrase not in vague}
        choices.append([[{word} for word in phrase] for phrase in vague] + ([[told]] if told else []))
    if prod(map(len, choices)) > MOST_CHAINS:
        choices = [[[set().union(*(words for chain in some for words in chain[-1:]))]] for some in choices]
    for chain in product(*choices):
        yield [words for part in chain for words in part]


def rarest(phrase: Sequence[str]) -> str:
    """The word of a phrase that tells most: it stands between the steps before and after like all the others."""
    return max(phrase, key=lambda word: (word not in COMMON, len(word)))


def bits_of(lit: int) -> Iterator[int]:
    """Each bit of an integer, from the lowest."""
    while lit:
        low = lit & -lit
        yield low
        lit ^= low
