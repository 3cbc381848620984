"""Erasure in two steps: seven days to change one's mind, what a procedure keeps stays, certificates for the rest."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

from saisine.casework import (
    consents,
    deposits,
    erasures,
    exhibits,
    incidents,
    jobs,
    planned_erasures,
    rights,
)
from saisine.casework.models import Deposit, Incident, Job, JournalRow
from saisine.casework.personal_models import PlannedErasure
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from saisine.vault import erasure
from saisine.vault.standing import UNLAWFUL
from tests.casework.world import Clock, take, write_files

WEEK_S = 7 * 24 * 3600


def unit_of(session: Session) -> str:
    return erasures.list_units(session)[0].unit


def plan_unit(session: Session) -> PlannedErasure:
    return planned_erasures.plan(session, "unit", unit_of(session), "art17_request")


@contextmanager
def an_idle_thread_of_the_pages() -> Iterator[None]:
    """A thread that answered a page and keeps its connection for the next one."""
    with ThreadPoolExecutor(1) as pages:
        assert pages.submit(Incident.objects.exists).result()
        yield
        pages.submit(connections.close_all).result()


def run(session: Session) -> None:
    planned_erasures.tick(session)
    jobs.run_waiting(session)


def with_incident(session: Session) -> Incident:
    """An incident with a frozen copy, a sealed notice and words of a person."""
    incident = incidents.open_incident(session, "Vague de mars")
    found = session.corpora.search(Query(), limit=2).items
    exhibits.add_messages(session, incident, [message.ref or "" for message in found])
    incidents.set_summary(session, incident, "Un récit que seule la base contient.")
    rights.add_act(session, incident, "publication", session.today())
    rights.record(session, incident, {"is_public": "true", "target_person": "true"})
    consents.set_consent(session, incident, "notifier_plateforme", "given")
    return incident


def test_nothing_goes_before_the_seventh_day(filled: Session, clock: Clock) -> None:
    row = plan_unit(filled)
    clock.pass_s(WEEK_S - 1)
    run(filled)
    assert not Job.objects.filter(kind="erase").exists()
    assert filled.corpora.list()
    clock.pass_s(1)
    run(filled)
    row.refresh_from_db()
    assert row.state == PlannedErasure.DONE
    assert filled.corpora.list() == []
    assert row.result["certificates"] == [erasure.erasures(filled.vault)[-1].seq]


def test_it_is_called_off_until_then_and_not_after(filled: Session, clock: Clock) -> None:
    row = plan_unit(filled)
    clock.pass_s(WEEK_S - 1)
    planned_erasures.cancel(filled, row)
    clock.pass_s(10)
    run(filled)
    assert filled.corpora.list()
    assert PlannedErasure.objects.get().state == PlannedErasure.CANCELLED
    again = plan_unit(filled)
    clock.pass_s(WEEK_S)
    run(filled)
    with pytest.raises(SaisineError) as told:
        planned_erasures.cancel(filled, again)
    assert told.value.code == "erasure_too_late"


def test_asked_for_twice_it_is_one(filled: Session) -> None:
    assert plan_unit(filled).id == plan_unit(filled).id
    assert JournalRow.objects.filter(what="erasure_planned").count() == 1


def test_a_hold_refuses_the_plan_and_stops_one_that_came_due(filled: Session, clock: Clock) -> None:
    row = plan_unit(filled)
    unit = unit_of(filled)
    erasures.hold(filled, unit, "plainte déposée")
    with pytest.raises(SaisineError) as told:
        planned_erasures.plan(filled, "unit", unit, "other")
    assert told.value.code == "unit_held"
    clock.pass_s(WEEK_S)
    run(filled)
    assert filled.corpora.list(), "what a procedure needs stays"
    assert planned_erasures.tick(filled) is None, "the worker does not try for ever"
    erasures.release(filled, unit, "procédure terminée")
    run(filled)
    row.refresh_from_db()
    assert row.state == PlannedErasure.DONE
    assert filled.corpora.list() == []


def test_one_that_the_command_line_did_first_has_its_certificate(filled: Session, clock: Clock) -> None:
    row, unit = plan_unit(filled), unit_of(filled)
    erasures.erase(filled, erasures.target_of(filled, unit), "mistake")
    clock.pass_s(WEEK_S)
    run(filled)
    row.refresh_from_db()
    assert (row.state, len(row.result["certificates"])) == (PlannedErasure.DONE, 1)


def test_the_rows_of_one_person_go_and_the_sentences_say_what_stays(filled: Session, clock: Clock) -> None:
    page = filled.corpora.search(Query(), limit=1)
    author = page.items[0].author_handle or page.items[0].author_name or ""
    before = sum(info.rows for info in filled.corpora.list())
    extent = planned_erasures.look(filled, "person", selection={"author": author})
    assert extent.messages > 0
    assert any("coffre" in line for line in extent.remains_fr)
    row = planned_erasures.plan(filled, "person", "", "art17_request", {"author": author})
    clock.pass_s(WEEK_S)
    run(filled)
    assert sum(info.rows for info in filled.corpora.list()) == before - extent.messages
    row.refresh_from_db()
    assert row.selection == {}, "the name is not kept once its rows are gone"


def test_an_incident_goes_with_its_words_and_its_sealed_texts(filled: Session, clock: Clock) -> None:
    incident = with_incident(filled)
    incident.refresh_from_db()
    row = planned_erasures.plan(filled, "incident", incident.id, "consent_withdrawn")
    clock.pass_s(WEEK_S)
    with an_idle_thread_of_the_pages():
        run(filled)
    assert not Incident.objects.exists()
    assert incident.unit in filled.vault.journal.standing.erased
    row.refresh_from_db()
    assert [erasure.erasure_at(filled.vault, seq).unit for seq in row.result["certificates"]] == [
        incident.unit
    ]
    assert filled.corpora.list(), "the deposit that its exhibits come from has its own erasure"
    written = b"".join(path.read_bytes() for path in filled.workspace.folder.glob("saisine.sqlite3*"))
    assert b"seule la base contient" not in written, "the journal of the database is emptied too"


@pytest.mark.slow
def test_everything_goes_but_what_is_held(filled: Session, tmp_path: Path, clock: Clock) -> None:
    take(filled, write_files(tmp_path / "autre", posts=31))
    with_incident(filled)
    waiting = tmp_path / "une.txt"
    waiting.write_bytes(b"une ligne")
    deposits.receive(filled, [("une.txt", waiting)])
    held = next(one.unit for one in erasures.list_units(filled))
    erasures.hold(filled, held, "plainte déposée")
    row = planned_erasures.plan(filled, "everything", "", "other")
    clock.pass_s(WEEK_S)
    run(filled)
    row.refresh_from_db()
    assert row.state == PlannedErasure.HELD
    assert [one.unit for one in erasures.list_units(filled)] == [held]
    assert not Deposit.objects.filter(state=Deposit.RECEIVED).exists()
    first = len(row.result["certificates"])
    erasures.release(filled, held, "procédure terminée")
    run(filled)
    row.refresh_from_db()
    assert row.state == PlannedErasure.DONE
    assert len(row.result["certificates"]) > first, "the certificates of the first time are kept"
    assert erasures.list_units(filled) == []


def test_what_cannot_be_planned_is_told(session: Session) -> None:
    for kind, target, reason, code in (
        ("nothing", "", "other", "erasure_kind"),
        ("unit", "0" * 26, "other", "erasure_nothing"),
        ("unit", "short", "other", "unit_unknown"),
        ("incident", "0" * 32, "other", "incident_unknown"),
        ("person", "", "other", "erase_rows_unnamed"),
        ("everything", "", "because", "erasure_reason"),
        ("everything", "", UNLAWFUL, "erasure_reason"),
        ("everything", "", "other", "erasure_nothing"),
    ):
        with pytest.raises(SaisineError) as told:
            planned_erasures.plan(session, kind, target, reason)
        assert told.value.code == code, (kind, target)
    assert not PlannedErasure.objects.exists()
