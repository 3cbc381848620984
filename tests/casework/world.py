"""One fictional association's workspace, with a clock that the test moves."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from saisine.casework import association, deposits
from saisine.casework.session import Session, create_workspace, open_session
from saisine.errors import SaisineError
from saisine.law.inputs import Association
from tests.messages.x_lines import body

START = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
ASSOCIATION = Association(
    declared_on=date(2015, 3, 2),
    object_tags=frozenset({"racisme"}),
    object_fr="combattre le racisme",
    name="Les Voix du Verger",
)


@dataclass
class Clock:
    """The time of a test, moved by hand."""

    at: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@cache
def _empty() -> Path:
    """One empty workspace per test process: making one takes a second, copying it a few milliseconds."""
    folder = Path(tempfile.mkdtemp(prefix="saisine-tests-")) / "espace"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    make(folder)
    return folder


def make(folder: Path) -> None:
    """A new workspace of the fictional association, with its own vault and ids."""
    clock = Clock()
    create_workspace(folder, name=ASSOCIATION.name, clock=clock)
    with open_session(folder, clock=clock) as session:
        association.save_association(session, ASSOCIATION, email="contact@verger.invalid")


@contextmanager
def opened(folder: Path, clock: Clock | None = None) -> Iterator[Session]:
    """The workspace of `folder`; a copy of the empty one at the first call."""
    clock = clock or Clock()
    if not (folder / "workspace.json").exists():
        shutil.copytree(_empty(), folder)
    with open_session(folder, clock=clock) as session:
        yield session


def write_files(folder: Path, *, posts: int = 30) -> Path:
    """A small deposit: X lines, one picture with a day in its name, one PDF-like document."""
    folder.mkdir(parents=True)
    (folder / "posts.jsonl").write_bytes(body(posts))
    Image.new("RGB", (40, 60), (200, 210, 220)).save(folder / "Screenshot_20260314-143205.png")
    (folder / "accuse.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    return folder


def take(session: Session, folder: Path) -> None:
    """Deposit a folder the way the command line does."""
    deposits.deposit_paths(session, [folder])


def silent(done: int, total: int | None, what: str) -> None:
    """Progress that nobody looks at."""


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(SaisineError) as told:
        yield
    assert told.value.code == code
