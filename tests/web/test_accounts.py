"""Accounts: the first one, invitations, sign-in, second factor, devices, leaving, two members on one group."""

import atexit
import base64
import hmac
import shutil
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache as counters
from django.core.checks import run_checks
from django.db import connections
from django.test import Client, override_settings

from saisine.casework import members, triage
from saisine.casework.models import Decision, JournalRow, Member, SortedMessage
from saisine.errors import SaisineError
from saisine.web import current, server
from saisine.web.accounts import accounts
from saisine.web.accounts.models import Account, OpenSession
from saisine.web.serve import require_accounts
from saisine.web.server import Address
from saisine.web.wsgi import prepare_accounts
from tests.casework.world import Clock, opened
from tests.web.members_world import HASHERS, HOST, LEAD, PASSWORD, World, world
from tests.web.reading import links_of, text_of


@pytest.fixture
def team(tmp_path: Path) -> Iterator[World]:
    counters.clear()  # the counters of failed tries
    with world(tmp_path / "espace") as found:
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Clock]:
    """A workspace without any account, open behind the pages."""
    clock = Clock()
    shutil.copytree(_prepared(), tmp_path / "espace")
    with override_settings(PASSWORD_HASHERS=HASHERS), opened(tmp_path / "espace", clock) as session:
        current.use(session)
        yield clock
        current.use(None)


@cache
def _prepared() -> Path:
    """With the tables of accounts: making them takes a second, copying them a few milliseconds."""
    folder = Path(tempfile.mkdtemp(prefix="saisine-tests-")) / "espace"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    with opened(folder):
        prepare_accounts()
    return folder


def browser() -> Client:
    return Client(HTTP_HOST=HOST)


FIRST = {"label": "Claire", "username": "claire", "password": PASSWORD}


def sign_in(client: Client, username: str, password: str = PASSWORD) -> "int | str":
    answer = client.post("/connexion/", {"login": username, "password": password})
    return answer.headers["Location"] if answer.status_code == 302 else answer.status_code


