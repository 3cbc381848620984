"""`make train`: the shipped model and its card, from the shared data and our own sentences; minutes on two cores.

Folds come first: every figure of the card is of texts, or of frames, that the members which score them never saw.
Then each member is fitted once on everything allowed. Each fit runs in a process of its own: their number changes
nothing of what comes out.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage import blend
from saisine.findings.triage.model import FOLDER, VERSION, pack_model, write_model
from saisine.findings.triage.network import OUTPUTS
from saisine.findings.triage.rules import Cues, load_cues
from saisine.findings.triage.training.corpus import DEVELOPMENT, OURS, load_corpus
from saisine.findings.triage.training.fitting import Fitted, fit_members
from saisine.findings.triage.training.logistic import fit
from saisine.findings.triage.training.prepared import Prepared, prepare
from saisine.findings.triage.training.recipe import FITTED_SHARES
from saisine.findings.triage.training.sentences import FOLDS

SEED: Final = 1
EVERYTHING: Final = -1  # the fold that leaves out nothing but the development sets
SHARED: Final = Path(__file__).resolve().parents[6] / "shared" / "data" / "triage"
Floats = npt.NDArray[np.float64]
Say = Callable[[str], None]


def fits(prepared: Prepared, folds: Sequence[int], seed: int) -> Iterator[Fitted]:
    """The members without each of these folds, in their order, as many at once as there are processors."""
    workers = min(len(folds), cpu_count() or 1)
    with ProcessPoolExecutor(workers, get_context("fork"), _hold, (prepared,)) as pool:
        yield from pool.map(_fit_without, folds, [seed] * len(folds))


_HELD: list[Prepared] = []


def _hold(prepared: Prepared) -> None:
    """In a process of its own: the corpus comes with the fork, without a copy for each fit."""
    _HELD[:] = [prepared]


def _fit_without(fold: int, seed: int) -> Fitted:
    return fit_members(_HELD[0], _HELD[0].trains(fold), seed)


def cross_fit(prepared: Prepared, each: Sequence[Fitted]) -> npt.NDArray[np.float64]:
    """(texts, outputs, members then alarms) of texts they never saw, from the members without each fold; NaN for texts
    always trained on."""
    total = np.zeros((len(prepared.corpus.texts), len(OUTPUTS), len(blend.MEMBERS + blend.ALARMS)))
    count = np.zeros(len(total))
    for fold, fitted in enumerate(each):
        rows = prepared.tests(fold)
        total[rows] += fitted.members(prepared, rows)
        count[rows] += 1
    return np.where(count[:, None, None] > 0, total / np.maximum(count, 1)[:, None, None], np.nan)


def plain_tfidf(prepared: Prepared) -> Floats:
    """The yardstick: cross-fitted logits of TF-IDF alone, without cues, own sentences or network."""
    corpus, total = prepared.corpus, np.zeros(len(prepared.corpus.texts))
    count = np.zeros(len(total))
    for fold in range(FOLDS):
        rows = prepared.trains(fold)
        rows = rows[~np.isin(corpus.source[rows], OURS)]
        ridge = np.full(prepared.matrix.shape[1], 2e-5)
        w = fit(prepared.matrix[rows], corpus.score[rows], corpus.weight[rows], ridge)
        tests = prepared.tests(fold)
        total[tests] += prepared.matrix[tests] @ w[:-1] + w[-1]
        count[tests] += 1
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def fit_blends(
    prepared: Prepared, members: npt.NDArray[np.float64], only: npt.NDArray[np.bool_] | None = None
) -> dict[str, blend.Blend]:
    """One blend an output, on the development sets and on our frames left out, each set counting equally."""
    corpus, found = prepared.corpus, {}
    for at, output in enumerate(OUTPUTS):
        labels = prepared.labels(output)
        used = ~np.isnan(members[:, 0, 0]) & ~np.isnan(labels)
        used &= only if only is not None else True
        weights = blend.even_weights(labels[used], corpus.source[used])
        for name, share in FITTED_SHARES.items():
            weights[corpus.source[used] == name] *= share
        weights /= weights.sum()
        scales = members[used, at].std(axis=0)
        heard = blend.HEARD[output]
        found[output] = blend.fit_blend(members[used, at], labels[used], weights, scales, heard)
    return found


def scores_of(
    prepared: Prepared, members: npt.NDArray[np.float64], by_fold: bool = True
) -> dict[str, Floats]:
    """Calibrated scores; with `by_fold`, the blend of a text is fitted without its fold."""
    corpus = prepared.corpus
    folds = np.where(corpus.fold >= 0, corpus.fold, np.arange(len(corpus.fold)) % FOLDS)
    found = {output: np.full(len(folds), np.nan) for output in OUTPUTS}
    for fold in range(FOLDS) if by_fold else (-1,):
        blends = fit_blends(prepared, members, folds != fold)
        at = (folds == fold) | (not by_fold)
        for column, output in enumerate(OUTPUTS):
            found[output][at] = blend.sigmoid(blends[output].logit(members[at, column]))
    return found


def train(data: Path, folder: Path, say: Say, seed: int = SEED) -> Mapping[str, Any]:
    """Train, write the model, and return what the card needs. Raises `triage_data_missing`."""
    cues = load_cues()
    prepared = prepare(load_corpus(data, seed), cues)
    say(f"{len(prepared.corpus.texts)} texts, {len(prepared.tfidf.vocabulary)} n-grams")
    fitted = []
    for fold, one in enumerate(fits(prepared, [*range(FOLDS), EVERYTHING], seed), 1):
        fitted.append(one)
        say(f"fit {fold} of {FOLDS + 1}")
    members = cross_fit(prepared, fitted[:FOLDS])
    return ship(folder, cues, prepared, members, plain_tfidf(prepared), fitted[-1], seed)


def ship(
    folder: Path,
    cues: Cues,
    prepared: Prepared,
    members: npt.NDArray[np.float64],
    plain: Floats,
    fitted: Fitted,
    seed: int,
) -> Mapping[str, Any]:
    """Blend, calibrate, measure, write both files; the facts of `model.json`."""
    from saisine.findings.triage.training.card import measure

    blends = fit_blends(prepared, members)
    scores = scores_of(prepared, members)
    used = ~np.isnan(members[:, 0, 0]) & np.isin(prepared.corpus.source, DEVELOPMENT)
    labels = prepared.corpus.score
    weights = blend.even_weights(labels[used], prepared.corpus.source[used])
    bands = blend.fit_bands(scores["score"][used], labels[used], weights)
    facts = {
        "version": VERSION,
        "seed": seed,
        "numpy": np.__version__,
        "python": sys.version.split()[0],
        "features": list(cues.features),
        "rules": fitted.rules.tolist(),
        "blends": {name: one.as_json() for name, one in blends.items()},
        "rules_alone": {name: _rules_alone(prepared, members, at) for at, name in enumerate(OUTPUTS)},
        "bands": {"first": bands.first, "next": bands.next},
        "inputs": dict(prepared.corpus.sha256),
        "cues": cues.version,
        "measures": measure(prepared, members, plain, scores, blends),
    }
    write_model(folder, pack_model(fitted.words, fitted.network), facts)
    return facts


def _rules_alone(prepared: Prepared, members: npt.NDArray[np.float64], at: int) -> dict[str, Any]:
    """The blend when the arrays cannot be read: the rules, calibrated by themselves."""
    labels = prepared.labels(OUTPUTS[at])
    used = ~np.isnan(members[:, 0, 0]) & ~np.isnan(labels)
    weights = blend.even_weights(labels[used], prepared.corpus.source[used])
    slope, bias = blend.fit_platt(members[used, at, 2], labels[used], weights)
    return blend.Blend((1.0,), (1.0,), slope, bias).as_json()


def main() -> int:
    """The command behind `make train`."""
    from saisine.findings.triage.training.card import write_card
    from saisine.findings.triage.training.frequencies import measure_shipped

    data = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    try:
        facts = train(data, FOLDER, lambda text: print(text, file=sys.stderr, flush=True))
    except SaisineError as error:
        print(error.sentence("fr"), file=sys.stderr)
        return 74
    write_card(facts)
    measure_shipped(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
