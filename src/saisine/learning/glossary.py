"""The words of law and technique that the screens use, each with a plain definition (glossary.toml).

A term is found by its id, or in a sentence by its own words: whole words, longest first, any case.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from saisine.errors import SaisineError

DATA = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True, slots=True)
class Term:
    """One word. `article` is "" when no text defines it; `verified` when the definition was compared with it."""

    id: str
    kind: Literal["legal", "technical"]
    fr: str
    en: str
    plain_fr: str
    plain_en: str
    article: str = ""
    verified: bool = False
    forms_fr: tuple[str, ...] = ()
    forms_en: tuple[str, ...] = ()

    def word(self, language: str = "fr") -> str:
        return self.en if language == "en" else self.fr

    def plain(self, language: str = "fr") -> str:
        return self.plain_en if language == "en" else self.plain_fr

    def forms(self, language: str = "fr") -> tuple[str, ...]:
        """How the term is written in a sentence: its own word without what stands in brackets, then its forms."""
        bare = re.sub(r"\s*\(.*?\)", "", self.word(language))
        return (bare, *(self.forms_en if language == "en" else self.forms_fr))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: `term` is set when it is a word of the glossary."""

    text: str
    term: Term | None = None


@cache
def load_glossary(path: Path = DATA) -> dict[str, Term]:
    """Every term by id, in the file's order. Raises `glossary_malformed` with the entry at fault."""
    found: dict[str, Term] = {}
    for number, row in enumerate(tomllib.loads(path.read_text("utf-8")).get("term", []), 1):
        name = str(row.get("id") or number)
        try:
            term = msgspec.convert(row, Term)
        except msgspec.ValidationError as error:
            raise SaisineError("glossary_malformed", entry=name, reason=error) from error
        if term.id in found:
            raise SaisineError("glossary_malformed", entry=name, reason="id")
        found[term.id] = term
    return found


def get_term(id: str) -> Term:
    """Raises KeyError: an id is written by us, in a template."""
    return load_glossary()[id]


def ordered(language: str = "fr") -> list[Term]:
    """Every term in the alphabetical order of the language, accents aside."""
    from saisine.texts import fold

    return sorted(load_glossary().values(), key=lambda term: fold(term.word(language)))


def pieces(text: str, language: str = "fr") -> Iterator[Piece]:
    """The sentence cut at the first mention of each term, the longest form first; joined again it is the same."""
    seen: set[str] = set()
    start = 0
    by_form, pattern = _matcher(language)
    for match in pattern.finditer(text):
        term = by_form[match[0].casefold()]
        if term.id in seen:
            continue
        seen.add(term.id)
        if match.start() > start:
            yield Piece(text[start : match.start()])
        yield Piece(match[0], term)
        start = match.end()
    if start < len(text):
        yield Piece(text[start:])


@cache
def _matcher(language: str) -> tuple[dict[str, Term], re.Pattern[str]]:
    by_form = {form.casefold(): term for term in load_glossary().values() for form in term.forms(language)}
    longest_first = sorted(by_form, key=lambda form: (-len(form), form))
    pattern = r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)"
    return by_form, re.compile(pattern, re.IGNORECASE)
