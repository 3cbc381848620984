"""A zip without its table, which stands at its end: a download that stopped. Its files are found one after the other.

Each file of a zip has a header of its own before it (APPNOTE 6.3.10, 4.3.7), so what came before the cut can be read.
Where the header leaves the length to what follows the file (4.3.9), as writers of streams do, the file is unpacked
once to find its end, in flat memory.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, Final, NamedTuple

from saisine.messages.archive_streams import RATIO_FREE_BYTES, Budget

_HEADER: Final = struct.Struct("<4s5H3I2H")
_FILE, _TABLE = b"PK\x03\x04", b"PK\x01\x02"
_LENGTH_FOLLOWS, _IS_UTF8, _IS_LOCKED = 0x8, 0x800, 0x1
_STORED, _DEFLATED = 0, 8
_LARGE: Final = 0xFFFFFFFF  # the length is in the extra field (zip64)
_UNKNOWN: Final = 1 << 62
_PIECE: Final = 1 << 16
# A length that follows a file: its mark or none, its checksum, both lengths in 4 or 8 bytes each.
_FOLLOWING: Final = ((b"PK\x07\x08", 16), (b"PK\x07\x08", 24), (b"", 12), (b"", 20))


class LocalFile(NamedTuple):
    """One file found by its own header: `open` gives its stream, `fault` says why it must not be opened.

    `size` is what the header announces in bytes, 0 when it says nothing; `packed` what its bytes weigh in the archive;
    `is_cut` when the archive stops before its end, or where nothing tells it.
    """

    name: str
    size: int
    packed: int
    open: Callable[[], "FileStream"]
    fault: str | None
    is_cut: bool


def local_files(stream: BinaryIO, budget: Budget) -> Iterator[LocalFile]:
    """The files of a zip up to where it stops, in order; the last may be cut. `stream` can go back.

    What has to be unpacked to find where a file ends is counted, as what is read of it will be. Raises OSError.
    """
    whole, place, limits = stream.seek(0, io.SEEK_END), 0, budget.limits
    while (header := _read_header(stream, place)) is not None:
        found: _Found | None = _Found(header.packed, 0)
        if header.flags & _LENGTH_FOLLOWS and not header.packed:
            found = _find_length(stream, header, limits.expanded_bytes - budget.measured, limits.ratio)
        packed = _UNKNOWN if found is None else found.packed
        place = header.start + packed
        checksum: int | None = header.checksum
        if header.flags & _LENGTH_FOLLOWS:
            place, checksum = _behind(stream, place) if place <= whole else (place, None)
        if not header.name.endswith("/"):
            opener = partial(FileStream, stream, header.start, packed, header.method, checksum)
            fault = _fault_of(header, is_known=found is not None)
            is_cut = found is None or place > whole
            held = min(packed, whole - header.start)
            yield LocalFile(header.name, header.size, held, opener, fault, is_cut)
        if found is None or place > whole:
            return  # nothing says where the next one begins
        budget.measured += found.made


class FileStream:
    """The bytes of one file of a zip, unpacked, with all those that stand before a cut."""

    def __init__(self, stream: BinaryIO, start: int, packed: int, method: int, checksum: int | None) -> None:
        self._stream, self._place, self._left = stream, start, packed
        self._unpack = zlib.decompressobj(-zlib.MAX_WBITS) if method == _DEFLATED else None
        self._checksum, self._so_far = checksum, 0
        self._waiting = b""

    def read1(self, count: int) -> bytes:
        """Up to `count` bytes, none at the end. Raises EOFError, zlib.error, zipfile.BadZipFile, OSError."""
        chunk = self._read_stored(count) if self._unpack is None else self._read_deflated(count)
        self._so_far = zlib.crc32(chunk, self._so_far)
        if not chunk and self._checksum not in (None, self._so_far):
            raise zipfile.BadZipFile("checksum")
        return chunk

    def _read_stored(self, count: int) -> bytes:
        return self._take(min(count, _PIECE)) if self._left else b""

    def _read_deflated(self, count: int) -> bytes:
        assert self._unpack is not None
        while not self._unpack.eof:
            # first what zlib still holds: it may have taken all that there is, and given less
            chunk = self._unpack.decompress(self._waiting, count)
            self._waiting = self._unpack.unconsumed_tail
            if chunk:
                return chunk
            if not self._waiting and not self._unpack.eof:
                self._waiting = self._take(_PIECE)
        return b""

    def _take(self, count: int) -> bytes:
        self._stream.seek(self._place)  # files beside this one are read from the same stream
        chunk = self._stream.read(min(count, self._left))
        if not chunk:
            raise EOFError
        self._place += len(chunk)
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """The archive is closed by who opened it."""


class _Header(NamedTuple):
    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    start: int


def _read_header(stream: BinaryIO, place: int) -> _Header | None:
    """The header at this place; None when there is none, or when it is not whole."""
    stream.seek(place)
    head = stream.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(_FILE):
        return None
    _, _, flags, method, _, _, checksum, packed, size, named, more = _HEADER.unpack(head)
    rest = stream.read(named + more)
    if len(rest) < named + more:
        return None
    written = rest[:named].replace(b"\\", b"/")
    name = written.decode("utf-8" if flags & _IS_UTF8 else "cp437", "backslashreplace")
    if _LARGE in (packed, size):
        size, packed = _large_lengths(rest[named:], size, packed)
    start = place + _HEADER.size + named + more
    return _Header(name, flags, method, checksum, packed, size, start)


def _large_lengths(extra: bytes, size: int, packed: int) -> tuple[int, int]:
    """Both lengths as the zip64 field gives them (4.5.3): each is there when 4 bytes do not hold it."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            values = [value for (value,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8])]
            size = values.pop(0) if size == _LARGE and values else size
            packed = values.pop(0) if packed == _LARGE and values else packed
        at += 4 + length
    return size, packed


