"""The reading order of a workspace: the triage's score of each message, part by part, kept until something changes.

A file per part of a corpus and per model: a new import scores only itself, a stopped job goes on where it was. The
files hold numbers alone. Nothing is hidden by an order: every band shows all of its messages.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from inspect import unwrap
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from saisine.casework import decided, row_files, surveys
from saisine.casework.jobs import Progress
from saisine.casework.models import Decision, Job, SortedMessage
from saisine.casework.row_files import Codes
from saisine.casework.session import Session
from saisine.casework.surveys import Placed
from saisine.findings.triage.blend import FIRST, NEXT, NOTHING
from saisine.findings.triage.frequencies import Frequency, frequency_of
from saisine.findings.triage.scoring import Result, Triage
from saisine.paris import PARIS

RANKS: Final = (FIRST, NEXT, NOTHING)
UNSURE: Final = "je_ne_sais_pas"
SCORED_A_SECOND: Final = 700  # measured on one shared core (docs/triage.md); said before a long job starts
TELL_EVERY: Final = 512
DRAWN_A_DAY: Final = 10
LEAST_DRAWS: Final = 20  # under which no share is told
SURE: Final = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """`rank` indexes RANKS, `score` is 0 to 1, `is_unsure` for « je ne sais pas »; `display` is every place, first
    to look at first; `by_own` says where a model of one's own spoke, None when there is none."""

    model: str
    rank: NDArray[np.uint8]
    score: NDArray[np.float32]
    is_unsure: NDArray[np.bool_]
    display: Codes
    by_own: NDArray[np.bool_] | None = None

    def is_rank(self, name: str) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.rank == RANKS.index(name)
        return found

    def rank_of(self, members: Codes) -> str:
        """Of a group, the rank of its first member to look at."""
        return RANKS[int(self.rank[members].min())]

    def counts(self, places: Codes) -> dict[str, int]:
        found = np.bincount(self.rank[places], minlength=len(RANKS))
        return {**dict(zip(RANKS, found.tolist(), strict=True)), UNSURE: int(self.is_unsure[places].sum())}


# ------------------------------------------------------------------ the model


def lexicon_path(session: Session) -> Path:
    """An association's own terms, in the form of ours; it may be absent."""
    return session.workspace.folder / "triage" / "lexicon.yaml"


def load_triage(session: Session, *, with_local: bool = True, model_dir: Path | None = None) -> Triage:
    """The scorer of this workspace: its own terms over ours, and what its decisions taught.

    Raises `triage_lexicon_malformed`, and what `Triage.load` does.
    """
    from saisine.casework import learning  # late: it asks this module for its scorer

    state = learning.state_key(session) if with_local else ""
    key = (_digest(lexicon_path(session)), state, str(model_dir), _own_digest(session) if model_dir else "")
    name = "own_triage" if model_dir else "triage"
    with session.lock:
        held = session.kept.get(name)
        if isinstance(held, tuple) and held[0] == key:
            kept: Triage = held[1]
            return kept
        local = learning.active_model(session) if with_local else None
        made = Triage.load(model_dir, local, cues=_cues_of(lexicon_path(session), key[0]))
        session.kept[name] = (key, made)
    return made


def _own_digest(session: Session) -> str:
    from saisine.casework import own_model

    choice = own_model.chosen(session)
    return choice.digest if choice else ""


@lru_cache(2)
def _cues_of(path: Path, digest: str) -> Any:
    """The cues over the lexicon as it is now; None for ours alone. The digest makes a changed file a new one."""
    from saisine.findings.triage.lexicon import load_lexicon
    from saisine.findings.triage.rules import load_cues

    # both remember by argument: the same path may hold other words now, and a lexicon is no key
    return unwrap(load_cues)(lexicon=unwrap(load_lexicon)(own=path)) if digest else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def model_key(session: Session) -> str:
    """Names the scorer: its arrays, its rules, the workspace's own terms and what was learnt here."""
    from saisine.casework import learning

    words = (_shipped(), surveys.rules_key(), _digest(lexicon_path(session)), learning.state_key(session))
    return hashlib.sha256(":".join(words).encode()).hexdigest()[:24]


def arrays_key() -> str:
    """Names the arrays shipped."""
    from saisine.findings.triage import model

    return _file_key(model.FOLDER / "model.npz")[:12]


def _shipped() -> str:
    from saisine.findings.triage import lexicon, model, rules

    return ":".join(_file_key(path) for path in (
        model.FOLDER / "model.npz", model.FOLDER / "model.json", rules.DATA, *sorted(lexicon.DATA.glob("*.yaml"))
    ))  # fmt: skip


