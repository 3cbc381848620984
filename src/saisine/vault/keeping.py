"""Taking in what came back from elsewhere: cosignatures under our own heads, heads of the logs that we watch.

A `log/heads/<size>.note` only gains lines, each checked first, and a line of our log vouches for its bytes from
then on. A head that does not fit what we hold is kept for good, then told.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from saisine.errors import SaisineError
from saisine.vault.cosignatures import MAX_REQUEST_BYTES, Outside, decode, judge_lines, read_lines
from saisine.vault.faults import SMALL_BYTES, read_regular
from saisine.vault.notes import COSIGNATURE, Head, Note, NoteError, Signature, VerifierKey
from saisine.vault.report import counted_facts
from saisine.vault.watched import (
    COSIGNED,
    LOGS,
    OWN_FORKS,
    WITNESSES,
    Trust,
    WatchedLog,
    Witness,
    load_key,
    open_trust,
    own_keys,
    replace_durably,
    vouched_files,
)
from saisine.vault.witness import (
    fork_name,
    head_facts,
    log_of,
    refuse_other_root,
    require_own_signature,
    require_proved,
)

if TYPE_CHECKING:
    from saisine.vault.store import Vault

_NEWEST_HEADS: Final = 500  # a bare line names no head: it is tried on as many, the newest first
_AHEAD: Final = timedelta(minutes=2)  # a witness's clock may run a little before ours

KeptAs = Literal["cosigned", "known", "extends", "seen"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a file: cosignatures added under our head of `size`, or a head of another log kept.

    `cosigned` new lines by these witnesses; `known` nothing new; `extends` a head proved to extend the one that we
    hold; `seen` a head kept as an observation, without proof.
    """

    state: KeptAs
    origin: str
    size: int
    names: tuple[str, ...] = ()
    at: datetime | None = None
    is_mended: bool = False

    def as_json(self) -> dict[str, object]:
        return {
            "state": self.state,
            "origin": self.origin,
            "size": self.size,
            "names": list(self.names),
            "at": self.at,
            "mended": self.is_mended,
        }


def keep(vault: "Vault", body: bytes) -> Kept:
    """Take in a cosigned note of ours, bare cosignature lines, or a head of a log that we watch.

    Raises `witness_note_malformed`, `witness_no_line`, `witness_bad_line`, `witness_log_unknown`,
    `witness_signature`; and, after the note is kept, `witness_rolled_back`, `witness_own_fork`, `witness_fork`.
    """
    if len(body) > MAX_REQUEST_BYTES:
        raise SaisineError("witness_file_too_large", size=len(body), limit=MAX_REQUEST_BYTES)
    text = decode(body)
    try:
        lines = read_lines(text)
        found = None if lines is not None else Outside.from_text(text)
    except NoteError as error:
        raise SaisineError("witness_note_malformed", reason_fr=error.fr, reason_en=str(error)) from error
    with open_trust(vault) as trust:
        if found is None:
            return _keep_lines(vault, trust, lines or ())
        if found.head.origin == vault.origin:
            return _keep_own(vault, trust, found)
        return _keep_foreign(trust, found)


# ---------------------------------------------------------------- our own heads


def _keep_lines(vault: "Vault", trust: Trust, lines: Sequence[Signature]) -> Kept:
    """Bare lines, as a witness answers over HTTPS: each is tried on our newest heads."""
    keys = {(one.key.name, one.key.id): one.key for one in trust.witnesses}
    known = [line for line in lines if (line.name, line.id) in keys]
    if not known:
        raise SaisineError("witness_no_line", names=", ".join(sorted({line.name for line in lines})))
    for size in reversed(vault.journal.head_sizes()[-_NEWEST_HEADS:]):
        head = _own_head(vault, size)
        good = [line for line in known if head and keys[line.name, line.id].signed(head.text, line.value)]
        if good:
            return _merge(vault, trust, size, good)
    raise SaisineError("witness_bad_line", names=", ".join(sorted({line.name for line in known})))


