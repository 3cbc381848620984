"""Retention clocks: what is to be erased, when, and what keeps it longer.

Proposed lengths (product.md, section 9), each to be checked by a jurist: three years after the last act for what is
in no incident, six years after its last clock for an incident. Shorter on request; a legal hold stops a clock.
A clock only tells: nothing goes without an erasure that a person asks for (`planned_erasures`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from saisine.casework import journal, kept_backups, rights, scopes
from saisine.casework import notices as notice_rows
from saisine.casework.models import Deposit, ExhibitRow, Incident
from saisine.casework.personal_models import RetentionChoice
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.law.dates import add_months
from saisine.paris import PARIS
from saisine.vault import erasure
from saisine.vault.erasure import Hold

Kind = Literal["unit", "incident", "backup", "waiting"]
LIMITS: Final[Mapping[str, tuple[int, int]]] = {"loose_months": (1, 36), "incident_months": (1, 72)}
# Files received and never sealed are named to the person, then go.
WAITING: Final = timedelta(hours=24)
SOON_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class RetentionClock:
    """One thing that will have to go. `on` None: the day cannot be computed yet, `why` says what is missing.

    `from_on` is the day from which it is counted. `held_until` is "" or the day on which the hold is reviewed.
    """

    kind: Kind
    id: str
    number: int
    from_on: date | None
    on: date | None
    days_left: int | None
    is_held: bool = False
    held_until: str = ""
    pieces: int = 0
    why: str = ""

    @property
    def is_due(self) -> bool:
        """Whether its day has come and nothing holds it."""
        return self.days_left is not None and self.days_left <= 0 and not self.is_held


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long things are kept, in months; `is_chosen` when the association changed the proposal."""

    loose_months: int
    incident_months: int
    is_chosen: bool


# ------------------------------------------------------------------ lengths


def lengths(session: Session) -> Lengths:
    row = RetentionChoice.objects.order_by("id").first()
    if row is None:
        row = RetentionChoice()
    return Lengths(row.loose_months, row.incident_months, row.updated_at is not None)


def choose_lengths(session: Session, loose_months: int, incident_months: int) -> Lengths:
    """Keep shorter lengths than those proposed. Raises `retention_length` outside `LIMITS`."""
    asked = {"loose_months": loose_months, "incident_months": incident_months}
    for name, value in asked.items():
        least, most = LIMITS[name]
        if not least <= value <= most:
            raise SaisineError("retention_length", least=least, most=most)
    RetentionChoice.objects.update_or_create(id=1, defaults={**asked, "updated_at": session.now()})
    journal.note(session, "retention_chosen")
    return lengths(session)


# ------------------------------------------------------------------ clocks


def clocks(session: Session) -> list[RetentionClock]:
    """Every clock: what is due first, then the nearest; without a day, then what is held, come last."""
    found = [*_incidents(session)]
    if session.scope is None:  # deposits and backups are of no single incident
        found += [*_units(session), *_backups(session), *_waiting(session)]
    return sorted(
        found, key=lambda one: (one.is_held, one.on is None, one.on or date.max, one.kind, one.number)
    )


def due(session: Session) -> list[RetentionClock]:
    """What has to go today, by the lengths of this workspace."""
    return [one for one in clocks(session) if one.is_due]


def find_clock(session: Session, kind: str, id: str) -> RetentionClock:
    """Raises `retention_unknown`."""
    found = next((one for one in clocks(session) if one.kind == kind and one.id == id), None)
    if found is None:
        raise SaisineError("retention_unknown")
    return found


def _counted(session: Session, clock: RetentionClock, months: int) -> RetentionClock:
    if clock.from_on is None:
        return clock
    on = add_months(clock.from_on, months)
    return replace(clock, on=on, days_left=(on - session.today()).days)


def _incidents(session: Session) -> Iterator[RetentionClock]:
    months, held = lengths(session).incident_months, _holds(session)
    for incident in scopes.within(session, Incident.objects.order_by("number"), "id"):
        hold = _hold_on(session, incident, held)
        last, why = _last_clock(session, incident)
        clock = RetentionClock(
            "incident",
            incident.id,
            incident.number,
            last,
            None,
            None,
            hold is not None,
            hold.until if hold else "",
            incident.exhibits.count(),
            why,
        )
        yield _counted(session, clock, months)


