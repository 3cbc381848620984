"""The glossary: every word in both languages, short, found in a sentence without changing it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.learning import glossary

TERMS = glossary.load_glossary()
LONGEST = 20  # words of a sentence on screen


@pytest.mark.parametrize("id", TERMS)
def test_each_term_is_plain_short_and_complete(id: str) -> None:
    term = TERMS[id]
    assert re.fullmatch(r"[a-z0-9-]+", id)
    for text in (term.plain_fr, term.plain_en):
        assert text.endswith(".")
        assert "!" not in text
        for sentence in re.split(r"(?<=[.:;])\s", text):
            assert len(sentence.split()) <= LONGEST, sentence
    assert "'" not in term.plain_fr, "typographic apostrophe"


def test_no_form_names_two_terms() -> None:
    for language in ("fr", "en"):
        forms = [form.casefold() for term in TERMS.values() for form in term.forms(language)]
        assert len(forms) == len(set(forms)), language


def test_the_first_mention_of_each_term_is_found_longest_first() -> None:
    found = list(glossary.pieces("La citation directe interrompt la prescription ; la prescription court."))
    assert [one.term.id for one in found if one.term] == ["citation-directe", "interruption", "prescription"]
    assert "".join(one.text for one in found).endswith("; la prescription court.")


def test_a_part_of_a_word_is_no_mention() -> None:
    assert [one for one in glossary.pieces("Les plaintes sont contraventionnelles.") if one.term] == []


@settings(max_examples=15)
@given(st.text(), st.sampled_from(["fr", "en"]))
def test_cutting_a_sentence_never_changes_it(text: str, language: str) -> None:
    for said in (text, f"{text} Prescription {text} DSA"):
        assert "".join(one.text for one in glossary.pieces(said, language)) == said


def test_the_order_is_alphabetical_without_accents() -> None:
    names = [term.fr for term in glossary.ordered("fr")]
    assert names.index("Délit") < names.index("Dernier jour utile") < names.index("Diffamation")


def test_a_damaged_file_names_its_entry(tmp_path: Path) -> None:
    path = tmp_path / "glossary.toml"
    path.write_text('[[term]]\nid = "a"\nkind = "legal"\n', "utf-8")
    with pytest.raises(SaisineError) as told:
        glossary.load_glossary(path)
    assert told.value.code == "glossary_malformed"
    assert told.value.facts["entry"] == "a"
