"""Consents of an incident as rows: appended, the latest for an act holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from saisine.casework import journal
from saisine.casework.models import ConsentRow, Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents import consents as rules
from saisine.incidents.consents import ACTS, IN_ITS_NAME, STATES, Consent, State

__all__ = ["ACTS", "IN_ITS_NAME", "STATES", "ConsentLine", "consents", "require_consent", "set_consent"]


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """Where one act stands. `state` is given, refused, withdrawn, or empty when nobody asked."""

    act: str
    label_fr: str
    label_en: str
    state: str
    at: datetime | None


def _rows(incident: Incident) -> list[Consent]:
    return [Consent(row.act, cast(State, row.state), row.at) for row in incident.consents.order_by("id")]


def consents(session: Session, incident: Incident) -> list[ConsentLine]:
    """Every act, in the order of the law of the screen, with its latest state."""
    found = rules.held(_rows(incident))
    return [
        ConsentLine(
            act, *words, found[act].state if act in found else "", found[act].at if act in found else None
        )
        for act, words in ACTS.items()
    ]


def set_consent(session: Session, incident: Incident, act: str, state: str) -> None:
    """Note what the person said. A withdrawal of what was never given is refused.

    Raises `incident_act_unknown`, `incident_consent_state`.
    """
    rules.require_act(act)
    found = rules.held(_rows(incident)).get(act)
    is_given = found is not None and found.state == "given"
    if state not in ("given", "refused", "withdrawn") or (state == "withdrawn" and not is_given):
        raise SaisineError("incident_consent_state", state=state)
    ConsentRow.objects.create(incident=incident, act=act, state=state, at=session.now(), by=session.actor)
    journal.note(session, "consent_noted", subject=incident.id)


def require_consent(session: Session, incident: Incident, *acts: str) -> None:
    """Raises `incident_consent_missing` unless one of these acts is covered."""
    rules.require_consent(_rows(incident), acts)
