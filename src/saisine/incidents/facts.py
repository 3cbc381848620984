"""Answers given one by one, turned into the three-valued facts that the law engine reads.

An answer is appended, never changed: the latest for a fact wins. « Je ne sais pas » and « Plus tard » both
leave the fact unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from saisine.errors import SaisineError
from saisine.law.ask import SORT
from saisine.law.inputs import Association, CaseInputs, Event
from saisine.law.load import Law

Value = Literal["true", "false", "unknown", "later", "void"]
VOID: Final = "void"  # an answer taken back: as if it had never been given, but its history stays
GROUND: Final = "ground:"
SCREENS: Final = frozenset({SORT})  # screens that are answered without being facts themselves


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `fact` is an id of facts.yaml, or `ground:<id>` for a protected ground."""

    fact: str
    value: Value
    at: datetime


def require_fact(law: Law, fact: str) -> None:
    """Raises `incident_fact_unknown` for anything outside the vocabulary."""
    known = fact.removeprefix(GROUND) in law.grounds if fact.startswith(GROUND) else fact in law.facts
    if not known and fact not in SCREENS:
        raise SaisineError("incident_fact_unknown", fact=fact)


def latest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """The answer that holds for each fact, in the order in which facts were first asked."""
    held: dict[str, Answer] = {}
    for answer in answers:
        held[answer.fact] = answer
    return held


def asked(answers: Iterable[Answer]) -> frozenset[str]:
    """What is not to be asked again: screens already shown, facts answered « je ne sais pas » or put off."""
    held = [one for one in latest(answers).values() if one.value != VOID]
    return frozenset(one.fact for one in held if one.value in ("unknown", "later") or one.fact in SCREENS)


def build_inputs(
    answers: Iterable[Answer],
    events: Iterable[Event],
    *,
    platform: str,
    association: Association | None,
    reference_date: date,
) -> CaseInputs:
    """The case as the law engine reads it; the world is open: what nobody said stays unknown."""
    held = latest(answers)
    facts = {f: one.value for f, one in held.items() if not f.startswith(GROUND) and f not in SCREENS}
    grounds = {fact.removeprefix(GROUND): one.value for fact, one in held.items() if fact.startswith(GROUND)}
    return CaseInputs(
        true=_with(facts, "true") - {"ground"},
        false=_with(facts, "false") - {"ground"},
        closed=False,
        grounds=_with(grounds, "true"),
        grounds_unknown=frozenset(g for g, value in grounds.items() if value in ("unknown", "later")),
        grounds_closed=facts.get("ground") in ("true", "false"),
        platform=platform,
        events=tuple(events),
        reference_date=reference_date,
        association=association,
    )


def _with(values: dict[str, Value], wanted: str) -> frozenset[str]:
    return frozenset(name for name, value in values.items() if value == wanted)
