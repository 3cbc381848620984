"""Witnesses: cosigning the heads of other associations, and having ours cosigned.

B keeps, for the log of A, the last head that it cosigned; it cosigns a new one only when that one extends it.
B checks A's signature with the key exchanged in person, then the size, then the proof; what it accepts is
durable before the answer leaves, so two calls can never cosign two histories. Nothing of A's content is shared:
a size, a root, a time. Sources: c2sp.org/tlog-witness, c2sp.org/tlog-cosignature.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from saisine.errors import SaisineError
from saisine.vault.cosignatures import MAX_REQUEST_BYTES, Outside, Request, decode, own_part
from saisine.vault.merkle import is_consistent
from saisine.vault.notes import Head, Note, NoteError, Signature, VerifierKey
from saisine.vault.pinned import newest_cosigned_by
from saisine.vault.report import counted_facts
from saisine.vault.watched import LOGS, Trust, WatchedLog, Witness, open_trust, own_keys, witness_vkey

if TYPE_CHECKING:
    from saisine.vault.store import Vault


# ---------------------------------------------------------------- asking (association A)


def request(vault: "Vault", witness: str | None = None, *, old: int | None = None) -> bytes:
    """The add-checkpoint body for our newest head: a small file to send to a witness.

    `old` is the last size which that witness cosigned: as our log noted it, unless the witness said another.
    Without a name, the only witness is meant; without any witness, it is a first request. Raises
    `witness_unknown`, `witness_which`, `vault_empty`, `vault_forked`, or `witness_rolled_back` when the witness
    holds more lines than this log has.
    """
    known = _chosen(vault, witness)
    head = vault.last_head()
    if old is None:
        found = newest_cosigned_by(vault, known.key) if known else None
        old = found.size if found else 0
    if old > head.size:
        said = counted_facts("theirs", old, "ligne", "line")
        raise SaisineError("witness_rolled_back", theirs=old, ours=head.size, **said)
    vault.require_unforked()
    proof = tuple(vault.journal.tree.consistency(old, head.size)) if old else ()
    note = own_part(head, own_keys(vault))
    return Request(old, proof, Head(head.checkpoint, note)).to_text().encode()


def _chosen(vault: "Vault", name: str | None) -> Witness | None:
    with open_trust(vault) as trust:
        witnesses = trust.witnesses
    if name is None:
        if len(witnesses) > 1:
            raise SaisineError("witness_which", names=", ".join(one.name for one in witnesses))
        return witnesses[0] if witnesses else None
    for one in witnesses:
        if one.name == name:
            return one
    raise SaisineError("witness_unknown", name=name)


# ---------------------------------------------------------------- cosigning (association B)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Our answer: the bare cosignature line, and the note with the log's own signature and ours.

    `is_repeated` when the same answer had been given before; `forks` counts the notes of forks kept for this log.
    """

    name: str
    origin: str
    size: int
    root: str
    at: datetime
    line: str
    note: str
    is_repeated: bool
    forks: int

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "at": self.at,
            "line": self.line,
            "note": self.note,
            "repeated": self.is_repeated,
            "forks": self.forks,
        }


def cosign(vault: "Vault", body: bytes, now: datetime) -> Cosigned:
    """Check a request of a log that we watch, keep its head, then cosign it.

    Raises `witness_request_malformed`, `witness_log_unknown`, `witness_signature`, `witness_other_size` (with the
    size that we hold), `witness_behind`, or `witness_fork` after both notes are kept.
    """
    asked = _read_request(body)
    with open_trust(vault) as trust:
        log = log_of(trust, asked.head)
        note = require_own_signature(asked.head, log)
        ours = witness_vkey(vault)
        if log.head and log.head.text == asked.head.text and asked.old < log.size:
            return _answer(trust, log, log.head, ours, is_repeated=True)
        _require_extends(trust, log, asked)
        line = Signature.cosign(note.text, ours.name, vault.witness_key, now)
        head = Head(asked.head.checkpoint, note.with_lines([line]))
        trust.put(f"{LOGS}/{log.name}.note", head.to_text().encode(), head_facts(log, head))
        return _answer(trust, log, head, ours, is_repeated=False)


