"""`law diff`: what changed between two days, by article, to the day, and what is not known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.cli import rules  # noqa: F401  registers the verbs
from saisine.law.changes import WORDS, all_changes, diff
from saisine.law.load import Law, load_law
from tests.law.test_verbs import answer, call

DAYS = st.dates(date(2015, 1, 1), date(2030, 1, 1))


def kinds(law: Law, first: date, last: date) -> dict[str, str]:
    return {change.rule: change.kind for change in diff(law, first, last).changes}


@pytest.mark.parametrize(
    ("rule", "on", "kind"),
    [
        ("deepfake_sexuel", date(2024, 5, 23), "created"),
        ("harcelement_scolaire", date(2022, 3, 4), "created"),
        ("doxxing", date(2021, 8, 26), "created"),
        ("injure_publique", date(2021, 8, 26), "changed"),
        ("outrage_sexiste_aggrave", date(2023, 4, 1), "changed"),
        ("dsa_art20", date(2024, 2, 17), "created"),
        ("limitation", date(2017, 3, 1), "changed"),
        ("art33_tig_2024", date(2024, 3, 23), "amended"),
        ("nouveau_cpp_2029", date(2029, 1, 1), "announced"),
    ],
)
def test_a_text_changes_on_its_first_day_and_not_the_day_before(
    rule: str, on: date, kind: str, law: Law
) -> None:
    day = timedelta(days=1)
    assert kinds(law, on - day, on).get(rule) == kind
    assert rule not in kinds(law, on - 2 * day, on - day)
    assert rule not in kinds(law, on, on + day)


def test_the_end_of_a_wording_shows_on_the_day_after_its_last_one(law: Law) -> None:
    offence = replace(law.offences["doxxing"], valid_to=date(2027, 6, 30))
    ended = replace(law, offences={**law.offences, "doxxing": offence})
    assert kinds(ended, date(2027, 6, 30), date(2027, 7, 1)) == {"doxxing": "ended"}
    assert kinds(ended, date(2027, 6, 29), date(2027, 6, 30)) == {}


@given(DAYS, DAYS, DAYS)
@settings(max_examples=30, deadline=None)
def test_two_steps_give_the_same_changes_as_one(a: date, b: date, c: date) -> None:
    law = load_law()
    first, middle, last = sorted((a, b, c))
    parts = diff(law, first, middle).changes + diff(law, middle, last).changes
    assert set(parts) == set(diff(law, first, last).changes)
    assert len(parts) == len(diff(law, first, last).changes)


def test_the_order_of_the_days_makes_no_difference(law: Law) -> None:
    first, last = date(2021, 1, 1), date(2025, 1, 1)
    assert diff(law, last, first) == diff(law, first, last)


def test_what_has_no_established_day_is_told_apart_and_counted(law: Law) -> None:
    found = diff(law, date(2015, 1, 1), date(2015, 1, 2))
    assert found.changes == ()
    assert {"ppl_575", "cp223_1_1_aggravations"} <= {change.rule for change in found.undated}
    assert found.without_date == sum(1 for offence in law.offences.values() if offence.valid_from is None) > 0


def test_a_period_shared_by_many_offences_is_one_change(law: Law) -> None:
    found = [change for change in all_changes(law) if change.rule == "limitation"]
    assert len(found) == len({(change.article, change.what_fr) for change in found})
    assert all(len(change.touches) >= 1 for change in found)
    assert "harcelement_moral" in {name for change in found for name in change.touches}


def test_every_change_has_its_words_and_its_flag(law: Law) -> None:
    for change in all_changes(law):
        row = change.as_json()
        assert row["what_fr"]
        assert row["what_en"]
        assert row["flag_fr"]
        assert change.kind in WORDS
        assert change.verified is False or change.source


def test_the_verb_prints_articles_and_says_no_when_nothing_changed() -> None:
    found = answer("diff", "2024-05-22", "2024-05-23")
    kinds = {row["article"]: row["changes"][0]["kind"] for row in found["articles"]}
    assert kinds["Code pénal 226-8-1"] == "created"
    assert "Code pénal 226-8" not in kinds
    result = call("diff", "2024-05-23", "2024-05-24")
    assert result.return_value == 1
    assert "Aucun changement connu" in result.stdout


def test_the_table_shows_the_flag_and_what_it_cannot_see() -> None:
    result = call("diff", "2021-08-25", "2021-08-26")
    out = " ".join(result.output.split())
    assert "26 août 2021" in out
    assert "Non vérifié par une ou un juriste" in out
    assert "n’ont pas de date d’entrée en vigueur établie" in out


def test_a_wrong_day_is_a_wrong_usage() -> None:
    assert "AAAA-MM-JJ" in str(call("diff", "hier", "2024-05-23").exception)


def test_no_two_lines_say_the_same(law: Law) -> None:
    found = [(one.article, one.on, one.kind, one.what_fr) for one in all_changes(law)]
    assert len(set(found)) == len(found)
