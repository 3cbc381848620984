"""No legal statement without its article, its date and its flag; and the words stay short."""

import re
from datetime import date
from typing import Any

import pytest

from saisine.law.assess import assess
from saisine.law.casefile import load_case
from saisine.law.load import Law, load_law
from saisine.law.statements import PARTLY_FR, UNVERIFIED_FR, VERIFIED_FR, Statement, all_statements, flag
from tests.law.conftest import CASES

STATEMENTS = list(all_statements(load_law()))
EMPTY_DATE = "date de rédaction non établie"


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.subject)
def test_every_statement_has_its_flag_and_its_date(statement: Statement) -> None:
    line = statement.line()
    assert any(word in line for word in (VERIFIED_FR, PARTLY_FR, UNVERIFIED_FR))
    assert ("rédaction au" in line) or (EMPTY_DATE in line)
    assert statement.articles
    assert all(statement.articles)
    assert statement.verified is line.endswith(f"{VERIFIED_FR}.")


def test_an_unverified_rule_is_never_shown_as_verified() -> None:
    assert len({flag(True), flag(False), flag(False, partially=True)}) == 3
    assert len({flag(True, "en"), flag(False, "en"), flag(False, "en", partially=True)}) == 3


def test_every_statement_of_the_law_is_walked(law: Law) -> None:
    subjects = {statement.subject for statement in STATEMENTS}
    assert law.offences.keys() | law.modifiers.keys() | law.remedies.keys() <= subjects
    assert {rule.id for rule in law.speciality_rules} <= subjects


def verified_without_flag(tree: Any, path: str = "") -> list[str]:
    """Where the JSON answer says `verified` without the words beside it."""
    found = []
    if isinstance(tree, dict):
        if "verified" in tree and "flag_fr" not in tree:
            found.append(path)
        for key, value in tree.items():
            found += verified_without_flag(value, f"{path}.{key}")
    elif isinstance(tree, list):
        for item in tree:
            found += verified_without_flag(item, path)
    return found


@pytest.mark.parametrize("path", sorted((CASES / "scenarios").glob("*.yaml")), ids=lambda path: path.stem[:3])
def test_the_answer_flags_each_of_its_statements(path: Any, law: Law) -> None:
    case = load_case(law, path)
    answer = assess(law, case.inputs, case.today).as_json()
    assert verified_without_flag(answer) == []
    assert answer["warning_fr"]


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!;:])\s+", text) if part]


def test_questions_and_reasons_stay_under_twenty_words(law: Law) -> None:
    texts = [fact.question_fr for fact in law.facts.values()]
    texts += [fact.help_fr for fact in law.facts.values()]
    texts += [rule.why_fr for rule in law.routes.rules]
    texts += [context.text_fr for context in law.lawful.contexts]
    texts += [text.text_fr for text in law.lawful.always]
    long = [sentence for text in texts for sentence in sentences(text) if len(sentence.split()) > 24]
    # « : ; ? » stand alone in French and count as words here
    assert long == []


def test_every_question_stands_in_both_languages_with_an_example(law: Law) -> None:
    for fact in law.facts.values():
        assert fact.question_fr.endswith(("?", ")", ".")), fact.id
        assert fact.question_en, fact.id
        assert fact.help_fr.startswith("Oui : "), fact.id
        assert "Non : " in fact.help_fr, fact.id
        assert fact.help_en.startswith("Yes: "), fact.id
        assert " No: " in fact.help_en, fact.id
        assert (fact.label_fr, fact.label_en) != ("", "")


def test_the_law_never_speaks_of_guilt_nor_of_chances(law: Law) -> None:
    case = load_case(law, next((CASES / "scenarios").glob("S07*")))
    words = str(assess(law, case.inputs, date(2026, 11, 20)).as_json()).lower()
    for word in ("coupable", "probabilité", "chances de"):
        assert word not in words
