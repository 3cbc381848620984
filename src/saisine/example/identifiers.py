"""Identifiers shaped like the platforms' own, made of invented numbers."""

import random
from datetime import UTC, datetime
from typing import Final

X_ORIGIN_MS: Final = 1_288_834_974_657
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What every top-level comment of YouTube ends with (it closes the encoded record).
_COMMENT_END: Final = "4AaABAg"


def letters(rng: random.Random, count: int) -> str:
    """`count` signs of the URL-safe alphabet."""
    return "".join(rng.choices(_LETTERS, k=count))


def snowflake(at: datetime, low: int) -> str:
    """The identifier X would give at this moment: milliseconds since its origin, then 22 bits of its own."""
    ms = int(at.timestamp() * 1000 + 0.5) - X_ORIGIN_MS
    return str(ms << 22 | low & (1 << 22) - 1)


def channel_id(number: int) -> str:
    """The YouTube channel of an account."""
    return "UC" + letters(random.Random(number), 22)


def video_id(rng: random.Random) -> str:
    return letters(rng, 11)


def comment_id(rng: random.Random, parent: str | None = None) -> str:
    """A YouTube comment; a reply carries its parent's identifier before its own."""
    return (
        f"{parent}.{letters(rng, 22)}"
        if parent
        else f"Ug{rng.choice('wxyz')}{letters(rng, 16)}{_COMMENT_END}"
    )


def etag(rng: random.Random) -> str:
    return letters(rng, 27)


def zulu(at: datetime, *, decimals: str = "") -> str:
    """A moment as the platforms write it, to the second: 2026-03-14T17:02:11Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + f"{decimals}Z"
