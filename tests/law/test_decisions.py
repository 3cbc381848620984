"""Real decisions: what a court kept is met or possible on the facts that the decision reports, what it refused is not.

Facts are written by hand in `decisions.yaml` from the decision's own summary (`law/fr/cases.yaml`).
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from saisine.law.assess import Assessment, assess
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law

FILE = yaml.load(Path(__file__).with_name("decisions.yaml").read_text("utf-8"), yaml.CSafeLoader)
STATEMENTS = [
    pytest.param(statement, id=f"{decision['id']}-{number}")
    for decision in FILE["decisions"]
    for number, statement in enumerate(decision["statements"], 1)
]
OURS = ("retained", "refused", "is_in_time")


def answered(statement: dict[str, Any], law: Law) -> Assessment:
    """Each fact that the decision does not report is false, unless it is named as unknown."""
    told = {key: value for key, value in statement.items() if key not in OURS}
    known = {*told.get("facts_true", ()), *told.get("facts_unknown", ())}
    told["facts_false"] = sorted({*told.get("facts_false", ()), *law.facts} - known - {"ground"})
    told |= {"platform": "other", "grounds": told.get("grounds", [])}
    return assess(law, CaseInputs.from_mapping(told, law), date.fromisoformat(told["reference_date"]))


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_a_court_kept_is_met_or_possible(statement: dict[str, Any], law: Law) -> None:
    found = answered(statement, law)
    status = {item.id: item.status for item in found.qualifications}
    assert {id: status[id] for id in statement["retained"] if status[id] == "excluded"} == {}
    assert all(status[id] == "excluded" for id in statement.get("refused", ()))
    # not by saying yes to everything: the facts leave most offences out
    assert sum(one != "excluded" for one in status.values()) <= len(status) // 4
    if statement.get("is_in_time"):
        clocks = {item.id: item.clock for item in found.qualifications}
        for id in statement["retained"]:
            clock = clocks[id]
            assert clock is not None
            assert clock.status == "open"


def test_every_decision_of_the_law_is_tried(law: Law) -> None:
    tried = {decision["id"]: decision["statements"] for decision in FILE["decisions"]}
    assert {*tried, *FILE["without_offence"]} == {case.id for case in law.cases}
    for case in law.cases:
        kept = {id for statement in tried.get(case.id, ()) for id in statement["retained"]}
        assert kept == {ref for ref in case.qualifications if ref in law.offences}
