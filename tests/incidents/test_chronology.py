"""The chronology keeps the order and the precision of what is known."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from saisine.incidents.chronology import Dated, Line, in_order, merge_days

TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
MOMENTS = st.one_of(st.none(), TIMES, st.dates(date(2020, 1, 1), date(2026, 12, 31)))


def line(at: datetime | date | None, number: int = 1) -> Line:
    return Line(Dated(at, "min" if isinstance(at, datetime) else "day"), "x", "x", (number,))


@given(st.lists(MOMENTS, max_size=40))
def test_order_is_by_paris_day_and_undated_last(moments: list[datetime | date | None]) -> None:
    days = [found.when.day for found in in_order(line(at) for at in moments)]
    known = [day for day in days if day is not None]
    assert known == sorted(known)
    assert days == known + [None] * (len(days) - len(known))


@given(st.lists(MOMENTS, max_size=60))
def test_merging_loses_no_exhibit(moments: list[datetime | date | None]) -> None:
    lines = [line(at, number) for number, at in enumerate(moments, 1)]
    merged = merge_days(lines)
    assert sorted(n for found in merged for n in found.exhibits) == list(range(1, len(moments) + 1))


def test_words_never_claim_more_than_is_known() -> None:
    assert Dated(datetime(2026, 3, 14, 13, 32, tzinfo=UTC), "min").words() == "14 mars 2026, 14 h 32"
    assert Dated(datetime(2026, 3, 14, 13, 32, tzinfo=UTC), "day").words() == "14 mars 2026"
    assert Dated(date(2026, 3, 1), "month").words() == "vers mars 2026"
    assert Dated(None).words() == "date inconnue"
    assert Dated(date(2026, 3, 14)).words("en") == "14 March 2026"


def test_the_paris_day_decides_around_midnight() -> None:
    assert Dated(datetime(2026, 8, 22, 22, 30, tzinfo=UTC), "min").day == date(2026, 8, 23)
