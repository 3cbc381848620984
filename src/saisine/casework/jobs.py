"""Long work as rows of ours, run by the task library, with progress, cancel and resume.

The library leaves the task of a killed worker in state RUNNING for ever (measured with django-tasks-db 0.13):
at start `recover` takes our rows up again, and closes what the library left behind. One worker per workspace
holds a lock, so a row that is « running » while nobody holds it belongs to a dead process.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol

from django.db import OperationalError, transaction
from django_tasks import task

from saisine.casework.models import Job, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError

logger = logging.getLogger("saisine.jobs")

MAX_ATTEMPTS: Final = 3  # a job that kills its worker three times is told, not tried for ever
TELL_EVERY_S: Final = 0.3  # progress rows: often enough for a person, seldom enough for the disk


class Cancelled(Exception):
    """The person asked to stop; raised out of the progress callback."""


class Progress(Protocol):
    def __call__(self, done: int, total: int | None, what: str) -> None: ...


Work = Callable[[Session, Job, Progress], dict[str, object]]

# kind -> module.function that does it; late import, so that a page that only enqueues stays light
KINDS: Final[dict[str, str]] = {
    "deposit": "saisine.casework.deposits.run_deposit",
    "dossier": "saisine.casework.dossiers.run_build",
    "verify": "saisine.casework.vault_jobs.run_verify",
    "stamp": "saisine.casework.vault_jobs.run_stamp",
    "backup": "saisine.casework.backups.run_backup",
    "findings": "saisine.casework.findings_rows.run_findings",
    "order": "saisine.casework.reading_order.run_order",
    "learn": "saisine.casework.learning.run_learn",
    "own": "saisine.casework.own_model.run_own",
    "everything": "saisine.casework.everything.run_export",
    "erase": "saisine.casework.planned_erasures.run_due",
}

_serving: list[Session] = []


def serve_with(session: Session | None) -> None:
    """The session in which this process runs jobs: the task library calls a plain function."""
    _serving[:] = [session] if session is not None else []


def start(session: Session, kind: str, subject: str, options: dict[str, object] | None = None) -> Job:
    """A new job, queued; an unfinished one on the same subject is given back instead of a second."""
    now = session.now()
    with transaction.atomic():
        running = Job.objects.filter(kind=kind, subject=subject, state__in=(Job.WAITING, Job.RUNNING)).first()
        if running is not None:
            return running
        job = Job.objects.create(
            kind=kind,
            subject=subject,
            options=options or {},
            by=session.actor,
            created_at=now,
            changed_at=now,
        )
        _enqueue(job)
    return job


def _enqueue(job: Job) -> None:
    result = run_job.enqueue(job.id)
    Job.objects.filter(id=job.id).update(task=str(result.id), state=Job.WAITING)


def get_job(session: Session, id: str) -> Job:
    """Raises `job_unknown`."""
    found: Job = first_or_raise(Job.objects.filter(id=id), "job_unknown")
    return found


def job_of(session: Session, subject: str) -> Job | None:
    """The newest job on a deposit or a dossier."""
    return Job.objects.filter(subject=subject).order_by("-created_at").first()


def cancel(session: Session, job: Job) -> None:
    """Ask a job to stop: at once when it waits, at its next step when it runs."""
    with transaction.atomic():
        waiting = Job.objects.filter(id=job.id, state=Job.WAITING)
        if not waiting.update(state=Job.CANCELLED, cancel_asked=True, changed_at=session.now()):
            Job.objects.filter(id=job.id, state=Job.RUNNING).update(cancel_asked=True)


@task()
def run_job(id: str) -> None:
    """What the worker runs: our row says the rest."""
    run(_serving[0], id)


def run(session: Session, id: str) -> None:
    """Run one job to its end: done, cancelled or failed with its reason. Raises nothing of the work's.

    Raises `database_full` when not even that can be written: the row stays, for the next start to take up.
    """
    try:
        _run(session, id)
    except OperationalError as error:
        raise SaisineError("database_full", reason=error) from error


def _run(session: Session, id: str) -> None:
    with transaction.atomic():
        job = Job.objects.filter(id=id).first()
        if job is None or job.is_over:
            return
        job.state, job.attempts, job.changed_at = Job.RUNNING, job.attempts + 1, session.now()
        job.save(update_fields=["state", "attempts", "changed_at"])
    try:
        # under the id of whoever asked, never under this computer's
        asking = session.acting(job.by) if job.by else session
        result = _work_of(job)(asking, job, _Told(session, job))
    except Cancelled:
        _finish(session, job, Job.CANCELLED)
    except SaisineError as error:
        _fail(session, job, error)
    except Exception as error:
        # one of the three doors: the class alone is logged, a message may quote what a file held
        logger.exception("job %s (%s) failed: %s", job.id, job.kind, type(error).__name__)
        _fail(session, job, SaisineError("job_failed", reason=type(error).__name__))
    else:
        job.result = result
        _finish(session, job, Job.DONE)


def _work_of(job: Job) -> Work:
    from importlib import import_module

    module, _, name = KINDS[job.kind].rpartition(".")
    work: Work = getattr(import_module(module), name)
    return work


def _finish(session: Session, job: Job, state: str) -> None:
    job.state, job.changed_at = state, session.now()
    job.save(update_fields=["state", "changed_at", "result", "error_code", "error_facts"])


def _fail(session: Session, job: Job, error: SaisineError) -> None:
    job.error_code = error.code
    job.error_facts = {
        key: value if isinstance(value, int) else str(value) for key, value in error.facts.items()
    }
    _finish(session, job, Job.FAILED)


class _Told:
    """The progress callback of a job: writes its row now and then, and stops it when asked."""

    def __init__(self, session: Session, job: Job) -> None:
        self._session, self._job = session, job
        self._next = 0.0

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if time.monotonic() < self._next and what == self._job.step:
            return
        self._next = time.monotonic() + TELL_EVERY_S
        self._job.done, self._job.total, self._job.step = done, total, what[:40]
        Job.objects.filter(id=self._job.id).update(
            done=done, total=total, step=what[:40], changed_at=self._session.now()
        )
        if Job.objects.filter(id=self._job.id, cancel_asked=True).exists():
            raise Cancelled


def recover(session: Session) -> list[Job]:
    """At the start of a worker, under its lock: whatever a dead process left is taken up again, or told.

    Returns the jobs queued again. Those that already killed their worker three times end as failed.
    """
    from django_tasks_db.models import DBTaskResult

    with transaction.atomic():
        DBTaskResult.objects.running().delete()
        again = []
        ready = set(map(str, DBTaskResult.objects.ready().values_list("id", flat=True)))
        for job in Job.objects.filter(state__in=(Job.WAITING, Job.RUNNING)).order_by("created_at"):
            if job.state == Job.RUNNING and job.cancel_asked:
                _finish(session, job, Job.CANCELLED)
            elif job.state == Job.RUNNING and job.attempts >= MAX_ATTEMPTS:
                _fail(session, job, SaisineError("job_gave_up", attempts=job.attempts))
            elif job.state == Job.RUNNING or job.task not in ready:
                _enqueue(job)
                again.append(job)
    return again


def run_waiting(session: Session) -> int:
    """Run every waiting job in this process, in order; how many ran. For the command line and the tests."""
    waiting = list(Job.objects.filter(state=Job.WAITING).order_by("created_at").values_list("id", flat=True))
    for id in waiting:
        run(session, id)
    return len(waiting)


def prune(session: Session, older_than: timedelta = timedelta(days=30)) -> int:
    """Forget the library's rows of finished tasks; ours stay, they are decided data."""
    from django_tasks_db.models import DBTaskResult

    deleted, _ = DBTaskResult.objects.finished().filter(finished_at__lt=session.now() - older_than).delete()
    return int(deleted)
