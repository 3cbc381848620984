"""The idle lock and « Quitter vite »: the password, a passkey or the passphrase opens again, and nothing else."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.core.cache import cache
from django.test import Client, override_settings

from saisine.casework import members
from saisine.casework.session import Session, create_workspace, open_session
from saisine.web import current
from saisine.web.accounts.lock import LOCKED
from tests.casework.world import opened
from tests.web.conftest import Watch
from tests.web.members_world import HASHERS, HOST, LEAD, PASSWORD, World, world
from tests.web.reading import text_of

PHRASE = "pommier verger brouillard sept"


@pytest.fixture
def team(tmp_path: Path, watch: Watch) -> Iterator[World]:
    cache.clear()
    with world(tmp_path / "espace") as found:
        yield found


@pytest.fixture
def protected(tmp_path: Path, watch: Watch, quick_passphrases: None) -> Iterator[Session]:
    """One person on her computer, without an account, over a workspace under a passphrase."""
    folder = tmp_path / "protege"
    create_workspace(folder, name="Association inventée", clock=watch, passphrase=PHRASE)
    with (
        override_settings(PASSWORD_HASHERS=HASHERS),
        open_session(folder, clock=watch, passphrase=PHRASE) as found,
    ):
        current.use(found)
        yield found
        current.use(None)


def is_locked(client: Client, path: str = "/incidents/") -> bool:
    answer = client.get(path)
    return answer.status_code == 302 and answer.headers["Location"].startswith("/verrou/")


def test_ten_quiet_minutes_lock_the_screen(team: World, watch: Watch) -> None:
    client = team.client(LEAD)
    assert not is_locked(client)
    watch.advance(9 * 60)
    assert not is_locked(client)
    watch.advance(9 * 60)
    assert not is_locked(client), "each click starts the time anew"
    watch.advance(10 * 60 + 1)
    assert is_locked(client)
    assert is_locked(client, "/"), "and stays so"
    other = team.client(LEAD)
    assert not is_locked(other), "another device is another screen"


def test_a_page_that_asks_by_itself_keeps_no_screen_open(team: World, watch: Watch) -> None:
    client = team.client(LEAD)
    client.get("/incidents/")
    for _ in range(12):
        watch.advance(60)
        client.get(f"/travaux/{team.mine.job}/", headers={"HX-Request": "true"})
    assert is_locked(client)
    answer = client.get(f"/travaux/{team.mine.job}/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/verrou/"), "the open page goes to the lock"
    assert answer.content == b""


def test_the_locked_screen_shows_nothing_and_opens_with_the_password(team: World, watch: Watch) -> None:
    client, page = team.client(LEAD), f"/incidents/{team.mine.incident}/"
    client.get(page)
    watch.advance(3600)
    locked = client.get(client.get(page).headers["Location"])
    assert "Écran verrouillé" in text_of(locked)
    body = locked.content.decode()
    for word in (team.mine.title, *team.mine.texts, "/membres/"):
        assert word not in body
    before = members.settings_of(team.session).idle_minutes
    client.post("/membres/verrou/", {"minutes": "2"})
    assert members.settings_of(team.session).idle_minutes == before, "a form sent meanwhile does nothing"
    wrong = client.post("/verrou/", {"secret": "faux", "next": page})
    assert wrong.status_code == 422
    assert is_locked(client)
    assert client.post("/verrou/", {"secret": PASSWORD, "next": page}).headers["Location"] == page
    assert client.get(page).status_code == 200


def test_five_wrong_passwords_have_to_wait(team: World) -> None:
    client = team.client(LEAD)
    client.get("/quitter/")
    client.post("/revenir/")
    statuses = [client.post("/verrou/", {"secret": "faux"}).status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2
    assert client.post("/verrou/", {"secret": PASSWORD}).status_code == 429
    assert is_locked(client)


def test_a_passkey_opens_what_was_locked_before_it(team: World) -> None:
    """allauth's page notes the proof in the session; an older one does not count."""
    client = team.client(LEAD)
    client.get("/incidents/")
    session = client.session
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(team.account(LEAD).pk)
    proof = {"method": "mfa", "type": "webauthn", "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{**proof, "at": time.time() - 100}]
    session[LOCKED] = time.time() - 50
    session.save()
    assert client.get("/verrou/").status_code == 200
    assert is_locked(client)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{**proof, "at": time.time() + 1}]
    session.save()
    assert client.get("/verrou/?next=/incidents/").headers["Location"] == "/incidents/"
    assert not is_locked(client)


def test_leaving_fast_locks_the_session_of_an_account(team: World) -> None:
    client = team.client(LEAD)
    client.get("/incidents/")
    client.get("/quitter/")
    assert team.mine.title not in client.get("/incidents/").content.decode()
    client.post("/revenir/")
    assert is_locked(client), "coming back asks who is there"
    assert client.post("/verrou/", {"secret": PASSWORD}).status_code == 302
    assert not is_locked(client)


def test_the_time_is_a_setting(team: World, watch: Watch) -> None:
    client = team.client(LEAD)
    assert client.post("/membres/verrou/", {"minutes": "2"}).status_code == 302
    assert 'data-seconds="120"' in client.get("/").content.decode()
    watch.advance(121)
    assert is_locked(client)
    members.set_idle(team.session, 30)
    for typed in ("0", "7", "-5", "x", "²", ""):
        client.post("/verrou/", {"secret": PASSWORD})
        assert client.post("/membres/verrou/", {"minutes": typed}).status_code == 422
    assert members.settings_of(team.session).idle_minutes == 30


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "/\\example.org", "/verrou/"])
def test_unlocking_leads_to_this_site_alone(target: str, team: World) -> None:
    client = team.client(LEAD)
    client.get("/verrou/")
    assert client.post("/verrou/", {"secret": PASSWORD, "next": target}).headers["Location"] == "/"


# ------------------------------------------------------------------ one person, without an account


def test_the_passphrase_opens_the_screen_of_one_person_alone(protected: Session, watch: Watch) -> None:
    client = Client(HTTP_HOST=HOST)
    assert not is_locked(client)
    watch.advance(601)
    assert is_locked(client)
    assert is_locked(Client(HTTP_HOST=HOST)), "whatever the browser: it is this computer's screen"
    assert "Phrase de passe" in text_of(client.get("/verrou/"))
    assert client.post("/verrou/", {"secret": "autre chose"}).status_code == 422
    assert is_locked(client)
    assert (
        client.post("/verrou/", {"secret": PHRASE, "next": "/incidents/"}).headers["Location"]
        == "/incidents/"
    )
    assert not is_locked(client)


def test_without_a_passphrase_nothing_locks(tmp_path: Path, watch: Watch) -> None:
    with opened(tmp_path / "w") as session:
        current.use(session)
        client = Client(HTTP_HOST=HOST)
        client.get("/")
        watch.advance(24 * 3600)
        assert not is_locked(client)
        assert client.get("/verrou/").headers["Location"] == "/"
        assert "idle.js" not in client.get("/").content.decode()
        current.use(None)
