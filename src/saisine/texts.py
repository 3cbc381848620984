"""Text as people search it and as a page may show it: folding, safe display, repairs, times.

Folding follows Unicode NFKD (UAX 15); hidden and direction signs follow Unicode TR 36.
"""

import codecs
import html
import re
import sys
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_NO_WIDTH: Final = "\xad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff"
# A quick look before the exact, slow class: the ranges where such signs lie, letters and emoji left out.
_MAY_GO: Final = re.compile(
    f"[{_NO_WIDTH}\u0300-\u036f\u0483-\u0487\u0591-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff"
    "\u302a-\u302f\u3099\u309a\ua66f-\uabed\ufb1e\ufe20-\ufe2f\U000101fd-\U0001e94a]"
)
_FORBIDDEN: Final = re.compile("[\ud800-\udfff\0]")
# Zero-width, direction and other signs that change what a reader sees without being seen.
_HIDDEN: Final = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ELISIONS: Final = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)'")


def fold(text: str) -> str:
    """The text as it is searched: lower case, no accents, œ→oe, æ→ae, ’→', spaces collapsed.

    >>> fold("L’Œuvre  ÉTÉ")
    "l'oeuvre ete"
    """
    # letters of western Europe go through one table of bytes, three times as fast, to the same text
    try:
        signs = text.replace("’", "'").replace("œ", "oe").encode("latin-1").translate(*_western())
    except UnicodeEncodeError:
        return _fold_any(text)
    if b"\0" in signs:
        return _fold_any(text)
    low = signs.decode("latin-1")
    return " ".join(low.split()) if b"  " in signs else low.strip(" ")


def fold_all(texts: Sequence[str]) -> list[str]:
    """Each text folded; those of western Europe go through the table together, four times as fast."""
    together = _BETWEEN.join(texts)
    if together.count(_BETWEEN) != len(texts) - 1:
        return [*map(fold, texts)]
    signs = together.replace("’", "'").replace("œ", "oe").encode("latin-1", _NO_LATIN).translate(*_western())
    low = signs.decode("latin-1")
    found = low.split(_BETWEEN)
    if _has_spare_space(signs):
        found = [" ".join(one.split()) if "  " in one else one.strip(" ") for one in found]
    if "\0" in low:  # other letters and signs: those texts one by one
        found = [fold(text) if "\0" in one else one for one, text in zip(found, texts, strict=True)]
    return found


def _has_spare_space(signs: bytes) -> bool:
    """Whether a space stands beside another one, or at either end of a text."""
    import numpy as np  # only who folds many texts at once pays for loading it

    found = np.frombuffer(signs, np.uint8)
    is_low = found <= ord(" ")
    if not (is_low[1:] & is_low[:-1]).any():
        return signs[:1] == b" " or signs[-1:] == b" "
    is_space = found == ord(" ")
    is_edge = is_space | (found == ord(_BETWEEN))
    beside = (is_space[1:] & is_edge[:-1]) | (is_edge[1:] & is_space[:-1])
    return bool(beside.any()) or signs[:1] == b" " or signs[-1:] == b" "


# A sign that folding leaves alone and that is no space; a text that holds it is folded by itself.
_BETWEEN: Final = "\x01"
_NO_LATIN: Final = "saisine.no-latin"


