"""A small convolutional network over words, in numpy alone: what the linear model cannot compose.

A word is the mean of the vectors of its hashed pieces (the word and its 3 to 5-grams, as fastText does:
Bojanowski and others, 2017). Convolutions of 1, 2 and 3 words are pooled by maximum and mean (Kim, 2014), joined
with the features of the rules, and give two logits: `score` and `hate`. Vectors are stored as int8 with a scale a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.grams import buckets_of, joined, together

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
BUCKETS: Final = 20_000
SIZE: Final = 48  # numbers of a word
FILTERS: Final = 48
HIDDEN: Final = 48
WIDTHS: Final = (1, 2, 3)
SIZES: Final = (3, 4, 5)  # of the pieces of a word
LONGEST: Final = 40  # words read of one message
KEPT: Final = 30_000  # words whose responses are kept: 35 MB
OUTPUTS: Final = ("score", "hate")


def _whole(token: str) -> int:
    return crc32(f"={token}".encode("utf-8", "surrogatepass"))


@lru_cache(100_000)
def pieces_of(token: str) -> tuple[int, ...]:
    """The rows of a word: itself and its pieces of 3 to 5 characters, hashed by CRC-32."""
    marked = f"<{token[:24]}>"
    places = [(at, at + size) for size in SIZES for at in range(len(marked) - size + 1)]
    if marked.isascii():
        raw = marked.encode("ascii")
        found = [crc32(raw[first:after]) for first, after in places]
    else:
        found = [crc32(marked[first:after].encode("utf-8", "surrogatepass")) for first, after in places]
    return tuple(piece % BUCKETS for piece in (_whole(token), *found))


def all_pieces(words: Sequence[str]) -> tuple[list[str], Ints, Ints]:
    """(the words in another order, the rows of all in a row, how many each has): `pieces_of` for many words at once."""
    return together(
        words, str.isascii, lambda plain: buckets_of(plain, [*map(_whole, plain)], BUCKETS), pieces_of
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """Distinct words of some messages and, for each message, which they are (-1 past its end)."""

    words: tuple[str, ...]
    at: Ints
    features: Floats

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]], features: Floats) -> "Batch":
        index: dict[str, int] = {}
        width = max(3, min(LONGEST, max(map(len, documents), default=0)))
        at = np.full((len(documents), width), -1, np.int64)
        for row, tokens in enumerate(documents):
            ids = [index.setdefault(token, len(index)) for token in tokens[:width]]
            at[row, : len(ids)] = ids
        return cls(tuple(index), at, features)


Arrays = dict[str, Any]


def new_arrays(features: int, seed: int) -> Arrays:
    """Random starting weights; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)

    def around_zero(rows: int, columns: int) -> Floats:
        drawn = rng.standard_normal((rows, columns)).astype(np.float32)
        return drawn * np.float32(np.sqrt(2 / rows))

    joined = 2 * FILTERS * len(WIDTHS) + features
    arrays: Arrays = {"vectors": (rng.standard_normal((BUCKETS, SIZE)) * 0.3).astype(np.float32)}
    for width in WIDTHS:
        arrays[f"filter{width}"] = around_zero(width * SIZE, FILTERS)
        arrays[f"bias{width}"] = np.zeros(FILTERS, np.float32)
    arrays |= {
        "hidden": around_zero(joined, HIDDEN),
        "hidden_bias": np.zeros(HIDDEN, np.float32),
        "out": around_zero(HIDDEN, len(OUTPUTS)) * 0.5,
        "out_bias": np.zeros(len(OUTPUTS), np.float32),
    }
    return arrays


def vectors_of(words: Sequence[str], vectors: Floats) -> Floats:
    """(words, SIZE): the mean of the rows of each."""
    return _means(*joined([pieces_of(word) for word in words]), vectors)


def _means(rows: Ints, sizes: Ints, vectors: Floats) -> Floats:
    """(words, SIZE), from the rows of all the words in a row and how many each has."""
    if not len(sizes):
        return np.zeros((0, SIZE), np.float32)
    sums: Floats = np.add.reduceat(vectors[rows], np.cumsum(sizes) - sizes, axis=0)
    mean: Floats = (sums / sizes[:, None]).astype(np.float32)
    return mean


def place(batch: Batch, word_vectors: Floats) -> Floats:
    """(messages, words, SIZE), zero past the end of a message."""
    padded = np.vstack([word_vectors, np.zeros((1, SIZE), np.float32)])
    return padded[batch.at]


def convolve(placed: Floats, width: int, arrays: Arrays) -> tuple[Floats, Floats]:
    """(windows, responses before the floor at zero) of one width of filters."""
    n, length, size = placed.shape
    padded = np.concatenate([placed, np.zeros((n, width - 1, size), np.float32)], axis=1)
    windows = np.concatenate([padded[:, at : at + length] for at in range(width)], axis=2)
    flat = windows.reshape(n * length, width * size)
    return flat, (flat @ arrays[f"filter{width}"] + arrays[f"bias{width}"]).reshape(n, length, FILTERS)


