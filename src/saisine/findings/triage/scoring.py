"""One message in, one result out: score, hate, types, targets, evidence, danger, and the reasons for and against."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from saisine.cycles import without_cycle_search
from saisine.errors import SaisineError
from saisine.findings.triage.alarms import Heard, hear
from saisine.findings.triage.blend import (
    DECISION,
    FIRST,
    FLOOR,
    MEMBERS,
    NEXT,
    NOTHING,
    chance,
    why_unsure,
)
from saisine.findings.triage.columns import IN_ORDER, IN_VIEWS, heard_of
from saisine.findings.triage.features import matrix_of
from saisine.findings.triage.lexicon import GROUPS, TYPES
from saisine.findings.triage.model import FOLDER, Model, load_model, load_rules_alone
from saisine.findings.triage.network import OUTPUTS
from saisine.findings.triage.normalise import LONGEST
from saisine.findings.triage.reasons import Reason, Weights, heaviest, reasons_of, weights_of
from saisine.findings.triage.rules import (
    TYPE_OF_DANGER,
    Cue,
    Cues,
    Evidence,
    Found,
    Span,
    fired,
    harmful_terms,
    load_cues,
    tokens_of,
    words_for_linear,
)

if TYPE_CHECKING:
    from saisine.findings.triage.adapters import OwnModel
    from saisine.findings.triage.local import LocalModel

__all__ = ["Reason", "Result", "Triage"]
logger = logging.getLogger("saisine.triage")
CHUNK: Final = 512
THREATENED: Final = "threatened"  # the cue of who says that they suffer threats: they may need help today


@dataclass(frozen=True, slots=True)
class Result:
    """What the triage says of one message; spans are code points of the text as received, half-open.

    `members` are the logits of each member by itself, on the scale of the whole.
    """

    id: str
    score: float
    hate: float
    types: tuple[str, ...]
    targets: tuple[str, ...]
    spans: tuple[Span, ...]
    danger: bool
    abstain: bool
    band: str
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    abstain_reason: str | None
    members: dict[str, float]
    model_id: str


@dataclass(frozen=True, slots=True)
class Read:
    """A message, what the rules see in it, the tokens of the network and the words of the linear member."""

    id: str
    text: str
    evidence: Evidence
    tokens: list[str]
    words: list[str]


class Triage:
    """The scorer: rules, linear member, alarms and network read the same words once.

    `local` mixes in what an association's decisions taught; `own` is the association's own model folder.
    """

    def __init__(
        self,
        model: Model,
        cues: Cues,
        local: "LocalModel | None" = None,
        own: "OwnModel | None" = None,
    ) -> None:
        self.model = model
        self.cues = cues
        self.local = local
        self.own = own
        self.warning: SaisineError | None = None
        self.id = (
            model.id + (f"+local:{local.n}" if local else "") + (f"+own:{own.sha256[:12]}" if own else "")
        )

    @classmethod
    def load(
        cls,
        model_dir: Path | None = None,
        local: "LocalModel | None" = None,
        *,
        folder: Path = FOLDER,
        cues: Cues | None = None,
    ) -> "Triage":
        """The shipped model; `model_dir` is the folder of an own model, read by `adapters.py`.

        When the arrays are damaged, the rules alone go on and `warning` says so. Raises what `load_own_model` does,
        and `triage_model_damaged` when the model was made under other cues: their weights would be of something else.
        """
        from saisine.findings.triage.adapters import load_own_model

        own = load_own_model(model_dir) if model_dir is not None else None
        cues = cues or load_cues()
        try:
            model, warning = load_model(folder), None
        except SaisineError as error:
            model, warning = load_rules_alone(folder), error
        if model.features != cues.features:
            raise SaisineError("triage_model_damaged", place="model.json", reason="features")
        found = cls(model, cues, local, own)
        found.warning = warning
        return found

    def score(self, messages: Iterable[tuple[str, str | None]]) -> Iterator[Result]:
        """One result a message, in order, 512 at a time."""
        iterator = iter(messages)
        while chunk := list(islice(iterator, CHUNK)):
            yield from self._chunk(chunk)

    def score_text(self, text: str) -> Result:
        """The result of one text."""
        return next(iter(self.score([("", text)])))

    def _chunk(self, chunk: Sequence[tuple[str, str | None]]) -> Iterator[Result]:
        """A text that comes twice is read once: campaigns copy."""
        firsts: dict[str, str] = {}
        for id, text in chunk:
            firsts.setdefault(text or "", id)
        if len(firsts) == len(chunk):
            yield from self._distinct(chunk)
            return
        found = self._distinct([(id, text) for text, id in firsts.items()])
        by_text = dict(zip(firsts, found, strict=True))
        for id, text in chunk:
            yield replace(by_text[text or ""], id=id)

    def _distinct(self, chunk: Sequence[tuple[str, str | None]]) -> list[Result]:
        with without_cycle_search():
            return list(self._results(chunk))

    def _results(self, chunk: Sequence[tuple[str, str | None]]) -> Iterator[Result]:
        reads = self.read_all([(id, text or "") for id, text in chunk])
        features = self.features(reads)
        members = self.members(reads, features)
        own = self.own.score([read.text for read in reads]) if self.own else None
        scores = {name: self._logits(name, members, own) for name in OUTPUTS}
        scores["score"] = self._learnt(scores["score"], reads, features)
        alone = self.model.blends["score"].alone(members["score"]).tolist()
        heard = self._heard(reads, features, members["score"], scores["score"])
        logits = zip(*(scores[name].tolist() for name in OUTPUTS), strict=True)
        weights = weights_of(features, self.model)
        for read, (score, hate), one, weighed, said in zip(reads, logits, alone, weights, heard, strict=True):
            yield self._result(read, chance(score), chance(hate), one, weighed, said)

    def read_all(self, messages: Sequence[tuple[str, str]]) -> list[Read]:
        """Each message as the members read it."""
        found = []
        for (id, text), evidence in zip(messages, self.cues.read_all([t for _, t in messages]), strict=True):
            words = words_for_linear(evidence)
            found.append(Read(id, text, evidence, tokens_of(evidence, words), words))
        return found

    def features(self, reads: Sequence[Read]) -> npt.NDArray[np.float32]:
        """(messages, features)."""
        return matrix_of([(read.evidence, read.text) for read in reads], self.cues)

    def members(
        self, reads: Sequence[Read], features: npt.NDArray[np.float32]
    ) -> dict[str, npt.NDArray[np.float64]]:
        """For each output, (messages, members then alarms): one column when the rules are alone."""
        rules = features @ self.model.rules[:-1] + self.model.rules[-1]
        network, on_words = self.model.network, self._on_words(reads, features, IN_ORDER)
        if on_words is None or network is None:
            return {name: rules[:, [at]] for at, name in enumerate(OUTPUTS)}
        composed = network.logits([read.tokens for read in reads], features)
        alarms = heard_of(on_words, [read.tokens for read in reads])
        return {
            name: np.column_stack([on_words[:, at], composed[:, at], rules[:, at], alarms])
            for at, name in enumerate(OUTPUTS)
        }

    def views(
        self, reads: Sequence[Read], features: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float64] | None:
        """(messages, views) logits, for local learning; None when the rules are alone."""
        found: npt.NDArray[np.float64] | None = self._on_words(reads, features, IN_VIEWS)
        return found

    def _on_words(self, reads: Sequence[Read], features: npt.NDArray[np.float32], columns: slice) -> Any:
        """(messages, those columns of `columns.py`); None when the rules are alone."""
        words = self.model.words
        if words is None:
            return None
        return words.logits([one.words for one in reads], [one.tokens for one in reads], features, columns)

    def _logits(
        self,
        name: str,
        members: Mapping[str, npt.NDArray[np.float64]],
        own: "Any",
    ) -> npt.NDArray[np.float64]:
        found = self.model.blends[name].logit(members[name])
        if own is not None:
            found = own[:, OUTPUTS.index(name)]
        return found

    def _learnt(
        self, base: npt.NDArray[np.float64], reads: Sequence[Read], features: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float64]:
        """The logits with what was learnt here, when something was; the rules alone have no view to mix in."""
        views = self.views(reads, features) if self.local is not None else None
        if self.local is None or views is None:
            return base
        return self.local.mix(base, [read.words for read in reads], views)

    def _heard(
        self,
        reads: Sequence[Read],
        features: npt.NDArray[np.float32],
        members: npt.NDArray[np.float64],
        logits: npt.NDArray[np.float64],
    ) -> list[tuple[Heard, ...]]:
        """What the alarms say of each message; nothing when a model of one's own decides."""
        if self.own is not None:
            return [()] * len(reads)
        parts = self.model.blends["score"].alarms(members)
        return hear(self.model, [(read.words, read.tokens) for read in reads], features, parts, logits)

    def _result(
        self,
        read: Read,
        score: float,
        hate: float,
        alone: Sequence[float],
        weights: Weights,
        heard: Sequence[Heard],
    ) -> Result:
        evidence = read.evidence
        danger = bool(evidence.dangers)
        score = max(score, FLOOR) if danger else score
        hate = min(hate, score)
        reason = None if danger else self._why_unsure(read, score, alone)
        if not read.text.strip():
            score, hate, reason = 0.0, 0.0, "no_text"
        decided = score >= DECISION or danger
        seen = (harmful_terms(evidence), fired(evidence, self.cues)) if decided else ([], [])
        why = reasons_of(evidence, weights, self.cues)
        against = [one.reason for one in heard if one.against]
        # what a message resembles is told where no word of it says why, or where it is lifted by that alone
        is_told = danger or any(seen)
        heard = [one for one in heard if not one.against and not (is_told and (danger or not one.lifts))]
        why_for = heaviest([*why[0], *(one.reason for one in heard)]) if heard else why[0]
        cut = (Reason("cut", None, 0.0),) if len(read.text) > LONGEST else ()
        return Result(
            id=read.id,
            score=round(score, 4),
            hate=round(hate, 4),
            types=_types(evidence, *seen, heard) if decided and reason != "no_words" else (),
            targets=_targets(evidence, *seen, hate) if decided else (),
            spans=_spans(evidence, *seen) if decided else (),
            danger=danger,
            abstain=reason is not None,
            band=self._band(score, danger, reason, evidence),
            reasons_for=(*cut, *(why_for or ((Reason("model_only", None, 1.0),) if decided else ()))),
            reasons_against=heaviest([*why[1], *against]) if against else why[1],
            abstain_reason=reason,
            members=dict(zip(MEMBERS if len(alone) > 1 else ("rules",), alone, strict=True)),
            model_id=self.id,
        )

    def _why_unsure(self, read: Read, score: float, alone: Sequence[float]) -> str | None:
        evidence = read.evidence
        has_cue = bool(evidence.terms or evidence.cues or evidence.dangers or evidence.cancelled)
        words = None if has_cue else self.model.words  # a cue is enough to go by: the words are not looked up
        known = words.tfidf.known_share(read.words) if words else 1.0
        return why_unsure(score, alone, read.tokens, known, has_cue)

    def _band(self, score: float, danger: bool, reason: str | None, evidence: Evidence) -> str:
        """Danger first; who does not know, and who reports a threat, is never last."""
        if danger:
            return FIRST
        band = (self.local.bands if self.local is not None else self.model.bands).of(score)
        if band == NOTHING and (reason is not None or evidence.cancelled or THREATENED in evidence.cues):
            return NEXT
        return band


