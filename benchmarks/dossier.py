"""A dossier of 100 exhibits with pictures: PDF and sealed bundle, beside reading and hashing the same bytes.

Bars on 2 quiet cores: 100 exhibits under 5 s; 500 in 10 s and 500 MB. The
pictures are generated phone screens (1080x2400), sealed in a new vault first.
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


def picture(number: int) -> bytes:
    """A generated phone screen: bars and words, no two alike."""
    image = Image.new("RGB", (1080, 2400), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    for row in range(0, 2400, 40):
        tint = ((number * 37 + row) % 200, (number * 91 + row * 3) % 200, (row * 7) % 200)
        draw.rectangle((40, row + 6, 300 + (number * row) % 700, row + 34), fill=tint)
        draw.text((52, row + 12), f"ligne inventée {number}-{row}", fill=(255, 255, 255))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
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
    parser.add_argument("--exhibits", type=int, default=100)
    count = parser.parse_args().exhibits
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pictures = [picture(number) for number in range(count)]
        with Vault.create(root / "vault", clock=lambda: NOW) as vault:
            items = [
                SealItem(f"capture-{number}.png", body, kind="screenshot", media_type="image/png")
                for number, body in enumerate(pictures)
            ]
            sealed = vault.seal_many(items)
            data = data_of(count)
            exhibits = tuple(
                replace(exhibit, item=row.item) for exhibit, row in zip(data.exhibits, sealed, strict=True)
            )
            total = sum(map(len, pictures))
            peer_s = read_and_hash(pictures, root)
            del pictures, items
            start, cpu = time.perf_counter(), time.process_time()
            report = build_dossier(replace(data, exhibits=exhibits), vault, root / "dossier.zip")
            took_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"exhibits {count}, pictures {total / 1e6:.1f} MB, bundle {report.size / 1e6:.1f} MB")
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
