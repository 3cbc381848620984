"""The corpora of one workspace, read: list, search by pages, open one row, count, scan.

Questions are Ibis expressions (`questions.py`), answered by the engine given (`engines.py`), over decrypted columns
that are kept in memory up to a bound, so that the second question is fast.
"""

import builtins
import re
import shutil
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from saisine.errors import SaisineError
from saisine.messages.corpus_files import (
    MANIFEST,
    PART_ROWS,
    CorpusInfo,
    PartKeys,
    load_ledger,
    load_manifest,
    sweep_unfinished,
)
from saisine.messages.decrypted import CACHE_BYTES, Decrypted, OpenPart, rows_table
from saisine.messages.engines import Engine, embedded
from saisine.messages.full_text import Sidecar
from saisine.messages.ledger import Ledger
from saisine.messages.newest import Newest, Superseded, by_part
from saisine.messages.queries import (
    DAWN_US,
    Place,
    Query,
    asked_tables,
    by_unit,
    columns_asked,
    fold_names,
    microseconds,
    names_asked,
    needles,
)
from saisine.messages.schema import ARROW_SCHEMA, COLUMNS, Message

__all__ = ["Corpora", "CorpusInfo", "MessageRef", "Page", "Query"]

# One question is asked of parts up to these sizes at a time, so that memory does not grow with the corpora.
STEP_ROWS: Final = 1_000_000
STEP_BYTES: Final = 256 << 20
# The key of a part is gone when its unit was erased: what it held is gone too, and that is no fault.
ERASED: Final = frozenset({"part_key_missing", "unit_erased", "unit_unknown"})
_REF: Final = re.compile(r"([0-9A-Za-z_-]+):(\d{1,6}):(\d{1,9})")


class MessageRef(NamedTuple):
    """Where a row lies: corpus, part number, row number. Its text form is `<corpus>:<part>:<row>`."""

    corpus: str
    part: int
    row: int

    @classmethod
    def parse(cls, text: str) -> "MessageRef":
        """Raises `message_unknown` for anything else than a reference."""
        found = _REF.fullmatch(text)
        if found is None:
            raise SaisineError("message_unknown")
        return cls(found[1], int(found[2]), int(found[3]))

    def __str__(self) -> str:
        return f"{self.corpus}:{self.part}:{self.row}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages, newest first, undated ones last; `next` is the cursor of what follows, or None."""

    items: list[Message]
    next: str | None


