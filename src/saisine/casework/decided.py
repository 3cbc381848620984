"""What was decided on each message, by place: read once, then only what came since.

Rows of decisions are never changed, and their numbers never used again: the count and the newer rows tell whether
what is in memory still holds, whoever decided and from which process.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from saisine.casework.models import Decision, SortedMessage
from saisine.casework.row_files import Codes
from saisine.casework.session import Session
from saisine.casework.surveys import Placed

NOTHING, KEPT, DISCARDED = 0, 1, 2
VALUES: Final = {Decision.KEEP: KEPT, Decision.DISCARD: DISCARDED}
NAMES: Final = {KEPT: Decision.KEEP, DISCARDED: Decision.DISCARD, NOTHING: ""}
Values = NDArray[np.uint8]


@dataclass(slots=True)
class _Held:
    key: str
    count: int
    last: int
    values: Values


def values(session: Session, placed: Placed) -> Values:
    """NOTHING, KEPT or DISCARDED for each place. Not to be written into."""
    with session.lock:
        held = session.kept.get("decided")
        if not isinstance(held, _Held) or held.key != placed.key:
            held = _Held(placed.key, 0, 0, np.zeros(len(placed), np.uint8))
        fresh = _since(held.last)
        if SortedMessage.objects.count() != held.count + len(fresh):
            held = _Held(placed.key, 0, 0, np.zeros(len(placed), np.uint8))
            fresh = _since(0)
        _apply(placed, held, fresh)
        session.kept["decided"] = held
    return held.values


def note(session: Session, placed: Placed, places: Codes, value: str, last: int) -> None:
    """What this process just wrote, up to the row `last`: not to be read again, it may be a whole wave."""
    with session.lock:
        held = session.kept.get("decided")
        if isinstance(held, _Held) and held.key == placed.key and last - held.last == len(places):
            changed = held.values.copy()
            changed[places] = VALUES[value]
            held.values, held.count, held.last = changed, held.count + len(places), last


def _since(last: int) -> list[tuple[int, str, str]]:
    rows = SortedMessage.objects.filter(id__gt=last).order_by("id").values_list("id", "ref", "value")
    return list(rows.iterator(chunk_size=10_000))


def _apply(placed: Placed, held: _Held, fresh: list[tuple[int, str, str]]) -> None:
    if not fresh:
        return
    places = placed.places([ref for _, ref, _ in fresh])
    marks = np.array([VALUES.get(value, NOTHING) for _, _, value in fresh], np.uint8)
    known = places >= 0
    changed = held.values.copy()  # a page may still read the array that was given out
    changed[places[known]] = marks[known]
    held.values, held.count, held.last = changed, held.count + len(fresh), fresh[-1][0]
