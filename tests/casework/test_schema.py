"""A new workspace's tables written at once are those that the migrations make one after the other."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from saisine.casework import schema
from saisine.casework.django_setup import APPLICATIONS, bring_up_to_date, point_at, release_database
from saisine.web.wsgi import ACCOUNTS

SETS = ((APPLICATIONS, "user_version"), (ACCOUNTS, "application_id"))


def made(path: Path, *, at_once: bool) -> Path:
    point_at(path)
    for applications, mark in SETS:
        assert bring_up_to_date(applications, mark, at_once=at_once)
        assert not bring_up_to_date(applications, mark)
    release_database()
    return path


def held(path: Path) -> tuple[list[str], tuple[int, int]]:
    """Every line that would make this database again, without the moments; its two marks."""
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("UPDATE django_migrations SET applied = ''")
        marks = [opened.execute(f"PRAGMA {mark}").fetchone()[0] for _, mark in SETS]
        # a count that stands at zero is that of a table which a migration once remade
        lines = [
            line for line in opened.iterdump() if not (line.endswith(",0);") and "sqlite_sequence" in line)
        ]
        return sorted(lines), (marks[0], marks[1])


def test_written_at_once_or_migrated_the_tables_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated = held(made(tmp_path / "migrated.sqlite3", at_once=False))
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migrate", None)  # never asked for
    assert held(made(tmp_path / "at-once.sqlite3", at_once=True)) == migrated, "run `make fix`"


def test_a_database_that_holds_anything_is_left_to_its_migrations(tmp_path: Path) -> None:
    path = tmp_path / "begun.sqlite3"
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE left_by_a_stop (id integer)")
    point_at(path)
    text = (schema.FOLDER / "user_version.sql").read_text("utf-8")
    wanted = int(text.split("\n", 1)[0].rpartition(" ")[2])
    assert not schema.write_at_once("user_version", wanted, ["casework"])
    assert not schema.write_at_once("user_version", wanted + 1, ["casework"])
    release_database()
