"""Reading piece by piece: whole files, gzip members one by one, lines of a bounded length.

Nothing here holds more than one piece; a gzip member is inflated by 64 KiB at most at a time, and every
inflated byte is counted against a budget. Source: RFC 1952 (gzip), section 2.2.
"""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from saisine.capture.findings import Words

PIECE_BYTES: Final = 64 << 10
GZIP_MAGIC: Final = b"\x1f\x8b"


class Readable(Protocol):
    """Anything with `read(size)` that gives b"" at its end."""

    def read(self, size: int, /) -> bytes: ...


class StreamFault(Exception):
    """A stream that cannot be read further; `words` says why in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words: Words = (fr, en)


class OverBudget(Exception):
    """More was inflated than a whole capture may hold: reading stops there."""


@dataclass(slots=True)
class Budget:
    """Bytes that may still be inflated, over a whole capture."""

    left: int

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise OverBudget


class Pieces:
    """A stretch of bytes handed out by size or by line; `read_raw` gives the next piece of it."""

    def __init__(self) -> None:
        self._piece = b""
        self._at = 0

    def _fill(self) -> bytes:
        raise NotImplementedError

    def _is_dry(self) -> bool:
        """Whether nothing is left, after an attempt to get more."""
        if self._at >= len(self._piece):
            self._piece, self._at = self._fill(), 0
        return not self._piece

    def is_at_end(self) -> bool:
        return self._is_dry()

    def read(self, size: int) -> bytes:
        """1 to `size` bytes; b"" at the end. Raises `StreamFault`, `OverBudget`."""
        if self._is_dry():
            return b""
        piece = self._piece[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def line(self, limit: int) -> bytes:
        """Up to the next LF, which is included; less at the end, or when `limit` bytes hold no LF."""
        parts: list[bytes] = []
        while limit > 0 and not self._is_dry():
            end = self._piece.find(b"\n", self._at, self._at + limit) + 1
            part = self._piece[self._at : end or self._at + limit]
            self._at += len(part)
            limit -= len(part)
            parts.append(part)
            if end:
                break
        return b"".join(parts)

    def until(self, end: bytes, limit: int) -> bytes | None:
        """The next bytes up to this ending, which is included; None when the piece at hand does not hold it within
        `limit` bytes."""
        if self._is_dry():
            return None
        found = self._piece.find(end, self._at, self._at + limit)
        if found < 0:
            return None
        start, self._at = self._at, found + len(end)
        return self._piece[start : self._at]

    def give_back(self, last: bytes) -> None:
        """What `until` has just given is next again."""
        self._at -= len(last)

    def lines(self, limit: int) -> Iterator[bytes]:
        """Every line, its LF included. Raises `StreamFault` when one is longer than `limit`."""
        while line := self.line(limit):
            if len(line) == limit and not line.endswith(b"\n"):
                raise StreamFault("contient une ligne démesurée", "holds an outsize line")
            yield line

    def skip(self) -> None:
        """Read and forget the rest."""
        while self.read(PIECE_BYTES):
            pass


class PlainPieces(Pieces):
    """Bytes as they are stored; `position` is the offset of the next one. Without `is_hashed` nothing is computed
    over them: `marked_sha256` then means nothing."""

    def __init__(self, raw: Readable, head: bytes = b"", *, is_hashed: bool = True) -> None:
        super().__init__()
        self._raw = raw
        self._head = head
        self._before = 0
        self._marked = hashlib.sha256()
        self._mark_at = 0
        self._is_hashed = is_hashed

    def _fill(self) -> bytes:
        self._before += len(self._piece)
        if self._is_hashed:
            self._marked.update(memoryview(self._piece)[self._mark_at :])
        self._mark_at = 0
        piece, self._head = self._head or self._raw.read(PIECE_BYTES), b""
        return piece

    @property
    def position(self) -> int:
        return self._before + self._at

    def mark(self) -> None:
        """Begin a new hash at the next byte."""
        self._is_dry()
        self._marked, self._mark_at = hashlib.sha256(), self._at

    def marked_sha256(self) -> bytes:
        """SHA-256 of what was handed out since `mark`."""
        found = self._marked.copy()
        found.update(self._piece[self._mark_at : self._at])
        return found.digest()


class GzipPieces(Pieces):
    """A file of gzip members, opened one after the other by `next_member`.

    `start` is where the member begins in the file; `length` and `marked_sha256` hold once it was read to its end.
    """

    def __init__(self, raw: Readable, budget: Budget, head: bytes = b"", *, is_hashed: bool = True) -> None:
        super().__init__()
        self._raw = raw
        self._is_hashed = is_hashed
        self._budget = budget
        self._stored = head
        self._consumed = 0
        self._inflater = zlib.decompressobj(31)
        self._hash = hashlib.sha256()
        self.start = 0
        self.is_open = False
        self._is_broken = False

    @property
    def length(self) -> int:
        return self._consumed - self.start

    def marked_sha256(self) -> bytes:
        """SHA-256 of the member's bytes as stored, so far."""
        return self._hash.digest()

    def next_member(self) -> bool:
        """Go to the next member; what is left of this one is skipped. False at the end of the file."""
        if self.is_open:
            self.skip()
        self._piece, self._at = b"", 0
        self._stored = self._stored or self._raw.read(PIECE_BYTES)
        if not self._stored or self._is_broken:
            return False  # past a damage, where the next member begins can only be guessed
        self.start = self._consumed
        self._inflater = zlib.decompressobj(31)
        self._hash = hashlib.sha256()
        self.is_open = True
        return True

    def _fill(self) -> bytes:
        while self.is_open:
            self._stored = self._stored or self._raw.read(PIECE_BYTES)
            is_last = not self._stored
            piece = self._inflate()  # even of nothing: the inflater may still owe some bytes
            if piece:
                return piece
            if is_last and self.is_open:
                self._break()
                raise StreamFault("s’arrête au milieu d’un bloc gzip", "stops in the middle of a gzip member")
        return b""

    def begins_with(self, start: bytes) -> bool:
        """Whether this is what comes next in the member. Raises `StreamFault`, `OverBudget`."""
        while len(self._piece) - self._at < len(start) and (more := self._fill()):
            self._piece, self._at = self._piece[self._at :] + more, 0
        return self._piece.startswith(start, self._at)

    def _break(self) -> None:
        self.is_open, self._is_broken = False, True

    def _inflate(self) -> bytes:
        try:
            piece = self._inflater.decompress(self._stored, PIECE_BYTES)
        except zlib.error:
            self._break()
            raise StreamFault("contient un bloc gzip abîmé", "holds a damaged gzip member") from None
        rest = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
        used = len(self._stored) - len(rest)
        if self._is_hashed:
            self._hash.update(memoryview(self._stored)[:used])
        self._consumed += used
        self._stored = rest
        self._budget.spend(len(piece))
        self.is_open = not self._inflater.eof
        return piece


def pieces_of(raw: Readable, budget: Budget, *, is_hashed: bool = True) -> PlainPieces | GzipPieces:
    """The bytes of a file, inflated when its first two bytes are gzip's: names are not trusted."""
    head = raw.read(PIECE_BYTES)
    if head.startswith(GZIP_MAGIC):
        return GzipPieces(raw, budget, head, is_hashed=is_hashed)
    return PlainPieces(raw, head, is_hashed=is_hashed)
