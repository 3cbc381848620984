"""The platforms' own JSON found inside captured pages (HAR, WARC), recognised by address and by shape.

Each response is one record or several: an object of a post or of a comment is a record with its own exact
bytes, those that it has inside the decoded body; its `record_sha256` is over them. A response that holds none
is one record that is left out, counted and told. Nothing of requests, headers, cookies or addresses' parameters
reaches a row, the ledger or a log: an address only tells whose response it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import msgspec

from saisine.messages.formats.captured_cuts import whole_of
from saisine.messages.formats.captured_pieces import Piece, pieces_of
from saisine.messages.formats.captured_trails import End
from saisine.messages.formats.contract import (
    Context,
    Member,
    Message,
    Note,
    RawRecord,
    Reader,
    RecordError,
    Skip,
)
from saisine.messages.formats.json_brackets import stretches_of
from saisine.messages.formats.json_lines import is_too_deep, is_valid
from saisine.messages.formats.json_spans import Span, Steps, documents_in, find_steps, pointer, spans_of
from saisine.messages.formats.json_values import inside
from saisine.messages.formats.json_window import escaped_bytes

Mapped = Sequence[Message | Skip]
Noted = Sequence[Message | Skip | Note]
Around = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of object of a site: how it is known, and how it becomes messages. An open one holds others
    that are records of their own (a post and its comments)."""

    is_wanted: Callable[[dict[str, Any]], bool]
    map: Callable[[dict[str, Any], RawRecord, Context, Around], Noted]
    is_open: bool = False


def nothing_around(document: Any, text: str) -> Around:
    """For sites whose objects say all of themselves."""
    return {}


@dataclass(frozen=True, slots=True)
class Site:
    """One platform as a capture meets it. `marks`: bytes of which a body with messages holds at least one;
    `keys`: those of which a wanted object holds at least one; `around` gathers, once per document and from its
    text, what an object does not say of itself. Objects of `rare_keys` are met only in bodies that hold one of
    `rare_marks`: those are searched whole, and teach nothing to the next. On one that `quotes`, a post may hold another
    whole."""

    platform: str
    hosts: tuple[str, ...]
    marks: tuple[bytes, ...]
    keys: frozenset[str]
    shapes: tuple[Shape, ...]
    around: Callable[[Any, str], Around] = nothing_around
    cannot_give: tuple[str, ...] = ()
    rare_marks: tuple[bytes, ...] = ()
    rare_keys: frozenset[str] = frozenset()
    quotes: bool = False

    def is_wanted(self, value: dict[str, Any]) -> bool:
        return any(shape.is_wanted(value) for shape in self.shapes)

    def is_open(self, value: dict[str, Any]) -> bool:
        return any(shape.is_open for shape in self.shapes if shape.is_wanted(value))

    def ways_in(self, document: Any) -> list[Steps]:
        """The way to each object of this site. Raises RecursionError past 200 levels."""
        return find_steps(document, self.keys | self.rare_keys, self.is_wanted, self.is_open)

    def has_rare(self, body: bytes) -> bool:
        return any(mark in body for mark in self.rare_marks)


@dataclass(frozen=True, slots=True)
class Response:
    """One response of a capture: `locator` names its place, `body` is decoded (None: the capture has none)."""

    locator: str
    address: str
    at: datetime | None
    media_type: str
    body: bytes | None
    fault: str | None = None


class ResponseReader(Protocol):
    """What takes the responses out of a capture, each with the site that answered."""

    def __call__(
        self, member: Member, ctx: Context
    ) -> Iterator[tuple[Response, Site | None] | RecordError | Note]: ...


@dataclass(frozen=True, slots=True)
class Aside:
    """What stands for a response that gives no message; `reason` is one of `ledger.SKIP_REASONS`."""

    reason: str


NO_BYTES: Final = sha256(b"").hexdigest()


