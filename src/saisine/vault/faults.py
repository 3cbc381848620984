"""What the disk refuses, told as errors of ours: full, read-only, or failing."""

import ctypes
import errno
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

from saisine.errors import SYSTEM_REASONS, SaisineError

SMALL_BYTES: Final = 1 << 20  # heads, keys, proofs: anything larger is no such file

# EFBIG: the size limit of a process or of a file system; for a person it is a disk that takes no more.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def said(error: BaseException) -> dict[str, str]:
    """The reason of a failure in both languages, as facts for a `SaisineError`."""
    if isinstance(error, OSError):
        fr, en = SYSTEM_REASONS.get(
            error.errno or 0, (error.strerror or str(error), error.strerror or str(error))
        )
        return {"reason_fr": fr, "reason_en": en}
    fr = getattr(error, "fr", "") or "contenu abîmé"
    return {"reason_fr": fr, "reason_en": str(error)}


def read_regular(path: Path, limit: int | None = None) -> bytes:
    """A regular file, whole. A pipe or a device would wait for ever, a sparse file fill the memory.

    Raises `OSError`: `EINVAL` for what is no regular file, `EFBIG` above `limit` bytes.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EISDIR if stat.S_ISDIR(found.st_mode) else errno.EINVAL, "", str(path))
        if limit is not None and found.st_size > limit:
            raise OSError(errno.EFBIG, "", str(path))
        return file.read()


def open_regular(path: Path) -> BufferedReader:
    """A regular file to stream. Raises `OSError` as `read_regular`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "", str(path))
    return open(descriptor, "rb")


def explained(error: OSError, folder: Path, needed: int = 0) -> SaisineError:
    """The error of ours for an `OSError` met while writing under `folder`."""
    if error.errno in _FULL:
        free = shutil.disk_usage(folder).free if folder.exists() else 0
        missing = max(needed - free, 1) if needed else 0
        return SaisineError("vault_disk_full", folder=folder, free=free, missing=missing)
    if error.errno in _READ_ONLY:
        return SaisineError("vault_not_writable", folder=folder, **said(error))
    return SaisineError("vault_input_output", path=error.filename or folder, **said(error))


@contextmanager
def disk_faults(folder: Path, needed: int = 0) -> Iterator[None]:
    """Turn the faults of files and of SQLite into errors that a person can read."""
    try:
        yield
    except OSError as error:
        raise explained(error, folder, needed) from error
    except sqlite3.OperationalError as error:
        raise _explained_sqlite(error, folder) from error
    except sqlite3.DatabaseError as error:
        raise SaisineError("vault_keys_damaged", path=folder, **said(error)) from error


def _explained_sqlite(error: sqlite3.OperationalError, folder: Path) -> SaisineError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        free = shutil.disk_usage(folder).free
        return SaisineError("vault_disk_full", folder=folder, free=free, missing=0)
    if code == sqlite3.SQLITE_BUSY:
        return SaisineError("vault_busy", folder=folder)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return SaisineError("vault_not_writable", folder=folder, **said(OSError(errno.EROFS, "")))
    return SaisineError("vault_input_output", path=folder, **said(OSError(errno.EIO, "")))


def is_writable(folder: Path) -> bool:
    """Whether this process may make files in the folder (root is told yes where the disk allows it)."""
    return os.access(folder, os.W_OK | os.X_OK)


def require_output(path: Path) -> Path:
    """A place where a file may be made, asked before any work: the vault is not to blame for a wrong path.

    Raises `output_refused` when its folder is missing, is a file, or may not be written.
    """
    folder = path.absolute().parent
    fault = 0
    if not folder.is_dir():
        fault = errno.ENOTDIR if folder.exists() else errno.ENOENT
    elif not is_writable(folder):
        fault = errno.EACCES
    if fault:
        fr, en = _FOLDER_FAULTS.get(fault) or SYSTEM_REASONS[fault]
        words = {"reason_fr": fr.capitalize(), "reason_en": en.capitalize()}
        raise SaisineError("output_refused", folder=folder, **words)
    return path


def require_free_output(path: Path) -> Path:
    """As `require_output`, for a file that replaces nothing. Raises `output_exists` too."""
    if path.exists():
        raise SaisineError("output_exists", path=path)
    return require_output(path)


# As beginnings of sentences.
_FOLDER_FAULTS: Final = {errno.ENOENT: ("ce dossier n’existe pas", "this folder does not exist")}


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_all(folder: Path) -> None:
    """Make every file under a folder durable, and its name."""
    for path in folder.rglob("*"):
        if path.is_dir():
            fsync_folder(path)
            continue
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    fsync_folder(folder)


def write_durably(path: Path, body: bytes, mode: int = 0o666) -> None:
    """Write a small file so that after any stop it is whole or absent: temporary, fsync, rename, fsync."""
    temporary = path.with_name(f".tmp-{path.name}")
    temporary.unlink(missing_ok=True)  # what a stop left may have another mode
    with open(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, mode), "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)


def _find_syncfs() -> Callable[[int], int] | None:
    try:
        library = ctypes.CDLL(None, use_errno=True)
        function: Any = library.syncfs
    except (OSError, AttributeError):
        return None
    function.argtypes, function.restype = [ctypes.c_int], ctypes.c_int
    found: Callable[[int], int] = function
    return found


_SYNCFS = _find_syncfs()


def flush_file_system(folder: Path) -> None:
    """Flush one file system with one call (Linux's syncfs); elsewhere every file system."""
    if _SYNCFS is None:
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if _SYNCFS(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)
