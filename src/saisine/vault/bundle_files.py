"""The files of a received bundle, read inside its zip as streams; nothing is unpacked, nothing is followed."""

import hashlib
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.vault.faults import open_regular, said

_SMALL_BYTES: Final = 8 << 20  # manifests, records, proofs, notes: anything larger is no such file
_PIECE_BYTES: Final = 1 << 20
AGE_HEADER: Final = b"age-encryption.org/"

# What the zip reader raises on damaged or hostile bytes (zlib and lzma let their own errors through).
UNREADABLE: Final = (
    OSError, EOFError, ValueError, NotImplementedError, RuntimeError, OverflowError,
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
)  # fmt: skip


class BundleFault(Exception):
    """One thing that does not hold: the number of the check, the member it was found in, why in two languages."""

    def __init__(self, id: str, member: str, fr: str, en: str) -> None:
        super().__init__(en)
        self.id, self.member, self.fr, self.en = id, member, fr, en


class BundleFiles:
    """Members by their path in the bag, whose one folder may bear any name."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        """Raises `bundle_unreadable`."""
        self._archive = archive
        self._infos = _infos(archive, name)
        self.digests: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    @property
    def names(self) -> list[str]:
        return sorted(self._infos)

    def under(self, folder: str) -> list[str]:
        return [name for name in self.names if name.startswith(folder)]

    def read(self, name: str, check: str) -> bytes:
        """A small member whole. Raises `BundleFault` under that check."""
        info = self._infos.get(name)
        if info is None:
            raise BundleFault(check, name, "fichier manquant", "missing file")
        if info.file_size > _SMALL_BYTES:
            raise BundleFault(check, name, "fichier trop grand", "the file is too large")
        try:
            return self._archive.read(info)
        except UNREADABLE as error:
            raise BundleFault(check, name, "illisible", f"unreadable ({error})") from error

    def text(self, name: str, check: str) -> str:
        """A small member as UTF-8. Raises `BundleFault`."""
        try:
            return self.read(name, check).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BundleFault(check, name, "n’est pas du texte UTF-8", "not UTF-8 text") from error

    def digest(self, name: str, check: str) -> str:
        """SHA-256 of a member, as the reading of the bag found it. Raises `BundleFault`."""
        if name not in self._infos:
            raise BundleFault(check, name, "fichier manquant", "missing file")
        if name not in self.digests:  # no manifest lists it (B01), or it cannot be read
            self.digests[name] = self._hash(name, check)
        return self.digests[name]

    def size(self, name: str) -> int:
        return self._infos[name].file_size

    def _hash(self, name: str, check: str) -> str:
        found = hashlib.sha256()
        try:
            with self._archive.open(self._infos[name]) as source:
                while piece := source.read(_PIECE_BYTES):
                    found.update(piece)
        except UNREADABLE as error:
            raise BundleFault(check, name, "illisible", f"unreadable ({error})") from error
        return found.hexdigest()


def open_archive(path: Path) -> zipfile.ZipFile:
    """Raises `bundle_encrypted` or `bundle_unreadable`."""
    try:
        with open_regular(path) as file:  # a pipe would be waited for
            if file.read(len(AGE_HEADER)) == AGE_HEADER:
                raise SaisineError("bundle_encrypted", path=path.name)
        return zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise SaisineError("bundle_unreadable", path=path.name, **said(error)) from error


def is_plain(path: str) -> bool:
    steps = path.split("/")
    return bool(path) and "\\" not in path and all(step not in ("", ".", "..") for step in steps)


def _infos(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    declared = [info.filename for info in infos if info.filename.split("/")[-1] == "bagit.txt"]
    root = min(declared, key=len, default=None)
    if root is None:
        raise SaisineError("bundle_unreadable", path=name, reason="bagit.txt")
    prefix = root.removesuffix("bagit.txt")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path = info.filename.removeprefix(prefix)
        # A link would lead whoever unpacks the zip out of the bag.
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if not info.filename.startswith(prefix) or not is_plain(info.filename) or path in found or is_link:
            raise SaisineError("bundle_unreadable", path=name, reason=repr(info.filename[:200]))
        found[path] = info
    if not any(path.startswith("data/") for path in found):
        raise SaisineError("bundle_unreadable", path=name, reason="data/")
    return found
