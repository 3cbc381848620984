"""Why a message is where it is: the cues for and against, each with its place and its share of the logit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from saisine.findings.rules import read_yaml
from saisine.findings.triage.lexicon import GROUPS
from saisine.findings.triage.model import Model
from saisine.findings.triage.rules import Cues, Evidence, Span

DATA: Final = Path(__file__).with_name("data") / "reasons.yaml"
LEAST: Final = 0.02  # of the logit: what weighs less is not worth reading
# Features that a person cannot read as a reason: length, counts, crossings of other features.
UNREAD: Final = frozenset(
    "length no_cue emoji mentions links exclaims for_n against_n for_and_against hate_cues insult_n"
    " crude_and_thing name_and_against name_and_kind"
    " name_and_denied name_and_asks slur_and_words slur_and_kind quoted_and_approval for_free hate_free"
    " name_and_free names_any to_you slur".split()
)


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of `reasons.yaml`, where it is seen (none for the whole text), its share of the rules' logit.

    The share of an alarm is of the whole logit.
    """

    code: str
    span: Span | None
    share: float

    @property
    def fr(self) -> str:
        return _words()[self.code]["fr"]

    @property
    def en(self) -> str:
        return _words()[self.code]["en"]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = read_yaml(DATA)
    return found


def reason_codes() -> frozenset[str]:
    """Every code with its words."""
    return frozenset(_words())


Weights = list[tuple[int, float]]  # (column, weight in the rules' logit) of each feature of a message


def weights_of(features: npt.NDArray[np.float32], model: Model) -> list[Weights]:
    """What each feature that is not zero weighs in the logit of the rules, for each message."""
    rows, columns = np.nonzero(features)
    weights = (model.rules[columns, 0] * features[rows, columns]).tolist()
    found: list[Weights] = [[] for _ in range(len(features))]
    for row, column, weight in zip(rows.tolist(), columns.tolist(), weights, strict=True):
        found[row].append((column, weight))
    return found


def reasons_of(
    evidence: Evidence, weights: Weights, cues: Cues
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """(for, against), the heaviest first. A cue stands on the side it was written for, whatever was learnt."""
    total = sum([abs(weight) for _, weight in weights]) or 1.0
    known = _readable(cues)
    found: dict[str, list[Reason]] = {"for": [], "against": []}
    for at, weight in weights:
        name, side = known[at]
        share = weight / total
        if not name or (side is None and abs(share) < LEAST):
            continue
        side = side or ("for" if share > 0 else "against")
        found[side].append(Reason(name, _place(name, evidence), round(abs(share), 3)))
    if evidence.terms:
        found["for"] += _by_group(evidence, dict(weights).get(cues.column["slur"], 0.0) / total)
    return heaviest(found["for"]), heaviest(found["against"])


@lru_cache(4)
def _readable(cues: Cues) -> tuple[tuple[str, str | None], ...]:
    """For each column, its name (none when a person cannot read it as a reason) and the side that is fixed."""
    return tuple(
        (
            "" if name in UNREAD else name,
            cues.sides[name[4:]].side if name.startswith("cue:") else _side(name),
        )
        for name in cues.features
    )


def _by_group(evidence: Evidence, share: float) -> list[Reason]:
    """The share of a hateful term, said of each group that it aims at."""
    aimed = {g for one in evidence.terms if not one.harmless for g in one.term.groups if g in GROUPS}
    places = ((group, _place(f"term:{group}", evidence)) for group in GROUPS if group in aimed)
    return [Reason(f"term:{group}", place, round(abs(share), 3)) for group, place in places]


def _side(name: str) -> str | None:
    if name.startswith(("danger:", "term:")):
        return "for"
    if name.startswith("cancelled:") or name.endswith(("_harmless", "_quoted", "_and_against", "_and_self")):
        return "against"
    return None


def heaviest(reasons: list[Reason]) -> tuple[Reason, ...]:
    """The reasons in the order in which they are read."""
    if len(reasons) < 2:
        return tuple(reasons)
    return tuple(sorted(reasons, key=lambda reason: -reason.share))


def _place(name: str, evidence: Evidence) -> Span | None:
    kind, _, detail = name.partition(":")
    if kind == "cue":
        return evidence.cues[detail][0]
    if kind in ("danger", "cancelled"):
        signs: Any = evidence.dangers if kind == "danger" else evidence.cancelled
        return next((sign.span for sign in signs if sign.kind == detail), None)
    wanted = (
        {detail}
        if kind == "term"
        else {"individu"}
        if kind == "insult"
        else {"aucun"}
        if kind == "crude"
        else set()
    )
    wanted = {*GROUPS} if kind.startswith("slur") else wanted
    for found in evidence.terms:
        if wanted & {*found.term.groups}:
            return evidence.words[found.first].start, evidence.words[found.after - 1].end
    return None
