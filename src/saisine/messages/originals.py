"""Records read again in their sealed original: the exact bytes at a place, checked by their SHA-256.

Most places say where the bytes lie (`#byte=120+345`, then `/replies/2` inside); the others are found by reading
the member again with its format. Archives and compressed files are opened as at import; everything streams.
"""

import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec
import numpy as np

from saisine.errors import SaisineError
from saisine.messages.archive_streams import STREAM_FAULTS, Limits, Refused
from saisine.messages.containers import members_within
from saisine.messages.encodings import to_utf8
from saisine.messages.formats import FORMATS
from saisine.messages.formats.contract import HEAD_BYTES, MAX_RECORD_BYTES, Context, Member, RawRecord
from saisine.messages.ledger import SourceEntry
from saisine.messages.sniffing import choose_format
from saisine.vault.row_checks import Original
from saisine.vault.rows import Row

_PIECE_BYTES: Final = 1 << 20
_AT_BYTE: Final = re.compile(r"(.*)#byte=(\d{1,15})\+(\d{1,9})((?:/.*)?)", re.DOTALL)
_ELSEWHERE: Final = re.compile(r"(.*)#", re.DOTALL)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)  # records do not depend on the day they are read


class _Place(NamedTuple):
    """A locator taken apart: its member's prefix, and where its bytes lie when it says so (-1 when not)."""

    prefix: str
    offset: int = -1
    length: int = 0
    pointer: str = ""


def _place_of(locator: str) -> _Place:
    if found := _AT_BYTE.fullmatch(locator):
        return _Place(found[1], int(found[2]), int(found[3]), found[4])
    found = _ELSEWHERE.match(locator)
    return _Place(found[1] if found else locator)


# ---------------------------------------------------------------- one record


def read_record(
    original: Original, locator: str, record_sha256: str, *, mapper: str = "", scratch: Path | None = None
) -> bytes:
    """The exact bytes of the record at that place whose SHA-256 (hex) is this one.

    `mapper` (`id@version`) says with which format it was read. Of a UTF-16 file, records are those of its
    UTF-8 form. Raises `record_not_found`, and what opening the sealed source refuses.
    """
    place, digest = _place_of(locator), bytes.fromhex(record_sha256)
    for member in _members(original, {place.prefix}, scratch):
        try:
            body = _read_in(member, place, digest, mapper)
        except STREAM_FAULTS:
            continue
        if body is not None:
            return body
    raise SaisineError("record_not_found", name=original.name)


def _read_in(member: Member, place: _Place, digest: bytes, mapper: str) -> bytes | None:
    if place.offset >= 0:
        with member.open() as stream:
            body = _matching(_Slices(stream).get(place.offset, place.length), place.pointer, digest)
        if body is not None:
            return body
    for record in _records(member, mapper):
        if bytes.fromhex(record.sha256) == digest:
            if record.body is not None:
                return record.body
            with member.open() as stream:
                body = _Slices(stream).get(record.offset, record.length)
            if sha256(body).digest() == digest:
                return body
    with member.open() as stream:
        return next((body for body in _table_rows(stream) if sha256(body).digest() == digest), None)


# ---------------------------------------------------------------- all the rows of an original


@dataclass(slots=True)
class _Wanted:
    """The rows looked for in one member: those with a known place as columns, the others by their hash."""

    offsets: "array[int]" = field(default_factory=lambda: array("Q"))
    lengths: "array[int]" = field(default_factory=lambda: array("Q"))
    digests: bytearray = field(default_factory=bytearray)
    pointers: dict[int, str] = field(default_factory=dict)
    rest: Counter[bytes] = field(default_factory=Counter)

    def add(self, place: _Place, digest: bytes) -> None:
        if place.offset < 0:
            self.rest[digest] += 1
            return
        if place.pointer:
            self.pointers[len(self.offsets)] = place.pointer
        self.offsets.append(place.offset)
        self.lengths.append(place.length)
        self.digests += digest

    @property
    def missing(self) -> int:
        return len(self.offsets) + self.rest.total()

    def look_at_places(self, member: Member) -> None:
        """One pass through the member; what is not at its place is then looked for by its hash."""
        order = np.argsort(np.frombuffer(self.offsets, np.uint64), kind="stable").tolist()
        offsets, lengths, self.offsets, self.lengths = self.offsets, self.lengths, array("Q"), array("Q")
        with member.open() as stream:
            slices = _Slices(stream)
            for number in order:
                digest = bytes(self.digests[32 * number : 32 * number + 32])
                body = slices.get(offsets[number], lengths[number])
                if _matching(body, self.pointers.get(number, ""), digest) is None:
                    self.rest[digest] += 1

    def look_for_hashes(self, member: Member) -> None:
        for record in _records(member, ""):
            self.rest.pop(bytes.fromhex(record.sha256), None)
        if self.rest:
            with member.open() as stream:
                for body in _table_rows(stream):
                    self.rest.pop(sha256(body).digest(), None)