def forward(
    batch: Batch, placed: Floats, arrays: Arrays, drop: Floats | None = None
) -> tuple[Floats, Arrays]:
    """(logits (messages, 2), what the way back needs); `drop` multiplies the pooled numbers while training."""
    mask = (batch.at >= 0).astype(np.float32)[:, :, None]
    count = np.maximum(mask.sum(1), 1)
    kept: Arrays = {"mask": mask, "count": count}
    pooled = []
    for width in WIDTHS:
        flat, response = convolve(placed, width, arrays)
        active = np.maximum(response, 0) * mask
        top = active.argmax(1)
        kept[f"flat{width}"], kept[f"active{width}"], kept[f"top{width}"] = flat, active, top
        pooled += [np.take_along_axis(active, top[:, None, :], 1)[:, 0], active.sum(1) / count]
    joined = np.concatenate(pooled, axis=1)
    joined = joined if drop is None else joined * drop
    kept["joined"] = np.concatenate([joined, batch.features], axis=1).astype(np.float32)
    kept["hidden"] = np.maximum(kept["joined"] @ arrays["hidden"] + arrays["hidden_bias"], 0)
    return kept["hidden"] @ arrays["out"] + arrays["out_bias"], kept


class Network:
    """The shipped network: float vectors rebuilt from int8, and what each word gives each filter, kept once computed.

    A filter over two words is the sum of what each of them gives it: a table of words takes the place of most of
    the arithmetic of `forward`, and its numbers are the same to a rounding.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        by_width = [np.split(arrays[f"filter{width}"], width) for width in WIDTHS]
        # the filters that read the first word of a window, then the second, then the third
        parts = [[one[at] for one in by_width if at < len(one)] for at in range(max(WIDTHS))]
        self._filters = np.concatenate([part for one in parts for part in one], axis=1)
        self._bias = np.concatenate([arrays[f"bias{width}"] for width in WIDTHS])
        self._forget()

    def _forget(self) -> None:
        self._row: dict[str, int] = {}
        self._table = np.zeros((1_024, self._filters.shape[1]), np.float32)
        self._table[0, : len(self._bias)] = -1e9  # no word: a window that starts there answers nothing

    def logits(self, documents: Sequence[Sequence[str]], features: Floats) -> Floats:
        """(messages, 2), messages of like length together: padding costs as much as words."""
        read = [tokens[:LONGEST] for tokens in documents]
        self._learn(read)
        sizes = np.array([len(tokens) for tokens in read], np.int64)
        order = np.argsort(sizes, kind="stable")
        pooled = np.zeros((len(read), 2 * len(self._bias)), np.float32)
        for start in range(0, len(order), 64):  # what is in hand stays in the cache of the processor
            rows = order[start : start + 64]
            pooled[rows] = self._pooled([read[row] for row in rows], sizes[rows])
        joined = np.concatenate([pooled, features], axis=1).astype(np.float32)
        hidden = np.maximum(joined @ self.arrays["hidden"] + self.arrays["hidden_bias"], 0)
        found: Floats = hidden @ self.arrays["out"] + self.arrays["out_bias"]
        return found

    def _pooled(self, documents: Sequence[Sequence[str]], sizes: Ints) -> Floats:
        """(messages, filters by width, the highest response of each then the mean one)."""
        row, gap, width = self._row, max(WIDTHS) - 1, len(self._bias)
        length = max(1, int(sizes.max()))
        at = np.zeros((len(documents), length + gap), np.int64)
        at[np.arange(length + gap) < sizes[:, None]] = [row[token] for one in documents for token in one]
        given = self._table[at]
        response = given[:, :length, :width] + self._bias
        first, after = FILTERS, width
        for place in range(1, gap + 1):  # the word `place` further, for the filters wide enough
            more = width - first
            response[:, :, first:] += given[:, place : length + place, after : after + more]
            first, after = first + FILTERS, after + more
        np.maximum(response, 0, out=response)
        top, mean = response.max(1), response.sum(1) / np.maximum(sizes, 1)[:, None]
        shape = (len(documents), len(WIDTHS), FILTERS)
        both = np.stack([top.reshape(shape), mean.reshape(shape)], axis=2)
        found: Floats = both.reshape(len(documents), -1)
        return found

    def _learn(self, documents: Sequence[Sequence[str]]) -> None:
        """The words not seen yet, at once; beyond KEPT words everything is forgotten."""
        new = {token for tokens in documents for token in tokens} - self._row.keys()
        if len(self._row) + len(new) > KEPT:
            self._forget()
            new = {token for tokens in documents for token in tokens}
        if not new:
            return
        words, rows, sizes = all_pieces(sorted(new))
        first = len(self._row) + 1
        while len(self._table) < first + len(words):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        self._table[first : first + len(words)] = _means(rows, sizes, self.arrays["vectors"]) @ self._filters
        self._row.update(zip(words, range(first, first + len(words)), strict=True))


def pack(arrays: Arrays) -> Arrays:
    """For the file: vectors as int8 with a scale a row, the rest as half floats."""
    vectors = arrays["vectors"]
    scale = np.maximum(np.abs(vectors).max(1), 1e-8) / 127
    packed: Arrays = {name: array.astype(np.float16) for name, array in arrays.items() if name != "vectors"}
    return packed | {
        "vectors": np.round(vectors / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
    }


def unpack(packed: Mapping[str, Any]) -> Arrays:
    """The float arrays behind `pack`. Raises KeyError or ValueError when a shape is not the one expected."""
    features = packed["hidden"].shape[0] - 2 * FILTERS * len(WIDTHS)
    shapes = {name: array.shape for name, array in new_arrays(features, 0).items()}
    arrays = {name: packed[name].astype(np.float32) for name in shapes}
    arrays["vectors"] *= packed["scale"][:, None]
    for name, shape in shapes.items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise ValueError(name)
    return arrays
