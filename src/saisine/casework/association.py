"""The association of this workspace: what its standing depends on, read once from its statutes."""

from datetime import date
from typing import Final

from saisine.casework import consents, journal
from saisine.casework.models import AssociationCard, Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.law.inputs import FIRST_YEAR, Association

ADDRESS_CHARS: Final = 300


def get_association(session: Session) -> AssociationCard:
    """The one card of the workspace."""
    card, _ = AssociationCard.objects.get_or_create(id=1, defaults={"name": session.workspace.name})
    return card


def save_association(
    session: Session, association: Association, *, email: str = "", address: str | None = None
) -> AssociationCard:
    """Keep what the statutes say, and how the association signs; None leaves the address as it is.

    Raises `date_in_future` and `date_too_old` for a day that would make its years of existence false.
    """
    _require_day(session, association.declared_on)
    card = get_association(session)
    card.name = association.name or card.name
    card.declared_on = association.declared_on
    card.object_fr = association.object_fr
    card.object_tags = sorted(association.object_tags)
    card.email = email or card.email
    card.address = card.address if address is None else " ".join(address.split())[:ADDRESS_CHARS]
    card.updated_at = session.now()
    card.save()
    journal.note(session, "association_saved")
    return card


def _require_day(session: Session, day: date | None) -> None:
    if day is not None and day > session.today():
        raise SaisineError("date_in_future", day=day.isoformat())
    if day is not None and day.year < FIRST_YEAR:
        raise SaisineError("date_too_old", day=day.isoformat(), first=FIRST_YEAR)


def as_party(session: Session, incident: Incident) -> Association:
    """The association as the law engine reads it, for one incident: consents come from that incident's rows.

    `victim_consent` is None while nobody asked the targeted person.
    """
    card = get_association(session)
    return Association(
        declared_on=card.declared_on,
        object_tags=frozenset(card.object_tags),
        victim_consent=_consent(incident, "agir_en_justice"),
        recipient_of_decision=_received_decision(incident),
        mandate=None,
        object_fr=card.object_fr,
        name=card.name,
    )


def _consent(incident: Incident, act: str) -> bool | None:
    """True or False once everyone targeted spoke, or one of them was against; None while somebody was not asked."""
    if consents.is_covered(incident, act):
        return True
    return False if consents.is_against(incident, act) else None


def _received_decision(incident: Incident) -> bool:
    return any(
        notice.notifier_role == "own_name" and any(row.kind == "decided" for row in notice.standing())
        for notice in incident.notices.all()
    )
