"""Members mixed into one score, calibrated, with its bands and the cases in which the triage does not know.

Weights are non-negative shares over {linear, network, rules}; Platt's two parameters (1999) keep the order. All is
fitted on cross-fitted predictions of the development sets, each set and each class counting equally, so that 0.5
means the same everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import exp
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.linear import UNPAIRED

Floats = npt.NDArray[np.float64]
MEMBERS: Final = ("linear", "network", "rules")
ALARMS: Final = ("danger", "hint", "answer")
# What an alarm adds to the logit of an output once it speaks (over 0): silent, it costs the order of native posts
# nothing. The third one, of those who answer hate, is taken off: it is a reason against.
HEARD: Final = {"score": (0.12, 0.5, -1.2), "hate": (0.0, 0.5, -1.2)}
# Where the first alarm takes a message that would be under 0.5 (a score of 0.56): just over, to look at next. An alarm
# that adds enough to lift them all would also raise native posts over each other.
LIFTED: Final = 0.24
RULES_LEAST, RULES_MOST = 0.10, 0.25  # more improves the order a little and ruins the 0.5 threshold
# The third alarm hears those who answer hate better than the network does, and stems do its work on dangers: at 0.15 it
# costs native posts 0.005 of their order.
NETWORK_SHARE: Final = 0.05
FLOOR: Final = 0.80
DECISION: Final = 0.5
FIRST, NEXT, NOTHING = "premier", "ensuite", "rien_trouve"
UNKNOWN_WORDS: Final = 0.5  # share of known words under which another language or variety is likely
APART: Final = 0.5
UNSURE: Final = 0.05
FEW_WORDS: Final = 3


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(z, -40, 40)))


def chance(z: float) -> float:
    """`sigmoid` of one number: numpy takes ten times as long over it."""
    return 1 / (1 + exp(-min(40.0, max(-40.0, z))))


@dataclass(frozen=True, slots=True)
class Blend:
    """One output: scales and shares of the members and of the alarms, then slope and bias of the logit."""

    scales: tuple[float, ...]
    shares: tuple[float, ...]
    slope: float
    bias: float

    def logit(self, members: Floats) -> Floats:
        """(messages,) from (messages, members and alarms)."""
        return self._lifted(self._mixed(members), members)

    def _mixed(self, members: Floats) -> Floats:
        found: Floats = self.slope * ((members / np.array(self.scales)) @ np.array(self.shares)) + self.bias
        return found

    def _lifted(self, logits: Floats, members: Floats) -> Floats:
        """A danger alarm that speaks never leaves a message under 0.5, where it counts."""
        first = len(MEMBERS)
        if members.shape[1] <= first or not self.shares[first]:
            return logits
        found: Floats = np.where(members[:, first] > 0, np.maximum(logits, LIFTED), logits)
        return found

    def alone(self, members: Floats) -> Floats:
        """(messages, members): what each would say by itself, on the scale of the whole; alarms say nothing alone."""
        found: Floats = self.slope * (members / np.array(self.scales))[:, : len(MEMBERS)] + self.bias
        return found

    def alarms(self, members: Floats) -> Floats:
        """(messages, alarms): what each adds to the logit."""
        n = len(MEMBERS)
        found: Floats = self.slope * (members / np.array(self.scales))[:, n:] * np.array(self.shares)[n:]
        if found.size:
            mixed = self._mixed(members)
            found[:, 0] += self._lifted(mixed, members) - mixed
        return found

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Blend":
        return cls(tuple(raw["scales"]), tuple(raw["shares"]), float(raw["slope"]), float(raw["bias"]))


def even_weights(labels: Floats, sets: npt.NDArray[Any]) -> Floats:
    """Each set counts equally, and in each set harmful and harmless count equally."""
    weights = np.zeros(len(labels))
    for name in np.unique(sets):
        for label in (0, 1):
            at = (sets == name) & (labels == label)
            weights[at] = 1 / max(1, at.sum())
    weights /= weights.sum()
    return weights


def fit_platt(z: Floats, labels: Floats, weights: Floats, rounds: int = 50) -> tuple[float, float]:
    """(slope, bias) by Newton's method on the weighted cross-entropy; the slope is never negative."""
    slope, bias = 1.0, 0.0
    for _ in range(rounds):
        p = sigmoid(slope * z + bias)
        error, bend = weights * (p - labels), weights * p * (1 - p) + 1e-12
        gradient = np.array([error @ z, error.sum()])
        hessian = np.array([[bend @ (z * z) + 1e-9, bend @ z], [bend @ z, bend.sum()]])
        step = np.linalg.solve(hessian, gradient)
        slope, bias = slope - float(step[0]), bias - float(step[1])
        if np.abs(step).max() < 1e-9:
            break
    return max(slope, 1e-3), bias


