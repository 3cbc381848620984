"""A bundle of 50 pieces written and checked, against what cannot be avoided.

Bars (docs/bundle.md): written in at most 5 s, checked by the script that travels in it in at most 2 s. The
ratios compare with the same zip written plainly with `zipfile`, and with `sha256sum -c` over the same files.
"""

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from saisine.vault import SealItem, Vault
from saisine.vault.verify import verify_bundle

PIECES, SIZE = 50, 2 << 20


def now() -> datetime:
    return datetime.now(UTC)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def best_of(call: Callable[[], object], times: int = 3) -> float:
    return min(timed(call) for _ in range(times))


def write_plainly(bodies: dict[str, bytes], target: Path) -> None:
    """The same members, durable as the bundle is."""
    with target.open("wb") as out:
        with zipfile.ZipFile(out, "w") as archive:
            for name, body in bodies.items():
                archive.writestr(name, body)
        out.flush()
        os.fsync(out.fileno())


def run(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def main(work: Path) -> None:
    with Vault.create(work / "vault", clock=now) as vault:
        # one seal for each piece, as a person works: as many heads, and stamps could lie on any
        items = [vault.seal(SealItem(f"piece {n}.bin", os.urandom(SIZE))).item for n in range(PIECES)]
        written = timed(lambda: vault.export(items, work / "dossier.zip"))
    with zipfile.ZipFile(work / "dossier.zip") as archive:
        bodies = {info.filename: archive.read(info) for info in archive.infolist()}
        archive.extractall(work / "out")
    plain = best_of(lambda: write_plainly(bodies, work / "plain.zip"))
    bag = work / "out" / "dossier"
    script = best_of(lambda: run(sys.executable, "-I", "data/verify.py", folder=bag))
    sums = best_of(lambda: run("sha256sum", "--quiet", "-c", "manifest-sha256.txt", folder=bag))
    ours = best_of(lambda: verify_bundle(work / "dossier.zip", now=now()))
    print(f"{PIECES} pieces of {SIZE >> 20} MiB")
    print(
        f"export    {written:6.2f} s (bar 5.00)   zipfile alone {plain:.2f} s   ratio {written / plain:.1f}"
    )
    print(f"verify.py {script:6.2f} s (bar 2.00)   sha256sum -c  {sums:.2f} s   ratio {script / sums:.1f}")
    print(f"verify    {ours:6.2f} s              ratio to sha256sum -c {ours / sums:.1f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
