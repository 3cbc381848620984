"""Peak memory and time of an import against the number of messages: 200,000, then 1,000,000, then one JSON array.

Bars: at most 400 MB, and at 1,000,000 at most 1.1 times the peak at 200,000; 1,000,000 within 180 seconds
(docs/messages.md). The file of the last line is one single array of about 2 GB when SAISINE_BENCH_LARGE is set,
400 MB otherwise. Each in a process of its own; the processor's time is printed beside the clock's, which other
work on the machine lengthens.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from import_ratio import now, write_x_lines, x_lines
from saisine.messages.corpus import Corpora
from saisine.messages.importing import import_paths
from saisine.vault import Vault

BAR_MB, BAR_SECONDS = 400, 180
ARRAY_BYTES = (2 << 30) if os.environ.get("SAISINE_BENCH_LARGE") else (400 << 20)


def write_array(path: Path) -> None:
    """One JSON array, as large as asked, written from the same thousand posts."""
    posts = list(x_lines(1_000))
    written = 0
    with path.open("wb") as out:
        out.write(b"[")
        while written < ARRAY_BYTES:
            for post in posts:
                written += out.write((b",\n" if written else b"") + post.strip())
        out.write(b"]")


def import_one(path: str, folder: str) -> None:
    with Vault.create(Path(folder) / "vault", clock=now) as vault:
        corpora = Corpora(Path(folder) / "corpora", vault.part_keys)
        start, cpu = time.perf_counter(), time.process_time()
        done = import_paths([Path(path)], vault=vault, corpora=corpora, clock=now)
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(done.ledger.totals().mapped, peak, round(took), round(cpu))


def measure(path: Path) -> tuple[int, int, str]:
    """(messages, peak memory in MB, time said) of one import in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, str(path), folder]
        out = subprocess.run(command, capture_output=True, check=True).stdout
    count, peak, took, cpu = out.decode().split()
    return int(count), int(peak), f"{took} s, {cpu} s of CPU"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "posts.jsonl"
        peaks = []
        for count in (200_000, 1_000_000):
            write_x_lines(path, count)
            found, peak, took = measure(path)
            peaks.append(peak)
            print(
                f"{found:>9,} lines   {path.stat().st_size >> 20:5d} MB   peak {peak} MB (bar {BAR_MB})   {took}",
                flush=True,
            )
        print(
            f"ratio {peaks[1] / peaks[0]:.2f} (bar 1.10); bar of time at 1,000,000: {BAR_SECONDS} s",
            flush=True,
        )
        path = Path(name) / "posts.json"
        write_array(path)
        found, peak, took = measure(path)
        print(
            f"{found:>9,} in one array {path.stat().st_size >> 20:5d} MB   peak {peak} MB (bar {BAR_MB})   {took}"
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        import_one(sys.argv[1], sys.argv[2])
    else:
        main()
