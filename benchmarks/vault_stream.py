"""One file of 1 GiB sealed, then read back: memory and speed, beside age alone.

Bars (docs/vault.md): at most 150 MB resident; at least 0.6 times the speed of pyrage alone on the same file.
Each measure is a process of its own, so that its memory is its own; both end with the bytes on the disk.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pyrage

from saisine.vault import SealItem, Vault

SIZE = 1 << 30
PIECE = 1 << 20


def now() -> datetime:
    return datetime.now(UTC)


def seal(work: Path) -> None:
    with Vault.open(work / "vault", clock=now) as vault:
        vault.seal(SealItem("large.bin", work / "large"))


def read(work: Path) -> None:
    with Vault.open(work / "vault", clock=now) as vault, vault.open_item("0") as stream:
        while stream.read(PIECE):
            pass


def encrypt_alone(work: Path) -> None:
    recipient = pyrage.x25519.Identity.from_str((work / "identity").read_text()).to_public()
    with (work / "large").open("rb") as source, (work / "large.age").open("wb") as target:
        pyrage.encrypt_io(source, target, [recipient])
        target.flush()
        os.fsync(target.fileno())


def decrypt_alone(work: Path) -> None:
    identity = pyrage.x25519.Identity.from_str((work / "identity").read_text())
    with (work / "large.age").open("rb") as source, Path(os.devnull).open("wb") as target:
        pyrage.decrypt_io(source, target, [identity])


STEPS = {one.__name__: one for one in (encrypt_alone, seal, decrypt_alone, read)}


def child(name: str, work: Path) -> None:
    start = time.perf_counter()
    STEPS[name](work)
    spent = time.perf_counter() - start
    print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def measure(name: str, work: Path) -> tuple[float, int]:
    """Seconds and megabytes of one step in a process of its own."""
    command = [sys.executable, __file__, name, str(work)]
    spent, memory = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(spent), int(memory)


def main(work: Path) -> None:
    with (work / "large").open("wb") as file:
        for _ in range(SIZE // PIECE):
            file.write(os.urandom(PIECE))
        os.fsync(file.fileno())
    (work / "identity").write_text(str(pyrage.x25519.Identity.generate()))
    Vault.create(work / "vault", clock=now).close()
    found = {name: measure(name, work) for name in STEPS}
    for ours, alone in (("seal", "encrypt_alone"), ("read", "decrypt_alone")):
        spent, memory = found[ours]
        print(
            f"{ours:5} 1 GiB {spent:6.2f} s   {SIZE / spent / 1e6:,.0f} MB per second, {memory} MB (bar 150)"
        )
        print(
            f"            age alone {found[alone][0]:.2f} s: {found[alone][0] / spent:.2f} of its speed (bar 0.60)"
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        child(sys.argv[1], Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
