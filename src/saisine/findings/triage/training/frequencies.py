"""Measures how often texts scored alike were harmful, with the arrays shipped, on texts never trained on.

python -m saisine.findings.triage.training.frequencies     # after `make train`, which does it too
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from saisine.errors import SaisineError
from saisine.findings.triage import blend, frequencies
from saisine.findings.triage.model import FOLDER
from saisine.findings.triage.scoring import Triage
from saisine.findings.triage.training.corpus import SOURCES

NEVER_TRAINED: Final = ("ftr_dev", "mlma_fr_dev")


def measure_shipped(data: Path) -> tuple[frequencies.Frequency, ...]:
    """Writes `model/frequencies.json`. Raises `triage_data_missing`."""
    triage = Triage.load()
    rows = list(_rows(data))
    scores = np.array([one.score for one in triage.score([("", text) for text, _, _ in rows])])
    labels = np.array([label for _, label, _ in rows])
    weights = blend.even_weights(labels, np.array([name for _, _, name in rows]))
    found = frequencies.measure(scores, labels, weights)
    frequencies.write(FOLDER, triage.model.sha256, NEVER_TRAINED, found)
    return found


def _rows(data: Path) -> Iterator[tuple[str, float, str]]:
    """(text, 1 when harmful, set) of each text never trained on."""
    for name, score, _, _ in SOURCES:
        path = data / f"{name}.csv"
        if name in NEVER_TRAINED:
            if not path.exists():
                raise SaisineError("triage_data_missing", name=path.name)
            lines = path.read_text("utf-8").splitlines(keepends=True)
            yield from ((row["text"], score(row), name) for row in csv.DictReader(lines))


def main() -> int:
    """The ranges, one a line."""
    from saisine.findings.triage.training.train import SHARED

    for one in measure_shipped(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED):
        print(f"{one.start:.2f}-{one.end:.2f}: {one.share:.2f} [{one.low:.2f}, {one.high:.2f}] n={one.n}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
