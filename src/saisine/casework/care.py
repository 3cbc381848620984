"""Dose and rest: what a person opened since her last pause, when to propose one, and what a day amounted to.

The counter reads the journal, so it counts real openings; what she does of a pause stands in rows that only she
is shown (product.md, section 9). A pause is proposed, never imposed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.db.models import Sum

from saisine.casework.models import JournalRow
from saisine.casework.personal_models import CareMark, PersonSettings
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.paris import PARIS

# Acts that put a content of evidence before somebody's eyes.
OPENINGS: Final = ("message_opened", "capture_opened", "notice_shown", "original_taken")
# Without anything opened for that long, the person has rested by herself: the counter starts again.
GAP: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(days=1)  # of a sitting: older openings are not asked for
MOST_ROWS: Final = 2_000  # of the journal, for one sitting: more would be a sitting without end

LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "pause_openings": (5, 200),
    "pause_minutes": (5, 180),
    "rest_minutes": (1, 60),
}
SWITCHES: Final = ("never_show", "is_grey", "has_shortcuts", "has_sound", "is_accompanying")


@dataclass(frozen=True, slots=True)
class Dose:
    """What was opened since the last pause. `minutes` runs from the first of them to now; 0 when none was.

    `proposes` is True when a pause is due and the person has not said since that she goes on."""

    openings: int
    minutes: int
    proposes: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What the person did today: counts by code of the journal, without any content."""

    done: tuple[tuple[str, int], ...]
    openings: int


# ------------------------------------------------------------------ settings


def settings_of(session: Session) -> PersonSettings:
    """The person's settings, or the proposed ones while she chose nothing (not written then)."""
    found = PersonSettings.objects.filter(person=session.actor).first()
    return found or PersonSettings(person=session.actor)


def save_settings(session: Session, switches: Mapping[str, bool], lengths: Mapping[str, int]) -> None:
    """Keep what the person chose. Raises `care_length` for a length outside `LIMITS`."""
    row = settings_of(session)
    for name in SWITCHES:
        if name in switches:
            setattr(row, name, switches[name])
    for name, value in lengths.items():
        least, most = LIMITS[name]
        if not least <= value <= most:
            raise SaisineError("care_length", least=least, most=most)
        setattr(row, name, value)
    row.updated_at = session.now()
    row.save()


def as_record(row: PersonSettings) -> dict[str, object]:
    """The settings as plain values, for the export of the person herself."""
    names = (*SWITCHES, *LIMITS)
    return {name: getattr(row, name) for name in names}


# ------------------------------------------------------------------ counter, pauses


def dose(session: Session, settings: PersonSettings | None = None) -> Dose:
    """What the person opened since her last pause, and whether to propose one now."""
    chosen = settings or settings_of(session)
    now = session.now()
    rows = _sitting(session, now)
    if not rows:
        return Dose(0, 0, False)
    openings, minutes = _amount(rows, now)
    on = _last_mark(session, (CareMark.WENT_ON,))
    fresh = [row for row in rows if on is None or row[0] > on]
    again, passed = _amount(fresh, now)
    due = again >= chosen.pause_openings or passed >= chosen.pause_minutes
    return Dose(openings, minutes, due)


def _amount(rows: list[tuple[datetime, int]], now: datetime) -> tuple[int, int]:
    """(contents, minutes since the first); rows are the newest first."""
    if not rows:
        return 0, 0
    return sum(count for _, count in rows), int((now - rows[-1][0]).total_seconds() // 60)


def _sitting(session: Session, now: datetime) -> list[tuple[datetime, int]]:
    """The openings since the last pause, the newest first, none further than `GAP` from the next one."""
    query = JournalRow.objects.filter(by=session.actor, what__in=OPENINGS, at__gt=now - LONGEST, at__lte=now)
    rows = list(query.order_by("-id").values_list("at", "count")[:MOST_ROWS])
    rested = _last_mark(session, (CareMark.PAUSED, CareMark.ENDED)) if rows else None
    found: list[tuple[datetime, int]] = []
    edge = now
    for at, count in rows:
        if edge - at > GAP or (rested is not None and at <= rested):
            break
        found.append((at, count))
        edge = at
    return found


def _last_mark(session: Session, kinds: tuple[str, ...]) -> datetime | None:
    marks = CareMark.objects.filter(person=session.actor, what__in=kinds)
    return marks.order_by("-at").values_list("at", flat=True).first()


def mark(session: Session, what: str) -> CareMark:
    """Note that the person takes a pause, goes on, or ends her day. Raises `care_mark`."""
    if what not in (CareMark.PAUSED, CareMark.WENT_ON, CareMark.ENDED):
        raise SaisineError("care_mark", what=what)
    return CareMark.objects.create(person=session.actor, what=what, at=session.now())


def forget_marks(session: Session) -> int:
    """Erase what the person did of her pauses; the journal of openings is not hers alone and stays."""
    gone, _ = CareMark.objects.filter(person=session.actor).delete()
    return gone


# ------------------------------------------------------------------ the end of a day


def day_of(session: Session) -> Day:
    """What the person did since midnight in Paris, by code of the journal, the most frequent first."""
    midnight = datetime.combine(session.today(), time(), PARIS)
    rows = (
        JournalRow.objects.filter(by=session.actor, at__gte=midnight)
        .values_list("what")
        .annotate(total=Sum("count"))
    )
    counts = sorted(((str(what), int(total)) for what, total in rows), key=lambda one: (-one[1], one[0]))
    openings = sum(n for what, n in counts if what in OPENINGS)
    return Day(tuple(one for one in counts if one[0] not in OPENINGS), openings)
