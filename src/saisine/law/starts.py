"""Where a limitation clock starts: first publication, act, last act, or majority of the victim.

A day that is not exact gives the earliest start and the latest one. Rules: fr/limitation.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from saisine.law.dates import add_months, day_fr
from saisine.law.inputs import Event
from saisine.law.model import Offence
from saisine.law.model_limitation import LimitationFile, StartRule


@dataclass(frozen=True, slots=True)
class Start:
    """One starting point: `day` the earliest possible, `latest` the last possible (equal when exact)."""

    day: date
    latest: date
    name: str
    act: str = ""
    steps: tuple[str, ...] = ()
    is_exact: bool = True
    facts: tuple[date, date] | None = None


def find_starts(rules: LimitationFile, offence: Offence, events: Sequence[Event]) -> list[Start]:
    """The starting points that these events give to this offence, earliest first."""
    rule = rules.start(offence.limitation.start)
    found = [event for event in events if event.kind in rule.kinds]
    found = found or [event for event in events if event.kind in rule.instead]
    dated = sorted(
        (event for event in found if event.day), key=lambda event: (event.day or date.max, event.act)
    )
    if not dated:
        return []
    if rule.majority_months:
        return [replace(_majority(rule, dated[0]), facts=fact_days(rules, events))]
    if rule.each:
        return [_start(rule, event) for event in dated]
    return [replace(_start(rule, dated[-1]), facts=fact_days(rules, dated))]


def fact_days(rules: LimitationFile, events: Sequence[Event]) -> tuple[date, date] | None:
    days = sorted(event.day for event in events if event.day and rules.role(event.kind) == "fact")
    return (days[0], days[-1]) if days else None


def _start(rule: StartRule, event: Event) -> Start:
    day = event.day or date.min
    name: str = rule.id
    if rule.id == "first_publication" and event.kind == "new_publication_by_author":
        name = "new_publication"
    words = {
        "first_publication": "Publié le {}.",
        "new_publication": "Nouvelle publication par l’auteur le {}.",
        "commission": "Faits du {}.",
        "last_act": "Dernier acte connu : le {}.",
    }
    step = words[name].format(day_fr(day))
    return Start(day, event.latest or day, name, event.act, (step,), event.is_exact, (day, day))


def _majority(rule: StartRule, birth: Event) -> Start:
    born = birth.day or date.min
    day = add_months(born, rule.majority_months)
    latest = add_months(birth.latest or born, rule.majority_months)
    step = f"Naissance le {day_fr(born)} ; majorité le {day_fr(day)}."
    return Start(day, latest, rule.id, birth.act, (step,), birth.is_exact)
