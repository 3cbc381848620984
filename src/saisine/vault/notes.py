"""Signed notes, checkpoints, cosignatures and transparency-log proofs, exactly as C2SP writes them.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature (Ed25519, version 1),
c2sp.org/tlog-proof. A parser here refuses what the text of the standard refuses and gives back the same bytes
with `to_text`.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from saisine.vault.merkle import HASH_BYTES, is_included, leaf_hash

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
MAX_SIGNATURES: Final = 100  # signed-note asks for a limit, and for 16 at least
_LAST_SECOND: Final = 253_402_214_399  # the eve of year 10000: a later cosignature has no date to show
_DASH: Final = "— "
_PROOF_HEADER: Final = "c2sp.org/tlog-proof@v1"
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+]+")


class NoteError(ValueError):
    """A note that the standard refuses: why in English (its text) and in French. It never leaves the engine."""

    def __init__(self, en: str, fr: str = "") -> None:
        super().__init__(en)
        self.fr = fr or en


def _from_base64(text: str, en: str, fr: str) -> bytes:
    try:
        value = b64decode(text, validate=True)
    except (BinasciiError, ValueError):
        raise NoteError(f"{en}: not base64", f"{fr} : ce n’est pas du base64") from None
    if b64encode(value).decode() != text:
        raise NoteError(f"{en}: base64 is not canonical", f"{fr} : base64 non canonique")
    return value


def read_hash(line: str) -> bytes:
    """One line of a proof: a SHA-256 in base64. Raises `NoteError`."""
    value = _from_base64(line, "path", "chemin")
    if len(value) != HASH_BYTES:
        raise NoteError("a node of the path is not a SHA-256", "un nœud du chemin n’est pas un SHA-256")
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
            raise NoteError("vkey: expected name+id+key", "clé : la forme attendue est nom+id+clé")
        body = _from_base64(parts[2], "vkey", "clé")
        if len(body) != 33:
            raise NoteError("vkey: an Ed25519 key has 32 bytes", "clé : une clé Ed25519 a 32 octets")
        found = cls(parts[0], body[0], body[1:])
        if found.id.hex() != parts[1]:
            raise NoteError("vkey: the id does not match the key", "clé : l’identifiant n’est pas le sien")
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

    def signed(self, text: bytes, value: bytes) -> bool:
        """Whether `value` is what this key signs under a note text: plain (0x01) or a cosignature (0x04)."""
        if self.kind == ED25519:
            return self.verifies(text, value)
        if self.kind != COSIGNATURE or len(value) != 72:
            return False
        seconds = int.from_bytes(value[:8], "big")
        return seconds <= _LAST_SECOND and self.verifies(cosigned_message(text, seconds), value[8:])


def cosigned_message(text: bytes, seconds: int) -> bytes:
    """What a witness signs: two header lines, then the whole note text (tlog-cosignature, Ed25519)."""
    return b"cosignature/v1\ntime %d\n%b" % (seconds, text)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note: who, the 4-byte key id, and the bytes of the signature."""

    name: str
    id: bytes
    value: bytes

    @classmethod
    def from_line(cls, line: str) -> "Signature":
        """Read one signature line without its LF. Raises `NoteError`."""
        if not line.startswith(_DASH):
            raise NoteError(
                "a signature line starts with an em dash and a space",
                "une ligne de signature commence par un tiret cadratin et une espace",
            )
        name, separator, body = line[len(_DASH) :].partition(" ")
        if not separator or not _NAME.fullmatch(name):
            raise NoteError("a signature line names its key", "une ligne de signature nomme sa clé")
        value = _from_base64(body, "signature", "signature")
        if len(value) < 5:
            raise NoteError("the signature is too short", "la signature est trop courte")
        return cls(name, value[:4], value[4:])

    @classmethod
    def cosign(cls, text: str, name: str, key: Ed25519PrivateKey, at: datetime) -> "Signature":
        """The cosignature of a checkpoint's text at a moment, by a witness of that name (type 0x04)."""
        seconds = int(at.timestamp())
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        value = key.sign(cosigned_message(text.encode(), seconds))
        return cls(name, key_id(name, COSIGNATURE, public), seconds.to_bytes(8, "big") + value)

    @property
    def cosigned_at(self) -> datetime:
        """The time that a cosignature bears. Only of a signature that `VerifierKey.signed` accepted."""
        return datetime.fromtimestamp(int.from_bytes(self.value[:8], "big"), UTC)

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
            raise NoteError("the final newline is missing", "il manque le retour à la ligne final")
        if any(ord(sign) < 0x20 and sign != "\n" for sign in note):
            raise NoteError("a control character", "un caractère de contrôle")
        text, separator, body = note.rpartition("\n\n")
        if not separator or not body:
            raise NoteError("no signature after an empty line", "aucune signature après une ligne vide")
        lines = body[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise NoteError(f"more than {MAX_SIGNATURES} signatures", f"plus de {MAX_SIGNATURES} signatures")
        return cls(text + "\n", tuple(map(Signature.from_line, lines)))

    def to_text(self) -> str:
        return self.text + "\n" + "".join(signature.to_line() for signature in self.signatures)

    @property
    def sha256(self) -> bytes:
        """The hash of the whole note, signature lines included."""
        return hashlib.sha256(self.to_text().encode()).digest()

    def require_signed_by(self, keys: Iterable[VerifierKey]) -> VerifierKey:
        """The first known key that signed. Raises `NoteError`.

        A bad signature from a known key refuses the whole note; an unknown key is passed over.
        """
        found: VerifierKey | None = None
        for _, key, holds in self.judge(keys):
            if key is None:
                continue
            if not holds:
                raise NoteError(
                    f"the signature of {key.name} does not hold", f"la signature de {key.name} ne tient pas"
                )
            found = found or key
        if found is None:
            raise NoteError("no signature by a known key", "aucune signature d’une clé connue")
        return found

    def judge(self, keys: Iterable[VerifierKey]) -> Iterator[tuple[Signature, VerifierKey | None, bool]]:
        """Each signature, the known key that it names (None when unknown), and whether it holds."""
        known = {(key.name, key.id): key for key in keys}
        for signature in self.signatures:
            key = known.get((signature.name, signature.id))
            yield signature, key, key is not None and key.signed(self.text.encode(), signature.value)

    def with_lines(self, signatures: Iterable[Signature]) -> "Note":
        """The same note with more signature lines at its end; a line that stands already is not repeated."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *signatures))))


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
            raise NoteError("a checkpoint has three lines at least", "une tête a trois lignes au moins")
        origin, size, root, *extensions = lines
        if not origin or not _DECIMAL.fullmatch(size):
            raise NoteError("origin or size is malformed", "origine ou taille mal formée")
        value = _from_base64(root, "root", "racine")
        if len(value) != HASH_BYTES:
            raise NoteError("the root is not a SHA-256", "la racine n’est pas un SHA-256")
        if "" in extensions:
            raise NoteError("an empty extension line", "une ligne d’extension vide")
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
            raise NoteError("not a tlog-proof", "ce n’est pas une preuve tlog-proof")
        extra = lines.pop(0).removeprefix("extra ") if lines and lines[0].startswith("extra ") else None
        index = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
        if not _DECIMAL.fullmatch(index):
            raise NoteError("index is malformed", "numéro de ligne mal formé")
        path = tuple(map(read_hash, lines))
        if extra is not None:
            _from_base64(extra, "extra", "extra")
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
