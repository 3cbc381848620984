"""One way to print a legal statement: its article, the date of its wording, whether it was verified.

Pages, PDF and command line all use these words, so that no rule is ever shown without its flag.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from saisine.law.dates import day_fr
from saisine.law.load import Law
from saisine.law.model import Offence
from saisine.law.model_routes import Remedy

VERIFIED_FR, VERIFIED_EN = "Vérifié", "Verified"
PARTLY_FR, PARTLY_EN = (
    "Vérifié en partie, à contrôler par une ou un juriste",
    "Verified in part, to be checked",
)
UNVERIFIED_FR, UNVERIFIED_EN = "Non vérifié par une ou un juriste", "Not verified by a lawyer"


@dataclass(frozen=True, slots=True)
class Statement:
    """A rule as it must be shown. `as_of` None: the date of the wording is not established, and says so."""

    subject: str
    text_fr: str
    articles: tuple[str, ...]
    as_of: date | None
    verified: bool
    partially_verified: bool
    where: str

    def flag(self, language: str = "fr") -> str:
        return flag(self.verified, language, partially=self.partially_verified)

    def as_of_words(self, language: str = "fr") -> str:
        if language == "en":
            known = f"wording of {self.as_of.day} {self.as_of:%B %Y}" if self.as_of else ""
            return known or "date of wording not established"
        return f"rédaction au {day_fr(self.as_of)}" if self.as_of else "date de rédaction non établie"

    def line(self, language: str = "fr") -> str:
        """« Code pénal 222-17 al. 2 ; rédaction au 2 avril 2026. Vérifié. »"""
        sign = ";" if language == "en" else " ;"
        return f"{', '.join(self.articles)}{sign} {self.as_of_words(language)}. {self.flag(language)}."

    def as_json(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "text_fr": self.text_fr,
            "articles": list(self.articles),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "verified": self.verified,
            "flag_fr": self.flag("fr"),
            "flag_en": self.flag("en"),
            "line_fr": self.line("fr"),
            "line_en": self.line("en"),
            "where": self.where,
        }


def flag(verified: bool, language: str = "fr", partially: bool = False) -> str:
    """The words of the `verified` flag. Verified = compared with the text named, not approved by a jurist."""
    english = language == "en"
    if verified:
        return VERIFIED_EN if english else VERIFIED_FR
    if partially:
        return PARTLY_EN if english else PARTLY_FR
    return UNVERIFIED_EN if english else UNVERIFIED_FR


def statement_of(offence: Offence) -> Statement:
    return Statement(
        offence.id,
        offence.name_fr,
        offence.articles,
        offence.text_as_of,
        offence.verified,
        offence.partially_verified,
        offence.verified_where,
    )


def limitation_statement(law: Law, offence: Offence) -> Statement:
    rule = offence.limitation
    start, regime = law.limitation.start(rule.start), law.limitation.regime(rule.interruption)
    text = f"{start.note_fr} {regime.rule_fr}"
    verified = rule.verified and start.verified and regime.verified
    return Statement(
        f"{offence.id}:limitation", text, (rule.source,), rule.text_as_of, verified, False, rule.source
    )


def remedy_statement(remedy: Remedy) -> Statement:
    articles = (remedy.name_fr,)
    text = f"{remedy.what_for_fr} ; {remedy.how_fr}"
    return Statement(
        remedy.id, text, articles, remedy.valid_from, remedy.verified, False, remedy.verified_where
    )


def all_statements(law: Law) -> Iterator[Statement]:
    """Every legal statement that a page may show, each with its flag: what the honesty test walks."""
    for offence in law.offences.values():
        yield statement_of(offence)
        yield limitation_statement(law, offence)
        for clause in offence.associations:
            yield Statement(
                f"{offence.id}:{clause.article}",
                clause.object_fr,
                (clause.article,),
                clause.text_as_of,
                clause.verified and clause.covers in (True, False),
                False,
                clause.note_fr,
            )
        if entity := offence.legal_person:
            words = "Une association visée comme personne morale compte comme une personne visée."
            yield Statement(
                f"{offence.id}:legal_person",
                words,
                offence.articles,
                None,
                entity.verified,
                False,
                entity.source,
            )
    for modifier in law.modifiers.values():
        yield Statement(
            modifier.id,
            modifier.effect_fr,
            modifier.articles,
            modifier.text_as_of,
            modifier.verified,
            False,
            modifier.verified_where,
        )
    for rule in law.speciality_rules:
        yield Statement(rule.id, rule.why_fr, (rule.source,), None, rule.verified, False, rule.source)
    for text in law.procedural_texts:
        yield Statement(text.text, text.rule_fr, (text.text,), None, text.verified, False, text.where)
    for remedy in law.remedies.values():
        yield remedy_statement(remedy)
