"""An association that is itself targeted: insult and defamation reach it, other offences need a person."""

from datetime import date

import pytest

from saisine.law.assess import assess
from saisine.law.inputs import Association, CaseInputs, Event
from saisine.law.load import Law
from saisine.law.qualify import status_of

INSULT = frozenset({"is_public", "outrageous_expression", "online"})


@pytest.mark.parametrize(
    ("person", "entity", "status"),
    [
        (True, False, "met"),
        (False, True, "met"),
        (None, True, "met"),
        (False, False, "excluded"),
        (False, None, "possible"),
        (None, False, "possible"),
        (None, None, "possible"),
    ],
)
def test_an_entity_stands_for_a_person(
    person: bool | None, entity: bool | None, status: str, law: Law
) -> None:
    inputs = CaseInputs(true=INSULT, false=frozenset({"imputes_precise_fact", "prior_provocation"}))
    inputs = inputs.with_facts({"target_person": person, "target_legal_person": entity})
    assert status_of(law, law.offences["injure_publique"], inputs) == status


def test_the_question_left_open_is_the_one_that_counts(law: Law) -> None:
    inputs = CaseInputs(true=INSULT, closed=True, unknown=frozenset({"target_legal_person"}))
    (found,) = (i for i in assess(law, inputs, date(2026, 11, 20)).main if i.id == "injure_publique")
    assert found.qualification.missing == ("target_legal_person",)


def test_the_element_is_marked_unverified_when_the_entity_carries_it(law: Law) -> None:
    inputs = CaseInputs(true=INSULT | {"target_legal_person"}, closed=True)
    found = assess(law, inputs, date(2026, 11, 20)).met[0]
    flags = {element.fact: element.verified for element in found.qualification.elements}
    assert (flags["target_legal_person"], flags["is_public"]) == (False, True)
    assert "target_person" not in flags


def test_the_association_acts_in_its_own_name_and_harassment_is_not_met(law: Law) -> None:
    facts = INSULT | {"target_legal_person", "repeated_same_author", "health_degradation"}
    events = (Event("publication", date(2026, 11, 2)),)
    inputs = CaseInputs(true=facts, closed=True, events=events, association=Association())
    found = assess(law, inputs, date(2026, 11, 20))
    assert [item.id for item in found.met] == ["injure_publique"]
    assert (found.who_may_act.association, found.who_may_act.victim) == ("yes", "yes")
    assert found.met[0].standing[0].role == "own_name"
