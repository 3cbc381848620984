"""The certificate of an erasure: what was destroyed, when, why, the proof in the log, and what remains.

It names hashes, times and a lawful reason, never a content or a file's name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

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
        lines = [*_lines(self, language), *numbers]
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


# (French, English) of each line, in the order of the page.
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("CERTIFICAT D’EFFACEMENT", "CERTIFICATE OF ERASURE"),
    "vault": ("Coffre : {}", "Vault: {}"),
    "line": ("Ligne du journal : {}", "Line of the log: {}"),
    "erased": (
        "Effacé le {} (heure de Paris), selon l’horloge de l’ordinateur",
        "Erased on {} (Paris time), by the computer’s clock",
    ),
    "reason": ("Motif : {}", "Reason: {}"),
    "one_item": (
        "Portée : une pièce ; la clé de son unité reste, pour les autres pièces",
        "Extent: one item; the key of its unit stays, for the other items",
    ),
    "whole_unit": (
        "Portée : l’unité {} entière, clé comprise",
        "Extent: the whole unit {}, key included",
    ),
    "objects": ("Fichiers chiffrés détruits (SHA-256) :", "Encrypted files destroyed (SHA-256):"),
    "sha256": (
        "Empreinte du contenu détruit (SHA-256) : {}",
        "Hash of the content destroyed (SHA-256): {}",
    ),
    "receipt": ("Reçu du journal : {}", "Receipt of the log: {}"),
    "left": (
        "Effacé de ce dossier. Restent possibles :",
        "Erased from this folder. What may remain:",
    ),
    "copy_to": ("  - la copie remise à {} le {} ;", "  - the copy handed over to {} on {};"),
    "copy": ("  - la copie remise le {} ;", "  - the copy handed over on {};"),
    "no_copy": (
        "  - aucune copie remise n’est connue de ce journal ;",
        "  - no copy handed over is known to this log;",
    ),
    "backups": (
        "  - les sauvegardes faites avant, à détruire au plus tard le {} ;",
        "  - the backups made before, to be destroyed by {};",
    ),
    "traces": (
        "  - les copies faites sans Saisine, et les traces physiques sur le disque.",
        "  - copies made without Saisine, and physical traces on the disk.",
    ),
    "proof": (
        "Preuve, pour qui vérifie : la ligne du journal, puis sa preuve d’inclusion.",
        "Proof, for whoever checks: the line of the log, then its proof of inclusion.",
    ),
}


def _lines(found: Certificate, language: str) -> Iterator[str]:
    one, index = found.erasure, int(language == "en")

    def word(name: str, *values: object) -> str:
        return _WORDS[name][index].format(*values)

    def moment(at: datetime) -> str:
        return (say_moment_fr, say_moment_en)[index](at)

    yield from (word("title"), "", word("vault", found.origin), word("line", one.seq))
    yield word("erased", moment(one.at))
    yield word("reason", REASONS[one.code][index])
    yield word("one_item") if one.items else word("whole_unit", one.unit)
    yield word("objects")
    yield from (f"  {name}" for name in one.objects)
    if one.sha256:
        yield word("sha256", one.sha256)
    yield from (word("receipt", found.receipt), "", word("left"))
    for copy in found.handed_over:
        at = moment(copy.at)
        yield word("copy_to", copy.recipient, at) if copy.recipient else word("copy", at)
    if not found.handed_over:
        yield word("no_copy")
    if one.backups_until:
        yield word("backups", (say_day_fr, say_day_en)[index](date.fromisoformat(one.backups_until)))
    yield from (word("traces"), "", word("proof"), found.line, found.proof.rstrip("\n"))
