"""Every list page and the search over a big workspace, asked by ten people at once on this computer.

The workspace holds 1,000,000 messages, 2,000 incidents and 10,000 notices, made once in the folder given (or in a
temporary one). Bars: 95 % of the answers of each list page within 200 ms, of the search within 1.5 s, none refused,
memory of the server flat over the run. `pages.py [--minutes 10] [--folder DIR] [--messages 1000000]`.
"""

import argparse
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from saisine.messages.ledger import Ledger

if TYPE_CHECKING:
    from saisine.casework.session import Session

USERS = 10
LIST_S, SEARCH_S = 0.2, 1.5
INCIDENTS, NOTICES = 2_000, 10_000
LISTS = (
    "/",
    "/tri/",
    "/tri/others/",
    "/incidents/",
    "/signalements/",
    "/echeances/",
    "/journal/",
    "/coffre/depots/",
)
WORDS = ("réunion", "liberté", "quartier", "débat", "introuvable")
PLATFORMS = ("instagram", "x", "tiktok", "youtube", "facebook")
TODAY = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)


# ------------------------------------------------------------------ the workspace


def make(folder: Path, messages: int) -> None:
    """Messages stored as an import stores them; incidents with facts and acts; notices sent, most of them answered."""
    from saisine.casework.session import create_workspace, open_session

    create_workspace(folder, name="Les Voix du Verger", clock=lambda: TODAY)
    with open_session(folder, clock=lambda: TODAY) as session:
        from saisine.casework import deadline_rows, surveys  # late: Django is ready from here on

        _store(session, messages)
        _incidents(session)
        _notices(session)
        begun_rows = time.process_time()
        n = deadline_rows.refresh(session)
        print(
            f"deadlines of {n:,} incidents computed in {time.process_time() - begun_rows:.0f} s of CPU, once"
        )
        begun = time.perf_counter()
        surveys.current(session)
        print(f"{messages:,} messages sorted in {time.perf_counter() - begun:.0f} s, once for all pages")


def _store(session: "Session", count: int) -> None:
    from saisine.casework.models import Deposit
    from saisine.messages.corpus_files import CorpusWriter
    from search import batches

    unit = session.vault.new_unit()
    writer = CorpusWriter(session.corpora.folder, "one", unit, session.vault.part_keys, now=TODAY)
    for batch in batches(count, seed=7):
        writer.add(batch)
    writer.finish(Ledger(), [])
    writer.publish()
    Deposit.objects.create(
        state=Deposit.SEALED, created_at=TODAY, sealed_at=TODAY, unit=unit, corpora=["one"], is_asked=True
    )


def _incidents(session: "Session") -> None:
    from saisine.casework import incidents, rights

    draw = Random(3)
    for number in range(INCIDENTS):
        one = incidents.open_incident(session, f"Vague {number + 1}")
        rights.add_act(session, one, "publication", date(2026, 4, 20) - timedelta(days=draw.randrange(80)))
        facts = {
            "is_public": "true",
            "target_person": "true",
            "outrageous_expression": draw.choice(["true", "unknown"]),
        }
        rights.record(session, one, facts)


def _notices(session: "Session") -> None:
    from saisine.casework.models import Incident, NoticeEventRow, NoticeRow

    draw = Random(4)
    everyone = list(Incident.objects.order_by("number"))
    rows = [
        NoticeRow(
            incident=everyone[number % len(everyone)],
            number=number + 1,
            platform=draw.choice(PLATFORMS),
            offences=["injure_publique"],
            notifier_name="Les Voix du Verger",
            notifier_email="contact@verger.invalid",
            created_at=TODAY - timedelta(days=draw.randrange(1, 60)),
        )
        for number in range(NOTICES)
    ]
    NoticeRow.objects.bulk_create(rows, batch_size=500)
    events = []
    for row in rows:
        sent = row.created_at + timedelta(hours=1)
        events.append(NoticeEventRow(notice=row, kind="sent", at=sent, noted_at=sent, by=session.actor))
        if draw.random() < 0.5:
            later = sent + timedelta(hours=5)
            events.append(
                NoticeEventRow(notice=row, kind="acknowledged", at=later, noted_at=later, by=session.actor)
            )
    NoticeEventRow.objects.bulk_create(events, batch_size=500)


# ------------------------------------------------------------------ the people


@dataclass
class Heard:
    """Seconds per page, and answers that were none; shared by the threads."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, seconds: float, status: int) -> None:
        with self.lock:
            self.seconds[page].append(seconds)
            if status != 200:
                self.refused.append(f"{page}: {status}")


def ask(port: int, page: str, words: str | None, cookie: str, token: str) -> tuple[float, int]:
    """One page, read to its end, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": cookie, "Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}"}
    begun = time.perf_counter()
    if words is None:
        connection.request("GET", page, headers=headers)
    else:
        body = urlencode({"csrfmiddlewaretoken": token, "words": words})
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", page, body=body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return time.perf_counter() - begun, answer.status


