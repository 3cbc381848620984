"""The check against what was kept outside, V25 of docs/vault.md: receipts, witnesses, cosignatures.

A head kept elsewhere that is longer than this log shows a folder put back to an earlier state; one with another
root for the same lines shows two histories (V11 when both are heads of one size). Both roots and both times are
told, as they stand in the notes, so that anyone can lay the two files side by side.
"""

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from saisine.vault.cosignatures import Outside, judge_lines, last_cosigned_at
from saisine.vault.faults import SMALL_BYTES, read_regular
from saisine.vault.log import Entry
from saisine.vault.notes import Head, Note, NoteError, VerifierKey
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.receipts import is_receipt_code, receipt_code
from saisine.vault.report import Check, counted
from saisine.vault.snapshot import Policy, Snapshot
from saisine.vault.watched import COSIGNED, OWN_FORKS

_MENDED = (
    " ; la messagerie avait modifié ce fichier (fins de ligne, tirets), remis en état pour le contrôle",
    "; the mail program had changed this file (line ends, dashes), mended for the check",
)


def check_outside(
    snapshot: Snapshot, policy: Policy, receipt: str | None, witness: str | None
) -> Iterator[Check]:
    """V25: cosignatures under our heads, then a kept receipt (code or signed head) and a witness's head, which
    must be beginnings of this log. V11 for two heads of one size."""
    yield from check_cosignatures(snapshot, policy)
    yield from _check_own_forks(snapshot, policy)
    unknown = list(_unknown_witnesses(snapshot, policy))
    if receipt is None and witness is None:
        yield from (Check.not_checked("V25", fr, en) for fr, en in unknown)
        yield Check.not_checked(
            "V25",
            "ni reçu ni témoin : un dossier entier remis à un état antérieur ne se verrait pas",
            "neither receipt nor witness: a whole folder put back to an earlier state would not show",
        )
    for check in _check_given(snapshot, policy, receipt, witness):
        # V25 is required here, and it is made: what it passed over is told in its own words
        fr = "".join(f" ; laissé de côté, {one}" for one, _ in unknown)
        en = "".join(f"; left aside, {one}" for _, one in unknown)
        yield replace(check, detail_fr=check.detail_fr + fr, detail_en=check.detail_en + en)


def _check_given(
    snapshot: Snapshot, policy: Policy, receipt: str | None, witness: str | None
) -> Iterator[Check]:
    if receipt is not None:
        is_code = is_receipt_code(receipt) or "\n" not in receipt.strip()
        yield from [_check_code(snapshot, receipt)] if is_code else _check_text(snapshot, policy, receipt)
    if witness is not None:
        yield from _check_text(snapshot, policy, witness)


# ---------------------------------------------------------------- cosignatures under our heads


def check_cosignatures(snapshot: Snapshot, policy: Policy) -> Iterator[Check]:
    """V25: every line that a known witness put under a head of ours. Says nothing when there is none.

    A bad line is failed, and so is a line that the log noted and that is gone.
    """
    verified: Counter[str] = Counter()
    newest = None
    failures = []
    for size, head in sorted(snapshot.heads.items()):
        for line in judge_lines(head, policy.witnesses):
            name = line.signature.name
            if line.holds:
                verified[name] += 1
                newest = max(newest or line.at, line.at)
            elif line.key is not None:
                failures.append(_bad_line(size, name))
    yield from failures
    yield from _lost_lines(snapshot)
    if verified and newest is not None:
        fr, en = counted(verified.total(), "contresignature", "cosignature")
        names = ", ".join(sorted(verified))
        yield Check.verified(
            "V25",
            f"{fr} de {names}, la plus récente du {say_moment_fr(newest)}",
            f"{en} by {names}, the newest of {say_moment_en(newest)}",
        )


def _unknown_witnesses(snapshot: Snapshot, policy: Policy) -> Iterator[tuple[str, str]]:
    """The lines of witnesses that are not known here (a witness since removed, mostly), in both languages."""
    unknown: Counter[str] = Counter()
    for head in snapshot.heads.values():
        unknown.update(
            line.signature.name for line in judge_lines(head, policy.witnesses) if line.key is None
        )
    for name, count in sorted(unknown.items()):
        fr, en = counted(count, "contresignature", "cosignature")
        yield f"{fr} d’un témoin inconnu : {name}", f"{en} by an unknown witness: {name}"


