"""A web archive package (WACZ) checked from end to end as a stream: C01 to C12.

    C01 to C03  the zip: layout, names, measure            `containers`
    C04 to C07  the list of files and its hash             `package`
    C08         pages, index and archive are there
    C09         every WARC record, its lengths and hashes  `warc`
    C10, C11    index and pages against the records        `indexes`, `books`
    C12         the signature enclosed                     `signatures`

Each member is read once (an index in blocks twice), nothing is written. Source: WACZ 1.1.1.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from saisine.capture.books import IndexBook, IndexLine, PageBook
from saisine.capture.containers import (
    Container,
    Limits,
    MemberStream,
    open_container,
    report_stream,
    say_container,
)
from saisine.capture.findings import NAMES, Check, Findings, Words, shown, told
from saisine.capture.indexes import BadLine, Block, compare_blocks, read_blocks, read_index
from saisine.capture.package import LIST, LIST_DIGEST, SMALL_BYTES, Package, check_list_digest
from saisine.capture.pages import read_pages
from saisine.capture.streams import Budget, OverBudget, StreamFault
from saisine.capture.strict_json import BadJson
from saisine.capture.warc_checks import TOO_MUCH, RecordChecks
from saisine.errors import SaisineError
from saisine.vault.report import counted

T = TypeVar("T", IndexLine, str)
Progress = Callable[[int, int | None, str], None]

_PAGES: Final = "pages/pages.jsonl"
_WARC: Final = (".warc", ".warc.gz")
_INDEX: Final = (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz")


def check_wacz(
    file: BinaryIO | Path,
    *,
    limits: Limits | None = None,
    own_capture: bool = False,
    pinned: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> list[Check]:
    """Every finding, in the order of the numbers; at least one for each of C01 to C12.

    The file must be seekable. `own_capture` asks for what our captures always have (C07); C13 is not here.
    `pinned` is the SHA-256 in hex of trusted certificates or keys. Raises `capture_unreadable` when the
    disk fails; hostile bytes are findings.
    """
    if isinstance(file, Path):
        try:
            with file.open("rb") as opened:
                return check_wacz(
                    opened, limits=limits, own_capture=own_capture, pinned=pinned, progress=progress
                )
        except OSError as error:
            raise _unreadable(file.name, error) from error
    run = _Run(file, limits or Limits(), own_capture, pinned, progress)
    try:
        run.all()
    except OSError as error:
        raise _unreadable(str(getattr(file, "name", "wacz")), error) from error
    return run.findings.checks()


def _unreadable(name: str, error: OSError) -> SaisineError:
    return SaisineError("capture_unreadable", name=name, reason=error.strerror or str(error))


class _Run:
    """One check of one file: what was announced, then what was found."""

    def __init__(
        self, file: BinaryIO, limits: Limits, own: bool, pinned: frozenset[str], progress: Progress | None
    ) -> None:
        self._file = file
        self._limits = limits
        self._own = own
        self._pinned = pinned
        self._progress = progress
        self._budget = Budget(limits.total_bytes)
        self._index = IndexBook()
        self._pages = PageBook()
        self._blocks: dict[str, tuple[str, list[Block]]] = {}
        self._read_bytes = 0
        self._compared = 0
        self.findings = Findings()
        self._records = RecordChecks(self.findings)

    def all(self) -> None:
        """Raises OSError."""
        container = open_container(self._file, self._limits, self.findings)
        if container is None:
            cause = "C01" if self.findings.has_failed("C01") else "C03"
            self._skip(list(NAMES), cause)
            return
        package = self._check_list(container)
        self._check_parts(container)
        self._read_members(container, package)
        say_container(container, self.findings)
        self._say_contents(container, package)

    def _skip(self, numbers: list[str], cause: str) -> None:
        for number in numbers:
            if not self.findings.is_told(number):
                self.findings.skip(number, (f"voir {cause}", f"see {cause}"))

    # ------------------------------------------------------------ C04, C05, C07, C12

    def _check_list(self, container: Container) -> Package | None:
        listed = self._whole(container, LIST)
        package: Package | None = None
        if listed is None:
            self.findings.fail("C04", told(LIST, ("absent ou démesuré", "absent or outsize")))
            self._skip(["C05", "C06", "C07", "C12"], "C04")
            return None
        try:
            package = Package.parse(listed)
        except BadJson as error:
            self.findings.fail("C04", told(LIST, error.words))
            self._skip(["C05", "C06"], "C04")
        else:
            self.findings.good("C04", counted(len(package.resources), "fichier", "file"))
            package.check_members(container.members, self.findings)
        digest = self._whole(container, LIST_DIGEST) if LIST_DIGEST in container.members else None
        if digest is None and LIST_DIGEST in container.members:
            self.findings.fail("C07", told(LIST_DIGEST, ("démesuré ou illisible", "outsize or unreadable")))
            self._skip(["C12"], "C07")
            return package
        check_list_digest(listed, digest, self.findings, own_capture=self._own, pinned=self._pinned)
        return package

    def _whole(self, container: Container, name: str) -> bytes | None:
        """A small member whole; None when it is absent, too large, or refused."""
        member = container.members.get(name)
        if member is None or member.size > SMALL_BYTES:
            return None
        stream = container.stream(name)
        parts = []
        while piece := stream.read():
            parts.append(piece)
        report_stream(name, stream, self.findings)
        return None if member.refusal is not None else b"".join(parts)

    # ------------------------------------------------------------ C08

    def _check_parts(self, container: Container) -> None:
        names = container.members
        parts = (
            (any(map(_is_warc, names)), ("aucun fichier WARC sous archive/", "no WARC file under archive/")),
            (any(map(_is_index, names)), ("aucun index sous indexes/", "no index under indexes/")),
            (_PAGES in names, (f"{_PAGES} : absent", f"{_PAGES}: absent")),
        )
        for is_there, words in parts:
            if not is_there:
                self.findings.fail("C08", words)
        self.findings.good("C08", ("archive, index, pages", "archive, index, pages"))

    # ------------------------------------------------------------ C06, C09, C10, C11

    def _read_members(self, container: Container, package: Package | None) -> None:
        """Announcements first, so that one pass over the archive can tick them off."""
        names = [name for name in container.members if name not in (LIST, LIST_DIGEST)]
        archive = [name for name in names if name.startswith("archive/")]
        for name in [name for name in names if not name.startswith("archive/")]:
            self._read_one(container, package, name)
        for name in self._blocks:
            self._check_blocks(container, name)
        for name in archive:
            self._read_one(container, package, name)
        self._tell_pending(container)

    def _read_one(self, container: Container, package: Package | None, name: str) -> None:
        stream = container.stream(name)
        if container.members[name].refusal is None:
            self._within_budget(name, lambda: self._read_content(name, stream))
        stream.finish()
        report_stream(name, stream, self.findings)
        if container.members[name].refusal is not None:
            self.findings.skip("C06", told(name, ("contenu non lu", "content not read")))
        elif package is not None:
            self._compared += package.check_content(name, stream.size, stream.sha256, self.findings)
        self._read_bytes += stream.size
        if self._progress is not None:
            total = sum(member.size for member in container.members.values())
            self._progress(self._read_bytes, total, "check")

    def _within_budget(self, name: str, read: Callable[[], None]) -> None:
        try:
            read()
        except OverBudget:
            self.findings.fail("C03", told(name, TOO_MUCH))

    def _read_content(self, name: str, stream: MemberStream) -> None:
        if _is_warc(name):
            has_index = self._index.lines > 0
            self._records.read(name, stream, self._budget, self._index if has_index else None, self._pages)
        elif name.startswith("archive/") and ".warc" in name:
            self.findings.skip("C09", told(name, ("compression non lue", "compression that is not read")))
        elif _is_index(name):
            self._each(name, "C10", read_index(stream, self._budget), self._index.add)
        elif name.startswith("indexes/") and name.endswith(".idx"):
            self._read_blocks(name, stream)
        elif _is_pages(name):
            self._each(name, "C11", read_pages(stream), self._pages.add)

    def _each(
        self, name: str, number: str, lines: Iterator[tuple[int, T | Words]], add: Callable[[T], Words | None]
    ) -> None:
        """Take in every line of an index or of the pages; what is no line is told by its number."""
        try:
            for line, found in lines:
                words = found if isinstance(found, tuple) else add(found)
                if words is not None:
                    self.findings.fail(number, _at_line(name, line, words))
        except StreamFault as error:
            self.findings.fail(number, told(name, error.words))

    def _read_blocks(self, name: str, stream: MemberStream) -> None:
        try:
            target, blocks = read_blocks(stream, self._budget)
        except (BadLine, StreamFault) as error:
            self.findings.fail("C10", told(name, error.words))
            return
        self._blocks[name] = (f"indexes/{target}" if target else name.removesuffix("idx") + "cdx.gz", blocks)

    def _check_blocks(self, container: Container, name: str) -> None:
        target, blocks = self._blocks[name]
        member = container.members.get(target)
        if member is None or member.refusal is not None:
            words = (
                f"porte sur un index absent : {shown(target)}",
                f"is about an absent index: {shown(target)}",
            )
            self.findings.fail("C10", told(name, words))
            return
        self._within_budget(name, lambda: self._compare(name, container.stream(target), blocks))

    def _compare(self, name: str, stream: MemberStream, blocks: list[Block]) -> None:
        try:
            for words in compare_blocks(stream, blocks, self._budget):
                self.findings.fail("C10", told(name, words))
        except StreamFault as error:
            self.findings.fail("C10", told(name, error.words))

    def _tell_pending(self, container: Container) -> None:
        """Read index and pages again to name the lines that no record answered."""
        for name in container.members:
            if _is_index(name) and self._index.has_pending:
                lines = read_index(container.stream(name), self._budget)
                self._within_budget(
                    name, partial(self._name_pending, name, "C10", lines, self._index.is_pending)
                )
            elif _is_pages(name) and self._pages.has_pending:
                pages = read_pages(container.stream(name))
                self._within_budget(
                    name, partial(self._name_pending, name, "C11", pages, self._pages.is_pending)
                )

    def _name_pending(
        self, name: str, number: str, lines: Iterator[tuple[int, T | Words]], is_pending: Callable[[T], bool]
    ) -> None:
        try:
            for line, found in lines:
                if not isinstance(found, tuple) and is_pending(found):
                    words = ("aucun enregistrement ne correspond", "no record matches")
                    self.findings.fail(number, _at_line(name, line, words))
        except StreamFault:
            return  # told when the file was read the first time

    def _say_contents(self, container: Container, package: Package | None) -> None:
        """The good line of C06 and C09 to C11, or why they were not made."""
        if package is not None and self._compared:
            self.findings.good("C06", counted(self._compared, "fichier", "file"))
        if any(map(_is_warc, container.members)):
            self._records.say()
        if self._index.is_full or self._pages.is_full:
            much = ("trop de lignes pour les comparer toutes", "too many lines to compare them all")
            self.findings.skip("C10" if self._index.is_full else "C11", much)
        elif self.findings.has_failed("C08"):
            self._skip(["C09", "C10", "C11"], "C08")
        if any(map(_is_index, container.members)) and any(map(_is_warc, container.members)):
            self.findings.good("C10", counted(self._index.lines, "ligne", "line"))
        if _PAGES in container.members and any(map(_is_warc, container.members)):
            self.findings.good("C11", counted(self._pages.pages, "page", "page"))


def _is_warc(name: str) -> bool:
    return name.startswith("archive/") and name.endswith(_WARC)


def _is_index(name: str) -> bool:
    return name.startswith("indexes/") and name.endswith(_INDEX)


def _is_pages(name: str) -> bool:
    return name.startswith("pages/") and name.endswith(".jsonl")


def _at_line(name: str, line: int, words: Words) -> Words:
    return told(name, (f"ligne {line} : {words[0]}", f"line {line}: {words[1]}"))
