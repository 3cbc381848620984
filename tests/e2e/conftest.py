"""The invented example, a workspace, and visits in Chromium behind a listened wire."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from saisine.casework.association import save_association
from saisine.casework.session import create_workspace, open_session
from saisine.example import ASSOCIATION, ExampleReport, write_example
from tests.e2e.running import Running, clock, launch, running
from tests.e2e.walking import DESKTOP, Walk
from tests.e2e.wire import Wire, needles

WAVE_ON = date(2026, 3, 14)
Visits = Callable[..., Walk]
expect.set_options(
    timeout=30_000
)  # on a machine that many share, a page may take longer than the usual five seconds


@pytest.fixture(scope="session", autouse=True)
def _real_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Each workspace has its own SQLite file; pytest-django's lock on its own test database is lifted."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> ExampleReport:
    """The invented wave, 38 days before the tests' own date: its three-month clocks still run."""
    return write_example(tmp_path_factory.mktemp("export") / "vague-mars", wave_on=WAVE_ON)


@pytest.fixture(scope="session")
def new_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace of the association, made once: a copy takes milliseconds, and needs no database."""
    folder = tmp_path_factory.mktemp("nouvel") / "espace"
    create_workspace(folder, name=ASSOCIATION.name, clock=clock)
    with open_session(folder, clock=clock) as session:
        save_association(session, ASSOCIATION, email="contact@example.org")
    return folder


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Path) -> Path:
    return Path(shutil.copytree(new_workspace, tmp_path / "espace"))


@pytest.fixture
def server(tmp_path: Path, workspace: Path) -> Iterator[Running]:
    with running(workspace, tmp_path / "log.txt") as started:
        yield started


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def visit(server: Running, chromium: Browser, report: ExampleReport) -> Iterator[Visits]:
    with visits(server, chromium, report) as begin:
        yield begin


@contextmanager
def visits(server: Running, chromium: Browser, report: ExampleReport) -> Iterator[Visits]:
    """Begin a visit: `visit()` as most people make it, or with another screen, language, means or taste.

    `context` goes to the browser (`reduced_motion`, `forced_colors`, `viewport`...).
    """
    with ExitStack() as after:

        def begin(
            *,
            with_script: bool = True,
            keyboard: bool = False,
            language: str = "fr",
            size: tuple[int, int] = DESKTOP,
            sizes: tuple[tuple[int, int], ...] | None = None,
            **context: Any,
        ) -> Walk:
            wire = Wire(server.port, needles(list(report.threats)))
            after.callback(wire.close)
            opened = chromium.new_context(
                locale="fr-FR",
                viewport={"width": size[0], "height": size[1]},
                accept_downloads=True,
                java_script_enabled=with_script,
                **context,
            )
            after.callback(opened.close)
            opened.grant_permissions(["clipboard-read", "clipboard-write"], origin=wire.url)
            walk = Walk(
                opened.new_page(),
                server,
                wire,
                list(report.threats),
                shots=_shots(),
                has_script=with_script,
                keyboard=keyboard,
                language=language,
                sizes=(size,) if sizes is None else sizes,
            )
            walk.listen()
            return walk

        yield begin


def _shots() -> Path | None:
    if "SAISINE_SHOTS" not in os.environ:
        return None
    folder = Path(os.environ["SAISINE_SHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def walk(visit: Visits) -> Walk:
    """A visit with JavaScript, as most people make it."""
    return visit()
