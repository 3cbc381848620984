"""Courtesies alone are heard by no alarm; one word more and they are a message like another."""

import pytest

from saisine.findings.triage.courtesies import is_courtesy, load_courtesies
from saisine.texts import fold
from tests.findings.triage.shipped import TRIAGE


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("bonsoir", True),
        ("bonjour a tous merci beaucoup", True),
        ("a ce soir", True),
        ("bonsoir on te retrouvera", False),
        ("on te retrouvera bonsoir", False),
        ("merci de mourir", False),
        ("bonjour " * 13, False),
        ("", False),
    ],
)
def test_a_message_is_a_courtesy_when_nothing_else_stands_in_it(words: str, is_one: bool) -> None:
    assert is_courtesy(words.split()) is is_one


def test_courtesies_are_written_as_they_are_after_folding() -> None:
    phrases = [" ".join(words) for words in load_courtesies()]
    assert len(phrases) > 200
    assert [fold(phrase) for phrase in phrases] == phrases


@pytest.mark.parametrize(
    "text",
    [
        "Bonsoir",
        "À ce soir",
        "Cordialement",
        "Je pense à toi",
        "Très bien",
        "Salut !",
        "À bientôt 🙂",
        "OK, merci",
    ],
)
def test_no_courtesy_is_told_as_a_danger(text: str) -> None:
    found = TRIAGE.score_text(text)
    assert not any(one.code.startswith("alarm:") for one in found.reasons_for)
    assert not found.danger
    assert found.score < 0.5
