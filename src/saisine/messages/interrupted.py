"""The marks that an act begun on corpora leaves on the disk, and whether one was left there by a stop.

Apart from the acts themselves: each opening of a workspace asks this, and nearly always nothing was left, so that
the readers of every format need not be loaded to hear it.
"""

from pathlib import Path
from typing import Final

ACCEPTED: Final = "accepted"  # a new reading was accepted and is being put in place
PLAN: Final = "erasing.bin"  # rows are being erased
SCRATCH: Final = "remap-"  # a corpus is being read again


def is_reading_left(corpora: Path, aside: Path, scratch: Path) -> bool:
    """Whether an accepted reading, or an unfinished one, was left. `aside`: where readings wait."""
    patterns = [
        (aside, f"*/{ACCEPTED}"),
        (corpora, f"*/{ACCEPTED}"),
        (aside, "*.tmp"),
        (scratch, f"{SCRATCH}*"),
    ]
    return any(next(place.glob(pattern), None) is not None for place, pattern in patterns)


def is_erasure_left(corpora: Path) -> bool:
    """Whether rows were being erased."""
    return next(corpora.glob(f"*/{PLAN}"), None) is not None
