"""Erasure in two steps: asked for today, done seven days later, called off at any moment in between.

The worker does what has come due, as a job. What is kept for a procedure by then stays, and the row says so. The
certificate of each unit of the vault is that of its line; the row keeps its number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, cast

from saisine.casework import (
    deposits,
    erasures,
    incident_erasures,
    incidents,
    journal,
    kept_backups,
    row_erasures,
)
from saisine.casework.jobs import Progress
from saisine.casework.models import Deposit, Incident, Job, first_or_raise
from saisine.casework.personal_models import PlannedErasure
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.row_erasure import Selection
from saisine.vault import erasure
from saisine.vault.erasure import REASONS as ALL_REASONS
from saisine.vault.standing import UNLAWFUL

# What the law forbids to keep has a page of its own, and waits for nothing.
REASONS: Final = {code: said for code, said in ALL_REASONS.items() if code != UNLAWFUL}
DELAY: Final = timedelta(days=7)
LOOK_EVERY: Final = timedelta(minutes=1)  # between two looks of the worker at what has come due
JOB: Final = "effacer-prevu"  # subject of the job that does what has come due
Kind = Literal["unit", "incident", "person", "everything"]


@dataclass(frozen=True, slots=True)
class Extent:
    """What an erasure would take, counted before anybody confirms it; `held` counts the units kept for a procedure."""

    kind: Kind
    target: str
    pieces: int
    messages: int
    exhibits: int
    incidents: int
    held: int
    remains_fr: tuple[str, ...] = ()
    remains_en: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.pieces or self.messages or self.exhibits or self.incidents)


# ------------------------------------------------------------------ look


def look(session: Session, kind: str, target: str = "", selection: Mapping[str, str] | None = None) -> Extent:
    """What would go; nothing is changed. Raises `erasure_kind`, `unit_unknown`, `unit_erased`, `incident_unknown`,
    and what looking for a person's rows raises."""
    looks: Mapping[str, Callable[[], Extent]] = {
        "unit": lambda: _look_unit(session, target),
        "incident": lambda: _look_incident(session, target),
        "person": lambda: _look_person(session, selection or {}),
        "everything": lambda: _look_everything(session),
    }
    if kind not in looks:
        raise SaisineError("erasure_kind", kind=kind)
    return looks[kind]()


def _look_unit(session: Session, unit: str) -> Extent:
    if len(unit) != erasures.UNIT_SIGNS:
        raise SaisineError("unit_unknown", unit=unit)
    found = erasures.target_of(session, unit)
    held = sum(one.unit == unit for one in erasure.holds(session.vault))
    return Extent("unit", unit, found.pieces, found.messages, found.exhibits, 0, held)


def _look_incident(session: Session, id: str) -> Extent:
    incident = incidents.get_incident(session, id)
    units = incident_erasures.units_of(session, incident)
    pieces = sum(row.unit in units for row in session.vault.items())
    try:
        incident_erasures.require_free(session, incident)
        held = 0
    except SaisineError as error:
        if error.code != "unit_held":
            raise
        held = 1
    return Extent("incident", incident.id, pieces, 0, incident.exhibits.count(), 1, held)


def _look_person(session: Session, selection: Mapping[str, str]) -> Extent:
    found = row_erasures.look(session, _selected(selection))
    held = {one.unit for one in erasure.holds(session.vault)}
    units = {info.unit for info in session.corpora.list() if info.id in dict(found.corpora)}
    left = found.remains
    return Extent(
        "person", "", 0, found.count, 0, 0, len(held & units),
        tuple(left.sentences("fr")), tuple(left.sentences("en")),
    )  # fmt: skip


def _selected(selection: Mapping[str, str]) -> Selection:
    return Selection(
        author=selection.get("author") or None,
        platform=selection.get("platform") or None,
        corpus=selection.get("corpus") or None,
    )


def _look_everything(session: Session) -> Extent:
    units = erasures.list_units(session)
    return Extent(
        "everything", "", sum(one.pieces for one in units), sum(one.messages for one in units), 0,
        Incident.objects.count(), sum(one.is_held for one in units),
    )  # fmt: skip


# ------------------------------------------------------------------ plan, call off


def plan(
    session: Session, kind: str, target: str, reason: str, selection: Mapping[str, str] | None = None
) -> PlannedErasure:
    """Plan an erasure for seven days from now; the same one asked for twice is given back.

    Raises what `look` raises, `erasure_reason`, `unit_held`, and `erasure_nothing` when nothing would go.
    """
    if reason not in REASONS:
        raise SaisineError("erasure_reason", reason=reason)
    extent = look(session, kind, target, selection)
    if extent.held and kind != "everything":
        raise SaisineError("unit_held", unit=extent.target or "")
    if extent.is_empty:
        raise SaisineError("erasure_nothing")
    chosen = {name: value for name, value in (selection or {}).items() if value}
    waiting = PlannedErasure.objects.filter(
        kind=kind, target=extent.target, selection=chosen, state=PlannedErasure.PLANNED
    ).first()
    if waiting is not None:
        return waiting
    row = PlannedErasure.objects.create(
        kind=kind,
        target=extent.target,
        selection=chosen,
        reason=reason,
        asked_at=session.now(),
        due_at=session.now() + DELAY,
        by=session.actor,
    )
    journal.note(session, "erasure_planned", subject=row.id)
    return row


