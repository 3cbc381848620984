"""Erasing from a workspace: the vault first, then everything derived that names what is gone.

The vault's line is what counts. What is derived from it (corpora, captures, decisions on messages) follows,
and the next opening finishes what a stop interrupted.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from saisine.casework import confirmed_types, journal, remaps
from saisine.casework.models import Capture, Deposit, ExhibitRow, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import Sealed, erasure
from saisine.vault.certificates import Certificate, certificate_of
from saisine.vault.opening import on_day

UNIT_SIGNS = 26


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference names: a whole unit, or one piece. `pieces` are those that would go."""

    unit: str
    item: str
    pieces: int
    messages: int
    exhibits: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What is erased together: when it was sealed, how much it holds, whether it is held."""

    unit: str
    at: datetime
    pieces: int
    messages: int
    is_held: bool
    held_until: str

    def as_json(self) -> dict[str, object]:
        held = {"held": self.is_held, "held_until": self.held_until or None}
        return {"unit": self.unit, "at": self.at, "pieces": self.pieces, "messages": self.messages, **held}


def list_units(session: Session) -> list[Unit]:
    """Every unit that holds pieces, the oldest first."""
    held = {one.unit: one for one in erasure.holds(session.vault)}
    messages: Counter[str] = Counter()
    for info in session.corpora.list():
        messages[info.unit] += sum(part.rows for part in info.parts)
    pieces: dict[str, list[Sealed]] = {}
    for row in session.vault.items():
        pieces.setdefault(row.unit, []).append(row)
    return [
        Unit(
            unit,
            rows[0].sealed_at,
            len(rows),
            messages[unit],
            unit in held,
            held[unit].until if unit in held else "",
        )
        for unit, rows in pieces.items()
    ]


def target_of(session: Session, ref: str) -> Target:
    """What would be erased. Raises `item_unknown`, `item_ambiguous`, `unit_erased`, `unit_unknown`."""
    if len(ref) != UNIT_SIGNS:
        row = session.vault.find(ref)
        if _was_read(session, row):
            # its messages, rows and findings are derived under the key of the unit: they go with it
            raise SaisineError("erase_whole_unit", item=row.item[:12], unit=row.unit)
        exhibits = ExhibitRow.objects.filter(item=row.item, withdrawn_at__isnull=True).count()
        return Target(row.unit, row.item, 1, 0, exhibits)
    gone = session.vault.journal.standing.erased.get(ref)
    if gone is not None:
        raise SaisineError("unit_erased", unit=ref, **on_day(gone))
    rows = [row for row in session.vault.catalogue.rows() if row.unit == ref]
    corpora = [info for info in session.corpora.list() if info.unit == ref]
    messages = sum(part.rows for info in corpora for part in info.parts)
    items = [row.item for row in rows]
    exhibits = ExhibitRow.objects.filter(item__in=items, withdrawn_at__isnull=True).count()
    return Target(ref, "", len(rows), messages, exhibits)


def _was_read(session: Session, row: Sealed) -> bool:
    """Whether messages of a corpus that is still there were read from this piece."""
    return any(
        row.sha256 in {source.sha256 for source in session.corpora.ledger(info.id).sources if source.mapped}
        for info in session.corpora.list()
    )


def erase(session: Session, target: Target, reason: str, note: str = "") -> list[Certificate]:
    """Erase for good. A reason outside the closed list is kept as the note, encrypted; the log says `other`.

    Raises `unit_held`, `unit_unknown`, `unit_erased`.
    """
    code = reason if reason in erasure.REASONS else "other"
    words = "\n".join(text for text in (note, reason if code != reason else "") if text)
    vault = session.vault
    if target.item:
        done = erasure.erase_items(vault, [vault.find(target.item)], code, note=words, actor=session.actor)
    else:
        done = [vault.erase(target.unit, code, note=words, actor=session.actor)]
    clean(session)
    journal.note(session, "data_erased", count=target.pieces, subject=target.item or target.unit)
    return [certificate_of(vault, one) for one in done]


def clean(session: Session) -> None:
    """Bring what is derived in line with the log. Done again after a stop, it ends the same."""
    standing = session.vault.journal.standing
    units = list(standing.erased)
    for info in session.corpora.list():
        if info.unit in standing.erased:
            SortedMessage.objects.filter(ref__startswith=f"{info.id}:").delete()
            confirmed_types.forget(info.id)
            session.corpora.discard(info.id)
    remaps.drop_erased(session)
    items = _items_gone(session)
    with transaction.atomic():
        Deposit.objects.filter(unit__in=units).update(state=Deposit.ERASED, corpora=[])
        Capture.objects.filter(item__in=items).delete()
        ExhibitRow.objects.filter(item__in=items, frozen="", withdrawn_at__isnull=True).update(
            withdrawn_at=session.now()
        )
    drop_exports(session)
    session.kept.pop("survey", None)
    session.kept.pop("campaigns", None)


def drop_exports(session: Session) -> int:
    """Exports of everything that lie here hold what has just gone: they go with it. Returns how many."""
    found = [
        *session.workspace.backups.glob("donnees-*.zip"),
        *session.workspace.backups.glob(".donnees-*.part"),
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _items_gone(session: Session) -> list[str]:
    standing = session.vault.journal.standing
    gone = set(standing.erased_items) | standing.barred
    gone |= {str(one.record) for one in session.vault.journal.entries if one.unit in standing.erased}
    return sorted(gone)


def needs_cleaning(session: Session) -> bool:
    """Whether the log says that something is gone which is still derived here."""
    standing = session.vault.journal.standing
    if any(info.unit in standing.erased for info in session.corpora.list()):
        return True
    return Capture.objects.filter(item__in=_items_gone(session)).exists()


# ------------------------------------------------------------------ hold


def hold(session: Session, ref: str, reason: str, until: date | None = None) -> str:
    """Keep a unit, or the unit of a piece, for a procedure. Returns the unit."""
    unit = ref if len(ref) == UNIT_SIGNS else session.vault.find(ref).unit
    session.vault.hold(unit, reason, until=until, actor=session.actor)
    journal.note(session, "hold_set", subject=unit)
    return unit


def release(session: Session, ref: str, reason: str) -> str:
    unit = ref if len(ref) == UNIT_SIGNS else session.vault.find(ref).unit
    session.vault.release(unit, reason, actor=session.actor)
    journal.note(session, "hold_lifted", subject=unit)
    return unit


# ------------------------------------------------------------------ what may not be kept


def bar(session: Session, ref: str) -> list[str]:
    """Set a piece aside without opening it: no page, export or backup holds it from now on."""
    row = session.vault.find(ref)
    if _was_read(session, row):
        raise SaisineError("bar_read", item=row.item[:12], unit=row.unit)
    items = session.vault.bar(row.item, actor=session.actor)
    clean(session)
    journal.note(session, "item_barred", count=len(items), subject=items[0])
    return items


def destroy(session: Session, ref: str) -> list[Certificate]:
    """Destroy a piece that was set aside, never shown. Raises `item_not_barred`."""
    from saisine.casework.unkeepable import remove_dossiers  # late: it stands on this module

    remove_dossiers(session)
    done: Sequence[erasure.Erasure] = session.vault.destroy_barred(ref, actor=session.actor)
    clean(session)
    journal.note(session, "item_destroyed", count=len(done), subject=done[0].items[0])
    return [certificate_of(session.vault, one) for one in done]
