"""Accounts in a real Chromium: passkeys of its virtual authenticator, codes, a lost telephone, the lock-out.

`http://localhost` is a secure context, as HTTPS is: a browser opens passkeys there, and not at an IP address.
"""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.e2e.conftest import _shots
from tests.e2e.running import CHROMIUM, Running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here"),
]
PASSWORD = "quatre mots bien choisis"
NEW_PASSWORD = "cinq autres mots mieux gardés"
WITHIN_MS = 60_000  # a browser on a busy machine
STEP_S = 30  # RFC 6238: how long one code holds
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def code_of(secret: str, at: float) -> str:
    """The six digits of a TOTP application at that moment (RFC 6238 over RFC 4226), worked out here apart."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(at) // STEP_S), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def test_the_code_worked_out_here_is_that_of_the_standard() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert code_of(secret, 59) == "287082"  # RFC 6238, appendix B, its last six digits


@dataclass
class Person:
    """One browser of one person, its virtual authenticator, and what was seen on the way."""

    context: BrowserContext
    page: Page
    url: str
    shots: Path | None
    wire: CDPSession | None = None
    authenticator: str = ""
    foreign: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, server: Running) -> "Person":
        url = f"http://localhost:{server.port}"
        context = browser.new_context(locale="fr-FR", viewport={"width": 1000, "height": 800})
        person = cls(context, context.new_page(), url, _shots())
        context.on(
            "request", lambda one: person.foreign.append(one.url) if not one.url.startswith(url) else None
        )
        return person

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def go_confirmed(self, path: str) -> None:
        """The same, with the password typed again when the last proof is more than five minutes old, or none."""
        self.go(path)
        self.confirm()

    def confirm(self) -> None:
        if "/compte/confirmer/" in self.page.url:
            self.type_in("Mot de passe", PASSWORD)
            self.press("Confirmer")

    def press(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        self.page.get_by_role(role, name=name).first.click()

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def type_in(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def shoot(self, name: str) -> None:
        if self.shots:
            self.page.screenshot(path=self.shots / f"account-{name}.png", full_page=True)

    # -------------------------------------------------------------- the authenticator

    def plug_in(self) -> None:
        """A telephone or a computer that recognises its owner (WebAuthn automation, W3C level 2, section 11)."""
        self.wire = self.context.new_cdp_session(self.page)
        self.wire.send("WebAuthn.enable")
        made = self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        self.authenticator = str(made["authenticatorId"])

    def keys(self) -> list[dict[str, Any]]:
        assert self.wire is not None
        found = self.wire.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return list(found["credentials"])

    def refuse(self, refuses: bool) -> None:
        """Whether the person it asks is somebody else: a finger, a face or a code that is not hers."""
        assert self.wire is not None
        facts = {"authenticatorId": self.authenticator, "isUserVerified": not refuses}
        self.wire.send("WebAuthn.setUserVerified", facts)

    def lose_it(self) -> None:
        assert self.wire is not None
        self.wire.send("WebAuthn.clearCredentials", {"authenticatorId": self.authenticator})

    # -------------------------------------------------------------- acts of several steps

    def found(self) -> None:
        """The first account, made on the computer itself."""
        self.go("/compte/premier/")
        self.type_in("Nom ou pseudonyme", "Claire")
        self.type_in("Identifiant", "claire")
        self.type_in("Mot de passe", PASSWORD)
        self.press("Créer ce compte")
        self.heading("Membres")

    def sign_out(self) -> None:
        self.go("/deconnexion/")
        self.press("Se déconnecter")
        self.heading("Se connecter")

    def sign_in(self, password: str = PASSWORD, name: str = "claire") -> None:
        self.go("/connexion/")
        self.type_in("Identifiant", name)
        self.type_in("Mot de passe", password)
        self.press("Se connecter")

    def add_key(self, name: str) -> None:
        self.go_confirmed("/compte/cles/ajouter/")
        self.type_in("Nom de la clé", name)
        self.page.get_by_label("Se connecter avec elle, sans mot de passe").check()
        self.press("Ajouter cette clé")
        self.page.wait_for_url(lambda address: "/ajouter/" not in address)

    def add_application(self) -> str:
        """The secret that the telephone would read from the drawing."""
        self.go_confirmed("/compte/application/")
        secret = self.page.locator("code.code").inner_text()
        self.type_in("Code de l’application", code_of(secret, time.time()))
        self.press("Ajouter cette application")
        return secret

    def recovery_codes(self) -> list[str]:
        self.go_confirmed("/compte/codes/")
        return self.page.locator("code.code").all_inner_texts()


@pytest.fixture
def people(server: Running, chromium: Browser) -> Iterator["Any"]:
    opened: list[Person] = []

    expect.set_options(timeout=WITHIN_MS)

    def another() -> Person:
        opened.append(Person.of(chromium, server))
        opened[-1].context.set_default_timeout(WITHIN_MS)
        return opened[-1]

    yield another
    for person in opened:
        assert person.foreign == [], "nothing is asked of another host, passkeys included"
        person.context.close()


@pytest.fixture
def claire(people: Any) -> Person:
    person: Person = people()
    person.plug_in()
    person.found()
    return person


@contextmanager
def a_code_of_the_next_step(secret: str) -> Iterator[str]:
    """A code serves once: the second sign-in takes the one of the following half minute, which is accepted too."""
    yield code_of(secret, time.time() + STEP_S)


def test_a_passkey_is_added_signs_in_and_is_taken_away(claire: Person) -> None:
    claire.add_key("téléphone")
    claire.shoot("key-added")
    assert len(claire.keys()) == 1
    assert claire.keys()[0]["rpId"] == "localhost"
    claire.go("/compte/cles/")
    expect(claire.page.get_by_role("heading", name="téléphone")).to_be_visible()
    claire.shoot("keys")

    claire.sign_out()
    claire.shoot("sign-in")
    claire.press("Utiliser une clé d’accès")
    claire.page.wait_for_url(lambda address: "/connexion" not in address)
    claire.go("/compte/appareils/")
    claire.heading("Mes appareils")
    expect(claire.page.get_by_text("celui-ci")).to_be_visible()
    claire.shoot("devices")

    claire.go_confirmed("/compte/cles/")
    claire.press(re.compile("^Retirer"), "link")
    claire.page.wait_for_url(lambda address: "retirer" in address)
    claire.confirm()
    claire.shoot("key-remove")
    claire.press("Retirer cette clé")
    claire.sign_out()
    claire.press("Utiliser une clé d’accès")
    expect(claire.page.get_by_role("alert")).to_be_visible()
    claire.heading("Se connecter")
    claire.shoot("key-unknown")


def test_a_passkey_is_the_second_factor_and_opens_the_locked_screen(claire: Person) -> None:
    claire.add_key("ordinateur")
    claire.sign_out()
    claire.sign_in()
    claire.heading("Second facteur")
    claire.shoot("second-factor")
    claire.refuse(True)
    claire.press("Utiliser une clé d’accès")
    expect(claire.page.get_by_text("n’a pas répondu, ou la demande a été annulée")).to_be_visible()
    claire.shoot("key-unanswered")
    claire.refuse(False)
    claire.press("Utiliser une clé d’accès")
    claire.page.wait_for_url(lambda address: "/connexion" not in address)

    claire.go("/verrou/")
    claire.heading("Écran verrouillé")
    claire.shoot("locked")
    claire.page.go_back()
    claire.heading("Écran verrouillé")
    claire.go("/incidents/")
    claire.heading("Écran verrouillé")
    claire.press("Utiliser une clé d’accès", "link")
    claire.press("Utiliser une clé d’accès")
    claire.page.wait_for_url(lambda address: "/verrou" not in address and "/confirmer" not in address)
    claire.go("/incidents/")
    claire.heading("Incidents")


def test_codes_then_a_lost_telephone_then_recovery_codes_that_serve_once(claire: Person) -> None:
    secret = claire.add_application()
    codes = claire.recovery_codes()
    claire.shoot("recovery-codes")
    assert len(set(codes)) == 10

    claire.sign_out()
    claire.sign_in()
    claire.type_in("Code de l’application, ou code de secours", "000000")
    claire.press("Continuer")
    expect(claire.page.get_by_role("alert")).to_be_visible()
    claire.shoot("wrong-code")
    with a_code_of_the_next_step(secret) as code:
        claire.type_in("Code de l’application, ou code de secours", code)
        claire.press("Continuer")
    claire.heading("Documenter la haine en ligne, faire valoir vos droits")

    for again in (False, True):
        claire.sign_out()
        claire.sign_in()
        claire.type_in("Code de l’application, ou code de secours", codes[0])
        claire.press("Continuer")
        if again:
            expect(claire.page.get_by_role("alert")).to_be_visible()
            claire.heading("Second facteur")
        else:
            claire.heading("Documenter la haine en ligne, faire valoir vos droits")
    claire.type_in("Code de l’application, ou code de secours", codes[1])
    claire.press("Continuer")
    claire.heading("Documenter la haine en ligne, faire valoir vos droits")
    assert codes[0] not in claire.recovery_codes()


def test_a_lost_passkey_and_password_come_back_by_the_link_of_a_lead(claire: Person, people: Any) -> None:
    """A second lead has a key alone, loses it, and gets a link; her old browser is signed out at once."""
    claire.add_key("téléphone de Claire")
    claire.go("/membres/")
    claire.type_in("Nom ou pseudonyme", "Dominique")
    claire.page.get_by_role("region", name="Inviter une personne").get_by_label("Responsable").check()
    claire.press("Préparer une invitation")
    other: Person = people()
    other.plug_in()
    other.page.goto(claire.page.get_by_label("Lien à remettre").input_value())
    other.type_in("Nom ou pseudonyme", "Dominique")
    other.type_in("Identifiant", "dominique")
    other.type_in("Mot de passe", PASSWORD)
    other.press("Ouvrir mon compte")
    other.heading("Mon compte")
    expect(other.page.get_by_text("Un second facteur est nécessaire pour votre rôle.")).to_be_visible()
    other.shoot("second-factor-due")
    other.add_key("téléphone de Dominique")
    other.go("/incidents/")
    other.heading("Incidents")

    other.lose_it()
    claire.go("/membres/")
    claire.page.get_by_role("button", name="Préparer un nouveau lien : Dominique").click()
    link = claire.page.get_by_label("Lien à remettre").input_value()
    claire.shoot("new-link")
    other.page.goto(link)
    other.heading("Choisir un nouveau mot de passe")
    other.type_in("Mot de passe", NEW_PASSWORD)
    other.press("Ouvrir mon compte")
    other.heading("Mon compte")
    other.go("/compte/cles/")
    expect(other.page.get_by_text("Aucune clé d’accès.")).to_be_visible()
    other.add_key("nouveau téléphone")
    other.go("/incidents/")
    other.heading("Incidents")


def test_a_device_elsewhere_is_signed_out_from_the_list(claire: Person, people: Any) -> None:
    secret = claire.add_application()
    elsewhere: Person = people()
    elsewhere.sign_in()
    with a_code_of_the_next_step(secret) as code:
        elsewhere.type_in("Code de l’application, ou code de secours", code)
        elsewhere.press("Continuer")
    elsewhere.go("/incidents/")
    elsewhere.heading("Incidents")

    claire.go("/compte/appareils/")
    cards = claire.page.get_by_role("main").get_by_role("listitem")
    expect(cards).to_have_count(2)
    cards.filter(has_not_text="celui-ci").get_by_role("button").click()
    expect(cards).to_have_count(1)
    elsewhere.go("/incidents/")
    elsewhere.heading("Se connecter")
    elsewhere.page.go_back()
    elsewhere.heading("Se connecter")


def test_five_wrong_passwords_lock_the_name_out_and_say_for_how_long(claire: Person, people: Any) -> None:
    """The right one does not pass either; who is signed in stays, and another name is not shut out."""
    stranger: Person = people()
    for _try in range(5):
        stranger.sign_in("une phrase qui n’est pas la bonne")
        expect(stranger.page.get_by_role("alert")).to_contain_text("attendre cinq minutes")
    stranger.sign_in()
    expect(stranger.page.get_by_role("alert")).to_be_visible()
    stranger.heading("Se connecter")
    stranger.shoot("locked-out")
    claire.go("/incidents/")
    claire.heading("Incidents")
