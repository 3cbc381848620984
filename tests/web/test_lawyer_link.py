"""A lawyer's link: one incident, read only, seven days, revocable, journaled, without an account."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from saisine.casework import consents
from saisine.casework.access_models import LawyerLink
from saisine.casework.models import ExhibitRow, JournalRow
from saisine.web import urls
from tests.web.members_world import HOST, LEAD, World, world
from tests.web.reading import text_of


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("lawyer") / "espace") as found:
        yield found


@pytest.fixture
def lawyer() -> Client:
    return Client(HTTP_HOST=HOST)


def made(team: World, label: str = "Maître Inventée") -> str:
    """The address of a new link, as the lead hands it over."""
    answer = team.client(LEAD).post(f"/incidents/{team.mine.incident}/avocat/", {"label": label})
    found = answer.content.decode().split('id="address" value="')[1].split('"')[0]
    return found.replace(f"http://{HOST}", "")


def test_the_link_shows_the_incident_and_no_text_before_it_is_asked_for(team: World, lawyer: Client) -> None:
    answer = lawyer.get(made(team))
    text = text_of(answer)
    assert answer.status_code == 200
    for word in (
        team.mine.title,
        "Que s’est-il passé ?",
        "Chronologie",
        "Pièces (3)",
        "Lecture seule, jusqu’au",
    ):
        assert word in text
    body = answer.content.decode()
    assert not any(one in body for one in (*team.mine.texts, *team.other.texts, team.other.title))
    for path in ("/incidents/", "/membres/", "/tri/", "/donnees/"):
        assert f'href="{path}"' not in body, "no way to anything else"


def test_each_opening_is_journaled_as_the_lawyer_s(team: World, lawyer: Client) -> None:
    path = made(team, "Maître Deux")
    row = ExhibitRow.objects.get(id=team.mine.exhibit)
    answer = lawyer.post(f"{path}pieces/{row.id}/")
    assert any(one in text_of(answer) for one in team.mine.texts)
    last = JournalRow.objects.order_by("-id").first()
    assert last is not None
    assert (last.what, last.subject) == ("message_opened", row.id)
    link = LawyerLink.objects.get(label="Maître Deux")
    assert last.by == link.actor
    assert "lien d’une ou un avocat (Maître Deux)" in text_of(team.client(LEAD).get("/journal/"))


def test_a_picture_is_drawn_again_by_an_address_of_this_link_alone(team: World, lawyer: Client) -> None:
    path, other = made(team), made(team)
    picture = ExhibitRow.objects.get(incident_id=team.mine.incident, kind="screenshot")
    body = lawyer.post(f"{path}pieces/{picture.id}/").content.decode()
    source = body.split('<img src="')[1].split('"')[0]
    answer = lawyer.get(source)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert lawyer.get(source.replace(path, other)).status_code == 404
    assert lawyer.get(f"{path}images/faux/").status_code == 404


def test_only_dossiers_made_for_a_lawyer_leave(team: World, lawyer: Client) -> None:
    path = made(team)
    answer = lawyer.get(f"{path}dossiers/{team.mine.dossier}/pdf/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert JournalRow.objects.filter(what="dossier_taken", subject=team.mine.dossier).count() == 1
    for wrong in (f"{team.mine.dossier}/doc", f"{team.other.dossier}/pdf", f"{'0' * 32}/zip"):
        assert lawyer.get(f"{path}dossiers/{wrong}/").status_code == 404
    team.incident(team.mine).dossiers.update(recipient="interne")
    assert lawyer.get(f"{path}dossiers/{team.mine.dossier}/pdf/").status_code == 404
    team.incident(team.mine).dossiers.update(recipient="avocat")


def test_it_opens_nothing_else(team: World, lawyer: Client) -> None:
    """Every address of the site, with what the lawyer saw in hand: sign-in or 404, and not a word of content."""
    path = made(team)
    lawyer.get(path)
    token = path.split("/")[2]
    foreign = ExhibitRow.objects.filter(incident_id=team.other.incident).first()
    assert foreign is not None
    assert lawyer.post(f"{path}pieces/{foreign.id}/").status_code == 404
    for name in sorted(one for one in get_resolver(urls).reverse_dict if isinstance(one, str)):
        pattern, groups = get_resolver(urls).reverse_dict[name][0][0]
        if name in ("lawyer", "quit", "come_back", "language", "help", "verify") or not groups:
            continue
        values = [
            token if one == "token" else team.mine.incident if one == "id" else "0" * 32 for one in groups
        ]
        for answer in (lawyer.get(reverse(name, args=values)), lawyer.post(reverse(name, args=values))):
            assert answer.status_code in (302, 404, 405) or not str(pattern).startswith(
                ("incidents", "signalements", "dossiers", "tri", "coffre", "membres", "travaux", "documenter")
            ), name
            assert not answer.streaming, name
            assert not any(one in answer.content.decode() for one in team.mine.texts), name


def test_it_ends_after_seven_days_when_revoked_or_when_the_consent_is_withdrawn(
    team: World, lawyer: Client
) -> None:
    path, closed = made(team), made(team, "À fermer")
    link = LawyerLink.objects.get(label="À fermer")
    assert team.client("juriste").post(f"/avocat/liens/{link.id}/fermer/").status_code == 404
    assert team.client(LEAD).post(f"/avocat/liens/{link.id}/fermer/").status_code == 302
    assert lawyer.get(closed).status_code == 404
    incident = team.incident(team.mine)
    consents.set_consent(team.session, incident, "agir_en_justice", "withdrawn")
    assert lawyer.get(path).status_code == 404
    refused = team.client(LEAD).post(f"/incidents/{incident.id}/avocat/", {"label": "X"})
    assert refused.status_code == 422
    consents.set_consent(team.session, incident, "agir_en_justice", "given")
    assert lawyer.get(path).status_code == 200
    team.clock.at += timedelta(days=7)
    for method in (lawyer.get, lawyer.post):
        answer = method(path)
        assert answer.status_code in (404, 405)
    assert "Ce lien ne s’ouvre plus." in text_of(lawyer.get(path))
    team.clock.at -= timedelta(days=7)


def test_the_token_is_kept_nowhere(team: World, lawyer: Client) -> None:
    token = made(team).split("/")[2]
    for path in (team.session.workspace.database, Path(f"{team.session.workspace.database}-wal")):
        assert not path.exists() or token.encode() not in path.read_bytes()
