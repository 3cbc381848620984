"""Scenarios of the project's own, with their arithmetic, answered exactly by the engine."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from saisine.law.assess import assess
from saisine.law.casefile import CASE_KEYS, EXPECTED_KEYS, differences
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law

FILE = Path(__file__).with_name("scenarios_own.yaml")
GROUPS = {
    "Interruption", "Nouvelle publication", "Fin de mois", "Année bissextile", "Mineurs", "Groupe privé",
    "Citation et débat", "Raid mêlé", "Association",
}  # fmt: skip


@cache
def own_scenarios() -> list[dict[str, Any]]:
    loaded = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)
    return list(loaded["scenarios"])


def inputs_of(scenario: Mapping[str, Any], law: Law) -> tuple[CaseInputs, date]:
    inputs = CaseInputs.from_mapping(scenario["inputs"], law)
    assert inputs.reference_date
    return inputs, inputs.reference_date


@pytest.mark.parametrize("scenario", own_scenarios(), ids=lambda scenario: scenario["id"])
def test_a_scenario_is_answered_exactly(scenario: dict[str, Any], law: Law) -> None:
    inputs, today = inputs_of(scenario, law)
    answer = assess(law, inputs, today).as_json()
    assert [gap.text_fr for gap in differences(answer, scenario["expected"])] == []


def test_there_are_sixty_or_more_in_every_group() -> None:
    assert len(own_scenarios()) >= 60
    assert {scenario["title_fr"].split(" : ")[0] for scenario in own_scenarios()} == GROUPS
    assert len({scenario["title_fr"] for scenario in own_scenarios()}) == len(own_scenarios())


def test_a_scenario_has_the_shape_of_the_others() -> None:
    for scenario in own_scenarios():
        assert scenario.keys() <= CASE_KEYS | {"verified"}
        assert scenario["expected"].keys() <= EXPECTED_KEYS
        assert isinstance(scenario["verified"], bool)


def test_the_days_written_agree_with_one_another() -> None:
    """Counted in days, apart from the engine: the day after the last one, and what is left."""
    rows = [(s, row) for s in own_scenarios() for row in s["expected"].get("limitation", [])]
    for scenario, row in rows:
        if row["last_useful_day"] is None:
            continue
        last, today = (
            date.fromisoformat(d) for d in (row["last_useful_day"], scenario["inputs"]["reference_date"])
        )
        assert date.fromisoformat(row["expired_from"]) - last == timedelta(days=1)
        assert row["days_left"] == (last - today).days
        assert (row["status"] == "open") == (row["days_left"] >= 0)
        assert date.fromisoformat(row["runs_from"]) < last


def test_every_clock_has_its_arithmetic_beside_it() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    rows = [number for number, line in enumerate(lines) if line.startswith("        - offence:")]
    assert all(lines[number - 1].startswith("        # ") for number in rows)
    assert len(rows) >= 60
