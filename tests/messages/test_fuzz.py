"""Changed files of every format, for a while: an importer refuses in words or reads, and every sum holds.

`SAISINE_FUZZ_SECONDS` sets how long, `SAISINE_FUZZ_SEED` which changes: a fault names the seed and the number
that give its bytes again (`tests.messages.fuzzing.run.make_case`).
"""

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from secrets import randbelow

import pytest

from saisine.messages.formats import FORMATS
from tests.messages.fuzzing.run import Outcome, fuzz, make_case, read_case
from tests.messages.fuzzing.seeds import Seed, invented, published

SHORT_S, LONG_S = 60, 1_800
# What one run may add to the memory of its process, whatever it reads: the largest changed file has one mebibyte.
MORE_MB = 250


def until(default_s: int) -> Callable[[int], bool]:
    """Whether there is still time: wall-clock seconds, and at least a few cases on a slow machine."""
    seconds = float(os.environ.get("SAISINE_FUZZ_SECONDS", default_s))
    end = time.monotonic() + seconds
    return lambda number: number < 50 or time.monotonic() < end


def seed_or(default: int) -> int:
    return int(os.environ.get("SAISINE_FUZZ_SEED", default))


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def require_no_fault(outcome: Outcome, before_mb: int) -> None:
    assert outcome.faults == {}, "\n".join(f"{place}\n  {case}" for place, case in outcome.faults.items())
    assert outcome.mapped > 0, "no changed file was read at all: the changes are too wild to show anything"
    assert peak_mb() - before_mb <= MORE_MB


def test_changed_files_raise_nothing_and_every_sum_holds(tmp_path: Path) -> None:
    seeds = invented()
    for number in range(20):  # what is loaded once is no growth
        read_case(make_case(0, number, seeds), tmp_path)
    before_mb = peak_mb()
    require_no_fault(fuzz(seeds, tmp_path, seed=seed_or(20261126), goes_on=until(SHORT_S)), before_mb)


@pytest.mark.slow
def test_half_an_hour_of_changed_files_raises_nothing(tmp_path: Path) -> None:
    """Other changes at each run, and the published samples as well."""
    seeds = (*invented(), *published())
    for number in range(200):
        read_case(make_case(0, number, seeds), tmp_path)
    before_mb = peak_mb()
    outcome = fuzz(seeds, tmp_path, seed=seed_or(randbelow(10**9)), goes_on=until(LONG_S))
    require_no_fault(outcome, before_mb)
    assert outcome.formats == {one.id for one in FORMATS}


def test_the_same_seed_and_number_give_the_same_file_again() -> None:
    seeds = invented()
    some = (2, 9, 14, 17, 25, 52)
    before = [make_case(3, number, seeds) for number in some]
    for number in range(100):  # whatever was made meanwhile
        make_case(4, number, seeds)
    assert [make_case(3, number, seeds) for number in some] == before
    assert make_case(3, 14, seeds) != make_case(3, 15, seeds)


def test_a_reader_that_breaks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run sees what it looks for: a mapper's fault that nothing catches, told once with its case."""
    one = next(seed for seed in invented() if seed.format_id == "telegram")

    def broken(*arguments: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("saisine.messages.reading.read_records", broken)
    outcome = fuzz([Seed(*one)], tmp_path, seed=1, goes_on=lambda number: number < 30)
    assert outcome.cases == 30
    assert [place.split()[0] for place in outcome.faults] == ["ZeroDivisionError"]
    assert "seed 1, number" in next(iter(outcome.faults.values()))
