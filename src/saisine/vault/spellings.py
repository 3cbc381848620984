"""The many ways in which one text stands in a file: escapes of JSON, HTML and addresses, and their layers.

`views` gives a text as its readers would see it, once per way of reading, and each view leads back to the
characters of the source. So `caf\\u00e9`, `caf&eacute;`, `caf%C3%A9` and `cafÃ©` are all found as `café`.
Sources: RFC 8259 section 7, HTML 5 character references, RFC 3986 section 2.1, RFC 2045 section 6.7.
"""

import html
import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

LAYERS: Final = 3  # an export may hold JSON in a string of JSON, or HTML escaped twice

Decode = Callable[[str], str]

_HEX: Final = "[0-9A-Fa-f]"
_JSON: Final = re.compile(
    rf"\\(?:u[dD][89ABab]{_HEX}{{2}}\\u[dD][C-Fc-f]{_HEX}{{2}}|u{_HEX}{{4}}|u\{{{_HEX}{{1,6}}\}}|x{_HEX}{{2}}"
    r"|[\"'\\/bfnrt])"
)
_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HTML: Final = re.compile(r"&(?:#[xX][0-9A-Fa-f]{1,12}|#[0-9]{1,12}|[A-Za-z][A-Za-z0-9]{1,31});?")
_MORE: Final = f"[%=][89ABab]{_HEX}"
_BYTES: Final = re.compile(
    rf"%u{_HEX}{{4}}|[%=][0-7]{_HEX}|[%=][CDcd]{_HEX}{_MORE}|[%=][Ee]{_HEX}(?:{_MORE}){{2}}"
    rf"|[%=][Ff]{_HEX}(?:{_MORE}){{3}}|[%=][89A-Fa-f]{_HEX}|=\r?\n"
)
_PLUS: Final = re.compile(r"\+")
_QUOTES: Final = re.compile('""')
# A byte of UTF-8 shown as the sign it is in Windows-1252, or in Latin-1 where that has none.
_BYTE_OF: Final = {chr(byte): byte for byte in range(0x80, 0x100)} | {
    bytes((byte,)).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_NEXT: Final = "[" + "".join(sign for sign, byte in _BYTE_OF.items() if byte < 0xC0) + "]"
_MOJIBAKE: Final = re.compile(f"[\xc2-\xdf]{_NEXT}|[\xe0-\xef]{_NEXT}{{2}}|[\xf0-\xf4]{_NEXT}{{3}}")
_WIDTHLESS: Final = "\xad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_UNSEEN: Final = re.compile(f"[^\\W\\d_][\u0300-\u036f]+|[{_WIDTHLESS}]+")


@lru_cache(4096)
def _from_json(piece: str) -> str:
    body = piece[1:]
    if body[0] in "ux" and len(body) > 1:
        if len(body) == 11:  # a pair of surrogates
            high, low = int(body[1:5], 16), int(body[7:], 16)
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        code = int(body[1:].strip("{}"), 16)
        return chr(code) if code < 0x110000 else piece
    return _SHORT.get(body, body)


@lru_cache(4096)
def _from_html(piece: str) -> str:
    return html.unescape(piece)


@lru_cache(4096)
def _from_bytes(piece: str) -> str:
    if piece[-1] == "\n":
        return ""
    if piece[1] == "u":
        return chr(int(piece[2:], 16))
    raw = bytes.fromhex(piece.replace("%", "").replace("=", ""))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


@lru_cache(4096)
def _from_mojibake(piece: str) -> str:
    try:
        return bytes(_BYTE_OF[sign] for sign in piece).decode("utf-8")
    except UnicodeDecodeError:
        return piece


def _seen(piece: str) -> str:
    """Letter and accent as one sign; signs without width as nothing."""
    return unicodedata.normalize("NFC", piece) if piece[0].isalpha() else ""


def _space(piece: str) -> str:
    return " "


def _quote(piece: str) -> str:
    return '"'


class Way(NamedTuple):
    """One way of reading: what to replace, by what, and a quick look that says when there is nothing."""

    pattern: re.Pattern[str]
    decode: Decode
    hint: re.Pattern[str]


_WAYS: Final = (
    Way(_JSON, _from_json, re.compile(r"\\")),
    Way(_HTML, _from_html, re.compile("&")),
    Way(_BYTES, _from_bytes, re.compile("[%=]")),
    Way(_MOJIBAKE, _from_mojibake, re.compile("[\xc2-\xf4]")),
    Way(_UNSEEN, _seen, re.compile(f"[\u0300-\u036f{_WIDTHLESS}]")),
)
# A plus is a space in the query of an address, and a plus in a telephone number: read apart.
_QUERY: Final = (Way(_PLUS, _space, _PLUS), _WAYS[2])
_CELLS: Final = (Way(_QUOTES, _quote, _QUOTES),)  # CSV writes a quote twice, JSON writes nothing that way
_NO_TAGS: Final = Way(re.compile(r"<[^<>]{0,4000}>"), lambda piece: "", re.compile("<"))


@dataclass(frozen=True, slots=True)
class View:
    """A text read in some way, and for each piece that changed where it lies here and in the source."""

    text: str
    source: "View | None" = None
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    from_: Sequence[int] = ()
    to: Sequence[int] = ()

    def through(self, way: Way) -> "View":
        """The view after one way of reading; itself when that changes nothing."""
        if way.hint.search(self.text) is None:
            return self
        parts: list[str] = []
        starts, ends, from_, to = array("q"), array("q"), array("q"), array("q")
        length = last = 0
        for found in way.pattern.finditer(self.text):
            old = found[0]
            piece = way.decode(old)
            if piece == old:
                continue
            start, end = found.span()
            parts += (self.text[last:start], piece)
            length += start - last
            starts.append(length)
            length += len(piece)
            ends.append(length)
            from_.append(start)
            to.append(end)
            last = end
        if not starts:
            return self
        parts.append(self.text[last:])
        return View("".join(parts), self, starts, ends, from_, to)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the signs `start` to `end` of this view lie in the first source; whole escapes only."""
        if self.source is None or end <= start:
            return start, end
        return self.source.place(self._from(start), self._to(end - 1))

    def _from(self, sign: int) -> int:
        before = bisect_right(self.starts, sign) - 1
        if before < 0:
            return sign
        return self.from_[before] if sign < self.ends[before] else self.to[before] + sign - self.ends[before]

    def _to(self, sign: int) -> int:
        before = bisect_right(self.starts, sign) - 1
        if before < 0:
            return sign + 1
        return self.to[before] if sign < self.ends[before] else self.to[before] + sign - self.ends[before] + 1


def views(text: str) -> list[View]:
    """The text itself, read in each way alone, and (last in the list) in all ways one after the other."""
    plain = View(text)
    known: dict[tuple[int, int], View] = {}
    found = {text: plain}
    for ways in (*((way,) for way in _WAYS), _QUERY, _CELLS):
        for view in _layers(plain, ways, known):
            found.setdefault(view.text, view)
    whole = [plain, *_layers(plain, _WAYS, known)]
    for view in whole:
        found.setdefault(view.text, view)
    return [*(view for view in found.values() if view.text != whole[-1].text), whole[-1]]


def read(text: str) -> str:
    """The text with every escape undone, in all layers."""
    return [View(text), *_layers(View(text), _WAYS, {})][-1].text


def _layers(view: View, ways: Sequence[Way], known: dict[tuple[int, int], View]) -> Iterator[View]:
    """Each view that differs from the one before. `known` spares what another order of ways has read."""
    for _ in range(LAYERS):
        before = view
        for way in ways:
            key = (id(view), id(way))
            changed = known[key] if key in known else known.setdefault(key, view.through(way))
            if changed is not view:
                view = changed
                yield view
        if view is before:
            return


def without_tags(view: View) -> View:
    """The view with its HTML tags gone: words cut by `<b>` read as one."""
    return view.through(_NO_TAGS)


def find(needle: str, seen: Iterable[View]) -> list[tuple[int, int]]:
    """Every place of the source where `needle` stands, in any of the `views`; sorted, merged."""
    places: set[tuple[int, int]] = set()
    for form in {needle, read(needle)} - {""}:
        for view in seen:
            at = view.text.find(form)
            while at >= 0:
                places.add(view.place(at, at + len(form)))
                at = view.text.find(form, at + 1)
    return merged(places)


def merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places that overlap or touch, as one: their number would tell a length."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
