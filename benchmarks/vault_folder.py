"""A folder of 1,827 mixed files, as an association hands it over: sealed, with its head and its receipt.

Bar (docs/vault.md): at most 30 s. The files are drawn by a seeded generator: texts, pictures, a few films,
some empty, in nested folders. Copying and hashing the same folder, and `bagit`, are printed beside.
"""

import hashlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import bagit

from saisine.vault import SealItem, Vault
from saisine.vault.objects import flush_file_system

COUNT = 1827
# share of the files, smallest and largest size in bytes, ending
SORTS = (
    (0.02, 0, 0, "txt"),
    (0.55, 200, 20_000, "txt"),
    (0.28, 40_000, 600_000, "jpg"),
    (0.10, 10_000, 300_000, "pdf"),
    (0.05, 1_000_000, 8_000_000, "mp4"),
)


def now() -> datetime:
    return datetime.now(UTC)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def make_folder(folder: Path) -> int:
    """The files; returns their bytes together."""
    dice = random.Random(1827)
    total = 0
    for number in range(COUNT):
        _, least, most, ending = dice.choices(SORTS, weights=[sort[0] for sort in SORTS])[0]
        path = folder / f"dossier {number % 23}" / f"pièce {number}.{ending}"
        path.parent.mkdir(exist_ok=True, parents=True)
        body = os.urandom(dice.randint(least, most))
        path.write_bytes(body)
        total += len(body)
    flush_file_system(folder)
    return total


def seal_folder(folder: Path, target: Path) -> None:
    with Vault.create(target, clock=now) as vault:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        vault.seal_many([SealItem(path.name, path, origin_note={"path": str(path)}) for path in paths])
        if vault.receipt().size != COUNT:
            raise SystemExit("files are missing")


def copy_and_hash(folder: Path, target: Path) -> None:
    shutil.copytree(folder, target)
    for path in target.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256")
    flush_file_system(target)


def main(work: Path) -> None:
    total = make_folder(work / "folder")
    copied = timed(lambda: copy_and_hash(work / "folder", work / "copy"))
    sealed = timed(lambda: seal_folder(work / "folder", work / "vault"))
    made = timed(lambda: bagit.make_bag(str(work / "copy"), checksums=["sha256"]))
    validated = timed(lambda: bagit.Bag(str(work / "copy")).validate())
    print(f"folder    {sealed:6.2f} s   (bar 30.0) for {COUNT:,} files, {total / 1e6:,.0f} MB")
    print(f"          {sealed / copied:.2f} times copying, hashing and flushing it ({copied:.2f} s)")
    print(f"          bagit make {made:.2f} s, validate {validated:.2f} s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
