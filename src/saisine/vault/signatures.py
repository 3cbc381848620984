"""The checks of signing keys: V08 of docs/vault.md, over one key or a succession of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from saisine.vault.faults import SMALL_BYTES, read_regular
from saisine.vault.notes import Head, NoteError, VerifierKey
from saisine.vault.objects import TEMPORARY
from saisine.vault.report import Check
from saisine.vault.snapshot import Policy, Snapshot
from saisine.vault.succession import key_root


def check_key_files(vault: Path) -> Iterator[Check]:
    """Each verifier key under `trust/` reads, and the PEM beside it is the same key."""
    older = vault / "trust" / "keys"
    for path in (vault / "trust" / "vault.vkey", *sorted(older.glob("[!.]*.vkey"))):
        name = path.relative_to(vault / "trust")
        try:
            text = read_regular(path, SMALL_BYTES).decode("utf-8")
            key = VerifierKey.from_text(text)
            pem = read_regular(path.with_suffix(".pem"), SMALL_BYTES).decode("utf-8")
        except (OSError, UnicodeDecodeError, NoteError):
            yield Check.failed(
                "V08",
                f"clé publique illisible : {name} ou le fichier .pem à côté",
                f"unreadable public key: {name} or the .pem file beside it",
            )
            continue
        if pem and pem != key.to_pem() and pem == _coming_pem(path):
            yield Check.not_checked(
                "V08",
                f"{name} : un changement de clé a été interrompu ; la prochaine ouverture le finira",
                f"{name}: a change of key was interrupted; the next opening finishes it",
            )
        elif pem != key.to_pem() or text != f"{key.to_text()}\n":
            yield Check.failed(
                "V08",
                f"{name} et le fichier .pem à côté ne donnent pas la même clé",
                f"{name} and the .pem file beside it do not hold the same key",
            )


def _coming_pem(path: Path) -> str:
    """The PEM of the key that a stopped change was about to put in this place; empty when there is none."""
    try:
        coming = read_regular(path.with_name(f"{TEMPORARY}{path.name}"), SMALL_BYTES).decode("utf-8")
        return VerifierKey.from_text(coming).to_pem()
    except (OSError, UnicodeDecodeError, NoteError):
        return ""


def with_successors(policy: Policy, snapshot: Snapshot, chain: Sequence[VerifierKey]) -> Policy:
    """The policy, with the keys that its own keys declared as their successors."""
    trusted = list(policy.vkeys)
    for old, new in pairwise(chain):
        if old in trusted and new not in trusted and _declared_at(snapshot, new) is not None:
            trusted.append(new)
    return replace(policy, vkeys=tuple(trusted))


def _declared_at(snapshot: Snapshot, key: VerifierKey) -> int | None:
    root = key_root(key)
    for entry in snapshot.good_entries():
        if entry.act == "key" and entry.code == "successor" and entry.root == root:
            return entry.seq
    return None


def check_signatures(snapshot: Snapshot, policy: Policy, chain: Sequence[VerifierKey]) -> Iterator[Check]:
    """The failures of V08: each head by the key that held at its size, each successor declared and countersigned."""
    since: list[tuple[int, VerifierKey]] = []
    for position, key in enumerate(one for one in chain if one in policy.vkeys):
        at = _declared_at(snapshot, key) if position else -1
        if at is None:
            yield Check.failed(
                "V08",
                f"la clé {key.id.hex()} n’est déclarée par aucune ligne",
                f"no line declares key {key.id.hex()}",
            )
            continue
        since.append((at, key))
    strangers = [key for key in policy.vkeys if key not in chain]
    for size, head in sorted(snapshot.heads.items()):
        yield from _check_head(size, head, since, strangers)


def _check_head(
    size: int, head: Head, since: Sequence[tuple[int, VerifierKey]], strangers: Sequence[VerifierKey]
) -> Iterator[Check]:
    held = [(at, key) for at, key in since if at < size]
    names = {(key.name, key.id) for _, key in since} | {(key.name, key.id) for key in strangers}
    signed = {(one.name, one.id) for one in head.note.signatures} & names
    if not signed:
        yield Check.failed(
            "V08",
            f"tête {size} : aucune signature d’une clé connue",
            f"head {size}: no signature by a known key",
        )
        return
    for key in (*(key for _, key in since), *strangers):
        if (key.name, key.id) in signed and not _holds(head, key):
            yield Check.failed(
                "V08",
                f"tête {size} : la signature de {key.name} ne tient pas",
                f"head {size}: the signature of {key.name} does not hold",
            )
    if held and not strangers and (held[-1][1].name, held[-1][1].id) not in signed:
        yield Check.failed(
            "V08",
            f"tête {size} : signée par une clé qui n’était pas celle de ce moment",
            f"head {size}: signed by a key that did not hold at that time",
        )


def _holds(head: Head, key: VerifierKey) -> bool:
    try:
        head.note.require_signed_by([key])
    except NoteError:
        return False
    return True


def check_countersigned(snapshot: Snapshot, chain: Sequence[VerifierKey]) -> Iterator[Check]:
    """V08 again: the first head over each declaration bears both signatures."""
    for old, new in pairwise(chain):
        at = _declared_at(snapshot, new)
        first = min((size for size in snapshot.heads if at is not None and size > at), default=None)
        if first is None:
            continue
        signed = {(one.name, one.id) for one in snapshot.heads[first].note.signatures}
        if not {(old.name, old.id), (new.name, new.id)} <= signed:
            yield Check.failed(
                "V08",
                f"tête {first} : la nouvelle clé n’est pas contresignée par l’ancienne",
                f"head {first}: the new key is not countersigned by the old one",
            )
