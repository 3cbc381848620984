"""Help numbers, each with the day on which it was checked (aide.toml).

A number that nobody has compared with its source for twelve months says so.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("aide.toml")
STALE_AFTER_DAYS = 365  # twelve months: the services themselves announce changes about once a year


@dataclass(frozen=True, slots=True)
class HelpNumber:
    """One number or site. `tel` is what a phone dials; `danger` is its order on the help banner, or None."""

    id: str
    number: str
    name_fr: str
    name_en: str
    purpose_fr: str
    purpose_en: str
    tel: str = ""
    sms: str = ""
    site: str = ""
    hours_fr: str = ""
    hours_en: str = ""
    danger: int | None = None
    checked_on: date | None = None
    verified: bool = False
    source: str = ""

    def name(self, language: str = "fr") -> str:
        return self.name_en if language == "en" else self.name_fr

    def purpose(self, language: str = "fr") -> str:
        return self.purpose_en if language == "en" else self.purpose_fr

    def hours(self, language: str = "fr") -> str:
        return self.hours_en if language == "en" else self.hours_fr

    def label(self, language: str = "fr") -> str:
        """Who answers and for what, in one line."""
        return f"{self.name(language)} : {self.purpose(language)}" if language != "en" else self._label_en()

    def _label_en(self) -> str:
        return f"{self.name_en}: {self.purpose_en}"

    def is_stale(self, today: date) -> bool:
        """True when the number was never checked, or more than twelve months ago."""
        return self.checked_on is None or (today - self.checked_on).days > STALE_AFTER_DAYS

    def checked_words(self, language: str = "fr", today: date | None = None) -> str:
        """The day of the last check as a person reads it, and a warning when it is missing or old."""
        english = language == "en"
        if self.checked_on is None:
            return (
                "never checked: look it up first" if english else "jamais vérifié : à contrôler avant usage"
            )
        if today is not None and self.is_stale(today):
            return f"{self.checked_on:%d/%m/%Y}, " + ("to check again" if english else "à revérifier")
        return f"{self.checked_on:%d/%m/%Y}"

    def warning(self, language: str = "fr", today: date | None = None) -> str:
        """Empty when all is well; else the words to print beside the number."""
        if self.verified and (today is None or not self.is_stale(today)):
            return ""
        return self.checked_words(language, today)

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "number": self.number,
            "tel": self.tel,
            "sms": self.sms,
            "site": self.site,
            "name_fr": self.name_fr,
            "name_en": self.name_en,
            "purpose_fr": self.purpose_fr,
            "purpose_en": self.purpose_en,
            "hours_fr": self.hours_fr,
            "hours_en": self.hours_en,
            "danger": self.danger,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
            "verified": self.verified,
            "source": self.source,
        }


@cache
def load_help() -> tuple[HelpNumber, ...]:
    """All help numbers in the order of aide.toml, which is the order of the page."""
    return tuple(HelpNumber(**entry) for entry in tomllib.loads(DATA.read_text("utf-8"))["help"])


def danger_numbers() -> tuple[HelpNumber, ...]:
    """The numbers of the help banner, the most urgent first."""
    shown = [number for number in load_help() if number.danger is not None]
    return tuple(sorted(shown, key=lambda number: number.danger or 0))


def help_number(id: str) -> HelpNumber | None:
    """The entry of that id, or None."""
    return next((number for number in load_help() if number.id == id), None)
