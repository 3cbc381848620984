"""The queue of dates: the worker asks the configured authorities for the newest head, and tries again.

Nothing is sent while no authority is configured. What is still undated is read from the vault itself, so a
stop loses nothing; only the waiting times live in memory.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from saisine.casework import journal
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault.stamps import Stamper, StampResult, pending_authorities, stamp_newest

logger = logging.getLogger("saisine.stamping")

BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
# After a date: at most one request every five minutes while somebody works (docs/time-stamps.md).
CALM: Final = timedelta(minutes=5)
_ROWS: Final = {"dated": "stamp_dated", "queued": "stamp_waiting", "refused": "stamp_refused"}


@dataclass
class Waiting:
    """When an authority may be asked again, and how many times in a row it has failed."""

    until: datetime
    failures: int = 0
    told: str = ""


@dataclass
class Queue:
    """What is remembered between two calls of `tick`, for one process."""

    waiting: dict[str, Waiting] = field(default_factory=dict)
    seen: tuple[int, int, int] = (-1, -1, -1)
    pending: list[str] = field(default_factory=list)


def tick(
    session: Session,
    now: datetime,
    queue: Queue,
    *,
    stamper: Stamper | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> list[StampResult]:
    """Ask whoever is due to date the newest head. Raises nothing: what went wrong is logged, and waits.

    Takes no time when nothing has changed; an authority that does not answer holds it ten seconds.
    """
    try:
        due = _due(session, now, queue)
        if not due:
            return []
        results = stamp_newest(
            session.vault, now=now, random=random, stamper=stamper, only=due, clock=session.clock
        )
        for result in results:
            _remember(session, now, queue, result)
    except SaisineError as error:
        _postpone(queue, now)
        logger.warning("stamping: %s", error.sentence("en"))
    except Exception:
        _postpone(queue, now)
        logger.exception("stamping")
    else:
        return results
    return []


def _due(session: Session, now: datetime, queue: Queue) -> list[str]:
    """The authorities that have not dated the newest head and whose waiting time is over."""
    vault = session.vault
    if not vault.is_writable or _is_calm(queue, now):
        return []
    vault.journal.refresh()
    folders = (vault.journal.heads, vault.folder / "trust" / "tsa")
    seen = (vault.journal.size, *(folder.stat().st_mtime_ns for folder in folders))
    if seen != queue.seen:
        queue.pending = [one.name for one in pending_authorities(vault.folder, vault.journal)]
        queue.seen = (seen[0], seen[1], seen[2])
    return [name for name in queue.pending if name not in queue.waiting or queue.waiting[name].until <= now]


def _is_calm(queue: Queue, now: datetime) -> bool:
    """Whether something went wrong with the vault itself a moment ago."""
    whole = queue.waiting.get("")
    return whole is not None and now < whole.until


def _postpone(queue: Queue, now: datetime) -> None:
    failures = queue.waiting.get("", Waiting(now)).failures
    queue.waiting[""] = Waiting(now + _delay(failures), failures + 1)


def _delay(failures: int) -> timedelta:
    return BACK_OFF[min(failures, len(BACK_OFF) - 1)]


def _remember(session: Session, now: datetime, queue: Queue, result: StampResult) -> None:
    """One row when the state of an authority changes, and one for each date; an outage is told once."""
    before = queue.waiting.get(result.authority, Waiting(now))
    if result.state == "dated":
        queue.waiting[result.authority] = Waiting(now + CALM)
        queue.waiting.pop("", None)
    else:
        delay = _delay(before.failures)
        queue.waiting[result.authority] = Waiting(now + delay, before.failures + 1, result.state)
    if result.state != before.told:
        journal.note(session, _ROWS[result.state], subject=str(result.size))
