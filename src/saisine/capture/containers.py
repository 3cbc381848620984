"""A zip received from elsewhere, judged before anything in it is believed: C01 layout, C02 names, C03 measure.

Members are read as streams, each once, and never unpacked to a path: a name is text, compared and shown,
nothing else. Sizes are counted while reading; the table's word is only what they are compared with.
"""

import hashlib
import re
import stat
import unicodedata
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final

from saisine.capture.findings import Check, Findings, Words, told
from saisine.capture.streams import PIECE_BYTES
from saisine.capture.zip_format import DEFLATED, STORED, Entry, NotZip, TooMany, read_layout
from saisine.texts import safe_display
from saisine.vault.report import counted

_NAME_BYTES: Final = 1024  # a path that no system would take is no name
_DRIVE_OR_STREAM: Final = ":"
# Names that Windows gives to devices, whatever the extension (Microsoft, Naming Files).
_DEVICE: Final = re.compile(r"^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?$", re.I)


Fault = tuple[str, Words]  # the number of the check, and what was found


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost (capture.md, C03). `free_bytes` is the room on disk, when it matters."""

    members: int = 20_000
    ratio: int = 200
    ratio_free_bytes: int = 1 << 20
    total_bytes: int = 20 << 30
    free_bytes: int | None = None

    @property
    def room_bytes(self) -> int:
        return self.total_bytes if self.free_bytes is None else min(self.total_bytes, self.free_bytes)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive, by its name as decoded. `refusal` says why its bytes are not read, or is None."""

    name: str
    entry: Entry
    refusal: Fault | None

    @property
    def size(self) -> int:
        return self.entry.size


class MemberStream:
    """The bytes of one member, inflated and counted; after `finish`, `fault` says what does not hold.

    A fault ends the stream as if it were over. `fault[0]` is C01 (damaged) or C03 (size lied about).
    """

    def __init__(self, file: BinaryIO, member: Member) -> None:
        self._file = file
        self._entry = member.entry
        self._at = member.entry.data_at
        self._left = member.entry.packed_bytes
        self._stored = b""
        self._inflater = zlib.decompressobj(-15)
        self._crc = 0
        self._hash = hashlib.sha256()
        self._is_over = False
        self.size = 0
        self.fault: Fault | None = None
        if member.refusal is not None:
            self._stop(*member.refusal)

    def read(self, size: int = PIECE_BYTES, /) -> bytes:
        """1 to `size` bytes, b"" at the end. Raises OSError only."""
        if self._is_over:
            return b""
        most = min(size, self._entry.size - self.size + 1)  # one more than announced shows the lie
        piece = self._inflate(most) if self._entry.method == DEFLATED else self._take(most)
        self.size += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        self._hash.update(piece)
        if self.size > self._entry.size:
            self._stop("C03", ("plus long qu’annoncé", "longer than announced"))
            return b""
        if not piece and not self._is_over:
            self._end()
        return piece

    @property
    def sha256(self) -> str:
        """In hex, over what was read so far."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Read what is left, so that size and checksum are known."""
        while self.read():
            pass

    def _stop(self, n: str, words: Words) -> None:
        self._is_over = True
        self.fault = (n, words)

    def _end(self) -> None:
        self._is_over = True
        if self.size != self._entry.size:
            self.fault = ("C03", ("plus court qu’annoncé", "shorter than announced"))
        elif self._crc != self._entry.crc:
            self.fault = ("C01", ("somme de contrôle fausse", "wrong checksum"))

    def _take(self, size: int) -> bytes:
        """Bytes as stored: up to `size`."""
        self._file.seek(self._at)
        piece = self._file.read(min(size, self._left))
        self._at += len(piece)
        self._left -= len(piece)
        return piece

    def _inflate(self, most: int) -> bytes:
        while not self._inflater.eof:
            self._stored = self._stored or self._take(PIECE_BYTES)
            is_last = not self._stored
            try:
                piece = self._inflater.decompress(self._stored, most)
            except zlib.error:
                self._stop("C01", ("compression abîmée", "damaged compression"))
                return b""
            self._stored = self._inflater.unconsumed_tail
            if piece:
                return piece
            if is_last:
                self._stop("C01", ("compression coupée", "compression cut short"))
                return b""
        if self._inflater.unused_data or self._left:
            # Readers stop at the end of the compressed data: bytes behind it would be seen by none.
            self._stop("C01", ("octets cachés après le contenu", "bytes hidden after the content"))
        return b""


class Container:
    """An open zip: its members by name, in the order of the table, and their streams."""

    def __init__(self, file: BinaryIO, members: dict[str, Member]) -> None:
        self._file = file
        self.members = members

    def stream(self, name: str) -> MemberStream:
        """A new stream over a member. Only one is read at a time."""
        return MemberStream(self._file, self.members[name])


def open_container(file: BinaryIO, limits: Limits, findings: Findings) -> Container | None:
    """The archive, with what C01 to C03 say before its members are read; None when nothing can be read.

    The file must be seekable. Raises OSError only.
    """
    try:
        layout = read_layout(file, limits.members)
    except NotZip as error:
        findings.fail("C01", error.words)
        return None
    except TooMany as error:
        findings.fail("C03", error.words)
        return None
    for words in layout.faults:
        findings.fail("C01", words)
    for words in layout.uncovered:
        findings.skip("C01", words)
    if not _fits(layout.entries, limits, findings):
        return None
    return Container(file, _judged(layout.entries, limits, findings))


