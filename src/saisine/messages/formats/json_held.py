"""An object of which one array is stepped over: its elements are read apart, one by one."""

import re
from typing import Any, Final

import msgspec

from saisine.messages.formats.json_lines import is_too_deep
from saisine.messages.formats.json_runs import is_utf8

HELD: Final = msgspec.UNSET
_decode: Final = msgspec.json.Decoder().decode
_decode_apart: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_EMPTY: Final = re.compile(rb"\[[ \t\r\n]*\]")


def decode_around(body: bytes, name: str) -> Any:
    """An object whose array under that key is not made. What is stepped over is looked at as JSON and as UTF-8; how
    deep it goes is looked at where its elements are read. Raises what the decoder refuses, RecursionError where the
    rest is too deep."""
    if not is_utf8(body):
        raise UnicodeError
    obj: dict[str, Any] = _decode_apart(body)
    for key, one in obj.items():
        text = memoryview(one)
        if key == name and bytes(text[:1]) == b"[":
            obj[key] = [] if _EMPTY.fullmatch(text) else [HELD]
        elif is_too_deep(b"{%b}" % bytes(text)):
            raise RecursionError
        else:
            obj[key] = _decode(text)
    return obj
