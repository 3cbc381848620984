"""Words and characters in words, weighted by TF-IDF, beside the features of the rules: logistic regression.

Sparse rows are three arrays (row starts, columns, values), so that numpy is all it takes. The vocabulary keeps no
name, mention, link or number: a model must not remember persons (`triage.md` 4.4).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.grams import LONGEST_WORD, Codes, Remembered, columns_of, together

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
LEAST_TEXTS: Final = 5  # an n-gram seen in fewer texts may tell who wrote them
_DIGIT: Final = re.compile(r"\d")
UNPAIRED: Final = frozenset({"@user", "@url"})
SIZES: Final = (2, 3, 4, 5)


@lru_cache(100_000)
def grams_of(token: str) -> tuple[str, ...]:
    """The word itself, then its n-grams of 2 to 5 characters with its two ends marked."""
    if _DIGIT.search(token):
        return ("0",)
    if token[0] == "@":
        return (token,)
    marked = f"<{token[:LONGEST_WORD]}>"
    found = [f"={token}"]
    for size in SIZES:
        found += [marked[at : at + size] for at in range(len(marked) - size + 1)]
    return tuple(found)


def pairs_of(tokens: Sequence[str]) -> list[str]:
    """Two words in a row, neither a number, a mention nor a link."""
    plain = [token not in UNPAIRED and not _DIGIT.search(token) for token in tokens]
    return [f"{tokens[at]} {tokens[at + 1]}" for at in range(len(tokens) - 1) if plain[at] and plain[at + 1]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: row i holds `columns[starts[i]:starts[i+1]]` with `values` there."""

    starts: Ints
    columns: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    def dot(self, weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """One number a row (rows,), or one a row and an output when `weights` has two axes."""
        if weights.ndim == 2:
            return np.stack([self.dot(column) for column in weights.T], axis=1)
        products = np.append(weights[self.columns] * self.values, 0.0)
        return np.where(np.diff(self.starts) > 0, np.add.reduceat(products, self.starts[:-1]), 0.0)

    def of(self) -> Ints:
        """The row of each value."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


class Pairs:
    """The pairs of words of a vocabulary, looked up all at once: each is the number of its first word and second."""

    def __init__(self, index: Mapping[str, int]) -> None:
        pairs = [(*gram.split(" "), at) for gram, at in index.items() if " " in gram]
        self._number = {word: at for at, word in enumerate({w for one in pairs for w in one[:2]}, 1)}
        self._width = len(self._number) + 1
        numbers = [self._number[first] * self._width + self._number[second] for first, second, _ in pairs]
        order = np.argsort(np.array(numbers, np.int64))
        self._keys = np.append(np.array(numbers, np.int64)[order], -1)  # the last one is no pair
        self._columns = np.append(np.array([at for _, _, at in pairs], np.int64)[order], -1)

    def of(self, tokens: Sequence[str], document: npt.NDArray[Any]) -> tuple[Ints, Ints]:
        """(place of the first word, column) of each pair in one document; `document` is that of each token."""
        number = np.fromiter(map(self._number.get, tokens, repeat(0)), np.int64, len(tokens))
        known = (number[:-1] > 0) & (number[1:] > 0) & (document[:-1] == document[1:])
        firsts = np.flatnonzero(known)
        keys = number[firsts] * self._width + number[firsts + 1]
        at = np.searchsorted(self._keys[:-1], keys)
        found = self._keys[at] == keys
        return firsts[found], self._columns[at[found]]


class Tfidf:
    """The vocabulary and its idf, fitted or loaded; a token's columns are kept once found."""

    def __init__(self, vocabulary: Sequence[str], idf: Floats) -> None:
        self.vocabulary = tuple(vocabulary)
        self.idf = idf
        self.index: Mapping[str, int] = {gram: at for at, gram in enumerate(self.vocabulary)}
        self._words = frozenset(gram[1:] for gram in self.vocabulary if gram[0] == "=")
        self._codes = Codes(self.index)
        self._columns = Remembered(self._find)
        self._pairs = Pairs(self.index)

    @classmethod
    def fit(
        cls,
        documents: Iterable[Sequence[str]],
        forgotten: frozenset[str] = frozenset(),
        least: int = LEAST_TEXTS,
    ) -> "Tfidf":
        """From texts as tokens, without the tokens to forget. idf = ln((1+n)/(1+df)) + 1."""
        counts: Counter[str] = Counter()
        n = 0
        for tokens in documents:
            kept = [token for token in tokens if token not in forgotten]
            counts.update({gram for token in kept for gram in grams_of(token)}.union(pairs_of(kept)))
            n += 1
        vocabulary = sorted(gram for gram, df in counts.items() if df >= least)
        df = np.array([counts[gram] for gram in vocabulary], np.float32)
        return cls(vocabulary, (np.log((1 + n) / (1 + df)) + 1).astype(np.float32))

    def _find(self, words: Sequence[str]) -> tuple[list[str], Ints, Ints]:
        """The columns of words met for the first time, all at once."""
        index = self.index
        return together(
            words,
            lambda word: word.isascii() and word[0] != "@" and not _DIGIT.search(word),
            lambda plain: columns_of(plain, index, self._codes),
            lambda other: [index[gram] for gram in grams_of(other) if gram in index],
        )

    def rows(self, documents: Sequence[Sequence[str]]) -> Rows:
        """TF-IDF rows of unit length, with 1 + ln(tf)."""
        width = max(len(self.vocabulary), 1)
        kind: Any = (
            np.int32 if len(documents) * width < 1 << 31 else np.int64
        )  # sorted twice as fast when small
        tokens = [*chain.from_iterable(documents)]
        flat, sizes = self._columns.of(tokens)
        words_in = [*map(len, documents)]
        number = np.repeat(np.arange(len(documents), dtype=kind) * kind(width), words_in)
        firsts, pairs = self._pairs.of(tokens, number)
        base = np.concatenate([np.repeat(number, sizes), number[firsts]])
        columns = np.concatenate([flat, pairs]).astype(kind)
        return weighed(base + columns, kind(width), self.idf, len(documents))

    def known_share(self, tokens: Sequence[str]) -> float:
        """Share of words that the vocabulary knows whole; 1 when there is none."""
        words = [token for token in tokens if token.isalpha()]
        return sum(map(self._words.__contains__, words)) / len(words) if words else 1.0


def weighed(keys: npt.NDArray[Any], width: Any, idf: Floats, count: int) -> Rows:
    """Rows of unit length, with 1 + ln(tf), from each time a column stands in a row: row times `width` plus column."""
    keys = np.sort(keys)
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]) if len(keys) else [])
    tf = np.diff(first, append=len(keys))
    keys = keys[first]
    row = keys // width
    columns = (keys - row * width).astype(np.int64)
    values = ((1 + np.log(tf)) * idf[columns]).astype(np.float32)
    length = np.sqrt(np.bincount(row, values**2, minlength=count))
    starts = np.searchsorted(row, np.arange(count + 1))
    return Rows(starts, columns, (values / np.maximum(length[row], 1e-9)).astype(np.float32))
