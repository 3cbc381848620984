"""Each kind of export read and mapped, against the standard parser over the same bytes: `json.loads` per line or
per document, `csv.reader` for tables.

Bars: 3 times for JSON, 4 times for tables, in CPU time of one run and on one core (docs/messages.md). "Lines" is all
that `saisine read` does once it has started: from the file to lines of JSON, written to nowhere. "Messages" are the
same as objects, "columns" what an import stores before it is encrypted. Each ratio is the median of the rounds, all
measured in turn; the search for cycles is off on both sides, as it is in the command. A WARC like a browser's capture
is set against `warcio`, when that is installed (3 times).

Beyond the bars, the worst cases: a WARC of answers alone, which no browser makes, set against warcio and against warcio
with a parser behind it, what any reader of its messages has to do, by the fastest parser at hand and by the standard
one; a HAR of answers alone, against `json.loads` of the file, and against that of its answers too. Warcio by itself
makes no object of them, and with the fastest parser it is over three times itself: no reader of messages gets there.
"""

import csv
import gc
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median
from uuid import NAMESPACE_URL, uuid5

import msgspec

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


def lines(path: Path, count: int = COUNT) -> None:
    with open(os.devnull, "wb") as out:
        reading = read_paths([path], now=NOW)
        reading.write_ndjson(out)
    if reading.ledger.totals().mapped < count:
        raise SystemExit(f"{path.name}: rows were lost")


def messages(path: Path, count: int = COUNT) -> None:
    if sum(map(len, read_paths([path], now=NOW).batches())) < count:  # yt-dlp: the video is a message too
        raise SystemExit(f"{path.name}: rows were lost")


def columns(path: Path, count: int = COUNT) -> None:
    if sum(batch.num_rows for batch in read_paths([path], now=NOW).record_batches()) < count:
        raise SystemExit(f"{path.name}: rows were lost")


ROUTES = (lines, messages, columns)


def compare(name: str, path: Path, floor: Callable[[], None], bar: float, count: int = COUNT) -> None:
    """Both sides in turn: a shared processor slows what runs at that moment."""
    floors: list[float] = []
    ratios: dict[str, list[float]] = {work.__name__: [] for work in ROUTES}
    for _ in range(ROUNDS):
        floors.append(cpu(floor))
        for work in ROUTES:
            ratios[work.__name__].append(cpu(partial(work, path, count)) / floors[-1])
    found = {route: median(each) for route, each in ratios.items()}
    said = "held" if found["lines"] <= bar else "NOT HELD"
    print(
        f"{name:26} parser {median(floors) / count * 1e6:6.1f} µs   "
        + "   ".join(f"{route} {ratio:5.2f} x" for route, ratio in found.items())
        + f"   (bar {bar:.0f}: {said})",
        flush=True,
    )


def warc_record(kind: str, address: str, block: bytes, media: str, number: int) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2026-10-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid5(NAMESPACE_URL, f'{kind} {number}')}>\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\n"
    )
    if kind == "response":
        http = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n".encode()
        head += f"WARC-Payload-Digest: sha256:{sha256(block).hexdigest()}\r\n"
        block = http + block
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def answers(count: int, posts: int) -> Iterator[bytes]:
    """Answers of the site of X to its own page, some posts in each."""
    page: list[bytes] = []
    for one in made(count):
        page.append(json.dumps(x_graphql(one), ensure_ascii=False, separators=(",", ":")).encode())
        if len(page) == posts:
            entries = (
                b'{"entryId":"tweet-1","content":{"itemContent":{"tweet_results":{"result":%b}}}}' % post
                for post in page
            )
            yield (
                b'{"data":{"threaded_conversation_with_injections_v2":{"instructions":[{"entries":[%b]}]}}}'
                % b",".join(entries)
            )
            page = []


def write_answers(path: Path, count: int, *, is_packed: bool) -> None:
    """A WARC that holds nothing else than answers with ten posts each: the worst case, which no browser makes. Packed,
    each record is a gzip member, as recorders write them and as WACZ asks for."""
    with path.open("wb") as out:
        for number, body in enumerate(answers(count, 10)):
            record = warc_record("response", X_API, body, "application/json", number)
            out.write(gzip.compress(record, mtime=0) if is_packed else record)


def write_har(path: Path, count: int) -> None:
    """The same answers as a browser's Network tab saves them."""
    entries = [
        {
            "startedDateTime": "2026-10-01T00:00:00.000Z",
            "request": {"method": "GET", "url": X_API, "headers": [], "cookies": []},
            "response": {"status": 200, "content": {"mimeType": "application/json", "text": body.decode()}},
        }
        for body in answers(count, 10)
    ]
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}, ensure_ascii=False))


X_API = "https://x.com/i/api/graphql/a/TweetDetail"
# What one page weighs, by kind: medians of the HTTP Archive for pages seen on a computer, as they travel (Web Almanac
# 2024, "Page Weight"; the numbers of styles and of fonts are ours): (kind, files, bytes of one, letters or noise).
PAGE_FILES = (
    ("text/html; charset=utf-8", 1, 18_000, True),
    ("text/javascript", 24, 26_000, True),
    ("text/css", 8, 10_000, True),
    ("font/woff2", 5, 26_000, False),
    ("image/jpeg", 18, 58_000, False),
)
ANSWERS_PER_PAGE = 5  # as many times as its reader scrolls on
PICTURES_PER_ANSWER = 10  # of 20 kB, for those who wrote


