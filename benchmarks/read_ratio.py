"""Each kind of export read and mapped, against the standard parser over the same bytes: `json.loads` per line or
per document, `csv.reader` for tables.

Bars: 3 times for JSON, 4 times for tables, in CPU time of one run and on one core (docs/messages.md). "Columns" is
what an import stores, before it is encrypted; "messages" what `saisine read` goes through. Each ratio is the median
of the rounds, both sides measured in turn. A WARC is set against `warcio`, when that is installed (3 times).
"""

import csv
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from uuid import NAMESPACE_URL, uuid5

from export_files import JSON_FILES, TABLES, made, write_table, x_graphql
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
    if sum(map(len, read_paths([path], now=NOW).batches())) < COUNT:  # yt-dlp: the video is a message too
        raise SystemExit(f"{path.name}: rows were lost")


def columns(path: Path) -> None:
    if sum(batch.num_rows for batch in read_paths([path], now=NOW).record_batches()) < COUNT:
        raise SystemExit(f"{path.name}: rows were lost")


def compare(name: str, path: Path, floor: Callable[[], None], bar: float) -> None:
    """Both sides in turn: a shared processor slows what runs at that moment."""
    floors, read, stored = [], [], []
    for _ in range(ROUNDS):
        floors.append(cpu(floor))
        read.append(cpu(lambda: messages(path)) / floors[-1])
        stored.append(cpu(lambda: columns(path)) / floors[-1])
    ratio, ratio_stored = median(read), median(stored)
    said = "held" if ratio <= bar else "NOT HELD"
    print(
        f"{name:26} parser {median(floors) / COUNT * 1e6:6.1f} µs   messages {ratio:5.1f} x   "
        f"columns {ratio_stored:5.1f} x   (bar {bar:.0f}: {said})",
        flush=True,
    )


def write_warc(path: Path, count: int) -> None:
    """Answers of a web API, each with one page of ten posts, as a browser's capture keeps them."""
    page: list[bytes] = []
    with path.open("wb") as out:
        for one in made(count):
            page.append(json.dumps(x_graphql(one), ensure_ascii=False).encode())
            if len(page) < 10:
                continue
            body = (
                b'{"data":{"tweets":['
                + b",".join(b'{"tweet_results":{"result":%b}}' % one for one in page)
                + b"]}}"
            )
            page = []
            http = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(
                body
            )
            head = (
                "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://x.com/i/api/graphql/a/TweetDetail\r\n"
                f"WARC-Date: 2026-10-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:{uuid5(NAMESPACE_URL, str(one.number))}>"
                "\r\nContent-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(http) + len(body)}\r\n\r\n"
            )
            out.write(head.encode() + http + body + b"\r\n\r\n")


def iterate_warc(path: Path, *, is_parsed: bool) -> None:
    """Every body read through warcio, and its JSON parsed when asked: messages need that at least."""
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            body = record.content_stream().read()
            if is_parsed:
                json.loads(body)


def compare_warc(path: Path) -> None:
    if find_spec("warcio") is None:
        print("warc                       not measured: warcio is not installed")
        return
    write_warc(path, COUNT)
    compare("warc (warcio)", path, lambda: iterate_warc(path, is_parsed=False), JSON_BAR)
    compare("warc (warcio + json.loads)", path, lambda: iterate_warc(path, is_parsed=True), JSON_BAR)


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
        if not wanted or "warc" in wanted:
            compare_warc(Path(folder) / "capture.warc")


if __name__ == "__main__":
    main()
