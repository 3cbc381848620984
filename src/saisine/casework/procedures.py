"""Complaints and other steps of an incident, with their dated follow-up: a number, a dismissal, a judgment."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Max

from saisine.casework import journal
from saisine.casework.case_models import ProcedureEventRow, ProcedureRow
from saisine.casework.models import Incident, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents.procedures import ProcedureDue, dues, load_procedures

LINE_CHARS: Final = 120
NOTE_CHARS: Final = 600


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure, its events in order, what is due today."""

    row: ProcedureRow
    events: tuple[ProcedureEventRow, ...]
    dues: tuple[ProcedureDue, ...]

    @property
    def reference(self) -> str:
        """The last number that an authority gave."""
        return next((event.reference for event in reversed(self.events) if event.reference), "")

    def kind(self, language: str = "fr") -> str:
        word = load_procedures().kind(self.row.kind)
        return word.label(language) if word else self.row.kind


def event_words(event: ProcedureEventRow, language: str = "fr") -> str:
    """« Enregistrée sous un numéro (2026/1234) »."""
    word = load_procedures().event(event.kind)
    said = word.label(language) if word else event.kind
    return f"{said} ({event.reference})" if event.reference else said


def procedures(session: Session, incident: Incident) -> list[Procedure]:
    """Those of an incident, in the order in which they were noted."""
    return [_procedure(session, row) for row in ProcedureRow.objects.filter(incident=incident)]


def _procedure(session: Session, row: ProcedureRow) -> Procedure:
    events = tuple(row.events.all())
    days = [(event.kind, event.on) for event in events]
    return Procedure(row, events, dues(row.kind, days, session.today()))


def get_procedure(session: Session, incident: Incident, number: str | int) -> ProcedureRow:
    """Raises `procedure_unknown`."""
    text = str(number).strip()
    known = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    rows = ProcedureRow.objects.filter(incident=incident, number=known)
    found: ProcedureRow = first_or_raise(rows, "procedure_unknown")
    return found


def add_procedure(
    session: Session,
    incident: Incident,
    kind: str,
    filed_on: date,
    *,
    authority: str = "",
    reference: str = "",
) -> ProcedureRow:
    """A step taken on that day. Raises `procedure_kind_unknown`, `date_in_future`."""
    if load_procedures().kind(kind) is None:
        raise SaisineError("procedure_kind_unknown", kind=kind)
    with transaction.atomic():
        held = ProcedureRow.objects.filter(incident=incident)
        row = ProcedureRow.objects.create(
            incident=incident,
            number=(held.aggregate(top=Max("number"))["top"] or 0) + 1,
            kind=kind,
            authority=authority.strip()[:LINE_CHARS],
            added_at=session.now(),
            by=session.actor,
        )
        note_event(session, row, "filed", filed_on, reference=reference)
    return row


def take_back(session: Session, incident: Incident, number: str | int) -> None:
    """Take back what was noted last on a procedure; with its filing the procedure goes. Raises `procedure_unknown`."""
    row = get_procedure(session, incident, number)
    with transaction.atomic():
        last = row.events.order_by("-noted_at", "-id").first()
        if last is not None:
            last.delete()
        if not row.events.exists():
            row.delete()
        journal.note(session, "procedure_corrected", subject=incident.id)


def note_event(
    session: Session, row: ProcedureRow, kind: str, on: date, *, reference: str = "", note: str = ""
) -> ProcedureEventRow:
    """What came of it, on that day.

    Raises `procedure_event_unknown`, `date_in_future`, `procedure_event_before` for a day before its filing.
    """
    if load_procedures().event(kind) is None:
        raise SaisineError("procedure_event_unknown", kind=kind)
    if on > session.today():
        raise SaisineError("date_in_future", day=on.isoformat())
    filed = row.events.filter(kind="filed").order_by("noted_at").first()
    if filed is not None and on < filed.on:
        raise SaisineError("procedure_event_before", day=on.isoformat(), filed=filed.on.isoformat())
    made = ProcedureEventRow.objects.create(
        procedure=row,
        kind=kind,
        on=on,
        reference=reference.strip()[:LINE_CHARS],
        note=note.strip()[:NOTE_CHARS],
        noted_at=session.now(),
        by=session.actor,
    )
    journal.note(session, "procedure_noted", subject=row.incident_id)
    return made
