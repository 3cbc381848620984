"""Groups of identical and nearly identical messages, each held around one of its own texts.

Equal texts first; then candidates by MinHash bands (`shingles.py`); then the exact Jaccard of shingle sets.
A chain of small edits may join two strangers, so a group is never a chain: every member is close to the
medoid itself. Nothing depends on the order of the rows.
"""

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from saisine.findings.inputs import Text
from saisine.findings.shingles import (
    Pairs,
    Shingles,
    candidates,
    jaccard,
    pair_jaccard,
    shingle_all,
    shingle_set,
)

# One word of seven letters swapped in 43 characters stays at or above 0.6; sentences that only share a theme
# stay below 0.4 (docs/findings.md gives the measure). Lower values join themes.
THRESHOLD: Final = 0.6
# Under 20 characters one changed word is a third of the message: only equal texts are called copies.
SHORT: Final = 20
MILLIONTHS: Final = 1_000_000
HUB: Final = 256  # a text near to more than these is a pivot of a flood: its neighbours are strangers
ROUNDS: Final = 4  # 100,000 wordings of one spam: 64 s and 843 groups in one round that followed hubs
# One wording costs up to 7 kB and 0.7 ms when all belong to one flood, a hundredth of that among strangers: above
# MAX_WORDINGS, near-copies are sought only while bands propose fewer than MAX_PAIRS; else equal texts alone
MAX_WORDINGS: Final = 250_000
MAX_PAIRS: Final = 4_000_000
MIN_SIZE: Final = 3  # two equal messages happen by chance

_LINK_OR_MENTION: Final = re.compile(r"(?:https?://|www\.)\S+|@[\w.\-]+")
_WORD: Final = re.compile(r"[^\W_]+")


class Near(NamedTuple):
    """For each text, the texts found at THRESHOLD or above and their Jaccard in millionths.

    Those of text i are others[starts[i]:starts[i + 1]]: flat arrays, because one spam of 600,000 wordings
    has ten million such links and took 8 GB as lists.
    """

    starts: NDArray[np.int64]
    others: NDArray[np.int64]
    likeness: NDArray[np.int64]

    def of(self, text: int) -> slice:
        return slice(self.starts[text], self.starts[text + 1])


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that are nearly the same text.

    `group` is stable for equal members. `variants` counts wordings, once links, mentions, punctuation and
    emoji are set aside. `medoid` is the id of a message with the central wording; similarities (0 to 1) are
    those of the other messages to it.
    """

    group: str
    n: int
    variants: int
    ids: tuple[str, ...]
    medoid: str
    similarity_min: float
    similarity_median: float

    def as_json(self) -> dict[str, Any]:
        """The keys of `saisine duplicates --json`."""
        return {
            "group": self.group,
            "n": self.n,
            "variants": self.variants,
            "ids": list(self.ids),
            "medoid": self.medoid,
            "similarity_min": round(self.similarity_min, 4),
            "similarity_median": round(self.similarity_median, 4),
        }


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The groups, largest first, and how many messages are in none.

    `is_exact_only`: more than MAX_WORDINGS wordings looked alike, so only equal texts were grouped.
    """

    groups: tuple[Group, ...]
    ungrouped: int
    is_exact_only: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"groups": [group.as_json() for group in self.groups], "ungrouped": self.ungrouped}


def copy_key(norm: str) -> str:
    """The folded text without links, mentions, punctuation and emoji; what is left bare by that stays whole.

    >>> copy_key("@asso  honte a vous !!! https://exemple.fr/x")
    'honte a vous'
    """
    words = _WORD.findall(_LINK_OR_MENTION.sub(" ", norm))
    return " ".join(words) if words else norm.strip()


def group_duplicates(rows: Iterable[Text], *, min_size: int = MIN_SIZE) -> Duplicates:
    """Group the near-copies among these messages; groups under `min_size` messages are left out.

    Every member has a Jaccard of at least THRESHOLD to the medoid; messages of equal `norm` are always
    together; an empty message is in no group.
    """
    holders: dict[str, list[str]] = {}
    total = 0
    for row in rows:
        total += 1
        holders.setdefault(copy_key(row.norm), []).append(row.id)
    holders.pop("", None)
    long = sorted(key for key in holders if len(key) >= SHORT)
    near = _neighbours(long, [len(holders[key]) for key in long], len(long) > MAX_WORDINGS)
    groups = [
        _build(keys, likeness, holders)
        for keys, likeness in _clusters(holders, long, near)
        if sum(len(holders[key]) for key in keys) >= min_size
    ]
    kept = sorted(groups, key=lambda group: (-group.n, group.group))
    return Duplicates(tuple(kept), total - sum(group.n for group in kept), near is None)


def _clusters(
    holders: dict[str, list[str]], long: Sequence[str], near: Near | None
) -> Iterator[tuple[list[str], list[float]]]:
    """(wordings with the medoid first, their similarity to it), every wording in exactly one cluster."""
    if near is None:
        yield from (([key], [1.0]) for key in holders)
        return
    weights = [len(holders[key]) for key in long]
    for members, likeness in _stars(long, weights, near):
        yield [long[member] for member in members], likeness
    for key in holders:
        if len(key) < SHORT:
            yield [key], [1.0]


