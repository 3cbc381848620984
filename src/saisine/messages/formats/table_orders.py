"""Whether the dates of a table are days first or months first, told from the whole table before it is read.

`05/06/2024` alone may be two days; `05/13/2024` in another row says which. Asked only of profiles whose writings are a
habit of their country and no fact of the tool (`times.order: proved`), and of tables that hold such a date.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from saisine.messages.archive_streams import STREAM_FAULTS
from saisine.messages.formats.blocks import RecordBlock
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import HEAD_BYTES, Context, Member, Note, RawRecord
from saisine.messages.formats.table_blocks import read_blocks
from saisine.messages.formats.table_columns import column, padded
from saisine.messages.formats.table_fields import place_of
from saisine.messages.formats.table_layout import Layout

TIMES: Final = ("created_at", "edited_at", "collected_at", "author_created_at")
_SHORTEST: Final = 10  # `13/05/2024`: what follows tells nothing of the order
_IN_BYTES: Final = re.compile(rb"(?<!\d)\d{1,2}([/.\-])\d{1,2}\1(?:\d{4}|\d\d)(?!\d)")
_NUMERIC: Final = re.compile(r"\s*(\d{1,2})([/.\-])(\d{1,2})\2(?:\d{4}|\d\d)(?!\d)")
_DAY_FIRST: Final = re.compile(r"%d([/.\-])%m")
_LAST_MONTH: Final = 12


@dataclass(frozen=True, slots=True)
class DateOrder:
    """What the dates of a table say of their order: how many of its days can only be read day first, how many only
    month first, how many in both ways. The same day counts once."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0

    @property
    def is_mixed(self) -> bool:
        return bool(self.day_first and self.month_first)

    def applied_to(self, profile: Profile) -> Profile:
        """The profile that reads them: its days and months change places where the table proves it."""
        if not self.month_first:
            return profile
        swapped = tuple(_DAY_FIRST.sub(r"%m\1%d", one) for one in profile.time_formats)
        # of two orders in one table, each date that has only one reading keeps it
        both = (*profile.time_formats, *swapped) if self.day_first else swapped
        return replace(profile, time_formats=tuple(dict.fromkeys(both)))

    def notes(self, locator: str) -> list[Note]:
        """What is to be said of it: nothing where a date proves the order that the profile has."""
        if self.is_mixed:
            return [Note("mixed_date_orders", locator, count=self.either)] if self.either else []
        if self.month_first:
            return [Note("month_first", locator)]
        return [] if self.day_first or not self.either else [Note("day_first_assumed", locator)]


def order_of(member: Member, ctx: Context, profile: Profile, layout: Layout) -> DateOrder:
    """The order of the dates of this table, from all its rows; they are read once for that."""
    found = (place_of(profile.fields[name], layout.columns) for name in TIMES if name in profile.fields)
    places = [place for place in found if place is not None]
    if not places or not _IN_BYTES.search(member.read(HEAD_BYTES)):
        return DateOrder()
    days: set[str] = set()
    try:
        for one in read_blocks(profile)(member, ctx):
            if isinstance(one, RecordBlock | RawRecord):
                rows = padded(one.objs if isinstance(one, RecordBlock) else [one.obj], len(layout.header))
                for place in places:
                    days.update(cell[:_SHORTEST] for cell in column(rows, place))
    except STREAM_FAULTS:
        pass  # the reading that follows stops there too, and says it
    return _told_by(days)


def is_either(cell: str) -> bool:
    """Whether a date written with numbers is a day in both orders, and not the same one."""
    found = _NUMERIC.match(cell)
    if found is None:
        return False
    first, second = int(found[1]), int(found[3])
    return first != second and first <= _LAST_MONTH and second <= _LAST_MONTH


def _told_by(days: Iterable[str]) -> DateOrder:
    day_first = month_first = either = 0
    for day in days:
        found = _NUMERIC.match(day)
        if found is None:
            continue
        first, second = int(found[1]), int(found[3])
        either += first != second and first <= _LAST_MONTH and second <= _LAST_MONTH
        day_first += _LAST_MONTH < first <= 31 and second <= _LAST_MONTH
        month_first += _LAST_MONTH < second <= 31 and first <= _LAST_MONTH
    return DateOrder(day_first, month_first, either)
