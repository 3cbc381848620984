"""One message disclosed out of a large export: its bytes, its salt, and its path to the sealed root.

At import every message became a leaf, SHA-256(0x00 || salt || SHA-256(its bytes)), of a tree whose root and
count stand in a `rows` line of the log. The salt keeps the messages that are not shown from being guessed.
Source: RFC 6962, section 2.1.1.
"""

import hashlib
from base64 import b64decode
from dataclasses import dataclass

import msgspec

from saisine.vault.log import Entry, fault_of, is_hash
from saisine.vault.merkle import HASH_BYTES, is_included, leaf_hash

Fault = tuple[str, str]  # French, English


class _Json(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    index: int
    count: int
    salt: str
    path: tuple[str, ...]
    root: str


_decoder = msgspec.json.Decoder(_Json)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`disclosure.json`: the message's place among `count`, its salt (32 bytes), its path, the root."""

    index: int
    count: int
    salt: bytes
    path: tuple[bytes, ...]
    root: bytes

    @classmethod
    def from_json(cls, body: bytes) -> "Disclosure":
        """Raises `ValueError`."""
        try:
            found = _decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise ValueError(str(error)) from None
        if found.v != 1:
            raise ValueError(f"version {found.v}")
        path = tuple(b64decode(node, validate=True) for node in found.path)
        if not (is_hash(found.salt) and is_hash(found.root)):
            raise ValueError("the salt or the root is not of 64 hexadecimal signs")
        if any(len(node) != HASH_BYTES for node in path):
            raise ValueError("a node of the path is not of 32 bytes")
        return cls(found.index, found.count, bytes.fromhex(found.salt), path, bytes.fromhex(found.root))

    def proves(self, record: bytes) -> bool:
        """Whether these bytes are the message at `index` of the tree."""
        leaf = leaf_hash(self.salt + hashlib.sha256(record).digest())
        return is_included(leaf, self.index, self.count, self.path, self.root)


def disclosure_fault(record: bytes, disclosure: Disclosure, entry: Entry) -> Fault | None:
    """What does not hold between a message, its disclosure and the `rows` line of the log, or None."""
    if fault_of(entry) is not None or entry.act != "rows":
        return (
            "la ligne du journal n’est pas celle d’un arbre de messages",
            "the log line is not a `rows` line",
        )
    if (entry.root, entry.count) != (disclosure.root.hex(), disclosure.count):
        return (
            "la racine ou le nombre n’est pas celui de la ligne du journal",
            "the root or the count is not that of the log line",
        )
    if not disclosure.proves(record):
        return (
            "ces octets ne sont pas le message qui a été scellé à ce rang",
            "these bytes are not the message that was sealed at this place",
        )
    return None
