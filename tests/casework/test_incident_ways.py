"""What leaves an incident: notices, deadlines and dossiers; each consent checked."""

import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from saisine.casework import (
    chronology,
    consents,
    deadlines,
    dossiers,
    exhibits,
    incidents,
    jobs,
    journal,
    notice_steps,
    notices,
    rights,
)
from saisine.casework.dossier_data import _missing_pieces
from saisine.casework.exhibits import exhibit_title
from saisine.casework.models import ExhibitRow, Incident, Job
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from saisine.vault.verify import verify_bundle
from tests.casework.march import INSULT, answer_all, give, open_march
from tests.casework.world import START, Clock


@pytest.fixture
def incident(filled: Session) -> Incident:
    return open_march(filled)


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


def test_nothing_is_noted_as_sent_tomorrow(filled: Session, ready: Incident) -> None:
    notice = notices.draft(filled, ready, platform="x")
    for at in (filled.today() + timedelta(1), filled.now() + timedelta(1)):
        with pytest.raises(SaisineError) as told:
            notices.mark_sent(filled, notice, at=at)
        assert told.value.code == "date_in_future"
    assert notices.state_of(notice).id == "draft"


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
    # six months to contest, from day number to day number, said once and until it is done
    (contest,) = (one for one in deadlines.deadlines(filled) if one.on == date(2026, 10, 22))
    assert (contest.kind, bool(contest.nature_fr)) == ("notice", True)
    notice_steps.note_step(filled, notice, "complaint_20")
    assert [one for one in deadlines.deadlines(filled) if one.on == date(2026, 10, 22)] == []
    rights.add_act(
        filled, ready, "platform_decision", date(2026, 4, 20)
    )  # one that no notice of ours asked for
    assert [one.kind for one in deadlines.deadlines(filled) if one.on == date(2026, 10, 20)] == ["term"]
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
