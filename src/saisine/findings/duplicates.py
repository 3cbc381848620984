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
from typing import Any, Final

import numpy as np

from saisine.findings.inputs import Text
from saisine.findings.shingles import candidates, jaccard, pair_jaccard, shingle_all, shingle_set, sign

# One word of seven letters swapped in 43 characters stays at or above 0.6; sentences that only share a theme
# stay below 0.4 (docs/findings.md gives the measure). Lower values join themes.
THRESHOLD: Final = 0.6
# Under 20 characters one changed word is a third of the message: only equal texts are called copies.
SHORT: Final = 20
MILLIONTHS: Final = 1_000_000
MIN_SIZE: Final = 3  # two equal messages happen by chance

_LINK_OR_MENTION: Final = re.compile(r"(?:https?://|www\.)\S+|@[\w.\-]+")
_WORD: Final = re.compile(r"[^\W_]+")


Near = dict[int, list[tuple[int, int]]]  # text: (another, their Jaccard in millionths)


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
    """The groups, largest first, and how many messages are in none."""

    groups: tuple[Group, ...]
    ungrouped: int

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
    groups = [
        _build(keys, likeness, holders)
        for keys, likeness in _clusters(holders)
        if sum(len(holders[key]) for key in keys) >= min_size
    ]
    kept = sorted(groups, key=lambda group: (-group.n, group.group))
    return Duplicates(tuple(kept), total - sum(group.n for group in kept))


def _clusters(holders: dict[str, list[str]]) -> Iterator[tuple[list[str], list[float]]]:
    """(wordings with the medoid first, their similarity to it), every wording in exactly one cluster."""
    long = sorted(key for key in holders if len(key) >= SHORT)
    weights = [len(holders[key]) for key in long]
    for members, likeness in _stars(long, weights):
        yield [long[member] for member in members], likeness
    for key in holders:
        if len(key) < SHORT:
            yield [key], [1.0]


def _stars(texts: Sequence[str], weights: Sequence[int]) -> Iterator[tuple[list[int], list[float]]]:
    """Cut the texts into stars: the best-surrounded text takes all that is close to it, and so on."""
    near = _neighbours(texts, weights)
    free = set(range(len(texts)))
    # the most copies closest around first, then the order of the texts themselves
    heap = [(-_weight(i, near, free, weights), i) for i in range(len(texts))]
    heapq.heapify(heap)
    while heap:
        claimed, centre = heapq.heappop(heap)
        if centre not in free:
            continue
        now = -_weight(centre, near, free, weights)
        if now != claimed:  # neighbours were taken meanwhile: it waits for its turn again
            heapq.heappush(heap, (now, centre))
            continue
        members, likeness = _star(centre, near, free, texts)
        free.difference_update(members)
        yield members, likeness


def _weight(centre: int, near: Near, free: set[int], weights: Sequence[int]) -> int:
    """Messages around a text, each worth its similarity; in whole numbers, whose sum has no order."""
    around = sum(weights[other] * likeness for other, likeness in near.get(centre, ()) if other in free)
    return weights[centre] * MILLIONTHS + around


def _star(centre: int, near: Near, free: set[int], texts: Sequence[str]) -> tuple[list[int], list[float]]:
    """The centre and its free neighbours, their Jaccard counted again on the true strings, not on hashes.

    Neighbours of neighbours are tried too: bands propose pairs by chance, a group should not.
    """
    members, likeness = [centre], [1.0]
    around = [other for other, _ in near.get(centre, ()) if other in free]
    if not around:
        return members, likeness
    own = shingle_set(texts[centre])
    reach = set(around).union(further for other in around for further, _ in near[other]) - {centre}
    for other in sorted(reach & free):
        value = jaccard(own, shingle_set(texts[other]))
        if value >= THRESHOLD:
            members.append(other)
            likeness.append(value)
    return members, likeness


def _neighbours(texts: Sequence[str], weights: Sequence[int]) -> Near:
    """For each text that has any, the texts found at THRESHOLD or above, and how close they are."""
    if not texts:
        return {}
    shingles = shingle_all(texts)
    pairs = candidates(sign(shingles), weights)
    sizes = shingles.sizes()[pairs] if len(pairs) else np.zeros((0, 2), np.int64)
    # a set of n shingles cannot reach the threshold with one of fewer than threshold * n
    pairs = pairs[sizes.min(axis=1) >= THRESHOLD * sizes.max(axis=1)]
    values = pair_jaccard(shingles, pairs)
    pairs, values = pairs[values >= THRESHOLD], values[values >= THRESHOLD]
    near: Near = {}
    for (low, high), likeness in zip(
        pairs.tolist(), np.rint(values * MILLIONTHS).astype(int).tolist(), strict=True
    ):
        near.setdefault(low, []).append((high, likeness))
        near.setdefault(high, []).append((low, likeness))
    return near


def _build(keys: Sequence[str], likeness: Sequence[float], holders: dict[str, list[str]]) -> Group:
    ids = sorted(one for key in keys for one in holders[key])
    values = sorted(value for key, value in zip(keys, likeness, strict=True) for _ in holders[key])
    others = values[:-1] or values  # the medoid's own 1.0 says nothing about the group
    digest = hashlib.sha256("\n".join(ids).encode("utf-8", "surrogatepass")).hexdigest()
    return Group(
        digest[:16], len(ids), len(keys), tuple(ids), min(holders[keys[0]]), others[0], median(others)
    )
