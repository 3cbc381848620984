"""Signed notes, checkpoints and transparency-log proofs, exactly as C2SP writes them.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof. A parser here refuses what
the text of the standard refuses and gives back the same bytes with `to_text`.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from saisine.vault.merkle import HASH_BYTES, is_included, leaf_hash

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
_DASH: Final = "— "
_PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+]+")


class NoteError(ValueError):
    """A note that the standard refuses; the text says why. It never leaves the engine."""


def _from_base64(text: str, what: str) -> bytes:
    try:
        value = b64decode(text, validate=True)
    except (BinasciiError, ValueError):
        raise NoteError(f"{what}: not base64") from None
    if b64encode(value).decode() != text:
        raise NoteError(f"{what}: base64 is not canonical")
    return value


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """The first 4 bytes of SHA-256(name || LF || type || key): c2sp.org/signed-note, signatures."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: `<name>+<8 hex signs>+<base64 of type and key>`."""

    name: str
    kind: int
    key: bytes

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """Read a vkey line. Raises `NoteError`."""
        parts = text.strip("\n").split("+", 2)
        if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
            raise NoteError("vkey: expected name+id+key")
        body = _from_base64(parts[2], "vkey")
        if len(body) != 33:
            raise NoteError("vkey: an Ed25519 key has 32 bytes")
        found = cls(parts[0], body[0], body[1:])
        if found.id.hex() != parts[1]:
            raise NoteError("vkey: the id does not match the key")
        return found

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.key)

    def to_text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.key).decode()}"

    def to_pem(self) -> str:
        """The same key for `openssl pkeyutl -verify -rawin -pubin`."""
        public = Ed25519PublicKey.from_public_bytes(self.key)
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note: who, the 4-byte key id, and the bytes of the signature."""

    name: str
    id: bytes
    value: bytes

    def to_line(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with LF, and its signature lines: c2sp.org/signed-note."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def from_text(cls, note: str) -> "Note":
        """Read a signed note strictly. Raises `NoteError`."""
        if not note.endswith("\n"):
            raise NoteError("the final newline is missing")
        if any(ord(sign) < 0x20 and sign != "\n" for sign in note):
            raise NoteError("a control character")
        text, separator, lines = note.rpartition("\n\n")
        if not separator or not lines:
            raise NoteError("no signature after an empty line")
        return cls(text + "\n", tuple(map(_parse_signature, lines[:-1].split("\n"))))

    def to_text(self) -> str:
        return self.text + "\n" + "".join(signature.to_line() for signature in self.signatures)

    def require_signed_by(self, keys: Iterable[VerifierKey]) -> VerifierKey:
        """The first known key that signed. Raises `NoteError`.

        A bad signature from a known key refuses the whole note; an unknown key is passed over.
        """
        known = {(key.name, key.id): key for key in keys}
        found: VerifierKey | None = None
        for signature in self.signatures:
            key = known.get((signature.name, signature.id))
            if key is None:
                continue
            if key.kind != ED25519 or not key.verifies(self.text.encode(), signature.value):
                raise NoteError(f"the signature of {key.name} does not hold")
            found = found or key
        if found is None:
            raise NoteError("no signature by a known key")
        return found


def _parse_signature(line: str) -> Signature:
    if not line.startswith(_DASH):
        raise NoteError("a signature line starts with an em dash and a space")
    name, separator, body = line[len(_DASH) :].partition(" ")
    if not separator or not _NAME.fullmatch(name):
        raise NoteError("a signature line names its key")
    value = _from_base64(body, "signature")
    if len(value) < 5:
        raise NoteError("the signature is too short")
    return Signature(name, value[:4], value[4:])


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin, number of lines and root of a log: c2sp.org/tlog-checkpoint. `extensions` are kept as found."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Read the signed text of a checkpoint. Raises `NoteError`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise NoteError("a checkpoint has three lines at least")
        origin, size, root, *extensions = lines
        if not origin or not _DECIMAL.fullmatch(size):
            raise NoteError("origin or size is malformed")
        value = _from_base64(root, "root")
        if len(value) != HASH_BYTES:
            raise NoteError("the root is not a SHA-256")
        if "" in extensions:
            raise NoteError("an empty extension line")
        return cls(origin, int(size), value, tuple(extensions))

    def to_text(self) -> str:
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(line + "\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint and the note that signs it."""

    checkpoint: Checkpoint
    note: Note

    @classmethod
    def from_text(cls, text: str) -> "Head":
        """Read a signed checkpoint. Raises `NoteError`."""
        note = Note.from_text(text)
        return cls(Checkpoint.from_text(note.text), note)

    @classmethod
    def sign(cls, checkpoint: Checkpoint, key: Ed25519PrivateKey) -> "Head":
        """Sign with the key named after the checkpoint's origin (type 0x01)."""
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        text = checkpoint.to_text()
        identity = key_id(checkpoint.origin, ED25519, public)
        return cls(checkpoint, Note(text, (Signature(checkpoint.origin, identity, key.sign(text.encode())),)))

    @property
    def origin(self) -> str:
        return self.checkpoint.origin

    @property
    def size(self) -> int:
        return self.checkpoint.size

    @property
    def root(self) -> bytes:
        return self.checkpoint.root

    @property
    def text(self) -> bytes:
        """The bytes that are signed and time-stamped."""
        return self.note.text.encode()

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.text).digest()

    def to_text(self) -> str:
        return self.note.to_text()


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A line's place in the log, its path to the root, and the signed head: c2sp.org/tlog-proof."""

    index: int
    path: tuple[bytes, ...]
    head: Head
    extra: str | None = None

    @classmethod
    def from_text(cls, text: str) -> "TlogProof":
        """Read a `.tlog-proof` file. Raises `NoteError`."""
        body, separator, checkpoint = text.partition("\n\n")
        lines = body.split("\n")
        if not separator or lines.pop(0) != _PROOF_HEADER:
            raise NoteError("not a tlog-proof")
        extra = lines.pop(0).removeprefix("extra ") if lines and lines[0].startswith("extra ") else None
        index = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
        if not _DECIMAL.fullmatch(index):
            raise NoteError("index is malformed")
        path = tuple(_from_base64(line, "path") for line in lines)
        if any(len(node) != HASH_BYTES for node in path):
            raise NoteError("a node of the path is not a SHA-256")
        if extra is not None:
            _from_base64(extra, "extra")
        return cls(int(index), path, Head.from_text(checkpoint), extra)

    def to_text(self) -> str:
        extra = [] if self.extra is None else [f"extra {self.extra}"]
        nodes = (b64encode(node).decode() for node in self.path)
        return "\n".join([_PROOF_HEADER, *extra, f"index {self.index}", *nodes, "", self.head.to_text()])

    def proves(self, line: bytes, keys: Sequence[VerifierKey]) -> bool:
        """Whether this proof holds for a log line (without LF) under one of the keys. Raises nothing."""
        try:
            self.head.note.require_signed_by(keys)
        except NoteError:
            return False
        checkpoint = self.head.checkpoint
        return is_included(leaf_hash(line), self.index, checkpoint.size, self.path, checkpoint.root)
