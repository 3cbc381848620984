"""An open workspace for each test, and one that already holds a sealed deposit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from saisine.casework.session import Session
from tests.casework.world import Clock, opened, take, write_files


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    with opened(tmp_path / "espace", clock) as found:
        yield found


@pytest.fixture
def filled(session: Session, tmp_path: Path) -> Session:
    """The same workspace with thirty posts, a picture and a document, sealed and read."""
    take(session, write_files(tmp_path / "vague-mars"))
    return session
