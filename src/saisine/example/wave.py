"""The plan of the example: who says what, when and where, before any file is written.

1,800 messages: on the day of the wave 720 copies in 37 groups, 400 other attacks and 2 danger signs; 678
everyday messages over the five weeks before and after.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from saisine.example.accounts import Account, make_crowd
from saisine.example.association import at_paris
from saisine.example.copies import COPIES, write_groups
from saisine.example.sentences import EMOJI, SNEERS, Writer, load_parts, load_pool
from saisine.example.similarity import Known, runs
from saisine.example.timing import busy_time, pasted_times, quiet_times

Source = Literal["x", "youtube", "minet", "facebook", "instagram", "own"]
Role = Literal["copy", "attack", "threat", "ordinary", "own"]

ATTACKS: Final = {"fr": 280, "en": 72, "es": 48}
ORDINARY: Final = {"fr": 430, "en": 110, "es": 78}
OWN: Final = 60  # what the association itself answered
THREATS: Final = 2
TOTAL: Final = COPIES + sum(ATTACKS.values()) + THREATS + sum(ORDINARY.values()) + OWN

# Shares of each place: attacks are mostly public, everyday talk goes more through private messages.
HOSTILE_PLACES: Final[dict[Source, int]] = {
    "x": 34,
    "youtube": 24,
    "facebook": 24,
    "minet": 12,
    "instagram": 6,
}
QUIET_PLACES: Final[dict[Source, int]] = {
    "x": 22,
    "youtube": 20,
    "facebook": 22,
    "minet": 13,
    "instagram": 23,
}
CROWD: Final = 210
NEIGHBOURS: Final = 90


@dataclass(frozen=True, slots=True)
class Said:
    """One message to be: its words, its moment (aware UTC, milliseconds), its author, the file it goes to."""

    text: str
    language: str
    at: datetime
    author: Account
    source: Source
    role: Role
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything said, oldest first."""

    said: tuple[Said, ...]
    wave_on: date
    name: str  # the coordinator's invented first name

    def of(self, source: Source) -> list[Said]:
        """What goes to one place, oldest first."""
        return [one for one in self.said if one.source == source]

    def having(self, role: Role) -> list[Said]:
        return [one for one in self.said if one.role == role]


def plan_wave(seed: int, wave_on: date) -> Plan:
    """The whole example for this seed and day."""
    rng = random.Random(f"saisine-example:{seed}:{wave_on.isoformat()}")
    known = Known()
    name = rng.choice(load_parts("threats")["names"])
    threats = list(_threats(rng, wave_on, name, known))
    hostile = _Places(rng, HOSTILE_PLACES, CROWD, wave_on, fresh=0.35)
    said = [*threats, *_copies(rng, wave_on, known, hostile), *_attacks(rng, wave_on, known, hostile)]
    said += _quiet(rng, wave_on, known)
    return Plan(tuple(sorted(said, key=lambda one: one.at)), wave_on, name)


class _Places:
    """Draws where a message appears and who writes it; each place has its own accounts."""

    def __init__(
        self, rng: random.Random, shares: dict[Source, int], size: int, wave_on: date, *, fresh: float
    ) -> None:
        self._rng = rng
        self._shares = shares
        self._crowds = {place: make_crowd(rng, size, wave_on, fresh=fresh) for place in shares}

    def draw(self) -> tuple[Source, Account]:
        place = self._rng.choices(list(self._shares), list(self._shares.values()))[0]
        return place, self._rng.choice(self._crowds[place])

    def draw_several(self, count: int) -> Iterator[tuple[Source, Account]]:
        """For one group of copies: mostly one place, and no account twice in a place."""
        main, _ = self.draw()
        decks = {place: self._rng.sample(list(crowd), len(crowd)) for place, crowd in self._crowds.items()}
        for _ in range(count):
            place = main if self._rng.random() < 0.6 else self.draw()[0]
            yield place, decks[place].pop()


def _threats(rng: random.Random, wave_on: date, name: str, known: Known) -> Iterator[Said]:
    """A dated and placed death threat on the page's wall, then an address under a video."""
    parts = load_parts("threats")
    a, b = (f"{rng.randrange(100):02d}" for _ in range(2))
    death = parts["death"].format(name=name, day=rng.choice(parts["days"]))
    address = parts["address"].format(name=name, a=a, b=b)
    hours: Sequence[tuple[Source, str, int]] = (("facebook", death, 21), ("youtube", address, 22))
    for source, text, hour in hours:
        known.add(runs(text))
        at = at_paris(wave_on, hour, rng.randrange(10, 50), rng.randrange(60))
        author = make_crowd(rng, 1, wave_on, fresh=1)[0]
        yield Said(text, "fr", at.astimezone(UTC), author, source, "threat")


def _copies(rng: random.Random, wave_on: date, known: Known, places: _Places) -> Iterator[Said]:
    for number, (language, texts) in enumerate(write_groups(rng, known)):
        times = pasted_times(rng, wave_on, len(texts))
        for text, at, (source, author) in zip(texts, times, places.draw_several(len(texts)), strict=True):
            yield Said(text, language, at, author, source, "copy", number)


def _attacks(rng: random.Random, wave_on: date, known: Known, places: _Places) -> Iterator[Said]:
    for language, count in ATTACKS.items():
        pool = load_pool("wave_fr") if language == "fr" else load_pool("wave_other", language)
        writer = Writer(pool, rng, known, SNEERS, language)
        for _ in range(count):
            source, author = places.draw()
            yield Said(writer.write(), language, busy_time(rng, wave_on), author, source, "attack")


def _quiet(rng: random.Random, wave_on: date, known: Known) -> Iterator[Said]:
    """The everyday messages and the association's own, shuffled over the quiet days."""
    made: list[Callable[[datetime], Said]] = [*_ordinary(rng, wave_on, known), *_own(rng, wave_on, known)]
    rng.shuffle(made)
    for at, make in zip(quiet_times(rng, wave_on, len(made)), made, strict=True):
        yield make(at)


def _ordinary(rng: random.Random, wave_on: date, known: Known) -> Iterator[Callable[[datetime], Said]]:
    places = _Places(rng, QUIET_PLACES, NEIGHBOURS, wave_on, fresh=0)
    for language, count in ORDINARY.items():
        pool = load_pool("ordinary_fr") if language == "fr" else load_pool("ordinary_other", language)
        writer = Writer(pool, rng, known, EMOJI, language)
        for _ in range(count):
            yield _dated(writer.write(), language, *places.draw()[::-1], "ordinary")


def _own(rng: random.Random, wave_on: date, known: Known) -> Iterator[Callable[[datetime], Said]]:
    writer = Writer(load_pool("own_fr"), rng, known, EMOJI)
    author = make_crowd(rng, 1, wave_on, fresh=0)[0]
    for _ in range(OWN):
        yield _dated(writer.write(), "fr", author, "own", "own")


def _dated(
    text: str, language: str, author: Account, source: Source, role: Role
) -> Callable[[datetime], Said]:
    return lambda at: Said(text, language, at, author, source, role)
