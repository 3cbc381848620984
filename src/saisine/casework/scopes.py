"""What exists for the one who acts: rows of incidents outside `session.scope` are as if they were not there.

Members of some incidents only (a targeted person, a volunteer jurist, a trusted person) act through a session
whose scope names these incidents. Every list and every look-up of casework passes here, so that a door left
open by a page still shows nothing. A scope of None, as of the command line, hides nothing.
"""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from saisine.casework.models import Capture, Deposit, DossierRow, ExhibitRow, Incident, Job, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError

Row = TypeVar("Row", bound=Model)


def within(session: Session, rows: "QuerySet[Row, Row]", field: str = "incident_id") -> "QuerySet[Row, Row]":
    """The rows whose incident (named by `field`) exists for the one who acts."""
    if session.scope is None:
        return rows
    return rows.filter(**{f"{field}__in": session.scope})


def deposits(session: Session, rows: "QuerySet[Deposit, Deposit]") -> "QuerySet[Deposit, Deposit]":
    """Deposits made for these incidents."""
    return within(session, rows)


def captures(session: Session, rows: "QuerySet[Capture, Capture]") -> "QuerySet[Capture, Capture]":
    """Screenshots of these incidents, and of the deposits made for them."""
    if session.scope is None:
        return rows
    mine = Q(incident_id__in=session.scope)
    waiting = Q(incident__isnull=True, deposit__incident_id__in=session.scope)
    return rows.filter(mine | waiting)


def corpora(session: Session) -> frozenset[str] | None:
    """The imports whose messages may be sorted; None is all of them."""
    if session.scope is None:
        return None
    held = Deposit.objects.filter(incident_id__in=session.scope).values_list("corpora", flat=True)
    return frozenset(name for names in held for name in names)


def messages(
    session: Session, rows: "QuerySet[SortedMessage, SortedMessage]"
) -> "QuerySet[SortedMessage, SortedMessage]":
    """Decisions on messages of these imports, or that entered these incidents."""
    allowed = corpora(session)
    if allowed is None or session.scope is None:
        return rows
    mine = Q(incident_id__in=session.scope)
    for corpus in allowed:
        mine |= Q(ref__startswith=f"{corpus}:")
    return rows.filter(mine)


def require_item(session: Session, item: str) -> None:
    """Raises `item_unknown` for a sealed piece that belongs to none of these incidents."""
    if session.scope is None:
        return
    shown = captures(session, Capture.objects.filter(item=item)).exists()
    if not shown and not within(session, ExhibitRow.objects.filter(item=item)).exists():
        raise SaisineError("item_unknown", ref=item)


def only_incident(session: Session) -> str | None:
    """The incident for which a deposit is made: the one that exists for the one who acts.

    Whoever acts in all of them makes deposits for none. Raises `deposit_incident_unclear` when there are several.
    """
    if session.scope is None:
        return None
    if len(session.scope) != 1:
        raise SaisineError("deposit_incident_unclear")
    return next(iter(session.scope))


def incident_of(session: Session, wanted: str = "") -> str | None:
    """The incident that a deposit names among those of the one who acts; `only_incident` when it names none.

    Raises `incident_unknown`, `deposit_incident_unclear`.
    """
    if not wanted or session.scope is None:
        return only_incident(session)
    if wanted not in session.scope:
        raise SaisineError("incident_unknown", ref=wanted)
    return wanted


def newest_incident(session: Session) -> str:
    """The incident opened last among those of the one who acts, when there are several; else empty."""
    if session.scope is None or len(session.scope) < 2:
        return ""
    found = Incident.objects.filter(id__in=session.scope).order_by("-number").first()
    return found.id if found is not None else ""


def require_job(session: Session, id: str) -> None:
    """Raises `job_unknown` for work on what belongs to none of these incidents, or on the whole vault."""
    if session.scope is None:
        return
    job = Job.objects.filter(id=id).first()
    subject = job.subject if job is not None else ""
    mine = deposits(session, Deposit.objects.filter(id=subject)).exists()
    if not mine and not within(session, DossierRow.objects.filter(id=subject)).exists():
        raise SaisineError("job_unknown")
