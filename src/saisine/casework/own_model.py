"""A model of one's own that reads the first messages of the box again: shown, chosen, run as a job, put away.

The folder `triage/modele` of the workspace is looked at without being opened until a person has chosen what she was
shown. Our own scorer reads everything; this one, often a hundred times slower, reads what `cascade` picks. Rules,
floors and signs of danger stay ours, and nothing is hidden. What it said is kept part by part, and forgotten when it is
put away.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from saisine.casework import journal, reading_order, row_files, surveys
from saisine.casework.jobs import Progress
from saisine.casework.models import Job
from saisine.casework.reading_order import RANKS, Order
from saisine.casework.row_files import Codes, RefCodes
from saisine.casework.session import Session
from saisine.casework.surveys import Placed
from saisine.errors import SaisineError
from saisine.findings.triage.adapters import FileFacts, check_folder, load_own_model
from saisine.findings.triage.cascade import choose_among, estimate_s
from saisine.findings.triage.scoring import Result
from saisine.messages.corpus import MessageRef
from saisine.messages.side_files import replace_durably

AT_ONCE: Final = 256  # messages, between two times that they are written down
SHOWN: Final = 500  # signs of the licence


@dataclass(frozen=True, slots=True)
class OwnFolder:
    """What lies in `triage/modele` of the workspace: its files and their digest together, or why they are refused.
    Nothing was opened."""

    files: tuple[FileFacts, ...]
    licence: str
    digest: str
    error: SaisineError | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The model chosen: the digest of its files, how they lay on the disk then, and seconds for one message."""

    digest: str
    state: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Reach:
    """How many messages the model would read, how many it has read, and seconds for the others."""

    chosen: int
    read: int
    seconds: float

    @property
    def missing(self) -> int:
        return self.chosen - self.read


def folder_of(session: Session) -> Path:
    return session.workspace.folder / "triage" / "modele"


def _choice_path(session: Session) -> Path:
    return session.workspace.folder / "triage" / "modele.json"


# ------------------------------------------------------------------ shown, chosen, put away


def look(session: Session) -> OwnFolder | None:
    """The folder, looked at without loading it; None when there is none."""
    folder = folder_of(session)
    if not folder.is_dir():
        return None
    try:
        files = tuple(check_folder(folder))
    except SaisineError as error:
        return OwnFolder((), "", "", error)
    texts = [path for path in sorted(folder.iterdir()) if path.stem.lower() in ("license", "licence")]
    licence = " ".join(texts[0].read_text("utf-8", "replace")[:SHOWN].split()) if texts else ""
    return OwnFolder(files, licence, _digest(files), None)


