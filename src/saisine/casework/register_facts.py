"""What the register and the impact analysis are made of: their sections, and the facts counted in the workspace."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from saisine.casework import association, retention, vault_state
from saisine.casework.models import Deposit, DossierRow, Incident, NoticeRow, PersonRow
from saisine.casework.session import Session

TO_CHECK: Final = ("À vérifier par une ou un juriste.", "To be checked by a jurist.")

Text = tuple[str, str]  # French, English
Row = tuple[Text, Text]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines: (label, text) when it is a table of facts, sentences otherwise."""

    title: Text
    rows: tuple[Row, ...] = ()
    lines: tuple[Text, ...] = ()
    must_be_checked: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    title: Text
    intro: Text
    on: date
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted in the workspace. No name of a person, no content."""

    name: str
    email: str
    messages: int
    pieces: int
    incidents: int
    people: int
    notices: int
    dossiers: int
    deposits: int
    holds: int
    recipients: tuple[str, ...]
    authorities: tuple[str, ...]
    is_protected: bool
    officers: int
    backup_until: date | None
    lengths: retention.Lengths


def facts_of(session: Session) -> Facts:
    """Counted now. Raises what the vault refuses."""
    state = vault_state.state_of(session)
    card = association.get_association(session)
    built = DossierRow.objects.filter(built_at__isnull=False)
    return Facts(
        name=card.name or session.workspace.name,
        email=card.email,
        messages=sum(info.rows for info in session.corpora.list()),
        pieces=state.pieces,
        incidents=Incident.objects.count(),
        people=PersonRow.objects.count(),
        notices=NoticeRow.objects.count(),
        dossiers=built.count(),
        deposits=Deposit.objects.filter(state=Deposit.SEALED).count(),
        holds=len(state.holds),
        recipients=tuple(sorted(set(built.values_list("recipient", flat=True)) - {""})),
        authorities=tuple(one.label for one in state.datings),
        is_protected=state.is_protected,
        officers=state.officers,
        backup_until=state.backup.until if state.backup else None,
        lengths=retention.lengths(session),
    )
