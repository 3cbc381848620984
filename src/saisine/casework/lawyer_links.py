"""A lawyer's link: one incident, read only, seven days, without an account, each opening in the journal.

It lives as long as the consent behind it: once the targeted person withdraws it, the same link opens nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from saisine.casework import consents, journal, scopes
from saisine.casework.access_models import LawyerLink
from saisine.casework.members import token_sha256
from saisine.casework.models import DossierRow, ExhibitRow, Incident, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents.consents import RECIPIENTS

LASTS: Final = timedelta(days=7)
RECIPIENT: Final = "avocat"
LABEL_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link and its token, which is shown once and kept nowhere."""

    row: LawyerLink
    token: str


@dataclass(frozen=True, slots=True)
class Door:
    """What an open link gives: the incident, and a session that signs as the lawyer and sees nothing else."""

    link: LawyerLink
    incident: Incident
    session: Session


def make(session: Session, incident: Incident, label: str) -> MadeLink:
    """A new link. Raises `incident_consent_missing`: what a lawyer may read waits for the same consent as
    a dossier for her."""
    consents.require_consent(session, incident, *RECIPIENTS[RECIPIENT])
    token = secrets.token_urlsafe(32)
    row = LawyerLink.objects.create(
        token_sha256=token_sha256(token),
        incident=incident,
        label=" ".join(label.split())[:LABEL_CHARS],
        made_at=session.now(),
        expires_at=session.now() + LASTS,
        by=session.actor,
    )
    journal.note(session, "lawyer_link_made", subject=incident.id)
    return MadeLink(row, token)


def links_of(session: Session, incident: Incident) -> list[LawyerLink]:
    """Those that still open, the newest first."""
    rows = incident.lawyer_links.filter(revoked_at__isnull=True, expires_at__gt=session.now())
    return list(rows.order_by("-made_at"))


def revoke(session: Session, id: str) -> LawyerLink:
    """Close it at once. Raises `lawyer_link_unknown`."""
    rows = scopes.within(session, LawyerLink.objects.filter(id=id, revoked_at__isnull=True))
    found: LawyerLink = first_or_raise(rows, "lawyer_link_unknown")
    LawyerLink.objects.filter(id=found.id).update(revoked_at=session.now())
    journal.note(session, "lawyer_link_revoked", subject=found.incident_id)
    return found


def enter(session: Session, token: str) -> Door:
    """What the link opens now. Raises `lawyer_link_unknown` once revoked, too old, or without its consent."""
    rows = LawyerLink.objects.filter(token_sha256=token_sha256(token), revoked_at__isnull=True)
    link: LawyerLink = first_or_raise(
        rows.filter(expires_at__gt=session.now()).select_related("incident"), "lawyer_link_unknown"
    )
    try:
        consents.require_consent(session, link.incident, *RECIPIENTS[RECIPIENT])
    except SaisineError as error:
        raise SaisineError("lawyer_link_unknown") from error
    return Door(link, link.incident, session.acting(link.actor, frozenset({link.incident.id})))


def get_exhibit(door: Door, id: str) -> ExhibitRow:
    """An exhibit of this incident. Raises `lawyer_link_unknown`."""
    rows = ExhibitRow.objects.filter(id=id, incident=door.incident, withdrawn_at__isnull=True)
    found: ExhibitRow = first_or_raise(rows.select_related("capture"), "lawyer_link_unknown")
    return found


def dossiers_of(door: Door) -> list[DossierRow]:
    """The dossiers built for a lawyer; those for others hold other things."""
    rows = door.incident.dossiers.filter(built_at__isnull=False, recipient=RECIPIENT)
    return list(rows.order_by("-version"))


def labels(session: Session) -> dict[str, str]:
    """Actor id -> label of the link, for the journal."""
    return dict(LawyerLink.objects.values_list("actor", "label"))
