"""« Suivi » of an incident and the path after an answer: what a person notes there, and what is refused."""

from datetime import date

import pytest
from django.test import Client

from saisine.casework import consents, dossiers, handovers, harm, incidents, notice_steps, notices, rights
from saisine.casework.models import ExhibitRow, Incident, NoticeRow
from saisine.casework.session import Session
from saisine.vault import SealItem
from tests.web.reading import text_of
from tests.web.test_incidents import INSULT


@pytest.fixture
def incident(empty: Session) -> Incident:
    return incidents.open_incident(empty, "Vague de mars")


def follow(client: Client, incident: Incident) -> str:
    return text_of(client.get(f"/incidents/{incident.id}/suivi/")).replace("\xa0", " ")


def test_harm_is_noted_and_taken_back(empty: Session, incident: Incident, client: Client) -> None:
    address = f"/incidents/{incident.id}/suivi/prejudice/"
    sent = {"do": "note", "kind": "travail", "text": "Arrêt de travail", "days": "4", "since": "2026-03-16"}
    assert client.post(address, sent).headers["Location"] == f"/incidents/{incident.id}/suivi/#harm"
    shown = follow(client, incident)
    assert "Travail ou études (depuis le 16 mars 2026)" in shown
    assert "4 jours d’incapacité totale de travail, déclarés, sans certificat." in shown
    (line,) = harm.harms(empty, incident)
    client.post(address, {"do": "withdraw", "harm": line.row.id})
    assert "Aucun préjudice noté." in follow(client, incident)
    for wrong in ({"days": "beaucoup"}, {"piece": "7"}, {"text": "", "days": ""}):
        assert client.post(address, sent | wrong).status_code == 422


def test_each_person_says_her_own_word_and_what_left_is_told(
    empty: Session, incident: Incident, client: Client
) -> None:
    one, two = (incidents.add_person(empty, incident, "visee") for _ in range(2))
    said = {"act": "saisir_autorite", "state": "given", "person": two.id}
    answer = client.post(f"/incidents/{incident.id}/accord/", said)
    assert answer.headers["Location"] == f"/incidents/{incident.id}/suivi/#accords-{two.id}"
    assert not consents.is_covered(incident, "saisir_autorite")
    client.post(f"/incidents/{incident.id}/accord/", said | {"person": one.id})
    assert consents.is_covered(incident, "saisir_autorite")
    empty.vault.seal(SealItem("note.txt", b"une ligne", kind="text"))
    version = dossiers.new(empty, incident)
    dossiers.build_now(empty, version, recipient="procureur")
    sent = {"do": "note", "version": "1", "to": "parquet", "channel": "hand", "on": "2026-04-20"}
    client.post(f"/incidents/{incident.id}/suivi/remise/", sent)
    assert [row.on for row in handovers.of_incident(empty, incident)] == [date(2026, 4, 20)]
    client.post(f"/incidents/{incident.id}/accord/", said | {"state": "withdrawn"})
    shown = follow(client, incident)
    assert "Dossier, version 1, remis à : parquet (en main propre)." in shown
    assert "Un accord a été retiré." in shown
    assert "Saisir une autorité, personne visée 2 : accord retiré." in shown
    assert client.post(f"/incidents/{incident.id}/suivi/remise/", sent | {"to": " "}).status_code == 422


def test_a_private_note_stands_there_and_goes(empty: Session, incident: Incident, client: Client) -> None:
    address = f"/incidents/{incident.id}/suivi/note/"
    client.post(address, {"do": "note", "text": "Rappeler jeudi"})
    assert "Rappeler jeudi" in follow(client, incident)
    assert "Rappeler jeudi" not in text_of(client.get(f"/incidents/{incident.id}/"))
    client.post(address, {"do": "remove", "note": incident.private_notes.get().id})
    assert "Rappeler jeudi" not in follow(client, incident)
    assert client.post(address, {"do": "note", "text": " "}).status_code == 422


@pytest.fixture
def sent(empty: Session, incident: Incident) -> NoticeRow:
    rights.record(empty, incident, INSULT)
    consents.set_consent(empty, incident, notices.CONSENT, "given")
    row = notices.draft(empty, incident, url="https://x.com/compte_1/status/2028000000000000001")
    return row


def test_the_path_after_a_refusal_is_noted_step_by_step(
    empty: Session, sent: NoticeRow, client: Client
) -> None:
    for event in (
        notices.NoticeEvent("sent", date(2026, 3, 20)),
        notices.NoticeEvent("decided", date(2026, 3, 30), decision="kept", reasons="no"),
    ):
        notices.note_event(empty, sent, event)
    address = f"/signalements/{sent.id}/etape/"
    answer = client.post(address, {"kind": "complaint_20", "on": "2026-04-01", "reference": "R-7"})
    assert answer.headers["Location"] == f"/signalements/{sent.id}/?fait=etape"
    client.post(address, {"kind": "decided_20", "on": "2026-04-10", "appeal": "upheld"})
    client.post(address, {"kind": "observed", "on": "2026-04-11", "back": "yes"})
    state = notices.state_of(notices.get_notice(empty, sent.id))
    assert (state.id, state.appeal) == ("decided_20", "upheld")
    assert ",upheld,yes," in notices.as_csv(empty)
    refused = client.post(address, {"kind": "complaint_20", "on": "2026-04-12"})
    assert refused.status_code >= 400
    assert "decided_21" not in notice_steps.allowed(notices.get_notice(empty, sent.id))


def test_one_form_makes_a_notice_for_each_content(empty: Session, incident: Incident, client: Client) -> None:
    rights.record(empty, incident, INSULT)
    for number in range(1, 4):
        ExhibitRow.objects.create(
            incident=incident,
            number=number,
            kind="screenshot",
            on=date(2026, 3, 14),
            precision="day",
            platform="x",
            added_at=empty.now(),
            url=f"https://x.com/c/status/202800000000000000{number}" if number < 3 else "",
        )
    page = client.get(f"/incidents/{incident.id}/signalement/").content.decode()
    assert f'formaction="/incidents/{incident.id}/signalements/"' in page
    signed = {"name": "Les Voix du Verger", "email": "contact@verger.invalid"}
    assert client.post(f"/incidents/{incident.id}/signalements/", signed).status_code == 302
    rows = notices.list_notices(empty, incident)
    assert sorted((row.url[-1], row.platform, row.notifier_name) for row in rows) == [
        ("1", "x", "Les Voix du Verger"), ("2", "x", "Les Voix du Verger")]  # fmt: skip
    again = client.post(f"/incidents/{incident.id}/signalements/", signed)
    assert "déjà signalé" in text_of(again)
    assert len(notices.list_notices(empty, incident)) == 2
