"""A BagIt 1.0 folder written into one stored zip: sorted names, fixed times, so the same input gives the same bytes.

Source: RFC 8493 (declaration, manifests, Payload-Oxum). Nothing is compressed: originals are compressed
already, and a reader can point at the bytes of one piece inside the zip.
"""

import hashlib
import io
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from saisine import __version__
from saisine.errors import SaisineError

Progress = Callable[[int, int | None, str], None]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold: no hour of ours leaks
_PIECE_BYTES: Final = 1 << 20
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_NAME_SIGNS: Final = 100
# Names that the proofs beside a piece bear, and those that Windows keeps for its devices.
_TAKEN: Final = re.compile(
    r"(record|entry)\.json|(\d{1,9}|parent-\d{1,9})\.(tlog-proof|entry\.json)"
    r"|(con|prn|aux|nul|com\d|lpt\d)(\..*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Member:
    """One payload file: its path in the bag, its size, how to open it, its hash when already known."""

    path: str
    size: int
    open: Callable[[], BinaryIO]
    sha256: str | None = None

    @classmethod
    def of(cls, path: str, body: bytes) -> "Member":
        return cls(path, len(body), lambda: io.BytesIO(body))


def safe_name(name: str) -> str:
    """A file name that any system takes: ASCII, no space, at most 100 signs. The record keeps the true name.

    >>> safe_name("capture d’écran.png"), safe_name("../record.json")
    ('capture_d_ecran.png', 'piece-record.json')
    """
    flat = unicodedata.normalize("NFKD", name.replace("\\", "/").rsplit("/", 1)[-1])
    ascii_ = (
        re.sub(r"[^A-Za-z0-9._-]+", "_", flat.encode("ascii", "ignore").decode()).strip(".").lstrip(".-_")
    )
    if len(ascii_) > _NAME_SIGNS:
        stem, dot, extension = ascii_.rpartition(".")
        ascii_ = f"{stem[:80]}{dot}{extension[:19]}" if dot else ascii_[:_NAME_SIGNS]
    if ascii_ and not _TAKEN.fullmatch(ascii_):
        return ascii_
    return f"piece-{ascii_[: _NAME_SIGNS - 6]}".rstrip(".")


def write_bag(
    part: Path, root: str, members: Sequence[Member], now: datetime, progress: Progress | None
) -> str:
    """Tag files and payload in the order of their names; returns the SHA-256 of the manifest.

    Raises `bundle_path` when two members would fall on one name, `object_damaged`, `OSError`.
    """
    _require_distinct(members)
    with part.open("xb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            digest = _write_members(archive, root, members, now, progress)
        out.flush()
        os.fsync(out.fileno())
    return digest


def _require_distinct(members: Sequence[Member]) -> None:
    """Two names that differ by case alone would be one file on many systems."""
    seen: set[str] = set()
    for member in members:
        if member.path.lower() in seen:
            raise SaisineError("bundle_path", path=member.path)
        seen.add(member.path.lower())


def _write_members(
    archive: zipfile.ZipFile, root: str, members: Sequence[Member], now: datetime, progress: Progress | None
) -> str:
    tags = {"bag-info.txt": _bag_info(members, now), "bagit.txt": _DECLARATION}
    for name, body in tags.items():
        _add(archive, f"{root}/{name}", Member.of(name, body))
    lines = []
    for number, member in enumerate(members, 1):
        lines.append(f"{_add(archive, f'{root}/{member.path}', member)}  {member.path}\n")
        if progress is not None:
            progress(number, len(members), "export")
    tags["manifest-sha256.txt"] = "".join(lines).encode()
    tag_lines = [f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(tags.items())]
    tags["tagmanifest-sha256.txt"] = "".join(tag_lines).encode()
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        _add(archive, f"{root}/{name}", Member.of(name, tags[name]))
    return hashlib.sha256(tags["manifest-sha256.txt"]).hexdigest()


def _bag_info(members: Sequence[Member], now: datetime) -> bytes:
    oxum = f"{sum(member.size for member in members)}.{len(members)}"
    facts = (
        ("Bag-Software-Agent", f"Saisine {__version__}"),
        ("Bagging-Date", f"{now.astimezone(UTC):%Y-%m-%d}"),
        ("Payload-Oxum", oxum),
    )
    return "".join(f"{name}: {value}\n" for name, value in facts).encode()


def _add(archive: zipfile.ZipFile, path: str, member: Member) -> str:
    """Stream one file into the zip; returns its SHA-256, which must be the sealed one."""
    info = zipfile.ZipInfo(path, _EPOCH)
    info.create_system = 3  # Unix, wherever this runs: the same bytes
    info.external_attr = 0o100644 << 16
    info.file_size = member.size
    found = hashlib.sha256()
    with member.open() as source, archive.open(info, "w") as target:
        while piece := source.read(_PIECE_BYTES):
            found.update(piece)
            target.write(piece)
    if member.sha256 not in (None, found.hexdigest()):
        raise SaisineError("object_damaged", object=path, reason="SHA-256")
    return found.hexdigest()
