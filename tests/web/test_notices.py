"""Notices and deadlines: the text on demand, sending noted by a person, answers, the calendar."""

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from saisine.casework import captures, consents, incidents, notices, rights, triage
from saisine.casework.models import Incident, JournalRow
from saisine.casework.session import Session
from tests.web.conftest import Example, Watch
from tests.web.reading import text_of

THREAT = {
    "is_public": "true",
    "target_person": "true",
    "threat_offence": "true",
    "threat_attempt_punishable": "true",
    "threat_death": "true",
    "threat_written_or_repeated": "true",
}


@pytest.fixture
def incident(filled: Session) -> Incident:
    """An incident made of the two urgent messages, whose answers describe a threat."""
    for card in triage.cards(filled, "urgent").items:
        triage.decide(filled, "urgent", card.ref, "keep")
    made = incidents.open_incident(filled, "Vague de mars", from_triage=True)
    rights.record(filled, made, THREAT)
    offence = next(item.id for item in rights.assessment(filled, made).main if "menace" in item.id)
    rights.decide(filled, made, offence, "retenir")
    consents.set_consent(filled, made, "notifier_plateforme", "given")
    return made


def new(client: Client, incident: Incident, **sent: str) -> str:
    row = incident.exhibits.order_by("number").first()
    answer = client.post(f"/incidents/{incident.id}/signalement/", {"exhibit": row.id if row else "", **sent})
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"]


def test_the_form_offers_each_exhibit_and_the_association(incident: Incident, client: Client) -> None:
    answer = client.get(f"/incidents/{incident.id}/signalement/")
    assert "Pièce 1 : Message sur Facebook" in text_of(answer)
    assert "signe de danger" in text_of(answer)
    assert 'value="contact@example.org"' in answer.content.decode()


def test_the_quoted_words_are_there_only_when_asked_for(
    incident: Incident, client: Client, htmx: Client, example: Example
) -> None:
    address = new(client, incident)
    page = client.get(address).content.decode()
    assert [text for text in example.sentinels if text in page] == []
    assert "texte exact cité" in page
    assert "manque" not in page.split("texte exact cité")[0].rsplit("<li>", 1)[1]
    part = htmx.post(f"{address}afficher/").content.decode()
    assert example.sentinels[0].replace("'", "&#x27;") in part or example.sentinels[1] in part
    assert JournalRow.objects.filter(what="notice_shown").count() == 1
    whole = client.post(f"{address}afficher/").content.decode()
    assert "NOTIFICATION" in whole
    assert "<h1>" in whole


def test_sending_starts_the_reminders_and_the_proof_is_sealed(
    filled: Session, incident: Incident, client: Client, example: Example, watch: Watch
) -> None:
    address = new(client, incident)
    answer = client.post(f"{address}envoye/", {"reference": "FB-1"})
    text = text_of(client.get(answer.headers["Location"]))
    assert "Envoi noté." in text
    assert "FB-1" in text
    assert "mercredi 22 avril 2026 (il reste 1 jour)" in text
    watch.advance(3600)
    proof = (example.files / "accuse-de-reception.pdf").read_bytes()
    answer = client.post(f"{address}accuse/", {"files": SimpleUploadedFile("accuse.pdf", proof)})
    text = text_of(client.get(answer.headers["Location"]))
    assert "Accusé de réception scellé" in text
    assert "Joindre l’accusé de réception" not in text
    assert incident.exhibits.count() == 3
    assert list(filled.workspace.scratch.glob("received-*")) == []
    answer = client.post(f"{address}reponse/", {"decision": "kept", "on": "2026-04-21", "reasons": "no"})
    text = text_of(client.get(answer.headers["Location"]))
    assert "Contenu maintenu (refus)" in text
    assert "Règlement (UE) 2022/2065 art. 20" in text_of(client.get("/echeances/"))


def test_without_consent_nothing_is_sent_and_the_page_says_which_one_is_missing(
    filled: Session, incident: Incident, client: Client
) -> None:
    address = new(client, incident)
    consents.set_consent(filled, incident, "notifier_plateforme", "withdrawn")
    answer = client.post(f"{address}envoye/", {})
    assert answer.status_code == 422
    assert "Signaler à la plateforme" in text_of(answer)
    assert notices.state_of(notices.list_notices(filled)[0]).id == "draft"