def write_capture(path: Path, count: int) -> None:
    """Pages of X as a browser's recorder keeps them: the page, its scripts and pictures, requests, and 5 answers of 20
    posts that come while its reader scrolls. The answers are a fourteenth of the bytes."""
    rnd, number, data = Random(3), 0, 0
    with path.open("wb") as out:

        def keep(address: str, block: bytes, media: str) -> None:
            nonlocal number
            number += 1
            request = b"GET / HTTP/1.1\r\nHost: x.com\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n"
            out.write(warc_record("response", address, block, media, number))
            out.write(warc_record("request", address, request, media, number))

        for rank, body in enumerate(answers(count, 20)):
            if rank % ANSWERS_PER_PAGE == 0:
                for media, files, size, is_text in PAGE_FILES:
                    host = "x.com" if "html" in media else "abs.twimg.com"
                    letters = (
                        b"<script>var a=[1,2];</script>" if "html" in media else b"function(e,t){return e[t]}"
                    )
                    for _ in range(files):
                        block = (letters * size)[:size] if is_text else rnd.randbytes(size)
                        keep(f"https://{host}/{number}", block, media)
            keep(X_API, body, "application/json")
            data += len(body)
            for _ in range(PICTURES_PER_ANSWER):
                keep(f"https://pbs.twimg.com/{number}", rnd.randbytes(20_000), "image/jpeg")
    size = path.stat().st_size
    print(f"{'':26} a capture of {size / 1e6:.0f} MB, {data / size:.0%} of it answers with posts", flush=True)


Parse = Callable[[bytes | str], object]


def iterate_warc(path: Path, parse: Parse | None = None, *, is_read: bool = True) -> None:
    """Every record through warcio: its body too when it is read, and its JSON when there is a parser."""
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            body = record.content_stream().read() if is_read else b""
            if parse is not None and record.rec_type == "response":
                parse(body)


def parse_har(path: Path, parse: Parse | None = None) -> None:
    """The whole file by the standard parser, and its answers when there is one for them."""
    for entry in json.loads(path.read_bytes())["log"]["entries"]:
        if parse is not None:
            parse(entry["response"]["content"]["text"])


def compare_floors(name: str, path: Path, floors: dict[str, Callable[[], None]]) -> None:
    """Our reading of a worst case against several ways to go through the same file."""
    works = floors | {work.__name__: partial(work, path) for work in ROUTES}
    times: dict[str, list[float]] = {work: [] for work in works}
    for _ in range(ROUNDS):
        for work, act in works.items():
            times[work].append(cpu(act))
    print(f"{name:26} worst case, no bar: ", end="")
    print("   ".join(f"{one} {median(times[one]) / COUNT * 1e6:.1f} µs" for one in times))
    for floor in floors:
        ratios = {
            one.__name__: median(
                own / base for own, base in zip(times[one.__name__], times[floor], strict=True)
            )
            for one in ROUTES
        }
        shown = "   ".join(f"{route} {ratio:.2f} x" for route, ratio in ratios.items())
        print(f"{'':26} of {floor}: {shown}", flush=True)


def compare_warc(path: Path) -> None:
    if find_spec("warcio") is None:
        print("warc                       not measured: warcio is not installed")
        return
    write_capture(path, COUNT // 5)
    compare("warc of a browser", path, lambda: iterate_warc(path), JSON_BAR, COUNT // 5)
    floors = {
        "warcio": lambda: iterate_warc(path),
        "warcio, heads alone": lambda: iterate_warc(path, is_read=False),
        "warcio + msgspec": lambda: iterate_warc(path, msgspec.json.Decoder().decode),
        "warcio + json.loads": lambda: iterate_warc(path, json.loads),
    }
    for is_packed in (False, True):
        write_answers(path, COUNT, is_packed=is_packed)
        compare_floors("warc.gz of answers" if is_packed else "warc of answers", path, floors)


def compare_har(path: Path) -> None:
    write_har(path, COUNT)
    floors = {
        "json.loads": lambda: parse_har(path),
        "json.loads of answers too": lambda: parse_har(path, json.loads),
    }
    compare_floors("har of answers", path, floors)


def main() -> None:
    """Each file in a process of its own, as `saisine read` reads it: what was read before in the same process
    changes what the next one costs, the parser's own time as well as ours, by a third and more."""
    wanted = sys.argv[1:]
    if "--here" in wanted:
        measure(wanted[0])
        return
    for name in (*JSON_FILES, *TABLES, "warc", "har"):
        if not wanted or any(word in name for word in wanted):
            subprocess.run([sys.executable, __file__, name, "--here"], check=True)


def measure(name: str) -> None:
    gc.disable()  # as an import does
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        if name in JSON_FILES:
            write, is_lines = JSON_FILES[name]
            write(path, COUNT)
            compare(name, path, lambda: (parse_lines if is_lines else parse_document)(path), JSON_BAR)
        elif name in TABLES:
            item, delimiter = TABLES[name]
            write_table(path, item, COUNT, delimiter)
            compare(name, path, lambda: parse_table(path, delimiter), TABLE_BAR)
        elif name == "warc":
            compare_warc(Path(folder) / "capture.warc")
        else:
            compare_har(Path(folder) / "capture.har")


if __name__ == "__main__":
    main()
