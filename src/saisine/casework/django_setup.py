"""Django for one workspace: its settings, its SQLite file, its migrations.

The command line has no settings module: it takes the ones below. The pages have theirs, which hold the same
applications. The database is the workspace's own file, bound when the workspace is opened.
"""

import secrets
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import django
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

APPLICATIONS = ["django_tasks", "django_tasks_db", "saisine.casework"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
BUSY_S = 30
# A thread keeps its connection: opening one (settings, functions, the whole schema) took up to 10 ms of each page.
KEPT_S = 600


def database(path: Path | None) -> dict[str, Any]:
    """A workspace's database. IMMEDIATE: two writers wait for each other instead of failing."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path) if path else ":memory:",
        "CONN_MAX_AGE": KEPT_S,
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


def point_at(path: Path) -> None:
    """Point the one connection at this file."""
    connections.settings[DEFAULT_DB_ALIAS].update(database(path))
    connections.close_all()
    if hasattr(connections._connections, DEFAULT_DB_ALIAS):  # type: ignore[attr-defined]
        del connections[DEFAULT_DB_ALIAS]


def bind_database(path: Path) -> None:
    """Point the one connection at this file and bring its tables up to date."""
    point_at(path)
    if bring_up_to_date(APPLICATIONS, "user_version"):
        from saisine.casework.watching import watch_tables  # late: it asks for the models

        watch_tables()
        path.chmod(0o600)


def bring_up_to_date(applications: Sequence[str], mark: str, *, at_once: bool = True) -> bool:
    """Bring the tables of these applications up to date in the bound database; whether there was anything to do.

    Two marks stand in the two numbers that SQLite keeps for its users: `user_version` for the tables of every
    process, `application_id` for those that the pages add (accounts), which the command line leaves alone. A new
    database gets its tables `at_once`, or by the migrations that made them one after the other.
    """
    configs = [
        config for config in apps.get_app_configs() if {config.name, _class_of(config)} & set(applications)
    ]
    wanted = _mark(configs)
    with connection.cursor() as cursor:
        if read_mark(cursor, mark) == wanted:
            return False
    labels = {config.label for config in configs}
    from saisine.casework.schema import write_at_once  # late: most openings write no table

    # not the command: it also asks for what never is (renamed tables, permissions), for as long again
    if not (at_once and write_at_once(mark, wanted, labels)):
        executor = MigrationExecutor(connection)
        executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {mark} = {wanted}")
    return True


def _class_of(config: AppConfig) -> str:
    return f"{type(config).__module__}.{type(config).__qualname__}"


def _mark(configs: Iterable[AppConfig]) -> int:
    """A number that changes when one of them gains a migration: looking for nothing to do took longer than the
    rest of an opening (0.3 s of 0.4 s)."""
    names = sorted(
        f"{config.label}/{path.name}"
        for config in configs
        for path in Path(config.path).glob("migrations/[0-9]*.py")
    )
    return zlib.crc32("\n".join(names).encode()) & 0x7FFFFFFF


def read_mark(cursor: CursorWrapper, name: str) -> int:
    cursor.execute(f"PRAGMA {name}")
    (found,) = cursor.fetchone()
    return int(found)


def release_database() -> None:
    """Close this thread's connection."""
    connections.close_all()
