"""What a cell of a table means: times in several writings, counts, flags, damaged identifiers, platforms."""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache, partial
from typing import Final, NamedTuple

from saisine.messages.formats.word_times import iso_of, split_zone
from saisine.messages.formats.xlsx import date_text
from saisine.messages.zones import from_local
from saisine.texts import fold, utc_from_ms, utc_from_s, utc_from_us

# Excel's way with a number of more than 15 digits: the last digits are gone for good.
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_SECONDS: Final = 5  # decimals of a day that tell seconds
_FORMULA: Final = re.compile(r'="(.*)"', re.DOTALL)
_COUNT: Final = re.compile(r"\d+|\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+|\d+\.0")
_TOO_MANY_DIGITS: Final = 19  # of a number of 64 bits
_EPOCH: Final = re.compile(r"\d{9,17}(?:\.\d+)?")
_JOINT: Final = re.compile(r"(?<=\d),?\s+(?:à|at)\s+(?=\d)")  # « 13/04/2026 à 21h07 »
_ENDS: Final = frozenset(")]0123456789")  # of a zone: « (CET) », « GMT+2 »
_SERIAL: Final = re.compile(r"\d{5}(?:[.,]\d{1,17})?")
# An address is of the platform of its host, whatever its path says.
_SITES: Final = {
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "fb.watch": "facebook",
    "fb.me": "facebook",
    "messenger.com": "facebook",
    "m.me": "facebook",
    "instagram.com": "instagram",
    "instagr.am": "instagram",
    "tiktok.com": "tiktok",
    "twitch.tv": "twitch",
    "twitter.com": "x",
    "x.com": "x",
    "t.co": "x",
    "linkedin.com": "linkedin",
    "lnkd.in": "linkedin",
    "bsky.app": "bluesky",
    "bsky.social": "bluesky",
    "t.me": "telegram",
    "telegram.org": "telegram",
    "telegram.me": "telegram",
    "whatsapp.com": "whatsapp",
    "wa.me": "whatsapp",
    "discord.com": "discord",
    "discord.gg": "discord",
    "discordapp.com": "discord",
    "threads.net": "threads",
    "threads.com": "threads",
    "snapchat.com": "snapchat",
}
_ADDRESS: Final = re.compile(
    r"(?:https?://|^)(?:[^/@\s]*@)?([\w.-]+\.[a-z]{2,})(?::\d+)?(?=[/?#\s)]|$)", re.IGNORECASE
)
# What people write in a column « Plateforme », folded.
_NAMES: Final = (
    (re.compile(r"youtube|^yt\b"), "youtube"),
    (re.compile(r"facebook|^fb\b|messenger"), "facebook"),
    (re.compile(r"instagram|^insta\b|^ig\b"), "instagram"),
    (re.compile(r"tik ?tok"), "tiktok"),
    (re.compile(r"twitch"), "twitch"),
    (re.compile(r"twitter|^x$|^x \(|\bsur x$|\bfil x$"), "x"),
    (re.compile(r"linked ?in"), "linkedin"),
    (re.compile(r"bsky|bluesky"), "bluesky"),
    (re.compile(r"mastodon"), "mastodon"),
    (re.compile(r"telegram"), "telegram"),
    (re.compile(r"whats ?app"), "whatsapp"),
    (re.compile(r"discord"), "discord"),
    (re.compile(r"threads"), "threads"),
    (re.compile(r"snapchat|^snap\b"), "snapchat"),
    (re.compile(r"e-?mails?|^mails?\b|courriels?|@.*mail"), "email"),
)


_TOTAL: Final = re.compile(
    r"(?:(?:sous-)?total(?: général| (?:des? )?(?:messages|commentaires|lignes))?|totaux|moyenne)\s*:?",
    re.IGNORECASE,
)


def is_total(cell: str) -> bool:
    """Whether a cell is the name of a line that people add below a table."""
    return _TOTAL.fullmatch(cell.strip()) is not None


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
    """A count; None when it is not one (`1,2 k` is not exact), or when no column can hold it."""
    cell = cell.strip().removesuffix(".0")
    digits = re.sub(r"\D", "", cell) if _COUNT.fullmatch(cell) else ""
    return int(digits) if 0 < len(digits) < _TOO_MANY_DIGITS else None


def parse_flag(cell: str) -> bool | None:
    word = fold(cell)
    if word in ("true", "1", "yes", "oui", "vrai"):
        return True
    return False if word in ("false", "0", "no", "non", "faux") else None


def parse_time(cell: str, formats: tuple[str, ...], zone: tzinfo) -> CellTime | None:
    """The time of a cell by the first writing that fits; None when none does. A zone that is named behind it holds."""
    bare = cell.strip()
    found = _first_that_fits(bare, formats, zone)
    if found is None and (joined := _JOINT.sub(" ", bare)) != bare:
        found = _first_that_fits(joined, formats, zone)
    if found is not None or (not bare[-1:].isalpha() and bare[-1:] not in _ENDS):
        return found
    bare, named = split_zone(bare)
    found = None if named is None else _first_that_fits(bare, formats, named)
    return None if found is None else found._replace(is_zone_assumed=False)


