"""A dossier of 500 exhibits with pictures: PDF and sealed bundle, beside reading and hashing the same bytes.

Bars on 2 quiet cores: 100 exhibits under 5 s; 500 in 10 s and 500 MB, and at most 1.3 times the memory of 100.
The pictures are generated phone screens (1080x2400), sealed in a new vault first. `--kind`: `png` without
transparency and `jpeg` are copied as they are; `clear` has a layer of transparency that hides nothing, which is taken
out; `veiled` has a transparent corner at the top and `round` four rounded corners, whose rows alone are laid on
white; `mixed` is one in five of the first four, the fifth a message without
picture, every other one long. The build runs in a process of its own, whose memory is told.
"""

import argparse
import hashlib
import io
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Final

from PIL import Image, ImageDraw

from saisine.dossiers import DossierData, Exhibit, When, build_dossier
from saisine.vault import SealItem, Vault

BARS = {100: (5.0, float("inf")), 500: (10.0, 500.0)}  # seconds, MB
SAMPLE_S: Final = 0.05  # of the memory held
NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
PICTURES: Final = ("png", "clear", "veiled", "jpeg")
TEXT: Final = "text"
MEDIA: Final = {"jpeg": "image/jpeg", TEXT: "text/plain"}


def picture(number: int, kind: str = "png") -> bytes:
    """A generated phone screen: bars and words, no two alike."""
    image = Image.new("RGB", (1080, 2400), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    for row in range(0, 2400, 40):
        tint = ((number * 37 + row) % 200, (number * 91 + row * 3) % 200, (row * 7) % 200)
        draw.rectangle((40, row + 6, 300 + (number * row) % 700, row + 34), fill=tint)
        draw.text((52, row + 12), f"ligne inventée {number}-{row}", fill=(255, 255, 255))
    out = io.BytesIO()
    if kind == "jpeg":
        image.save(out, "JPEG", quality=85)
        return out.getvalue()
    if kind != "png":
        image = image.convert("RGBA")
    if kind == "veiled":
        ImageDraw.Draw(image).rectangle((0, 0, 60, 60), fill=(0, 0, 0, 0))
    if kind == "round":
        layer = Image.new("L", image.size, 0)
        ImageDraw.Draw(layer).rounded_rectangle((0, 0, 1079, 2399), 60, fill=255)
        image.putalpha(layer)
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def kind_of(number: int, kind: str) -> str:
    return (*PICTURES, TEXT)[number % 5] if kind == "mixed" else kind


def words_of(number: int) -> str:
    return "Propos inventé, adressé à personne. " * (200 if number % 10 == 4 else 6)


def data_of(count: int, kind: str) -> DossierData:
    exhibits = tuple(
        Exhibit(
            number=number,
            title=f"Pièce inventée {number}",
            kind="message" if kind_of(number, kind) == TEXT else "screenshot",
            when=When(NOW - timedelta(days=38, minutes=number), "s", "file"),
            url=f"https://x.com/compte_invente/status/{number}",
            platform="X",
            account="@compte_invente",
            text=words_of(number) if kind_of(number, kind) == TEXT else words_of(0),
        )
        for number in range(1, count + 1)
    )
    return DossierData(7, 1, "Vague inventée", "Association Exemple", NOW, "Mesure.", exhibits=exhibits)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exhibits", type=int, default=500)
    parser.add_argument("--kind", choices=(*PICTURES, "round", "mixed"), default="png")
    asked = parser.parse_args()
    count = asked.exhibits
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with Vault.create(root / "vault", clock=lambda: NOW) as vault:
            sealed, total, peer_s = seal_all(vault, count, asked.kind, root)
        data = data_of(count, asked.kind)
        exhibits = tuple(replace(one, item=item) for one, item in zip(data.exhibits, sealed, strict=True))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            took_s, cpu_s, memory_mb, size = pool.apply(build, (replace(data, exhibits=exhibits), root))
    print(f"exhibits {count} ({asked.kind}), originals {total / 1e6:.1f} MB, bundle {size / 1e6:.1f} MB")
    print(f"reading and hashing the same bytes: {peer_s:.3f} s")
    print(f"dossier (PDF and bundle): {took_s:.2f} s wall, {cpu_s:.2f} s CPU; peak memory {memory_mb:.0f} MB")
    print(f"ratio to reading and hashing: {took_s / peer_s:.0f}; machine load {os.getloadavg()[0]:.1f}")
    if count not in BARS:
        print("no bar for this number of exhibits")
        return 0
    bar_s, bar_mb = BARS[count]
    passed = took_s <= bar_s and memory_mb <= bar_mb
    limit = "" if bar_mb == float("inf") else f", {bar_mb:.0f} MB"
    print(f"bar {bar_s:.0f} s{limit}: {'pass' if passed else 'FAIL'}")
    return 0 if passed else 1


def build(data: DossierData, root: Path) -> tuple[float, float, float, int]:
    """Wall and CPU seconds of a build, the most memory held (MB), the size of the bundle."""
    with Vault.open(root / "vault", clock=lambda: NOW) as vault, watched_memory() as most_mb:
        start, cpu = time.perf_counter(), cpu_used_s()
        report = build_dossier(data, vault, root / "dossier.zip")
        took_s, used_s = time.perf_counter() - start, cpu_used_s() - cpu
    return took_s, used_s, max(most_mb), report.size


def cpu_used_s() -> float:
    """Seconds of CPU used so far by this process and by those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def watched_memory() -> Iterator[list[float]]:
    """The memory held by this process and those that it started, in MB: its own peak, and samples of the sum.

    What the system says of ended processes does not do: it counts the memory of the one that started them.
    """
    found, ended = [0.0], Event()
    watching = Thread(target=_watch, args=(found, ended))
    watching.start()
    try:
        yield found
    finally:
        ended.set()
        watching.join()
        found.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _watch(found: list[float], ended: Event) -> None:
    own = os.getpid()
    while not ended.wait(SAMPLE_S):
        tasks = Path(f"/proc/{own}/task").iterdir()
        children = {int(pid) for task in tasks for pid in _words(task / "children")}
        pages = [int(count) for pid in (own, *children) for count in _words(Path(f"/proc/{pid}/statm"))[1:2]]
        found.append(sum(pages) * resource.getpagesize() / (1 << 20))


def _words(file: Path) -> list[str]:
    try:
        return file.read_text("ascii").split()
    except OSError:  # ended meanwhile
        return []


def seal_all(vault: Vault, count: int, kind: str, root: Path) -> tuple[list[str], int, float]:
    """Seal the originals fifty at a time; the items, the bytes, the seconds to read and hash the same bytes."""
    items: list[str] = []
    total, peer_s = 0, 0.0
    for first in range(1, count + 1, 50):
        rows = [original(number, kind) for number in range(first, min(count + 1, first + 50))]
        items += [row.item for row in vault.seal_many(rows)]
        bodies = [bytes(row.source) for row in rows if isinstance(row.source, bytes)]
        total += sum(map(len, bodies))
        peer_s += read_and_hash(bodies, root)
    return items, total, peer_s


def original(number: int, kind: str) -> SealItem:
    own = kind_of(number, kind)
    media = MEDIA.get(own, "image/png")
    if own == TEXT:
        return SealItem(f"message-{number}.txt", words_of(number).encode(), media_type=media)
    return SealItem(f"capture-{number}", picture(number, own), kind="screenshot", media_type=media)


def read_and_hash(bodies: list[bytes], root: Path) -> float:
    """The physical limit beside the figure: the same bytes read from disk and hashed once."""
    for number, body in enumerate(bodies):
        (root / f"{number}.bin").write_bytes(body)
    start = time.perf_counter()
    for number in range(len(bodies)):
        hashlib.sha256((root / f"{number}.bin").read_bytes()).hexdigest()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
