"""One association with a member for each role, two incidents, and everything that an address may name.

Every « I » member belongs to the first incident, and to it alone. Built once for a test process, then copied.
"""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.core import signing
from django.test import Client, override_settings
from PIL import Image

from saisine.casework import (
    consents,
    deposits,
    dossiers,
    exhibits,
    incidents,
    lawyer_links,
    members,
    notices,
    rights,
)
from saisine.casework.models import Capture, Deposit, Incident, Job, Member
from saisine.casework.permissions import ROLES
from saisine.casework.session import Session
from saisine.messages.corpus import Query
from saisine.web import current
from saisine.web.accounts import accounts
from saisine.web.accounts.models import Account
from saisine.web.wsgi import prepare_accounts
from tests.casework.world import Clock, opened
from tests.messages.x_lines import post
from tests.web.test_notices import THREAT

PASSWORD = "quatre mots bien choisis"
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a real one, made to be quick: tests alone
LEAD, NOBODY = "responsable", "nobody"
HOST = "127.0.0.1"


@dataclass
class Case:
    """One incident and what belongs to it, by the names that addresses use."""

    incident: str
    deposit: str
    notice: str
    dossier: str
    item: str
    capture: str
    job: str
    token: str
    link: str
    exhibit: str
    texts: tuple[str, ...]
    title: str


@dataclass
class World:
    session: Session
    clock: Clock
    mine: Case
    other: Case
    ids: dict[str, str] = field(default_factory=dict)  # role -> member

    def account(self, role: str) -> Account:
        return Account.objects.get(member_id=self.ids[role])

    def client(self, role: str = NOBODY) -> Client:
        """A browser signed in as the member of that role, or as nobody."""
        found = Client(HTTP_HOST=HOST)
        if role != NOBODY:
            found.force_login(self.account(role))
        return found

    def member(self, role: str) -> Member:
        return Member.objects.get(id=self.ids[role])

    def incident(self, case: Case) -> Incident:
        return Incident.objects.get(id=case.incident)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The association in a folder of the test's own, open behind the pages."""
    shutil.copytree(_base(), folder)
    clock = Clock()
    with override_settings(PASSWORD_HASHERS=HASHERS), opened(folder, clock) as session:
        current.use(session)
        try:
            facts = json.loads((folder / "world.json").read_text())
            yield World(session, clock, Case(**facts["mine"]), Case(**facts["other"]), facts["ids"])
        finally:
            current.use(None)


@cache
def _base() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="saisine-tests-")) / "espace"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    with override_settings(PASSWORD_HASHERS=HASHERS), opened(folder) as session:
        prepare_accounts()
        facts = {
            "mine": vars(_case(session, "Vague du verger", 0)),
            "other": vars(_case(session, "Vague du potager", 500)),
            "ids": _members(session),
        }
    (folder / "world.json").write_text(json.dumps(facts))
    return folder


def _members(session: Session) -> dict[str, str]:
    first = Incident.objects.get(number=1)
    ids = {}
    for role in ROLES:
        if role == LEAD:
            account = accounts.make_first(session, "Claire", "claire", PASSWORD)
        else:
            invited = members.invite(session, role.capitalize(), [role], [first])
            account = accounts.accept(session, invited.row, role.capitalize(), role, PASSWORD)
        ids[role] = account.member_id
        if role in (LEAD, "personne_visee"):
            secret = "JBSWY3DPEHPK3PXP"
            Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": secret})
    return ids


def _case(session: Session, title: str, start: int) -> Case:
    deposit = _deposit(session, start)
    incident = incidents.open_incident(session, title)
    members.give_deposit(session, deposit, incident)
    corpus = deposit.corpora[0]
    texts = [
        one for one in session.corpora.search(Query(), limit=100).items if str(one.ref).startswith(corpus)
    ]
    exhibits.add_messages(session, incident, [str(one.ref) for one in texts[:2]])
    picture = Capture.objects.get(deposit=deposit)
    exhibits.add_item(session, incident, picture.item)
    rights.record(session, incident, THREAT)
    offence = next(item.id for item in rights.assessment(session, incident).main if "menace" in item.id)
    rights.decide(session, incident, offence, "retenir")
    for act in ("notifier_plateforme", "agir_en_justice", "partager_accompagnante"):
        consents.set_consent(session, incident, act, "given")
    first = incident.exhibits.order_by("number").first()
    assert first is not None
    notice = notices.draft(session, incident, exhibit=first)
    dossier = dossiers.new(session, incident)
    if not start:  # one is enough: a PDF takes a second
        dossiers.build_now(session, dossier, recipient="avocat")
    made = lawyer_links.make(session, incident, "Maître Inventée")
    job = Job.objects.create(
        kind="dossier", subject=dossier.id, state=Job.DONE, created_at=session.now(), changed_at=session.now()
    )
    return Case(
        incident=incident.id,
        deposit=deposit.id,
        notice=notice.id,
        dossier=dossier.id,
        item=picture.item,
        capture=picture.id,
        job=job.id,
        token=made.token,
        link=made.row.id,
        exhibit=first.id,
        texts=tuple(one.text for one in texts),
        title=title,
    )


def _deposit(session: Session, start: int) -> Deposit:
    folder = Path(tempfile.mkdtemp(prefix="saisine-files-"))
    lines = [json.dumps(post(number)) for number in range(start, start + 8)]
    (folder / "posts.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    Image.new("RGB", (40, 60), (start % 255, 10, 20)).save(folder / f"Capture_20260314-{start:06d}.png")
    deposits.deposit_paths(session, [folder])
    shutil.rmtree(folder)
    found = Deposit.objects.order_by("-created_at", "-id").exclude(corpora=[]).filter(incident=None).first()
    assert found is not None
    return found


def picture_token(case: Case) -> str:
    return signing.dumps(case.capture, salt="saisine.picture")
