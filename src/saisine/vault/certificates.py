"""The certificate of an erasure: what was destroyed, when, why, the proof in the log, and what remains.

It names hashes, times and a lawful reason, never a content or a file's name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from saisine.errors import SaisineError
from saisine.vault.core import OpenVault
from saisine.vault.erasure import REASONS, Erasure
from saisine.vault.log import TAKES_IN_BYTES
from saisine.vault.notes import TlogProof
from saisine.vault.opening import say_day_en, say_day_fr, say_moment_en, say_moment_fr
from saisine.vault.receipts import receipt_code


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A copy that left before the erasure: when, and to whom as the person wrote it then."""

    at: datetime
    recipient: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. `proof` is the `.tlog-proof` of the erasure's line, `receipt` the head's code."""

    erasure: Erasure
    origin: str
    receipt: str
    proof: str
    line: str
    handed_over: tuple[HandedOver, ...]

    def to_text(self, language: str = "fr", numbers: Sequence[str] = ()) -> str:
        """The certificate as plain text, to print or to send. `numbers` are lines on whom to call."""
        lines = [*(_english(self) if language == "en" else _french(self)), *numbers]
        return "\n".join(lines) + "\n"

    def as_json(self) -> dict[str, object]:
        one = self.erasure
        return {
            "origin": self.origin,
            "seq": one.seq,
            "at": one.at,
            "unit": one.unit,
            "reason": one.code,
            "objects": list(one.objects),
            "items": list(one.items),
            "sha256": one.sha256 or None,
            "receipt": self.receipt,
            "handed_over": [{"at": copy.at, "recipient": copy.recipient} for copy in self.handed_over],
            "backups_until": one.backups_until or None,
            "entry": self.line,
            "proof": self.proof,
        }


def certificate_of(vault: OpenVault, erasure: Erasure) -> Certificate:
    """The certificate of one erasure, against the newest head."""
    head = vault.last_head()
    path = tuple(vault.journal.tree.inclusion(erasure.seq, head.size))
    return Certificate(
        erasure,
        vault.origin,
        receipt_code(head),
        TlogProof(erasure.seq, path, head).to_text(),
        vault.journal.line(erasure.seq).decode("ascii"),
        tuple(_copies(vault, erasure)),
    )


def _copies(vault: OpenVault, erasure: Erasure) -> Iterator[HandedOver]:
    """Bundles that held something of what was erased, from the lines of export."""
    gone = set(erasure.items) or {
        str(entry.record)
        for entry in vault.journal.entries
        if entry.unit == erasure.unit and entry.act in TAKES_IN_BYTES
    }
    for entry in vault.journal.entries[: erasure.seq]:
        refs = entry.refs if isinstance(entry.refs, tuple) else ()
        if entry.act in ("export", "transfer") and gone & set(refs):
            yield HandedOver(entry.moment, _recipient(vault, entry))


def _recipient(vault: OpenVault, entry: Any) -> str:
    try:
        return str(msgspec.json.decode(vault.catalogue.record_line(entry)).get("recipient", ""))
    except SaisineError:
        return ""


def _french(found: Certificate) -> Iterator[str]:
    one = found.erasure
    yield "CERTIFICAT D’EFFACEMENT"
    yield ""
    yield f"Coffre : {found.origin}"
    yield f"Ligne du journal : {one.seq}"
    yield f"Effacé le {say_moment_fr(one.at)} (heure de Paris), selon l’horloge de l’ordinateur"
    yield f"Motif : {REASONS[one.code][0]}"
    if one.items:
        yield "Portée : une pièce ; la clé de son unité reste, pour les autres pièces"
    else:
        yield f"Portée : l’unité {one.unit} entière, clé comprise"
    yield "Fichiers chiffrés détruits (SHA-256) :"
    yield from (f"  {name}" for name in one.objects)
    if one.sha256:
        yield f"Empreinte du contenu détruit (SHA-256) : {one.sha256}"
    yield f"Reçu du journal : {found.receipt}"
    yield ""
    yield "Effacé de ce dossier. Restent possibles :"
    yield from (f"  - {line}" for line in _left_fr(found))
    yield ""
    yield "Preuve, pour qui vérifie : la ligne du journal, puis sa preuve d’inclusion."
    yield found.line
    yield found.proof.rstrip("\n")


def _left_fr(found: Certificate) -> Iterator[str]:
    for copy in found.handed_over:
        to = f" à {copy.recipient}" if copy.recipient else ""
        yield f"la copie remise{to} le {say_moment_fr(copy.at)} ;"
    if not found.handed_over:
        yield "aucune copie remise n’est connue de ce journal ;"
    if found.erasure.backups_until:
        day = say_day_fr(date.fromisoformat(found.erasure.backups_until))
        yield f"les sauvegardes faites avant, à détruire au plus tard le {day} ;"
    yield "les copies faites sans Saisine, et les traces physiques sur le disque."


def _english(found: Certificate) -> Iterator[str]:
    one = found.erasure
    yield "CERTIFICATE OF ERASURE"
    yield ""
    yield f"Vault: {found.origin}"
    yield f"Line of the log: {one.seq}"
    yield f"Erased on {say_moment_en(one.at)} (Paris time), by the computer’s clock"
    yield f"Reason: {REASONS[one.code][1]}"
    if one.items:
        yield "Extent: one item; the key of its unit stays, for the other items"
    else:
        yield f"Extent: the whole unit {one.unit}, key included"
    yield "Encrypted files destroyed (SHA-256):"
    yield from (f"  {name}" for name in one.objects)
    if one.sha256:
        yield f"Hash of the content destroyed (SHA-256): {one.sha256}"
    yield f"Receipt of the log: {found.receipt}"
    yield ""
    yield "Erased from this folder. What may remain:"
    yield from (f"  - {line}" for line in _left_en(found))
    yield ""
    yield "Proof, for whoever checks: the line of the log, then its proof of inclusion."
    yield found.line
    yield found.proof.rstrip("\n")


def _left_en(found: Certificate) -> Iterator[str]:
    for copy in found.handed_over:
        to = f" to {copy.recipient}" if copy.recipient else ""
        yield f"the copy handed over{to} on {say_moment_en(copy.at)};"
    if not found.handed_over:
        yield "no copy handed over is known to this log;"
    if found.erasure.backups_until:
        day = say_day_en(date.fromisoformat(found.erasure.backups_until))
        yield f"the backups made before, to be destroyed by {day};"
    yield "copies made without Saisine, and physical traces on the disk."
