"""Changes of what opens a vault: its passphrase, the officers who can recover it, its keys.

Each prepares a whole new set of secret files, writes the line that vouches for it, then puts it in place
(`secret_files.settle` finishes what a stop interrupts). Copies made before are not changed by it: an old
backup opens with the old passphrase, and this is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import pyrage

from saisine.errors import SaisineError
from saisine.vault.core import OpenVault, Progress
from saisine.vault.deriving import unlock_with
from saisine.vault.faults import disk_faults, write_durably
from saisine.vault.log import format_moment
from saisine.vault.records import build_act_record, record_hash
from saisine.vault.secret_files import (
    PROTECTED_NAME,
    Officer,
    Secrets,
    apply,
    fixed_files,
    load_officers,
    prepare,
    prepare_officers,
    require_passphrase,
    root_of_files,
)
from saisine.vault.standing import FILES
from saisine.vault.succession import keep_trust, key_root, verifier_key

_OFFICERS_AT_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class KnownOfficer:
    """One officer with the name that a person gave, read from the encrypted record."""

    name: str
    recipient: str
    added: str


# ---------------------------------------------------------------- passphrase


def change_passphrase(
    vault: OpenVault, new: str, *, actor: str = "", progress: Progress | None = None
) -> None:
    """Set the passphrase, or change it. Raises `passphrase_empty` or `passphrase_short`.

    Without one before, the readable file is overwritten and removed.
    """
    require_passphrase(new)
    vault.require_writable()
    keys = vault.keys
    with disk_faults(vault.folder), vault.journal.locked():
        target = prepare(
            keys.folder, keys.secrets, load_officers(keys.folder), passphrase=new, progress=progress
        )
        code = "passphrase_changed" if keys.is_protected else "passphrase_set"
        _vouch(vault, target, code, {}, actor)
        keys.is_protected = True


# ---------------------------------------------------------------- officers


def new_identity() -> tuple[str, str]:
    """(secret key, public key) for an officer: age strings. The secret key is never kept by the vault."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def add_officer(vault: OpenVault, name: str, recipient: str, *, actor: str = "") -> None:
    """Let an officer of the association open this vault with her own age key.

    Raises `recovery_malformed`, `recovery_known`, `recovery_many` or `recovery_unprotected`.
    """
    vault.require_writable()
    if not vault.keys.is_protected:
        raise SaisineError("recovery_unprotected")
    try:
        recipient = str(pyrage.x25519.Recipient.from_str(recipient.strip()))
    except pyrage.RecipientError as error:
        raise SaisineError("recovery_malformed", recipient=recipient[:80]) from error
    with disk_faults(vault.folder), vault.journal.locked():
        officers = load_officers(vault.keys.folder)
        if recipient in {one.recipient for one in officers}:
            raise SaisineError("recovery_known", recipient=recipient)
        if len(officers) >= _OFFICERS_AT_MOST:
            raise SaisineError("recovery_many", most=_OFFICERS_AT_MOST)
        new = Officer(recipient, format_moment(vault.clock()))
        facts = {"name": name, "recipient": recipient}
        _set_officers(vault, (*officers, new), "recovery_added", facts, actor)


def remove_officer(vault: OpenVault, which: str, *, actor: str = "") -> KnownOfficer:
    """Take an officer out, by name or public key. What she copied before still opens old copies.

    Raises `recovery_unknown`.
    """
    vault.require_writable()
    with disk_faults(vault.folder), vault.journal.locked():
        found = [one for one in officers(vault) if which in (one.name, one.recipient)]
        if len(found) != 1:
            raise SaisineError("recovery_unknown", which=which, count=len(found))
        left = tuple(one for one in load_officers(vault.keys.folder) if one.recipient != found[0].recipient)
        facts = {"name": found[0].name, "recipient": found[0].recipient}
        _set_officers(vault, left, "recovery_removed", facts, actor)
    return found[0]


def officers(vault: OpenVault) -> list[KnownOfficer]:
    """Who can open the vault beside the passphrase."""
    names = _names(vault)
    return [
        KnownOfficer(names.get(one.recipient, ""), one.recipient, one.added)
        for one in load_officers(vault.keys.folder)
    ]


