"""What the browser keeps, what comes back after a stop, and the bell: in Chromium, against the real server."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from saisine.casework import incidents, jobs
from saisine.casework.models import Job
from saisine.casework.session import Session, open_session
from tests.e2e.running import CHROMIUM, JOB_WITHIN_MS, clock
from tests.e2e.walking import Walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

KEPT = [
    "/hors-ligne/",
    "/static/saisine/favicon.svg",
    "/static/saisine/icons.svg",
    "/static/saisine/saisine.css",
]
LIST = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found.push(new URL(request.url).pathname);
  }
  return found.sort();
}"""


def in_a_thread(act: Callable[[Session], str], walk: Walk) -> str:
    """Django refuses its database in the thread where Playwright runs its loop."""

    def run() -> str:
        with open_session(walk.server.workspace, clock=clock) as session:
            return act(session)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def kept(page: Page) -> list[str]:
    """Every address that this browser keeps, whatever the cache."""
    found: list[str] = page.evaluate(LIST)
    return found


def test_the_browser_keeps_help_alone_and_shows_it_when_the_server_is_closed(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.wire.url}/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for path in ("/tri/", "/incidents/", "/donnees/", "/"):
        page.goto(f"{walk.wire.url}{path}")
    page.wait_for_function(f"({LIST})().then((found) => found.length === {len(KEPT)})")
    assert kept(page) == KEPT, "no page of the work, ever"
    walk.server.kill()
    page.goto(f"{walk.wire.url}/tri/", wait_until="domcontentloaded")
    expect(page.get_by_text("Saisine n’est pas ouverte sur cet ordinateur.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("3114"))).to_be_visible()
    walk.server.start()
    page.goto(f"{walk.wire.url}/")
    page.goto(f"{walk.wire.url}/quitter/")
    page.wait_for_function("caches.keys().then((names) => names.length === 0)")


def test_kill_9_in_the_middle_of_a_form_costs_one_field_at_most(walk: Walk) -> None:
    incident = in_a_thread(lambda session: str(incidents.open_incident(session, "Vague de mars").id), walk)
    page, address = walk.page, f"{walk.wire.url}/incidents/{incident}/"
    page.goto(address)
    field = page.get_by_label("En trois phrases au plus")
    with page.expect_response(
        lambda answer: "/brouillons/" in answer.url and answer.request.method == "POST"
    ):
        field.press_sequentially("Le 14 mars, des messages.")
    walk.server.kill()
    walk.server.start()
    page.goto(address)
    expect(field).to_have_value("Le 14 mars, des messages.")
    expect(page.get_by_text("Ce que vous aviez écrit sans l’envoyer est revenu.")).to_be_visible()
    page.get_by_role("button", name="Enregistrer le récit").click()
    page.wait_for_load_state()
    page.goto(address)
    expect(field).to_have_value("Le 14 mars, des messages.")
    expect(page.get_by_text("est revenu")).to_have_count(0)


def test_the_bell_says_what_ended_on_another_page(walk: Walk) -> None:
    page = walk.page
    in_a_thread(wait_for_the_worker, walk)
    job = in_a_thread(begin, walk)
    page.goto(f"{walk.wire.url}/glossaire/")
    title = page.title()
    expect(page.get_by_role("link", name=re.compile("Sauvegarde"))).to_have_count(0)
    in_a_thread(lambda session: end(session, job), walk)
    expect(page.get_by_role("link", name="Voir le résultat : Sauvegarde")).to_be_visible(
        timeout=JOB_WITHIN_MS
    )
    expect(page).to_have_title(f"(1) {title}")
    expect(page.locator("#bell")).to_have_attribute("role", "status")


def wait_for_the_worker(session: Session) -> str:
    """A worker that starts takes up what a dead one left: it must have done so before a job seems to run."""
    job = jobs.start(session, "findings", "vagues", {"again": True})
    end = time.monotonic() + JOB_WITHIN_MS / 1000
    while Job.objects.get(id=job.id).state in (Job.WAITING, Job.RUNNING):
        assert time.monotonic() < end, "no worker took the job"
        time.sleep(0.1)
    time.sleep(1.1)  # a page counts whole seconds: this one has ended before it
    return str(job.id)


def begin(session: Session) -> str:
    """A job that seems to run: no worker takes it, so that the test says when it ends."""
    now = session.now()
    return str(Job.objects.create(kind="backup", state=Job.RUNNING, created_at=now, changed_at=now).id)


def end(session: Session, job: str) -> str:
    after = session.now() + timedelta(seconds=2)  # the page counts whole seconds
    Job.objects.filter(id=job).update(state=Job.DONE, changed_at=after)
    return job
