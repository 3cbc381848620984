"""Restoring a backup into an empty folder: decrypted as a stream, put in place only when it is whole.

A restored folder is an earlier state of the same vault: receipts and witnesses' heads made since will not
match, and must not (V25). The log gets a line that says so.
"""

import os
import shutil
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import pyrage

from saisine.casework.backups import BODY, FACTS, FORMAT, BackupFacts, room_for, secrets_of
from saisine.casework.session import Clock
from saisine.casework.verifying import verify_folder
from saisine.errors import SaisineError
from saisine.vault import Vault
from saisine.vault.deriving import Progress as Deriving
from saisine.vault.faults import disk_faults, flush_all
from saisine.vault.secret_files import load_secrets
from saisine.vault.verify import Report

Progress = Callable[[int, int | None, str], None]

_SECRETS: Final = frozenset(
    {"vault.passphrase.age", "vault.unprotected.json", "vault.recovery.age", "vault.recovery.json"}
)
_PIECE_BYTES: Final = 1 << 20
_SMALL_BYTES: Final = 1 << 20


def read_facts(path: Path) -> BackupFacts:
    """What a backup says of itself. Raises `backup_unreadable` or `backup_newer`."""
    with _opened(path) as archive:
        return _facts(archive, path)


def restore(
    path: Path,
    folder: Path,
    *,
    clock: Clock,
    passphrase: str | None = None,
    recovery: str | None = None,
    progress: Progress | None = None,
    deriving: Deriving | None = None,
) -> Report:
    """Restore into `folder`, which must be absent or empty, then verify all of it.

    Raises `backup_unreadable`, `backup_newer`, `backup_damaged`, `restore_target`, `passphrase_needed`,
    `passphrase_wrong`, `recovery_refused`. A folder that could not be restored whole is removed.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SaisineError("restore_target", path=folder)
    with _opened(path) as archive, disk_faults(folder.parent):
        facts = _facts(archive, path)
        folder.parent.mkdir(parents=True, exist_ok=True)
        room_for(folder.parent, facts.bytes)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            identity = _unlock(archive, part / "vault" / "keys", passphrase, recovery, deriving)
            _unpack(archive, part, identity, facts, progress)
            flush_all(part)
            if folder.exists():
                folder.rmdir()
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    report = verify_folder(folder, now=clock(), passphrase=passphrase, recovery=recovery, receipt=facts.head)
    _say_restored(folder, clock, passphrase, recovery)
    return report


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise SaisineError("path_missing", path=path) from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise SaisineError("backup_unreadable", path=path.name, reason=error) from error


def _facts(archive: zipfile.ZipFile, path: Path) -> BackupFacts:
    try:
        if archive.getinfo(FACTS).file_size > _SMALL_BYTES or BODY not in archive.namelist():
            raise ValueError(BODY)
        body = archive.read(FACTS)
        version = msgspec.json.decode(body, type=dict[str, object]).get("v")
        if isinstance(version, int) and version > FORMAT:
            raise SaisineError("backup_newer", found=version, known=FORMAT)
        return msgspec.json.decode(body, type=BackupFacts)
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise SaisineError("backup_unreadable", path=path.name, reason=error) from error


def _unlock(
    archive: zipfile.ZipFile,
    keys: Path,
    passphrase: str | None,
    recovery: str | None,
    deriving: Deriving | None,
) -> pyrage.x25519.Identity:
    """Put the secret files in place and open them."""
    keys.mkdir(parents=True, mode=0o700)
    for name, body in secrets_of(archive).items():
        if name in _SECRETS:
            (keys / name).write_bytes(body)
            (keys / name).chmod(0o600)
    secrets = load_secrets(keys, passphrase, recovery=recovery, progress=deriving)
    return pyrage.x25519.Identity.from_str(secrets.identity)


def _unpack(
    archive: zipfile.ZipFile,
    target: Path,
    identity: pyrage.x25519.Identity,
    facts: BackupFacts,
    progress: Progress | None,
) -> None:
    files = done = 0
    with archive.open(BODY) as body, _decrypted(body, identity) as plain:
        try:
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                for info in tar:
                    _write_member(tar, info, target)
                    files, done = files + 1, done + info.size
                    if progress is not None:
                        progress(done, facts.bytes, "restore")
        except tarfile.TarError as error:
            raise SaisineError("backup_damaged", reason=error) from error
    if (files, done) != (facts.files, facts.bytes):
        raise SaisineError("backup_damaged", reason=f"{files}/{facts.files}")


def _write_member(tar: tarfile.TarFile, info: tarfile.TarInfo, target: Path) -> None:
    """One regular file at a plain path: a backup that somebody made for us cannot write elsewhere."""
    steps = info.name.split("/")
    if not info.isreg() or any(step in ("", ".", "..") or "\\" in step or "\0" in step for step in steps):
        raise SaisineError("backup_damaged", reason=info.name[:200])
    path = target.joinpath(*steps)
    path.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(info)
    if source is None or path.exists():
        raise SaisineError("backup_damaged", reason=info.name[:200])
    with path.open("xb") as out:
        shutil.copyfileobj(source, out, _PIECE_BYTES)
    path.chmod(0o600)


@contextmanager
def _decrypted(body: object, identity: pyrage.x25519.Identity) -> Iterator[BinaryIO]:
    """The plaintext as a stream: age pushes into a pipe from a thread, the archive is read from it."""
    reading, writing = os.pipe()
    failure: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb", _PIECE_BYTES) as out:
                pyrage.decrypt_io(body, out, [identity])
        except (pyrage.DecryptError, OSError, zipfile.BadZipFile) as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    damage: SaisineError | None = None
    with os.fdopen(reading, "rb", _PIECE_BYTES) as plain:
        try:
            yield plain
            while plain.read(_PIECE_BYTES):  # to the end: the last piece is what authenticates the whole
                pass
        except SaisineError as error:
            damage = error
    thread.join()
    if failure and not (damage is not None and isinstance(failure[0], BrokenPipeError)):
        raise SaisineError("backup_damaged", reason=failure[0]) from failure[0]
    if damage is not None:
        raise damage


def _say_restored(folder: Path, clock: Clock, passphrase: str | None, recovery: str | None) -> None:
    with Vault.open(folder / "vault", clock=clock, passphrase=passphrase, recovery=recovery) as vault:
        if vault.is_writable:
            vault.note("restored")
