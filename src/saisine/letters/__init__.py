"""Letters of an incident, filled from its data: an editable .docx and a PDF from one model in YAML.

A model (`templates/*.yaml`) says who receives the letter, on which articles, what it needs and what it says. What
is missing is marked in the text and listed; a letter whose needs are not met is a draft and says so.
"""

from saisine.letters.data import (
    ContentLine,
    DatedLine,
    ExhibitLine,
    LetterData,
    NoticeLine,
    ObservedLine,
    OffenceLine,
    Sender,
)
from saisine.letters.make import LetterReport, compose_letter, make_letter
from saisine.letters.models import Letter, load_letters, require_letter

__all__ = [
    "ContentLine", "DatedLine", "ExhibitLine", "Letter", "LetterData", "LetterReport", "NoticeLine",
    "ObservedLine", "OffenceLine", "Sender", "compose_letter", "load_letters", "make_letter",
    "require_letter",
]  # fmt: skip
