"""Everything that a person can take away, in one documented ZIP, written by a job.

Originals as they were received, the log of the vault, messages in three forms, decided rows as JSON, dossiers, the
register of processing. `index.json` names each file with its size, SHA-256 and what it is; `LISEZ-MOI.txt` says it in
words. The ZIP is readable by whoever holds it: it lies beside the backups, is left out of them, and goes after a week.
"""

import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import Template
from typing import IO, Any, Final

import msgspec
from django.db import models as fields
from django.db.models import Model

from saisine.casework import (
    case_models,
    deadline_rows,
    deadlines,
    earlier_models,
    file_models,
    jobs,
    journal,
    models,
    notices,
    register_files,
)
from saisine.casework.jobs import Progress
from saisine.casework.models import Job
from saisine.casework.personal_models import PersonSettings, PlannedErasure, RetentionChoice
from saisine.casework.request_models import DataRequest
from saisine.casework.session import Session
from saisine.casework.types_models import TypesRow
from saisine.errors import SaisineError
from saisine.messages import exporting
from saisine.messages.corpus import Query
from saisine.vault import Sealed
from saisine.vault.faults import disk_faults

JOB: Final = "tout-emporter"  # subject of the job
KEPT: Final = timedelta(days=7)
_NAME: Final = re.compile(r"donnees-\d{8}T\d{6}\.zip", re.ASCII)
_PIECE_BYTES: Final = 1 << 20
# (file, model): every decided row, whole. What belongs to one person goes with that person alone.
TABLES: Final[tuple[tuple[str, type[Model]], ...]] = (
    ("association", models.AssociationCard),
    ("depots", models.Deposit),
    ("captures", models.Capture),
    ("decisions", models.Decision),
    ("messages-tries", models.SortedMessage),
    ("types-confirmes", TypesRow),
    ("incidents", models.Incident),
    ("valeurs-anterieures", earlier_models.EarlierRow),
    ("propos", case_models.StatementRow),
    ("reponses", models.FactRow),
    ("elements-montres", case_models.ShownRow),
    ("actes", models.ActRow),
    ("personnes", models.PersonRow),
    ("accords", models.ConsentRow),
    ("qualifications", models.QualificationRow),
    ("pieces", models.ExhibitRow),
    ("signalements", models.NoticeRow),
    ("signalements-evenements", models.NoticeEventRow),
    ("signalements-manquements", case_models.BreachRow),
    ("demarches", case_models.ProcedureRow),
    ("demarches-suites", case_models.ProcedureEventRow),
    ("dossiers", models.DossierRow),
    ("dossiers-remises", file_models.HandoverRow),
    ("prejudices", file_models.HarmRow),
    ("notes-privees", file_models.PrivateNoteRow),
    ("cadres", file_models.MaskRow),
    ("journal", models.JournalRow),
    ("conservation", RetentionChoice),
    ("effacements-prevus", PlannedErasure),
    ("demandes-rgpd", DataRequest),
)
_ABOUT: Final = {
    "originaux/": ("Fichiers tels que reçus", "Files as received"),
    "coffre/": ("Journal du coffre, têtes et dates", "Log of the vault, heads and dates"),
    "messages/": ("Messages lus dans les originaux", "Messages read from the originals"),
    "decisions/": ("Ce que des personnes ont décidé", "What people decided"),
    "dossiers/": ("Dossiers déjà construits", "Dossiers already built"),
    "registre/": ("Registre des traitements, analyse d’impact", "Register of processing, impact analysis"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the ZIP, as `index.json` names it."""

    path: str
    size: int
    sha256: str
    about_fr: str
    about_en: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """One ZIP that lies here. It goes at `until`."""

    name: str
    path: Path
    size: int
    made_at: datetime
    until: datetime


# ------------------------------------------------------------------ ask, list, delete


def start(session: Session) -> Job:
    """Queue an export; one that waits or runs is given back instead of a second."""
    return jobs.start(session, "everything", JOB)


def exports(session: Session) -> list[Export]:
    """Those that lie here, the newest first; those past their week are deleted now."""
    _drop_half_files(session)
    found = []
    for path in sorted(session.workspace.backups.glob("donnees-*.zip"), reverse=True):
        if not _NAME.fullmatch(path.name):
            continue
        made = datetime.strptime(path.name[8:23], "%Y%m%dT%H%M%S").replace(tzinfo=session.now().tzinfo)
        if made + KEPT < session.now():
            path.unlink(missing_ok=True)
            continue
        found.append(Export(path.name, path, path.stat().st_size, made, made + KEPT))
    return found


def _drop_half_files(session: Session) -> None:
    """What a killed job left, unless one is at it now: it would be readable by whoever finds it."""
    if Job.objects.filter(kind="everything", state__in=(Job.WAITING, Job.RUNNING)).exists():
        return
    for path in session.workspace.backups.glob(".donnees-*.part"):
        path.unlink(missing_ok=True)


def find_export(session: Session, name: str) -> Export:
    """Raises `export_unknown`."""
    found = next((one for one in exports(session) if one.name == name), None)
    if found is None:
        raise SaisineError("export_unknown")
    return found


def delete_export(session: Session, name: str) -> None:
    """Raises `export_unknown`."""
    find_export(session, name).path.unlink(missing_ok=True)
    journal.note(session, "everything_deleted")


# ------------------------------------------------------------------ the job


def run_export(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """The job: the ZIP under a name that its row decides; taken up after a stop, it starts again from nothing."""
    target = session.workspace.backups / f"donnees-{job.created_at:%Y%m%dT%H%M%S}.zip"
    if target.exists():  # a kill came after the file was whole and before the row said so
        return {"name": target.name}
    written = write_everything(session, target, tell)
    journal.note(session, "everything_exported", count=len(written))
    return {"name": target.name, "files": len(written), "size": target.stat().st_size}


def write_everything(session: Session, target: Path, tell: Progress) -> list[Written]:
    """Write the ZIP whole, or nothing. Raises `vault_disk_full` and what the disk refuses."""
    part = target.with_name(f".{target.name}.part")
    rooms = session.workspace.scratch / part.name.removeprefix(".").replace(".", "-")
    rooms.mkdir(parents=True, exist_ok=True)
    rows = [row for row in session.vault.items() if not row.is_barred]
    with disk_faults(target.parent, sum(row.size for row in rows)):
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                written = _write(session, out, rows, rooms, tell)
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
            shutil.rmtree(rooms, ignore_errors=True)
    return written


def _write(session: Session, out: IO[bytes], rows: list[Sealed], room: Path, tell: Progress) -> list[Written]:
    total = len(rows) + len(exporting.WRITERS) + len(TABLES)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        add = _Adder(archive, total, tell)
        for row in rows:
            add.stream(
                f"originaux/{row.seq:06}{_suffix(row.name)}", session.vault.open_item(row.item), row.name
            )
        for unit in sorted({row.unit for row in rows}):
            session.vault.log_access(unit, count=sum(row.unit == unit for row in rows), actor=session.actor)
        _add_vault(session, add)
        _add_messages(session, add, room)
        _add_decisions(session, add)
        _add_dossiers(session, add)
        for name, data in register_files.documents(session):
            add.data(f"registre/{name}", data)
        add.data("LISEZ-MOI.txt", _notice(session, add.written))
        index = {
            "format": 1,
            "made_at": session.now().isoformat(),
            "files": [asdict(one) for one in add.written],
        }
        archive.writestr("index.json", msgspec.json.format(msgspec.json.encode(index), indent=1))
    return add.written


class _Adder:
    """Puts files in the ZIP in flat memory, and keeps what `index.json` will say of each."""

    def __init__(self, archive: zipfile.ZipFile, total: int, tell: Progress) -> None:
        self._archive, self._total, self._tell = archive, total, tell
        self.written: list[Written] = []

    def data(self, path: str, data: bytes, name: str = "") -> None:
        self.stream(path, BytesIO(data), name)

    def stream(self, path: str, source: IO[bytes], name: str = "") -> None:
        digest, size = hashlib.sha256(), 0
        with source, self._archive.open(path, "w", force_zip64=True) as member:
            while piece := source.read(_PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        about = next((said for start, said in _ABOUT.items() if path.startswith(start)), ("", ""))
        self.written.append(Written(path, size, digest.hexdigest(), *about, name))
        self._tell(min(len(self.written), self._total), self._total, "everything")


def _suffix(name: str) -> str:
    """The ending of a name when it is plain; the name itself stands in the index, never in a path."""
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found[0].lower() if found else ""


def _add_vault(session: Session, add: _Adder) -> None:
    """The log as it stands, its heads and its certified dates: what proves the rest."""
    folder = session.vault.folder
    for path in sorted((folder / "log").rglob("*")):
        if path.is_file() and not path.is_symlink():
            add.stream(f"coffre/{path.relative_to(folder).as_posix()}", path.open("rb"))


def _add_messages(session: Session, add: _Adder, room: Path) -> None:
    for suffix in exporting.WRITERS:
        path = room / f"messages{suffix}"
        path.unlink(missing_ok=True)
        if exporting.export_search(session.corpora, Query(), path):
            add.stream(f"messages/messages{suffix}", path.open("rb"))
            path.unlink()


def _add_decisions(session: Session, add: _Adder) -> None:
    for name, model in TABLES:
        add.data(f"decisions/{name}.json", _json(list(rows_of(model))))
    add.data("decisions/echeances.json", _json([_deadline(one) for one in deadline_rows.every(session)]))
    add.data("decisions/signalements.csv", notices.as_csv(session).encode())
    mine = PersonSettings.objects.filter(person=session.actor)
    add.data("decisions/mes-reglages.json", _json([_row(one) for one in mine]))


def rows_of(model: type[Model]) -> Iterator[dict[str, Any]]:
    """Every row of a table as plain values, by primary key."""
    for row in model._default_manager.order_by("pk").iterator(chunk_size=1_000):
        yield _row(row)


def _row(row: Model) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        name = field.attname if isinstance(field, fields.ForeignKey) else field.name
        found[name] = getattr(row, name)
    return found


def _deadline(one: deadlines.Deadline) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "incident": one.incident.number,
        "on": one.on,
        "days_left": one.days_left,
        "label_fr": one.label_fr,
        "label_en": one.label_en,
        "nature_fr": one.nature_fr,
        "nature_en": one.nature_en,
    }


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def _add_dossiers(session: Session, add: _Adder) -> None:
    from saisine.casework import dossiers  # late: typesetting is heavy

    paths: list[Callable[[Session, models.DossierRow], Path]] = [dossiers.zip_path, dossiers.pdf_path]
    for row in models.DossierRow.objects.filter(built_at__isnull=False).select_related("incident"):
        for path in (make(session, row) for make in paths):
            if path.exists():
                add.stream(f"dossiers/{path.name}", path.open("rb"))


def _notice(session: Session, written: list[Written]) -> bytes:
    text = (files("saisine.casework") / "assets" / "LISEZ-MOI-donnees.txt").read_text("utf-8")
    facts = {"made": f"{session.now():%Y-%m-%d}", "files": str(len(written)), "name": session.workspace.name}
    return Template(text).safe_substitute(facts).encode()