def _own_head(vault: "Vault", size: int) -> Head | None:
    try:
        return vault.journal.head(size)
    except (OSError, NoteError):
        return None  # told by V07


def _keep_own(vault: "Vault", trust: Trust, found: Outside) -> Kept:
    head = found.head
    witnesses = [one.key for one in trust.witnesses]
    _require_signed(head, [*own_keys(vault), *witnesses])
    _require_ours(vault, trust, head)
    good = [line.signature for line in judge_lines(head, witnesses) if line.holds]
    if not good:
        others = {line.signature.name for line in judge_lines(head, witnesses)}
        raise SaisineError("witness_no_line", names=", ".join(sorted(others)))
    if not vault.journal.has_head(head.size):
        # The lines are ours and our key signed them: a head that a backup did not hold comes back.
        vault.journal.keep_head(Head(head.checkpoint, _own_lines(head, own_keys(vault))))
    kept = _merge(vault, trust, head.size, good)
    return Kept(kept.state, kept.origin, kept.size, kept.names, kept.at, found.is_mended)


def _own_lines(head: Head, keys: Sequence[VerifierKey]) -> Note:
    lines = tuple(line for line, key, holds in head.note.judge(keys) if key and holds)
    if not lines:
        raise SaisineError(
            "witness_note_malformed", reason_fr="notre signature manque", reason_en="our signature is missing"
        )
    return Note(head.note.text, lines)


def _require_signed(head: Head, keys: Sequence[VerifierKey]) -> None:
    """At least one known signature, and no bad one. Raises `witness_bad_line` or `witness_no_line`."""
    judged = list(head.note.judge(keys))
    bad = sorted({key.name for _, key, holds in judged if key and not holds})
    if bad:
        raise SaisineError("witness_bad_line", names=", ".join(bad))
    if not any(holds for _, _, holds in judged):
        raise SaisineError("witness_no_line", names=", ".join(sorted({line.name for line, _, _ in judged})))


def _require_ours(vault: "Vault", trust: Trust, head: Head) -> None:
    """A signed head of ours must be a beginning of our log; else it is kept, and told."""
    journal = vault.journal
    facts = {"origin": head.origin, "size": head.size, "head_root": head.root.hex()}
    if head.size > journal.size:
        trust.put(f"{OWN_FORKS}/{fork_name(head)}", head.to_text().encode(), facts)
        said = counted_facts("theirs", head.size, "ligne", "line")
        raise SaisineError("witness_rolled_back", theirs=head.size, ours=journal.size, **said)
    ours = _own_head(vault, head.size)
    other_text = ours is not None and ours.text != head.text
    if journal.tree.root(head.size) != head.root or other_text:
        trust.put(f"{OWN_FORKS}/{fork_name(head)}", head.to_text().encode(), facts)
        raise SaisineError(
            "witness_own_fork",
            size=head.size,
            **counted_facts("lines", head.size, "ligne", "line"),
            theirs=head.root.hex(),
            ours=journal.tree.root(head.size).hex(),
            folder=OWN_FORKS,
        )


def _merge(vault: "Vault", trust: Trust, size: int, lines: Sequence[Signature]) -> Kept:
    """Add checked lines to a head of ours, durably, and note its new bytes in the log."""
    head = vault.journal.head(size)
    note = head.note.with_lines(lines)
    body = note.to_text().encode()
    names = {(one.key.name, one.key.id): one.name for one in trust.witnesses}
    added = tuple(dict.fromkeys(names[line.name, line.id] for line in lines))
    at = max(line.cosigned_at for line in lines)
    if note != head.note:
        replace_durably(vault.journal.heads / f"{size}.note", body)
    if _noted_root(vault, size) == hashlib.sha256(body).hexdigest():
        return Kept("known", head.origin, size, added, at)
    trust.note_cosigned(size, body, {"names": list(added), "size": size})
    return Kept("cosigned", head.origin, size, added, at)


