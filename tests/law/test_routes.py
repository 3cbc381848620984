"""Routes: safety first, evidence before removal, short deadlines, and what is left once time-barred."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from saisine.law.assess import assess
from saisine.law.inputs import CaseInputs, Event
from saisine.law.load import Law
from saisine.law.routes import URGENCIES, Route

POSTED = date(2026, 8, 10)
INSULT = frozenset({"is_public", "target_person", "outrageous_expression", "online"})


def case(*facts: str, platform: str = "facebook", grounds: tuple[str, ...] = ()) -> CaseInputs:
    return CaseInputs(
        true=INSULT | set(facts),
        closed=True,
        grounds=frozenset(grounds),
        platform=platform,
        events=(Event("publication", POSTED),),
    )


def routes(law: Law, inputs: CaseInputs, today: date = POSTED) -> dict[str, Route]:
    return {route.route: route for route in assess(law, inputs, today).routes}


def test_a_route_appears_once_and_in_the_order_of_bands(law: Law) -> None:
    found = assess(law, case("threat_death", grounds=("religion",)), POSTED).routes
    assert len({route.route for route in found}) == len(found)
    keys = [(route.band, URGENCIES.index(route.urgency)) for route in found]
    assert keys == sorted(keys)
    assert [route.rank for route in found] == list(range(1, len(found) + 1))


@pytest.mark.parametrize("fact", ["suicide_risk", "credible_imminent_threat"])
def test_danger_comes_first_even_when_nothing_is_illegal(fact: str, law: Law) -> None:
    lawful = CaseInputs(true=frozenset({fact}), closed=True)
    assert next(iter(routes(law, lawful))) == "police_17"


def test_evidence_is_kept_before_anything_is_removed(law: Law) -> None:
    found = routes(law, case())
    assert found["preserve_evidence"].rank < found["dsa_art16"].rank


def test_a_sexual_image_of_a_minor_is_never_to_be_copied(law: Law) -> None:
    found = routes(law, case("minor_sexual_image", "victim_minor"))
    assert "preserve_evidence" not in found
    assert "constat_commissaire" not in found
    assert next(iter(found)) == "n3018"


@pytest.mark.parametrize(
    ("left", "urgency"), [(16, "weeks"), (15, "days"), (8, "days"), (7, "immediate"), (0, "immediate")]
)
def test_a_press_deadline_becomes_urgent_by_steps(left: int, urgency: str, law: Law) -> None:
    found = routes(law, case(), date(2026, 11, 10) - timedelta(days=left))
    assert found["pcpc"].urgency == urgency


def test_once_time_barred_only_the_platform_is_left(law: Law) -> None:
    found = routes(law, case(), date(2026, 11, 11))
    assert list(found) == ["dsa_art16", "dsa_art20"]


def test_closed_messaging_has_no_notice_to_a_host(law: Law) -> None:
    assert "dsa_art16" not in routes(law, case(platform="signal"))
    assert "dsa_art16" in routes(law, case(platform="a-platform-nobody-knows"))


def test_an_unknown_fact_opens_no_route(law: Law) -> None:
    inputs = replace(case(), unknown=frozenset({"victim_minor", "threat_death"}))
    assert not {"n3018", "police_17"} & routes(law, inputs).keys()


def test_a_platform_decision_is_urgent_in_its_last_week(law: Law) -> None:
    decided = CaseInputs(closed=True, events=(Event("platform_decision", date(2026, 5, 21)),))
    assert routes(law, decided, date(2026, 11, 13))["dsa_art20"].urgency == "weeks"
    assert routes(law, decided, date(2026, 11, 14))["dsa_art20"].urgency == "immediate"
    assert "dsa_art20" not in routes(law, decided, date(2026, 11, 22))


def test_every_route_tells_who_how_at_what_cost_and_its_flag(law: Law) -> None:
    for route in routes(law, case(grounds=("religion",))).values():
        assert all((route.who_fr, route.how_fr, route.cost_fr, route.flag_fr, route.flag_en, route.why_en))
