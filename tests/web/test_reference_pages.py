"""The pages of law, glossary, guide, work and drafts: each state, each refusal, nothing violent."""

import json
import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from saisine.casework import (
    incidents,
    jobs,
    rights,
)
from saisine.casework.models import Job, JournalRow
from saisine.casework.personal_models import Draft
from saisine.casework.session import Session
from saisine.learning import glossary
from saisine.web import design_tokens
from tests.web.conftest import Example, Watch
from tests.web.reading import text_of


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


# ------------------------------------------------------------------ the law, the words


def test_each_offence_and_each_route_has_its_page_with_its_flag(empty: Session, client: Client) -> None:
    law = empty.law
    index = text_of(client.get("/droits/"))
    for offence in law.offences.values():
        assert offence.name_fr in index
    for id in [*law.offences][::6]:
        text = text_of(client.get(f"/droits/infractions/{id}/"))
        assert law.offences[id].articles[0] in text
        assert law.offences[id].verified or "Non vérifié par une ou un juriste" in text
    for remedy in list(law.remedies.values())[::3]:
        text = text_of(client.get(f"/droits/voies/{remedy.id}/"))
        assert remedy.verified or "Non vérifié par une ou un juriste" in text
    assert client.get("/droits/infractions/inconnue/").status_code == 404


def test_the_last_day_is_counted_by_the_law_and_nothing_is_kept(empty: Session, client: Client) -> None:
    rows = JournalRow.objects.count()
    text = text_of(client.post("/droits/infractions/injure_publique/", {"jour": "2026-03-31"}))
    assert (
        "dernier jour utile : mardi 30 juin 2026".replace(" :", "\xa0:") in text
        or "mardi 30 juin 2026" in text
    )
    assert "délai dépassé" in text_of(
        client.post("/droits/infractions/injure_publique/", {"jour": "2025-03-31"})
    )
    assert client.post("/droits/infractions/injure_publique/", {"jour": "2031-01-01"}).status_code == 422
    assert JournalRow.objects.count() == rows


def test_a_search_of_the_law_writes_no_word_in_an_address(empty: Session, client: Client) -> None:
    found = client.post("/droits/", {"cherche": "injure publique"})
    assert "Injure publique envers un particulier" in text_of(found)
    assert "Menace de mort" not in text_of(found)
    assert "Cela ne veut pas dire que c’est permis" in text_of(client.post("/droits/", {"cherche": "zzz"}))
    assert 'method="get"' not in found.content.decode()


def test_the_glossary_holds_each_term_and_the_pages_link_to_it(filled: Session, client: Client) -> None:
    body = client.get("/glossaire/").content.decode()
    assert all(f'id="{id}"' in body for id in glossary.load_glossary())
    incident = incidents.open_incident(filled, "Vague")
    rights.add_act(filled, incident, "publication", filled.today())
    page = client.get(f"/incidents/{incident.id}/").content.decode()
    assert '<details class="terms">' in page
    assert '<details class="terms">' in client.get("/echeances/").content.decode()


def test_a_sentence_keeps_its_signs_when_its_words_are_linked() -> None:
    from saisine.web.templatetags.saisine_words import with_terms

    said = str(with_terms("Le <b>parquet</b> & la prescription."))
    assert "&lt;b&gt;" in said
    assert "&amp; la" in said
    assert '#prescription"' in said
    assert str(with_terms(None)) == ""


# ------------------------------------------------------------------ guide, help, installed


def test_the_guide_reads_its_tokens_from_the_sheet_and_they_are_legible() -> None:
    assert len(design_tokens.colours()) >= 15
    assert [pair for pair in design_tokens.pairs() if not pair.is_enough] == []
    assert design_tokens.contrast("#ffffff", "#ffffff") == 1.0


def test_each_component_is_shown_with_its_own_markup(empty: Session, client: Client) -> None:
    body = client.get("/guide/").content.decode()
    assert "&lt;button type=&quot;button&quot; class=&quot;button-primary&quot;&gt;" in body
    assert "{%" not in body
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("language", "folder"), [("fr", "/guide/"), ("en", "/guide/en/")])
def test_the_illustrated_guide_has_small_pictures_with_words_in_its_language(
    empty: Session, client: Client, language: str, folder: str
) -> None:
    client.cookies["saisine_language"] = language
    body = client.get("/aide/guide/").content.decode()
    pictures = re.findall(r'<img[^>]*src="([^"]+)"[^>]*alt="([^"]*)"', body)
    assert len(pictures) == 8
    for source, alt in pictures:
        assert f"{folder}{Path(source).name}" in source
        answer = client.get(source)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
        assert len(body_of(answer)) < 40_000
        assert alt.endswith(".")


