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
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
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
START_WITHIN_S = 60
JOB_WITHIN_MS = 90_000


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
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ.copy())
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


def axe_faults(page: Page) -> list[str]:
    """What axe finds wrong on the page, `target-size` switched on by name since it is off by default."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for fault in found
        for node in fault["nodes"]
    ]
