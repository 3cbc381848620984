"""After the complaint: steps before an authority, what follows, and the days to watch.

Kinds, events and terms are data (`procedures.yaml`), each term with its article and its `verified` flag. Days are
Paris calendar days, months are counted as limitation periods are. Nothing here changes a limitation clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from saisine.law.bind import Binder
from saisine.law.terms import Term
from saisine.law.yaml_file import compose

PROCEDURES_FILE: Final = Path(__file__).parent / "procedures.yaml"


@dataclass(frozen=True, slots=True)
class Word:
    """A kind of procedure, or a kind of event, in both languages."""

    id: str
    label_fr: str
    label_en: str

    def label(self, language: str = "fr") -> str:
        return self.label_en if language == "en" else self.label_fr


@dataclass(frozen=True, slots=True)
class ProcedureTerm(Term):
    """A day to watch after an event of these kinds of procedure; no `kinds` means all of them."""

    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedures:
    kinds: tuple[Word, ...]
    events: tuple[Word, ...]
    terms: tuple[ProcedureTerm, ...]

    def kind(self, id: str) -> Word | None:
        return next((one for one in self.kinds if one.id == id), None)

    def event(self, id: str) -> Word | None:
        return next((one for one in self.events if one.id == id), None)


@dataclass(frozen=True, slots=True)
class ProcedureDue:
    """One day to watch of one procedure; `days_left` is 0 on the day, negative after."""

    term: ProcedureTerm
    on: date
    days_left: int


@cache
def load_procedures(path: Path = PROCEDURES_FILE) -> Procedures:
    """The whole file. Raises SaisineError("law_file_invalid") naming file and line."""
    return Binder(path.name).bind(compose(path), Procedures)


def dues(kind: str, events: Iterable[tuple[str, date]], today: date) -> tuple[ProcedureDue, ...]:
    """What is due for a procedure, the earliest first. Each term starts at the last event of its kind.

    An event that makes a term void counts when it came on the day of that start, or after.
    """
    seen = list(events)
    found = []
    for term in load_procedures().terms:
        starts = [day for name, day in seen if name == term.after]
        if not starts or (term.kinds and kind not in term.kinds):
            continue
        start = max(starts)
        if any(name in term.until and day >= start for name, day in seen):
            continue
        found.append(ProcedureDue(term, term.on(start), (term.on(start) - today).days))
    return tuple(sorted(found, key=lambda due: (due.on, due.term.id)))
