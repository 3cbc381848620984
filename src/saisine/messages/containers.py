"""From a file on disk to its readable members: plain, zip, tar, gz, bz2, xz, nested three deep at most.

Limits are counted while reading, never taken from a header (a zip bomb lies there). Nothing is unpacked to
disk, except an archive inside an archive above 64 MiB, in an unnamed temporary file.
"""

import bz2
import gzip
import io
import lzma
import re
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, cast

from saisine.messages import spreadsheets
from saisine.messages.filetypes import type_of
from saisine.messages.formats.contract import HEAD_BYTES, Member

BUFFER_BYTES: Final = 1 << 20
IN_MEMORY_BYTES: Final = 64 << 20
# A small member may compress very well without harm: the ratio is looked at past this size.
RATIO_FREE_BYTES: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost. Bytes are counted while they are read."""

    members: int = 200_000
    expanded_bytes: int = 20 << 30
    ratio: int = 200
    depth: int = 3
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A member that is not opened; `reason` is a code of `words.UNREAD`."""

    path_in_source: str
    size: int
    reason: str


class ReadingStopped(Exception):
    """Raised inside a member's stream when a limit is passed; `code` is one of `words.NOTES`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


# What a damaged archive may raise while it is read.
STREAM_FAULTS: Final = (
    ReadingStopped,
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    struct.error,
    RuntimeError,  # zipfile on a locked member; NotImplementedError on an unknown compression
    ValueError,
    OverflowError,
)


@dataclass(slots=True)
class Budget:
    """What one source has cost so far, whatever the nesting."""

    limits: Limits
    members: int = 0
    expanded: int = 0
    names: set[str] = field(default_factory=set)

    def admit(self, name: str, size: int) -> Refused | None:
        """Count one member; a refusal when its name is unsafe or taken."""
        self.members += 1
        if not is_safe_name(name):
            return Refused(printable_name(name), size, "unsafe_name")
        key = unicodedata.normalize("NFC", name).casefold()
        if key in self.names:
            return Refused(printable_name(name), size, "duplicate_name")
        self.names.add(key)
        return None


class _Counted(io.RawIOBase):
    """A stream that counts what it gives and stops past the limits."""

    def __init__(self, raw: BinaryIO, budget: Budget, packed_bytes: int) -> None:
        self._raw = raw
        self._budget = budget
        self._given = 0
        self._allowed = max(RATIO_FREE_BYTES, packed_bytes * budget.limits.ratio)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self._raw.read(len(buffer))
        count = len(chunk)
        buffer[:count] = chunk
        self._given += count
        self._budget.expanded += count
        if self._given > self._allowed or self._budget.expanded > self._budget.limits.expanded_bytes:
            raise ReadingStopped("too_expanded")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


_UNSAFE: Final = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|\0")


def is_safe_name(name: str) -> bool:
    """Whether a member's name stays inside its archive: no `..`, absolute path, drive or NUL."""
    return bool(name) and not _UNSAFE.search(name)


def printable_name(name: str) -> str:
    """The name as it may stand in a ledger: unstorable signs spelled out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")


def members_of(path: Path, limits: Limits) -> Iterator[Member | Refused]:
    """Every readable member of a file: the file itself when it is no archive. Raises OSError."""
    size = path.stat().st_size
    member = Member(path.name, "", size, lambda: path.open("rb", buffering=BUFFER_BYTES))
    yield from members_within(member, limits)


def members_within(member: Member, limits: Limits) -> Iterator[Member | Refused]:
    """Every readable member of a source that is no file of its own, such as a sealed one."""
    yield from _expand(member, Budget(limits), depth=0)


def _expand(member: Member, budget: Budget, depth: int) -> Iterator[Member | Refused]:
    try:
        kind = type_of(member.read(HEAD_BYTES))
    except STREAM_FAULTS as error:
        yield Refused(member.path_in_source, member.size, _reason_of(error))
        return
    if kind.archive is None:
        yield member
    elif depth >= budget.limits.depth:
        yield Refused(member.path_in_source, member.size, "nested_too_deep")
    else:
        try:
            yield from OPENERS[kind.archive](member, budget, depth + 1)
        except STREAM_FAULTS as error:
            yield Refused(member.path_in_source, member.size, _reason_of(error))


def _reason_of(error: BaseException) -> str:
    if isinstance(error, ReadingStopped):
        return error.code
    return "unsupported_archive" if isinstance(error, NotImplementedError) else "damaged"


Siblings = dict[str, Member]


def _inner(outer: Member, name: str, size: int, opener: Callable[[], BinaryIO], siblings: Siblings) -> Member:
    path = f"{outer.path_in_source}!{name}" if outer.path_in_source else name
    return Member(name.rpartition("/")[2], path, size, opener, f"{path}!", siblings)


def _spool(scratch: Path | None) -> BinaryIO:
    folder = None if scratch is None else str(scratch)
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=folder))


def _seekable(member: Member, budget: Budget) -> BinaryIO:
    """The member as a stream that can go back: itself on disk, else in memory or an unnamed file."""
    stream = member.open()
    if not member.path_in_source and stream.seekable():
        return stream
    with stream:
        store = _spool(budget.limits.scratch)
        while chunk := stream.read(BUFFER_BYTES):
            store.write(chunk)
    store.seek(0)
    return store


def _buffered(raw: BinaryIO, budget: Budget, packed_bytes: int) -> BinaryIO:
    return io.BufferedReader(_Counted(raw, budget, packed_bytes), BUFFER_BYTES)


# ------------------------------------------------------------------ archives of several files


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of an archive's table: `fault` is why it must not be opened, or None."""

    name: str
    size: int
    open: Callable[[], BinaryIO]
    fault: str | None


