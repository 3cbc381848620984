"""« Vague du … » and groups of accounts on the pages: figures first, words once asked for, each opening journaled."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from saisine.casework import deposits, jobs, triage, waves
from saisine.casework.models import Incident, Job, JournalRow
from saisine.casework.session import Session, open_session
from saisine.findings import campaign_words
from saisine.messages.corpus import Query
from saisine.web import current
from saisine.web.pages.wave_words import say_chance, say_delay
from tests.casework.gathered import gathered
from tests.web.conftest import Watch
from tests.web.reading import links_of, text_of, values_of


@pytest.fixture
def opened(tmp_path: Path, watch: Watch) -> Iterator[Session]:
    shutil.copytree(gathered(), tmp_path / "espace")
    with open_session(tmp_path / "espace", clock=watch) as session:
        current.use(session)
        yield session
        current.use(None)


def wave(session: Session) -> str:
    return next(band.id for band in triage.bands(session) if band.kind == "wave")


def texts(session: Session) -> set[str]:
    return {
        message.text for message in session.corpora.search(Query(), limit=500).items if len(message.text) > 12
    }


def test_the_list_leads_to_each_wave_and_group(opened: Session, client: Client) -> None:
    answer = client.get("/vagues/")
    groups = waves.groups(opened) or []
    assert set(links_of(answer)) >= {f"/vagues/{id}/" for id in (wave(opened), *(one.id for one in groups))}
    assert "Une absence de signal ne veut pas dire" in text_of(answer)


def test_a_wave_is_drawn_told_and_says_what_it_does_not_establish(opened: Session, client: Client) -> None:
    answer = client.get(f"/vagues/{wave(opened)}/")
    body, text = answer.content.decode(), text_of(answer)
    assert text.startswith("Ce qui ressort des messages Vague du 5 décembre 2023")
    assert '<svg class="chart" role="img" aria-label="Messages par heure"' in body
    for said in (
        "Le plus fort :",
        "Les autres jours :",
        "comptes, dont",
        "jamais vus plus tôt",
        "Premiers messages",
        "messages presque identiques",
        "Page 1 :",
        "par hasard",
        "Ce que cela n’établit pas",
    ):
        assert said in text, said
    assert campaign_words.DOES_NOT_PROVE_FR in text
    assert " style=" not in body
    assert not [word for word in campaign_words.FORBIDDEN if f" {word} " in text.casefold()]
    assert not [one for one in texts(opened) if one in body]
    assert JournalRow.objects.filter(what="message_opened").count() == 0


def test_a_group_page_gives_ten_links_at_most_and_a_table(opened: Session, client: Client) -> None:
    (group, *_) = waves.groups(opened) or []
    answer = client.get(f"/vagues/{group.id}/")
    text = text_of(answer)
    assert "Groupe de comptes du" in text
    assert text.count("Afficher les messages de A") == min(10, group.n_edges)
    assert answer.content.decode().count('class="tie"') == min(10, group.n_edges)
    assert "Liens les plus forts entre ces comptes" in text
    assert not [one for one in texts(opened) if one in answer.content.decode()]


def test_the_messages_of_a_link_are_shown_once_asked(opened: Session, client: Client) -> None:
    (group, *_) = waves.groups(opened) or []
    answer = client.post(f"/vagues/{group.id}/lien/", {"number": "0"})
    assert any(one in answer.content.decode() for one in texts(opened))
    assert "d’écart" in text_of(answer)
    assert JournalRow.objects.filter(what="message_opened").count() == 1
    assert client.post(f"/vagues/{group.id}/lien/", {"number": "-1"}).status_code == 422
    assert client.get(f"/vagues/{group.id}/lien/").status_code == 405


def test_addresses_are_shown_once_asked(opened: Session, client: Client) -> None:
    id = wave(opened)
    assert "https://" not in text_of(client.get(f"/vagues/{id}/"))
    answer = client.post(f"/vagues/{id}/afficher/", {"what": "links"})
    assert "https://" in text_of(answer)
    assert "Afficher les adresses" not in text_of(answer)


@pytest.mark.parametrize("kind", ["gexf", "graphml", "liens.csv", "comptes.csv", "ndjson"])
def test_a_network_is_downloaded_without_names(opened: Session, client: Client, kind: str) -> None:
    (group, *_) = waves.groups(opened) or []
    answer = client.post(f"/vagues/{group.id}/reseau/", {"kind": kind})
    body = answer.content.decode()
    assert answer["Content-Disposition"] == f'attachment; filename="reseau.{kind}"'
    assert "A001" in body
    assert "x:u" not in body
    assert "x:c" not in body


def test_names_leave_with_a_reason(opened: Session, client: Client) -> None:
    (group, *_) = waves.groups(opened) or []
    path = f"/vagues/{group.id}/reseau/"
    assert client.post(path, {"kind": "gexf", "named": "yes"}).status_code == 400
    assert "x:" in client.post(path, {"kind": "gexf", "named": "yes", "why": "autorite"}).content.decode()
    assert JournalRow.objects.get(what="names_taken").subject == "autorite"


def test_a_collective_incident_is_opened_from_its_wave(opened: Session, client: Client) -> None:
    id = wave(opened)
    assert "Gardez d’abord" in text_of(client.get(f"/vagues/{id}/"))
    triage.decide(opened, id, triage.cards(opened, id, limit=1).items[0].ref, "keep")
    page = client.get(f"/vagues/{id}/")
    title = values_of(page, "title")
    answer = client.post(f"/vagues/{id}/incident/", {"title": title[0]})
    incident = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{incident.id}/"
    assert incident.is_collective
    assert incident.title == title[0] == "Vague du 5 décembre 2023"
    again = client.post(f"/vagues/{id}/incident/", {"title": title[0]})
    assert again.status_code == 400
    assert Incident.objects.count() == 1


def test_reading_all_again_is_a_job(opened: Session, client: Client) -> None:
    assert client.post("/vagues/relire/")["Location"] == "/vagues/"
    assert "Les messages sont relus" in text_of(client.get("/vagues/"))
    assert jobs.run_waiting(opened) == 1
    assert Job.objects.get().state == Job.DONE
    assert "Les messages sont relus" not in text_of(client.get("/vagues/"))


def test_texts_that_changed_are_shown_side_by_side_once_asked(
    empty: Session, client: Client, tmp_path: Path, watch: Watch
) -> None:
    for name, said in (
        ("a", "bonjour à toutes"),
        ("b", "bonjour à toutes et à tous"),
        ("c", "bonjour à toutes"),
    ):
        post = {"id": str(2**60), "text": said, "author_id": "1", "created_at": "2026-01-01T00:00:00.000Z"}
        (tmp_path / f"{name}.json").write_text(json.dumps({"data": [post], "meta": {"n": name}}))
        deposits.deposit_paths(empty, [tmp_path / f"{name}.json"])
        watch.advance(86_400)
    page = client.get("/vagues/")
    assert "1 message dont le texte a changé entre deux collectes." in text_of(page)
    assert "bonjour" not in text_of(page)
    assert client.get("/vagues/textes/").status_code == 405
    before = JournalRow.objects.filter(what="message_opened").count()
    answer = client.post("/vagues/textes/")
    text = text_of(answer)
    assert answer.content.decode().count("<blockquote") == 2
    assert text.index("bonjour à toutes") < text.index("bonjour à toutes et à tous")
    assert "seulement ici : [+ et à tous]" in text.replace("\xa0", " ")
    assert "Comparez les deux originaux" in text
    assert JournalRow.objects.filter(what="message_opened").count() == before + 1
    client.cookies["saisine_language"] = "en"
    assert "Changed texts" in text_of(client.post("/vagues/textes/"))


def test_what_is_not_a_wave_is_told(opened: Session, client: Client) -> None:
    assert client.get("/vagues/nulle/").status_code == 404


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 seconde"), (89, "89 secondes"), (720, "12 minutes"), (7200, "2 heures"), (172_800, "2 jours")],
)
def test_delays_are_said_in_one_unit(seconds: float, said: str) -> None:
    assert say_delay(seconds) == said


def test_chance_is_said_as_a_bound() -> None:
    assert say_chance(0.2) == "le hasard peut suffire"
    assert say_chance(0.0004).replace("\u202f", " ") == "moins d’une fois sur 1 000 par hasard"
    assert say_chance(0.0) == say_chance(1e-30)


def test_an_empty_workspace_has_no_wave_and_says_so(empty: Session, client: Client) -> None:
    text = text_of(client.get("/vagues/"))
    assert "Aucune vague trouvée." in text
    assert "Trop peu de messages pour chercher une coordination" in text
    for path in (
        "/tri/",
        "/tri/urgent/",
        "/tri/?par=cible",
        "/tri/?par=plateforme",
        "/tri/?par=vague",
        "/tri/others/",
    ):
        assert client.get(path).status_code == 200, path
    assert client.get("/tri/sample/").status_code == 200


def test_many_messages_wait_for_a_job_instead_of_a_page(
    filled: Session, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saisine.casework import surveys

    surveys.forget(filled)
    monkeypatch.setattr(surveys, "INLINE_ROWS", 100)
    assert "Le tri reste à préparer" in text_of(client.get("/tri/"))
    assert client.get("/").status_code == 200
    for path in ("/tri/others/", "/vagues/nulle/"):
        assert "Le tri n’est pas encore préparé" in client.get(path).content.decode()
    assert client.post("/tri/preparer/")["Location"] == "/tri/"
    assert "Le tri reste à préparer" not in text_of(client.get("/tri/"))
    jobs.run_waiting(filled)
    assert "Autres (678)" in text_of(client.get("/tri/"))


def test_the_pages_speak_english_too(opened: Session, client: Client) -> None:
    client.cookies["saisine_language"] = "en"
    (group, *_) = waves.groups(opened) or []
    text = text_of(client.get(f"/vagues/{group.id}/"))
    assert group.row["sentence_en"] in text
    assert campaign_words.DOES_NOT_PROVE_EN in text
    assert campaign_words.ABSENCE_EN in text_of(client.get(f"/vagues/{wave(opened)}/"))
    assert client.get("/tri/apprendre/").status_code == client.get("/vagues/").status_code == 200
