"""Objects: age files named by the SHA-256 of their ciphertext, written so that a stop leaves no half file.

A batch first writes every ciphertext to `objects/.tmp-*`, then gives them their names and flushes them
together: fsync is the only real cost here (190 to 300 files per second one by one, 25,000 with one `syncfs`
per 1,000). A marker file, locked for as long as its writer lives, tells temporary files of a live writer from
those of a killed one.
"""

import errno
import fcntl
import hashlib
import io
import os
import queue
import stat
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import msgspec
import pyrage

from saisine.errors import SaisineError
from saisine.vault.faults import flush_file_system, open_regular, read_regular, said

TEMPORARY: Final = ".tmp-"
RECORDS: Final = "-records"  # how the temporary file of a batch's records ends: no person deposited it
# Up to this size a source is read whole: one call into age instead of thousands of small reads.
WHOLE_BYTES: Final = 256 * 1024
_FLUSH_FIRST_BYTES: Final = 8 << 20  # more than this is flushed before the vault's lock is taken
_PIECE_BYTES: Final = 1 << 20
_MEMORY_BYTES: Final = 32 << 20


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Written:
    """One ciphertext on disk: hashes as hex, sizes in bytes, and the temporary file it still lies in."""

    object: str
    object_size: int
    sha256: str
    size: int
    path: str


class SourceUnreadable(Exception):
    """The file to take in could not be read; the vault itself is well. `error` is what the disk said."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class _HashingReader:
    """Counts and hashes what age reads; keeps the error that age would wrap out of recognition."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.hash = hashlib.sha256()
        self.size = 0
        self.error: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._source.read(size)
        except OSError as error:
            self.error = error
            raise
        self.hash.update(data)
        self.size += len(data)
        return data


class _HashingWriter:
    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.hash = hashlib.sha256()
        self.size = 0
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            self._target.write(data)
        except OSError as error:
            self.error = error
            raise
        self.hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._target.flush()


class Batch:
    """The temporary files of one writer, from encryption to rename. A context manager, once `hold` is called.

    Nothing here needs the vault's lock: a big file is encrypted while others write. `place` is called
    under the lock, once the batch is flushed.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._marker = folder / f"{TEMPORARY}{name}.writer"
        self._written: list[Written] = []
        self._count = 0
        self._is_placed = False
        self._is_left = False

    def hold(self) -> None:
        """Make the marker and hold it until the batch ends, however it ends."""
        self._descriptor = os.open(self._marker, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_placed:
            for number in range(self._count):
                Path(self._temporary(number)).unlink(missing_ok=True)
            Path(f"{self._temporary(0)}{RECORDS}").unlink(missing_ok=True)
        # What could not be taken back stays with its marker, which is dead once closed: the next opening tells.
        if not self._is_left:
            self._marker.unlink(missing_ok=True)
        os.close(self._descriptor)

    def _temporary(self, number: int) -> str:
        # Text rather than a Path: one is made for each of thousands of small files.
        return f"{self._folder}/{TEMPORARY}{self._name}-{number}"

    def write_records(self, body: bytes, recipient: pyrage.x25519.Recipient) -> Written:
        """Encrypt the records of the batch. Raises `OSError`."""
        return self._keep(_encrypt_whole(body, f"{self._temporary(0)}{RECORDS}", recipient))

    def write(self, source: Readable | bytes, recipient: pyrage.x25519.Recipient) -> Written:
        """Encrypt one source to a temporary file; plain and cipher are hashed in the same pass.

        Raises `SourceUnreadable` for the source, `OSError` for the vault's own disk.
        """
        path = self._temporary(self._count)
        self._count += 1
        if not isinstance(source, bytes):
            try:
                head = _read_up_to(source, WHOLE_BYTES + 1)
            except OSError as error:
                raise SourceUnreadable(error) from error
            if len(head) > WHOLE_BYTES:
                return self._keep(_encrypt_stream(_Chained(head, source), path, recipient))
            source = head
        return self._keep(_encrypt_whole(source, path, recipient))

    def write_file(self, source: Path, recipient: pyrage.x25519.Recipient) -> Written:
        """Encrypt a file. Raises as `write`."""
        try:
            if not stat.S_ISREG(source.stat().st_mode):  # a pipe would wait for ever
                raise OSError(errno.EINVAL, "not a regular file")
            file = source.open("rb", buffering=_PIECE_BYTES)
        except OSError as error:
            raise SourceUnreadable(error) from error
        with file:
            return self.write(file, recipient)

    def _keep(self, written: Written) -> Written:
        self._written.append(written)
        return written

    def announce(self, records: str) -> None:
        """Note which object holds the records; start large files on their way to the disk.

        Small batches wait for `place`: one flush then serves their bytes and their names together.
        """
        os.pwrite(self._descriptor, msgspec.json.encode({"records": records}), 0)
        if sum(written.object_size for written in self._written) > _FLUSH_FIRST_BYTES:
            flush_file_system(self._folder)

    def place(self) -> None:
        """Give every file its name, then make bytes and names durable. Only under the vault's lock.

        A name may stand before its bytes are on the disk: no line names it until `place` has returned, so
        a stop in between leaves a stray that the next opening sets aside.
        """
        for written in self._written:
            parent = f"{self._folder}/{written.object[:2]}"
            try:
                os.rename(written.path, f"{parent}/{written.object}")
            except FileNotFoundError:
                os.makedirs(parent, exist_ok=True)
                os.rename(written.path, f"{parent}/{written.object}")
        self._is_placed = True
        flush_file_system(self._folder)

    def leave(self) -> None:
        """Keep the marker: lines may stand in the log for what was placed, only an opening can judge."""
        self._is_left = True

    def take_back(self, written: Sequence[Written]) -> None:
        """Remove placed files again when the log did not take their lines."""
        for one in written:
            object_path(self._folder, one.object).unlink(missing_ok=True)

    @property
    def written(self) -> tuple[Written, ...]:
        return tuple(self._written)


class _Chained:
    """The bytes already read, then the rest of the source."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        return self._head.read(size) or self._rest.read(size)


