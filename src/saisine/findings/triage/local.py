"""« Apprendre de nos décisions »: what an association's own decisions teach, kept off until it helps.

A logistic regression on the inbox's own words, the features and the base logit, mixed with the base. A share of
the mix is taken only when the labels left out prove that it helps: the lower bound of its paired gain is above
zero. Few, noisy or lopsided labels then change nothing. `hate` and `danger` are never touched.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.errors import SaisineError
from saisine.findings.triage.blend import Bands, auc, fit_bands, fit_platt, sigmoid
from saisine.findings.triage.linear import Rows, Tfidf, fit_logistic
from saisine.findings.triage.scoring import Triage

Floats = npt.NDArray[np.float64]
SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
FOLDS: Final = 5
REPEATS: Final = 4
EVIDENCE: Final = 2.5  # standard errors by which a gain must be above zero: four shares are tried, not one
LEAST_LABELS: Final = 60
LEAST_OF_A_SIDE: Final = 15
TEXT_RIDGE, FEATURE_RIDGE, BASE_RIDGE = 3e-3, 2e-2, 1e-3  # few labels: held back more than in training
LEAST_TEXTS: Final = 2  # an n-gram of the inbox stays in the workspace: two texts are enough


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
    centre: tuple[float, float]
    spread: tuple[float, float]
    slope: float
    bias: float
    bands: Bands

    def mix(self, base: Floats, tokens: Sequence[Sequence[str]], features: npt.NDArray[Any]) -> Floats:
        """Calibrated logits (messages,) from the base ones."""
        local = _predict(self.weights, self.tfidf.rows(tokens), _beside(features, base))
        mixed = _mixed(base, local, self.share, self.centre, self.spread)
        found: Floats = self.slope * mixed + self.bias
        return found

    def to_bytes(self) -> bytes:
        """For a file of the workspace: plain arrays and JSON, no pickle."""
        out = io.BytesIO()
        facts = {
            "n": self.n, "share": self.share, "centre": self.centre, "spread": self.spread,
            "slope": self.slope, "bias": self.bias, "first": self.bands.first, "next": self.bands.next,
            "vocabulary": self.tfidf.vocabulary,
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
            return cls(
                facts["n"], facts["share"], Tfidf(facts["vocabulary"], idf), weights, tuple(facts["centre"]),
                tuple(facts["spread"]), facts["slope"], facts["bias"], Bands(facts["first"], facts["next"]),
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
    tfidf = _vocabulary(triage, inbox, set(last))
    reads = [triage.read(id, inbox[id]) for id in last]
    features = triage.features(reads)
    base = triage.model.blends["score"].logit(triage.members(reads, features)["score"])
    rows, extra = tfidf.rows([read.tokens for read in reads]), _beside(features, base)
    share, cross, (before, after) = _choose(rows, extra, labels, base, seed)
    if not share:
        return None, Lesson(n, 0.0, before, before)
    weights = _fit(rows, extra, labels)
    return _calibrated(n, share, tfidf, weights, base, cross, labels), Lesson(n, share, before, after)


def _vocabulary(triage: Triage, inbox: Mapping[str, str], labelled: set[str]) -> Tfidf:
    """Of the labelled messages and, so that idf is the inbox's, of others up to a few thousand."""
    others = (id for id in sorted(inbox) if id not in labelled)
    ids = [*sorted(labelled), *(id for id, _ in zip(others, range(3_000), strict=False))]
    return Tfidf.fit((triage.read(id, inbox[id]).tokens for id in ids), least=LEAST_TEXTS)


def _beside(features: npt.NDArray[Any], base: Floats) -> Floats:
    return np.concatenate([np.asarray(features, float), base[:, None]], axis=1)


def _fit(rows: Rows, extra: Floats, labels: Floats) -> Floats:
    width = int(rows.columns.max(initial=-1)) + 1
    ridge = np.append(np.full(extra.shape[1] - 1, FEATURE_RIDGE), BASE_RIDGE)
    even = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))
    return fit_logistic(rows, extra, labels, even, TEXT_RIDGE, width, ridge)


def _predict(weights: Floats, rows: Rows, extra: Floats) -> Floats:
    width = len(weights) - extra.shape[1] - 1
    known = np.append(weights[:width], 0.0)
    on_words = Rows(rows.starts, np.minimum(rows.columns, width), rows.values).dot(known)
    found: Floats = on_words + extra @ weights[width:-1] + weights[-1]
    return found


def _mixed(
    base: Floats, local: Floats, share: float, centre: tuple[float, float], spread: tuple[float, float]
) -> Floats:
    found: Floats = share * (local - centre[1]) / spread[1] + (1 - share) * (base - centre[0]) / spread[0]
    return found


def _scale(base: Floats, local: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    return (float(base.mean()), float(local.mean())), (float(base.std()) + 1e-9, float(local.std()) + 1e-9)


def _choose(
    rows: Rows, extra: Floats, labels: Floats, base: Floats, seed: int
) -> tuple[float, Floats, tuple[float, float]]:
    """(share, local logits of labels left out, (AUC before, after)): the guard.

    Each label is scored by fits that never saw it, over several cuts, since one cut is luck. Of the shares whose
    gain is proved, the smallest within one standard error of the best is taken; none proved, the base stays.
    """
    local = np.zeros(len(labels))
    for repeat in range(REPEATS):
        folds = _folds(labels, seed + repeat)
        for fold in range(FOLDS):
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            weights = _fit(rows.take(inside), extra[inside], labels[inside])
            local[outside] += _predict(weights, rows.take(outside), extra[outside]) / REPEATS
    centre, spread = _scale(base, local)
    before = auc(labels, base)
    gains = [paired_gain(labels, base, _mixed(base, local, s, centre, spread)) for s in SHARES[1:]]
    proved = [at for at, (gain, error) in enumerate(gains) if gain > EVIDENCE * error]
    if not proved:
        return 0.0, local, (before, before)
    best, error = max(gains[at] for at in proved)
    chosen = next(at for at in proved if gains[at][0] >= best - error)
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
    n: int, share: float, tfidf: Tfidf, weights: Floats, base: Floats, cross: Floats, labels: Floats
) -> LocalModel:
    centre, spread = _scale(base, cross)
    mixed = _mixed(base, cross, share, centre, spread)
    even = np.where(labels == 1, 0.5 / labels.sum(), 0.5 / (len(labels) - labels.sum()))
    slope, bias = fit_platt(mixed, labels, even)
    bands = fit_bands(sigmoid(slope * mixed + bias), labels, even)
    return LocalModel(n, share, tfidf, weights, centre, spread, slope, bias, bands)
