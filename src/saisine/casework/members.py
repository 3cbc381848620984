"""Members of an association: their roles, the incidents they belong to, invitations, and who has left.

Accounts and passwords are the pages' own; what stands here is who someone is for the work. The command line has
no account: it acts as Responsable for whoever holds the folder and its passphrase, under this computer's id.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction

from saisine.casework import consents, journal, permissions
from saisine.casework.access_models import AccessSettings, IncidentMember, Invitation
from saisine.casework.models import Deposit, Incident, Member, first_or_raise
from saisine.casework.permissions import RESPONSABLE, ROLES, TRUSTED, Cell
from saisine.casework.session import Session
from saisine.errors import SaisineError

INVITATION: Final = timedelta(hours=48)
LABEL_CHARS: Final = 80
IDLE_CHOICES: Final = (2, 5, 10, 15, 30)  # minutes; the product's page says ten
SHARING: Final = "partager_accompagnante"


@dataclass(frozen=True, slots=True)
class Access:
    """What one act is for one member: the cell, and the incidents that exist for her. None is all of them."""

    cell: Cell
    scope: frozenset[str] | None

    @property
    def is_open(self) -> bool:
        return self.cell != "-"


# ------------------------------------------------------------------ who someone is


def present(session: Session) -> list[Member]:
    """Those who have a role and have not left, in the order of their coming."""
    rows = Member.objects.filter(left_at__isnull=True).order_by("created_at", "id")
    return [row for row in rows if row.roles]


def get_member(session: Session, id: str) -> Member:
    """One who is present. Raises `member_unknown`."""
    found: Member = first_or_raise(Member.objects.filter(id=id, left_at__isnull=True), "member_unknown")
    if not found.roles:
        raise SaisineError("member_unknown")
    return found


def add_member(session: Session, label: str, roles: Iterable[str]) -> Member:
    """A new member. Raises `member_label_missing`, `member_roles`."""
    label = _label(label)
    member = Member.objects.create(label=label, roles=_roles(roles), created_at=session.now())
    journal.note(session, "member_added", subject=member.id)
    return member


def _label(text: str) -> str:
    label = " ".join(text.split())[:LABEL_CHARS]
    if not label:
        raise SaisineError("member_label_missing")
    return label


def _roles(roles: Iterable[str]) -> list[str]:
    """The known ones, in the order of the table. Raises `member_roles` when none is left or one is unknown."""
    wanted = set(roles)
    if not wanted or wanted - set(ROLES):
        raise SaisineError("member_roles")
    return [role for role in ROLES if role in wanted]


def set_roles(session: Session, member: Member, roles: Iterable[str]) -> None:
    """Raises `member_roles`, `member_last_lead`: somebody has to be able to let others in."""
    chosen = _roles(roles)
    with transaction.atomic():
        if RESPONSABLE not in chosen:
            _require_other_lead(session, member)
        member.roles = chosen
        member.save(update_fields=["roles"])
        journal.note(session, "member_roles_set", subject=member.id)


def _require_other_lead(session: Session, member: Member) -> None:
    others = [one for one in present(session) if one.id != member.id]
    if RESPONSABLE in member.roles and not any(RESPONSABLE in one.roles for one in others):
        raise SaisineError("member_last_lead")


def leave(session: Session, member: Member) -> None:
    """Her access ends, her name goes; her acts keep the random id alone. Raises `member_last_lead`.

    The pages delete the account and its open sessions in the same act.
    """
    with transaction.atomic():
        _require_other_lead(session, member)
        IncidentMember.objects.filter(member=member).delete()
        Invitation.objects.filter(member=member).delete()
        member.label, member.roles, member.left_at = "", [], session.now()
        member.save(update_fields=["label", "roles", "left_at"])
        journal.note(session, "member_left", subject=member.id)


def names(session: Session) -> dict[str, str]:
    """Id -> the name that a member chose, for those who are present."""
    return {member.id: member.label for member in present(session)}


# ------------------------------------------------------------------ what someone may do


def access(member: Member, act: str) -> Access:
    """The cell of an act for a member's roles, and the incidents in which it holds.

    With several roles, the widest cell holds; where it is « I », the incidents of each role that has it.
    """
    found = permissions.cell_of(act, member.roles)
    if found in ("O", "A", "counts"):
        return Access(found, None)
    if found == "-":
        return Access(found, frozenset())
    roles = permissions.roles_with(act, "I", member.roles)
    return Access(found, incidents_of(member, roles or tuple(member.roles), showing=act == "show"))


def incidents_of(member: Member, roles: Sequence[str], *, showing: bool = False) -> frozenset[str]:
    """The incidents of a member. For a trusted person alone: those whose targeted person agreed to share,
    and to open a content, those in which that was allowed besides."""
    rows = IncidentMember.objects.filter(member=member).select_related("incident")
    if set(roles) == {TRUSTED}:
        return frozenset(
            row.incident_id for row in rows if (row.may_show or not showing) and is_shared(row.incident)
        )
    return frozenset(rows.values_list("incident_id", flat=True))


def is_shared(incident: Incident) -> bool:
    """Whether everyone targeted agrees, at this moment, to share with a trusted person."""
    return consents.is_covered(incident, SHARING)


# ------------------------------------------------------------------ members of an incident


def members_of(session: Session, incident: Incident) -> list[IncidentMember]:
    rows = incident.members.select_related("member").filter(member__left_at__isnull=True)
    return list(rows.order_by("added_at", "id"))


def join(session: Session, incident: Incident, member: Member, *, may_show: bool = False) -> None:
    """Make a member one of the incident; said again, it changes what she may open.

    A trusted person comes in only with the consent to share. Raises `incident_consent_missing`.
    """
    if set(member.roles) == {TRUSTED}:
        consents.require_consent(session, incident, SHARING)
    with transaction.atomic():
        IncidentMember.objects.update_or_create(
            incident=incident,
            member=member,
            defaults={"may_show": may_show, "added_at": session.now(), "by": session.actor},
        )
        journal.note(session, "incident_member_added", subject=incident.id)


def part(session: Session, incident: Incident, member: Member) -> None:
    """End her belonging to this incident, at once."""
    if IncidentMember.objects.filter(incident=incident, member=member).delete()[0]:
        journal.note(session, "incident_member_removed", subject=incident.id)


def give_deposit(session: Session, deposit: Deposit, incident: Incident | None) -> None:
    """Let the members of an incident see and sort a deposit; with None, nobody but those who see all."""
    Deposit.objects.filter(id=deposit.id).update(incident=incident)
    journal.note(session, "deposit_shared", subject=deposit.id)


# ------------------------------------------------------------------ invitations


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and the token of its link, which is shown once and kept nowhere."""

    row: Invitation
    token: str


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    session: Session,
    label: str,
    roles: Iterable[str],
    incidents: Iterable[Incident] = (),
    *,
    member: Member | None = None,
) -> Invited:
    """A one-use link for a new member, or for one who has to choose her password again; 48 hours.

    Raises `member_label_missing`, `member_roles`.
    """
    token = secrets.token_urlsafe(32)
    row = Invitation.objects.create(
        token_sha256=token_sha256(token),
        label=_label(member.label if member else label),
        roles=_roles(member.roles if member else roles),
        incidents=[incident.id for incident in incidents],
        member=member,
        made_at=session.now(),
        expires_at=session.now() + INVITATION,
        by=session.actor,
    )
    journal.note(session, "invitation_made", subject=row.id)
    return Invited(row, token)


