"""Three truth values, speciality rules, dates of the wording, and penalties."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.law.assess import assess
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law, load_law
from saisine.law.penalty import penalty, raised_months
from saisine.law.qualify import Truth, all_true, any_true, negated, qualify, qualify_one

FACTS = sorted(fact.id for fact in load_law().facts.values() if fact.type == "bool")
GROUNDS = sorted(load_law().grounds)
TRUTHS: tuple[Truth, ...] = (False, None, True)
RANK = {False: 0, None: 1, True: 2}


@pytest.mark.parametrize("values", list(product(TRUTHS, repeat=3)))
def test_and_is_the_least_value_and_or_the_greatest(values: tuple[Truth, ...]) -> None:
    ordered = sorted(values, key=RANK.__getitem__)
    assert all_true(values) is ordered[0]
    assert any_true(values) is ordered[-1]
    assert negated(all_true(values)) is any_true(negated(value) for value in values)


def case_of(answers: dict[str, Truth], grounds: set[str], unknown: set[str]) -> CaseInputs:
    empty = CaseInputs(grounds=frozenset(grounds - unknown), grounds_unknown=frozenset(unknown))
    return empty.with_facts(answers)


CASES = st.builds(
    case_of,
    st.dictionaries(st.sampled_from(FACTS), st.sampled_from(TRUTHS), max_size=60),
    st.sets(st.sampled_from(GROUNDS), max_size=3),
    st.sets(st.sampled_from(GROUNDS), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(CASES, st.sampled_from(FACTS), st.booleans())
def test_learning_a_fact_never_moves_a_settled_offence(case: CaseInputs, fact: str, value: bool) -> None:
    law = load_law()
    if case.value(fact) is not None:
        return
    told = case.with_fact(fact, value)
    for offence in law.offences.values():
        before = qualify_one(law, offence, case).status
        if before != "possible":
            assert qualify_one(law, offence, told).status == before


@settings(max_examples=150, deadline=None)
@given(CASES, st.sampled_from(FACTS), st.booleans())
def test_after_speciality_a_met_offence_falls_only_to_a_named_rule(
    case: CaseInputs, fact: str, value: bool
) -> None:
    law = load_law()
    if case.value(fact) is not None:
        return
    before = {result.id: result for result in qualify(law, case)}
    for result in qualify(law, case.with_fact(fact, value)):
        if before[result.id].status == "met" and result.status != "met":
            assert (result.status, bool(result.rule)) == ("excluded", True)


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_what_is_missing_is_unknown_and_an_answer_to_it_counts(case: CaseInputs) -> None:
    for result in qualify(load_law(), case):
        assert bool(result.missing) is (result.status == "possible")
        for fact in result.missing:
            assert fact == "ground" or case.value(fact) is None


def closed(*facts: str, grounds: tuple[str, ...] = ()) -> CaseInputs:
    return CaseInputs(true=frozenset(facts), closed=True, grounds=frozenset(grounds))


def statuses(law: Law, case: CaseInputs, *days: date) -> dict[str, str]:
    return {result.id: result.status for result in qualify(law, case, days)}


INSULT = ("is_public", "target_person", "outrageous_expression")


def test_the_special_form_drops_the_simple_one_which_comes_back_when_it_fails(law: Law) -> None:
    special = statuses(law, closed(*INSULT, grounds=("religion",)))
    assert (special["injure_publique_race"], special["injure_publique"]) == ("met", "excluded")
    assert statuses(law, closed(*INSULT))["injure_publique"] == "met"


def test_a_ground_counts_only_for_the_articles_that_list_it(law: Law) -> None:
    found = statuses(law, closed(*INSULT, grounds=("apparence_physique",)))
    assert (found["injure_publique"], found["injure_publique_race"]) == ("met", "excluded")


def test_an_offence_that_did_not_exist_is_excluded_for_that_reason(law: Law) -> None:
    facts = ("target_person", "private_data_locating", "aim_expose_to_risk")
    offence = law.offences["doxxing"]
    assert offence.valid_from
    assert offence.validity
    assert offence.validity.before == "did_not_exist"
    before = date.fromordinal(offence.valid_from.toordinal() - 1)
    found = {result.id: result for result in qualify(law, closed(*facts), [before])}["doxxing"]
    assert (found.status, "n’existait pas" in found.why_fr) == ("excluded", True)
    assert statuses(law, closed(*facts), offence.valid_from)["doxxing"] == "met"


def test_an_earlier_wording_keeps_the_offence_with_a_warning(law: Law) -> None:
    dated = [o for o in law.offences.values() if o.validity and o.validity.before == "earlier_version"]
    for offence in dated:
        case = closed(
            *offence.elements.all_of, *(leaf for group in offence.elements.any_of for leaf in group)
        )
        found = {r.id: r for r in qualify(law, case, [date(1990, 1, 1)])}[offence.id]
        if found.before_rules == "met":
            assert any("à vérifier" in warning for warning in found.warnings), offence.id


def test_a_wording_holds_until_its_last_day_included(law: Law) -> None:
    last = date(2026, 6, 30)
    offence = replace(law.offences["injure_publique"], valid_to=last)
    ended = replace(law, offences=law.offences | {"injure_publique": offence})
    for day, warned in ((last, False), (date(2026, 7, 1), True)):
        found = {r.id: r for r in qualify(ended, closed(*INSULT), [day])}["injure_publique"]
        assert any("ne s’applique plus" in warning for warning in found.warnings) is warned


def test_the_deciding_element_is_named_when_excluded(law: Law) -> None:
    found = {r.id: r for r in qualify(law, closed("target_person", "outrageous_expression"))}
    assert "propos public" in found["injure_publique"].why_fr


@pytest.mark.parametrize(
    ("months", "raised"), [(6, 12), (36, 72), (60, 84), (84, 120), (120, 180), (48, None)]
)
def test_a_motive_raises_the_maximum_by_the_scale_of_the_code(
    months: int, raised: int | None, law: Law
) -> None:
    assert raised_months(law.modifiers["aggr_132_76"], months) == raised


def test_a_contravention_is_never_raised_by_a_motive(law: Law) -> None:
    case = closed("target_person", "outrageous_expression", grounds=("religion",))
    assert penalty(law, law.offences["injure_non_publique_discriminatoire"], case).modifier == ""


def test_a_motive_on_an_unknown_ground_is_only_possible(law: Law) -> None:
    facts = ("threat_offence", "threat_death", "threat_written_or_repeated")
    case = CaseInputs(true=frozenset(facts), closed=True, grounds_closed=False)
    found = penalty(law, law.offences["menace_mort"], case)
    assert (found.modifier_state, found.prison_months, found.prison_months_with_modifier) == (
        "possible",
        36,
        72,
    )
    assert "maximale encourue" in found.text_fr


def test_two_press_qualifications_on_one_statement_ask_for_a_choice(law: Law) -> None:
    facts = ("is_public", "target_group", "calls_to_hatred", "calls_to_specific_crime")
    found = assess(law, closed(*facts, grounds=("ethnie",)), date(2026, 11, 20))
    assert set(found.press_choice) == {"provocation_crime_delit", "provocation_haine_race"}


def test_the_simple_form_and_its_shorter_clock_are_shown_beside_the_special_one(law: Law) -> None:
    found = assess(law, closed(*INSULT, grounds=("religion",)), date(2026, 11, 20))
    fallback = found.met[0].fallbacks[0]
    assert (fallback.offence, fallback.clock.period_months) == ("injure_publique", 3)


def test_a_whole_way_makes_the_other_ones_needless_in_a_letter(law: Law) -> None:
    facts = {
        "is_public": True,
        "outrageous_expression": True,
        "target_person": True,
        "critique_of_idea": False,
    }
    inputs = CaseInputs().with_facts(facts | {"imputes_precise_fact": False}).with_grounds(("origine",))
    result = qualify_one(law, law.offences["injure_publique_race"], inputs)
    assert result.status == "met"
    assert "target_group" in {element.fact for element in result.elements}
    assert [one.fact for one in result.pleaded] == [
        "is_public",
        "outrageous_expression",
        "target_person",
        "ground",
    ]
    assert all(one.value for one in result.pleaded)
    open_one = qualify_one(law, result.offence, inputs.with_fact("target_person", None))
    assert {one.fact for one in open_one.pleaded if one.value is None} == {"target_person", "target_group"}
