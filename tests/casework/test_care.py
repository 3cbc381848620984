"""Dose and rest: real openings are counted, a pause is proposed and never imposed, settings are one person's."""

from datetime import timedelta

import pytest

from saisine.casework import care, journal
from saisine.casework.models import JournalRow
from saisine.casework.personal_models import CareMark, PersonSettings
from saisine.casework.session import Session
from saisine.errors import SaisineError
from tests.casework.world import Clock


def open_some(session: Session, n: int) -> None:
    for _ in range(n):
        journal.note(session, "message_opened")


def test_the_counter_counts_what_was_really_opened(session: Session, clock: Clock) -> None:
    assert care.dose(session) == care.Dose(0, 0, proposes=False)
    journal.note(session, "message_opened", count=3)
    journal.note(session, "kept", count=500)
    clock.pass_s(18 * 60)
    journal.note(session, "capture_opened")
    assert care.dose(session) == care.Dose(4, 18, proposes=False)


def test_twenty_openings_or_twenty_five_minutes_propose_a_pause(session: Session, clock: Clock) -> None:
    open_some(session, 19)
    assert not care.dose(session).proposes
    open_some(session, 1)
    assert care.dose(session).proposes
    care.mark(session, CareMark.WENT_ON)
    assert not care.dose(session).proposes, "the person said that she goes on"
    clock.pass_s(60)
    open_some(session, 19)
    assert not care.dose(session).proposes
    open_some(session, 1)
    assert care.dose(session) == care.Dose(40, 1, proposes=True)


def test_time_alone_proposes_a_pause(session: Session, clock: Clock) -> None:
    open_some(session, 1)
    clock.pass_s(24 * 60 + 59)
    assert not care.dose(session).proposes
    clock.pass_s(1)
    assert care.dose(session).proposes


@pytest.mark.parametrize("mark", [CareMark.PAUSED, CareMark.ENDED])
def test_a_pause_or_the_end_of_a_day_starts_the_counter_again(
    session: Session, clock: Clock, mark: str
) -> None:
    open_some(session, 30)
    clock.pass_s(1)
    care.mark(session, mark)
    clock.pass_s(1)
    assert care.dose(session) == care.Dose(0, 0, proposes=False)
    open_some(session, 1)
    assert care.dose(session).openings == 1


def test_half_an_hour_without_opening_anything_is_rest(session: Session, clock: Clock) -> None:
    open_some(session, 30)
    clock.pass_s(30 * 60 + 1)
    assert care.dose(session).openings == 0


def test_a_sitting_is_counted_over_a_day_at_most(session: Session, clock: Clock) -> None:
    now = clock()
    JournalRow.objects.bulk_create(
        JournalRow(at=now - timedelta(minutes=minutes), by=session.actor, what="message_opened")
        for minutes in reversed(range(0, 26 * 60, 20))
    )
    assert care.dose(session) == care.Dose(3 * 24, 24 * 60 - 20, proposes=True)


def test_another_person_s_openings_are_not_counted(session: Session) -> None:
    JournalRow.objects.create(at=session.now(), by="x" * 26, what="message_opened", count=50)
    assert care.dose(session).openings == 0


def test_settings_belong_to_one_person(session: Session) -> None:
    other = session.acting("y" * 26)
    care.save_settings(session, {"never_show": True}, {"pause_openings": 7})
    assert care.settings_of(session).never_show
    assert care.settings_of(session).pause_openings == 7
    assert not care.settings_of(other).never_show
    assert care.settings_of(other).pause_openings == 20
    assert PersonSettings.objects.count() == 1, "nothing is written for a person who chose nothing"
    assert not JournalRow.objects.exclude(what="association_saved").exists(), "the journal is read by others"


def test_a_length_out_of_bounds_is_told(session: Session) -> None:
    with pytest.raises(SaisineError) as told:
        care.save_settings(session, {}, {"pause_minutes": 181})
    assert told.value.code == "care_length"
    assert told.value.facts == {"least": 5, "most": 180}


def test_a_day_is_summed_without_any_content(session: Session, clock: Clock) -> None:
    clock.pass_s(-24 * 3600)
    journal.note(session, "kept", count=9)
    clock.pass_s(24 * 3600)
    journal.note(session, "kept", count=2)
    journal.note(session, "kept", count=3)
    journal.note(session, "message_opened", count=4)
    day = care.day_of(session)
    assert dict(day.done)["kept"] == 5
    assert day.openings == 4
    assert "message_opened" not in dict(day.done)


def test_an_unknown_mark_is_refused(session: Session) -> None:
    with pytest.raises(SaisineError) as told:
        care.mark(session, "locked")
    assert told.value.code == "care_mark"
