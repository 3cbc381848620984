"""Who may act: three roles of the association, the five years to the day, consent, prescription."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from saisine.law.assess import Assessment, assess
from saisine.law.inputs import Association, CaseInputs, Event
from saisine.law.load import Law

FACTS_ON = date(2026, 11, 2)
TODAY = date(2026, 11, 20)
INSULT = frozenset({"is_public", "target_person", "outrageous_expression", "online"})
RACISM = Association(declared_on=date(2010, 1, 1), object_tags=frozenset({"racisme"}), victim_consent=True)


def case(
    association: Association | None, facts: frozenset[str] = INSULT, ground: str = "religion"
) -> CaseInputs:
    return CaseInputs(
        true=facts,
        closed=True,
        grounds=frozenset({ground} if ground else ()),
        events=(Event("publication", FACTS_ON),),
        association=association,
    )


def answer(law: Law, inputs: CaseInputs, today: date = TODAY) -> str:
    return assess(law, inputs, today).who_may_act.association


@pytest.mark.parametrize(
    ("declared", "expected"),
    [(date(2021, 11, 1), "yes"), (date(2021, 11, 2), "yes"), (date(2021, 11, 3), "no")],
)
def test_five_years_are_counted_to_the_day_of_the_facts(declared: date, expected: str, law: Law) -> None:
    assert answer(law, case(replace(RACISM, declared_on=declared))) == expected


def test_seniority_reached_after_the_facts_does_not_count(law: Law) -> None:
    young = replace(RACISM, declared_on=date(2021, 11, 3))
    assert answer(law, case(young), TODAY + timedelta(days=200)) == "no"


def test_facts_that_span_the_anniversary_leave_a_condition(law: Law) -> None:
    facts = frozenset({"target_person", "repeated_same_author", "aim_disturb_tranquillity"})
    inputs = replace(
        case(replace(RACISM, declared_on=date(2021, 11, 2)), facts),
        events=(Event("act", date(2026, 11, 1)), Event("act", date(2026, 11, 3))),
    )
    assert answer(law, inputs) == "conditional"


@pytest.mark.parametrize(("consent", "expected"), [(True, "yes"), (None, "conditional"), (False, "no")])
def test_the_consent_of_a_named_person_is_needed(consent: bool | None, expected: str, law: Law) -> None:
    assert answer(law, case(replace(RACISM, victim_consent=consent))) == expected


def test_no_consent_is_needed_for_a_group(law: Law) -> None:
    group = INSULT - {"target_person"} | {"target_group"}
    found = assess(law, case(replace(RACISM, victim_consent=None), group), TODAY).who_may_act
    assert (found.association, found.victim) == ("yes", "no_individual_not_named")


@pytest.mark.parametrize("tags", [frozenset(), frozenset({"enfance"})])
def test_the_object_of_the_association_must_match(tags: frozenset[str], law: Law) -> None:
    assert answer(law, case(replace(RACISM, object_tags=tags))) == "no"


def test_a_targeted_association_acts_in_its_own_name_without_seniority(law: Law) -> None:
    new = Association(declared_on=date(2026, 1, 1))
    inputs = case(new, INSULT | {"target_legal_person"}, ground="")
    found = assess(law, inputs, TODAY).met[0].standing[0]
    assert (found.role, found.answer) == ("own_name", "yes")


def test_nothing_is_left_once_the_clock_is_over(law: Law) -> None:
    found = assess(law, case(RACISM), date(2027, 11, 3)).who_may_act
    assert (found.association, found.victim) == ("no", "no_time_barred")
    assert found.prosecutor_ex_officio == "no_time_barred"
    assert answer(law, case(RACISM), date(2027, 11, 2)) == "yes"


def test_a_non_public_insult_gives_no_association_a_way_in(law: Law) -> None:
    assert answer(law, case(RACISM, INSULT - {"is_public"})) == "no"


def test_a_clause_that_is_only_probable_stays_a_condition_and_unverified(law: Law) -> None:
    facts = frozenset({"target_person", "repeated_same_author", "health_degradation"})
    found = assess(law, case(RACISM, facts), TODAY).met[0].standing[0]
    assert (found.answer, found.verified) == ("conditional", False)


def test_plain_insult_needs_the_complaint_of_the_person(law: Law) -> None:
    assert (
        assess(law, case(None, ground=""), TODAY).who_may_act.prosecutor_ex_officio == "no_complaint_required"
    )


def test_the_mandate_is_a_third_role_that_needs_writing(law: Law) -> None:
    with_mandate = assess(law, case(replace(RACISM, mandate=True)), TODAY).who_may_act.mandate_fr
    without = assess(law, case(RACISM), TODAY).who_may_act.mandate_fr
    assert "oui" in with_mandate
    assert "il faut un mandat écrit" in without


def test_who_received_a_decision_may_contest_it_though_nothing_is_illegal(law: Law) -> None:
    inputs = CaseInputs(
        closed=True,
        events=(Event("platform_decision", date(2026, 5, 21)),),
        association=replace(RACISM, recipient_of_decision=True),
    )
    found: Assessment = assess(law, inputs, TODAY)
    assert (found.lawful_or_no_offence, found.who_may_act.association) == (True, "yes")
    assert found.other_deadlines[0].days_left == 1


@pytest.mark.parametrize(
    ("declared", "expected"), [(date(2021, 11, 3), "conditional"), (date(2021, 11, 4), "no")]
)
def test_five_years_reached_on_the_last_act_leave_a_condition(
    declared: date, expected: str, law: Law
) -> None:
    facts = frozenset({"target_person", "repeated_same_author", "aim_disturb_tranquillity"})
    inputs = replace(
        case(replace(RACISM, declared_on=declared), facts),
        events=(Event("act", date(2026, 11, 1)), Event("act", date(2026, 11, 3))),
    )
    assert answer(law, inputs) == expected


def test_a_targeted_association_waits_for_the_element_that_is_missing(law: Law) -> None:
    inputs = case(Association(), INSULT | {"target_legal_person"}, ground="").with_fact("is_public", None)
    found = {item.id: item for item in assess(law, inputs, TODAY).main}["injure_publique"]
    assert (found.status, found.standing[0].role) == ("possible", "own_name")
    assert found.standing[0].answer == "conditional"


def test_a_refusal_closes_the_way_only_once_a_person_is_known_to_be_targeted(law: Law) -> None:
    facts = INSULT - {"target_person"} | {"target_group"}
    inputs = case(replace(RACISM, victim_consent=False), facts).with_fact("target_person", None)
    assert answer(law, inputs) == "conditional"
    assert answer(law, inputs.with_fact("target_person", True)) == "no"
