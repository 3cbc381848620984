"""The files of a bag, in a folder or in a zip: listed once, read one by one as streams, never unpacked.

A path that a bag writes is only ever looked up in this list; it never reaches the file system. Links that
leave the folder, devices, encrypted or overlapping members are named and not opened.
Sources: RFC 8493 section 5.1 (paths that climb out), APPNOTE.TXT 6.3.10 (zip).
"""

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from saisine.errors import SaisineError

_READ_FAULTS: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # a password is asked for; NotImplementedError is one too
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
# Other methods may ask for gigabytes of dictionary; these two are read in flat memory.
_COMPRESSIONS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER_BYTES: Final = 30
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1


class UnreadableMember(Exception):
    """A file of the bag that cannot be read to its end."""


@dataclass(slots=True)
class Listing:
    """What a bag holds: size by path, what is refused (path to code of `BAG_FINDINGS`), its folders."""

    sizes: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    has_payload: bool = False

    def refuse(self, name: str, code: str) -> None:
        self.refused.setdefault(name, code)
        self.sizes.pop(name, None)


class BagFiles(Protocol):
    """A bag that is open for reading.

    >>> with open_bag(path) as bag:
    ...     with reading(bag, "bagit.txt") as source:
    ...         source.read(4096)
    """

    @property
    def listing(self) -> Listing: ...

    def open(self, name: str) -> BinaryIO: ...


@contextmanager
def open_bag(source: Path) -> Iterator[BagFiles]:
    """The bag in a folder or a zip file. Raises `bag_missing`, `bag_unreadable`."""
    if not os.path.lexists(source):
        raise SaisineError("bag_missing", path=source.name)
    if os.path.isdir(source):
        yield FolderBag(source)
        return
    if not os.path.isfile(source):  # a pipe would be waited for without end
        raise SaisineError("bag_unreadable", path=source.name)
    try:
        archive = zipfile.ZipFile(source)
        bag = ZipBag(archive)
    except (*_READ_FAULTS, OverflowError) as error:
        raise SaisineError("bag_unreadable", path=source.name) from error
    with archive:
        yield bag


@contextmanager
def reading(bag: BagFiles, name: str, skip: int = 0) -> Iterator[BinaryIO]:
    """One file of the bag as a stream. Every fault of disk or zip becomes `UnreadableMember`."""
    try:
        with bag.open(name) as source:
            source.read(skip)
            yield source
    except _READ_FAULTS as error:
        raise UnreadableMember(name) from error


def is_plain_path(path: str) -> bool:
    """Whether a path stays inside the bag on every system: no root, drive, home, dots or backslash."""
    steps = path.split("/")
    odd = "\\" in path or "\0" in path or path.startswith("~") or _DRIVE.match(path) is not None
    return not odd and all(step not in ("", ".", "..") for step in steps)


# ---------------------------------------------------------------- folder


class FolderBag:
    """A folder whose links are followed only when they end at a file inside it."""

    def __init__(self, folder: Path) -> None:
        self._root = os.path.realpath(folder)
        self.listing = Listing()
        self._places: dict[str, str] = {}
        waiting = [""]
        while waiting:
            waiting.extend(self._list(waiting.pop()))

    def open(self, name: str) -> BinaryIO:
        """Never follows a link that was put there since, never waits on a pipe. Raises `OSError`."""
        flags = os.O_RDONLY
        for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
            flags |= getattr(os, flag, 0)
        handle = os.open(self._places[name], flags)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError("no regular file")
        return os.fdopen(handle, "rb")

    def _list(self, folder: str) -> list[str]:
        """Takes the files of one folder in; returns the folders below it."""
        below = []
        try:
            with os.scandir(os.path.join(self._root, folder)) as entries:
                for entry in sorted(entries, key=lambda one: one.name):
                    name = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False) and is_plain_path(name):
                        below.append(f"{name}/")
                    else:
                        self._take(name, entry)
        except OSError:
            self.listing.refuse(folder or ".", "unreadable")
        self.listing.has_payload |= "data/" in below
        return below

    def _take(self, name: str, entry: os.DirEntry[str]) -> None:
        code = _fault_of_name(name)
        place = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
        inside = place.startswith(os.path.join(self._root, ""))
        if code is None and not inside:
            code = "link"
        try:
            found = os.lstat(place)
        except OSError:  # a link to nothing
            code = code or "unreadable"
        if code is None and not stat.S_ISREG(found.st_mode):
            code = "link_folder" if stat.S_ISDIR(found.st_mode) else "special"
        if code is not None:
            self.listing.refuse(name, code)
            return
        self.listing.sizes[name] = found.st_size
        self._places[name] = place


