"""The keys of a vault: its identity and signing seed, one age identity per erasure unit, Parquet keys.

`units.db` wraps every unit identity and every part key to the vault identity. The vault identity and the
signing seed lie in one age file under the passphrase (scrypt); without a passphrase they lie readable in
`vault.unprotected.json`, and everything that shows the vault says so.
"""

import hashlib
import re
import sqlite3
import threading
from base64 import b32encode, b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

import msgspec
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from saisine.errors import SaisineError
from saisine.vault.faults import disk_faults, write_durably
from saisine.vault.notes import ED25519, VerifierKey

Random = Callable[[int], bytes]

PROTECTED_NAME: Final = "vault.passphrase.age"
UNPROTECTED_NAME: Final = "vault.unprotected.json"
UNITS_NAME: Final = "units.db"
PART_KEY_BYTES: Final = 32  # AES-256, the longest key of Parquet encryption
MAX_WORK_FACTOR: Final = 22  # log2 of scrypt's N: 4 GiB of memory; age itself writes 18, pyrage up to 20
_SCRYPT: Final = re.compile(rb"age-encryption\.org/v1\n-> scrypt \S+ (\d{1,9})\n")
_BUSY_S: Final = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS units (
  unit TEXT PRIMARY KEY, recipient TEXT NOT NULL, identity_wrapped BLOB, created TEXT NOT NULL,
  destroyed_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS parts (
  unit TEXT NOT NULL REFERENCES units (unit), part TEXT NOT NULL, key_wrapped BLOB NOT NULL,
  PRIMARY KEY (unit, part)
) STRICT;
"""


def new_id(random: Random) -> str:
    """16 random bytes as 26 lower-case base32 signs: the form of unit ids and of the origin."""
    return b32encode(random(16)).decode().rstrip("=").lower()


class PartKeys(Protocol):
    """The keys of the Parquet parts made from a unit: 32 bytes each, gone when the unit is destroyed."""

    def create(self, unit: str, part: str) -> bytes: ...

    def get(self, unit: str, part: str) -> bytes: ...

    def destroy(self, unit: str, part: str) -> None: ...


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What opens a vault: the age identity, and the seeds (base64) of the signing and witness keys.

    `check` is the SHA-256 of the other fields: a changed bit in an unprotected file is told, never used.
    """

    v: int
    identity: str
    signing_seed: str
    witness_seed: str
    check: str

    @classmethod
    def draw(cls, random: Random) -> "Secrets":
        identity = str(pyrage.x25519.Identity.generate())
        seeds = b64encode(random(32)).decode(), b64encode(random(32)).decode()
        return cls(1, identity, *seeds, _check_of(1, identity, *seeds))

    @property
    def is_whole(self) -> bool:
        return self.check == _check_of(self.v, self.identity, self.signing_seed, self.witness_seed)

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(b64decode(self.signing_seed))


def _check_of(version: int, *fields: str) -> str:
    return hashlib.sha256("\n".join((str(version), *fields)).encode()).hexdigest()


def create_keys(folder: Path, origin: str, random: Random, passphrase: str | None) -> VerifierKey:
    """Write the secret file and an empty `units.db` in `folder`; return the public signing key."""
    secrets = Secrets.draw(random)
    body = msgspec.json.encode(secrets)
    if passphrase is None:
        target = folder / UNPROTECTED_NAME
    else:
        target, body = folder / PROTECTED_NAME, pyrage.passphrase.encrypt(body, passphrase)
    write_durably(target, body)
    target.chmod(0o600)
    connection = _connect(folder / UNITS_NAME)
    connection.executescript(_SCHEMA)
    connection.commit()
    connection.close()
    (folder / UNITS_NAME).chmod(0o600)
    public = secrets.signing_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return VerifierKey(origin, ED25519, public)


def load_secrets(folder: Path, passphrase: str | None) -> Secrets:
    """Read the secret file. Raises `passphrase_needed`, `passphrase_wrong` or `vault_keys_damaged`."""
    plain, protected = folder / UNPROTECTED_NAME, folder / PROTECTED_NAME
    with disk_faults(folder):
        if not protected.exists() and not plain.exists():
            raise SaisineError("vault_keys_damaged", path=folder, reason="the secret file is missing")
        body = _unlock(protected, passphrase) if protected.exists() else plain.read_bytes()
    try:
        found = msgspec.json.decode(body, type=Secrets)
    except (msgspec.MsgspecError, ValueError) as error:
        raise SaisineError("vault_keys_damaged", path=folder, reason=error) from error
    if found.v != 1 or not found.is_whole:
        raise SaisineError("vault_keys_damaged", path=folder, reason="SHA-256")
    return found


def require_bearable(body: bytes) -> None:
    """Refuse a passphrase file whose scrypt cost would freeze the machine. Raises `passphrase_cost`.

    pyrage compares the cost with the speed of the machine: on a fast one it works 47 s on a factor of 23.
    """
    found = _SCRYPT.match(body)
    if found is not None and int(found[1]) > MAX_WORK_FACTOR:
        raise SaisineError("passphrase_cost", factor=int(found[1]), most=MAX_WORK_FACTOR)


def _unlock(path: Path, passphrase: str | None) -> bytes:
    if passphrase is None:
        raise SaisineError("passphrase_needed")
    body = path.read_bytes()
    require_bearable(body)
    try:
        return bytes(pyrage.passphrase.decrypt(body, passphrase))
    except pyrage.DecryptError as error:
        raise SaisineError("passphrase_wrong") from error


def _connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, check_same_thread=False)
    if not read_only:
        # FULL: a unit must be there before anything is sealed for it. DELETE with secure_delete: a key
        # that was destroyed stays neither in free pages nor in a journal.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
    return connection


