"""Every address, method and role against the table: what is open answers, the rest is the page of nothing."""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

from saisine.casework import members
from saisine.casework.models import JournalRow
from saisine.web import urls
from saisine.web.accounts import lock
from saisine.web.accounts.doors import BY_SCRIPT, DOORS, JOB, OPEN
from tests.web.behind_gate import PASSED, with_stop
from tests.web.members_world import NOBODY, World
from tests.web.reading import text_of
from tests.web.role_table import (
    METHODS,
    ROLE_LIST,
    SHARES,
    address,
    ask,
    cell,
    is_open,
    names,
    of_a_case,
    some,
)
from tests.web.role_table import alone as alone
from tests.web.role_table import browsers as browsers
from tests.web.role_table import team as team

# ------------------------------------------------------------------ every address, method and role


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
            elif name in BY_SCRIPT:
                assert (answer.status_code, answer.content) == (204 if method == "get" else 403, b""), name
            else:
                assert answer.status_code == 302, (name, method, answer.status_code)
                assert answer.headers["Location"].startswith("/connexion/?next="), (name, method)
            body = answer.content.decode()
            for word in (team.mine.title, team.other.title, *team.mine.texts, team.mine.incident):
                assert word not in body, (name, method)