class _Found(NamedTuple):
    """Bytes that a file takes in its archive, and those that had to be unpacked to know it."""

    packed: int
    made: int


def _find_length(stream: BinaryIO, header: _Header, room: int, ratio: int) -> _Found | None:
    """Where a file ends of which the header does not say it; None when it is cut, damaged, or weighs too much."""
    if header.flags & _IS_LOCKED or header.method not in (_STORED, _DEFLATED):
        return None
    if header.method == _STORED:  # an empty one, or one that could end anywhere
        behind, _ = _behind(stream, header.start)
        return _Found(0, 0) if behind > header.start else None
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    stream.seek(header.start)
    read = made = 0
    while chunk := stream.read(_PIECE):
        read += len(chunk)
        while chunk and not unpack.eof:
            try:
                made += len(unpack.decompress(chunk, 16 * _PIECE))
            except zlib.error:
                return None
            if made > min(room, max(RATIO_FREE_BYTES, read * ratio)):
                return None
            chunk = unpack.unconsumed_tail
        if unpack.eof:
            return _Found(read - len(unpack.unused_data), made)
    return None


def _behind(stream: BinaryIO, end: int) -> tuple[int, int | None]:
    """(where the next file begins, the checksum that stands behind this one or None when nothing whole does)."""
    stream.seek(end)
    ahead = stream.read(32)
    for mark, length in _FOLLOWING:
        if ahead.startswith(mark) and ahead[length : length + 4] in (_FILE, _TABLE):
            (checksum,) = struct.unpack_from("<I", ahead, len(mark))
            return end + length, checksum
    return end, None


def _fault_of(header: _Header, *, is_known: bool) -> str | None:
    if header.flags & _IS_LOCKED:
        return "encrypted"
    if header.method == _STORED and not is_known:
        return "damaged"
    return None if header.method in (_STORED, _DEFLATED) else "unsupported_archive"
