"""The time that some platforms hide inside their identifiers, and what a disagreement says.

X and Discord: snowflakes; TikTok, Mastodon, LinkedIn: time in the high bits; Bluesky: TID (record-key).
Offsets were compared with real posts (docs/messages.md).
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
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


def _ms(value: int) -> datetime:
    return EPOCH + timedelta(milliseconds=value)


def _tid(message_id: str) -> datetime | None:
    key = message_id.rpartition("/")[2]
    if not TID_SHAPE.fullmatch(key):
        return None
    value = 0
    for sign in key:
        value = value << 5 | TID_ALPHABET.index(sign)
    return EPOCH + timedelta(microseconds=value >> 10)


NUMERIC: Final[dict[str, tuple[Callable[[int], datetime], str]]] = {
    "x": (lambda number: _ms((number >> 22) + X_ORIGIN_MS), "ms"),
    "discord": (lambda number: _ms((number >> 22) + DISCORD_ORIGIN_MS), "ms"),
    "tiktok": (lambda number: EPOCH + timedelta(seconds=number >> 32), "s"),
    "mastodon": (lambda number: _ms(number >> 16), "ms"),
    "linkedin": (lambda number: _ms(number >> 22), "ms"),
    "instagram": (lambda number: _ms((number >> 23) + INSTAGRAM_ORIGIN_MS), "ms"),
}


def time_of_id(platform: str, message_id: str | None) -> IdTime | None:
    """The time inside an identifier, or None when the platform hides none or it makes no sense there."""
    if message_id is None:
        return None
    decoder = NUMERIC.get(platform)
    if decoder is not None:
        digits = message_id.rpartition(":")[2] if platform == "linkedin" else message_id.partition("_")[0]
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
            return None
        number = int(digits)
        if number >= MAX_ID:
            return None
        found, precision = decoder[0](number), decoder[1]
    elif platform == "bluesky":
        decoded = _tid(message_id)
        if decoded is None:
            return None
        found, precision = decoded, "us"
    else:
        return None
    return IdTime(found, precision) if found >= FIRST_SCHEME[platform] else None


def judge_time(
    platform: str, stated: datetime, id_time: IdTime | None, now: datetime, precision: str = "s"
) -> str | None:
    """`differs`, `future` or `before_platform` when a stated time cannot be taken as it stands, else None."""
    if stated > now + AHEAD:
        return "future"
    first = BEGINNINGS.get(platform)
    if first is not None and stated < first:
        return "before_platform"
    if id_time is None or platform not in TOLERANCE:
        return None
    allowed = TOLERANCE[platform] + PRECISION_SPAN.get(precision, timedelta(0))
    return "differs" if abs(stated - id_time.at) > allowed else None
