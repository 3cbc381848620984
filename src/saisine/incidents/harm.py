"""Harm, as people describe it: five kinds, days on a medical certificate, a cost.

The number of days counts in law only when a certificate gives it (`law/fr/facts.yaml`, `itt_over_8_days`): without
an exhibit that shows it, it is said as declared.
"""

from datetime import date
from typing import Final

from saisine.law.dates import day_fr

KINDS: Final[dict[str, tuple[str, str]]] = {
    "sante": ("Santé", "Health"),
    "travail": ("Travail ou études", "Work or studies"),
    "securite": ("Sécurité, vie quotidienne", "Safety, daily life"),
    "materiel": ("Frais et pertes", "Costs and losses"),
    "associatif": ("Vie de l’association", "Life of the association"),
}
MAX_DAYS: Final = 3650
MAX_EUR: Final = 100_000_000


def period_words(since: date | None, until: date | None, language: str = "fr") -> str:
    """« du 14 mars 2026 au 2 avril 2026 », « depuis le 14 mars 2026 », or nothing."""
    english = language == "en"
    start, end = (_day(one, english) for one in (since, until))
    if start and end:
        return f"from {start} to {end}" if english else f"du {start} au {end}"
    if start:
        return f"since {start}" if english else f"depuis le {start}"
    return (f"until {end}" if english else f"jusqu’au {end}") if end else ""


def _day(day: date | None, english: bool) -> str:
    if day is None:
        return ""
    return f"{day.day} {day:%B %Y}" if english else day_fr(day)


def days_words(days: int, exhibit: int | None, language: str = "fr") -> str:
    """« 10 jours d’incapacité totale de travail d’après un certificat (pièce 3) »; declared without one."""
    if language == "en":
        counted = f"{days} {'day' if days == 1 else 'days'} of total incapacity for work"
        return counted + (
            f" by a certificate (exhibit {exhibit})" if exhibit else ", declared, no certificate"
        )
    counted = f"{days} {'jour' if days == 1 else 'jours'} d’incapacité totale de travail"
    return counted + (
        f" d’après un certificat (pièce {exhibit})" if exhibit else ", déclarés, sans certificat"
    )
