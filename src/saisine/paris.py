"""Paris time, which people, courts and pages read."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")


def in_paris(at: datetime) -> datetime:
    """The time as Paris reads it. A forged one, in the last hour of the calendar, stays as it was written."""
    try:
        return at.astimezone(PARIS)
    except OverflowError:
        return at
