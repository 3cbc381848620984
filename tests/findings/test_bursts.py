"""Waves at a target: far above its own rhythm, never stated without one, unknown hours never silence."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.bursts import HOUR_US, LEAST_ACCOUNTS, LEAST_MESSAGES, Hit, find_target_waves

START = 480_000 * HOUR_US
MONTH = [(START, START + 720 * HOUR_US)]


def calm(seed: int = 1, count: int = 60) -> list[Hit]:
    """A month of about two messages a day."""
    chance = random.Random(seed)
    return [
        Hit(START + chance.randrange(720 * 3_600) * 1_000_000, f"a{chance.randrange(40)}", f"calm{n}")
        for n in range(count)
    ]


def attack(hour: int, count: int = 120, hours: int = 5, people: int = 40) -> list[Hit]:
    chance = random.Random(hour)
    span = hours * 3_600
    return [
        Hit(START + hour * HOUR_US + chance.randrange(span) * 1_000_000, f"b{n % people}", f"h{hour}n{n}")
        for n in range(count)
    ]


def test_an_attack_stands_out_of_the_rhythm_of_its_target() -> None:
    (wave,) = find_target_waves({"t": calm() + attack(400)}, MONTH)
    assert {hit.ref for hit in attack(400)} <= set(wave.refs)
    assert wave.n <= 130
    assert 400 <= (wave.peak_us - START) // HOUR_US <= 404
    assert wave.times_calm is not None
    assert wave.times_calm > 50
    assert wave.calm_hours_covered > 600


@pytest.mark.parametrize("seed", range(12))
def test_a_calm_month_has_no_wave(seed: int) -> None:
    assert find_target_waves({"t": calm(seed, count=20 * (seed + 1))}, MONTH) == ()


def test_a_target_that_always_receives_much_is_measured_against_itself() -> None:
    busy = [Hit(START + n * HOUR_US // 20, f"a{n % 300}", f"n{n}") for n in range(20 * 720)]
    assert find_target_waves({"t": busy}, MONTH) == ()
    (wave,) = find_target_waves({"t": busy + attack(300, count=900)}, MONTH)
    assert wave.calm_per_hour == pytest.approx(20, rel=0.1)
    assert wave.start_us >= START + 299 * HOUR_US


def test_a_collection_of_the_attack_alone_states_no_ratio() -> None:
    (wave,) = find_target_waves({"t": attack(400)}, [(START + 400 * HOUR_US, START + 406 * HOUR_US)])
    assert wave.calm_per_hour is None
    assert wave.times_calm is None
    assert wave.n == 120


def test_few_messages_or_few_accounts_are_no_wave() -> None:
    assert find_target_waves({"t": attack(400, count=LEAST_MESSAGES - 1, hours=1)}, MONTH) == ()
    assert find_target_waves({"t": attack(400, hours=1, people=LEAST_ACCOUNTS - 1)}, MONTH) == ()
    assert len(find_target_waves({"t": attack(400, hours=1, people=LEAST_ACCOUNTS)}, MONTH)) == 1


def test_a_short_pause_joins_and_a_night_parts() -> None:
    near = attack(400, hours=1) + attack(402, hours=1)
    assert len(find_target_waves({"t": calm() + near}, MONTH)) == 1
    far = attack(400, hours=1) + attack(416, hours=1)
    assert len(find_target_waves({"t": far}, MONTH)) == 2


def test_hours_that_nobody_collected_are_gaps_and_not_silence() -> None:
    hours = [(START, START + 402 * HOUR_US - 1), (START + 404 * HOUR_US, START + 720 * HOUR_US)]
    cut = [hit for hit in attack(400, count=300) if not 402 <= (hit.t_us - START) // HOUR_US < 404]
    (wave,) = find_target_waves({"t": cut}, hours)
    assert wave.gaps == (START + 402 * HOUR_US, START + 403 * HOUR_US)
    assert wave.n == len(cut)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(-5_000, 5_000))
def test_order_and_day_change_nothing(chance: random.Random, hours: int) -> None:
    hits = calm() + attack(200) + attack(500, count=40)
    waves = find_target_waves({"t": hits}, MONTH)
    shift = 24 * hours * HOUR_US
    moved = [hit._replace(t_us=hit.t_us + shift) for hit in chance.sample(hits, len(hits))]
    again = find_target_waves({"t": moved}, [(first + shift, last + shift) for first, last in MONTH])
    assert [(wave.id, wave.n, wave.start_us) for wave in again] == [
        (wave.id, wave.n, wave.start_us + shift) for wave in waves
    ]
    refs = [ref for wave in waves for ref in wave.refs]
    assert len(refs) == len(set(refs))
    assert len(waves) == 2
