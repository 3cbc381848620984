"""One signing key after another: which key signs which heads, and how a new one is declared.

A `key` line with code `successor` carries the SHA-256 of the new verifier key; the first head over that line
is signed by both keys. Whoever pinned the oldest key can so follow to the newest (check V08).
`trust/vault.vkey` is the newest key, `trust/keys/<n>.vkey` the ones before it, the oldest first.
"""

import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from saisine.vault.faults import SMALL_BYTES, fsync_folder, read_regular, write_durably
from saisine.vault.journal import Journal
from saisine.vault.keys import KeyStore
from saisine.vault.notes import ED25519, Checkpoint, Head, Note, NoteError, VerifierKey
from saisine.vault.objects import TEMPORARY
from saisine.vault.secret_files import public_bytes


def key_chain(vault: Path) -> list[VerifierKey]:
    """The verifier keys of a vault, the oldest first; what cannot be read is left to V08."""
    older = sorted(
        (vault / "trust" / "keys").glob("[!.]*.vkey"), key=lambda path: (len(path.name), path.name)
    )
    found = []
    for path in (*older, vault / "trust" / "vault.vkey"):
        try:
            found.append(VerifierKey.from_text(read_regular(path, SMALL_BYTES).decode("utf-8")))
        except (OSError, UnicodeDecodeError, NoteError):
            continue
    return found


def key_root(key: VerifierKey) -> str:
    """What a `successor` line carries: SHA-256 of the vkey text without its end of line."""
    return hashlib.sha256(key.to_text().encode()).hexdigest()


def verifier_key(origin: str, key: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey(origin, ED25519, public_bytes(key))


def keep_trust(vault: Path, origin: str, key: Ed25519PrivateKey) -> None:
    """Publish the newest key, after the one it replaces is kept. Done again after a stop, it ends the same."""
    newest = verifier_key(origin, key)
    chain = key_chain(vault)
    if newest.key == chain[-1].key:
        return
    older = vault / "trust" / "keys"
    older.mkdir(exist_ok=True)
    _write_key(older / str(len({one.key for one in chain}) - 1), chain[-1])
    _write_key(vault / "trust" / "vault", newest)


def _write_key(stem: Path, key: VerifierKey) -> None:
    """Both forms of a key. `.tmp-<name>.vkey` stands until they agree: a stop is told from tampering (V08)."""
    vkey = stem.with_suffix(".vkey")
    coming = vkey.with_name(f"{TEMPORARY}{vkey.name}")
    with coming.open("wb") as out:
        out.write(f"{key.to_text()}\n".encode())
        out.flush()
        os.fsync(out.fileno())
    fsync_folder(stem.parent)
    write_durably(stem.with_suffix(".pem"), key.to_pem().encode())
    coming.replace(vkey)
    fsync_folder(stem.parent)


def sign_between(journal: Journal, checkpoint: Checkpoint, keys: KeyStore) -> Head:
    """Sign a head; the first one over a `successor` line bears the old key's signature too."""
    head = Head.sign(checkpoint, keys.signing_key)
    if not (keys.retired_signing_keys and journal.standing.successors):
        return head
    before = max((size for size in journal.head_sizes() if size < checkpoint.size), default=0)
    if journal.standing.successors[-1] < before:
        return head
    old = Head.sign(checkpoint, keys.retired_signing_keys[0])
    return Head(checkpoint, Note(head.note.text, (*head.note.signatures, *old.note.signatures)))
