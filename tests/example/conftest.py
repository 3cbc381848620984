"""The example written once, and what our own readers find in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from saisine.example import ExampleReport, write_example
from saisine.messages.importing import read_paths
from saisine.messages.ledger import Ledger
from saisine.messages.schema import Message

WAVE_ON = date(2026, 3, 14)
NOW = datetime(2026, 4, 21, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Written:
    """A written example and its reading."""

    report: ExampleReport
    messages: list[Message]
    ledger: Ledger


def write_and_read(folder: Path, wave_on: date = WAVE_ON, *, seed: int = 7, now: datetime = NOW) -> Written:
    report = write_example(folder, seed=seed, wave_on=wave_on)
    reading = read_paths([folder], now=now)
    return Written(report, list(reading), reading.ledger)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_and_read(tmp_path_factory.mktemp("example") / "vague-mars")
