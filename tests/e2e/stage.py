"""The pages over several workspaces in turn, in this process: each page is seen empty, filled, full and refused.

A server that is started for each state would cost more than what it shows. Here waitress runs in a thread and
`show` puts another workspace behind it. What needs Django's models runs in a thread of its own, since
Playwright's loop runs in the test's, where Django refuses its database.
"""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from waitress.server import create_server

from saisine.casework import (
    captures,
    consents,
    everything,
    exhibits,
    incidents,
    jobs,
    journal,
    masks,
    planned_erasures,
    rights,
    triage,
    vault_jobs,
)
from saisine.casework.association import save_association
from saisine.casework.deposits import deposit_paths
from saisine.casework.models import Capture, Deposit, DossierRow, Incident, Job
from saisine.casework.session import Session, create_workspace, open_session
from saisine.example import ASSOCIATION
from saisine.messages.corpus import Query
from saisine.web import clock, current
from tests.e2e.running import free_port
from tests.messages.x_lines import body

T = TypeVar("T")
Clock = Callable[[], datetime]

THREAT = {
    "is_public": "true", "target_person": "true", "threat_offence": "true", "threat_attempt_punishable": "true",
    "threat_death": "true", "threat_written_or_repeated": "true",
}  # fmt: skip
INSULT = {"target_legal_person": "true", "outrageous_expression": "true", "several_authors": "true"}
MANY, DOZENS = 10_000, 40
HOST = "127.0.0.1"
LINK = "https://www.instagram.com/p/Cexemple/"


