"""“3 hours ago”, « il y a 2 ans », « 18 h • », “1w”: a coarse time, counted back from the moment of collection.

What pages show instead of a date (YouTube, LinkedIn, Facebook). The unit is the precision: « il y a 2 ans » says
a year, no more. French and English; anything else is unknown, never guessed.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from saisine.texts import fold


class Ago(NamedTuple):
    """A time counted back from another; `precision` is the unit that was said."""

    at: datetime
    precision: str


_DAY: Final = timedelta(days=1)
# word (folded, French or English, long or short) -> (precision, length)
_UNITS: Final[dict[str, tuple[str, timedelta]]] = {
    **dict.fromkeys(("second", "seconde", "sec", "s"), ("s", timedelta(seconds=1))),
    **dict.fromkeys(("minute", "min", "mn", "m"), ("min", timedelta(minutes=1))),
    **dict.fromkeys(("hour", "heure", "hr", "h"), ("hour", timedelta(hours=1))),
    **dict.fromkeys(("day", "jour", "d", "j"), ("day", _DAY)),
    **dict.fromkeys(("week", "semaine", "sem", "w", "wk"), ("week", 7 * _DAY)),
    **dict.fromkeys(("month", "mois", "mo"), ("month", timedelta(days=30.436875))),
    **dict.fromkeys(("year", "an", "annee", "yr", "y", "a"), ("year", timedelta(days=365.2425))),
}
_AMOUNT: Final = re.compile(r"\b(\d{1,4}|an?|une?|one)\s?([a-z]+)\b")
_NOW: Final = frozenset({"just now", "now", "a l'instant", "maintenant", "instantanement"})
_YESTERDAY: Final = frozenset({"yesterday", "hier"})


def parse_ago(text: str, collected_at: datetime | None) -> Ago | None:
    """The time that these words give, counted back from `collected_at`; None when they give none.

    >>> from datetime import UTC
    >>> parse_ago("il y a 3 h", datetime(2026, 10, 2, 12, tzinfo=UTC)).at.hour
    9
    """
    said = _said(text) if collected_at is not None else None
    if collected_at is None or said is None:
        return None
    length, precision = said
    try:
        at = collected_at - length
    except OverflowError:  # 9999 years ago
        return None
    return Ago(at.replace(microsecond=0) if length else at, precision)


@lru_cache(maxsize=4096)
def _said(text: str) -> tuple[timedelta, str] | None:
    """(how long ago, precision) of these words; a page repeats the same few."""
    plain = fold(text).removeprefix("il y a ").strip(" .•·")
    if plain in _NOW:
        return timedelta(0), "min"
    if plain in _YESTERDAY:
        return _DAY, "day"
    for number, word in _AMOUNT.findall(plain):
        unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
        if unit is not None:
            precision, length = unit
            return (int(number) if number.isdigit() else 1) * length, precision
    return None
