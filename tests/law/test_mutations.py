"""One thing is changed in a scenario: what depends on it changes, and nothing else does.

| changed | may move | must move |
| --- | --- | --- |
| a fact | offences, penalties and standing that read it; routes | an offence that needs it |
| a ground | offences, modifiers and motives that list it; routes | an offence that needs it alone |
| a day of facts | clocks, seniority, routes; a text not yet in force | the clock that starts there |
| the platform | routes | nothing |
| the declaration of the association | standing | the five years crossed that day |
| the consent | standing | a standing that waits for it |
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from saisine.law.assess import Assessment, assess
from saisine.law.dates import add_months
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law
from saisine.law.model import Offence
from tests.law.test_own_scenarios import own_scenarios
from tests.law.test_scenarios import SCENARIOS, yaml_of

STANDING_FACTS = {"target_person", "target_legal_person"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """The parts of an answer, each comparable alone."""

    before: dict[str, str]  # status before the speciality rules
    status: dict[str, str]
    rule: dict[str, str]
    penalty: dict[str, object]
    clock: dict[str, tuple[object, ...]]
    standing: dict[str, tuple[tuple[str, str], ...]]
    routes: tuple[tuple[str, str], ...]
    terms: tuple[object, ...]
    victim: str
    association: str

    @classmethod
    def of(cls, found: Assessment) -> "Answer":
        main = found.main
        return cls(
            before={i.id: i.qualification.before_rules for i in found.qualifications},
            status={i.id: i.status for i in found.qualifications},
            rule={i.id: i.qualification.rule for i in found.qualifications},
            penalty={i.id: i.penalty.as_json() for i in main if i.penalty},
            clock={
                i.id: (i.clock.runs_from, i.clock.last_useful_day, i.clock.status) for i in main if i.clock
            },
            standing={i.id: tuple((s.role, s.answer) for s in i.standing) for i in main},
            routes=tuple((route.route, route.urgency) for route in found.routes),
            terms=tuple(term.as_json()["last_useful_day"] for term in found.other_deadlines),
            victim=found.who_may_act.victim,
            association=found.who_may_act.association,
        )

    def moved(self, other: "Answer") -> set[str]:
        return {f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name)}

    def kept(self, other: "Answer") -> list[str]:
        """The offences that stand in both answers with the same status."""
        return [id for id in self.clock if self.status[id] == other.status.get(id) and id in other.clock]


@dataclass(frozen=True)
class Scene:
    name: str
    inputs: CaseInputs
    today: date
    answer: Answer


@pytest.fixture(
    scope="module",
    params=[pytest.param(3, id="one-in-three"), pytest.param(1, id="all", marks=pytest.mark.slow)],
)
def scenes(request: pytest.FixtureRequest, law: Law) -> list[Scene]:
    raw = [*map(yaml_of, SCENARIOS), *own_scenarios()]
    return [scene(law, one) for one in raw[request.param - 1 :: request.param]]


def scene(law: Law, raw: dict[str, Any]) -> Scene:
    inputs = CaseInputs.from_mapping(raw["inputs"], law)
    assert inputs.reference_date
    found = assess(law, inputs, inputs.reference_date)
    return Scene(raw["id"], inputs, inputs.reference_date, Answer.of(found))


def after(law: Law, one: Scene, inputs: CaseInputs) -> Answer:
    return Answer.of(assess(law, inputs, one.today))


# ------------------------------------------------------------------ who reads what


def facts_of(offence: Offence) -> set[str]:
    rule = offence.elements
    found = {
        str(leaf)
        for leaf in (*rule.all_of, *rule.none_of, *(leaf for group in rule.any_of for leaf in group))
    }
    entity = offence.legal_person
    return found | ({str(entity.fact)} if entity and str(entity.stands_for) in found else set())


def grounds_of(law: Law, offence: Offence) -> set[str]:
    listed = {g for name in offence.elements.grounds for g in law.ground_lists[name].grounds}
    return {str(g) for g in listed} | {
        f.removeprefix("ground:") for f in facts_of(offence) if f.startswith("ground:")
    }


def penalty_facts(law: Law, offence: Offence) -> set[str]:
    tiers = {str(fact) for tier in offence.penalty.aggravated for fact in tier.when}
    modifiers = [law.modifiers[name] for name in offence.penalty.modifiers]
    return tiers | {str(fact) for m in modifiers for fact in m.not_if_already_aggravated_by}


def needs(offence: Offence, fact: str, inputs: CaseInputs) -> bool:
    """Whether a met offence falls without this fact: it stands in `all_of`, and nothing stands for it."""
    entity = offence.legal_person
    if entity and fact == entity.stands_for and inputs.value(str(entity.fact)):
        return False
    return fact in offence.elements.all_of


def dropped_by_a_rule(one: Answer, other: Answer, id: str) -> bool:
    """A status moved without a new reading of the offence: only a named rule can do that."""
    return bool(one.rule[id] or other.rule[id])


def check_statuses(one: Answer, other: Answer, readers: set[str]) -> None:
    for id, status in one.before.items():
        if status != other.before[id]:
            assert id in readers, id
        elif one.status[id] != other.status[id]:
            assert dropped_by_a_rule(one, other, id), id


def flipped(scenes: list[Scene]) -> Iterator[tuple[Scene, str]]:
    for one in scenes:
        for fact in sorted(one.inputs.true):
            yield one, fact


# ------------------------------------------------------------------ the table


def test_a_fact_moves_the_offences_that_read_it_and_no_clock(scenes: list[Scene], law: Law) -> None:
    mutants = 0
    for one, fact in flipped(scenes):
        other = after(law, one, one.inputs.with_fact(fact, False))
        mutants += 1
        readers = {o.id for o in law.offences.values() if fact in facts_of(o)}
        check_statuses(one.answer, other, readers)
        for offence in law.offences.values():
            if one.answer.before[offence.id] == "met" and needs(offence, fact, one.inputs):
                assert other.before[offence.id] == "excluded", (one.name, fact, offence.id)
        for id in one.answer.kept(other):
            assert one.answer.clock[id] == other.clock[id], (one.name, fact, id)
            if one.answer.penalty[id] != other.penalty[id]:
                assert fact in penalty_facts(law, law.offences[id]), (one.name, fact, id)
            if one.answer.standing[id] != other.standing[id]:
                assert fact in STANDING_FACTS, (one.name, fact, id)
        assert one.answer.terms == other.terms
    assert mutants >= 4 * len(scenes)


def test_a_ground_moves_what_lists_it(scenes: list[Scene], law: Law) -> None:
    mutants = 0
    for one in scenes:
        for ground in sorted({*one.inputs.grounds, "religion", "sexe", "handicap"}):
            mutants += 1
            other = after(law, one, replace(one.inputs, grounds=one.inputs.grounds ^ {ground}))
            readers = {o.id for o in law.offences.values() if ground in grounds_of(law, o)}
            check_statuses(one.answer, other, readers)
            modifiers = {m.id for m in law.modifiers.values() if _lists(law, m.grounds, ground)}
            for id in one.answer.kept(other):
                assert one.answer.clock[id] == other.clock[id], (one.name, ground, id)
                offence = law.offences[id]
                if one.answer.penalty[id] != other.penalty[id]:
                    assert modifiers & set(offence.penalty.modifiers), (one.name, ground, id)
                if one.answer.standing[id] != other.standing[id]:
                    motives = {g for clause in offence.associations for g in clause.motive_grounds}
                    assert ground in motives, (one.name, ground, id)
            if one.inputs.grounds == {ground}:
                for id in readers:
                    if one.answer.before[id] == "met" and law.offences[id].elements.grounds:
                        assert other.before[id] == "excluded", (one.name, ground, id)
    assert mutants >= 3 * len(scenes)


def _lists(law: Law, names: tuple[str, ...], ground: str) -> bool:
    return any(ground in law.ground_lists[name].grounds for name in names)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_moves_the_clock_that_starts_there(scenes: list[Scene], law: Law, days: int) -> None:
    mutants = 0
    for one in scenes:
        events = tuple(
            replace(event, day=event.day + days * DAY) if event.day and _is_fact(law, event.kind) else event
            for event in one.inputs.events
        )
        if events == one.inputs.events:
            continue
        mutants += 1
        other = after(law, one, replace(one.inputs, events=events))
        assert one.answer.before == other.before, one.name
        for id in one.answer.kept(other):
            starts = law.limitation.start(str(law.offences[id].limitation.start))
            interrupted = any(law.limitation.role(event.kind) == "procedure" for event in events)
            if not starts.majority_months and not interrupted:
                moved = other.clock[id][0], one.answer.clock[id][0]
                assert moved[0] == moved[1] + days * DAY or _another_act(one, other, id), (one.name, id)  # type: ignore[operator]
            if starts.majority_months:
                assert other.clock[id] == one.answer.clock[id]
        assert other.moved(one.answer) <= {"clock", "standing", "routes", "victim", "association"}, one.name
        assert [name for name, _ in other.penalty.items()] == [name for name, _ in one.answer.penalty.items()]
    assert mutants >= 0.9 * len(scenes)


def _is_fact(law: Law, kind: str) -> bool:
    return law.limitation.role(kind) == "fact"


def _another_act(one: Scene, other: Answer, id: str) -> bool:
    """One day may close the shortest clock, or open one that was closed: another act then drives."""
    days = {event.day for event in one.inputs.events}
    return len(days) > 1 and other.clock[id] != one.answer.clock[id]


def test_the_platform_moves_routes_alone(scenes: list[Scene], law: Law) -> None:
    moved = 0
    for one in scenes:
        for platform in ("whatsapp", "facebook"):
            other = after(law, one, replace(one.inputs, platform=platform))
            assert other.moved(one.answer) <= {"routes"}, one.name
            lost = set(one.answer.routes) ^ set(other.routes)
            assert {route for route, _ in lost} <= {"dsa_art16", "dsa_art20", "dsa_art22", "lcen_6_3"}, (
                one.name
            )
            moved += bool(lost)
    assert moved >= 0.5 * len(scenes)


@pytest.mark.parametrize("days", [-1, 1])
def test_the_declaration_moves_standing_when_the_five_years_are_crossed(
    scenes: list[Scene], law: Law, days: int
) -> None:
    crossed = 0
    for one in scenes:
        held = one.inputs.association
        if held is None or held.declared_on is None:
            continue
        changed = replace(held, declared_on=held.declared_on + days * DAY)
        other = after(law, one, replace(one.inputs, association=changed))
        assert other.moved(one.answer) <= {"standing", "association"}, one.name
        facts = [e.day for e in one.inputs.events if e.day and _is_fact(law, e.kind)]
        if not facts or changed.declared_on is None:
            continue
        sides = [_seniority(day, facts) for day in (held.declared_on, changed.declared_on)]
        if sides[0] == sides[1]:
            assert other == one.answer, one.name
        crossed += other != one.answer
    assert crossed >= 1


def _seniority(declared: date, facts: list[date]) -> str:
    """Written apart from the engine: five years reached before the facts, during them, or after."""
    reached = add_months(declared, 60)
    return "before" if reached <= min(facts) else "during" if reached <= max(facts) else "after"


def test_the_consent_moves_standing_alone(scenes: list[Scene], law: Law) -> None:
    moved = 0
    for one in scenes:
        held = one.inputs.association
        for consent in (True, False, None):
            if held is None or held.victim_consent is consent:
                continue
            other = after(law, one, replace(one.inputs, association=replace(held, victim_consent=consent)))
            assert other.moved(one.answer) <= {"standing", "association"}, one.name
            if other == one.answer:
                continue
            moved += 1
            for id, answers in other.standing.items():
                if answers != one.answer.standing[id]:
                    asked = {clause.victim_consent for clause in law.offences[id].associations}
                    assert asked - {"not_required"}, (one.name, id)
    assert moved >= 5
