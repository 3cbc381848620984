"""A bundle encrypted for one reader: to an age recipient, or under a passphrase that is told aloud.

The result is a plain age file that the `age` program opens: nothing of ours is needed to read it.
Source: age-encryption.org/v1 (X25519 and scrypt stanzas).
"""

import os
from pathlib import Path
from typing import Final

import pyrage

from saisine.errors import SaisineError
from saisine.vault.bundle_zip import Progress
from saisine.vault.faults import disk_faults

SUFFIX: Final = ".age"
# age's passphrase interface takes whole bytes: plain and cipher stand in memory together (measured: 3 times).
PASSPHRASE_LIMIT_BYTES: Final = 256 << 20
_PIECE_BYTES: Final = 1 << 20
_SHOWN_SIGNS: Final = 80


def require_age_recipient(text: str) -> pyrage.x25519.Recipient:
    """The recipient `age1…`. Raises `age_recipient`; a secret key given by mistake is not repeated."""
    wanted = text.strip()
    try:
        return pyrage.x25519.Recipient.from_str(wanted)
    except pyrage.RecipientError as error:
        secret = "AGE-SECRET-KEY" in wanted.upper()
        shown = "AGE-SECRET-KEY-…" if secret else wanted[:_SHOWN_SIGNS]
        raise SaisineError("age_recipient", text=shown) from error


def require_bundle_passphrase(text: str) -> str:
    """The passphrase without the end of its line. Raises `bundle_passphrase` when nothing is left."""
    passphrase = text.strip("\r\n")
    if not passphrase.strip():
        raise SaisineError("bundle_passphrase")
    return passphrase


def encrypt_bundle(
    path: Path,
    target: Path,
    *,
    recipient: str | None = None,
    passphrase: str | None = None,
    progress: Progress | None = None,
) -> int:
    """Write `target`, the age file of `path`, and return its size in bytes. `path` is left as it is.

    Exactly one of `recipient` (streamed, any size) and `passphrase` (whole in memory, 256 MiB at most) is
    given, else `TypeError`. Raises `age_recipient`, `bundle_passphrase`, `bundle_too_large`, `bundle_exists`,
    or what the disk refuses. A failure leaves no file.
    """
    if (recipient is None) == (passphrase is None):
        raise TypeError("one of recipient and passphrase")
    if target.exists():
        raise SaisineError("bundle_exists", path=target)
    part = target.with_name(f".{target.name}.part")
    try:
        with disk_faults(target.parent, path.stat().st_size if path.exists() else 0):
            part.unlink(missing_ok=True)
            if recipient is not None:
                _encrypt_stream(path, part, require_age_recipient(recipient), progress)
            else:
                _encrypt_whole(path, part, require_bundle_passphrase(passphrase or ""))
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


class _Counted:
    """Tells how far the reading is; keeps the error of the disk, which age wraps out of recognition."""

    def __init__(self, source: object, size: int, progress: Progress | None) -> None:
        self._read = source.read  # type: ignore[attr-defined]
        self._size, self._progress = size, progress
        self.error: OSError | None = None
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        try:
            data: bytes = self._read(size)
        except OSError as error:
            self.error = error
            raise
        before, self._done = self._done, self._done + len(data)
        if self._progress is not None and before // _PIECE_BYTES != self._done // _PIECE_BYTES:
            self._progress(self._done, self._size, "encrypt")
        return data


class _Kept:
    """The target; keeps the error of the disk, as above."""

    def __init__(self, target: object) -> None:
        self._write, self.flush = target.write, target.flush  # type: ignore[attr-defined]
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            written: int = self._write(data)
        except OSError as error:
            self.error = error
            raise
        return written


def _encrypt_stream(
    path: Path, part: Path, recipient: pyrage.x25519.Recipient, progress: Progress | None
) -> None:
    with path.open("rb", buffering=_PIECE_BYTES) as source, part.open("xb", buffering=_PIECE_BYTES) as out:
        reader, writer = _Counted(source, path.stat().st_size, progress), _Kept(out)
        try:
            pyrage.encrypt_io(reader, writer, [recipient])
        except (pyrage.EncryptError, OSError) as error:
            raise reader.error or writer.error or OSError(str(error)) from error
        out.flush()
        os.fsync(out.fileno())


def _encrypt_whole(path: Path, part: Path, passphrase: str) -> None:
    size = path.stat().st_size
    if size > PASSPHRASE_LIMIT_BYTES:
        raise SaisineError("bundle_too_large", size=size, limit=PASSPHRASE_LIMIT_BYTES)
    cipher = pyrage.passphrase.encrypt(path.read_bytes(), passphrase)
    with part.open("xb") as out:
        out.write(cipher)
        out.flush()
        os.fsync(out.fileno())
