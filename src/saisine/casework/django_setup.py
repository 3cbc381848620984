"""Django for one workspace: its settings, its SQLite file, its migrations.

The command line has no settings module: it takes the ones below. The pages have theirs, which hold the same
applications. The database is the workspace's own file, bound when the workspace is opened.
"""

import secrets
import zlib
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections

APPLICATIONS = ["django_tasks", "django_tasks_db", "saisine.casework"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
BUSY_S = 30


def database(path: Path | None) -> dict[str, Any]:
    """A workspace's database. IMMEDIATE: two writers wait for each other instead of failing."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path) if path else ":memory:",
        "OPTIONS": {
            "timeout": BUSY_S,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA secure_delete=ON;"
            ),
        },
    }


def prepare_django() -> None:
    """Make Django ready in a process that has no settings of its own (the command line)."""
    if not settings.configured:
        settings.configure(
            DATABASES={DEFAULT_DB_ALIAS: database(None)},
            INSTALLED_APPS=APPLICATIONS,
            TASKS=TASKS,
            USE_TZ=True,
            TIME_ZONE="Europe/Paris",
            SECRET_KEY=secrets.token_hex(32),
        )
    django.setup()


def bind_database(path: Path) -> None:
    """Point the one connection at this file and bring its tables up to date."""
    connections.settings[DEFAULT_DB_ALIAS].update(database(path))
    connections.close_all()
    if hasattr(connections._connections, DEFAULT_DB_ALIAS):  # type: ignore[attr-defined]
        del connections[DEFAULT_DB_ALIAS]
    mark = _schema_mark()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version")
        if cursor.fetchone() == (mark,):
            return
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA user_version = {mark}")
    path.chmod(0o600)


def _schema_mark() -> int:
    """A number that changes when any application gains a migration: looking for nothing to do took longer
    than the rest of an opening (0.3 s of 0.4 s)."""
    names = sorted(
        f"{config.label}/{path.name}"
        for config in apps.get_app_configs()
        for path in Path(config.path).glob("migrations/[0-9]*.py")
    )
    return zlib.crc32("\n".join(names).encode()) & 0x7FFFFFFF


def release_database() -> None:
    """Close this thread's connection."""
    connections.close_all()
