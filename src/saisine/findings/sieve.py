"""Which patterns may match a text: all are followed at once, a bit for each of their steps.

A word lights the bits of the steps that hold it, when the step before is lit: so after one pass a pattern whose last
bit is lit has all its words in the text, in order (bit-parallel search, Baeza-Yates and Gonnet 1992). Distances and
sentences are left to the walk of the few that remain.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, product
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from saisine.findings.signs import Word

# Words of nearly every French text: of a phrase, another word tells more about where to look.
COMMON: Final = frozenset(
    "a ai as au aux c ce ces cette d dans de des du elle en es est et il ils je j l la le les leur ma mais me mes mon"
    " n ne nous on ou par pas plus pour qu que qui s sa se ses si son sont sur t ta te tes toi ton tous tout tu un une"
    " va vais vous y avec bien rien faire fait".split()
)


MOST_CHAINS: Final = 16  # of one pattern; beyond, a phrase of common words is looked for by one of them
Ints = npt.NDArray[np.int64]
Chain = list[set[str]]  # a bit for each set of words, in order
BITS: Final = 64  # of one number of a row; a chain stands inside one, so that a shift never crosses
FEW: Final = 8  # texts under which following them one by one costs less
TOGETHER: Final = 128  # texts followed at once: what is lit stays in the cache of the processor


class Numbered:
    """Words by number, for many texts at once: twice that of its forms, and one more when it opens a sentence."""

    def __init__(self) -> None:
        self.forms: list[tuple[str, ...]] = []
        self._number: dict[tuple[str, ...], int] = {}

    def __len__(self) -> int:
        return 2 * len(self.forms)

    def of(self, word: Word) -> int:
        """The number of a word, kept from the first time on."""
        forms, _, _, opens = word
        number = self._number.setdefault(forms, len(self.forms))
        if number == len(self.forms):
            self.forms.append(forms)
        return 2 * number + opens

    def word(self, number: int) -> Word:
        """The word behind a number; its place is lost."""
        return Word(self.forms[number >> 1], 0, 0, bool(number & 1))


class Sieve:
    """Steps as bits, pattern after pattern; `add` before the first text is read."""

    def __init__(self) -> None:
        self._masks: dict[str, int] = {}
        self._starts = 0
        self._opening = 0  # the bits that only the first word of a sentence lights
        self._width = 0
        self._forget()

    def _forget(self) -> None:
        self._mask = lru_cache(65_536)(self._mask_of)
        self._read: Numbered | None = None
        self._row = np.zeros(0, np.int64)  # the row of `_table` for each word of `_read`
        self._rows: dict[int, int] = {0: 0}  # the row of each mask met; row 0 lights nothing
        self._table = np.zeros((0, -(-self._width // BITS)), "<u8")

    def add(self, steps: Sequence[Iterable[Sequence[str]]], opens: bool = False) -> int:
        """The bits of which one is lit once every step was seen in order; a step is its phrases, of which one stands.

        A pattern that opens a sentence starts by the first word of one of its phrases.
        """
        last = 0
        for whole in _chains([list(phrases) for phrases in steps], opens):
            cut = whole[:BITS]
            if self._width % BITS + len(cut) > BITS:
                self._width += -self._width % BITS
            self._starts |= 1 << self._width
            self._opening |= opens << self._width
            for words in cut:
                for word in words:
                    self._masks[word] = self._masks.get(word, 0) | 1 << self._width
                self._width += 1
            last |= 1 << (self._width - 1)
        self._forget()
        return last

    def lit(self, words: Sequence[Word]) -> int:
        """The bits lit by a text: one pass, a few operations on long integers a word."""
        found, starts, mask_of = 0, self._starts, self._mask
        for forms, _, _, opens in words:
            mask = mask_of(forms, opens)
            if mask:
                found |= (found << 1 | starts) & mask
        return found

    def lit_all(self, texts: Sequence[Sequence[int]], numbered: Numbered) -> list[int]:
        """`lit` for each text, whose words are given by number: many are followed word by word together."""
        if len(texts) < FEW:
            return [self.lit([numbered.word(word) for word in words]) for words in texts]
        rows = self._rows_of(numbered)[np.fromiter(chain.from_iterable(texts), np.int64)]
        text = np.repeat(np.arange(len(texts)), [*map(len, texts)])[rows > 0]
        rows = rows[rows > 0]  # the other words change nothing
        sizes = np.bincount(text, minlength=len(texts))
        firsts = np.cumsum(sizes) - sizes
        order = np.argsort(-sizes, kind="stable")
        found = [0] * len(texts)
        for start in range(0, len(order), TOGETHER):
            some = order[start : start + TOGETHER]
            lit = self._follow(rows, firsts[some], sizes[some])
            for one, bits in zip(some.tolist(), lit, strict=True):
                found[one] = int.from_bytes(bits.tobytes(), "little")
        return found

    def _follow(self, rows: Ints, firsts: Ints, sizes: Ints) -> npt.NDArray[np.uint64]:
        """(texts, numbers of BITS bits) lit by texts whose words start at `firsts`, the longest first."""
        found = np.zeros((len(sizes), self._table.shape[1]), "<u8")
        starts = self._as_row(self._starts)
        for step in range(int(sizes[0])):
            active = int(np.searchsorted(-sizes, -step))  # texts that have a word there
            lit = found[:active]
            now = lit << np.uint64(1)
            now |= starts
            now &= self._table[rows[firsts[:active] + step]]
            lit |= now
        return found

    def _rows_of(self, numbered: Numbered) -> Ints:
        """The row of `_table` of each word, those numbered since the last time included."""
        if self._read is not numbered:
            self._forget()
            self._read = numbered
        new = numbered.forms[len(self._row) // 2 :]
        if new:
            self._row = np.append(self._row, [row for forms in new for row in self._rows_for(forms)])
            self._fill()
        return self._row

    def _rows_for(self, forms: tuple[str, ...]) -> tuple[int, int]:
        """The rows of a word inside a sentence and at its start: 0 for nearly all."""
        if self._masks.keys().isdisjoint(forms):
            return 0, 0
        row = self._rows
        inside, start = self._mask_of(forms, False), self._mask_of(forms, True)
        return row.setdefault(inside, len(row)), row.setdefault(start, len(row))

    def _fill(self) -> None:
        """The masks met since the last time, as rows of `_table`."""
        new = list(self._rows)[len(self._table) :]
        if new:
            self._table = np.concatenate([self._table, *map(self._as_row, new)])

    def _as_row(self, mask: int) -> npt.NDArray[np.uint64]:
        """(1, numbers of BITS bits)."""
        size = -(-self._width // BITS)
        return np.frombuffer(mask.to_bytes(size * 8, "little"), "<u8")[None]

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
        choices = [[[set().union(*(words for one in some for words in one[-1:]))]] for some in choices]
    for parts in product(*choices):
        yield [words for part in parts for words in part]


def rarest(phrase: Sequence[str]) -> str:
    """The word of a phrase that tells most: it stands between the steps before and after like all the others."""
    return max(phrase, key=lambda word: (word not in COMMON, len(word)))


def bits_of(lit: int) -> Iterator[int]:
    """Each bit of an integer, from the lowest."""
    while lit:
        low = lit & -lit
        yield low
        lit ^= low
