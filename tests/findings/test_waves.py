"""Waves: days far above their surroundings, in the time of Paris, never without a known rhythm."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.waves import FLOOR_PER_DAY, TIMES_BASELINE, Moment, find_waves

FIRST = datetime(2026, 3, 1, 11, tzinfo=UTC)


def spread(counts: list[int], start: datetime = FIRST) -> list[Moment]:
    """So many messages on each day in a row, a minute apart from 11:00 UTC."""

    def each() -> Iterator[Moment]:
        for day, count in enumerate(counts):
            for number in range(count):
                yield Moment(f"d{day}n{number}", start + timedelta(days=day, seconds=20 * number))

    return list(each())


def test_a_day_far_above_the_others_is_a_wave() -> None:
    (wave,) = find_waves(spread([20] * 13 + [1120] + [20] * 10))
    assert wave.day == date(2026, 3, 14)
    assert (wave.n, wave.baseline_per_day) == (1120, 20.0)
    assert set(wave.refs) == {f"d13n{number}" for number in range(1120)}
    assert sum(count for _, count in wave.hours) == wave.n
    assert wave.start <= wave.peak_hour + timedelta(hours=1)
    assert wave.peak_hour.utcoffset() == timedelta(hours=1)


def test_days_in_a_row_are_one_wave_and_a_pause_makes_two() -> None:
    assert [wave.n for wave in find_waves(spread([3] * 9 + [90, 80] + [3] * 9 + [70] + [3] * 9))] == [170, 70]


def test_a_busy_page_is_in_no_perpetual_wave() -> None:
    assert find_waves(spread([100, 120, 140, 90, 130, 300, 110, 100])) == ()


def test_last_year_silence_does_not_make_today_a_wave() -> None:
    old = [Moment("old", FIRST - timedelta(days=400))]
    assert find_waves(old + spread([50] * 40)) == ()


def test_a_few_messages_are_no_wave_even_after_silence() -> None:
    assert find_waves(spread([0, 1, 0, 1, FLOOR_PER_DAY - 1, 0, 1])) == ()
    assert len(find_waves(spread([1, 1, 0, 1, FLOOR_PER_DAY, 0, 1]))) == 1


def test_without_a_known_rhythm_no_wave_is_stated() -> None:
    assert find_waves(spread([1000])) == ()
    assert find_waves(spread([1, 1000, 1])) == ()


def test_undated_messages_stay_out() -> None:
    moments = [*spread([1] * 6 + [60] + [1] * 6), *(Moment(f"u{number}", None) for number in range(500))]
    (wave,) = find_waves(moments)
    assert wave.n == 60


def test_a_day_is_a_day_of_paris() -> None:
    late = [Moment(f"l{number}", datetime(2026, 7, 13, 22, 30, tzinfo=UTC)) for number in range(50)]
    calm = [Moment(f"c{day}", datetime(2026, 7, day, 10, tzinfo=UTC)) for day in range(8, 20)]
    (wave,) = find_waves(calm + late)
    assert wave.day == date(2026, 7, 14)
    assert wave.hours[0][0].hour == 0


def test_the_hour_that_occurs_twice_is_two_hours() -> None:
    night = datetime(2026, 10, 25, 0, tzinfo=UTC)
    moments = [Moment(f"n{number}", night + timedelta(minutes=number)) for number in range(120)]
    calm = [Moment(f"c{day}", datetime(2026, 10, day, 10, tzinfo=UTC)) for day in range(15, 25)]
    (wave,) = find_waves(calm + moments)
    assert [(hour.hour, count) for hour, count in wave.hours] == [(2, 60), (2, 60)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 80), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_waves_do_not_depend_on_order_and_obey_their_thresholds(
    counts: list[int], chance: random.Random
) -> None:
    moments = spread(counts)
    shuffled = list(moments)
    chance.shuffle(shuffled)
    found = find_waves(moments)
    assert find_waves(shuffled) == found
    refs = [ref for wave in found for ref in wave.refs]
    assert len(refs) == len(set(refs)) == sum(wave.n for wave in found)
    for wave in found:
        assert wave.n >= FLOOR_PER_DAY
        assert wave.baseline_per_day >= 1
        if (wave.end.date() - wave.day).days == 0:
            assert wave.n >= TIMES_BASELINE * wave.baseline_per_day


@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_forged_days_at_either_end_of_the_calendar_break_nothing(forged: list[datetime]) -> None:
    """A file may say any day: year 9999 has no hour of Paris after it, year 1 no days before it."""
    ends = (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
    crowds = [Moment(f"e{end}n{number}", at) for end, at in enumerate(ends) for number in range(90)]
    lone = [Moment(f"f{number}", at) for number, at in enumerate(forged)]
    plain = spread([20] * 13 + [1120] + [20] * 10)
    waves = find_waves([*crowds, *lone, *plain])
    assert [wave.n for wave in waves if wave.day.year == 2026] == [1120]
    assert all(wave.n >= FLOOR_PER_DAY for wave in waves)
    assert {ref for wave in waves for ref in wave.refs} <= {one.ref for one in [*crowds, *lone, *plain]}
