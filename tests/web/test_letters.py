"""The page of an incident's letters: consent first, what is missing in words, a file with a neutral name."""

import io
import zipfile

import pytest
from django.test import Client

from saisine.casework import consents, exhibits, incidents
from saisine.casework.models import Incident, JournalRow
from saisine.casework.session import Session
from saisine.messages.corpus import Query
from tests.web.reading import text_of


@pytest.fixture
def incident(filled: Session) -> Incident:
    return incidents.open_incident(filled, "Vague de mars")


def test_every_letter_is_listed_with_what_it_waits_for(incident: Incident, client: Client) -> None:
    answer = client.get(f"/incidents/{incident.id}/courriers/")
    text = text_of(answer)
    assert "Plainte simple au procureur de la République" in text
    assert "Accord à recueillir d’abord : « Saisir une autorité »." in text
    assert "Non vérifié par une ou un juriste" in text
    assert answer.content.count(b'name="form" value="docx"') >= 1  # letters that need no consent
    assert "Préparer un courrier" in text_of(client.get(f"/incidents/{incident.id}/"))


def test_without_a_consent_nothing_leaves_and_it_is_said(incident: Incident, client: Client) -> None:
    answer = client.post(f"/incidents/{incident.id}/courriers/plainte/", {"form": "docx"})
    assert answer.status_code == 422
    assert "Saisir une autorité" in text_of(answer)


@pytest.mark.parametrize(("form", "start"), [("docx", b"PK\x03\x04"), ("pdf", b"%PDF-")])
def test_a_letter_comes_as_a_file_with_a_neutral_name_and_is_noted(
    filled: Session, incident: Incident, client: Client, form: str, start: bytes
) -> None:
    consents.set_consent(filled, incident, "saisir_autorite", "given")
    answer = client.post(f"/incidents/{incident.id}/courriers/plainte/", {"form": form})
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert f'filename="courrier-{incident.number}-plainte.{form}"' in answer.headers["Content-Disposition"]
    assert JournalRow.objects.latest("id").what == "letter_made"
    assert list(filled.workspace.scratch.iterdir()) == []
    if form == "docx":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert b"procureur" in archive.read("word/document.xml").lower()


def test_an_unknown_letter_or_form_is_refused(incident: Incident, client: Client) -> None:
    assert client.post(f"/incidents/{incident.id}/courriers/rien/", {"form": "pdf"}).status_code == 404
    assert client.post(f"/incidents/{incident.id}/courriers/cloture/", {"form": "exe"}).status_code == 422
    assert client.get(f"/incidents/{incident.id}/courriers/cloture/").status_code == 405


@pytest.mark.slow
def test_of_two_platforms_a_letter_is_about_the_one_that_was_chosen(
    filled: Session, incident: Incident, client: Client
) -> None:
    address, kind = f"/incidents/{incident.id}/courriers/", "conservation"
    for act in ("notifier_plateforme", "saisir_autorite"):
        consents.set_consent(filled, incident, act, "given")
    for platform in ("facebook", "youtube"):
        if platform == "youtube":
            assert 'name="platform"' not in client.get(address).content.decode(), "of one there is no choice"
        found = filled.corpora.search(Query(platform=platform), limit=1)
        exhibits.add_messages(filled, incident, [str(found.items[0].ref)])
    assert "<option>YouTube</option>" in client.get(address).content.decode()
    answer = client.post(f"{address}{kind}/", {"form": "docx", "platform": "YouTube"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        words = archive.read("word/document.xml").decode()
    assert "YouTube" in words
    assert "acebook" not in words
    assert client.post(f"{address}{kind}/", {"form": "docx", "platform": "Ailleurs"}).status_code == 422
