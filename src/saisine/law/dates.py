"""Days and months as French procedure counts them: integers only, Paris calendar days.

Sources: Cass. crim. 12 Nov. 2014, no 13-84.444 (same day number, last day until midnight); CPC art. 641.
"""

from calendar import monthrange
from datetime import MAXYEAR, date, datetime, timedelta

from saisine.paris import in_paris

LAST_BUT_ONE = date.max - timedelta(days=1)
MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
DAYS_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NUMBERS_FR = (
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
)


def add_months(day: date, months: int) -> date:
    """The same day number `months` later; when that day does not exist, the last day of that month.

    A forged date may lie at the end of the calendar (9999): its period ends with it.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def has_same_day(day: date, months: int) -> bool:
    """False when the month of arrival has no such day number (31 August and three months)."""
    return add_months(day, months).day == day.day


def paris_day(text: str) -> tuple[date, bool]:
    """The Paris calendar day of an ISO day or time, and whether its zone was assumed.

    A time without zone keeps its day and is marked. Raises ValueError on anything else.
    """
    if len(text) == 10:
        return date.fromisoformat(text), False
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.date(), True
    return in_paris(moment).date(), False


def day_fr(day: date, weekday: bool = False) -> str:
    """« 1er décembre 2026 », or « mardi 1er décembre 2026 »."""
    number = "1er" if day.day == 1 else str(day.day)
    words = f"{number} {MONTHS_FR[day.month - 1]} {day.year}"
    return f"{DAYS_FR[day.weekday()]} {words}" if weekday else words


def months_fr(months: int) -> str:
    """« trois mois », « un an », « six ans »."""
    if months % 12 == 0 and months:
        years = months // 12
        return f"{_number(years)} an" + ("s" if years > 1 else "")
    return f"{_number(months)} mois"


def days_fr(days: int) -> str:
    return f"{number_fr(days)} jour" + ("s" if abs(days) > 1 else "")


def number_fr(value: int) -> str:
    """« 2 176 »: digits by three, with the narrow no-break space of French typography."""
    return f"{value:,}".replace(",", "\u202f")


def last_of_month(day: date) -> date:
    return date(day.year, day.month, monthrange(day.year, day.month)[1])


def day_after(day: date) -> date:
    return min(day, LAST_BUT_ONE) + timedelta(days=1)


def _number(value: int) -> str:
    return NUMBERS_FR[value] if value < len(NUMBERS_FR) else str(value)
