"""« Essayer avec un exemple inventé »: the example deposited into a workspace that is still empty, and taken out whole.

It goes through the ordinary job; its deposit, and each incident opened from it, say that it is invented.
"""

from datetime import timedelta
from typing import Final

from django.db.models import Q

from saisine.casework import inbox, journal
from saisine.casework.models import Capture, Deposit, ExhibitRow, Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.example import DAYS_BEFORE, write_example
from saisine.paris import PARIS

FOLDER: Final = "exemple-invente"  # the folder that the files' names begin with
TITLE: Final = "Exemple inventé : "
_GONE: Final = (Deposit.ABANDONED, Deposit.STOPPED, Deposit.ERASED)


def may_try(session: Session) -> bool:
    """Whether nothing was ever kept here: no deposit, no incident; and no scope hides some of them."""
    held = Deposit.objects.exclude(state__in=_GONE).exists() or Incident.objects.exists()
    return session.scope is None and not held


def new_deposit(session: Session) -> Deposit:
    """An empty deposit marked as invented. Raises `example_not_empty`."""
    if not may_try(session):
        raise SaisineError("example_not_empty")
    deposit = Deposit.objects.create(created_at=session.now(), by=session.actor, report={"invented": True})
    journal.note(session, "example_asked", subject=deposit.id)
    return deposit


def write_files(session: Session, deposit: Deposit) -> None:
    """Write the example into the inbox of its deposit; after a stop, the same bytes again."""
    wave_on = deposit.created_at.astimezone(PARIS).date() - timedelta(days=DAYS_BEFORE)
    folder = inbox.folder_of(session, deposit)
    report = write_example(folder / FOLDER, wave_on=wave_on)
    deposit.files = len(report.files)
    deposit.size = sum(path.stat().st_size for path in report.files)
    deposit.counts = inbox.count_kinds(report.files)
    deposit.save(update_fields=["files", "size", "counts"])


def present(session: Session) -> Deposit | None:
    """The invented deposit that is here, sealed or not; None when there is none."""
    rows = Deposit.objects.filter(report__invented=True).exclude(state__in=_GONE)
    found: Deposit | None = rows.order_by("-created_at").first()
    return found


def exhibits_of(session: Session, deposit: Deposit) -> "list[ExhibitRow]":
    """The exhibits, in any incident, that come from an invented deposit."""
    items = Capture.objects.filter(deposit=deposit).values("item")
    mine = Q(item__in=items)
    for corpus in deposit.corpora:
        mine |= Q(ref__startswith=f"{corpus}:")
    return list(ExhibitRow.objects.filter(mine).select_related("incident"))


def mark(session: Session, incident: Incident) -> None:
    """Say in the title of an incident that it holds what is invented; once."""
    deposit = present(session)
    if deposit is None or incident.title.startswith(TITLE):
        return
    if any(row.incident_id == incident.id for row in exhibits_of(session, deposit)):
        incident.title = TITLE + incident.title
        incident.save(update_fields=["title"])
