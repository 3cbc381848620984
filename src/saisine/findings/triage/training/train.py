"""`make train`: the shipped model and its card, from the shared data and our own sentences; minutes on two cores.

Folds come first: every figure of the card is of texts, or of frames, that the members which score them never saw.
Then each member is fitted once on everything allowed.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage import blend
from saisine.findings.triage.features import features_of
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.model import FOLDER, VERSION, pack_model, write_model
from saisine.findings.triage.network import OUTPUTS, Network, pack, unpack
from saisine.findings.triage.rules import Cues, load_cues, tokens_of, words_for_linear
from saisine.findings.triage.training.backward import train_network
from saisine.findings.triage.training.corpus import DEVELOPMENT, OWN, Corpus, load_corpus
from saisine.findings.triage.training.logistic import beside, fit, matrix_of
from saisine.findings.triage.training.sentences import FOLDS

SEED: Final = 1
EPOCHS: Final = 6
# Our frames beside native texts, in each member: they move the order of native posts little, and decide negation,
# quotation and testimony, which the network is there for.
OWN_IN_LINEAR, OWN_IN_NETWORK, OWN_IN_RULES = 0.3, 3.0, 1.0
OWN_SHARE: Final = 3.0  # of our frames beside one development set, when shares and the 0.5 limit are fitted
TEXT_RIDGE, FEATURE_RIDGE, SOURCE_RIDGE = 3e-5, 5e-4, 1e-4
FORGOTTEN_SHARE: Final = 0.8  # a word written with a capital inside sentences this often is a name
SHARED: Final = Path(__file__).resolve().parents[6] / "shared" / "data" / "triage"
Floats = npt.NDArray[np.float64]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The corpus as members read it: tokens, features, sparse rows, and the vocabulary behind them."""

    corpus: Corpus
    tokens: Sequence[Sequence[str]]
    features: npt.NDArray[np.float32]
    tfidf: Tfidf
    matrix: Any
    sources: Floats

    def trains(self, fold: int) -> npt.NDArray[np.int64]:
        """Rows that members of a fold may learn from; fold -1 leaves nothing out but the development sets."""
        kept = (self.corpus.weight > 0) & ((self.corpus.fold != fold) | (fold < 0))
        return np.flatnonzero(kept)

    def tests(self, fold: int) -> npt.NDArray[np.int64]:
        return np.flatnonzero((self.corpus.fold == fold) | (self.corpus.weight == 0))

    def weights(self, rows: npt.NDArray[np.int64], own: float) -> Floats:
        """Weights of rows, those of our frames times `own`."""
        found: Floats = self.corpus.weight[rows] * np.where(self.corpus.source[rows] == OWN, own, 1.0)
        return found

    def labels(self, output: str) -> Floats:
        found: Floats = getattr(self.corpus, output)
        return found


def prepare(corpus: Corpus, cues: Cues) -> Prepared:
    """Read every text once."""
    evidence = [cues.read(text) for text in corpus.texts]
    pairs = zip(evidence, corpus.texts, strict=True)
    features = np.array([features_of(one, cues, text) for one, text in pairs], np.float32)
    words = [words_for_linear(one) for one in evidence]
    tokens = [tokens_of(one, read) for one, read in zip(evidence, words, strict=True)]
    native = np.flatnonzero((corpus.weight > 0) & (corpus.source != OWN))
    forgotten = names_in([corpus.texts[int(at)] for at in native]) - frozenset(cues.vocabulary.words)
    trained = [words[at] for at in np.flatnonzero(corpus.weight > 0)]
    tfidf = Tfidf.fit(trained, forgotten)
    names = np.unique(corpus.source)
    sources = (corpus.source[:, None] == names[None, :]).astype(float)
    return Prepared(
        corpus, tokens, features, tfidf, matrix_of(tfidf.rows(words), len(tfidf.vocabulary)), sources
    )


