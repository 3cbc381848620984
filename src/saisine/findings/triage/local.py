"""« Apprendre de nos décisions »: what an association's own decisions teach, kept off until it helps.

A ridge regression on few columns: the first order, the five views (`columns.py`), since an inbox may be closer to one
of them than to the mix fitted on all sets, and the main directions in which the words of the inbox vary, found without
any label (latent semantic analysis, Deerwester and others 1990). A share of the mix is taken only when labels left out
show that it helps: few, noisy or lopsided labels then change nothing. `hate` and `danger` are never touched.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage.blend import Bands, auc, fit_bands, fit_platt, sigmoid
from saisine.findings.triage.columns import VIEWS
from saisine.findings.triage.linear import Rows, Tfidf
from saisine.findings.triage.scoring import Triage

Floats = npt.NDArray[np.float64]
SHARES: Final = (0.0, 0.25, 0.5, 0.75)  # a quarter of the first order stays at least: 200 labels are few
FOLDS: Final = 5
REPEATS: Final = 6
EVIDENCE: Final = 2.0  # standard errors by which a gain must be above zero
ORDER: Final = (
    3.0  # and by which the new order must be above chance: labels drawn at random gain by luck alone
)
LEAST_LABELS: Final = 60
LEAST_OF_A_SIDE: Final = 15
RIDGE: Final = 80.0  # in labels: 200 of them move a column seven tenths of the way
DIRECTIONS: Final = 50  # in which the words of the inbox vary most
WORDS_SCALE: Final = 3.0  # of the directions beside the other columns, whose spread is 1
READ: Final = 800  # messages at most from which the directions are found, those with a label first
LEAST_SHARE: Final = 150  # an n-gram counts when one message in so many has it, two at least


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision that serves as a label: the message, whether it was kept, and who decided."""

    message: str
    keep: bool
    member: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the decisions changed: `share` 0 when the first order is kept; AUC before and after, cross-validated."""

    n: int
    share: float
    before: float | None
    after: float | None

    @property
    def fr(self) -> str:
        if not self.share or self.before is None or self.after is None:
            return "Pas encore utile : l’ordre de départ est gardé."
        figures = f"{self.before:.2f} → {self.after:.2f}".replace(".", ",")
        return f"Vos {self.n} décisions améliorent l’ordre : {figures}."

    @property
    def en(self) -> str:
        if not self.share or self.before is None or self.after is None:
            return "Not useful yet: the first order is kept."
        return f"Your {self.n} decisions improve the order: {self.before:.2f} → {self.after:.2f}."


@dataclass(frozen=True)
class LocalModel:
    """The fitted mix; it holds words of the inbox, so it lives in the workspace with the messages."""

    n: int
    share: float
    tfidf: Tfidf
    weights: Floats
    places: tuple[tuple[float, ...], tuple[float, ...]]  # centre and spread of each column beside the words
    centre: tuple[float, float]
    spread: tuple[float, float]
    slope: float
    bias: float
    bands: Bands

    def mix(self, base: Floats, words: Sequence[Sequence[str]], views: Floats) -> Floats:
        """Calibrated logits (messages,) from the base ones, the words and the views (messages, views)."""
        beside = _scaled(np.column_stack([base, views]), self.places)
        local = _predict(self.weights, self.tfidf.rows(words), beside)
        mixed = _mixed(base, local, self.share, self.centre, self.spread)
        found: Floats = self.slope * mixed + self.bias
        return found

    def to_bytes(self) -> bytes:
        """For a file of the workspace: plain arrays and JSON, no pickle."""
        out = io.BytesIO()
        facts = {
            "n": self.n, "share": self.share, "centre": self.centre, "spread": self.spread,
            "slope": self.slope, "bias": self.bias, "first": self.bands.first, "next": self.bands.next,
            "places": self.places, "vocabulary": self.tfidf.vocabulary,
        }  # fmt: skip
        body = np.frombuffer(json.dumps(facts).encode("utf-8"), np.uint8)
        np.savez_compressed(out, facts=body, idf=self.tfidf.idf, weights=self.weights)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, body: bytes) -> "LocalModel":
        """Raises `local_model_damaged`."""
        try:
            with np.load(io.BytesIO(body), allow_pickle=False) as found:
                facts = json.loads(bytes(found["facts"]))
                idf, weights = found["idf"], found["weights"]
            if len(idf) != len(facts["vocabulary"]):
                raise ValueError("shape")
            centres, spreads = map(tuple, facts["places"])
            if len(weights) != len(idf) + len(centres) + 1 or len(centres) != 1 + len(VIEWS):
                raise ValueError("shape")  # or learnt by an earlier version, which read the members
            return cls(
                facts["n"], facts["share"], Tfidf(facts["vocabulary"], idf), weights, (centres, spreads),
                tuple(facts["centre"]), tuple(facts["spread"]), facts["slope"], facts["bias"],
                Bands(facts["first"], facts["next"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise SaisineError("local_model_damaged", reason=type(error).__name__) from error


def without(
    decisions: Iterable[Decision], *, message: str | None = None, member: str | None = None
) -> list[Decision]:
    """The decisions left when one message's, or one member's, are withdrawn; the model is then fitted again."""
    return [one for one in decisions if one.message != message and one.member != member]


def export(decisions: Sequence[Decision], lesson: Lesson) -> dict[str, object]:
    """What a person may take out: who labelled what, and what it changed; no text."""
    rows = [{"message": one.message, "keep": one.keep, "member": one.member} for one in decisions]
    return {"decisions": rows, "share": lesson.share, "auc_before": lesson.before, "auc_after": lesson.after}


def learn(
    triage: Triage, inbox: Mapping[str, str], decisions: Sequence[Decision], seed: int
) -> tuple[LocalModel | None, Lesson]:
    """(model or None, what it changed). The last decision on a message counts; erased messages count no more."""
    last = {one.message: one.keep for one in decisions if one.message in inbox}
    labels = np.array(list(last.values()), float)
    n = len(labels)
    if n < LEAST_LABELS or min(labels.sum(), n - labels.sum()) < LEAST_OF_A_SIDE:
        return None, Lesson(n, 0.0, None, None)
    reads = triage.read_all([(id, inbox[id]) for id in (*last, *_others(inbox, last, READ - n))])
    least = max(2, len(reads) // LEAST_SHARE)
    tfidf = Tfidf.fit((read.words for read in reads), least=least)
    words = directions_of(tfidf.rows([read.words for read in reads[:READ]]), len(tfidf.vocabulary))
    features = triage.features(reads[:n])
    base = triage.model.blends["score"].logit(triage.members(reads[:n], features)["score"])
    views = triage.views(reads[:n], features)
    if views is None:
        return None, Lesson(n, 0.0, None, None)
    beside = np.column_stack([base, views])
    places = tuple(map(float, beside.mean(0))), tuple(map(float, beside.std(0) + 1e-9))
    rows = tfidf.rows([read.words for read in reads[:n]])
    columns = np.concatenate([_on_words(rows, words), _scaled(beside, places)], axis=1)
    share, cross, (before, after) = _choose(columns, labels, base, seed)
    if not share:
        return None, Lesson(n, 0.0, before, before)
    fitted = Fitted(tfidf, _by_word(_fit(columns, labels), words), places)
    return _calibrated(n, share, fitted, base, cross, labels), Lesson(n, share, before, after)


def _others(inbox: Mapping[str, str], labelled: Mapping[str, bool], most: int) -> list[str]:
    """Messages without a label, spread over the inbox."""
    ids = [id for id in sorted(inbox) if id not in labelled]
    return ids[:: max(1, -(-len(ids) // max(1, most)))] if most > 0 else []


def directions_of(rows: Rows, width: int) -> Floats:
    """(n-grams, directions): those in which the rows vary most, by their products (messages, messages)."""
    dense = np.zeros((len(rows), width), np.float32)
    dense[rows.of(), rows.columns] = rows.values
    dense -= dense.mean(0)
    lengths, vectors = np.linalg.eigh((dense @ dense.T).astype(float))
    kept = np.flatnonzero(lengths > 1e-6)[-DIRECTIONS:]
    found: Floats = dense.T @ (vectors[:, kept] / np.sqrt(lengths[kept])) * WORDS_SCALE
    return found


def _on_words(rows: Rows, words: Floats) -> Floats:
    """(messages, directions)."""
    found: Floats = rows.dot(words) if words.shape[1] else np.zeros((len(rows), 0))
    return found


def _by_word(weights: Floats, words: Floats) -> Floats:
    """Weights of the directions as weights of the n-grams: what is kept needs no direction."""
    n = words.shape[1]
    return np.concatenate([words @ weights[:n], weights[n:]])


@dataclass(frozen=True, slots=True)
class Fitted:
    """The regression by itself: its vocabulary, its weights, and the scale of its columns beside the words."""

    tfidf: Tfidf
    weights: Floats
    places: tuple[tuple[float, ...], tuple[float, ...]]


def _scaled(beside: Floats, places: tuple[Sequence[float], Sequence[float]]) -> Floats:
    found: Floats = (beside - np.array(places[0])) / np.array(places[1])
    return found


def _fit(columns: Floats, labels: Floats) -> Floats:
    """Weights, the bias last: least squares on -1 and 1, both sides counting the same, held back by RIDGE."""
    even = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))
    beside = np.concatenate([columns, np.ones((len(columns), 1))], axis=1)
    held = np.append(np.full(columns.shape[1], RIDGE), 1e-6)
    weighed = beside * (even / even.mean())[:, None]
    found: Floats = np.linalg.solve(weighed.T @ beside + np.diag(held), weighed.T @ (2 * labels - 1))
    return found


def _predict(weights: Floats, rows: Rows, extra: Floats) -> Floats:
    width = len(weights) - extra.shape[1] - 1
    found: Floats = rows.dot(weights[:width]) + extra @ weights[width:-1] + weights[-1]
    return found


def _mixed(
    base: Floats, local: Floats, share: float, centre: tuple[float, float], spread: tuple[float, float]
) -> Floats:
    found: Floats = share * (local - centre[1]) / spread[1] + (1 - share) * (base - centre[0]) / spread[0]
    return found


def _scale(base: Floats, local: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    return (float(base.mean()), float(local.mean())), (float(base.std()) + 1e-9, float(local.std()) + 1e-9)


def _choose(
    columns: Floats, labels: Floats, base: Floats, seed: int
) -> tuple[float, Floats, tuple[float, float]]:
    """(share, local logits of labels left out, (AUC before, after)): the guard.

    Each label is scored by fits that never saw it, over several cuts, since one cut is luck. Of the shares whose
    gain is proved, the one that gains most is taken; none proved, the base stays.
    """
    local = np.zeros(len(labels))
    for repeat in range(REPEATS):
        folds = _folds(labels, seed + repeat)
        for fold in range(FOLDS):
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            weights = _fit(columns[inside], labels[inside])
            local[outside] += (columns[outside] @ weights[:-1] + weights[-1]) / REPEATS
    centre, spread = _scale(base, local)
    before = auc(labels, base)
    mixes = [_mixed(base, local, share, centre, spread) for share in SHARES[1:]]
    gains = [paired_gain(labels, base, mixed) for mixed in mixes]
    orders = [paired_gain(labels, np.zeros(len(labels)), mixed) for mixed in mixes]
    proved = [
        at
        for at, ((gain, error), (order, doubt)) in enumerate(zip(gains, orders, strict=True))
        if gain > EVIDENCE * error and order > ORDER * doubt
    ]
    if not proved:
        return 0.0, local, (before, before)
    chosen = max(proved, key=lambda at: gains[at][0])
    return SHARES[1 + chosen], local, (before, before + gains[chosen][0])


def paired_gain(labels: Floats, before: Floats, after: Floats) -> tuple[float, float]:
    """(gain of AUC, its standard error) on the same texts: DeLong, DeLong and Clarke-Pearson (1988)."""
    parts = zip(_shares_won(labels, after), _shares_won(labels, before), strict=True)
    gaps = [one - other for one, other in parts]
    error = sum(float(gap.var(ddof=1)) / len(gap) for gap in gaps)
    return float(gaps[0].mean()), float(np.sqrt(error)) + 1e-12


def _shares_won(labels: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """(for each positive, the share of negatives under it; for each negative, of positives over it), ties half."""
    positive = labels == 1
    every = _ranks(scores)
    over = (every[positive] - _ranks(scores[positive])) / max(1, (~positive).sum())
    under = 1 - (every[~positive] - _ranks(scores[~positive])) / max(1, positive.sum())
    return over, under


def _ranks(scores: Floats) -> Floats:
    """From 1, ties at their mean."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    found: Floats = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return found


def _folds(labels: Floats, seed: int) -> npt.NDArray[np.int64]:
    """Five folds with the same mix of both sides."""
    rng = np.random.default_rng(seed)
    folds = np.zeros(len(labels), np.int64)
    for side in (0, 1):
        at = rng.permutation(np.flatnonzero(labels == side))
        folds[at] = np.arange(len(at)) % FOLDS
    return folds


def _calibrated(
    n: int, share: float, fitted: Fitted, base: Floats, cross: Floats, labels: Floats
) -> LocalModel:
    centre, spread = _scale(base, cross)
    mixed = _mixed(base, cross, share, centre, spread)
    even = np.where(labels == 1, 0.5 / labels.sum(), 0.5 / (len(labels) - labels.sum()))
    slope, bias = fit_platt(mixed, labels, even)
    bands = fit_bands(sigmoid(slope * mixed + bias), labels, even)
    return LocalModel(
        n, share, fitted.tfidf, fitted.weights, fitted.places, centre, spread, slope, bias, bands
    )
