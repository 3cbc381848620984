"""Writes src/saisine/casework/schema/*.sql: the tables that the migrations make in an empty database."""

import os
import tempfile
from pathlib import Path

import django
from django.db import connection, connections


def write(folder: Path) -> None:
    """The tables of every process, then those that the pages add, into `folder`."""
    # late: Django is ready from here on
    from saisine.casework.django_setup import APPLICATIONS, bring_up_to_date, point_at, read_mark
    from saisine.casework.schema import contents, describe
    from saisine.web.wsgi import ACCOUNTS

    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        point_at(Path(place) / "new.sqlite3")
        before: frozenset[tuple[str, str]] = frozenset()
        for applications, mark in ((APPLICATIONS, "user_version"), (ACCOUNTS, "application_id")):
            bring_up_to_date(applications, mark, at_once=False)
            with connection.cursor() as cursor:
                wanted = read_mark(cursor, mark)
            (folder / f"{mark}.sql").write_text(describe(wanted, before), "utf-8")
            before = frozenset(contents())
        connections.close_all()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saisine.web.settings")
    django.setup()
    from saisine.casework.schema import FOLDER

    write(FOLDER)
