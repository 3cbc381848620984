"""The pages as a server: public names, HTTPS before them, cookies and headers that go with it.

Names and proxy are settings of the workspace (page « Membres »). HTTPS is a reverse proxy's work: waitress, which
answers here, speaks HTTP. « X-Forwarded-Proto » is believed from that proxy's address alone, and from nowhere when
none is given.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from saisine.errors import SaisineError

ONE_YEAR_S: Final = 365 * 24 * 3600
LOCAL_VARIABLE: Final = "SAISINE_LOCAL"  # serve this computer alone, whatever names are recorded


@dataclass(frozen=True, slots=True)
class Address:
    """How the pages are reached from elsewhere. Without a name, they are not."""

    names: tuple[str, ...] = ()
    proxy: str = ""

    @property
    def is_server(self) -> bool:
        return bool(self.names)


def has_accounts(database: Path) -> bool:
    """Whether a workspace has an account, asked before anything of it is opened."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM accounts_account LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return False  # no such table yet; a damaged file is told when it is opened


def address_of(environment: Mapping[str, str]) -> Address:
    """What the open workspace says. An escape is left: a name written wrong would lock everybody out."""
    if environment.get(LOCAL_VARIABLE):
        return Address()
    from saisine.casework import members
    from saisine.web import current
    from saisine.web.accounts.accounts import any_account

    row = members.settings_of(current.whole())
    return Address(tuple(row.names), row.proxy) if any_account() else Address()


def require_reachable(host: str, address: Address, *, is_loopback: bool) -> None:
    """Raises `serve_names_missing`: on the network, every answer is bound to a name."""
    if not is_loopback and not address.is_server:
        raise SaisineError("serve_names_missing", host=host)


def settings_for(address: Address) -> dict[str, Any]:
    """What changes when the pages are a server; nothing without a name."""
    if not address.is_server:
        return {}
    return {
        "ALLOWED_HOSTS": list(address.names),
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": ONE_YEAR_S,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        # « preload » is a promise about a whole domain, which is not ours to make
        "SILENCED_SYSTEM_CHECKS": ["security.W021"],
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": f"__Host-{settings.SESSION_COOKIE_NAME}",
        "CSRF_COOKIE_NAME": f"__Host-{settings.CSRF_COOKIE_NAME}",
    }


def names_for(workspace: str) -> dict[str, Any]:
    """Cookies are shared by every port of a host: each association's have a name of their own."""
    return {
        "SESSION_COOKIE_NAME": f"saisine_session_{workspace[:8]}",
        "CSRF_COOKIE_NAME": f"saisine_csrf_{workspace[:8]}",
    }


def is_public() -> bool:
    """Whether the pages answer as a server behind HTTPS at this moment."""
    return bool(settings.SECURE_SSL_REDIRECT)


def apply(values: Mapping[str, Any]) -> None:
    """Put these into Django's settings, before its application is made."""
    for name, value in values.items():
        setattr(settings, name, value)


def waitress_options(address: Address) -> dict[str, Any]:
    """What waitress may believe of whoever stands before it."""
    options: dict[str, Any] = {"clear_untrusted_proxy_headers": True}
    if address.is_server and address.proxy:
        options |= {
            "trusted_proxy": address.proxy,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"},
        }
    return options
