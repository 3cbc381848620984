"""WARC 1.0 and 1.1 read as a stream: records, gzip members, lengths, and every hash verified while reading.

Source: ISO 28500:2017 (WARC 1.1), sections 4 to 6 and annex D. A body is never held whole. The payload of an
HTTP response is its body; whether chunked framing counts is read both ways by existing tools, so either hash
is accepted (webrecorder/warcio#75, iipc/warc-specifications#22).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from saisine.capture.digests import Digest
from saisine.capture.findings import Words, shown
from saisine.capture.payloads import Payload, payload_kind
from saisine.capture.streams import (
    PIECE_BYTES,
    Budget,
    GzipPieces,
    Pieces,
    PlainPieces,
    Readable,
    StreamFault,
    pieces_of,
)

if TYPE_CHECKING:
    from hashlib import _Hash

HEADER_BYTES: Final = 256 << 10  # some tools put their settings in a header; more is no header
_MARK: Final = b"WARC/"
_VERSIONS: Final = (b"WARC/1.0\r\n", b"WARC/1.1\r\n")
_NEEDED: Final = ("warc-type", "warc-record-id", "warc-date", "content-length")
_MAY_REPEAT: Final = frozenset({"warc-concurrent-to"})
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH: Final = re.compile(r"\d{1,18}")
_DATE: Final = re.compile(
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-6]\d(?:\.\d{1,9})?Z)?)?)?"
)


class NotWarc(Exception):
    """A file in another format: `words` names it."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words: Words = (fr, en)


