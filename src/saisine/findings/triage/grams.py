"""The pieces of many words at once, in numpy: the columns of the linear member, the rows of the network.

A word met for the first time costs a hundred times a word met again, and a message in French brings two: all the new
words of a batch are written one after the other, and each step is done on all their characters together. Words with
other than ASCII signs, few once folded, are cut one by one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Find = Callable[[Sequence[str]], tuple[list[str], Ints, Ints]]
LONGEST_WORD: Final = 24  # characters of a word that are cut into pieces
KEPT: Final = 100_000  # words whose pieces are remembered
_SIZES: Final = (2, 3, 4, 5)
_NONE: Final = np.zeros(0, np.int64)


def _crc_table() -> npt.NDArray[np.uint32]:
    """What CRC-32 does to each value of its low byte (ISO 3309; the polynomial of zlib)."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0xEDB88320), table >> 1).astype(np.uint32)
    return table


_CRC: Final = _crc_table()


class Marked:
    """Words of ASCII signs in one array, each between « < » and « > ».

    `left[i]` is the number of signs from place i to the end of its word, `firsts` the place of each word.
    """

    def __init__(self, words: Sequence[str]) -> None:
        cut = [f"<{word[:LONGEST_WORD]}>" for word in words]
        self.sizes = np.fromiter(map(len, cut), np.int64, len(cut))
        signs = np.frombuffer("".join(cut).encode("ascii"), np.uint8)
        self.signs = np.concatenate([signs, np.zeros(max(_SIZES), np.uint8)])
        ends = np.cumsum(self.sizes)
        self.firsts = ends - self.sizes
        self.left = np.repeat(ends, self.sizes) - np.arange(len(signs))

    def sign(self, after: int) -> npt.NDArray[np.uint8]:
        """For each place, the sign so many places after it."""
        return self.signs[after : after + len(self.left)]

    def codes(self) -> npt.NDArray[np.uint64]:
        """(places, sizes): the piece of 2 to 5 signs that starts there, as one number; 0 past the end of a word."""
        code = self.sign(0).astype(np.uint64)
        found = np.zeros((len(self.left), len(_SIZES)), np.uint64)
        for column, size in enumerate(_SIZES):
            code = code << np.uint64(8) | self.sign(size - 1)
            found[:, column] = np.where(self.left >= size, code, 0)
        return found

    def checksums(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
        """(places, sizes 3 to 5): the CRC-32 of the piece that starts there, and whether it is inside its word."""
        crc = np.full(len(self.left), 0xFFFFFFFF, np.uint32)
        found = np.zeros((len(self.left), len(_SIZES) - 1), np.uint32)
        for at in range(max(_SIZES)):
            crc = _CRC[(crc ^ self.sign(at)) & 255] ^ crc >> 8
            if at >= _SIZES[0]:
                found[:, at - 2] = ~crc
        return found, self.left[:, None] >= np.array(_SIZES[1:])

    def by_word(self, kept: npt.NDArray[np.bool_]) -> Ints:
        """(words,): how many pieces of each are kept, from (places, sizes)."""
        if not len(self.sizes):
            return _NONE
        return np.add.reduceat(kept.sum(1), self.firsts)


class Codes:
    """The short grams of a vocabulary as sorted numbers, to look up many of them at once."""

    def __init__(self, index: Mapping[str, int]) -> None:
        short = [gram for gram in index if 2 <= len(gram) <= max(_SIZES) and gram.isascii()]
        codes = np.array([int.from_bytes(gram.encode("ascii")) for gram in short], np.uint64)
        order = np.argsort(codes)
        self.codes = np.append(codes[order], np.uint64(2**63))  # the last one stands past the end
        self.columns = np.append(np.array([index[gram] for gram in short], np.int64)[order], -1)

    def columns_of(self, codes: npt.NDArray[np.uint64]) -> Ints:
        """The column of each code, -1 where the vocabulary does not hold it."""
        at = np.searchsorted(self.codes, codes)
        found: Ints = np.where(self.codes[at] == codes, self.columns[at], -1)
        return found


def joined(rows: Iterable[Sequence[int]]) -> tuple[Ints, Ints]:
    """(all numbers in a row, how many come from each)."""
    some = list(rows)
    sizes = np.fromiter(map(len, some), np.int64, len(some))
    return np.fromiter((one for row in some for one in row), np.int64, int(sizes.sum())), sizes


class Remembered:
    """The numbers of each word seen, in one array: `find` is asked for the new words of a batch, all at once.

    `find(words)` gives (the same words in an order of its own, their numbers in a row, how many each has).
    """

    def __init__(self, find: Find, most: int = KEPT) -> None:
        self.find = find
        self.most = most
        self._forget()

    def _forget(self) -> None:
        self._ids: dict[str, int] = {}
        self._starts, self._sizes, self._flat = _NONE, _NONE, _NONE

    def of(self, words: Sequence[str]) -> tuple[Ints, Ints]:
        """(the numbers of all the words in a row, how many each has)."""
        ids = self._ids_of(words)
        sizes = self._sizes[ids]
        firsts = self._starts[ids] - np.cumsum(sizes) + sizes
        return self._flat[np.repeat(firsts, sizes) + np.arange(int(sizes.sum()))], sizes

    def _ids_of(self, words: Sequence[str]) -> Ints:
        new = set(words).difference(self._ids)
        if len(new) + len(self._ids) > self.most:
            self._forget()
            new = set(words)
        if new:
            self._learn(sorted(new))
        return np.fromiter(map(self._ids.__getitem__, words), np.int64, len(words))

    def _learn(self, words: Sequence[str]) -> None:
        order, flat, sizes = self.find(words)
        first = len(self._ids)
        self._starts = np.append(self._starts, len(self._flat) + np.cumsum(sizes) - sizes)
        self._sizes = np.append(self._sizes, sizes)
        self._flat = np.append(self._flat, flat)
        self._ids.update(zip(order, range(first, first + len(order)), strict=True))


def together(
    words: Sequence[str],
    is_plain: Callable[[str], bool],
    at_once: Callable[[Sequence[str]], tuple[Ints, Ints]],
    one_by_one: Callable[[str], Sequence[int]],
) -> tuple[list[str], Ints, Ints]:
    """What `Remembered` asks for: plain words first, all together, then the others."""
    plain = [word for word in words if is_plain(word)]
    others = [word for word in words if not is_plain(word)]
    flat, sizes = at_once(plain)
    more, more_sizes = joined(map(one_by_one, others))
    return plain + others, np.concatenate([flat, more]), np.concatenate([sizes, more_sizes])


def columns_of(words: Sequence[str], index: Mapping[str, int], codes: Codes) -> tuple[Ints, Ints]:
    """For each word, the columns of its grams of 2 to 5 signs, then its own; the words are ASCII."""
    marked = Marked(words)
    columns = codes.columns_of(marked.codes().ravel()).reshape(-1, len(_SIZES))
    whole: Any = np.full((len(marked.left), 1), -1, np.int64)
    whole[marked.firsts, 0] = [index.get(f"={word}", -1) for word in words]
    columns = np.concatenate([columns, whole], axis=1)
    kept = columns >= 0
    return columns[kept], marked.by_word(kept)


def buckets_of(words: Sequence[str], wholes: Sequence[int], buckets: int) -> tuple[Ints, Ints]:
    """For each word, the bucket of its own checksum (`wholes`) then of its pieces of 3 to 5 signs; words are ASCII."""
    marked = Marked(words)
    crc, inside = marked.checksums()
    first = np.zeros((len(marked.left), 1), np.uint32)
    first[marked.firsts, 0] = wholes
    kept = np.concatenate([np.zeros((len(marked.left), 1), np.bool_), inside], axis=1)
    kept[marked.firsts, 0] = True
    found = np.concatenate([first, crc], axis=1)[kept].astype(np.int64) % buckets
    return found, marked.by_word(kept)
