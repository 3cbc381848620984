"""What stands beside a qualification: whether the author may be identified, and until when."""

from datetime import date

import pytest

from saisine.law.assess import assess
from saisine.law.beside import Identification
from saisine.law.inputs import CaseInputs, Event
from saisine.law.load import Law

HARASSMENT = frozenset({"target_person", "repeated_same_author", "health_degradation"})
INSULT = frozenset({"is_public", "target_person", "outrageous_expression"})


def identification(law: Law, facts: frozenset[str], today: date, *days: date) -> Identification:
    inputs = CaseInputs(true=facts, closed=True, events=tuple(Event("act", day) for day in days))
    found = assess(law, inputs, today).met[0].identification
    assert found
    return found


@pytest.mark.parametrize(
    ("today", "status"), [(date(2026, 11, 25), "allowed"), (date(2026, 11, 26), "too_late")]
)
def test_connection_data_live_one_year_to_the_day(today: date, status: str, law: Law) -> None:
    facts = frozenset({"target_person", "private_data_locating", "aim_expose_to_risk"})
    found = identification(law, facts, today, date(2025, 11, 25))
    assert (found.status, found.data_kept_until) == (status, date(2026, 11, 25))


def test_the_last_act_gives_the_last_chance(law: Law) -> None:
    days = (date(2024, 6, 1), date(2026, 6, 1))
    found = identification(law, HARASSMENT, date(2026, 11, 20), *days)
    assert found.data_kept_until == date(2027, 6, 1)


def test_plain_insult_is_under_the_threshold_and_says_so(law: Law) -> None:
    found = identification(law, INSULT, date(2026, 11, 20), date(2026, 11, 1))
    assert found.status == "not_available"
    assert "pourrait ne pas être identifiable" in found.text_fr


def test_a_lawful_statement_names_what_protects_it_in_both_languages(law: Law) -> None:
    satire = CaseInputs(true=frozenset({"humour_or_satire"}), closed=True)
    found = assess(law, satire, date(2026, 11, 20))
    assert "satire" in found.lawful_reasons_fr[0]
    assert "satire" in found.lawful_reasons_en[0]
    assert len(found.lawful_reasons_fr) == len(found.lawful_reasons_en) > 1
