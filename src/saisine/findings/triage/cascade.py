"""What a slow model of one's own is shown: the base scores everything, the slow one only where it may matter."""

from collections.abc import Callable, Sequence
from typing import Final

from saisine.findings.triage.blend import DECISION
from saisine.findings.triage.scoring import Result

TOP_SHARE: Final = 0.15
TOP_LEAST: Final = 500
AROUND: Final = 0.2  # of 0.5: where a better model changes decisions
TRIED: Final = 32  # messages on which the time is estimated


def choose(results: Sequence[Result]) -> list[int]:
    """The places, in order, of the messages that the slow model sees: the first ones, the unsure, those near 0.5."""
    top = max(TOP_LEAST, round(TOP_SHARE * len(results)))
    ranked = sorted(range(len(results)), key=lambda at: (not results[at].danger, -results[at].score, at))
    chosen = set(ranked[:top])
    chosen |= {at for at, one in enumerate(results) if one.abstain or abs(one.score - DECISION) <= AROUND}
    return sorted(chosen)


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
