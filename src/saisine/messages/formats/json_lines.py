"""Records of files that hold one JSON value per line, each with its exact bytes."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Final, Protocol

import msgspec
import numpy as np

from saisine.messages.formats.json_window import SCANNER, explain, is_cut
from saisine.messages.formats.raw import (
    MAX_DEPTH,
    MAX_RECORD_BYTES,
    Context,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
)

Found = RawRecord | RecordError | Note
BOM: Final = b"\xef\xbb\xbf"
_OPENING: Final = re.compile(rb'[{\[]\s*["{\[]')
MOST_IN_LINE: Final = 100_000  # values run together: more of them are no lines
_BETWEEN: Final = re.compile("[ \t\r\ufeff]*,?[ \t\r\ufeff]*")


class Lines(Protocol):
    """What gives lines, one after the other."""

    def readline(self, limit: int, /) -> bytes: ...


def json_lines_as(kind: Any) -> Reader:
    """A reader of one JSON value per line, decoded into `kind` (a msgspec.Struct naming what is mapped).

    A line that does not fit is tried again by the standard parser (lone surrogates, invalid UTF-8), then
    counted as failed. A last line that stops in the middle fails too, with a `truncated` note.
    """

    def records(member: Member, ctx: Context) -> Iterator[Found]:
        with member.open() as stream:
            yield from records_of_lines(lines_of(stream), kind, ctx.locator_prefix)

    return records


def records_of_lines(
    lines: Iterable[tuple[int, bytes]], kind: Any, prefix: str, light: Callable[[bytes], Any] | None = None
) -> Iterator[Found]:
    """The record of each (byte offset, line). `light` decodes what is mapped of most lines; one that it refuses is
    decoded whole."""
    decode, member_prefix, prefix = _decoder(kind), prefix, prefix + "#byte="
    if light is not None:
        decode = _lightly(light, decode)
    for offset, line in lines:
        body = line.strip()
        if not body:
            continue
        start = offset if line[0] == body[0] else offset + line.find(body[:1])
        locator = f"{prefix}{start}+{len(body)}"
        suspect = b"\\u0000" in body
        try:
            if len(body) > MAX_RECORD_BYTES or is_too_deep(body):
                yield RecordError(locator, "too_large" if len(body) > MAX_RECORD_BYTES else "too_deep")
                continue
            obj = decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            if body.startswith(BOM):  # files that were put one after the other have one in the middle
                bare = body.lstrip(BOM)
                start += len(body) - len(bare)
                end = b"\n" if line.endswith(b"\n") else b""
                yield from records_of_lines([(start, bare + end)], kind, member_prefix, light)
                continue
            if values := values_in(body):
                last, is_ended = values[-1][0], line.endswith(b"\n")
                apart = [(start + at, one + b"\n" if is_ended or at < last else one) for at, one in values]
                yield from records_of_lines(apart, kind, member_prefix, light)
                continue
            rescued = _rescue(body, kind, locator, is_last=not line.endswith(b"\n"))
            if not isinstance(rescued, _Rescued):
                yield rescued
                if isinstance(rescued, RecordError) and rescued.is_cut:
                    yield Note("truncated", locator, start)
                continue
            obj, suspect = rescued.obj, True
            if not rescued.is_utf8:
                yield Note("bad_bytes", locator, start)
        yield RawRecord(
            locator, obj, sha256(body, usedforsecurity=False).hexdigest(), start, len(body), (), suspect
        )


def _lightly(light: Callable[[bytes], Any], whole: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def decode(body: bytes) -> Any:
        body.decode()  # what is left aside must be UTF-8 too
        try:
            return light(body)
        except msgspec.ValidationError:
            return whole(body)

    return decode


@cache
def _decoder(kind: Any) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(kind).decode


json_lines: Final[Reader] = json_lines_as(Any)


class _Rescued(msgspec.Struct, frozen=True):
    obj: Any
    is_utf8: bool


def lines_of(stream: Lines, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """(byte offset, line) without the BOM; a line over the limit is given cut just past it.
    `offset` is where the stream begins."""
    while line := stream.readline(MAX_RECORD_BYTES + 2):
        length = len(line)
        if length > MAX_RECORD_BYTES and not line.endswith(b"\n"):
            while rest := stream.readline(1 << 20):
                length += len(rest)
                if rest.endswith(b"\n"):
                    break
        if offset == 0 and line.startswith(BOM):
            yield 3, line[3:]
        else:
            yield offset, line
        offset += length


def is_too_deep(body: bytes) -> bool:
    """Whether brackets are nested deeper than the limit."""
    if len(body) <= MAX_DEPTH:
        return False
    if len(body) < _LONG and body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    signs = np.frombuffer(_brackets_and_quotes(body), np.uint8)
    # how many quotes come before, as far as it is odd or even: in one byte each
    is_outside = np.cumsum(signs == ord('"'), dtype=np.uint8) & 1 == 0
    steps = _STEPS[signs[is_outside]]
    return bool(len(steps)) and int(np.cumsum(steps, dtype=np.int32).max()) > MAX_DEPTH


_LONG: Final = 64 << 10  # nearly always has more brackets than that: they are not counted first
_STEPS: Final = np.zeros(256, np.int8)
_STEPS[[ord("["), ord("{")]] = 1
_STEPS[[ord("]"), ord("}")]] = -1
_OTHERS: Final = bytes(sign for sign in range(256) if sign not in b'[]{}"')


def _brackets_and_quotes(body: bytes) -> bytes:
    """What tells the depth: a tenth of the bytes. Pairs of backslashes and quotes behind one go first."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return body.translate(None, _OTHERS)


