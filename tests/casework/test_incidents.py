"""From what was kept to an incident: frozen exhibits, what the deposit said, rights, people, consents."""

from datetime import UTC, date, datetime, timedelta

import pytest

from saisine.casework import (
    association,
    captures,
    chronology,
    consents,
    deadlines,
    deposits,
    dossier_data,
    exhibits,
    incidents,
    journal,
    rights,
    statements,
    triage,
)
from saisine.casework.dossier_data import missing
from saisine.casework.models import Capture, Deposit, DossierRow, ExhibitRow, Incident
from saisine.casework.session import Session
from saisine.dossiers.pdf import build_pdf
from saisine.errors import SaisineError
from saisine.law.inputs import Association
from tests.casework.march import INSULT, answer_all, open_march
from tests.casework.world import START


@pytest.fixture
def incident(filled: Session) -> Incident:
    return open_march(filled)


# ------------------------------------------------------------------ exhibits


def test_kept_messages_become_frozen_exhibits(filled: Session, incident: Incident) -> None:
    rows = exhibits.exhibits(filled, incident)
    assert [row.number for row in rows] == [1, 2, 3]
    for row in rows:
        (message,) = exhibits.exhibit_messages(filled, row)
        assert message == filled.corpora.get(row.ref)
        assert filled.vault.find(row.item).name.endswith("posts.jsonl")
        assert filled.vault.find(row.frozen).unit == incident.unit
        assert message.text not in repr(vars(row))
    assert triage.kept(filled).count == 0


def test_the_frozen_copy_outlives_the_corpus(filled: Session, incident: Incident) -> None:
    row = exhibits.exhibits(filled, incident)[0]
    before = exhibits.exhibit_messages(filled, row)
    import shutil

    for corpus in filled.corpora.list():
        shutil.rmtree(filled.corpora.folder / corpus.id)
    filled.corpora.forget()
    assert exhibits.exhibit_messages(filled, row) == before


def test_a_number_is_never_used_twice(filled: Session, incident: Incident) -> None:
    last = exhibits.exhibits(filled, incident)[-1]
    last.withdrawn_at = filled.now()
    last.save()
    added = exhibits.add_item(filled, incident, Capture.objects.get(kind="document").item)
    assert added.number == last.number + 1
    assert [row.number for row in exhibits.exhibits(filled, incident)] == [1, 2, 4]


def test_the_same_piece_enters_once(filled: Session, incident: Incident) -> None:
    item = Capture.objects.get(kind="document").item
    exhibits.add_item(filled, incident, item)
    with pytest.raises(SaisineError) as told:
        exhibits.add_item(filled, incident, item)
    assert told.value.code == "exhibit_twice"


def test_a_capture_enters_with_the_date_a_person_confirmed_never_the_hint(filled: Session) -> None:
    capture = captures.next_capture(filled)
    assert capture is not None
    assert capture.hint_on == date(2026, 3, 14)
    captures.save(filled, capture, shown_on=date(2026, 3, 15), confirmed=False, url="", platform="instagram")
    first = incidents.open_incident(filled, "Sans date", from_triage=True)
    (row,) = exhibits.exhibits(filled, first)
    assert (row.on, row.precision) == (None, "none")
    assert first.platform == "instagram"


def test_a_date_of_tomorrow_is_refused(filled: Session) -> None:
    capture = captures.next_capture(filled)
    assert capture is not None
    with pytest.raises(SaisineError) as told:
        captures.save(
            filled, capture, shown_on=START.date() + timedelta(1), confirmed=True, url="", platform=""
        )
    assert told.value.code == "date_in_future"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Screenshot_20260314-143205.png", date(2026, 3, 14)),
        ("Capture d’écran 2026-03-14 à 14.32.05.png", date(2026, 3, 14)),
        ("IMG-20260314-WA0003.jpg", date(2026, 3, 14)),
        ("IMG_5562.png", None),
        ("20261399.png", None),
        ("120260314.png", None),
        ("20260230.png", None),
    ],
)
def test_the_day_in_a_name_is_a_hint_when_it_is_a_day(name: str, day: date | None) -> None:
    assert captures.hint_of(name) == day


# ------------------------------------------------------------------ what the deposit said


