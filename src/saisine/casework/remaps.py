"""A corpus read again: the person sees what would change, then accepts or refuses.

Accepting puts the new reading in place of the old one, moves the decisions that refer to its rows, and erases the
old one with a line of the log. Frozen copies in incidents never change. A mark, written first, lets the next
opening finish what a stop interrupted.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from saisine.casework import confirmed_types, journal
from saisine.casework.exhibits import exhibit_messages
from saisine.casework.jobs import Progress
from saisine.casework.models import Deposit, ExhibitRow, JournalRow, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages import remapping
from saisine.messages.corpus import MessageRef
from saisine.messages.corpus_files import CorpusInfo, ledger_bytes, load_manifest
from saisine.messages.differences import COMPARED, Side
from saisine.messages.interrupted import ACCEPTED
from saisine.messages.remapping import MOVES, PROPOSAL, Proposal
from saisine.messages.schema import COLUMNS, Message
from saisine.messages.side_files import flush_folder, remove_side, replace_durably
from saisine.messages.unproved import keep_unproved
from saisine.vault import SealItem

REPLACED: Final = "corpus_replaced"
# A new row is without a leaf only when one of these is not what it was.
_OF_THE_LEAF: Final = frozenset({"source_sha256", "record_sha256", "locator"})


@dataclass(frozen=True, slots=True)
class Affected:
    """An incident whose frozen copies say something else than the new reading would. `exhibits` are numbers."""

    incident: str
    number: int
    exhibits: tuple[int, ...]
    messages: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal as a person decides on it."""

    proposal: Proposal
    incidents: tuple[Affected, ...]


def folder_of(session: Session) -> Path:
    """Where readings lie until they are accepted or refused."""
    return session.readings


