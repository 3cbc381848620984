"""What the law forbids to keep: set aside and destroyed without being shown, and gone from what was made of it."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from saisine.casework import dossiers, erasures, kept_backups
from saisine.casework.models import DossierRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import erasure
from saisine.vault.opening import on_day
from saisine.vault.records import read_record
from saisine.vault.standing import BARRED, UNLAWFUL

State = Literal["kept", "barred", "destroyed"]


@dataclass(frozen=True, slots=True)
class Unkeepable:
    """One piece and where it stands. `certificates` are the lines of the log that destroyed its bytes;
    `backups` counts those on this computer that were made before it was set aside, and still hold it."""

    item: str
    state: State
    certificates: tuple[int, ...] = ()
    backups: int = 0


def find(session: Session, item: str) -> Unkeepable:
    """Where a piece stands, its bytes never opened. Raises `item_unknown`, or `unit_erased`."""
    session.vault.journal.refresh()
    standing = session.vault.journal.standing
    if item in standing.erased_items:
        if item not in standing.barred:
            raise SaisineError("unit_erased", unit=item, **on_day(standing.erased_items[item]))
        return Unkeepable(item, "destroyed", _certificates(session, item), _backups_before(session, item))
    found = session.vault.find(item)
    if not found.is_barred:
        return Unkeepable(found.item, "kept")
    return Unkeepable(found.item, "barred", backups=_backups_before(session, found.item))


def _backups_before(session: Session, item: str) -> int:
    barred = (
        entry.moment
        for entry in session.vault.journal.entries
        if entry.code == BARRED and isinstance(entry.refs, tuple) and item in entry.refs
    )
    at = next(barred, session.now())
    return sum(one.created_at <= at for one in kept_backups.kept_backups(session))


def _certificates(session: Session, item: str) -> tuple[int, ...]:
    """The erasures of the same bytes: a picture that was deposited twice has two lines."""
    unlawful = [one for one in erasure.erasures(session.vault) if one.code == UNLAWFUL]
    digests = {one.sha256 for one in unlawful if item in one.items}
    return tuple(one.seq for one in unlawful if one.sha256 in digests)


def bar(session: Session, item: str) -> None:
    """Set a piece aside, once; done again it changes nothing. Raises as `find`."""
    if find(session, item).state == "kept":
        erasures.bar(session, item)


def destroy(session: Session, item: str) -> None:
    """Destroy a piece that was set aside, and the dossiers that hold it. Raises `item_not_barred`."""
    if find(session, item).state == "destroyed":
        return
    remove_dossiers(session)
    erasures.destroy(session, item)


def waiting(session: Session) -> list[str]:
    """One item for each content that was set aside and is still there."""
    return list({row.sha256: row.item for row in erasure.barred(session.vault)}.values())


def digests(session: Session) -> frozenset[str]:
    """SHA-256 of every content that was set aside, destroyed ones included."""
    session.vault.journal.refresh()
    barred = session.vault.journal.standing.barred
    return frozenset(_digests(session, barred)) if barred else frozenset()


def _digests(session: Session, barred: set[str]) -> Iterator[str]:
    for entry in list(session.vault.journal.entries):
        if entry.record in barred and isinstance(entry.object, str):
            try:
                yield read_record(session.vault.catalogue.record_line(entry)).sha256
            except (SaisineError, ValueError):
                continue  # its whole unit was erased since: no name or hash of it is left to hide


# ------------------------------------------------------------------ dossiers made before


def require_clean(session: Session, dossier: DossierRow) -> None:
    """Raises `dossier_barred` when the files of a dossier hold what was set aside."""
    found = digests(session)
    if found and _holds(dossiers.zip_path(session, dossier), found):
        raise SaisineError("dossier_barred")


def _holds(path: Path, found: frozenset[str]) -> bool:
    """By the manifest of its ZIP; the PDF beside it was drawn from the same pieces."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("manifest-sha256.txt")]
            lines = [
                line for name in names for line in archive.read(name).decode("utf-8", "replace").split("\n")
            ]
    except FileNotFoundError:
        return False
    except zipfile.BadZipFile:
        return True  # nobody can tell what it holds
    return any(line[:64] in found for line in lines)


def remove_dossiers(session: Session) -> int:
    """Remove the files of every dossier that holds what was set aside; how many versions went.

    The version stays, as one to build again: the picture will not be in it.
    """
    found = digests(session)
    gone = 0
    for row in DossierRow.objects.filter(built_at__isnull=False).select_related("incident"):
        if _holds(dossiers.zip_path(session, row), found):
            dossiers.zip_path(session, row).unlink(missing_ok=True)
            dossiers.pdf_path(session, row).unlink(missing_ok=True)
            row.built_at, row.report = None, {}
            row.save(update_fields=["built_at", "report"])
            gone += 1
    return gone