def get_invitation(session: Session, token: str) -> Invitation:
    """The invitation that a link opens. Raises `invitation_unknown` once used, revoked or too old."""
    rows = Invitation.objects.filter(
        token_sha256=token_sha256(token), used_at__isnull=True, revoked_at__isnull=True
    )
    found: Invitation = first_or_raise(rows.filter(expires_at__gt=session.now()), "invitation_unknown")
    return found


def accept(session: Session, invitation: Invitation, label: str) -> Member:
    """Use it: the member it makes, or the one it was made for. Raises `invitation_unknown` the second time."""
    with transaction.atomic():
        used = Invitation.objects.filter(id=invitation.id, used_at__isnull=True, revoked_at__isnull=True)
        if not used.update(used_at=session.now()):
            raise SaisineError("invitation_unknown")
        if invitation.member is not None:
            return invitation.member
        member = add_member(session, label, invitation.roles)
        for incident in Incident.objects.filter(id__in=invitation.incidents):
            IncidentMember.objects.create(
                incident=incident, member=member, added_at=session.now(), by=invitation.by
            )
    return member


def waiting_invitations(session: Session) -> list[Invitation]:
    rows = Invitation.objects.filter(used_at__isnull=True, revoked_at__isnull=True)
    return list(rows.filter(expires_at__gt=session.now()).order_by("-made_at"))


def revoke_invitation(session: Session, id: str) -> None:
    """Raises `invitation_unknown`."""
    if not Invitation.objects.filter(id=id, used_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=session.now()
    ):
        raise SaisineError("invitation_unknown")
    journal.note(session, "invitation_revoked", subject=id)


# ------------------------------------------------------------------ how the pages are reached


def settings_of(session: Session) -> AccessSettings:
    return AccessSettings.objects.order_by("id").first() or AccessSettings()


def set_idle(session: Session, minutes: int) -> None:
    """After how many quiet minutes the screen locks. Raises `idle_minutes`."""
    if minutes not in IDLE_CHOICES:
        raise SaisineError("idle_minutes")
    row = settings_of(session)
    row.idle_minutes = minutes
    row.save()
    journal.note(session, "access_set")


def set_address(session: Session, names: Sequence[str], proxy: str) -> None:
    """The public names of the pages, and the address of the HTTPS proxy before them; at the next start.

    Raises `server_names`.
    """
    row = settings_of(session)
    row.names, row.proxy = list(names), proxy
    row.save()
    journal.note(session, "access_set")
