"""In which writing the dates of a column are, told from the whole column: `08/04/2026` alone may be two days.

Writings are those of a profile (`times.format`): `iso`, `epoch`, `excel`, `fr`, and strptime's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from saisine.messages.formats.table_values import parse_time, plain_cell
from saisine.messages.formats.word_times import is_relative, split_zone

# A number is taken for a time when it falls between the first networks and ten years from now.
_EPOCHS: Final = (datetime(2004, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
_SERIALS: Final = (37_987, 49_675)  # the same days, counted from 1900
_NUMERIC: Final = re.compile(
    r"(?P<a>\d{1,4})(?P<sep>[/.\-])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,4})"
    r"(?:(?P<glue>T|,? (?:à |at )?)(?P<hour>\d{1,2})(?P<mark>[:h])(?P<minute>\d{2})"
    r"(?P<second>:\d{2})?(?P<fraction>\.\d{1,6})?(?P<half> ?[AaPp][Mm])?)?"
    r"(?P<zone> ?(?:UTC|GMT|Z|[+\-]\d{2}:?\d{2}))?"
)
_ENGLISH: Final = (
    "%a %b %d %H:%M:%S %z %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%b %d, %Y",
    "%b %d, %Y %H:%M",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y, %I:%M %p",
    "%b %d, %Y, %I:%M:%S %p",
    "%b %d, %Y at %I:%M %p",
    "%B %d, %Y",
    "%B %d, %Y %H:%M",
    "%B %d, %Y %I:%M %p",
    "%B %d, %Y at %I:%M %p",
    "%d %b %Y",
    "%d %b %Y %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y, %H:%M",
    "%d %B %Y",
    "%d %B %Y %H:%M",
    "%d-%b-%Y",
    "%d-%b-%Y %H:%M:%S",
)
_ZONED: Final = re.compile(
    r"(?::\d\d(?:\.\d+)?|\d [AaPp][Mm])\s?(?:Z|UTC|GMT|[+\-]\d\d:?\d\d)(?: \d{4})?$|^\d{10,}"
)
_CLOCK: Final = re.compile(r"\d{1,2}[:h]\d{2}(?::\d{2})?")
# Looked for first: trying every writing on every sentence would take a second per thousand rows.
_ENGLISH_MONTH: Final = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_DAY_AND_MONTH: Final = re.compile(r"\d{1,2}(?:er)?\s[a-zàâéèûô]{3,9}\.?\s\d{4}", re.IGNORECASE)
_FIRST: Final = "{first}"
_SECOND: Final = "{second}"


@dataclass(slots=True)
class TimeGuess:
    """How the times of a column are written. `order` is `day`, `month`, `year` when a value proves it, `none`
    when the writing has no order to tell, `chosen` when a person said it, `ambiguous` when nothing does:
    `day_first` and `month_first` are then the two readings, and `formats` holds neither."""

    formats: tuple[str, ...]
    share: float
    order: str
    day_first: tuple[str, ...] = ()
    month_first: tuple[str, ...] = ()
    has_clock: bool = True
    is_utc: bool = False
    is_relative: bool = False
    contradicts: int = 0
    is_mixed: bool = False
    has_zone: bool = False


@dataclass(slots=True)
class _Numeric:
    """Numeric dates whose year comes last, while they go by."""

    templates: Counter[str] = field(default_factory=Counter)
    over_first: int = 0
    over_second: int = 0
    neither: int = 0

    def add(self, first: int, second: int, template: str) -> None:
        self.templates[template] += 1
        self.over_first += first > 12
        self.over_second += second > 12
        self.neither += first > 31 or second > 31 or (first > 12 and second > 12)


class DateReader:
    """Takes the cells of a column one after the other, then says how its times are written."""

    def __init__(self) -> None:
        self.count = 0
        self._known: Counter[str] = Counter()
        self._numeric = _Numeric()
        self._clocks = self._utc = self._relative = self._zoned = 0
        self._last_english: str | None = None

    def add(self, cells: Iterable[str]) -> None:
        for cell in cells:
            value = plain_cell(cell)
            if value:
                self.count += 1
                self._one(value[:80])

    def _one(self, value: str) -> None:
        found = _NUMERIC.fullmatch(value)
        bare, named = (value, None) if found is not None else split_zone(value)
        self._zoned += named is not None or _ZONED.search(value) is not None
        if named is not None:
            value, found = bare, _NUMERIC.fullmatch(bare)
        if found is not None:
            self._take_numeric(value, found)
        elif _is_epoch(value):
            self._take("epoch", True)
        elif _is_serial(value):
            self._take("excel", "," in value or "." in value)
        elif _DAY_AND_MONTH.search(value) and parse_time(value, ("fr",), UTC) is not None:
            self._take("fr", bool(re.search(r"\d[:h ]+\d\d", value.partition(" 20")[2])))
        elif (english := self._english(value)) is not None:
            self._take(english, "%H" in english or "%I" in english)
        elif "-" in value and parse_time(value, ("iso",), UTC) is not None:
            self._take("iso", len(value) > 10)
        elif is_relative(value):
            self._relative += 1

    def _take(self, writing: str, has_clock: bool) -> None:
        self._known[writing] += 1
        self._clocks += has_clock

    def _english(self, value: str) -> str | None:
        if not _ENGLISH_MONTH.search(value):
            return None
        tried = (self._last_english, *_ENGLISH) if self._last_english else _ENGLISH
        found = next((one for one in tried if parse_time(value, (one,), UTC) is not None), None)
        self._last_english = found or self._last_english
        return found

    def _take_numeric(self, value: str, found: re.Match[str]) -> None:
        self._clocks += found["hour"] is not None
        self._utc += (found["zone"] or "").strip() in ("UTC", "GMT")
        if parse_time(value, ("iso",), UTC) is not None:
            self._known["iso"] += 1
            return
        first, second, third = found["a"], found["b"], found["c"]
        tail = _clock_format(found)
        sep = found["sep"]
        if len(first) == 4 and len(third) <= 2:
            self._known[f"%Y{sep}%m{sep}%d{tail}"] += 1
        elif len(first) <= 2 and len(third) in (2, 4):
            year = "%Y" if len(third) == 4 else "%y"
            self._numeric.add(int(first), int(second), f"{_FIRST}{sep}{_SECOND}{sep}{year}{tail}")

    def guess(self, order: str | None = None) -> TimeGuess | None:
        """How the times are written, or None when fewer than half of the cells are times. `order` (`day` or
        `month`) is a person's answer."""
        numeric = self._numeric
        read = self._known.total() + numeric.templates.total()
        if not self.count or (read + self._relative) * 2 < self.count:
            return None
        written = tuple(writing for writing, _ in self._known.most_common())
        day, month = _ordered(numeric.templates, "%d", "%m"), _ordered(numeric.templates, "%m", "%d")
        proved, contradicts = self._order(order)
        chosen = {"day": day, "month": month}.get(order if proved == "chosen" else proved, ())  # type: ignore[arg-type]
        return TimeGuess(
            formats=(*chosen, *written),
            share=read / self.count,
            order=proved,
            day_first=day,
            month_first=month,
            has_clock=self._clocks * 2 > read,
            is_utc=bool(read) and self._utc == read,
            is_relative=self._relative > read,
            contradicts=contradicts,
            has_zone=self._zoned * 2 > read,
            is_mixed=bool(numeric.templates) and "iso" in self._known,
        )

    def _order(self, order: str | None) -> tuple[str, int]:
        """(what tells the order, how many dates contradict it)."""
        numeric = self._numeric
        if not numeric.templates:
            return "none", 0
        if order is not None:
            return "chosen", numeric.over_first if order == "month" else numeric.over_second
        if numeric.over_first == numeric.over_second:
            return "ambiguous", numeric.over_first
        if numeric.over_first > numeric.over_second:
            return "day", numeric.over_second
        return "month", numeric.over_first


