"""The corpora of one workspace, read: list, search by pages, open one row, count, scan.

Decrypted columns are kept in memory, up to a bound, so that the second question is fast.
"""

import builtins
import re
import shutil
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.messages.corpus_files import (
    MANIFEST,
    CorpusInfo,
    Part,
    PartKeys,
    load_ledger,
    load_manifest,
    open_part,
    sweep_unfinished,
)
from saisine.messages.ledger import Ledger
from saisine.messages.queries import (
    LAST,
    Place,
    Query,
    Rows,
    before,
    columns_asked,
    count_by,
    matching_rows,
    microseconds,
)
from saisine.messages.schema import ARROW_SCHEMA, COLUMNS, Message

__all__ = ["Corpora", "CorpusInfo", "MessageRef", "Page", "Query"]

CACHE_BYTES: Final = 384 << 20
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


class _Columns:
    """Decrypted columns of parts, the least recently used forgotten past a bound. Safe between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str, str], pa.Array] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(
        self, folder: Path, info: CorpusInfo, part: Part, names: Iterable[str], keys: PartKeys
    ) -> dict[str, pa.Array]:
        """The columns asked, from memory or from the file."""
        wanted = list(dict.fromkeys(names))
        with self._lock:
            found = {name: self._touch((info.id, part.name, name)) for name in wanted}
        absent = [name for name, column in found.items() if column is None]
        if absent:
            read = _read(folder, info, part, absent, keys)
            with self._lock:
                for name, column in read.items():
                    self._keep((info.id, part.name, name), column)
            found.update(read)
        return {name: column for name, column in found.items() if column is not None}

    def _touch(self, key: tuple[str, str, str]) -> pa.Array | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _keep(self, key: tuple[str, str, str], column: pa.Array) -> None:
        if key in self._kept:
            return
        self._kept[key] = column
        self._bytes += column.nbytes
        while self._bytes > self._limit and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.nbytes

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0


def _read(
    folder: Path, info: CorpusInfo, part: Part, names: Sequence[str], keys: PartKeys
) -> dict[str, pa.Array]:
    try:
        with open_part(folder, info, part, keys) as file:
            table = file.read(columns=list(names))
        # `take` and `dictionary` want one chunk; a part is below 2 GiB per column by construction
        return {name: _whole(table[name]) for name in names}
    except (OSError, pa.ArrowException, KeyError) as error:
        raise SaisineError("corpus_damaged", corpus=info.id) from error


def _whole(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


class Corpora:
    """Every corpus of one folder, read with the keys of its vault.

    >>> corpora = Corpora(workspace.corpora, vault.part_keys)
    >>> page = corpora.search(Query(text="réunion"), limit=50)
    >>> corpora.search(Query(text="réunion"), after=page.next)
    """

    def __init__(self, folder: Path, keys: PartKeys, *, cache_bytes: int = CACHE_BYTES) -> None:
        self.folder = folder
        self.keys = keys
        self._columns = _Columns(cache_bytes)
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
        self._columns.forget()
        self._manifests.pop(path / MANIFEST, None)

    def forget(self) -> None:
        """Drop the decrypted columns from memory (a workspace being locked)."""
        self._columns.forget()

    # ------------------------------------------------------------ questions

    def search(self, query: Query, *, after: str | None = None, limit: int = 50) -> Page:
        """One page, newest first. `after` is the `next` of the page before. Raises `cursor_malformed`."""
        place = None if after is None else Place.from_cursor(after)
        found: builtins.list[Place] = []
        # newest parts first: once a page is full, older parts need not be opened for their dated rows
        parts = sorted(self._parts(query), key=_newest, reverse=True)
        undated: builtins.list[Place] = []
        for info, part in parts:
            if len(found) > limit and part.last_at and microseconds(part.last_at) < (found[limit].at_us or 0):
                break
            some = self._places(query, info, part, place, limit)
            found = sorted(found + [p for p in some if p.at_us is not None], key=Place.sort_key, reverse=True)
            found = found[: limit + 1]
            undated += [p for p in some if p.at_us is None]
        if len(found) <= limit:
            found += sorted(undated, key=Place.sort_key, reverse=True)
        page = found[:limit]
        refs = [MessageRef(p.corpus, p.part, p.row) for p in page]
        return Page(self._messages(refs), page[-1].to_cursor() if len(found) > limit else None)

    def _places(
        self, query: Query, info: CorpusInfo, part: Part, after: Place | None, limit: int
    ) -> builtins.list[Place]:
        columns = self._open(info, part, [*columns_asked(query), "created_at", "message_id"])
        if columns is None:
            return []
        number = info.parts.index(part)
        created, ids = columns["created_at"], columns["message_id"]
        at_us = pc.fill_null(created.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        dated = len(created) - created.null_count

        def place_of(row: int) -> Place:
            at = int(at_us[row]) if row < dated else None
            return Place(at, ids[row].as_py() or LAST, info.id, number, row)

        rows = before(matching_rows(query, columns, part.rows), at_us, dated, after, place_of)
        return [place_of(int(row)) for row in _first(rows, dated, limit + 1)]

    def count(self, query: Query) -> int:
        """How many rows match."""
        return sum(len(rows) for _, _, _, rows in self._matches(query, ()))

    def by_platform(self, query: Query) -> dict[str, int]:
        """How many rows match on each platform."""
        counter: Counter[str] = Counter()
        for _, _, columns, rows in self._matches(query, ("platform",)):
            for entry in pc.value_counts(columns["platform"].take(rows).dictionary_decode()):
                counter[entry["values"].as_py()] += entry["counts"].as_py()
        return dict(counter)

    def by_day(self, query: Query) -> dict[date, int]:
        """How many rows match on each day of the query's zone; undated rows are left out."""
        return {at.date(): count for at, count in self._by_time(query, "day").items()}

    def by_hour(self, query: Query) -> dict[datetime, int]:
        """How many rows match in each hour of the query's zone."""
        return self._by_time(query, "hour")

    def _by_time(self, query: Query, unit: str) -> dict[datetime, int]:
        counter: Counter[datetime] = Counter()
        for _, _, columns, rows in self._matches(query, ("created_at",)):
            counter.update(count_by(columns["created_at"].take(rows), unit, query.zone))
        return dict(sorted(counter.items()))

    def scan(self, columns: Sequence[str], query: Query | None = None) -> pa.Table:
        """These columns of every matching row, with `ref` first; in no promised order."""
        tables = []
        for info, number, found, rows in self._matches(query or Query(), columns):
            refs = pa.array([f"{info.id}:{number}:{row}" for row in rows], pa.string())
            picked = [found[name].take(rows) for name in columns]
            tables.append(pa.table([refs, *picked], names=["ref", *columns]))
        schema = pa.schema(
            [("ref", pa.string()), *((name, ARROW_SCHEMA.field(name).type) for name in columns)]
        )
        return pa.concat_tables(tables).unify_dictionaries() if tables else schema.empty_table()

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
            taken = pa.table(
                [columns[name].take([ref.row for ref in rows]) for name in COLUMNS], list(COLUMNS)
            )
            for ref, row in zip(rows, taken.to_pylist(), strict=True):
                built[ref] = Message(**row, ref=str(ref))
        return [built[ref] for ref in refs]

    # ------------------------------------------------------------ parts

    def _parts(self, query: Query) -> Iterator[tuple[CorpusInfo, Part]]:
        """The parts that may hold a match, by the manifest alone."""
        since, until = query.span()
        for info in self.list():
            if query.corpus is not None and info.id != query.corpus:
                continue
            for part in info.parts:
                if since is not None and (part.last_at is None or part.last_at < since):
                    continue
                if until is not None and (part.first_at is None or part.first_at >= until):
                    continue
                yield info, part

    def _open(self, info: CorpusInfo, part: Part, names: Iterable[str]) -> dict[str, pa.Array] | None:
        """The columns of a part; None when its key was destroyed."""
        try:
            return self._columns.get(self.folder / info.id, info, part, names, self.keys)
        except SaisineError as error:
            if error.code in ERASED:
                return None
            raise

    def _matches(
        self, query: Query, names: Sequence[str]
    ) -> Iterator[tuple[CorpusInfo, int, dict[str, pa.Array], Rows]]:
        for info, part in self._parts(query):
            columns = self._open(info, part, [*columns_asked(query), *names])
            if columns is not None:
                yield info, info.parts.index(part), columns, matching_rows(query, columns, part.rows)


def _newest(pair: tuple[CorpusInfo, Part]) -> tuple[bool, int]:
    last = pair[1].last_at
    return last is not None, 0 if last is None else microseconds(last)


def _first(rows: Rows, dated: int, count: int) -> Rows:
    """The first rows of each kind, dated and undated: a page needs no more of one part."""
    with_time, without = rows[rows < dated][:count], rows[rows >= dated][:count]
    return np.concatenate([with_time, without])
