"""`saisine law …`: the keys of its JSON, its exit codes, and its words for people."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from saisine.cli.app import app
from saisine.cli.rights import default_cases
from saisine.errors import SaisineError
from tests.law.conftest import CASES

SCENARIOS = CASES / "scenarios"
S03, S04, S07 = (next(SCENARIOS.glob(f"{name}-*")) for name in ("S03", "S04", "S07"))


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["law", *map(str, arguments)], standalone_mode=False)


def answer(*arguments: str | Path) -> Any:
    result = call(*arguments, "--json")
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


KEYS = ("lawful_or_no_offence", "qualifications", "who_may_act", "routes", "missing_facts")
ROW_KEYS = ("offence", "status", "elements", "penalty", "limitation", "verified")
CLOCK_KEYS = (
    "period_months",
    "runs_from",
    "runs_from_event",
    "last_useful_day",
    "expired_from",
    "status",
    "days_left",
)
WHO_KEYS = ("victim", "association", "prosecutor_ex_officio", "association_by_offence")


def test_qualify_has_the_documented_keys() -> None:
    found = answer("qualify", S07)
    assert set(KEYS) <= found.keys()
    row = found["qualifications"][0]
    assert set(ROW_KEYS) <= row.keys()
    assert set(CLOCK_KEYS) <= row["limitation"].keys()
    assert set(WHO_KEYS) <= found["who_may_act"].keys()
    assert {"rank", "route", "urgency", "why"} <= found["routes"][0].keys()
    penalties = {row["offence"]: row["penalty"] for row in found["qualifications"]}
    harassment = penalties["harcelement_moral"]
    assert (harassment["modifier"], harassment["prison_months_with_modifier"]) == ("aggr_132_77", 48)
    assert "modifier" not in penalties["injure_publique_sexe_lgbt_handicap"]


def test_qualify_reads_a_facts_file_of_inputs_alone(tmp_path: Path) -> None:
    case = yaml.safe_load(S04.read_text("utf-8"))
    path = tmp_path / "facts.yaml"
    path.write_text(yaml.safe_dump(case["inputs"]), "utf-8")
    assert answer("qualify", path) == answer("qualify", S04)


def test_the_date_option_wins_over_the_file() -> None:
    found = answer("qualify", S04, "--date", "2026-12-01")
    assert found["today"] == "2026-12-01"
    assert found["qualifications"][0]["limitation"]["status"] == "expired"


def test_a_wrong_date_is_a_wrong_usage() -> None:
    assert "AAAA-MM-JJ" in str(call("qualify", S04, "--date", "demain").exception)


def test_an_unknown_platform_is_treated_as_other(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(S04.read_text("utf-8").replace("platform: facebook", "platform: inconnue"), "utf-8")
    assert [row["route"] for row in answer("qualify", path)["routes"]] == [
        row["route"] for row in answer("qualify", S04)["routes"]
    ]


def test_lawful_is_an_answer_in_plain_words() -> None:
    assert answer("qualify", S03)["lawful_or_no_offence"] is True
    result = call("qualify", S03)
    assert not result.return_value
    assert "Rien d’illicite parmi les 50 infractions examinées." in result.stdout
    assert "opinion libre" in result.stdout


def test_the_table_shows_the_day_and_the_flag() -> None:
    out = " ".join(call("qualify", S04).stdout.split())
    assert "30 novembre 2026" in out
    assert "10 jours" in out
    assert "à contrôler par une ou un juriste" in out
    assert "n’interrompt jamais la prescription" in out


def test_a_wording_not_established_for_that_day_is_said(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    facts = "facts_true: [is_public, outrageous_expression, target_person]\n"
    path.write_text(facts + "events: [{kind: publication, date: '2021-03-01'}]\n", "utf-8")
    warned = "La rédaction applicable à cette date n’est pas établie : à vérifier."
    assert f"- {warned} (Injure publique envers un particulier)" in call("qualify", path).stdout
    path.write_text(facts + "events: [{kind: publication, date: '2026-03-01'}]\n", "utf-8")
    assert warned not in call("qualify", path).stdout


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("facts_true: [insulte]", "law_file_invalid"),
        ("facts: []", "law_file_invalid"),
        ("- a", "law_file_invalid"),
        ("facts_true: [", "law_file_invalid"),
        ("facts_true: []\nevents: [{kind: publication, date: '9999-12-31'}]", "law_file_invalid"),
        ("facts_true: []\nreference_date: '0026-08-31'", "law_file_invalid"),
        (
            "facts_true: []\nevents: [{kind: publication, date: '2026-02-02'}, "
            "{kind: direct_summons, date: '2026-01-01'}]",
            "law_events_order",
        ),
    ],
)
def test_bad_facts_are_bad_input(text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(text, "utf-8")
    error = call("qualify", path).exception
    assert isinstance(error, SaisineError)
    assert (error.code, error.exit_code) == (code, 65)


def test_an_absent_file_is_an_input_output_failure(tmp_path: Path) -> None:
    error = call("qualify", tmp_path / "absent.yaml").exception
    assert isinstance(error, SaisineError)
    assert error.exit_code == 74


def test_ask_gives_one_question_and_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("facts_true: [target_person]\nfacts_false: []\n", "utf-8")
    found = answer("ask", path)
    assert (found["fact"], found["is_danger"]) == ("suicide_risk", True)
    result = call("ask", path)
    assert found["text_fr"] in result.stdout.replace("\n", " ")
    assert "Pourquoi cette question" in result.stdout


def test_ask_says_when_nothing_is_left_to_ask() -> None:
    result = call("ask", S04)
    assert result.return_value == 1
    assert "Plus aucune question" in result.stdout
    assert answer("ask", S04) is None


def test_test_passes_on_the_projects_cases() -> None:
    found = answer("test")
    assert (found["failed"], found["passed"]) == (0, len(found["cases"]))
    assert found["passed"] >= 100
    assert default_cases() == CASES


def test_test_fails_with_the_first_field_that_differs(tmp_path: Path) -> None:
    text = S04.read_text("utf-8").replace("days_left: 10", "days_left: 11")
    (tmp_path / "case.yaml").write_text(text, "utf-8")
    result = call("test", tmp_path)
    assert result.return_value == 1
    assert "days_left" in result.stdout
    assert answer("test", tmp_path)["cases"][0]["field"] == "limitation.diffamation_publique.days_left"


def test_test_without_case_says_so(tmp_path: Path) -> None:
    error = call("test", tmp_path).exception
    assert isinstance(error, SaisineError)
    assert (error.code, error.exit_code) == ("law_cases_missing", 65)


def test_check_counts_the_rules() -> None:
    found = answer("check")
    assert (found["valid"], found["counts"]["offences"]) == (True, 50)
    assert "infractions" in call("check").stdout


def test_check_names_the_faulty_file(tmp_path: Path) -> None:
    error = call("check", tmp_path).exception
    assert isinstance(error, SaisineError)
    assert error.facts["file"] == "fr/facts.yaml"
