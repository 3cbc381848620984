"""Deadlines kept as rows: always those that the engine would compute now, whatever changed and by whatever call."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from saisine.casework import association, deadline_rows, deadlines, incidents, rights, watching
from saisine.casework.deadline_models import DeadlineState
from saisine.casework.models import FactRow, Incident, NoticeEventRow, NoticeRow
from saisine.casework.session import Session
from tests.casework.world import ASSOCIATION, Clock, opened

FACTS = {"is_public": "true", "target_person": "true", "outrageous_expression": "true"}


def one_incident(session: Session, title: str = "Vague", ago: int = 20) -> Incident:
    found = incidents.open_incident(session, title)
    rights.add_act(session, found, "publication", session.today() - timedelta(days=ago))
    rights.record(session, found, FACTS)
    return found


def a_notice(session: Session, incident: Incident, number: int = 1) -> NoticeRow:
    notice = NoticeRow.objects.create(
        incident=incident, number=number, platform="x", offences=["injure_publique"], created_at=session.now()
    )
    NoticeEventRow.objects.create(
        notice=notice, kind="sent", at=session.now(), noted_at=session.now(), by=session.actor
    )
    return notice


def same(session: Session) -> int:
    """How many were computed again; after it, rows and engine agree on each deadline, in order."""
    again = deadline_rows.refresh(session)
    assert deadline_rows.every(session) == deadlines.deadlines(session)
    return again


def test_an_unchanged_incident_is_computed_once(tmp_path: Path) -> None:
    with opened(tmp_path / "espace") as session:
        one_incident(session)
        one_incident(session, "Autre")
        assert same(session) == 2
        assert same(session) == 0


@pytest.mark.parametrize("change", ["fact", "bulk", "update", "delete", "event", "closed", "association"])
def test_each_way_of_changing_a_row_is_seen(tmp_path: Path, change: str) -> None:
    with opened(tmp_path / "espace") as session:
        incident, other = one_incident(session), one_incident(session, "Autre")
        notice = a_notice(session, incident)
        assert same(session) == 2
        if change == "fact":
            rights.record(session, incident, {"target_group": "true"})
        elif change == "bulk":
            row = FactRow(
                incident=incident, fact="is_public", value="false", at=session.now(), by=session.actor
            )
            FactRow.objects.bulk_create([row])
        elif change == "update":
            FactRow.objects.filter(incident=incident, fact="is_public").update(value="unknown")
        elif change == "delete":
            FactRow.objects.filter(incident=incident).delete()
        elif change == "event":
            NoticeEventRow.objects.filter(notice=notice).delete()
        elif change == "closed":
            Incident.objects.filter(id=incident.id).update(state="closed")
        else:
            association.save_association(session, ASSOCIATION, email="autre@verger.invalid")
        assert same(session) == (2 if change == "association" else 1)
        assert Incident.objects.filter(id=other.id).exists()


def test_a_deleted_incident_leaves_no_deadline(tmp_path: Path) -> None:
    with opened(tmp_path / "espace") as session:
        incident = one_incident(session)
        same(session)
        Incident.objects.filter(id=incident.id).delete()
        same(session)
        assert deadline_rows.every(session) == []


@pytest.mark.parametrize("step", [1, pytest.param(0, marks=pytest.mark.slow)])
def test_days_pass_and_rows_stay_those_of_the_engine(tmp_path: Path, step: int) -> None:
    """Across the ends of every clock: in `make test` around each of them, in `make test-all` day after day."""
    clock = Clock()
    with opened(tmp_path / "espace", clock) as session:
        incident = one_incident(session, ago=70)
        a_notice(session, incident)
        one_incident(session, "Autre", ago=340)
        start = session.today()
        ends = {one.on for one in deadlines.deadlines(session) if one.on} | {
            one.safety_on for one in deadlines.deadlines(session) if one.safety_on
        }
        near = {(end - start).days + shift for end in ends for shift in (-1, 0, 1, 2)}
        days = sorted(day for day in near if 0 <= day < 400) if step else range(120)
        first = clock.at
        for day in days:
            clock.at = first + timedelta(days=day)
            same(session)


def test_a_clock_that_went_back_is_no_excuse(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "espace", clock) as session:
        one_incident(session, ago=70)
        clock.pass_s(86_400 * 30)
        same(session)
        clock.pass_s(-86_400 * 30)
        assert same(session) == 1


def test_another_law_computes_everything_again(tmp_path: Path) -> None:
    with opened(tmp_path / "espace") as session:
        one_incident(session)
        same(session)
        DeadlineState.objects.update(basis="une autre loi")
        assert same(session) == 1


def nearness(left: int | None) -> str:
    if left is None:
        return "unknown"
    return "late" if left < 0 else "7" if left < 8 else "15" if left < 16 else "30" if left < 31 else "later"


def test_pages_follow_each_other_and_counts_add_up(tmp_path: Path) -> None:
    with opened(tmp_path / "espace") as session:
        for number in range(4):
            incident = one_incident(session, f"Vague {number}", ago=20 * number + 1)
            a_notice(session, incident, number + 1)
        everything, found = deadline_rows.every(session), []
        while True:
            page = deadline_rows.page(session, start=len(found), limit=3)
            found += page.items
            if not page.has_more:
                break
        assert found == everything
        assert page.counts == Counter(nearness(one.days_left) for one in everything)


def test_the_nearest_is_a_day_to_come_or_a_late_reminder(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "espace", clock) as session:
        assert deadline_rows.nearest(session) is None
        one_incident(session, ago=500)  # over for long: no task
        nearest = deadline_rows.nearest(session)
        assert nearest is None or (nearest.days_left or 0) >= 0
        incident = one_incident(session, "Autre", ago=10)
        found = deadline_rows.nearest(session)
        assert found is not None
        assert found.incident.id == incident.id


def test_every_table_that_belongs_to_an_incident_is_watched(tmp_path: Path) -> None:
    with opened(tmp_path / "espace"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'watch_%'"
        )
        watched = {name for (name,) in cursor.fetchall()}
    for model in apps.get_app_config("casework").get_models():
        if watching.path_to_incident(model) and model.__name__ not in watching.NOT_WATCHED:
            assert model._meta.db_table in watched, model.__name__
    assert {"casework_incident", "casework_factrow", "casework_noticeeventrow"} <= watched
