"""Deposits: files received, sealed by a job, read into corpora; result, receipt, and three questions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.db import transaction

from saisine.casework import captures, inbox, invented, jobs, journal, observed, scopes, second_looks, surveys
from saisine.casework.inbox import InboxFile, files_of
from saisine.casework.jobs import Progress, job_of
from saisine.casework.models import Deposit, Job, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.corpus_files import ledger_bytes
from saisine.messages.filetypes import type_of
from saisine.messages.formats.contract import HEAD_BYTES
from saisine.messages.importing import ImportResult
from saisine.messages.ledger import Ledger, left_out_of, why_unread
from saisine.messages.reading import expand
from saisine.vault import Sealed, SealItem
from saisine.vault.receipts import Receipt

__all__ = [
    "COLLECTORS", "TARGETS", "DepositResult", "InboxFile", "abandon", "answer_questions", "deposit_paths",
    "files_of", "get_deposit", "has_deposits", "job_of", "move", "receive", "result_of", "run_deposit", "seal_paths",
    "start_sealing", "stop", "try_example", "waiting",
]  # fmt: skip

# value, French, English
TARGETS: Final = (
    ("association", "Une association", "An association"),
    ("member", "Une personne de l’association", "A person of the association"),
    ("person", "Une autre personne", "Another person"),
    ("group", "Un groupe de personnes", "A group of people"),
)
COLLECTORS: Final = (
    ("target", "La personne ou l’association visée", "The targeted person or association"),
    ("trusted", "Une personne de confiance", "A trusted person"),
    ("association", "L’association, pour quelqu’un", "The association, for someone"),
)


# ------------------------------------------------------------------ receive, withdraw


def receive(session: Session, files: Iterable[tuple[str, Path]], incident: str = "") -> Deposit:
    """Take files into the inbox; nothing is sealed before the person says so.

    `incident` says for which of her incidents, to a member of several. Raises `deposit_incident_unclear`,
    `incident_unknown`.
    """
    deposit = Deposit.objects.create(
        created_at=session.now(), by=session.actor, incident_id=scopes.incident_of(session, incident)
    )
    kept = inbox.keep(session, deposit, files)
    deposit.files, deposit.size = len(kept), sum(file.size for file in kept)
    deposit.counts = inbox.count_kinds(file.path for file in kept)
    deposit.save()
    journal.note(session, "deposit_received", count=deposit.files, subject=deposit.id)
    return deposit


def try_example(session: Session) -> Deposit:
    """Deposit the invented example into a workspace that is still empty, by the ordinary job.

    Raises `example_not_empty`.
    """
    with transaction.atomic():
        deposit = invented.new_deposit(session)
        start_sealing(session, deposit)
    return deposit


def get_deposit(session: Session, id: str) -> Deposit:
    """Raises `deposit_unknown`."""
    found: Deposit = first_or_raise(
        scopes.deposits(session, Deposit.objects.filter(id=id)), "deposit_unknown"
    )
    return found


def waiting(session: Session) -> list[Deposit]:
    """Deposits not sealed yet, the newest first."""
    states = (Deposit.RECEIVED, Deposit.SEALING)
    rows = Deposit.objects.filter(state__in=states).order_by("-created_at")
    return list(scopes.deposits(session, rows))


def has_deposits(session: Session) -> bool:
    return scopes.deposits(session, Deposit.objects.filter(state=Deposit.SEALED)).exists()


def move(session: Session, deposit: Deposit, incident: str) -> None:
    """Before sealing, choose another of one's own incidents for a deposit.

    Raises `incident_unknown`, and `deposit_not_open` once it is sealed or withdrawn.
    """
    with transaction.atomic():
        deposit.refresh_from_db()
        if session.scope is None or incident not in session.scope:
            raise SaisineError("incident_unknown", ref=incident)
        if not _is_open(session, deposit):
            raise SaisineError("deposit_not_open")
        deposit.incident_id = incident
        deposit.save(update_fields=["incident"])
        journal.note(session, "deposit_shared", subject=deposit.id)


def abandon(session: Session, deposit: Deposit) -> None:
    """Withdraw files before sealing: our copies are removed."""
    _withdraw(session, deposit, Deposit.ABANDONED, "deposit_abandoned")


def stop(session: Session, deposit: Deposit) -> None:
    """A person recognised what may not be kept: our copies are removed at once, nothing is sealed."""
    _withdraw(session, deposit, Deposit.STOPPED, "deposit_stopped")


def _withdraw(session: Session, deposit: Deposit, state: str, what: str) -> None:
    with transaction.atomic():
        deposit.refresh_from_db()
        if not _is_open(session, deposit):
            raise SaisineError("deposit_not_open")
        deposit.state = state
        deposit.save(update_fields=["state"])
        journal.note(session, what, subject=deposit.id)
    inbox.empty(session, deposit)


def _is_open(session: Session, deposit: Deposit) -> bool:
    """Whether nothing of it is sealed and no job is about to: a cancelled job leaves the state behind."""
    if deposit.state not in (Deposit.RECEIVED, Deposit.SEALING):
        return False
    job = job_of(session, deposit.id)
    if job is not None and not job.is_over:
        return False
    return not deposit.unit or not session.vault.sealed_in(deposit.unit)


# ------------------------------------------------------------------ seal and read


def start_sealing(session: Session, deposit: Deposit) -> Job:
    """Queue the sealing of a deposit. Raises `deposit_not_open` when it was withdrawn or is sealed."""
    with transaction.atomic():
        deposit.refresh_from_db()
        if deposit.state not in (Deposit.RECEIVED, Deposit.SEALING):
            raise SaisineError("deposit_not_open")
        Deposit.objects.filter(id=deposit.id).update(state=Deposit.SEALING)
        return jobs.start(session, "deposit", deposit.id)


def run_deposit(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """The job: seal, read, register. Started again after a kill, it goes on in the same unit."""
    deposit = get_deposit(session, job.subject)
    if deposit.state == Deposit.SEALED:
        return {}
    if deposit.is_invented:
        invented.write_files(session, deposit)
    files = files_of(session, deposit)
    names = {file.path: file.name for file in files}
    try:
        _seal_and_read(session, deposit, list(names), names=names, progress=tell)
    except (SaisineError, jobs.Cancelled):
        # back in the person's hands: what was sealed stays sealed, and sealing again goes on from there
        Deposit.objects.filter(id=deposit.id, state=Deposit.SEALING).update(state=Deposit.RECEIVED)
        raise
    inbox.empty(session, deposit)
    return {"deposit": deposit.id}


def deposit_paths(
    session: Session,
    paths: Sequence[Path],
    *,
    format_id: str | None = None,
    profile: Path | None = None,
    progress: jobs.Progress | None = None,
) -> ImportResult:
    """Seal and read files where they lie (the command line): the same door, without the inbox."""
    found = [path for path, _ in expand(paths, Ledger())]
    deposit = Deposit.objects.create(
        created_at=session.now(),
        by=session.actor,
        state=Deposit.SEALING,
        counts=inbox.count_kinds(found),
        files=len(found),
        size=sum(path.stat().st_size for path in found),
    )
    try:
        return _seal_and_read(
            session, deposit, paths, format_id=format_id, profile=profile, progress=progress
        )
    except BaseException:
        Deposit.objects.filter(id=deposit.id, state=Deposit.SEALING).update(state=Deposit.ABANDONED)
        raise


def _seal_and_read(
    session: Session,
    deposit: Deposit,
    paths: Sequence[Path],
    *,
    names: Mapping[Path, str] | None = None,
    format_id: str | None = None,
    profile: Path | None = None,
    progress: jobs.Progress | None = None,
) -> ImportResult:
    if not deposit.unit:
        # kept before anything is sealed: a second try finds what the first one sealed
        deposit.unit = session.vault.new_unit()
        deposit.save(update_fields=["unit"])
    with second_looks.in_turn(session):
        result = second_looks.import_files(
            session,
            deposit.unit,
            paths,
            names=names,
            format_id=format_id,
            profile=profile,
            progress=progress,
        )
    _register(session, deposit, result)
    if result.corpora:
        observed.follow_newest(session)
        surveys.current(session, progress)
    return result


def _register(session: Session, deposit: Deposit, result: ImportResult) -> None:
    """What the import did becomes decided data, all at once."""
    totals = result.ledger.totals()
    with transaction.atomic():
        deposit.state, deposit.sealed_at = Deposit.SEALED, session.now()
        deposit.corpora = list(result.corpora)
        deposit.files = len(result.sealed)
        mark = {"invented": True} if deposit.is_invented else {}
        deposit.report = {**mark, "sealed": len(result.sealed), **totals._asdict()}
        deposit.ledger_item = _ledger_item(session, deposit, result.ledger)
        deposit.report["size"] = session.vault.receipt().size
        deposit.save()
        captures.register(session, deposit, result.sealed)
        journal.note(session, "deposit_sealed", count=len(result.sealed), subject=deposit.id)


def _ledger_item(session: Session, deposit: Deposit, ledger: Ledger) -> str:
    """The sealed piece of this very ledger: a unit has several when its files were read on several days."""
    piece = session.vault.sealed_in(deposit.unit).get(sha256(ledger_bytes(ledger)).hexdigest())
    return piece.item if piece is not None else ""


def seal_paths(session: Session, paths: Sequence[Path], *, progress: Progress | None = None) -> list[Sealed]:
    """Seal files and folders without reading them as messages. Raises `path_missing`, `source_unreadable`."""
    ledger = Ledger()
    items = [_item(path, name) for path, name in expand(paths, ledger)]
    for entry in ledger.sources:
        if entry.unread == "unreadable_folder":
            raise SaisineError("source_unreadable", name=entry.path, reason=why_unread(entry))
    if not items:
        return []
    sealed = session.vault.seal_many(items, actor=session.actor, progress=progress)
    journal.note(session, "deposit_sealed", count=len(sealed))
    return sealed


def _item(path: Path, name: str) -> SealItem:
    try:
        with path.open("rb") as stream:
            found = type_of(stream.read(HEAD_BYTES))
    except OSError as error:
        raise SaisineError("source_unreadable", name=name, reason=error.strerror or "") from error
    return SealItem(name, path, kind=found.kind, media_type=found.media_type)


# ------------------------------------------------------------------ what came of it


@dataclass(frozen=True, slots=True)
class DepositResult:
    """What a person reads after sealing: counts, the receipt, and what was left out with its reason."""

    sealed: int
    read: int
    skipped: int
    failed: int
    sealed_at: datetime
    ledger: Ledger
    receipt: Receipt
    is_dated: bool

    @property
    def left_out_count(self) -> int:
        return self.skipped + self.failed

    def left_out(self, language: str = "fr") -> list[str]:
        """One sentence per reason and file, for records left out, cut or unreadable."""
        return [line for entry in self.ledger.sources for line in left_out_of(entry, language)]

    def unread(self, language: str = "fr") -> list[tuple[str, str]]:
        """(name, reason) of the files sealed but not read as messages."""
        unread = (entry for entry in self.ledger.sources if entry.unread is not None)
        return [(entry.path, why_unread(entry, language)) for entry in unread]


def result_of(session: Session, deposit: Deposit) -> DepositResult:
    """The result of a sealed deposit. Raises `deposit_not_sealed`."""
    if deposit.state != Deposit.SEALED or deposit.sealed_at is None:
        raise SaisineError("deposit_not_sealed")
    report = deposit.report
    receipt = session.vault.receipt_at(int(report["size"]))
    return DepositResult(
        sealed=int(report["sealed"]),
        read=int(report["mapped"]),
        skipped=int(report["skipped"]),
        failed=int(report["failed"]),
        sealed_at=deposit.sealed_at,
        ledger=_ledger(session, deposit),
        receipt=receipt,
        is_dated=session.vault.state_of(receipt.size - 1) == "dated",
    )


def _ledger(session: Session, deposit: Deposit) -> Ledger:
    """The sealed ledger of the import; an empty one when nothing could hold messages."""
    if not deposit.ledger_item:
        return Ledger()
    return Ledger.from_json(json.loads(session.vault.read_bytes(deposit.ledger_item)))


# ------------------------------------------------------------------ three questions


def answer_questions(
    session: Session,
    deposit: Deposit,
    *,
    target: str = "",
    collector: str = "",
    in_its_name: bool = False,
    since: date | None = None,
) -> None:
    """Keep what the person said of a deposit; each may stay empty. Unknown words are refused.

    Raises `deposit_answer_unknown`.
    """
    for value, known in ((target, TARGETS), (collector, COLLECTORS)):
        if value and value not in {one[0] for one in known}:
            raise SaisineError("deposit_answer_unknown", value=value)
    deposit.target, deposit.collector, deposit.since = target, collector, since
    deposit.in_its_name = in_its_name and target == "association"
    deposit.is_asked = True
    deposit.save(update_fields=["target", "collector", "since", "in_its_name", "is_asked"])
    journal.note(session, "deposit_answered", subject=deposit.id)
