"""Which exhibits show each element: said by a person, printed in the dossier, taken back, told by the history."""

import pytest

from saisine.casework import dossier_data, elements, exhibits, history, rights, statements
from saisine.casework.case_models import ShownRow
from saisine.casework.models import Incident
from saisine.casework.session import Session
from saisine.errors import SaisineError
from tests.casework.test_statements import INSULT, incident

__all__ = ["incident"]
FACT = "outrageous_expression"


def answered(session: Session, incident: Incident) -> elements.StatementRow:
    about = statements.first(session, incident)
    rights.record(session, incident, INSULT, about)
    return about


def numbers_of(session: Session, about: elements.StatementRow) -> dict[str, tuple[int, ...]]:
    found = elements.elements(session, about, rights.assessment(session, about.incident, about))
    return {one.fact: one.pieces for one in found}


def test_the_numbers_given_stand_beside_the_fact_and_only_facts_answered_yes_are_listed(
    session: Session, incident: Incident
) -> None:
    about = answered(session, incident)
    assert elements.show(session, about, {FACT: [3, 1, 3]}) == 1
    listed = numbers_of(session, about)
    assert listed[FACT] == (1, 3)
    assert listed["is_public"] == ()
    assert "imputes_precise_fact" not in listed


def test_the_same_numbers_again_write_no_row_and_none_takes_them_back(
    session: Session, incident: Incident
) -> None:
    about = answered(session, incident)
    elements.show(session, about, {FACT: [1], "is_public": []})
    assert elements.show(session, about, {FACT: [1], "is_public": []}) == 0
    assert elements.show(session, about, {FACT: []}) == 1
    assert numbers_of(session, about)[FACT] == ()
    assert ShownRow.objects.count() == 2


def test_an_exhibit_taken_out_is_named_no_more_and_named_again_once_put_back(
    session: Session, incident: Incident
) -> None:
    about = answered(session, incident)
    elements.show(session, about, {FACT: [2, 3]})
    exhibits.withdraw(session, incident, 2)
    assert numbers_of(session, about)[FACT] == (3,)
    exhibits.put_back(session, incident, 2)
    assert numbers_of(session, about)[FACT] == (2, 3)


def test_a_number_that_the_incident_has_not_keeps_nothing_of_the_form(
    session: Session, incident: Incident
) -> None:
    about = answered(session, incident)
    with pytest.raises(SaisineError) as told:
        elements.show(session, about, {FACT: [1], "is_public": [99]})
    assert told.value.code == "statement_pieces_unknown"
    with pytest.raises(SaisineError) as told:
        elements.show(session, about, {"no_such_fact": [1]})
    assert told.value.code == "incident_fact_unknown"
    assert not ShownRow.objects.exists()


def test_each_statement_has_its_own(session: Session, incident: Incident) -> None:
    about = answered(session, incident)
    other = statements.add_statement(session, incident, [2])
    rights.record(session, incident, INSULT, other)
    elements.show(session, about, {FACT: [1]})
    assert numbers_of(session, other)[FACT] == ()


def test_the_dossier_names_them_and_the_history_says_who(session: Session, incident: Incident) -> None:
    about = answered(session, incident)
    elements.show(session, about, {FACT: [1, 2, 3]})
    found = [(about, rights.assessment(session, incident, about))]
    sheets = dossier_data._qualifications(session, incident, found)
    shown = {row.exhibits for sheet in sheets for row in sheet.elements if row.exhibits}
    assert shown == {(1, 2, 3)}
    elements.show(session, about, {FACT: []})
    told = [(line.text_fr, line.text_en) for line in history.history(session, incident)]
    assert any("pièces 1 à 3" in french and "exhibits 1 to 3" in english for french, english in told)
    assert any("plus aucune pièce" in french for french, _ in told)
