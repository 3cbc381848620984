"""Who asks: one person alone on her computer, a member, or nobody known; and what each may do."""

from dataclasses import dataclass, field
from typing import Final

from django.http import HttpRequest

from saisine.casework import jobs, members
from saisine.casework.members import Access
from saisine.errors import SaisineError
from saisine.web import current
from saisine.web.accounts import accounts
from saisine.web.accounts.doors import DOORS, JOB, OPEN, SIGNED, Door
from saisine.web.accounts.models import Account

EVERYTHING: Final = Access("O", None)
NOTHING: Final = Access("-", frozenset())
# kind of a job -> the act of its page
JOB_ACTS: Final = {
    "deposit": "deposit",
    "dossier": "dossier_build",
    "verify": "vault_read",
    "findings": "queue",
    "order": "queue",
    "learn": "sort",
    "own": "sort",
}


@dataclass
class Visitor:
    """Made once for each request. Without any account in the workspace, `is_alone`: everything is open."""

    account: Account | None
    is_alone: bool
    held: dict[str, Access] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest) -> "Visitor":
        alone = not accounts.any_account()
        return cls(None if alone else accounts.account_of(request), alone)

    @property
    def is_known(self) -> bool:
        return self.is_alone or self.account is not None

    @property
    def is_second_factor_due(self) -> bool:
        return self.account is not None and accounts.is_second_factor_due(self.account)

    def access(self, act: str) -> Access:
        """What an act is for this visitor."""
        if self.is_alone or act == OPEN:
            return EVERYTHING
        if self.account is None:
            return NOTHING
        if act == SIGNED:
            return self._signed()
        if act == JOB:  # which job is not known here: its page looks
            return EVERYTHING
        if act not in self.held:
            self.held[act] = members.access(self.account.member, act)
        return self.held[act]

    def _signed(self) -> Access:
        """Pages of every member still show incidents and messages: those that she may read elsewhere."""
        scope = self.access("incident_read").scope
        return Access("O", scope)

    def may(self, name: str, incident: str | None = None) -> bool:
        """Whether the page of that name is open to her, in this incident when one is named: for its button."""
        door = DOORS.get(name)
        if self.is_alone:
            return door is None or not door.needs_accounts
        if door is None:
            return False
        return opens(door, self.access(door.act("POST")), incident)

    def may_read(self, name: str, incident: str | None = None) -> bool:
        """Whether the page of that name is open to her: for its link."""
        door = DOORS.get(name)
        if self.is_alone:
            return door is None or not door.needs_accounts
        return door is not None and opens(door, self.access(door.act("GET")), incident)

    def act_of(self, door: Door, method: str | None, id: str) -> str:
        """The act of a door; for a job, that of what it works on."""
        act = door.act(method)
        if act != JOB:
            return act
        try:
            job = jobs.get_job(current.whole(), id)
        except SaisineError:
            return "keys"
        return JOB_ACTS.get(job.kind, "keys")


def opens(door: Door, access: Access, incident: str | None = None) -> bool:
    """Whether this access opens this door: counts alone open a page of counts, « I » no door of everything."""
    if access.cell == "-" or (access.cell == "counts" and not door.has_counts):
        return False
    if access.scope is None or access.cell not in ("I",):
        return True
    if door.is_whole:
        return False
    return incident is None or incident in access.scope
