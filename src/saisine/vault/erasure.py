"""Holds, erasures, and pieces that may not be kept: what happens to a unit after it was sealed.

The line is written first and is what counts; keys and files go next, and the next opening finishes what a
stop interrupted. Every other proof stays whole: the log holds only random ids and hashes of records that a
nonce protects. Basis: RGPD art. 17, refusal for legal claims under art. 17(3)(e) (a person's decision).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from saisine.errors import SaisineError
from saisine.paris import PARIS
from saisine.vault.core import OpenVault
from saisine.vault.faults import disk_faults
from saisine.vault.log import REFS_PER_LINE, TAKES_IN_BYTES, Entry
from saisine.vault.opening import finish_erasures, named_objects, on_day, say_day_en, say_day_fr
from saisine.vault.records import Sealed
from saisine.vault.standing import BARRED, UNLAWFUL

# code -> (French, English): the closed list that stands in the log
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "art17_request": (
        "demande d’effacement de la personne concernée (RGPD, art. 17)",
        "request of the person concerned (GDPR, art. 17)",
    ),
    "consent_withdrawn": ("consentement retiré", "consent withdrawn"),
    "retention_end": ("fin de la durée de conservation", "end of the retention period"),
    "mistake": ("erreur de dépôt", "deposited by mistake"),
    "other": ("autre motif", "another reason"),
    UNLAWFUL: (
        "contenu dont la détention est interdite (code pénal, art. 227-23)",
        "content that it is unlawful to hold (French criminal code, art. 227-23)",
    ),
}


@dataclass(frozen=True, slots=True)
class Hold:
    """A unit kept for a procedure: since when, until when it is reviewed, and why."""

    unit: str
    since: datetime
    until: str
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """One act of erasure. `objects` are the ciphertexts removed; `items` is empty when a whole unit went."""

    seq: int
    at: datetime
    unit: str
    code: str
    note: str
    objects: tuple[str, ...]
    items: tuple[str, ...]
    backups_until: str
    sha256: str = ""  # of the content, for a piece that may not be kept: an inquiry may ask for it


# ---------------------------------------------------------------- hold, release


def hold(vault: OpenVault, unit: str, reason: str, *, until: date | None = None, actor: str = "") -> None:
    """Keep a unit for a procedure: it cannot be erased until released; `until` is the day of its review.

    Raises `reason_missing`, `day_past`, `unit_unknown` or `unit_erased`.
    """
    _require_words(reason)
    if until is not None and until < vault.clock().astimezone(PARIS).date():
        raise SaisineError("day_past", text_fr=say_day_fr(until), text_en=say_day_en(until))
    _require_unit(vault, unit)
    line: dict[str, Any] = {"act": "hold"} | ({"until": until.isoformat()} if until else {})
    vault.write_act("hold", {"reason": reason}, [line], unit=unit, actor=actor)


def release(vault: OpenVault, unit: str, reason: str, *, actor: str = "") -> None:
    """End a hold. Raises `reason_missing` or `unit_not_held`."""
    _require_words(reason)
    _require_unit(vault, unit)
    if unit not in vault.journal.standing.held:
        raise SaisineError("unit_not_held", unit=unit)
    vault.write_act("release", {"reason": reason}, [{"act": "release"}], unit=unit, actor=actor)


def _require_words(reason: str) -> None:
    if not reason.strip():
        raise SaisineError("reason_missing")


def holds(vault: OpenVault) -> list[Hold]:
    """The holds that stand, the oldest first."""
    vault.journal.refresh()
    return [_hold_of(vault, entry) for entry in vault.journal.standing.held.values()]


def _hold_of(vault: OpenVault, entry: Entry) -> Hold:
    reason = str(_facts(vault, entry).get("reason", ""))
    until = entry.until if isinstance(entry.until, str) else ""
    actor = entry.actor if isinstance(entry.actor, str) else ""
    return Hold(str(entry.unit), entry.moment, until, reason, actor)


def _facts(vault: OpenVault, entry: Entry) -> dict[str, Any]:
    """What the encrypted record of an act says; empty when it is gone with its unit."""
    try:
        found: dict[str, Any] = msgspec.json.decode(vault.catalogue.record_line(entry))
    except SaisineError:
        return {}
    return found


def _require_unit(vault: OpenVault, unit: str) -> None:
    vault.require_writable()
    vault.journal.refresh()
    erased = vault.journal.standing.erased.get(unit)
    if erased is not None:
        raise SaisineError("unit_erased", unit=unit, **on_day(erased))
    if not any(entry.unit == unit for entry in vault.journal.entries):
        raise SaisineError("unit_unknown", unit=unit)


# ---------------------------------------------------------------- erase


def erase(vault: OpenVault, unit: str, code: str, *, note: str = "", actor: str = "") -> Erasure:
    """Destroy a unit: its key, its parts' keys, its files. Nothing brings it back.

    Raises `erase_reason`, `unit_unknown`, `unit_erased` or `unit_held`. The caller rewrites the corpora.
    """
    _require_reason(code)
    with disk_faults(vault.folder), vault.journal.locked():
        _require_unit(vault, unit)
        if unit in vault.journal.standing.held and code != UNLAWFUL:
            raise SaisineError("unit_held", unit=unit)
        objects = {name for entry in _of_unit(vault, unit) for name in named_objects([entry])}
        line: dict[str, Any] = {"act": "erase", "unit": unit, "code": code, "count": len(objects)}
        seq = _commit(vault, line, {"note": note}, actor)
        vault.catalogue.forget(unit)
        finish_erasures(vault.journal, vault.keys)
    vault.sign_head()
    return erasure_at(vault, seq)


def erase_items(
    vault: OpenVault, items: Sequence[Sealed], code: str, *, note: str = "", actor: str = ""
) -> list[Erasure]:
    """Remove single pieces of units that stay: their files go, the key of the unit stays.

    A backup made before can still hold them with that key: the certificate says until when. Raises as
    `erase`.
    """
    _require_reason(code)
    with disk_faults(vault.folder), vault.journal.locked():
        seqs = [_erase_item(vault, item, code, note, actor) for item in items]
        finish_erasures(vault.journal, vault.keys)
    vault.sign_head()
    return [erasure_at(vault, seq) for seq in seqs]


def _erase_item(vault: OpenVault, item: Sealed, code: str, note: str, actor: str) -> int:
    _require_unit(vault, item.unit)
    erased = vault.journal.standing.erased_items.get(item.item)
    if erased is not None:
        raise SaisineError("unit_erased", unit=item.item, **on_day(erased))
    if item.unit in vault.journal.standing.held and code != UNLAWFUL:
        raise SaisineError("unit_held", unit=item.unit)
    line = {"act": "erase", "unit": item.unit, "code": code, "count": 1, "refs": [item.item]}
    return _commit(vault, line, {"note": note, "sha256": item.sha256, "size": item.size}, actor)


def _require_reason(code: str) -> None:
    if code not in REASONS:
        raise SaisineError("erase_reason", given=code, known=", ".join(REASONS))


def _of_unit(vault: OpenVault, unit: str) -> list[Entry]:
    return [entry for entry in vault.journal.entries if entry.unit == unit]


def _commit(vault: OpenVault, line: dict[str, Any], facts: Mapping[str, object], actor: str) -> int:
    """The line of erasure, and one beside it whose encrypted record holds the explanation. Under the lock."""
    until = vault.journal.standing.backups_until
    if until >= vault.clock().date().isoformat():
        line["until"] = until
    if actor:
        line["actor"] = actor
    size = vault.journal.size
    note = {"act": "note", "code": "erasure"}
    # The head comes once keys and files are gone: until then a stop is told from a key put back (V21).
    vault.write_act("erasure", facts, [note], actor=actor, beside=[line], is_signed=False)
    return next(one.seq for one in vault.journal.entries[size:] if one.act == "erase")


def erasure_at(vault: OpenVault, seq: int) -> Erasure:
    """The act that line `seq` holds. Raises `erasure_unknown`."""
    vault.journal.refresh()
    entries = vault.journal.entries
    entry = entries[seq] if 0 <= seq < len(entries) else None
    if entry is None or entry.act != "erase":
        raise SaisineError("erasure_unknown", seq=seq)
    items = entry.refs if isinstance(entry.refs, tuple) else ()
    gone = [one for one in _of_unit(vault, str(entry.unit)) if one.seq < seq]
    if items:
        objects = {str(one.object) for one in gone if one.record in items and one.act in TAKES_IN_BYTES}
    else:
        objects = {name for one in gone for name in named_objects([one])}
    facts = _facts(vault, entries[seq - 1])
    until = entry.until if isinstance(entry.until, str) else ""
    note = str(facts.get("note", ""))
    sha256 = str(facts.get("sha256", "")) if entry.code == UNLAWFUL else ""
    return Erasure(
        seq,
        entry.moment,
        str(entry.unit),
        str(entry.code),
        note,
        tuple(sorted(objects)),
        items,
        until,
        sha256,
    )


def erasures(vault: OpenVault) -> list[Erasure]:
    """Every act of erasure, the oldest first."""
    vault.journal.refresh()
    return [erasure_at(vault, entry.seq) for entry in vault.journal.entries if entry.act == "erase"]


# ---------------------------------------------------------------- what may not be kept


def bar(vault: OpenVault, item: Sealed, *, actor: str = "") -> list[str]:
    """Mark a piece that may not be kept, with every other piece of the same bytes. Returns their ids.

    From this line on it is neither opened, shown, exported nor saved; only `destroy_barred` is left.
    """
    vault.require_writable()
    same = [row for row in vault.catalogue.rows() if row.sha256 == item.sha256]
    fresh = [row for row in same if not row.is_barred]
    lines = []
    for unit in dict.fromkeys(row.unit for row in fresh):
        refs = [row.item for row in fresh if row.unit == unit]
        for start in range(0, len(refs), REFS_PER_LINE):
            group = refs[start : start + REFS_PER_LINE]
            lines.append({"act": "note", "code": BARRED, "unit": unit, "refs": group})
    if lines:
        vault.write_lines([{**line, **({"actor": actor} if actor else {})} for line in lines])
    return [row.item for row in same]


def barred(vault: OpenVault) -> list[Sealed]:
    """Marked pieces that are still there."""
    vault.journal.refresh()
    return [row for row in vault.catalogue.rows() if row.is_barred]


def destroy_barred(vault: OpenVault, item: Sealed, *, actor: str = "") -> list[Erasure]:
    """Erase a marked piece, and all pieces of the same bytes, without ever opening them.

    Raises `item_not_barred`. A hold does not stop it: holding such a content is the offence.
    """
    found = [row for row in barred(vault) if row.sha256 == item.sha256]
    if item.item not in {row.item for row in found}:
        raise SaisineError("item_not_barred", item=item.item)
    return erase_items(vault, found, UNLAWFUL, actor=actor)
