"""The bands of the sorting box: what is urgent, each wave, the rest; by platform, by who is reached; a draw.

Everything is read from the arrays of the survey: no corpus is opened to count or to list.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from saisine.casework import captures, decided, journal, reading_order, scopes, surveys
from saisine.casework.row_files import PART_BITS, ROW_BITS, Codes
from saisine.casework.session import Session
from saisine.casework.surveys import OTHERS, URGENT, Placed
from saisine.errors import SaisineError
from saisine.paris import in_paris

SHOWN_TARGETS: Final = 50
KEPT_CONTENTS: Final = 6  # of bands looked at last: a few megabytes each for a million messages
CAPTURES, SAMPLE = "captures", "sample"
PLATFORM, TARGET = "platform", "target"  # a band `platform-x`, a band `target-<hash>`


@dataclass(frozen=True, slots=True)
class Band:
    """One line of the box. `left` is what nobody decided on yet; `day` is the wave's day in Paris.

    `kind`: urgent, wave, others, captures, platform (its name in `label`), target, sample.
    """

    id: str
    kind: str
    count: int
    left: int
    grouped: int = 0
    groups: int = 0
    day: date | None = None
    label: str = ""


# ------------------------------------------------------------------ what lies in a band


@dataclass(frozen=True, slots=True)
class Content:
    """The places of a band, and their cards: groups first, the largest before, then single messages.

    `mask` says which places lie here; those of group g are `grouped[group_starts[g]:group_starts[g + 1]]`.
    """

    placed: Placed
    id: str
    mask: NDArray[np.bool_]
    places: Codes
    groups: Codes
    counts: Codes
    singles: Codes
    grouped: Codes
    group_starts: Codes

    def __len__(self) -> int:
        return len(self.groups) + len(self.singles)

    def members(self, card: str) -> Codes:
        """The places of one card. Raises `card_unknown`."""
        kind, _, id = card.partition(":")
        if kind == "m":
            place = int(self.placed.places([id])[0])
            if place >= 0 and self.mask[place]:  # one of a group too: the first posts are opened alone
                return np.array([place], np.int64)
        elif kind == "g" and id in self.placed.group_at:
            at = self.placed.group_at[id]
            found: Codes = self.grouped[self.group_starts[at] : self.group_starts[at + 1]]
            if len(found):
                return found
        raise SaisineError("card_unknown")

    def page(self, after: str | None, limit: int) -> list[str]:
        """Up to `limit` cards after this one; from the first when it is not here."""
        start = 0 if after is None else self._index(after) + 1
        groups = self.groups[start : start + limit].tolist()
        rest = max(0, start - len(self.groups))
        singles = self.singles[rest : rest + limit - len(groups)]
        rows = (self.placed.found.rows[self.placed.group_rows[at]] for at in groups)
        return [f"g:{row['group']}" for row in rows] + [f"m:{ref}" for ref in self.placed.refs(singles)]

    def _index(self, card: str) -> int:
        kind, _, id = card.partition(":")
        if kind == "g":
            found = np.flatnonzero(self.groups == self.placed.group_at.get(id, -1))
            return int(found[0]) if len(found) else -1
        found = np.flatnonzero(self.singles == self.placed.places([id])[0])
        return len(self.groups) + int(found[0]) if len(found) else -1


def visible(session: Session, placed: Placed) -> NDArray[np.bool_]:
    """Which places exist for the one who acts: those of the imports made for her incidents, or all."""
    allowed = scopes.corpora(session)
    if allowed is None:
        return np.ones(len(placed), bool)
    numbers = [at for at, name in enumerate(placed.found.codes.corpora) if name in allowed]
    return np.isin(placed.code >> PART_BITS + ROW_BITS, numbers)


def _mask(session: Session, placed: Placed, id: str) -> NDArray[np.bool_]:
    """Which places lie in a band. Raises `band_unknown`."""
    if id in placed.bands:
        found: NDArray[np.bool_] = placed.band == placed.bands.index(id)
        return found
    kind, _, name = id.partition("-")
    if kind == PLATFORM and name in placed.platforms:
        return np.asarray(placed.platform == placed.platforms.index(name))
    hashes = [hash for hash, _ in placed.targets]
    if kind == TARGET and name in hashes:
        return np.asarray(placed.target == hashes.index(name))
    if id == SAMPLE:
        return reading_order.sample_mask(session, placed)
    raise SaisineError("band_unknown")


def content_of(session: Session, placed: Placed, id: str, rank: str = "") -> Content:
    """`rank` keeps one part of the reading order: a name of `reading_order.RANKS`.

    The last few are kept: a person turns the pages of one band. Raises `band_unknown`.
    """
    order = reading_order.current(session, placed)
    allowed = scopes.corpora(session)
    key = (placed.key, id, rank, order.model if order else "", allowed)
    held = session.kept.get("contents")
    contents: dict[object, Content] = held if isinstance(held, dict) else {}
    if id != SAMPLE and key in contents:
        return contents[key]
    made = _content(session, placed, id, rank, order)
    if id != SAMPLE:  # a draw changes with what is decided
        session.kept["contents"] = dict([*list(contents.items())[1 - KEPT_CONTENTS :], (key, made)])
    return made


def _content(
    session: Session, placed: Placed, id: str, rank: str, order: reading_order.Order | None
) -> Content:
    mask = _mask(session, placed, id) & visible(session, placed)
    if rank:
        if order is None or rank not in reading_order.RANKS:
            raise SaisineError("band_unknown")
        mask = mask & order.is_rank(rank)
    display = order.display if order is not None else _by_time(session, placed)
    places = display[mask[display]]
    # a draw is looked at message by message, whatever its copies
    group = np.full(len(places), -1) if id == SAMPLE else placed.group[places].astype(np.int64)
    groups, counts = np.unique(group[group >= 0], return_counts=True)
    largest = np.lexsort((groups, -counts))
    copied = np.flatnonzero(group >= 0)
    grouped = places[copied[np.argsort(group[copied], kind="stable")]]
    sizes = np.bincount(group[copied], minlength=len(placed.group_rows))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return Content(
        placed, id, mask, places, groups[largest], counts[largest], places[group < 0], grouped, starts
    )


def _by_time(session: Session, placed: Placed) -> Codes:
    """Every place in order of time, undated ones first: the order while there is no other."""
    held = session.kept.get("by_time")
    if isinstance(held, tuple) and held[0] == placed.key:
        found: Codes = held[1]
        return found
    made = np.argsort(placed.at_us, kind="stable")
    session.kept["by_time"] = (placed.key, made)
    return made


# ------------------------------------------------------------------ bands


def bands(session: Session) -> list[Band]:
    """The bands that hold something, the most urgent first; only the captures while the survey waits for a job."""
    placed = surveys.ready(session)
    found = _standing_bands(session, placed) if placed is not None else []
    counts = captures.counts(session)
    found.append(Band(CAPTURES, CAPTURES, counts.total, counts.todo + counts.later))
    return [band for band in found if band.count]


def _standing_bands(session: Session, placed: Placed) -> list[Band]:
    """Urgent, each wave, the others: every message in exactly one, counted without being read.

    Counted again when something was decided: `decided.values` then gives another array.
    """
    values, allowed = decided.values(session, placed), scopes.corpora(session)
    held = session.kept.get("bands")
    if isinstance(held, tuple) and held[0] is placed and held[1] is values and held[2] == allowed:
        return list(held[3])
    made = _count_bands(session, placed, values)
    session.kept["bands"] = (placed, values, allowed, tuple(made))
    return made


def _count_bands(session: Session, placed: Placed, values: decided.Values) -> list[Band]:
    here = visible(session, placed)
    done = here & (values != decided.NOTHING)
    copied = here & (placed.group >= 0)
    n = len(placed.bands)
    count, sorted_ = np.bincount(placed.band[here], minlength=n), np.bincount(placed.band[done], minlength=n)
    grouped = np.bincount(placed.band[copied], minlength=n)
    in_sight = np.unique(placed.group[copied]).tolist()
    groups = Counter(placed.found.rows[placed.group_rows[at]]["wave"] or OTHERS for at in in_sight)
    return [
        Band(
            id=id,
            kind="wave" if id not in (URGENT, OTHERS) else id,
            count=int(count[at]),
            left=int(count[at] - sorted_[at]),
            grouped=int(grouped[at]),
            groups=groups[id],
            day=day_of(placed, id),
        )
        for at, id in enumerate(placed.bands)
    ]


def day_of(placed: Placed, id: str) -> date | None:
    row = placed.row_of_band(id)
    return date.fromisoformat(row["day"]) if row else None


def get_band(session: Session, id: str) -> Band:
    """Raises `band_unknown`, `survey_waits`."""
    if id == CAPTURES:
        counts = captures.counts(session)
        return Band(CAPTURES, CAPTURES, counts.total, counts.todo + counts.later)
    placed = placed_of(session)
    if id in placed.bands:
        band = next(band for band in _standing_bands(session, placed) if band.id == id)
        if not band.count and band.kind == "wave":
            raise SaisineError("band_unknown")
        return band
    return _filter_band(session, placed, id)


def _filter_band(session: Session, placed: Placed, id: str) -> Band:
    content = content_of(session, placed, id)
    done = decided.values(session, placed)[content.places] != decided.NOTHING
    kind, _, name = id.partition("-")
    return Band(
        id, kind, len(content.places), int((~done).sum()), int(content.counts.sum()), len(content.groups),
        label=name if kind == PLATFORM else "",
    )  # fmt: skip


def placed_of(session: Session) -> Placed:
    """The survey. Raises `survey_waits` when a job has to make it first."""
    placed = surveys.ready(session)
    if placed is None:
        raise SaisineError("survey_waits")
    return placed


def by_platform(session: Session) -> list[Band]:
    """One band per platform, the one with most messages first."""
    placed = placed_of(session)
    return _by_value(session, placed, placed.platform, [f"{PLATFORM}-{name}" for name in placed.platforms])


def by_target(session: Session) -> list[Band]:
    """One band per person or page that messages reach, the most reached first. Nobody is named."""
    placed = placed_of(session)
    reached = placed.target >= 0
    ids = [f"{TARGET}-{hash}" for hash, _ in placed.targets]
    return _by_value(session, placed, np.where(reached, placed.target, len(ids)), ids)


def _by_value(session: Session, placed: Placed, value: NDArray[Any], ids: Sequence[str]) -> list[Band]:
    here = visible(session, placed)
    done = here & (decided.values(session, placed) != decided.NOTHING)
    count = np.bincount(value[here], minlength=len(ids))
    sorted_ = np.bincount(value[done], minlength=len(ids))
    found = [
        Band(id, kind := id.partition("-")[0], int(count[at]), int(count[at] - sorted_[at]),
             label=id.partition("-")[2] if kind == PLATFORM else "")
        for at, id in enumerate(ids)
        if count[at]
    ]  # fmt: skip
    return sorted(found, key=lambda band: (-band.count, band.id))


def open_targets(session: Session) -> dict[str, str]:
    """The handle, or the number, of each target by its band: for somebody's eyes, so the journal keeps a line."""
    placed = placed_of(session)
    most = [band.id for band in by_target(session)[:SHOWN_TARGETS]]
    place = {f"{TARGET}-{hash}": at for hash, at in placed.targets}
    refs = placed.refs(np.array([place[id] for id in most], np.int64))
    messages = session.corpora.get_many(refs)
    journal.note_shown(session, messages)
    return {
        id: message.target_handle or message.target_id or ""
        for id, message in zip(most, messages, strict=True)
    }


def has_any(session: Session) -> bool:
    """Whether anything was ever brought to sort."""
    allowed = scopes.corpora(session)
    infos = (info for info in session.corpora.list() if allowed is None or info.id in allowed)
    return any(info.rows for info in infos) or captures.counts(session).total > 0


def ranks(session: Session, band: str) -> dict[str, int]:
    """How many messages of a band stand in each part of the reading order; empty while there is no order."""
    placed = placed_of(session)
    order = reading_order.current(session, placed)
    return order.counts(content_of(session, placed, band).places) if order is not None else {}


def hours(session: Session, band: str) -> list[tuple[datetime, int]]:
    """How many messages of a wave fall in each hour of Paris; empty for the other bands."""
    row = placed_of(session).row_of_band(band)
    return [(in_paris(datetime.fromisoformat(at)), n) for at, n in row["hours"]] if row else []
