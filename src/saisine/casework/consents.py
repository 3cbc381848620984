"""Consents of an incident as rows: appended, the latest for an act holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from saisine.casework import journal
from saisine.casework.models import ConsentRow, Incident, PersonRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents import consents as rules
from saisine.incidents.consents import ACTS, IN_ITS_NAME, STATES, Consent, State

__all__ = [
    "ACTS", "IN_ITS_NAME", "STATES", "ConsentLine", "consents", "is_against", "is_covered", "is_withdrawn",
    "lacks_representative", "require_consent", "set_consent", "targeted",
]  # fmt: skip

TARGETED: Final = "visee"
REPRESENTATIVE: Final = "representant_legal"
MINOR_FACT: Final = "victim_minor"


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """Where one act stands. `state` is given, refused, withdrawn, or empty when nobody asked."""

    act: str
    label_fr: str
    label_en: str
    state: str
    at: datetime | None


def _rows(incident: Incident) -> list[Consent]:
    rows = incident.consents.order_by("id").values_list("act", "state", "at", "person")
    return [Consent(act, cast(State, state), at, person or "") for act, state, at, person in rows]


def targeted(incident: Incident) -> dict[str, tuple[str, str]]:
    """Those whose word counts beside that for the whole incident, by id, under their neutral label."""
    rows = incident.people.filter(role=TARGETED).order_by("number")
    return {row.id: (f"personne visée {row.number}", f"targeted person {row.number}") for row in rows}


def consents(session: Session, incident: Incident, person: PersonRow | None = None) -> list[ConsentLine]:
    """Every act, in the order of the law of the screen, with its latest state: of one person, or of the whole."""
    found = rules.held(_rows(incident), person.id if person else "")
    return [
        ConsentLine(
            act, *words, found[act].state if act in found else "", found[act].at if act in found else None
        )
        for act, words in ACTS.items()
    ]


def set_consent(
    session: Session, incident: Incident, act: str, state: str, person: PersonRow | None = None
) -> None:
    """Note what a person said; without one, what holds for the whole. A withdrawal of what was never given is refused.

    Raises `incident_act_unknown`, `incident_consent_state`, `person_unknown` for someone who is not targeted here.
    """
    rules.require_act(act)
    if person is not None and person.id not in targeted(incident):
        raise SaisineError("person_unknown")
    found = rules.held(_rows(incident), person.id if person else "").get(act)
    is_given = found is not None and found.state == "given"
    if state not in ("given", "refused", "withdrawn") or (state == "withdrawn" and not is_given):
        raise SaisineError("incident_consent_state", state=state)
    ConsentRow.objects.create(
        incident=incident, person=person, act=act, state=state, at=session.now(), by=session.actor
    )
    journal.note(session, "consent_noted", subject=incident.id)


def require_consent(session: Session, incident: Incident, *acts: str) -> None:
    """Raises `incident_consent_missing` unless one of these acts is covered for everyone targeted."""
    rules.require_consent(_rows(incident), acts, targeted(incident))


def is_covered(incident: Incident, act: str) -> bool:
    """The same as a question: it holds for everyone targeted, at this moment."""
    return rules.is_covered(_rows(incident), act, targeted(incident))


def lacks_representative(incident: Incident) -> bool:
    """Whether an answer says that who is targeted is under 18, and no legal representative is noted.

    Nothing is stopped: a removal or a report that protects a child does not wait. Pages and dossiers say it.
    """
    said = {row.statement_id: row.value for row in incident.facts.filter(fact=MINOR_FACT).order_by("id")}
    return "true" in said.values() and not incident.people.filter(role=REPRESENTATIVE).exists()


def is_against(incident: Incident, act: str) -> bool:
    """Whether somebody refused an act, or took her consent back."""
    said = rules.words_on(_rows(incident), act, targeted(incident))
    return any(word.state != "given" for word in said.values())


def is_withdrawn(incident: Incident) -> bool:
    """Whether somebody took a consent back that she had given: what left already is then told."""
    rows = _rows(incident)
    people = {row.person for row in rows}
    return any(one.state == "withdrawn" for person in people for one in rules.held(rows, person).values())
