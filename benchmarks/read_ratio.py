"""Each kind of export read and mapped, against the standard parser over the same bytes: `json.loads` per line or
per document, `csv.reader` for tables.

Bars: 3 times for JSON, 4 times for tables, in CPU time of one run and on one core (docs/messages.md). "Columns" is
what an import stores, before it is encrypted; "messages" what `saisine read` goes through.
"""

import csv
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from export_files import JSON_FILES, TABLES, write_table
from saisine.messages.reading import read_paths

COUNT = 20_000
ROUNDS = 5
JSON_BAR, TABLE_BAR = 3.0, 4.0
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def cpu(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def parse_lines(path: Path) -> None:
    with path.open("rb") as stream:
        for line in stream:
            json.loads(line)


def parse_document(path: Path) -> None:
    json.loads(path.read_bytes())


def parse_table(path: Path, delimiter: str) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        for _ in csv.reader(stream, delimiter=delimiter):
            pass


def messages(path: Path) -> None:
    if sum(map(len, read_paths([path], now=NOW).batches())) != COUNT:
        raise SystemExit(f"{path.name}: rows were lost")


def columns(path: Path) -> None:
    if sum(batch.num_rows for batch in read_paths([path], now=NOW).record_batches()) != COUNT:
        raise SystemExit(f"{path.name}: rows were lost")


def compare(name: str, path: Path, floor: Callable[[], None], bar: float) -> None:
    """The least of each, taken in turn: a shared processor slows what runs at that moment."""
    floors, read, stored = [], [], []
    for _ in range(ROUNDS):
        floors.append(cpu(floor))
        read.append(cpu(lambda: messages(path)))
        stored.append(cpu(lambda: columns(path)))
    least = min(floors)
    print(
        f"{name:26} parser {least / COUNT * 1e6:6.1f} µs   messages {min(read) / least:5.1f} x   "
        f"columns {min(stored) / least:5.1f} x   (bar {bar:.0f})"
    )


def main() -> None:
    wanted = sys.argv[1:]
    gc.disable()  # as an import does
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        for name, (write, is_lines) in JSON_FILES.items():
            if not wanted or any(word in name for word in wanted):
                write(path, COUNT)
                parse = parse_lines if is_lines else parse_document
                compare(name, path, lambda parse=parse: parse(path), JSON_BAR)  # type: ignore[misc]
        for name, (item, delimiter) in TABLES.items():
            if not wanted or any(word in name for word in wanted):
                write_table(path, item, COUNT, delimiter)
                compare(name, path, lambda sign=delimiter: parse_table(path, sign), TABLE_BAR)  # type: ignore[misc]


if __name__ == "__main__":
    main()