def names_in(texts: Sequence[str]) -> frozenset[str]:
    """Words written with a capital inside sentences in most of their uses: probably names of people."""
    from saisine.texts import fold

    high: dict[str, int] = {}
    low: dict[str, int] = {}
    for text in texts:
        if text.isupper():
            continue
        for before, word in zip(text.split(), text.split()[1:], strict=False):
            bare = word.strip("\"'«»().,!?;:…-")
            if bare[:1].isalpha() and before[-1:] not in '.!?:…"':
                counts = high if bare[:1].isupper() and not bare.isupper() else low
                counts[fold(bare)] = counts.get(fold(bare), 0) + 1
    return frozenset(w for w, n in high.items() if n >= 2 and n / (n + low.get(w, 0)) >= FORGOTTEN_SHARE)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The members of one fit: linear weights on words and on features, the network, the rules; columns as OUTPUTS."""

    linear: Floats
    on_features: Floats
    network: Any
    rules: Floats

    def members(self, prepared: Prepared, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """(rows, outputs, members)."""
        features = prepared.features[rows].astype(float)
        words = prepared.matrix[rows] @ self.linear + features @ self.on_features[:-1] + self.on_features[-1]
        tokens = [prepared.tokens[row] for row in rows]
        composed = Network(unpack(pack(self.network))).logits(tokens, prepared.features[rows])
        rules = features @ self.rules[:-1] + self.rules[-1]
        return np.stack([words, composed, rules], axis=2)


def fit_members(prepared: Prepared, rows: npt.NDArray[np.int64], seed: int) -> Fitted:
    """Every member on everything allowed, our own frames with the weight that suits it."""
    width, n_features = prepared.matrix.shape[1], prepared.features.shape[1]
    ridge = np.concatenate(
        [
            np.full(width, TEXT_RIDGE),
            np.full(n_features, FEATURE_RIDGE),
            np.full(prepared.sources.shape[1], SOURCE_RIDGE),
        ]
    )
    linear = np.zeros((width, len(OUTPUTS)))
    on_features = np.zeros((n_features + 1, len(OUTPUTS)))
    rules = np.zeros((n_features + 1, len(OUTPUTS)))
    for at, output in enumerate(OUTPUTS):
        labels = prepared.labels(output)
        known = rows[~np.isnan(labels[rows])]
        blocks = beside(prepared.matrix[known], prepared.features[known], prepared.sources[known])
        w = fit(blocks, labels[known], prepared.weights(known, OWN_IN_LINEAR), ridge)
        linear[:, at] = w[:width]
        on_features[:, at] = np.append(w[width : width + n_features], w[-1])
        both = beside(prepared.features[known], prepared.sources[known])
        r = fit(both, labels[known], prepared.weights(known, OWN_IN_RULES), ridge[width:])
        rules[:, at] = np.append(r[:n_features], r[-1])
    return Fitted(linear, on_features, _fit_network(prepared, rows, seed), rules)


def _fit_network(prepared: Prepared, rows: npt.NDArray[np.int64], seed: int) -> Any:
    labels = np.stack([prepared.labels(output)[rows] for output in OUTPUTS], axis=1)
    weights = prepared.weights(rows, OWN_IN_NETWORK)[:, None] * np.array([1.0, 0.5]) * ~np.isnan(labels)
    weights = (weights / weights[weights > 0].mean()).astype(np.float32)
    tokens = [prepared.tokens[row] for row in rows]
    filled = np.nan_to_num(labels).astype(np.float32)
    return train_network(tokens, prepared.features[rows], filled, weights, seed, EPOCHS)


def cross_fit(prepared: Prepared, seed: int, say: Say) -> npt.NDArray[np.float64]:
    """(texts, outputs, members) of texts that the members never saw; NaN for texts always trained on."""
    total = np.zeros((len(prepared.corpus.texts), len(OUTPUTS), len(blend.MEMBERS)))
    count = np.zeros(len(total))
    for fold in range(FOLDS):
        fitted = fit_members(prepared, prepared.trains(fold), seed)
        rows = prepared.tests(fold)
        total[rows] += fitted.members(prepared, rows)
        count[rows] += 1
        say(f"fold {fold + 1} of {FOLDS}")
    return np.where(count[:, None, None] > 0, total / np.maximum(count, 1)[:, None, None], np.nan)


def plain_tfidf(prepared: Prepared) -> Floats:
    """The yardstick: cross-fitted logits of TF-IDF alone, without cues, own sentences or network."""
    corpus, total = prepared.corpus, np.zeros(len(prepared.corpus.texts))
    count = np.zeros(len(total))
    for fold in range(FOLDS):
        rows = prepared.trains(fold)
        rows = rows[corpus.source[rows] != OWN]
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
        weights *= np.where(corpus.source[used] == OWN, OWN_SHARE, 1.0)
        weights /= weights.sum()
        scales = members[used, at].std(axis=0)
        found[output] = blend.fit_blend(members[used, at], labels[used], weights, scales)
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
    members = cross_fit(prepared, seed, say)
    plain = plain_tfidf(prepared)
    fitted = fit_members(prepared, prepared.trains(-1), seed)
    say("all members fitted")
    return ship(folder, cues, prepared, members, plain, fitted, seed)


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
    write_model(folder, pack_model(prepared.tfidf, fitted.linear, fitted.on_features, fitted.network), facts)
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
