"""Erasing a whole incident: its frozen copies and sealed texts in the vault, its dossiers, then its rows.

The sealed sources of its exhibits stay: they belong to a deposit, which has its own erasure. Done again after a stop,
it ends the same: the vault's lines come first, the rows that name them go last.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from saisine.casework import dossiers, erasures, journal
from saisine.casework.models import Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import erasure
from saisine.vault.certificates import Certificate, certificate_of


@dataclass(frozen=True, slots=True)
class IncidentErased:
    """What went: units of the vault with their certificates, exhibits, notices, versions of dossiers."""

    number: int
    certificates: tuple[Certificate, ...]
    exhibits: int
    notices: int
    dossiers: int


def units_of(session: Session, incident: Incident) -> list[str]:
    """The units that hold nothing but this incident: its own, and those of texts sealed before it had one."""
    items = {notice.text_item for notice in incident.notices.all() if notice.text_item}
    for notice in incident.notices.all():
        items |= set(notice.events.exclude(evidence="").values_list("evidence", flat=True))
    items |= set(incident.exhibits.exclude(frozen="").values_list("frozen", flat=True))
    held = {row.unit: set[str]() for row in session.vault.items()}
    for row in session.vault.items():
        held[row.unit].add(row.item)
    own = {unit for unit, inside in held.items() if inside <= items}
    if incident.unit in held:
        own.add(incident.unit)
    return sorted(own)


def require_free(session: Session, incident: Incident) -> None:
    """Raises `unit_held` when any of its units, or of its sources, is kept for a procedure."""
    items = {item for pair in incident.exhibits.values_list("item", "frozen") for item in pair if item}
    units = {row.unit for row in session.vault.items() if row.item in items} | {incident.unit}
    for one in erasure.holds(session.vault):
        if one.unit in units:
            raise SaisineError("unit_held", unit=one.unit)


def erase_incident(session: Session, incident: Incident, reason: str) -> IncidentErased:
    """Erase for good. Raises `unit_held` before anything goes."""
    require_free(session, incident)
    counts = incident.exhibits.count(), incident.notices.count(), incident.dossiers.count()
    certificates = [_erase_unit(session, unit, reason) for unit in units_of(session, incident)]
    for dossier in incident.dossiers.all():
        dossiers.zip_path(session, dossier).unlink(missing_ok=True)
        dossiers.pdf_path(session, dossier).unlink(missing_ok=True)
    number, id = incident.number, incident.id
    with transaction.atomic():
        incident.delete()
        journal.note(session, "incident_erased", subject=id)
    _empty_database_journal()
    erasures.clean(session)
    return IncidentErased(number, tuple(certificates), *counts)


def _empty_database_journal() -> None:
    """SQLite zeroes what it deletes (`secure_delete`), but its write-ahead journal keeps the pages as they were."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _erase_unit(session: Session, unit: str, reason: str) -> Certificate:
    code = reason if reason in erasure.REASONS else "other"
    return certificate_of(session.vault, session.vault.erase(unit, code, actor=session.actor))