class KeyStore:
    """The open keys of one vault. Safe to share between threads; processes take turns through SQLite."""

    def __init__(
        self, folder: Path, secrets: Secrets, *, is_protected: bool, read_only: bool = False
    ) -> None:
        self._folder = folder
        self._identity = pyrage.x25519.Identity.from_str(secrets.identity)
        self._recipient = self._identity.to_public()
        self._identities: dict[str, pyrage.x25519.Identity] = {}
        self._lock = threading.RLock()
        self.signing_key = secrets.signing_key
        self.is_protected = is_protected
        with disk_faults(folder):
            self._connection = _connect(folder / UNITS_NAME, read_only=read_only)

    @classmethod
    def open(cls, folder: Path, passphrase: str | None, *, read_only: bool = False) -> "KeyStore":
        """Open the keys under `folder`. Raises as `load_secrets` does."""
        secrets = load_secrets(folder, passphrase)
        is_protected = (folder / PROTECTED_NAME).exists()
        return cls(folder, secrets, is_protected=is_protected, read_only=read_only)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def add_unit(self, unit: str, created: str) -> None:
        """Draw the identity of a new unit and commit it durably."""
        identity = pyrage.x25519.Identity.generate()
        wrapped = pyrage.encrypt(str(identity).encode(), [self._recipient])
        row = (unit, str(identity.to_public()), wrapped, created)
        with self._lock, disk_faults(self._folder), self._connection:
            self._connection.execute(
                "INSERT INTO units (unit, recipient, identity_wrapped, created) VALUES (?, ?, ?, ?)", row
            )
        self._identities[unit] = identity

    def units(self) -> Mapping[str, str | None]:
        """Every unit, with the time of its destruction or None."""
        with self._lock, disk_faults(self._folder):
            return dict(self._connection.execute("SELECT unit, destroyed_at FROM units"))

    def recipient_of(self, unit: str) -> pyrage.x25519.Recipient:
        """The public key that the objects of a unit are encrypted to. Raises as `identity_of` does."""
        return self.identity_of(unit).to_public()

    def identity_of(self, unit: str) -> pyrage.x25519.Identity:
        """The private key of a unit. Raises `unit_unknown` or `unit_erased`."""
        with self._lock:
            found = self._identities.get(unit)
            if found is None:
                found = self._identities[unit] = self._unwrap(unit)
            return found

    def _unwrap(self, unit: str) -> pyrage.x25519.Identity:
        with disk_faults(self._folder):
            row = self._connection.execute(
                "SELECT identity_wrapped, destroyed_at FROM units WHERE unit = ?", (unit,)
            ).fetchone()
        if row is None:
            raise SaisineError("unit_unknown", unit=unit)
        if row[1] is not None or row[0] is None:
            raise SaisineError("unit_erased", unit=unit, on=row[1])
        text = self._open_wrapped(row[0]).decode("ascii")
        return pyrage.x25519.Identity.from_str(text)

    def _open_wrapped(self, wrapped: bytes) -> bytes:
        try:
            return bytes(pyrage.decrypt(wrapped, [self._identity]))
        except pyrage.DecryptError as error:
            raise SaisineError("vault_keys_damaged", path=self._folder, reason=error) from error

    def create_part(self, unit: str, part: str, random: Random) -> bytes:
        """The key of a part, drawn once: a writer that was killed finds the same key again."""
        with self._lock, disk_faults(self._folder), self._connection:
            found = self._part_row(unit, part)
            if found is not None:
                return found
            self.identity_of(unit)
            key = random(PART_KEY_BYTES)
            wrapped = pyrage.encrypt(key, [self._recipient])
            self._connection.execute("INSERT INTO parts VALUES (?, ?, ?)", (unit, part, wrapped))
            return key

    def part(self, unit: str, part: str) -> bytes:
        """Raises `part_key_missing` when the key was destroyed or never drawn."""
        with self._lock, disk_faults(self._folder):
            found = self._part_row(unit, part)
        if found is None:
            raise SaisineError("part_key_missing", unit=unit, part=part)
        return found

    def destroy_part(self, unit: str, part: str) -> None:
        with self._lock, disk_faults(self._folder), self._connection:
            self._connection.execute("DELETE FROM parts WHERE unit = ? AND part = ?", (unit, part))

    def _part_row(self, unit: str, part: str) -> bytes | None:
        row = self._connection.execute(
            "SELECT key_wrapped FROM parts WHERE unit = ? AND part = ?", (unit, part)
        ).fetchone()
        return None if row is None else self._open_wrapped(row[0])


class BoundPartKeys:
    """`PartKeys` over one key store and one source of randomness."""

    def __init__(self, keys: KeyStore, random: Random) -> None:
        self._keys = keys
        self._random = random

    def create(self, unit: str, part: str) -> bytes:
        return self._keys.create_part(unit, part, self._random)

    def get(self, unit: str, part: str) -> bytes:
        return self._keys.part(unit, part)

    def destroy(self, unit: str, part: str) -> None:
        self._keys.destroy_part(unit, part)
