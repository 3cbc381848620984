"""Identical short messages at one target: an insult or a sign repeated by several accounts within a day.

Under 20 characters people write the same by chance, so nothing here is a near-copy, and none of it counts as
coordination: equal texts only, per target, per 24 hours, from 5 accounts at least.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pyarrow as pa

from saisine.findings.actions import Actions, aligned
from saisine.findings.duplicates import SHORT, copy_key

WITHIN_US: Final = 24 * 3_600_000_000
LEAST_ACCOUNTS: Final = 5
LOOK_AT: Final = 200  # a longer text with many mentions or links may be short without them; beyond, none is

LABEL_FR: Final = "messages courts identiques"
LABEL_EN: Final = "identical short messages"
DOES_NOT_PROVE_FR: Final = (
    "Beaucoup de gens écrivent le même mot au même moment. Ces messages ne comptent jamais, seuls, comme un "
    "signe d’action concertée."
)
DOES_NOT_PROVE_EN: Final = (
    "Many people write the same word at the same moment. By themselves these messages never count as a sign "
    "of concerted action."
)


class ShortText(NamedTuple):
    """A message as this module needs it: `norm` is its folded text, `t_us` its time in microseconds."""

    ref: str
    norm: str
    account: str
    target: str
    t_us: int


@dataclass(frozen=True, slots=True)
class ShortGroup:
    """Equal short messages at one target within 24 hours, in order of time."""

    group: str
    target: str
    refs: tuple[str, ...]
    accounts: tuple[str, ...]
    first_us: int
    last_us: int


def group_short(rows: Iterable[ShortText]) -> tuple[ShortGroup, ...]:
    """The groups, largest first. The order of the rows changes nothing."""
    held: dict[tuple[str, str], list[ShortText]] = {}
    for row in rows:
        key = copy_key(row.norm)
        if key and len(key) < SHORT:
            held.setdefault((row.target, key), []).append(row)
    found = [group for some in held.values() for group in _groups(sorted(some, key=_by_time))]
    return tuple(sorted(found, key=lambda group: (-len(group.refs), group.group)))


def short_texts(actions: Actions, table: pa.Table) -> Iterator[ShortText]:
    """The messages of `actions` with their text and what they reach, from the table they were built of."""
    names, refs = actions.accounts.to_pylist(), actions.refs.to_pylist()
    norms, targets = (aligned(actions, table, name).to_pylist() for name in ("text_norm", "target_id"))
    rows = zip(refs, norms, actions.account.tolist(), targets, actions.t_us.tolist(), strict=True)
    for ref, norm, account, target, t_us in rows:
        if norm and len(norm) < LOOK_AT:
            yield ShortText(ref, norm, names[account], target or "", t_us)


def _by_time(row: ShortText) -> tuple[int, str]:
    return row.t_us, row.ref


def _groups(rows: Sequence[ShortText]) -> Iterator[ShortGroup]:
    """From each message on, the 24 hours that follow; a message is in one group at most."""
    start = 0
    while start < len(rows):
        stop = start + 1
        while stop < len(rows) and rows[stop].t_us - rows[start].t_us <= WITHIN_US:
            stop += 1
        accounts = sorted({row.account for row in rows[start:stop]})
        if len(accounts) < LEAST_ACCOUNTS:
            start += 1
            continue
        refs = tuple(row.ref for row in rows[start:stop])
        digest = hashlib.sha256("\n".join(sorted(refs)).encode("utf-8", "surrogatepass")).hexdigest()
        ends = rows[start].t_us, rows[stop - 1].t_us
        yield ShortGroup(digest[:16], rows[start].target, refs, tuple(accounts), *ends)
        start = stop
