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
# its pages for telephones write it as a string of their language: '\x7b\x22contents\x22: …'
_QUOTED: Final = re.compile(rb"\bytInitialData\s{0,8}=\s{0,8}'(?=\\x7b)", re.IGNORECASE)
_STEP: Final = re.compile(rb"\\.|'", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_SIGNS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
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
        # whatever its type says: Facebook calls its answers text/html, and a browser cuts long ones
        yield Piece("", start, must_parse=True)
    elif first == b"<" and marks and ("html" in media or media in _MAYBE):
        # in a <code> and in a string, marks are escaped
        if b"<code" in start or _QUOTED.search(start) or any(mark in start for mark in marks):
            yield from _blocks(start)
    elif is_json and start.strip():
        yield Piece("", start, must_parse=True)


def _blocks(page: bytes) -> Iterator[Piece]:
    """The blocks of data that a page carries: scripts of type JSON, YouTube's start, LinkedIn's `<code>`.

    A `<code>` block is HTML-escaped, a string has escapes of its language: exact bytes are those behind them.
    """
    for rank, (block, is_open) in enumerate(_between(page, _SCRIPT, b"</script")):
        yield Piece(f"/script {rank}", block, must_parse=is_open)
    for rank, found in enumerate(islice(_INITIAL.finditer(page), _STARTS_AT_MOST)):
        yield Piece(f"/ytInitialData {rank}", _first_document(page[found.end() :]))
    for rank, found in enumerate(islice(_QUOTED.finditer(page), _STARTS_AT_MOST)):
        quoted, is_open = _string(page, found.end())
        yield Piece(f"/ytInitialData string {rank}", quoted, must_parse=is_open)
    for rank, (block, is_open) in enumerate(_between(page, _CODE, b"</code")):
        bare = block.strip().removeprefix(b"<!--").removesuffix(b"-->").strip()
        if bare[:1] == b"{":
            plain = html.unescape(bare.decode("utf-8", "surrogateescape"))
            yield Piece(f"/code {rank}", escaped_bytes(plain), must_parse=is_open)


def _string(page: bytes, start: int) -> tuple[bytes, bool]:
    """(what a string of the page says, whether the page stops before its end)."""
    end = next((step.start() for step in _STEP.finditer(page, start) if step.group() == b"'"), None)
    body = page[start:end].decode("utf-8", "surrogateescape")
    return escaped_bytes(_ESCAPE.sub(_sign, body)), end is None


def _sign(found: re.Match[str]) -> str:
    code, single = found[1] or found[2], found[3]
    # half of a pair stays written as JSON may write it
    if code is None:
        return _SIGNS.get(single, single)
    return found[0] if 0xD800 <= int(code, 16) < 0xE000 else chr(int(code, 16))


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
