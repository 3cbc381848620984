"""Copies, networks and campaigns of a million invented messages: time and memory of the whole run.

Bar: 3 minutes on 2 cores, 2 GB of memory at the peak. The messages are made by another process, so that the
memory counted is that of the run alone. A number of messages may be given: `findings_1m.py 200000`.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from make_campaigns import make
from saisine.findings.actions import COLUMNS
from saisine.findings.campaigns import campaigns_of

COUNT = 1_000_000
BAR_S = 180.0
BAR_MB = 2_048


def write(path: Path, count: int) -> None:
    pq.write_table(make(count).table(), path)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.parquet"
        maker = multiprocessing.get_context("spawn").Process(target=write, args=(path, count))
        maker.start()
        maker.join()
        wall, cpu = time.perf_counter(), time.process_time()
        found = campaigns_of(pq.read_table(path, columns=["ref", *COLUMNS]))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    accounts = sum(len(one.accounts) for one in found.campaigns)
    print(f"{found.messages:,} messages: {len(found.campaigns)} campaigns, {accounts:,} accounts")
    print(
        f"CPU {cpu:.0f} s, wall {wall:.0f} s, ratio of CPU to the bar {cpu / BAR_S:.2f} (bar {BAR_S:.0f} s)"
    )
    print(f"peak {peak:.0f} MB, ratio to the bar {peak / BAR_MB:.2f} (bar {BAR_MB} MB)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
