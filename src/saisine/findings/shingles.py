"""Texts as sets of four-character shingles, and pairs of texts that may be near-copies.

MinHash after Broder (1997), banding after Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
chapter 3. Whole batches go through numpy at once: a MinHash object per text costs about ten times as much
(benchmarks/duplicates.py measures it).
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]
_Integer = TypeVar("_Integer", np.int64, np.uint64)
Pairs = NDArray[np.int64]  # shape (n, 2), each row (lower index, higher index)

SHINGLE: Final = (
    4  # a swapped word costs its length and 3: with 5, it took a text of 50 signs under the threshold
)
ROWS: Final = 5  # looser bands propose every pair of one theme: 200 CPU s at 200,000 messages
BANDS: Final = 20  # 20 bands of 5: a pair at Jaccard 0.6 is proposed 8 times in 10, at 0.7 97 in 100
# Of 20 sketches a pair at Jaccard 0.6 agrees on 12; fewer than 6 happens twice in a thousand. Of strangers in one
# band (a million texts propose ten million such pairs) one in fifteen agrees on 6.
ALIKE: Final = 6
RAW_PAIRS: Final = 4  # pairs proposed for one that may be kept, before sketches are compared
BATCH: Final = 8_192  # texts at once: about 50 MB of working arrays, so memory stays flat
SIGN_BATCH: Final = 1_024  # texts signed at once: their hashes stay in the processor's cache
FULL_BUCKET: Final = 16  # up to here every pair of a bucket is proposed, beyond it each member with PIVOTS
PIVOTS: Final = 8
_SEED: Final = 20_260_314  # fixed: the same texts give the same candidates on every machine


class Shingles(NamedTuple):
    """Sorted, distinct shingle hashes; those of text i are values[starts[i]:starts[i + 1]]."""

    values: Hashes
    starts: NDArray[np.int64]

    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.starts)


def shingle_set(text: str) -> frozenset[str]:
    """Every run of SHINGLE characters in the text."""
    return frozenset([text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)])


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared shingles over all shingles, 0 to 1; two empty sets share nothing."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def shingle_all(texts: Sequence[str]) -> Shingles:
    """Hash the shingles of every text; each text has at least SHINGLE characters."""
    parts, sizes = [], [np.zeros(1, np.int64)]
    for batch in _batches(texts):
        values, counts = _shingle_batch(batch)
        parts.append(values)
        sizes.append(counts)
    values = np.concatenate(parts) if parts else np.zeros(0, np.uint32)
    return Shingles(values, np.cumsum(np.concatenate(sizes)))


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """At most BATCH texts and about two million characters each: one very long text stands alone."""
    start = size = 0
    for at, text in enumerate(texts):
        if at - start == BATCH or (size and size + len(text) > 2_000_000):
            yield texts[start:at]
            start, size = at, 0
        size += len(text)
    if start < len(texts):
        yield texts[start:]


def _shingle_batch(texts: Sequence[str]) -> tuple[Hashes, NDArray[np.int64]]:
    """(distinct hashes, text by text and sorted; how many each text has)."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in texts], np.int64)
    windows = codes[SHINGLE - 1 :].copy()
    for step in range(SHINGLE - 1):  # polynomial hash of each window, modulo 2^64
        windows += codes[step : len(codes) - SHINGLE + 1 + step] * np.uint64(
            pow(1_000_003, SHINGLE - 1 - step, 1 << 64)
        )
    owner = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)[: len(windows)]
    ends = np.cumsum(lengths)
    inside = np.arange(len(windows)) + SHINGLE <= np.repeat(ends, lengths)[: len(windows)]
    # the owner above, the hash below: one sort puts the hashes of each text in order
    keyed = _distinct((owner[inside] << np.uint64(32)) | _mix(windows[inside]))
    counts = np.bincount((keyed >> np.uint64(32)).astype(np.int64), minlength=len(texts))
    return keyed.astype(np.uint32), counts.astype(np.int64)


