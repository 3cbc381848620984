"""A backup of the whole workspace in one encrypted file, with the date on which it must be destroyed.

The file is a zip: its notice, the secret files of the vault as they are (a passphrase or an officer opens
them), and `workspace.tar.age`, everything else encrypted to the vault's own key. Making one is a line of the
log, whose end date every later certificate of erasure quotes. What may not be kept is left out.
"""

import hashlib
import os
import shutil
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import IO, TYPE_CHECKING, Final

import msgspec
import pyrage

from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault.faults import disk_faults
from saisine.vault.journal import Journal
from saisine.vault.objects import object_path
from saisine.vault.opening import named_objects
from saisine.vault.secret_files import PROTECTED_NAME

if TYPE_CHECKING:  # restoring reads this module before any database, so before Django is ready
    from saisine.casework.models import Job

Progress = Callable[[int, int | None, str], None]

FORMAT: Final = 1
FACTS: Final = "saisine-backup.json"
BODY: Final = "workspace.tar.age"
KEYS: Final = "keys/"
DEFAULT_DAYS: Final = 90
_PIECE_BYTES: Final = 1 << 20
_LEFT_OUT: Final = frozenset({"backups", "scratch", "logs", "findings", "vault"})
_SECRET_PREFIX: Final = "vault."


class BackupFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself in clear: which vault, how far its log went, until when it may be kept."""

    v: int
    origin: str
    created: str
    until: str
    size: int
    head: str
    is_protected: bool
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was written. `left_out` counts pieces set aside that no backup may hold."""

    path: Path
    facts: BackupFacts
    left_out: int


@dataclass(frozen=True, slots=True)
class _Member:
    """One file of the archive: its path in the workspace, its size, and how to read it."""

    name: str
    size: int
    source: Path | bytes


def back_up(session: Session, target: Path, *, until: date, progress: Progress | None = None) -> BackupReport:
    """Write the backup. Raises `output_exists`, `backup_until`, or what the disk refuses.

    The log, keys and database are taken as they stand at one moment; objects never change.
    """
    if target.exists():
        raise SaisineError("output_exists", path=target)
    if until < session.today():
        raise SaisineError("backup_until", until=until)
    session.workspace.scratch.mkdir(exist_ok=True)
    database = session.workspace.scratch / "backup.sqlite3"
    part = target.with_name(f".{target.name}.part")
    try:
        members, left_out, head = _snapshot(session, until, database)
        total = sum(member.size for member in members)
        facts = BackupFacts(
            FORMAT,
            session.vault.origin,
            session.now().isoformat(),
            until.isoformat(),
            head[0],
            head[1],
            session.vault.is_protected,
            len(members),
            total,
        )
        with disk_faults(target.parent, total):
            part.unlink(missing_ok=True)
            _write(session, part, facts, members, progress)
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        database.unlink(missing_ok=True)
    return BackupReport(target, facts, left_out)


def run_backup(session: Session, job: "Job", tell: Progress) -> dict[str, object]:
    """The job: a backup into `backups/` of the workspace, under a name that its row decides.

    `job.options`: `until`, the day (ISO) on which the file must be destroyed.
    """
    from saisine.casework import journal
    from saisine.casework.jobs import Cancelled

    target = session.workspace.backups / backup_name(job.created_at)
    if target.exists():  # a kill came after the file was whole and before the row said so
        return {"name": target.name}
    # the passphrase may have been set by another process since this one opened the vault
    session.vault.keys.is_protected = (session.vault.keys.folder / PROTECTED_NAME).exists()
    stopped: list[Cancelled] = []

    def told(done: int, total: int | None, what: str) -> None:
        try:
            tell(done, total, what)
        except Cancelled as error:  # age would wrap it, and it would be told as a fault of the disk
            stopped.append(error)
            raise

    try:
        report = back_up(session, target, until=date.fromisoformat(str(job.options["until"])), progress=told)
    except Exception:
        if stopped:
            raise stopped[0] from None
        raise
    journal.note(session, "backup_made")
    return {"name": target.name, "left_out": report.left_out}


def backup_name(at: datetime) -> str:
    """`sauvegarde-20260421T080000.zip`: the moment in UTC, no word of the content."""
    return f"sauvegarde-{at.astimezone(UTC):%Y%m%dT%H%M%S}.zip"


# ------------------------------------------------------------------ one moment


def _snapshot(session: Session, until: date, database: Path) -> tuple[list[_Member], int, tuple[int, str]]:
    """Everything that changes, read under the vault's lock; what never changes is named."""
    vault = session.vault
    vault.require_writable()
    line = {"act": "key", "code": "backup", "until": until.isoformat()}
    vault.write_act("backup", {"until": until.isoformat()}, [line], actor=session.actor)
    with vault.journal.locked():
        head = vault.last_head()
        members = list(_vault_members(session))
        barred = _barred_objects(vault.journal)
        _copy_database(session.workspace.database, database)
    members.append(_Member(session.workspace.database.name, database.stat().st_size, database))
    members += _objects(session, barred)
    members += _others(session)
    left_out = sum(object_path(vault.folder / "objects", name).exists() for name in barred)
    return members, left_out, (head.size, head.to_text())


def _vault_members(session: Session) -> Iterator[_Member]:
    """The vault without its objects, its secret files and what it set aside."""
    folder = session.vault.folder
    yield _read(folder / "FORMAT", "vault/FORMAT")
    for part in ("log", "trust", "keys"):
        for path in sorted((folder / part).rglob("*")):
            is_secret = path.parent == folder / "keys" and path.name.startswith(_SECRET_PREFIX)
            if path.is_file() and not is_secret and not path.name.startswith(".tmp-"):
                yield _read(path, f"vault/{path.relative_to(folder).as_posix()}")


