"""Retention clocks: counted from the last act or the last legal day, stopped by a hold, shorter on request."""

from datetime import timedelta
from pathlib import Path

import pytest

from saisine.casework import erasures, incidents, retention, rights
from saisine.casework.models import Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.law.dates import add_months
from tests.casework.world import Clock, take, write_files


def the_unit(session: Session) -> retention.RetentionClock:
    return next(one for one in retention.clocks(session) if one.kind == "unit")


def with_incident(session: Session) -> Incident:
    incident = incidents.open_incident(session, "Vague de mars")
    rights.add_act(session, incident, "publication", session.today())
    rights.record(session, incident, {"is_public": "true", "target_person": "true"})
    return incident


def test_a_deposit_in_no_incident_goes_three_years_after_its_last_act(filled: Session, clock: Clock) -> None:
    made = filled.today()
    assert the_unit(filled).on == add_months(made, 36)
    clock.pass_s(40 * 24 * 3600)
    filled.vault.log_access(the_unit(filled).id)
    assert the_unit(filled).on == add_months(made, 36), "looking at a piece prolongs nothing"
    erasures.hold(filled, the_unit(filled).id, "plainte déposée")
    erasures.release(filled, the_unit(filled).id, "procédure terminée")
    assert the_unit(filled).on == add_months(filled.today(), 36), "a hold and its end are acts"


def test_it_is_due_on_its_day_and_not_before(filled: Session, clock: Clock) -> None:
    left = the_unit(filled).days_left
    assert left is not None
    clock.pass_s((left - 1) * 24 * 3600)
    assert [one.kind for one in retention.due(filled)] == []
    clock.pass_s(24 * 3600)
    assert [one.kind for one in retention.due(filled)] == ["unit"]


def test_a_hold_stops_the_clock(filled: Session, clock: Clock) -> None:
    unit = the_unit(filled).id
    review = filled.today() + timedelta(days=90)
    erasures.hold(filled, unit, "plainte déposée", review)
    clock.pass_s(4 * 366 * 24 * 3600)
    assert retention.due(filled) == []
    assert the_unit(filled).is_held
    assert the_unit(filled).held_until == review.isoformat()


def test_shorter_lengths_are_the_association_s_choice(filled: Session) -> None:
    assert not retention.lengths(filled).is_chosen
    retention.choose_lengths(filled, 6, 12)
    assert retention.lengths(filled) == retention.Lengths(6, 12, is_chosen=True)
    assert the_unit(filled).on == add_months(filled.today(), 6)
    for loose, kept in ((0, 12), (6, 73), (37, 72)):
        with pytest.raises(SaisineError) as told:
            retention.choose_lengths(filled, loose, kept)
        assert told.value.code == "retention_length"


def test_an_incident_goes_six_years_after_its_last_clock(filled: Session) -> None:
    incident = with_incident(filled)
    days = [
        item.clock.last_useful_day
        for item in rights.assessment(filled, incident).main
        if item.clock is not None and item.clock.last_useful_day is not None
    ]
    found = retention.find_clock(filled, "incident", incident.id)
    assert days
    assert found.from_on == max(days)
    assert found.on == add_months(max(days), 72)


def test_an_incident_whose_dates_contradict_each_other_has_no_day(filled: Session) -> None:
    incident = with_incident(filled)
    incident.acts.update(kind="birth_of_victim", on=filled.today())
    rights.add_act(filled, incident, "publication", filled.today())
    incident.acts.filter(kind="publication").update(on=filled.today() - timedelta(days=400))
    found = retention.find_clock(filled, "incident", incident.id)
    assert (found.on, found.is_due) == (None, False)
    assert found.why


def test_what_an_incident_uses_has_the_incident_s_clock_alone(filled: Session) -> None:
    from saisine.casework import exhibits

    incident = with_incident(filled)
    item = next(row for row in filled.vault.items() if row.media_type == "application/pdf")
    before = {one.kind for one in retention.clocks(filled)}
    exhibits.ExhibitRow.objects.create(
        incident=incident, number=1, kind="document", item=item.item, added_at=filled.now()
    )
    assert before == {"incident", "unit"}
    assert {one.kind for one in retention.clocks(filled)} == {"incident"}


def test_files_never_sealed_are_named_with_their_day(session: Session, tmp_path: Path, clock: Clock) -> None:
    from saisine.casework import deposits

    source = tmp_path / "une.txt"
    source.write_bytes(b"une ligne")
    deposits.receive(session, [("une.txt", source)])
    found = next(one for one in retention.clocks(session) if one.kind == "waiting")
    assert (found.pieces, found.days_left) == (1, 1)
    clock.pass_s(24 * 3600)
    assert [one.kind for one in retention.due(session)] == ["waiting"]


def test_an_unknown_clock_is_told(session: Session) -> None:
    with pytest.raises(SaisineError) as told:
        retention.find_clock(session, "unit", "0" * 26)
    assert told.value.code == "retention_unknown"


@pytest.mark.slow
def test_two_deposits_have_two_clocks(filled: Session, tmp_path: Path) -> None:
    take(filled, write_files(tmp_path / "autre", posts=31))
    assert [one.number for one in retention.clocks(filled) if one.kind == "unit"] == [1, 2]
