"""Many values of an array, or of a file with one value per line, decoded at once with the bytes of each.

`Window.value` takes one value with the standard library's scanner; three quarters of its time go into the steps
around it. Here the window is cut where a value ends, msgspec decodes all that comes before, and says which bytes
are whose. Where the cut was inside a value nothing decodes, and an earlier one is tried: what does decode can be
split in one way only. Whatever msgspec refuses (lone surrogates, huge numbers) is left to the scanner.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from saisine.messages.formats.json_window import Window

# A run of less is not worth its cuts; past these tries the values are of a kind that hides its own ends.
LEAST_CHARS: Final = 4_096
TRIES: Final = 4
_SEPARATOR_CHARS: Final = 200
_OPENING: Final = re.compile(r'\{[ \t\r\n]*"[^"\\]{0,64}"|\{')
_decode_bodies: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_values: Final = msgspec.json.Decoder(list[Any]).decode
_decode_lines: Final = msgspec.json.Decoder(Any).decode_lines
_PLACE: Final = re.compile(r"\(byte (\d+)\)$")
_REFUSED: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)


class Value(NamedTuple):
    """A value, its exact bytes, and how many bytes lie before it in the stream."""

    obj: Any
    body: bytes
    offset: int


def elements_ahead(window: Window) -> Iterator[Value]:
    """The next elements of the array that the window stands in, all but the last ones it holds; none when they
    must be taken one by one. A value must be next: the window then stands behind the last one given."""
    text = window.ahead
    found = _OPENING.match(text)
    before = window.behind(_SEPARATOR_CHARS)
    start = before.rfind("}")
    if found is None or before[start + 1 :].strip(" \t\r\n") != ",":
        return
    # where one element ends and the next begins is written the same way all along
    boundary = before[start:] + found.group()
    end = len(text)
    for _ in range(TRIES):
        end = text.rfind(boundary, 0, end)
        if end < LEAST_CHARS:
            return
        data = text[: end + 1].encode("utf-8", "surrogatepass")
        try:
            bodies, values = _decode_bodies(b"[%b]" % data), _decode_values(b"[%b]" % data)
        except _REFUSED as error:
            # an array that ends before is left behind at that byte: look for the last element that it holds
            place = _PLACE.search(str(error))
            end = len(data[: int(place[1])].decode("utf-8", "ignore")) if place else end
            continue
        offset = window.offset
        window.pass_over(end + 1, len(data))
        yield from _placed(data, map(bytes, bodies), values, offset)
        return


def lines_ahead(window: Window) -> Iterator[Value]:
    """The next documents, when each stands on a line of its own; none when they must be taken one by one. A
    document must be next, at the beginning of a line."""
    text = window.ahead
    end = text.rfind("\n{") + 1
    if end < LEAST_CHARS or window.behind(1) != "\n":
        return
    try:
        data = text[:end].encode()
        values = _decode_lines(data)
    except _REFUSED:
        return
    bodies = [body for line in data.split(b"\n") if (body := line.strip(b" \t\r"))]
    if len(bodies) == len(values) and all(body[:1] == b"{" for body in bodies):
        offset = window.offset
        window.pass_over(end, len(data))
        yield from _placed(data, iter(bodies), values, offset)


def _placed(data: bytes, bodies: Iterator[bytes], values: list[Any], offset: int) -> Iterator[Value]:
    """Each value with its place: between two of them lie only signs that none begins with."""
    at = 0
    for obj, body in zip(values, bodies, strict=True):
        at = data.find(body, at)
        yield Value(obj, body, offset + at)
        at += len(body)
