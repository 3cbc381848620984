"""kill -9 at random moments of an import: what was acknowledged is there, nothing half made is visible.

Each round imports the same folder in a process that is killed at a moment drawn from a fixed seed; the next start
looks at what is there, and after five rounds one more import finishes the work.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from saisine.messages.corpus import Query
from tests.messages.world import World, world
from tests.messages.x_lines import body

FILES = 6
ROWS = 40
ROOT = Path(__file__).resolve().parents[2]


class Imports:
    """The process that forks for each import."""

    def __init__(self, deposit: Path, told: Path) -> None:
        self.deposit, self.told = deposit, told
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
        command = [sys.executable, "-m", "tests.messages.killed"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)

    def run(self, folder: Path, unit: str, after_s: float) -> list[dict[str, object]]:
        """What one import said before it was killed; it may have finished."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.told.write_bytes(b"")
        order = [str(folder), str(self.deposit), unit, str(self.told)]
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        if not select.select([self.process.stdout], [], [], after_s)[0]:
            os.kill(child, signal.SIGKILL)
        assert self.process.stdout.readline() == b"ended\n"
        return [json.loads(line) for line in self.told.read_bytes().splitlines() if line.endswith(b"}")]

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def imports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imports]:
    folder = tmp_path_factory.mktemp("depot")
    for number in range(FILES):
        (folder / f"{number}.jsonl").write_bytes(body(ROWS, first=ROWS * number))
    warm = Imports(folder, tmp_path_factory.mktemp("dit") / "told.jsonl")
    yield warm
    warm.close()


@pytest.fixture(scope="module")
def import_s(tmp_path_factory: pytest.TempPathFactory, imports: Imports) -> float:
    """How long one whole import takes here, once its modules are warm: the moments of the kills are shares of it."""
    folder = tmp_path_factory.mktemp("whole")
    for name in ("cold", "warm"):
        with world(folder / name) as place:
            unit = place.vault.new_unit()
        began = time.monotonic()
        assert imports.run(folder / name, unit, 600)[-1]["what"] == "finished"
    return time.monotonic() - began


def require_nothing_lost(place: World, said: list[dict[str, object]]) -> bool:
    """What was acknowledged is there and whole. Returns whether the start found a write that was stopped."""
    sealed = [piece for piece in place.vault.items() if piece.kind == "original"]
    acknowledged = [int(str(one["done"])) for one in said if one["what"] == "seal"]
    assert len(sealed) >= max(acknowledged, default=0)
    assert len({piece.sha256 for piece in sealed}) == len(sealed) <= FILES
    for piece in sealed:
        assert len(place.vault.read_bytes(piece.item)) == piece.size
    swept = place.corpora.sweep()
    assert not list((place.folder / "corpora").glob("*.tmp"))
    rows = place.corpora.count(Query())
    assert rows in (0, FILES * ROWS)
    if any(one["what"] == "finished" for one in said):
        assert rows == FILES * ROWS
    return bool(swept or place.vault.opening)


def require_finished(place: World, deposit: Path, unit: str) -> None:
    """One more import finishes the work, and does nothing twice."""
    done = place.take(deposit, unit=unit, resume=True)
    assert len(done.sealed) == FILES
    assert place.corpora.count(Query()) == FILES * ROWS
    assert len(place.corpora.list()) == 1
    assert len([piece for piece in place.vault.items() if piece.kind == "original"]) == FILES


def kill(rounds: int, tmp_path: Path, imports: Imports, import_s: float) -> tuple[int, int]:
    """(imports that finished, starts that found a stopped write) of this many rounds. The first dies at once."""
    rnd = Random(20260401)
    finished = found = 0
    for association in range(rounds // 5):
        folder = tmp_path / f"association-{association}"
        with world(folder) as place:
            unit = place.vault.new_unit()
        for number in range(5):
            after_s = rnd.uniform(0.05, 1.05) * import_s if association or number else 0.0
            said = imports.run(folder, unit, after_s)
            finished += any(one["what"] == "finished" for one in said)
            with world(folder) as place:
                found += require_nothing_lost(place, said)
        with world(folder) as place:
            require_finished(place, imports.deposit, unit)
    return finished, found


def test_five_kills_lose_nothing_that_was_acknowledged(
    tmp_path: Path, imports: Imports, import_s: float
) -> None:
    finished, _ = kill(5, tmp_path, imports, import_s)
    assert finished < 5


@pytest.mark.slow
def test_fifty_kills_lose_nothing_that_was_acknowledged(
    tmp_path: Path, imports: Imports, import_s: float
) -> None:
    finished, found = kill(50, tmp_path, imports, import_s)
    assert found > 0, "no kill fell inside a write: the moments are badly chosen"
    assert finished < 50
