"""Statements, answers changed, breaches: what a person does on the pages of an incident and of a notice."""

import pytest
from django.test import Client

from saisine.casework import breaches, exhibits, incidents, notices, rights, statements, triage
from saisine.casework.models import ExhibitRow, Incident
from saisine.casework.session import Session
from tests.web.reading import text_of
from tests.web.test_incidents import INSULT


@pytest.fixture
def incident(filled: Session) -> Incident:
    made = incidents.open_incident(filled, "Vague de mars")
    for number in (1, 2):
        ExhibitRow.objects.create(
            incident=made,
            number=number,
            kind="screenshot",
            at=filled.now(),
            precision="day",
            added_at=filled.now(),
            platform="x",
        )
    return made


def page(client: Client, incident: Incident, number: int = 1) -> str:
    return text_of(client.get(f"/incidents/{incident.id}/?propos={number}")).replace("\xa0", " ")


def test_a_second_statement_is_added_answered_and_qualified_apart(
    filled: Session, incident: Incident, client: Client
) -> None:
    address = f"/incidents/{incident.id}/"
    sent = {"pieces": "2", "published_on": "2026-03-14", "author": "@compte"}
    answer = client.post(f"{address}propos/", sent)
    assert answer.headers["Location"] == f"{address}?propos=2#propos"
    second = statements.get_statement(filled, incident, 2)
    for fact, value in INSULT.items():
        client.post(f"{address}reponse/changer/", {"statement": "2", "fact": fact, "value": value})
    asked = {"statement": "2", "offence": "injure_publique", "decision": "retenir"}
    answer = client.post(f"{address}decision/", asked)
    assert answer.headers["Location"] == f"{address}?propos=2#q-injure_publique"
    assert "injure_publique" in rights.decisions(filled, incident, second)
    assert rights.decisions(filled, incident) == {}
    shown = page(client, incident)
    assert "Propos 2 1 pièce, publié le samedi 14 mars 2026 Retenu : " in shown
    assert "Questions (propos 2)" in page(client, incident, 2)
    refused = client.post(f"{address}decision/", asked | {"offence": "diffamation_publique"})
    assert refused.status_code == 403
    assert "une seule qualification par propos" in text_of(refused)
    client.post(f"{address}propos/changer/", {"statement": "2", "do": "withdraw"})
    assert len(statements.statements(filled, incident)) == 1
    assert client.get(f"{address}?propos=2").status_code == 404


def test_the_exhibits_of_an_element_are_named_refused_and_told_on_its_card(
    filled: Session, incident: Incident, client: Client
) -> None:
    address = f"/incidents/{incident.id}/elements/"
    assert "Répondez d’abord aux questions" in text_of(client.get(address))
    rights.record(filled, incident, INSULT)
    sent = {"statement": "1", "pieces-is_public": "1-2"}
    refused = client.post(address, sent | {"pieces-outrageous_expression": "9"})
    assert refused.status_code == 422
    assert 'value="1-2"' in refused.content.decode()
    assert "(pièces 1, 2)" not in page(client, incident)
    assert client.post(address, sent).headers["Location"] == f"/incidents/{incident.id}/#qualification"
    assert "(pièces 1, 2)" in page(client, incident)
    client.post(address, {"statement": "1"})
    assert "(pièces 1, 2)" not in page(client, incident)


def test_an_answer_is_changed_and_taken_back_on_the_page(
    filled: Session, incident: Incident, client: Client
) -> None:
    rights.answer(filled, incident, "is_public", "true")
    address = f"/incidents/{incident.id}/reponse/changer/"
    assert "Retirer la réponse" in page(client, incident)
    client.post(address, {"fact": "is_public", "value": "unknown"})
    assert rights.answers(filled, incident)[-1].value == "unknown"
    client.post(address, {"fact": "is_public", "value": "back"})
    assert rights.answers(filled, incident) == []
    assert "Retirer la réponse" not in page(client, incident)


def test_a_breach_is_noted_with_its_capture_confirmed_and_taken_back(
    filled: Session, incident: Incident, client: Client
) -> None:
    rights.record(filled, incident, INSULT)
    notice = notices.draft(filled, incident, url="https://x.com/compte_1/status/2028000000000000001")
    address = f"/signalements/{notice.id}/"
    asked = {"kind": "needless_steps", "exhibit": "2", "clicks": "14", "note": "Trois écrans identiques."}
    assert client.post(f"{address}manquement/", asked | {"clicks": ""}).status_code == 422
    client.post(f"{address}manquement/", asked)
    shown = text_of(client.get(address))
    assert "Étapes inutiles avant de pouvoir signaler (14 clics, pièce 2). Allégué." in shown
    assert "Non vérifié par une ou un juriste" in shown, "the rule is shown with its flag"
    (one,) = breaches.breaches_of(filled, notice)
    client.post(
        f"{address}manquement/changer/", {"breach": one.row.id, "do": "confirm", "against": "Corrigé"}
    )
    assert "Confirmé. Trois écrans identiques. À décharge : Corrigé" in text_of(client.get(address))
    table = client.get("/manquements.csv").content.decode()
    assert f"n{notice.number},i{incident.number},x,needless_steps," in table
    client.post(f"{address}manquement/changer/", {"breach": one.row.id, "do": "withdraw"})
    assert breaches.breaches_of(filled, notice) == []


def test_kept_messages_join_an_incident_that_is_open_and_an_exhibit_leaves_it(
    filled: Session, incident: Incident, client: Client
) -> None:
    for card in triage.cards(filled, "urgent").items:
        triage.decide(filled, "urgent", card.ref, "keep")
    address = f"/incidents/{incident.id}/"
    assert "Les joindre à cet incident" in page(client, incident)
    client.post(f"{address}pieces/gardees/")
    assert incident.exhibits.count() == 4
    assert "Les joindre à cet incident" not in page(client, incident)
    client.post(f"{address}pieces/gardees/")
    assert incident.exhibits.count() == 4, "a form sent twice adds nothing"
    assert client.post(f"{address}pieces/retirer/", {"number": "3"}).status_code == 302
    assert [row.number for row in exhibits.exhibits(filled, incident)] == [1, 2, 4]
