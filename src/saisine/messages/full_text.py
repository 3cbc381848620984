"""An index of words for large corpora: optional, disposable, and never the judge of what matches.

SQLite FTS5, contentless, `unicode61 remove_diacritics 2`, fed with `text_norm` (https://sqlite.org/fts5.html). It only
says where a text *may* be; the question asked of those rows is the same as without it, so the results are the same. A
search looks for pieces of words (« mani » is in « humanité ») while the index knows whole words: the words that hold
the piece are first looked up among all words known.

It holds the words in the clear, so it lives in memory, or on a disk that a person says is encrypted. Once a part that
it covers is gone (an erasure, a new reading), the whole index is dropped.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.messages.decrypted import OpenPart

VERSION: Final = 1
# FTS5 cuts a word after 32,768 bytes: a text that may hold one is always looked at.
LONG_BYTES: Final = 32_768
# Past these, a piece is too common for the index to spare anything.
MOST_WORDS: Final = 500
MOST_ROWS: Final = 50_000
_SHIFT: Final = 32  # number of a row = number of its part << 32 | its place in the part

Rows = npt.NDArray[np.int64]

_TABLES: Final = f"""
PRAGMA user_version = {VERSION};
CREATE TABLE parts (number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE);
CREATE TABLE long_rows (id INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE texts USING fts5(text, content='', columnsize=0, detail=none,
    tokenize="unicode61 remove_diacritics 2");
"""
# Views of the index that belong to a connection: words known, and rows of one word.
_VIEWS: Final = """
CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, texts, row);
CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, texts, instance);
CREATE VIRTUAL TABLE temp.asked USING fts5(text, tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE temp.asked_words USING fts5vocab(temp, asked, instance);
"""


class FullText:
    """The index of some parts, in memory or in a file. Safe between threads.

    >>> index = FullText.build(parts)
    >>> index.rows_of(part_sha256, ["reunion"])
    array([3, 17])
    """

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.executescript(_VIEWS)
        self._parts: dict[str, int] = dict(connection.execute("SELECT sha256, number FROM parts"))
        self._words: pa.Array | None = None
        self._answers: tuple[tuple[str, ...], Rows | None] | None = None

    @classmethod
    def build(cls, parts: Iterable[OpenPart], path: Path | None = None) -> "FullText":
        """Index these parts (with `text_norm`), in memory or, with a `path`, in a file put in place once whole.

        Raises `index_not_written`.
        """
        if path is None:
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            _fill(connection, parts)
            return cls(connection, None)
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(part)) as connection:
                _fill(connection, parts)
            part.replace(path)
        except (OSError, sqlite3.Error) as error:
            raise SaisineError("index_not_written", path=path, reason=str(error)) from error
        finally:
            part.unlink(missing_ok=True)
        found = cls.load(path)
        if found is None:
            raise SaisineError("index_not_written", path=path, reason="")
        return found

    @classmethod
    def load(cls, path: Path) -> "FullText | None":
        """The index of a file; one that cannot be used is deleted, and None is returned."""
        if not path.is_file():
            return None
        try:
            connection = sqlite3.connect(path, check_same_thread=False)
            if connection.execute("PRAGMA user_version").fetchone() == (VERSION,):
                return cls(connection, path)
            connection.close()
        except sqlite3.Error:
            connection.close()
        path.unlink(missing_ok=True)
        return None

    @property
    def is_in_memory(self) -> bool:
        return self._path is None

    def covers(self, part_sha256: str) -> bool:
        return part_sha256 in self._parts

    def is_stale(self, present: Iterable[str]) -> bool:
        """Whether a part that it covers is no longer there: words of what was erased may be in it."""
        return not self._parts.keys() <= set(present)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def drop(self) -> None:
        """Forget the index, and delete its file."""
        self.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    # ------------------------------------------------------------ where a text may be

    def rows_of(self, part_sha256: str, needles: Sequence[str]) -> Rows | None:
        """Rows of a covered part, ascending, among which is every row that holds all the needles; None when the
        index cannot tell (signs that are no word, or a piece found nearly everywhere)."""
        asked = tuple(needles)
        with self._lock:
            if self._answers is None or self._answers[0] != asked:
                try:
                    self._answers = asked, self._candidates(asked)
                except sqlite3.Error:  # its file was taken away: the search goes on without it
                    return None
            found = self._answers[1]
        if found is None:
            return None
        first = self._parts[part_sha256] << _SHIFT
        low, high = np.searchsorted(found, [first, first + (1 << _SHIFT)])
        return found[low:high] - first

    def _candidates(self, needles: Sequence[str]) -> Rows | None:
        found: Rows | None = None
        for needle in needles:
            for words in self._words_of(needle):
                rows = self._rows_with(words)
                if rows is not None:
                    found = rows if found is None else np.intersect1d(found, rows, assume_unique=True)
        if found is None:
            return None
        return np.union1d(found, _numbers(self._connection.execute("SELECT id FROM long_rows")))

    def _words_of(self, needle: str) -> Iterator[list[str]]:
        """For each word of the needle, cut as the index cuts, the known words that it may be a piece of: its first
        word may be the end of one, its last word the beginning of one."""
        self._connection.execute("DELETE FROM temp.asked")
        self._connection.execute("INSERT INTO temp.asked VALUES (?)", (needle,))
        cut = [
            word
            for (word,) in self._connection.execute('SELECT term FROM temp.asked_words ORDER BY "offset"')
        ]
        for at, word in enumerate(cut):
            if 0 < at < len(cut) - 1:
                yield [word]
            elif len(cut) == 1:
                yield self._known(pc.match_substring(self._every_word(), word))
            elif at:
                yield self._known(pc.starts_with(self._every_word(), word))
            else:
                yield self._known(pc.ends_with(self._every_word(), word))

    def _every_word(self) -> pa.Array:
        if self._words is None:
            found = self._connection.execute("SELECT term FROM temp.words")
            self._words = pa.array([word for (word,) in found], pa.string())
        return self._words

    def _known(self, mask: pa.Array) -> list[str]:
        found: list[str] = self._every_word().filter(mask).to_pylist()
        return found

    def _rows_with(self, words: Sequence[str]) -> Rows | None:
        """Rows that hold one of these words; None when they are too many to be of use."""
        if len(words) > MOST_WORDS:
            return None
        found, left = [np.empty(0, np.int64)], MOST_ROWS
        for word in words:
            # by `instance` and not by MATCH: a word of the index must not be cut again
            some = self._connection.execute(
                "SELECT doc FROM temp.places WHERE term = ? LIMIT ?", (word, left + 1)
            )
            rows = _numbers(some)
            left -= len(rows)
            if left < 0:
                return None
            found.append(rows)
        return np.unique(np.concatenate(found))


def require_encrypted_disk(is_encrypted: bool) -> None:
    """Raises `index_in_clear`: words in the clear are written to no disk unless a person says it is encrypted."""
    if not is_encrypted:
        raise SaisineError("index_in_clear")


class Sidecar:
    """The index beside some corpora, if there is one: loaded at the first search, dropped when it is stale."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._index: FullText | None = None
        self._looked = False
        self._lock = threading.RLock()

    @property
    def state(self) -> str | None:
        """Where the index lies: `memory`, `disk`, or None without one."""
        index = self._current()
        if index is None:
            return None
        return "memory" if index.is_in_memory else "disk"

    def build(self, parts: Iterable[OpenPart], *, disk_is_encrypted: bool) -> None:
        """Index these parts anew: on the disk if it is said to be encrypted, else in memory."""
        with self._lock:
            self.drop()
            self._index = FullText.build(parts, self._path if disk_is_encrypted else None)

    def rows_of(self, part_sha256: str, needles: Sequence[str]) -> Rows | None:
        """As `FullText.rows_of`; None too when this part is not indexed."""
        index = self._current() if needles else None
        return index.rows_of(part_sha256, needles) if index and index.covers(part_sha256) else None

    def drop(self) -> None:
        with self._lock:
            index, self._index = self._current(), None
            if index is not None:
                index.drop()

    def drop_stale(self, present: Iterable[str]) -> None:
        """Drop an index that covers a part which is no longer there; one in memory goes in any case."""
        with self._lock:
            index = self._current()
            if index is not None and (index.is_in_memory or index.is_stale(present)):
                self.drop()

    def _current(self) -> FullText | None:
        with self._lock:
            if not self._looked:
                self._looked = True
                self._index = None if self._path is None else FullText.load(self._path)
            return self._index


def _numbers(rows: Iterable[tuple[int]]) -> Rows:
    return np.fromiter((number for (number,) in rows), np.int64)


def _fill(connection: sqlite3.Connection, parts: Iterable[OpenPart]) -> None:
    # disposable: a half-written file is never put in place, so nothing need be kept to undo it
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_TABLES)
    for number, one in enumerate(parts):
        first, texts = number << _SHIFT, one.columns["text_norm"]
        long_rows = np.flatnonzero(
            pc.greater_equal(pc.binary_length(texts.fill_null("")), LONG_BYTES).to_numpy(zero_copy_only=False)
        )
        with connection:
            connection.execute("INSERT INTO parts VALUES (?, ?)", (number, one.part.sha256))
            connection.executemany(
                "INSERT INTO long_rows VALUES (?)", [(first + int(row),) for row in long_rows]
            )
            connection.executemany(
                "INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(texts.to_pylist(), start=first)
            )
