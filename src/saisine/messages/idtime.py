"""The time that some platforms hide inside their identifiers, and what a disagreement says.

X and Discord: snowflakes; TikTok, Mastodon, LinkedIn: time in the high bits; Bluesky: TID (record-key).
Offsets were compared with real posts (docs/messages.md).
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from saisine.texts import utc_us

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN: Final = np.iinfo(np.int64).min
X_ORIGIN_MS: Final = 1_288_834_974_657
DISCORD_ORIGIN_MS: Final = 1_420_070_400_000
INSTAGRAM_ORIGIN_MS: Final = 1_314_220_021_721
TID_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
TID_SHAPE: Final = re.compile(r"[2-7a-j][2-7a-z]{12}")

# Before these, the platform had no such scheme (or did not exist): a decoded time there means nothing.
FIRST_SCHEME: Final = {
    "x": datetime(2010, 11, 5, tzinfo=UTC),
    "discord": datetime(2015, 1, 2, tzinfo=UTC),
    "tiktok": datetime(2016, 9, 1, tzinfo=UTC),
    "mastodon": datetime(2016, 3, 1, tzinfo=UTC),
    "bluesky": datetime(2022, 11, 1, tzinfo=UTC),
    "linkedin": datetime(2012, 1, 1, tzinfo=UTC),
    # comments and Graph API objects are numbered 17 and 18 followed by 15 digits, which would read as
    # September 2011 whatever their age: no time is taken from an identifier that small
    "instagram": datetime(2011, 10, 1, tzinfo=UTC),
}
# First public day of each platform: an older message is a fault of the file.
BEGINNINGS: Final = {
    "youtube": datetime(2005, 2, 14, tzinfo=UTC),
    "facebook": datetime(2004, 2, 4, tzinfo=UTC),
    "instagram": datetime(2010, 10, 6, tzinfo=UTC),
    "tiktok": datetime(2014, 4, 1, tzinfo=UTC),
    "twitch": datetime(2011, 6, 6, tzinfo=UTC),
    "x": datetime(2006, 3, 21, tzinfo=UTC),
    "linkedin": datetime(2003, 5, 5, tzinfo=UTC),
    "bluesky": datetime(2022, 11, 1, tzinfo=UTC),
    "mastodon": datetime(2016, 3, 1, tzinfo=UTC),
    "telegram": datetime(2013, 8, 14, tzinfo=UTC),
    "whatsapp": datetime(2009, 1, 1, tzinfo=UTC),
    "discord": datetime(2015, 1, 2, tzinfo=UTC),
    "threads": datetime(2023, 7, 5, tzinfo=UTC),
}
TOLERANCE: Final = {
    "x": timedelta(seconds=60),
    "discord": timedelta(seconds=60),
    "mastodon": timedelta(seconds=60),
    "tiktok": timedelta(seconds=300),
    "bluesky": timedelta(seconds=300),
}
PRECISION_SPAN: Final = {
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}
MAX_ID: Final = 1 << 63
AHEAD: Final = timedelta(days=1)


class IdTime(NamedTuple):
    """A time read from an identifier; `precision` is ms, s or us."""

    at: datetime
    precision: str


def _tid(message_id: str) -> datetime | None:
    key = message_id.rpartition("/")[2]
    if not TID_SHAPE.fullmatch(key):
        return None
    value = 0
    for sign in key:
        value = value << 5 | TID_ALPHABET.index(sign)
    return EPOCH + timedelta(microseconds=value >> 10)


class _Numbered(NamedTuple):
    """How a platform numbers its messages: the bits under the time, its unit and origin (ms), the precision, and
    the first time that makes sense there (ms). Whole numbers until the end: an import asks this for each message."""

    shift: int
    unit_ms: int
    origin_ms: int
    precision: str
    first_ms: int

    @classmethod
    def of(cls, platform: str, shift: int, *, unit_ms: int = 1, origin_ms: int = 0) -> "_Numbered":
        first_ms = (FIRST_SCHEME[platform] - EPOCH) // timedelta(milliseconds=1)
        return cls(shift, unit_ms, origin_ms, "ms" if unit_ms == 1 else "s", first_ms)


NUMERIC: Final = {
    "x": _Numbered.of("x", 22, origin_ms=X_ORIGIN_MS),
    "discord": _Numbered.of("discord", 22, origin_ms=DISCORD_ORIGIN_MS),
    "tiktok": _Numbered.of("tiktok", 32, unit_ms=1_000),
    "mastodon": _Numbered.of("mastodon", 16),
    "linkedin": _Numbered.of("linkedin", 22),
    "instagram": _Numbered.of("instagram", 23, origin_ms=INSTAGRAM_ORIGIN_MS),
}


def time_of_id(platform: str, message_id: str | None) -> IdTime | None:
    """The time inside an identifier, or None when the platform hides none or it makes no sense there."""
    if message_id is None:
        return None
    numbered = NUMERIC.get(platform)
    if numbered is not None:
        return _numbered_time(numbered, platform, message_id)
    if platform != "bluesky":
        return None
    found = _tid(message_id)
    return IdTime(found, "us") if found is not None and found >= FIRST_SCHEME[platform] else None


def _numbered_time(numbered: _Numbered, platform: str, message_id: str) -> IdTime | None:
    digits = message_id
    if not digits.isdigit():
        digits = message_id.rpartition(":")[2] if platform == "linkedin" else message_id.partition("_")[0]
    if len(digits) > 19 or not (digits.isascii() and digits.isdigit()):
        return None
    number = int(digits)
    shift, unit_ms, origin_ms, precision, first_ms = numbered
    at_ms = (number >> shift) * unit_ms + origin_ms
    if number >= MAX_ID or at_ms < first_ms:
        return None
    return IdTime(EPOCH + timedelta(0, at_ms // 1_000, at_ms % 1_000 * 1_000), precision)


def times_of_ids(platform: str, ids: Sequence[str | None]) -> tuple[npt.NDArray[np.int64], str]:
    """(the times inside these identifiers in microseconds, UNKNOWN where there is none; their precision)."""
    numbered = NUMERIC.get(platform)
    precision = numbered.precision if numbered else "us"
    if numbered is None and platform != "bluesky":
        return np.full(len(ids), UNKNOWN), precision
    numbers = _plain_numbers(ids) if numbered is not None else None
    if numbered is None or numbers is None:
        found = [time_of_id(platform, one) for one in ids]
        return np.array([UNKNOWN if one is None else utc_us(one.at) for one in found], np.int64), precision
    at_ms = (numbers >> numbered.shift) * numbered.unit_ms + numbered.origin_ms
    return np.where(at_ms < numbered.first_ms, UNKNOWN, at_ms * 1_000), precision


def _plain_numbers(ids: Sequence[str | None]) -> npt.NDArray[np.int64] | None:
    """The numbers that these identifiers are; None when one of them is anything else, or no such number."""
    if None in ids or "" in ids:
        return None
    joined = "".join(ids)  # type: ignore[arg-type]
    if not (joined.isascii() and joined.isdigit()) or max(map(len, ids)) > 19:  # type: ignore[arg-type]
        return None
    try:
        return np.fromiter(map(int, ids), np.int64, len(ids))  # type: ignore[arg-type]
    except OverflowError:
        return None


def judge_time(
    platform: str, stated: datetime, id_time: IdTime | None, now: datetime, precision: str = "s"
) -> str | None:
    """`differs`, `future` or `before_platform` when a stated time cannot be taken as it stands, else None."""
    if stated > _latest(now):
        return "future"
    first = BEGINNINGS.get(platform)
    if first is not None and stated < first:
        return "before_platform"
    if id_time is None or platform not in TOLERANCE:
        return None
    allowed = TOLERANCE[platform] + PRECISION_SPAN.get(precision, timedelta(0))
    return "differs" if abs(stated - id_time.at) > allowed else None


@lru_cache(maxsize=4)
def _latest(now: datetime) -> datetime:
    return now + AHEAD
