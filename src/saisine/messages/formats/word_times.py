"""Times written with words, in French and in English, and zones named behind a time."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final

from saisine.texts import fold

# Folded.
_FRENCH_MONTHS: Final = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
    "decembre",
)  # fmt: skip
_ENGLISH_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_CLOCK: Final = (
    r"(?:,? (?:a |at )?(?P<hour>\d{1,2})(?: ?[:h] ?(?P<minute>\d{2})(?: ?[:m] ?(?P<second>\d{2}))?| ?h)"
    r"(?: ?(?P<half>[ap])\.?m\.?)?)?\s*"
)
_DAY_FIRST: Final = re.compile(
    r"(?:[a-z]{3,9}\.?,? )?(?P<day>\d{1,2})(?:er|st|nd|rd|th)?[ -](?P<month>[a-z]{3,9})\.?,?"
    r"(?:[ -](?P<year>\d{4})|-(?P<short>\d\d))" + _CLOCK
)
_MONTH_FIRST: Final = re.compile(
    r"(?:[a-z]{3,9}\.?,? )?(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})"
    + _CLOCK
)
# Names that are one zone in the world, or nearly: IST is three, CST two, BST two.
_OFFSETS_H: Final = {
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "wet": 0,
    "west": 1,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "hkt": 8,
    "jst": 9,
    "kst": 9,
    "est": -5,
    "edt": -4,
    "pst": -8,
    "pdt": -7,
}
_ZONE: Final = re.compile(
    rf"(?<=[\dMm.])\s?[(\[]?(?P<name>{'|'.join(_OFFSETS_H)})"
    r"(?: ?(?P<sign>[+-])(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?)?[)\]]?(?: \([^()]{1,60}\))?",
    re.IGNORECASE,
)
_TIME_OF_DAY: Final = re.compile(
    r"(?:\d{4}-\d\d-\d\d[T ])?(?P<hour>\d{1,2}) ?(?:[hH]|[:hH] ?(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_PART_OF_DAY: Final = re.compile(r"0(?:[.,]\d{1,17})?")  # as a spreadsheet counts hours: 0,5 is noon
_NUMBERED_DAY: Final = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_RELATIVE: Final = re.compile(
    r"(?:il y a|hier|aujourd|avant-hier|\d+ ?(?:h|j|min|sem|d|w|mo|y)\b|.* ago(?: \(edited\))?$|yesterday|just now)",
    re.IGNORECASE,
)
_LONGEST_ZONE: Final = 80


def iso_of(cell: str) -> str | None:
    """`8 avril 2026 à 14:05`, `1er mai 2026`, `8 avr. 2026, 14 h 05`, `Apr 8, 2026, 2:05 PM` as ISO 8601; None for
    any other. `jui` is June as well as July: None. Raises ValueError for what is no number of a clock."""
    folded = fold(cell)
    found = _DAY_FIRST.fullmatch(folded) or _MONTH_FIRST.fullmatch(folded)
    if found is None or (month := _month(found["month"])) is None:
        return None
    said = found.groupdict()
    year = said["year"] or f"20{said['short']}"
    day = f"{year}-{month:02}-{int(found['day']):02}"
    if found["hour"] is None:
        return day
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    second = f":{found['second']}" if found["second"] else ""
    return f"{day}T{hour:02}:{found['minute']}{second}" if found["minute"] else f"{day}T{hour:02}"


def _month(word: str) -> int | None:
    names = (_FRENCH_MONTHS, _ENGLISH_MONTHS)
    found = {n for months in names for n, name in enumerate(months, 1) if name.startswith(word)}
    return found.pop() if len(found) == 1 else None


def split_zone(cell: str) -> tuple[str, tzinfo | None]:
    """(the time, the zone named behind it): `2026-03-14 10:11:12 CET`, `10:11 (UTC+1)`, `10:11:12 GMT+0100 (heure
    normale…)`. The cell as it is and None where none is named, or where its name is of several zones."""
    start = max(0, len(cell) - _LONGEST_ZONE)
    found = next((one for one in _ZONE.finditer(cell, start) if one.end() == len(cell)), None)
    if found is None:
        return cell, None
    ahead = timedelta(hours=_OFFSETS_H[found["name"].lower()])
    if found["sign"]:
        if ahead or found["name"].lower() == "z":
            return cell, None
        own = timedelta(hours=int(found["h"]), minutes=int(found["m"] or 0))
        ahead = own if found["sign"] == "+" else -own
    if abs(ahead) > timedelta(hours=14):
        return cell, None
    return cell[: found.start()].rstrip(), timezone(ahead) if ahead else UTC


def with_clock(day: str | None, clock: str | None) -> str | None:
    """A day and the time of day that stands in a column of its own: `08/04/2026` and `14h05`, `2:05 PM` or `0,586806`.
    The day alone where it has a time already, or where the other cell is none."""
    if not day or not clock or ":" in day:
        return day
    clock = clock.strip()
    if _PART_OF_DAY.fullmatch(clock):
        minutes = round(float(clock.replace(",", ".")) * 1440) % 1440
        return f"{day} {minutes // 60:02}:{minutes % 60:02}"
    found = _TIME_OF_DAY.fullmatch(clock)
    if found is None:
        return day
    hour, half = int(found["hour"]), found["half"]
    if half:
        if not 1 <= hour <= 12:
            return day
        hour = hour % 12 + (12 if half in "pP" else 0)
    if hour > 23 or int(found["minute"] or 0) > 59 or int(found["second"] or 0) > 59:
        return day
    if found["minute"] is None:  # an hour alone is read behind no other way of writing a day
        is_hour = half or not clock.isdecimal()
        return f"{day} {hour:02}h" if is_hour and _NUMBERED_DAY.fullmatch(day.strip()) else day
    second = f":{found['second']}" if found["second"] else ""
    return f"{day} {hour:02}:{found['minute']}{second}"


def is_relative(cell: str) -> bool:
    """Whether a time is said from the moment of the collection: `il y a 2 jours`, `3 h`, `2 days ago`."""
    return _RELATIVE.match(cell.strip()[:80]) is not None
