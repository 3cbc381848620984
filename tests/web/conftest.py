"""One real workspace for the tests of the pages: the invented example, sealed and read by its real job.

pytest-django would give each test a database of its own, emptied after it. Here the database is the
workspace's SQLite file, as people have it: `open_session` binds it, and pytest-django's lock is lifted.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from saisine.casework.session import Session, create_workspace, open_session
from saisine.example import ASSOCIATION, write_example
from saisine.web import clock, current

NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)  # Tuesday 21 April 2026, 10:00 in Paris
WAVE_ON = date(2026, 3, 14)


class Watch:
    """The clock of the tests: it stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Example:
    """The example's files and a workspace into which nothing was deposited yet, or everything was."""

    files: Path
    empty: Path
    filled: Path
    sentinels: tuple[str, ...]


@pytest.fixture(scope="session", autouse=True)
def _real_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Made once: the files, an empty workspace, and the same with the files sealed and read."""
    from saisine.casework.association import save_association
    from saisine.casework.deposits import deposit_paths

    folder = tmp_path_factory.mktemp("example")
    report = write_example(folder / "vague-mars", wave_on=WAVE_ON)
    create_workspace(folder / "empty", name="Association inventée", clock=lambda: NOW)
    shutil.copytree(folder / "empty", folder / "filled")
    with open_session(folder / "filled", clock=lambda: NOW) as session:
        save_association(session, ASSOCIATION, email="contact@example.org")
        deposit_paths(session, [report.folder])
        sentinels = (*report.threats, *_some_texts(session))
    return Example(report.folder, folder / "empty", folder / "filled", sentinels)


def _some_texts(session: Session) -> tuple[str, ...]:
    """Texts of a wave's messages, long enough to be met nowhere by chance."""
    from saisine.messages.corpus import Query

    page = session.corpora.search(Query(), limit=200)
    return tuple(
        {message.text for message in page.items if len(message.text) > 25 and "\n" not in message.text}
    )


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    held = Watch()
    monkeypatch.setattr(clock, "now", held)
    return held


def _opened(folder: Path, copy: Path, watch: Watch) -> Iterator[Session]:
    shutil.copytree(folder, copy)
    with open_session(copy, clock=watch) as session:
        current.use(session)
        yield session
        current.use(None)


@pytest.fixture
def empty(example: Example, tmp_path: Path, watch: Watch) -> Iterator[Session]:
    """A workspace without anything in it, open behind the pages."""
    yield from _opened(example.empty, tmp_path / "espace", watch)


@pytest.fixture
def filled(example: Example, tmp_path: Path, watch: Watch) -> Iterator[Session]:
    """A workspace with the example sealed and read, open behind the pages; each test has its own copy."""
    yield from _opened(example.filled, tmp_path / "espace", watch)


@pytest.fixture
def client() -> Client:
    """A browser without JavaScript, on this computer, in French."""
    return Client(HTTP_HOST="127.0.0.1")


@pytest.fixture
def htmx() -> Client:
    """The same page asking for one part of itself."""
    return Client(HTTP_HOST="127.0.0.1", headers={"HX-Request": "true"})


@pytest.fixture
def no_change_left() -> Iterator[None]:
    """A change of passphrase that a test began ends with it."""
    from saisine.web.pages.vault_keys import changes

    yield
    changes.wait()
    changes.take_ended()
