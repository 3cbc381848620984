"""An incident's page: questions, qualifications, consents, people, exhibits by pages."""

import re

import pytest
from django.test import Client

from saisine.casework import incidents, rights
from saisine.casework.models import ExhibitRow, Incident
from saisine.casework.session import Session
from tests.web.reading import links_of, text_of, values_of

INSULT = {
    "is_public": "true",
    "target_person": "true",
    "outrageous_expression": "true",
    "imputes_precise_fact": "false",
    "ground": "false",
    "prior_provocation": "false",
}


@pytest.fixture
def incident(filled: Session) -> Incident:
    made = incidents.open_incident(filled, "Vague de mars")
    rights.add_act(filled, made, "publication", filled.today().replace(month=3, day=14))
    return made


def address(incident: Incident, part: str = "") -> str:
    return f"/incidents/{incident.id}/{part}"


def test_an_incident_is_opened_without_any_exhibit(filled: Session, client: Client) -> None:
    answer = client.post("/incidents/", {"title": " Vague   de mars "})
    assert "Vague de mars" in text_of(client.get(answer.headers["Location"]))
    assert "Incident 1, ouvert le 21 avril 2026, 0 pièce" in text_of(client.get("/incidents/"))
    assert client.post("/incidents/", {"title": ""}).status_code == 400


def test_nothing_is_proposed_before_an_answer(incident: Incident, client: Client) -> None:
    text = text_of(client.get(address(incident)))
    assert "Pas encore assez de réponses" in text
    assert (
        "Délai le plus court, par prudence : il reste 54 jours, dernier jour utile : dimanche 14 juin 2026"
        in (text.replace("\xa0", " "))
    )


def test_every_proposed_qualification_carries_its_article_and_its_flag(
    filled: Session, incident: Incident, client: Client
) -> None:
    rights.record(filled, incident, INSULT)
    cards = re.findall(
        r'<article class="card" id="q-.*?</article>', client.get(address(incident)).content.decode(), re.S
    )
    assert cards
    found = {item.id: item for item in rights.assessment(filled, incident).main}
    for card in cards:
        offence = re.search(r'id="q-([^"]+)"', card)[1]  # type: ignore[index]
        assert found[offence].statement.articles[0] in card.replace("\u00a0", " ").replace("\u202f", " ")
        assert ("Non vérifié par une ou un juriste" in card) == (not found[offence].statement.verified)
    assert "ne remplace pas un avis juridique" in text_of(client.get(address(incident)))


def test_questions_go_on_screen_by_screen_until_none_is_left(incident: Incident, client: Client) -> None:
    for _screen in range(60):
        page = client.get(address(incident))
        if "Plus de question pour l’instant." in text_of(page):
            break
        answer = client.post(
            address(incident, "reponse/"), {"fact": values_of(page, "fact")[0], "put": "ticked"}
        )
        assert answer.headers["Location"].endswith("#questions")
    else:
        pytest.fail("the questions never end")
    assert "Vos réponses" in text_of(page)


def test_later_and_unknown_can_be_asked_again(incident: Incident, client: Client) -> None:
    first = values_of(client.get(address(incident)), "fact")[0]
    client.post(address(incident, "reponse/"), {"fact": first, "put": "later"})
    page = client.get(address(incident))
    assert values_of(page, "fact")[0] != first
    assert "Reprendre les questions remises à plus tard" in text_of(page)
    client.post(address(incident, "questions/"))
    assert values_of(client.get(address(incident)), "fact")[0] == first


def test_an_answer_given_twice_counts_once(filled: Session, incident: Incident, client: Client) -> None:
    first = values_of(client.get(address(incident)), "fact")[0]
    client.post(address(incident, "reponse/"), {"fact": first, "put": "ticked", "ticked": [first]})
    rows = incident.facts.count()
    client.post(address(incident, "reponse/"), {"fact": first, "put": "ticked"})
    assert incident.facts.count() == rows
    assert rights.inputs_of(filled, incident).value(first) is True


@pytest.mark.parametrize(
    ("decision", "said"), [("retenir", "Retenue"), ("ecarter", "Écartée"), ("demander_avis", "Avis demandé")]
)
def test_a_person_decides_on_a_qualification(
    decision: str, said: str, filled: Session, incident: Incident, client: Client, htmx: Client
) -> None:
    rights.record(filled, incident, INSULT)
    offence = values_of(client.get(address(incident)), "offence")[0]
    part = htmx.post(address(incident, "decision/"), {"offence": offence, "decision": decision})
    assert said in text_of(part)
    assert f'id="q-{offence}"' in part.content.decode()
    assert "data-focus" in part.content.decode()
    answer = client.post(address(incident, "decision/"), {"offence": offence, "decision": decision})
    assert answer.headers["Location"].endswith(f"#q-{offence}")
    assert said in text_of(client.get(address(incident)))


def test_consents_are_given_withdrawn_and_never_invented(incident: Incident, client: Client) -> None:
    path = address(incident, "accord/")
    assert client.post(path, {"act": "publier", "state": "withdrawn"}).status_code == 400
    client.post(path, {"act": "publier", "state": "given"})
    assert "Accord donné le mardi 21 avril 2026." in text_of(client.get(address(incident)))
    client.post(path, {"act": "publier", "state": "withdrawn"})
    assert "Accord retiré le mardi 21 avril 2026." in text_of(client.get(address(incident)))
    assert client.post(path, {"act": "nothing", "state": "given"}).status_code == 422


def test_people_have_numbers_instead_of_names(incident: Incident, client: Client) -> None:
    client.post(address(incident, "personne/"), {"role": "temoin"})
    client.post(address(incident, "personne/"), {"role": "temoin"})
    assert "témoin 2" in text_of(client.get(address(incident)))
    assert client.post(address(incident, "personne/"), {"role": "nobody"}).status_code == 422


def test_the_account_is_kept_and_escaped(incident: Incident, client: Client) -> None:
    client.post(address(incident, "recit/"), {"summary": "</textarea><script>x()</script>"})
    body = client.get(address(incident)).content.decode()
    assert "<script>x" not in body
    assert "&lt;script&gt;x()" in body


def test_exhibits_come_by_pages_and_the_page_stays_light(
    filled: Session, incident: Incident, client: Client
) -> None:
    capture_item = filled.vault.items()[0].item
    ExhibitRow.objects.bulk_create(
        ExhibitRow(
            incident=incident, number=n, kind="original", item=capture_item, on=filled.today(),
            precision="day", added_at=filled.now(),
        )
        for n in range(1, 2001)
    )  # fmt: skip
    page = client.get(address(incident))
    assert "Pièces (2" in text_of(page)
    assert len(page.content) < 250_000
    assert page.content.count(b"Fichier scell") == 50
    more = next(link for link in links_of(page) if "pieces=50" in link)
    assert "Fichier scellé 51" in text_of(client.get(more.split("#")[0]))
