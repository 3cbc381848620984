"""What a slow model of one's own is shown: the base scores everything, the slow one only where it may matter."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.blend import DECISION
from saisine.findings.triage.scoring import Result

TOP_SHARE: Final = 0.15
TOP_LEAST: Final = 500
AROUND: Final = 0.2  # of 0.5: where a better model changes decisions
TRIED: Final = 32  # messages on which the time is estimated


def choose(results: Sequence[Result]) -> list[int]:
    """The places, in order, of the messages that the slow model sees: the first ones, the unsure, those near 0.5."""
    ranked = sorted(range(len(results)), key=lambda at: (not results[at].danger, -results[at].score, at))
    scores = np.array([one.score for one in results], np.float32)
    unsure = np.array([one.abstain for one in results], bool)
    return choose_among(np.array(ranked, np.int64), scores, unsure).tolist()  # type: ignore[no-any-return]


def choose_among(
    display: npt.NDArray[np.int64], scores: npt.NDArray[np.float32], is_unsure: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """The same over columns; `display` is every place, first to look at first."""
    is_chosen = is_unsure | (abs(scores - DECISION) <= AROUND)
    is_chosen[display[: max(TOP_LEAST, round(TOP_SHARE * len(display)))]] = True
    return np.flatnonzero(is_chosen)


def estimate_s(
    score: Callable[[Sequence[str]], object], texts: Sequence[str], clock: Callable[[], float]
) -> float:
    """Seconds that all the texts may take, from 32 spread over them; `clock` gives seconds."""
    if not texts:
        return 0.0
    step = max(1, len(texts) // TRIED)
    tried = texts[::step][:TRIED]
    start = clock()
    score(tried)
    return (clock() - start) * len(texts) / len(tried)
