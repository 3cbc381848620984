"""The workspace of `stage.example` with members: each page as the visitor that `url_map.Page.who` names sees it."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as PROVEN
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as PROOFS
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from saisine.casework import lawyer_links, members
from saisine.casework.models import Incident
from saisine.casework.session import Session
from saisine.web import clock
from saisine.web.accounts import accounts
from saisine.web.accounts.models import Account
from saisine.web.accounts.sessions import BEGUN, DEVICE
from saisine.web.wsgi import prepare_accounts
from tests.e2e.stage import HOST, example

PASSWORD = "quatre mots bien choisis"
LEAD, BARE, READER = "responsable", "documentaliste", "lecture"
ROLES = (LEAD, BARE, "juriste", "personne_visee", READER)
CODE_KEY = "JBSWY3DPEHPK3PXP"
AN_HOUR_S = 3600  # how long a proof of who is there stays fresh here: a long run is one visit
Cookies = dict[str, str]


def team(files: Path) -> Callable[[Session], dict[str, str]]:
    """The example, then five members, an invitation that waits and a lawyer's link."""

    def fill(session: Session) -> dict[str, str]:
        ids = example(files)(session)
        prepare_accounts()
        incident = Incident.objects.get(id=ids["incident"])
        lead = accounts.make_first(session, "Claire", LEAD, PASSWORD)
        for role in ROLES[1:]:
            invited = members.invite(session, role.capitalize(), [role], [incident])
            accounts.accept(session, invited.row, role.capitalize(), role, PASSWORD)
        Authenticator.objects.create(user=lead, type=Authenticator.Type.TOTP, data={"secret": CODE_KEY})
        RecoveryCodes.activate(lead)
        key = Authenticator.objects.create(user=lead, type=Authenticator.Type.WEBAUTHN, data=passkey(HOST))
        return {
            **ids,
            "passkey": str(key.pk),
            "invitation": members.invite(session, "Inès", [BARE], [incident]).token,
            "lawyer": lawyer_links.make(session, incident, "Maître Inventée").token,
        }

    return fill


def passkey(host: str) -> dict[str, Any]:
    """What a browser sends when a passkey is made, with a key of its own behind it."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(b"\0" * 16, b"une-cle", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    made = AuthenticatorData.create(hashlib.sha256(host.encode()).digest(), flags, 0, credential)
    told = {"type": "webauthn.create", "challenge": "AAAA", "origin": f"http://{host}"}
    response = {
        "clientDataJSON": websafe_encode(json.dumps(told).encode()),
        "attestationObject": websafe_encode(bytes(AttestationObject.create("none", made, {}))),
    }
    id = websafe_encode(credential.credential_id)
    extra = {"credProps": {"rk": True}}
    sent = {
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": response,
        "clientExtensionResults": extra,
    }
    return {"name": "Téléphone", "credential": sent}


# ------------------------------------------------------------------ who looks


def cookies_of(who: str) -> Cookies:
    """Nobody, a member signed in, one whose screen is locked, or one who gave her password and no second factor."""
    if who == "nobody":
        return {}
    client = Client(HTTP_HOST=HOST)
    if who == "half":
        answer = client.post("/connexion/", {"login": LEAD, "password": PASSWORD})
        assert answer.headers["Location"].startswith("/connexion/second-facteur/")
    else:
        _sign_in(client, LEAD if who == "locked" else who)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


def _sign_in(client: Client, role: str) -> None:
    account = Account.objects.get(username=role)
    client.force_login(account)
    session = client.session
    session[PROVEN] = str(account.pk)
    session[PROOFS] = [{"method": "password", "at": time.time() + AN_HOUR_S, "reauthenticated": True}]
    session[DEVICE], session[BEGUN] = "Firefox, Linux", clock.now().timestamp()
    session.save()