def _names(vault: OpenVault) -> dict[str, str]:
    vault.journal.refresh()
    found: dict[str, str] = {}
    for entry in vault.journal.entries:
        if entry.act == "key" and entry.code == "recovery_added":
            record = msgspec.json.decode(vault.catalogue.record_line(entry))
            found[record["recipient"]] = record["name"]
    return found


def _set_officers(
    vault: OpenVault, officers: tuple[Officer, ...], code: str, facts: Mapping[str, object], actor: str
) -> None:
    target = prepare_officers(vault.keys.folder, vault.keys.secrets, officers)
    _vouch(vault, target, code, facts, actor)


def _vouch(vault: OpenVault, target: Path, code: str, facts: Mapping[str, object], actor: str) -> None:
    """The line that makes the prepared set count, then the set in place. Under the lock."""
    root = root_of_files(fixed_files(vault.folder, target))
    files = {"act": "note", "code": FILES, "root": root}
    vault.write_act("key", facts, [{"act": "key", "code": code}], actor=actor, beside=[files])
    apply(vault.keys.folder)


# ---------------------------------------------------------------- rotation


def rotate(
    vault: OpenVault, passphrase: str | None, *, actor: str = "", progress: Progress | None = None
) -> None:
    """New signing key, declared by the old one; new identity, every unit key wrapped anew.

    `passphrase` is the present one. Raises `passphrase_needed` or `passphrase_wrong`.
    """
    vault.require_writable()
    keys = vault.keys
    with disk_faults(vault.folder), vault.journal.locked():
        _require_present(vault, passphrase)
        new = keys.secrets.rotated(vault.random)
        officers_ = load_officers(keys.folder)
        target = prepare(keys.folder, new, officers_, passphrase=passphrase, progress=progress)
        vault.sign_under_lock()  # what came before is signed by the old key alone
        _declare(vault, new, target, actor)
        apply(keys.folder)
        keys.take(new)
        finish_rotation(vault, passphrase, progress)


def _require_present(vault: OpenVault, passphrase: str | None) -> None:
    if not vault.keys.is_protected:
        return
    if passphrase is None:
        raise SaisineError("passphrase_needed")
    unlock_with((vault.keys.folder / PROTECTED_NAME).read_bytes(), passphrase)


def _declare(vault: OpenVault, new: Secrets, target: Path, actor: str) -> None:
    """The `successor` line; its head is signed later, by both keys."""
    key = verifier_key(vault.origin, new.signing_key)
    unit = vault.new_unit()
    record = build_act_record(vault.random(32), "key", {"vkey": key.to_text()})
    line: dict[str, Any] = {
        "act": "key", "code": "successor", "root": key_root(key),
        "unit": unit, "record": record_hash(record), **({"actor": actor} if actor else {}),
    }  # fmt: skip
    files = {"act": "note", "code": FILES, "root": root_of_files(fixed_files(vault.folder, target))}
    with vault.writer.batch() as batch:
        vault.writer.commit(batch, [record], vault.keys.recipient_of(unit), [line], beside=[files])


def finish_rotation(vault: OpenVault, passphrase: str | None, progress: Progress | None = None) -> None:
    """What follows the declaration; done again after a stop, it ends the same. Under the lock.

    The retired keys leave the secret file last; without the passphrase they wait for the next opening.
    """
    keys = vault.keys
    keep_trust(vault.folder, vault.origin, keys.signing_key)
    vault.sign_under_lock()
    keys.rewrap()
    if keys.is_protected and passphrase is None:
        return
    clean = keys.secrets.without_retired()
    target = prepare(keys.folder, clean, load_officers(keys.folder), passphrase=passphrase, progress=progress)
    root = root_of_files(fixed_files(vault.folder, target))
    vault.write_lines([{"act": "note", "code": FILES, "root": root}])
    apply(keys.folder)
    keys.take(clean)


def write_identity(path: Path, secret: str, recipient: str, day: str) -> None:
    """An officer's own key file, in the form that the `age` program reads. It is hers alone to keep."""
    if path.exists():
        raise SaisineError("output_exists", path=path)
    with disk_faults(path.parent):
        write_durably(path, identity_text(secret, recipient, day).encode())
        path.chmod(0o600)


def identity_text(secret: str, recipient: str, day: str) -> str:
    """What that file holds."""
    return f"# created: {day}\n# public key: {recipient}\n{secret}\n"