def _read_up_to(source: Readable, limit: int) -> bytes:
    pieces = []
    while limit > 0 and (piece := source.read(limit)):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)


def _encrypt_whole(plain: bytes, path: str, recipient: pyrage.x25519.Recipient) -> Written:
    cipher: bytes = pyrage.encrypt(plain, [recipient])
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        _write_all(descriptor, cipher)
    finally:
        os.close(descriptor)
    names = hashlib.sha256(cipher).hexdigest(), hashlib.sha256(plain).hexdigest()
    return Written(names[0], len(cipher), names[1], len(plain), path)


def _write_all(descriptor: int, data: bytes) -> None:
    """A regular file takes all at once, except at a limit: then the next call says which."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _encrypt_stream(source: Readable, path: str, recipient: pyrage.x25519.Recipient) -> Written:
    reader = _HashingReader(source)
    with open(path, "xb", buffering=0) as out:
        writer = _HashingWriter(io.BufferedWriter(out, _PIECE_BYTES))
        try:
            pyrage.encrypt_io(reader, writer, [recipient])
            writer.flush()
        except (pyrage.EncryptError, OSError) as error:
            if reader.error is not None:
                raise SourceUnreadable(reader.error) from error
            raise writer.error or _as_os_error(error) from error
    return Written(writer.hash.hexdigest(), writer.size, reader.hash.hexdigest(), reader.size, path)


def _as_os_error(error: Exception) -> OSError:
    return error if isinstance(error, OSError) else OSError(str(error))


def object_path(folder: Path, name: str) -> Path:
    """`objects/ab/<name>` for the object named by its ciphertext hash."""
    return folder / name[:2] / name


# ---------------------------------------------------------------- reading


def read_object(path: Path, identity: pyrage.x25519.Identity) -> bytes:
    """The plaintext of a small object. Raises `object_missing` or `object_damaged`."""
    try:
        return bytes(pyrage.decrypt(read_regular(path), [identity]))
    except FileNotFoundError as error:
        raise SaisineError("object_missing", object=path.name) from error
    except (OSError, pyrage.DecryptError) as error:
        raise SaisineError("object_damaged", object=path.name, **said(error)) from error


def decrypt_to(source: Readable, target: "_Sink", identity: pyrage.x25519.Identity) -> None:
    """Stream one object into `target`. Raises `pyrage.DecryptError` or the `OSError` met."""
    reader = _HashingReader(source)
    try:
        pyrage.decrypt_io(reader, target, [identity])
    except pyrage.DecryptError as error:
        raise reader.error or error from error


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


def open_object(path: Path, identity: pyrage.x25519.Identity, size: int, sha256: str) -> BinaryIO:
    """A plaintext stream whose hash is checked against the sealed one before its end is given.

    Up to 32 MB it is checked whole first and can be sought; larger, it flows through a thread and the
    last read raises. Raises `object_missing` or `object_damaged`.
    """
    if size <= _MEMORY_BYTES:
        plain = read_object(path, identity)
        if hashlib.sha256(plain).hexdigest() != sha256:
            raise SaisineError("object_damaged", object=path.name, reason="SHA-256")
        return io.BytesIO(plain)
    if not path.exists():
        raise SaisineError("object_missing", object=path.name)
    return io.BufferedReader(_PlainStream(path, identity, sha256), _PIECE_BYTES)


class _PlainStream(io.RawIOBase):
    """Pulls plaintext out of age, which pushes: a thread decrypts into a short queue."""

    def __init__(self, path: Path, identity: pyrage.x25519.Identity, sha256: str) -> None:
        super().__init__()
        self._name, self._expected = path.name, sha256
        self._hash = hashlib.sha256()
        self._pieces: queue.Queue[bytes | Exception | None] = queue.Queue(maxsize=8)
        self._rest = memoryview(b"")
        self._pending = bytearray()
        self._stopped = threading.Event()
        self._done = False
        self._thread = threading.Thread(target=self._decrypt, args=(path, identity), daemon=True)
        self._thread.start()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]
        if not self._rest and not self._done:
            self._rest = memoryview(self._next())
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _next(self) -> bytes:
        piece = self._pieces.get()
        if isinstance(piece, Exception):
            raise SaisineError("object_damaged", object=self._name, **said(piece)) from piece
        if piece is None:
            self._done = True
            if self._hash.hexdigest() != self._expected:
                raise SaisineError("object_damaged", object=self._name, reason="SHA-256")
            return b""
        self._hash.update(piece)
        return piece or self._next()

    def _decrypt(self, path: Path, identity: pyrage.x25519.Identity) -> None:
        try:
            with open_regular(path) as source:
                decrypt_to(source, self, identity)
        except (OSError, pyrage.DecryptError) as error:
            self._push(error)
        else:
            self._push(bytes(self._pending))
            self._push(None)

    def _push(self, piece: bytes | Exception | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._pieces.put(piece, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pending += data
        if len(self._pending) >= _PIECE_BYTES:  # age gives 8 KiB at a time: too small to hand over one by one
            if not self._push(bytes(self._pending)):
                raise OSError("the reader closed the stream")
            self._pending.clear()
        return len(data)

    def close(self) -> None:
        self._stopped.set()
        super().close()
