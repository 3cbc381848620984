"""The runner of cases: it compares what is written, and names the first field that differs."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from saisine.errors import SaisineError
from saisine.law.casefile import load_case, load_facts, run_case, run_cases
from saisine.law.load import Law
from tests.law.conftest import CASES


def base() -> dict[str, Any]:
    path = next((CASES / "scenarios").glob("S04*"))
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def write(folder: Path, case: dict[str, Any], name: str = "case.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(case, allow_unicode=True, sort_keys=False), "utf-8")
    return path


WRONG: list[tuple[str, Any, str]] = [
    ("lawful_or_no_offence", True, "lawful_or_no_offence : attendu vrai, trouvé faux"),
    ("primary", [], "primary : attendu rien, trouvé diffamation_publique"),
    ("primary", ["injure_publique"], "primary.injure_publique : attendu « met », trouvé « excluded »"),
    ("possible", ["doxxing"], "possible.doxxing : attendu « possible », trouvé « excluded »"),
    (
        "excluded",
        ["diffamation_publique"],
        "excluded.diffamation_publique : attendu « excluded », trouvé « met »",
    ),
    (
        "max_penalty",
        [{"offence": "diffamation_publique", "fine_eur": 45000}],
        "max_penalty.diffamation_publique.fine_eur : attendu « 45000 », trouvé « 12000 »",
    ),
    (
        "limitation",
        [{"offence": "diffamation_publique", "last_useful_day": "2026-12-01"}],
        "limitation.diffamation_publique.last_useful_day : attendu « 2026-12-01 », trouvé « 2026-11-30 »",
    ),
    (
        "limitation",
        [{"offence": "doxxing", "days_left": 3}],
        "limitation.doxxing.days_left : attendu « 3 », trouvé rien",
    ),
    ("who_may_act", {"victim": "no"}, "who_may_act.victim : attendu « no », trouvé « yes »"),
    (
        "who_may_act",
        {"association_by_offence": {"diffamation_publique": "yes"}},
        "who_may_act.association_by_offence.diffamation_publique : attendu « yes », trouvé « no »",
    ),
    (
        "routes",
        [{"rank": 1, "route": "pharos"}],
        "routes.1 : attendu « pharos », trouvé « preserve_evidence »",
    ),
    (
        "routes",
        [{"route": "pcpc", "urgency": "immediate"}],
        "routes.pcpc.urgency : attendu « immediate », trouvé « days »",
    ),
    ("routes", [{"route": "cnil", "urgency": "weeks"}], "routes.cnil : attendu « weeks », trouvé rien"),
    ("other_deadlines", [{"kind": "dsa_art20", "days_left": 1}], "other_deadlines.dsa_art20.days_left"),
    ("missing_facts", ["is_public"], "missing_facts : attendu « is_public », trouvé rien"),
]


@pytest.mark.parametrize(
    ("key", "value", "words"), WRONG, ids=[f"{row[0]}-{n}" for n, row in enumerate(WRONG)]
)
def test_a_wrong_expectation_fails_and_names_its_field(
    key: str, value: Any, words: str, law: Law, tmp_path: Path
) -> None:
    case = base()
    case["expected"] = {key: value}
    result = run_case(law, load_case(law, write(tmp_path, case)))
    assert not result.passed
    assert result.difference
    assert result.difference.text_fr.startswith(words)
    assert result.as_json()["field"] == result.difference.field


def test_only_what_is_written_is_compared(law: Law, tmp_path: Path) -> None:
    case = base()
    case["expected"] = {}
    assert run_case(law, load_case(law, write(tmp_path, case))).passed


def test_words_that_explain_are_never_compared(law: Law, tmp_path: Path) -> None:
    case = base()
    case["expected"]["who_may_act"]["association_basis_fr"] = "autre chose"
    assert run_case(law, load_case(law, write(tmp_path, case))).passed


def test_a_bare_yes_is_read_as_the_word(law: Law, tmp_path: Path) -> None:
    text = next((CASES / "scenarios").glob("S04*")).read_text("utf-8").replace("victim: 'yes'", "victim: yes")
    path = tmp_path / "bare.yaml"
    path.write_text(text, "utf-8")
    assert run_case(law, load_case(law, path)).passed


@pytest.mark.parametrize(
    ("change", "world"),
    [({}, "closed"), ({"world": "open"}, "open"), ({"facts_false": ["threat_death"]}, "open")],
)
def test_the_result_says_which_world_was_assumed(
    change: dict[str, Any], world: str, law: Law, tmp_path: Path
) -> None:
    case = base()
    case["inputs"] |= change
    case["expected"] = {}
    assert run_case(law, load_case(law, write(tmp_path, case))).world == world


def fault(law: Law, path: Path) -> SaisineError:
    with pytest.raises(SaisineError) as caught:
        load_case(law, path)
    assert caught.value.code == "law_file_invalid"
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    - harms_honour", "    - honneur", "honneur"),
        ("  platform: facebook", "  plateforme: facebook", "clé inconnue"),
        ("    - kind: publication", "    - kind: lecture", "genre d’acte inconnu"),
        ("      date: '2026-08-31'", "      date: '2026-02-30'", "n’est pas un jour"),
        ("      date: '2026-08-31'", "      date: '9999-12-31'", "hors des années 1800 à 2200"),
        ("  primary:", "  principal:", "clé inconnue"),
        ("    - offence: injure_publique", "    - offence: insulte", "qui n’existe pas"),
    ],
)
def test_a_faulty_case_is_told_with_its_line(
    old: str, new: str, words: str, law: Law, tmp_path: Path
) -> None:
    text = next((CASES / "scenarios").glob("S04*")).read_text("utf-8")
    assert old in text
    path = tmp_path / "faulty.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    error = fault(law, path)
    line = 1 + text.replace(old, new, 1).splitlines().index(new)
    assert words in error.sentence("fr")
    assert (error.facts["file"], error.facts["line"]) == ("faulty.yaml", line)


@pytest.mark.parametrize(
    "expected",
    [
        ["x"],
        {"primary": "injure_publique"},
        {"primary": [["x"]]},
        {"routes": ["pcpc"]},
        {"routes": {"rank": 1}},
        {"who_may_act": "yes"},
        {"who_may_act": {"association_by_offence": ["x"]}},
        {"max_penalty": ["injure_publique"]},
        {"other_deadlines": [{"days_left": 1}]},
    ],
)
def test_an_expectation_of_the_wrong_shape_is_refused(expected: Any, law: Law, tmp_path: Path) -> None:
    case = base()
    case["expected"] = expected
    fault(law, write(tmp_path, case))


@pytest.mark.parametrize("key", ["title_fr", "inputs", "expected"])
def test_a_case_has_a_title_inputs_and_an_expectation(key: str, law: Law, tmp_path: Path) -> None:
    case = base()
    del case[key]
    assert key in fault(law, write(tmp_path, case)).sentence("fr")


def test_a_case_needs_its_day(law: Law, tmp_path: Path) -> None:
    case = base()
    del case["inputs"]["reference_date"]
    assert "reference_date" in fault(law, write(tmp_path, case)).sentence("fr")


def test_a_folder_runs_in_the_order_of_names(law: Law, tmp_path: Path) -> None:
    right, wrong = base(), base()
    wrong["expected"] = {"lawful_or_no_offence": True}
    write(tmp_path, wrong, "b/wrong.yaml")
    write(tmp_path, right, "a/right.yaml")
    results = run_cases(law, tmp_path)
    assert [(result.name, result.passed) for result in results] == [
        ("a/right.yaml", True),
        ("b/wrong.yaml", False),
    ]


@pytest.mark.parametrize("name", [".", "absent"])
def test_a_folder_without_case_is_said(name: str, law: Law, tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        run_cases(law, tmp_path / name)
    assert caught.value.code == "law_cases_missing"


def test_facts_may_stand_alone_or_in_a_case(law: Law, tmp_path: Path) -> None:
    case = base()
    alone = load_facts(law, write(tmp_path, case["inputs"], "facts.yaml"))
    assert alone == load_facts(law, write(tmp_path, case))
    assert alone.value("harms_honour") is True
