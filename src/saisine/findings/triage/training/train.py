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
from saisine.findings.triage.columns import VIEWS, alarms_of
from saisine.findings.triage.features import features_of
from saisine.findings.triage.fields import FieldRows, load_fields
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.model import FOLDER, VERSION, OnWords, pack_model, write_model
from saisine.findings.triage.network import OUTPUTS, Network, pack, unpack
from saisine.findings.triage.rules import Cues, load_cues, tokens_of, words_for_linear
from saisine.findings.triage.stems import StemRows
from saisine.findings.triage.training.backward import train_network
from saisine.findings.triage.training.corpus import (
    DANGERS,
    DEVELOPMENT,
    OURS,
    OWN,
    WRITTEN,
    Corpus,
    load_corpus,
)
from saisine.findings.triage.training.logistic import beside, fit, matrix_of
from saisine.findings.triage.training.recipe import (
    ALARM_RIDGES,
    ANSWERING,
    DANGERS_BY,
    EARLIER,
    FEATURE_RIDGE,
    FITTED_SHARES,
    IN_ALARMS,
    IN_LINEAR,
    IN_NETWORK,
    IN_RULES,
    RAISED_BY,
    RIDGES,
    SOURCE_RIDGE,
    VIEW_RIDGES,
    Shares,
)
from saisine.findings.triage.training.sentences import FOLDS