def _bad_line(size: int, name: str) -> Check:
    return Check.failed(
        "V25",
        f"tête {size} : la contresignature de {name} ne tient pas",
        f"head {size}: the cosignature of {name} does not hold",
    )


def _lost_lines(snapshot: Snapshot) -> Iterator[Check]:
    """A head's note only gains lines: what the log last noted of it must still be its beginning."""
    noted: dict[int, Entry] = {}
    for entry in snapshot.good_entries():
        if entry.act == "witness" and entry.code == COSIGNED and isinstance(entry.count, int):
            noted[entry.count] = entry
    for size, entry in noted.items():
        head = snapshot.heads.get(size)
        if head is None or entry.root not in set(_beginnings(head.note)):
            yield Check.failed(
                "V25",
                f"tête {size} : une contresignature notée à la ligne {entry.seq} a disparu ou changé",
                f"head {size}: a cosignature noted at line {entry.seq} is gone or changed",
            )


def _beginnings(note: Note) -> Iterator[str]:
    """The SHA-256 of a note as it was after each of its lines."""
    for count in range(1, len(note.signatures) + 1):
        text = Note(note.text, note.signatures[:count]).to_text()
        yield hashlib.sha256(text.encode()).hexdigest()


def _check_own_forks(snapshot: Snapshot, policy: Policy) -> Iterator[Check]:
    """Heads signed by us that were once shown to us and do not fit: kept in `trust/forks`, told at each check."""
    for path in sorted((snapshot.folder / OWN_FORKS).glob("*.note")):
        try:
            text = read_regular(path, SMALL_BYTES).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # `check_trust` tells a changed file
        yield from (one for one in _check_text(snapshot, policy, text) if one.state == "failed")


# ---------------------------------------------------------------- receipts and heads kept elsewhere


def size_of_code(heads: Iterable[Head], code: str) -> int | None:
    """The size of the head that this code was given for, or None. Case, blanks and hyphens are free."""
    wanted = "".join(code.split()).replace("-", "").upper()
    found = (head.size for head in heads if receipt_code(head).replace("-", "") == wanted)
    return next(found, None) if wanted else None


def _check_code(snapshot: Snapshot, code: str) -> Check:
    size = size_of_code(snapshot.heads.values(), code)
    if size is not None:
        return Check.verified(
            "V25", f"le reçu {code} est celui de la tête {size}", f"receipt {code} is head {size}"
        )
    return Check.failed(
        "V25",
        f"aucune tête ne correspond au reçu {code} : ce dossier a pu être remis à un état antérieur, "
        "ou n’est pas celui du reçu",
        f"no head matches receipt {code}: this folder may have been put back to an earlier state, "
        "or is not the one of the receipt",
    )


