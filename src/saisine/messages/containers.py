"""From a file on disk to its readable members: plain, zip, tar, gz, bz2, xz, nested three deep at most.

Limits are counted while reading, never taken from a header (a zip bomb lies there). Nothing is unpacked to
disk, except an archive inside an archive above 64 MiB, in an unnamed temporary file.
"""

import bz2
import gzip
import lzma
import re
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

from saisine.messages import cut_zips, spreadsheets
from saisine.messages.archive_streams import (
    BUFFER_BYTES,
    IN_MEMORY_BYTES,
    STREAM_FAULTS,
    Budget,
    Limits,
    ReadingStopped,
    Refused,
    Slice,
    buffered,
    printable_name,
    reason_of,
    watched_by,
)
from saisine.messages.filetypes import type_of
from saisine.messages.formats.contract import HEAD_BYTES, Member


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
        yield Refused(member.path_in_source, member.size, reason_of(error))
        return
    if kind.archive is None:
        yield member
    elif depth >= budget.limits.depth:
        yield Refused(member.path_in_source, member.size, "nested_too_deep")
    else:
        is_empty = True
        try:
            for found in OPENERS[kind.archive](member, budget, depth + 1):
                is_empty = False
                yield found
        except STREAM_FAULTS as error:
            yield Refused(member.path_in_source, member.size, reason_of(error))
            return
        for note in member.notes():  # it was opened, but its own container stops before its end
            yield Refused(member.path_in_source, member.size, note.code)
        if is_empty:
            yield Refused(member.path_in_source, member.size, "empty_archive")


Siblings = dict[str, Member]


def _inner(outer: Member, name: str, size: int, opener: Callable[[], BinaryIO], siblings: Siblings) -> Member:
    path = f"{outer.path_in_source}!{name}" if outer.path_in_source else name
    watched, notes = watched_by(opener, f"{path}!")
    return Member(name.rpartition("/")[2], path, size, watched, f"{path}!", siblings, notes)


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
        refused = budget.admit(full, entry.name, entry.size)
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


def _expand_zip(
    member: Member, budget: Budget, depth: int, *, is_workbook: bool = False
) -> Iterator[Member | Refused]:
    with _seekable(member, budget) as stream:
        try:
            archive = _open_zip(stream)
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError) as fault:
            # its table is at its end: a download that stopped has none, and its files are whole up to there
            files = list(islice(cut_zips.local_files(stream, budget), budget.limits.members + 1))
            if is_workbook or spreadsheets.is_workbook({one.name: one for one in files}):
                yield from _cut_sheets(member, files, budget)
            else:
                yield from _listed(member, budget, depth, _cut_entries(files, budget))
            raise fault
        with archive:
            if is_workbook or spreadsheets.is_workbook(archive.NameToInfo):
                yield from _sheets(member, archive, budget)
                return
            yield from _listed(member, budget, depth, _zip_entries(member, archive, budget))


def _open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """The archive, by its own table. Raises BadZipFile when the table is of another one, stored inside this one.

    The table is looked for from the end, so a zip that stops shortly behind an archive it holds would be read as that
    one: its first file is then not where the stream begins.
    """
    archive = zipfile.ZipFile(stream)
    stream.seek(0)
    if stream.read(4) == b"PK\x03\x04" and all(info.header_offset for info in archive.infolist()):
        archive.close()
        raise zipfile.BadZipFile("the table is of another archive")
    return archive


def _zip_entries(outer: Member, archive: zipfile.ZipFile, budget: Budget) -> Iterator["_Entry"]:
    for info in archive.infolist():
        # a name may be empty, or begin with a NUL, at which zipfile cuts it: judge the name as written
        if info.filename and info.is_dir():
            continue
        name = info.orig_filename.replace("\\", "/")
        fault = None
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            fault = "unsafe_name"
        elif info.flag_bits & 0x1:
            fault = "encrypted"
        yield _Entry(name, info.file_size, partial(_open_zipped, archive, info, budget), fault)


def _cut_entries(files: Iterable[cut_zips.LocalFile], budget: Budget) -> Iterator["_Entry"]:
    for one in files:
        yield _Entry(one.name, one.size, partial(_open_local, one, budget), one.fault)


def _open_local(one: cut_zips.LocalFile, budget: Budget, *, is_strict: bool = False) -> BinaryIO:
    return buffered(one.open(), budget, one.packed, is_strict=is_strict)  # type: ignore[arg-type]


def _open_zipped(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget, *, is_strict: bool = False
) -> BinaryIO:
    return buffered(archive.open(info), budget, info.compress_size, is_strict=is_strict)  # type: ignore[arg-type]


def _sheets(member: Member, archive: zipfile.ZipFile, budget: Budget) -> Iterator[Member | Refused]:
    if spreadsheets.is_binary(archive.NameToInfo):
        yield Refused(member.path_in_source, member.size, "spreadsheet")
        return
    parts = spreadsheets.parts_of(archive, partial(_open_zipped, archive, budget=budget, is_strict=True))
    yield from _sheets_of(member, parts, budget)


def _cut_sheets(
    member: Member, files: Sequence[cut_zips.LocalFile], budget: Budget
) -> Iterator[Member | Refused]:
    """The sheets of a workbook that a stopped download left readable; none where the cut took what cells need."""
    parts = {
        one.name: partial(_open_local, one, budget, is_strict=True) for one in files if one.fault is None
    }
    if spreadsheets.can_be_read(parts, {one.name for one in files if one.is_cut}):
        yield from _sheets_of(member, parts, budget)


def _sheets_of(
    member: Member, parts: Mapping[str, Callable[[], BinaryIO]], budget: Budget
) -> Iterator[Member | Refused]:
    """The sheets that a person sees; a hidden one is named and left closed."""
    with closing(spreadsheets.Workbook(parts, STREAM_FAULTS, budget.limits.scratch)) as book:
        for sheet in book.sheets:
            name = printable_name(sheet.name)
            path = f"{member.path_in_source}!{name}" if member.path_in_source else name
            refused = budget.admit(path, name, member.size)
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
        return buffered(unpack(member.open()), budget, packed)

    path = member.path_in_source
    watched, notes = watched_by(opener, member.locator_prefix)
    inner = Member(name, path or name, 0, watched, member.locator_prefix, notes=notes)
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
        entries: list[_Entry] = []
        cut: Exception | None = None
        try:
            for entry in islice(_tar_entries(archive, budget), budget.limits.members + 1):
                entries.append(entry)
        except STREAM_FAULTS as fault:
            cut = fault  # a download that stopped: the files before are whole
        yield from _listed(member, budget, depth, iter(entries))
        if cut is not None:
            raise cut


def _tar_entries(archive: tarfile.TarFile, budget: Budget) -> Iterator["_Entry"]:
    for info in archive:
        if not info.isdir():
            fault = None if info.isreg() else "unsafe_name"
            yield _Entry(info.name, info.size, partial(_open_tarred, archive, info, budget), fault)


def _open_tarred(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> BinaryIO:
    raw = archive.extractfile(info) if info.issparse() else Slice(archive, info)
    if raw is None:
        raise ReadingStopped("damaged")
    return buffered(raw, budget, info.size)  # type: ignore[arg-type]


OPENERS: Final[dict[str, Callable[[Member, Budget, int], Iterator[Member | Refused]]]] = {
    "zip": _expand_zip,
    "xlsx": partial(_expand_zip, is_workbook=True),
    "gz": _expand_gz,
    "bz2": _expand_bz2,
    "xz": _expand_xz,
    "tar": _expand_tar,
}
