"""« Personnes de secours »: two officers who can open the vault with their own key if the passphrase is lost."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import journal, vault_state
from saisine.errors import SaisineError
from saisine.vault import rotation
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.told import tell

NAME_SIGNS = 80
NEEDED = 2  # vault.md: a key alone is lost with its owner
GIVEN_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key pair that waits to be given: in the memory of this process alone."""

    name: str
    secret: str = field(repr=False)
    recipient: str
    until: datetime


class NewKeys:
    """The keys that were made and not given yet. Each leaves once, or is forgotten after a quarter of an hour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, NewKey] = {}

    def make(self, name: str, now: datetime) -> str:
        """A new key for this name; the token under which it waits."""
        secret, recipient = rotation.new_identity()
        token = secrets.token_hex(16)
        with self._lock:
            self._forget_old(now)
            self._waiting[token] = NewKey(name, secret, recipient, now + GIVEN_WITHIN)
        return token

    def peek(self, token: str, now: datetime) -> NewKey:
        """Raises `officer_key_unknown`."""
        with self._lock:
            self._forget_old(now)
            if token not in self._waiting:
                raise SaisineError("officer_key_unknown")
            return self._waiting[token]

    def forget(self, token: str) -> None:
        with self._lock:
            self._waiting.pop(token, None)

    def _forget_old(self, now: datetime) -> None:
        self._waiting = {token: key for token, key in self._waiting.items() if now < key.until}


new_keys = NewKeys()


@dataclass(frozen=True, slots=True)
class OfficerLine:
    name: str
    recipient: str
    since: str


@require_safe
def officers(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, error: SaisineError | None = None) -> HttpResponse:
    opened = session()
    found = [
        OfficerLine(one.name, one.recipient, words.say_day(datetime.fromisoformat(one.added)))
        for one in rotation.officers(opened.vault)
    ]
    context = {
        "is_protected": vault_state.is_protected(opened),
        "officers": found,
        "is_enough": len(found) >= NEEDED,
        "error": tell(error) if error else None,
        "typed_name": forms.line(request, "name", NAME_SIGNS),
    }
    return render(request, "saisine/vault_officers.html", context, status=422 if error else 200)


# ------------------------------------------------------------------ a key made here


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make her key; she is let in only when its file leaves, since a key that nobody has opens nothing."""
    try:
        token = new_keys.make(_name(request), session().now())
    except SaisineError as error:
        return _page(request, error)
    return redirect("vault_officer_key", token)


def _name(request: HttpRequest) -> str:
    """Raises `recovery_unprotected`, `officer_name_missing`."""
    if not vault_state.is_protected(session()):
        raise SaisineError("recovery_unprotected")
    name = forms.line(request, "name", NAME_SIGNS)
    if not name:
        raise SaisineError("officer_name_missing")
    return name


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("key", "body")
def key(request: HttpRequest, token: str) -> HttpResponse:
    """The page that gives the key, then (POST) its file, once. Raises `officer_key_unknown`."""
    opened = session()
    key = new_keys.peek(token, opened.now())
    if request.method != "POST":
        return render(request, "saisine/vault_officer_key.html", {"token": token, "name": key.name})
    rotation.add_officer(opened.vault, key.name, key.recipient, actor=opened.actor)
    new_keys.forget(token)
    journal.note(opened, "officer_added")
    body = rotation.identity_text(key.secret, key.recipient, opened.today().isoformat())
    answer = HttpResponse(body, content_type="application/octet-stream")
    answer["Content-Disposition"] = 'attachment; filename="cle-de-secours.txt"'
    answer["Cache-Control"] = "no-store"
    return answer


# ------------------------------------------------------------------ a key of her own, and leaving


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Let in a person who has an age key already, by its public half."""
    opened = session()
    try:
        name, recipient = _name(request), forms.line(request, "recipient")
        if "AGE-SECRET-KEY" in recipient.upper():  # never repeated on a page
            raise SaisineError("recovery_malformed", recipient="AGE-SECRET-KEY-…")
        rotation.add_officer(opened.vault, name, recipient, actor=opened.actor)
    except SaisineError as error:
        if not error.code.startswith(("recovery_", "officer_")):
            raise
        return _page(request, error)
    journal.note(opened, "officer_added")
    return redirect("vault_officers")


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Raises `recovery_unknown`."""
    opened = session()
    rotation.remove_officer(opened.vault, forms.line(request, "recipient"), actor=opened.actor)
    journal.note(opened, "officer_removed")
    return redirect("vault_officers")
