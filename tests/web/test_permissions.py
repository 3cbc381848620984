"""The permission matrix over HTTP: every address, both methods, every role, and nobody; one cell after the other.

`CELLS` is the table of the product's page on several users, typed here a second time: neither it nor the acts of
`ADDRESSES` are read from the code under test.
"""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from saisine.casework import consents, members, notices, permissions
from saisine.casework.models import Job, JournalRow, NoticeEventRow
from saisine.casework.permissions import MATRIX, ROLES
from saisine.web.accounts.doors import DOORS, JOB, OPEN, SIGNED
from tests.web.members_world import LEAD, World
from tests.web.reading import links_of, text_of
from tests.web.role_table import ACTS, CELLS, ROLE_LIST, address, cell, is_open, names
from tests.web.role_table import alone as alone
from tests.web.role_table import browsers as browsers
from tests.web.role_table import team as team

# ------------------------------------------------------------------ the table itself


def test_the_table_in_the_code_is_the_one_of_the_product() -> None:
    for act, row in ACTS.items():
        assert " ".join(MATRIX[act]) == CELLS[row], act


def test_several_roles_give_the_widest_cell() -> None:
    assert permissions.cell_of("qualify", ["documentaliste", "juriste"]) == "I"
    assert permissions.cell_of("sort", ["juriste", "documentaliste"]) == "O"
    assert permissions.cell_of("notice_send", ["documentaliste", "personne_visee"]) == "A"
    assert permissions.cell_of("members", [role for role in ROLES if role != LEAD]) == "-"
    assert permissions.cell_of("show", []) == "-"
    assert permissions.cell_of("show", ["inconnu"]) == permissions.cell_of("inconnu", [LEAD]) == "-"


@pytest.mark.parametrize("name", names())
def test_every_address_declares_its_act(name: str) -> None:
    """A new page without a line in `accounts.doors` fails here, and answers 404 to every member."""
    door = DOORS.get(name)
    assert door is not None, f"{name}: add it to saisine/web/accounts/doors.py"
    for act in (door.read, door.write or door.read):
        assert act in MATRIX or act in (OPEN, SIGNED, JOB), (name, act)


def test_no_line_is_left_of_a_page_that_is_gone() -> None:
    # pages of the waiting list may come later; a door that leads nowhere would hide a renamed page
    assert sorted(set(DOORS) - set(names())) == []


# ------------------------------------------------------------------ consents (A), and lists


@pytest.mark.parametrize(("role", "wanted"), [(LEAD, "A"), ("documentaliste", "A"), ("personne_visee", "I")])
def test_sending_waits_for_the_consent(role: str, wanted: str, alone: World) -> None:
    assert cell("notice_send", role) == wanted
    incident = alone.incident(alone.mine)
    drafted = notices.draft(alone.session, incident, exhibit=incident.exhibits.order_by("number").first())
    path = reverse("notice_sent", args=[drafted.id])
    consents.set_consent(alone.session, incident, "notifier_plateforme", "withdrawn")
    answer = alone.client(role).post(path)
    assert answer.status_code in (403, 422)
    assert not NoticeEventRow.objects.filter(by=alone.ids[role]).exists()
    consents.set_consent(alone.session, incident, "notifier_plateforme", "given")
    assert alone.client(role).post(path).status_code == 302
    assert NoticeEventRow.objects.filter(by=alone.ids[role]).exists(), "the act stands under her own id"


@pytest.mark.parametrize("role", [LEAD, "personne_visee"])
def test_exporting_waits_for_the_consent(role: str, alone: World) -> None:
    incident = alone.incident(alone.mine)
    consents.set_consent(alone.session, incident, "agir_en_justice", "withdrawn")
    client, path = alone.client(role), address("dossier_file", alone.mine)
    assert client.get(path).status_code == 403
    assert client.post(address("dossier_build", alone.mine), {"recipient": "procureur"}).status_code == 422
    assert not Job.objects.filter(state=Job.WAITING).exists()
    consents.set_consent(alone.session, incident, "agir_en_justice", "given")
    assert client.get(path).status_code == 200


def test_a_trusted_person_comes_in_by_consent_alone(alone: World) -> None:
    """Withdrawn, everything of the incident is gone for her at the next click; opening a content was apart."""
    client, page = alone.client("personne_confiance"), address("notice", alone.mine)
    assert client.get(page).status_code == 200
    assert client.post(address("notice_show", alone.mine)).status_code == 404, "not allowed in this incident"
    members.join(alone.session, alone.incident(alone.mine), alone.member("personne_confiance"), may_show=True)
    assert client.post(address("notice_show", alone.mine)).status_code == 200
    consents.set_consent(alone.session, alone.incident(alone.mine), members.SHARING, "withdrawn")
    for path in (page, address("incident", alone.mine)):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", ROLE_LIST)
