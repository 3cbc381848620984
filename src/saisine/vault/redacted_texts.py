"""Redacted copies of texts: passages replaced by a mark of one length, and nothing of them left elsewhere.

The mark is always five full blocks: what was hidden does not show its length. Before a copy is given out it is
read again in every way of `spellings`; where hidden words still stand, the copy is refused with the lines.
"""

import base64
import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from saisine.errors import SaisineError
from saisine.texts import fold
from saisine.vault.redaction import Box, Rule, Span, Words
from saisine.vault.spellings import View, find, merged, read, views, without_tags

MARK: Final = "█" * 5
MAX_BYTES: Final = 32 << 20
MAX_PLACES_TOLD: Final = 1000
_SHORT: Final = 4  # below this many signs only whole words count: “Léa”, but not the a of every word
_LINES_TOLD: Final = 5

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(r"(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_.:-]+)")
# What browsers read as Windows-1252 whatever it is called (WHATWG Encoding, section 4.2).
_AS_CP1252: Final = frozenset({"cp1252", "iso8859-1", "ascii", "utf-8"})
_NO_TEXT: Final = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")
_HEAD_BYTES: Final = 2048


@dataclass(frozen=True, slots=True)
class RedactedText:
    """The copy in UTF-8, the encoding that was read, and one line per rule for the record."""

    body: bytes
    encoding: str
    told: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    rule: Span | Words


def redact_text(body: bytes, rules: Sequence[Rule], media_type: str = "") -> RedactedText:
    """Hide passages of a text.

    Raises `redaction_text_unreadable`, `redaction_rule_unfit`, `redaction_rule_outside`,
    `redaction_rule_finds_nothing`, `redaction_rules_overlap`, `redaction_rule_tells` or
    `redaction_still_stands`; nothing is half done.
    """
    text, encoding = decode_text(body, media_type)
    spans = [_fitting(rule) for rule in rules]
    places = _places(text, spans)
    hidden = [(rule, one) for rule in spans for one in _hidden_by(rule, text)]
    _require_silent(hidden)
    copy, marks = _replaced(text, places, _declarations(text, encoding))
    _require_gone(copy, hidden)
    return RedactedText(copy.encode("utf-8"), encoding, tuple(_told(rule, marks) for rule in spans))


# ------------------------------------------------------------------ bytes to text


