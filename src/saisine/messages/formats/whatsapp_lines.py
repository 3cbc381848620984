"""The dated lines of a WhatsApp export, and what only the whole file can settle about them.

Day and month: a number over 12 anywhere tells the order; failing that, files run forward in time, and an
order that would go back or reach past the day of reading is excluded. When both remain the dates stay empty.
Author: a name may hold « : »; it does when everything that begins with its first half goes on in the same way.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from saisine.messages.formats.whatsapp_words import is_group_event, tells_day_first

MARKS: Final = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_HEADER: Final = re.compile(
    rf"[{MARKS}]*(?P<open>\[)?"
    # Arabic exports put a mark of direction after each number: « ٢٤‏/١٢‏/٢٠٢٦، ٦:٠٥ م »
    rf"(?P<a>\d{{1,4}})[{MARKS}]*(?P<sep>[-/.]|\. |년 |年)(?P<b>\d{{1,2}})[{MARKS}]*(?:(?P=sep)|월 |月)"
    rf"(?P<c>\d{{1,4}})(?:\.|일|日|\sг\.)?[{MARKS}]*[,،]?[{MARKS}]*"
    r"\s(?:à\s|um\s|at\s|às\s|a las\s|alle\s|kl\.\s|klo\s|om\s)?"
    r"(?P<before>[AaPp]\.?\s?[Mm]\.?|오전|오후|上午|下午|午前|午後|凌晨|早上|清晨|中午|傍晚|晚上|半夜|ص|م|[قب]\.ظ\.?)?\s?"
    r"(?P<h>\d{1,2})(?:[:.]|\sh\s|h)(?P<m>\d{2})(?:[:.](?P<s>\d{2}))?"
    rf"(?:\s?[{MARKS}]*(?P<after>[AaPp]\.?\s?[Mm]\.?|ص|م|[قب]\.ظ\.?|[πμ]\.\s?μ\.|vorm\.|nachm\.|пр\.об\.|сл\.об\.)[{MARKS}]*)?"
    rf"(?P<end>(?(open)\]|(?:\s[-–]|[:,])))[\s{MARKS}]"
)
# Vietnamese exports, and messages that are copied out of WhatsApp Web: "[21:04, 13/05/2024] Ada: …"
_TIME_FIRST: Final = re.compile(
    rf"[{MARKS}]*(?P<open>\[)?(?P<before>(?!))?(?P<h>\d{{1,2}})[:.](?P<m>\d{{2}})(?:[:.](?P<s>\d{{2}}))?"
    r"(?:\s(?P<after>[AaPp]\.?\s?[Mm]\.?))?,?\s"
    r"(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,4})(?P<end>(?(open)\]|\s[-–]))\s"
)
AFTERNOON: Final = frozenset(
    {"오후", "下午", "午後", "中午", "傍晚", "晚上", "م", "ب.ظ", "ب.ظ.", "μ.μ.", "μ. μ.", "nachm.", "сл.об."}
)
# " : " in Korean exports and in French typography; ":" alone when the text is empty or glued to it.
_AUTHOR: Final = re.compile(r"([^:]{1,100}?)(?:: |: ?$)")
_GLUED: Final = re.compile(r"([^:]{1,60}[^:\d]):(?![\d/ ])(?=\S)")
_NO_CONTACT: Final = re.compile("^~[ \xa0\u202f]")  # iOS: not among the contacts of this telephone
_QUOTES: Final = re.compile('["“”„«»]')
# signal-export: "[2019-05-29, 15:04] Me: …", in every line; WhatsApp has seconds where it has brackets.
_SIGNAL: Final = re.compile(r"\d{4}-\d{2}-\d{2},? \d{2}:\d{2}")
KOREAN: Final = frozenset({"년 ", ". "})  # "2025년 3월 13일 오후 9:14, Ada : …"
FIRST_YEAR: Final = 2009
LEAST_LINES: Final = 5
ORDERS: Final = ("dmy", "mdy")


class Header(NamedTuple):
    """A dated line: its three numbers as written, its time on 24 hours, and the rest of the line."""

    stated: str
    numbers: tuple[int, int, int]
    hour: int
    minute: int
    second: int | None
    form: str
    rest: str

    @property
    def author(self) -> str | None:
        return split_author(self.rest)[0]


def parse_header(line: str) -> Header | None:
    """The header that opens a line, or None; an impossible hour is no header."""
    found = _HEADER.match(line) or _TIME_FIRST.match(line)
    if found is None:
        return None
    marker = found["before"] or found["after"]
    hour, minute = int(found["h"]), int(found["m"])
    if hour > 24 or minute > 59 or (found["s"] and int(found["s"]) > 59):
        return (
            None  # 24:10 is a line of a chat whose time is wrong: a failed record, no text of the one before
        )
    if found["end"] == "," and found["sep"] not in KOREAN:
        return None
    if found["sep"] == "-" and found["end"] == ":":
        return None  # "2026-03-12 10:00:00: INFO: …" is the log of some program
    if marker and hour <= 12:
        is_afternoon = marker in AFTERNOON or marker[0] in "pP"
        hour = hour % 12 + (12 if is_afternoon else 0)
    numbers = (int(found["a"]), int(found["b"]), int(found["c"]))
    return Header(
        stated=found.group().strip(MARKS + "[]-–: \u202f\xa0"),
        numbers=numbers,
        hour=hour,
        minute=minute,
        second=int(found["s"]) if found["s"] else None,
        form=f"{'brackets' if found['open'] else 'dash'}, {'12 h' if marker else '24 h'}, {_year_signs(found)}",
        rest=line[found.end() :].split("\n", 1)[0].rstrip("\r"),
    )


def _year_signs(found: re.Match[str]) -> str:
    return f"{max(len(found['a']), len(found['c']))} signs of the year"


def split_author(rest: str) -> tuple[str | None, str]:
    """(author, text) of the rest of a line; no author for a line that WhatsApp wrote."""
    found = _AUTHOR.match(rest) or _GLUED.match(rest)
    if found is None:
        return None, rest
    author = _NO_CONTACT.sub("", found.group(1).strip(MARKS + " \xa0\u202f"))
    if not author or _QUOTES.search(author):
        # X created the group "A: B"; a name with a quotation mark is rarer than that
        return None, rest
    return author, rest[found.end() :]


class Layout:
    """What the whole file says: the order of dates for each way of writing them (two exports may have been joined), by
    WhatsApp's own words where no date tells it; names that hold « : »; whether it is a group."""

    def __init__(
        self,
        orders: dict[str, str | None],
        long_names: dict[str, str],
        *,
        is_group: bool,
        is_by_language: bool = False,
        is_signal: bool = False,
    ) -> None:
        self.orders = orders
        self.is_by_language = is_by_language
        self.long_names = long_names
        self.is_group = is_group
        self.is_signal = is_signal

    @classmethod
    def learn(cls, headers: Iterable[Header], now: datetime, *, is_day_first: bool = False) -> "Layout":
        """Read every dated line once; what is kept does not grow with the file, only with its authors."""
        last_day = (now + timedelta(days=1)).date()
        evidence: dict[str, _Evidence] = {}
        seconds: dict[str, tuple[int, str | None]] = {}
        is_group = False
        written = others = 0
        for header in headers:
            written, others = written + 1, others + (not is_of_signal(header))
            if is_of_our_calendar(header.numbers, now):
                evidence.setdefault(header.form, _Evidence(last_day)).add(header.numbers)
            author, text = split_author(header.rest)
            own = header.rest if author is None else text
            is_group = is_group or is_group_event(author, own)
            is_day_first = is_day_first or tells_day_first(author, own)
            if author is not None:
                count, after = seconds.get(author, (0, ""))
                half = split_author(text)[0]
                seconds[author] = (count + 1, half if not count or half == after else None)
        # whoever writes « Léa : … » each time speaks to Léa, who is there too; a few reminders are no name either
        long_names = {
            name: after
            for name, (count, after) in seconds.items()
            if after and count >= LEAST_LINES and after not in seconds
        }
        orders = {form: one.order() for form, one in evidence.items()}
        open_forms = [form for form, one in evidence.items() if is_day_first and one.is_open]
        is_by_language = any(orders[form] is None for form in open_forms) and len(orders) == 1
        return cls(
            orders | dict.fromkeys(open_forms, "dmy") if is_by_language else orders,
            long_names,
            is_group=is_group or len(seconds) > 2,
            is_by_language=is_by_language,
            is_signal=written > 0 and not others,
        )

    def split_author(self, header: Header) -> tuple[str | None, str]:
        """(author, text), the second half of a name put back where it belongs."""
        author, text = split_author(header.rest)
        if author is None or author not in self.long_names:
            return author, text
        _, inner = split_author(text)
        return f"{author}: {self.long_names[author]}", inner

    def moment(self, header: Header) -> datetime | None:
        """The local time of a line; None when its date can be read in two ways. Raises ValueError for a day
        that does not exist."""
        found = day_of(header.numbers, self.orders.get(header.form))
        if found is None:
            return None
        # the zone is applied where the import's is known
        return datetime(*found, header.hour, header.minute, header.second or 0)  # noqa: DTZ001