def test_the_manifest_is_neutral_and_its_icons_exist(empty: Session, client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    found = json.loads(answer.content)
    assert found["name"] == "Saisine"
    for icon in found["icons"]:
        assert client.get(icon["src"]).status_code == 200
    assert "manifest-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_worker_keeps_help_alone_and_help_holds_no_fact(
    filled: Session, client: Client, example: Example
) -> None:
    script = client.get("/sw.js").content.decode()
    kept = re.search(r"const KEPT = \[(.*?)\]", script)
    assert kept is not None
    addresses = re.findall(r'"([^"]+)"', kept[1].encode().decode("unicode_escape"))
    assert addresses == [
        "/hors-ligne/", "/static/saisine/saisine.css", "/static/saisine/favicon.svg", "/static/saisine/icons.svg",
    ]  # fmt: skip
    for address in addresses:
        body = body_of(client.get(address)).decode()
        assert not [text for text in (*example.sentinels, "Association inventée", "csrf") if text in body]
    assert "<form" not in client.get("/hors-ligne/").content.decode()


# ------------------------------------------------------------------ work, drafts


def test_work_is_listed_stopped_and_taken_up_again(empty: Session, client: Client) -> None:
    client.post("/donnees/export/")
    job = Job.objects.get(kind="everything")
    assert "Toutes les données sont rassemblées" in text_of(client.get("/travaux/"))
    assert client.post(f"/travaux/{job.id}/interrompre/", {"next": "jobs"}).headers["Location"] == "/travaux/"
    page = client.get("/travaux/")
    assert "Reprendre" in text_of(page)
    client.post(f"/travaux/{job.id}/reprendre/")
    client.post(f"/travaux/{job.id}/reprendre/")
    assert Job.objects.filter(kind="everything", state=Job.WAITING).count() == 1
    assert "Reprendre" not in text_of(client.get("/travaux/")), "it was taken up already"


def test_the_bell_names_what_ended_since_the_page_was_opened(
    empty: Session, client: Client, htmx: Client, watch: Watch
) -> None:
    client.post("/donnees/export/")
    opened = client.get("/tri/").content.decode()
    address = re.search(r'hx-get="(/travaux/cloche/\?vus=\d+)"', opened)
    assert address is not None
    assert "data-rung" not in htmx.get(address[1]).content.decode()
    watch.advance(5)
    jobs.run_waiting(empty)
    rung = htmx.get(address[1])
    assert 'role="status"' in rung.content.decode()
    assert 'data-rung="1"' in rung.content.decode()
    assert "Export de toutes les données" in text_of(rung)
    assert "data-rung" not in client.get("/tri/").content.decode(), "a page opened later is quiet"


def test_one_job_line_is_asked_again_without_moving_the_page(empty: Session, htmx: Client) -> None:
    htmx.post("/donnees/export/")
    job = Job.objects.get(kind="everything")
    jobs.run_waiting(empty)
    line = htmx.get(f"/travaux/{job.id}/?ligne=1")
    assert "HX-Redirect" not in line.headers
    assert "Terminé." in text_of(line)
    assert htmx.get(f"/travaux/{job.id}/").headers["HX-Redirect"] == "/donnees/export/"


def test_what_was_typed_comes_back_and_goes_once_it_was_sent(filled: Session, client: Client) -> None:
    incident = incidents.open_incident(filled, "Vague")
    page, action = f"/incidents/{incident.id}/", f"/incidents/{incident.id}/recit/"
    typed = {"page": page, "action": action, "field": "summary", "text": "Le 14 mars, des"}
    assert client.post("/brouillons/", typed).status_code == 204
    assert client.get("/brouillons/", {"page": page}).json()["fields"] == [
        {"action": action, "field": "summary", "text": "Le 14 mars, des"}
    ]
    client.post(action, {"summary": "Le 14 mars, des messages."})
    assert client.get("/brouillons/", {"page": page}).json() == {"fields": []}
    client.post("/brouillons/", typed)
    assert client.post("/brouillons/oublier/", {"page": page}).status_code == 204
    client.post("/brouillons/", typed | {"action": "https://example.org/"})
    assert not Draft.objects.exists()


def test_a_refused_form_keeps_what_was_typed(filled: Session, client: Client) -> None:
    action = reverse("settings_association")
    client.post(
        "/brouillons/", {"page": "/reglages/", "action": action, "field": "object_fr", "text": "combattre"}
    )
    assert client.post(action, {"declared_on": "x"}).status_code == 422
    assert Draft.objects.count() == 1
