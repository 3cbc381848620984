"""Accounts as acts: the first one, those of invitations, new passwords, departures, devices.

Loopback without any account is one person on her own computer, who acts as Responsable; the first account ends
that, for the whole workspace.
"""

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.http import HttpRequest
from django.utils import translation

from saisine.casework import members
from saisine.casework.access_models import Invitation
from saisine.casework.models import Member
from saisine.casework.permissions import RESPONSABLE, exports
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.web.accounts.models import Account, OpenSession

NAME: Final = re.compile(r"[\w.-]{3,40}", re.ASCII)
SECOND_FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def any_account() -> bool:
    """Whether this workspace has accounts. Asked at each request: another process may have made the first."""
    try:
        return Account.objects.exists()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            raise
        return False  # no such table: a workspace that no server has opened yet


def account_of(request: HttpRequest) -> Account | None:
    """Who is signed in and still a member, or None."""
    user = request.user
    if not isinstance(user, Account) or not user.is_active or user.member.left_at is not None:
        return None
    return user


def member_of(request: HttpRequest) -> Member | None:
    account = account_of(request)
    return account.member if account is not None else None


# ------------------------------------------------------------------ made


def make_first(session: Session, label: str, username: str, password: str) -> Account:
    """The first account, of a Responsable. Raises `account_exists`, `account_…`, `member_label_missing`."""
    with transaction.atomic():
        if any_account():
            raise SaisineError("account_exists")
        _require_name(username)
        _require_password(password, username)
        return _create(members.add_member(session, label, [RESPONSABLE]), username, password)


def accept(session: Session, invitation: Invitation, label: str, username: str, password: str) -> Account:
    """What an invitation gives: an account, or a new password for one that exists.

    Raises `invitation_unknown`, `account_…`; a refusal leaves the link as it was.
    """
    with transaction.atomic():
        known = Account.objects.filter(member=invitation.member).first() if invitation.member else None
        if known is None:
            _require_name(username)
        _require_password(password, known.username if known else username)
        member = members.accept(session, invitation, label)
        if known is None:
            return _create(member, username, password)
        known.set_password(password)
        known.save(update_fields=["password"])
        # a lost password may be a lost telephone: the second factor is to be chosen again too
        Authenticator.objects.filter(user_id=known.pk).delete()
        end_sessions(known)
    return known


def _create(member: Member, username: str, password: str) -> Account:
    account = Account(username=username, member=member)
    account.set_password(password)
    account.save()
    return account


def _require_name(username: str) -> None:
    """Raises `account_name_malformed`, `account_name_taken`."""
    if not NAME.fullmatch(username):
        raise SaisineError("account_name_malformed")
    if Account.objects.filter(username__iexact=username).exists():
        raise SaisineError("account_name_taken")


def _require_password(password: str, username: str) -> None:
    """Raises `account_password` with the reasons of Django's validators, in both languages."""
    try:
        validate_password(password, Account(username=username))
    except ValidationError as error:
        reasons = {}
        for language in ("fr", "en"):
            with translation.override(language):
                reasons[f"reason_{language}"] = " ".join(error.messages)
        raise SaisineError("account_password", **reasons) from error


# ------------------------------------------------------------------ second factor


def has_second_factor(account: Account) -> bool:
    return bool(Authenticator.objects.filter(user_id=account.pk, type__in=SECOND_FACTORS).exists())


def has_passkey(account: Account) -> bool:
    found = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN)
    return bool(found.exists())


def is_second_factor_due(account: Account) -> bool:
    """For whoever leads, or makes something leave, once there are several accounts."""
    member = account.member
    if RESPONSABLE not in member.roles and not exports(member.roles):
        return False
    return Account.objects.count() > 1 and not has_second_factor(account)


# ------------------------------------------------------------------ leaving, devices


def leave(session: Session, member: Member) -> None:
    """A member's access ends now: account, devices, second factors. Her random id stays under her acts."""
    with transaction.atomic():
        members.leave(session, member)
        Account.objects.filter(member=member).delete()


def end_sessions(account: Account, *, but: str | None = None) -> int:
    """Sign out every device of an account, except perhaps the one in use."""
    rows = OpenSession.objects.filter(account=account).exclude(session_key=but or "")
    return rows.delete()[0]


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is signed in. `id` names it on the page; the session's own key stays in the database."""

    id: str
    name: str
    begun_at: datetime | None
    is_this_one: bool


def devices(account: Account, current: str | None) -> list[Device]:
    rows = OpenSession.objects.filter(account=account).order_by("begun_at")
    return [
        Device(members.token_sha256(row.session_key), row.device, row.begun_at, row.session_key == current)
        for row in rows
    ]


def end_device(account: Account, id: str) -> None:
    """Sign one device out. An id that is not hers changes nothing."""
    for row in OpenSession.objects.filter(account=account):
        if members.token_sha256(row.session_key) == id:
            row.delete()


_BROWSERS: Final = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def name_device(agent: str) -> str:
    """« Firefox, Windows »: enough to know one's own device again, and nothing finer. Empty when unknown."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    if not browser and "Safari/" in agent:
        browser = "Safari"
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(part for part in (browser, system) if part)
