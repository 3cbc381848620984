"""The permission matrix over HTTP: every address, both methods, every role, and nobody; one cell after the other.

`CELLS` is the table of the product's page on several users, typed here a second time: neither it nor the acts of
`ADDRESSES` are read from the code under test.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from saisine.casework import consents, members, notices, permissions
from saisine.casework.models import Job, JournalRow, NoticeEventRow
from saisine.casework.permissions import MATRIX, ROLES
from saisine.web import urls
from saisine.web.accounts import lock
from saisine.web.accounts.doors import DOORS, JOB, OPEN, SIGNED
from tests.web.behind_gate import PASSED, with_stop
from tests.web.members_world import LEAD, NOBODY, Case, World, picture_token, world
from tests.web.reading import links_of, text_of

# Responsable, Documentaliste, Juriste, Personne visée, Personne de confiance, Enquête, Lecture
CELLS = {
    "drop, capture, seal": "O O I I I - -",
    "see queue and summaries": "O O I I I - -",
    "show a content": "O O I I I - -",
    "keep, discard, group": "O O - I I - -",
    "create or edit incident, facts": "O O I I - - -",
    "retain a qualification": "O - I - - - -",
    "draft a notice": "O O I I - - -",
    "mark it as sent": "A A - I - - -",
    "build a dossier": "O - I I - - -",
    "seal and export it": "A - - I - - -",
    "publish": "A - - - - - -",
    "interviews, masks, coding": "- - - - - O -",
    "counts, scorecards": "O O O O - O O",
    "journal": "O own own incidents own own -",
    "erase": "O - - - - - -",
    "ask for one's own data": "O - - I - - -",
    "members, retention, keys": "O - - - - - -",
    # what its page does not name: reading an incident, noting a consent, notices, the vault
    "read an incident": "O O I I I - -",
    "note a consent": "O - - I - - -",
    "read notices and deadlines": "O O I I I - counts",
    "read the vault": "O O - - - - -",
}
ACTS = {
    "deposit": "drop, capture, seal",
    "queue": "see queue and summaries",
    "show": "show a content",
    "sort": "keep, discard, group",
    "incident_edit": "create or edit incident, facts",
    "qualify": "retain a qualification",
    "notice_draft": "draft a notice",
    "notice_send": "mark it as sent",
    "dossier_build": "build a dossier",
    "dossier_export": "seal and export it",
    "publish": "publish",
    "interviews": "interviews, masks, coding",
    "counts": "counts, scorecards",
    "journal": "journal",
    "erase": "erase",
    "erase_ask": "ask for one's own data",
    "members": "members, retention, keys",
    "keys": "members, retention, keys",
    "incident_read": "read an incident",
    "consent": "note a consent",
    "notice_read": "read notices and deadlines",
    "vault_read": "read the vault",
}
# how an address begins -> the field of `Case` that stands there
BEGINNINGS = (
    ("incidents/%(id)s/", "incident"),
    ("signalements/%(id)s/", "notice"),
    ("dossiers/%(id)s/", "dossier"),
    ("documenter/%(id)s/", "deposit"),
    ("travaux/%(id)s/", "job"),
    ("pieces/%(item)s/", "item"),
    ("coffre/images/%(item)s/", "item"),
    ("avocat/liens/%(id)s/", "link"),
)
METHODS = ("get", "post")
# make test asks a third of the addresses of each role, another third for the next one; make test-all asks all
SHARES = [pytest.param(6, id="a sixth"), pytest.param(1, id="all", marks=pytest.mark.slow)]
ROLE_LIST = list(ROLES)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One workspace for the whole table: each request is refused, or sent empty and so changes nothing."""
    with world(tmp_path_factory.mktemp("team") / "espace") as found:
        yield found


@pytest.fixture
def alone(team: World) -> Iterator[World]:
    """The same, for a test that changes consents and what a trusted person may open: put back afterwards."""
    yield team
    incident = team.incident(team.mine)
    for act in ("notifier_plateforme", "agir_en_justice", members.SHARING):
        consents.set_consent(team.session, incident, act, "given")
    members.join(team.session, incident, team.member("personne_confiance"), may_show=False)


@pytest.fixture(scope="module")
def browsers(team: World) -> dict[str, Client]:
    return {role: team.client(role) for role in (*ROLE_LIST, NOBODY)}


def names() -> list[str]:
    return sorted(name for name in get_resolver(urls).reverse_dict if isinstance(name, str))


def pattern(name: str) -> tuple[str, list[str]]:
    """The address with its holes, and their names."""
    path, groups = get_resolver(urls).reverse_dict[name][0][0]
    return str(path), list(groups)


def field_of(name: str) -> str:
    """Which thing of an incident this address names; empty for the others."""
    path = pattern(name)[0]
    return next((field for start, field in BEGINNINGS if path.startswith(start)), "")


def of_a_case() -> list[str]:
    return [name for name in names() if field_of(name)]


def address(name: str, case: Case) -> str:
    """The address of this name for this incident; random ids that exist nowhere for the rest."""
    groups = pattern(name)[1]
    if name == "capture_picture":
        return reverse(name, args=[picture_token(case)])
    if name == "dossier_file":
        return reverse(name, args=[case.dossier, "pdf"])
    if name == "triage_band":
        return reverse(name, args=["others"])
    values = ["0" * 32 for _ in groups]
    if field_of(name):
        values[0] = getattr(case, field_of(name))
    return reverse(name, args=values)


