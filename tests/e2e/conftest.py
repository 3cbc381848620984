"""The invented example, a workspace, and a visit in Chromium behind a listened wire."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from saisine.casework.association import save_association
from saisine.casework.session import create_workspace, open_session
from saisine.example import ASSOCIATION, ExampleReport, write_example
from tests.e2e.running import Running, launch, running
from tests.e2e.walking import Walk
from tests.e2e.wire import Wire, needles


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session", autouse=True)
def _real_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Each workspace has its own SQLite file; pytest-django's lock on its own test database is lifted."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> ExampleReport:
    """The invented wave, 38 days ago: its three-month clocks still run."""
    wave_on = (datetime.now(UTC) - timedelta(days=38)).date()
    return write_example(tmp_path_factory.mktemp("export") / "vague-mars", wave_on=wave_on)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "espace"
    create_workspace(folder, name=ASSOCIATION.name, clock=clock)
    with open_session(folder, clock=clock) as session:
        save_association(session, ASSOCIATION, email="contact@example.org")
    return folder


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
def walk(server: Running, chromium: Browser, report: ExampleReport) -> Iterator[Walk]:
    """A visit with JavaScript, as most people make it."""
    yield from _visit(server, chromium, report, with_script=True)


@pytest.fixture
def walk_without_script(server: Running, chromium: Browser, report: ExampleReport) -> Iterator[Walk]:
    yield from _visit(server, chromium, report, with_script=False)


def _visit(server: Running, browser: Browser, report: ExampleReport, *, with_script: bool) -> Iterator[Walk]:
    shots = Path(os.environ["SAISINE_SHOTS"]) if "SAISINE_SHOTS" in os.environ else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        locale="fr-FR",
        viewport={"width": 1280, "height": 900},
        accept_downloads=True,
        java_script_enabled=with_script,
    )
    wire = Wire(server.port, needles(list(report.threats)))
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=wire.url)
    visit = Walk(context.new_page(), server, wire, list(report.threats), shots=shots, has_script=with_script)
    visit.listen()
    yield visit
    context.close()
    wire.close()
