"""What is due after a notice: last days that the law gives, and reminders that are only our practice.

The delays are data (`terms.yaml`), each with its article, its nature and its `verified` flag. Days are Paris
calendar days; months are counted as limitation periods are (law/dates.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from saisine.errors import SaisineError
from saisine.law.bind import Binder
from saisine.law.statements import flag
from saisine.law.terms import NATURES, Nature, Term
from saisine.law.yaml_file import compose
from saisine.notices.states import Decision, Kind, NoticeEvent, live_events, notice_state

TERMS_FILE = Path(__file__).parent / "terms.yaml"


@dataclass(frozen=True, slots=True)
class NoticeTerm(Term):
    """One row of terms.yaml; with `only_decisions`, it runs after these decisions alone."""

    after: Kind
    until: tuple[Kind, ...]
    only_decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """One day to watch. `term_id` is stable for a notice; `days_left` is 0 on the day, negative after."""

    term_id: str
    notice_id: str
    on: date
    days_left: int
    label_fr: str
    label_en: str
    nature: Nature
    rule_fr: str
    rule_en: str
    article: str
    verified: bool

    @property
    def is_late(self) -> bool:
        return self.days_left < 0

    def label(self, language: str = "fr") -> str:
        return self.label_en if language == "en" else self.label_fr

    def nature_words(self, language: str = "fr") -> str:
        """« Délai fixé par un texte. Règlement … art. 20. Vérifié. »"""
        words = NATURES[self.nature][1 if language == "en" else 0]
        return f"{words}. {self.article}. {flag(self.verified, language)}."


@dataclass(frozen=True, slots=True)
class _TermsFile:
    terms: tuple[NoticeTerm, ...]


@cache
def load_terms(path: Path = TERMS_FILE) -> tuple[NoticeTerm, ...]:
    """Every term, in file order. Raises SaisineError("platform_file_invalid") naming file and line."""
    try:
        return Binder(path.name).bind(compose(path), _TermsFile).terms
    except SaisineError as error:
        raise SaisineError("platform_file_invalid", **error.facts) from error


def due_dates(notice_id: str, events: Iterable[NoticeEvent], today: date) -> tuple[Due, ...]:
    """What is due for this notice, the earliest first; past days stay until an event makes them void.

    Raises SaisineError("notice_event_refused") on an illegal history.
    """
    live = live_events(events)
    decision = notice_state(live).decision
    found = []
    for term in load_terms():
        start = _start(term, live, decision)
        if start is not None:
            found.append(_due(term, notice_id, term.on(start), today))
    return tuple(sorted(found, key=lambda due: (due.on, due.term_id)))


def _start(term: NoticeTerm, live: Sequence[NoticeEvent], decision: Decision) -> date | None:
    kinds = {event.kind for event in live}
    if kinds & set(term.until) or (term.only_decisions and decision not in term.only_decisions):
        return None
    return next((event.day for event in live if event.kind == term.after), None)


def _due(term: NoticeTerm, notice_id: str, on: date, today: date) -> Due:
    return Due(
        term_id=f"{notice_id}:{term.id}",
        notice_id=notice_id,
        on=on,
        days_left=(on - today).days,
        label_fr=term.label_fr,
        label_en=term.label_en,
        nature=term.nature,
        rule_fr=term.rule_fr,
        rule_en=term.rule_en,
        article=term.article,
        verified=term.verified,
    )