def site_of(address: str, sites: Sequence[Site]) -> Site | None:
    """The platform that answers at this address."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return None
    for site in sites:
        if any(host == one or host.endswith(f".{one}") for one in site.hosts):
            return site
    return None


Learn = Callable[[list[Steps]], None]


def each_record(responses: ResponseReader) -> Reader:
    """A reader of the posts and comments of each response."""

    def records(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
        for one in responses(member, ctx):
            if isinstance(one, tuple):
                yield from records_of(*one)
            else:
                yield one

    return records


def records_of(
    response: Response, site: Site | None, learn: Learn | None = None
) -> Iterator[RawRecord | RecordError]:
    """The posts and comments of a response, each as a record; one record left out when there is none. `learn` is told
    the ways to them in a body that is one document."""
    if response.fault is not None and response.fault != "unsupported":
        yield RecordError(response.locator, response.fault)
        return
    if response.fault is not None:
        yield aside(response, "unsupported_variant")
        return
    if response.body is None:
        yield aside(response, "empty_record")
        return
    is_empty = True
    for piece in _pieces(response, site):
        for found in _records_in(piece, response, site, learn):
            is_empty = False
            yield found
    if is_empty:
        yield aside(response, "not_a_message")


def _pieces(response: Response, site: Site | None) -> Iterator[Piece]:
    return pieces_of(response.body or b"", response.media_type, site.marks if site is not None else ())


def document_of(response: Response, site: Site) -> bytes | None:
    """The body that may be one JSON document with objects of the site; None for any other."""
    if not response.body or response.fault is not None:
        return None
    piece = next(_pieces(response, site), None)
    if piece is None or piece.name or not any(mark in piece.body for mark in site.marks):
        return None
    return piece.body.removeprefix(_BOM)


_BOM: Final = b"\xef\xbb\xbf"


def aside(response: Response, reason: str) -> RawRecord:
    return RawRecord(response.locator, Aside(reason), NO_BYTES, 0, 0, body=b"")


def _records_in(
    piece: Piece, response: Response, site: Site | None, learn: Learn | None
) -> Iterator[RawRecord | RecordError]:
    locator = response.locator + piece.name
    if site is None or not any(mark in piece.body for mark in site.marks):
        return
    body = piece.body.removeprefix(_BOM)
    text = body.decode("utf-8", "surrogateescape")
    place, end = locator, 0
    try:
        alone = _only_document(body)
        for rank, document in enumerate([alone] if alone else documents_in(text), 1):
            yield from _objects_in(text, document, place, response, site, body if alone else None, learn)
            place, end = f"{locator}/part {rank}", document.end
    except RecursionError:
        yield RecordError(locator, "too_deep")
    except ValueError:
        if piece.must_parse:
            yield from _before_cut(text, end, place, response, site)
            yield RecordError(locator, "bad_json: the body stops or is no JSON")


def _before_cut(text: str, start: int, place: str, response: Response, site: Site) -> Iterator[RawRecord]:
    """The objects that are whole of a document that stops in the middle."""
    rest = text[start:].lstrip(" \t\r\n")
    try:
        found = whole_of(rest, site.ways_in, in_lists=site.quotes)
    except RecursionError:
        return  # what follows says that the body is no whole JSON
    if found is None:
        return
    around = around_of(response, site) | site.around(found.document, found.text)
    before = _Bytes(text).offset(len(text) - len(rest))
    for steps, (at, body, obj, is_suspect) in _spans(found.text, 0, found.ways):
        yield record_at(place, End(before + at, body, steps), obj, around, is_suspect=is_suspect)


_decode: Final = msgspec.json.Decoder().decode


def _only_document(body: bytes) -> Span | None:
    """The document that a body is; None where it must be looked at by the standard parser."""
    try:
        return Span(0, -1, _decode(body))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _objects_in(
    text: str,
    document: Span,
    place: str,
    response: Response,
    site: Site,
    alone: bytes | None,
    learn: Learn | None,
) -> Iterator[RawRecord]:
    """The objects of a document; `alone` are the bytes of one that is the whole body."""
    ways = site.ways_in(document.obj)
    if not ways:
        return
    if learn is not None and alone is not None:
        learn(ways)
    around = around_of(response, site)
    around |= site.around(document.obj, text if alone is not None else text[document.start : document.end])
    found = _stretches(alone, document.obj, ways) if alone is not None else None
    for steps, (start, body, obj, is_suspect) in found or _spans(text, document.start, ways):
        yield record_at(place, End(start, body, steps), obj, around, is_suspect=is_suspect)


def around_of(response: Response, site: Site) -> Around:
    """What the mappers are told of the response that an object lies in."""
    return {"address": response.address, "at": response.at, "site": site}


def record_at(
    place: str, end: End, obj: Any, around: Around, *, is_suspect: bool, digest: str = ""
) -> RawRecord:
    """The record of an object, with what is around it."""
    return RawRecord(
        place + pointer(end.steps),
        obj,
        digest or sha256(end.body, usedforsecurity=False).hexdigest(),
        end.start,
        len(end.body),
        ({**around, "steps": end.steps},),
        is_suspect=is_suspect,
        body=end.body,
    )


def records_at(ends: list[End], response: Response, site: Site) -> list[RawRecord] | None:
    """The objects at these ends, or inside what stands there; None when the whole answer must be searched."""
    around = around_of(response, site)
    found: list[RawRecord] = []
    for end in ends:
        try:
            obj = _decode(end.body)
            ways = site.ways_in(obj)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        if ways != [()] and is_too_deep(response.body or b""):
            return None
        stretches = _stretches(end.body, obj, ways) if ways else []
        if stretches is None:
            return None
        for steps, (start, body, one, is_suspect) in stretches:
            inner = End(end.start + start, body, (*end.steps, *steps))
            found.append(record_at(response.locator, inner, one, around, is_suspect=is_suspect))
    return found


Found = list[tuple[Steps, tuple[int, bytes, Any, bool]]]


def _stretches(body: bytes, document: Any, ways: list[Steps]) -> Found | None:
    """(way, (first byte, exact bytes, object, whether to clean it)) of each object, by the brackets of the body."""
    found = stretches_of(body, document, ways)
    if found is None:
        return None
    return [
        (steps, (start, written := body[start:end], inside(document, *steps), b"\\u" in written))
        for steps, (start, end) in ((way, found[way]) for way in ways)
    ]


def _spans(text: str, start: int, ways: list[Steps]) -> Found:
    """The same by the standard parser."""
    spans, before = spans_of(text, start, ways), _Bytes(text)
    found: Found = []
    for steps in ways:
        span = spans[steps]
        written = text[span.start : span.end]
        is_suspect = "\\u" in written or before.is_bad_utf8
        found.append((steps, (before.offset(span.start), escaped_bytes(written), span.obj, is_suspect)))
    return found


class _Bytes:
    """Byte offsets of signs of a text, asked in any order; free for plain ASCII."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._is_ascii = text.isascii()
        self.is_bad_utf8 = not self._is_ascii and not is_valid(text)
        self._sign = self._byte = 0

    def offset(self, sign: int) -> int:
        if self._is_ascii:
            return sign
        if sign < self._sign:
            self._sign = self._byte = 0
        self._byte += len(escaped_bytes(self._text[self._sign : sign]))
        self._sign = sign
        return self._byte


# ------------------------------------------------------------------ mapping


def map_captured(record: RawRecord, ctx: Context) -> Skip | list[Message | Skip | Note]:
    """The messages of an object, dated by the moment its response came."""
    if isinstance(record.obj, Aside):
        return Skip(record.obj.reason)
    around: Mapping[str, Any] = record.outer[0]
    site: Site = around["site"]
    inner = context_of(site, ctx)
    inner.collected_at = around["at"] or ctx.collected_at
    for shape in site.shapes:
        if shape.is_wanted(record.obj):
            return list(shape.map(record.obj, record, inner, dict(around)))
    return Skip("unsupported_variant")


def context_of(site: Site, ctx: Context) -> Context:
    """What the mappers of a site know: the same for all its objects of one capture."""
    inner: Context | None = ctx.memory.get(site.platform)
    if inner is None:
        inner = ctx.memory[site.platform] = replace(ctx, cannot_give=site.cannot_give, memory={})
    return inner