def _file_key(path: Path) -> str:
    state = path.stat()
    return _file_digest(path, state.st_mtime_ns, state.st_size)


@lru_cache(32)
def _file_digest(path: Path, changed: int, size: int) -> str:
    return _digest(path)


# ------------------------------------------------------------------ kept


def _folder(session: Session) -> Path:
    return surveys.folder_of(session) / "order"


def _paths(session: Session) -> Iterator[tuple[str, int, Path]]:
    """(corpus, part number, its file of scores) of every part there is."""
    key = model_key(session)
    for info in session.corpora.list():
        for number, part in enumerate(info.parts):
            yield info.id, number, _folder(session) / f"{part.sha256[:32]}-{key}.npz"


def paths(session: Session) -> list[Path]:
    """The file of scores of every part there is, in the order of the corpora."""
    return [path for _, _, path in _paths(session)]


def missing_rows(session: Session) -> int:
    """How many messages the order does not know yet."""
    infos = {info.id: info for info in session.corpora.list()}
    return sum(infos[id].parts[number].rows for id, number, path in _paths(session) if not path.exists())


def current(session: Session, placed: Placed) -> Order | None:
    """The reading order, a model of one's own having its say where it read; None while a part of it is missing."""
    from saisine.casework import own_model  # late: it asks this module for the order that it changes

    files = own_model.paths(session)
    if not files:
        return first_order(session, placed)
    key = (placed.key, *((path.name, path.stat().st_mtime_ns) for path in files if path.exists()))
    return _kept(session, "own_order", key, lambda: _overlaid(first_order(session, placed), session, placed))


def _overlaid(order: Order | None, session: Session, placed: Placed) -> Order | None:
    from saisine.casework import own_model

    return own_model.overlay(session, placed, order) if order is not None else None


def first_order(session: Session, placed: Placed) -> Order | None:
    """The order of our own scorer, with what was learnt here; None while a part of it is missing."""
    files = paths(session)
    key = (placed.key, *(path.name for path in files))
    return _kept(session, "order", key, lambda: _load(placed, files))


def _kept(session: Session, name: str, key: object, make: Callable[[], Order | None]) -> Order | None:
    with session.lock:
        held = session.kept.get(name)
        if isinstance(held, tuple) and held[0] == key:
            found: Order | None = held[1]
            return found
        made = make()
        if made is not None:
            session.kept[name] = (key, made)
    return made


def _load(placed: Placed, paths: list[Path]) -> Order | None:
    if not paths or not all(path.exists() for path in paths):
        return None
    rank = np.full(len(placed), RANKS.index(NEXT), np.uint8)
    score, unsure = np.zeros(len(placed), np.float32), np.ones(len(placed), bool)
    for path in paths:
        read = row_files.read(path)
        if read is None:
            path.unlink(missing_ok=True)  # damaged: made again
            return None
        facts, arrays = read
        places = placed.places(row_files.RefCodes((facts["corpus"],)).decode(arrays["code"]))
        known = places >= 0
        for whole, name in ((rank, "rank"), (score, "score"), (unsure, "unsure")):
            whole[places[known]] = arrays[name][known]
    display = np.lexsort((placed.at_us, -score, rank))
    return Order(paths[0].stem.rpartition("-")[2], rank, score, unsure, display)


