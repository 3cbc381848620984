"""The lexicon: dated terms with their groups, types and the words that make each of them harmless.

A dictionary on first words and their tails, never one giant alternation. Entries of allusion age: older than 24
months without review, they lose one step of strength and are listed as due.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from saisine.errors import SaisineError
from saisine.findings.rules import read_yaml
from saisine.texts import fold

DATA: Final = Path(__file__).with_name("data") / "lexicon"
GROUPS: Final = (
    "femmes", "personnes_racisees", "musulmans", "juifs", "exiles", "lgbtqia", "handicap", "gens_du_voyage",
)  # fmt: skip
TYPES: Final = ("insulte", "menace", "incitation", "doxxing", "harcelement_sexuel", "sous_entendu")
REVIEW_MONTHS: Final = 24  # an allusion drifts: after two years nobody can tell what it still says


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: its forms as folded words, what it says of whom, how strongly (1 to 3), and until when."""

    term: str
    variants: tuple[str, ...]
    groups: tuple[str, ...]
    types: tuple[str, ...]
    strength: int
    reclaimed_by: tuple[str, ...]
    homonym_contexts: frozenset[str]
    cancels: tuple[str, ...]
    source: str
    licence: str
    added: date
    reviewed_by: str | None
    reviewed_on: date | None
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Term":
        """From one entry of the file. Raises KeyError, TypeError or ValueError on a fault."""
        unknown = set(raw["groups"]) - {*GROUPS, "individu", "aucun"} | set(raw["types"]) - set(TYPES)
        if unknown or not 1 <= raw["strength"] <= 3:
            raise ValueError(f"{sorted(unknown)} {raw['strength']}")
        return cls(
            term=fold(str(raw["term"])),
            variants=tuple(fold(str(one)) for one in raw["variants"]),
            groups=tuple(raw["groups"]),
            types=tuple(raw["types"]),
            strength=raw["strength"],
            reclaimed_by=tuple(raw["reclaimed_by"]),
            homonym_contexts=frozenset(fold(str(one)) for one in raw["homonym_contexts"]),
            cancels=tuple(raw["cancels"]),
            source=str(raw["source"]),
            licence=str(raw["licence"]),
            added=raw["added"],
            reviewed_by=raw["reviewed_by"],
            reviewed_on=raw["reviewed_on"],
            valid_from=raw["valid_from"],
            valid_to=raw["valid_to"],
        )

    def forms(self) -> Iterable[tuple[str, ...]]:
        """Every way to write it, as words; a plural in -s goes without saying."""
        for form in (self.term, *self.variants):
            words = tuple(form.replace("-", " ").replace("'", " ").split())
            yield words
            if len(words) == 1 and len(form) > 3 and form[-1].isalpha() and form[-1] not in "sxz":
                yield (form + "s",)

    def is_due(self, on: date) -> bool:
        """Whether an allusion waits for a review."""
        seen = self.reviewed_on or self.added
        months = 12 * (on.year - seen.year) + on.month - seen.month
        return "sous_entendu" in self.types and months >= REVIEW_MONTHS

    def at(self, on: date) -> "Term | None":
        """The entry as it counts on a day: None outside its dates, one step weaker when it is due."""
        if (self.valid_from and on < self.valid_from) or (self.valid_to and on > self.valid_to):
            return None
        return replace(self, strength=max(1, self.strength - 1)) if self.is_due(on) else self


@dataclass(frozen=True, slots=True, eq=False)  # equal to itself alone, so that what is made of it may be kept
class Lexicon:
    """`version`, the terms, the neutral names of each group, the words that lead to a name and that follow one."""

    version: str
    terms: tuple[Term, ...]
    names: Mapping[str, tuple[str, ...]]
    heads: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()

    def at(self, on: date) -> "Lexicon":
        kept = tuple(found for term in self.terms if (found := term.at(on)) is not None)
        return replace(self, terms=kept)

    def due(self, on: date) -> list[Term]:
        return [term for term in self.terms if term.is_due(on)]


@cache
def load_lexicon(folder: Path = DATA, own: Path | None = None) -> Lexicon:
    """The shipped lexicon, with an association's own file on top: its entries win over ours.

    Raises `triage_lexicon_malformed` naming the file and the entry.
    """
    shipped = _terms(folder / "terms.yaml")
    added = _terms(own) if own is not None and own.exists() else ("", ())
    ours = {term.term: term for term in shipped[1]}
    ours.update({term.term: term for term in added[1]})
    raw = _read(folder / "groups.yaml")
    names = {group: tuple(fold(str(name)) for name in raw["groups"][group]) for group in GROUPS}
    heads, tails = (tuple(fold(str(one)) for one in raw[key]) for key in ("heads", "tails"))
    version = "+".join(filter(None, (shipped[0], added[0])))
    return Lexicon(version, tuple(ours.values()), names, heads, tails)


def _terms(path: Path) -> tuple[str, Sequence[Term]]:
    raw = _read(path)
    found = []
    for entry in raw.get("entries", ()):
        try:
            found.append(Term.of({**raw["defaults"], **entry}))
        except (KeyError, TypeError, ValueError) as error:
            place = entry.get("term") if isinstance(entry, dict) else entry
            raise _fault(path, f"{place} : {error!r}") from error
    return str(raw.get("version", "")), found


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _fault(path, type(error).__name__) from error
    if not isinstance(raw, dict):
        raise _fault(path, "no entries")
    return raw


def _fault(path: Path, reason: str) -> SaisineError:
    return SaisineError("triage_lexicon_malformed", place=path.name, reason=reason)