def test_what_the_deposit_said_is_carried_over(filled: Session) -> None:
    deposit = Deposit.objects.get()
    deposits.answer_questions(
        filled, deposit, target="association", in_its_name=True, since=date(2026, 3, 14)
    )
    opened = incidents.open_incident(filled, "Vague")
    assert rights.inputs_of(filled, opened).value("target_legal_person") is True
    given_ones = {line.act for line in consents.consents(filled, opened) if line.state == "given"}
    assert given_ones == set(consents.IN_ITS_NAME)
    # nothing is dated yet: the day remembered starts the clock
    assert [event.day for event in rights.events_of(statements.first(filled, opened))] == [date(2026, 3, 14)]


def test_a_title_is_asked_for(session: Session) -> None:
    with pytest.raises(SaisineError) as told:
        incidents.open_incident(session, "   ")
    assert told.value.code == "incident_title_missing"


def test_incidents_are_found_by_number_and_by_id(session: Session) -> None:
    first, second = (incidents.open_incident(session, title) for title in ("Un", "Deux"))
    assert incidents.get_incident(session, "2") == second
    assert incidents.get_incident(session, first.id) == first
    assert [one.number for one in incidents.list_incidents(session)] == [2, 1]
    for ref in ("3", "x", ""):
        with pytest.raises(SaisineError) as told:
            incidents.get_incident(session, ref)
        assert told.value.code == "incident_unknown"


# ------------------------------------------------------------------ rights


def test_messages_of_a_day_share_one_event(filled: Session, incident: Incident) -> None:
    days = {exhibits.day_of(row) for row in exhibits.exhibits(filled, incident)}
    assert {event.day for event in rights.events_of(statements.first(filled, incident))} == days


def test_the_clock_is_the_one_of_the_law(filled: Session, incident: Incident) -> None:
    answer_all(filled, incident, INSULT)
    found = rights.assessment(filled, incident)
    plain = next(item for item in found.met if item.id == "injure_publique")
    assert plain.clock is not None
    # published on 1 March 2026 in Paris: three months, from day number to day number
    assert plain.clock.last_useful_day == date(2026, 6, 1)
    assert plain.clock.days_left == (date(2026, 6, 1) - filled.today()).days


def test_questions_end_and_never_come_back(filled: Session, incident: Incident) -> None:
    seen: list[str] = []
    while (question := rights.next_question(filled, incident)) is not None:
        assert question.fact not in seen
        seen.append(question.fact)
        rights.answer_screen(filled, incident, question.fact, "later")
        assert len(seen) < 100
    assert rights.questions_again(filled, incident) > 0
    assert rights.next_question(filled, incident) is not None


def test_a_screen_answered_twice_keeps_the_first_answer(filled: Session, incident: Incident) -> None:
    question = rights.next_question(filled, incident)
    assert question is not None
    rights.answer_screen(filled, incident, question.fact, "ticked", [question.fact])
    before = [(a.fact, a.value) for a in rights.answers(filled, incident)]
    rights.answer_screen(filled, incident, question.fact, "ticked", [])
    assert [(a.fact, a.value) for a in rights.answers(filled, incident)] == before
    assert rights.inputs_of(filled, incident).value(question.fact) is True


def test_an_answer_can_be_changed(filled: Session, incident: Incident) -> None:
    rights.answer(filled, incident, "is_public", "true")
    rights.answer(filled, incident, "is_public", "false")
    assert rights.inputs_of(filled, incident).value("is_public") is False
    assert incident.facts.filter(fact="is_public").count() == 2


def test_decisions_keep_who_when_and_which_law(filled: Session, incident: Incident) -> None:
    rights.decide(filled, incident, "injure_publique", "retenir")
    rights.decide(filled, incident, "injure_publique", "demander_avis", "à revoir")
    row = rights.decisions(filled, incident)["injure_publique"]
    assert (row.decision, row.reason, row.by) == ("demander_avis", "à revoir", filled.actor)
    assert row.law_digest == filled.law.digest
    assert not rights.law_has_changed(filled, incident)
    for offence, decision, code in (
        ("nothing", "retenir", "incident_offence_unknown"),
        ("injure_publique", "condamner", "incident_decision_unknown"),
    ):
        with pytest.raises(SaisineError) as told:
            rights.decide(filled, incident, offence, decision)
        assert told.value.code == code


def test_a_minor_needs_the_word_of_a_representative_until_one_is_noted(session: Session) -> None:
    opened = incidents.open_incident(session, "Incident")
    assert not consents.lacks_representative(opened)
    rights.answer(session, opened, "victim_minor", "true")
    assert consents.lacks_representative(opened)
    assert any("représentant légal" in one.text_fr for one in missing(session, opened))
    incidents.add_person(session, opened, "representant_legal")
    assert not consents.lacks_representative(opened)
    incidents.remove_person(session, opened, incidents.get_person(opened, "representant_legal-1"))
    rights.answer(session, opened, "victim_minor", "false")
    assert not consents.lacks_representative(opened)


