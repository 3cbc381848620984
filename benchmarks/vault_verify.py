"""`verify` of 10,000 files of 4 KiB, against decrypting and hashing the same objects and nothing else.

Bars (docs/vault.md): at most 1.5 times (age decryption + SHA-256 of the same objects alone); without keys at
most 1.2 times `bagit` validate of the same files. `bagit` make is printed beside. One run, so that the ratios
hold on a busy machine too.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pyrage

from saisine.vault import SealItem, Vault
from saisine.vault.verify import verify_vault

COUNT, SIZE = 10_000, 4096


def now() -> datetime:
    return datetime.now(UTC)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def decrypt_alone(folder: Path, identity: pyrage.x25519.Identity) -> None:
    """What cannot be avoided: each file read, its ciphertext and its plaintext hashed."""
    for path in folder.iterdir():
        body = path.read_bytes()
        hashlib.sha256(body).hexdigest()
        hashlib.sha256(pyrage.decrypt(body, [identity])).hexdigest()


def main(work: Path) -> None:
    bodies = [os.urandom(SIZE) for _ in range(COUNT)]
    identity = pyrage.x25519.Identity.generate()
    alone, plain = work / "alone", work / "plain"
    alone.mkdir()
    plain.mkdir()
    for number, body in enumerate(bodies):
        (alone / f"{number}").write_bytes(pyrage.encrypt(body, [identity.to_public()]))
        (plain / f"{number}").write_bytes(body)
    with Vault.create(work / "vault", clock=now) as vault:
        vault.seal_many([SealItem(f"{number}.bin", body) for number, body in enumerate(bodies)])
    floor = timed(lambda: decrypt_alone(alone, identity))
    full = timed(lambda: verify_vault(work / "vault", now=now()))
    blind = timed(lambda: verify_vault(work / "vault", now=now(), decrypt=False))
    made = timed(lambda: bagit.make_bag(str(plain), checksums=["sha256"]))
    validated = timed(lambda: bagit.Bag(str(plain)).validate())
    print(f"verify       {full:6.2f} s   decryption and SHA-256 alone {floor:.2f} s")
    print(f"             ratio {full / floor:.2f} (bar 1.50)")
    print(f"without keys {blind:6.2f} s   bagit validate {validated:.2f} s, make {made:.2f} s")
    print(f"             ratio {blind / validated:.2f} (bar 1.20)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
