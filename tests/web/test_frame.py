"""What holds on every page: host, methods, headers, forms, language, errors, the journal."""

import gzip
import re
import sqlite3

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

from saisine.casework import incidents, journal, rights
from saisine.casework.models import SortedMessage
from saisine.casework.session import Session
from saisine.error_texts import TEXTS
from saisine.web import urls
from saisine.web.explaining import STATUS
from tests.web.reading import links_of, text_of

PLAIN = (
    "home", "deposit", "triage", "captures", "incidents", "notices", "deadlines", "verify", "help", "data",
    "journal", "quit", "vault", "vault_verify", "vault_deposits", "vault_dates", "vault_passphrase",
    "vault_officers", "vault_backups",
)  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_each_page_answers_with_nothing_in_it(name: str, empty: Session, client: Client) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert answer.content.count(b"<h1") == (0 if name == "quit" else 1)


@pytest.mark.parametrize("name", PLAIN)
def test_each_page_answers_with_the_example_in_it(name: str, filled: Session, client: Client) -> None:
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("host", ["example.org", "192.168.1.20", "localhost.example.org", "127.0.0.1.nip.io"])
def test_a_foreign_name_is_refused_on_every_path(host: str, empty: Session) -> None:
    for path in ("/", "/tri/", "/static/saisine/saisine.css", "/nowhere/"):
        answer = Client(HTTP_HOST=host).get(path)
        assert answer.status_code == 400
        assert b"saisine" not in answer.content.lower()


@pytest.mark.parametrize("method", ["trace", "put", "delete", "patch"])
def test_rare_methods_are_refused(method: str, empty: Session, client: Client) -> None:
    assert getattr(client, method)("/").status_code == 405


def test_every_answer_carries_the_policy(empty: Session, client: Client) -> None:
    for path in ("/", "/nowhere/", "/static/saisine/saisine.css"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store" or path.startswith("/static/")
        assert headers["X-Frame-Options"] == "DENY"


def test_styles_leave_compressed_but_pages_never(empty: Session, client: Client) -> None:
    asked = {"Accept-Encoding": "gzip, br"}
    plain, packed = (client.get("/static/saisine/saisine.css", headers=kind) for kind in ({}, asked))
    assert gzip.decompress(packed.content) == b"".join(plain)
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    assert "Content-Encoding" not in client.get("/", headers=asked).headers


def posts() -> list[str]:
    """Every address that takes a POST, with an id that does not exist."""
    names = [name for name in get_resolver(urls).reverse_dict if isinstance(name, str)]
    return sorted(names)


@pytest.mark.parametrize("name", posts())
def test_a_form_from_elsewhere_is_refused(name: str, empty: Session) -> None:
    """Without the token of a page of ours, no POST reaches its view; a telephone shares to a server alone."""
    groups = get_resolver(urls).reverse_dict[name][0][0][1]
    strict = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    answer = strict.post(reverse(name, args=["0" * 32 for _ in groups]), {})
    assert answer.status_code in ((404,) if name == "deposit_share" else (403, 405))
    if answer.status_code == 403:
        assert "refusée" in text_of(answer)


@pytest.mark.parametrize("name", posts())
def test_an_unknown_id_is_told_and_never_a_failure(name: str, empty: Session, client: Client) -> None:
    groups = get_resolver(urls).reverse_dict[name][0][0][1]
    if not groups:
        return
    path = reverse(name, args=["0" * 32 for _ in groups])
    for answer in (client.get(path), client.post(path, {})):
        assert answer.status_code in (403, 404, 405, 422), path


def test_the_language_is_chosen_by_the_person(empty: Session, client: Client) -> None:
    assert "Rien n’est envoyé" in text_of(
        Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT_LANGUAGE="en").get("/documenter/")
    )
    answer = client.post("/langue/", {"language": "en", "next": "/tri/?x=1"})
    assert answer.headers["Location"] == "/tri/?x=1"
    assert 'lang="en"' in client.get("/").content.decode()
    assert "Sorting box" in text_of(client.get("/tri/"))
    client.post("/langue/", {"language": "fr", "next": "/"})
    assert "Boîte de tri" in text_of(client.get("/tri/"))


@pytest.mark.parametrize(
    "target", ["//example.org/", "https://example.org/", "/\\example.org", "javascript:x"]
)
def test_the_language_button_leads_nowhere_else(target: str, empty: Session, client: Client) -> None:
    assert client.post("/langue/", {"language": "en", "next": target}).headers["Location"] == "/"


