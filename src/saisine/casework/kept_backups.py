"""The backups that lie in the workspace: made by a job, listed with their end date, deleted by a person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from saisine.casework import jobs, journal
from saisine.casework.models import Job
from saisine.casework.restoring import read_facts
from saisine.casework.session import Session
from saisine.casework.vault_jobs import BACKUP
from saisine.errors import SaisineError
from saisine.vault.faults import disk_faults

_NAME: Final = re.compile(r"sauvegarde-\d{8}T\d{6}\.zip", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """One backup of `backups/`. `is_protected` is False when whoever finds it can read it."""

    name: str
    path: Path
    size: int
    created_at: datetime
    until: date
    is_protected: bool

    def is_past(self, today: date) -> bool:
        return self.until < today


def start_backup(session: Session, until: date) -> Job:
    """Queue a backup; one that waits or runs is given back instead of a second. Raises `backup_until`."""
    if until < session.today():
        raise SaisineError("backup_until", until=until)
    return jobs.start(session, "backup", BACKUP, {"until": until.isoformat()})


def kept_backups(session: Session) -> list[KeptBackup]:
    """Those that read, the newest first."""
    return sorted(_read_all(session), key=lambda one: one.name, reverse=True)


def _read_all(session: Session) -> Iterator[KeptBackup]:
    for path in session.workspace.backups.glob("sauvegarde-*.zip"):
        if not _NAME.fullmatch(path.name):
            continue
        try:
            facts = read_facts(path)
            yield KeptBackup(
                path.name,
                path,
                path.stat().st_size,
                datetime.fromisoformat(facts.created),
                date.fromisoformat(facts.until),
                facts.is_protected,
            )
        except (SaisineError, ValueError, OSError):
            continue  # cut short or replaced by something else: no backup, so nothing to offer


def find_backup(session: Session, name: str) -> KeptBackup:
    """Raises `backup_unknown`."""
    found = next((one for one in _read_all(session) if one.name == name), None)
    if found is None:
        raise SaisineError("backup_unknown")
    return found


def delete_backup(session: Session, name: str) -> None:
    """Remove one backup from this computer; copies made elsewhere stay. Raises `backup_unknown`."""
    found = find_backup(session, name)
    with disk_faults(found.path.parent):
        found.path.unlink(missing_ok=True)
    journal.note(session, "backup_deleted")
