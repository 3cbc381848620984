"""Opening the pages over a workspace: its secret key, its passphrase, its worker."""

import atexit
import io
import shutil
import sqlite3
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from saisine.casework import deposits
from saisine.casework.session import create_workspace, open_session
from saisine.errors import SaisineError
from saisine.web import current
from saisine.web.serve import Worker, main, open_pages
from saisine.web.wsgi import KEY_BYTES, prepare, secret_key
from tests.e2e.running import free_port

PASSPHRASE = "pommier, verger; « brouillard » 7"


def clock() -> datetime:
    return datetime.now(UTC)


@cache
def _made() -> Path:
    """One for the process: making it opens the vault twice, and a copy is as good."""
    folder = Path(tempfile.mkdtemp(prefix="saisine-tests-")) / "espace"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    create_workspace(folder, name="Association inventée", clock=clock, passphrase=PASSPHRASE)
    return folder


@pytest.fixture
def protected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_passphrases: None) -> Iterator[Path]:
    """A workspace under a passphrase, named by the environment as `serve.run` does."""
    folder = shutil.copytree(_made(), tmp_path / "espace")
    monkeypatch.setenv("SAISINE_WORKSPACE", str(folder))
    monkeypatch.delenv("SAISINE_PASSPHRASE_FILE", raising=False)
    before = settings.SECRET_KEY
    yield folder
    settings.SECRET_KEY = before
    if current._open is not None:
        current._open.close()
        current.use(None)


def test_the_secret_key_is_drawn_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "web.key"
    first = secret_key(path)
    assert len(first) >= KEY_BYTES
    assert secret_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_key(tmp_path / "other.key") != first
    path.write_text("cut")  # a kill while it was written: an empty or short key is never used
    assert len(secret_key(path)) >= KEY_BYTES


def test_the_passphrase_comes_from_its_file(
    protected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "phrase").write_text(PASSPHRASE + "\n", "utf-8")
    monkeypatch.setenv("SAISINE_PASSPHRASE_FILE", str(tmp_path / "phrase"))
    prepare()
    assert current.session().vault.is_protected
    assert (protected / "web.key").read_text() == settings.SECRET_KEY


def test_a_passphrase_file_that_cannot_be_read_is_told(
    protected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAISINE_PASSPHRASE_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SaisineError) as told:
        prepare()
    assert told.value.code == "passphrase_file_unreadable"


def test_a_person_at_a_terminal_has_three_tries(protected: Path) -> None:
    said: list[str] = []
    typed = iter(["wrong", "wrong again", PASSPHRASE])
    _application, passphrase = open_pages(None, lambda: next(typed), said.append)
    assert passphrase == PASSPHRASE
    assert len(said) == 4, "two wrong tries, each told in both languages"


def test_after_three_wrong_tries_it_is_refused(protected: Path) -> None:
    typed = iter(["a", "b", "c"])
    with pytest.raises(SaisineError) as told:
        open_pages(None, lambda: next(typed), lambda _line: None)
    assert told.value.code == "passphrase_wrong"
    assert list(typed) == []


def test_without_a_passphrase_nor_a_terminal_it_is_refused_in_words(
    protected: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())  # `run` points it into the workspace
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(["--workspace", str(protected), "--port", str(free_port())]) == 77
    assert "phrase de passe" in capsys.readouterr().err


def test_the_worker_gets_the_passphrase_and_nobody_else_sees_it(protected: Path, tmp_path: Path) -> None:
    """A deposit that waits is sealed by the worker; arguments and environment hold no passphrase."""
    source = tmp_path / "note.txt"
    source.write_text("bonjour")
    with open_session(protected, clock=clock, passphrase=PASSPHRASE) as session:
        deposits.start_sealing(session, deposits.receive(session, [("note.txt", source)]))
    worker = Worker(protected, lambda _line: None, PASSPHRASE)
    keeper = threading.Thread(target=worker.keep_alive)
    keeper.start()
    try:
        seen = wait_until_done(protected, worker)
    finally:
        worker.stop()
        keeper.join()
    assert str(protected).encode() in seen, "it is the worker that was looked at"
    assert PASSPHRASE.encode() not in seen


def wait_until_done(folder: Path, worker: Worker) -> bytes:
    """What `ps` and /proc show of the worker, once the job is done."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with closing(sqlite3.connect(f"file:{folder}/saisine.sqlite3?mode=ro", uri=True)) as base:
            if worker.process and base.execute("SELECT state FROM casework_job").fetchall() == [("done",)]:
                return shown(worker.process.pid)
        time.sleep(0.02)
    raise AssertionError("the job never ended")


def shown(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
