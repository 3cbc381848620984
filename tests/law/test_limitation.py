"""Limitation: month arithmetic against a day count written here, starts, interruptions, unknown days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.law.dates import add_months, in_paris, paris_day
from saisine.law.inputs import CaseInputs, Event
from saisine.law.limitation import Clock, clock
from saisine.law.load import Law, load_law

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def leap(year: int) -> bool:
    return year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)


def length(year: int, month: int) -> int:
    return 29 if month == 2 and leap(year) else LENGTHS[month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1 January 1896, counted one month after another; shares nothing with the engine."""
    days = sum(366 if leap(y) else 365 for y in range(1896, year))
    return days + sum(length(year, m) for m in range(1, month)) + day - 1


def last_day_number(year: int, month: int, day: int, months: int) -> int:
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return day_number(year, month, min(day, length(year, month)))


EPOCH = date(1896, 1, 1)
DAYS = st.dates(date(1896, 1, 1), date(2104, 12, 31))
PERIODS = st.sampled_from([3, 6, 12, 36, 72, 120, 216, 240])


@settings(max_examples=2000, deadline=None)
@given(DAYS, PERIODS)
def test_months_agree_with_an_independent_day_count(start: date, months: int) -> None:
    expected = last_day_number(start.year, start.month, start.day, months)
    assert (add_months(start, months) - EPOCH).days == expected


def test_every_month_end_of_two_centuries_agrees() -> None:
    for year in range(1896, 2105):
        for month in range(1, 13):
            for day in {28, length(year, month) - 1, length(year, month)}:
                start = date(year, month, day)
                for months in (3, 12, 72):
                    expected = last_day_number(year, month, day, months)
                    assert (add_months(start, months) - EPOCH).days == expected, (start, months)


@given(DAYS, PERIODS)
def test_a_later_start_never_ends_sooner(start: date, months: int) -> None:
    assert add_months(start, months) <= add_months(start + timedelta(days=1), months)


def test_a_forged_day_at_the_end_of_the_calendar_is_counted_to_its_end(law: Law) -> None:
    forged = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert in_paris(forged).date() == date.max
    assert in_paris(datetime(1, 1, 1, tzinfo=UTC)).date() == date.min
    for start in (date.max, date(9999, 11, 30)):
        events = (
            Event("publication", start),
            Event("suspension_start", start),
            Event("suspension_end", date.max),
        )
        for offence in law.offences.values():
            found = clock(
                law.limitation, offence, (*events, Event("birth_of_victim", start)), date(2026, 11, 20)
            )
            assert found.status == "open"


@pytest.mark.parametrize(
    ("text", "day", "assumed"),
    [
        ("2026-08-22T22:30:00Z", date(2026, 8, 23), False),  # summer time: UTC+2
        ("2026-08-22T21:59:59Z", date(2026, 8, 22), False),
        ("2026-12-31T23:30:00Z", date(2027, 1, 1), False),  # winter time: UTC+1
        ("2026-12-31T22:59:59Z", date(2026, 12, 31), False),
        ("2026-03-29T00:30:00Z", date(2026, 3, 29), False),  # the night the clocks go forward
        ("2026-10-24T22:30:00Z", date(2026, 10, 25), False),  # still summer time
        ("2026-10-25T23:30:00Z", date(2026, 10, 26), False),  # winter time since 03:00
        ("2026-08-22T23:59:00", date(2026, 8, 22), True),  # no zone: the day is kept, and marked
        ("2026-08-22", date(2026, 8, 22), False),
    ],
)
def test_a_time_becomes_a_paris_day(text: str, day: date, assumed: bool) -> None:
    assert paris_day(text) == (day, assumed)


INSULT = "injure_publique"  # three months, strict press law
RACIST = "injure_publique_race"  # a year, art. 65-3
HARASSMENT = "harcelement_moral"  # six years from the last act
THREAT = "menace_mort"  # six years from the act
MINOR = "pedopornographie"  # ten years from majority


def run(offence: str, today: str, *events: tuple[str, str] | Event) -> Clock:
    law = load_law()
    built = tuple(
        event if isinstance(event, Event) else Event(event[0], date.fromisoformat(event[1]))
        for event in events
    )
    return clock(law.limitation, law.offences[offence], built, date.fromisoformat(today))


