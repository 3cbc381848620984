"""A dossier of 500 exhibits with pictures: PDF and sealed bundle, beside reading and hashing the same bytes.

Bars on 2 quiet cores: 100 exhibits under 5 s; 500 in 10 s and 500 MB, and at most 1.3 times the memory of 100.
The pictures are generated phone screens (1080x2400), sealed in a new vault first: PNG without transparency
(copied as they are), with it (`--kind clear`, encoded again) or JPEG (`--kind jpeg`, copied).
"""

import argparse
import hashlib
import io
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from saisine.dossiers import DossierData, Exhibit, When, build_dossier
from saisine.vault import SealItem, Vault

BARS = {100: (5.0, float("inf")), 500: (10.0, 500.0)}  # seconds, MB
NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)


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
    else:
        (image.convert("RGBA") if kind == "clear" else image).save(out, "PNG", compress_level=1)
    return out.getvalue()


def data_of(count: int) -> DossierData:
    exhibits = tuple(
        Exhibit(
            number=number,
            title=f"Capture d’écran {number}",
            kind="screenshot",
            when=When(NOW - timedelta(days=38, minutes=number), "s", "file"),
            url=f"https://x.com/compte_invente/status/{number}",
            platform="X",
            account="@compte_invente",
            text="Propos inventé, adressé à personne. " * 6,
        )
        for number in range(1, count + 1)
    )
    return DossierData(7, 1, "Vague inventée", "Association Exemple", NOW, "Mesure.", exhibits=exhibits)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exhibits", type=int, default=500)
    parser.add_argument("--kind", choices=("png", "clear", "jpeg"), default="png")
    asked = parser.parse_args()
    count = asked.exhibits
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with Vault.create(root / "vault", clock=lambda: NOW) as vault:
            sealed, total, peer_s = seal_all(vault, count, asked.kind, root)
            data = data_of(count)
            exhibits = tuple(replace(one, item=item) for one, item in zip(data.exhibits, sealed, strict=True))
            before_mb = peak_mb()
            start, cpu = time.perf_counter(), time.process_time()
            report = build_dossier(replace(data, exhibits=exhibits), vault, root / "dossier.zip")
            took_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    memory_mb = peak_mb()
    print(
        f"exhibits {count} ({asked.kind}), pictures {total / 1e6:.1f} MB, bundle {report.size / 1e6:.1f} MB"
    )
    print(f"reading and hashing the same bytes: {peer_s:.3f} s; memory before the build {before_mb:.0f} MB")
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


def peak_mb() -> float:
    """The most memory held so far, by this process and by those that it started."""
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used) / 1024


def seal_all(vault: Vault, count: int, kind: str, root: Path) -> tuple[list[str], int, float]:
    """Seal the pictures fifty at a time; the items, the bytes, the seconds to read and hash the same bytes."""
    items: list[str] = []
    total, peer_s = 0, 0.0
    media = "image/jpeg" if kind == "jpeg" else "image/png"
    for first in range(0, count, 50):
        bodies = [picture(number, kind) for number in range(first, min(count, first + 50))]
        rows = [
            SealItem(f"capture-{first + n}", b, kind="screenshot", media_type=media)
            for n, b in enumerate(bodies)
        ]
        items += [row.item for row in vault.seal_many(rows)]
        total += sum(map(len, bodies))
        peer_s += read_and_hash(bodies, root)
    return items, total, peer_s


def read_and_hash(pictures: list[bytes], root: Path) -> float:
    """The physical limit beside the figure: the same bytes read from disk and hashed once."""
    for number, body in enumerate(pictures):
        (root / f"{number}.png").write_bytes(body)
    start = time.perf_counter()
    for number in range(len(pictures)):
        hashlib.sha256((root / f"{number}.png").read_bytes()).hexdigest()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