def _digest(files: Sequence[FileFacts]) -> str:
    lines = "".join(f"{one.sha256} {one.size} {one.name}\n" for one in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _state(folder: Path) -> str:
    """How the files lie on the disk: a page asks for it, and must not read a gigabyte."""
    found = sorted((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    told = "".join(f"{path.name} {at.st_size} {at.st_mtime_ns}\n" for path, at in found)
    return hashlib.sha256(told.encode()).hexdigest()


def choose(session: Session, digest: str) -> Choice:
    """Choose the model that was shown under this digest; it is opened, and its time measured on a few messages.

    Raises `own_model_changed` when the folder holds something else by now, and what `load_own_model` does.
    """
    folder, seen = folder_of(session), look(session)
    if seen is None or (seen.error is None and seen.digest != digest):
        raise SaisineError("own_model_changed")
    if seen.error is not None:
        raise seen.error
    model = load_own_model(folder)
    texts = _some_texts(session)
    seconds = estimate_s(model.score, texts, time.process_time) / max(1, len(texts))
    choice = Choice(digest, _state(folder), seconds)
    body = {"digest": choice.digest, "state": choice.state, "seconds": choice.seconds}
    replace_durably(_choice_path(session), json.dumps(body).encode())
    journal.note(session, "own_model_chosen", subject=digest[:12])
    return choice


def _some_texts(session: Session, count: int = 32) -> list[str]:
    placed = surveys.current(session)
    step = max(1, len(placed) // count)
    refs = placed.refs(np.arange(0, len(placed), step)[:count])
    return [one.text for one in session.corpora.get_many(refs)]


def chosen(session: Session) -> Choice | None:
    """The model in service; None when none was chosen, or when its folder is no longer as it was."""
    path, folder = _choice_path(session), folder_of(session)
    if not path.is_file() or not folder.is_dir():
        return None
    try:
        choice = Choice(**json.loads(path.read_bytes()))
    except (ValueError, TypeError):
        return None  # damaged: it has to be chosen again
    return choice if choice.state == _state(folder) else None


def put_away(session: Session) -> None:
    """Back to our own order: the choice and all that the model said are forgotten; its folder stays."""
    _choice_path(session).unlink(missing_ok=True)
    for path in _folder(session).glob("*.npz"):
        path.unlink()
    journal.note(session, "own_model_put_away")


# ------------------------------------------------------------------ what it said


def _folder(session: Session) -> Path:
    return surveys.folder_of(session) / "own"


def paths(session: Session) -> list[Path]:
    """The files of what the model in service said under today's order, for each part; they may be absent."""
    choice = chosen(session)
    if choice is None:
        return []
    return [
        _folder(session) / f"{path.stem}-{choice.digest[:12]}.npz" for path in reading_order.paths(session)
    ]


def overlay(session: Session, placed: Placed, order: Order) -> Order:
    """The order with what the model in service said in the place of our own scores."""
    rank, score, unsure = order.rank.copy(), order.score.copy(), order.is_unsure.copy()
    by_own = np.zeros(len(placed), bool)
    for path in paths(session):
        read = row_files.read(path)
        if read is None:
            continue
        facts, arrays = read
        places = placed.places(RefCodes((facts["corpus"],)).decode(arrays["code"]))
        known = places >= 0
        for whole, name in ((rank, "rank"), (score, "score"), (unsure, "unsure")):
            whole[places[known]] = arrays[name][known]
        by_own[places[known]] = True
    display = np.lexsort((placed.at_us, -score, rank))
    return Order(order.model, rank, score, unsure, display, by_own)


def has_read(session: Session, ref: str) -> bool:
    """Whether the place of this message is the word of the model in service."""
    found = MessageRef.parse(ref)
    part = session.corpora.info(found.corpus).parts[found.part].sha256[:32]
    code = RefCodes((found.corpus,)).encode([ref])[0]
    for path in paths(session):
        read = row_files.read(path) if path.name.startswith(part) else None
        if read is not None and code in read[1]["code"]:
            return True
    return False


def is_its_word(result: Result) -> bool:
    """Whether a result is what the model of one's own said, and not ours."""
    return "+own:" in result.model_id


def reach(session: Session, placed: Placed) -> Reach | None:
    """How far the model in service has read; None without it or without an order."""
    choice, order = chosen(session), reading_order.first_order(session, placed)
    if choice is None or order is None:
        return None
    wanted = _wanted(order)
    now = reading_order.current(session, placed)
    read = int(now.by_own[wanted].sum()) if now is not None and now.by_own is not None else 0
    return Reach(len(wanted), read, (len(wanted) - read) * choice.seconds)


def _wanted(order: Order) -> Codes:
    return choose_among(order.display, order.score, order.is_unsure)


# ------------------------------------------------------------------ the job


def run_own(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """Read what the cascade picks and was not read yet; what is read stays read when the job is stopped.

    Raises `order_missing` without a first order, `own_model_changed` when the folder is no longer what was chosen.
    """
    placed = surveys.current(session)
    order, choice, seen = reading_order.first_order(session, placed), chosen(session), look(session)
    if order is None:
        raise SaisineError("order_missing")
    if choice is None or seen is None or seen.digest != choice.digest:
        raise SaisineError("own_model_changed")
    triage = reading_order.load_triage(session, model_dir=folder_of(session))
    _forget_others(session)
    left = [(path, corpus, refs) for path, corpus, refs in _by_part(session, placed, _wanted(order)) if refs]
    total, done = sum(len(refs) for _, _, refs in left), 0
    for path, corpus, refs in left:
        for start in range(0, len(refs), AT_ONCE):
            some = refs[start : start + AT_ONCE]
            texts = [one.text for one in session.corpora.get_many(some)]
            _add(path, corpus, some, list(triage.score(zip(some, texts, strict=True))))
            done += len(some)
            tell(done, total, "own")
    return {"read": done}


def _forget_others(session: Session) -> None:
    kept = set(paths(session))
    for old in _folder(session).glob("*.npz"):
        if old not in kept:
            old.unlink()


def _by_part(session: Session, placed: Placed, wanted: Codes) -> Iterator[tuple[Path, str, list[str]]]:
    """(file, corpus, the messages still to read) of each part."""
    refs: dict[tuple[str, int], list[str]] = {}
    for ref in placed.refs(wanted):
        found = MessageRef.parse(ref)
        refs.setdefault((found.corpus, found.part), []).append(ref)
    parts = [(info.id, number) for info in session.corpora.list() for number in range(len(info.parts))]
    for (corpus, number), path in zip(parts, paths(session), strict=True):
        read = row_files.read(path)
        known = set(RefCodes((corpus,)).decode(read[1]["code"])) if read is not None else set()
        yield path, corpus, [ref for ref in refs.get((corpus, number), ()) if ref not in known]


def _add(path: Path, corpus: str, refs: Sequence[str], results: Sequence[Result]) -> None:
    """Write these beside those that the file holds already."""
    arrays: dict[str, NDArray[np.generic]] = {
        "code": RefCodes((corpus,)).encode(refs),
        "rank": np.array([RANKS.index(one.band) for one in results], np.uint8),
        "score": np.array([one.score for one in results], np.float32),
        "unsure": np.array([one.abstain for one in results], bool),
    }
    read = row_files.read(path)
    if read is not None:
        arrays = {name: np.concatenate([read[1][name], column]) for name, column in arrays.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    row_files.write(path, {"corpus": corpus}, arrays)
