"""The table of roles and acts as the product says it, every address of ours, and a world to ask them in.

Cells: O yes, I in one's incidents alone, A with the consent, - no.
"""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from saisine.casework import consents, members
from saisine.casework.permissions import ROLES
from saisine.web import urls
from saisine.web.accounts.doors import DOORS, JOB, OPEN, SIGNED
from tests.web.members_world import NOBODY, Case, World, picture_token, world

# Responsable, Documentaliste, Juriste, Personne visée, Personne de confiance, Enquête, Lecture
CELLS = {
    "drop, capture, seal": "O O I I I - -",
    "see queue and summaries": "O O I I I - -",
    "show a content": "O O I I I - -",
    "keep, discard, group": "O O - I I - -",
    "create or edit incident, facts": "O O I I - - -",
    "retain a qualification": "O - I - - - -",
    "draft a notice": "O O I I - - -",
    "mark it as sent": "A A - I - - -",
    "build a dossier": "O - I I - - -",
    "seal and export it": "A - - I - - -",
    "publish": "A - - - - - -",
    "interviews, masks, coding": "- - - - - O -",
    "counts, scorecards": "O O O O - O O",
    "journal": "O own own incidents own own -",
    "erase": "O - - - - - -",
    "ask for one's own data": "O - - I - - -",
    "members, retention, keys": "O - - - - - -",
    # what its page does not name: reading an incident, noting a consent, notices, the vault
    "read an incident": "O O I I I - -",
    "note a consent": "O - - I - - -",
    "read notices and deadlines": "O O I I I - counts",
    "read the vault": "O O - - - - -",
}
ACTS = {
    "deposit": "drop, capture, seal",
    "queue": "see queue and summaries",
    "show": "show a content",
    "sort": "keep, discard, group",
    "incident_edit": "create or edit incident, facts",
    "qualify": "retain a qualification",
    "notice_draft": "draft a notice",
    "notice_send": "mark it as sent",
    "dossier_build": "build a dossier",
    "dossier_export": "seal and export it",
    "publish": "publish",
    "interviews": "interviews, masks, coding",
    "counts": "counts, scorecards",
    "journal": "journal",
    "erase": "erase",
    "erase_ask": "ask for one's own data",
    "members": "members, retention, keys",
    "keys": "members, retention, keys",
    "incident_read": "read an incident",
    "consent": "note a consent",
    "notice_read": "read notices and deadlines",
    "vault_read": "read the vault",
}
# how an address begins -> the field of `Case` that stands there
BEGINNINGS = (
    ("incidents/%(id)s/", "incident"),
    ("signalements/%(id)s/", "notice"),
    ("dossiers/%(id)s/", "dossier"),
    ("documenter/%(id)s/", "deposit"),
    ("travaux/%(id)s/", "job"),
    ("pieces/%(item)s/", "item"),
    ("coffre/images/%(item)s/", "item"),
    ("avocat/liens/%(id)s/", "link"),
)
METHODS = ("get", "post")
# make test asks a third of the addresses of each role, another third for the next one; make test-all asks all
SHARES = [pytest.param(6, id="a sixth"), pytest.param(1, id="all", marks=pytest.mark.slow)]
ROLE_LIST = list(ROLES)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One workspace for the whole table: each request is refused, or sent empty and so changes nothing."""
    with world(tmp_path_factory.mktemp("team") / "espace") as found:
        yield found


@pytest.fixture
def alone(team: World) -> Iterator[World]:
    """The same, for a test that changes consents and what a trusted person may open: put back afterwards."""
    yield team
    incident = team.incident(team.mine)
    for act in ("notifier_plateforme", "agir_en_justice", members.SHARING):
        consents.set_consent(team.session, incident, act, "given")
    members.join(team.session, incident, team.member("personne_confiance"), may_show=False)


@pytest.fixture(scope="module")
def browsers(team: World) -> dict[str, Client]:
    return {role: team.client(role) for role in (*ROLE_LIST, NOBODY)}


def names() -> list[str]:
    return sorted(name for name in get_resolver(urls).reverse_dict if isinstance(name, str))


def pattern(name: str) -> tuple[str, list[str]]:
    """The address with its holes, and their names."""
    path, groups = get_resolver(urls).reverse_dict[name][0][0]
    return str(path), list(groups)


def field_of(name: str) -> str:
    """Which thing of an incident this address names; empty for the others."""
    path = pattern(name)[0]
    return next((field for start, field in BEGINNINGS if path.startswith(start)), "")


def of_a_case() -> list[str]:
    return [name for name in names() if field_of(name)]


def address(name: str, case: Case) -> str:
    """The address of this name for this incident; random ids that exist nowhere for the rest."""
    groups = pattern(name)[1]
    if name == "capture_picture":
        return reverse(name, args=[picture_token(case)])
    if name == "dossier_file":
        return reverse(name, args=[case.dossier, "pdf"])
    if name == "triage_band":
        return reverse(name, args=["others"])
    values = ["0" * 32 for _ in groups]
    if field_of(name):
        values[0] = getattr(case, field_of(name))
    return reverse(name, args=values)


def some(found: list[str], share: int, start: int) -> list[str]:
    """Every `share`-th address, from another one for each role: each stands in the turn of two roles at least."""
    return found[start % share :: share]


def ask(client: Client, method: str, path: str) -> HttpResponse:
    return getattr(client, method)(path)


def cell(act: str, role: str) -> str:
    return CELLS[ACTS[act]].split()[ROLE_LIST.index(role)]


def is_open(name: str, method: str, role: str, job_act: str = "dossier_build") -> bool:
    """What the table says of this address, for an incident of which the member is one; jobs: that of `Case.job`."""
    door = DOORS[name]
    act = door.act(method.upper())
    if act == JOB:
        act = job_act
    if act in (OPEN, SIGNED):
        return True
    found = cell(act, role)
    if found == "counts":
        return door.has_counts and method == "get"
    return found != "-" and not (found == "I" and door.is_whole)
