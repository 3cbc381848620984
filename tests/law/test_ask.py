"""The interview: safety first, only what changes the answer, and the same end as a direct evaluation."""

import statistics
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.law.ask import GROUND, SORT, Question, answered, answers_of, ask
from saisine.law.assess import assess
from saisine.law.casefile import load_case
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law, load_law
from tests.law.conftest import CASES

SCENARIOS = sorted((CASES / "scenarios").glob("*.yaml"))
TODAY = date(2026, 11, 20)


def blank(truth: CaseInputs) -> CaseInputs:
    """The same case before any question: dates, platform and association, but no fact."""
    none: frozenset[str] = frozenset()
    return replace(
        truth, true=none, false=none, unknown=none, closed=False, grounds=none, grounds_closed=False
    )


def ticked(law: Law, inputs: CaseInputs, truth: CaseInputs, question: Question) -> list[str]:
    """What a person who knows the truth ticks."""
    if question.fact == GROUND:
        return sorted(truth.grounds)
    if question.fact != SORT:
        return [box.id for box in question.group if truth.value(box.id)]
    held = [f for f in law.facts.values() if truth.value(f.id) is not False and inputs.value(f.id) is None]
    return [box.id for box in question.group if any(fact.theme == box.id for fact in held)]


def interview(
    law: Law, truth: CaseInputs, today: date, *, one_by_one: bool = False
) -> tuple[CaseInputs, list[Question]]:
    inputs, asked, questions = blank(truth), frozenset[str](), list[Question]()
    while question := ask(law, inputs, asked=asked, today=today, sort=not one_by_one):
        assert len(questions) < 90, "the interview does not end"
        shown = replace(question, group=question.group[:1]) if one_by_one else question
        questions.append(shown)
        inputs = answered(law, inputs, shown, ticked(law, inputs, truth, shown))
        unsure = [box.id for box in shown.group if box.id in truth.unknown]
        inputs = inputs.with_facts(dict.fromkeys(unsure))
        asked |= {SORT} if shown.fact == SORT else frozenset(unsure)
    return inputs, questions


def statuses(law: Law, inputs: CaseInputs, today: date) -> dict[str, str]:
    return {item.id: item.status for item in assess(law, inputs, today).qualifications}


@pytest.mark.parametrize("one_by_one", [False, True], ids=["screens", "facts"])
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem[:3])
def test_the_interview_reaches_the_answer_of_the_scenario(path: Path, one_by_one: bool, law: Law) -> None:
    case = load_case(law, path)
    found, _ = interview(law, case.inputs, case.today, one_by_one=one_by_one)
    direct, asked = assess(law, case.inputs, case.today), assess(law, found, case.today)
    assert statuses(law, found, case.today) == statuses(law, case.inputs, case.today)
    assert asked.who_may_act.association == direct.who_may_act.association
    assert [route.route for route in asked.routes][:1] == [route.route for route in direct.routes][:1]


def test_the_scenarios_take_at_most_fourteen_screens_and_nine_in_the_middle(law: Law) -> None:
    cases = [load_case(law, path) for path in SCENARIOS]
    counts = [len(interview(law, case.inputs, case.today)[1]) for case in cases]
    assert max(counts) <= 14
    assert statistics.median(counts) <= 9


FACTS = sorted(fact.id for fact in load_law().facts.values() if fact.type == "bool")
GROUNDS = sorted(load_law().grounds)


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.sampled_from(FACTS), max_size=25),
    st.sets(st.sampled_from(GROUNDS), max_size=2),
    st.booleans(),
)
def test_with_complete_facts_the_interview_ends_like_a_direct_evaluation(
    true: set[str], grounds: set[str], one_by_one: bool
) -> None:
    law = load_law()
    truth = CaseInputs(true=frozenset(true), closed=True, grounds=frozenset(grounds))
    found, _ = interview(law, truth, TODAY, one_by_one=one_by_one)
    assert statuses(law, found, TODAY) == statuses(law, truth, TODAY)


def open_case(*true: str, false: tuple[str, ...] = ()) -> CaseInputs:
    return CaseInputs(true=frozenset(true), false=frozenset(false), grounds_closed=False)


DANGER = ("suicide_risk", "credible_imminent_threat", "private_data_locating", "victim_minor")


def test_danger_comes_first_once_and_stays_optional(law: Law) -> None:
    first = ask(law, open_case(), today=TODAY)
    assert first
    assert (first.is_danger, tuple(box.id for box in first.group)) == (True, DANGER)
    later = ask(law, open_case(), asked=frozenset(DANGER), today=TODAY)
    assert later
    assert not later.is_danger
    assert later.fact not in DANGER


