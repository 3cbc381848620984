"""Waves around a target: hours far above its own rhythm, by the two-state automaton of Kleinberg (2002).

Counts per hour; calm rate: the median of the hours covered, or the mean of the days without their busiest tenth
when it is higher (most hours of most targets are empty: their median is zero, and two messages a day made a
burst of a month), one a day at least; burst rate: three times that.
Entering a burst costs, leaving it is free. Each target, and each post, is measured against itself. The days
of `waves.py` sort what people read; these hours are what is told of a target.
"""

import hashlib
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

HOUR_US: Final = 3_600_000_000
TIMES_CALM: Final = 3.0  # the burst rate, in calm rates
CALM_AT_LEAST: Final = 1 / 24  # one message a day: nothing is three times nothing
BUSIEST: Final = 0.1
ALPHA: Final = 0.01  # the automaton alone found a wave in 1 calm month in 6 (drawn at random)
GAMMA: Final = 1.0
LEAST_MESSAGES: Final = 10
LEAST_ACCOUNTS: Final = 5
JOIN_US: Final = 2 * HOUR_US  # a pause shorter than this is the same wave
LEAST_PEAK: Final = 3  # messages in the busiest hour: two an hour are no wave, however quiet the rest
PAUSE_HOURS: Final = 12  # longer than a night
LEAST_CALM_HOURS: Final = 24  # with fewer, no ratio is stated

DOES_NOT_PROVE_FR: Final = (
    "Une hausse se mesure au rythme habituel de cette même cible. Elle n’établit ni sa cause, "
    "ni un lien entre les auteurs, ni que ces messages sont hostiles."
)
DOES_NOT_PROVE_EN: Final = (
    "A rise is measured against the usual rhythm of this same target. It establishes neither its cause, "
    "nor a link between the authors, nor that these messages are hostile."
)
UNKNOWN_RHYTHM_FR: Final = "Nous ne savons pas quel est le rythme habituel."
UNKNOWN_RHYTHM_EN: Final = "We do not know what the usual rhythm is."


class Hit(NamedTuple):
    """A message that reaches a target: its time in microseconds, its account, its reference."""

    t_us: int
    account: str
    ref: str


@dataclass(frozen=True, slots=True)
class TargetWave:
    """A burst of messages at one target. Times in microseconds since 1970, UTC.

    `calm_per_hour` is None when fewer than LEAST_CALM_HOURS calm hours are covered: then no ratio is stated.
    `p_value`: so many messages in so many hours at the calm rate, for every hour at which it could begin.
    `peak_us` begins the busiest hour. `gaps`: hours inside the wave that no collection covers, not silence.
    """

    id: str
    target: str
    start_us: int
    end_us: int
    peak_us: int
    refs: tuple[str, ...]
    accounts: tuple[str, ...]
    calm_per_hour: float | None
    peak_per_hour: int
    calm_hours_covered: int
    gaps: tuple[int, ...] = ()
    p_value: float | None = None

    @property
    def n(self) -> int:
        return len(self.refs)

    @property
    def times_calm(self) -> float | None:
        """How many times the calm rate the busiest hour is; None when the rhythm is not known."""
        return None if self.calm_per_hour is None else self.peak_per_hour / self.calm_per_hour


Spans = Sequence[tuple[int, int]]  # (first, last) moments covered by a collection, in microseconds


def find_target_waves(hits: Mapping[str, Iterable[Hit]], covered: Spans) -> tuple[TargetWave, ...]:
    """The waves at each target, in order of time.

    `covered` says when somebody was collecting; hours outside are unknown, not empty. Neither the order of the
    hits nor a shift of every time by whole hours changes what is found.
    """
    hours = _covered_hours(covered)
    found = [wave for target, some in hits.items() for wave in _waves_of(target, sorted(set(some)), hours)]
    return tuple(sorted(found, key=lambda wave: (wave.start_us, wave.target)))


