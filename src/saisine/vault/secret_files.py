"""The secret files of a vault: what opens it, under a passphrase, for two officers, or unprotected.

`vault.passphrase.age` and `vault.recovery.age` hold the same secrets: age forbids mixing a passphrase with
other recipients. A change prepares the whole new set beside the old one; the log's line decides which set
counts, so that a stop at any moment leaves one that opens (`settle`).
"""

import hashlib
import os
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from saisine.errors import SaisineError
from saisine.vault.deriving import Progress, lock_with, unlock_with
from saisine.vault.faults import SMALL_BYTES, disk_faults, fsync_folder, read_regular, said, write_durably
from saisine.vault.log import canonical
from saisine.vault.report import counted_facts

Random = Callable[[int], bytes]

PROTECTED_NAME: Final = "vault.passphrase.age"
UNPROTECTED_NAME: Final = "vault.unprotected.json"
RECOVERY_NAME: Final = "vault.recovery.age"
OFFICERS_NAME: Final = "vault.recovery.json"
NEXT_NAME: Final = "next"
WIPED: Final = ".wiped-"
_NAMES: Final = (PROTECTED_NAME, UNPROTECTED_NAME, RECOVERY_NAME, OFFICERS_NAME)


LEAST_SIGNS: Final = 12


def require_passphrase(text: str) -> str:
    """A passphrase that may be chosen; one chosen before still opens, whatever its length.

    Twelve signs, blanks at both ends apart, are a floor against one letter or one name; the pages ask for four or
    five words. Raises `passphrase_empty` or `passphrase_short`.
    """
    count = len(text.strip())
    if not count:
        raise SaisineError("passphrase_empty")
    if count < LEAST_SIGNS:
        facts = counted_facts("count", count, "signe", "sign")
        raise SaisineError("passphrase_short", least=LEAST_SIGNS, **facts)
    return text


class Retired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys that a rotation replaces, kept until every unit key is wrapped anew."""

    identity: str
    signing_seed: str


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What opens a vault: the age identity, and the seeds (base64) of the signing and witness keys.

    `check` is the SHA-256 of the other fields: a changed bit in an unprotected file is told, never used.
    """

    v: int
    identity: str
    signing_seed: str
    witness_seed: str
    check: str
    retired: tuple[Retired, ...] = ()

    @classmethod
    def draw(cls, random: Random) -> "Secrets":
        return cls.of(str(pyrage.x25519.Identity.generate()), _seed(random), _seed(random))

    @classmethod
    def of(
        cls, identity: str, signing_seed: str, witness_seed: str, retired: tuple[Retired, ...] = ()
    ) -> "Secrets":
        check = _check_of(1, identity, signing_seed, witness_seed, retired)
        return cls(1, identity, signing_seed, witness_seed, check, retired)

    @classmethod
    def from_bytes(cls, body: bytes) -> "Secrets":
        """Raises `ValueError` on any other bytes than `to_bytes` gives."""
        try:
            found = msgspec.json.decode(body, type=cls)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ValueError(str(error)) from None
        expected = _check_of(found.v, found.identity, found.signing_seed, found.witness_seed, found.retired)
        if found.v != 1 or found.check != expected or found.to_bytes() != body:
            raise ValueError("SHA-256")
        return found

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(self)

    def rotated(self, random: Random) -> "Secrets":
        """New identity and signing key; the old ones retired. The witness key stays: others pinned it."""
        old = Retired(self.identity, self.signing_seed)
        identity = str(pyrage.x25519.Identity.generate())
        return Secrets.of(identity, _seed(random), self.witness_seed, (old, *self.retired))

    def without_retired(self) -> "Secrets":
        return Secrets.of(self.identity, self.signing_seed, self.witness_seed)

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        return signing_key_of(self.signing_seed)

    @property
    def witness_key(self) -> Ed25519PrivateKey:
        """The key that cosigns other associations' heads; never the one that signs our own."""
        return signing_key_of(self.witness_seed)


def _seed(random: Random) -> str:
    return b64encode(random(32)).decode()


