"""From what was kept to a dossier: frozen exhibits, rights, notices, deadlines; each consent checked."""

import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from saisine.casework import (
    captures,
    chronology,
    consents,
    deadlines,
    deposits,
    dossiers,
    exhibits,
    incidents,
    jobs,
    journal,
    notices,
    rights,
    statements,
    triage,
)
from saisine.casework.dossier_data import _missing_pieces, missing
from saisine.casework.exhibits import exhibit_title
from saisine.casework.models import Capture, Deposit, ExhibitRow, Incident, Job
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from saisine.vault.verify import verify_bundle
from tests.casework.world import START, Clock

INSULT = {
    "is_public": "true",
    "target_person": "true",
    "outrageous_expression": "true",
    "imputes_precise_fact": "false",
    "ground": "false",
}


@pytest.fixture
def incident(filled: Session) -> Incident:
    """Three messages kept one by one, in an incident."""
    for card in triage.cards(filled, "others", limit=3).items:
        triage.decide(filled, "others", card.ref, "keep")
    return incidents.open_incident(filled, "Messages de mars", from_triage=True)


def answer_all(session: Session, incident: Incident, values: dict[str, str]) -> None:
    """These answers, and no to everything else that is asked."""
    for fact, value in values.items():
        rights.answer(session, incident, fact, value)
    yes = [fact.removeprefix("ground:") for fact, value in values.items() if value == "true"]
    while (question := rights.next_question(session, incident)) is not None:
        rights.answer_screen(session, incident, question.fact, "ticked", yes)


def give(session: Session, incident: Incident, *acts: str) -> None:
    for act in acts:
        consents.set_consent(session, incident, act, "given")


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


# ------------------------------------------------------------------ notices and deadlines


@pytest.fixture
def ready(filled: Session, incident: Incident) -> Incident:
    """The same incident, answered, with the consents to notify and refer."""
    answer_all(filled, incident, INSULT)
    incidents.set_summary(filled, incident, "Des messages ont visé l’association en mars.")
    give(filled, incident, "notifier_plateforme", "saisir_autorite")
    return incident


def test_no_notice_while_everything_is_only_possible(filled: Session, incident: Incident) -> None:
    with pytest.raises(SaisineError) as told:
        notices.draft(filled, incident, exhibit=exhibits.exhibits(filled, incident)[0])
    assert told.value.code == "notice_undecided"


def test_no_notice_without_an_offence(filled: Session, incident: Incident) -> None:
    for fact in ("outrageous_expression", "imputes_precise_fact", "threat_offence", "is_public"):
        rights.answer(filled, incident, fact, "false")
    while (question := rights.next_question(filled, incident)) is not None:
        rights.answer_screen(filled, incident, question.fact, "ticked", [])
    assert rights.assessment(filled, incident).lawful_or_no_offence
    with pytest.raises(SaisineError) as told:
        notices.draft(filled, incident, exhibit=exhibits.exhibits(filled, incident)[0])
    assert told.value.code == "notice_nothing_unlawful"


def sent(session: Session, incident: Incident) -> notices.NoticeRow:
    row = exhibits.exhibits(session, incident)[0]
    notice = notices.draft(
        session, incident, exhibit=row, url="https://x.com/compte_1/status/2028000000000000001"
    )
    notices.mark_sent(session, notice, reference="REF-1")
    return notices.get_notice(session, notice.id)


def test_a_notice_quotes_only_when_asked(filled: Session, ready: Incident) -> None:
    row = exhibits.exhibits(filled, ready)[0]
    notice = notices.draft(
        filled, ready, exhibit=row, url="https://x.com/compte_1/status/2028000000000000001"
    )
    words = exhibits.exhibit_messages(filled, row)[0].text
    assert notice.platform == "x"
    assert words not in notices.text_of(filled, notice).text
    assert words in notices.show_text(filled, notice).text
    assert journal.lines(filled).rows[0].what == "notice_shown"


def test_sending_needs_consent_and_seals_the_text(filled: Session, ready: Incident) -> None:
    consents.set_consent(filled, ready, "notifier_plateforme", "withdrawn")
    row = exhibits.exhibits(filled, ready)[0]
    notice = notices.draft(
        filled, ready, exhibit=row, url="https://x.com/compte_1/status/2028000000000000001"
    )
    with pytest.raises(SaisineError) as told:
        notices.mark_sent(filled, notice)
    assert told.value.code == "incident_consent_missing"
    assert notices.events_of(notice) == []
    give(filled, ready, "notifier_plateforme")
    notices.mark_sent(filled, notice)
    kept = filled.vault.read_bytes(notices.get_notice(filled, notice.id).text_item).decode()
    assert kept == notices.text_of(filled, notice, quote=True).text


