"""When things are said: the busy day, and the quiet weeks around it. Paris clocks, aware UTC out."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from saisine.example.association import at_paris

DAYS_AROUND: Final = 35
# Messages an hour from 7:00 to 23:59, as shares: never a silence, a crest in the evening. The day stays
# inside one day of both Paris and UTC, so that no reading of the calendar changes a count.
CREST: Final = (4, 5, 6, 6, 6, 7, 8, 8, 8, 9, 10, 13, 14, 13, 11, 9, 5)
FIRST_HOUR: Final = 7
LAST_MINUTE: Final = timedelta(hours=23, minutes=56)


def busy_time(rng: random.Random, day: date) -> datetime:
    """A moment of the busy day."""
    hour = FIRST_HOUR + rng.choices(range(len(CREST)), CREST)[0]
    minute = rng.randrange(56 if hour == 23 else 60)
    return _utc(at_paris(day, hour, minute, rng.randrange(60)), rng)


def pasted_times(rng: random.Random, day: date, count: int) -> list[datetime]:
    """When one sentence was pasted `count` times: quickly at first, then less and less, all on that day."""
    hour = rng.choices(range(9, 22), CREST[2:15])[0]
    start = at_paris(day, hour, rng.randrange(60), rng.randrange(60)).astimezone(UTC)
    latest = (at_paris(day, 0) + LAST_MINUTE).astimezone(UTC)
    pace = rng.uniform(12, 50)
    times = [start]
    while len(times) < count:
        later = start + timedelta(minutes=rng.expovariate(1 / pace), milliseconds=rng.randrange(1000))
        if later < latest:
            times.append(later)
    return times


def quiet_times(rng: random.Random, wave_on: date, total: int) -> list[datetime]:
    """`total` moments over the five weeks before and after, spread so evenly that no burst appears."""
    days = [wave_on + timedelta(days=n) for n in range(-DAYS_AROUND, DAYS_AROUND + 1) if n]
    return [
        at
        for day, count in zip(days, daily_counts(rng, total, len(days)), strict=True)
        for at in _spread(rng, day, wave_on, count)
    ]


def daily_counts(rng: random.Random, total: int, days: int) -> list[int]:
    """How many a day, never more than three away from the mean."""
    low, more = divmod(total, days)
    counts = [low + 1] * more + [low] * (days - more)
    rng.shuffle(counts)
    for _ in range(days // 2):
        one, other = rng.sample(range(days), 2)
        if counts[one] < low + 3 and counts[other] > max(0, low - 2):
            counts[one], counts[other] = counts[one] + 1, counts[other] - 1
    return counts


def _spread(rng: random.Random, day: date, wave_on: date, count: int) -> Iterator[datetime]:
    """One moment in each slice of the waking day; the night around the wave stays silent."""
    first = 10.0 if day == wave_on + timedelta(days=1) else 7.0
    last = 20.0 if day == wave_on - timedelta(days=1) else 23.5
    slice_hours = (last - first) / count
    for number in range(count):
        hours = first + slice_hours * (number + rng.uniform(0.15, 0.85))
        seconds = int(hours * 3600)
        yield _utc(at_paris(day, seconds // 3600, seconds // 60 % 60, seconds % 60), rng)


def _utc(at: datetime, rng: random.Random) -> datetime:
    return at.astimezone(UTC) + timedelta(milliseconds=rng.randrange(1000))
