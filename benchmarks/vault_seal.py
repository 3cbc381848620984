"""10,000 files of 4 KiB sealed, encrypted and durable, against what cannot be avoided.

Bars (docs/vault.md): at most 4 s on two quiet cores, and at most 1.5 times (age encryption of the same bytes
alone + one batched durable write of the same bytes alone) in the same run. Then `verify` of that vault, and
one 220 MB file with its memory. `bagit` make and validate times are printed beside.
"""

import hashlib
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pyrage

from saisine.vault import SealItem, Vault
from saisine.vault.objects import flush_file_system
from saisine.vault.verify import verify_vault

COUNT, SIZE = 10_000, 4096
LARGE_BYTES = 220 << 20


def now() -> datetime:
    return datetime.now(UTC)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def encrypt_alone(bodies: list[bytes]) -> None:
    recipient = pyrage.x25519.Identity.generate().to_public()
    for body in bodies:
        pyrage.encrypt(body, [recipient])


def write_alone(bodies: list[bytes], folder: Path) -> None:
    """The same bytes, plain, in batches of 1,000, each batch flushed to the disk."""
    for start in range(0, len(bodies), 1000):
        for number, body in enumerate(bodies[start : start + 1000], start):
            (folder / f"{number}").write_bytes(body)
        flush_file_system(folder)


def small_files(work: Path) -> None:
    bodies = [os.urandom(SIZE) for _ in range(COUNT)]
    plain = work / "plain"
    plain.mkdir()
    encrypted = timed(lambda: encrypt_alone(bodies))
    written = timed(lambda: write_alone(bodies, plain))
    with Vault.create(work / "vault", clock=now) as vault:
        items = [SealItem(f"{number}.bin", body) for number, body in enumerate(bodies)]
        sealed = timed(lambda: vault.seal_many(items))
    floor = encrypted + written
    print(f"seal      {sealed:6.2f} s   age alone {encrypted:.2f} s + durable write alone {written:.2f} s")
    print(f"          ratio {sealed / floor:.2f} (bar 1.50), {COUNT / sealed:,.0f} files per second")
    full = timed(lambda: verify_vault(work / "vault", now=now()))
    blind = timed(lambda: verify_vault(work / "vault", now=now(), decrypt=False))
    opened = timed(lambda: Vault.open(work / "vault", clock=now).close())
    bag = [0.0, 0.0]
    bag[0] = timed(lambda: bagit.make_bag(str(plain), checksums=["sha256"]))
    bag[1] = timed(lambda: bagit.Bag(str(plain)).validate())
    print(f"verify    {full:6.2f} s   without keys {blind:.2f} s")
    print(f"          ratio to bagit validate {blind / bag[1]:.2f} (bar 1.20)")
    print(f"open      {opened:6.2f} s   bagit make {bag[0]:.2f} s, validate {bag[1]:.2f} s")


def large_file(work: Path) -> None:
    large = work / "large"
    with large.open("wb") as file:
        for _ in range(LARGE_BYTES >> 20):
            file.write(os.urandom(1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Vault.create(work / "vault-large", clock=now) as vault:
        cpu = time.process_time()
        vault.seal(SealItem("large", large))
        cpu = time.process_time() - cpu
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    hashing = time.process_time()
    with large.open("rb") as source:
        hashlib.file_digest(source, "sha256")
    hashing = time.process_time() - hashing
    print(
        f"220 MB    {cpu:6.2f} s of CPU, {cpu / hashing:.1f} times SHA-256 alone; + {grown:.0f} MB of memory"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        large_file(Path(name))
        small_files(Path(name))
