"""Opening a workspace: what is there, what an older or newer format does, what an interruption left."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from saisine.casework import journal
from saisine.casework.models import Member
from saisine.casework.session import create_workspace, open_session
from saisine.errors import SaisineError
from saisine.messages.corpus import Query
from tests.casework.world import Clock, make, opened, take, write_files


def test_two_workspaces_never_share_a_row(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path / "ours", clock) as ours:
        journal.note(ours, "summary_written")
        rows = len(journal.lines(ours).rows)
    make(tmp_path / "theirs")
    with opened(tmp_path / "theirs", clock) as theirs:
        assert len(journal.lines(theirs).rows) == rows - 1
        assert theirs.actor != ours.actor
    with opened(tmp_path / "ours", clock) as ours:
        assert len(journal.lines(ours).rows) == rows


def test_the_member_stands_under_one_random_id(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path / "w", clock) as first:
        actor = first.actor
    with opened(tmp_path / "w", clock) as second:
        assert second.actor == actor
        assert Member.objects.count() == 1


def test_the_database_is_readable_by_its_owner_alone(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path / "w", clock):
        pass
    assert (tmp_path / "w" / "saisine.sqlite3").stat().st_mode & 0o077 == 0


def test_the_database_is_safe_against_a_stop(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path / "w", clock), sqlite3.connect(tmp_path / "w" / "saisine.sqlite3") as outside:
        assert outside.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def set_format(folder: Path, number: int) -> None:
    marker = folder / "workspace.json"
    body = json.loads(marker.read_text()) | {"format": number}
    marker.write_text(json.dumps(body))


def test_a_folder_of_format_0_is_brought_up_to_date_after_a_backup(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "w"
    with opened(folder, clock) as session:
        take(session, write_files(tmp_path / "files"))
        messages = session.corpora.count(Query())
        receipt = session.vault.receipt().code
        lines = len(journal.lines(session).rows)
    # the trial copies of format 0 named two things otherwise, and had no number
    (folder / "corpora").rename(folder / "messages")
    (folder / "saisine.sqlite3").rename(folder / "db.sqlite3")
    for left in folder.glob("saisine.sqlite3-*"):
        left.unlink()
    marker = json.loads((folder / "workspace.json").read_text())
    del marker["format"]
    (folder / "workspace.json").write_text(json.dumps(marker))
    with open_session(folder, clock=clock) as session:
        assert any("format 0" in line for line in session.findings())
        assert session.vault.receipt().code == receipt
        assert len(journal.lines(session).rows) == lines
        assert session.corpora.count(Query()) == messages == 30
    assert len(list((folder / "backups").glob("format-0-*.zip"))) == 1
    with open_session(folder, clock=clock) as session:
        assert session.findings() == []


def test_a_folder_of_a_newer_format_is_refused_and_left_alone(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "w"
    with opened(folder, clock):
        pass
    set_format(folder, 99)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(SaisineError) as told:
        open_session(folder, clock=clock)
    assert told.value.code == "workspace_newer"
    assert "99" in told.value.sentence("fr")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("quick_passphrases")
def test_a_passphrase_is_asked_and_checked(tmp_path: Path, clock: Clock) -> None:
    create_workspace(tmp_path / "w", name="Association", clock=clock, passphrase="quatre mots bien choisis")
    for passphrase, code in ((None, "passphrase_needed"), ("autre chose", "passphrase_wrong")):
        with pytest.raises(SaisineError) as told:
            open_session(tmp_path / "w", clock=clock, passphrase=passphrase)
        assert told.value.code == code
    with open_session(tmp_path / "w", clock=clock, passphrase="quatre mots bien choisis") as session:
        assert session.vault.is_protected


def test_a_workspace_is_never_made_over_another(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path / "w", clock):
        pass
    with pytest.raises(SaisineError) as told:
        create_workspace(tmp_path / "w", name="", clock=clock)
    assert told.value.code == "workspace_exists"


def test_a_copy_of_the_folder_opens_elsewhere(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path / "w", clock) as session:
        take(session, write_files(tmp_path / "files"))
        code = session.vault.receipt().code
    shutil.copytree(tmp_path / "w", tmp_path / "copie")
    with open_session(tmp_path / "copie", clock=clock) as session:
        assert session.vault.receipt().code == code
        assert session.corpora.count(Query()) == 30


def test_a_missing_database_is_told_and_never_made_anew_in_silence(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "w"
    with opened(folder, clock) as session:
        take(session, write_files(tmp_path / "files"))
    (folder / "saisine.sqlite3").unlink()
    for left in folder.glob("saisine.sqlite3-*"):
        left.unlink()
    with pytest.raises(SaisineError) as told:
        open_session(folder, clock=clock)
    assert told.value.code == "database_missing"
    assert not (folder / "saisine.sqlite3").exists()
    (folder / "saisine.sqlite3").touch()
    with open_session(folder, clock=clock) as session:
        assert len(session.vault.items()) == 4


def test_a_damaged_database_is_told(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "w"
    with opened(folder, clock):
        pass
    (folder / "saisine.sqlite3").write_bytes(b"no database " * 900)
    with pytest.raises(SaisineError) as told:
        open_session(folder, clock=clock)
    assert told.value.code == "database_damaged"
    assert "sauvegarde" in told.value.sentence("fr")


def test_a_folder_that_may_only_be_read_is_told(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "w"
    with opened(folder, clock):
        pass
    # through a link that leads nowhere a file can be made: root may write anywhere, but not there
    (folder / "saisine.sqlite3").unlink()
    (folder / "saisine.sqlite3").symlink_to("/proc/saisine.sqlite3")
    with pytest.raises(SaisineError) as told:
        open_session(folder, clock=clock)
    assert told.value.code == "workspace_not_writable"
    assert "saisine verify" in told.value.sentence("fr")


def test_messages_that_are_gone_from_the_disk_are_missed_aloud(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "w"
    with opened(folder, clock) as session:
        take(session, write_files(tmp_path / "files"))
        (corpus,) = session.corpora.list()
        assert session.findings() == []
    shutil.rmtree(folder / "corpora" / corpus.id)
    with open_session(folder, clock=clock) as session:
        (told,) = session.findings()
        assert corpus.id in told
        assert "ne sont plus sur le disque" in told