def test_an_incomplete_notice_is_not_marked_as_sent(filled: Session, ready: Incident) -> None:
    notice = notices.draft(filled, ready, platform="x")
    with pytest.raises(SaisineError) as told:
        notices.mark_sent(filled, notice)
    assert told.value.code == "notice_incomplete"


def test_the_path_of_a_notice(filled: Session, ready: Incident, tmp_path: Path, clock: Clock) -> None:
    notice = sent(filled, ready)
    assert notices.state_of(notice).id == "sent"
    assert notices.dues_of(filled, notice)[0].on == START.date() + timedelta(1)
    receipt = tmp_path / "accuse.png"
    receipt.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    clock.pass_s(3600)
    before = len(exhibits.exhibits(filled, ready))
    notices.acknowledge(filled, notice, ("accuse.png", receipt))
    assert len(exhibits.exhibits(filled, ready)) == before + 1
    clock.pass_s(86_400)
    notices.note_answer(filled, notice, "kept", date(2026, 4, 22))
    notice = notices.get_notice(filled, str(notice.number))
    assert notices.state_of(notice).id == "decided"
    # six months to contest, from day number to day number
    contest = [one for one in deadlines.deadlines(filled) if one.on == date(2026, 10, 22)]
    assert contest
    assert all(one.nature_fr for one in contest)
    with pytest.raises(SaisineError) as told:
        notices.note_answer(filled, notice, "burnt")
    assert told.value.code == "notice_decision_unknown"


def test_notices_leave_as_a_table_without_names(filled: Session, ready: Incident) -> None:
    sent(filled, ready)
    header, line = notices.as_csv(filled).splitlines()
    assert header.startswith("notice_id,campaign_id,platform,notifier")
    assert line.startswith("n1,i1,x,user,injure_publique,fr,2026-04-21T08:00:00Z")
    assert "Verger" not in line


def test_deadlines_come_in_order_with_their_source(filled: Session, ready: Incident) -> None:
    sent(filled, ready)
    found = deadlines.deadlines(filled)
    days = [one.on for one in found if one.on]
    assert days == sorted(days)
    clock = next(one for one in found if one.kind == "limitation")
    assert (clock.on, clock.days_left) == (date(2026, 6, 1), 41)
    for one in found:
        assert "érifié" in one.nature_fr
        assert filled.vault  # nothing of the content in any word
        assert not any(m.text in one.detail_fr for m in filled.corpora.search(Query()).items)


def test_an_incident_without_date_stands_last_and_says_why(session: Session) -> None:
    opened = incidents.open_incident(session, "Sans date")
    answer_all(session, opened, INSULT)
    (one,) = deadlines.deadlines(session)
    assert (one.on, one.days_left) == (None, None)
    assert one.detail_fr == "Il manque la date des faits."


def test_a_discriminatory_ground_shows_the_shorter_clock_too(filled: Session, incident: Incident) -> None:
    answer_all(filled, incident, INSULT | {"ground:origine": "true", "ground": "true"})
    kinds = {one.kind: one.on for one in deadlines.deadlines(filled)}
    assert kinds["fallback"] == date(2026, 6, 1)
    assert kinds["limitation"] == date(2027, 3, 1)


def test_the_calendar_is_neutral_and_rises_only_on_change(filled: Session, ready: Incident) -> None:
    sent(filled, ready)
    first = Calendar.from_ical(deadlines.calendar(filled))
    again = Calendar.from_ical(deadlines.calendar(filled))
    events = first.walk("VEVENT")
    assert len(events) >= 4
    assert [str(e["UID"]) for e in events] == [str(e["UID"]) for e in again.walk("VEVENT")]
    assert {int(e["SEQUENCE"]) for e in again.walk("VEVENT")} == {0}
    for event in events:
        assert "dossier 1" in str(event["SUMMARY"])
        assert "mars" not in str(event["SUMMARY"])
    rights.decide(filled, ready, "injure_publique", "ecarter")
    cancelled = [
        e for e in Calendar.from_ical(deadlines.calendar(filled)).walk("VEVENT") if e["STATUS"] == "CANCELLED"
    ]
    assert {int(e["SEQUENCE"]) for e in cancelled} == {1}


def test_the_chronology_follows_the_notice(filled: Session, ready: Incident) -> None:
    sent(filled, ready)
    told = [line.text("fr") for line in chronology.chronology(filled, ready)]
    assert told[-1] == "Notification envoyée (signalement 1)."
    assert len(told) == 4


