"""Logistic regression over sparse rows, at training time.

SciPy is a dependency of development; scoring needs numpy alone.
"""

from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from saisine.findings.triage.blend import sigmoid
from saisine.findings.triage.linear import Rows

Floats = npt.NDArray[np.float64]
SLOPE: Final = 1e-4  # where the descent ends: the length of the gradient of a mean loss


def matrix_of(rows: Rows, width: int) -> Any:
    """The same rows as a SciPy matrix."""
    return sparse.csr_matrix((rows.values.astype(np.float64), rows.columns, rows.starts), (len(rows), width))


def beside(*blocks: Any) -> Any:
    """Blocks of columns next to each other."""
    return sparse.hstack([sparse.csr_matrix(block) for block in blocks]).tocsr()


def fit(matrix: Any, labels: Floats, weights: Floats, ridge: Floats) -> Floats:
    """(columns + 1) weights, the bias last and not held back.

    By a trust region with conjugate gradients (Steihaug, 1983; Lin, Weng and Keerthi, 2008), to the one optimum there
    is: a descent stopped on its way hangs on every small change of the texts, and was worse on hands left out.
    Raises ArithmeticError when it stops before its end.
    Raises ArithmeticError when it stops before its end.
    """
    total, transposed = weights.sum(), matrix.T.tocsr()
    ridges = np.append(ridge, 0.0)

    def through(by_row: Floats) -> Floats:
        found: Floats = np.append(transposed @ by_row, by_row.sum()) / total
        return found

    def loss(w: Floats) -> tuple[float, Floats]:
        z = matrix @ w[:-1] + w[-1]
        value = (weights * (np.logaddexp(0, z) - labels * z)).sum() / total + 0.5 * (ridges * w**2).sum()
        return float(value), through(weights * (sigmoid(z) - labels)) + ridges * w

    @lru_cache(1)  # many products at one place
    def bends(at: bytes) -> Floats:
        w = np.frombuffer(at)
        p = sigmoid(matrix @ w[:-1] + w[-1])
        found: Floats = weights * p * (1 - p)
        return found

    def bend(w: Floats, way: Floats) -> Floats:
        return through(bends(w.tobytes()) * (matrix @ way[:-1] + way[-1])) + ridges * way

    found = minimize(
        loss, np.zeros(matrix.shape[1] + 1), jac=True, hessp=bend, method="trust-ncg", options={"gtol": SLOPE}
    )
    if not found.success:
        raise ArithmeticError(f"the descent stopped before its end: {found.message}")
    return np.asarray(found.x)