def decode_text(body: bytes, media_type: str = "") -> tuple[str, str]:
    """The text without its byte order mark, and the encoding that was read.

    UTF-8, else what a byte order mark says, else Windows-1252. Raises `redaction_text_unreadable`.
    """
    mark, encoding = next((pair for pair in _BOMS if body.startswith(pair[0])), (b"", "utf-8"))
    try:
        text = body[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        if mark:
            raise _unreadable(
                f"{encoding}, octet {error.start}", f"{encoding}, byte {error.start}"
            ) from error
        text, encoding = _without_utf8(body, media_type, error)
    odd = "\0" in text or (encoding == "windows-1252" and _NO_TEXT.search(text) is not None)
    if odd:  # UTF-16 without its mark, or no text at all: hidden words would not be found
        raise _unreadable("il contient des signes de commande", "it holds control signs")
    return text, encoding


def _without_utf8(body: bytes, media_type: str, error: UnicodeDecodeError) -> tuple[str, str]:
    if error.reason == "unexpected end of data" and error.start:  # an export cut inside its last sign
        return body[: error.start].decode("utf-8") + "\ufffd", "utf-8"
    name = _declared(body, media_type)
    if name not in _AS_CP1252:
        raise _unreadable(f"il se dit en « {name} »", f"it calls itself “{name}”")
    try:
        return body.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:
        raise _unreadable("ni UTF-8, ni Windows-1252", "neither UTF-8 nor Windows-1252") from error


def _declared(body: bytes, media_type: str) -> str:
    head = body[:_HEAD_BYTES].decode("latin-1")
    found = _DECLARED.search(media_type) or _DECLARED.search(head)
    if found is None:
        return "utf-8"
    try:
        return codecs.lookup(found[1]).name
    except LookupError:
        return found[1]


def _unreadable(reason_fr: str, reason_en: str) -> SaisineError:
    return SaisineError("redaction_text_unreadable", reason_fr=reason_fr, reason_en=reason_en)


def _declarations(text: str, encoding: str) -> list[tuple[int, int]]:
    """Where the head of a page or of an XML file names the old encoding: the copy is in UTF-8 and says so."""
    if encoding == "utf-8" or not text.lstrip().startswith("<"):
        return []
    return [found.span(1) for found in _DECLARED.finditer(text, 0, _HEAD_BYTES)]


# ------------------------------------------------------------------ places


def _fitting(rule: Rule) -> Span | Words:
    if isinstance(rule, Box):
        raise SaisineError(
            "redaction_rule_unfit",
            number=rule.number,
            reason_fr="un texte se masque avec « kind: span »",
            reason_en="a text is redacted with “kind: span”",
        )
    return rule


def _places(text: str, rules: Sequence[Span | Words]) -> list[_Place]:
    """Where each rule hides, in order. Two `Words` may share a place, nothing else may."""
    seen = views(text) if any(isinstance(rule, Words) for rule in rules) else []
    found = [_Place(start, end, rule) for rule in rules for start, end in _places_of(rule, text, seen)]
    found.sort(key=lambda place: (place.start, place.end, place.rule.number))
    kept: list[_Place] = []
    for place in found:
        if kept and place.start < kept[-1].end:
            last = kept[-1]
            if isinstance(place.rule, Span) or isinstance(last.rule, Span):
                numbers = sorted((last.rule.number, place.rule.number))
                raise SaisineError("redaction_rules_overlap", number=numbers[0], other=numbers[1])
            kept[-1] = _Place(last.start, max(last.end, place.end), last.rule)
        else:
            kept.append(place)
    return kept


def _places_of(rule: Span | Words, text: str, seen: Sequence[View]) -> list[tuple[int, int]]:
    if isinstance(rule, Words):
        places = find(rule.text, seen)
        if not places:
            raise SaisineError("redaction_rule_finds_nothing", number=rule.number)
        return places
    if rule.end > len(text):
        raise SaisineError(
            "redaction_rule_outside",
            number=rule.number,
            reason_fr=f"le texte a {len(text)} signes",
            reason_en=f"the text has {len(text)} signs",
        )
    return [(rule.start, rule.end)]


def _replaced(
    text: str, places: Sequence[_Place], declarations: Sequence[tuple[int, int]]
) -> tuple[str, list[tuple[int, int, Span | Words]]]:
    """The copy, and where in it each mark stands (the positions in the original would tell a length)."""
    marks: list[tuple[int, int, Span | Words]] = []
    pieces: list[tuple[int, int, Span | Words | None]] = [(one.start, one.end, one.rule) for one in places]
    for start, end in declarations:
        if not any(one.start < end and start < one.end for one in places):
            pieces.append((start, end, None))
    parts: list[str] = []
    last = length = 0
    for start, end, rule in sorted(pieces, key=lambda piece: piece[0]):
        new = MARK if rule else "utf-8"
        parts += (text[last:start], new)
        length += start - last
        if rule:
            marks.append((length, length + len(new), rule))
        length += len(new)
        last = end
    return "".join([*parts, text[last:]]), marks


def _told(rule: Span | Words, marks: Sequence[tuple[int, int, Span | Words]]) -> dict[str, object]:
    """What the record says of a rule: where its marks stand in the copy, and why. Never what they hide."""
    mine = [[start, end] for start, end, of in marks if of is rule]
    return {"kind": "span", "count": len(mine), "geometry": mine[:MAX_PLACES_TOLD], "why": rule.why}


# ------------------------------------------------------------------ nothing left elsewhere


def _hidden_by(rule: Span | Words, text: str) -> Iterator[str]:
    hidden = rule.text if isinstance(rule, Words) else text[rule.start : rule.end]
    if any(unicodedata.category(sign)[0] in "LMNS" for sign in hidden.strip("█")):  # not a lone comma
        yield hidden


def _require_silent(hidden: Sequence[tuple[Span | Words, str]]) -> None:
    """The reasons are read by whoever gets the copy: they must not say what it hides."""
    folded = {fold(read(words)) for _, words in hidden} - {""}
    for rule in {id(rule): rule for rule, _ in hidden}.values():
        why = fold(rule.why)
        if any(one in why and (len(one) >= _SHORT or _whole_words(one).search(why)) for one in folded):
            raise SaisineError("redaction_rule_tells", number=rule.number)


def _require_gone(copy: str, hidden: Sequence[tuple[Span | Words, str]]) -> None:
    read_all = views(copy)
    whole = without_tags(read_all[-1])
    seen = [*read_all, without_tags(View(copy)), whole]
    folded = _Folded.of(whole)
    for rule, words in hidden:
        if isinstance(rule, Span) and rule.keeps_elsewhere:
            continue
        places = [*_same(words, seen), *_in_base64(words, copy)]
        if not rule.keeps_elsewhere:
            places += folded.places(fold(read(words)))
        if places:
            raise _still_stands(rule.number, copy, places)


def _same(words: str, seen: Iterable[View]) -> list[tuple[int, int]]:
    if len(words.strip()) >= _SHORT:
        return find(words, seen)
    short = words.strip()
    return [
        view.place(*found.span())
        for view in seen
        if short in view.text
        for found in _whole_words(short).finditer(view.text)
    ]


def _whole_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")


def _in_base64(words: str, copy: str) -> Iterator[tuple[int, int]]:
    """The three ways in which the bytes of a text may fall into groups of three; edges left out."""
    raw = words.encode("utf-8")
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + raw)
        core = coded[(0, 2, 3)[shift] : len(coded) - (0, 3, 2)[(len(raw) + shift) % 3]].decode("ascii")
        for form in {core, core.replace("+", "-").replace("/", "_")}:
            if len(core) >= 2 * _SHORT and (at := copy.find(form)) >= 0:
                yield at, at + len(form)