# ------------------------------------------------------------------ dossiers


def test_a_dossier_is_built_by_its_job_and_verifies(filled: Session, ready: Incident) -> None:
    dossier = dossiers.new(filled, ready)
    assert dossiers.new(filled, ready).id == dossier.id
    job = dossiers.start_build(filled, dossier, recipient="procureur")
    jobs.run_waiting(filled)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.DONE, None)
    dossier = dossiers.get_dossier(filled, dossier.id)
    assert dossier.is_built
    report = verify_bundle(dossiers.zip_path(filled, dossier), now=START)
    assert report.verdict == "verified"
    with zipfile.ZipFile(dossiers.zip_path(filled, dossier)) as bundle:
        names = bundle.namelist()
    assert any(name.endswith("data/dossier.pdf") for name in names)
    # the whole export holds the words of others: the frozen copies travel, the export does not
    assert not any("posts.jsonl" in name for name in names)
    assert sum("piece-" in name and name.endswith(".jsonl") for name in names) == 3
    assert dossiers.new(filled, ready).version == 2


@pytest.mark.parametrize(("recipient", "act"), [("avocat", "agir_en_justice"), ("public", "publier")])
def test_no_dossier_without_its_consent(
    filled: Session, incident: Incident, recipient: str, act: str
) -> None:
    dossier = dossiers.new(filled, incident)
    with pytest.raises(SaisineError) as told:
        dossiers.start_build(filled, dossier, recipient=recipient)
    assert told.value.code == "incident_consent_missing"
    assert Job.objects.filter(kind="dossier").count() == 0
    give(filled, incident, act)
    assert dossiers.start_build(filled, dossier, recipient=recipient).state == Job.WAITING


def test_a_consent_withdrawn_while_the_job_waits_stops_it(filled: Session, ready: Incident) -> None:
    dossier = dossiers.new(filled, ready)
    job = dossiers.start_build(filled, dossier, recipient="procureur")
    consents.set_consent(filled, ready, "saisir_autorite", "withdrawn")
    jobs.run_waiting(filled)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.FAILED, "incident_consent_missing")
    assert not dossiers.zip_path(filled, dossier).exists()


def test_what_is_missing_is_named_and_never_blocks(filled: Session, incident: Incident) -> None:
    told = " ".join(one.text_fr for one in dossiers.missing_of(filled, incident))
    for words in ("récit", "certificat", "questions", "horodatage"):
        assert words in told
    give(filled, incident, "conserver")
    assert dossiers.build_now(filled, dossiers.new(filled, incident), recipient="interne").exhibits == 3


def test_two_builds_of_the_same_state_give_the_same_pdf(filled: Session, ready: Incident) -> None:
    first = dossiers.build_now(filled, dossiers.new(filled, ready), recipient="procureur")
    row = dossiers.get_dossier(filled, ready.dossiers.get().id)
    from saisine.casework.dossier_data import gather

    at = datetime(2026, 4, 21, 8, tzinfo=UTC)
    assert gather(filled, row, at) == gather(filled, row, at)
    assert first.pdf_sha256


def test_opening_an_exhibit_leaves_a_line_and_reading_it_for_a_dossier_does_not(
    filled: Session, incident: Incident
) -> None:
    row = exhibits.exhibits(filled, incident)[0]
    before = filled.vault.journal.size
    exhibits.exhibit_messages(filled, row)
    assert filled.vault.journal.size == before
    assert len(exhibits.open_exhibit(filled, row)) == 1
    assert [entry["act"] for entry in list(filled.vault.log_entries())[before:]] == ["access"]
    assert journal.lines(filled).rows[0].what == "message_opened"


def test_a_group_of_several_platforms_has_a_title_in_each_language() -> None:
    row = ExhibitRow(kind="group", number=3, messages=60, platform="several")
    assert exhibit_title(row, "fr").endswith("sur plusieurs plateformes")
    assert exhibit_title(row, "en").endswith("on several platforms")


@pytest.mark.parametrize(("count", "said"), [(1, "d’une pièce"), (3, "de 3 pièces")])
def test_missing_links_are_counted_in_good_french(filled: Session, count: int, said: str) -> None:
    incident = incidents.open_incident(filled, "Vague")
    ExhibitRow.objects.bulk_create(
        ExhibitRow(incident=incident, kind="group", number=n, added_at=filled.now())
        for n in range(1, count + 1)
    )
    rows = list(incident.exhibits.all())
    texts = [line.text("fr") for line in _missing_pieces(incident, rows)]
    assert f"Le lien exact {said}." in texts