POSTED = ("publication", "2026-08-10")  # three months: 10 November; one year: 10 August 2027
# offence, acts, last useful day, does the last act restart the period
SEQUENCES = [
    (INSULT, [], "2026-11-10", False),
    (INSULT, [("simple_complaint", "2026-09-01")], "2026-11-10", False),
    (INSULT, [("platform_notice", "2026-09-01")], "2026-11-10", False),
    (INSULT, [("pharos", "2026-09-01")], "2026-11-10", False),
    (INSULT, [("ddd", "2026-09-01")], "2026-11-10", False),
    (INSULT, [("police_report_act", "2026-09-01")], "2026-11-10", False),
    (INSULT, [("prosecution_act", "2026-09-01")], "2026-12-01", True),
    (INSULT, [("civil_party_complaint", "2026-09-30")], "2026-12-30", True),
    (INSULT, [("direct_summons", "2026-11-10")], "2027-02-10", True),
    (INSULT, [("direct_summons", "2026-11-11")], "2026-11-10", False),
    (INSULT, [("judgment", "2026-10-31")], "2027-01-31", True),
    (INSULT, [("direct_summons", "2026-11-10"), ("judgment", "2027-02-10")], "2027-05-10", True),
    (INSULT, [("direct_summons", "2026-11-10"), ("judgment", "2027-02-11")], "2027-02-10", True),
    (INSULT, [("simple_complaint", "2026-11-09"), ("direct_summons", "2026-11-11")], "2026-11-10", False),
    (INSULT, [("police_report_act", "2026-11-01"), ("direct_summons", "2026-12-01")], "2026-11-10", False),
    (INSULT, [("prosecution_act", "2026-11-30"), ("judgment", "2026-12-01")], "2026-11-10", False),
    (INSULT, [("civil_party_complaint", "2026-08-10")], "2026-11-10", True),
    (INSULT, [("civil_party_complaint", "2026-11-30")], "2026-11-10", False),
    (INSULT, [("suspension_start", "2026-09-01"), ("suspension_end", "2026-10-01")], "2026-11-10", False),
    (RACIST, [], "2027-08-10", False),
    (RACIST, [("simple_complaint", "2026-09-01")], "2027-08-10", False),
    (RACIST, [("police_report_act", "2026-10-01")], "2027-10-01", True),
    (RACIST, [("prosecution_act", "2027-08-10")], "2028-08-10", True),
    (RACIST, [("prosecution_act", "2027-08-11")], "2027-08-10", False),
    (RACIST, [("police_report_act", "2026-10-01"), ("prosecution_act", "2027-10-01")], "2028-10-01", True),
    (RACIST, [("pharos", "2026-10-01"), ("ddd", "2026-10-02")], "2027-08-10", False),
    (RACIST, [("suspension_start", "2026-09-01"), ("suspension_end", "2026-10-01")], "2027-08-10", False),
    (THREAT, [], "2032-08-10", False),
    (THREAT, [("simple_complaint", "2026-09-01")], "2032-08-10", False),
    (THREAT, [("police_report_act", "2028-02-29")], "2034-02-28", True),
    (THREAT, [("prosecution_act", "2032-08-10")], "2038-08-10", True),
    (THREAT, [("prosecution_act", "2032-08-11")], "2032-08-10", False),
    (THREAT, [("suspension_start", "2026-09-01"), ("suspension_end", "2026-10-01")], "2032-09-09", False),
    (HARASSMENT, [("act", "2026-10-31")], "2032-10-31", False),
    (HARASSMENT, [("act", "2026-10-31"), ("civil_party_complaint", "2026-11-30")], "2032-11-30", True),
]


def test_the_table_holds_at_least_thirty_sequences() -> None:
    assert len(SEQUENCES) >= 30


@pytest.mark.parametrize(("offence", "acts", "last", "restarts"), SEQUENCES)
def test_each_sequence_of_acts_gives_its_last_useful_day(
    offence: str, acts: list[tuple[str, str]], last: str, restarts: bool
) -> None:
    found = run(offence, "2026-08-10", POSTED, *acts)
    assert found.last_useful_day == date.fromisoformat(last)
    assert found.expired_from == date.fromisoformat(last) + timedelta(days=1)
    assert (found.runs_from_event == "last_interrupting_act") is restarts


def test_an_investigation_request_that_qualifies_nothing_does_not_interrupt_press_law() -> None:
    request = Event("prosecution_act", date(2026, 9, 1), articulates=False)
    assert run(INSULT, "2026-09-02", POSTED, request).last_useful_day == date(2026, 11, 10)
    doubtful = run(INSULT, "2026-09-02", POSTED, Event("prosecution_act", date(2026, 9, 1)))
    assert any("articule" in alert for alert in doubtful.alerts)


def test_the_last_day_is_open_and_the_next_one_is_expired() -> None:
    assert (run(INSULT, "2026-11-10", POSTED).status, run(INSULT, "2026-11-10", POSTED).days_left) == (
        "open",
        0,
    )
    late = run(INSULT, "2026-11-11", POSTED)
    assert (late.status, late.days_left) == ("expired", -1)