@contextmanager
def locked(session: Session) -> Iterator[None]:
    """One act on whole corpora at a time. Raises `remap_busy` while another process is at one."""
    folder_of(session).mkdir(mode=0o700, exist_ok=True)
    with (folder_of(session) / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SaisineError("remap_busy") from error
        yield


# ------------------------------------------------------------------ propose


def propose(
    session: Session,
    corpus: str,
    *,
    format_id: str | None = None,
    profile: Path | None = None,
    progress: Progress | None = None,
) -> Shown:
    """Read a corpus again beside itself. Nothing changes yet. Raises what `remapping.propose` raises."""
    with locked(session):
        _finish_accepted(session)
        made = remapping.propose(
            session.vault,
            session.corpora,
            folder_of(session),
            corpus,
            scratch=session.workspace.scratch,
            now=session.now(),
            format_id=format_id,
            profile=profile,
            progress=progress,
        )
    return Shown(made, _affected(session, made))


def shown(session: Session, corpus: str) -> Shown:
    """The proposal that waits for a decision. Raises `corpus_unknown`, `remap_none`."""
    made = _pending(session, corpus)
    return Shown(made, _affected(session, made))


def _pending(session: Session, corpus: str) -> Proposal:
    session.corpora.info(corpus)
    for made in remapping.pending(folder_of(session), session.corpora.keys, corpus):
        return made
    raise SaisineError("remap_none", corpus=corpus)


def example_texts(session: Session, made: Proposal, refs: Iterable[str]) -> dict[str, str]:
    """The texts of some rows of the old or the new reading, for somebody's eyes: one line of the log."""
    found = {ref: _message_of(session, ref, made).text for ref in dict.fromkeys(refs)}
    if found:
        unit = session.corpora.info(made.corpus).unit
        session.vault.log_access(unit, count=len(found), actor=session.actor)
        journal.note(session, "message_opened", count=len(found), subject=made.candidate)
    return found


def _message_of(session: Session, ref: str, made: Proposal) -> Message:
    place = MessageRef.parse(ref)
    if place.corpus != made.candidate:
        return session.corpora.get(place)
    side = _candidate(session, made)
    table = side.table(side.info.parts[place.part], COLUMNS).slice(place.row, 1)
    return Message(**table.to_pylist()[0])


# ------------------------------------------------------------------ frozen copies


def _affected(session: Session, made: Proposal) -> tuple[Affected, ...]:
    """The incidents whose frozen copies would be made differently today."""
    if made.difference.is_empty:
        return ()
    side = _candidate(session, made)
    sources = {digest for digest, _ in side.info.sources}
    rows = ExhibitRow.objects.filter(withdrawn_at__isnull=True).exclude(frozen="").select_related("incident")
    frozen = [
        (row, message)
        for row in rows.order_by("incident__number", "number")
        for message in exhibit_messages(session, row)
        if message.source_sha256 in sources
    ]
    read = _Reading(side, [message for _, message in frozen])
    found: dict[int, tuple[str, list[int]]] = {}
    for row, message in frozen:
        if read.says_otherwise(message):
            _, numbers = found.setdefault(row.incident.number, (row.incident.id, []))
            numbers.append(row.number)
    return tuple(
        Affected(incident, number, tuple(dict.fromkeys(exhibits)), len(exhibits))
        for number, (incident, exhibits) in found.items()
    )


class _Reading:
    """What the new reading says of some messages, found by record, then by key."""

    def __init__(self, side: Side, wanted: Sequence[Message]) -> None:
        self._by_record: dict[tuple[object, ...], dict[str, object]] = {}
        self._by_key: dict[tuple[object, ...], dict[str, object]] = {}
        records = pa.array(sorted({one.record_sha256 for one in wanted}), pa.string())
        ids = pa.array(sorted({one.message_id for one in wanted if one.message_id}), pa.string())
        for table in side.tables(COLUMNS) if wanted else ():
            mask = pc.or_kleene(
                pc.is_in(table["record_sha256"], value_set=records),
                pc.is_in(table["message_id"], value_set=ids),
            )
            for row in table.filter(mask).to_pylist():
                record = (row["source_sha256"], row["record_sha256"], row["platform"], row["message_id"])
                self._by_record.setdefault((*record, row["locator"]), row)
                self._by_record.setdefault(record, row)
                self._by_key.setdefault((row["platform"], row["message_id"], row["role"]), row)

    def says_otherwise(self, message: Message) -> bool:
        record = (message.source_sha256, message.record_sha256, message.platform, message.message_id)
        row = self._by_record.get((*record, message.locator)) or self._by_record.get(record)
        if row is None:
            row = self._by_key.get((message.platform, message.message_id, message.role))
        return row is None or any(row[name] != _plain(getattr(message, name)) for name in COMPARED)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _candidate(session: Session, made: Proposal) -> Side:
    folder = folder_of(session) / made.candidate
    return Side(folder, load_manifest(folder), session.corpora.keys)


# ------------------------------------------------------------------ accept, refuse


def refuse(session: Session, corpus: str) -> Proposal:
    """Forget the new reading; nothing else changes. Raises `corpus_unknown`, `remap_none`."""
    session.vault.require_writable()
    with locked(session):
        made = _pending(session, corpus)
        remapping.drop(folder_of(session), made.candidate, session.corpora.keys)
        journal.note(session, "remap_refused", subject=made.candidate)
    return made


def accept(session: Session, corpus: str) -> Proposal:
    """Put the new reading in place of the old one, which is erased. Raises `corpus_unknown`, `remap_none`,
    `remap_stale`, and what sealing raises: the act is then finished at the next opening."""
    session.vault.require_writable()
    with locked(session):
        made = _pending(session, corpus)
        remapping.require_current(made, session.corpora)
        mark = msgspec.json.encode({"actor": session.actor})
        replace_durably(folder_of(session) / made.candidate / ACCEPTED, mark)
        _complete(session, made.candidate)
    return made


def finish(session: Session) -> None:
    """Finish what a stop interrupted. Raises `remap_busy` while another process is at it."""
    with locked(session):
        remapping.sweep(folder_of(session), session.corpora.keys, session.workspace.scratch)
        drop_erased(session)
        _finish_accepted(session)


def _finish_accepted(session: Session) -> None:
    for place in (folder_of(session), session.workspace.corpora):
        for mark in sorted(place.glob(f"*/{ACCEPTED}")):
            _complete(session, mark.parent.name)


def drop_erased(session: Session) -> None:
    """Remove the readings of units that were erased: their keys ended with the unit."""
    erased = session.vault.journal.standing.erased
    for path in sorted(folder_of(session).glob(f"*/{PROPOSAL}")):
        if load_manifest(path.parent).unit in erased:
            remapping.drop(folder_of(session), path.parent.name, session.corpora.keys)


def drop_for(session: Session, corpus: str) -> None:
    """Remove what waits for one corpus: its rows are no longer what was compared."""
    for made in remapping.pending(folder_of(session), session.corpora.keys, corpus):
        remapping.drop(folder_of(session), made.candidate, session.corpora.keys)


def _complete(session: Session, candidate: str) -> None:
    """Every step after the mark, each done once however often this is called: leaves, line, place, decisions,
    then the old reading and the mark."""
    keys, final = session.corpora.keys, session.corpora.folder / candidate
    place = final if final.is_dir() else folder_of(session) / candidate
    if not (place / PROPOSAL).is_file():
        (place / ACCEPTED).unlink(missing_ok=True)
        return
    made = remapping.load_proposal(place, keys)
    side = Side(place, load_manifest(place), keys)
    if made.difference.added.count or _OF_THE_LEAF & made.difference.columns.keys():
        keep_unproved(session.vault, side, actor=session.actor)
    _seal_ledger(session, side)
    _log(session, made, side.info)
    if place != final:
        os.rename(place, final)
        flush_folder(final.parent)
        flush_folder(place.parent)
    _follow(session, made, Side(final, side.info, keys))
    _erase_old(session, made.corpus)
    for name in (MOVES, PROPOSAL):
        remove_side(final, side.info, name, keys)
    (final / ACCEPTED).unlink()
    for kept in ("survey", "campaigns"):
        session.kept.pop(kept, None)


def _seal_ledger(session: Session, side: Side) -> None:
    body = ledger_bytes(remapping.ledger_of(side.folder, side.keys))
    if sha256(body).hexdigest() not in session.vault.sealed_in(side.info.unit):
        item = SealItem("ledger.json", body, kind="records", media_type="application/json")
        session.vault.seal(item, unit=side.info.unit, actor=session.actor)


def _log(session: Session, made: Proposal, info: CorpusInfo) -> None:
    """One line, before anything is destroyed: which manifest counts from now on, and which it replaces."""
    facts = {
        "name": f"corpora/{info.id}/manifest.json",
        "sha256": remapping.digest_of(info),
        "old": made.corpus,
        "old_sha256": made.base_sha256,
    }
    if not is_logged(session, REPLACED, info.unit, "sha256", facts["sha256"]):
        line = {"act": "note", "code": REPLACED, "count": info.rows}
        session.vault.write_act("artifact", facts, [line], unit=info.unit, actor=session.actor)


def is_logged(session: Session, code: str, unit: str, name: str, value: str) -> bool:
    """Whether a note of this code and unit has a record that says so: it was written before a stop."""
    session.vault.journal.refresh()
    notes = (
        one for one in session.vault.journal.entries if (one.act, one.code, one.unit) == ("note", code, unit)
    )
    records = (msgspec.json.decode(session.vault.catalogue.record_line(one)) for one in notes)
    return any(record.get(name) == value for record in records)


def _follow(session: Session, made: Proposal, after: Side) -> None:
    """Decisions and pointers name the rows of the new reading; those of rows that are gone end."""
    old = session.corpora.folder / made.corpus
    try:
        before = Side(old, load_manifest(old), session.corpora.keys)
    except SaisineError:
        return  # it was being removed: the decisions had followed
    moves = remapping.load_moves(after.folder, session.corpora.keys)

    def moved(ref: str) -> str:
        place = MessageRef.parse(ref)
        number = int(moves[before.number_of(place.part, place.row)])
        return after.ref_of(number) if number >= 0 else ""

    with transaction.atomic():
        move_refs(made.corpus, moved)
        _follow_deposits(session, made, after)
        if not JournalRow.objects.filter(what="remap_accepted", subject=made.candidate).exists():
            journal.note(session, "remap_accepted", count=after.info.rows, subject=made.candidate)


def move_refs(corpus: str, moved: Callable[[str], str]) -> None:
    """Let every row that points into a corpus follow; `moved` gives "" for a row that is gone.

    In the order of the rows: no reference is ever taken by one that has not moved yet.
    """
    decided = list(SortedMessage.objects.filter(ref__startswith=f"{corpus}:"))
    for row in sorted(decided, key=lambda one: MessageRef.parse(one.ref)):
        ref = moved(row.ref)
        if not ref:
            row.delete()
        elif ref != row.ref:
            SortedMessage.objects.filter(id=row.id).update(ref=ref)
    confirmed_types.move(corpus, moved)
    for exhibit in ExhibitRow.objects.filter(ref__startswith=f"{corpus}:"):
        ExhibitRow.objects.filter(id=exhibit.id).update(ref=moved(exhibit.ref))


def _follow_deposits(session: Session, made: Proposal, after: Side) -> None:
    totals = made.totals._asdict()
    digest = sha256(ledger_bytes(remapping.ledger_of(after.folder, after.keys))).hexdigest()
    for deposit in Deposit.objects.filter(unit=after.info.unit):
        if made.corpus in deposit.corpora:
            deposit.corpora = [after.info.id if id == made.corpus else id for id in deposit.corpora]
            deposit.report |= totals
            deposit.ledger_item = session.vault.sealed_in(after.info.unit)[digest].item
            deposit.save(update_fields=["corpora", "report", "ledger_item"])


def _erase_old(session: Session, corpus: str) -> None:
    folder = session.corpora.folder / corpus
    if folder.is_dir():
        remapping.end_keys(folder, session.corpora.keys)
        session.corpora.discard(corpus)
