"""The main path in a real Chromium: a folder dropped, sealed, sorted, qualified, reported, sealed again, verified.

Asserted on the way: nothing leaves loopback, no violent word reaches the page or its accessibility tree before
« Afficher », axe finds nothing on the pages crossed. Screenshots go to the folder named by SAISINE_SHOTS.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect, sync_playwright

from saisine.casework.session import create_workspace
from saisine.example import write_example
from tests.e2e.running import CHROMIUM, Running, axe_faults, launch, running, watch_requests

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

JOB_WITHIN_MS = 90_000
LOOPBACK = {"127.0.0.1", "localhost"}


@dataclass
class Walk:
    """One person's visit: the page, what was asked and answered, what axe found."""

    page: Page
    server: Running
    forbidden: list[str]
    requests: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    shots: Path | None = None
    may_show: bool = False

    def listen(self) -> None:
        watch_requests(self.page.context, self.requests)
        self.page.on("response", self._read)

    def _read(self, response: Response) -> None:
        """No answer of the server holds a word of the threats, unless one was asked for."""
        if self.may_show or "text/html" not in response.headers.get("content-type", ""):
            return
        if response.status in range(300, 400):
            return
        body = response.text()
        self.early += [f"{response.url}: {words}" for words in self.forbidden if words in body]

    def button(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def stop(self, name: str, *, shown: bool = False) -> None:
        """Look at the page as a person and a machine do: picture, axe, accessibility tree."""
        self.page.wait_for_load_state("networkidle")
        self.faults += [f"{name}: {fault}" for fault in axe_faults(self.page)]
        tree = self.page.locator("body").aria_snapshot()
        if not shown:
            self.early += [f"{name}: {words}" for words in self.forbidden if words in tree]
        if self.shots:
            self._shoot(name)

    def _shoot(self, name: str) -> None:
        assert self.shots
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for width, height, size in ((1280, 900, "desktop"), (360, 740, "phone")):
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.screenshot(path=self.shots / f"{name}-{size}-{scheme}.png")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    wave_on = (datetime.now(UTC) - timedelta(days=38)).date()
    report = write_example(tmp_path / "vague-mars", wave_on=wave_on)
    workspace = tmp_path / "espace"
    create_workspace(workspace, name="Association inventée", clock=lambda: datetime.now(UTC))
    shots = Path(os.environ["SAISINE_SHOTS"]) if "SAISINE_SHOTS" in os.environ else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with running(workspace, tmp_path / "log.txt") as server, sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}, accept_downloads=True)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        visit = Walk(context.new_page(), server, threats_of(report), shots=shots)
        visit.listen()
        yield visit
        context.close()
        browser.close()
