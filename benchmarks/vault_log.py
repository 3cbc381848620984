"""A log of 100,000 lines opened and its root checked; then V02 to V06 over every line.

Bars (docs/vault.md): opened and checked under 1 s; with V02 to V06 at most 2 s. SHA-256 of every line, and
`json.loads` of every line, are printed beside: what any reader of such a log must do.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from saisine.vault import SealItem, Vault
from saisine.vault.checks import check_log
from saisine.vault.snapshot import Snapshot

LINES, BATCH = 100_000, 2_000


def now() -> datetime:
    return datetime.now(UTC)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def fill(folder: Path) -> None:
    with Vault.create(folder, clock=now) as vault:
        unit = vault.seal(SealItem("a.txt", b"abc")).unit
        while vault.journal.size < LINES:
            count = min(BATCH, LINES - vault.journal.size)
            vault.write_lines([{"act": "access", "unit": unit, "count": 1 + n % 9} for n in range(count)])


def check_lines(folder: Path, origin: str) -> None:
    failed = [check for check in check_log(Snapshot.load(folder, origin)) if check.state == "failed"]
    if failed:
        raise SystemExit(f"the log does not verify: {failed[0]}")


def main(work: Path) -> None:
    folder = work / "vault"
    fill(folder)
    lines = (folder / "log" / "entries.jsonl").read_bytes().splitlines()
    hashed = timed(lambda: [hashlib.sha256(line).digest() for line in lines])
    decoded = timed(lambda: [json.loads(line) for line in lines])
    opened = timed(lambda: Vault.open(folder, clock=now).close())
    checked = timed(lambda: check_lines(folder, "vault.saisine.invalid/any"))
    print(f"open and root {opened:6.2f} s   (bar 1.00) for {len(lines):,} lines")
    print(f"              {opened / hashed:.1f} times SHA-256 of the lines alone ({hashed:.2f} s)")
    print(f"V02 to V06    {checked:6.2f} s   (bar 2.00)")
    print(f"              {checked / decoded:.1f} times json.loads of the lines alone ({decoded:.2f} s)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