def some(found: list[str], share: int, start: int) -> list[str]:
    """Every `share`-th address, from another one for each role: each stands in the turn of two roles at least."""
    return found[start % share :: share]


def ask(client: Client, method: str, path: str) -> HttpResponse:
    return getattr(client, method)(path)


def cell(act: str, role: str) -> str:
    return CELLS[ACTS[act]].split()[ROLE_LIST.index(role)]


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


# ------------------------------------------------------------------ every address, method and role


def is_open(name: str, method: str, role: str, job_act: str = "dossier_build") -> bool:
    """What the table says of this address, for an incident of which the member is one; jobs: that of `Case.job`."""
    door = DOORS[name]
    act = door.act(method.upper())
    if act == JOB:
        act = job_act
    if act in (OPEN, SIGNED):
        return True
    found = cell(act, role)
    if found == "counts":
        return door.has_counts and method == "get"
    return found != "-" and not (found == "I" and door.is_whole)


def acts_now(name: str) -> bool:
    """An empty POST that would end the session, lock the screen, or is slow on purpose: tested elsewhere."""
    return name in ("account_logout", "quit", "lock", "lawyer_link_revoke", "incident_questions_again")


@pytest.fixture
def quick_404(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of a refusal costs ten times the refusal; `test_a_refusal_is_the_page…` looks at the real one."""
    monkeypatch.setattr(urls, "handler404", lambda request, exception: HttpResponse(status=404))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("role", ROLE_LIST)
def test_the_gate_lets_each_role_do_what_the_table_says_and_refuses_the_rest(
    role: str, share: int, alone: World, team: World, quick_404: None
) -> None:
    """Every address, both methods, through the whole stack up to the view: open, or 404."""
    wrong = []
    # « if allowed per incident »: allowed here; `test_a_trusted_person…` says what happens when it is not
    members.join(team.session, team.incident(team.mine), team.member("personne_confiance"), may_show=True)
    with override_settings(MIDDLEWARE=with_stop(settings.MIDDLEWARE)):
        browser = team.client(role)
        for name in some(names(), share, ROLE_LIST.index(role)):
            for method in METHODS:
                status = ask(browser, method, address(name, team.mine)).status_code
                wanted = (PASSED, 200) if is_open(name, method, role) else (404,)
                if status not in wanted:
                    wrong.append((name, method, status, wanted))
            lock_again(browser)
    assert wrong == []


def lock_again(browser: Client) -> None:
    """« Quitter vite » locks, and locked is another answer: the next address is asked with an open screen."""
    session = browser.session
    if session.pop(lock.LOCKED, None):
        session.save()


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLE_LIST)
def test_each_view_behind_the_gate_answers_as_the_table_says(
    role: str, team: World, browsers: dict[str, Client]
) -> None:
    """The same with every view run: refused is 404 and notes nothing, and nothing fails. What is open was the gate's
    to say: an empty form may name nothing that exists."""
    wrong = []
    for name in names():
        for method in METHODS:
            if acts_now(name):
                continue
            wanted, before = is_open(name, method, role), JournalRow.objects.count()
            status = ask(browsers[role], method, address(name, team.mine)).status_code
            if not wanted and (status != 404 or JournalRow.objects.count() != before):
                wrong.append((name, method, status, "should be refused"))
            assert status < 500, (name, method, status)
    assert wrong == []


def test_a_refusal_is_the_page_of_what_does_not_exist(team: World, browsers: dict[str, Client]) -> None:
    nowhere = text_of(browsers["lecture"].get("/nulle-part/"))
    for path in ("/tri/", "/membres/", address("incident", team.mine), address("incident", team.other)):
        answer = browsers["lecture"].get(path)
        assert answer.status_code == 404
        assert text_of(answer) == nowhere
    refused = browsers["juriste"].get(address("incident", team.other))
    assert (refused.status_code, team.other.title in refused.content.decode()) == (404, False)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("role", ROLE_LIST)
def test_an_incident_of_others_does_not_exist(
    role: str, share: int, team: World, browsers: dict[str, Client], quick_404: None
) -> None:
    """« I » in an incident of which one is no member: 404 from every view, and nothing is noted."""
    for name in some([*of_a_case(), "capture_picture"], share, ROLE_LIST.index(role)):
        for method in METHODS:
            act = DOORS[name].act(method.upper())
            found = cell("dossier_build" if act == JOB else act, role)
            if found in ("O", "A") or acts_now(name):
                continue
            before = JournalRow.objects.count()
            answer = ask(browsers[role], method, address(name, team.other))
            # 405 is of the method: one's own incident answers it too
            assert answer.status_code in (404, 405), (name, method)
            assert JournalRow.objects.count() == before, (name, method)


@pytest.mark.parametrize("share", SHARES)
def test_nobody_gets_a_page_of_any_act(share: int, team: World, browsers: dict[str, Client]) -> None:
    """Without an account: the sign-in page, or 404; never a title, a text or a name of the association's."""
    stranger = browsers[NOBODY]
    for name in some(names(), share, 0):
        for method in METHODS:
            if acts_now(name) or name.startswith("lawyer"):
                continue
            answer = ask(stranger, method, address(name, team.mine))
            if DOORS[name].read == OPEN:
                assert answer.status_code < 500, (name, method)
            else:
                assert answer.status_code == 302, (name, method, answer.status_code)
                assert answer.headers["Location"].startswith("/connexion/?next="), (name, method)
            body = answer.content.decode()
            for word in (team.mine.title, team.other.title, *team.mine.texts, team.mine.incident):
                assert word not in body, (name, method)


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
