"""The job worker of a workspace: one process at a time, held by a lock; takes up what a dead one left."""

import argparse
import fcntl
import logging
import os
import secrets
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from saisine.errors import EXIT_IO, SaisineError

DEADLINES_S = 60.0  # how often deadlines whose day has come are computed again
POLL_S = 0.25  # how long a new job waits at most before it starts
LOCK = "worker.lock"


def take_lock(folder: Path) -> IO[str] | None:
    """The worker's lock, held as long as the file is open; None when another worker holds it."""
    handle = (folder / LOCK).open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def main(arguments: Sequence[str], passphrase: str | None = None) -> int:
    """`python -m saisine.web.worker --workspace DIR`. Returns the exit code; the parent starts it again."""
    parser = argparse.ArgumentParser(prog="saisine worker")
    parser.add_argument("--workspace", default=os.environ.get("SAISINE_WORKSPACE"))
    folder = Path(parser.parse_args(arguments).workspace)
    logging.basicConfig(level=logging.WARNING)
    lock = take_lock(folder)
    if lock is None:
        print("another worker serves this workspace", file=sys.stderr)
        return EXIT_IO
    try:
        work(folder, passphrase)
    except SaisineError as error:
        print(error.sentence("fr"), file=sys.stderr)
        return error.exit_code
    finally:
        lock.close()
    return 0


def work(folder: Path, passphrase: str | None) -> None:
    """Open the workspace, take up what was left, then run jobs until told to stop; between them, dates."""
    from saisine.casework.session import open_session

    with open_session(folder, clock=lambda: datetime.now(UTC), passphrase=passphrase) as session:
        from django_tasks_db.management.commands.db_worker import Worker

        from saisine.casework import deadline_rows, jobs, planned_erasures, stamping

        jobs.serve_with(session)
        jobs.recover(session)
        worker = Worker(
            queue_names=["*"],
            interval=POLL_S,
            batch=True,  # gives back control once no job is waiting
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=secrets.token_hex(8),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        queue, next_look = stamping.Queue(), session.now()
        computed_at = -DEADLINES_S
        while worker.running:
            worker.run()
            if worker.running:  # told to stop while a job ran: the date waits for the next start
                stamping.tick(session, session.now(), queue)
                if session.now() >= next_look:
                    planned_erasures.tick(session)
                    next_look = session.now() + planned_erasures.LOOK_EVERY
                if time.monotonic() - computed_at >= DEADLINES_S:
                    deadline_rows.refresh(
                        session
                    )  # so that no page waits for thousands of them in the morning
                    computed_at = time.monotonic()
                time.sleep(POLL_S)