def _read_request(body: bytes) -> Request:
    if len(body) > MAX_REQUEST_BYTES:
        raise SaisineError("witness_file_too_large", size=len(body), limit=MAX_REQUEST_BYTES)
    try:
        found = Outside.from_text(decode(body))
        if found.request is None:
            raise NoteError(
                "the first line is “old” and a size", "la première ligne est « old » et une taille"
            )
    except NoteError as error:
        raise SaisineError("witness_request_malformed", reason_fr=error.fr, reason_en=str(error)) from error
    return found.request


def log_of(trust: Trust, head: Head) -> WatchedLog:
    """The watched log of that origin. Raises `witness_log_unknown`."""
    for log in trust.logs:
        if log.key.name == head.origin:
            return log
    raise SaisineError("witness_log_unknown", origin=head.origin)


def require_own_signature(head: Head, log: WatchedLog) -> Note:
    """The head with the log's own signature alone. Raises `witness_signature`."""
    try:
        head.note.require_signed_by([log.key])
    except NoteError as error:
        raise SaisineError(
            "witness_signature", name=log.name, reason_fr=error.fr, reason_en=str(error)
        ) from error
    return own_part(head, [log.key])


def _require_extends(trust: Trust, log: WatchedLog, asked: Request) -> None:
    """The steps of tlog-witness, with one root per size before all others: two are a fork whatever `old` says."""
    refuse_other_root(trust, log, asked.head)
    if asked.head.size < log.size:
        said = counted_facts("theirs", asked.head.size, "ligne", "line")
        raise SaisineError("witness_behind", name=log.name, theirs=asked.head.size, size=log.size, **said)
    if asked.old != log.size:
        said = counted_facts("old", asked.old, "ligne", "line")
        raise SaisineError("witness_other_size", name=log.name, old=asked.old, size=log.size, **said)
    if log.head is not None:
        require_proved(trust, log, log.head, asked)


def require_proved(trust: Trust, log: WatchedLog, before: Head, asked: Request) -> None:
    """The proof from a head that we hold to the one that is asked; a failed one is kept as a fork."""
    old, new = before, asked.head
    if not is_consistent(old.size, new.size, old.root, new.root, asked.proof):
        raise keep_fork(trust, log, old, new)


def refuse_other_root(trust: Trust, log: WatchedLog, head: Head) -> None:
    """Two roots at one size, among the heads cosigned or seen, are a fork. Raises `witness_fork`."""
    known = [*([log.head] if log.head else []), *trust.heads_in(f"{LOGS}/{log.name}.seen")]
    for other in known:
        if other.size == head.size and other.root != head.root:
            raise keep_fork(trust, log, other, head)


def keep_fork(trust: Trust, log: WatchedLog, before: Head, new: Head) -> SaisineError:
    """Keep both notes for good, and give the error to raise."""
    for head in (before, new):
        place = f"{LOGS}/{log.name}.forks/{fork_name(head)}"
        trust.put(place, head.to_text().encode(), head_facts(log, head))
    return SaisineError(
        "witness_fork",
        name=log.name,
        folder=f"{LOGS}/{log.name}.forks",
        before=before.size,
        after=new.size,
        **counted_facts("before", before.size, "ligne", "line"),
        **counted_facts("after", new.size, "ligne", "line"),
    )


def fork_name(head: Head) -> str:
    return f"{head.size}-{head.root.hex()[:16]}.note"


def head_facts(log: WatchedLog, head: Head) -> dict[str, object]:
    """What the encrypted record of a line says of a head of others."""
    return {"name": log.name, "origin": head.origin, "size": head.size, "head_root": head.root.hex()}


def _answer(trust: Trust, log: WatchedLog, head: Head, ours: VerifierKey, *, is_repeated: bool) -> Cosigned:
    line = next(one for one in reversed(head.note.signatures) if (one.name, one.id) == (ours.name, ours.id))
    forks = len(trust.heads_in(f"{LOGS}/{log.name}.forks"))
    text = head.to_text()
    root = head.root.hex()
    return Cosigned(
        log.name, head.origin, head.size, root, line.cosigned_at, line.to_line(), text, is_repeated, forks
    )