def _covered_hours(covered: Spans) -> list[tuple[int, int]]:
    """(first hour, last hour) of each span, joined where they touch."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted((first // HOUR_US, last // HOUR_US) for first, last in covered):
        if spans and first <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    return spans


def _count(spans: Sequence[tuple[int, int]], first: int, last: int) -> int:
    """How many covered hours stand from `first` to `last`, both included."""
    return sum(max(0, min(last, end) - max(first, begin) + 1) for begin, end in spans)


def _waves_of(target: str, hits: Sequence[Hit], spans: Sequence[tuple[int, int]]) -> Iterator[TargetWave]:
    if len(hits) < LEAST_MESSAGES or len({hit.account for hit in hits}) < LEAST_ACCOUNTS:
        return
    counts = Counter(hit.t_us // HOUR_US for hit in hits)
    hours = sorted(counts)
    covered = max(len(hours), sum(end - begin + 1 for begin, end in spans))
    days = Counter(hit.t_us // HOUR_US // 24 for hit in hits)
    daily = _calm_mean(list(days.values()), max(len(days), -(-covered // 24))) / 24
    calm = CALM_AT_LEAST  # a collection of two days may hold the attack alone: it has no rhythm to give
    if covered >= 2 * LEAST_CALM_HOURS:
        calm = max(calm, daily, _median(list(counts.values()), covered))
    bursts = [
        part for one in _joined(_bursts(hours, counts, calm, covered, spans)) for part in _parts(one, hours)
    ]
    inside = sum(_count(spans, first, last) for first, last in bursts)
    for first, last in bursts:
        wave = _wave(target, hits, first, last, counts, spans)
        if wave is None:
            continue
        quiet = covered - inside
        if quiet < LEAST_CALM_HOURS:
            yield replace(wave, calm_hours_covered=quiet)
            continue
        p_value = _chance(wave.n, calm * max(1, _count(spans, first, last)), covered)
        if p_value <= ALPHA:
            yield replace(wave, calm_per_hour=calm, p_value=p_value, calm_hours_covered=quiet)


def _median(filled: list[int], hours: int) -> float:
    """The median of hourly counts, of which only the filled ones are listed."""
    counts = sorted(filled)
    empty = hours - len(counts)

    def at(place: int) -> int:
        return 0 if place < empty else counts[place - empty]

    return (at((hours - 1) // 2) + at(hours // 2)) / 2


def _calm_mean(filled: list[int], days: int) -> float:
    """The mean of daily counts without the busiest tenth of the days, one at least."""
    busiest = max(1, math.ceil(days * BUSIEST))
    return sum(sorted(filled)[: max(0, len(filled) - busiest)]) / max(1, days - busiest)


def _bursts(
    hours: Sequence[int],
    counts: Mapping[int, int],
    calm: float,
    covered: int,
    spans: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """(first hour, last hour) of the best path's burst intervals, by dynamic programming.

    Only filled hours are visited. In the empty ones between two of them, staying in the burst costs its rate;
    leaving and coming back costs the entry again. Hours that no collection covers cost nothing.
    """
    burst, entry = TIMES_CALM * calm, GAMMA * math.log(max(2, covered))
    low, high = 0.0, entry
    steps: list[tuple[bool, str]] = []  # (calm came from a burst, how the burst was reached)
    before: int | None = None
    for hour in hours:
        silent = 0 if before is None else _count(spans, before + 1, hour - 1)
        from_low, from_high = low + silent * calm, high + silent * calm
        ways = {
            "enter": (low if before is None else min(from_low, from_high)) + entry,
            "stay": math.inf if before is None else high + silent * burst,
        }
        way = min(ways, key=lambda name: (ways[name], name))
        steps.append((before is not None and from_high < from_low, way))
        count = counts[hour]
        low = min(from_low, from_high if before is not None else math.inf) + _cost(count, calm)
        high, before = ways[way] + _cost(count, burst), hour
    return _intervals(hours, steps, high < low)


def _cost(count: int, rate: float) -> float:
    """Minus the log of a Poisson probability, without the term that both states share."""
    return rate - count * math.log(rate)


def _intervals(
    hours: Sequence[int], steps: Sequence[tuple[bool, str]], is_burst: bool
) -> list[tuple[int, int]]:
    """Follow the best path backwards."""
    found: list[tuple[int, int]] = []
    last: int | None = None
    for place in range(len(hours) - 1, -1, -1):
        came_from_burst, way = steps[place]
        if not is_burst:
            is_burst = came_from_burst
            continue
        last = hours[place] if last is None else last
        if way == "stay":
            continue
        found.append((hours[place], last))
        last, is_burst = None, came_from_burst
    return found[::-1]


def _joined(bursts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Bursts separated by less than JOIN_US are one."""
    joined: list[tuple[int, int]] = []
    for first, last in bursts:
        if joined and (first - joined[-1][1] - 1) * HOUR_US < JOIN_US:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _parts(burst: tuple[int, int], hours: Sequence[int]) -> Iterator[tuple[int, int]]:
    """A burst cut at its long pauses: a low rhythm keeps the automaton in its upper state for days."""
    start = before = burst[0]
    for hour in hours[bisect_left(hours, burst[0]) : bisect_right(hours, burst[1])]:
        if hour - before > PAUSE_HOURS:
            yield start, before
            start = hour
        before = hour
    yield start, before


def _wave(
    target: str,
    hits: Sequence[Hit],
    first: int,
    last: int,
    counts: Mapping[int, int],
    spans: Sequence[tuple[int, int]],
) -> TargetWave | None:
    inside = [hit for hit in hits if first <= hit.t_us // HOUR_US <= last]
    accounts = tuple(sorted({hit.account for hit in inside}))
    if len(inside) < LEAST_MESSAGES or len(accounts) < LEAST_ACCOUNTS:
        return None
    if max(counts[hour] for hour in range(first, last + 1) if hour in counts) < LEAST_PEAK:
        return None
    peak = max(range(first, last + 1), key=lambda hour: (counts.get(hour, 0), -hour))
    refs = tuple(hit.ref for hit in inside)
    gaps = tuple(hour * HOUR_US for hour in range(first, last + 1) if not _count(spans, hour, hour))
    digest = hashlib.sha256("\n".join((target, *sorted(refs))).encode("utf-8", "surrogatepass")).hexdigest()
    return TargetWave(
        digest[:16], target, inside[0].t_us, inside[-1].t_us, peak * HOUR_US, refs, accounts, None,
        counts[peak], 0, gaps,
    )  # fmt: skip


def _chance(n: int, expected: float, hours: int) -> float:
    """The probability of so many messages at the calm rate, times the hours at which the wave could begin."""
    from scipy.special import pdtrc

    return min(1.0, float(pdtrc(n - 1, expected)) * hours)