def _listed(
    outer: Member, budget: Budget, depth: int, entries: Iterator[_Entry]
) -> Iterator[Member | Refused]:
    """Judge every line of the table first, so that each member knows its siblings; then open them in turn."""
    siblings: Siblings = {}
    kept: list[Member] = []
    for entry in entries:
        if budget.members >= budget.limits.members:
            yield Refused(outer.path_in_source, outer.size, "too_many_members")
            break
        full = f"{outer.path_in_source}!{entry.name}" if outer.path_in_source else entry.name
        refused = budget.admit(full, entry.size)
        if refused is None and entry.fault:
            refused = Refused(printable_name(full), entry.size, entry.fault)
        if refused is not None:
            yield refused
            continue
        name = printable_name(entry.name)
        siblings[name] = _inner(outer, name, entry.size, entry.open, siblings)
        kept.append(siblings[name])
    for member in kept:
        yield from _expand(member, budget, depth)


# ------------------------------------------------------------------ zip


def _expand_zip(member: Member, budget: Budget, depth: int) -> Iterator[Member | Refused]:
    with _seekable(member, budget) as stream, zipfile.ZipFile(stream) as archive:
        if spreadsheets.is_workbook(archive.NameToInfo):
            yield from _sheets(member, archive, budget)
            return
        yield from _listed(member, budget, depth, _zip_entries(member, archive, budget))


def _zip_entries(outer: Member, archive: zipfile.ZipFile, budget: Budget) -> Iterator["_Entry"]:
    for info in archive.infolist():
        if info.is_dir():
            continue
        # zipfile cuts a name at its NUL: judge the name as written
        name = info.orig_filename.replace("\\", "/")
        fault = None
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            fault = "unsafe_name"
        elif info.flag_bits & 0x1:
            fault = "encrypted"
        yield _Entry(name, info.file_size, partial(_open_zipped, archive, info, budget), fault)


def _open_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> BinaryIO:
    return _buffered(archive.open(info), budget, info.compress_size)  # type: ignore[arg-type]


def _expand_workbook(member: Member, budget: Budget, depth: int) -> Iterator[Member | Refused]:
    """The sheets of an .xlsx that a person sees; a hidden one is named and left closed."""
    with _seekable(member, budget) as stream, zipfile.ZipFile(stream) as archive:
        yield from _sheets(member, archive, budget)


def _sheets(member: Member, archive: zipfile.ZipFile, budget: Budget) -> Iterator[Member | Refused]:
    if spreadsheets.is_binary(archive.NameToInfo):
        yield Refused(member.path_in_source, member.size, "spreadsheet")
        return
    parts = spreadsheets.parts_of(archive, partial(_open_zipped, archive, budget=budget))
    with closing(spreadsheets.Workbook(parts, STREAM_FAULTS, budget.limits.scratch)) as book:
        for sheet in book.sheets:
            name = printable_name(sheet.name)
            path = f"{member.path_in_source}!{name}" if member.path_in_source else name
            refused = budget.admit(path, member.size)
            if refused is None and sheet.is_hidden:
                refused = Refused(path, member.size, "hidden_sheet")
            yield refused or book.member(sheet, member, name, path)


# ------------------------------------------------------------------ one compressed file


def _expand_single(
    member: Member, budget: Budget, depth: int, unpack: Callable[[BinaryIO], BinaryIO]
) -> Iterator[Member | Refused]:
    budget.members += 1
    packed = member.size
    name = re.sub(r"\.(?:gz|gzip|bz2|xz)$", "", member.name, flags=re.IGNORECASE)
    name = re.sub(r"\.t(?:gz|bz2|xz)$", ".tar", name, flags=re.IGNORECASE)

    def opener() -> BinaryIO:
        return _buffered(unpack(member.open()), budget, packed)

    path = member.path_in_source
    inner = Member(name, path or name, 0, opener, member.locator_prefix)
    yield from _expand(inner, budget, depth)


def _expand_gz(member: Member, budget: Budget, depth: int) -> Iterator[Member | Refused]:
    return _expand_single(member, budget, depth, lambda raw: gzip.GzipFile(fileobj=raw))  # type: ignore[arg-type,return-value]


def _expand_bz2(member: Member, budget: Budget, depth: int) -> Iterator[Member | Refused]:
    return _expand_single(member, budget, depth, lambda raw: bz2.BZ2File(raw))  # type: ignore[arg-type,return-value]


def _expand_xz(member: Member, budget: Budget, depth: int) -> Iterator[Member | Refused]:
    return _expand_single(member, budget, depth, lambda raw: lzma.LZMAFile(raw))  # type: ignore[arg-type,return-value]


# ------------------------------------------------------------------ tar


def _expand_tar(member: Member, budget: Budget, depth: int) -> Iterator[Member | Refused]:
    with _seekable(member, budget) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
        yield from _listed(member, budget, depth, _tar_entries(archive, budget))


def _tar_entries(archive: tarfile.TarFile, budget: Budget) -> Iterator["_Entry"]:
    for info in archive:
        if not info.isdir():
            fault = None if info.isreg() else "unsafe_name"
            yield _Entry(info.name, info.size, partial(_open_tarred, archive, info, budget), fault)


def _open_tarred(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> BinaryIO:
    raw = archive.extractfile(info)
    if raw is None:
        raise ReadingStopped("damaged")
    return _buffered(raw, budget, info.size)  # type: ignore[arg-type]


OPENERS: Final[dict[str, Callable[[Member, Budget, int], Iterator[Member | Refused]]]] = {
    "zip": _expand_zip,
    "xlsx": _expand_workbook,
    "gz": _expand_gz,
    "bz2": _expand_bz2,
    "xz": _expand_xz,
    "tar": _expand_tar,
}
