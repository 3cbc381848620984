"""Many values of an array, or of a file with one value per line, decoded at once with the bytes of each.

`Window.value` takes one value with the standard library's scanner; three quarters of its time go into the steps
around it. Here the window is cut where a value ends, msgspec decodes all that comes before, and says which bytes
are whose. Where the cut was inside a value nothing decodes, and an earlier one is tried: what does decode can be
split in one way only. Whatever msgspec refuses (lone surrogates, huge numbers) is left to the scanner.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from saisine.messages.formats.json_window import BEHIND_CHARS, Window

# A run of less is not worth its cuts; past these tries the values are of a kind that hides its own ends.
LEAST_CHARS: Final = 4_096
TRIES: Final = 4
_OPENING: Final = re.compile(rb'\{[ \t\r\n]*"[^"\\]{0,64}"|\{|\[')
_CLOSING: Final = re.compile(r"(\}(?:[ \t\r\n]*\])?)([ \t\r\n]*,[ \t\r\n]*)\Z")
_decode_bodies: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_values: Final = msgspec.json.Decoder(list[Any]).decode
_decode_lines: Final = msgspec.json.Decoder(Any).decode_lines
_encode: Final = msgspec.json.Encoder().encode
_PLACE: Final = re.compile(r"\(byte (\d+)\)$")
_REFUSED: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)
_NUL: Final = re.compile(rb"\\u0000").search  # half of what `in` costs


class Kind:
    """A struct that names what is mapped, and its decoders: for values in an array, and for lines. Where it holds
    texts and numbers alone, what lies deeper does no harm: `is_depth_limited` says whether it is refused."""

    def __init__(self, kind: Any, openings: str = "{", *, is_depth_limited: bool = True) -> None:
        self.kind = kind
        self.is_depth_limited = is_depth_limited
        self.openings = tuple(openings)
        self.values: Callable[[bytes], list[Any]] = msgspec.json.Decoder(list[kind]).decode
        self.lines: Callable[[bytes], list[Any]] = msgspec.json.Decoder(kind).decode_lines


# Of a type that takes everything and keeps nothing.
STEPPED_OVER: Final = Kind(msgspec.Raw)
SKIP_BYTES: Final = 512 << 10


Marks = tuple[bytes, bytes]


class Run(NamedTuple):
    """Values that follow each other, the exact bytes of each, and how many bytes lie before it in the stream.
    `is_typed` when they are of the kind that was asked for; `data` holds them with what stands between; `marks` are
    those of their array (see `elements_ahead`)."""

    objs: list[Any]
    bodies: list[bytes]
    offsets: list[int]
    is_typed: bool
    data: bytes
    marks: Marks | None = None


def elements_ahead(
    window: Window, kind: Kind | None = None, limit: int = -1, marks: Marks | None = None
) -> Run | None:
    """The next elements of the array that the window stands in, all but the last ones it holds, among its next
    `limit` bytes; None when they must be taken one by one. A value must be next: the window then stands behind
    the last one given. `marks` are those of another array, for the beginning of this one: (what ends an element, what
    stands between two)."""
    if marks is None:
        ended = _CLOSING.search(window.behind(BEHIND_CHARS))
        if ended is None:
            return None
        marks = ended[1].encode(), ended[2].encode()
    closing, between = marks
    try:
        data = window.ahead(limit)
    except UnicodeEncodeError:
        return None
    found = _OPENING.match(data)
    if found is None:
        return None
    # where one element ends and the next begins is written the same way all along
    boundary = closing + between + found.group()
    end, is_last = _end_of_page(data, closing, boundary)
    for _ in range(TRIES):
        end = end if is_last else data.rfind(boundary, 0, end)
        is_last = False
        if end < LEAST_CHARS:
            return None
        part = data[: end + len(closing)]
        array = b"[%b]" % part
        try:
            bodies = list(map(bytes, _decode_bodies(array)))
            objs, is_typed = _values(array, kind.values if kind else None, _decode_values)
        except _REFUSED as error:
            # an array that ends before is left behind at that byte: look for the last element that it holds
            place = _PLACE.search(str(error))
            end = int(place[1]) if place else end
            continue
        offset = window.offset
        window.pass_over(part)
        return Run(objs, bodies, offsets_of(part, bodies, between, offset), is_typed, part, marks)
    return None


def _end_of_page(data: bytes, closing: bytes, boundary: bytes) -> tuple[int, bool]:
    """(where to look backwards from for the end of an element, whether an element may end right there). Where each
    page of answers is a line of its own, its array ends with it: what lies behind would be gone through for nothing."""
    line = -1 if b"\n" in boundary else data.find(b"\n", LEAST_CHARS)
    if line < 0 or data.rfind(boundary, 0, line) < LEAST_CHARS:
        return len(data), False
    last = data.rfind(closing + b"]", 0, line)
    return (last, True) if last >= LEAST_CHARS else (line, False)


def skip_ahead(window: Window) -> bool:
    """Step over a run of elements without making anything of them; False when there is none."""
    return elements_ahead(window, STEPPED_OVER, SKIP_BYTES) is not None


def lines_ahead(window: Window, kind: Kind | None = None, limit: int = -1) -> Run | None:
    """The next documents, when each stands on a line of its own; None when they must be taken one by one. A
    document must be next, at the beginning of a line."""
    if window.behind(1) != "\n":
        return None
    try:
        data = window.ahead(limit)
        data = data[: data.rfind(b"\n{") + 1]
        if len(data) < LEAST_CHARS:
            return None
        objs, is_typed = _values(data, kind.lines if kind else None, _decode_lines)
    except _REFUSED:
        return None
    bodies = bodies_of_lines(data)
    if not are_one_each(bodies, objs):
        return None
    offset = window.offset
    window.pass_over(data)
    return Run(objs, bodies, offsets_of(data, bodies, b"\n", offset), is_typed, data)


def bodies_of_lines(data: bytes) -> list[bytes]:
    """The lines that hold something, without the spaces around."""
    return [body for line in data.split(b"\n") if (body := line.strip(b" \t\r"))]


def are_one_each(bodies: list[bytes], objs: list[Any]) -> bool:
    """Whether each line holds one object: none can go on from one line that ends with } to one that opens with {."""
    return len(bodies) == len(objs) and all(body[:1] == b"{" and body[-1:] == b"}" for body in bodies)


def _values(
    data: bytes, typed: Callable[[bytes], list[Any]] | None, plain: Callable[[bytes], list[Any]]
) -> tuple[list[Any], bool]:
    """(the values, whether they are of the kind asked for). Raises what `plain` refuses."""
    if typed is not None and _NUL(data) is None and is_utf8(data):
        try:
            return typed(data), True
        except msgspec.ValidationError:
            pass  # one is of another shape: all are taken as they come
    return plain(data), False


def is_utf8(data: bytes) -> bool:
    """Whether all of it is UTF-8: a struct does not look at what it leaves out. By arrow, which makes no text of it."""
    offsets = pa.py_buffer(np.array([0, len(data)], np.int32))
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def places_of(prefix: str, offsets: list[int], bodies: list[bytes]) -> list[str]:
    """The locator of each value: where it begins and how long it is. Written all at once, as pairs of numbers."""
    if "\n" in prefix or not bodies:
        return [f"{prefix}{at}+{len(body)}" for at, body in zip(offsets, bodies, strict=True)]
    pairs = _encode(list(zip(offsets, map(len, bodies), strict=True)))[2:-2]
    lines = pairs.replace(b",", b"+").replace(b"]+[", b"\n" + prefix.encode()).decode()
    return f"{prefix}{lines}".split("\n")


def offsets_of(data: bytes, bodies: list[bytes], between: bytes, offset: int) -> list[int]:
    """Where each value begins: between two of them lie only signs that none begins with."""
    if between.join(bodies) == data.removesuffix(b"\n" if between == b"\n" else b""):
        lengths = np.fromiter(map(len, bodies), np.int64, len(bodies)) + len(between)
        return (offset + np.cumsum(lengths) - lengths).tolist()  # type: ignore[no-any-return]
    starts, at = [], 0
    for body in bodies:
        at = data.find(body[:1], at)
        starts.append(offset + at)
        at += len(body)
    return starts