def test_a_withdrawal_needs_a_consent(session: Session) -> None:
    opened = incidents.open_incident(session, "Un")
    with pytest.raises(SaisineError) as told:
        consents.set_consent(session, opened, "publier", "withdrawn")
    assert told.value.code == "incident_consent_state"
    consents.set_consent(session, opened, "publier", "given")
    consents.set_consent(session, opened, "publier", "withdrawn")
    assert {line.act: line.state for line in consents.consents(session, opened)}["publier"] == "withdrawn"


def test_people_stand_under_a_number(session: Session) -> None:
    opened = incidents.open_incident(session, "Un")
    for role in ("visee", "temoin", "visee"):
        incidents.add_person(session, opened, role)
    assert [p.label_fr for p in incidents.people(opened)] == [
        "personne visée 1",
        "témoin 1",
        "personne visée 2",
    ]
    with pytest.raises(SaisineError) as told:
        incidents.add_person(session, opened, "chef")
    assert told.value.code == "incident_role_unknown"


@pytest.mark.parametrize("kind", ["publication", "direct_summons", "prosecution_act", "birth_of_victim"])
def test_an_act_of_tomorrow_is_refused_since_it_would_lengthen_a_clock(filled: Session, kind: str) -> None:
    found = incidents.open_incident(filled, "Acte")
    with pytest.raises(SaisineError) as told:
        rights.add_act(filled, found, kind, filled.today() + timedelta(1))
    assert told.value.code == "date_in_future"
    assert not found.acts.exists()
    rights.add_act(filled, found, "publication", filled.today())
    rights.add_act(filled, found, "suspension_end", filled.today() + timedelta(1))
    assert found.acts.count() == 2


def test_an_act_noted_by_mistake_is_taken_back_and_its_clock_with_it(
    filled: Session, incident: Incident
) -> None:
    answer_all(filled, incident, INSULT)
    before = rights.assessment(filled, incident).met[0].clock
    rights.add_act(filled, incident, "direct_summons", filled.today())
    held = rights.assessment(filled, incident).met[0].clock
    assert before is not None
    assert held is not None
    assert held.last_useful_day != before.last_useful_day
    rights.withdraw_act(filled, incident, "direct_summons", filled.today())
    assert rights.assessment(filled, incident).met[0].clock == before
    with pytest.raises(SaisineError) as told:
        rights.withdraw_act(filled, incident, "direct_summons", filled.today())
    assert told.value.code == "act_unknown"
    done = [row.what for row in journal.JournalRow.objects.order_by("id")]
    assert done[-2:] == ["act_noted", "act_withdrawn"]


def test_a_year_of_three_digits_is_a_slip(filled: Session, incident: Incident) -> None:
    with pytest.raises(SaisineError) as told:
        rights.add_act(filled, incident, "birth_of_victim", date(1206, 3, 1))
    assert "1206" in told.value.sentence("fr")


@pytest.mark.parametrize(("later", "code"), [(1, "date_in_future"), (-2000 * 365, "date_too_old")])
def test_a_declaration_that_cannot_be_is_refused(session: Session, later: int, code: str) -> None:
    association.save_association(session, Association(declared_on=session.today()))
    with pytest.raises(SaisineError) as told:
        association.save_association(session, Association(declared_on=session.today() + timedelta(later)))
    assert told.value.code == code
    assert association.get_association(session).declared_on == session.today()


def test_a_message_dated_at_the_end_of_the_calendar_stops_nothing(
    filled: Session, incident: Incident
) -> None:
    forged = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    row = exhibits.exhibits(filled, incident)[0]
    ExhibitRow.objects.filter(id=row.id).update(at=forged, precision="s")
    answer_all(filled, incident, INSULT)
    lines = chronology.chronology(filled, incident)
    assert date.max in {line.when.day for line in lines}
    assert all(line.when.words("fr") and line.when.words("en") for line in lines)
    assert [one.on for one in deadlines.deadlines(filled) if one.kind == "limitation"] == [date(2026, 6, 1)]
    made = DossierRow.objects.create(incident=incident, version=1, created_at=filled.now())
    build_pdf(dossier_data.gather(filled, made, filled.now()), filled.workspace.folder / "x.pdf")
