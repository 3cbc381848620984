"""The law as frozen records: each field is a key of the YAML files, read by `bind.py`.

`verified` means: compared with the text named in `verified_where` or `source`. It never means that a jurist
has approved the rule. `text_as_of` is the date of the consolidated wording; None = not established.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from saisine.law.bind import Ref


@dataclass(frozen=True, slots=True)
class Validity:
    """What stood before `valid_from`. `did_not_exist`: facts before that day cannot fall under the rule."""

    before: Literal["did_not_exist", "earlier_version", "unknown"]
    source: str
    verified: bool
    note_fr: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """Questions that belong together. `sort_fr`: its box on the sorting screen, if it may stand there."""

    id: str
    name_fr: str
    name_en: str
    sort_fr: str = ""
    sort_en: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the vocabulary and its question. `safety` is its order among the questions of danger.

    `cost`: 1 quick, 2 needs a document, 3 painful to tell. `help_fr`: an example that is in, one that is out.
    """

    id: str
    question_fr: str
    question_en: str
    label_fr: str
    label_en: str
    type: Literal["bool", "enum_list"]
    theme: Ref
    cost: int
    severity: Literal["neutral", "sensitive"]
    safety: int = 0
    help_fr: str = ""
    help_en: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    id: str
    label_fr: str
    label_en: str
    offered: bool = True


@dataclass(frozen=True, slots=True)
class GroundList:
    """The grounds that one article lists: a ground outside it does not set off that article."""

    id: str
    name_fr: str
    grounds: tuple[Ref, ...]
    valid_from: date | None
    valid_to: date | None
    offence: Ref
    scope_note_fr: str | None
    verified: bool
    verified_where: str
    validity: Validity | None = None


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    label_fr: str
    grounds: tuple[Ref, ...]
    press: tuple[str, ...]
    aggravation: tuple[str, ...]
    associations: tuple[str, ...]
    pitfall_fr: str


@dataclass(frozen=True, slots=True)
class Elements:
    """all_of AND (one whole group of any_of) AND none of none_of AND one ground of the named lists."""

    all_of: tuple[Ref, ...] = ()
    any_of: tuple[tuple[Ref, ...], ...] = ()
    none_of: tuple[Ref, ...] = ()
    grounds: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """A maximum penalty: prison in months, fine in euros; `when` with `count_required` facts among it."""

    prison_months: int
    fine_eur: int
    when: tuple[Ref, ...] = ()
    when_fr: str = ""
    count_required: int = 1


@dataclass(frozen=True, slots=True)
class PenaltyRule:
    base: Tier
    aggravated: tuple[Tier, ...]
    modifiers: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class LimitationRule:
    months: int
    regime: Literal["presse", "presse_non_publique", "droit_commun", "droit_commun_mineur", "contravention"]
    start: Ref
    interruption: Ref
    verified: bool
    source: str
    valid_from: date | None
    valid_to: date | None
    prudential: bool = False
    validity: Validity | None = None
    note_fr: str = ""
    text_as_of: date | None = None


@dataclass(frozen=True, slots=True)
class AssociationClause:
    """What lets an association act for this offence (CPP 2-1 and after, law of 1881 48-1 and after)."""

    article: str
    object_fr: str
    object_tag: str
    motive_grounds: tuple[Ref, ...]
    seniority_years: int
    seniority_at: Literal["date_des_faits"]
    victim_consent: Literal["required", "required_if_individual", "not_required"]
    mode: Literal["action", "intervention"]
    covers: Literal[True, False, "probable", "uncertain"]
    verified: bool
    note_fr: str = ""
    text_as_of: date | None = None


@dataclass(frozen=True, slots=True)
class PublicAction:
    complaint: Literal["not_required", "required_victim", "required_victim_or_minister"]


