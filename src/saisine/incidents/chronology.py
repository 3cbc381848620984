"""What happened, in order: acts, exhibits, notices; the precision of each date is shown, never raised."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from saisine.law.dates import day_fr
from saisine.paris import PARIS, in_paris

Precision = Literal["us", "s", "min", "day", "month", "none"]


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment as it is known: an aware time, a day, or nothing."""

    at: datetime | date | None = None
    precision: Precision = "day"

    @property
    def day(self) -> date | None:
        return in_paris(self.at).date() if isinstance(self.at, datetime) else self.at

    def order(self) -> tuple[int, str]:
        """Undated things come last; a day without hour opens its day."""
        if self.at is None:
            return 1, ""
        if isinstance(self.at, datetime):
            return 0, in_paris(self.at).isoformat()
        return 0, datetime.combine(self.at, time.min, PARIS).isoformat()

    def words(self, language: str = "fr") -> str:
        """« 14 mars 2026, 14 h 32 », « vers mars 2026 », « date inconnue » (Paris time)."""
        day = self.day
        if day is None or self.precision == "none":
            return "unknown date" if language == "en" else "date inconnue"
        if self.precision == "month":
            return f"around {day:%B %Y}" if language == "en" else f"vers {day_fr(day).split(' ', 1)[1]}"
        if self.precision == "day" or not isinstance(self.at, datetime):
            return _day(day, language)
        local = in_paris(self.at)
        clock = f"{local:%H:%M}" if language == "en" else f"{local.hour} h {local:%M}"
        return f"{_day(day, language)}, {clock}"


def _day(day: date, language: str) -> str:
    return f"{day.day} {day:%B %Y}" if language == "en" else day_fr(day)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the chronology. `exhibits` are numbers of the incident's exhibits.

    `is_birth`: the birthday of somebody targeted, which not every reader may receive.
    """

    when: Dated
    text_fr: str
    text_en: str
    exhibits: tuple[int, ...] = field(default=())
    is_birth: bool = False

    def text(self, language: str = "fr") -> str:
        return self.text_en if language == "en" else self.text_fr


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Oldest first, undated last; lines of one moment keep the order given."""
    return sorted(lines, key=lambda line: line.when.order())


def merge_days(lines: Iterable[Line], most: int = 3) -> list[Line]:
    """Many exhibits of one day become one line, so that a wave of hundreds stays readable."""
    by_day: dict[date | None, list[Line]] = {}
    for line in in_order(lines):
        by_day.setdefault(line.when.day, []).append(line)
    merged: list[Line] = []
    for day, found in by_day.items():
        if len(found) <= most or day is None:
            merged += found
            continue
        numbers = tuple(number for line in found for number in line.exhibits)
        text_fr, text_en = f"{len(found)} pièces datées de ce jour.", f"{len(found)} exhibits of that day."
        merged.append(Line(Dated(day, "day"), text_fr, text_en, numbers))
    return in_order(merged)