def is_of_signal(header: Header) -> bool:
    """Whether a line is dated as the program signal-export writes it."""
    return header.form.startswith("brackets") and _SIGNAL.fullmatch(header.stated) is not None


def is_of_our_calendar(numbers: tuple[int, int, int], now: datetime) -> bool:
    """Whether the year can be one in which WhatsApp existed: Thai and Persian years are others, 2567, 1403."""
    return FIRST_YEAR <= _year(numbers[0] if numbers[0] > 31 else numbers[2]) <= now.year + 1


def day_of(numbers: tuple[int, int, int], order: str | None) -> tuple[int, int, int] | None:
    """(year, month, day), or None when the order is unknown and the numbers do not tell it."""
    a, b, c = numbers
    if a > 31:
        return _year(a), b, c
    if order is None:
        if a > 12 or a == b:
            order = "dmy"
        elif b > 12:
            order = "mdy"
        else:
            return None
    return (_year(c), b, a) if order == "dmy" else (_year(c), a, b)


def _year(number: int) -> int:
    return number + 2000 if number < 100 else number


class _Evidence:
    """What dates tell of their order: a number over 12, else the order in which time does not go back."""

    def __init__(self, last_day: date) -> None:
        self.last_day = (last_day.year, last_day.month, last_day.day)
        self.told: set[str] = set()
        self.faulty: set[str] = set()
        self.before: dict[str, tuple[int, int, int]] = {}
        self.seen: tuple[int, int, int] | None = None

    def add(self, numbers: tuple[int, int, int]) -> None:
        if numbers == self.seen or numbers[0] > 31:
            return
        self.seen = numbers
        if numbers[0] > 12:
            self.told.add("dmy")
        elif numbers[1] > 12:
            self.told.add("mdy")
        for order in ORDERS:
            day = day_of(numbers, order)
            if day is not None and (day > self.last_day or day < self.before.get(order, day)):
                self.faulty.add(order)
            if day is not None:
                self.before[order] = day

    @property
    def is_open(self) -> bool:
        """Whether no date tells the order, and both are possible."""
        return not self.told and not self.faulty

    def order(self) -> str | None:
        """`dmy`, `mdy`, or None when both are told, or neither can be excluded."""
        if self.told:
            return next(iter(self.told)) if len(self.told) == 1 else None
        possible = [order for order in ORDERS if order not in self.faulty]
        return possible[0] if len(possible) == 1 else None