@dataclass(frozen=True, slots=True)
class _Folded:
    """A view as people search it, line by line, with the way back to its lines."""

    view: View
    text: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]

    @classmethod
    def of(cls, view: View) -> "_Folded":
        lines = view.text.split("\n")
        pieces = [(number, fold(line)) for number, line in enumerate(lines)]
        kept = [(number, line) for number, line in pieces if line]
        starts = accumulate((len(line) + 1 for _, line in kept), initial=0)
        offsets = list(accumulate((len(line) + 1 for line in lines), initial=0))
        text = " ".join(line for _, line in kept)
        return cls(view, text, tuple(starts), tuple(offsets[number] for number, _ in kept))

    def places(self, words: str) -> list[tuple[int, int]]:
        if not words or words not in self.text:
            return []
        found = [one.start() for one in _whole_words(words).finditer(self.text)]
        lines = [self.lines[bisect_right(self.starts, at) - 1] for at in found]
        return [self.view.place(line, line + 1) for line in lines]


def _still_stands(number: int, copy: str, places: Iterable[tuple[int, int]]) -> SaisineError:
    lines: list[int] = []
    line, last = 1, 0
    for start, _ in merged(places):
        line += copy.count("\n", last, start)
        last = start
        if line not in lines[-1:]:
            lines.append(line)
        if len(lines) > _LINES_TOLD:
            break
    shown = ", ".join(map(str, lines[:_LINES_TOLD])) + (", …" if len(lines) > _LINES_TOLD else "")
    return SaisineError("redaction_still_stands", number=number, lines=shown)