def test_what_is_known_or_put_off_is_never_asked_again(law: Law) -> None:
    inputs, asked, seen = open_case(), frozenset[str](), list[str]()
    while question := ask(law, inputs, asked=asked, today=TODAY):
        assert question.fact not in seen
        seen.append(question.fact)
        asked |= {question.fact}
    assert seen
    assert len(seen) <= len(law.facts)


def test_nothing_is_asked_when_nothing_can_change(law: Law) -> None:
    assert ask(law, CaseInputs(closed=True), today=TODAY) is None


@pytest.mark.parametrize("path", SCENARIOS[::6], ids=lambda path: path.stem[:3])
def test_each_question_may_change_what_is_still_open(path: Path, law: Law) -> None:
    """An offence that is still possible waits for the fact, or one of its two answers changes who may act, or
    the routes; the questions of danger alone come whatever is open."""
    case = load_case(law, path)
    _, questions = interview(law, case.inputs, case.today, one_by_one=True)
    inputs = blank(case.inputs)
    for question in questions:
        fact = question.fact
        found = assess(law, inputs, case.today)
        waits = any(item.status == "possible" and fact in item.qualification.missing for item in found.main)
        if not (waits or question.is_danger or fact == GROUND):
            both = [assess(law, inputs.with_fact(fact, value), case.today) for value in (True, False)]
            told = [(one.who_may_act, [route.route for route in one.routes]) for one in both]
            assert told[0] != told[1], fact
        inputs = answered(law, inputs, question, ticked(law, inputs, case.inputs, question))
        inputs = inputs.with_facts(
            dict.fromkeys(box.id for box in question.group if box.id in case.inputs.unknown)
        )


def test_an_offence_already_excluded_brings_no_question(law: Law) -> None:
    inputs = open_case(false=(*DANGER, "target_person"))
    asked = set()
    while question := ask(law, inputs, today=TODAY):
        asked.add(question.fact)
        inputs = (
            inputs.with_grounds(()) if question.fact == GROUND else inputs.with_fact(question.fact, False)
        )
    # each of these matters only to offences against an identifiable person
    assert not asked & {"upskirt_capture", "synthetic_or_edited", "impersonation", "health_degradation"}


def test_the_reason_names_the_offences_and_articles_it_decides(law: Law) -> None:
    inputs = open_case("target_person", "outrageous_expression", false=(*DANGER, "imputes_precise_fact"))
    question = ask(law, inputs, today=TODAY)
    assert question
    assert question.offences
    first = law.offences[question.offences[0]]
    assert first.name_fr in question.why_fr
    assert first.name_en in question.why_en
    assert first.articles[0] in question.why_fr
    assert set(first.articles) <= set(question.articles)


def test_only_the_ground_has_choices(law: Law) -> None:
    inputs = CaseInputs(
        true=frozenset({"is_public", "target_person", "outrageous_expression"}),
        unknown=frozenset({GROUND}),
        closed=True,
        grounds_closed=False,
    )
    question = ask(law, inputs, today=TODAY)
    assert question
    assert question.fact == GROUND
    assert {choice.id for choice in question.choices} <= set(law.grounds)
    assert len(question.choices) > 10


def test_runs_repeat(law: Law) -> None:
    case = load_case(law, SCENARIOS[6])
    runs = [[q.fact for q in interview(law, case.inputs, case.today)[1]] for _ in range(2)]
    assert runs[0] == runs[1]


def test_an_unticked_theme_settles_its_facts_and_a_ticked_one_settles_none(law: Law) -> None:
    inputs = open_case(false=DANGER)
    question = ask(law, inputs, today=TODAY, sort=True)
    assert question
    assert question.fact == SORT
    settled = answers_of(law, inputs, question, ["menaces"])
    assert not any(settled.values())
    assert "unauthorised_access" in settled
    assert "threat_offence" not in settled
    assert ask(law, inputs, today=TODAY, asked=frozenset({SORT}), sort=True) != question


def test_a_changed_answer_changes_what_depends_on_it(law: Law) -> None:
    inputs = open_case("is_public", "target_person", "outrageous_expression", false=DANGER).with_grounds(())
    kept = inputs.with_facts({"imputes_precise_fact": False, "prior_provocation": False})
    assert statuses(law, kept, TODAY)["injure_publique"] == "met"
    assert statuses(law, kept.with_fact("prior_provocation", True), TODAY)["injure_publique"] == "excluded"
