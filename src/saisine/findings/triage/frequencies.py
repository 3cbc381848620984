"""How often messages scored alike were harmful in our trials: the one figure a person is shown beside a score.

Measured on development texts never trained on, harmful and harmless weighing the same (`training/frequencies.py`). It
holds for the arrays it was measured with, and for them alone: not for what a workspace learnt, nor for an own model.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.model import FOLDER
from saisine.findings.triage.scoring import Result, Triage

FILE: Final = "frequencies.json"
EDGES: Final = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0001)
LEAST: Final = 20  # texts that count in a range; under it there is no sentence
NORMAL_95: Final = 1.96
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frequency:
    """Of the trial texts scored from `start` to `end`, the `share` that was harmful, between `low` and `high` (95 %).

    `n` is how many texts stood in the range, `total` how many were in the trial.
    """

    start: float
    end: float
    share: float
    low: float
    high: float
    n: int
    total: int


def measure(scores: Floats, labels: Floats, weights: Floats) -> tuple[Frequency, ...]:
    """One for each range that holds enough texts; an interval of Wilson on the effective number of texts (Kish)."""
    found = []
    for start, end in pairwise(EDGES):
        inside = (scores >= start) & (scores < end)
        weighed = weights[inside]
        count = float(weighed.sum() ** 2 / max((weighed**2).sum(), 1e-12))
        if count >= LEAST:
            share = float(weighed @ labels[inside] / weighed.sum())
            low, high = _wilson(share, count)
            found.append(Frequency(start, end, share, low, high, int(inside.sum()), len(scores)))
    return tuple(found)


def _wilson(share: float, count: float) -> tuple[float, float]:
    """The interval of a share (Wilson, 1927)."""
    square = NORMAL_95**2 / count
    middle = (share + square / 2) / (1 + square)
    half = NORMAL_95 * sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def frequency_of(triage: Triage, result: Result, folder: Path = FOLDER) -> Frequency | None:
    """What the trials say of messages scored like this one; None when they say nothing.

    A danger is in the first band by a rule, « je ne sais pas » is not a score, and nothing was measured for what a
    workspace learnt or for an own model.
    """
    if triage.local is not None or triage.own is not None or result.danger or result.abstain:
        return None
    score = result.score
    ranges = _read(folder / FILE, triage.model.sha256)
    return next((one for one in ranges if one.start <= score < one.end), None)


@lru_cache(4)
def _read(path: Path, sha256: str) -> tuple[Frequency, ...]:
    """The ranges of the file; none when it is absent or measured with other arrays."""
    if not path.is_file():
        return ()
    facts: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return tuple(Frequency(**one) for one in facts["ranges"]) if facts["model"] == sha256 else ()


def write(folder: Path, sha256: str, sets: Iterable[str], ranges: Iterable[Frequency]) -> None:
    """The file beside the arrays."""
    facts = {"model": sha256, "sets": list(sets), "ranges": [asdict(one) for one in ranges]}
    (folder / FILE).write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
