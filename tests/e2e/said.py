"""What the walkthrough expects on the pages, in the language of the visit.

Labels are looked up by the French that the design gives; `Walk.say` gives their English. Sentences that hold a
number or a day are written out here, in both languages.
"""

import re

from saisine.law.load import load_law
from tests.e2e.walking import Walk

SAID = {
    "fr": {
        "home": "Documenter la haine en ligne, faire valoir vos droits",
        "sealed": "28 fichiers scellés le mardi 21 avril 2026. 1\u202f800 messages lus, 0 laissé de côté.",
        "wave": "Vague du 14 mars 2026",
        "copies": re.compile(r"1\s120, dont 720 en 37 groupes de copies"),
        "clock": re.compile(r"il reste 54 jours, dernier jour utile\s: dimanche 14\sjuin 2026"),
        "rechecks": ("24 heures", "7 jours", "30 jours"),
        "built": "Dossier scellé le mardi 21 avril 2026",
        "intact": re.compile(r"^Intact\. (\d+) pièces"),
        "modified": re.compile(r"^Modifié\."),
        "court": "dernier jour pour agir en justice",
    },
    "en": {
        "home": "Document online hate, assert your rights",
        "sealed": "28 files sealed on Tuesday 21 April 2026. 1,800 messages read, 0 left out.",
        "wave": "Wave of 14 March 2026",
        "copies": re.compile("1,120, of which 720 in 37 groups of copies"),
        "clock": re.compile("54 days left, last useful day: Sunday 14 June 2026"),
        "rechecks": ("24 hours", "7 days", "30 days"),
        "built": "Dossier sealed on Tuesday 21 April 2026",
        "intact": re.compile(r"^Intact\. (\d+) items"),
        "modified": re.compile(r"^Modified\."),
        "court": "last day to go to court",
    },
}

# what a person would say of the example: public insults, a threat of death, many authors, on no listed ground
TRUE_FACTS = (
    "credible_imminent_threat", "is_public", "target_person", "target_legal_person", "outrageous_expression",
    "harms_honour", "several_authors", "threat_offence", "threat_attempt_punishable", "threat_death",
    "threat_written_or_repeated", "concerted_or_instigated", "author_knows_repetition", "health_degradation",
)  # fmt: skip
TRUE_THEMES = ("menaces", "repetition")


def said(walk: Walk) -> dict[str, str]:
    return SAID[walk.language]  # type: ignore[return-value]  # patterns are passed on as they are


def filled(walk: Walk, french: str, **facts: object) -> str:
    """A label that holds a number: `filled(walk, "Urgent (%(n)s)", n=2)`."""
    return walk.say(french) % facts


def as_said(label: str) -> re.Pattern[str]:
    """A label that is already in the language of the visit."""
    return re.compile(re.escape(label))


def in_language(walk: Walk, french: str, english: str) -> str:
    return english if walk.language == "en" else french


def true_labels(language: str) -> set[str]:
    """The words of the boxes to tick, as the page prints them."""
    law = load_law()
    english = language == "en"
    facts = {law.facts[id].question_en if english else law.facts[id].question_fr for id in TRUE_FACTS}
    themes = {law.themes[id].sort_en if english else law.themes[id].sort_fr for id in TRUE_THEMES}
    return facts | themes
