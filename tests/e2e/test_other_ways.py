"""The same path when things go otherwise: killed half-way, without JavaScript, left in a hurry.

Starting a server, its worker and a browser costs more than what most of these tests do: they share one of each, and
the one that kills takes its own server.
"""

import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from saisine.casework.session import open_session
from saisine.casework.triage import bands
from saisine.example import ExampleReport
from saisine.vault.verify import verify_vault
from saisine.web import words
from tests.e2e.conftest import WAVE_ON, Visits, visits
from tests.e2e.running import CHROMIUM, JOB_WITHIN_MS, Running, clock, launch, running
from tests.e2e.walking import Walk, sealed_sentence

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("one server"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]


PHRASE = "verger brouillard sept tambours"


@pytest.fixture(scope="module")
def chromium(new_workspace: Path, report: ExampleReport) -> Iterator[Browser]:
    """One for all; what it names is made before, since Playwright's loop keeps Django from its database."""
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def shared_server(new_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("partage")
    with running(Path(shutil.copytree(new_workspace, folder / "espace")), folder / "log.txt") as started:
        yield started


@pytest.fixture
def shared_visit(shared_server: Running, chromium: Browser, report: ExampleReport) -> Iterator[Visits]:
    with visits(shared_server, chromium, report) as begin:
        yield begin


def until(holds: Callable[[], bool], within_s: float = 60) -> None:
    """Wait for another process to get somewhere; the test fails when it never does."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def job_rows(server: Running, columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{server.workspace}/saisine.sqlite3?mode=ro", uri=True)) as base:
        return base.execute(f"SELECT {columns} FROM casework_job").fetchall()


def counts_after(workspace: Path) -> list[int]:
    """How many messages and captures each band holds; the inbox is empty once they are sealed."""
    with open_session(workspace, clock=clock) as session:
        assert list(session.workspace.inbox.rglob("*.*")) == []
        return sorted(band.count for band in bands(session))


@pytest.mark.slow
def test_kill_9_before_and_during_the_sealing_loses_nothing(walk: Walk, report: ExampleReport) -> None:
    walk.page.goto(f"{walk.wire.url}/documenter/")
    walk.choose(report.folder)
    walk.server.kill()
    walk.server.start()
    walk.page.goto(f"{walk.wire.url}/documenter/")
    walk.main().get_by_role("link", name=re.compile("28 fichiers")).click()
    walk.page.get_by_role("button", name="Sceller ces fichiers").click()
    until(lambda: job_rows(walk.server, "state") == [("running",)])
    walk.server.kill()
    assert job_rows(walk.server, "state") == [("running",)], "killed while it worked"
    walk.server.start()
    # the page was never reloaded: it asks again by itself, and goes to the result
    expect(walk.page.get_by_text(sealed_sentence())).to_be_visible(timeout=JOB_WITHIN_MS)
    assert job_rows(walk.server, "state, attempts") == [("done", 2)]
    walk.server.stop()
    assert verify_vault(walk.server.workspace / "vault", now=clock()).failures() == []
    # Playwright's loop runs in this thread, where Django refuses its database: another one looks
    with ThreadPoolExecutor(1) as other:
        assert other.submit(counts_after, walk.server.workspace).result() == [2, 24, 678, 1120]


def test_a_worker_that_dies_alone_is_started_again(shared_server: Running) -> None:
    before = shared_server.children()
    assert len(before) == 1
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(shared_server.children()) == 1 and shared_server.children() != before)


@pytest.mark.slow
def test_deposit_and_sorting_need_no_javascript(shared_visit: Visits, report: ExampleReport) -> None:
    walk = shared_visit(with_script=False)
    page = walk.page
    page.goto(f"{walk.wire.url}/documenter/")
    walk.choose(report.folder)
    walk.button("Sceller ces fichiers")
    expect(page.get_by_text(sealed_sentence())).to_be_visible(timeout=JOB_WITHIN_MS)
    walk.button("Continuer")
    walk.link("Voir le tri proposé")
    walk.link("Urgent (2)")
    assert walk.wire.early == []
    walk.wire.may_show = True
    walk.button("Afficher")
    expect(page.get_by_text("Un danger semble possible.")).to_be_visible()
    walk.button("Garder")
    walk.wire.may_show = False
    expect(page.get_by_text("1 message gardé.")).to_be_visible()
    walk.button("Annuler")
    expect(page.get_by_text("1 message gardé.")).to_have_count(0)
    walk.link("Boîte de tri")
    walk.link(f"Vague du {words.say_date(WAVE_ON)}")
    walk.button("Garder tout le groupe")
    expect(page.get_by_text(re.compile(r"\d+ messages gardés\."))).to_be_visible()
    walk.button("Écarter le reste de la vague")
    expect(page.get_by_text(re.compile(r"messages écartés\."))).to_be_visible()
    assert walk.wire.early == []


def test_escape_three_times_leaves_a_blank_page(shared_visit: Visits) -> None:
    walk = shared_visit()
    page = walk.page
    page.goto(walk.wire.url)
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Tri").click()
    page.wait_for_url("**/tri/")
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page).to_have_title("Nouvel onglet")
    page.go_back()
    assert not page.url.endswith("/tri/"), "Back does not show the page that was left"
    for address in ("/tri/", "/incidents/"):
        page.goto(f"{walk.wire.url}{address}")
        expect(page).to_have_title("Nouvel onglet")
        assert page.locator("body").inner_text().strip() == ""
    page.goto(walk.wire.url)
    walk.button("Revenir")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Documenter")


def test_the_keyboard_alone_reaches_the_first_act(shared_visit: Visits) -> None:
    walk = shared_visit()
    page = walk.page
    page.goto(walk.wire.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    for _step in range(12):
        page.keyboard.press("Tab")
        if page.get_by_role("link", name=re.compile("^Documenter")).evaluate(
            "link => link === document.activeElement"
        ):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Déposer des fichiers")


def test_a_refused_copy_says_why_and_a_double_click_opens_one_incident(shared_visit: Visits) -> None:
    walk = shared_visit()
    page = walk.page
    page.goto(f"{walk.wire.url}/documenter/")
    page.evaluate("document.querySelector('form[data-deposit]').elements.csrfmiddlewaretoken.value = ''")
    page.get_by_label("Choisir des fichiers").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"note"}
    )
    expect(page.locator("[data-said]")).to_contain_text("Cette demande a été refusée.")
    page.goto(f"{walk.wire.url}/incidents/")
    page.get_by_label("Titre de l’incident").fill("Vague")
    page.get_by_role("button", name="Ouvrir l’incident").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vague")
    page.goto(f"{walk.wire.url}/incidents/")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("^Vague"))).to_have_count(1)


def test_the_passphrase_needs_no_javascript(shared_visit: Visits) -> None:
    """The last of those that share: the vault has a passphrase from here on."""
    walk = shared_visit(with_script=False)
    page = walk.page
    page.goto(f"{walk.wire.url}/coffre/phrase/")
    page.get_by_label("Nouvelle phrase de passe").fill(PHRASE)
    page.get_by_label("Encore une fois").fill(PHRASE)
    page.get_by_role("button", name="Choisir cette phrase de passe").click()
    expect(page.get_by_text("La phrase de passe est en place.")).to_be_visible(timeout=JOB_WITHIN_MS)