def _first_that_fits(cell: str, formats: tuple[str, ...], zone: tzinfo) -> CellTime | None:
    for writing in formats:
        try:
            found = _parse(cell, writing, zone)
        except (ValueError, OverflowError):
            continue
        if found is not None:
            return found
    return None


def _parse(cell: str, writing: str, zone: tzinfo) -> CellTime | None:
    if writing == "epoch":
        return _from_epoch(cell)
    if writing in ("excel", "excel-1904"):
        return _from_serial(cell, zone, is_1904=writing == "excel-1904")
    if writing == "fr":
        said = iso_of(cell)
        return None if said is None else _parse(said, "iso", zone)
    read = datetime.fromisoformat if writing == "iso" else partial(_read_as, writing)
    local = read(cell)
    precision = _iso_precision(cell) if writing == "iso" else written_precision(writing)
    if local.tzinfo is None and writing.endswith(("UTC", "GMT")):
        local = local.replace(tzinfo=UTC)
    if local.tzinfo is not None:
        return CellTime(local.astimezone(UTC), precision, False)
    at, is_twice = from_local(local, zone)
    return CellTime(at, "hour" if is_twice and precision not in ("day", "hour") else precision, True)


def _read_as(writing: str, cell: str) -> datetime:
    plain = plain_writing(writing)
    if plain is None or not cell.isascii():
        return datetime.strptime(cell, writing)  # noqa: DTZ007 (the caller gives it its zone)
    found = plain.fullmatch(cell)
    if found is None:
        raise ValueError(writing)
    said = found.groupdict()
    year, month, day = int(said.get("Y", 1900)), int(said.get("m", 1)), int(said.get("d", 1))
    hour, minute, second = (int(said.get(part, 0)) for part in "HMS")
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (likewise)


_DIRECTIVES: Final = {"Y": r"\d{4}", "d": r" ?\d{1,2}"} | dict.fromkeys("mHMS", r"\d{1,2}")


@lru_cache(maxsize=64)
def plain_writing(writing: str) -> re.Pattern[str] | None:
    """The pattern of a writing made of numbers set apart by signs, which strptime reads eight times as slowly; None
    for any other. What is out of range fails when the date is made, as it does there."""
    pieces = re.split(r"%(.)", writing)
    names, between = pieces[1::2], pieces[2::2]
    is_apart = all(re.fullmatch(r"\W+", text, re.ASCII) for text in between[:-1])
    if len(set(names)) != len(names) or not set(names) <= _DIRECTIVES.keys() or not is_apart:
        return None
    if re.search(r"[\w%]", pieces[0] + between[-1]):
        return None
    parts = [re.escape(pieces[0])]
    for name, after in zip(names, between, strict=True):
        parts.append(f"(?P<{name}>{_DIRECTIVES[name]})" + re.sub(r"(?:\\?\s)+", r"\\s+", re.escape(after)))
    return re.compile("".join(parts))


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


def _from_serial(cell: str, zone: tzinfo, *, is_1904: bool) -> CellTime | None:
    """Days since 1900 (or 1904, old Macs) as a spreadsheet counts them: `46120,5868`."""
    if not _SERIAL.fullmatch(cell):
        return None
    decimals = len(cell.replace(",", ".").partition(".")[2])
    # the tenth of a millionth of a day is a hundredth of a second; what a spreadsheet shows has fewer figures
    serial = round(float(cell.replace(",", ".")) * 86_400) / 86_400
    written = date_text(serial, is_1904=is_1904)
    if written is None or len(written) < 10:
        return None
    found = _parse(written.partition(".")[0], "iso", zone)
    return found._replace(precision="min") if found is not None and 0 < decimals < _SECONDS else found


def _iso_precision(cell: str) -> str:
    if len(cell) <= 10:
        return "day"
    if len(cell) == len("2026-04-08T14"):
        return "hour"
    fraction = re.search(r"[.,](\d+)", cell)
    if fraction:
        return "ms" if len(fraction.group(1)) <= 3 else "us"
    return "s" if re.search(r":\d\d:\d\d", cell) else "min"


def written_precision(writing: str) -> str:
    for directive, precision in (("%f", "us"), ("%S", "s"), ("%M", "min"), ("%H", "hour"), ("%d", "day")):
        if directive in writing:
            return precision
    return "month" if "%m" in writing else "year"


def platform_of(text: str) -> str:
    """The platform that a link or a word names; `other` when none is recognised. The path of an address says nothing,
    nor does an article about a platform."""
    found = _ADDRESS.findall(text)
    if found:
        named = (_site_of(host.lower()) for host in found)
        return next((one for one in named if one is not None), "other")
    low = fold(text).strip()
    return next((platform for pattern, platform in _NAMES if pattern.search(low)), "other")


def _site_of(host: str) -> str | None:
    """The platform of a host: `m.facebook.com` is of `facebook.com`; an instance of Mastodon says so in its name."""
    parts = host.split(".")
    for start in range(len(parts) - 1):
        if (site := _SITES.get(".".join(parts[start:]))) is not None:
            return site
    return "mastodon" if any(part.startswith(("mastodon", "mstdn", "piaille")) for part in parts) else None
