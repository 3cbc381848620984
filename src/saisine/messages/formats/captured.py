"""The platforms' own JSON found inside captured pages (HAR, WARC), recognised by address and by shape.

Each response is one record or several: an object of a post or of a comment is a record with its own exact
bytes, those that it has inside the decoded body; its `record_sha256` is over them. A response that holds none
is one record that is left out, counted and told. Nothing of requests, headers, cookies or addresses' parameters
reaches a row, the ledger or a log: an address only tells whose response it is.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from saisine.messages.formats.contract import Context, Message, Note, RawRecord, RecordError, Skip
from saisine.messages.formats.json_brackets import stretches_of
from saisine.messages.formats.json_lines import is_valid
from saisine.messages.formats.json_spans import Span, Steps, documents_in, find_steps, pointer, spans_of
from saisine.messages.formats.json_values import inside
from saisine.messages.formats.json_window import escaped_bytes

Mapped = Sequence[Message | Skip]
Around = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of object of a site: how it is known, and how it becomes messages. An open one holds others
    that are records of their own (a post and its comments)."""

    is_wanted: Callable[[dict[str, Any]], bool]
    map: Callable[[dict[str, Any], RawRecord, Context, Around], Mapped]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """One platform as a capture meets it. `marks`: bytes of which a body with messages holds at least one;
    `keys`: those of which a wanted object holds at least one; `around` gathers, once per document and from its
    text, what an object does not say of itself."""

    platform: str
    hosts: tuple[str, ...]
    marks: tuple[bytes, ...]
    keys: frozenset[str]
    shapes: tuple[Shape, ...]
    around: Callable[[Any, str], Around] = lambda document, text: {}
    cannot_give: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """One response of a capture: `locator` names its place, `body` is decoded (None: the capture has none)."""

    locator: str
    address: str
    at: datetime | None
    media_type: str
    body: bytes | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """What stands for a response that gives no message; `reason` is one of `ledger.SKIP_REASONS`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of JSON: a body, or one block of a page. `name` is added to the locator."""

    name: str
    body: bytes
    must_parse: bool = False


NO_BYTES: Final = sha256(b"").hexdigest()
# Answers that begin with a guard against being run as a script (Facebook, Google).
_GUARD: Final = re.compile(rb"\s*(?:for\s*\(;;\);|while\s*\(1\);|\)\]\}',?)\s*")
_SCRIPT: Final = re.compile(rb'<script\b[^>]{0,500}\btype="application/json"[^>]{0,500}>')
_INITIAL: Final = re.compile(rb'\bytInitialData(?:"\])?\s{0,8}=\s{0,8}(?=\{)')
_CODE: Final = re.compile(rb"<code\b[^>]{0,500}>")
_STARTS_AT_MOST: Final = 4  # a page has one start; each costs a look at the rest of the page
_JSON_TYPES: Final = re.compile(r"(?:application|text)/(?:[\w.+-]*json[\w.+-]*|x-ndjson)")
_MAYBE: Final = frozenset(
    {"", "text/plain", "text/javascript", "application/javascript", "application/x-javascript", "x-unknown"}
)


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


def is_data(media_type: str) -> bool:
    """Whether a body of this type may hold data: JSON, a page, or a script that is JSON in truth."""
    media = media_type.partition(";")[0].strip().lower()
    return media in _MAYBE or "html" in media or _JSON_TYPES.fullmatch(media) is not None


def records_of(response: Response, site: Site | None) -> Iterator[RawRecord | RecordError]:
    """The posts and comments of a response, each as a record; one record left out when there is none."""
    if response.fault is not None and response.fault != "unsupported":
        yield RecordError(response.locator, response.fault)
        return
    if response.fault is not None:
        yield _aside(response, "unsupported_variant")
        return
    if response.body is None:
        yield _aside(response, "empty_record")
        return
    is_empty = True
    for piece in _pieces(response, site):
        for found in _records_in(piece, response, site):
            is_empty = False
            yield found
    if is_empty:
        yield _aside(response, "not_a_message")


def _aside(response: Response, reason: str) -> RawRecord:
    return RawRecord(response.locator, Aside(reason), NO_BYTES, 0, 0, body=b"")


