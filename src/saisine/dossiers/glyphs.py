"""Which characters the shipped fonts can draw, and a safe way to print all the others.

A PDF/A file may hold no character without a glyph. Such characters are printed by their code, ⟨U+E000⟩, and
so are those that change the order of the text or show nothing (bidi controls, zero-width): a reader must see
them. Source: OpenType `cmap`, formats 4 and 12.
"""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError

FONTS: Final = Path(__file__).parent / "assets" / "fonts"
TEXT_FONT: Final = "DejaVuSans.ttf"
# The typesetter falls back on them for what the text font lacks: every script of the Unicode Standard.
OTHER_FONTS: Final = ("Unifont.otf", "UnifontUpper.otf")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_PLAIN: Final = re.compile(r"[\n\t -~\u00a0-\u00ac\u00ae-\u00ff’…–—]*")  # drawn as they are, but for tabs
_RUN: Final = re.compile(r"[^\s\u200b/]{41,}")  # a line of an address may break after a slash
_BEFORE_SIGN: Final = re.compile(" (?=[:;?!»%])")
_HOUR: Final = re.compile(r"\d{1,2} h \d\d(?: min \d\d s)?")
_THOUSANDS: Final = re.compile(r"(?<!\d)(?<!\d )\d{1,3}(?: \d{3})+(?! ?\d)")  # « 45 000 », no telephone
THIN: Final = "\u202f"
_NO_BREAK: Final = "\u00a0"
_BREAK: Final = "\u200b"
_RUN_PIECE: Final = 32  # a SHA-256 breaks in its middle


@cache
def coverage(path: Path = FONTS / TEXT_FONT) -> frozenset[int]:
    """The code points that a font file has a glyph for. Raises SaisineError("dossier_font_unreadable")."""
    try:
        return frozenset(read_cmap(path.read_bytes()))
    except (OSError, struct.error, IndexError) as error:
        raise SaisineError("dossier_font_unreadable", file=path.name, reason=str(error)) from error


@cache
def drawn() -> frozenset[int]:
    """The code points that a page can draw, with the text font or with those it falls back on."""
    return frozenset().union(*(coverage(FONTS / name) for name in (TEXT_FONT, *OTHER_FONTS)))


def read_cmap(font: bytes) -> set[int]:
    """The code points of every Unicode subtable (formats 4 and 12) of an OpenType font."""
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", table, 2)
    found: set[int] = set()
    for number in range(count):
        (offset,) = struct.unpack_from(">L", table, 4 + 8 * number + 4)
        (kind,) = struct.unpack_from(">H", table, offset)
        if kind == 4:
            found |= _format_4(table[offset:])
        elif kind == 12:
            found |= _format_12(table[offset:])
    return found


def _table(font: bytes, tag: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for number in range(count):
        name, _, offset, length = struct.unpack_from(">4sLLL", font, 12 + 16 * number)
        if name == tag:
            return font[offset : offset + length]
    raise struct.error(f"no table {tag.decode()}")


def _format_4(table: bytes) -> set[int]:
    (twice,) = struct.unpack_from(">H", table, 6)
    segments = twice // 2
    ends = struct.unpack_from(f">{segments}H", table, 14)
    starts = struct.unpack_from(f">{segments}H", table, 16 + twice)
    deltas = struct.unpack_from(f">{segments}H", table, 16 + 2 * twice)
    offsets_at = 16 + 3 * twice
    offsets = struct.unpack_from(f">{segments}H", table, offsets_at)
    found = set()
    for segment in range(segments):
        for code in range(starts[segment], ends[segment] + 1):
            glyph = code
            if offsets[segment]:
                place = offsets_at + 2 * segment + offsets[segment] + 2 * (code - starts[segment])
                (glyph,) = struct.unpack_from(">H", table, place) if place + 2 <= len(table) else (0,)
                if glyph == 0:
                    continue
            if (glyph + deltas[segment]) & 0xFFFF:
                found.add(code)
    return found - {0xFFFF}


def _format_12(table: bytes) -> set[int]:
    (groups,) = struct.unpack_from(">L", table, 12)
    found: set[int] = set()
    for number in range(groups):
        start, end, glyph = struct.unpack_from(">LLL", table, 16 + 12 * number)
        found.update(range(start if glyph else start + 1, end + 1))
    return found


@cache
def is_printable(char: str) -> bool:
    """True when the character is drawn as itself: it has a glyph, and it is seen."""
    return unicodedata.category(char) not in _HIDDEN and ord(char) in drawn()


def spaced(text: str) -> str:
    """French typography: no line starts with a closing sign, no hour and no large number is cut."""
    text = _THOUSANDS.sub(lambda found: found[0].replace(" ", THIN), text)
    closed = _BEFORE_SIGN.sub(_NO_BREAK, text.replace("« ", f"«{_NO_BREAK}"))
    return _HOUR.sub(lambda found: found[0].replace(" ", _NO_BREAK), closed)


def printable(text: str) -> str:
    """The text on one or more lines, every other character as ⟨U+XXXX⟩; tabs and odd spaces become spaces.

    Very long runs get places where a line may break (U+200B), so that nothing runs off the page.
    """
    if _PLAIN.fullmatch(text):  # nearly every text: twenty times faster
        return "\n".join(map(_breakable, text.replace("\t", " ").split("\n")))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_breakable("".join(map(_shown, line))) for line in lines)


def _shown(char: str) -> str:
    if char == "\t":
        return " "
    return char if is_printable(char) else f"⟨U+{ord(char):04X}⟩"


def _breakable(line: str) -> str:
    return _RUN.sub(_cut_run, line)


def _cut_run(found: re.Match[str]) -> str:
    run = found[0]
    return _BREAK.join(run[start : start + _RUN_PIECE] for start in range(0, len(run), _RUN_PIECE))
