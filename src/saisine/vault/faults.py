"""What the disk refuses, told as errors of ours: full, read-only, or failing."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from saisine.errors import SaisineError

# EFBIG: the size limit of a process or of a file system; for a person it is a disk that takes no more.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def explained(error: OSError, folder: Path, needed: int = 0) -> SaisineError:
    """The error of ours for an `OSError` met while writing under `folder`."""
    if error.errno in _FULL:
        free = shutil.disk_usage(folder).free if folder.exists() else 0
        missing = max(needed - free, 1) if needed else 0
        return SaisineError("vault_disk_full", folder=folder, free=free, missing=missing)
    if error.errno in _READ_ONLY:
        return SaisineError("vault_not_writable", folder=folder, reason=error.strerror)
    return SaisineError(
        "vault_input_output", path=error.filename or folder, reason=error.strerror or str(error)
    )


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
        raise SaisineError("vault_keys_damaged", path=folder, reason=error) from error


def _explained_sqlite(error: sqlite3.OperationalError, folder: Path) -> SaisineError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        free = shutil.disk_usage(folder).free
        return SaisineError("vault_disk_full", folder=folder, free=free, missing=0)
    if code == sqlite3.SQLITE_BUSY:
        return SaisineError("vault_busy", folder=folder)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return SaisineError("vault_not_writable", folder=folder, reason=error)
    return SaisineError("vault_input_output", path=folder, reason=error)


def is_writable(folder: Path) -> bool:
    """Whether this process may make files in the folder (root is told yes where the disk allows it)."""
    return os.access(folder, os.W_OK | os.X_OK)


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, body: bytes) -> None:
    """Write a small file so that after any stop it is whole or absent: temporary, fsync, rename, fsync."""
    temporary = path.with_name(f".tmp-{path.name}")
    with temporary.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)
