"""The open keys of one vault: one age identity per erasure unit, and the keys of Parquet parts.

Each lies in an age file of its own, wrapped to the vault's identity: `units/<unit>.age`, and
`parts/<unit>/<sha256 of the part's name>.age`. A file once written never changes but by a rotation; a
changed bit makes it unreadable; erasing a unit overwrites and removes its file. (An SQLite file was
used first: a changed bit in the unused part of a page went unseen, and each unit cost three flushes.)
"""

import hashlib
import re
import threading
from base64 import b32encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec
import pyrage

from saisine.errors import SaisineError
from saisine.vault.deriving import Progress
from saisine.vault.faults import (
    SMALL_BYTES,
    disk_faults,
    fsync_folder,
    is_writable,
    read_regular,
    said,
    write_durably,
)
from saisine.vault.legacy_keys import LEGACY_NAME, LegacyKeys
from saisine.vault.log import canonical
from saisine.vault.notes import ED25519, VerifierKey
from saisine.vault.secret_files import (
    PROTECTED_NAME,
    Secrets,
    load_secrets,
    public_bytes,
    signing_key_of,
    wipe,
    write_secrets,
)

Random = Callable[[int], bytes]
Key = TypeVar("Key")

UNITS: Final = "units"
PARTS: Final = "parts"
PART_KEY_BYTES: Final = 32  # AES-256, the longest key of Parquet encryption
_UNIT: Final = re.compile(r"[a-z2-7]{26}", re.ASCII)


def new_id(random: Random) -> str:
    """16 random bytes as 26 lower-case base32 signs: the form of unit ids and of the origin."""
    return b32encode(random(16)).decode().rstrip("=").lower()


class PartKeys(Protocol):
    """The keys of the Parquet parts made from a unit: 32 bytes each, gone when the unit is destroyed."""

    def create(self, unit: str, part: str) -> bytes: ...

    def get(self, unit: str, part: str) -> bytes: ...

    def destroy(self, unit: str, part: str) -> None: ...


class _UnitKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a unit's file wraps. The unit is repeated inside: two files exchanged do not pass."""

    v: int
    unit: str
    identity: str
    created: str


class _PartKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    unit: str
    part: str
    key: str


def create_keys(folder: Path, origin: str, random: Random, passphrase: str | None) -> VerifierKey:
    """Write the secret file and the empty key folders; return the public signing key."""
    secrets = Secrets.draw(random)
    write_secrets(folder, secrets, passphrase)
    for name in (UNITS, PARTS):
        (folder / name).mkdir(mode=0o700)
    return VerifierKey(origin, ED25519, public_bytes(secrets.signing_key))