def signing_key_of(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(b64decode(seed))


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _check_of(version: int, identity: str, signing: str, witness: str, retired: tuple[Retired, ...]) -> str:
    fields = [str(version), identity, signing, witness]
    fields += [field for one in retired for field in (one.identity, one.signing_seed)]
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()


class Officer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Someone of the association who can open the vault when the passphrase is lost: an age public key."""

    recipient: str
    added: str


# ---------------------------------------------------------------- reading


def load_secrets(
    folder: Path,
    passphrase: str | None,
    *,
    recovery: str | None = None,
    progress: Progress | None = None,
) -> Secrets:
    """Read the secrets with the passphrase, or with an officer's own age identity (`recovery`).

    Raises `passphrase_needed`, `passphrase_wrong`, `passphrase_cost`, `recovery_refused` or
    `vault_keys_damaged`.
    """
    plain, protected = folder / UNPROTECTED_NAME, folder / PROTECTED_NAME
    with disk_faults(folder):
        if recovery is not None:
            return _decoded(folder, _recover(folder / RECOVERY_NAME, recovery))
        if protected.exists():
            if passphrase is None:
                raise SaisineError("passphrase_needed")
            return _decoded(folder, unlock_with(read_regular(protected, SMALL_BYTES), passphrase, progress))
        if not plain.exists():
            raise SaisineError(
                "vault_keys_damaged", path=folder, reason=f"{PROTECTED_NAME}, {UNPROTECTED_NAME}"
            )
        return _decoded(folder, read_regular(plain, SMALL_BYTES))


def _decoded(folder: Path, body: bytes) -> Secrets:
    try:
        return Secrets.from_bytes(body)
    except ValueError as error:
        raise SaisineError("vault_keys_damaged", path=folder, **said(error)) from error


def _recover(path: Path, identity: str) -> bytes:
    try:
        return bytes(
            pyrage.decrypt(
                read_regular(path, SMALL_BYTES), [pyrage.x25519.Identity.from_str(identity.strip())]
            )
        )
    except FileNotFoundError:
        raise SaisineError("recovery_missing") from None
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise SaisineError("recovery_refused") from error


def load_officers(folder: Path) -> tuple[Officer, ...]:
    """Who can open the vault beside the passphrase. Raises `vault_keys_damaged`."""
    path = folder / OFFICERS_NAME
    try:
        return msgspec.json.decode(read_regular(path, SMALL_BYTES), type=tuple[Officer, ...])
    except FileNotFoundError:
        return ()
    except (msgspec.MsgspecError, ValueError) as error:
        raise SaisineError("vault_keys_damaged", path=path, **said(error)) from error


def identity_in(text: str) -> str:
    """The one secret key in an officer's file, with or without the comment lines that age writes.

    Raises `recovery_refused`.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if len(found) != 1 or not found[0].startswith("AGE-SECRET-KEY-"):
        raise SaisineError("recovery_refused")
    return found[0]


# ---------------------------------------------------------------- what the log vouches for


def fixed_files(vault: Path, keys: Path | None = None) -> dict[str, str]:
    """SHA-256 by name of the files that only logged acts change: FORMAT and the secret files."""
    folder = keys or vault / "keys"
    found = {"FORMAT": vault / "FORMAT"} | {f"keys/{name}": folder / name for name in _NAMES}
    return {
        name: hashlib.sha256(read_regular(path, SMALL_BYTES)).hexdigest()
        for name, path in found.items()
        if path.exists()
    }


def root_of_files(files: Mapping[str, str]) -> str:
    """One hash over them: SHA-256 of the canonical JSON of names and hashes."""
    return hashlib.sha256(canonical(files)).hexdigest()


# ---------------------------------------------------------------- changing


def write_secrets(
    folder: Path,
    secrets: Secrets,
    passphrase: str | None,
    officers: Sequence[Officer] = (),
    progress: Progress | None = None,
) -> None:
    """Write a whole set of secret files into `folder`, durably, for their owner alone to read."""
    folder.mkdir(mode=0o700, exist_ok=True)
    body = secrets.to_bytes()
    if passphrase is None:
        files = {UNPROTECTED_NAME: body}
    else:
        files = {PROTECTED_NAME: lock_with(body, passphrase, progress)}
    files |= recovery_files(secrets, officers)
    for name, content in files.items():
        write_durably(folder / name, content, 0o600)


def recovery_files(secrets: Secrets, officers: Sequence[Officer]) -> dict[str, bytes]:
    """The two files that let the officers in; none without officers."""
    if not officers:
        return {}
    recipients = [pyrage.x25519.Recipient.from_str(one.recipient) for one in officers]
    return {
        RECOVERY_NAME: pyrage.encrypt(secrets.to_bytes(), recipients),
        OFFICERS_NAME: msgspec.json.encode(tuple(officers)),
    }


def prepare(
    folder: Path,
    secrets: Secrets,
    officers: Sequence[Officer],
    *,
    passphrase: str | None,
    progress: Progress | None = None,
) -> Path:
    """Write the set that shall come next; `apply` makes it count. Returns its folder."""
    target = folder / NEXT_NAME
    discard(folder)
    write_secrets(target, secrets, passphrase, officers, progress)
    fsync_folder(folder)
    return target


def prepare_officers(folder: Path, secrets: Secrets, officers: Sequence[Officer]) -> Path:
    """As `prepare`, with the passphrase file as it stands."""
    target = folder / NEXT_NAME
    discard(folder)
    target.mkdir(mode=0o700)
    kept = {name: read_regular(folder / name, SMALL_BYTES) for name in _NAMES[:2] if (folder / name).exists()}
    for name, content in (kept | recovery_files(secrets, officers)).items():
        write_durably(target / name, content, 0o600)
    fsync_folder(folder)
    return target


def discard(folder: Path) -> None:
    """Forget a prepared set that no line of the log vouches for."""
    target = folder / NEXT_NAME
    if target.exists():
        for path in target.iterdir():
            wipe(path)
        shutil.rmtree(target)


def apply(folder: Path) -> None:
    """Put the prepared set in place of the old one. Done again after a stop, it ends the same."""
    target = folder / NEXT_NAME
    for name in _NAMES:
        if not (target / name).exists():
            wipe(folder / name)
    # The folder is left last: while it is there, a stop is told from a finished change.
    for name in _NAMES:
        if (target / name).exists():
            write_durably(folder / name, read_regular(target / name, SMALL_BYTES), 0o600)
    discard(folder)
    fsync_folder(folder)


def settle(vault: Path, logged_root: str | None) -> None:
    """After a stop: a prepared set that the log vouches for is put in place, any other is forgotten."""
    keys = vault / "keys"
    target = keys / NEXT_NAME
    if not target.is_dir():
        return
    if logged_root is not None and root_of_files(fixed_files(vault, target)) == logged_root:
        apply(keys)
    else:
        discard(keys)


def wipe(path: Path) -> None:
    """Overwrite a small file with zeros, then remove it: a key leaves no trace that a file system reads.

    What the disk itself keeps underneath (copies of worn cells, snapshots) is out of reach, and said.
    """
    doomed = path.with_name(f"{WIPED}{path.name.removeprefix(WIPED)}")
    try:
        path.replace(doomed)  # first: a stop never leaves half a key under its name
        with doomed.open("r+b") as file:
            file.write(bytes(doomed.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        doomed.unlink()
    except FileNotFoundError:
        return
    fsync_folder(path.parent)
