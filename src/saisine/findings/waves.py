"""Waves: days on which far more messages came than on the days around them.

Days and hours are those of Paris, as people tell them; counting is done on moments. A burst is measured
against its own surroundings, so that a page that always receives much does not stand in a perpetual wave.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Final, NamedTuple

from saisine.paris import in_paris

# Fewer can be read one by one in a quarter of an hour: nobody needs them gathered.
FLOOR_PER_DAY: Final = 30
# A good day (a poster shared, an interview) brings two or three times the usual: five leaves it out.
TIMES_BASELINE: Final = 5.0
# Four weeks on each side: every weekday counts the same, and last year's habits do not.
AROUND_DAYS: Final = 28
# With fewer other days the median is an accident: then no rhythm is known, and no wave is stated.
LEAST_OTHER_DAYS: Final = 3

DOES_NOT_PROVE_FR: Final = (
    "Une vague est un nombre inhabituel de messages. Elle n’établit ni un lien entre leurs auteurs, "
    "ni un appel, ni que ces messages sont hostiles."
)
DOES_NOT_PROVE_EN: Final = (
    "A wave is an unusual number of messages. It establishes neither a link between their authors, "
    "nor a call, nor that these messages are hostile."
)


class Moment(NamedTuple):
    """A message and its time (aware), None when it is not known."""

    ref: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Wave:
    """Days in a row far above the days around them. Every time is in the zone of Paris.

    `day` is the first day; `hours` counts every hour from the first message to the last, empty ones too;
    `baseline_per_day` is the median of the other days within AROUND_DAYS.
    """

    id: str
    day: date
    start: datetime
    peak_hour: datetime
    end: datetime
    refs: tuple[str, ...]
    n: int
    baseline_per_day: float
    hours: tuple[tuple[datetime, int], ...]


Dated = tuple[datetime, str]


def find_waves(moments: Iterable[Moment]) -> tuple[Wave, ...]:
    """The waves among these messages, in order of time; undated messages are in none.

    A day counts when it has FLOOR_PER_DAY messages and TIMES_BASELINE times its baseline. Days in a row make
    one wave. The order of the input changes nothing.
    """
    dated = sorted((moment.at.astimezone(UTC), moment.ref) for moment in moments if moment.at is not None)
    by_day: dict[date, list[Dated]] = {}
    for at, ref in dated:
        local = in_paris(at)
        by_day.setdefault(local.date(), []).append((at, ref))
    counts = {day: len(found) for day, found in by_day.items()}
    return tuple(
        _build(run, by_day, counts) for run in _runs(day for day in counts if _stands_out(day, counts))
    )


def _stands_out(day: date, counts: dict[date, int]) -> bool:
    if counts[day] < FLOOR_PER_DAY:
        return False
    others = _others([day], counts)
    return len(others) >= LEAST_OTHER_DAYS and counts[day] >= TIMES_BASELINE * _baseline(others)


def _others(days: Sequence[date], counts: dict[date, int]) -> list[int]:
    """How many messages came on each of the other days around, days without any included.

    Only between the first and the last message: before and after, nobody was counting.
    """
    first = max(
        min(counts).toordinal(), days[0].toordinal() - AROUND_DAYS
    )  # numbers: a forged day may be the last
    last = min(max(counts).toordinal(), days[-1].toordinal() + AROUND_DAYS)
    around = map(date.fromordinal, range(first, last + 1))
    return [counts.get(day, 0) for day in around if not days[0] <= day <= days[-1]]


def _baseline(others: Sequence[int]) -> float:
    """At least one a day: nothing is five times more than nothing."""
    return max(1.0, float(median(others)))


def _runs(days: Iterable[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _build(days: list[date], by_day: dict[date, list[Dated]], counts: dict[date, int]) -> Wave:
    inside = [one for day in days for one in by_day[day]]
    refs = tuple(ref for _, ref in inside)
    hours = _hours([at for at, _ in inside])
    digest = hashlib.sha256("\n".join((days[0].isoformat(), *sorted(refs))).encode("utf-8", "surrogatepass"))
    return Wave(
        id=digest.hexdigest()[:16],
        day=days[0],
        start=in_paris(inside[0][0]),
        peak_hour=max(hours, key=lambda pair: pair[1])[0],  # the first of equal hours
        end=in_paris(inside[-1][0]),
        refs=refs,
        n=len(refs),
        baseline_per_day=_baseline(_others(days, counts)),
        hours=hours,
    )


def _hours(times: Sequence[datetime]) -> tuple[tuple[datetime, int], ...]:
    """Counted in UTC, so that the hour that occurs twice in autumn is two hours; shown in Paris."""
    counts = Counter(at.replace(minute=0, second=0, microsecond=0) for at in times)
    first, last = min(counts), max(counts)
    steps = int((last - first) / timedelta(hours=1)) + 1
    every = (first + timedelta(hours=step) for step in range(steps))
    return tuple((in_paris(hour), counts[hour]) for hour in every)
