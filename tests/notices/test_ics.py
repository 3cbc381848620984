"""The calendar: read back by an independent parser, folded, neutral, stable, updated and cancelled."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from saisine.notices import CalendarTerm, renew_terms, write_ics
from saisine.notices.ics import fold, term_uid

NOW = datetime(2026, 4, 21, 8, tzinfo=UTC)
TERM = CalendarTerm(
    "n1:complaint_20", date(2026, 9, 30), "Échéance, dossier 7", "Voir Saisine ; étape 2, suite"
)


def events(text: str) -> list[object]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_a_term_is_read_back_by_another_parser() -> None:
    (found,) = events(write_ics([TERM], "w1", now=NOW))
    assert found["SUMMARY"] == TERM.title  # type: ignore[index]
    assert found["DESCRIPTION"] == TERM.note  # type: ignore[index]
    assert found.decoded("DTSTART") == TERM.on  # type: ignore[attr-defined]
    assert found["TRANSP"] == "TRANSPARENT"  # type: ignore[index]
    assert found["STATUS"] == "CONFIRMED"  # type: ignore[index]
    triggers = [alarm.decoded("TRIGGER") for alarm in found.walk("VALARM")]  # type: ignore[attr-defined]
    assert triggers == [timedelta(days=-15), timedelta(days=-7), timedelta(days=-1)]


def test_the_same_terms_give_the_same_bytes_and_the_same_ids() -> None:
    assert write_ics([TERM], "w1", now=NOW) == write_ics([TERM], "w1", now=NOW)
    assert term_uid("w1", "a") != term_uid("w2", "a")


def test_a_changed_day_raises_the_sequence_and_a_lost_term_is_cancelled() -> None:
    moved = CalendarTerm(TERM.term_id, date(2026, 10, 1), TERM.title, TERM.note)
    other = CalendarTerm("n2:ack_24h", date(2026, 5, 1), "Échéance, dossier 8")
    first = renew_terms([TERM, other], [])
    second = renew_terms([moved], first)
    assert [(term.sequence, term.is_cancelled) for term in second] == [(1, False), (1, True)]
    assert renew_terms([moved], second) == second  # the same state written again changes nothing
    found = {event["UID"]: event for event in events(write_ics(second, "w1", now=NOW))}  # type: ignore[index]
    gone = found[term_uid("w1", "n2:ack_24h")]
    assert (gone["STATUS"], int(gone["SEQUENCE"])) == ("CANCELLED", 1)  # type: ignore[index]


def test_a_thousand_terms_are_read_back() -> None:
    terms = [
        CalendarTerm(f"t{n}", date(2026, 1, 1) + timedelta(days=n), f"Échéance {n}") for n in range(1000)
    ]
    assert len(events(write_ics(terms, "w1", now=NOW))) == 1000


@settings(max_examples=80)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_title_is_folded_within_75_octets_and_reads_back(title: str, note: str) -> None:
    text = write_ics([CalendarTerm("t", date(2026, 5, 1), f"É{title}", note)], "w1", now=NOW)
    assert text.encode().count(b"\n") == text.encode().count(b"\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert len(events(text)) == 1


@given(st.text(alphabet="aé漢😀 ", max_size=300))
def test_unfolding_gives_the_line_back(line: str) -> None:
    assert fold(line).replace("\r\n ", "") == line
