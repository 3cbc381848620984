"""The loops of other tools beside ours, over the same generated files.

They go into an environment of their own (pip install minet openpyxl), then `--python THAT/bin/python`. minet: its
records made of the payloads of TikTok and YouTube and written as the cells of a row, what its commands do with each;
and its reader of tables (casanova) over one of its own, which gives rows and maps nothing. Each side is told as a
ratio to the standard parser over the same bytes, in CPU time of one process: `json.loads` per line, or `csv.reader`.
Ours does more for each message: hash and place of the record, checks, text folded for the search, 45 columns.
A workbook is told as a ratio to openpyxl's `read_only` iteration over its rows, which maps nothing either.

4CAT has no package: it is installed from its repository, with a database and a server, and maps inside them. It is
not measured here.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median

COUNT = 20_000
ROUNDS = 5
KINDS = ("tiktok", "youtube", "table")
NOT_THERE = 3


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def ratio(work: Callable[[], object], floor: Callable[[], object]) -> float:
    """How many times the floor the work takes, both in turn; the first round warms up."""
    work()
    return median(cpu(work) / cpu(floor) for _ in range(ROUNDS))


def parse(kind: str, path: Path) -> None:
    if kind == "table":
        with path.open(encoding="utf-8", newline="") as stream:
            for _ in csv.reader(stream):
                pass
        return
    with path.open("rb") as stream:
        for line in stream:
            json.loads(line)


# ------------------------------------------------------------------ minet, in its own environment


def minet_reads(kind: str, path: Path) -> int:
    """What minet makes of each record: a row of cells."""
    count = 0
    if kind == "table":
        import casanova  # type: ignore[import-not-found]

        with path.open(encoding="utf-8", newline="") as stream:
            for _, text in casanova.reader(stream).cells("text", with_rows=True):
                count += text is not None
        return count
    with path.open("rb") as stream:
        if kind == "tiktok":
            from minet.tiktok.types import TiktokVideo  # type: ignore[import-not-found]

            for line in stream:
                count += len(TiktokVideo.from_payload(json.loads(line)["data"]).as_csv_row()) > 0
        else:
            from minet.youtube.types import YouTubeComment  # type: ignore[import-not-found]

            for line in stream:
                record = YouTubeComment.from_parent_comment_payload(json.loads(line))
                count += len(record.as_csv_row()) > 0
    return count


def measure_peer(kind: str, path: Path) -> None:
    """Print the ratio, in the process of an interpreter that has minet; exit code 3 where it has not."""
    if find_spec("minet") is None or find_spec("casanova") is None:
        raise SystemExit(NOT_THERE)
    if minet_reads(kind, path) != COUNT:
        raise SystemExit(f"minet read another number of {kind} records")
    print(ratio(lambda: minet_reads(kind, path), lambda: parse(kind, path)))


def make_workbook(source: Path, path: Path) -> None:
    """Write the rows of a CSV as the sheet of a workbook, with openpyxl."""
    from openpyxl import Workbook  # type: ignore[import-untyped,unused-ignore]

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Feuil1")
    with source.open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter=";"):
            sheet.append(row)
    book.save(path)


def measure_openpyxl(path: Path) -> None:
    """Print the CPU seconds of one iteration over the rows, after the file was made of `path` with `.csv`."""
    if find_spec("openpyxl") is None:
        raise SystemExit(NOT_THERE)
    from openpyxl import load_workbook

    make_workbook(path.with_suffix(".csv"), path)

    def rows() -> None:
        if (
            sum(1 for _ in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))
            <= COUNT
        ):
            raise SystemExit("openpyxl read another number of rows")

    rows()
    print(median(cpu(rows) for _ in range(ROUNDS)))


# ------------------------------------------------------------------ ours


def write(kind: str, path: Path) -> None:
    import export_files as made

    if kind == "tiktok":
        made.write_lines(path, made.zeeschuimer("tiktok.com", made.tiktok_video), COUNT)
    elif kind == "youtube":
        made.write_lines(path, made.youtube_thread, COUNT)
    else:
        made.write_table(path, made.minet_tweet, COUNT)


def we_read(path: Path) -> None:
    from datetime import UTC, datetime

    from saisine.messages.reading import read_paths

    now = datetime(2026, 12, 1, tzinfo=UTC)
    if sum(map(len, read_paths([path], now=now).batches())) != COUNT:
        raise SystemExit(f"{path.name}: rows were lost")


def ask(python: str, kind: str, path: Path) -> tuple[float | None, str]:
    """(the figure that the other interpreter measured, or why there is none)."""
    asked = [python, __file__, "--peer", kind, str(path)]
    peer = subprocess.run(asked, check=False, capture_output=True, text=True)
    if peer.returncode == NOT_THERE:
        return None, "not measured: that Python does not have it (pip install minet openpyxl, then --python)"
    if peer.returncode:
        return None, f"not measured: {' '.join(peer.stderr.strip().splitlines()[-1:])}"
    return float(peer.stdout), ""


def compare(kind: str, python: str, folder: Path) -> None:
    path = folder / kind
    write(kind, path)
    ours = ratio(lambda: we_read(path), lambda: parse(kind, path))
    peer, why = ask(python, kind, path)
    name = "casanova (rows alone)" if kind == "table" else "minet"
    said = why if peer is None else f"{peer:5.1f} x"
    print(f"{kind:10} parser 1   Saisine {ours:5.1f} x   {name} {said}", flush=True)


def compare_workbook(python: str, folder: Path) -> None:
    import export_files as made

    path = folder / "workbook.xlsx"
    made.write_table(path.with_suffix(".csv"), made.plain_table, COUNT, ";")
    peer, why = ask(python, "workbook", path)
    if peer is None:
        print(f"workbook   openpyxl {why}")
        return
    we_read(path)
    ours = median(cpu(lambda: we_read(path)) for _ in range(ROUNDS))
    print(
        f"workbook   openpyxl 1   Saisine {ours / peer:5.1f} x (messages, hashes and places included)",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description="Other tools' mapping loops beside ours")
    options.add_argument("--python", default=sys.executable, help="an interpreter that has minet")
    options.add_argument("--peer", nargs=2, metavar=("KIND", "FILE"), help="measure minet in this process")
    chosen = options.parse_args()
    if chosen.peer:
        kind, path = chosen.peer[0], Path(chosen.peer[1])
        if kind == "workbook":
            measure_openpyxl(path)
        else:
            measure_peer(kind, path)
        return
    print("4CAT       not measured: no package of it installs (its repository needs a database and a server)")
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            compare(kind, chosen.python, Path(folder))
        compare_workbook(chosen.python, Path(folder))


if __name__ == "__main__":
    main()
