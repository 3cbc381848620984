"""One row for each message: which rows a newer observation replaces, over every corpus of a folder.

The same post comes back in a second export, a capture, a quotation. Each row is kept as an observation; searches and
counts look at one, the newest.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa

from saisine.messages.decrypted import Mask, OpenPart, rows_table
from saisine.messages.engines import Engine

IDENTITY: Final = ("platform", "message_id")
OBSERVATION: Final = (*IDENTITY, "role", "collected_at")

# (corpus, part name) -> the rows of that part that a newer observation replaces
Superseded = dict[tuple[str, str], Mask]
Opener = Callable[[Sequence[str]], Iterable[OpenPart]]


class Newest:
    """Remembers which rows are replaced, until a corpus comes, goes or changes. Safe between threads."""

    def __init__(self) -> None:
        self._known: dict[str | None, tuple[object, Superseded]] = {}
        self._lock = threading.Lock()

    def of(self, scope: str | None, state: object, open_parts: Opener, engine: Engine) -> Superseded:
        """The rows replaced among those of `scope` (one corpus, or all for None), when the corpora are in this
        `state` (anything that changes as they do)."""
        with self._lock:
            known = self._known.get(scope)
            if known is None or known[0] != state:
                known = self._known[scope] = state, find_superseded(open_parts, engine)
            return known[1]

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


def find_superseded(open_parts: Opener, engine: Engine) -> Superseded:
    """Ask twice: which identities are there more than once (ids alone are read), then which of their rows go.

    Most imports repeat nothing, and the second question is not asked.
    """
    repeated = engine.ask("repeats", {"rows": rows_table(list(open_parts(IDENTITY)), {})})
    if not repeated.num_rows:
        return {}
    parts = list(open_parts(OBSERVATION))
    found = engine.ask("superseded", {"rows": rows_table(parts, {}), "repeated": repeated})
    return _masks(parts, found)


def _masks(parts: Sequence[OpenPart], found: pa.Table) -> Superseded:
    by_place = {(one.info.id, one.number): one.part for one in parts}
    masks: Superseded = {}
    for corpus, number, rows in by_part(found):
        part = by_place[corpus, number]
        mask = np.zeros(part.rows, np.bool_)
        mask[rows] = True
        masks[corpus, part.name] = mask
    return masks


def by_part(places: pa.Table) -> Iterator[tuple[str, int, np.ndarray]]:
    """(corpus, part number, row numbers ascending) of a table of `corpus`, `part`, `row`."""
    if not places.num_rows:
        return
    grouped = places.group_by(["corpus", "part"]).aggregate([("row", "list")])
    for corpus, number, rows in zip(*(column.to_pylist() for column in _three(grouped)), strict=True):
        yield corpus, number, np.sort(np.asarray(rows, np.int64))


def _three(grouped: pa.Table) -> Iterator[pa.ChunkedArray]:
    return chain(grouped[name] for name in ("corpus", "part", "row_list"))
