"""What index and pages announce, kept as small numbers, and ticked off while the records go by.

Index and pages are read first, the archive once: each announcement costs some 200 bytes of memory whatever
the length of its address, and above `MOST_LINES` the rest is told as not checked. Addresses are compared by
64 bits of BLAKE2b: nobody gains by a clash, since the archive itself is proved by SHA-256 (C06).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from urllib.parse import urldefrag, urlsplit

from saisine.capture.digests import Digest
from saisine.capture.findings import Words
from saisine.capture.warc import Record

MOST_LINES: Final = 400_000
_ROW: Final = struct.Struct("<5Q")
_DATE_SIGNS: Final = 14
_SEEN_BY_A_READER: Final = frozenset({"response", "revisit", "resource", "conversion"})


def short_hash(text: str) -> int:
    """64 bits; never 0, which means « not announced »."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


@dataclass(frozen=True, slots=True)
class IndexLine:
    """One line of an index: where a record lies and what it is. None is what the line does not say."""

    filename: str
    offset: int
    url: str
    date: str
    length: int | None = None
    digest: str | None = None
    record_digest: str | None = None

    @property
    def key(self) -> int:
        name = self.filename.removeprefix("archive/")
        return short_hash(f"{name}\0{self.offset}")

    def packed(self) -> bytes:
        return _ROW.pack(
            short_hash(self.url.replace(" ", "%20")),
            int(self.date[:_DATE_SIGNS]),
            min(self.length or 0, 2**63),
            _hash_of_digest(self.digest),
            _hash_of_digest(self.record_digest),
        )


def _hash_of_digest(text: str | None) -> int:
    """0 when none is announced or it cannot be compared. A form of the same hash gives the same number."""
    if not text or text == "-":
        return 0
    try:
        digest = Digest.parse(text)
    except ValueError:
        return short_hash(text)
    return 0 if digest is None else short_hash(f"{digest.algorithm}:{digest.value.hex()}")


class IndexBook:
    """The lines of every index of a capture, by file and offset."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self._rows: dict[int, bytes] = {}
        self._seen: set[int] = set()
        self._most = most
        self.is_full = False
        self.lines = 0

    def add(self, line: IndexLine) -> Words | None:
        """Take a line in; a fault when another one says something else of the same place."""
        self.lines += 1
        key, row = line.key, line.packed()
        if key not in self._rows and len(self._rows) >= self._most:
            self.is_full = True
            return None
        if self._rows.setdefault(key, row) != row:
            return "deux lignes d’index se contredisent", "two lines of the index disagree"
        return None

    def meet(self, filename: str, record: Record) -> Words | None:
        """What does not match between a finished record and its line; a response without a line is a fault."""
        key = short_hash(f"{filename.removeprefix('archive/')}\0{record.offset}")
        row = self._rows.get(key)
        if row is None:
            is_web = record.type == "response" and record.uri.startswith(("http://", "https://"))
            if is_web and not self.is_full:
                return "réponse absente de l’index", "response absent from the index"
            return None
        self._seen.add(key)
        return _difference(_ROW.unpack(row), record)

    def is_pending(self, line: IndexLine) -> bool:
        """Whether no record was met where this line points."""
        return line.key in self._rows and line.key not in self._seen

    @property
    def has_pending(self) -> bool:
        return len(self._seen) < len(self._rows)


def _difference(row: tuple[int, ...], record: Record) -> Words | None:
    url, date, length, digest, stored = row
    if url != short_hash(record.uri):
        return "l’index donne une autre adresse", "the index gives another address"
    if not str(date).startswith(record.date_digits[:_DATE_SIGNS]):
        return "l’index donne une autre date", "the index gives another date"
    if length and length != record.length:
        return "l’index donne une autre longueur", "the index gives another length"
    known = _hash_of_digest(record.headers.get("warc-payload-digest"))
    if digest and known and digest != known:
        return "l’index donne une autre empreinte", "the index gives another hash"
    if stored and stored != short_hash(f"sha256:{record.stored_sha256.hex()}"):
        return "l’index donne une autre empreinte", "the index gives another hash"
    return None


def page_url(url: str) -> str:
    """An address without its fragment, which never reaches a server; an empty path is `/`.

    >>> page_url("https://exemple.test#haut")
    'https://exemple.test/'
    """
    try:
        bare = urldefrag(url.replace(" ", "%20")).url
        parts = urlsplit(bare)
    except ValueError:  # `//[` is no address: kept as it is written
        return url
    return bare if parts.path or not parts.netloc else parts._replace(path="/").geturl()


class PageBook:
    """The addresses of the pages of a capture that no record was met for yet."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self._waiting: set[int] = set()
        self._most = most
        self.is_full = False
        self.pages = 0

    def add(self, url: str) -> None:
        self.pages += 1
        if len(self._waiting) < self._most:
            self._waiting.add(short_hash(page_url(url)))
        else:
            self.is_full = True

    def meet(self, record: Record) -> None:
        if self._waiting and record.type in _SEEN_BY_A_READER:
            self._waiting.discard(short_hash(page_url(record.uri)))

    def is_pending(self, url: str) -> bool:
        return short_hash(page_url(url)) in self._waiting

    @property
    def has_pending(self) -> bool:
        return bool(self._waiting)


def strict_lines(lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their end, empty ones left out."""
    for number, line in enumerate(lines, 1):
        body = line.rstrip(b"\r\n")
        if body.strip():
            yield number, body
