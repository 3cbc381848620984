"""Each member fitted on some rows of the corpus: what reads words, the rules, the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.columns import TOLD_BESIDE, VIEWS, heard_of
from saisine.findings.triage.model import OnWords
from saisine.findings.triage.network import OUTPUTS, Network, pack, unpack
from saisine.findings.triage.training.backward import train_network
from saisine.findings.triage.training.logistic import beside, fit
from saisine.findings.triage.training.prepared import Prepared
from saisine.findings.triage.training.recipe import (
    ALARM_RIDGES,
    BESIDE_BY,
    DANGERS_BY,
    EARLIER,
    FEATURE_RIDGE,
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

EPOCHS: Final = 6
Floats = npt.NDArray[np.float64]


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
        alarms = np.repeat(heard_of(words, tokens)[:, None, :], n, axis=1)
        return np.concatenate([np.stack([words[:, :n], composed, rules], axis=2), alarms], axis=2)


def fit_members(prepared: Prepared, rows: npt.NDArray[np.int64], seed: int) -> Fitted:
    """Every member on everything allowed, each source with the share that suits the member."""
    on = [_fit_linear(prepared, rows, output) for output in OUTPUTS]
    on += [_fit_alarm(prepared, rows, name) for name in RAISED_BY]
    told = {**DANGERS_BY, **BESIDE_BY}
    on += [_fit_danger(prepared, rows, name, told[name]) for name in TOLD_BESIDE]
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
    words, some, stems, others, _, bias = _fit_parts(
        prepared, rows, parts, prepared.labels(output), IN_LINEAR, (*RIDGES, SOURCE_RIDGE)
    )
    fields = np.zeros(len(read))
    fields[read] = some
    return words, fields, stems, np.append(others, bias)


def _fit_alarm(prepared: Prepared, rows: npt.NDArray[np.int64], name: str) -> Weights:
    """The same of one alarm; no source has a column of its own, or native posts would explain their silence by it."""
    score, apart = prepared.corpus.score, float(name != "answer")
    raised = np.isin(prepared.corpus.function, RAISED_BY[name]) & (score == apart)
    labels = np.where(raised, 1.0, np.where(score == 1 - apart, 0.0, np.nan))
    return _fit_column(prepared, rows, labels, IN_ALARMS[name], ALARM_RIDGES[name], EARLIER[name])


def _fit_danger(
    prepared: Prepared, rows: npt.NDArray[np.int64], name: str, functions: Sequence[str]
) -> Weights:
    """The same of one danger against everything harmless; the other dangers are left out, as all other harm is."""
    labels = np.where(prepared.corpus.score == 0, 0.0, np.nan)
    labels[np.isin(prepared.corpus.function, functions)] = 1.0
    return _fit_column(prepared, rows, labels, IN_ALARMS[name], ALARM_RIDGES["danger"], EARLIER[name])


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
