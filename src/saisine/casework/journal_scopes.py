"""Which lines of « Qui a vu quoi » someone may read: everything, her own, or those about her incidents."""

from django.db.models import Q

from saisine.casework import scopes
from saisine.casework.models import (
    Capture,
    Decision,
    Deposit,
    DossierRow,
    ExhibitRow,
    NoticeRow,
    SortedMessage,
)
from saisine.casework.permissions import Cell
from saisine.casework.session import Session


def rows_for(session: Session, cell: Cell, incidents: frozenset[str]) -> Q | None:
    """A filter of the journal's rows for a member who acts; None shows every row."""
    if cell == "O":
        return None
    mine = Q(by=session.actor)
    return mine | _about(session.acting(session.actor, incidents)) if cell == "incidents" else mine


def _about(session: Session) -> Q:
    """Rows whose subject belongs to these incidents: their own id, and that of what they hold."""
    scope = session.scope or frozenset()
    found = Q(subject__in=scope)
    for rows in (
        scopes.within(session, NoticeRow.objects.all()),
        scopes.within(session, DossierRow.objects.all()),
        scopes.within(session, ExhibitRow.objects.all()),
        scopes.deposits(session, Deposit.objects.all()),
        scopes.captures(session, Capture.objects.all()),
        Decision.objects.filter(rows__in=scopes.messages(session, SortedMessage.objects.all())),
    ):
        found |= Q(subject__in=rows.values("id"))
    for field in ("item", "frozen"):
        found |= Q(
            subject__in=scopes.within(session, ExhibitRow.objects.all()).exclude(**{field: ""}).values(field)
        )
    for corpus in scopes.corpora(session) or ():
        found |= Q(subject__startswith=f"{corpus}:")
    return found