def guess_times(cells: Sequence[str], order: str | None = None) -> TimeGuess | None:
    """How these cells write their times, or None when they are none."""
    reader = DateReader()
    reader.add(cells)
    return reader.guess(order)


def is_clock(cells: Sequence[str]) -> bool:
    """Whether a column holds times of day (`14:05`), to be put beside a day."""
    values = [value for value in map(plain_cell, cells) if value]
    return bool(values) and sum(1 for value in values if _CLOCK.fullmatch(value)) >= 0.8 * len(values)


def clock_format(cells: Sequence[str]) -> str:
    """The writing of the times of day of a column."""
    value = next((value for value in map(plain_cell, cells) if value), "")
    mark = "h" if "h" in value else ":"
    return f"%H{mark}%M:%S" if value.count(":") == 2 else f"%H{mark}%M"


def _ordered(templates: Counter[str], first: str, second: str) -> tuple[str, ...]:
    return tuple(one.replace(_FIRST, first).replace(_SECOND, second) for one, _ in templates.most_common())


def _clock_format(found: re.Match[str]) -> str:
    if found["hour"] is None:
        return _zone_format(found)
    half = found["half"]
    clock = f"{found['glue']}{'%I' if half else '%H'}{found['mark']}%M"
    clock += ":%S" if found["second"] else ""
    clock += ".%f" if found["fraction"] else ""
    clock += (" %p" if half.startswith(" ") else "%p") if half else ""
    return clock + _zone_format(found)


def _zone_format(found: re.Match[str]) -> str:
    zone = found["zone"] or ""
    if not zone or zone.strip() in ("UTC", "GMT"):
        return zone
    return " %z" if zone.startswith(" ") else "%z"


def _is_epoch(value: str) -> bool:
    if not re.fullmatch(r"\d{10}(?:\d{3}){0,2}(?:\.\d+)?", value):
        return False
    found = parse_time(value, ("epoch",), UTC)
    return found is not None and _EPOCHS[0] <= found.at < _EPOCHS[1]


def _is_serial(value: str) -> bool:
    found = re.fullmatch(r"(\d{5})(?:[.,]\d{1,17})?", value)
    return found is not None and _SERIALS[0] <= int(found.group(1)) < _SERIALS[1]
