"""Private notes of an incident: read by the team, in no dossier, no letter and no bundle."""

from typing import Final

from saisine.casework import journal
from saisine.casework.file_models import PrivateNoteRow
from saisine.casework.models import Incident, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError

NOTE_CHARS: Final = 4000


def notes(session: Session, incident: Incident) -> list[PrivateNoteRow]:
    """Those that stand, the newest first."""
    return list(incident.private_notes.filter(withdrawn_at__isnull=True).order_by("-noted_at", "id"))


def add_note(session: Session, incident: Incident, text: str) -> PrivateNoteRow:
    """Raises `note_empty`."""
    said = text.strip()[:NOTE_CHARS]
    if not said:
        raise SaisineError("note_empty")
    row = PrivateNoteRow.objects.create(
        incident=incident, text=said, noted_at=session.now(), by=session.actor
    )
    journal.note(session, "note_written", subject=incident.id)
    return row


def withdraw(session: Session, incident: Incident, id: str) -> None:
    """Take a note out of the page; it may be put back, or erased for good. Raises `note_unknown`."""
    rows = incident.private_notes.filter(id=id, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=session.now()):
        raise SaisineError("note_unknown")
    journal.note(session, "note_withdrawn", subject=incident.id)


def withdrawn(session: Session, incident: Incident) -> list[PrivateNoteRow]:
    """Those taken out whose text is still here, the newest first."""
    return list(
        incident.private_notes.exclude(text="").filter(withdrawn_at__isnull=False).order_by("-noted_at")
    )


def put_back(session: Session, incident: Incident, id: str) -> None:
    """Raises `note_unknown` for one that was not taken out, or whose text was erased."""
    rows = incident.private_notes.exclude(text="").filter(id=id, withdrawn_at__isnull=False)
    if not rows.update(withdrawn_at=None):
        raise SaisineError("note_unknown")
    journal.note(session, "note_put_back", subject=incident.id)


def remove(session: Session, incident: Incident, id: str) -> None:
    """A private note may go for good: its text is emptied, the row says that there was one. Raises `note_unknown`."""
    rows = incident.private_notes.exclude(text="").filter(id=id)
    row: PrivateNoteRow = first_or_raise(rows, "note_unknown")
    row.text, row.withdrawn_at = "", row.withdrawn_at or session.now()
    row.save(update_fields=["text", "withdrawn_at"])
    journal.note(session, "note_removed", subject=incident.id)
