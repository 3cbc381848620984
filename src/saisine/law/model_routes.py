"""Records of remedies.yaml, routes.yaml and dsa.yaml."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from saisine.law.bind import Ref
from saisine.law.model import Meta, Validity

Urgency = Literal["immediate", "24h", "days", "weeks", "months"]


@dataclass(frozen=True, slots=True)
class Delay:
    target: str = ""
    statutory: str = ""
    statutory_fr: str = ""
    statutory_months: int = 0
    statutory_days: int = 0
    extension_days: int = 0
    max_months: int = 0
    max_months_repeat: int = 0
    start: str = ""
    computation: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    name: str
    mandatory: bool
    case_law_fr: str
    steps_fr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """An out-of-court body or a trusted flagger, as far as it is known."""

    name: str
    verified: bool
    country: str = ""
    certified_on: date | None = None
    designated: str = ""
    scope_fr: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    id: str
    name_fr: str
    name_en: str
    valid_from: date | None
    valid_to: date | None
    who_fr: str
    what_for_fr: str
    how_fr: str
    delay: Delay
    cost_fr: str
    prerequisites_fr: tuple[str, ...]
    output_document_fr: str
    verified: bool
    verified_where: str
    urgency: Urgency = "weeks"
    evidence_law_fr: str = ""
    standard: Standard | None = None
    validity: Validity | None = None
    see: str = ""
    notes_fr: tuple[str, ...] = ()
    certified_bodies: tuple[Body, ...] = ()
    french_designations: tuple[Body, ...] = ()
    list_as_of: date | None = None


@dataclass(frozen=True, slots=True)
class RemediesMeta:
    as_of: date
    urgency_scale: tuple[str, ...]
    principle_fr: str


@dataclass(frozen=True, slots=True)
class RemediesFile:
    meta: RemediesMeta
    prerequisites_rules_fr: tuple[str, ...]
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class LastDays:
    regimes: tuple[str, ...]
    at_most: int


@dataclass(frozen=True, slots=True)
class DecisionDays:
    """Days left to contest a platform's decision; without bounds: a decision was received."""

    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """True when every line that is written holds (routes.yaml explains the words)."""

    situation: tuple[Literal["open", "expired", "lawful"], ...] | None = None
    facts_any: tuple[Ref, ...] | None = None
    facts_none: tuple[Ref, ...] | None = None
    met_any: tuple[Ref, ...] | None = None
    met_other_than: tuple[Ref, ...] | None = None
    met_categories: tuple[str, ...] | None = None
    last_days: LastDays | None = None
    decision_days: DecisionDays | None = None
    platform_kinds: tuple[str, ...] | None = None
    any: tuple["Condition", ...] | None = None
    not_: "Condition | None" = None  # written `not` in the file


@dataclass(frozen=True, slots=True)
class RouteRule:
    route: Ref
    band: int
    urgency: Urgency
    when: Condition
    why_fr: str
    why_en: str
    deadline: Literal["", "press", "common", "decision"] = ""
    help: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    id: int
    name_fr: str
    name_en: str


@dataclass(frozen=True, slots=True)
class RoutesFile:
    meta: Meta
    bands: tuple[Band, ...]
    platforms: dict[str, tuple[str, ...]]
    rules: tuple[RouteRule, ...]


@dataclass(frozen=True, slots=True)
class DsaMeta:
    as_of: date
    regulation: str
    applies_fr: str
    verified: bool
    verified_where: str
    valid_from: date | None
    valid_to: date | None
    validity: Validity


@dataclass(frozen=True, slots=True)
class Obligation:
    article: str
    tier: Literal["intermediary", "hosting", "online_platform", "vlop"]
    obligation_fr: str
    user_gets_fr: str
    deadline_fr: str | None
    breach_evidence_fr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequiredPart:
    id: str
    fr: str


@dataclass(frozen=True, slots=True)
class NoticeArt16:
    verified: bool
    verified_where: str
    required: tuple[RequiredPart, ...]
    effect_fr: str
    quality_checklist_fr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonsArt17:
    verified: bool
    required_fr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResearchAccess:
    verified: bool
    fr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    id: str
    name: str
    vlop: bool
    designated: date | None
    eu_establishment: str
    dsc: str
    verified: bool
    valid_from: date | None
    valid_to: date | None
    note_fr: str = ""


@dataclass(frozen=True, slots=True)
class CommissionAction:
    date: str
    platform: str
    type: str
    subject_fr: str
    verified: bool
    where: str
    amount_eur: int = 0


@dataclass(frozen=True, slots=True)
class EscalationStep:
    step: int
    route: Ref
    wait_days: int = 0
    limit_months: int = 0
    note_fr: str = ""


@dataclass(frozen=True, slots=True)
class Dsa:
    meta: DsaMeta
    tiers: dict[str, str]
    obligations: tuple[Obligation, ...]
    obligations_verified: bool
    obligations_verified_note_fr: str
    notice_art_16: NoticeArt16
    statement_of_reasons_art_17: ReasonsArt17
    systemic_risks_art_34_fr: tuple[str, ...]
    research_access_art_40: ResearchAccess
    platforms: tuple[Platform, ...]
    platforms_note_fr: str
    commission_actions: tuple[CommissionAction, ...]
    commission_actions_note_fr: str
    penalties_fr: str
    escalation: tuple[EscalationStep, ...]
