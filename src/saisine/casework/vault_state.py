"""The vault at a glance: what it holds, what protects it, who dates it, what is kept or was erased."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from saisine.casework import kept_backups, unkeepable
from saisine.casework.kept_backups import KeptBackup
from saisine.casework.models import Deposit, Job, JournalRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import erasure, rotation
from saisine.vault.authorities import Authority, load_authorities, load_presets
from saisine.vault.erasure import Erasure, Hold
from saisine.vault.notes import NoteError
from saisine.vault.opening import on_day
from saisine.vault.receipts import Receipt
from saisine.vault.secret_files import PROTECTED_NAME
from saisine.vault.stamps import dated_size_by, size_to_date, verify_stamp


@dataclass(frozen=True, slots=True)
class Dating:
    """One authority that is asked. `at` is the newest certified time; of the other two, one at most is set:
    since when lines wait for a date, or since when the authority has not answered."""

    name: str
    label: str
    at: datetime | None
    waits_since: datetime | None
    silent_since: datetime | None


@dataclass(frozen=True, slots=True)
class VaultState:
    """Everything that the first page says, read and never computed twice."""

    pieces: int
    since: datetime | None
    is_protected: bool
    officers: int
    datings: tuple[Dating, ...]
    receipt: Receipt | None
    backup: KeptBackup | None
    holds: tuple[Hold, ...]
    erasures: tuple[Erasure, ...]
    barred: tuple[str, ...]


def state_of(session: Session) -> VaultState:
    """Raises what the vault refuses (`vault_busy`, …); an empty vault has neither receipt nor date."""
    items = session.vault.items()
    backups = kept_backups.kept_backups(session)
    return VaultState(
        pieces=sum(row.kind != "records" for row in items),  # the ledgers of imports are no pieces
        since=min((row.sealed_at for row in items), default=None),
        is_protected=is_protected(session),
        officers=len(rotation.officers(session.vault)),
        datings=tuple(datings(session)),
        receipt=receipt_of(session),
        backup=backups[0] if backups else None,
        holds=tuple(erasure.holds(session.vault)),
        erasures=tuple(erasure.erasures(session.vault)),
        barred=tuple(unkeepable.waiting(session)),
    )


def is_protected(session: Session) -> bool:
    """By the file itself: the command line may have set a passphrase while these pages were open."""
    return (session.vault.keys.folder / PROTECTED_NAME).exists()


def receipt_of(session: Session) -> Receipt | None:
    try:
        return session.vault.receipt()
    except SaisineError as error:
        if error.code != "vault_empty":
            raise
        return None


# ------------------------------------------------------------------ dates


def chosen_authorities(session: Session) -> list[Authority]:
    """Those that are asked. Raises `authority_malformed`."""
    return [one for one in load_authorities(session.vault.folder) if not one.is_retired]


def datings(session: Session) -> Iterator[Dating]:
    """How far each authority has dated the log."""
    session.vault.journal.refresh()
    labels = {preset.url: preset.label for preset in load_presets()}
    for authority in chosen_authorities(session):
        size = dated_size_by(authority, session.vault.journal)
        waits, silent = _waiting(session, size)
        label = labels.get(authority.url, authority.name)
        yield Dating(authority.name, label, _certified_at(session, authority, size), waits, silent)


def _certified_at(session: Session, authority: Authority, size: int) -> datetime | None:
    if not size:
        return None
    heads = session.vault.journal.heads
    try:
        reply = (heads / f"{size}.{authority.name}.tsr").read_bytes()
        return verify_stamp(reply, session.vault.journal.head(size), [authority]).at
    except (OSError, NoteError):
        return None


def _waiting(session: Session, size: int) -> tuple[datetime | None, datetime | None]:
    """(waits since, silent since) of an authority that has dated the first `size` lines."""
    entries = session.vault.journal.entries
    if size >= size_to_date(entries):
        return None, None
    since = entries[size].moment
    told = JournalRow.objects.filter(what__in=("stamp_waiting", "stamp_refused"), at__gte=since)
    first = told.order_by("at").values_list("at", flat=True).first()
    return (None, first) if first is not None else (since, None)


# ------------------------------------------------------------------ deposits, last work


def sealed_deposits(session: Session, *, before: int = 0, limit: int = 20) -> tuple[list[Deposit], int]:
    """Deposits that still hold something, the newest first, from the row `before`; and how many there are."""
    rows = Deposit.objects.filter(state=Deposit.SEALED).exclude(unit="").order_by("-sealed_at", "-id")
    return list(rows[before : before + limit]), rows.count()


def hold_of(session: Session, unit: str) -> Hold | None:
    """The hold on a unit, or None. Raises `unit_unknown`, `unit_erased`."""
    session.vault.journal.refresh()
    gone = session.vault.journal.standing.erased.get(unit)
    if gone is not None:
        raise SaisineError("unit_erased", unit=unit, **on_day(gone))
    if not any(entry.unit == unit for entry in session.vault.journal.entries):
        raise SaisineError("unit_unknown", unit=unit)
    return next((one for one in erasure.holds(session.vault) if one.unit == unit), None)


def last_done(subject: str) -> Job | None:
    """The newest job of that subject that came to its end."""
    return Job.objects.filter(subject=subject, state=Job.DONE).order_by("-created_at").first()
