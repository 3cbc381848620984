"""Accounts: the first one, invitations, sign-in, second factor, devices, leaving, two members on one group."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from saisine.casework import members
from saisine.casework.models import JournalRow, Member
from saisine.web.accounts.models import Account
from tests.casework.world import Clock
from tests.e2e.team import passkey
from tests.web.accounts_world import FIRST, browser, code_of, sign_in
from tests.web.accounts_world import empty as empty
from tests.web.accounts_world import team as team
from tests.web.members_world import HOST, LEAD, PASSWORD, World
from tests.web.reading import text_of

# ------------------------------------------------------------------ without an account, and the first one


def test_without_an_account_one_person_acts_as_lead_and_is_told_so(empty: Clock) -> None:
    client = browser()
    text = text_of(client.get("/membres/"))
    assert "Aucun compte n’existe : qui ouvre cet ordinateur agit comme Responsable." in text
    assert "sa caméra demande un serveur en HTTPS" in text
    for path in ("/", "/incidents/", "/coffre/", "/journal/", "/coffre/phrase/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert not answer.cookies.get(settings.SESSION_COOKIE_NAME)
    for path in ("/connexion/", "/compte/", "/compte/appareils/", "/membres/inviter/"):
        assert client.get(path).status_code == 404, "what is of accounts does not exist before the first"


def test_the_first_account_is_made_here_and_once(empty: Clock) -> None:
    elsewhere = Client(HTTP_HOST=HOST, REMOTE_ADDR="192.168.1.20")
    assert elsewhere.get("/compte/premier/").status_code == 404
    assert elsewhere.post("/compte/premier/", FIRST).status_code == 404
    client = browser()
    assert client.post("/compte/premier/", FIRST).headers["Location"] == "/membres/"
    assert client.get("/membres/").status_code == 200
    (account,) = Account.objects.all()
    assert account.member.roles == ["responsable"]
    assert PASSWORD not in account.password
    assert browser().get("/").headers["Location"] == "/connexion/?next=%2F", "from now on everybody signs in"
    assert browser().post("/compte/premier/", {**FIRST, "username": "autre"}).status_code == 404
    computer = Member.objects.order_by("created_at").first()
    assert computer is not None
    assert computer.id != account.member_id, "what was done before stays under this computer's own id"


UNFIT = (
    ({"password": "court"}, "trop court"),
    ({"password": "password1234"}, "courant"),
    ({"password": "481516234210"}, "numérique"),
    ({"username": "cl"}, "Cet identifiant ne convient pas."),
    ({"username": "claire d"}, "Cet identifiant ne convient pas."),
    ({"label": "  "}, "Il manque un nom."),
)


def test_what_does_not_fit_is_told_and_makes_nothing(empty: Clock) -> None:
    for changed, said in UNFIT:
        answer = browser().post("/compte/premier/", {**FIRST, **changed})
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert PASSWORD not in answer.content.decode()
    assert not Account.objects.exists()
    assert Member.objects.count() == 1


# ------------------------------------------------------------------ invitations


def invite(team: World, **sent: object) -> str:
    answer = team.client(LEAD).post("/membres/inviter/", {"label": "Dana", "role": ["juriste"], **sent})
    assert answer.status_code == 200, text_of(answer)
    found = answer.content.decode().split('id="link" value="')[1].split('"')[0]
    return found.replace(f"http://{HOST}", "")


def test_an_invitation_serves_once(team: World) -> None:
    path = invite(team, incident=[team.mine.incident])
    client = browser()
    assert "Votre rôle : Juriste." in text_of(client.get(path))
    assert client.get(path).status_code == 200, "to look at it does not use it up"
    sent = {"label": "Dana", "username": "dana", "password": PASSWORD}
    assert client.post(path, {**sent, "username": "CLAIRE"}).status_code == 422, "taken, whatever the case"
    assert client.post(path, sent).headers["Location"] == "/"
    assert client.get(f"/incidents/{team.mine.incident}/").status_code == 200
    assert client.get(f"/incidents/{team.other.incident}/").status_code == 404
    for again in (browser().get(path), browser().post(path, {**sent, "username": "dana2"})):
        assert again.status_code == 404
        assert "Cette invitation ne s’ouvre plus." in text_of(again)


def test_an_invitation_ends_after_48_hours_or_when_it_is_cancelled(team: World) -> None:
    path, other = invite(team), invite(team)
    row = next(one for one in members.waiting_invitations(team.session) if one.label == "Dana")
    assert team.client(LEAD).post(f"/membres/invitations/{row.id}/").status_code == 302
    assert sorted(browser().get(one).status_code for one in (path, other)) == [200, 404]
    team.clock.at += timedelta(hours=48)
    assert {browser().get(one).status_code for one in (path, other)} == {404}


def test_no_token_of_a_link_is_kept(team: World) -> None:
    token = invite(team).split("/")[2]
    assert token.encode() not in team.session.workspace.database.read_bytes()
    wal = Path(f"{team.session.workspace.database}-wal")
    assert not wal.exists() or token.encode() not in wal.read_bytes()


def test_a_lost_password_is_chosen_again_by_a_link_of_the_lead(team: World) -> None:
    lost = team.client("juriste")
    answer = team.client(LEAD).post(f"/membres/{team.ids['juriste']}/lien/")
    path = answer.content.decode().split('id="link" value="')[1].split('"')[0].replace(f"http://{HOST}", "")
    new = "cinq autres mots bien choisis"
    assert browser().post(path, {"password": new}).headers["Location"] == "/"
    assert lost.get("/").status_code == 302, "sessions of before are over"
    assert sign_in(browser(), "juriste") == 200
    assert sign_in(browser(), "juriste", new) == "/"
    assert Account.objects.count() == 7


# ------------------------------------------------------------------ signing in


def test_five_wrong_passwords_lock_the_name_out(team: World) -> None:
    for _ in range(5):
        assert sign_in(browser(), "juriste", "faux") == 200
    assert sign_in(browser(), "juriste") == 200, "the right one too, for five minutes"
    assert sign_in(browser(), "lecture") == "/", "and nobody else"


def test_the_session_gets_a_new_key_when_one_signs_in(team: World) -> None:
    client = browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = "z" * 32
    sign_in(client, "lecture")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "z" * 32


@pytest.mark.parametrize(
    "target", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:x"]
)
def test_signing_in_leads_to_this_site_alone(target: str, team: World) -> None:
    answer = browser().post("/connexion/", {"login": "lecture", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_nobody_signs_up_alone_and_no_mail_page_exists(team: World) -> None:
    for path in ("/inscription/", "/accounts/signup/", "/compte/email/", "/connexion/mot-de-passe/"):
        assert browser().get(path).status_code == 404


def test_pages_of_accounts_hold_no_script_or_style_of_their_own(team: World) -> None:
    """The content policy would drop them; allauth's own templates are replaced by ours, in French."""
    client = team.client(LEAD)
    client.post("/compte/confirmer/", {"password": PASSWORD})
    for path in ("/compte/", "/compte/cles/", "/compte/cles/ajouter/", "/compte/mot-de-passe/", "/compte/appareils/",
                 "/compte/codes/nouveaux/", "/compte/confirmer/cle/", "/deconnexion/"):  # fmt: skip
        answer = client.get(path, follow=True)
        body = answer.content.decode()
        assert answer.status_code == 200, path
        assert body.count("<h1") == 1, path
        assert "style=" not in body, path
        for script in body.split("<script")[1:]:
            head, inner = script.split(">", 1)
            assert "src=" in head or 'type="application/json"' in head, path
            assert "src=" not in head or inner.startswith("</script>"), path
    login = browser().get("/connexion/").content.decode()
    assert "/static/mfa/js/webauthn.js" in login
    for link in [one for one in login.split('src="')[1:] if one.startswith("/static/")]:
        assert browser().get(link.split('"')[0]).status_code == 200