def _read(path: Path, name: str) -> _Member:
    body = path.read_bytes()
    return _Member(name, len(body), body)


def _barred_objects(journal: Journal) -> set[str]:
    barred = journal.standing.barred - set(journal.standing.erased_items)
    return {str(entry.object) for entry in journal.entries if entry.record in barred}


def _objects(session: Session, barred: set[str]) -> Iterator[_Member]:
    folder = session.vault.folder / "objects"
    names = dict.fromkeys(named_objects(session.vault.journal.entries))
    for name in names:
        path = object_path(folder, name)
        if name not in barred and path.exists():  # erased ones are gone, and the log says so
            yield _Member(f"vault/objects/{name[:2]}/{name}", path.stat().st_size, path)


def _copy_database(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()


def _others(session: Session) -> Iterator[_Member]:
    """Corpora, dossiers, files waiting in the inbox: everything else of the folder, but what is derived."""
    workspace = session.workspace
    digests = {row.sha256 for row in session.vault.catalogue.rows() if row.is_barred}
    for top in sorted(workspace.folder.iterdir()):
        if top.name in _LEFT_OUT or top.name.startswith(workspace.database.name):
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not path.is_symlink() and not _holds_any(path, digests):
                yield _Member(path.relative_to(workspace.folder).as_posix(), path.stat().st_size, path)


def _holds_any(path: Path, digests: set[str]) -> bool:
    """Whether a file is, or a dossier contains, something that may not be kept."""
    if not digests:
        return False
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() in digests:
            return True
    if path.suffix != ".zip" or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        manifests = [name for name in archive.namelist() if name.endswith("/manifest-sha256.txt")]
        lines = "".join(archive.read(name).decode("utf-8", "replace") for name in manifests)
    return any(line[:64] in digests for line in lines.splitlines())


# ------------------------------------------------------------------ writing


def _write(
    session: Session, part: Path, facts: BackupFacts, members: list[_Member], progress: Progress | None
) -> None:
    keys = session.vault.keys.folder
    with part.open("xb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(FACTS, msgspec.json.format(msgspec.json.encode(facts), indent=1))
            archive.writestr("LISEZ-MOI.txt", _notice(facts))
            for path in sorted(keys.glob(f"{_SECRET_PREFIX}*")):
                archive.writestr(f"{KEYS}{path.name}", path.read_bytes())
            with archive.open(BODY, "w", force_zip64=True) as body:
                identity = pyrage.x25519.Identity.from_str(session.vault.keys.secrets.identity)
                stream = _Tar(members, facts.bytes, progress)
                try:
                    pyrage.encrypt_io(stream, _Out(body), [identity.to_public()])
                except pyrage.EncryptError as error:
                    raise stream.error or OSError(str(error)) from error
        out.flush()
        os.fsync(out.fileno())


def _notice(facts: BackupFacts) -> str:
    text = (files("saisine.casework") / "assets" / "LISEZ-MOI-sauvegarde.txt").read_text("utf-8")
    return Template(text).substitute(created=facts.created[:10], until=facts.until, origin=facts.origin)


class _Out:
    """What age writes to: a member of a zip, which counts its own bytes."""

    def __init__(self, body: IO[bytes]) -> None:
        self._body = body

    def write(self, data: bytes) -> int:
        return self._body.write(data)

    def flush(self) -> None:
        """The zip is flushed when it is closed."""


class _Tar:
    """The archive as a stream that age pulls from: headers and contents, one piece at a time.

    A file that shrinks meanwhile would shift all that follows: it stops the backup.
    """

    def __init__(self, members: list[_Member], total: int, progress: Progress | None) -> None:
        self._pieces = self._run(members, total, progress)
        self._rest = b""
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._rest:
                self._rest = next(self._pieces)
        except StopIteration:
            return b""
        except (OSError, SaisineError) as error:  # age would wrap it out of recognition
            self.error = error
            raise
        size = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:size], self._rest[size:]
        return given

    def _run(self, members: list[_Member], total: int, progress: Progress | None) -> Iterator[bytes]:
        done = 0
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.size = member.size
            yield info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
            yield from _contents(member)
            if gap := -member.size % tarfile.BLOCKSIZE:
                yield bytes(gap)
            done += member.size
            if progress is not None:
                progress(done, total, "backup")
        yield bytes(2 * tarfile.BLOCKSIZE)


def _contents(member: _Member) -> Iterator[bytes]:
    if isinstance(member.source, bytes):
        if member.source:
            yield member.source
        return
    left = member.size
    with member.source.open("rb") as file:
        while left and (piece := file.read(min(_PIECE_BYTES, left))):
            left -= len(piece)
            yield piece
    if left:
        raise SaisineError("backup_changed", name=member.name)


def room_for(folder: Path, needed: int) -> None:
    """Raises `vault_disk_full` before anything is written."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise SaisineError("vault_disk_full", folder=folder, free=free, missing=needed - free)


def secrets_of(archive: zipfile.ZipFile) -> Mapping[str, bytes]:
    """The secret files of a backup, by their name under `keys/`."""
    names = [name for name in archive.namelist() if name.startswith(KEYS) and name.count("/") == 1]
    return {name.removeprefix(KEYS): archive.read(name) for name in names}
