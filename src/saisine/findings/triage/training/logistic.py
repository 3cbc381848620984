"""Logistic regression over sparse rows, at training time: the loss of `linear.py` with SciPy's products.

SciPy is a dependency of development; scoring needs numpy alone.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from saisine.findings.triage.linear import Rows, minimise

Floats = npt.NDArray[np.float64]


def matrix_of(rows: Rows, width: int) -> Any:
    """The same rows as a SciPy matrix."""
    return sparse.csr_matrix((rows.values.astype(np.float64), rows.columns, rows.starts), (len(rows), width))


def beside(*blocks: Any) -> Any:
    """Blocks of columns next to each other."""
    return sparse.hstack([sparse.csr_matrix(block) for block in blocks]).tocsr()


def fit(matrix: Any, labels: Floats, weights: Floats, ridge: Floats, rounds: int = 40) -> Floats:
    """(columns + 1) weights, the bias last and not held back."""
    total, transposed = weights.sum(), matrix.T.tocsr()

    def loss(w: Floats) -> tuple[float, Floats]:
        z = matrix @ w[:-1] + w[-1]
        value = (weights * (np.logaddexp(0, z) - labels * z)).sum() / total
        error = weights * (1 / (1 + np.exp(-z)) - labels) / total
        gradient = np.concatenate([transposed @ error + ridge * w[:-1], [error.sum()]])
        return float(value + 0.5 * (ridge * w[:-1] ** 2).sum()), gradient

    return minimise(loss, np.zeros(matrix.shape[1] + 1), rounds)
