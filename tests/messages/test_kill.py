"""kill -9 at random moments of an import: what was acknowledged is there, nothing half made is visible.

Each of 50 rounds imports the same folder in a process that is killed at a moment drawn from a fixed seed; the
next start looks at what is there, and after five rounds one more import finishes the work.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from saisine.messages.corpus import Query
from tests.messages.world import world
from tests.messages.x_lines import body

ROUNDS = 50
FILES = 6
ROWS = 40


def start(folder: Path, deposit: Path, unit: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.messages.killed", str(folder), str(deposit), unit]
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root / "src"), str(root)])
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": path})


def deposit_in(folder: Path) -> Path:
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.jsonl").write_bytes(body(ROWS, seed=number))
    return folder


@pytest.fixture(scope="module")
def import_s(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long one whole import takes here: the moments of the kills are shares of it."""
    import time

    folder = tmp_path_factory.mktemp("whole")
    with world(folder / "w") as place:
        unit = place.vault.new_unit()
    began = time.monotonic()
    process = start(folder / "w", deposit_in(folder / "depot"), unit)
    assert process.communicate()[0].count(b"finished") == 1
    return time.monotonic() - began


def killed_run(folder: Path, deposit: Path, unit: str, after_s: float) -> list[dict[str, object]]:
    """What the process said before it was killed; it may have finished."""
    process = start(folder, deposit, unit)
    try:
        out, _ = process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
    return [json.loads(line) for line in out.splitlines() if line.endswith(b"}")]


def test_fifty_kills_lose_nothing_that_was_acknowledged(tmp_path: Path, import_s: float) -> None:
    rnd = Random(20260401)
    deposit = deposit_in(tmp_path / "depot")
    rounds = 0
    finished = found_something = 0
    while rounds < ROUNDS:
        folder = tmp_path / f"association-{rounds}"
        with world(folder) as place:
            unit = place.vault.new_unit()
        for _ in range(5):
            rounds += 1
            said = killed_run(folder, deposit, unit, rnd.uniform(0.35, 1.05) * import_s)
            with world(folder) as place:
                sealed = [piece for piece in place.vault.items() if piece.kind == "original"]
                acknowledged = [int(str(one["done"])) for one in said if one["what"] == "seal"]
                assert len(sealed) >= max(acknowledged, default=0)
                assert len({piece.sha256 for piece in sealed}) == len(sealed) <= FILES
                for piece in sealed:
                    assert len(place.vault.read_bytes(piece.item)) == piece.size
                swept = place.corpora.sweep()
                found_something += bool(swept or place.vault.opening)
                assert not list((folder / "corpora").glob("*.tmp"))
                rows = place.corpora.count(Query())
                assert rows in (0, FILES * ROWS)
                if any(one["what"] == "finished" for one in said):
                    finished += 1
                    assert rows == FILES * ROWS
        with world(folder) as place:
            done = place.take(deposit, unit=unit, resume=True)
            assert len(done.sealed) == FILES
            assert place.corpora.count(Query()) == FILES * ROWS
            assert len(place.corpora.list()) == 1
            assert len([piece for piece in place.vault.items() if piece.kind == "original"]) == FILES
    assert found_something > 0, "no kill fell inside a write: the moments are badly chosen"
    assert finished < ROUNDS
