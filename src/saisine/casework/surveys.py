"""The survey of a workspace's messages: what is urgent, what is a wave, what is copied, and where each message lies.

Derived data: computed once per state of the corpora and of the rules, kept in memory and as a file that may be
deleted at any time. The file holds references, counts and times: no text, no name, no handle. Pages read its arrays,
never the corpora: a million messages are filtered in a few milliseconds.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from saisine.casework import row_files
from saisine.casework.jobs import Progress
from saisine.casework.row_files import Codes, RefCodes, Rows
from saisine.casework.session import Session
from saisine.findings import rules
from saisine.findings.danger import Danger
from saisine.findings.rows import Change, compare_rows
from saisine.findings.survey import VERSION, Survey, Urgent, findings_rows, survey

logger = logging.getLogger("saisine.surveys")

FORM: Final = 1  # of our file: raised when its arrays change
COLUMNS: Final = ("text", "text_norm", "created_at", "platform", "author_id", "target_id")
INLINE_ROWS: Final = 10_000  # fewer are surveyed while a page waits (about two seconds); more, in a job
UNDATED: Final = np.iinfo(np.int64).min
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
URGENT, OTHERS = "urgent", "others"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Every message by place, in the order of `code`: arrays of equal length, and the finding rows.

    `band` indexes `bands` (urgent, each wave by its id, others); `group` indexes `group_rows`, which gives the row
    of each group of copies, -1 for none; `at_us` is UNDATED when no time is known; `target` indexes `targets`
    (a hash, and one place that reaches it), -1 for none; `words` counts those of the text.
    """

    key: str
    code: Codes
    band: NDArray[np.int32]
    group: NDArray[np.int32]
    at_us: Codes
    platform: NDArray[np.uint8]
    target: NDArray[np.int32]
    words: NDArray[np.int32]
    bands: tuple[str, ...]
    platforms: tuple[str, ...]
    targets: tuple[tuple[str, int], ...]
    group_rows: tuple[int, ...]
    group_at: Mapping[str, int]
    found: Rows
    changes: tuple[Change, ...]
    made_at: str

    def __len__(self) -> int:
        return len(self.code)

    @property
    def n(self) -> int:
        return len(self.code)

    def places(self, refs: Sequence[str]) -> Codes:
        """The places of these references, -1 for one that is not here."""
        return self.places_of(self.found.codes.encode(refs))

    def places_of(self, codes: Codes) -> Codes:
        at = np.minimum(np.searchsorted(self.code, codes), max(0, len(self.code) - 1))
        known = self.code[at] == codes if len(self.code) else np.zeros(len(codes), bool)
        return np.where(known, at, -1)

    def refs(self, places: Codes) -> list[str]:
        return self.found.codes.decode(self.code[places])

    def when(self, place: int) -> datetime | None:
        at = int(self.at_us[place])
        return None if at == UNDATED else EPOCH + timedelta(microseconds=at)

    def row_of_band(self, band: str) -> dict[str, Any] | None:
        """The row of a wave, None for another band."""
        return next((row for row in self.found.rows if row["kind"] == "wave" and row["id"] == band), None)

    @property
    def urgent(self) -> tuple[Urgent, ...]:
        """The messages with a danger sign, and the signs."""
        rows = enumerate(self.found.rows)
        return tuple(
            Urgent(self.found.refs(at)[0], _dangers(row)) for at, row in rows if row["kind"] == "urgent"
        )


def _dangers(row: Mapping[str, Any]) -> tuple[Danger, ...]:
    return tuple(
        Danger(one["kind"], (one["span"][0], one["span"][1]), one["rule"], one["why_fr"], one["why_en"])
        for one in row["dangers"]
    )


# ------------------------------------------------------------------ asked for


def current(session: Session, progress: Progress | None = None, *, afresh: bool = False) -> Placed:
    """The survey of every corpus that can be read now; made when it is not there yet, or when asked `afresh`.

    Stopping it leaves the earlier file in place.
    """
    key = key_of(session)
    with session.lock:
        found = None if afresh else _held(session, key)
        found = found or _make(session, key, progress)
        session.kept["survey"] = found
    return found