def _noted_root(vault: "Vault", size: int) -> str | None:
    """The hash of a head's note as the log last noted it."""
    for entry in reversed(vault.journal.entries):
        if entry.act == "witness" and entry.code == COSIGNED and entry.count == size:
            return str(entry.root)
    return None


# ---------------------------------------------------------------- the heads of others


def _keep_foreign(trust: Trust, found: Outside) -> Kept:
    """A head of a watched log: proved against the one that we hold when it can be, else kept as seen."""
    head, log = found.head, log_of(trust, found.head)
    own = require_own_signature(head, log)
    refuse_other_root(trust, log, head)
    if log.head is not None and log.head.root == head.root and log.size == head.size:
        return Kept("known", head.origin, head.size, (log.name,), None, found.is_mended)
    proved = False
    if log.head is not None and found.request is not None and found.request.old == log.size:
        require_proved(trust, log, log.head, found.request)
        proved = True
    _keep_seen(trust, log, head, own)
    return Kept("extends" if proved else "seen", head.origin, head.size, (log.name,), None, found.is_mended)


def _keep_seen(trust: Trust, log: WatchedLog, head: Head, own: Note) -> None:
    """The head with the log's own line and those of the witnesses we know, beside what was seen before."""
    place = f"{LOGS}/{log.name}.seen/{head.size}.note"
    lines = [line.signature for line in judge_lines(head, [w.key for w in trust.witnesses]) if line.holds]
    before = [one for one in trust.heads_in(f"{LOGS}/{log.name}.seen") if one.text == head.text]
    note = (before[0].note if before else own).with_lines(lines)
    trust.put(place, note.to_text().encode(), head_facts(log, head))


# ---------------------------------------------------------------- not before


def newest_cosigned(vault: "Vault", now: datetime | None = None) -> tuple[str, datetime] | None:
    """The newest head that a witness of ours cosigned, ours or a watched one: what proves "not before".

    Gives the SHA-256 of the note made of its text and that one cosignature line, and the time of that line. The
    hash could not be known before the witness signed: a record that quotes it is younger. Cosignatures that claim
    to be after `now` are passed over. Reads only; None without a witness, at no cost.
    """
    folder = vault.folder
    if not any((folder / WITNESSES).glob("[!.]*.vkey")):
        return None
    witnesses = list(_vouched_witnesses(vault))
    best: tuple[str, datetime] | None = None
    for head in (*_cosigned_heads(vault), *_foreign_heads(vault)):
        for line in judge_lines(head, [one.key for one in witnesses]):
            late = line.holds and now is not None and line.at > now + _AHEAD
            if line.holds and not late and (best is None or line.at > best[1]):
                best = Note(head.note.text, (line.signature,)).sha256.hex(), line.at
    return best


def _vouched_witnesses(vault: "Vault") -> Iterator[Witness]:
    roots = {one.root for one in vouched_files(vault.journal.entries).values()}
    for path in sorted((vault.folder / WITNESSES).glob("[!.]*.vkey")):
        try:
            if hashlib.sha256(read_regular(path, SMALL_BYTES)).hexdigest() in roots:
                yield Witness(path.stem, load_key(path, COSIGNATURE))
        except (OSError, ValueError):
            continue  # told by V25


def _cosigned_heads(vault: "Vault") -> Iterator[Head]:
    """The last of our heads that gained a cosignature."""
    for entry in reversed(vault.journal.entries):
        if entry.act == "witness" and entry.code == COSIGNED and isinstance(entry.count, int):
            head = _own_head(vault, entry.count)
            if head is not None:
                yield head
                return


def _foreign_heads(vault: "Vault") -> Iterator[Head]:
    for path in (vault.folder / LOGS).glob("**/*.note"):
        try:
            yield Head.from_text(read_regular(path, SMALL_BYTES).decode("utf-8"))
        except (OSError, ValueError):
            continue  # told by V25
