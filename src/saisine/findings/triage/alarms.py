"""What an alarm says of a message: a sentence and a type of its own, where no word of it tells why to look at it.

An alarm learnt what written sentences have in common, so it can only say what a message resembles. Which danger it is
comes from the four dangers that the alarm is made of, and from unwanted sexual remarks, which look most like threats;
under TOLD, the message is said to be a possible danger, no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.triage.columns import IN_TOLD, TOLD_BESIDE
from saisine.findings.triage.model import Model
from saisine.findings.triage.reasons import LEAST, Reason
from saisine.findings.triage.rules import TYPE_OF_DANGER

TOLD: Final = 0.5  # share that one kind must have among them to be named
SEXUAL: Final = TOLD_BESIDE.index("sexual")
TYPE_OF: Final = {**TYPE_OF_DANGER, "sexual": "harcelement_sexuel", "hint": "sous_entendu"}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """One alarm that speaks: its reason, the types it proposes, whether the message is over 0.5 because of it.

    `against` is true of the alarm of those who answer hate: it lowers the score.
    """

    reason: Reason
    types: tuple[str, ...]
    lifts: bool
    against: bool = False

    @classmethod
    def of(cls, said: str, part: float, logit: float) -> "Heard":
        """`said` is a kind that is told, « danger » when none is, or « hint »; `part` is what it adds to the logit."""
        share = abs(part) / (abs(part) + abs(logit - part))
        if said == "answer":
            return cls(Reason("alarm:answer", None, round(share, 3)), (), False, True)
        types = (TYPE_OF[said],) if said in TYPE_OF else ()
        return cls(Reason(f"alarm:{said}", None, round(share, 3)), types, logit < part)


def hear(
    model: Model,
    read: Sequence[tuple[Sequence[str], Sequence[str]]],
    features: npt.NDArray[np.float32],
    parts: Floats,
    logits: Floats,
) -> list[tuple[Heard, ...]]:
    """What the alarms say of each message; under 0.5, only what argues against is said.

    `read` gives its words and its tokens, `parts` (messages, alarms) what each alarm adds to its logit.
    """
    found: list[tuple[Heard, ...]] = [()] * len(read)
    if not parts.size:
        return found
    over = logits >= 0
    speaking = np.flatnonzero(((parts[:, :-1] > 0).any(axis=1) & over) | (parts[:, -1] < 0)).tolist()
    lifted = [at for at in speaking if over[at] and (parts[at, :-1] > 0).any()]
    told = dict(zip(lifted, _told(model, [read[at] for at in lifted], features[lifted]), strict=True))
    for at in speaking:
        danger, hint = told.get(at, ("", ""))
        if danger == hint and parts[at, 0] > 0:
            hint = ""  # not the same twice
        said = (danger, hint, "answer")
        each = [
            Heard.of(w, float(p), float(logits[at])) for w, p in zip(said, parts[at], strict=True) if w and p
        ]
        found[at] = tuple(one for one in each if one.reason.share >= LEAST)
    return found


def _told(model: Model, read: Sequence[Any], features: npt.NDArray[np.float32]) -> list[tuple[str, str]]:
    """What the alarm of danger and that of hints say of each message.

    The kind that it resembles most, « danger » when none stands out; a hint that is sexual, or a hint.
    """
    if model.words is None or not read:
        return [("danger", "hint")] * len(read)  # the rules alone have no alarm
    words, tokens = [one for one, _ in read], [one for _, one in read]
    z = model.words.logits(words, tokens, features, IN_TOLD)
    best = z.argmax(axis=1).tolist()
    stands = shares_of(z).max(axis=1) >= TOLD
    sexual = (z.argmax(axis=1) == SEXUAL) & (z[:, SEXUAL] > 0)
    return [
        (TOLD_BESIDE[at] if is_told else "danger", "sexual" if is_sexual else "hint")
        for at, is_told, is_sexual in zip(best, stands.tolist(), sexual.tolist(), strict=True)
    ]


def shares_of(z: Floats) -> Floats:
    """(messages, dangers) that add up to one, from the odds of each against everything harmless."""
    each: Floats = np.exp(z - z.max(axis=1, keepdims=True))
    found: Floats = each / each.sum(axis=1, keepdims=True)
    return found