def test_a_new_publication_opens_a_clock_for_itself_alone() -> None:
    found = run(
        INSULT, "2026-12-01", ("publication", "2025-10-01"), ("new_publication_by_author", "2026-11-30")
    )
    assert (found.runs_from_event, found.last_useful_day) == ("new_publication", date(2027, 2, 28))
    assert [other.status for other in found.others] == ["expired"]


def test_the_clock_of_a_minor_starts_at_majority() -> None:
    born = Event("birth_of_victim", date(2012, 2, 29))
    found = run(MINOR, "2026-11-20", born, ("act", "2026-11-09"))
    assert (found.runs_from, found.last_useful_day) == (date(2030, 2, 28), date(2040, 2, 28))


def test_without_a_birth_date_the_facts_give_the_worst_case() -> None:
    found = run(MINOR, "2026-11-20", ("act", "2026-11-09"))
    assert (found.status, found.last_useful_day) == ("open", None)
    assert "naissance" in found.alerts[0]


def test_an_unknown_day_is_counted_from_the_earliest_one_and_says_so() -> None:
    law = load_law()
    raw = {"facts_true": [], "events": [{"kind": "publication", "date": "2026-08-10", "precision": "month"}]}
    events = CaseInputs.from_mapping(raw, law).events
    offence = law.offences[INSULT]
    worst = clock(law.limitation, offence, events, date(2026, 11, 1))
    assert (worst.last_useful_day, worst.status) == (date(2026, 11, 1), "open")
    assert worst.alerts[0].startswith("Jour inconnu")
    # published between 1 and 31 August: until 30 November nobody can say that it is over
    assert clock(law.limitation, offence, events, date(2026, 11, 30)).status == "unknown"
    assert clock(law.limitation, offence, events, date(2026, 12, 1)).status == "expired"


def test_an_act_that_may_have_been_in_time_leaves_the_status_unknown() -> None:
    posted = Event("publication", date(2026, 8, 1), "month", latest=date(2026, 8, 31))
    summons = ("direct_summons", "2026-11-20")  # late if posted on 1 August, in time if on the 31st
    assert run(INSULT, "2027-02-20", posted, summons).status == "unknown"
    assert run(INSULT, "2027-02-21", posted, summons).status == "expired"


def test_without_any_date_the_clock_says_what_is_missing() -> None:
    found = run(INSULT, "2026-11-20")
    assert (found.status, found.days_left) == ("unknown", None)


@pytest.mark.parametrize(
    "events",
    [
        [("publication", "2026-08-10"), ("direct_summons", "2026-08-09")],
        [("birth_of_victim", "2026-08-11"), ("act", "2026-08-10")],
    ],
)
def test_an_impossible_order_is_refused_in_plain_words(events: list[tuple[str, str]]) -> None:
    with pytest.raises(SaisineError) as caught:
        run(THREAT, "2026-11-20", *events)
    assert caught.value.code == "law_events_order"
    assert "Vérifiez les deux dates" in caught.value.sentence("fr")
    assert "2026-08" in caught.value.sentence("en")


def test_the_safety_day_is_the_projects_advice() -> None:
    found = run(INSULT, "2026-08-10", POSTED)
    assert found.safety_day == date(2026, 10, 26)  # 10 November less fifteen days


def test_the_steps_tell_how_the_day_was_found() -> None:
    steps = " ".join(run(INSULT, "2026-11-20", ("publication", "2026-08-31")).steps)
    assert "Publié le 31 août 2026." in steps
    assert "il n’y a pas de 31 novembre" in steps
    assert "lundi 30 novembre 2026" in steps


def test_every_offence_has_a_clock(law: Law) -> None:
    events = (Event("act", date(2026, 8, 10)), Event("birth_of_victim", date(2012, 5, 1)))
    for offence in law.offences.values():
        found = clock(law.limitation, offence, events, date(2026, 8, 11))
        assert found.status == "open", offence.id
        assert found.period_months == offence.limitation.months


def test_what_has_not_come_yet_is_said(law: Law) -> None:
    planned = Event("direct_summons", date(2026, 11, 25))
    events = (Event("publication", date(2026, 9, 30)), planned)
    found = clock(law.limitation, law.offences[INSULT], events, date(2026, 11, 20))
    assert "Citation directe du 25 novembre 2026 : pas encore arrivé, à vérifier." in found.alerts
    later = clock(law.limitation, law.offences[INSULT], events, date(2026, 11, 25))
    assert not any("pas encore" in alert for alert in later.alerts)
    facts = clock(law.limitation, law.offences[INSULT], events[:1], date(2026, 9, 29))
    assert "Le jour des faits n’est pas encore arrivé : à vérifier." in facts.alerts