def _stars(
    texts: Sequence[str], weights: Sequence[int], near: Near
) -> Iterator[tuple[list[int], list[float]]]:
    """Cut the texts into stars, in a few rounds; `near` serves the first.

    In a flood of one theme, the pivots of a large bucket take what is close to them; what is left beside them
    meets new pivots in the next round. Each round costs its number of texts, not its square.
    """
    left = np.arange(len(texts))
    for turn in range(ROUNDS):
        some = left.tolist()
        if turn:
            near = _some_neighbours([texts[i] for i in some], [weights[i] for i in some])
        had_neighbours = np.diff(near.starts) > 0
        alone = []
        for members, likeness in _round([texts[i] for i in some], [weights[i] for i in some], near):
            if len(members) == 1 and had_neighbours[members[0]] and turn < ROUNDS - 1:
                alone.append(members[0])
            else:
                yield [some[member] for member in members], likeness
        left = left[sorted(alone)]
        if not len(left):
            return


def _round(
    texts: Sequence[str], weights: Sequence[int], near: Near
) -> Iterator[tuple[list[int], list[float]]]:
    """The best-surrounded text takes all that is close to it, and so on until every text is in one star."""
    counts = np.asarray(weights, np.int64)
    free = np.ones(len(texts), bool)
    has_neighbours = np.diff(near.starts) > 0
    for alone in np.flatnonzero(~has_neighbours).tolist():  # most texts: they need no turn in the heap
        yield [alone], [1.0]
    # the most copies closest around first, then the order of the texts themselves
    around = _all_weights(near, counts)
    heap = [(-int(around[i]), i) for i in np.flatnonzero(has_neighbours).tolist()]
    heapq.heapify(heap)
    while heap:
        claimed, centre = heapq.heappop(heap)
        if not free[centre]:
            continue
        now = -_weight(centre, near, free, counts)
        if now != claimed:  # neighbours were taken meanwhile: it waits for its turn again
            heapq.heappush(heap, (now, centre))
            continue
        members, likeness = _star(centre, near, free, texts)
        free[members] = False
        yield members, likeness


def _all_weights(near: Near, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The weight of every text while all are free."""
    owners = np.repeat(np.arange(len(counts)), np.diff(near.starts))
    around = np.zeros(len(counts), np.int64)
    np.add.at(around, owners, counts[near.others] * near.likeness)
    return counts * MILLIONTHS + around


def _weight(centre: int, near: Near, free: NDArray[np.bool_], counts: NDArray[np.int64]) -> int:
    """Messages around a text, each worth its similarity; in whole numbers, whose sum has no order."""
    mine = near.of(centre)
    others = near.others[mine]
    around = (counts[others] * near.likeness[mine])[free[others]].sum() if len(others) else 0
    return int(counts[centre] * MILLIONTHS + around)


def _star(
    centre: int, near: Near, free: NDArray[np.bool_], texts: Sequence[str]
) -> tuple[list[int], list[float]]:
    """The centre and its free neighbours, their Jaccard counted again on the true strings, not on hashes.

    Neighbours of neighbours are tried too: bands propose pairs by chance, a group should not.
    """
    members, likeness = [centre], [1.0]
    around = near.others[near.of(centre)]
    around = around[free[around]]
    if not len(around):
        return members, likeness
    own = shingle_set(texts[centre])
    for other in _reach(centre, around, near, free).tolist():
        value = jaccard(own, shingle_set(texts[other]))
        if value >= THRESHOLD:
            members.append(other)
            likeness.append(value)
    return members, likeness


def _reach(centre: int, around: NDArray[np.int64], near: Near, free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The free texts one or two steps away, in their order; a hub says nothing of who is close to whom."""
    links = (near.others[near.of(other)] for other in around.tolist())
    further = [others for others in links if len(others) <= HUB]
    reached: NDArray[np.int64] = np.unique(np.concatenate([around, *further]))
    kept: NDArray[np.int64] = reached[free[reached] & (reached != centre)]
    return kept


def _neighbours(texts: Sequence[str], weights: Sequence[int], is_many: bool) -> Near | None:
    """The pairs at THRESHOLD or above, seen from both sides; None when many texts look alike in too many pairs."""
    if not texts:
        return Near(np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    shingles = shingle_all(texts)
    pairs = candidates(shingles, weights, MAX_PAIRS if is_many else None)
    return None if pairs is None else _near_of(shingles, pairs)


def _some_neighbours(texts: Sequence[str], weights: Sequence[int]) -> Near:
    found = _neighbours(texts, weights, is_many=False)
    assert found is not None  # no bound was set
    return found


def _near_of(shingles: Shingles, pairs: Pairs) -> Near:
    sizes = shingles.sizes()[pairs] if len(pairs) else np.zeros((0, 2), np.int64)
    # a set of n shingles cannot reach the threshold with one of fewer than threshold * n
    pairs = pairs[sizes.min(axis=1) >= THRESHOLD * sizes.max(axis=1)]
    values = pair_jaccard(shingles, pairs)
    pairs, values = pairs[values >= THRESHOLD], values[values >= THRESHOLD]
    owners = np.concatenate([pairs[:, 0], pairs[:, 1]])
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners, minlength=len(shingles.starts) - 1)
    millionths = np.rint(values * MILLIONTHS).astype(np.int64)
    return Near(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([pairs[:, 1], pairs[:, 0]])[order],
        np.concatenate([millionths, millionths])[order],
    )


def _build(keys: Sequence[str], likeness: Sequence[float], holders: dict[str, list[str]]) -> Group:
    ids = sorted(one for key in keys for one in holders[key])
    values = sorted(value for key, value in zip(keys, likeness, strict=True) for _ in holders[key])
    others = values[:-1] or values  # the medoid's own 1.0 says nothing about the group
    digest = hashlib.sha256("\n".join(ids).encode("utf-8", "surrogatepass")).hexdigest()
    return Group(
        digest[:16], len(ids), len(keys), tuple(ids), min(holders[keys[0]]), others[0], median(others)
    )
