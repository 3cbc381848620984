"""What a WARC payload hash is computed over, and the hash itself.

Source: ISO 28500:2017, section 6: the payload of `application/http` is the HTTP body; of most other records,
the whole block; of a revisit, a body that was kept elsewhere.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

from saisine.capture.digests import Digest
from saisine.capture.findings import Words

Kind = Literal["http", "block"]

_HEAD_BYTES: Final = 1 << 20
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_CHUNKED: Final = re.compile(rb"^transfer-encoding:[^\r\n]*chunked", re.IGNORECASE | re.MULTILINE)
_SIZE_LINE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_SIZE_LINE_BYTES: Final = 4096

ELSEWHERE: Final[Words] = ("contenu gardé dans un autre enregistrement", "content kept in another record")
SEGMENTED: Final[Words] = ("contenu en plusieurs enregistrements", "content in several records")
UNDEFINED: Final[Words] = ("contenu d’un protocole non lu", "content of a protocol that is not read")
OUTSIZE: Final[Words] = ("en-têtes HTTP démesurés", "outsize HTTP headers")


def payload_kind(headers: Mapping[str, str]) -> Kind | Words:
    """Where the payload begins, or why its hash cannot be verified. Header names are in lower case."""
    if headers.get("warc-type") == "revisit":
        return ELSEWHERE
    if "warc-segment-number" in headers:
        return SEGMENTED
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "application/http":
        return "http"
    return UNDEFINED if headers.get("warc-type") in ("response", "request") else "block"


class Payload:
    """Hashes a payload while its block goes by. An HTTP body sent in chunks is hashed with and without them."""

    def __init__(self, expected: Digest, kind: Kind) -> None:
        self._expected = expected
        self._head: bytearray | None = bytearray() if kind == "http" else None
        self._hash = expected.hasher()
        self._chunks: _Dechunked | None = None
        self._is_outsize = False

    def update(self, piece: bytes) -> None:
        if self._head is None:
            self._body(piece)
        elif not self._is_outsize:
            self._look_for_body(self._head, piece)

    def _look_for_body(self, head: bytearray, piece: bytes) -> None:
        searched = max(0, len(head) - 3)
        head += piece
        end = _HEAD_END.search(head, searched)
        if end is None:
            self._is_outsize = len(head) > _HEAD_BYTES
            return
        if _CHUNKED.search(head, 0, end.end()):
            self._chunks = _Dechunked(self._expected)
        self._head = None
        self._body(bytes(head[end.end() :]))

    def _body(self, piece: bytes) -> None:
        self._hash.update(piece)
        if self._chunks is not None:
            self._chunks.update(piece)

    def verdict(self) -> bool | Words:
        """Whether the hash holds, or why it cannot be told."""
        if self._is_outsize:
            return OUTSIZE
        if self._hash.digest() == self._expected.value:
            return True
        return self._chunks is not None and self._chunks.matches(self._expected)


class _Dechunked:
    """The hash of a body whose chunked framing is taken away (RFC 9112, section 7.1)."""

    def __init__(self, expected: Digest) -> None:
        self._hash = expected.hasher()
        self._line = b""
        self._left = 0  # of the current chunk, its CRLF included
        self._is_over = False
        self._is_malformed = False

    def update(self, piece: bytes) -> None:
        while piece and not self._is_over:
            if self._left:
                piece = self._take(piece)
            else:
                piece = self._read_size(piece)

    def _take(self, piece: bytes) -> bytes:
        taken = piece[: self._left]
        content = max(0, self._left - 2)
        self._hash.update(taken[:content])
        self._left -= len(taken)
        return piece[len(taken) :]

    def _read_size(self, piece: bytes) -> bytes:
        end = piece.find(b"\n") + 1
        self._line += piece[: end or len(piece)]
        if len(self._line) > _SIZE_LINE_BYTES:
            self._is_over = self._is_malformed = True
        if not end:
            return b""
        found = _SIZE_LINE.fullmatch(self._line)
        self._line = b""
        if found is None:
            self._is_over = self._is_malformed = True
        elif size := int(found.group(1), 16):
            self._left = size + 2
        else:
            self._is_over = True
        return piece[end:]

    def matches(self, expected: Digest) -> bool:
        return self._is_over and not self._is_malformed and self._hash.digest() == expected.value
