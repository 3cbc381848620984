"""Run by test_rows.py in a process of its own: seal many invented rows, print the peak of memory (MB)."""

import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from saisine.vault import SealItem, Vault
from saisine.vault.rows import keep_rows
from tests.vault.test_rows import group_of


def main(count: str) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        Vault.create(Path(name) / "vault", clock=lambda: datetime(2026, 12, 1, tzinfo=UTC)) as vault,
    ):
        unit = vault.new_unit()
        item = vault.seal(SealItem("a", b"abc"), unit=unit).item
        keep_rows(vault, [group_of(int(count), item, size=10_000)], unit=unit)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