def _types(
    evidence: Evidence, terms: Sequence[Found], cues: Sequence[Cue], heard: Sequence[Heard]
) -> tuple[str, ...]:
    """In the order of TYPES: what words tell, what an alarm does where it decides; an insult when nothing speaks."""
    found = {TYPE_OF_DANGER[sign.kind] for sign in evidence.dangers}
    found |= {kind for term in terms for kind in term.term.types}
    found |= {kind for cue in cues for kind in cue.types}
    found |= {kind for one in heard if one.lifts or not found for kind in one.types}
    return tuple([kind for kind in TYPES if kind in found]) if found or heard else ("insulte",)


def _targets(evidence: Evidence, terms: Sequence[Found], cues: Sequence[Cue], hate: float) -> tuple[str, ...]:
    """Groups that a hateful term aims at; those that are named, when hate is likely or a cue attacks a group."""
    found = {group for term in terms for group in term.term.groups}
    if evidence.names and (hate >= DECISION or any(cue.hate for cue in cues)):
        found |= evidence.names.keys()
    return tuple([group for group in GROUPS if group in found]) if found else ()


def _spans(evidence: Evidence, terms: Sequence[Found], cues: Sequence[Cue]) -> tuple[Span, ...]:
    """Sorted and disjoint: danger signs, harmful terms, cues that argue for."""
    spans = [sign.span for sign in evidence.dangers]
    words = evidence.words
    spans += [(words[f.first].start, words[f.after - 1].end) for f in terms]
    spans += [span for cue in cues for span in evidence.cues[cue.id]]
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)