def _check_text(snapshot: Snapshot, policy: Policy, text: str) -> Iterator[Check]:
    """A signed head, a cosigned note or a whole request: its form, its log, its signature, then its place."""
    found = read_kept(text, snapshot.origin, (*policy.vkeys, *policy.witnesses))
    if isinstance(found, Check):
        yield found
    else:
        yield from _compare(snapshot, policy, found.head, found.remark)


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head that came from elsewhere and is signed by a known key; `remark` when a mail program changed it."""

    head: Head
    remark: tuple[str, str]


def read_kept(text: str, origin: str | None, keys: Sequence[VerifierKey]) -> KeptHead | Check:
    """The head in a file kept elsewhere, or the failed V25 that says what is wrong with it."""
    try:
        found = Outside.from_text(text)
    except NoteError as error:
        return Check.failed(
            "V25",
            f"le fichier donné n’est pas une tête lisible : {error.fr}",
            f"the file given is no readable head: {error}",
        )
    fr, en = _MENDED if found.is_mended else ("", "")
    head = found.head
    if origin is not None and head.origin != origin:
        return Check.failed(
            "V25",
            f"cette tête est celle d’un autre journal : {head.origin} ; ici {origin} ; "
            f"ce n’est pas le bon fichier, ou pas le bon dossier{fr}",
            f"this head is the one of another log: {head.origin}; here {origin}; "
            f"this is not the right file, or not the right folder{en}",
        )
    try:
        head.note.require_signed_by(keys)
    except NoteError as error:
        return Check.failed(
            "V25", f"tête gardée au dehors : {error.fr}{fr}", f"head kept outside: {error}{en}"
        )
    return KeptHead(head, (fr, en))


def _compare(snapshot: Snapshot, policy: Policy, head: Head, remark: tuple[str, str]) -> Iterator[Check]:
    """Whether this log begins as the head says: verified, put back to an earlier state, or two histories."""
    at = last_cosigned_at(head, policy.witnesses)
    seen_fr = f", contresignée le {say_moment_fr(at)}" if at else ""
    seen_en = f", cosigned on {say_moment_en(at)}" if at else ""
    if head.size > len(snapshot.lines):
        fr, en = counted(
            head.size - len(snapshot.lines), "ligne de plus", "more line", many_fr="lignes de plus"
        )
        yield Check.failed(
            "V25",
            f"la tête gardée au dehors compte {fr} : "
            f"ce dossier a été remis à un état antérieur ; {_both_fr(snapshot, policy, head)}{remark[0]}",
            f"the head kept outside has {en}: "
            f"this folder was put back to an earlier state; {_both_en(snapshot, policy, head)}{remark[1]}",
        )
    elif head.size == 0 or snapshot.tree.root(head.size) != head.root:
        fr, en = counted(head.size, "ligne", "line")
        yield Check.failed(
            "V25",
            f"deux histoires pour {fr} : ce journal ne prolonge pas la tête gardée au dehors ; "
            f"{_both_fr(snapshot, policy, head)}{remark[0]}",
            f"two histories for {en}: this log does not extend the head kept outside; "
            f"{_both_en(snapshot, policy, head)}{remark[1]}",
        )
        yield from _same_size(snapshot, head)
    else:
        yield Check.verified(
            "V25",
            f"tête {head.size} gardée au dehors{seen_fr}{remark[0]}",
            f"head {head.size} kept outside{seen_en}{remark[1]}",
        )


def _same_size(snapshot: Snapshot, head: Head) -> Iterator[Check]:
    """V11: two signed heads of one size, both notes shown."""
    ours = snapshot.heads.get(head.size)
    if ours is not None and ours.root != head.root:
        here, there = b64encode(ours.root).decode(), b64encode(head.root).decode()
        fr, en = counted(head.size, "ligne", "line")
        yield Check.failed(
            "V11",
            f"deux têtes de {fr} : ici {here}, au dehors {there}",
            f"two heads of {en}: here {here}, outside {there}",
        )


def _both_fr(snapshot: Snapshot, policy: Policy, head: Head) -> str:
    at = last_cosigned_at(head, policy.witnesses)
    there = f"contresignée le {say_moment_fr(at)}" if at else "sans heure de témoin"
    size, root, moment = _here(snapshot, head.size)
    here = f"dernière ligne du {say_moment_fr(moment.moment)}" if moment else "dernière ligne illisible"
    outside = b64encode(head.root).decode()
    theirs, ours = counted(head.size, "ligne", "")[0], counted(size, "ligne", "")[0]
    return f"au dehors : {theirs}, racine {outside}, {there} ; ici : {ours}, racine {root}, {here}"


def _both_en(snapshot: Snapshot, policy: Policy, head: Head) -> str:
    at = last_cosigned_at(head, policy.witnesses)
    there = f"cosigned on {say_moment_en(at)}" if at else "no witness time"
    size, root, moment = _here(snapshot, head.size)
    here = f"last line of {say_moment_en(moment.moment)}" if moment else "last line unreadable"
    outside = b64encode(head.root).decode()
    theirs, ours = counted(head.size, "", "line")[1], counted(size, "", "line")[1]
    return f"outside: {theirs}, root {outside}, {there}; here: {ours}, root {root}, {here}"


def _here(snapshot: Snapshot, size: int) -> tuple[int, str, Entry | None]:
    """Our log at that size, or as far as it goes: how many lines, the root in base64, the last line."""
    size = min(size, len(snapshot.lines))
    entry = snapshot.entries[size - 1] if size else None
    return size, b64encode(snapshot.tree.root(size)).decode(), entry
