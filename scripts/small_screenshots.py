"""Makes the pictures of the illustrated guide from docs/screenshots: small WebP, no metadata.

Those of the English guide are in a folder of their own. The page that shows all of one language weighs less than
200 kB with its styles and scripts.
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SHOTS = ROOT / "docs" / "screenshots"
TARGET = ROOT / "src" / "saisine" / "web" / "static" / "saisine" / "guide"
NAMES = ("home", "deposit", "triage", "incident", "notice", "deadlines", "dossier", "verify")
WIDTH = 560
TALLEST = 560  # a long page is cut: its top says what it is
QUALITY = 35  # letters stay sharp enough to recognise the page; it is the steps that are read


def make(name: str, language: str) -> int:
    """Write one small picture; its size in bytes."""
    with Image.open(SHOTS / language / f"{name}-desktop.png") as shot:
        height = round(shot.height * WIDTH / shot.width)
        small = shot.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    small = small.crop((0, 0, WIDTH, min(height, TALLEST)))
    path = TARGET / language / f"{name}.webp"
    small.save(path, quality=QUALITY, method=6)
    return path.stat().st_size


if __name__ == "__main__":
    for language in ("", "en"):
        (TARGET / language).mkdir(parents=True, exist_ok=True)
        for name in sys.argv[1:] or NAMES:
            print(f"{language or 'fr'} {name}: {make(name, language)} bytes")