def ready(session: Session) -> Placed | None:
    """The survey when it is there, or small enough to be made while a page waits; None when a job has to make it."""
    key = key_of(session)
    with session.lock:
        found = _held(session, key)
        if found is None and sum(info.rows for info in session.corpora.list()) <= INLINE_ROWS:
            found = _make(session, key, None)
        if found is not None:
            session.kept["survey"] = found
    return found


def _held(session: Session, key: str) -> Placed | None:
    held = session.kept.get("survey")
    if isinstance(held, Placed) and held.key == key:
        return held
    return _load(session, key)


def corpora_key(session: Session) -> str:
    """Changes with any byte of any corpus: a new one, one read again, rows erased."""
    parts = [f"{info.id}.{part.sha256}" for info in session.corpora.list() for part in info.parts]
    return hashlib.sha256(":".join(sorted(parts)).encode()).hexdigest()


@cache
def rules_key() -> str:
    """Changes with the method, with our file's form and with any word of the danger rules."""
    return hashlib.sha256(f"{VERSION}:{FORM}:".encode() + rules.DATA.read_bytes()).hexdigest()


def key_of(session: Session) -> str:
    """Names the file: equal corpora under equal rules, equal findings."""
    return hashlib.sha256(f"{rules_key()}:{corpora_key(session)}".encode()).hexdigest()[:32]


def folder_of(session: Session) -> Path:
    return session.workspace.folder / "findings"


def path_of(session: Session, key: str) -> Path:
    return folder_of(session) / f"survey-{key}.npz"


def forget(session: Session) -> None:
    """Delete every finding kept on the disk: they name rows by their place, and are made again when asked for."""
    for pattern in ("*.npz", "*.json"):
        for path in folder_of(session).glob(pattern):
            path.unlink()
    here = {part.sha256[:32] for info in session.corpora.list() for part in info.parts}
    for path in (*folder_of(session).glob("order/*.npz"), *folder_of(session).glob("own/*.npz")):
        if path.stem.partition("-")[0] not in here:  # scores of a part that is no more
            path.unlink()
    kept = (
        "survey",
        "findings",
        "decided",
        "order",
        "own_order",
        "contents",
        "by_time",
        "bands",
        "danger_kinds",
    )
    for name in kept:
        session.kept.pop(name, None)


# ------------------------------------------------------------------ made


def _make(session: Session, key: str, progress: Progress | None) -> Placed:
    if progress is not None:
        progress(0, None, "survey")
    table = session.corpora.scan(COLUMNS)
    codes = RefCodes(tuple(info.id for info in session.corpora.list()))
    made = survey(table)
    found = row_files.split_refs(findings_rows(made), codes)
    arrays = _place(table, made, found)
    facts: dict[str, Any] = {
        "key": key,
        "made_at": session.now().isoformat(),
        "corpora": codes.corpora,
        "rows": found.rows,
        "bands": [URGENT, *(one.wave.id for one in made.waves), OTHERS],
        "platforms": arrays.pop("platforms").tolist(),
        "targets": arrays.pop("targets").tolist(),
        "changes": [list(change) for change in _changes(session, found)],
    }
    path = path_of(session, key)
    row_files.write(path, facts, {"starts": found.starts, "members": found.members, **arrays})
    for old in (*path.parent.glob("survey-*.npz"), *path.parent.glob("*.json")):
        if old != path:
            old.unlink()
    return _placed(facts, {"starts": found.starts, "members": found.members, **arrays})


