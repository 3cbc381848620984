"""Files that come again: one import at a time, and bytes read before keep their first day.

Two imports of one file at the same moment would each find it unread and count its messages twice. A file read again
by a named format is evidence of the day it first came, not of today: read as new, an old text would replace the
text that a later export gave.
"""

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from saisine.casework.jobs import Progress
from saisine.casework.session import Session
from saisine.messages.corpus_files import ledger_bytes
from saisine.messages.importing import ImportResult, import_paths
from saisine.messages.ledger import Ledger
from saisine.messages.reading import expand, hash_file
from saisine.vault import SealItem

_LOCK: Final = "import.lock"
# Between readings of the same bytes the last one is shown; on their common day this alone tells them apart.
_LATER: Final = timedelta(microseconds=1)

_Group = dict[Path, str]  # files, each with the name that the ledger shows


@contextmanager
def in_turn(session: Session) -> Iterator[None]:
    """One import at a time, over all processes; the others wait, then see what the first one read."""
    session.readings.mkdir(mode=0o700, exist_ok=True)
    with (session.readings / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def import_files(
    session: Session,
    unit: str,
    paths: Sequence[Path],
    *,
    names: Mapping[Path, str] | None = None,
    format_id: str | None = None,
    profile: Path | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Seal and read files into one unit; with a named format, those read before as on their first day.

    Raises what `import_paths` raises.
    """

    def read(chosen: Sequence[Path], shown: Mapping[Path, str] | None, day: datetime | None) -> ImportResult:
        return import_paths(
            chosen,
            vault=session.vault,
            corpora=session.corpora,
            clock=session.clock if day is None else lambda: day,
            format_id=format_id,
            profile=profile,
            unit=unit,
            actor=session.actor,
            progress=progress,
            names=shown,
            resume=True,
        )

    # without a named format, what was read before is not read again at all
    if format_id is None and profile is None:
        return read(paths, names, None)
    met = Ledger()
    groups = _by_day(session, unit, list(expand(paths, met, names)))
    if not any(groups):
        return read(paths, names, None)
    return _joined(session, unit, met, [read(list(group), group, day) for day, group in groups.items()])


def _by_day(session: Session, unit: str, files: Sequence[tuple[Path, str]]) -> dict[datetime | None, _Group]:
    """The files by the day on which they are to be read, None for those that come for the first time."""
    days = _first_days(session, unit)
    groups: dict[datetime | None, _Group] = {}
    for path, name in files:
        groups.setdefault(days.get(_digest(path)), {})[path] = name
    return groups


def _first_days(session: Session, unit: str) -> dict[str, datetime]:
    """For the SHA-256 of each source that another import held, when it came first, and a little later for each
    reading made of it since."""
    days: dict[str, list[datetime]] = {}
    for info in session.corpora.list():
        for digest in {digest for digest, _ in info.sources if info.unit != unit}:
            days.setdefault(digest, []).append(info.created_at)
    return {digest: min(known) + len(known) * _LATER for digest, known in days.items()}


def _digest(path: Path) -> str:
    """The SHA-256 of a file; "" for one that cannot be read, which the import finds out and tells."""
    try:
        return hash_file(path)
    except OSError:
        return ""


def _joined(session: Session, unit: str, met: Ledger, done: Sequence[ImportResult]) -> ImportResult:
    """Readings of several days as the one import that the person asked for, with one ledger, sealed like any."""
    for one in done:
        met.sources += one.ledger.sources
    body = ledger_bytes(met)
    if sha256(body).hexdigest() not in session.vault.sealed_in(unit):
        item = SealItem("ledger.json", body, kind="records", media_type="application/json")
        session.vault.seal(item, unit=unit, actor=session.actor)
    sealed = [piece for one in done for piece in one.sealed]
    return ImportResult(sealed, met, [corpus for one in done for corpus in one.corpora], unit)
