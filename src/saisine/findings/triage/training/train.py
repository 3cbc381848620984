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
from saisine.findings.triage.columns import FIRST_KIND, VIEWS
from saisine.findings.triage.features import features_of
from saisine.findings.triage.fields import FieldRows, load_fields
from saisine.findings.triage.linear import Tfidf
from saisine.findings.triage.model import FOLDER, VERSION, pack_model, write_model
from saisine.findings.triage.network import OUTPUTS, Network, pack, unpack
from saisine.findings.triage.rules import Cues, load_cues, tokens_of, words_for_linear
from saisine.findings.triage.training.backward import train_network
from saisine.findings.triage.training.corpus import DEVELOPMENT, OURS, OWN, WRITTEN, Corpus, load_corpus
from saisine.findings.triage.training.logistic import beside, fit, matrix_of
from saisine.findings.triage.training.sentences import FOLDS

SEED: Final = 1
EPOCHS: Final = 6
# Native texts, our frames, our written sentences, those of ANSWERING in each member: frames move the order of native
# posts little, and decide negation, quotation and testimony, which the network is there for.
Shares = tuple[float, float, float, float]
IN_LINEAR: Final[Shares] = (1.0, 0.2, 0.15, 0.05)
IN_NETWORK: Final[Shares] = (1.0, 3.0, 2.0, 2.0)
IN_RULES: Final[Shares] = (1.0, 1.0, 1.0, 0.1)
IN_ALARMS: Final[tuple[Shares, ...]] = ((2.5, 0.3, 1.0, 1.0), (0.5, 0.3, 1.0, 1.0), (6.0, 1.0, 1.0, 1.0))
# What each alarm must tell from everything on the other side (the third one from everything harmful), native posts
# included; the rest of its own side is left out of it.
RAISED_BY: Final = (
    ("threat", "doxxing", "suicide", "raid", "threat_to_group_member", "written_threat", "written_doxxing",
     "written_suicide", "written_raid"),
    ("implicit", "implicit_no_name", "exclusion", "hostile_question", "quote_approved", "place_given",
     "praise_denied", "written_allusion", "written_exclusion", "written_approving_quote", "written_rhetorical"),
    ("written_counter", "written_testimony", "written_reclaimed", "counter_quote", "counter_reference", "testimony",
     "testimony_person", "reclaimed", "hate_negated"),
)  # fmt: skip
# Who answers hate, tells of it, or names a group in peace, beside who only seems to: words alone do not tell them
# apart, and at full share they cost the linear member and the rules 0.01 and 0.02 of the order of native posts.
ANSWERING: Final = tuple(
    f"written_{name}"
    for name in (
        "counter", "counter_near", "testimony", "testimony_near", "reclaimed", "reclaimed_near", "neighbour",
    )
)  # fmt: skip
# The functions of each danger, in the order of DANGERS: what tells one from the three others.
KINDS: Final = (
    ("threat", "threat_to_group_member", "written_threat"),
    ("doxxing", "written_doxxing"),
    ("suicide", "written_suicide"),
    ("raid", "written_raid"),
)
KIND_SHARES: Final[Shares] = (0.0, 0.3, 1.0, 1.0)  # no native text says which danger it is
EARLIER: Final = (0.3, 0.3, 0.5)  # added to each alarm: they speak a little under even odds
# of our frames, and of our written sentences, beside one development set, when shares and the 0.5 limit are fitted
OWN_SHARE, WRITTEN_SHARE = 2.0, 1.0
TEXT_RIDGE, FEATURE_RIDGE, SOURCE_RIDGE = 3e-5, 5e-4, 1e-4
FIELDS_IN_LINEAR, FIELDS_IN_ALARMS = 1e-4, 3e-5  # how much weights on fields are held back
VIEW_RIDGES: Final = (9e-5, 3e-4, 1.5e-3)  # of words, fields, features: a set by itself is small
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
    sources: Floats

    def trains(self, fold: int) -> npt.NDArray[np.int64]:
        """Rows that members of a fold may learn from; fold -1 leaves nothing out but the development sets."""
        kept = (self.corpus.weight > 0) & ((self.corpus.fold != fold) | (fold < 0))
        return np.flatnonzero(kept)

    def tests(self, fold: int) -> npt.NDArray[np.int64]:
        return np.flatnonzero((self.corpus.fold == fold) | (self.corpus.weight == 0))

    def weights(self, rows: npt.NDArray[np.int64], shares: Shares) -> Floats:
        """Weights of rows times the share of native texts, of our frames, or of our written sentences."""
        native, own, written, answering = shares
        source = self.corpus.source[rows]
        by_source = np.where(source == OWN, own, np.where(source == WRITTEN, written, native))
        by_source = np.where(np.isin(self.corpus.function[rows], ANSWERING), answering, by_source)
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
    fields = FieldRows.fit([tokens[at] for at in np.flatnonzero(corpus.weight > 0)], load_fields())
    names = np.unique(corpus.source)
    sources = (corpus.source[:, None] == names[None, :]).astype(float)
    matrices = (
        matrix_of(tfidf.rows(words), len(tfidf.vocabulary)),
        matrix_of(fields.rows(tokens), len(fields.keys)),
    )
    return Prepared(corpus, tokens, features, tfidf, matrices[0], fields, matrices[1], sources)


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
    """The members of one fit: weights on words, fields and features, the network, the rules; columns as OUTPUTS.

    The columns of the first three are those of `columns.py`.
    """

    linear: Floats
    on_fields: Floats
    on_features: Floats
    network: Any
    rules: Floats

    @property
    def on_words(self) -> tuple[Floats, Floats, Floats]:
        return self.linear, self.on_fields, self.on_features

    def members(self, prepared: Prepared, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """(rows, outputs, members then alarms)."""
        features = prepared.features[rows].astype(float)
        words = prepared.matrix[rows] @ self.linear + prepared.on_fields[rows] @ self.on_fields
        words += features @ self.on_features[:-1] + self.on_features[-1]
        tokens = [prepared.tokens[row] for row in rows]
        composed = Network(unpack(pack(self.network))).logits(tokens, prepared.features[rows])
        rules = features @ self.rules[:-1] + self.rules[-1]
        n = len(OUTPUTS)
        alarms = np.repeat(np.maximum(0, words[:, n:FIRST_KIND])[:, None, :], n, axis=1)
        return np.concatenate([np.stack([words[:, :n], composed, rules], axis=2), alarms], axis=2)


def fit_members(prepared: Prepared, rows: npt.NDArray[np.int64], seed: int) -> Fitted:
    """Every member on everything allowed, each source with the share that suits the member."""
    on = [_fit_linear(prepared, rows, output) for output in OUTPUTS]
    on += [_fit_alarm(prepared, rows, at) for at in range(len(blend.ALARMS))]
    on += [_fit_kind(prepared, rows, at) for at in range(len(KINDS))]
    on += [_fit_view(prepared, rows, source) for source in VIEWS]
    linear, fields, features = (np.stack(parts, axis=1) for parts in zip(*on, strict=True))
    rules = np.stack([_fit_rules(prepared, rows, output) for output in OUTPUTS], axis=1)
    return Fitted(linear, fields, features, _fit_network(prepared, rows, seed), rules)


def _fit_linear(
    prepared: Prepared, rows: npt.NDArray[np.int64], output: str
) -> tuple[Floats, Floats, Floats]:
    """Weights of one output on words, on fields of meaning, and on features with the bias last."""
    read = prepared.fields.of_meaning()
    parts = prepared.matrix, prepared.on_fields[:, np.flatnonzero(read)], prepared.features, prepared.sources
    ridges = TEXT_RIDGE, FIELDS_IN_LINEAR, FEATURE_RIDGE, SOURCE_RIDGE
    words, some, features, _, bias = _fit_parts(
        prepared, rows, parts, prepared.labels(output), IN_LINEAR, ridges
    )
    fields = np.zeros(len(read))
    fields[read] = some
    return words, fields, np.append(features, bias)


def _fit_alarm(prepared: Prepared, rows: npt.NDArray[np.int64], at: int) -> tuple[Floats, Floats, Floats]:
    """The same of one alarm; no source has a column of its own, or native posts would explain their silence by it."""
    score, apart = prepared.corpus.score, float(blend.ALARMS[at] != "answer")
    raised = np.isin(prepared.corpus.function, RAISED_BY[at]) & (score == apart)
    labels = np.where(raised, 1.0, np.where(score == 1 - apart, 0.0, np.nan))
    parts = prepared.matrix, prepared.on_fields, prepared.features
    ridges = TEXT_RIDGE, FIELDS_IN_ALARMS, FEATURE_RIDGE
    words, fields, features, bias = _fit_parts(prepared, rows, parts, labels, IN_ALARMS[at], ridges)
    return words, fields, np.append(features, bias + EARLIER[at])


def _fit_kind(prepared: Prepared, rows: npt.NDArray[np.int64], at: int) -> tuple[Floats, Floats, Floats]:
    """The same of one danger against the three others; texts without danger are left out."""
    function = prepared.corpus.function
    labels = np.where(np.isin(function, [name for kind in KINDS for name in kind]), 0.0, np.nan)
    labels[np.isin(function, KINDS[at])] = 1.0
    parts = prepared.matrix, prepared.on_fields, prepared.features
    ridges = TEXT_RIDGE, FIELDS_IN_ALARMS, FEATURE_RIDGE
    words, fields, features, bias = _fit_parts(prepared, rows, parts, labels, KIND_SHARES, ridges)
    return words, fields, np.append(features, bias)


def _fit_view(prepared: Prepared, rows: npt.NDArray[np.int64], source: str) -> tuple[Floats, Floats, Floats]:
    """The same of one public set by itself: what those who labelled it look at."""
    labels = np.where(prepared.corpus.source == source, prepared.corpus.score, np.nan)
    parts = prepared.matrix, prepared.on_fields, prepared.features
    words, fields, features, bias = _fit_parts(prepared, rows, parts, labels, IN_LINEAR, VIEW_RIDGES)
    return words, fields, np.append(features, bias)


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
        source = corpus.source[used]
        weights *= np.where(source == OWN, OWN_SHARE, np.where(source == WRITTEN, WRITTEN_SHARE, 1.0))
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
    write_model(folder, pack_model(prepared.tfidf, prepared.fields, fitted.on_words, fitted.network), facts)
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
