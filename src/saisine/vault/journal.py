"""The log and its heads as they lie on disk: reading, appending, and what does not fit.

`entries.jsonl` is the truth: opening reads it whole (100,000 lines in well under a second), so there is
no index to go stale. Several processes may hold one journal open; each rereads the tail under the lock.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.faults import (
    SMALL_BYTES,
    flush_file_system,
    fsync_folder,
    open_regular,
    read_regular,
    said,
)
from saisine.vault.log import Entry, LineError, canonical, parse_line, split_lines
from saisine.vault.merkle import Tree, leaf_hash
from saisine.vault.notes import Head, NoteError
from saisine.vault.standing import Standing

LOCK_WAIT_S: Final = 10.0
_POLL_S: Final = 0.02
_PIECE_BYTES: Final = 1 << 20
BATCH_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Damage:
    """The first thing in a log that does not fit: which line (from 0), and why."""

    line: int
    fr: str
    en: str

    def as_reasons(self) -> dict[str, str]:
        return {"reason_fr": f"ligne {self.line} : {self.fr}", "reason_en": f"line {self.line}: {self.en}"}


@dataclass(slots=True)
class Reading:
    """What the bytes of a log hold: its good lines, what follows them, and the first fault."""

    lines: list[bytes] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    good_bytes: int = 0
    rest: bytes = b""
    fault: Damage | None = None

    @property
    def is_suffix_only(self) -> bool:
        """Whether nothing readable follows the fault: then it is the trace of an interrupted write.

        A batch of 1,000 lines is at most 2 MiB; a longer rest is none.
        """
        if len(self.rest) > BATCH_BYTES:
            return False
        return not any(_is_readable(line) for line in self.rest.split(b"\n"))


def _is_readable(line: bytes) -> bool:
    try:
        parse_line(line)
    except ValueError:
        return False
    return True


def read_log(data: bytes, first: int = 0) -> Reading:
    """Read lines until the first that is torn, malformed or out of order. `first` is the number expected."""
    lines, tail = split_lines(data)
    found = Reading()
    for line in lines:
        try:
            entry = parse_line(line)
            if entry.seq != first + len(found.lines):
                wanted = first + len(found.lines)
                raise LineError(
                    f"number {entry.seq} instead of {wanted}", f"numéro {entry.seq} au lieu de {wanted}"
                )
        except LineError as error:
            found.fault = Damage(first + len(found.lines), error.fr, str(error))
            break
        found.lines.append(line)
        found.entries.append(entry)
        found.good_bytes += len(line) + 1
    found.rest = data[found.good_bytes :]
    if tail and found.fault is None:
        found.fault = Damage(first + len(found.lines), "ligne coupée", "the line is cut short")
    return found


def read_log_bytes(path: Path) -> bytes:
    """The bytes of a log, up to a long stretch without an end of line: no log has one, and a sparse file of
    zeros would fill the memory. Raises `OSError`."""
    pieces: list[bytes] = []
    stretch = 0
    with open_regular(path) as file:
        while stretch <= BATCH_BYTES and (piece := file.read(_PIECE_BYTES)):
            pieces.append(piece)
            stretch = 0 if b"\n" in piece else stretch + len(piece)
    return b"".join(pieces)


class Journal:
    """One open log: `entries`, the Merkle tree over its lines, and the heads beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "log" / "entries.jsonl"
        self.heads = folder / "log" / "heads"
        self.entries: list[Entry] = []
        self.tree = Tree()
        self.standing = Standing()
        self.is_damaged = False  # nothing beyond the first fault is read any more
        self._bytes = 0
        self._threads = threading.RLock()
        self._depth = 0

    @property
    def size(self) -> int:
        return len(self.entries)

    # ------------------------------------------------------------ taking turns

    @contextmanager
    def locked(self, wait_s: float = LOCK_WAIT_S) -> Iterator[None]:
        """Hold the vault for one batch; threads and processes take turns. Raises `vault_busy`."""
        with self._threads:
            if self._depth:
                yield
                return
            descriptor = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                self._wait_for(descriptor, wait_s)
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
            finally:
                os.close(descriptor)

    def _wait_for(self, descriptor: int, wait_s: float) -> None:
        end = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise SaisineError("vault_busy", folder=self.folder) from None
                time.sleep(_POLL_S)
            else:
                return

    # ------------------------------------------------------------ reading

    def load(self) -> Reading:
        """Read the whole log; keep what is good before the first fault."""
        found = read_log(read_log_bytes(self.path))
        self._keep(found)
        return found

    def _keep(self, found: Reading) -> None:
        self.entries.extend(found.entries)
        for entry in found.entries:
            self.standing.take(entry)
        leaves = map(leaf_hash, found.lines)
        if self.tree.size:
            for leaf in leaves:
                self.tree.append(leaf)
        else:
            self.tree = Tree(leaves)
        self._bytes += found.good_bytes

    def refresh(self) -> None:
        """Take in what other processes have written since. Raises `vault_damaged`."""
        with self._threads:
            size = self.path.stat().st_size
            if size == self._bytes or self.is_damaged:
                return
            if size < self._bytes:
                gone = self._bytes - size  # a line has a hundred bytes and more: never one alone
                raise SaisineError(
                    "vault_damaged",
                    reason_fr=f"{gone} octets ont disparu du journal",
                    reason_en=f"{gone} bytes are gone from the log",
                )
            with open_regular(self.path) as file:
                file.seek(self._bytes)
                data = file.read()
            complete = data[: data.rfind(b"\n") + 1]  # a line without its end is still being written
            found = read_log(complete, self.size)
            self._keep(found)
            if found.fault is not None:
                raise SaisineError("vault_damaged", **found.fault.as_reasons())

    def line(self, seq: int) -> bytes:
        """The bytes of one line without its LF: its canonical form, checked when it was read."""
        return canonical(self.entries[seq])

    # ------------------------------------------------------------ writing (under the lock)

    def append(self, lines: Sequence[bytes]) -> None:
        """Add lines in one write and make them durable: the commit point.

        When the disk refuses, the log is cut back to what it was and the `OSError` goes up.
        """
        data = b"".join(line + b"\n" for line in lines)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(descriptor, view) :]
                os.fdatasync(descriptor)
            except OSError:
                self._cut_back(descriptor)
                raise
        finally:
            os.close(descriptor)
        self._keep(read_log(data, self.size))

    def _cut_back(self, descriptor: int) -> None:
        try:
            os.ftruncate(descriptor, self._bytes)
            os.fdatasync(descriptor)
        except OSError as error:
            # Lines may stand whose objects must then stay: the next opening judges by what is on disk.
            raise SaisineError("vault_input_output", path=self.path, **said(error)) from error

    def cut(self, found: Reading) -> None:
        """Cut an interrupted write off the end of the log. What is cut was kept aside by the caller."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, found.good_bytes)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)

    # ------------------------------------------------------------ heads

    def head_sizes(self) -> list[int]:
        """The sizes of the heads on disk, ascending."""
        names = (path.name.removesuffix(".note") for path in self.heads.glob("[!.]*.note"))
        return sorted(int(name) for name in names if name.isdecimal())

    def has_head(self, size: int) -> bool:
        """Whether a head of that size stands; asked at each action, so without listing the folder."""
        return (self.heads / f"{size}.note").exists()

    def head(self, size: int) -> Head:
        """Read one head. Raises `NoteError` or `OSError`."""
        body = read_regular(self.heads / f"{size}.note", SMALL_BYTES)
        try:
            return Head.from_text(body.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise NoteError(str(error)) from None

    def last_head(self) -> Head | None:
        """The newest head that can be read, or None."""
        for size in reversed(self.head_sizes()):
            try:
                return self.head(size)
            except NoteError:
                continue
        return None

    def keep_head(self, head: Head) -> None:
        """Write a head: both files durable before either gets its name, so that none is ever half there.

        The names themselves are not waited for: a head that a power cut takes away is signed again, over
        the same lines, at the next opening. The note comes last: while `.tmp-<size>.note` stands beside its
        text, a stop is told from a note that somebody removed.
        """
        parts = []
        for suffix, body in (("txt", head.text), ("note", head.to_text().encode())):
            part = self.heads / f".tmp-{head.size}.{suffix}"
            part.write_bytes(body)
            parts.append((part, self.heads / f"{head.size}.{suffix}"))
        flush_file_system(self.heads)  # one flush for both
        for part, target in parts:
            part.replace(target)

    def _write_aside(self, target: Path, body: bytes) -> None:
        part = target.with_name(f".tmp-{target.name}")
        part.write_bytes(body)
        part.replace(target)

    def mend_text(self, head: Head) -> None:
        """Write a head's text again when a stop left it empty or took it away: the note holds it."""
        text = self.heads / f"{head.size}.txt"
        if not text.exists() or text.stat().st_size == 0:
            self._write_aside(text, head.text)

    def mend_texts(self) -> None:
        """`mend_text` for every head that needs it."""
        for size in self.head_sizes():
            text = self.heads / f"{size}.txt"
            if not text.exists() or text.stat().st_size == 0:
                self.mend_text(self.head(size))


def create_journal(folder: Path) -> None:
    """Make the empty log of a new vault."""
    (folder / "log" / "heads").mkdir(parents=True)
    (folder / "log" / "entries.jsonl").touch(0o600)
    for path in (folder / "log" / "heads", folder / "log", folder):
        fsync_folder(path)
