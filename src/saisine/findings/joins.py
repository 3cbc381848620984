"""Pairs of actions on one object within a window of time: a sort and a merge, in blocks.

Every network of `coordination.py` is this one join. Plain arrays: the pairs of 200,000 messages take a few
hundredths of a second, and memory holds one block of pairs, never all of them.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
BLOCK: Final = 2_000_000  # pairs at once: about 100 MB of working arrays


class Reach(NamedTuple):
    """Actions in order of object, then time, and how far the window of each one goes.

    The action at place i is `rows[i]`; those within the window after it are at i + 1 up to `ends[i]`
    (excluded), those before it from `begins[i]`.
    """

    rows: Codes
    begins: Codes
    ends: Codes

    @property
    def ahead(self) -> Codes:
        """How many actions stand within the window after each one."""
        counts: Codes = self.ends - np.arange(len(self.ends)) - 1
        return counts

    @property
    def around(self) -> Codes:
        """How many other actions stand within the window, before or after each one."""
        counts: Codes = self.ends - self.begins - 1
        return counts


def reach(object_code: Codes, t_us: Codes, window_us: int) -> Reach:
    """Where the window of each action begins and ends; bounds belong to the window.

    Gaps longer than the window count as one step more than it. So the places of all objects fit on one line
    of whole numbers, whatever the years between them, and one binary search serves every object.
    """
    rows = np.lexsort((t_us, object_code))
    ordered, times = object_code[rows], t_us[rows]
    steps = np.minimum(np.diff(times, prepend=times[:1]), window_us + 1)
    steps[1:][ordered[1:] != ordered[:-1]] = window_us + 1
    line = np.cumsum(steps)
    return Reach(
        rows.astype(np.int64),
        np.searchsorted(line, line - window_us, side="left").astype(np.int64),
        np.searchsorted(line, line + window_us, side="right").astype(np.int64),
    )


def pair_blocks(found: Reach) -> Iterator[tuple[Codes, Codes]]:
    """(earlier rows, later rows) of every pair inside the window, at most about BLOCK at a time."""
    ahead = found.ahead
    totals = np.cumsum(ahead)
    first, count = 0, len(ahead)
    while first < count:
        before = totals[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(totals, before + BLOCK, side="right")))
        sizes = ahead[first:last]
        left = np.repeat(np.arange(first, last), sizes)
        if len(left):
            inside = np.arange(len(left)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            yield found.rows[left], found.rows[left + 1 + inside]
        first = last


def runs(ordered: Codes) -> tuple[Codes, Codes]:
    """(start, length) of each run of equal values in a sorted array."""
    if not len(ordered):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    cuts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))
    return cuts[:-1].astype(np.int64), np.diff(cuts).astype(np.int64)