def _last_clock(session: Session, incident: Incident) -> tuple[date | None, str]:
    """The last day of any of its clocks, never before it was opened; ("", code) of what is missing."""
    days = [incident.opened_at.astimezone(PARIS).date()]
    try:
        found = [assessment for _, assessment in rights.assessments(session, incident)]
    except SaisineError as error:
        return None, error.code  # two dates contradict each other: told, never guessed
    running = [item.clock for one in found for item in one.main if item.clock is not None]
    if any(clock.status == "unknown" for clock in running):
        return None, "date_missing"
    days += [clock.last_useful_day for clock in running if clock.last_useful_day is not None]
    terms = [term.last_useful_day for one in found for term in one.other_deadlines]
    days += [day for day in terms if day is not None]
    for notice in incident.notices.all():
        days += [one.on for one in notice_rows.dues_of(session, notice) if one.on is not None]
    return max(days), ""


def _units(session: Session) -> Iterator[RetentionClock]:
    """Units that no incident uses. Their last act is their last line of the log."""
    months, held, used = lengths(session).loose_months, _holds(session), units_of_incidents(session)
    pieces: dict[str, int] = {}
    for row in session.vault.items():
        pieces[row.unit] = pieces.get(row.unit, 0) + 1
    last = last_acts(session)
    for number, (unit, count) in enumerate(pieces.items(), 1):
        if unit in used:
            continue
        hold = held.get(unit)
        clock = RetentionClock(
            "unit",
            unit,
            number,
            last[unit].astimezone(PARIS).date(),
            None,
            None,
            hold is not None,
            hold.until if hold else "",
            count,
        )
        yield _counted(session, clock, months)


def last_acts(session: Session) -> dict[str, datetime]:
    """The time of the last line of the log about each unit. Looking at a piece is no act: it prolongs nothing."""
    session.vault.journal.refresh()
    return {
        str(one.unit): one.moment
        for one in session.vault.journal.entries
        if isinstance(one.unit, str) and one.act != "access"
    }


def units_of_incidents(session: Session) -> set[str]:
    """The units that an incident needs: its own, and those that its exhibits come from."""
    found = set(Incident.objects.exclude(unit="").values_list("unit", flat=True))
    rows = ExhibitRow.objects.filter(withdrawn_at__isnull=True)
    items = {item for pair in rows.values_list("item", "frozen") for item in pair if item}
    corpora = {ref.split(":")[0] for ref in rows.exclude(ref="").values_list("ref", flat=True)}
    found |= {row.unit for row in session.vault.items() if row.item in items}
    return found | {info.unit for info in session.corpora.list() if info.id in corpora}


def _holds(session: Session) -> dict[str, Hold]:
    return {one.unit: one for one in erasure.holds(session.vault)}


def _hold_on(session: Session, incident: Incident, held: Mapping[str, Hold]) -> Hold | None:
    """A hold on any unit that the incident needs keeps all of it."""
    if not held:
        return None
    items = {item for pair in incident.exhibits.values_list("item", "frozen") for item in pair if item}
    units = {row.unit for row in session.vault.items() if row.item in items} | {incident.unit}
    return next((hold for unit, hold in held.items() if unit in units), None)


def _backups(session: Session) -> Iterator[RetentionClock]:
    """A backup names its own last day."""
    today = session.today()
    for number, one in enumerate(reversed(kept_backups.kept_backups(session)), 1):
        made = one.created_at.astimezone(PARIS).date()
        yield RetentionClock("backup", one.name, number, made, one.until, (one.until - today).days)


def _waiting(session: Session) -> Iterator[RetentionClock]:
    """Deposits that were received and never sealed."""
    rows = Deposit.objects.filter(state=Deposit.RECEIVED).order_by("created_at")
    for number, row in enumerate(rows, 1):
        made = row.created_at.astimezone(PARIS).date()
        on = (row.created_at + WAITING).astimezone(PARIS).date()
        yield RetentionClock(
            "waiting", row.id, number, made, on, (on - session.today()).days, pieces=row.files
        )