def test_english_pages_hold_no_french(filled: Session, client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for name in PLAIN:
        text = text_of(client.get(reverse(name)))
        assert not re.search(r"\b(messages? à trier|Aucune?|Déposer|Échéance|Pièce)\b", text), name


def test_an_unknown_page_says_so_and_leads_home(empty: Session, client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in text_of(answer)
    assert "/" in links_of(answer)


def test_an_unforeseen_failure_is_told_without_its_content(
    empty: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise ValueError("un mot que personne ne doit lire")

    monkeypatch.setattr(incidents, "incidents_with_pieces", broken)
    answer = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False).get("/incidents/")
    assert answer.status_code == 500
    assert "n’a pas pu être préparée" in text_of(answer)
    assert "personne ne doit lire" not in answer.content.decode()
    assert "unexpected ValueError on /incidents/" in caplog.text


def test_a_full_or_busy_database_is_told_and_not_as_an_unforeseen_failure(
    filled: Session, client: Client
) -> None:
    page = f"/incidents/{incidents.open_incident(filled, 'Vague').id}/"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1")  # SQLite keeps to what it has: the disk is full
    answer = client.post(f"{page}personne/", {"role": "visee"})
    for _ in range(500):
        if answer.status_code != 302:
            break
        answer = client.post(f"{page}recit/", {"summary": "un récit " * 60})
    assert answer.status_code == 507
    assert "Votre espace de travail ne peut plus rien noter." in text_of(answer)
    connection.close()
    with sqlite3.connect(filled.workspace.database) as other, connection.cursor() as cursor:
        other.execute("BEGIN IMMEDIATE")
        cursor.execute("PRAGMA busy_timeout = 0")
        answer = client.post(f"{page}recit/", {"summary": "un récit"})
        other.rollback()
    assert answer.status_code == 507
    assert "locked" in text_of(answer)
    assert client.post(f"{page}recit/", {"summary": "un récit"}).status_code == 302


def test_a_database_that_lost_its_tables_is_not_told_as_a_full_disk(filled: Session) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE casework_journalrow")
    answer = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False).get("/journal/")
    assert answer.status_code == 500
    assert "n’a pas pu être préparée" in text_of(answer)
    assert "no such table" not in answer.content.decode()


def test_directions_in_a_title_are_written_out(filled: Session, client: Client) -> None:
    made = incidents.open_incident(filled, "Vague \u202egpj.exe")
    for page in (
        "/incidents/",
        f"/incidents/{made.id}/",
        f"/incidents/{made.id}/signalement/",
        "/signalements/",
    ):
        body = client.get(page).content.decode()
        assert "\u202e" not in body, page
        assert "⟨U+202E⟩" in body, page


def test_the_page_left_behind_is_in_the_language_of_the_person(empty: Session, client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    body = client.get("/quitter/").content.decode()
    assert "<title>New tab</title>" in body
    assert "Saisine" not in body
    client.post("/revenir/")
    assert "Police: immediate danger" in text_of(client.get("/aide/"))


def test_once_left_every_page_is_blank_until_the_person_comes_back(filled: Session, client: Client) -> None:
    client.get("/quitter/")
    for path in ("/tri/", "/incidents/", "/tri/urgent/", "/nowhere/"):
        body = client.get(path).content.decode()
        assert "<title>Nouvel onglet</title>" in body
        assert "Saisine" not in body
        assert "<button" not in body
    assert "<button" in client.get("/").content.decode()
    assert client.post("/tri/rest/", {"band": "others"}).status_code == 200
    assert not SortedMessage.objects.exists()
    assert client.post("/revenir/").headers["Location"] == "/"
    assert "Boîte de tri" in text_of(client.get("/tri/"))


def test_no_failure_with_words_of_its_own_is_answered_as_an_unforeseen_one() -> None:
    assert {text.exit_code for text in TEXTS.values()} <= set(STATUS)


def test_a_known_failure_is_told_in_three_sentences(
    empty: Session, client: Client, htmx: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/incidents/" + "0" * 32 + "/")
    assert answer.status_code == 404
    part = htmx.get("/incidents/" + "0" * 32 + "/")
    assert part.status_code == 404
    assert "<main" not in part.content.decode()
    assert 'role="alert"' in part.content.decode()


def test_the_journal_comes_by_pages_without_any_content(filled: Session, client: Client) -> None:
    for _ in range(60):
        journal.note(filled, "capture_opened", subject="a" * 32)
    first = client.get("/journal/")
    assert text_of(first).count("Une capture affichée") == 50
    older = next(link for link in links_of(first) if "avant=" in link)
    assert text_of(client.get(older)).count("Une capture affichée") == 10
    assert client.get("/journal/?avant=²").status_code == 200


def test_what_becomes_of_the_data_is_counted(filled: Session, client: Client) -> None:
    text = text_of(client.get("/donnees/"))
    assert str(filled.workspace.folder) in text
    assert "1\u202f800 messages".replace("\u202f", " ") in text.replace("\u202f", " ")
    assert "la clé est dans le même dossier" in text


def test_home_lists_three_things_to_do_at_most(filled: Session, client: Client) -> None:
    text = text_of(client.get("/"))
    assert "1\u202f800 messages à trier".replace("\u202f", " ") in text.replace("\u202f", " ")
    incident = incidents.open_incident(filled, "Vague de mars")
    rights.add_act(filled, incident, "publication", filled.today())
    rights.record(filled, incident, {"is_public": "true", "target_person": "true"})
    text = text_of(client.get("/"))
    assert "Échéance la plus proche, « Vague de mars » : il reste" in text
    assert client.get("/").content.count(b'class="todo"') == 1


def test_an_example_says_that_it_is_invented(empty: Session, client: Client) -> None:
    assert "aucun compte, aucun message n’est réel" not in text_of(client.get("/"))
    object.__setattr__(empty.workspace, "is_example", True)
    assert "aucune personne, aucun compte, aucun message n’est réel" in text_of(client.get("/"))
