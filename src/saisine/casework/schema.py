"""The tables of a new workspace, written at once instead of migration after migration.

Thirty migrations took two seconds of each new workspace. What they make in an empty database is kept here
(`schema/<mark>.sql`, by `make fix`), with the number of the migrations it comes from: another number, or a database
that holds anything of theirs, and the migrations are applied as before. A test compares the two.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

FOLDER: Final = Path(__file__).with_name("schema")
_FIRST: Final = re.compile(r"-- of the migrations numbered (\d+)\n")
_ROW: Final = "INSERT INTO django_migrations (app, name, applied) VALUES ('{}', '{}', CURRENT_TIMESTAMP);"


def write_at_once(mark: str, wanted: int, labels: Iterable[str]) -> bool:
    """Write the tables into the bound database; whether they were. `wanted`: the number of today's migrations."""
    path = FOLDER / f"{mark}.sql"
    text = path.read_text("utf-8") if path.is_file() else ""
    first = _FIRST.match(text)
    if first is None or int(first[1]) != wanted:
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        if not _is_new(cursor, labels):
            return False
        for statement in _statements(text[first.end() :]):
            cursor.execute(statement)
    return True


def _is_new(cursor: CursorWrapper, labels: Iterable[str]) -> bool:
    """Whether no migration of these applications was ever begun here."""
    tables = connection.introspection.table_names(cursor)
    if "django_migrations" not in tables:
        return not tables
    cursor.execute("SELECT DISTINCT app FROM django_migrations")
    return not {app for (app,) in cursor.fetchall()} & set(labels)


def _statements(text: str) -> Iterator[str]:
    held = ""
    for line in text.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""


def describe(wanted: int, before: frozenset[tuple[str, str]] = frozenset()) -> str:
    """What the bound database holds beside what is in `before` (`contents`), as such a file."""
    made = [one for one in contents() if one not in before]
    written = [_ROW.format(*one) if one[1].startswith("0") else f"{one[1]};" for one in made]
    return "\n".join([f"-- of the migrations numbered {wanted}", *written]) + "\n"


def contents() -> list[tuple[str, str]]:
    """(name, SQL) of each table and index of the bound database, then (application, migration) of those applied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql NOTNULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        )
        objects = cursor.fetchall()
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return [(str(name), str(value)) for name, value in [*objects, *cursor.fetchall()]]
