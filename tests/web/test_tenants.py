"""Two associations on one machine: one process and one workspace each; nothing of one opens the other.

Here the same process opens one after the other, with each one's own signing key, as two servers would hold them.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from saisine.web import server, urls
from saisine.web.accounts.doors import BY_SCRIPT, DOORS, OPEN
from saisine.web.wsgi import KEY_FILE, secret_key
from tests.web.members_world import HOST, LEAD, PASSWORD, Case, World, picture_token, world
from tests.web.role_table import SHARES, address, names, some


@pytest.fixture(scope="module")
def cookies_of_b(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A lead of association B signs in there; her cookies and what B signed are all that is left of it."""
    folder = tmp_path_factory.mktemp("b") / "espace"
    with world(folder) as b, override_settings(SECRET_KEY=secret_key(folder / KEY_FILE)):
        client = b.client(LEAD)
        assert client.get(f"/incidents/{b.mine.incident}/").status_code == 200
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        return {"session": session, "picture": picture_token(b.mine), "token": b.mine.token}


@pytest.fixture(scope="module")
def a(tmp_path_factory: pytest.TempPathFactory, cookies_of_b: dict[str, str]) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("a") / "espace"
    with world(folder) as found:
        # both are copies of one model: what tells them apart is drawn anew here
        (folder / KEY_FILE).unlink(missing_ok=True)
        with override_settings(SECRET_KEY=secret_key(folder / KEY_FILE)):
            yield found


def secrets_of(case: Case) -> tuple[str, ...]:
    return (case.title, *case.texts)


@pytest.mark.parametrize("share", SHARES)
def test_a_session_of_b_opens_no_address_of_a(share: int, a: World, cookies_of_b: dict[str, str]) -> None:
    """Every address of A with A's own identifiers: sign-in or 404, and no byte of A's data."""
    stranger = Client(HTTP_HOST=HOST)
    stranger.cookies[settings.SESSION_COOKIE_NAME] = cookies_of_b["session"]
    for name in some(names(), share, 1):
        if name in ("account_logout", "quit", "lock") or name.startswith("lawyer"):
            continue
        for method in ("get", "post"):
            answer = getattr(stranger, method)(address(name, a.mine))
            if name in BY_SCRIPT:
                assert answer.status_code in (204, 403), (name, method)
            elif DOORS[name].read != OPEN:
                assert answer.status_code == 302, (name, method)
                assert answer.headers["Location"].startswith("/connexion/"), (name, method)
            body = answer.content.decode()
            for word in (*secrets_of(a.mine), *secrets_of(a.other), str(a.session.workspace.folder)):
                assert word not in body, (name, method)
    assert a.client(LEAD).get(f"/incidents/{a.mine.incident}/").status_code == 200, "her own opens it"


def test_what_b_signed_counts_for_nothing_in_a(a: World, cookies_of_b: dict[str, str]) -> None:
    lead = a.client(LEAD)
    assert lead.get(reverse("capture_picture", args=[picture_token(a.mine)])).status_code == 200
    assert lead.get(reverse("capture_picture", args=[cookies_of_b["picture"]])).status_code >= 400
    with pytest.raises(signing.BadSignature):
        signing.loads(cookies_of_b["picture"], salt="saisine.picture")


def test_a_session_copied_by_hand_into_a_s_table_reads_as_nobody(
    a: World, cookies_of_b: dict[str, str]
) -> None:
    """Its body was signed with B's key."""
    from saisine.web.accounts.models import OpenSession

    own = a.client(LEAD)
    row = OpenSession.objects.get(session_key=own.cookies[settings.SESSION_COOKIE_NAME].value)
    with override_settings(SECRET_KEY="another-association-" * 3):
        data = OpenSession.get_session_store_class()().encode({"_auth_user_id": "1", "_auth_user_hash": "x"})  # type: ignore[attr-defined]
    OpenSession.objects.filter(session_key=row.session_key).update(session_data=data)
    assert own.get("/incidents/").status_code == 302


def test_cookies_of_two_workspaces_have_two_names() -> None:
    """A browser sends the cookies of a host to each of its ports."""
    first, second = (server.names_for(id) for id in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"))
    assert not set(first.values()) & set(second.values())
    for value in (*first.values(), *second.values()):
        assert re.fullmatch(r"saisine_(session|csrf)_[a-b]{8}", value)


def test_each_workspace_draws_its_own_key(tmp_path: Path) -> None:
    one = secret_key(tmp_path / "one.key")
    shutil.copy(tmp_path / "one.key", tmp_path / "copy.key")
    assert secret_key(tmp_path / "copy.key") == one
    assert secret_key(tmp_path / "two.key") != one


def test_a_password_of_a_member_of_b_opens_a_only_where_a_knows_her(a: World) -> None:
    answer = Client(HTTP_HOST=HOST).post("/connexion/", {"login": "inconnue-de-a", "password": PASSWORD})
    assert answer.status_code == 200
    assert len(list(get_resolver(urls).reverse_dict)) > len(names()), "the table of addresses was read"
