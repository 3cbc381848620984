"""Merkle trees of RFC 6962: heads, inclusion proofs, consistency proofs, and their verification.

Source: RFC 6962 section 2.1; the verification steps are those of RFC 9162 sections 2.1.3.2 and 2.1.4.2,
which give the same verdicts over the same hashes. Hashes are 32 bytes; indexes start at 0.
"""

import hashlib
from collections.abc import Iterable, Sequence


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry): RFC 6962 section 2.1, the hash of one leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right): RFC 6962 section 2.1, the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Tree:
    """All complete subtrees of a growing list of leaf hashes.

    `levels[k][i]` covers leaves `i * 2**k` up to `(i + 1) * 2**k`. Appending costs one hash on average;
    a root, an inclusion path or a consistency path then costs O(log² n) hashes instead of n.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        row = list(leaves)
        self._levels: list[list[bytes]] = [row]
        while len(row) > 1:  # level by level: half the time of appending one by one
            row = _parents(row)
            self._levels.append(row)

    @property
    def size(self) -> int:
        return len(self._levels[0])

    def leaf(self, index: int) -> bytes:
        return self._levels[0][index]

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash, and every subtree that it completes."""
        level = 0
        row = self._levels[0]
        row.append(leaf)
        while len(row) % 2 == 0:
            parent = node_hash(row[-2], row[-1])
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            row = self._levels[level]
            row.append(parent)

    def root(self, size: int | None = None) -> bytes:
        """MTH(D[0:size]) of RFC 6962 section 2.1; of all leaves when no size is given."""
        size = self.size if size is None else size
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """PATH(index, D[0:size]) of RFC 6962 section 2.1.1. Needs 0 <= index < size <= self.size."""
        return self._path(index, 0, size)

    def consistency(self, old: int, size: int) -> list[bytes]:
        """PROOF(old, D[0:size]) of RFC 6962 section 2.1.2. Needs 0 < old <= size <= self.size."""
        return self._subproof(old, 0, size, complete=True)

    def _hash(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]); `start` is a multiple of the largest power of two below the width."""
        width = end - start
        if width & (width - 1) == 0:
            return self._levels[width.bit_length() - 1][start // width]
        middle = start + _split(width)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._hash(middle, end)]
        return [*self._path(index, middle, end), self._hash(start, middle)]

    def _subproof(self, old: int, start: int, end: int, *, complete: bool) -> list[bytes]:
        """SUBPROOF(old, D[start:end], complete): `complete` says the old root needs no repeating."""
        if old == end:
            return [] if complete else [self._hash(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, complete=complete), self._hash(middle, end)]
        return [*self._subproof(old, middle, end, complete=False), self._hash(start, middle)]


def _parents(row: Sequence[bytes]) -> list[bytes]:
    """The inner nodes over a row of nodes; a last one without its pair has none yet."""
    nodes, sha256 = iter(row), hashlib.sha256
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(nodes, nodes, strict=False)]


def _split(width: int) -> int:
    """The largest power of two smaller than `width` (RFC 6962 section 2.1, k < n <= 2k)."""
    return 1 << ((width - 1).bit_length() - 1)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over a list of leaf hashes."""
    return Tree(leaves).root()


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that `leaf` stands at `index` in the tree of `size` leaves with this root.

    RFC 9162 section 2.1.3.2. An empty root, or the root of an empty tree, is refused in any proof: a plain
    verifier lets a leaf equal to it through (transparency-dev/merkle, case `empty-root-and-leaf`).
    """
    if not 0 <= index < size or len(root) != len(leaf) or len(leaf) != HASH_BYTES or root == EMPTY_ROOT:
        return False
    position, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and value == root


def is_consistent(old: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `size` leaves starts with the tree of `old` leaves.

    RFC 9162 section 2.1.4.2. `old` = 0 is refused: an empty tree proves nothing about what follows.
    """
    if not 0 < old <= size or EMPTY_ROOT in (old_root, root):
        return False
    if old == size:
        return not path and old_root == root
    nodes = list(path) if old & (old - 1) else [old_root, *path]
    if not nodes:
        return False
    first, second = _climb(old, size, nodes)
    return first == old_root and second == root


def _climb(old: int, size: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root as the nodes of a consistency proof give them; empty when it does not fit."""
    first, last = old - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_value = new_value = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return b"", b""
        if first & 1 or first == last:
            old_value, new_value = node_hash(node, old_value), node_hash(node, new_value)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new_value = node_hash(new_value, node)
        first, last = first >> 1, last >> 1
    return (old_value, new_value) if last == 0 else (b"", b"")