class KeyStore:
    """The open keys of one vault. Safe to share between threads; every file is written once."""

    def __init__(self, folder: Path, secrets: Secrets, *, is_protected: bool) -> None:
        self.folder = folder
        self.is_protected = is_protected
        self._identities: dict[str, pyrage.x25519.Identity] = {}
        self._parts: dict[tuple[str, str], bytes] = {}
        self._lock = threading.RLock()
        self.take(secrets)

    @classmethod
    def open(
        cls,
        folder: Path,
        passphrase: str | None,
        *,
        recovery: str | None = None,
        read_only: bool = False,
        progress: Progress | None = None,
    ) -> "KeyStore":
        """Open the keys under `folder`. Raises as `load_secrets` does."""
        secrets = load_secrets(folder, passphrase, recovery=recovery, progress=progress)
        keys = cls(folder, secrets, is_protected=(folder / PROTECTED_NAME).exists())
        keys._take_legacy(read_only=read_only or not is_writable(folder))
        return keys

    def _take_legacy(self, *, read_only: bool) -> None:
        """Keys that 0.1.0 left in one SQLite file: turned into files, or only read where nothing may change."""
        legacy = LegacyKeys.load(self.folder)
        if legacy is None:
            return
        found = {unit: self._open_legacy(wrapped).decode("ascii") for unit, wrapped, _ in legacy.units}
        parts = [(unit, part, self._open_legacy(wrapped)) for unit, part, wrapped in legacy.parts]
        if read_only:
            self._identities = {unit: pyrage.x25519.Identity.from_str(text) for unit, text in found.items()}
            self._parts = {(unit, part): key for unit, part, key in parts}
            return
        with disk_faults(self.folder):
            for name in (UNITS, PARTS):
                (self.folder / name).mkdir(mode=0o700, exist_ok=True)
            for unit, _, created in legacy.units:
                body = self._wrap(_UnitKey(1, unit, found[unit], created))
                write_durably(self._unit_path(unit), body)
            for unit, part, key in parts:
                self._keep_part(unit, part, key)
            wipe(self.folder / LEGACY_NAME)

    def _open_legacy(self, wrapped: bytes) -> bytes:
        try:
            return bytes(pyrage.decrypt(wrapped, self._wrapping))
        except pyrage.DecryptError as error:
            path = self.folder / LEGACY_NAME
            raise SaisineError("vault_keys_damaged", path=path, **said(error)) from error

    def take(self, secrets: Secrets) -> None:
        """Work with these secrets from now on (a rotation, or a first passphrase)."""
        self.secrets = secrets
        self.signing_key = secrets.signing_key
        self.retired_signing_keys = [signing_key_of(one.signing_seed) for one in secrets.retired]
        self.witness_key = secrets.witness_key
        self._recipient = pyrage.x25519.Identity.from_str(secrets.identity).to_public()
        names = [secrets.identity, *(one.identity for one in secrets.retired)]
        self._wrapping = [pyrage.x25519.Identity.from_str(name) for name in names]

    # ------------------------------------------------------------ units

    def add_unit(self, unit: str, created: str, *, is_durable: bool = True) -> None:
        """Draw the identity of a new unit and keep it.

        Without `is_durable` the caller flushes the file system before any line names the unit.
        """
        identity = pyrage.x25519.Identity.generate()
        body = self._wrap(_UnitKey(1, unit, str(identity), created))
        path = self._unit_path(unit)
        with disk_faults(self.folder):
            if is_durable:
                write_durably(path, body)
            else:
                write_lightly(path, body)
        with self._lock:
            self._identities[unit] = identity

    def units(self) -> set[str]:
        """Every unit whose key is here."""
        with disk_faults(self.folder):
            names = {path.stem for path in (self.folder / UNITS).glob("[!.]*.age")}
            return names | set(self._identities)

    def recipient_of(self, unit: str) -> pyrage.x25519.Recipient:
        """The public key that the objects of a unit are encrypted to. Raises as `identity_of` does."""
        return self.identity_of(unit).to_public()

    def identity_of(self, unit: str) -> pyrage.x25519.Identity:
        """The private key of a unit. Raises `unit_unknown` or `vault_keys_damaged`."""
        with self._lock:
            found = self._identities.get(unit)
            if found is None:
                found = self._identities[unit] = self.load_unit(unit)
            return found

    def load_unit(self, unit: str) -> pyrage.x25519.Identity:
        """Read a unit's file anew, without what is remembered. Raises as `identity_of` does."""
        path = self._unit_path(unit)
        with disk_faults(self.folder):
            try:
                body = read_regular(path, SMALL_BYTES)
            except FileNotFoundError:
                raise SaisineError("unit_unknown", unit=unit) from None
        found = self._unwrap(path, body, _UnitKey)
        try:
            if found.unit != unit:
                raise ValueError(found.unit)
            return pyrage.x25519.Identity.from_str(found.identity)
        except (ValueError, pyrage.IdentityError) as error:
            raise SaisineError("vault_keys_damaged", path=path, **said(error)) from error

    def destroy_unit(self, unit: str) -> None:
        """Remove the key of a unit and of its parts for good. Done again after a stop, it ends the same."""
        with self._lock:
            self._identities.pop(unit, None)
        with disk_faults(self.folder):
            wipe(self._unit_path(unit))
            parts = self.folder / PARTS / unit  # the unit's name was checked with its path
            for path in sorted(parts.glob("*")):
                wipe(path)
            if parts.is_dir():
                parts.rmdir()

    # ------------------------------------------------------------ parts

    def create_part(self, unit: str, part: str, random: Random) -> bytes:
        """The key of a part, drawn once: a writer that was killed finds the same key again."""
        with self._lock, disk_faults(self.folder):
            if self._part_path(unit, part).exists():
                return self.part(unit, part)
            self.identity_of(unit)  # none for a unit that is gone
            key = random(PART_KEY_BYTES)
            self._keep_part(unit, part, key)
            return key

    def _keep_part(self, unit: str, part: str, key: bytes) -> None:
        folder = self.folder / PARTS / unit
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            fsync_folder(folder.parent)
        write_durably(self._part_path(unit, part), self._wrap(_PartKey(1, unit, part, key.hex())))

    def part(self, unit: str, part: str) -> bytes:
        """Raises `part_key_missing` when the key was destroyed or never drawn, or `vault_keys_damaged`."""
        if (unit, part) in self._parts:
            return self._parts[unit, part]
        path = self._part_path(unit, part)
        with disk_faults(self.folder):
            try:
                body = read_regular(path, SMALL_BYTES)
            except FileNotFoundError:
                raise SaisineError("part_key_missing", unit=unit, part=part) from None
        found = self._unwrap(path, body, _PartKey)
        if (found.unit, found.part) != (unit, part):
            raise SaisineError("vault_keys_damaged", path=path, reason=found.part)
        return bytes.fromhex(found.key)

    def destroy_part(self, unit: str, part: str) -> None:
        with self._lock, disk_faults(self.folder):
            wipe(self._part_path(unit, part))

    # ------------------------------------------------------------ all files

    def faults(self) -> Iterator[tuple[str, SaisineError]]:
        """(path under `keys/`, fault) of every key file that does not open."""
        for path in sorted((self.folder / UNITS).glob("[!.]*")):
            try:
                self.load_unit(path.name.removesuffix(".age"))
            except SaisineError as error:
                yield f"{UNITS}/{path.name}", error
        for path in sorted((self.folder / PARTS).glob("*/[!.]*")):
            try:
                self._require_part(path)
            except SaisineError as error:
                yield f"{PARTS}/{path.parent.name}/{path.name}", error

    def _require_part(self, path: Path) -> None:
        with disk_faults(self.folder):
            found = self._unwrap(path, read_regular(path, SMALL_BYTES), _PartKey)
        if self._part_path(found.unit, found.part) != path:
            raise SaisineError("vault_keys_damaged", path=path, reason=found.part)

    def rewrap(self) -> None:
        """Wrap every key to the newest identity. Done again after a stop, it ends the same."""
        paths = [*(self.folder / UNITS).glob("[!.]*.age"), *(self.folder / PARTS).glob("*/[!.]*.age")]
        newest = self._wrapping[:1]
        with disk_faults(self.folder):
            for path in paths:
                body = read_regular(path, SMALL_BYTES)
                if _opens(body, newest):
                    continue
                plain = pyrage.decrypt(body, self._wrapping)
                write_durably(path, pyrage.encrypt(plain, [self._recipient]))

    def _wrap(self, key: _UnitKey | _PartKey) -> bytes:
        return bytes(pyrage.encrypt(canonical(key), [self._recipient]))

    def _unwrap(self, path: Path, body: bytes, kind: type[Key]) -> Key:
        try:
            return msgspec.json.decode(pyrage.decrypt(body, self._wrapping), type=kind)
        except (pyrage.DecryptError, msgspec.MsgspecError, ValueError) as error:
            raise SaisineError("vault_keys_damaged", path=path, **said(error)) from error

    def _unit_path(self, unit: str) -> Path:
        if not _UNIT.fullmatch(unit):  # a name typed, or read in a log that somebody changed
            raise SaisineError("unit_unknown", unit=unit)
        return self.folder / UNITS / f"{unit}.age"

    def _part_path(self, unit: str, part: str) -> Path:
        name = hashlib.sha256(part.encode()).hexdigest()
        return self._unit_path(unit).parent.parent / PARTS / unit / f"{name}.age"


def write_lightly(path: Path, body: bytes) -> None:
    """Write a small file whole or not at all; the caller makes it durable."""
    temporary = path.with_name(f".tmp-{path.name}")
    temporary.write_bytes(body)
    temporary.replace(path)


def _opens(body: bytes, identities: list[pyrage.x25519.Identity]) -> bool:
    try:
        pyrage.decrypt(body, identities)
    except pyrage.DecryptError:
        return False
    return True


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
