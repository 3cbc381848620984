"""`law new-case`: the same answer without a name or a text, read back by the runner of cases."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.law.assess import assess
from saisine.law.casefile import load_case, run_case
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law, load_law
from saisine.law.newcase import as_yaml, case_inputs, new_case
from tests.law.conftest import CASES

SCENARIOS = sorted((CASES / "scenarios").glob("*.yaml"))
NAME = "Prénom Inventé"


@pytest.mark.parametrize("path", SCENARIOS[::3], ids=lambda path: path.name[:3])
def test_the_case_written_passes_as_it_stands(path: Path, law: Law, tmp_path: Path) -> None:
    case = load_case(law, path)
    written = tmp_path / "case.yaml"
    written.write_text(as_yaml(new_case(law, case.inputs, case.today)), "utf-8")
    result = run_case(law, load_case(law, written))
    assert result.passed, result.difference


def test_no_free_text_of_the_incident_enters(law: Law) -> None:
    case = load_case(law, SCENARIOS[3])
    assert case.inputs.association
    events = tuple(replace(event, act=NAME, source=NAME) for event in case.inputs.events)
    party = replace(
        case.inputs.association, name=NAME, object_fr=NAME, object_tags=frozenset({NAME, "racisme"})
    )
    inputs = replace(case.inputs, events=events, association=party, platform=NAME)
    text = as_yaml(new_case(law, inputs, case.today))
    assert NAME not in text
    assert "racisme" in text
    assert "acte 1" in text


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_the_inputs_read_back_give_the_same_statuses(data: st.DataObject) -> None:
    law = load_law()
    path = data.draw(st.sampled_from(SCENARIOS))
    case = load_case(law, path)
    facts = st.sampled_from(sorted(set(law.facts) - {"ground"}))
    changed = data.draw(st.dictionaries(facts, st.sampled_from([True, False, None]), max_size=5))
    inputs = replace(case.inputs, closed=data.draw(st.booleans()), grounds_closed=data.draw(st.booleans()))
    inputs = inputs.with_facts(changed)
    back = CaseInputs.from_mapping(case_inputs(law, inputs, case.today), law)
    one, other = assess(law, inputs, case.today), assess(law, back, case.today)
    statuses = [(item.id, item.status) for item in one.qualifications]
    assert statuses == [(item.id, item.status) for item in other.qualifications]
    assert one.who_may_act.as_json() == other.who_may_act.as_json()
    assert json.dumps(new_case(law, inputs, case.today))