class Corpora:
    """Every corpus of one folder, read with the keys of its vault.

    >>> corpora = Corpora(workspace.corpora, vault.part_keys)
    >>> page = corpora.search(Query(text="réunion"), limit=50)
    >>> corpora.search(Query(text="réunion"), after=page.next)
    """

    def __init__(
        self,
        folder: Path,
        keys: PartKeys,
        *,
        cache_bytes: int = CACHE_BYTES,
        engine: Callable[[], Engine] = embedded,
        index: Path | None = None,
    ) -> None:
        self.folder = folder
        self.keys = keys
        self._engine = engine
        self._columns = Decrypted(cache_bytes)
        self._newest = Newest()
        self._words = Sidecar(index)
        self._manifests: dict[Path, tuple[int, CorpusInfo]] = {}

    # ------------------------------------------------------------ what there is

    def list(self) -> builtins.list[CorpusInfo]:
        """Every corpus that can be read, oldest first; damaged ones are named by `damaged`."""
        return sorted(
            (info for _, info in self._each() if info is not None),
            key=lambda info: (info.created_at, info.id),
        )

    def damaged(self) -> builtins.list[str]:
        """The names of corpora whose manifest cannot be read: their sources can be imported again."""
        return [path.name for path, info in self._each() if info is None]

    def _each(self) -> Iterator[tuple[Path, CorpusInfo | None]]:
        for path in sorted(self.folder.glob("*/" + MANIFEST)) if self.folder.is_dir() else []:
            if path.parent.suffix == ".tmp":
                continue
            try:
                yield path.parent, self._manifest(path)
            except (SaisineError, OSError):
                yield path.parent, None

    def _manifest(self, path: Path) -> CorpusInfo:
        changed = path.stat().st_mtime_ns
        known = self._manifests.get(path)
        if known is None or known[0] != changed:
            known = self._manifests[path] = (changed, load_manifest(path.parent))
        return known[1]

    def info(self, corpus: str) -> CorpusInfo:
        """One corpus by id. Raises `corpus_unknown` or `corpus_damaged`."""
        path = self.folder / corpus / MANIFEST
        if "/" in corpus or corpus.startswith(".") or not path.is_file():
            raise SaisineError("corpus_unknown", corpus=corpus)
        return self._manifest(path)

    def ledger(self, corpus: str) -> Ledger:
        """The ledger kept with a corpus."""
        return load_ledger(self.folder / corpus, self.info(corpus), self.keys)

    def sweep(self) -> builtins.list[str]:
        """Remove what a stopped import left unfinished; return the ids. Their files stay sealed."""
        return sweep_unfinished(self.folder, self.keys)

    def discard(self, corpus: str) -> None:
        """Remove a corpus from the disk: its unit was erased, so nothing can read it any more."""
        path = self.folder / corpus
        if "/" in corpus or corpus.startswith(".") or not path.is_dir():
            raise SaisineError("corpus_unknown", corpus=corpus)
        shutil.rmtree(path)
        self.forget()
        self._manifests.pop(path / MANIFEST, None)

    def forget(self) -> None:
        """Drop what was decrypted from memory (a workspace being locked), and an index of what is gone."""
        self._columns.forget()
        self._newest.forget()
        self._words.drop_stale(part.sha256 for info in self.list() for part in info.parts)

    # ------------------------------------------------------------ index

    @property
    def index_state(self) -> str | None:
        """Where the index of words lies: `memory`, `disk` (in the file given as `index`), None without one."""
        return self._words.state

    def build_index(self, *, disk_is_encrypted: bool = False) -> None:
        """Index the words of every message, to search large corpora faster; results are the same without it.

        The index holds words in the clear: it is kept in memory unless a person says that the disk is encrypted.
        """
        opened = (self._open(info, number, ["text_norm"]) for info, number in self._parts(Query()))
        self._words.build((one for one in opened if one), disk_is_encrypted=disk_is_encrypted)

    def drop_index(self) -> None:
        """Forget the index of words, and delete its file."""
        self._words.drop()

    # ------------------------------------------------------------ questions

    def search(self, query: Query, *, after: str | None = None, limit: int = 50) -> Page:
        """One page, newest first. `after` is the `next` of the page before. Raises `cursor_malformed`."""
        place = None if after is None else Place.from_cursor(after)
        found: builtins.list[Place] = []
        for parts in self._steps(query, ("created_at", "message_id"), found, limit, place):
            answer = self._ask("page", query, parts, after=place, limit=limit + 1)
            found += [Place.from_row(row) for row in answer.to_pylist()]
            found.sort(key=Place.sort_key, reverse=True)
            del found[limit + 1 :]
        page = found[:limit]
        refs = [MessageRef(p.corpus, p.part, p.row) for p in page]
        return Page(self._messages(refs), page[-1].to_cursor() if len(found) > limit else None)

    def count(self, query: Query) -> int:
        """How many messages match."""
        return sum(answer["n"][0].as_py() for answer in self._answers("count", query))

    def by_platform(self, query: Query) -> dict[str, int]:
        """How many messages match on each platform."""
        return dict(self._sums("by_platform", query, "platform"))

    def by_day(self, query: Query) -> dict[date, int]:
        """How many messages match on each day of the query's zone; undated ones are left out."""
        return {at.date(): count for at, count in self._by_time(query, "day").items()}

    def by_hour(self, query: Query) -> dict[datetime, int]:
        """How many messages match in each hour of the query's zone."""
        return self._by_time(query, "hour")

    def _by_time(self, query: Query, unit: str) -> dict[datetime, int]:
        return by_unit(self._sums("by_quarter", query, "quarter_us"), unit, query.zone)

    def _sums(self, question: str, query: Query, key: str) -> Counter[Any]:
        counter: Counter[Any] = Counter()
        for answer in self._answers(question, query, "created_at", "platform"):
            counter.update(dict(zip(answer[key].to_pylist(), answer["n"].to_pylist(), strict=True)))
        return counter

    def scan(self, columns: Sequence[str], query: Query | None = None) -> pa.Table:
        """These columns of every matching row, with `ref` first; in no promised order."""
        schema = pa.schema(
            [("ref", pa.string()), *((name, ARROW_SCHEMA.field(name).type) for name in columns)]
        )
        tables = list(self.scan_parts(columns, query))
        return pa.concat_tables(tables).unify_dictionaries() if tables else schema.empty_table()

    def scan_parts(
        self,
        columns: Sequence[str],
        query: Query | None = None,
        *,
        parts: Container[tuple[str, int]] | None = None,
    ) -> Iterator[pa.Table]:
        """As `scan`, one part after the other: memory does not grow with what is found. With `parts`, those alone,
        each as (corpus, number): the others are not opened."""
        query = query or Query()
        for info, number, rows in self._rows(query):
            if parts is not None and (info.id, number) not in parts:
                continue
            found = self._open(info, number, columns)
            if found is not None:
                refs = pa.array([f"{info.id}:{number}:{row}" for row in rows], pa.string())
                picked = [found.columns[name].take(rows) for name in columns]
                yield pa.table([refs, *picked], names=["ref", *columns])

    def _rows(self, query: Query) -> Iterator[tuple[CorpusInfo, int, pa.Array]]:
        """The matching rows of each part, ascending."""
        for answer in self._answers("places", query):
            for corpus, number, rows in by_part(answer):
                yield self.info(corpus), number, pa.array(rows)

    # ------------------------------------------------------------ rows

    def get(self, ref: MessageRef | str) -> Message:
        """One message by reference. Raises `message_unknown`, `corpus_unknown`, `corpus_damaged`."""
        return self.get_many([ref])[0]

    def get_many(self, refs: Sequence[MessageRef | str]) -> builtins.list[Message]:
        """Messages by reference, in the order asked."""
        parsed = [MessageRef.parse(ref) if isinstance(ref, str) else ref for ref in refs]
        for ref in parsed:
            parts = self.info(ref.corpus).parts
            if ref.part >= len(parts) or ref.row >= parts[ref.part].rows:
                raise SaisineError("message_unknown")
        return self._messages(parsed)

    def _messages(self, refs: Sequence[MessageRef]) -> builtins.list[Message]:
        built: dict[MessageRef, Message] = {}
        for corpus, number in dict.fromkeys((ref.corpus, ref.part) for ref in refs):
            info = self.info(corpus)
            rows = [ref for ref in refs if ref[:2] == (corpus, number)]
            columns = self._columns.get(self.folder / corpus, info, info.parts[number], COLUMNS, self.keys)
            whole = pa.record_batch([columns[name] for name in COLUMNS], names=list(COLUMNS))
            taken = whole.take(pa.array([ref.row for ref in rows]))
            for ref, row in zip(rows, taken.to_pylist(), strict=True):
                built[ref] = Message(**row, ref=str(ref))
        return [built[ref] for ref in refs]

    # ------------------------------------------------------------ parts

    def _ask(
        self,
        question: str,
        query: Query,
        parts: Sequence[OpenPart],
        *,
        after: Place | None = None,
        limit: int = 0,
    ) -> pa.Table:
        tables = {"rows": rows_table(parts, self._superseded(query)), **asked_tables(query, after)}
        name = question if query.keys is None else f"{question}_keyed"
        return self._engine().ask(name, tables, limit=limit)

    def _answers(self, question: str, query: Query, *names: str) -> Iterator[pa.Table]:
        """The answer of each step of parts: they are to be added up."""
        for parts in self._steps(query, names):
            yield self._ask(question, query, parts)

    def _superseded(self, query: Query) -> Superseded:
        """The rows that a newer observation replaces; asked of one corpus, within that corpus."""
        if query.all_observations:
            return {}
        scope = Query(corpus=query.corpus, role=None)
        state = tuple((info.id, info.parts[number].sha256) for info, number in self._parts(scope))

        def open_parts(names: Sequence[str]) -> Iterator[OpenPart]:
            opened = (self._open(info, number, names) for info, number in self._parts(scope))
            return (one for one in opened if one is not None)

        return self._newest.of(query.corpus, state, open_parts, self._engine())

    def _steps(
        self,
        query: Query,
        names: Sequence[str],
        found: Sequence[Place] = (),
        limit: int | None = None,
        after: Place | None = None,
    ) -> Iterator[builtins.list[OpenPart]]:
        """The parts that may hold a match, opened, some at a time.

        For a page (`limit`), newest first, few and then twice as many each time: once a page is full, older
        parts need not be opened.
        """
        wanted = needles(query.text) if query.text else []
        step: builtins.list[OpenPart] = []
        most = STEP_ROWS if limit is None else PART_ROWS
        for info, number in sorted(
            self._parts(query), key=lambda one: _newest(one[0], one[1], after), reverse=True
        ):
            part = info.parts[number]
            if limit is not None and _is_complete(found, limit, _newest(info, number, after)):
                continue
            only = self._words.rows_of(part.sha256, wanted)
            if only is not None and not len(only):
                continue
            opened = self._open(info, number, [*columns_asked(query), *names])
            if opened is None:
                continue
            opened = _with_folded_names(opened, query)
            step.append(opened if only is None else opened._replace(only=pa.array(only)))
            if sum(one.part.rows for one in step) >= most or sum(one.nbytes for one in step) >= STEP_BYTES:
                yield step
                step, most = [], min(2 * most, STEP_ROWS)
        if step:
            yield step

    def _parts(self, query: Query) -> Iterator[tuple[CorpusInfo, int]]:
        """The parts that may hold a match, by the manifest alone."""
        since, until = query.span()
        for info in self.list():
            if query.corpus is not None and info.id != query.corpus:
                continue
            for number, part in enumerate(info.parts):
                if since is not None and (part.last_at is None or part.last_at < since):
                    continue
                if until is not None and (part.first_at is None or part.first_at >= until):
                    continue
                yield info, number

    def _open(self, info: CorpusInfo, number: int, names: Iterable[str]) -> OpenPart | None:
        """A part with these columns; None when its key was destroyed."""
        try:
            columns = self._columns.get(self.folder / info.id, info, info.parts[number], names, self.keys)
        except SaisineError as error:
            if error.code in ERASED:
                return None
            raise
        return OpenPart(info, number, columns)


def _with_folded_names(part: OpenPart, query: Query) -> OpenPart:
    """The part with the names that are compared folded, here and not in an engine: all give the same answer."""
    folded = {name: fold_names(part.columns[name]) for name in names_asked(query)}
    return part._replace(columns=part.columns | folded) if folded else part


def _newest(info: CorpusInfo, number: int, after: Place | None) -> int:
    """The newest time that a part may still hold past the cursor; the dawn of times for undated rows alone."""
    part = info.parts[number]
    if part.first_at is None or part.last_at is None:
        return DAWN_US
    if after is None:
        return microseconds(part.last_at)
    there = after.sort_key()[0]
    return DAWN_US if microseconds(part.first_at) > there else min(microseconds(part.last_at), there)


def _is_complete(found: Sequence[Place], limit: int, newest: int) -> bool:
    """Whether nothing of a part can stand on the page any more: it is full of newer rows."""
    return len(found) > limit and newest < found[limit].sort_key()[0]