def _fits(entries: list[Entry], limits: Limits, findings: Findings) -> bool:
    total = sum(entry.size for entry in entries)
    if total <= limits.room_bytes:
        return True
    findings.fail(
        "C03",
        (
            f"{total} octets au total ; {limits.room_bytes} au plus sont lus",
            f"{total} bytes in all; {limits.room_bytes} at most are read",
        ),
    )
    return False


def _judged(entries: list[Entry], limits: Limits, findings: Findings) -> dict[str, Member]:
    members: dict[str, Member] = {}
    keys: dict[str, str] = {}
    folders: set[str] = set()
    for entry in entries:
        name = name_of(entry)
        for words in _name_faults(entry, name):
            findings.fail("C02", told(name, words))
        key = _folded(name)
        if key in keys:
            same = ("même nom qu’un autre fichier", "same name as another file")
            findings.fail("C02", told(name, same))
            continue
        keys[key] = name
        folders.update(_folders_above(key))
        members[name] = Member(name, entry, _refusal(entry, limits))
    for key in keys.keys() & folders:
        words = ("nom d’un fichier et d’un dossier", "name of a file and of a folder")
        findings.fail("C02", told(keys[key], words))
    return members


def _folders_above(key: str) -> list[str]:
    steps = key.split("/")[:-1]
    return ["/".join(steps[:count]) for count in range(1, min(len(steps), 64) + 1)]


def name_of(entry: Entry) -> str:
    """The name as text: UTF-8 when it is so, else code page 437 as the format says."""
    try:
        return entry.raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return entry.raw_name.decode("cp437")


def _folded(name: str) -> str:
    """What a system that ignores case, accents' form or a final dot takes for the same name."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return "/".join(step.rstrip(". ") for step in folded.split("/"))


def _name_faults(entry: Entry, name: str) -> list[Words]:
    """C02: every reason why this name, or this kind of file, is refused."""
    found: list[Words] = []
    steps = name.removesuffix("/").split("/")
    if not entry.raw_name or len(entry.raw_name) > _NAME_BYTES:
        found.append(("nom vide ou démesuré", "empty or outsize name"))
    if name.startswith(("/", "\\")) or _DRIVE_OR_STREAM in name:
        found.append(("chemin absolu", "absolute path"))
    if ".." in steps or "." in steps or "" in steps[1:]:
        found.append(("chemin qui remonte ou se répète", "path that climbs or repeats"))
    if "\\" in name or safe_display(name) != name or "\n" in name or "\t" in name:
        found.append(("signe interdit dans le nom", "forbidden sign in the name"))
    if any(_DEVICE.match(step.rstrip(". ")) for step in steps):
        found.append(("nom d’un périphérique", "name of a device"))
    if not _is_plain_kind(entry, name):
        found.append(("lien ou fichier spécial", "link or special file"))
    return found


def _is_plain_kind(entry: Entry, name: str) -> bool:
    """A regular file, or an empty folder whose name ends in `/`; no link, device or set-user-id mark."""
    mode = entry.attributes >> 16
    kind = stat.S_IFMT(mode)
    is_folder = name.endswith("/")
    if mode & (stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX) or entry.attributes & 0x08:
        return False
    if is_folder:
        return kind in (0, stat.S_IFDIR) and entry.size == 0
    return kind in (0, stat.S_IFREG) and not entry.attributes & 0x10


def _refusal(entry: Entry, limits: Limits) -> Fault | None:
    """Why this member's bytes are not read, before any is."""
    if entry.is_locked or entry.method not in (STORED, DEFLATED) or not entry.data_at:
        return "C01", ("contenu non lu", "content not read")
    if entry.size > limits.ratio_free_bytes and entry.size > limits.ratio * entry.packed_bytes:
        times = entry.size // max(entry.packed_bytes, 1)
        return "C03", (f"{times} fois plus gros une fois ouvert", f"{times} times larger once opened")
    return None


def check_container(file: BinaryIO, limits: Limits | None = None) -> list[Check]:
    """C01 to C03 of any zip, every member read once. The file must be seekable. Raises OSError only."""
    findings = Findings()
    container = open_container(file, limits or Limits(), findings)
    if container is not None:
        for name in container.members:
            stream = container.stream(name)
            stream.finish()
            report_stream(name, stream, findings)
        say_container(container, findings)
    return findings.checks()


def report_stream(name: str, stream: MemberStream, findings: Findings) -> None:
    """What a member that was read to its end did not keep of its promises."""
    if stream.fault is not None:
        findings.fail(stream.fault[0], told(name, stream.fault[1]))


def say_container(container: Container, findings: Findings) -> None:
    """The one good line of each of C01 to C03, where nothing failed."""
    files = counted(len(container.members), "fichier", "file")
    total = sum(member.size for member in container.members.values())
    findings.good("C01", files)
    findings.good("C02", files)
    findings.good("C03", (f"{total} octets", f"{total} bytes"))