@dataclass(frozen=True, slots=True)
class LegalPerson:
    """A text that protects legal entities too: `fact`, when true, stands for `stands_for` in its elements."""

    fact: Ref
    stands_for: Ref
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class Offence:
    id: str
    name_fr: str
    name_en: str
    category: Literal[
        "crime",
        "delit",
        "contravention_1re",
        "contravention_2e",
        "contravention_3e",
        "contravention_4e",
        "contravention_5e",
    ]
    articles: tuple[str, ...]
    text_as_of: date | None
    valid_from: date | None
    valid_to: date | None
    elements: Elements
    penalty: PenaltyRule
    account_suspension_131_35_1: bool
    ip_identification_60_1_2: Literal["allowed", "allowed_if_aggravated", "not_available"]
    limitation: LimitationRule
    public_action: PublicAction
    associations: tuple[AssociationClause, ...]
    sources: tuple[str, ...]
    verified: bool
    verified_where: str
    partially_verified: bool = False
    validity: Validity | None = None
    notes_fr: tuple[str, ...] = ()
    legal_person: LegalPerson | None = None

    @property
    def is_press(self) -> bool:
        return self.limitation.regime.startswith("presse")


@dataclass(frozen=True, slots=True)
class ScaleStep:
    """How a modifier raises a maximum: `up_to_months` is multiplied, exactly `months` `becomes` another."""

    up_to_months: int = 0
    multiply: int = 1
    months: int = 0
    becomes: int = 0


@dataclass(frozen=True, slots=True)
class Modifier:
    id: str
    articles: tuple[str, ...]
    name_fr: str
    grounds: tuple[Ref, ...]
    effect_fr: str
    applies_to: str
    text_as_of: date | None
    scale: tuple[ScaleStep, ...]
    excluded: tuple[str, ...]
    verified: bool
    verified_where: str
    valid_from: date | None
    valid_to: date | None
    not_if_already_aggravated_by: tuple[Ref, ...] = ()
    note_fr: str = ""


@dataclass(frozen=True, slots=True)
class SpecialityRule:
    """When one of `keep` is met, each of `drop` is excluded for `why_fr`."""

    id: str
    keep: tuple[Ref, ...]
    drop: tuple[Ref, ...]
    why_fr: str
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class ProceduralText:
    text: str
    rule_fr: str
    verified: bool
    where: str
    valid_from: date | None
    valid_to: date | None
    validity: Validity | None = None


@dataclass(frozen=True, slots=True)
class DecidedCase:
    id: str
    label_fr: str
    court_fr: str
    date: date
    number: str | None
    facts_fr: str
    qualifications: tuple[Ref, ...]
    sanction_fr: str
    lesson_fr: str
    verified: bool
    verified_where: str


@dataclass(frozen=True, slots=True)
class OffencesMeta:
    title_fr: str
    as_of: date
    text_as_of: dict[str, date]
    licence: str
    warning_fr: str
    units: str
    evaluation_fr: str
    validity_fr: str


@dataclass(frozen=True, slots=True)
class Meta:
    as_of: date
    note_fr: str = ""
    status_fr: str = ""
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class OffencesFile:
    meta: OffencesMeta
    penalty_modifiers: tuple[Modifier, ...]
    speciality_rules: tuple[SpecialityRule, ...]
    offences: tuple[Offence, ...]


@dataclass(frozen=True, slots=True)
class FactsFile:
    themes: tuple[Theme, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class GroundsFile:
    meta: Meta
    grounds: tuple[Ground, ...]
    by_article: tuple[GroundList, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class CasesFile:
    meta: Meta
    cases: tuple[DecidedCase, ...]


@dataclass(frozen=True, slots=True)
class ProcedureFile:
    texts: tuple[ProceduralText, ...]


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A change of a text that no window of validity shows. `on` None: a bill, or a day not established."""

    id: str
    articles: tuple[str, ...]
    on: date | None
    kind: Literal["amended", "announced", "bill"]
    what_fr: str
    what_en: str
    touches: tuple[Ref, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ChangesFile:
    meta: Meta
    changes: tuple[LoggedChange, ...]


@dataclass(frozen=True, slots=True)
class ContextText:
    fact: Ref
    text_fr: str
    text_en: str


@dataclass(frozen=True, slots=True)
class PlainText:
    text_fr: str
    text_en: str


@dataclass(frozen=True, slots=True)
class LawfulFile:
    meta: Meta
    contexts: tuple[ContextText, ...]
    always: tuple[PlainText, ...]
