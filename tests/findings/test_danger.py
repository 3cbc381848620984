"""Danger signs: the examples of the rule file, spans in the text as received, and linear work."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.findings.danger import find_danger
from saisine.findings.rules import KINDS, load_rules
from saisine.findings.signs import fold_with_places
from saisine.texts import fold

RULES = load_rules()
FIRES = [(rule.id, rule.kind, text) for rule in RULES.rules for text in rule.fires]
SILENT = [(rule.id, text) for rule in RULES.rules for text in rule.stays_silent]


@pytest.mark.parametrize(("rule", "kind", "text"), FIRES, ids=[f"{rule}-{text}" for rule, _, text in FIRES])
def test_a_rule_fires_on_its_examples(rule: str, kind: str, text: str) -> None:
    assert kind in {sign.kind for sign in find_danger(text)}


@pytest.mark.parametrize(("rule", "text"), SILENT, ids=[f"{rule}-{text}" for rule, text in SILENT])
def test_no_rule_fires_on_a_harmless_neighbour(rule: str, text: str) -> None:
    assert find_danger(text) == ()


def test_every_rule_is_dated_explained_and_shown_on_both_sides() -> None:
    for rule in RULES.rules:
        assert rule.kind in KINDS
        assert rule.since
        assert rule.why_fr
        assert rule.why_en
        assert len(rule.fires) >= 2
        assert len(rule.stays_silent) >= 2
        assert rule.id in {sign.rule for text in rule.fires for sign in find_danger(text)}, rule.id


def test_the_span_is_in_the_text_as_received() -> None:
    text = "Bonjour 🌸 œuvre, je vais te tu\u200bÉR bientôt"
    (sign,) = find_danger(text)
    assert text[slice(*sign.span)] == "je vais te tu\u200bÉR"


def test_the_span_of_spaced_letters_covers_them_all() -> None:
    text = "écoute : je vais te t u e r demain"
    (sign,) = find_danger(text)
    assert text[slice(*sign.span)] == "je vais te t u e r"


def test_an_address_with_its_phone_is_two_signs() -> None:
    text = "Elle habite 12 rue des Acacias-Bleus, 99999 Valmerle. Son numéro : 06 39 98 12 34."
    assert [text[slice(*sign.span)] for sign in find_danger(text)] == [
        "12 rue des Acacias-Bleus, 99999",
        "06 39 98 12 34",
    ]


def test_a_quotation_that_nobody_reports_still_counts() -> None:
    assert find_danger("« Je vais te tuer »")


def test_a_threat_beside_a_reported_one_still_counts() -> None:
    assert find_danger("Il m'a écrit « je vais te tuer ». Eh bien moi, je vais te tuer.")


DISGUISES = (
    str.upper,
    lambda t: t.replace("e", "é"),
    lambda t: t.replace("e", "3"),
    lambda t: "\u200b".join(t),
)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(DISGUISES), max_size=2),
    st.sampled_from(("Je vais te tuer", "On va vous egorger")),
)
def test_a_direct_threat_is_found_under_any_disguise(disguises: list[object], threat: str) -> None:
    for disguise in disguises:
        threat = disguise(threat)  # type: ignore[operator]
    assert "threat" in {sign.kind for sign in find_danger(threat)}


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_span_lies_inside_the_text(text: str) -> None:
    for sign in find_danger(text + " je vais te tuer"):
        start, end = sign.span
        assert 0 <= start < end <= len(text) + len(" je vais te tuer")


@settings(deadline=None)
@given(st.text(alphabet="aéÉœ ’'\u200b\u0301ßÀñ7Z", max_size=60))
def test_folding_with_places_agrees_with_folding(text: str) -> None:
    folded, places = fold_with_places(text)
    assert " ".join(folded.split()) == fold(text)
    assert len(folded) == len(places)


def lines_run(text: str) -> int:
    """How many lines of Python the search runs: work that no busy machine changes."""
    count = 0

    def trace(*_: object) -> object:
        nonlocal count
        count += 1
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        find_danger(text)
    finally:
        sys.settrace(previous)
    return count


@pytest.mark.parametrize(
    "unit", ["a", "é", "0", "*", "«", '"', "je ", "a ", "1 rue ", "je vais te tuer ", "06 ", "@", "h"]
)
def test_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    once, twice = lines_run(unit * 500), lines_run(unit * 1000)
    assert twice <= 2.2 * once + 200


@pytest.mark.parametrize("unit", ["a", "0", "6", "«", "@", " ", "http://"])
def test_a_million_signs_are_read(unit: str) -> None:
    assert find_danger(unit * (1_000_000 // len(unit)) + " je vais te tuer")[-1].kind == "threat"


def test_a_faulty_rule_file_names_the_rule(tmp_path: Path) -> None:
    path = tmp_path / "danger.yaml"
    path.write_text(
        "version: '1'\nwords: {}\nreporting: []\nrules:\n"
        "  - {id: odd, kind: threat, since: 2026-01-01, why_fr: a, why_en: b, patterns: ['{absent} x'],"
        " fires: [], stays_silent: []}\n",
        "utf-8",
    )
    with pytest.raises(SaisineError) as caught:
        load_rules(path)
    assert caught.value.code == "danger_rules_malformed"
    assert caught.value.facts["place"] == "odd"
