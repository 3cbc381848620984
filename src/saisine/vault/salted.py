"""Salted Merkle trees over hashes: the leaf of one says nothing of another, not even to who guesses its text.

Leaf i = SHA-256(0x00 || salt i || hash i), salt i = HMAC-SHA256(key, i as 8 bytes, big endian); the tree is that
of RFC 6962 section 2.1. Everything is 32 bytes long; indexes start at 0.
"""

import hashlib
import hmac
from struct import iter_unpack
from typing import Final

from saisine.vault.merkle import Tree, leaf_hash

CHUNK_ROWS: Final = 1 << 16  # leaves held at a time; a power of two, so that a chunk is a whole subtree
# Salts computed in one call (8 MB, held twice for a moment); each of those after costs 1 µs.
BULK_SALTS: Final = 1 << 18


def salt_of(key: bytes, index: int) -> bytes:
    """The salt of one row: HMAC-SHA256(key, index as 8 bytes, big endian)."""
    return hmac.digest(key, index.to_bytes(8, "big"), "sha256")


def row_leaf(salt: bytes, sha256: bytes) -> bytes:
    """SHA-256(0x00 || salt || SHA-256 of the record): the leaf of one row."""
    return leaf_hash(salt + sha256)


class Salts:
    """Salts of neighbouring rows. PBKDF2 with one round gives HMAC(key, salt || j as 4 bytes) for j = 1, 2…
    (RFC 8018, section 5.2): with four zero bytes as its salt, those are ours, an eighth of the time."""

    def __init__(self, key: bytes, count: int) -> None:
        self._key = key
        self._bulk = min(count, BULK_SALTS)
        self._first = salt_of(key, 0)
        if self._bulk > 1:
            self._first += hashlib.pbkdf2_hmac("sha256", key, bytes(4), 1, 32 * (self._bulk - 1))

    def between(self, start: int, end: int) -> bytes:
        """The salts of rows `start` to `end` - 1, joined."""
        known = self._first[32 * start : 32 * min(end, self._bulk)]
        return known + b"".join(salt_of(self._key, index) for index in range(max(start, self._bulk), end))


def row_leaves(salts: bytes, digests: bytes) -> list[bytes]:
    """The leaves of some rows: salts and record hashes come joined, 32 bytes each."""
    sha256 = hashlib.sha256
    pairs = zip(iter_unpack("32s", salts), iter_unpack("32s", digests), strict=True)
    return [sha256(b"\x00" + salt + digest).digest() for (salt,), (digest,) in pairs]


class RowTree:
    """A root over rows that come in order, in flat memory: of a full chunk only its root is kept.

    Chunks are as wide as a power of two, so the tree over their roots is the tree over all leaves (RFC 6962
    section 2.1 splits there too).
    """

    def __init__(self, key: bytes, count: int) -> None:
        self._salts = Salts(key, count)
        self._pending = bytearray()
        self._done = 0
        self._roots: list[bytes] = []

    @property
    def count(self) -> int:
        return self._done + len(self._pending) // 32

    def add(self, digests: bytes) -> None:
        """Take the hashes of the next records, joined."""
        self._pending += digests
        while len(self._pending) >= 32 * CHUNK_ROWS:
            self._close_chunk(CHUNK_ROWS)

    def _close_chunk(self, rows: int) -> None:
        digests = bytes(self._pending[: 32 * rows])
        del self._pending[: 32 * rows]
        salts = self._salts.between(self._done, self._done + rows)
        self._roots.append(Tree(row_leaves(salts, digests)).root())
        self._done += rows

    def chunk_roots(self) -> list[bytes]:
        """The roots of all chunks, the last one included; nothing can be added after this."""
        if self._pending:
            self._close_chunk(len(self._pending) // 32)
        return self._roots

    def root(self) -> bytes:
        return Tree(self.chunk_roots()).root()
