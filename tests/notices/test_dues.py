"""Due dates: what the law gives, what is practice, and the arithmetic of the law engine."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.law.dates import add_months
from saisine.law.load import load_law
from saisine.notices import NoticeEvent, due_dates, load_terms

SENT = NoticeEvent("sent", datetime(2026, 3, 14, 9, tzinfo=UTC))
TODAY = date(2026, 3, 20)


def days(events: list[NoticeEvent], today: date = TODAY) -> dict[str, date]:
    return {due.term_id: due.on for due in due_dates("n1", events, today)}


def test_a_draft_has_no_due_date() -> None:
    assert due_dates("n1", [], TODAY) == ()


def test_a_sent_notice_is_watched_at_24_hours_7_and_30_days() -> None:
    assert days([SENT]) == {
        "n1:ack_24h": date(2026, 3, 15),
        "n1:online_24h": date(2026, 3, 15),
        "n1:reminder_7d": date(2026, 3, 21),
        "n1:silence_30d": date(2026, 4, 13),
    }
    assert all(due.nature == "practice" for due in due_dates("n1", [SENT], TODAY))


def test_an_acknowledgement_makes_its_reminder_void() -> None:
    ack = NoticeEvent("acknowledged", date(2026, 3, 14))
    assert "n1:ack_24h" not in days([SENT, ack])


def test_days_left_is_zero_on_the_day_and_negative_after() -> None:
    found = {due.term_id: due for due in due_dates("n1", [SENT], date(2026, 3, 21))}
    assert found["n1:reminder_7d"].days_left == 0
    assert not found["n1:reminder_7d"].is_late
    assert found["n1:ack_24h"].days_left == -6
    assert found["n1:ack_24h"].is_late


def test_a_refusal_opens_six_months_that_are_law() -> None:
    refused = NoticeEvent("decided", date(2026, 8, 31), decision="kept")
    (due,) = due_dates("n1", [SENT, refused], TODAY)
    assert due.on == date(2027, 2, 28)
    assert due.nature == "law"
    assert "art. 20" in due.nature_words()
    assert "Vérifié" in due.nature_words()


def test_a_removal_opens_no_complaint() -> None:
    removed = NoticeEvent("decided", date(2026, 3, 20), decision="removed")
    assert days([SENT, removed]) == {"n1:back_30d": date(2026, 4, 19)}


def test_the_dispute_body_has_90_or_180_days() -> None:
    events = [
        SENT,
        NoticeEvent("decided", date(2026, 3, 20), decision="kept"),
        NoticeEvent("complaint_20", date(2026, 3, 22)),
        NoticeEvent("body_21", date(2026, 4, 1)),
    ]
    assert days(events) == {"n1:body_21_90d": date(2026, 6, 30), "n1:body_21_180d": date(2026, 9, 28)}


def test_the_six_months_are_those_of_the_law_data() -> None:
    rule = next(rule for rule in load_law().limitation.other_deadlines if rule.id == "dsa_art20")
    term = next(term for term in load_terms() if term.id == "complaint_20")
    assert (term.months, term.article, term.verified) == (rule.months, rule.article, rule.verified)


@pytest.mark.parametrize("term", load_terms(), ids=lambda term: term.id)
def test_every_term_says_its_source_and_both_languages(term: object) -> None:
    for name in ("label_fr", "label_en", "rule_fr", "rule_en", "article", "verified_where"):
        assert getattr(term, name)


@given(st.dates(date(2024, 2, 17), date(2104, 12, 31)))
def test_the_complaint_ends_as_the_law_counts_months(day: date) -> None:
    events = [NoticeEvent("sent", day - timedelta(days=1)), NoticeEvent("decided", day, decision="kept")]
    assert days(events)["n1:complaint_20"] == add_months(day, 6)