# ------------------------------------------------------------------ second factor


def test_a_lead_without_a_second_factor_is_led_to_choose_one(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    Authenticator.objects.filter(user=team.account(LEAD)).delete()
    client = browser()
    sign_in(client, "claire")
    assert client.get("/incidents/").headers["Location"].startswith("/compte/?next=")
    assert (
        client.post("/membres/inviter/", {"label": "X", "role": ["lecture"]})
        .headers["Location"]
        .startswith("/compte/")
    )
    assert "Un second facteur est nécessaire" in text_of(client.get("/compte/"))
    client.post("/compte/confirmer/?next=/compte/application/", {"password": PASSWORD})
    page = client.get("/compte/application/")
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    secret = page.content.decode().split('<code class="code">')[1].split("<")[0]
    answer = client.post("/compte/application/", {"code": code_of(secret, time.time())})
    assert answer.status_code == 302, text_of(answer)
    assert client.get("/incidents/").status_code == 200
    again = browser()
    assert sign_in(again, "claire") == "/connexion/second-facteur/"
    assert again.get("/incidents/").headers["Location"].startswith("/connexion/"), "half signed in is not in"
    assert again.post("/connexion/second-facteur/", {"code": "000000"}).status_code == 200
    codes = (
        Authenticator.objects.get(user=team.account(LEAD), type="recovery_codes").wrap().get_unused_codes()
    )
    assert again.post("/connexion/second-facteur/", {"code": codes[0]}).headers["Location"] == "/"
    assert again.get("/incidents/").status_code == 200


def test_whoever_exports_needs_a_second_factor_too(team: World) -> None:
    Authenticator.objects.filter(user=team.account("personne_visee")).delete()
    client = team.client("personne_visee")
    assert client.get(f"/incidents/{team.mine.incident}/").status_code == 200
    answer = client.get(f"/dossiers/{team.mine.dossier}/pdf/")
    assert answer.status_code == 403
    assert "Cet acte demande un second facteur." in text_of(answer)
    assert not JournalRow.objects.filter(what="dossier_taken").exists()


def test_a_passkey_that_opens_nothing_is_told_on_the_page_of_signing_in(team: World) -> None:
    client = browser()
    asked = client.get("/connexion/cle/", headers={"X-Requested-With": "XMLHttpRequest"})
    assert asked.json()["request_options"]
    answer = client.post("/connexion/cle/", {"credential": "{}"}, follow=True)
    assert "Cette clé d’accès n’ouvre aucun compte ici." in text_of(answer)
    assert client.get("/incidents/").headers["Location"].startswith("/connexion/")


def test_one_account_alone_needs_no_second_factor(empty: Clock) -> None:
    client = browser()
    client.post("/compte/premier/", FIRST)
    assert client.get("/incidents/").status_code == 200


def test_what_an_open_page_asks_by_itself_draws_no_new_challenge(team: World) -> None:
    """Its script asks for drafts; led to the page of the second factor, it would make the key's answer a wrong one."""
    client = browser()
    assert sign_in(client, "claire") == "/connexion/second-facteur/"
    page = client.get("/connexion/second-facteur/").content.decode()
    challenge = client.session["mfa.webauthn.state"]
    assert "data-drafts" not in page
    assert "passkey-button" not in page, "her account has no key to use"
    assert client.get("/brouillons/?page=/").status_code == 204
    assert client.post("/brouillons/", {"page": "/"}).status_code == 403
    assert client.session["mfa.webauthn.state"] == challenge


def test_a_key_that_is_not_known_is_told_where_it_was_asked(team: World) -> None:
    client = browser()
    sign_in(client, "claire")
    client.get("/connexion/second-facteur/")
    answer = client.post("/connexion/second-facteur/", {"credential": "{}"})
    assert "Cette clé d’accès n’a pas été reconnue." in text_of(answer)
    Authenticator.objects.create(
        user=team.account(LEAD), type=Authenticator.Type.WEBAUTHN, data=passkey("127.0.0.1")
    )
    known = team.client(LEAD)
    known.get("/compte/confirmer/cle/")
    answer = known.post("/compte/confirmer/cle/", {"credential": "{}", "next": "/verrou/"}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("next=%2Fverrou%2F")
    assert "Cette clé d’accès n’a pas été reconnue." in text_of(answer)
