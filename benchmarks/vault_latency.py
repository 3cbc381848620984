"""One seal acknowledged, against a bare write, fsync, rename and fsync of the folder.

Bars (docs/vault.md): p95 at most 60 ms, and at most 4 times the bare write in the same run.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from saisine.vault import SealItem, Vault
from saisine.vault.faults import write_durably

ROUNDS, SIZE = 200, 4096


def now() -> datetime:
    return datetime.now(UTC)


def measure(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def main(work: Path) -> None:
    body = os.urandom(SIZE)
    bare, sealed = [], []
    with Vault.create(work / "vault", clock=now) as vault:
        unit = vault.new_unit()
        for number in range(ROUNDS):  # alternated, so that other work on the machine weighs on both
            target = work / f"{number}"
            bare.append(measure(lambda target=target: write_durably(target, body)))
            item = SealItem(f"{number}", body)
            sealed.append(measure(lambda item=item: vault.seal(item, unit=unit)))
    for name, values in (("bare write", bare), ("one seal", sealed)):
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{name:12} median {statistics.median(values):6.2f} ms   p95 {p95:6.2f} ms")
    ratio = statistics.median(sealed) / statistics.median(bare)
    print(f"ratio of medians {ratio:.1f} (bar 4.0), bar of p95 60 ms")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
