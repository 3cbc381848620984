"""The body of an HTTP response as its page received it: chunks joined, compression undone, nothing beyond 16 MiB.

Sources: RFC 9112, section 7.1 (chunks); RFC 9110, section 8.4 (content codings). The standard library undoes
gzip and deflate, arrow undoes brotli (RFC 7932) and zstandard (RFC 8878); any other is told, never guessed.
"""

import codecs
import re
import zlib
from typing import Final

import pyarrow as pa

from saisine.messages.formats.json_runs import is_utf8

_PIECE: Final = 1 << 16
MAX_BODY_BYTES: Final = 16 << 20
MAX_HEAD_BYTES: Final = 1 << 20
_SIZE_LINE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]{0,4096})?\r?\n")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_PLAIN: Final = frozenset({"", "identity"})
_BY_ARROW: Final = {"br": "brotli", "zstd": "zstd"}


class BodyFault(Exception):
    """A body that is not read; `code` is `too_large`, `unsupported` or `damaged_body`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def split_head(block: bytes) -> tuple[dict[str, str], bytes] | None:
    """(headers by lower-case name, start of the body); None when the head does not end in these bytes."""
    end = _HEAD_END.search(block)
    if end is None:
        return None
    headers: dict[str, str] = {}
    for line in block[: end.start()].decode("latin-1").splitlines()[1:]:
        name, separator, value = line.partition(":")
        if separator:
            headers.setdefault(name.strip().lower(), value.strip())
    return headers, block[end.end() :]


def decoded(body: bytes, headers: dict[str, str]) -> bytes:
    """The body behind its transfer and content codings. Raises `BodyFault`.

    Recorders keep the header of a coding that they undid: a body that plainly is not coded is taken as it is.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _joined(body)
    codings = [one.strip().lower() for one in headers.get("content-encoding", "").split(",")]
    for coding in reversed(codings):
        body = _undone(body, coding)
    if len(body) > MAX_BODY_BYTES:
        raise BodyFault("too_large")
    return in_utf8(body)


def in_utf8(body: bytes) -> bytes:
    """A body in UTF-16, as its mark says, in UTF-8; any other as it is."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace").encode()
    return body


def _joined(body: bytes) -> bytes:
    """The chunks as one; the body itself when it does not begin like a chunk. A cut one gives what came."""
    parts: list[bytes] = []
    at = 0
    while (size_line := _SIZE_LINE.match(body, at)) is not None:
        size = int(size_line[1], 16)
        if size == 0:
            return b"".join(parts)
        start = size_line.end()
        parts.append(body[start : start + size])
        at = start + size + 2
    return b"".join(parts) if parts else body


def _undone(body: bytes, coding: str) -> bytes:
    if coding in _PLAIN or _is_undone(body, coding):
        return body
    if coding in _GZIP:
        return _inflated(body, 31)
    if coding == "deflate":
        try:
            return _inflated(body, 15)
        except BodyFault as fault:
            if fault.code == "too_large":
                raise
            return _inflated(body, -15)  # some servers leave out the zlib frame
    if coding in _BY_ARROW:
        return _unpacked(body, _BY_ARROW[coding])
    raise BodyFault("unsupported")


def _is_undone(body: bytes, coding: str) -> bool:
    """Whether the coding is not there any more. A brotli stream of more than 64 KiB often begins with the sign [: that
    one must be text as well."""
    return is_readable(body) and (coding != "br" or is_utf8(body))


def is_readable(body: bytes) -> bool:
    """Whether it begins like data or a page rather than like something compressed."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<") or body.startswith(
        (b"for ", b")]}'")
    )


def _inflated(body: bytes, window: int) -> bytes:
    inflater = zlib.decompressobj(window)
    try:
        found = inflater.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error:
        raise BodyFault("damaged_body") from None
    if len(found) > MAX_BODY_BYTES:
        raise BodyFault("too_large")
    return found


def _bounded(stream: pa.NativeFile) -> bytes:
    """What it holds, up to one byte more than is read of a body.

    Into a buffer of ours: arrow never gives back the one that it makes for a read which then fails, 16 MB each time.
    """
    pieces, size = [], 0
    buffer = memoryview(bytearray(_PIECE))
    while size <= MAX_BODY_BYTES and (count := stream.readinto(buffer)):
        pieces.append(bytes(buffer[:count]))
        size += count
    return b"".join(pieces)[: MAX_BODY_BYTES + 1]


def _unpacked(body: bytes, codec: str) -> bytes:
    try:
        with pa.CompressedInputStream(pa.BufferReader(body), codec) as stream:
            found = _bounded(stream)
    except NotImplementedError:  # an arrow that was built without it
        raise BodyFault("unsupported") from None
    except OSError:
        if is_readable(body):
            return body  # text in another writing than UTF-8, of which the coding was undone
        raise BodyFault("damaged_body") from None
    if len(found) > MAX_BODY_BYTES:
        raise BodyFault("too_large")
    return found
