"""Routes in the order of their gates: safety, evidence, short deadline, removal, courts, platform, others.

The conditions are data (fr/routes.yaml); this module only reads them. An unknown fact never opens a route.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from saisine.law.inputs import CaseInputs
from saisine.law.limitation import Clock
from saisine.law.load import Law
from saisine.law.model_routes import Condition, DecisionDays, LastDays, RouteRule
from saisine.law.qualify import Qualification
from saisine.law.statements import remedy_statement

URGENCIES = ("immediate", "24h", "days", "weeks", "months")
PRESS = ("presse", "presse_non_publique")
COMMON = ("droit_commun", "droit_commun_mineur", "contravention")


@dataclass(frozen=True, slots=True)
class Situation:
    """What the conditions look at. `clocks`: of the offences whose elements are all present."""

    name: str
    inputs: CaseInputs
    met: tuple[Qualification, ...]
    clocks: tuple[Clock, ...]
    decision_last_day: date | None
    today: date
    platform_kind: str


@dataclass(frozen=True, slots=True)
class Route:
    rank: int
    route: str
    urgency: str
    why_fr: str
    why_en: str
    band: int
    band_fr: str
    band_en: str
    name_fr: str
    name_en: str
    until: date | None
    help: tuple[str, ...]
    who_fr: str
    how_fr: str
    cost_fr: str
    document_fr: str
    prerequisites_fr: tuple[str, ...]
    notes_fr: tuple[str, ...]
    verified: bool
    flag_fr: str
    flag_en: str

    def as_json(self) -> dict[str, object]:
        return {
            "rank": self.rank,
            "route": self.route,
            "urgency": self.urgency,
            "why": self.why_fr,
            "why_en": self.why_en,
            "name_fr": self.name_fr,
            "name_en": self.name_en,
            "band": self.band,
            "band_fr": self.band_fr,
            "band_en": self.band_en,
            "until": self.until.isoformat() if self.until else None,
            "help": list(self.help),
            "who_fr": self.who_fr,
            "how_fr": self.how_fr,
            "cost_fr": self.cost_fr,
            "document_fr": self.document_fr,
            "prerequisites_fr": list(self.prerequisites_fr),
            "notes_fr": list(self.notes_fr),
            "verified": self.verified,
            "flag_fr": self.flag_fr,
            "flag_en": self.flag_en,
        }


def platform_kind(law: Law, platform: str) -> str:
    """hosting or closed_messaging; an unknown platform is treated as `other`."""
    for kind, names in law.routes.platforms.items():
        if platform.lower() in names:
            return kind
    return platform_kind(law, "other")


def routes(law: Law, situation: Situation) -> tuple[Route, ...]:
    """The routes open in this situation; inside a band by urgency, then by the order of the file."""
    rules = [rule for rule in law.routes.rules if holds(rule.when, situation)]
    rules.sort(key=lambda rule: (rule.band, URGENCIES.index(rule.urgency)))
    kept: dict[str, RouteRule] = {}
    for rule in rules:
        kept.setdefault(rule.route, rule)
    return tuple(_route(law, rank, rule, situation) for rank, rule in enumerate(kept.values(), start=1))


def holds(when: Condition, situation: Situation) -> bool:
    """True when every line of the condition that is written holds."""
    met = [result.id for result in situation.met]
    value = situation.inputs.value
    checks = (
        when.situation is None or situation.name in when.situation,
        when.facts_any is None or any(value(fact) for fact in when.facts_any),
        when.facts_none is None or not any(value(fact) for fact in when.facts_none),
        when.met_any is None or any(name in when.met_any for name in met),
        when.met_other_than is None or any(name not in when.met_other_than for name in met),
        when.met_categories is None or any(r.offence.category in when.met_categories for r in situation.met),
        when.platform_kinds is None or situation.platform_kind in when.platform_kinds,
        when.last_days is None or _last_days(when.last_days, situation),
        when.decision_days is None or _decision(when.decision_days, situation),
        when.any is None or any(holds(inner, situation) for inner in when.any),
        when.not_ is None or not holds(when.not_, situation),
    )
    return all(checks)


def shortest(clocks: Sequence[Clock], regimes: Sequence[str]) -> Clock | None:
    """The open clock of these regimes that ends first."""
    found = [
        clock
        for clock in clocks
        if clock.status == "open" and clock.regime in regimes and clock.last_useful_day
    ]
    return min(found, key=lambda clock: clock.last_useful_day or date.max, default=None)


def _last_days(bound: LastDays, situation: Situation) -> bool:
    clock = shortest(situation.clocks, bound.regimes)
    return clock is not None and clock.days_left is not None and clock.days_left <= bound.at_most


def _decision(bound: DecisionDays, situation: Situation) -> bool:
    if situation.decision_last_day is None:
        return False
    left = (situation.decision_last_day - situation.today).days
    return (bound.at_least is None or left >= bound.at_least) and (
        bound.at_most is None or left <= bound.at_most
    )


def _until(rule: RouteRule, situation: Situation) -> date | None:
    if rule.deadline == "decision":
        return situation.decision_last_day
    regimes = {"press": PRESS, "common": COMMON}.get(rule.deadline)
    clock = shortest(situation.clocks, regimes) if regimes else None
    return clock.last_useful_day if clock else None


def _route(law: Law, rank: int, rule: RouteRule, situation: Situation) -> Route:
    remedy = law.remedies[rule.route]
    band = next(band for band in law.routes.bands if band.id == rule.band)
    statement = remedy_statement(remedy)
    return Route(
        rank=rank,
        route=str(rule.route),
        urgency=rule.urgency,
        why_fr=rule.why_fr,
        why_en=rule.why_en,
        band=rule.band,
        band_fr=band.name_fr,
        band_en=band.name_en,
        name_fr=remedy.name_fr,
        name_en=remedy.name_en,
        until=_until(rule, situation),
        help=rule.help,
        who_fr=remedy.who_fr,
        how_fr=remedy.how_fr,
        cost_fr=remedy.cost_fr,
        document_fr=remedy.output_document_fr,
        prerequisites_fr=remedy.prerequisites_fr,
        notes_fr=remedy.notes_fr,
        verified=remedy.verified,
        flag_fr=statement.flag("fr"),
        flag_en=statement.flag("en"),
    )