def _distinct(values: NDArray[_Integer]) -> NDArray[_Integer]:
    """Sorted, each value once. The hash table of `np.unique` (numpy 2.4) takes ten times as long."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """32 well-mixed bits of each value (the end of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values >> np.uint64(32)


def sign_band(shingles: Shingles, band: int) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """(one key per text: its ROWS MinHashes of this band mixed; eight bits of the first of them).

    By multiply-shift hashing (Dietzfelbinger 1996). One band at a time, so that memory does not hold a hundred
    hashes per text; the eight bits are kept, as a sketch (b-bit MinHash, Li and König 2010).
    """
    random = np.random.Generator(np.random.PCG64((_SEED, band)))
    factors = random.integers(0, 1 << 63, ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    offsets = random.integers(0, 1 << 63, ROWS, dtype=np.uint64)
    count = len(shingles.starts) - 1
    keys = np.zeros(count, np.uint64)
    sketch = np.zeros(count, np.uint8)
    for first in range(0, count, SIGN_BATCH):
        last = min(first + SIGN_BATCH, count)
        low, high = shingles.starts[first], shingles.starts[last]
        values = shingles.values[low:high].astype(np.uint64)
        starts = shingles.starts[first:last] - low
        key = keys[first:last]
        for row, (factor, offset) in enumerate(zip(factors, offsets, strict=True)):
            hashed = ((values * factor + offset) >> np.uint64(32)).astype(np.uint32)
            least = np.minimum.reduceat(hashed, starts)
            if row == 0:
                # mixed first: a minimum is small, so that its own high bits say little
                sketch[first:last] = (least * np.uint32(0x9E3779B1)) >> np.uint32(24)
            key *= np.uint64(0x9E3779B97F4A7C15)
            key += least
            key ^= key >> np.uint64(29)
    return keys, sketch


def candidates(shingles: Shingles, weights: Sequence[int], most: int | None = None) -> Pairs | None:
    """Distinct pairs of texts that agree on one whole band and look alike in their sketches; None past `most`.

    `weights` says how many messages have each text: the commonest are the pivots of a large bucket.
    """
    chance = np.random.Generator(np.random.PCG64(_SEED)).permutation(len(weights))
    rank = np.argsort(np.lexsort((chance, -np.asarray(weights, np.int64))))
    codes = np.zeros(0, np.int64)
    sketches = np.zeros((BANDS, len(weights)), np.uint8)
    for band in range(BANDS):
        keys, sketches[band] = sign_band(shingles, band)
        found = _unique_codes(_bucket_pairs(keys, rank))
        # joined band by band: a pair that all bands propose is held once, not twenty times
        codes = _distinct(np.concatenate([codes, found]))
        if most is not None and len(codes) > RAW_PAIRS * most:
            return None
    codes = codes[_look_alike(sketches, codes)]
    if most is not None and len(codes) > most:
        return None
    return np.stack([codes >> 32, codes & 0xFFFFFFFF], axis=1)


def _look_alike(sketches: NDArray[np.uint8], codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether ALIKE of the BANDS sketches agree: of strangers that share a band, most do not."""
    left, right = codes >> 32, codes & 0xFFFFFFFF
    agree = np.zeros(len(codes), np.uint8)
    for sketch in sketches:
        agree += sketch[left] == sketch[right]
    return agree >= ALIKE


def _unique_codes(pairs: list[Pairs]) -> NDArray[np.int64]:
    if not pairs:
        return np.zeros(0, np.int64)
    joined = np.concatenate(pairs)
    return _distinct((joined.min(axis=1) << 32) | joined.max(axis=1))


def _bucket_pairs(key: NDArray[np.uint64], rank: NDArray[np.int64]) -> list[Pairs]:
    """The pairs inside each run of equal keys; all runs of one size are handled together."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    cuts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))
    starts, sizes = cuts[:-1], np.diff(cuts)
    pairs: list[Pairs] = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= FULL_BUCKET)]):
        runs = order[starts[sizes == size][:, None] + np.arange(size)]
        left, right = np.triu_indices(size, 1)
        pairs.append(np.stack([runs[:, left].ravel(), runs[:, right].ravel()], axis=1))
    for start, size in zip(starts[sizes > FULL_BUCKET], sizes[sizes > FULL_BUCKET], strict=True):
        pairs.append(_pivot_pairs(order[start : start + size], rank))
    return pairs


def _pivot_pairs(members: NDArray[np.int64], rank: NDArray[np.int64]) -> Pairs:
    """A large bucket costs its size, not its square: members meet PIVOTS of them, the best ranked."""
    pivots = members[np.argpartition(rank[members], PIVOTS)[:PIVOTS]]
    pairs: Pairs = np.stack([np.repeat(pivots, len(members)), np.tile(members, PIVOTS)], axis=1)
    distinct: Pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return distinct


def pair_jaccard(shingles: Shingles, pairs: Pairs) -> NDArray[np.float64]:
    """The Jaccard of each pair, counted on all shingle hashes."""
    sizes = shingles.sizes()
    result = np.empty(len(pairs), np.float64)
    for first in range(0, len(pairs), BATCH):
        some = pairs[first : first + BATCH]
        numbers = np.arange(len(some), dtype=np.uint64) << np.uint64(32)
        both = np.sort(
            np.concatenate(
                [
                    np.repeat(numbers, sizes[side]) | _gather(shingles, side)
                    for side in (some[:, 0], some[:, 1])
                ]
            )
        )
        twice = both[1:][both[1:] == both[:-1]] >> np.uint64(32)
        shared = np.bincount(twice.astype(np.int64), minlength=len(some))
        result[first : first + BATCH] = shared / (sizes[some[:, 0]] + sizes[some[:, 1]] - shared)
    return result


def _gather(shingles: Shingles, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The hashes of these texts, one after the other."""
    sizes = shingles.sizes()[rows]
    begin = np.repeat(shingles.starts[rows] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    gathered: NDArray[np.uint64] = shingles.values[begin + np.arange(sizes.sum())].astype(np.uint64)
    return gathered
