"""The register and the outline: the workspace's own facts, both languages, Markdown and .docx that say the same."""

from io import BytesIO

import pytest
from docx import Document

from saisine.casework import incidents, register, register_facts, register_files, retention
from saisine.casework.session import Session
from saisine.errors import SaisineError


def test_both_forms_hold_every_line(filled: Session) -> None:
    for kind in register.KINDS:
        made = register.build(filled, kind)
        for index, language in enumerate(("fr", "en")):
            text = register_files.to_markdown(made, language)
            page = Document(BytesIO(register_files.to_docx(made, language)))
            words = [paragraph.text for paragraph in page.paragraphs]
            words += [cell.text for table in page.tables for row in table.rows for cell in row.cells]
            for section in made.sections:
                assert f"## {section.title[index]}" in text
                for label, value in section.rows:
                    assert f"| {label[index]} | {value[index]} |" in text
                    assert value[index] in words
                for line in section.lines:
                    assert line[index] in words


def test_the_facts_are_those_of_the_workspace(filled: Session) -> None:
    incidents.open_incident(filled, "Vague de mars")
    retention.choose_lengths(filled, 6, 12)
    text = register_files.to_markdown(register.build(filled, "registre"))
    assert "Les Voix du Verger" in text
    assert "30 messages lus" in text
    assert "6 mois après le dernier acte" in text
    assert "aucune phrase de passe" in text
    assert "| Incidents | 1 |" in register_files.to_markdown(register.build(filled, "analyse"))


def test_what_is_law_is_marked_as_not_checked(session: Session) -> None:
    for kind in register.KINDS:
        made = register.build(session, kind)
        assert any(section.must_be_checked for section in made.sections)
        assert register_facts.TO_CHECK[0] in made.intro[0]
        assert register_facts.TO_CHECK[1] in made.intro[1]


def test_a_name_cannot_break_a_table_and_the_docx_names_no_author(session: Session) -> None:
    from saisine.casework.models import AssociationCard

    AssociationCard.objects.update(name="Une | autre\nligne")
    made = register.build(session, "registre")
    assert "| Association | Une \\| autre ligne |" in register_files.to_markdown(made)
    assert Document(BytesIO(register_files.to_docx(made))).core_properties.author == ""


def test_another_document_is_told(session: Session) -> None:
    with pytest.raises(SaisineError) as told:
        register.build(session, "autre")
    assert told.value.code == "register_unknown"
