"""The messages of March as an incident: what is kept, answered and agreed to."""

from saisine.casework import (
    consents,
    incidents,
    rights,
    triage,
)
from saisine.casework.case_models import StatementRow
from saisine.casework.models import Incident
from saisine.casework.session import Session

INSULT = {
    "is_public": "true",
    "target_person": "true",
    "outrageous_expression": "true",
    "imputes_precise_fact": "false",
    "ground": "false",
}


def open_march(session: Session) -> Incident:
    """Three messages kept one by one, in an incident."""
    for card in triage.cards(session, "others", limit=3).items:
        triage.decide(session, "others", card.ref, "keep")
    return incidents.open_incident(session, "Messages de mars", from_triage=True)


def answer_all(
    session: Session, incident: Incident, values: dict[str, str], about: StatementRow | None = None
) -> None:
    """These answers, and no to everything else that is asked."""
    for fact, value in values.items():
        rights.answer(session, incident, fact, value, about)
    yes = [fact.removeprefix("ground:") for fact, value in values.items() if value == "true"]
    while (question := rights.next_question(session, incident, about)) is not None:
        rights.answer_screen(session, incident, question.fact, "ticked", yes, about)


def give(session: Session, incident: Incident, *acts: str) -> None:
    for act in acts:
        consents.set_consent(session, incident, act, "given")
