"""What a form sent, read once: a day, a choice, a line; anything else is refused in words."""

from collections.abc import Collection
from datetime import date

from django.http import HttpRequest

from saisine.errors import SaisineError

LINE = 300  # signs of one field; longer than any name, title or reference that a person writes
LINK = 2000
EARLIEST = date(1990, 1, 1)  # before the web: a year typed wrong, and a clock would be told as long over


def line(request: HttpRequest, name: str, most: int = LINE) -> str:
    """One field as a single line without blank ends, cut at `most` signs."""
    return " ".join(request.POST.get(name, "").split())[:most]


def one_of(request: HttpRequest, name: str, allowed: Collection[str], default: str | None = None) -> str:
    """A value of a list of ours; an empty one gives `default`. Raises `form_refused` for any other."""
    chosen = request.POST.get(name, "")
    if not chosen and default is not None:
        return default
    if chosen not in allowed:
        raise SaisineError("form_refused")
    return chosen


def day(request: HttpRequest, name: str, *, latest: date | None = None) -> date | None:
    """A day, or None when the field is empty. Raises `day_refused`, or `day_to_come` after `latest`."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise SaisineError("day_refused", text=text[:20]) from error
    if found < EARLIEST:
        raise SaisineError("day_refused", text=text)
    if latest is not None and found > latest:
        raise SaisineError("day_to_come", text=text)
    return found


def ticked(request: HttpRequest, name: str) -> bool:
    return request.POST.get(name) == "yes"
