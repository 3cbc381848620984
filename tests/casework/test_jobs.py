"""Jobs: progress, cancel, failure in words; and a killed worker never leaves one « running »."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from saisine.casework import deposits, jobs
from saisine.casework.models import Deposit, Job
from saisine.casework.session import Session, open_session
from saisine.casework.worker import take_lock
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from tests.casework.world import Clock, opened, write_files

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 60


def receive(session: Session, folder: Path) -> Deposit:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return deposits.receive(session, [(f"vague/{path.name}", path) for path in files])


def start_worker(folder: Path) -> "subprocess.Popen[bytes]":
    child = subprocess.Popen(
        [sys.executable, "-m", "saisine.web.worker", "--workspace", str(folder)],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "SAISINE_WORKSPACE": str(folder)},
    )
    assert child.stdin is not None
    child.stdin.write(b"null\n")  # no passphrase
    child.stdin.flush()
    return child


def until(condition: Any, child: "subprocess.Popen[bytes]") -> bool:
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end and child.poll() is None:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def test_a_job_runs_to_its_end_and_says_so(session: Session, tmp_path: Path) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    job = deposits.start_sealing(session, deposit)
    assert job.state == Job.WAITING
    assert jobs.run_waiting(session) == 1
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.DONE, None)
    assert job.result == {"deposit": deposit.id}
    assert session.corpora.count(Query()) == 30


def test_asking_twice_starts_one_job(session: Session, tmp_path: Path) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    assert deposits.start_sealing(session, deposit).id == deposits.start_sealing(session, deposit).id


def test_a_waiting_job_can_be_cancelled_and_the_deposit_is_given_back(
    session: Session, tmp_path: Path
) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    job = deposits.start_sealing(session, deposit)
    jobs.cancel(session, job)
    jobs.run_waiting(session)
    job.refresh_from_db()
    assert job.state == Job.CANCELLED
    assert session.vault.items() == []
    again = deposits.start_sealing(session, deposits.get_deposit(session, deposit.id))
    assert again.id != job.id


def test_a_running_job_stops_at_its_next_step(session: Session, tmp_path: Path) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    job = deposits.start_sealing(session, deposit)
    Job.objects.filter(id=job.id).update(cancel_asked=True)
    jobs.run(session, job.id)
    job.refresh_from_db()
    deposit.refresh_from_db()
    assert job.state == Job.CANCELLED
    assert deposit.state == Deposit.RECEIVED
    sealed = len(session.vault.items())
    Job.objects.filter(id=job.id).delete()
    deposits.start_sealing(session, deposit)
    jobs.run_waiting(session)
    # what the first try had sealed is not sealed twice
    assert len(session.vault.items()) == 3 + 1 >= sealed


def test_a_failure_is_kept_in_words(session: Session, tmp_path: Path) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    job = deposits.start_sealing(session, deposit)
    Deposit.objects.filter(id=deposit.id).delete()
    jobs.run(session, job.id)
    job.refresh_from_db()
    assert job.state == Job.FAILED
    assert isinstance(job.error, SaisineError)
    assert job.error.sentence("fr")


def test_a_worker_killed_in_a_job_leaves_it_running_and_the_next_takes_it_up(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    with opened(folder) as session:
        deposit = receive(session, write_files(tmp_path / "f", posts=20_000))
        job = deposits.start_sealing(session, deposit)
        child = start_worker(folder)
        started = until(lambda: Job.objects.get(id=job.id).state == Job.RUNNING, child)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert started
        from django_tasks_db.models import DBTaskResult

        # the fault of the library that this test holds in check: nobody runs it, and it says running
        assert DBTaskResult.objects.running().count() == 1
        assert Job.objects.get(id=job.id).state == Job.RUNNING
        child = start_worker(folder)
        assert until(lambda: Job.objects.get(id=job.id).is_over, child)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (Job.DONE, 2)
        assert until(lambda: not DBTaskResult.objects.running().exists(), child)
        child.terminate()
        assert child.wait(WITHIN_S) == 0
    with open_session(folder, clock=Clock()) as session:
        assert session.corpora.count(Query()) == 20_000
        originals = [one for one in session.vault.items() if one.name.startswith("vague/")]
        assert len(originals) == len({one.sha256 for one in originals}) == 3


def test_a_job_that_kills_its_worker_three_times_is_told(session: Session, tmp_path: Path) -> None:
    deposit = receive(session, write_files(tmp_path / "f"))
    job = deposits.start_sealing(session, deposit)
    Job.objects.filter(id=job.id).update(state=Job.RUNNING, attempts=jobs.MAX_ATTEMPTS)
    assert jobs.recover(session) == []
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.FAILED, "job_gave_up")
    assert "3" in job.error.what("fr")  # type: ignore[union-attr]


def test_a_waiting_job_whose_task_was_lost_is_queued_again(session: Session, tmp_path: Path) -> None:
    from django_tasks_db.models import DBTaskResult

    job = deposits.start_sealing(session, receive(session, write_files(tmp_path / "f")))
    DBTaskResult.objects.all().delete()
    assert [one.id for one in jobs.recover(session)] == [job.id]
    assert DBTaskResult.objects.ready().count() == 1
    assert jobs.recover(session) == []


def test_one_worker_at_a_time(tmp_path: Path) -> None:
    first = take_lock(tmp_path)
    assert first is not None
    assert take_lock(tmp_path) is None
    first.close()
    second = take_lock(tmp_path)
    assert second is not None
    second.close()


def test_an_unknown_job_is_told(session: Session) -> None:
    with pytest.raises(SaisineError) as told:
        jobs.get_job(session, "nothing")
    assert told.value.code == "job_unknown"