def code_of(secret: str, at: float) -> str:
    """RFC 6238, computed here from the key as the person's telephone does."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), "sha1").digest()
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


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


# ------------------------------------------------------------------ devices, leaving


def test_a_device_is_signed_out_at_once(team: World) -> None:
    here, there = browser(), Client(HTTP_HOST=HOST, HTTP_USER_AGENT="Mozilla/5.0 (Android 14) Firefox/140.0")
    for client in (here, there):
        sign_in(client, "juriste")
    page = here.get("/compte/appareils/")
    assert "Firefox, Android" in text_of(page)
    assert team.client("juriste").session.session_key not in page.content.decode()
    form = page.content.decode().split("Firefox, Android")[0].rsplit('action="', 1)[1].split('"')[0]
    assert team.client("lecture").post(form).status_code == 302, "an id of somebody else ends nothing"
    assert there.get("/incidents/").status_code == 200
    here.post(form)
    assert there.get("/incidents/").status_code == 302
    assert here.get("/incidents/").status_code == 200


def test_a_member_who_leaves_loses_access_at_once_and_her_acts_keep_a_number(team: World) -> None:
    member, client = team.ids["documentaliste"], team.client("documentaliste")
    client.post(f"/signalements/{team.mine.notice}/afficher/")
    assert team.client(LEAD).post(f"/membres/{member}/depart/").status_code == 302
    assert client.get("/").status_code == 302
    assert sign_in(browser(), "documentaliste") == 200
    assert not OpenSession.objects.filter(account__member_id=member).exists()
    assert Member.objects.get(id=member).label == ""
    text = text_of(team.client(LEAD).get("/journal/"))
    assert f"membre {member[:6]}, qui n’est plus là Le texte d’un signalement affiché" in text
    assert team.client(LEAD).post(f"/membres/{member}/roles/", {"role": ["responsable"]}).status_code == 404


def test_the_last_lead_can_neither_leave_nor_lose_the_role(team: World) -> None:
    path = f"/membres/{team.ids[LEAD]}"
    for answer in (
        team.client(LEAD).post(f"{path}/depart/"),
        team.client(LEAD).post(f"{path}/roles/", {"role": ["lecture"]}),
    ):
        assert answer.status_code == 422
        assert "est la seule Responsable" in text_of(answer)
    assert team.client(LEAD).get("/membres/").status_code == 200


def test_acts_stand_under_the_id_of_the_member_in_the_vault_too(team: World) -> None:
    team.client("documentaliste").post(f"/signalements/{team.mine.notice}/afficher/")
    last = (team.session.vault.folder / "log").rglob("*")
    text = b"".join(path.read_bytes() for path in last if path.is_file())
    assert team.ids["documentaliste"].encode() in text


# ------------------------------------------------------------------ two members on one group


def test_a_second_decision_says_whose_word_stands_and_replaces_nothing(team: World) -> None:
    band = "others"
    card = triage.cards(team.session, band).items[0].ref
    sent = {"band": band, "ref": card}
    first, second = team.client(LEAD), team.client("documentaliste")
    first.post("/tri/decider/", {**sent, "value": "keep"})
    answer = second.post("/tri/decider/", {**sent, "value": "discard"}, headers={"HX-Request": "true"})
    assert "Déjà décidé par Claire : gardé" in text_of(answer)
    plain = second.post("/tri/decider/", {**sent, "value": "discard"})
    assert plain.status_code == 422
    assert "Quelqu’un a déjà décidé : Claire, gardé." in text_of(plain)
    assert [row.value for row in SortedMessage.objects.filter(ref=card[2:])] == ["keep"]
    # an undo is of one's own decisions
    decision = Decision.objects.get(rows__ref=card[2:])
    assert second.post("/tri/annuler/", {"decision": decision.id}).status_code == 404
    # a change of mind names the decision that the page showed
    assert second.post("/tri/decider/", {**sent, "value": "reopen", "seen": "discard"}).status_code == 422
    assert SortedMessage.objects.filter(ref=card[2:]).exists()
    assert second.post("/tri/decider/", {**sent, "value": "reopen", "seen": "keep"}).status_code == 302
    assert not SortedMessage.objects.filter(ref=card[2:]).exists()


@pytest.mark.slow
def test_two_hundred_interleaved_decisions_and_none_is_lost(team: World) -> None:
    """Two members, a hundred clicks each on sixteen cards, with undos: each is recorded whole, or told."""
    cards = [card.ref for card in triage.cards(team.session, "others", limit=50).items]
    sessions = [team.session.acting(team.ids[role]) for role in (LEAD, "documentaliste")]
    told: list[tuple[str, str]] = []
    start = threading.Barrier(2)

    def click(number: int) -> None:
        session = sessions[number]
        start.wait()
        for turn in range(100):
            card = cards[(turn * 7 + number) % len(cards)]
            value = ("keep", "discard")[(turn + number) % 2]
            decision = triage.decide(session, "others", card, value)
            if decision.count:
                told.append((decision.id, "made"))
            else:
                standing = triage.standing_decision(session, "others", card)
                told.append((standing.id if standing else "", "already"))
            if turn % 5 == 4 and decision.count:
                triage.undo(session, decision.id)
                told.append((decision.id, "undone"))
        connections.close_all()

    threads = [threading.Thread(target=click, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(what in ("made", "already") for _, what in told) == 200
    made = {id for id, what in told if what == "made"}
    undone = {id for id, what in told if what == "undone"}
    assert set(Decision.objects.values_list("id", flat=True)) == made - undone
    assert set(SortedMessage.objects.values_list("decision_id", flat=True)) == made - undone
    assert SortedMessage.objects.count() == sum(Decision.objects.values_list("count", flat=True))
    noted = JournalRow.objects.filter(subject__in=made)
    assert noted.exclude(what="undone").count() == len(made), "each recorded act has its line"
    assert noted.filter(what="undone").count() == len(undone)
    by = dict(Decision.objects.values_list("id", "by"))
    assert set(by.values()) <= {team.ids[LEAD], team.ids["documentaliste"]}


# ------------------------------------------------------------------ as a server


def test_a_server_behind_https_passes_the_deployment_checks() -> None:
    named = Address(("saisine.exemple.org",), "127.0.0.1")
    changed = server.settings_for(named)
    with override_settings(**changed, SECRET_KEY="k" * 30 + "abcdefghijklmnopqrstuvwxyz"):
        assert [str(one) for one in run_checks(include_deployment_checks=True) if not one.is_silenced()] == []
    assert changed["SILENCED_SYSTEM_CHECKS"] == ["security.W021"], "one, and its reason stands beside it"
    assert server.settings_for(Address()) == {}
    assert server.waitress_options(Address()) == {"clear_untrusted_proxy_headers": True}
    assert server.waitress_options(Address(("a.org",), "")) == {"clear_untrusted_proxy_headers": True}
    assert server.waitress_options(named)["trusted_proxy"] == "127.0.0.1"


def test_a_server_answers_its_names_over_https_alone(team: World) -> None:
    name = "saisine.exemple.org"
    with override_settings(**server.settings_for(Address((name,), "127.0.0.1"))):
        assert Client(HTTP_HOST=HOST).get("/").status_code == 400
        answer = Client(HTTP_HOST=name).get("/connexion/")
        assert answer.headers["Location"] == f"https://{name}/connexion/"
        # a header that anybody may write changes nothing: waitress alone says what came by HTTPS
        assert Client(HTTP_HOST=name, HTTP_X_FORWARDED_PROTO="https").get("/connexion/").status_code == 301
        client = Client(HTTP_HOST=name)
        answer = client.post("/connexion/", {"login": "lecture", "password": PASSWORD}, secure=True)
        assert answer.status_code == 302
        cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
        assert settings.SESSION_COOKIE_NAME.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Strict")
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_the_network_needs_an_account_and_then_a_name(empty: Clock) -> None:
    folder = current.whole().workspace.folder
    with pytest.raises(SaisineError) as told:
        require_accounts("0.0.0.0", folder)
    assert told.value.code == "serve_not_loopback"
    accounts.make_first(current.whole(), "Claire", "claire", PASSWORD)
    require_accounts("0.0.0.0", folder)
    with pytest.raises(SaisineError) as told:
        server.require_reachable("0.0.0.0", server.address_of({}), is_loopback=False)
    assert told.value.code == "serve_names_missing"
    members.set_address(current.whole(), ["saisine.exemple.org"], "127.0.0.1")
    assert server.address_of({}) == Address(("saisine.exemple.org",), "127.0.0.1")
    assert server.address_of({"SAISINE_LOCAL": "1"}) == Address(), (
        "the way back in after a name written wrong"
    )


def test_names_are_checked_before_they_are_kept(team: World) -> None:
    client = team.client(LEAD)
    for names, proxy in (("https://a.org", ""), ("a.org", "ici"), ("*", ""), (".a.org", "")):
        assert client.post("/membres/adresse/", {"names": names, "proxy": proxy}).status_code == 422
    assert client.post("/membres/adresse/", {"names": "a.org b.org", "proxy": "::1"}).status_code == 302
    assert members.settings_of(team.session).names == ["a.org", "b.org"]
    assert "/membres/" in links_of(client.get("/"))