class _Unreadable(Exception):
    """A record that cannot be followed further; `words` says why."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words: Words = (fr, en)


@dataclass(slots=True)
class Record:
    """One record. `read` gives its block; the fields below are final once `finish` was called.

    `offset` and `length` are bytes of the file as stored, as an index counts them; `stored_sha256` is over
    them. `rank` is how many records come before it in its gzip member: none, where each has its own. `faults` is what
    does not hold; `unchecked` counts hashes that could not be verified, by reason.
    After `is_cut` nothing that follows in a plain file can be found.
    """

    offset: int
    headers: dict[str, str]
    length: int = 0
    stored_sha256: bytes = b""
    faults: list[Words] = field(default_factory=list)
    unchecked: "Counter[Words]" = field(default_factory=Counter)
    verified: int = 0
    is_cut: bool = False
    block: "_Block | None" = None
    rank: int = 0

    @property
    def type(self) -> str:
        return self.headers["warc-type"]

    @property
    def uri(self) -> str:
        """The address, without the angle brackets of WARC 1.0, spaces encoded as indexes do."""
        uri = self.headers.get("warc-target-uri", "")
        bare = uri[1:-1] if uri.startswith("<") and uri.endswith(">") else uri
        return bare.replace(" ", "%20")

    @property
    def date_digits(self) -> str:
        """`WARC-Date` as an index writes it: digits alone, from the year down."""
        return re.sub(r"\D", "", self.headers["warc-date"])

    def read(self, size: int = PIECE_BYTES) -> bytes:
        """1 to `size` bytes of the block, b"" at its end. Raises `StreamFault`, `OverBudget`."""
        return b"" if self.block is None else self.block.read(size)

    def finish(self) -> None:
        """Read the rest of the block and verify it. Raises `OverBudget` only."""
        block, self.block = self.block, None
        if block is None:
            return
        try:
            block.close(self)
        except (StreamFault, _Unreadable) as error:
            self.faults.append(error.words)
            self.is_cut = True


class _Block:
    """The block of a record: its length is kept, its hashes are computed as it goes by."""

    def __init__(self, pieces: PlainPieces | GzipPieces, record: Record, *, is_verified: bool) -> None:
        self._pieces = pieces
        self._left = int(record.headers["content-length"])
        self._is_verified = is_verified
        self._announced = _announced("warc-block-digest", record) if is_verified else None
        self._hash: _Hash | None = self._announced.hasher() if self._announced else None
        self._payload: Payload | None = None
        if not is_verified:
            return
        expected = _announced("warc-payload-digest", record)
        kind = payload_kind(record.headers)
        if expected is not None and isinstance(kind, tuple):
            record.unchecked[kind] += 1
        elif expected is not None and not isinstance(kind, tuple):
            self._payload = Payload(expected, kind)

    def read(self, size: int) -> bytes:
        piece = self._pieces.read(min(size, self._left)) if self._left else b""
        self._left -= len(piece)
        if self._hash is not None:
            self._hash.update(piece)
        if self._payload is not None:
            self._payload.update(piece)
        return piece

    def close(self, record: Record) -> None:
        """Raises `_Unreadable` when the record does not end where its length says."""
        while self.read(PIECE_BYTES):
            pass
        if self._left:
            raise _Unreadable(f"il manque {self._left} octets", f"{self._left} bytes are missing")
        self._compare(record)
        if _exactly(self._pieces, 4) != b"\r\n\r\n":
            raise _Unreadable("ne finit pas où sa longueur le dit", "does not end where its length says")
        if isinstance(self._pieces, GzipPieces):
            _close_member(self._pieces, record, is_verified=self._is_verified)
        else:
            record.length = self._pieces.position - record.offset
        if self._is_verified:
            record.stored_sha256 = self._pieces.marked_sha256()

    def _compare(self, record: Record) -> None:
        if self._hash is not None and self._announced is not None:
            _tell(record, self._hash.digest() == self._announced.value, ("du bloc", "of the block"))
        if self._payload is not None:
            verdict = self._payload.verdict()
            if isinstance(verdict, tuple):
                record.unchecked[verdict] += 1
            else:
                _tell(record, verdict, ("du contenu", "of the content"))


def _tell(record: Record, holds: bool, of: Words) -> None:
    record.verified += holds
    if not holds:
        record.faults.append((f"l’empreinte {of[0]} diffère", f"the hash {of[1]} differs"))


def _close_member(pieces: GzipPieces, record: Record, *, is_verified: bool) -> None:
    """One record per gzip member (annex D): an index can point nowhere else. Who reads messages goes on to the next
    record in it, since a file that was compressed again as a whole is one member."""
    if not pieces.is_at_end():
        record.faults.append(("son bloc gzip contient autre chose", "its gzip member holds something else"))
        if is_verified or not pieces.begins_with(_MARK):
            pieces.skip()
    record.length = pieces.length


def _exactly(pieces: Pieces, size: int) -> bytes:
    """`size` bytes, or less at the end."""
    found = b""
    while len(found) < size and (piece := pieces.read(size - len(found))):
        found += piece
    return found


def _announced(header: str, record: Record) -> Digest | None:
    """The hash that a header announces; what cannot be read is told in the record."""
    written = record.headers.get(header)
    if written is None:
        return None
    try:
        digest = Digest.parse(written)
    except ValueError:
        record.faults.append(("empreinte mal formée", "malformed hash"))
        return None
    if digest is None:
        record.unchecked["empreinte d’un type non lu", "hash of a kind that is not read"] += 1
    return digest


# ------------------------------------------------------------------ headers


def _begin(pieces: PlainPieces | GzipPieces, offset: int, *, is_verified: bool) -> Record:
    """The record whose version line comes next. Raises `NotWarc`, `_Unreadable`, `StreamFault`."""
    version = pieces.line(HEADER_BYTES)
    if version not in _VERSIONS:
        if version.startswith(b"filedesc://"):
            raise NotWarc("format ARC, plus ancien : non lu", "format ARC, which is older: not read")
        raise _Unreadable("aucun enregistrement WARC ne commence ici", "no WARC record begins here")
    record = Record(offset, _headers(pieces))
    record.faults += _header_faults(record.headers)
    record.block = _Block(pieces, record, is_verified=is_verified)
    return record


def _headers(pieces: Pieces) -> dict[str, str]:
    """Names in lower case, folded lines joined. Raises `_Unreadable` on what two readers could read apart."""
    block = pieces.until(b"\r\n\r\n", HEADER_BYTES)
    if block is not None:
        quick = _plain_headers(block[:-4])
        if quick is not None:
            return _with_needed(quick)
        pieces.give_back(block)
    headers: dict[str, str] = {}
    name = ""
    left = HEADER_BYTES
    while (line := pieces.line(left)) != b"\r\n":
        left -= len(line)
        if not line.endswith(b"\r\n") or left <= 0:
            raise _Unreadable("en-tête WARC coupé ou démesuré", "WARC header cut short or outsize")
        text = line[:-2].decode("utf-8", "replace")
        if text[0] in " \t" and name:
            headers[name] += " " + text.strip()
            continue
        label, separator, value = text.partition(":")
        name = label.lower()
        if not separator or not _NAME.fullmatch(label):
            raise _Unreadable("ligne d’en-tête WARC mal formée", "malformed line of a WARC header")
        if name in headers and name not in _MAY_REPEAT:
            raise _Unreadable(f"en-tête répété : {shown(name)}", f"header repeated: {shown(name)}")
        headers[name] = value.strip()
    return _with_needed(headers)


def _plain_headers(block: bytes) -> dict[str, str] | None:
    """The same of lines that are all plain; None when one must be looked at by itself."""
    if block.count(b"\n") != block.count(b"\r\n"):
        return None
    headers: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        label, separator, value = line.partition(":")
        name = _plain_name(label)
        if not separator or not name or name in headers:
            return None
        headers[name] = value.strip()
    return headers


@lru_cache(maxsize=256)
def _plain_name(label: str) -> str:
    """The name of a header in lower case; "" for what is no name."""
    return label.lower() if _NAME.fullmatch(label) else ""


def _with_needed(headers: dict[str, str]) -> dict[str, str]:
    """The headers. Raises `_Unreadable` when one that is needed is not there."""
    missing = [needed for needed in _NEEDED if needed not in headers]
    if missing or not _LENGTH.fullmatch(headers["content-length"]):
        of = ", ".join(missing) or "content-length"
        raise _Unreadable(f"en-tête manquant ou mal formé : {of}", f"header missing or malformed: {of}")
    return headers


def _header_faults(headers: dict[str, str]) -> list[Words]:
    if _DATE.fullmatch(headers["warc-date"]):
        return []
    return [("date mal formée", "malformed date")]


# ------------------------------------------------------------------ a file


class WarcReader:
    """The records of one file, in order; each is verified when it is finished, at the latest by the next step.

    After the last one, `faults` holds what disturbed the reading outside any record; `is_followed` says that something
    else stood where a record should begin, which is no cut. Without `is_verified` no hash is
    computed: who reads the messages of a file has the hash of the whole, and verifying it is another question.

    >>> import io
    >>> list(WarcReader(io.BytesIO(b""), Budget(1 << 20)))
    []
    """

    def __init__(self, raw: Readable, budget: Budget, *, is_verified: bool = True) -> None:
        self._pieces = pieces_of(raw, budget, is_hashed=is_verified)
        self._is_verified = is_verified
        self._rank = 0
        self.faults: list[Words] = []
        self.is_followed = False

    def __iter__(self) -> Iterator[Record]:
        """Raises `NotWarc` on another format, `OverBudget`; nothing else on hostile bytes."""
        pieces = self._pieces
        while (start := self._next_start()) is not None:
            try:
                record = _begin(pieces, start, is_verified=self._is_verified)
            except (_Unreadable, StreamFault) as error:
                self.faults.append(placed(start, error.words))
                if isinstance(error, _Unreadable) and not _is_over(pieces):
                    self.is_followed = True
                if isinstance(pieces, PlainPieces):
                    return
                self._rank = 0
                continue
            record.rank = self._rank
            yield record
            record.finish()
            self._rank = self._rank + 1 if self._is_inside(record) else 0
            if record.is_cut and isinstance(pieces, PlainPieces):
                return  # where the next record begins can only be guessed

    def _is_inside(self, record: Record) -> bool:
        """Whether another record follows in the gzip member that this one was read from to its end."""
        pieces = self._pieces
        return isinstance(pieces, GzipPieces) and not record.is_cut and not pieces.is_at_end()

    def _next_start(self) -> int | None:
        """Where the next record should begin; None at the end."""
        pieces = self._pieces
        if self._rank and isinstance(pieces, GzipPieces):
            return pieces.start
        if isinstance(pieces, GzipPieces):
            try:
                return pieces.start if pieces.next_member() else None
            except StreamFault as error:
                self.faults.append(placed(pieces.start, error.words))
                return None
        if pieces.is_at_end():
            return None
        pieces.mark()
        return pieces.position


def _is_over(pieces: PlainPieces | GzipPieces) -> bool:
    try:
        return pieces.is_at_end()
    except StreamFault:
        return True


def placed(offset: int, words: Words) -> Words:
    return f"octet {offset} : {words[0]}", f"byte {offset}: {words[1]}"