def _as_nul(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return b"\0", error.end


codecs.register_error(_NO_LATIN, _as_nul)


@cache
def _western() -> tuple[bytes, bytes]:
    """(what each sign of Latin-1 folds to, 0 where that is not one sign of it; the signs that go)."""
    table, gone = bytearray(256), bytearray()
    for code in range(1, 256):
        plain = _fold_any(f"a{chr(code)}a")[1:-1]
        if not plain:
            gone.append(code)
        elif len(plain) == 1 and ord(plain) < 256:
            table[code] = ord(plain)
    return bytes(table), bytes(gone)


def _fold_any(text: str) -> str:
    """The same for every text of Unicode."""
    # replace() per letter: three times as fast as translate() on French text
    low = text if text.isascii() else unicodedata.normalize("NFKD", text)
    low = low.lower()
    if not low.isascii():
        low = low.replace("’", "'").replace("‘", "'").replace("ʼ", "'")  # ŉ has just become ʼn
        low = low.replace("\u0301", "").replace("\u0300", "").replace("\u0302", "").replace("\u0327", "")
        low = low.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss").replace("\u0308", "")
        if not low.isascii() and _MAY_GO.search(low):
            low = _unseen().sub("", low)
    return " ".join(low.split())


@cache
def _unseen() -> re.Pattern[str]:
    """Every combining mark of this Python's Unicode (class above 0), and the signs of no width that are put
    inside a word to hide it from a search; built once."""
    marks = (chr(code) for code in range(0x300, sys.maxunicode + 1) if unicodedata.combining(chr(code)))
    return re.compile(f"[{_NO_WIDTH}{''.join(marks)}]+")


def safe_display(text: str) -> str:
    """The text with its hidden and direction-changing signs spelled out.

    A zero-width joiner inside an emoji stays: without it a family becomes four persons.

    >>> safe_display("abc\\u202edef")
    'abc⟨U+202E⟩def'
    """
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def tokens(text: str) -> list[str]:
    """The folded words of a French text, elisions removed (`l'attaque` gives `attaque`)."""
    return [_ELISIONS.sub("", word) for word in _TOKEN.findall(fold(text))]


def utc_from_s(value: float | str) -> datetime:
    """An aware time from Unix seconds. Raises OverflowError or ValueError outside years 1 to 9999."""
    return EPOCH + timedelta(seconds=float(value) if isinstance(value, str) else value)


def utc_from_ms(value: float | str) -> datetime:
    """An aware time from Unix milliseconds."""
    return EPOCH + timedelta(milliseconds=int(value) if isinstance(value, str) else value)


def utc_from_us(value: int | str) -> datetime:
    """An aware time from Unix microseconds."""
    return EPOCH + timedelta(microseconds=int(value))


def utc_us(at: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return (at - EPOCH) // _MICROSECOND


def utc_from_iso(text: str) -> datetime:
    """An aware UTC time from ISO 8601 with a zone. Raises ValueError when it has none."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found if found.tzinfo is UTC else found.astimezone(UTC)


# What people write in Western Europe, as Windows-1252 writes it beyond ASCII: a byte that is none of these is damage.
# A file cut in the middle of é or of ’ ends so; no word does in Windows-1252, where these are Â, Ã and â.
_CUT_SIGN: Final = re.compile(rb"(?:[\xc2\xc3]|\xe2[\x80-\xbf]?)\Z")
_LEGACY: Final = frozenset(
    "àâäáãåæçéèêëíìîïñóòôöõøœúùûüßÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜŸ€…’‘“”„‚«»‹›–—•·°²³ºª§¿¡£©®™½¼¾×±\xa0".encode(
        "cp1252"
    )
)


def decode_line(data: bytes) -> tuple[str, str]:
    """(text, `utf-8`, `windows-1252` or `damaged`): what is no UTF-8 anywhere but reads as Windows-1252 is that, as
    old programs save it; for the rest, what cannot be read becomes U+FFFD."""
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        high = bytes(byte for byte in data if byte > 127)
        # a sign of several bytes that is right tells a file in UTF-8, damaged here or cut in the middle of a sign
        if (
            data.decode("utf-8", "ignore").isascii()
            and _LEGACY.issuperset(high)
            and not _CUT_SIGN.search(data)
        ):
            return data.decode("cp1252"), "windows-1252"
        return data.decode("utf-8", "replace"), "damaged"


def stops_inside_sign(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether these bytes are UTF-8 but for a last sign that is cut, as `error` of their decoding tells."""
    return (
        error.reason == "unexpected end of data" and bool(_CUT_SIGN.search(data)) and error.end == len(data)
    )


def repair_mojibake(text: str) -> tuple[str, bool]:
    """(text, whether it was repaired): UTF-8 that was read as Latin-1, only when the way back succeeds."""
    if text.isascii():
        return text, False
    try:
        return text.encode("latin-1").decode("utf-8"), True
    except UnicodeError:
        return text, False


# The five bytes that Windows-1252 leaves out pass through it as they are.
_AS_BYTES: Final = {
    ord(sign): byte for byte in range(0x80, 0xA0) if (sign := bytes((byte,)).decode("cp1252", "ignore"))
}
# What French, English and emoji become when UTF-8 is read as Windows-1252. « Ã… », « Ã” » and their like end words in
# capitals of Portuguese: they prove nothing.
_READ_AS_WINDOWS: Final = re.compile(
    "(?<![A-ZÀ-Þ])Ã[\xa0\xad®]|Ã[\xa1-\xaa\xac\xaf-\xba\xbc-\xbf\x80-\x84\x86-\x8f€ƒ†‡ˆ‰ŠŒŽ]|Ã[«»](?=[a-zÃ])"
    "|Â[\xa0«»°·]|â€|â‚¬|ðŸ|Å“(?=[a-z])"
)


def is_read_as_windows(text: str) -> bool:
    """Whether signs stand in this text that only UTF-8 read as Windows-1252 gives: `Ã©`, `â€™`."""
    # one sign is sought twenty times as fast as two
    is_likely = (
        ("Ã" in text or "Â" in text)
        or ("€" in text and "â€" in text)
        or ("¬" in text and "â‚¬" in text)
        or ("ð" in text and "ðŸ" in text)
        or ("Å" in text and "Å“" in text)
    )
    return is_likely and _READ_AS_WINDOWS.search(text) is not None


def repair_read_as_windows(text: str) -> tuple[str, bool]:
    """(text, whether it was repaired): UTF-8 that a spreadsheet read as Windows-1252, only when the way back succeeds
    for the whole text.

    >>> repair_read_as_windows("câ€™est Ã©crit")
    ('c’est écrit', True)
    """
    if not is_read_as_windows(text):
        return text, False
    repaired, is_repaired = repair_mojibake(text.translate(_AS_BYTES))
    return (repaired, True) if is_repaired else (text, False)


def unescape_html(text: str) -> tuple[str, bool]:
    """(text, whether it changed): `&amp;` and its like turned back into signs."""
    if "&" not in text:
        return text, False
    plain = html.unescape(text)
    return plain, plain != text


_TAG: Final = re.compile(r"<[^<>]*>")
_LONG_SPACE: Final = re.compile(r"\s{2,}")
_MAX_SPACES: Final = 500
_MAX_OPEN: Final = 100
_EMOJI_SIGNS = 12  # a family of four with its joiners and skins


class _Stripper(HTMLParser):
    """Keeps what a reader sees: text, line ends for blocks, the addresses of links apart."""

    # Their opening ends a line too, where a word stands on it.
    BREAKS = frozenset({"p", "div", "li", "tr", "blockquote", "pre", *(f"h{rank}" for rank in range(1, 7))})
    # These hold other blocks, which end the lines: they end one only where a text stands in them directly.
    HOLDERS = frozenset(
        {"ul", "ol", "dl", "dt", "dd", "table", "section", "article", "header", "footer", "center", "address"}
    )
    CELLS = frozenset({"td", "th"})
    SILENT = frozenset({"script", "style", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.urls: list[str] = []
        self._silent = 0
        self._is_begun = False  # whether a word stands on this line already, in this cell

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._silent = 0  # a title that was never closed ends here
        elif tag in ("br", "hr"):
            self._end("\n")
        elif tag in self.BREAKS or tag in self.HOLDERS:
            self._end_begun("\n")
        elif tag in self.CELLS:
            self._end_begun("\t")
        elif tag in self.SILENT:
            self._silent += 1
        elif tag == "img":
            for name, value in attrs:
                if name == "alt" and value and _is_emoji(value):
                    self._add(value)
        elif tag == "a":
            self.urls += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            self._silent = 0
        elif tag in self.SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self.BREAKS:
            while self.parts and self.parts[-1] == "\t":  # behind the last cell of a row
                self.parts.pop()
            self._end("\n")
        elif tag in self.HOLDERS:
            self._end_begun("\n")
        elif tag in self.CELLS:
            self._end("\t")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(data)

    def _add(self, text: str) -> None:
        self.parts.append(text)
        last = text.rpartition("\n")[2]
        self._is_begun = not (last == "" or last.isspace()) or (self._is_begun and "\n" not in text)

    def _end(self, sign: str) -> None:
        self.parts.append(sign)
        self._is_begun = False

    def _end_begun(self, sign: str) -> None:
        """The end of a line, or of a cell, where a word stands on it: the opening of a block ends what is before."""
        if self._is_begun:
            self._end(sign)


def strip_html(text: str) -> tuple[str, list[str]]:
    """(plain text, addresses of its links): tags removed by the standard parser, blocks kept as lines.

    Of markup made to break that parser, which takes hours over `<a <a <a…` or raises, tags alone are taken out.
    """
    if "<" not in text and "&" not in text:
        return text.strip(), []
    text = _LONG_SPACE.sub(_shortened, text)
    if not _is_tangled(text):
        stripper = _Stripper()
        try:
            stripper.feed(text)
            stripper.close()
        except AssertionError:  # `<![<`
            pass
        else:
            return "".join(stripper.parts).strip(), stripper.urls
    return html.unescape(_TAG.sub(" ", text)).strip(), []


def _shortened(found: re.Match[str]) -> str:
    """Spaces as a page shows them: one, where there are more than anybody writes."""
    return " " if found.end() - found.start() > _MAX_SPACES else found.group()


def _is_tangled(text: str) -> bool:
    """Whether more tags, or comments, are opened and never closed than anybody writes."""
    longest = max(piece.count("<") for piece in text.split(">"))
    return longest > _MAX_OPEN or text.count("<!--", text.rfind("-->") + 1) > _MAX_OPEN


def _is_emoji(alternative: str) -> bool:
    """Whether the words for a picture are one sign: mails and pages show emoji as pictures."""
    return (
        len(alternative) <= _EMOJI_SIGNS
        and not alternative.isascii()
        and not any(map(str.isalnum, alternative))
    )


def has_forbidden(text: str) -> bool:
    """Whether the text holds what no table can: NUL or a lone surrogate."""
    return _FORBIDDEN.search(text) is not None


def replace_forbidden(text: str) -> str:
    """NUL and lone surrogates become U+FFFD; pairs of surrogates left by a bad writer are joined first."""
    if not has_forbidden(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _FORBIDDEN.sub("\ufffd", joined)


def clean_value(value: Any) -> Any:
    """The same value with every string in it made storable, however deep: nothing calls itself."""
    whole: list[Any] = []
    waiting: list[tuple[Any, Any]] = [([value], whole)]
    while waiting:
        source, copy = waiting.pop()
        is_keyed = isinstance(source, dict)
        for key, one in source.items() if is_keyed else enumerate(source):
            new = _storable(one)
            if is_keyed:
                copy[_storable(key)] = new
            else:
                copy.append(new)
            if new is not one and not isinstance(new, str):
                waiting.append((one, new))
    return whole[0]


def _storable(value: Any) -> Any:
    """A string made storable, an empty list or dictionary in the place of one, anything else as it is."""
    if isinstance(value, str):
        return replace_forbidden(value)
    if isinstance(value, dict):
        return {}
    return [] if isinstance(value, Sequence) else value