@pytest.mark.parametrize("sent", [{"decision": "burnt"}, {"decision": "kept", "on": "2030-01-01"}, {}])
def test_an_answer_that_cannot_be_is_told(sent: dict[str, str], incident: Incident, client: Client) -> None:
    address = new(client, incident)
    client.post(f"{address}envoye/", {})
    answer = client.post(f"{address}reponse/", sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_lawful_content_gets_no_notice(filled: Session, client: Client) -> None:
    made = incidents.open_incident(filled, "Critique")
    rights.record(filled, made, {fact: "false" for fact in filled.law.facts if fact != "ground"})
    rights.record(filled, made, {"ground": "false"})
    answer = client.post(
        f"/incidents/{made.id}/signalement/", {"url": "https://www.youtube.com/watch?v=abcdefghijk"}
    )
    assert answer.status_code == 422
    assert notices.list_notices(filled) == []


def test_a_refused_form_keeps_what_was_chosen(filled: Session, client: Client) -> None:
    made = incidents.open_incident(filled, "Sans réponse")
    sent = {"url": "https://www.youtube.com/watch?v=abcdefghijk", "notifier_role": "mandate"}
    answer = client.post(f"/incidents/{made.id}/signalement/", sent)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert 'value="https://www.youtube.com/watch?v=abcdefghijk"' in body
    assert 'value="mandate" checked' in body


def test_a_text_that_misses_a_point_says_how_to_go_on(incident: Incident, client: Client) -> None:
    address = new(client, incident, name="", email="")
    body = client.get(address).content.decode()
    assert "Écrire un autre texte" in body
    assert f"/incidents/{incident.id}/signalement/" in body


def test_the_list_names_platform_state_and_incident(incident: Incident, client: Client) -> None:
    new(client, incident)
    assert "Signalement 1 à Facebook Brouillon, Vague de mars" in text_of(client.get("/signalements/"))


def test_deadlines_are_grouped_by_nearness_each_with_its_source(
    filled: Session, incident: Incident, client: Client
) -> None:
    client.post(f"{new(client, incident)}envoye/", {})
    text = text_of(client.get("/echeances/"))
    assert text.index("Dans les 7 jours") < text.index("Dans les 30 jours") < text.index("Plus tard")
    assert "dernier jour pour agir en justice" in text
    assert "Délai fixé par un texte." in text
    assert "Rappel d’usage." in text


def test_an_unknown_day_stands_in_a_group_of_its_own(filled: Session, client: Client) -> None:
    made = incidents.open_incident(filled, "Sans date")
    rights.record(filled, made, THREAT)
    assert "Délai inconnu : une date manque" in text_of(client.get("/echeances/"))


def test_the_calendar_holds_no_name_and_no_title(incident: Incident, client: Client) -> None:
    client.post(f"{new(client, incident)}envoye/", {})
    answer = client.get("/echeances/calendrier.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) >= 4
    assert b"Vague de mars" not in answer.content
    assert all("dossier 1" in str(event["summary"]) for event in events)


def test_captures_completed_by_hand_join_the_notice_form(filled: Session, client: Client) -> None:
    capture = captures.next_capture(filled)
    assert capture is not None
    captures.save(
        filled, capture, shown_on=filled.today(), confirmed=True, url="https://x.com/a/status/1", platform="x"
    )
    made = incidents.open_incident(filled, "Capture", from_triage=True)
    assert "Pièce 1 : Capture d’écran" in text_of(client.get(f"/incidents/{made.id}/signalement/"))


def test_the_texts_not_sent_yet_are_one_file_and_its_reading_is_logged(
    incident: Incident, client: Client
) -> None:
    address = f"/incidents/{incident.id}/signalement/"
    sent = new(client, incident)
    assert "Télécharger ces textes" not in text_of(client.get(address))
    for _ in range(2):
        new(client, incident)
    client.post(f"{sent}envoye/", {})
    assert "2 textes ne sont pas encore envoyés." in text_of(client.get(address))
    before = JournalRow.objects.filter(what="notice_shown").count()
    given = client.post(f"/incidents/{incident.id}/signalements/textes/")
    assert given.headers["Content-Disposition"].startswith("attachment")
    told = given.content.decode()
    assert [n for n in (1, 2, 3) if f"=== Signalement {n}, Facebook ===" in told] == [2, 3]
    assert JournalRow.objects.filter(what="notice_shown").count() == before + 2
