"""A workspace says its format; an older one is migrated after a backup, a newer one is refused untouched."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.workspace import FORMAT, Workspace

NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)


def old_workspace(folder: Path) -> Path:
    """A folder as the trial copies wrote it: format 0, two names that have changed since."""
    (folder / "messages" / "c1").mkdir(parents=True)
    (folder / "messages" / "c1" / "manifest.json").write_text("{}")
    (folder / "db.sqlite3").write_bytes(b"decided")
    (folder / "workspace.json").write_text(json.dumps({"name": "Les Lucioles"}))
    return folder


def test_a_new_workspace_is_opened_as_it_was_made(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "w", name="Les Lucioles", now=NOW)
    assert Workspace.open(tmp_path / "w", now=NOW) == made
    assert json.loads((made.folder / "workspace.json").read_text())["format"] == FORMAT
    assert made.folder.stat().st_mode & 0o077 == 0


def test_an_older_format_is_migrated_after_a_backup(tmp_path: Path) -> None:
    opened = Workspace.open(old_workspace(tmp_path / "w"), now=NOW)
    assert opened.migrated_from == 0
    assert opened.database.read_bytes() == b"decided"
    assert (opened.corpora / "c1" / "manifest.json").exists()
    (backup,) = opened.backups.glob("format-0-*.zip")
    assert set(zipfile.ZipFile(backup).namelist()) == {
        "workspace.json",
        "db.sqlite3",
        "messages/c1/manifest.json",
    }
    assert Workspace.open(opened.folder, now=NOW).migrated_from is None


def test_a_migration_killed_half_way_starts_again(tmp_path: Path) -> None:
    folder = old_workspace(tmp_path / "w")
    (folder / "messages").rename(folder / "corpora")  # as if killed between the two renames
    opened = Workspace.open(folder, now=NOW)
    assert opened.database.exists()
    assert (opened.corpora / "c1").is_dir()


def test_a_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "workspace.json").write_text('{"format": 99, "name": "Demain"}')
    with pytest.raises(SaisineError) as raised:
        Workspace.open(tmp_path, now=NOW)
    assert raised.value.code == "workspace_newer"
    assert "99" in raised.value.sentence("fr")
    assert [path.name for path in tmp_path.iterdir()] == ["workspace.json"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"format": "1"}', b'{"format": -1}'])
def test_a_damaged_marker_is_told_and_left_alone(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "workspace.json").write_bytes(body)
    with pytest.raises(SaisineError) as raised:
        Workspace.open(tmp_path, now=NOW)
    assert raised.value.code == "workspace_damaged"
    assert (tmp_path / "workspace.json").read_bytes() == body


def test_a_folder_with_files_is_never_taken_over(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"x")
    with pytest.raises(SaisineError) as raised:
        Workspace.create(tmp_path, name="Les Lucioles", now=NOW)
    assert raised.value.code == "workspace_exists"


def test_a_missing_workspace_is_told(tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as raised:
        Workspace.open(tmp_path / "rien", now=NOW)
    assert raised.value.code == "workspace_missing"
