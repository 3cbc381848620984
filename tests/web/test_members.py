"""Members: devices, leaving, two on one group, and the pages as a server of several."""

import threading

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connections
from django.test import Client, override_settings

from saisine.casework import members, triage
from saisine.casework.models import Decision, JournalRow, Member, SortedMessage
from saisine.errors import SaisineError
from saisine.web import current, server
from saisine.web.accounts import accounts
from saisine.web.accounts.models import OpenSession
from saisine.web.serve import require_accounts
from saisine.web.server import Address
from tests.casework.world import Clock
from tests.web.accounts_world import browser, sign_in
from tests.web.accounts_world import empty as empty
from tests.web.accounts_world import team as team
from tests.web.members_world import HOST, LEAD, PASSWORD, World
from tests.web.reading import links_of, text_of

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
