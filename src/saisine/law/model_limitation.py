"""Records of limitation.yaml: how a clock starts, what interrupts it, what is shown beside it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from saisine.law.bind import Ref
from saisine.law.model import Meta


@dataclass(frozen=True, slots=True)
class Computation:
    rule_fr: str
    missing_day_fr: str
    weekend_extension: bool
    weekend_note_fr: str
    source: str
    text_as_of: date | None
    verified: bool


@dataclass(frozen=True, slots=True)
class SafetyMargin:
    """Days taken off the last useful day: the project's advice, never a rule of law."""

    note_fr: str
    long_clock_over_days: int
    days_before_long: int
    days_before_short: int


@dataclass(frozen=True, slots=True)
class StartRule:
    """Event kinds that start a clock; `instead` is read when there is none; `each`: one clock per event."""

    id: str
    kinds: tuple[Ref, ...]
    instead: tuple[Ref, ...]
    each: bool
    note_fr: str
    source: str
    verified: bool
    majority_months: int = 0


@dataclass(frozen=True, slots=True)
class InterruptionRegime:
    """Kinds that restart a full period; those of `needs_articulation` only when they qualify the facts."""

    id: str
    interrupted_by: tuple[Ref, ...]
    needs_articulation: tuple[Ref, ...]
    suspension_counts: bool
    rule_fr: str
    articles: tuple[str, ...]
    source: str
    text_as_of: date | None
    verified: bool
    watch_months: int = 0
    watch_fr: str = ""


@dataclass(frozen=True, slots=True)
class EventKind:
    id: str
    label_fr: str
    label_en: str
    role: Literal["fact", "birth", "procedure", "suspension", "without_effect", "platform"]


@dataclass(frozen=True, slots=True)
class OtherDeadline:
    id: str
    event: Ref
    remedy: Ref
    months: int
    article: str
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class IdentificationRule:
    retention_months: int
    articles: tuple[str, ...]
    allowed_fr: str
    not_available_fr: str
    if_aggravated_fr: str
    too_late_fr: str
    source: str
    text_as_of: date | None
    verified: bool


@dataclass(frozen=True, slots=True)
class LimitationFile:
    meta: Meta
    computation: Computation
    safety: SafetyMargin
    starts: tuple[StartRule, ...]
    interruption: tuple[InterruptionRegime, ...]
    no_suspension_regimes: tuple[str, ...]
    events: tuple[EventKind, ...]
    other_deadlines: tuple[OtherDeadline, ...]
    identification: IdentificationRule

    def start(self, id: str) -> StartRule:
        return next(rule for rule in self.starts if rule.id == id)

    def regime(self, id: str) -> InterruptionRegime:
        return next(rule for rule in self.interruption if rule.id == id)

    def role(self, kind: str) -> str:
        return next((event.role for event in self.events if event.id == kind), "")

    def label(self, kind: str) -> str:
        return next((event.label_fr for event in self.events if event.id == kind), kind)

    def label_en(self, kind: str) -> str:
        return next((event.label_en for event in self.events if event.id == kind), kind)
