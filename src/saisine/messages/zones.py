"""Time zones, and dates written without one."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from saisine.errors import SaisineError


def load_zone(name: str) -> ZoneInfo:
    """The zone of this name. Raises `zone_unknown`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SaisineError("zone_unknown", zone=name) from error


def from_local(local: datetime, zone: tzinfo) -> tuple[datetime, bool]:
    """(aware UTC time, whether the hour occurs twice there): in autumn one hour of clocks is two of time."""
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    return first.astimezone(UTC), first.utcoffset() != second.utcoffset()