@dataclass
class Stage:
    """`show("normal")` puts that workspace behind the pages; `ids` names what its addresses need."""

    folder: Path
    clock: Clock
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)  # the pages looked at, by what they hold
    _open: Session | None = None

    def __enter__(self) -> Self:
        self._backstage = ThreadPoolExecutor(1)
        self._before = clock.now
        clock.now = self.clock
        self.port = free_port()
        self.server = create_server(
            _of_what_is_shown(get_wsgi_application()), host=HOST, port=self.port, threads=2
        )
        threading.Thread(target=self.server.run, name="stage", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as after:
            after.callback(self._backstage.shutdown)
            after.callback(self.run, self._close)
            self.server.close()
            clock.now = self._before

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def run(self, work: Callable[[], T]) -> T:
        """In the thread that may ask the database."""
        return self._backstage.submit(work).result()

    def build(self, name: str, fill: Callable[[Session], dict[str, str]]) -> None:
        """A workspace of that name, and what `fill` puts in it; `fill` returns what its addresses need."""

        def make() -> None:
            self._close()
            create_workspace(self.folder / name, name=ASSOCIATION.name, clock=self.clock)
            self._use(name)
            assert self._open is not None
            self.ids[name] = fill(self._open)

        self.run(make)

    def show(self, name: str) -> None:
        self.run(lambda: self._use(name))

    @contextmanager
    def busy_with(self, begin: Callable[[Session], None] | None) -> Iterator[None]:
        """While it lasts, work seems to run: no worker is there to end it."""
        if begin is not None:
            self.run(lambda: begin(current.whole()))
        yield
        if begin is not None:
            self.run(lambda: Job.objects.filter(state=Job.RUNNING).delete())

    def _use(self, name: str) -> None:
        self._close()
        self._open = open_session(self.folder / name, clock=self.clock)
        current.use(self._open)

    def _close(self) -> None:
        current.use(None)
        if self._open is not None:
            self._open.close()
            self._open = None


def _of_what_is_shown(application: WSGIHandler) -> Callable[..., Any]:
    """Each thread of the server keeps its connection for minutes: it would go on reading the workspace before."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        connections.close_all()
        return application(environ, start)

    return answer


# ------------------------------------------------------------------ what a workspace may hold


def nothing(_session: Session) -> dict[str, str]:
    return {}


def example(files: Path) -> Callable[[Session], dict[str, str]]:
    """The invented example, taken as far as a dossier: every page has something to show."""

    def fill(session: Session) -> dict[str, str]:
        save_association(session, ASSOCIATION, email="contact@example.org")
        deposit_paths(session, [files])
        _sort(session)
        incident = _incident(session)
        client = Client(HTTP_HOST=HOST)
        notice = _notice(session, incident, client, files)
        dossier = _dossier(session, incident, client)
        client.post("/coffre/sauvegardes/")
        client.post("/coffre/verifier/")
        jobs.run_waiting(session)
        screenshot = Capture.objects.filter(kind="screenshot").order_by("number").last()
        deposit = Deposit.objects.get(state=Deposit.SEALED)
        assert screenshot is not None
        return {
            "deposit": deposit.id,
            "unit": deposit.unit,
            "waiting": _waiting(client),
            "incident": incident.id,
            "masked": _masked(session, incident),
            "notice": notice,
            "draft": _draft(incident, client),
            "dossier": dossier,
            "new_dossier": client.post(f"/incidents/{incident.id}/dossier/")
            .headers["Location"]
            .split("/")[2],
            "band": next(band.id for band in triage.bands(session) if band.kind == "wave"),
            "wave": _first(client, "/vagues/", r"/vagues/([^/\"]+)/\""),
            "capture": screenshot.id,
            "item": screenshot.item,
            "backup": next((session.workspace.folder / "backups").iterdir()).name,
        }

    return fill


def many(files: Path) -> Callable[[Session], dict[str, str]]:
    """The same after months of work: ten thousand messages more, incidents and notices by the dozen."""

    def fill(session: Session) -> dict[str, str]:
        ids = example(files)(session)
        lines = session.workspace.folder / "scratch" / "mille.jsonl"
        lines.write_bytes(body(MANY))
        deposit_paths(session, [lines])
        client = Client(HTTP_HOST=HOST)
        refs = [str(message.ref) for message in session.corpora.search(Query(), limit=3).items]
        for number in range(DOZENS):
            made = incidents.open_incident(
                session, f"Affaire {number}, au titre assez long pour aller à la ligne"
            )
            exhibits.add_messages(session, made, refs)
            _qualify(session, made)
            consents.set_consent(session, made, "notifier_plateforme", "given")
            _draft(made, client)
        for _ in range(300):
            journal.note(session, "capture_opened", subject=ids["capture"])
        return ids

    return fill


def at_work(session: Session) -> None:
    """Each kind of long work, half done, on what the example holds."""
    deposit = Deposit.objects.get(state=Deposit.SEALED)
    dossier = DossierRow.objects.filter(built_at__isnull=False).first()
    assert dossier is not None
    now = session.now()
    for kind, subject in (
        ("deposit", deposit.id), ("dossier", dossier.id), ("verify", vault_jobs.VERIFY),
        ("stamp", vault_jobs.STAMP), ("backup", vault_jobs.BACKUP), ("everything", everything.JOB),
        ("erase", planned_erasures.JOB), ("findings", "tri"), ("findings", "vagues"), ("learn", "apprentissage"),
    ):  # fmt: skip
        Job.objects.create(
            kind=kind, subject=subject, state=Job.RUNNING, done=5, total=9, created_at=now, changed_at=now
        )


def _first(client: Client, path: str, link: str) -> str:
    found = re.search(link, client.get(path).content.decode())
    assert found is not None, f"{path} shows nothing of {link}"
    return found[1]


def _sort(session: Session) -> None:
    wave = next(band.id for band in triage.bands(session) if band.kind == "wave")
    for band, many in (("urgent", 2), (wave, 3)):
        for card in triage.cards(session, band).items[:many]:
            triage.decide(session, band, card.ref, "keep")
    for capture in Capture.objects.filter(kind="screenshot").order_by("number")[:2]:
        captures.save(
            session, capture, shown_on=date(2026, 3, 14), confirmed=True, url=LINK, platform="instagram"
        )


def _incident(session: Session) -> Incident:
    made = incidents.open_incident(session, "Vague du 14 mars 2026", from_triage=True)
    _qualify(session, made)
    for act in consents.ACTS:
        consents.set_consent(session, made, act, "given")
    incidents.add_person(session, made, "visee")
    return made


def _qualify(session: Session, incident: Incident) -> None:
    """Facts are told and the threat is kept: a notice may be written."""
    rights.record(session, incident, {**THREAT, **INSULT})
    offence = next(item.id for item in rights.assessment(session, incident).main if "menace" in item.id)
    rights.decide(session, incident, offence, "retenir")


def _masked(session: Session, incident: Incident) -> str:
    """The number of an exhibit that is a picture, with one box on it."""
    item = Capture.objects.filter(kind="screenshot").order_by("number").last().item  # type: ignore[union-attr]
    row = incident.exhibits.filter(item=item).first() or exhibits.add_item(session, incident, item)
    masks.put(session, row, 1000, 1000, 3000, 500, hides="name")
    return str(row.number)


def _draft(incident: Incident, client: Client) -> str:
    row = incident.exhibits.order_by("number").first()
    assert row is not None
    answer = client.post(f"/incidents/{incident.id}/signalement/", {"exhibit": row.id, "url": LINK})
    return answer.headers["Location"].split("/")[2]


def _notice(session: Session, incident: Incident, client: Client, files: Path) -> str:
    id = _draft(incident, client)
    assert client.post(f"/signalements/{id}/envoye/", {"reference": "A-1"}).status_code == 302
    letter = (files / "accuse-de-reception.pdf").read_bytes()
    answer = client.post(f"/signalements/{id}/accuse/", {"files": SimpleUploadedFile("accuse.pdf", letter)})
    assert answer.status_code == 302
    return id


def _dossier(session: Session, incident: Incident, client: Client) -> str:
    address = client.post(f"/incidents/{incident.id}/dossier/").headers["Location"]
    sent = {"recipient": "avocat", "mask_third_parties": "yes"}
    assert client.post(f"{address}sceller/", sent).status_code == 302
    jobs.run_waiting(session)
    return DossierRow.objects.get(incident=incident, built_at__isnull=False).id


def _waiting(client: Client) -> str:
    answer = client.post("/documenter/", {"files": SimpleUploadedFile("note.txt", b"une note")})
    return answer.headers["Location"].split("/")[2]
