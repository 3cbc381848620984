"""What a cell of a table means: times in several writings, counts, flags, damaged identifiers, platforms."""

import re
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Final, NamedTuple

from saisine.messages.zones import from_local
from saisine.texts import fold, utc_from_ms, utc_from_s, utc_from_us

# Excel's way with a number of more than 15 digits: the last digits are gone for good.
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_FORMULA: Final = re.compile(r'="(.*)"', re.DOTALL)
_COUNT: Final = re.compile(r"\d+|\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+|\d+\.0")
_EPOCH: Final = re.compile(r"\d{9,17}(?:\.\d+)?")
_HOSTS: Final = (
    (re.compile(r"youtu\.?be|youtube"), "youtube"),
    (re.compile(r"facebook|fb\.com|fb\.watch"), "facebook"),
    (re.compile(r"instagram"), "instagram"),
    (re.compile(r"tiktok"), "tiktok"),
    (re.compile(r"twitch"), "twitch"),
    (re.compile(r"twitter|(?:^|[/. ])x\.com|^x$|^x \("), "x"),
    (re.compile(r"linkedin"), "linkedin"),
    (re.compile(r"bsky|bluesky"), "bluesky"),
    (re.compile(r"mastodon"), "mastodon"),
    (re.compile(r"telegram|(?:^|[/ ])t\.me"), "telegram"),
    (re.compile(r"whatsapp"), "whatsapp"),
    (re.compile(r"discord"), "discord"),
    (re.compile(r"threads"), "threads"),
    (re.compile(r"snapchat"), "snapchat"),
    (re.compile(r"e-?mail|courriel|@.*mail"), "email"),
)


class CellTime(NamedTuple):
    """A time read in a cell; `is_zone_assumed` when the cell itself named no zone."""

    at: datetime
    precision: str
    is_zone_assumed: bool


def plain_cell(cell: str) -> str:
    """The cell without Excel's `="…"` and surrounding spaces."""
    cell = cell.strip()
    found = _FORMULA.fullmatch(cell)
    return found.group(1) if found else cell


def is_rounded(cell: str) -> bool:
    """Whether a spreadsheet made this identifier 1.75E+18: guessing its digits would name another post."""
    return _ROUNDED.fullmatch(cell.strip()) is not None


def parse_count(cell: str) -> int | None:
    """A count; None when it is not one (`1,2 k` is not exact)."""
    cell = cell.strip().removesuffix(".0")
    return int(re.sub(r"\D", "", cell)) if _COUNT.fullmatch(cell) else None


def parse_flag(cell: str) -> bool | None:
    word = fold(cell)
    if word in ("true", "1", "yes", "oui", "vrai"):
        return True
    return False if word in ("false", "0", "no", "non", "faux") else None


def parse_time(cell: str, formats: tuple[str, ...], zone: tzinfo) -> CellTime | None:
    """The time of a cell by the first writing that fits; None when none does."""
    for writing in formats:
        try:
            found = _parse(cell.strip(), writing, zone)
        except (ValueError, OverflowError):
            continue
        if found is not None:
            return found
    return None


def _parse(cell: str, writing: str, zone: tzinfo) -> CellTime | None:
    if writing == "epoch":
        return _from_epoch(cell)
    read = datetime.fromisoformat if writing == "iso" else partial(_read_as, writing)
    local = read(cell)
    precision = _iso_precision(cell) if writing == "iso" else _written_precision(writing)
    if local.tzinfo is not None:
        return CellTime(local.astimezone(UTC), precision, False)
    at, is_twice = from_local(local, zone)
    return CellTime(at, "hour" if is_twice and precision not in ("day", "hour") else precision, True)


def _read_as(writing: str, cell: str) -> datetime:
    return datetime.strptime(cell, writing)  # noqa: DTZ007 (the caller gives it its zone)


def _from_epoch(cell: str) -> CellTime | None:
    """Seconds, milliseconds or microseconds by magnitude: a date between 2001 and 2286 in its unit."""
    if not _EPOCH.fullmatch(cell):
        return None
    digits = len(cell.partition(".")[0])
    if digits <= 10:
        return CellTime(utc_from_s(cell), "s", False)
    if digits <= 13:
        return CellTime(utc_from_ms(int(cell.partition(".")[0])), "ms", False)
    return CellTime(utc_from_us(cell.partition(".")[0]), "us", False)


def _iso_precision(cell: str) -> str:
    if len(cell) <= 10:
        return "day"
    fraction = re.search(r"[.,](\d+)", cell)
    if fraction:
        return "ms" if len(fraction.group(1)) <= 3 else "us"
    return "s" if re.search(r":\d\d:\d\d", cell) else "min"


def _written_precision(writing: str) -> str:
    for directive, precision in (("%f", "us"), ("%S", "s"), ("%M", "min"), ("%H", "hour"), ("%d", "day")):
        if directive in writing:
            return precision
    return "month" if "%m" in writing else "year"


def platform_of(text: str) -> str:
    """The platform that a link or a word names; `other` when none is recognised."""
    low = fold(text)
    for pattern, platform in _HOSTS:
        if pattern.search(low):
            return platform
    return "other"
