"""A day to watch after an event: one shape for what follows a notice and what follows a complaint.

Each room keeps its own file of terms (`notices/terms.yaml`, `incidents/procedures.yaml`); what a delay is, where it
comes from and how it is flagged is the same. Days are Paris calendar days, months are counted as limitation periods.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from saisine.law.dates import add_months
from saisine.law.statements import flag

Nature = Literal["law", "practice"]
# a delay that a text fixes, or a reminder of ours: never one said as the other
NATURES: Final[dict[str, tuple[str, str]]] = {
    "law": ("Délai fixé par un texte", "Delay fixed by law"),
    "practice": ("Rappel d’usage", "Reminder of ours"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """`days` or `months` after an event of kind `after`, void once one of `until` has come."""

    id: str
    after: str
    until: tuple[str, ...]
    nature: Nature
    label_fr: str
    label_en: str
    rule_fr: str
    rule_en: str
    article: str
    verified: bool
    verified_where: str
    days: int = 0
    months: int = 0

    def on(self, start: date) -> date:
        return add_months(start, self.months) + timedelta(days=self.days)

    def label(self, language: str = "fr") -> str:
        return self.label_en if language == "en" else self.label_fr

    def rule(self, language: str = "fr") -> str:
        return self.rule_en if language == "en" else self.rule_fr

    def nature_words(self, language: str = "fr") -> str:
        """« Délai fixé par un texte. Règlement … art. 20. Vérifié. »: never without its flag."""
        words = NATURES[self.nature][1 if language == "en" else 0]
        return f"{words}. {self.article}. {flag(self.verified, language)}."

    def delay_words(self, language: str = "fr") -> str:
        """« 6 mois », « 90 jours »."""
        english = language == "en"
        parts = []
        if self.months:
            parts.append(
                f"{self.months} {('month' if self.months == 1 else 'months') if english else 'mois'}"
            )
        if self.days:
            one, many = ("day", "days") if english else ("jour", "jours")
            parts.append(f"{self.days} {one if self.days == 1 else many}")
        return (" and " if english else " et ").join(parts)
