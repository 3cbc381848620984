"""Which exhibits show each element of a qualification: a person says so, and a dossier prints their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from saisine.casework import journal, statements
from saisine.casework.case_models import ShownRow, StatementRow
from saisine.casework.session import Session
from saisine.incidents.facts import require_fact
from saisine.law.assess import Assessment


@dataclass(frozen=True, slots=True)
class Shown:
    """One fact that an answer gives, in the words of the element, with the numbers of the exhibits that show it."""

    fact: str
    text_fr: str
    text_en: str
    pieces: tuple[int, ...]


def elements(session: Session, about: StatementRow, assessment: Assessment) -> list[Shown]:
    """The facts given by the answers that a qualification not excluded rests on, each once, in its order."""
    held = shown(about)
    found: dict[str, Shown] = {}
    for item in assessment.qualifications:
        if item.status == "excluded":
            continue
        for element in item.qualification.elements:
            if element.value is True and element.role != "none_of":
                pieces = tuple(held.get(element.fact, ()))
                found.setdefault(
                    element.fact, Shown(element.fact, element.label_fr, element.label_en, pieces)
                )
    return list(found.values())


def shown(about: StatementRow) -> dict[str, list[int]]:
    """By fact, the exhibits that show it; one taken out of the incident since is no longer named."""
    rows = ShownRow.objects.filter(statement=about).values_list("fact", "pieces")
    here = set(
        about.incident.exhibits.filter(withdrawn_at__isnull=True).values_list("number", flat=True)
        if rows
        else ()
    )
    latest = {fact: [number for number in pieces if number in here] for fact, pieces in rows}
    return {fact: pieces for fact, pieces in latest.items() if pieces}


def show(session: Session, about: StatementRow, pieces: Mapping[str, Sequence[int]]) -> int:
    """Say which exhibits show each of these facts; an empty list takes that back. How many facts changed.

    All of them or none. Raises `incident_fact_unknown`, `statement_pieces_unknown`.
    """
    held = shown(about)
    changed = {
        fact: statements.known_numbers(about.incident, numbers)
        for fact, numbers in pieces.items()
        if sorted(set(numbers)) != held.get(fact, [])
    }
    for fact in changed:
        require_fact(session.law, fact)
    if not changed:
        return 0
    with transaction.atomic():
        ShownRow.objects.bulk_create(
            ShownRow(
                incident=about.incident,
                statement=about,
                fact=fact,
                pieces=numbers,
                at=session.now(),
                by=session.actor,
            )
            for fact, numbers in changed.items()
        )
        journal.note(session, "element_shown", subject=about.incident_id)
    return len(changed)