def count_missing(original: Original, rows: Iterator[Row], *, scratch: Path | None = None) -> int:
    """How many of these rows the original does not hold: what the vault's check V23 asks (`RowsFinder`).

    Raises what opening the sealed source refuses.
    """
    wanted: dict[str, _Wanted] = {}
    for row in rows:
        place = _place_of(row.locator)
        wanted.setdefault(place.prefix, _Wanted()).add(place, bytes.fromhex(row.sha256))
    for member in _members(original, wanted.keys(), scratch):
        for prefix, mine in wanted.items():
            if mine.missing and _is_same(member.locator_prefix, prefix):
                _look(mine, member)
    return sum(one.missing for one in wanted.values())


def _look(mine: _Wanted, member: Member) -> None:
    try:
        if mine.offsets:
            mine.look_at_places(member)
        if mine.rest:
            mine.look_for_hashes(member)
    except STREAM_FAULTS:
        return  # what was not reached stays missing


# ---------------------------------------------------------------- members, bytes, records


def _members(original: Original, prefixes: Collection[str], scratch: Path | None) -> Iterator[Member]:
    """The members that these prefixes name, brought to UTF-8 as at import."""
    source = Member(original.name, "", original.size, original.open)
    for found in members_within(source, Limits(scratch=scratch)):
        if isinstance(found, Refused) or not any(_is_same(found.locator_prefix, one) for one in prefixes):
            continue
        try:
            member, _ = to_utf8(found, found.read(HEAD_BYTES), SourceEntry("", "", 0))
        except STREAM_FAULTS:
            continue
        yield member


_RECODED: Final = re.compile(r"\(utf-(?:16|32)-[lb]e\)$")


def _is_same(prefix: str, wanted: str) -> bool:
    """Whether both name one member. The name of a compressed archive itself (`export.tar!`) may have changed
    since; the SHA-256 of the record decides in the end."""
    prefix, wanted = _RECODED.sub("", prefix), _RECODED.sub("", wanted)
    if prefix == wanted:
        return True
    return "!" in prefix[:-1] and prefix.partition("!")[2] == wanted.partition("!")[2]


class _Slices:
    """Pieces of a stream that is only read forward; each begins where the one before began, or after."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._kept = b""
        self._start = 0

    def get(self, offset: int, length: int) -> bytes:
        """The bytes there; fewer at the end of the stream, none when longer than a record may be."""
        if length > MAX_RECORD_BYTES or offset < self._start:
            return b""
        while offset > self._start + len(self._kept):
            self._start += len(self._kept)
            self._kept = self._stream.read(_PIECE_BYTES)
            if not self._kept:
                return b""
        at = offset - self._start
        if len(self._kept) < at + length:
            self._kept, self._start, at = self._kept[at:], offset, 0
            while len(self._kept) < length and (piece := self._stream.read(_PIECE_BYTES)):
                self._kept += piece
        return self._kept[at : at + length]


def _matching(body: bytes, pointer: str, digest: bytes) -> bytes | None:
    """The bytes with this hash: the record at the place, or the value inside it that the pointer names."""
    if sha256(body).digest() == digest:
        return body
    for step in pointer.split("/")[1:]:
        try:
            found = msgspec.json.decode(body, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
            body = bytes(found[int(step)] if isinstance(found, list) else found[step]).strip()
        except (msgspec.MsgspecError, ValueError, LookupError, RecursionError):
            return None
        if sha256(body).digest() == digest:
            return body
    return None


def _records(member: Member, mapper: str) -> Iterator[RawRecord]:
    """The records of a member as its format reads them; none when no format of ours knows it any more."""
    known = {one.id: one for one in FORMATS}
    entry = SourceEntry("", "", 0)
    chosen = known.get(mapper.partition("@")[0]) or choose_format(member.read(HEAD_BYTES), member.name, entry)
    if chosen is None:
        return
    ctx = Context(
        source_sha256="",
        mapper=chosen.mapper,
        now=_EPOCH,
        zone=UTC,
        locator_prefix=member.locator_prefix,
        members=member.siblings,
    )
    for found in chosen.records(member, ctx):
        if isinstance(found, RawRecord):
            yield found


def _table_rows(stream: BinaryIO) -> Iterator[bytes]:
    """Rows of a table of unknown layout: lines, joined while a quoted cell (RFC 4180) is open."""
    pending = b""
    while line := stream.readline(MAX_RECORD_BYTES):
        pending += line
        if pending.count(b'"') % 2 == 0 or len(pending) > MAX_RECORD_BYTES:
            yield pending
            pending = b""
