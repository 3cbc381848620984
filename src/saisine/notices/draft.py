"""What a notice is made from: the content, the qualification kept by a person, and who sends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from saisine.law.assess import Assessed
from saisine.law.load import Law

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class ElementLine:
    """One element of an offence: its words, and whether the facts show it (None: to be established)."""

    text_fr: str
    text_en: str
    value: bool | None
    article: str = ""


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One qualification as it is printed: article, wording date and `verified` flag always together."""

    offence: str
    name_fr: str
    name_en: str
    articles: tuple[str, ...]
    statement_fr: str
    statement_en: str
    elements: tuple[ElementLine, ...] = ()
    grounds_fr: tuple[str, ...] = ()
    grounds_en: tuple[str, ...] = ()

    @classmethod
    def of(cls, assessed: Assessed, law: Law, grounds: tuple[str, ...] = ()) -> "LegalBasis":
        """From an assessed qualification; `grounds` are the ids of the protected grounds kept."""
        kept = [law.grounds[id] for id in grounds if id in law.grounds]
        return cls(
            offence=assessed.id,
            name_fr=assessed.offence.name_fr,
            name_en=assessed.offence.name_en,
            articles=tuple(assessed.offence.articles),
            statement_fr=assessed.statement.line("fr"),
            statement_en=assessed.statement.line("en"),
            elements=tuple(
                ElementLine(element.label_fr, element.label_en, element.value, element.article)
                for element in assessed.qualification.pleaded
            ),
            grounds_fr=tuple(ground.label_fr for ground in kept),
            grounds_en=tuple(ground.label_en for ground in kept),
        )


@dataclass(frozen=True, slots=True)
class Notifier:
    """Who sends. `mandate` needs the written mandate of DSA article 86; `on_behalf_of` is a neutral label."""

    name: str = ""
    email: str = ""
    role: Literal["own_name", "mandate", "trusted_flagger"] = "own_name"
    on_behalf_of: str = ""
    mandate_reference: str = ""


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """One content, one notice. `quoted` holds the words only when a person opened and passed them.

    `is_minor_sexual_offence` (directive 2011/93/EU, articles 3 to 7) is the only case where name and address
    may lawfully be absent. `danger_fr` tells a threat to life or safety in neutral words.
    """

    url: str
    bases: tuple[LegalBasis, ...]
    notifier: Notifier
    platform: str = ""
    content_id: str = ""
    account: str = ""
    published_at: datetime | None = None
    seen_at: datetime | None = None
    quoted: str | None = None
    translation: str | None = None
    explanation: str = ""
    danger_fr: str = ""
    danger_en: str = ""
    threatens_life: bool = False
    is_minor_sexual_offence: bool = False
    good_faith: bool = True
    language: Language = "fr"