def pass_key(port: int) -> tuple[str, str]:
    """(cookie, token) of a form, as a browser holds them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/recherche/")
    answer = connection.getresponse()
    cookies = "; ".join(one.split(";")[0] for one in answer.headers.get_all("Set-Cookie") or [])
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read())
    return cookies, found.group(1).decode() if found else ""


def person(port: int, seed: int, until: float, heard: Heard) -> None:
    """Goes from page to page, looks for a word one time in ten, and reads for a moment between two pages."""
    draw = Random(seed)
    cookie, token = pass_key(port)
    while time.monotonic() < until:
        if draw.random() < 0.1:
            page, words = "/recherche/", draw.choice(WORDS)
        else:
            page, words = draw.choice(LISTS), None
        heard.note("search" if words else page, *ask(port, page, words, cookie, token))
        time.sleep(draw.uniform(0.5, 1.5))


# ------------------------------------------------------------------ the run


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes(pid: int) -> list[int]:
    """The server and whatever it started."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [
        pid,
        *(one for path in listed for child in path.read_text().split() for one in processes(int(child))),
    ]


def resident_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


def spent_s(pid: int) -> float:
    """CPU seconds of a process since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_s() -> float:
    """CPU seconds of the whole machine, all cores together."""
    fields = [int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


# 20 ms of bare CPU, four times a second: how long the same work takes here says what the neighbours of the run cost it.
YARDSTICK = """
import sys, threading, time
threading.Thread(target=lambda: (sys.stdin.read(), done.append(1)), daemon=True).start()
done, took = [], []
while not done:
    begun, until = time.perf_counter(), time.thread_time() + 0.02
    while time.thread_time() < until:
        pass
    took.append(time.perf_counter() - begun)
    time.sleep(0.25)
took.sort()
print(f"p50 {took[len(took) // 2] * 1000:.0f} ms, p95 {took[len(took) * 95 // 100] * 1000:.0f} ms")
"""


@dataclass
class Watched:
    """Memory of all processes of the server (MB), one line of `samples` every five seconds; `begun` when it began."""

    server: int
    begun: float = field(default_factory=time.monotonic)
    samples: list[list[float]] = field(default_factory=list)
    minutes: int = 0

    def look(self) -> None:
        self.samples.append([resident_mb(pid) for pid in processes(self.server)])
        if time.monotonic() - self.begun >= 60 * self.minutes:
            told = " + ".join(f"{one:.0f}" for one in self.samples[-1])
            load = os.getloadavg()[0]
            print(f"minute {self.minutes}: memory {told} MB, load of the machine {load:.1f}", flush=True)
            self.minutes += 1

    def tell(self) -> None:
        whole = [sum(one) for one in self.samples]
        third, end = whole[len(whole) // 3 : len(whole) // 2] or whole, whole[-max(1, len(whole) // 10) :]
        print(f"memory of all processes: start {whole[0]:.0f} MB, most {max(whole):.0f} MB, end {max(end):.0f} MB, "
              f"ratio of end to middle {max(end) / max(third):.2f} (bar 1.1)")  # fmt: skip


def run(folder: Path, minutes: float) -> None:
    port = free_port()
    command = [sys.executable, "-m", "saisine.web", "-w", str(folder), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        cookie, token = pass_key(port)
        for page in (*LISTS, "/recherche/"):  # what a process loads once is told apart
            words = WORDS[0] if page == "/recherche/" else None
            seconds, status = ask(port, page, words, cookie, token)
            print(f"first {page:18} {seconds * 1000:7.0f} ms, {status}")
        heard, watched = Heard(), Watched(server.pid)
        before, busy = spent_s(server.pid), busy_s() - spent_s(server.pid) - time.process_time()
        pipe = subprocess.PIPE
        yardstick = subprocess.Popen([sys.executable, "-c", YARDSTICK], stdin=pipe, stdout=pipe, text=True)
        until = watched.begun + minutes * 60
        people = [threading.Thread(target=person, args=(port, seed, until, heard)) for seed in range(USERS)]
        for one in people:
            one.start()
        while any(one.is_alive() for one in people):
            watched.look()
            time.sleep(5)
        watched.look()
        tell(heard)
        watched.tell()
        passed = time.monotonic() - watched.begun
        others = busy_s() - spent_s(server.pid) - time.process_time() - busy
        print(f"CPU of the server: {(spent_s(server.pid) - before) / passed:.2f} of one core; "
              f"of everything else on this machine: {others / passed:.2f} of {os.cpu_count()}")  # fmt: skip
        print(f"a bare 20 ms of CPU beside it took: {yardstick.communicate('')[0].strip()}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("the server ended at once")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server never answered")


def tell(heard: Heard) -> None:
    for page, seconds in sorted(heard.seconds.items()):
        bar = SEARCH_S if page == "search" else LIST_S
        cuts = statistics.quantiles(seconds * 2, n=100)  # twice: a page asked once has a p95 too
        p50, p95, p99 = cuts[49], cuts[94], cuts[98]
        print(f"{page:18} {len(seconds):6} answers, p50 {p50 * 1000:5.0f} ms, p95 {p95 * 1000:5.0f} ms, "
              f"p99 {p99 * 1000:5.0f} ms, p95 to the bar {p95 / bar:.2f} (bar {bar * 1000:.0f} ms)")  # fmt: skip
    asked = sum(map(len, heard.seconds.values()))
    print(
        f"{asked} pages asked, {len(heard.refused)} not answered by a page {sorted(set(heard.refused))[:5]}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--make", action="store_true", help="only make the workspace")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.folder or Path(name) / "espace"
        if not (folder / "workspace.json").exists():
            command = [
                sys.executable,
                __file__,
                "--make",
                "--folder",
                str(folder),
                "--messages",
                str(chosen.messages),
            ]
            if chosen.make:
                make(folder, chosen.messages)
                return
            subprocess.run(command, check=True)
        run(folder, chosen.minutes)


if __name__ == "__main__":
    main()
