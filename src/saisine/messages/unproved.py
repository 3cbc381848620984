"""Rows that no sealed tree holds yet: those a newer mapper reads where the import read none, or elsewhere.

Each gets its leaf before anyone sees it, as at import: what is shown can be proved alone (docs/rows.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

from saisine.messages.differences import Digests, Side
from saisine.vault import Vault
from saisine.vault.rows import (
    REFS_PER_ROWS,
    RowBlock,
    RowGroup,
    keep_rows,
    open_rows,
    parse_row,
    read_rows,
    rows_entries,
)

_COLUMNS: Final = ("record_sha256", "source_sha256", "locator")


@dataclass(frozen=True, slots=True)
class _Fresh:
    """The rows of a corpus without a leaf: one mask per part, and how many of each source."""

    side: Side
    masks: list[npt.NDArray[np.bool_]]
    counts: Mapping[str, int]

    def blocks(self, numbers: Mapping[str, int], again: int) -> Iterator[RowBlock]:
        """The rows of some sources; the last one `again` times more."""
        last: tuple[str, int, str] | None = None
        for table, mask in zip(self.side.tables(_COLUMNS), self.masks, strict=True):
            rows = zip(*(table[name].to_numpy()[mask].tolist() for name in _COLUMNS), strict=True)
            mine = [(digest, numbers[source], place) for digest, source, place in rows if source in numbers]
            if mine:
                last = mine[-1]
                yield RowBlock(*map(list, zip(*mine, strict=True)))
        if last is not None and again:
            yield RowBlock(*([value] * again for value in last))  # type: ignore[arg-type]


def keep_unproved(vault: Vault, side: Side, *, actor: str = "") -> int:
    """Seal a leaf for every row that has none; how many. Done again after a stop, it finds nothing left.

    Raises what sealing raises.
    """
    items = {digest: item for digest, item in side.info.sources if item}
    leaves = [_leaves_of(vault, item) for item in set(items.values())]
    known = np.unique(np.concatenate([np.empty(0, np.uint64), *leaves]))
    fresh = _find_fresh(side, items, known)
    sources = [digest for digest in items if fresh.counts.get(digest)]
    taken = {(entry.refs, entry.count) for entry in vault.journal.entries if entry.act == "rows"}
    groups = []
    for start in range(0, len(sources), REFS_PER_ROWS):
        some = sources[start : start + REFS_PER_ROWS]
        numbers = {digest: number for number, digest in enumerate(some)}
        refs, count = tuple(items[digest] for digest in some), sum(fresh.counts[digest] for digest in some)
        again = 0
        while (refs, count + again) in taken:
            again += 1  # the vault knows a group by its sources and count: one leaf twice makes it another
        groups.append(RowGroup(refs, count + again, partial(fresh.blocks, numbers, again)))
    keep_rows(vault, groups, unit=side.info.unit, actor=actor)
    return sum(fresh.counts.values())


def _find_fresh(side: Side, items: Mapping[str, str], known: Digests) -> _Fresh:
    masks = []
    counts: dict[str, int] = {}
    for table in side.tables(_COLUMNS):
        rows = list(zip(*(table[name].to_numpy().tolist() for name in _COLUMNS), strict=True))
        found = np.array(
            [_digest(items.get(source, ""), sha, place) for sha, source, place in rows], np.uint64
        )
        has_item = np.array([source in items for _, source, _ in rows], bool)
        mask = ~np.isin(found, known) & has_item
        for number in np.flatnonzero(mask).tolist():
            counts[rows[number][1]] = counts.get(rows[number][1], 0) + 1
        masks.append(mask)
    return _Fresh(side, masks, counts)


def _leaves_of(vault: Vault, item: str) -> Digests:
    """64 bits of every row that a tree over this source already holds."""
    found: list[int] = []
    for entry in rows_entries(vault, item):
        assert isinstance(entry.refs, tuple)
        number = entry.refs.index(item)
        with open_rows(vault, entry) as source:
            _, lists = read_rows(source)
            for lines in lists:
                rows = (parse_row(line) for line in lines)
                found += (_digest(item, one.sha256, one.locator) for one in rows if one.source == number)
    return np.array(found, np.uint64)


def _digest(item: str, sha256: str, place: str) -> int:
    return int.from_bytes(blake2b(f"{item}{sha256}{place}".encode(), digest_size=8).digest())