def fit_blend(
    members: Floats, labels: Floats, weights: Floats, scales: Floats, heard: Sequence[float] = ()
) -> Blend:
    """The shares with the least cross-entropy, those of the rules held between their bounds.

    `heard` is what each alarm adds, for the columns after those of the members; their scale is 1.
    """
    best: tuple[float, Blend] | None = None
    divided = np.concatenate([scales[: len(MEMBERS)], np.ones(len(heard))])
    for rules in np.arange(RULES_LEAST, RULES_MOST + 0.01, 0.05):
        shares = np.array([1 - rules - NETWORK_SHARE, NETWORK_SHARE, rules, *heard])
        mixed = (members / divided) @ shares
        slope, bias = fit_platt(mixed, labels, weights)
        z = slope * mixed + bias
        loss = float(weights @ (np.logaddexp(0, z) - labels * z))
        if best is None or loss < best[0] - 1e-9:
            best = loss, Blend(tuple(map(float, divided)), tuple(map(float, shares)), slope, bias)
    assert best is not None  # the grid is never empty
    return best[1]


@dataclass(frozen=True, slots=True)
class Bands:
    """The two cuts: over `first` look first, over `next` look afterwards."""

    first: float
    next: float

    def of(self, score: float) -> str:
        return FIRST if score >= self.first else NEXT if score >= self.next else NOTHING


def fit_bands(scores: Floats, labels: Floats, weights: Floats) -> Bands:
    """`first`: least cut of 0.5 to 0.75 with precision 0.80; `next`: greatest cut under 0.5 with recall 0.90."""
    harmful = weights * labels

    def precision(cut: float) -> float:
        over = scores >= cut
        return float(harmful[over].sum() / max(weights[over].sum(), 1e-12))

    def recall(cut: float) -> float:
        return float(harmful[scores >= cut].sum() / harmful.sum())

    first = next((cut for cut in np.arange(0.5, 0.751, 0.01) if precision(cut) >= 0.80), 0.75)
    after = next((cut for cut in np.arange(0.5, 0.04, -0.01) if recall(cut) >= 0.90), 0.05)
    return Bands(round(float(first), 2), round(float(after), 2))


def words_in(tokens: Sequence[str]) -> list[str]:
    """The tokens that are words; the name of a group and a hateful term are read as `@groupe` and `@terme`."""
    return [token for token in tokens if token[0].isalnum() or (token[0] == "@" and token not in UNPAIRED)]


def why_unsure(
    score: float, alone: Sequence[float], tokens: Sequence[str], known: float, has_cue: bool
) -> str | None:
    """The reason to say « je ne sais pas », or None. A cue is something to go by, whatever the length."""
    words = words_in(tokens)
    if not words:
        return "no_words"
    if len(words) < FEW_WORDS and not has_cue:
        return "too_short"
    if known < UNKNOWN_WORDS and not has_cue:
        return "unknown_words"
    chances = [chance(one) for one in alone]
    if max(chances) - min(chances) > APART:
        return "members_apart"
    return "near_half" if abs(score - DECISION) < UNSURE else None


def calibration_error(scores: Floats, labels: Floats, weights: Floats, bins: int = 10) -> float:
    """Expected calibration error: mean distance of chance and share over bins of equal width."""
    at = np.minimum((scores * bins).astype(int), bins - 1)
    total = 0.0
    for one in range(bins):
        inside = at == one
        weight = weights[inside].sum()
        if weight > 0:
            gap = (weights[inside] * (scores[inside] - labels[inside])).sum() / weight
            total += weight * abs(float(gap))
    return total / float(weights.sum())


def auc(labels: Floats, scores: Floats) -> float:
    """Area under the ROC curve, ties counted half; NaN with one class."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives, negatives = labels.sum(), len(labels) - labels.sum()
    if not positives or not negatives:
        return float("nan")
    found = (ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives)
    return float(found)