def _place(table: pa.Table, made: Survey, found: Rows) -> dict[str, NDArray[Any]]:
    """The arrays of `Placed`, in the order of the codes."""
    refs = table["ref"].to_pylist()
    code = found.codes.encode(refs)
    order = np.argsort(code, kind="stable")
    code = code[order]
    numbers = {id: at for at, id in enumerate([URGENT, *(one.wave.id for one in made.waves), OTHERS])}
    band = np.full(len(code), len(numbers) - 1, np.int32)
    group = np.full(len(code), -1, np.int32)
    groups = 0
    for at, row in enumerate(found.rows):
        places = np.searchsorted(code, found.codes_of(at))
        if row["kind"] == "copies":
            group[places] = groups
            groups += 1
        else:
            band[places] = numbers[URGENT] if row["kind"] == "urgent" else numbers[row["id"]]
    platform, platforms = _coded(table["platform"])
    target, targets = _targets(table, code, order)
    at_us = pc.fill_null(table["created_at"].cast(pa.int64()), UNDATED).to_numpy()[order]
    words = np.array([len((text or "").split()) for text in table["text"].to_pylist()], np.int32)
    return {
        "code": code, "band": band, "group": group, "at_us": at_us, "words": words[order],
        "platform": platform[order].astype(np.uint8), "target": target,
        "platforms": np.array(platforms, dtype=object), "targets": np.array(targets, dtype=object),
    }  # fmt: skip


def _coded(column: pa.ChunkedArray) -> tuple[Codes, list[str]]:
    names = pc.fill_null(column.cast(pa.string()), "").dictionary_encode().combine_chunks()
    found: Codes = names.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return found, names.dictionary.to_pylist()


def _targets(table: pa.Table, code: Codes, order: Codes) -> tuple[NDArray[np.int32], list[list[Any]]]:
    """(target of each place or -1, [hash, one place] of each): the file names nobody."""
    whole = pc.binary_join_element_wise(
        table["platform"].cast(pa.string()), table["target_id"].cast(pa.string()), ":"
    )
    known = pc.is_valid(whole).to_numpy()
    numbers, names = _coded(whole)
    target = np.where(known, numbers, -1)[order].astype(np.int32)
    used = sorted(set(np.unique(target[target >= 0]).tolist()))
    again = np.full(len(names) + 1, -1, np.int32)
    again[used] = np.arange(len(used))
    target = again[target]
    first = np.full(len(used), -1, np.int64)
    places = np.flatnonzero(target >= 0)[::-1]
    first[target[places]] = places
    hashes = [hashlib.sha256(names[at].encode("utf-8", "surrogatepass")).hexdigest()[:16] for at in used]
    return target, [[name, int(place)] for name, place in zip(hashes, first.tolist(), strict=True)]


def _changes(session: Session, found: Rows) -> tuple[Change, ...]:
    """What appeared, vanished or changed since the newest file there is, which this one replaces."""
    older = sorted(folder_of(session).glob("survey-*.npz"), key=lambda path: path.stat().st_mtime_ns)
    before = [one for path in older if (one := row_files.read(path))]
    if not before:
        return ()
    return tuple(one for one in compare_rows(_rows(*before[-1]).whole(), found.whole()) if one.what != "same")


def _rows(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Rows:
    return Rows(tuple(facts["rows"]), arrays["starts"], arrays["members"], RefCodes(tuple(facts["corpora"])))


def _load(session: Session, key: str) -> Placed | None:
    path = path_of(session, key)
    read = row_files.read(path)
    try:
        return _placed(*read) if read is not None else None
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as error:
        logger.warning("survey %s is made again: %s", key, type(error).__name__)
        return None


def _placed(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Placed:
    found = _rows(facts, arrays)
    group_rows = tuple(at for at, row in enumerate(found.rows) if row["kind"] == "copies")
    return Placed(
        key=facts["key"],
        **{name: arrays[name] for name in ("code", "band", "group", "at_us", "platform", "target", "words")},
        bands=tuple(facts["bands"]),
        platforms=tuple(facts["platforms"]),
        targets=tuple((name, place) for name, place in facts["targets"]),
        group_rows=group_rows,
        group_at={found.rows[at]["group"]: number for number, at in enumerate(group_rows)},
        found=found,
        changes=tuple(Change._make((*one[:4], tuple(one[4]))) for one in facts["changes"]),
        made_at=facts["made_at"],
    )
