"""A long list shown by pages of fifty: `apres` in the address says how many come before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest

SHOWN = 50
MOST = 10_000_000  # a larger number in an address is a slip, and SQLite would refuse it

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """One page. `next` and `first` are the addresses of the following page and of the start, empty for none."""

    items: list[Row]
    next: str
    first: str


def start_of(request: HttpRequest) -> int:
    """How many rows come before; 0 for anything that is no such number."""
    asked = request.GET.get("apres", "")
    return min(int(asked), MOST) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0


def paged(request: HttpRequest, rows: "QuerySet[Any, Row] | Sequence[Row]", shown: int = SHOWN) -> Paged[Row]:
    start = start_of(request)
    found = list(rows[start : start + shown + 1])
    return around(request, found[:shown], has_more=len(found) > shown)


def around(request: HttpRequest, items: list[Row], *, has_more: bool) -> Paged[Row]:
    """Rows that were already cut out of the list, with the addresses of what is around them."""
    start = start_of(request)
    following = f"{request.path}?apres={start + len(items)}" if has_more else ""
    return Paged(items, following, request.path if start else "")
