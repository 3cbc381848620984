"""A real Saisine on a free loopback port, and a real Chromium, for the tests that walk the pages."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",  # the tests may run as root; Chromium refuses its sandbox there
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAGS = ["RGAAv4", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
START_WITHIN_S = 120  # on a machine that many share
JOB_WITHIN_MS = 90_000
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

# Tuesday 21 April 2026, 10:00 in Paris: 38 days after the example's wave, as product.md sets the scene
OFFSET = datetime(2026, 4, 21, 8, 0, tzinfo=UTC) - datetime.now(UTC)


def clock() -> datetime:
    """The time of the tests, of their server and of its worker."""
    return datetime.now(UTC) + OFFSET


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A server and its worker over one workspace; `kill` is kill -9, `start` begins again."""

    workspace: Path
    port: int
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "saisine.web",
            "--workspace",
            str(self.workspace),
            "--port",
            str(self.port),
        ]
        moved = Path(__file__).parent / "moved_clock"
        paths = [str(moved), os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "SAISINE_TEST_OFFSET_S": str(OFFSET.total_seconds()),
        }
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + START_WITHIN_S
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text("utf-8", "replace")[-3000:]
            try:
                opener.open(f"{self.url}/quitter/", timeout=5).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        raise AssertionError(
            f"no answer in {START_WITHIN_S} s: " + self.log.read_text("utf-8", "replace")[-3000:]
        )

    def stop(self, how: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30)

    def kill(self) -> None:
        """kill -9 of the server and of its worker, at the same moment."""
        assert self.process is not None
        workers = self.children()
        self.stop(signal.SIGKILL)
        for pid in workers:
            with suppress(ProcessLookupError):  # it had already followed its parent
                os.kill(pid, signal.SIGKILL)

    def children(self) -> list[int]:
        """The processes that the server's threads started (Linux)."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for path in listed for child in path.read_text().split()]


@contextmanager
def running(workspace: Path, log: Path) -> Iterator[Running]:
    server = Running(workspace, free_port(), log)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def watch_requests(context: BrowserContext, into: list[str]) -> None:
    context.on("request", lambda request: into.append(request.url))


def axe_results(page: Page, *, colours_alone: bool = False) -> dict[str, Any]:
    """What axe finds wrong on the page, and what it leaves to a person (« incomplete »).

    `target-size` is switched on by name since it is off by default. Only what is read is sent back. `colours_alone`
    asks the rules that look at colours, for a page already judged whole in another scheme.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    whole = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    asked = {"runOnly": {"type": "rule", "values": COLOUR_RULES}} if colours_alone else whole
    found: dict[str, Any] = page.evaluate(_JUDGE, asked)
    return found


# a page that never lets axe end would hold the tests for ever: an evaluation has no time limit of its own
_JUDGE = """async asked => {
  const late = new Promise((_, no) => setTimeout(() => no(new Error("axe did not end in 120 s")), 120000))
  const judged = axe.run({...asked, resultTypes: ["violations", "incomplete"]})
  const found = await Promise.race([judged, late])
  const brief = list => list.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target} ${(node.failureSummary || "").slice(0, 300)}`))
  return {violations: brief(found.violations), incomplete: brief(found.incomplete)}
}"""


def axe_faults(page: Page) -> list[str]:
    return list(axe_results(page)["violations"])


def cpu_s(root: int) -> float:
    """Processor seconds of a process and of all that it started and still has or has waited for (Linux)."""
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        with suppress(OSError):  # it ended between two looks: its parent counts it
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / CLOCK_TICKS
            waiting += [
                int(child)
                for path in Path(f"/proc/{pid}/task").glob("*/children")
                for child in path.read_text().split()
            ]
    return total