def _fault_of_name(name: str) -> str | None:
    if not is_plain_path(name):
        return "path"
    return "name_bytes" if any("\ud800" <= sign <= "\udfff" for sign in name) else None


# ---------------------------------------------------------------- zip


class ZipBag:
    """A zip with the bag at its top, or in its one folder."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.listing = Listing()
        self._infos: dict[str, zipfile.ZipInfo] = {}
        names = [(_name_of(info), info) for info in archive.infolist()]
        prefix = _root_of([name for name, _ in names])
        overlapping = _overlapping(archive)
        for name, info in names:
            if not name.startswith(prefix):
                self.listing.refuse(name, "outside_root")
                continue
            self._take(name.removeprefix(prefix), info, info.header_offset in overlapping)

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self._archive.open(self._infos[name]))

    def _take(self, name: str, info: zipfile.ZipInfo, overlaps: bool) -> None:
        self.listing.has_payload |= name.startswith("data/")
        if not name or (name.endswith("/") and is_plain_path(name[:-1]) and not info.file_size):
            return  # the entry of a folder
        code = "overlap" if overlaps else _fault_of_member(name, info)
        if name in self._infos or name in self.listing.refused:
            code = code or "twice_in_zip"
        if code is not None:
            self.listing.refuse(name, code)
            return
        self.listing.sizes[name] = info.file_size
        self._infos[name] = info


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: many tools write UTF-8 without saying so. A cut at NUL is undone."""
    name = info.orig_filename
    if info.flag_bits & _UTF8_NAME or name.isascii():
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _root_of(names: list[str]) -> str:
    """The prefix of the bag: nothing, or its one folder, which alone may hold `bagit.txt`."""
    if "bagit.txt" in names:
        return ""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    declared = [top for top in tops if f"{top}/bagit.txt" in names]
    if len(declared) == 1:
        return f"{declared[0]}/"
    alone = len(tops) == 1 and all("/" in name for name in names) and tops != {"data"}
    return f"{tops.pop()}/" if alone else ""


def _fault_of_member(name: str, info: zipfile.ZipInfo) -> str | None:
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode) if info.create_system == 3 else 0
    if not is_plain_path(name):
        return "path"
    if kind == stat.S_IFLNK:
        return "link"
    if kind not in (0, stat.S_IFREG):
        return "special"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    return None if info.compress_type in _COMPRESSIONS else "compression"


def _overlapping(archive: zipfile.ZipFile) -> set[int]:
    """Offsets of members whose bytes run into the next one: how a small zip unfolds without end."""
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in infos), archive.start_dir]
    found = set()
    for info, following in zip(infos, starts[1:], strict=True):
        name_bytes = len(info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_NAME else "cp437"))
        if info.header_offset + _LOCAL_HEADER_BYTES + name_bytes + info.compress_size > following:
            found.add(info.header_offset)
    return found


# ---------------------------------------------------------------- names


class NameIndex:
    """Finds a file by the name that a manifest gives, also when only its Unicode form differs.

    RFC 8493 section 6.1.1: systems change the form of names (NFC, NFD) without anyone seeing it.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._sizes = sizes
        self._by_form: dict[str, list[str]] = {}
        for name in sizes:
            if not name.isascii():
                self._by_form.setdefault(unicodedata.normalize("NFC", name), []).append(name)

    def find(self, path: str) -> str | None:
        """The file, or None; a name that two files could answer to finds none."""
        if path in self._sizes:
            return path
        alike = self._by_form.get(unicodedata.normalize("NFC", path), [])
        return alike[0] if len(alike) == 1 else None

    def twins(self) -> Iterator[tuple[str, str]]:
        """Pairs of files whose names differ only by case or Unicode form."""
        seen: dict[str, str] = {}
        for name in self._sizes:
            other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
            if other != name:
                yield name, other


def text_of(source: BinaryIO, codec: str) -> io.TextIOWrapper:
    """The stream as text whose lines end at LF, CR or CRLF and nowhere else."""
    return io.TextIOWrapper(source, encoding=codec, errors="strict", newline=None)
