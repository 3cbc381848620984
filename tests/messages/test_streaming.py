"""A file of any size is read in flat memory: lines, one JSON array, one array under a key, a table, a zip."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from saisine.messages.reading import read_paths
from tests.messages.x_lines import NOW, lines

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = 4_000, 32_000
# What may differ between two runs of one program that need the same memory.
NOISE_MB = 20


def write_lines(path: Path, count: int) -> None:
    with path.open("wb") as out:
        out.writelines(lines(count))


def joined(count: int) -> Iterator[bytes]:
    for number, line in enumerate(lines(count)):
        yield (b",\n" if number else b"") + line.strip()


def write_array(path: Path, count: int) -> None:
    with path.open("wb") as out:
        out.writelines([b"["])
        out.writelines(joined(count))
        out.write(b"]")


def write_page(path: Path, count: int) -> None:
    with path.open("wb") as out:
        out.write(b'{"data": [')
        out.writelines(joined(count))
        out.write(b'], "includes": {"users": [{"id": "1000", "username": "a", "name": "A"}]}}')


def write_table(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write("Date;Auteur;Texte\n")
        out.writelines(f"08/04/2026 14:05;compte {n};{'texte ' * 60}{n}\n" for n in range(count))


def write_zip(path: Path, count: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.jsonl", "w") as out:
        out.writelines(lines(count))


Measure = Callable[[Path], tuple[int, int]]


@pytest.fixture(scope="module")
def measure() -> Iterator[Measure]:
    """(messages read, peak memory in MB) of a reading in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-m", "tests.messages.measured"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)

    def ask(path: Path) -> tuple[int, int]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{path}\n".encode())
        process.stdin.flush()
        count, peak = process.stdout.readline().split()
        return int(count), int(peak)

    yield ask
    process.communicate()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("page.json", write_page),
        pytest.param("a.csv", write_table, marks=pytest.mark.slow),
        ("a.jsonl", write_lines),
        pytest.param("a.json", write_array, marks=pytest.mark.slow),
        pytest.param("a.zip", write_zip, marks=pytest.mark.slow),
    ],
)
def test_eight_times_the_messages_cost_the_same_memory(
    tmp_path: Path, measure: Measure, name: str, write: Callable[[Path, int], None]
) -> None:
    peaks = []
    for count in (SMALL, LARGE):
        write(tmp_path / name, count)
        found, peak = measure(tmp_path / name)
        assert found == count
        peaks.append(peak)
    assert peaks[1] <= peaks[0] + NOISE_MB


def test_one_long_message_is_stored_in_little_memory(tmp_path: Path) -> None:
    """A mail of 300 kB, alone in its file: its text is one value of its column, and is not repeated."""
    path = tmp_path / "a.eml"
    head = "From: a@exemple.test\nSubject: s\nDate: Wed, 08 Apr 2026 14:05:00 +0200\n\n"
    path.write_text(head + "insulte longue\n" * 20_000)
    tracked = pa.total_allocated_bytes()
    (batch,) = read_paths([path], now=NOW).record_batches()
    assert batch.num_rows == 1
    assert pa.total_allocated_bytes() - tracked < 20_000_000
