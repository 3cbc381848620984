"""A case without names or texts: facts, days and tags of a situation, and what the law answers today.

What is written comes from closed vocabularies and dates alone; the story and the title are left to the person.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from saisine.law.assess import Assessment, assess
from saisine.law.inputs import Association, CaseInputs, Event
from saisine.law.load import Law

TITLE = "À écrire : un titre neutre"
FACTS = "À écrire : les faits en trois phrases, sans nom ni citation."


def new_case(law: Law, inputs: CaseInputs, today: date) -> dict[str, Any]:
    """The case as a mapping: `run_case` passes on it as it stands."""
    found = assess(law, inputs, today)
    return {
        "title_fr": TITLE,
        "facts_fr": FACTS,
        "inputs": case_inputs(law, inputs, today),
        "expected": _expected(found),
        "author_role": "à indiquer",
        "confidence": "low",
    }


def as_yaml(case: dict[str, Any]) -> str:
    head = (
        "# Cas tiré d’un incident, sans nom ni texte. « expected » est la réponse d’aujourd’hui, à relire.\n"
    )
    return head + yaml.safe_dump(case, allow_unicode=True, sort_keys=False, width=110)


def case_inputs(law: Law, inputs: CaseInputs, today: date) -> dict[str, Any]:
    """The inputs in the shape that `CaseInputs.from_mapping` reads back to the same case."""
    unknown = sorted(inputs.unknown - {"ground"}) + ([] if inputs.grounds_closed else ["ground"])
    tree: dict[str, Any] = {
        "platform": inputs.platform if inputs.platform in _platforms(law) else "other",
        "facts_true": sorted(inputs.true),
    }
    if not inputs.closed:
        tree |= {"world": "open", "facts_false": sorted(inputs.false)}
    if unknown:
        tree["facts_unknown"] = unknown
    if inputs.grounds or inputs.grounds_closed:
        tree["grounds"] = sorted(inputs.grounds)
    if inputs.grounds_unknown:
        tree["grounds_unknown"] = sorted(inputs.grounds_unknown)
    tree["reference_date"] = today.isoformat()
    if inputs.association:
        tree["association"] = _association(law, inputs.association)
    tree["events"] = list(_events(inputs.events))
    return tree


def _platforms(law: Law) -> set[str]:
    return {name for names in law.routes.platforms.values() for name in names}


def _association(law: Law, held: Association) -> dict[str, Any]:
    known = {clause.object_tag for offence in law.offences.values() for clause in offence.associations}
    tree: dict[str, Any] = {
        "declared_on": held.declared_on.isoformat() if held.declared_on else None,
        "object_tags": sorted(held.object_tags & known),
        "victim_consent": held.victim_consent,
        "recipient_of_decision": held.recipient_of_decision or None,
        "mandate": held.mandate,
    }
    return {key: value for key, value in tree.items() if value is not None}


def _events(events: tuple[Event, ...]) -> Iterator[dict[str, Any]]:
    """Acts are numbered: their own words may quote somebody."""
    numbers: dict[str, str] = {}
    for event in events:
        tree: dict[str, Any] = {"kind": event.kind, "date": event.day.isoformat() if event.day else None}
        if event.precision != "day":
            tree["precision"] = event.precision
        if event.latest:
            tree["latest"] = event.latest.isoformat()
        if event.offences:
            tree["offence"] = list(event.offences)
        if event.act:
            tree["act"] = numbers.setdefault(event.act, f"acte {len(numbers) + 1}")
        if event.articulates is not None:
            tree["articulates"] = event.articulates
        yield tree


def _expected(found: Assessment) -> dict[str, Any]:
    answer = found.as_json()
    rows = [item for item in found.main if item.clock and item.clock.last_useful_day]
    return {
        "lawful_or_no_offence": found.lawful_or_no_offence,
        "primary": [item.id for item in found.met],
        "possible": [item.id for item in found.main if item.status == "possible"],
        "limitation": [
            {
                "offence": item.id,
                "last_useful_day": item.clock.last_useful_day.isoformat(),
                "status": item.clock.status,
            }
            for item in rows
            if item.clock and item.clock.last_useful_day
        ],
        "who_may_act": {key: answer["who_may_act"][key] for key in ("victim", "association")},  # type: ignore[index]
    }