SEED: Final = 1
EPOCHS: Final = 6


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
    fields: FieldRows
    on_fields: Any
    stems: StemRows
    on_stems: Any
    sources: Floats

    @property
    def blocks(self) -> tuple[Any, Any, Any, Any]:
        """What weights stand on: words, fields, stems, features."""
        return self.matrix, self.on_fields, self.on_stems, self.features

    def trains(self, fold: int) -> npt.NDArray[np.int64]:
        """Rows that members of a fold may learn from; fold -1 leaves nothing out but the development sets."""
        kept = (self.corpus.weight > 0) & ((self.corpus.fold != fold) | (fold < 0))
        return np.flatnonzero(kept)

    def tests(self, fold: int) -> npt.NDArray[np.int64]:
        return np.flatnonzero((self.corpus.fold == fold) | (self.corpus.weight == 0))

    def weights(self, rows: npt.NDArray[np.int64], shares: Shares) -> Floats:
        """Weights of rows times the share of what they are."""
        by_source = np.full(len(rows), float(shares.native))
        for name, share in ((OWN, shares.own), (WRITTEN, shares.written), (DANGERS, shares.dangers)):
            by_source[self.corpus.source[rows] == name] = share
        by_source[np.isin(self.corpus.function[rows], ANSWERING)] = shares.answering
        found: Floats = self.corpus.weight[rows] * by_source
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
    native = np.flatnonzero((corpus.weight > 0) & ~np.isin(corpus.source, OURS))
    forgotten = names_in([corpus.texts[int(at)] for at in native]) - frozenset(cues.vocabulary.words)
    trained = [words[at] for at in np.flatnonzero(corpus.weight > 0)]
    tfidf = Tfidf.fit(trained, forgotten)
    learnt = [tokens[at] for at in np.flatnonzero(corpus.weight > 0)]
    fields, stems = FieldRows.fit(learnt, load_fields()), StemRows.fit(learnt, forgotten)
    names = np.unique(corpus.source)
    sources = (corpus.source[:, None] == names[None, :]).astype(float)
    matrices = (
        matrix_of(tfidf.rows(words), len(tfidf.vocabulary)),
        matrix_of(fields.rows(tokens), len(fields.keys)),
        matrix_of(stems.rows(tokens), len(stems)),
    )
    return Prepared(
        corpus, tokens, features, tfidf, matrices[0], fields, matrices[1], stems, matrices[2], sources
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
    """The members of one fit: what reads words, with columns as `columns.py`; the network and the rules, as OUTPUTS."""

    words: OnWords
    network: Any
    rules: Floats

    def members(self, prepared: Prepared, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """(rows, outputs, members then alarms)."""
        features = prepared.features[rows].astype(float)
        weights = self.words.on_tfidf, self.words.on_fields, self.words.on_stems, self.words.on_features[:-1]
        on = zip(prepared.blocks, weights, strict=True)
        words = sum(block[rows] @ weight for block, weight in on) + self.words.on_features[-1]
        tokens = [prepared.tokens[row] for row in rows]
        composed = Network(unpack(pack(self.network))).logits(tokens, prepared.features[rows])
        rules = features @ self.rules[:-1] + self.rules[-1]
        n = len(OUTPUTS)
        alarms = np.repeat(np.maximum(0, alarms_of(words))[:, None, :], n, axis=1)
        return np.concatenate([np.stack([words[:, :n], composed, rules], axis=2), alarms], axis=2)


def fit_members(prepared: Prepared, rows: npt.NDArray[np.int64], seed: int) -> Fitted:
    """Every member on everything allowed, each source with the share that suits the member."""
    on = [_fit_linear(prepared, rows, output) for output in OUTPUTS]
    on += [_fit_alarm(prepared, rows, name) for name in RAISED_BY]
    on += [_fit_danger(prepared, rows, name) for name in DANGERS_BY]
    on += [_fit_view(prepared, rows, source) for source in VIEWS]
    weights = (np.stack(parts, axis=1) for parts in zip(*on, strict=True))
    words = OnWords(prepared.tfidf, prepared.fields, prepared.stems, *weights)
    rules = np.stack([_fit_rules(prepared, rows, output) for output in OUTPUTS], axis=1)
    return Fitted(words, _fit_network(prepared, rows, seed), rules)


Weights = tuple[Floats, Floats, Floats, Floats]  # on words, fields, stems, features with the bias last


def _fit_linear(prepared: Prepared, rows: npt.NDArray[np.int64], output: str) -> Weights:
    """Weights of one output; of the fields, on those of meaning alone."""
    read = prepared.fields.of_meaning()
    on_words, on_fields, on_stems, features = prepared.blocks
    parts = on_words, on_fields[:, np.flatnonzero(read)], on_stems, features, prepared.sources
    words, some, stems, beside, _, bias = _fit_parts(
        prepared, rows, parts, prepared.labels(output), IN_LINEAR, (*RIDGES, SOURCE_RIDGE)
    )
    fields = np.zeros(len(read))
    fields[read] = some
    return words, fields, stems, np.append(beside, bias)


def _fit_alarm(prepared: Prepared, rows: npt.NDArray[np.int64], name: str) -> Weights:
    """The same of one alarm; no source has a column of its own, or native posts would explain their silence by it."""
    score, apart = prepared.corpus.score, float(name != "answer")
    raised = np.isin(prepared.corpus.function, RAISED_BY[name]) & (score == apart)
    labels = np.where(raised, 1.0, np.where(score == 1 - apart, 0.0, np.nan))
    return _fit_column(prepared, rows, labels, IN_ALARMS[name], ALARM_RIDGES[name], EARLIER[name])


def _fit_danger(prepared: Prepared, rows: npt.NDArray[np.int64], name: str) -> Weights:
    """The same of one danger against everything harmless; the other dangers are left out, as all other harm is."""
    labels = np.where(prepared.corpus.score == 0, 0.0, np.nan)
    labels[np.isin(prepared.corpus.function, DANGERS_BY[name])] = 1.0
    return _fit_column(prepared, rows, labels, IN_ALARMS[name], ALARM_RIDGES["danger"], EARLIER["danger"])


def _fit_view(prepared: Prepared, rows: npt.NDArray[np.int64], source: str) -> Weights:
    """The same of one public set by itself: what those who labelled it look at."""
    labels = np.where(prepared.corpus.source == source, prepared.corpus.score, np.nan)
    return _fit_column(prepared, rows, labels, IN_LINEAR, VIEW_RIDGES)


def _fit_column(
    prepared: Prepared,
    rows: npt.NDArray[np.int64],
    labels: Floats,
    shares: Shares,
    ridges: Sequence[float],
    earlier: float = 0.0,
) -> Weights:
    words, fields, stems, features, bias = _fit_parts(prepared, rows, prepared.blocks, labels, shares, ridges)
    return words, fields, stems, np.append(features, bias + earlier)


def _fit_parts(
    prepared: Prepared,
    rows: npt.NDArray[np.int64],
    parts: Sequence[Any],
    labels: Floats,
    shares: Shares,
    ridges: Sequence[float],
) -> list[Floats]:
    """Weights of one column on each block of columns, then the bias; rows without label are left out."""
    known = rows[~np.isnan(labels[rows])]
    known = known[prepared.weights(known, shares) > 0]
    widths = [part.shape[1] for part in parts]
    blocks = beside(*(part[known] for part in parts))
    w = fit(blocks, labels[known], prepared.weights(known, shares), np.repeat(ridges, widths))
    return np.split(w, np.cumsum(widths))


def _fit_rules(prepared: Prepared, rows: npt.NDArray[np.int64], output: str) -> Floats:
    """Weights of one output on features, the bias last."""
    known = rows[~np.isnan(prepared.labels(output)[rows])]
    parts = prepared.features, prepared.sources
    ridge = np.repeat([FEATURE_RIDGE, SOURCE_RIDGE], [part.shape[1] for part in parts])
    weights = prepared.weights(known, IN_RULES)
    w = fit(beside(*(part[known] for part in parts)), prepared.labels(output)[known], weights, ridge)
    return np.append(w[: prepared.features.shape[1]], w[-1])


def _fit_network(prepared: Prepared, rows: npt.NDArray[np.int64], seed: int) -> Any:
    labels = np.stack([prepared.labels(output)[rows] for output in OUTPUTS], axis=1)
    weights = prepared.weights(rows, IN_NETWORK)[:, None] * np.array([1.0, 0.5]) * ~np.isnan(labels)
    weights = (weights / weights[weights > 0].mean()).astype(np.float32)
    tokens = [prepared.tokens[row] for row in rows]
    filled = np.nan_to_num(labels).astype(np.float32)
    return train_network(tokens, prepared.features[rows], filled, weights, seed, EPOCHS)


def cross_fit(prepared: Prepared, seed: int, say: Say) -> npt.NDArray[np.float64]:
    """(texts, outputs, members then alarms) of texts they never saw; NaN for texts always trained on."""
    total = np.zeros((len(prepared.corpus.texts), len(OUTPUTS), len(blend.MEMBERS + blend.ALARMS)))
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
