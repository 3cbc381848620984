"""The way back through the network, and its training: numpy alone, gradients checked by finite differences.

Weights move by AdamW (Loshchilov and Hutter, 2019), word vectors by AdaGrad a row, since a batch touches few of them.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.network import (
    FILTERS,
    SIZE,
    WIDTHS,
    Arrays,
    Batch,
    Floats,
    forward,
    new_arrays,
    pieces_of,
    place,
    vectors_of,
)

BATCH: Final = 128
POOL: Final = 20  # batches from which those of like length are drawn
DROPPED: Final = 0.3  # share of pooled numbers left out at each step
WORDS_DROPPED: Final = 0.08
RATE: Final = 0.002
VECTOR_RATE: Final = 0.03
DECAY: Final = 0.02


def backward(
    batch: Batch, placed: Floats, arrays: Arrays, kept: Arrays, error: Floats, drop: Floats | None
) -> Arrays:
    """Gradients of every array and of the words (`words`), from the error on the logits (messages, 2)."""
    grads: Arrays = {"out": kept["hidden"].T @ error, "out_bias": error.sum(0)}
    hidden = (error @ arrays["out"].T) * (kept["hidden"] > 0)
    grads |= {"hidden": kept["joined"].T @ hidden, "hidden_bias": hidden.sum(0)}
    pooled = (hidden @ arrays["hidden"].T)[:, : 2 * FILTERS * len(WIDTHS)]
    pooled = pooled if drop is None else pooled * drop
    on_words = np.zeros_like(placed)
    for at, width in enumerate(WIDTHS):
        top, mean = np.split(pooled[:, 2 * FILTERS * at : 2 * FILTERS * (at + 1)], 2, axis=1)
        on_words += _through(width, top, mean, arrays, kept, grads, placed.shape)
    grads["words"] = _by_word(batch, on_words)
    return grads


def _through(
    width: int, top: Floats, mean: Floats, arrays: Arrays, kept: Arrays, grads: Arrays, shape: tuple[int, ...]
) -> Floats:
    """Back through one width of filters; its gradients are added to `grads`."""
    n, length, size = shape
    active = kept[f"active{width}"]
    response = np.repeat((mean / kept["count"])[:, None, :], length, axis=1)
    picked = np.take_along_axis(response, kept[f"top{width}"][:, None, :], 1) + top[:, None, :]
    np.put_along_axis(response, kept[f"top{width}"][:, None, :], picked, 1)
    response = (response * (active > 0)).reshape(n * length, FILTERS)
    grads[f"filter{width}"] = kept[f"flat{width}"].T @ response
    grads[f"bias{width}"] = response.sum(0)
    windows = (response @ arrays[f"filter{width}"].T).reshape(n, length, width * size)
    found = np.zeros((n, length + width - 1, size), np.float32)
    for at in range(width):
        found[:, at : at + length] += windows[:, :, at * size : (at + 1) * size]
    return found[:, :length]


def _by_word(batch: Batch, on_words: Floats) -> Floats:
    """(distinct words, SIZE): the sum over the places where each stands."""
    at = batch.at.ravel()
    return _sum_rows(on_words.reshape(-1, SIZE)[at >= 0], at[at >= 0], len(batch.words))


def _sum_rows(values: Floats, rows: npt.NDArray[np.int64], count: int) -> Floats:
    found = np.zeros((count, values.shape[1]), np.float32)
    if len(rows):
        order = np.argsort(rows, kind="stable")
        ordered = rows[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        found[ordered[starts]] = np.add.reduceat(values[order], starts, axis=0)
    return found


class Trainer:
    """Takes steps over batches; one trainer a network."""

    def __init__(self, features: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.arrays = new_arrays(features, seed)
        self.moments = {name: (np.zeros_like(a), np.zeros_like(a)) for name, a in self.arrays.items()}
        self.seen = np.full(len(self.arrays["vectors"]), 1e-3, np.float32)
        self.steps = 0

    def epoch(
        self,
        documents: Sequence[Sequence[str]],
        features: Floats,
        labels: Floats,
        weights: Floats,
        rate: float,
    ) -> float:
        """One pass in a drawn order; the mean loss. `labels` and `weights` are (messages, 2), weight 0 for unknown."""
        total = 0.0
        batches = self._batches([len(tokens) for tokens in documents])
        for rows in batches:
            kept = [self._some(documents[row]) for row in rows]
            total += self.step(Batch.of(kept, features[rows]), labels[rows], weights[rows], rate)
        return total / max(1, len(batches))

    def _batches(self, lengths: Sequence[int]) -> list[npt.NDArray[np.int64]]:
        """Messages of like length together, drawn from pools: padding costs as much as words."""
        order = self.rng.permutation(len(lengths))
        batches = []
        for start in range(0, len(order), POOL * BATCH):
            pool = order[start : start + POOL * BATCH]
            pool = pool[np.argsort([lengths[row] for row in pool], kind="stable")]
            batches += [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
        self.rng.shuffle(batches)
        return batches

    def _some(self, tokens: Sequence[str]) -> Sequence[str]:
        if len(tokens) < 4:
            return tokens
        keep = self.rng.random(len(tokens)) >= WORDS_DROPPED
        return [token for token, kept in zip(tokens, keep, strict=True) if kept]

    def step(self, batch: Batch, labels: Floats, weights: Floats, rate: float) -> float:
        n = len(batch.features)
        placed = place(batch, vectors_of(batch.words, self.arrays["vectors"]))
        shape = (n, 2 * FILTERS * len(WIDTHS))
        drop = ((self.rng.random(shape) >= DROPPED) / (1 - DROPPED)).astype(np.float32)
        logits, kept = forward(batch, placed, self.arrays, drop)
        loss, error = loss_and_error(logits, labels, weights)
        grads = backward(batch, placed, self.arrays, kept, error, drop)
        self._move_vectors(batch, grads.pop("words"), rate)
        self._move(grads, rate)
        return loss

    def _move_vectors(self, batch: Batch, grads: Floats, rate: float) -> None:
        pieces = [pieces_of(word) for word in batch.words]
        sizes = np.array([len(one) for one in pieces])
        rows = np.fromiter((row for one in pieces for row in one), np.int64, int(sizes.sum()))
        touched, inverse = np.unique(rows, return_inverse=True)
        spread: Floats = np.repeat(grads / sizes[:, None].astype(np.float32), sizes, axis=0)
        moved = _sum_rows(spread, inverse, len(touched))
        self.seen[touched] += (moved**2).mean(1) * 1e2
        pace = VECTOR_RATE * rate / RATE / np.sqrt(self.seen[touched])
        self.arrays["vectors"][touched] -= pace[:, None] * moved

    def _move(self, grads: Arrays, rate: float) -> None:
        self.steps += 1
        for name, grad in grads.items():
            first, second = self.moments[name]
            first += 0.1 * (grad - first)
            second += 0.001 * (grad * grad - second)
            step = (first / (1 - 0.9**self.steps)) / (np.sqrt(second / (1 - 0.999**self.steps)) + 1e-8)
            decay = 0.0 if "bias" in name else DECAY
            self.arrays[name] -= rate * (step + decay * self.arrays[name])


def loss_and_error(logits: Floats, labels: Floats, weights: Floats) -> tuple[float, Any]:
    """Weighted mean cross-entropy, and its gradient on the logits."""
    total = max(float(weights.sum()), 1e-9)
    loss = (weights * (np.logaddexp(0, logits) - labels * logits)).sum() / total
    error = weights * (1 / (1 + np.exp(-logits)) - labels) / total
    return float(loss), error.astype(np.float32)


def train_network(
    documents: Sequence[Sequence[str]],
    features: Floats,
    labels: Floats,
    weights: Floats,
    seed: int,
    epochs: int,
) -> Arrays:
    """The arrays after `epochs` passes, the pace falling to a tenth."""
    trainer = Trainer(features.shape[1], seed)
    for epoch in range(epochs):
        pace = 0.1 + 0.9 * (1 - epoch / max(1, epochs - 1))
        trainer.epoch(documents, features, labels, weights, RATE * pace)
    return trainer.arrays
