"""The WSGI application over one workspace: opened once for the process, with a secret key of its own."""

import os
import secrets
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from saisine.errors import SaisineError
from saisine.web import current, server
from saisine.web.clock import now

ACCOUNTS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "saisine.web.accounts",
    "allauth.account",
    "allauth.mfa",
)
KEY_FILE = "web.key"
KEY_BYTES = 48


def prepare(passphrase: str | None = None) -> WSGIHandler:
    """Open the workspace named by SAISINE_WORKSPACE and return the application over it.

    With accounts and a public name, it answers as a server behind HTTPS (`server.py`). Without a passphrase, the
    one of SAISINE_PASSPHRASE_FILE is taken. Raises the errors of `open_session`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saisine.web.settings")
    django.setup()
    from saisine.casework.session import open_session  # late: its models need the line above

    folder = Path(os.environ["SAISINE_WORKSPACE"])
    session = open_session(folder, clock=now, passphrase=passphrase or passphrase_from_file())
    settings.SECRET_KEY = secret_key(session.workspace.folder / KEY_FILE)
    current.use(session)
    prepare_accounts()
    server.apply(server.names_for(session.workspace.id))
    server.apply(server.settings_for(server.address_of(os.environ)))
    connections.close_all()  # each request opens and closes its own; this thread answers none
    return get_wsgi_application()


def prepare_accounts() -> None:
    """The tables of accounts, which the command line neither makes nor reads."""
    from saisine.casework.django_setup import bring_up_to_date  # late: Django is ready from here on

    bring_up_to_date(ACCOUNTS, "application_id")


def passphrase_from_file() -> str | None:
    """What the file of SAISINE_PASSPHRASE_FILE holds, or None. Raises `passphrase_file_unreadable`."""
    path = os.environ.get("SAISINE_PASSPHRASE_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SaisineError("passphrase_file_unreadable", path=path, reason=error) from error


def secret_key(path: Path) -> str:
    """The key that signs the addresses of opened pictures: drawn once, readable by its owner alone."""
    try:
        found = path.read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        found = ""
    if len(found) < KEY_BYTES:
        found = secrets.token_urlsafe(KEY_BYTES)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(found)
        part.replace(path)
    return found
