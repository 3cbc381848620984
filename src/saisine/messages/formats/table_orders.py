"""Whether the dates of a table are days first or months first, told from the whole table before it is read.

`05/06/2024` alone may be two days; `05/13/2024` in another row says which. Asked only of profiles whose writings are a
habit of their country and no fact of the tool (`times.order: proved`), and of tables that hold such a date.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from saisine.messages.archive_streams import STREAM_FAULTS
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.raw import HEAD_BYTES, Context, Member, Note
from saisine.messages.formats.table_blocks import each_cells
from saisine.messages.formats.table_cells import CellColumns
from saisine.messages.formats.table_columns import column, padded
from saisine.messages.formats.table_fields import place_of
from saisine.messages.formats.table_layout import Layout

TIMES: Final = ("created_at", "edited_at", "collected_at", "author_created_at")
_PIECE_BYTES: Final = 1 << 20
_SHORTEST: Final = 10  # `13/05/2024`: what follows tells nothing of the order
_IN_BYTES: Final = re.compile(rb"(?<!\d)\d{1,2}([/.\-])\d{1,2}\1(?:\d{4}|\d\d)(?!\d)")
_NUMERIC: Final = re.compile(r"\s*(\d{1,2})([/.\-])(\d{1,2})\2(?:\d{4}|\d\d)(?!\d)")
_TRUE_DATE: Final = re.compile(r"\d{4}-(\d\d)-(\d\d)")
_DAY_FIRST: Final = re.compile(r"%d([/.\-])%m")
_LAST_MONTH: Final = 12


@dataclass(frozen=True, slots=True)
class DateOrder:
    """What the dates of a table say of their order: how many of its days can only be read day first, how many only
    month first, how many in both ways. The same day and month count once.

    `maybe_turned`: a spreadsheet that reads days first makes 5 June of the text 05/06 and leaves 05/13 a text. Where
    texts prove the month first, so many true dates may be other days. One that reads months first makes 6 May of it and
    leaves 13/05: `maybe_swapped` when nothing but days over 12 are left as texts, and none of the true dates has one.
    """

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    maybe_turned: int = 0
    has_late_day: bool = False

    @property
    def maybe_swapped(self) -> bool:
        is_left = self.day_first and not self.either and not self.month_first
        return bool(is_left and self.maybe_turned and not self.has_late_day)

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
            turned = (
                [Note("days_maybe_turned", locator, count=self.maybe_turned)] if self.maybe_turned else []
            )
            return [Note("month_first", locator), *turned]
        if self.maybe_swapped:
            return [Note("days_maybe_swapped", locator, count=self.maybe_turned)]
        return [] if self.day_first or not self.either else [Note("day_first_assumed", locator)]


def order_of(member: Member, ctx: Context, profile: Profile, layout: Layout) -> DateOrder:
    """The order of the dates of this table, from all its rows.

    Its bytes are looked at first, which is faster than its columns: a date in a text proves nothing, but what is
    nowhere is in no column.
    """
    found = (place_of(profile.fields[name], layout.columns) for name in TIMES if name in profile.fields)
    places = [place for place in found if place is not None]
    if not places or not _IN_BYTES.search(member.read(HEAD_BYTES)):
        return DateOrder()
    try:
        anywhere = _told_by(_pairs_in_bytes(member))
        head = replace(member, open=lambda: io.BytesIO(member.read(HEAD_BYTES)))
        begin = _told_by(*_pairs_in_columns(head, ctx, profile, layout, places))
        is_told = begin.day_first or (begin.either and not anywhere.day_first)
        if is_told and not anywhere.month_first and not begin.maybe_swapped:
            return begin
        return _told_by(*_pairs_in_columns(member, ctx, profile, layout, places))
    except STREAM_FAULTS:
        return DateOrder()  # the reading that follows stops there too, and says it


def _pairs_in_bytes(member: Member) -> set[tuple[int, int]]:
    """The first two numbers of whatever looks like a date with numbers, in a text or not."""
    pairs: set[tuple[int, int]] = set()
    with member.open() as stream:
        left = b""
        while piece := stream.read(_PIECE_BYTES):
            data = b"   " + left + piece + b"   "
            left = piece[-_SHORTEST:]
            signs = np.frombuffer(data, np.uint8)
            for sign in b"/.-":
                pairs |= _pairs_around(signs, sign)
    return pairs


def _pairs_around(signs: npt.NDArray[np.uint8], sign: int) -> set[tuple[int, int]]:
    """The numbers before and between two of these signs that stand two or three places apart, a digit behind."""
    places = np.flatnonzero(signs == sign)
    apart = np.diff(places)
    are_close = (apart == 2) | (apart == 3)
    firsts, seconds = places[:-1][are_close], places[1:][are_close]
    if not len(firsts):
        return set()

    def digits(places: Any) -> npt.NDArray[np.uint8]:
        found: npt.NDArray[np.uint8] = signs[places] - np.uint8(ord("0"))
        return found  # what is below zero came out above nine

    tens, ones, low = digits(firsts - 2), digits(firsts - 1), digits(seconds - 1)
    high = np.where(seconds - firsts == 3, digits(firsts + 1), 0)
    is_number = (ones < 10) & (low < 10) & (high < 10) & (digits(seconds + 1) < 10)
    is_short = (tens > 9) | (digits(firsts - 3) > 9)  # the year comes first in 2024-05-13
    first = np.where(tens < 10, tens * 10, 0) + ones
    together = (first.astype(np.int64) * 100 + high * 10 + low)[is_number & is_short]
    return {divmod(pair, 100) for pair in np.unique(together).tolist()}


def _pairs_in_columns(
    member: Member, ctx: Context, profile: Profile, layout: Layout, places: Sequence[int]
) -> tuple[set[tuple[int, int]], int, bool]:
    """(the first two numbers of the dates of these columns, how many days of them that are true dates could be another
    one, whether one of these is over 12)."""
    days: set[str] = set()
    for rows in each_cells(member, profile, layout, ctx):
        for place in places:
            days |= _days_in(rows, place, len(layout.header))
    found = map(_NUMERIC.match, days)
    true_dates = [one for one in map(_TRUE_DATE.fullmatch, days) if one is not None]
    turned = sum(one[1] != one[2] and int(one[2]) <= _LAST_MONTH for one in true_dates)
    has_late_day = any(int(one[2]) > _LAST_MONTH for one in true_dates)
    return {(int(one[1]), int(one[3])) for one in found if one is not None}, turned, has_late_day


def _days_in(rows: Sequence[list[str]], place: int, width: int) -> set[str]:
    """What the cells of this column begin with."""
    if isinstance(rows, CellColumns):
        return set(pc.unique(pc.utf8_slice_codeunits(rows.array(place), 0, _SHORTEST)).to_pylist())
    return {cell[:_SHORTEST] for cell in column(padded(rows, width), place)}


def is_either(cell: str) -> bool:
    """Whether a date written with numbers is a day in both orders, and not the same one."""
    found = _NUMERIC.match(cell)
    if found is None:
        return False
    first, second = int(found[1]), int(found[3])
    return first != second and first <= _LAST_MONTH and second <= _LAST_MONTH


def _told_by(
    pairs: Iterable[tuple[int, int]], maybe_turned: int = 0, has_late_day: bool = False
) -> DateOrder:
    day_first = month_first = either = 0
    for first, second in pairs:
        either += first != second and first <= _LAST_MONTH and second <= _LAST_MONTH
        day_first += _LAST_MONTH < first <= 31 and second <= _LAST_MONTH
        month_first += _LAST_MONTH < second <= 31 and first <= _LAST_MONTH
    return DateOrder(day_first, month_first, either, maybe_turned, has_late_day)
