"""Why a message is where it is: the cues for and against, each with its place and its share of the logit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

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
    """A code of `reasons.yaml`, where it is seen (none for the whole text), its share of the rules' logit."""

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
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(DATA.read_text("utf-8"))
    return found


def reason_codes() -> frozenset[str]:
    """Every code with its words."""
    return frozenset(_words())


def reasons_of(
    evidence: Evidence, features: npt.NDArray[np.float32], model: Model, cues: Cues
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """(for, against), the heaviest first. A cue stands on the side it was written for, whatever was learnt."""
    places = np.flatnonzero(features)
    weights = (model.rules[places, 0] * features[places]).tolist()
    total = sum(map(abs, weights)) or 1.0
    found: dict[str, list[Reason]] = {"for": [], "against": []}
    for at, weight in zip(places.tolist(), weights, strict=True):
        name, share = cues.features[at], weight / total
        if name in UNREAD:
            continue
        fixed = cues.sides[name[4:]].side if name.startswith("cue:") else _side(name)
        if fixed is None and abs(share) < LEAST:
            continue
        side = fixed or ("for" if share > 0 else "against")
        found[side].append(Reason(name, _place(name, evidence), round(abs(share), 3)))
    if evidence.terms:
        found["for"] += _by_group(evidence, model, cues, features, total)
    return _sorted(found["for"]), _sorted(found["against"])


def _by_group(
    evidence: Evidence, model: Model, cues: Cues, features: npt.NDArray[np.float32], total: float
) -> list[Reason]:
    """The share of a hateful term, said of each group that it aims at."""
    at = cues.column["slur"]
    share = round(abs(float(model.rules[at, 0] * features[at])) / total, 3)
    aimed = {g for one in evidence.terms if not one.harmless for g in one.term.groups if g in GROUPS}
    return [Reason(f"term:{g}", _place(f"term:{g}", evidence), share) for g in GROUPS if g in aimed]


def _side(name: str) -> str | None:
    if name.startswith(("danger:", "term:")):
        return "for"
    if name.startswith("cancelled:") or name.endswith(("_harmless", "_quoted", "_and_against", "_and_self")):
        return "against"
    return None


def _sorted(reasons: list[Reason]) -> tuple[Reason, ...]:
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
