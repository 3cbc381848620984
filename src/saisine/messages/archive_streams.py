"""Streams out of archives: counted while they are read, and ended where the archive is damaged or weighs too much."""

import io
import lzma
import re
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from saisine.messages.formats.contract import Note

BUFFER_BYTES: Final = 1 << 20
IN_MEMORY_BYTES: Final = 64 << 20
# A small member may compress very well without harm: the ratio is looked at past this size.
RATIO_FREE_BYTES: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost. Bytes are counted while they are read."""

    members: int = 200_000
    expanded_bytes: int = 20 << 30
    ratio: int = 200
    depth: int = 3
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A member that is not opened; `reason` is a code of `unread_words.UNREAD`."""

    path_in_source: str
    size: int
    reason: str


class ReadingStopped(Exception):
    """Raised inside a member's stream when a limit is passed; `code` is one of `words.NOTES`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


# What a damaged archive may raise while it is read.
STREAM_FAULTS: Final = (
    ReadingStopped,
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    struct.error,
    RuntimeError,  # zipfile on a locked member; NotImplementedError on an unknown compression
    ValueError,
    OverflowError,
)


@dataclass(slots=True)
class Budget:
    """What one source has cost so far, whatever the nesting.

    `measured` is what was unpacked only to find where files end.
    """

    limits: Limits
    members: int = 0
    expanded: int = 0
    measured: int = 0
    names: set[str] = field(default_factory=set)

    def admit(self, path: str, name: str, size: int) -> Refused | None:
        """Count one member, `name` in its archive; a refusal when its name is unsafe or its path taken."""
        self.members += 1
        if not is_safe_name(name):
            return Refused(printable_name(path), size, "unsafe_name")
        key = unicodedata.normalize("NFC", path).casefold()
        if key in self.names:
            return Refused(printable_name(path), size, "duplicate_name")
        self.names.add(key)
        return None


class Counted(io.RawIOBase):
    """A stream that counts what it gives and ends past the limits, or where the archive is damaged.

    What came before is worth reading, and a reader that asks for much at once would lose it to an exception: the
    stream ends there and keeps why in `faults`, which the member tells in its notes. Where nothing came, or where a
    piece is worth nothing (`is_strict`: a part of a workbook), it is raised.
    """

    def __init__(self, raw: BinaryIO, budget: Budget, packed_bytes: int, *, is_strict: bool = False) -> None:
        self._raw = raw
        self._is_strict = is_strict
        # `read` unpacks until it has what was asked, and drops it all when the archive stops before
        self._read: Callable[[int], bytes] = raw.read1  # type: ignore[attr-defined]
        self.faults: list[str] = []
        self._budget = budget
        self._given = 0
        self._allowed = max(RATIO_FREE_BYTES, packed_bytes * budget.limits.ratio)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self.faults:
            return 0
        try:
            chunk = self._read(len(buffer))
        except STREAM_FAULTS as fault:
            return self._end(fault)
        count = len(chunk)
        self._budget.expanded += count
        if self._given + count > self._allowed or self._budget.expanded > self._budget.limits.expanded_bytes:
            return self._end(ReadingStopped("too_expanded"))
        buffer[:count] = chunk
        self._given += count
        return count

    def _end(self, fault: Exception) -> int:
        if self._is_strict or not self._given:
            raise fault
        # its code alone: what was raised would keep the buffers of its frames
        self.faults.append(reason_of(fault))
        return 0

    def close(self) -> None:
        self._raw.close()
        super().close()


_UNSAFE: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|\0")


def is_safe_name(name: str) -> bool:
    """Whether a member's name stays inside its archive: no `..`, absolute path, drive or NUL."""
    return bool(name) and not _UNSAFE.search(name)


def printable_name(name: str) -> str:
    """The name as it may stand in a ledger: unstorable signs spelled out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")


def reason_of(error: BaseException) -> str:
    if isinstance(error, ReadingStopped):
        return error.code
    return "unsupported_archive" if isinstance(error, NotImplementedError) else "damaged"


def buffered(raw: BinaryIO, budget: Budget, packed_bytes: int, *, is_strict: bool = False) -> BinaryIO:
    return io.BufferedReader(Counted(raw, budget, packed_bytes, is_strict=is_strict), BUFFER_BYTES)


def watched_by(
    opener: Callable[[], BinaryIO], prefix: str
) -> tuple[Callable[[], BinaryIO], Callable[[], list[Note]]]:
    """(the opener, what is to be said of the stream that it opened last, once that was read)."""
    last: list[list[str]] = []

    def watched() -> BinaryIO:
        stream = opener()
        last[:] = [stream.raw.faults]  # type: ignore[attr-defined]
        return stream

    def notes() -> list[Note]:
        return [Note(code, prefix) for faults in last for code in faults]

    return watched, notes


class Slice:
    """The bytes of a file in a tar, with those before a cut, which tarfile drops with the piece that it cannot fill."""

    def __init__(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        assert archive.fileobj is not None
        self._stream = archive.fileobj
        self._place, self._left = info.offset_data, info.size

    def read1(self, count: int) -> bytes:
        self._stream.seek(self._place)
        chunk = self._stream.read(min(count, self._left))
        if self._left and not chunk:
            raise EOFError
        self._place += len(chunk)
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """The archive is closed by who opened it."""