def get_plan(session: Session, id: str) -> PlannedErasure:
    """Raises `erasure_plan_unknown`."""
    return cast(PlannedErasure, first_or_raise(PlannedErasure.objects.filter(id=id), "erasure_plan_unknown"))


def plans(session: Session) -> list[PlannedErasure]:
    """Those that wait, the nearest first, then those that ended, the newest first."""
    waiting = PlannedErasure.objects.filter(state__in=(PlannedErasure.PLANNED, PlannedErasure.HELD))
    ended = PlannedErasure.objects.filter(state__in=(PlannedErasure.DONE, PlannedErasure.CANCELLED))
    return [*waiting.order_by("due_at", "id"), *ended.order_by("-ended_at", "id")[:50]]


def cancel(session: Session, row: PlannedErasure) -> None:
    """Call an erasure off, up to the moment when it is done. Raises `erasure_too_late`."""
    open_ones = PlannedErasure.objects.filter(
        id=row.id, state__in=(PlannedErasure.PLANNED, PlannedErasure.HELD)
    )
    if not open_ones.update(state=PlannedErasure.CANCELLED, ended_at=session.now(), selection={}):
        raise SaisineError("erasure_too_late")
    journal.note(session, "erasure_called_off", subject=row.id)


# ------------------------------------------------------------------ do


def due(session: Session) -> list[PlannedErasure]:
    """What has come due and waits; what was held is looked at again."""
    return list(
        PlannedErasure.objects.filter(
            state__in=(PlannedErasure.PLANNED, PlannedErasure.HELD), due_at__lte=session.now()
        ).order_by("due_at", "id")
    )


def tick(session: Session) -> Job | None:
    """Called by the worker between two jobs: queue the one that erases, when something can go."""
    from saisine.casework import jobs  # late: the jobs name this module

    if not any(row.state == PlannedErasure.PLANNED or not _is_held(session, row) for row in due(session)):
        return None
    return jobs.start(session, "erase", JOB)


def _is_held(session: Session, row: PlannedErasure) -> bool:
    try:
        return bool(look(session, row.kind, row.target, row.selection).held)
    except SaisineError:
        return False  # gone meanwhile: doing it says so


def run_due(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """The job: everything that has come due, one row after the other; what is held stays and is told."""
    rows = due(session)
    done = 0
    for number, row in enumerate(rows):
        tell(number, len(rows), "erase")
        done += _do(session, row)
    tell(len(rows), len(rows), "erase")
    return {"done": done, "held": len(rows) - done}


def _do(session: Session, row: PlannedErasure) -> bool:
    """Erase what one row names. What a hold keeps leaves the row open, with the certificates of what did go."""
    lines: list[int] = list(row.result.get("certificates", []))
    try:
        is_whole = _ACTS[row.kind](session, row, lines)
    except SaisineError as error:
        if error.code != "unit_held":
            raise
        is_whole = False
    PlannedErasure.objects.filter(id=row.id).update(
        state=PlannedErasure.DONE if is_whole else PlannedErasure.HELD,
        ended_at=session.now() if is_whole else None,
        selection={} if is_whole else row.selection,
        result={"certificates": sorted(set(lines))},
    )
    return is_whole


def _do_unit(session: Session, row: PlannedErasure, lines: list[int]) -> bool:
    """The unit of a deposit; one that went meanwhile (by the command line, or before a stop) has its certificate."""
    gone = [one.seq for one in erasure.erasures(session.vault) if one.unit == row.target and not one.items]
    if gone:
        erasures.clean(session)
        lines += gone
        return True
    done = erasures.erase(session, erasures.target_of(session, row.target), row.reason)
    lines += [one.erasure.seq for one in done]
    return True


def _do_incident(session: Session, row: PlannedErasure, lines: list[int]) -> bool:
    incident = Incident.objects.filter(id=row.target).first()
    if incident is not None:
        done = incident_erasures.erase_incident(session, incident, row.reason)
        lines += [one.erasure.seq for one in done.certificates]
    return True


def _do_person(session: Session, row: PlannedErasure, lines: list[int]) -> bool:
    """Rows of one person: the vault notes how many and why; no unit goes, so there is no certificate of one."""
    row_erasures.erase_rows(session, _selected(row.selection), row.reason)
    return True


def _do_everything(session: Session, row: PlannedErasure, lines: list[int]) -> bool:
    """Every incident, unit and backup of this computer, and files not sealed yet. What is held stays, whole."""
    for incident in Incident.objects.order_by("number"):
        if not _look_incident(session, incident.id).held:
            done = incident_erasures.erase_incident(session, incident, row.reason)
            lines += [one.erasure.seq for one in done.certificates]
    units = erasures.list_units(session)
    for unit in units:
        if not unit.is_held:
            gone = erasures.erase(session, erasures.target_of(session, unit.unit), row.reason)
            lines += [one.erasure.seq for one in gone]
    for backup in kept_backups.kept_backups(session):
        kept_backups.delete_backup(session, backup.name)
    for deposit in Deposit.objects.filter(state=Deposit.RECEIVED):
        deposits.abandon(session, deposit)
    return not any(unit.is_held for unit in units)


_ACTS: Final[Mapping[str, Callable[[Session, PlannedErasure, list[int]], bool]]] = {
    "unit": _do_unit,
    "incident": _do_incident,
    "person": _do_person,
    "everything": _do_everything,
}