def any_too_deep(bodies: Sequence[bytes], data: bytes) -> bool:
    """Whether one of these is, which stand in `data` one after the other: nearly all have fewer brackets than that."""
    longest = max(map(len, bodies), default=0)
    if longest <= MAX_DEPTH or not _may_hold(data, longest):
        return False
    signs = np.frombuffer(b"".join(bodies), np.uint8)
    opening = np.flatnonzero(_is_opening(signs))
    ends = np.cumsum(np.fromiter(map(len, bodies), np.int64, len(bodies)))
    counts = np.diff(np.searchsorted(opening, ends), prepend=0)
    return bool((counts > MAX_DEPTH).any()) and any(map(is_too_deep, bodies))


_STRETCH: Final = 255 * 8


def _may_hold(data: bytes, length: int) -> bool:
    """Whether more than `MAX_DEPTH` brackets may open within so many bytes; False is sure. They are added up eight
    columns at a time, 255 rows in each: as much as a byte holds."""
    is_opening = _is_opening(np.frombuffer(data, np.uint8))
    whole = len(data) // _STRETCH * _STRETCH
    rest = int(np.count_nonzero(is_opening[whole:]))
    if not whole:
        return rest > MAX_DEPTH
    lanes = is_opening[:whole].view(np.uint64).reshape(-1, 255).sum(axis=1)
    sums = lanes.view(np.uint8).reshape(-1, 8).sum(axis=1)
    together = np.ones(length // _STRETCH + 2, sums.dtype)
    return int(np.convolve(sums, together).max()) + rest > MAX_DEPTH


def _is_opening(signs: Any) -> Any:
    return (signs | 0x20) == ord("{")  # [ and { differ by this bit alone


def values_in(body: bytes) -> list[tuple[int, bytes]]:
    """(byte offset, value) of each in a line that holds several, or one before a comma; empty for any other line.

    Lines run together where files were joined of which the first had no line end, and hold a comma when somebody cut
    them out of an array. What begins behind a whole value and is none is given too, to fail on its own.
    """
    text = body.decode("utf-8", "surrogateescape")
    found: list[tuple[int, bytes]] = []
    at = offset = 0
    while at < len(text):
        if text[at] not in "{[":
            return []
        try:
            _, end = SCANNER(text, at)
        except (ValueError, StopIteration, RecursionError):
            end = len(text)
        if (end == len(text) and not found) or len(found) == MOST_IN_LINE:
            return []
        value = text[at:end].encode("utf-8", "surrogateescape")
        found.append((offset, value))
        behind = _BETWEEN.match(text, end)
        assert behind is not None  # it may match nothing
        at, offset = behind.end(), offset + len(value) + len(behind[0].encode("utf-8"))
    return found


def _rescue(body: bytes, kind: Any, locator: str, *, is_last: bool) -> _Rescued | Found:
    """The record by the standard parser, or what is wrong with it."""
    if body[:1] not in (b"{", b"["):
        if _OPENING.search(body):  # not text alone: a record that was not read
            return RecordError(locator, "bad_json: text before the value")
        return Note("stray_text", locator)
    text = body.decode("utf-8", "surrogateescape")
    try:
        obj, end = SCANNER(text, 0)
        if text[end:].strip():
            raise json.JSONDecodeError("Extra data", text, end)
        return _Rescued(obj if kind is Any else msgspec.convert(obj, kind), is_valid(text))
    except RecursionError:
        return RecordError(locator, "too_deep")
    except msgspec.ValidationError as error:
        return RecordError(locator, f"unexpected_shape: {error}")
    except StopIteration as stop:
        # behind a colon, or in the middle of `false`
        is_begun = any(word.startswith(text[stop.value :]) for word in ("true", "false", "null", "-"))
        if is_last and is_begun:
            return RecordError(locator, "cut_short", is_cut=True)
        return RecordError(locator, "bad_json: not a JSON value")
    except ValueError as error:
        return RecordError(locator, explain(error), is_cut=is_last and is_cut(error, len(text)))


def is_valid(text: str) -> bool:
    """Whether it is made of whole signs: no lone surrogate, no byte that is no UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