def test_lists_hold_the_incidents_of_each_one_alone(
    role: str, team: World, browsers: dict[str, Client]
) -> None:
    whole = cell("incident_read", role) == "O"
    for path in (
        "/",
        "/incidents/",
        "/signalements/",
        "/echeances/",
        "/tri/",
        "/tri/others/",
        "/documenter/",
        "/journal/",
    ):
        answer = browsers[role].get(path)
        body = answer.content.decode()
        if not whole:
            assert team.other.title not in body, path
            assert team.other.incident not in body, path
        if whole or cell("incident_read", role) == "I":
            assert path != "/incidents/" or team.mine.title in body


def test_reading_alone_sees_counts(team: World, browsers: dict[str, Client]) -> None:
    for path in ("/signalements/", "/echeances/"):
        answer = browsers["lecture"].get(path)
        assert answer.status_code == 200
        assert "les nombres seuls" in text_of(answer)
        assert team.mine.title not in answer.content.decode()
        assert browsers["lecture"].post(path).status_code in (404, 405)


@pytest.mark.parametrize("role", ["juriste", "personne_visee", "personne_confiance"])
def test_the_sorting_box_of_an_incident_holds_its_deposits_alone(
    role: str, team: World, browsers: dict[str, Client]
) -> None:
    """Eight messages of sixteen, and a card of the others cannot be opened by its reference."""
    text = text_of(browsers[role].get("/tri/"))
    assert "Autres (8)" in text
    assert "Autres (16)" in text_of(browsers[LEAD].get("/tri/"))
    corpora = {info.id: info for info in team.session.corpora.list()}
    scoped = team.session.acting(team.ids[role], frozenset({team.mine.incident}))
    from saisine.casework import scopes

    (mine,) = scopes.corpora(scoped) or ()
    (other,) = set(corpora) - {mine}
    before = JournalRow.objects.count()
    answer = browsers[role].post("/tri/afficher/", {"band": "others", "ref": f"m:{other}:0:0"})
    assert answer.status_code == 404
    assert JournalRow.objects.count() == before
    assert not any(one in answer.content.decode() for one in team.other.texts)


# ------------------------------------------------------------------ the journal


def test_the_journal_shows_each_one_what_the_table_says(alone: World) -> None:
    alone.client("documentaliste").post(address("notice_show", alone.mine))
    alone.client("documentaliste").post(address("notice_show", alone.other))
    shown = "Le texte d’un signalement affiché"

    def lines(role: str) -> str:
        return text_of(alone.client(role).get("/journal/"))

    assert lines(LEAD).count(f"Documentaliste {shown}") == 2
    assert lines("documentaliste").count(f"vous {shown}") == 2
    assert lines("personne_visee").count(f"Documentaliste {shown}") == 1, "of her own incident alone"
    assert lines("juriste").count(shown) == 0
    assert alone.client("lecture").get("/journal/").status_code == 404


# ------------------------------------------------------------------ buttons


def offered(answer: HttpResponse) -> set[str]:
    """The addresses of links and forms of the whole page."""
    import html
    import re

    body = answer.content.decode()
    forms = re.findall(r'<form method="post" action="([^"]*)"', body)
    return {
        path.partition("#")[0].partition("?")[0] for path in (*links_of(answer), *map(html.unescape, forms))
    }


@pytest.mark.parametrize(
    "role",
    [
        role if role in ("juriste", "lecture") else pytest.param(role, marks=pytest.mark.slow)
        for role in ROLE_LIST
    ],
)
def test_a_page_offers_no_button_that_the_server_refuses(
    role: str, team: World, browsers: dict[str, Client]
) -> None:
    from django.urls import resolve

    posts = set()
    pages = [
        "/",
        "/tri/",
        "/tri/others/",
        "/tri/captures/",
        "/incidents/",
        "/signalements/",
        "/echeances/",
        "/journal/",
    ]
    pages += [
        address(name, team.mine) for name in ("incident", "notice", "dossier", "deposit_one", "letters")
    ]
    for page in pages:
        answer = browsers[role].get(page)
        if answer.status_code != 200:
            continue
        for path in offered(answer):
            if path.startswith("/static/"):
                continue
            match = resolve(path)
            name = str(match.url_name)
            door = DOORS[name]
            is_form = f'action="{path}"' in answer.content.decode()
            method = "post" if is_form else "get"
            if not is_open(name, method, role, job_act="queue" if page == "/tri/" else "dossier_build"):
                posts.add((page, name, door.act(method.upper())))
    assert posts == set()
