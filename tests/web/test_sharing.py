"""Depositing for one of several incidents, and what a telephone shares with the installed pages."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, override_settings

from saisine.casework import deposits, members
from saisine.casework.models import Deposit
from saisine.web import server
from saisine.web.server import Address
from tests.web.members_world import HOST, World, world
from tests.web.reading import text_of

OURS = {"Sec-Fetch-Site": "none"}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("partage") / "espace") as found:
        members.join(found.session, found.incident(found.other), found.member("juriste"))
        yield found


@pytest.fixture
def jurist(team: World) -> Client:
    """A member of both incidents."""
    return team.client("juriste")


def picture(name: str = "Capture.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"\x89PNG\r\n\x1a\n", "image/png")


def made(answer: HttpResponse) -> Deposit:
    """The deposit to whose page an answer leads."""
    return Deposit.objects.get(id=answer.headers["Location"].split("/")[2])


def waiting_files(team: World, answer: HttpResponse) -> dict[str, Path]:
    return {one.name: one.path for one in deposits.files_of(team.session, made(answer))}


# ------------------------------------------------------------------ which incident


def test_a_member_of_several_incidents_chooses_one_and_another_before_sealing(
    team: World, jurist: Client
) -> None:
    page = text_of(jurist.get("/documenter/"))
    assert team.mine.title in page
    assert team.other.title in page
    refused = jurist.post("/documenter/", {"files": picture()})
    assert refused.status_code == 422
    assert "il faut dire lequel" in text_of(refused)
    kept = jurist.post("/documenter/", {"files": picture(), "incident": team.mine.incident})
    address = kept.headers["Location"]
    assert made(kept).incident_id == team.mine.incident
    jurist.post(f"{address}incident/", {"incident": team.other.incident})
    assert made(kept).incident_id == team.other.incident
    assert team.client("personne_visee").get(address).status_code == 404, "of the first incident alone"
    Deposit.objects.filter(id=made(kept).id).update(state=Deposit.ABANDONED)
    jurist.post(f"{address}incident/", {"incident": team.mine.incident})
    assert made(kept).incident_id == team.other.incident, "closed: it stays where it was"


def test_nobody_deposits_for_an_incident_that_is_not_hers(team: World) -> None:
    target = team.client("personne_visee")
    before = Deposit.objects.count()
    assert "Pour quel incident" not in text_of(target.get("/documenter/")), "one alone: nothing to choose"
    refused = target.post("/documenter/", {"files": picture(), "incident": team.other.incident})
    assert refused.status_code == 404
    assert Deposit.objects.count() == before


# ------------------------------------------------------------------ shared by a telephone


def test_a_shared_screenshot_waits_in_the_inbox_and_nothing_is_sealed(team: World, jurist: Client) -> None:
    before = len(team.session.vault.items())
    shared = {
        "files": [picture(), picture()],
        "title": "",
        "text": "Vu ce matin",
        "url": "https://example.org/1",
    }
    answer = jurist.post("/documenter/partage/", shared, headers=OURS)
    assert answer.status_code == 302
    found = waiting_files(team, answer)
    assert list(found) == ["partage/Capture (2).png", "partage/Capture.png", "partage.txt"]
    assert found["partage.txt"].read_text() == "Vu ce matin\nhttps://example.org/1\n"
    assert made(answer).incident_id == team.other.incident, "the newest of hers, and she may choose another"
    assert "Changer d’incident" in text_of(jurist.get(answer.headers["Location"]))
    assert len(team.session.vault.items()) == before


def test_a_link_alone_is_kept_as_a_text_and_nothing_at_all_is_told(team: World, jurist: Client) -> None:
    kept = jurist.post("/documenter/partage/", {"url": "https://example.org/2"}, headers=OURS)
    assert list(waiting_files(team, kept)) == ["partage.txt"]
    answer = jurist.post("/documenter/partage/", {}, headers=OURS)
    assert answer.status_code == 422
    assert "Aucun fichier" in text_of(answer)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", None])
def test_what_another_site_sends_is_refused_before_anything_is_kept(site: str | None, team: World) -> None:
    """A client that checks tokens as the real stack does: this page has none, so it asks who sends."""
    client = Client(HTTP_HOST=HOST, enforce_csrf_checks=True)
    client.force_login(team.account("juriste"))
    before = Deposit.objects.count()
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    assert client.post("/documenter/partage/", {"files": picture()}, headers=headers).status_code == 403
    assert Deposit.objects.count() == before
    assert client.post("/documenter/partage/", {"files": picture()}, headers=OURS).status_code == 302
    assert client.post("/documenter/", {"files": picture()}, headers=OURS).status_code == 403, "it alone"


def test_without_signing_in_nothing_is_received(team: World) -> None:
    before = set(Path(team.session.workspace.scratch).iterdir()), Deposit.objects.count()
    answer = Client(HTTP_HOST=HOST).post("/documenter/partage/", {"files": picture()}, headers=OURS)
    assert answer.headers["Location"].startswith("/connexion/")
    assert (set(Path(team.session.workspace.scratch).iterdir()), Deposit.objects.count()) == before
    assert team.client("lecture").post("/documenter/partage/", {}, headers=OURS).status_code == 404


def test_the_share_menu_is_offered_by_a_server_alone(team: World) -> None:
    assert "share_target" not in json.loads(Client(HTTP_HOST=HOST).get("/manifest.webmanifest").content)
    name = "saisine.exemple.org"
    with override_settings(**server.settings_for(Address((name,), "127.0.0.1"))):
        found = json.loads(Client(HTTP_HOST=name).get("/manifest.webmanifest", secure=True).content)
    target = found["share_target"]
    assert (target["action"], target["method"]) == ("/documenter/partage/", "POST")
    assert target["params"]["files"][0]["name"] == "files"
