"""What allauth asks of us: nobody signs up alone, no mail is sent, a QR code without inline style."""

from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from saisine.web import clock
from saisine.web.accounts.accounts import name_device
from saisine.web.accounts.models import Account
from saisine.web.accounts.sessions import BEGUN, DEVICE


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise RuntimeError("no mail is sent from here")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Django's sign-in (it draws a new session key), then what the list of devices shows."""
        super().login(request, user)
        request.session[DEVICE] = name_device(request.headers.get("User-Agent", ""))
        request.session[BEGUN] = clock.now().timestamp()

    def is_safe_url(self, url: str | None) -> bool:
        """A path of this site, and nothing else."""
        return bool(url) and str(url).startswith("/") and super().is_safe_url(url)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    def build_totp_svg(self, url: str) -> str:
        """Drawn without `style`, which the content policy would drop, and without a page of its own."""
        return segno.make(url, error="m").svg_inline(scale=5, border=4, light="#fff", dark="#000")

    def get_totp_issuer(self) -> str:
        """Neutral on a telephone that others may hold: the association's name is not in it."""
        return "Saisine"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.username if isinstance(user, Account) else ""
