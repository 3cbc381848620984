"""Requests of a person about her own data: asked or received, answered within a month, taken back while open.

The person visée asks in her own incidents, in her own name; whoever leads also notes what came by letter. The act of
erasing or handing over a copy is the lead's own, elsewhere: here stands what was asked, until when, and the answer.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from saisine.casework import journal
from saisine.casework.models import Incident, first_or_raise
from saisine.casework.request_models import DataRequest
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents.data_requests import RequestKind, answer_by, load_data_requests

TEXT_CHARS: Final = 2000
ENDED_SHOWN: Final = 50
ENDS: Final = (DataRequest.ANSWERED, DataRequest.REFUSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and the days left to answer it: 0 on the day, negative after, None once it ended."""

    row: DataRequest
    kind: RequestKind
    days_left: int | None


def ask(
    session: Session,
    kind: str,
    text: str,
    *,
    incident: Incident | None = None,
    received_on: date | None = None,
) -> DataRequest:
    """Note a request; it runs from the day on which it came, today unless said otherwise.

    Raises `data_request_kind`, `data_request_day` for a day to come, `incident_unknown`: who acts in some incidents
    alone asks in one of these.
    """
    if load_data_requests().kind(kind) is None:
        raise SaisineError("data_request_kind", kind=kind)
    if session.scope is not None and (incident is None or incident.id not in session.scope):
        raise SaisineError("incident_unknown", ref="")
    day = received_on or session.today()
    if day > session.today():
        raise SaisineError("data_request_day")
    row = DataRequest.objects.create(
        incident=incident,
        kind=kind,
        text=text.strip()[:TEXT_CHARS],
        received_on=day,
        due_on=answer_by(day),
        asked_at=session.now(),
        by=session.actor,
    )
    journal.note(session, "data_request_asked", subject=row.id)
    return row


def _rows(session: Session) -> "QuerySet[DataRequest, DataRequest]":
    """Whoever sees all, all; anyone else what she asked herself, while the incident still exists for her."""
    if session.scope is None:
        return DataRequest.objects.all()
    return DataRequest.objects.filter(Q(incident_id__in=session.scope), by=session.actor)


def get_request(session: Session, id: str) -> DataRequest:
    """Raises `data_request_unknown`."""
    found: DataRequest = first_or_raise(_rows(session).filter(id=id), "data_request_unknown")
    return found


def requests(session: Session) -> list[Asked]:
    """The open ones, the nearest first, then those that ended, the newest first."""
    rows = _rows(session).select_related("incident")
    waiting = rows.filter(state=DataRequest.OPEN).order_by("due_on", "id")
    ended = rows.exclude(state=DataRequest.OPEN).order_by("-ended_at", "id")[:ENDED_SHOWN]
    return [_asked(session, row) for row in (*waiting, *ended)]


def nearest(session: Session) -> Asked | None:
    """The open request to answer first: for the first page of whoever leads."""
    row = _rows(session).filter(state=DataRequest.OPEN).order_by("due_on", "id").first()
    return None if row is None else _asked(session, row)


def _asked(session: Session, row: DataRequest) -> Asked:
    kind = load_data_requests().kind(row.kind) or RequestKind(row.kind, row.kind, row.kind, "")
    left = (row.due_on - session.today()).days if row.state == DataRequest.OPEN else None
    return Asked(row, kind, left)


def answer(session: Session, row: DataRequest, state: str, text: str) -> None:
    """Say what was done, or why not. Raises `data_request_answer` without words, `data_request_over`."""
    said = text.strip()[:TEXT_CHARS]
    if state not in ENDS or not said:
        raise SaisineError("data_request_answer")
    _end(session, row, state, said)
    journal.note(session, "data_request_answered", subject=row.id)


def withdraw(session: Session, row: DataRequest) -> None:
    """Take back a request that is not answered yet. Raises `data_request_over`."""
    _end(session, row, DataRequest.WITHDRAWN, "")
    journal.note(session, "data_request_withdrawn", subject=row.id)


def reopen(session: Session, row: DataRequest) -> None:
    """Undo an answer or a withdrawal: the request is open again, with the day that it had.

    An answer of the association is its own to take back. Raises `data_request_over`, `data_request_open`.
    """
    if not may_reopen(session, row):
        raise SaisineError("data_request_open" if row.state == DataRequest.OPEN else "data_request_over")
    closed = DataRequest.objects.filter(id=row.id).exclude(state=DataRequest.OPEN)
    if not closed.update(state=DataRequest.OPEN, answer="", ended_at=None, ended_by=""):
        raise SaisineError("data_request_open")
    journal.note(session, "data_request_reopened", subject=row.id)


def may_reopen(session: Session, row: DataRequest) -> bool:
    if session.scope is not None:
        return bool(row.state == DataRequest.WITHDRAWN)
    return bool(row.state != DataRequest.OPEN)


def _end(session: Session, row: DataRequest, state: str, text: str) -> None:
    with transaction.atomic():
        still_open = DataRequest.objects.filter(id=row.id, state=DataRequest.OPEN)
        facts = {"state": state, "answer": text, "ended_at": session.now(), "ended_by": session.actor}
        if not still_open.update(**facts):
            raise SaisineError("data_request_over")
