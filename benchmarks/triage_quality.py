"""Order and calibration of the triage: development sets against plain TF-IDF, cross-fitted, under today's cues.

Trains as `make train` does, writes nothing, and takes as long: minutes on an idle machine. The bars: mean AUC of at
least 0.79 and 0.02 above plain TF-IDF in the same run, calibration error of at most 0.05 pooled, false alarms of two
groups at most 0.08 apart on our frames left out. Needs the shared data; says so and stops without it.
"""

import sys

from saisine.findings.triage.rules import load_cues
from saisine.findings.triage.training import train
from saisine.findings.triage.training.card import measure
from saisine.findings.triage.training.corpus import load_corpus
from saisine.findings.triage.training.prepared import prepare
from saisine.findings.triage.training.sentences import FOLDS


def main() -> int:
    if not train.SHARED.exists():
        print("the shared data is absent: nothing is measured")
        return 0
    prepared = prepare(load_corpus(train.SHARED, train.SEED), load_cues())
    members = train.cross_fit(prepared, [*train.fits(prepared, range(FOLDS), train.SEED)])
    blends, scores = train.fit_blends(prepared, members), train.scores_of(prepared, members)
    found = measure(prepared, members, train.plain_tfidf(prepared), scores, blends)
    for name, area in found["auc"]["triage"].items():
        low, high = found["interval"][name]
        print(f"{name}: {area:.3f} ({low:.3f} to {high:.3f}), plain TF-IDF {found['auc']['tfidf'][name]:.3f}")
    mean, plain = found["mean_auc"]["triage"], found["mean_auc"]["tfidf"]
    error, gap = found["ece"]["pooled"], found["gap"]
    print(
        f"mean {mean:.3f}, plain TF-IDF {plain:.3f}; calibration error {error:.3f}; gap of groups {gap:.3f}"
    )
    return int(mean < max(0.79, plain + 0.02) or error > 0.05 or gap > 0.08)


if __name__ == "__main__":
    sys.exit(main())
