"""The stretches of JSON in the body of a captured response: the body itself, or the blocks that a page carries."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from saisine.messages.formats.json_spans import documents_in
from saisine.messages.formats.json_window import escaped_bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of JSON: a body, or one block of a page. `name` is added to the locator."""

    name: str
    body: bytes
    must_parse: bool = False


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


def is_data(media_type: str) -> bool:
    """Whether a body of this type may hold data: JSON, a page, or a script that is JSON in truth."""
    media = media_type.partition(";")[0].strip().lower()
    return media in _MAYBE or "html" in media or _JSON_TYPES.fullmatch(media) is not None


def pieces_of(body: bytes, media_type: str, marks: Sequence[bytes]) -> Iterator[Piece]:
    """The stretches of JSON of a body; none for a picture, a style, or a page where none of these marks stands."""
    media = media_type.partition(";")[0].strip().lower()
    is_json = _JSON_TYPES.fullmatch(media) is not None
    guard = _GUARD.match(body)
    start = body[guard.end() :] if guard else body
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"[") and (is_json or media in _MAYBE or "html" in media):
        yield Piece("", start, must_parse=is_json)
    elif first == b"<" and marks and ("html" in media or media in _MAYBE):
        if b"<code" in start or any(mark in start for mark in marks):  # in a <code>, marks are escaped
            yield from _blocks(start)
    elif is_json and start.strip():
        yield Piece("", start, must_parse=True)


def _blocks(page: bytes) -> Iterator[Piece]:
    """The blocks of data that a page carries: scripts of type JSON, YouTube's start, LinkedIn's `<code>`.

    A `<code>` block is HTML-escaped: its exact bytes are those behind the escapes.
    """
    for rank, (block, is_open) in enumerate(_between(page, _SCRIPT, b"</script")):
        yield Piece(f"/script {rank}", block, must_parse=is_open)
    for rank, found in enumerate(islice(_INITIAL.finditer(page), _STARTS_AT_MOST)):
        yield Piece(f"/ytInitialData {rank}", _first_document(page[found.end() :]))
    for rank, (block, is_open) in enumerate(_between(page, _CODE, b"</code")):
        bare = block.strip().removeprefix(b"<!--").removesuffix(b"-->").strip()
        if bare[:1] == b"{":
            plain = html.unescape(bare.decode("utf-8", "surrogateescape"))
            yield Piece(f"/code {rank}", escaped_bytes(plain), must_parse=is_open)


def _between(page: bytes, opening: re.Pattern[bytes], closing: bytes) -> Iterator[tuple[bytes, bool]]:
    """(what stands between each opening and its closing, whether the page stops before that); one pass."""
    at = 0
    while found := opening.search(page, at):
        end = page.find(closing, found.end())
        if end < 0:
            yield page[found.end() :], True
            return
        yield page[found.end() : end], False
        at = end


def _first_document(body: bytes) -> bytes:
    """The JSON value that this begins with, without what follows it."""
    text = body.decode("utf-8", "surrogateescape")
    try:
        first = next(documents_in(text), None)
    except (ValueError, RecursionError):
        return b""
    return escaped_bytes(text[: first.end]) if first else b""