def run_order(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """Score what has no score under today's model; what is done stays done when the job is stopped."""
    return {"scored": score_missing(session, tell)}


def score_missing(session: Session, tell: Progress) -> int:
    """How many messages were scored. Files of other models or of parts that are gone are deleted."""
    total, done = missing_rows(session), 0
    triage = load_triage(session)
    wanted = list(_paths(session))
    missing = {(corpus, number): path for corpus, number, path in wanted if not path.exists()}
    for (corpus, number), texts in _texts_of(session, frozenset(missing)):
        refs, results = [], []
        for (ref, _), result in zip(texts, triage.score(texts), strict=True):
            refs.append(ref)
            results.append(result)
            if len(refs) % TELL_EVERY == 0:
                tell(done + len(refs), total, "order")
        done += len(refs)
        _write(missing.pop((corpus, number)), corpus, refs, results)
    for (corpus, _), path in missing.items():
        _write(path, corpus, [], [])  # of these parts nothing is left to read
    kept = {path for _, _, path in wanted}
    for old in _folder(session).glob("*.npz"):
        if old not in kept:
            old.unlink()
    return done


def _texts_of(
    session: Session, parts: frozenset[tuple[str, int]]
) -> Iterator[tuple[tuple[str, int], list[tuple[str, str]]]]:
    """((corpus, part), its messages as (reference, text)) of these parts; the others are not opened."""
    from saisine.messages.corpus import Query

    for corpus in sorted({corpus for corpus, _ in parts}):
        query = Query(corpus=corpus, all_observations=True)
        for table in session.corpora.scan_parts(("text",), query, parts=parts):
            refs = table["ref"].to_pylist()
            if refs:
                found = refs[0].split(":")
                yield (found[0], int(found[1])), list(zip(refs, table["text"].to_pylist(), strict=True))


def _write(path: Path, corpus: str, refs: list[str], results: list[Result]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {
        "code": row_files.RefCodes((corpus,)).encode(refs),
        "rank": np.array([RANKS.index(one.band) for one in results], np.uint8),
        "score": np.array([one.score for one in results], np.float32),
        "unsure": np.array([one.abstain for one in results], bool),
    }
    row_files.write(path, {"corpus": corpus}, arrays)


# ------------------------------------------------------------------ why, and what was missed


def why(session: Session, ref: str) -> Result:
    """Why a message is where it is, for and against, computed again for this one alone. Raises `message_unknown`, and
    what loading a model of one's own does where that one spoke."""
    from saisine.casework import own_model

    text = session.corpora.get(ref).text
    folder = own_model.folder_of(session) if own_model.has_read(session, ref) else None
    return load_triage(session, model_dir=folder).score_text(text)


def frequency(session: Session, result: Result) -> Frequency | None:
    """How often messages scored like this one were harmful in our trials; None where the trials say nothing, and where
    a model of one's own spoke."""
    triage = load_triage(session)
    return frequency_of(triage, result) if result.model_id == triage.id else None


@dataclass(frozen=True, slots=True)
class Missed:
    """Of `drawn` messages drawn at random from the last band, `found` were kept; `low` and `high` are how many of
    the `total` of that band would be, 95 times in 100; None when too few were drawn."""

    drawn: int
    found: int
    total: int
    low: int | None
    high: int | None


def sample_mask(session: Session, placed: Placed) -> NDArray[np.bool_]:
    """Today's draw: DRAWN_A_DAY messages of the last band that nobody had decided on before, the same all day."""
    mask = np.zeros(len(placed), bool)
    order = current(session, placed)
    if order is None:
        return mask
    marks = decided.values(session, placed)
    drawn = placed.places(_drawn_on(session, session.today()))
    drawn = drawn[drawn >= 0]
    last = np.flatnonzero(order.is_rank(NOTHING) & (marks == decided.NOTHING))
    seed = hashlib.sha256(f"{session.today().isoformat()}:{placed.key}".encode()).digest()
    # a place keeps its luck all day, whatever is decided beside it
    luck = np.random.default_rng(int.from_bytes(seed[:8])).random(len(placed))
    chosen = last[np.argsort(luck[last], kind="stable")][: max(0, DRAWN_A_DAY - len(drawn))]
    mask[chosen] = mask[drawn] = True
    return mask


def _drawn_on(session: Session, day: date) -> list[str]:
    rows = SortedMessage.objects.filter(decision__band="sample").values_list("ref", "decision__at")
    return [ref for ref, at in rows if at.astimezone(PARIS).date() == day]


def missed(session: Session, placed: Placed) -> Missed | None:
    """What the draws say of the last band; None without an order. Exact binomial interval (Clopper, Pearson 1934)."""
    order = current(session, placed)
    if order is None:
        return None
    last = order.is_rank(NOTHING)
    rows = list(SortedMessage.objects.filter(decision__band="sample").values_list("ref", "value"))
    places = placed.places([ref for ref, _ in rows])
    inside = [value for (_, value), at in zip(rows, places.tolist(), strict=True) if at >= 0 and last[at]]
    drawn, found, total = len(inside), sum(value == Decision.KEEP for value in inside), int(last.sum())
    if drawn < LEAST_DRAWS:
        return Missed(drawn, found, total, None, None)
    low, high = exact_interval(found, drawn)
    return Missed(drawn, found, total, int(low * total), int(high * total))


def exact_interval(found: int, drawn: int) -> tuple[float, float]:
    """(low, high) share, 95 %: of a draw of `drawn`, `found` had it."""
    from scipy.stats import beta

    tail = (1 - SURE) / 2
    low = 0.0 if not found else float(beta.ppf(tail, found, drawn - found + 1))
    high = 1.0 if found == drawn else float(beta.ppf(1 - tail, found + 1, drawn - found))
    return low, high