def _pieces(response: Response, site: Site | None) -> Iterator[Piece]:
    """The stretches of JSON of a body; none for a picture, a style, or a page of a site that is not read."""
    body, media = response.body or b"", response.media_type.partition(";")[0].strip().lower()
    is_json = _JSON_TYPES.fullmatch(media) is not None
    guard = _GUARD.match(body)
    start = body[guard.end() :] if guard else body
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"[") and (is_json or media in _MAYBE or "html" in media):
        yield Piece("", start, must_parse=is_json)
    elif first == b"<" and site is not None and ("html" in media or media in _MAYBE):
        if b"<code" in start or any(mark in start for mark in site.marks):  # in a <code>, marks are escaped
            yield from _blocks(start)
    elif is_json and start.strip():
        yield Piece("", start, must_parse=True)


def _blocks(page: bytes) -> Iterator[Piece]:
    """The blocks of data that a page carries: scripts of type JSON, YouTube's start, LinkedIn's `<code>`.

    A `<code>` block is HTML-escaped: its exact bytes are those behind the escapes.
    """
    for rank, block in enumerate(_between(page, _SCRIPT, b"</script")):
        yield Piece(f"/script {rank}", block)
    for rank, found in enumerate(islice(_INITIAL.finditer(page), _STARTS_AT_MOST)):
        yield Piece(f"/ytInitialData {rank}", _first_document(page[found.end() :]))
    for rank, block in enumerate(_between(page, _CODE, b"</code")):
        bare = block.strip().removeprefix(b"<!--").removesuffix(b"-->").strip()
        if bare[:1] == b"{":
            plain = html.unescape(bare.decode("utf-8", "surrogateescape"))
            yield Piece(f"/code {rank}", escaped_bytes(plain))


def _between(page: bytes, opening: re.Pattern[bytes], closing: bytes) -> Iterator[bytes]:
    """What stands between each opening and its closing; one pass, whatever is left open."""
    at = 0
    while found := opening.search(page, at):
        end = page.find(closing, found.end())
        if end < 0:
            return
        yield page[found.end() : end]
        at = end


def _first_document(body: bytes) -> bytes:
    """The JSON value that this begins with, without what follows it."""
    text = body.decode("utf-8", "surrogateescape")
    try:
        first = next(documents_in(text), None)
    except (ValueError, RecursionError):
        return b""
    return escaped_bytes(text[: first.end]) if first else b""


def _records_in(piece: Piece, response: Response, site: Site | None) -> Iterator[RawRecord | RecordError]:
    locator = response.locator + piece.name
    if site is None or not any(mark in piece.body for mark in site.marks):
        return
    body = piece.body.removeprefix(b"\xef\xbb\xbf")
    text = body.decode("utf-8", "surrogateescape")
    try:
        alone = _only_document(body)
        for rank, document in enumerate([alone] if alone else documents_in(text)):
            place = f"{locator}/part {rank}" if rank else locator
            yield from _objects_in(text, document, place, response, site, body if alone else None)
    except RecursionError:
        yield RecordError(locator, "too_deep")
    except ValueError:
        if piece.must_parse:
            yield RecordError(locator, "bad_json: the body stops or is no JSON")


_decode: Final = msgspec.json.Decoder().decode


def _only_document(body: bytes) -> Span | None:
    """The document that a body is; None where it must be looked at by the standard parser."""
    try:
        return Span(0, -1, _decode(body))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _objects_in(
    text: str, document: Span, place: str, response: Response, site: Site, alone: bytes | None
) -> Iterator[RawRecord]:
    """The objects of a document; `alone` are the bytes of one that is the whole body."""

    def is_wanted(value: dict[str, Any]) -> bool:
        return any(shape.is_wanted(value) for shape in site.shapes)

    def is_open(value: dict[str, Any]) -> bool:
        return any(shape.is_open for shape in site.shapes if shape.is_wanted(value))

    ways = find_steps(document.obj, site.keys, is_wanted, is_open)
    if not ways:
        return
    around = {"address": response.address, "at": response.at, "site": site}
    around |= site.around(document.obj, text if alone is not None else text[document.start : document.end])
    found = _stretches(alone, document.obj, ways) if alone is not None else None
    for steps, (start, body, obj, is_suspect) in found or _spans(text, document.start, ways):
        yield RawRecord(
            place + pointer(steps),
            obj,
            sha256(body, usedforsecurity=False).hexdigest(),
            start,
            len(body),
            ({**around, "steps": steps},),
            is_suspect=is_suspect,
            body=body,
        )


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
