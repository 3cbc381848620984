"""What is shown beside a qualification: identification, the simple form, other terms, why it is lawful."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from saisine.law.dates import add_months, day_fr, months_fr
from saisine.law.inputs import CaseInputs
from saisine.law.limitation import Clock, clock
from saisine.law.load import Law
from saisine.law.model import Offence
from saisine.law.penalty import Penalty
from saisine.law.qualify import Qualification
from saisine.law.statements import flag


@dataclass(frozen=True, slots=True)
class Identification:
    """Whether connection data may help to find the author, and until when they are kept."""

    status: str
    data_kept_until: date | None
    text_fr: str
    verified: bool

    def as_json(self) -> dict[str, object]:
        kept = self.data_kept_until.isoformat() if self.data_kept_until else None
        return {
            "status": self.status,
            "data_kept_until": kept,
            "text_fr": self.text_fr,
            "verified": self.verified,
            "flag_fr": flag(self.verified),
            "flag_en": flag(self.verified, "en"),
        }


@dataclass(frozen=True, slots=True)
class Fallback:
    """The simple form that remains if the protected ground fails in court, with its shorter clock."""

    offence: str
    name_fr: str
    clock: Clock

    @property
    def text_fr(self) -> str:
        last = self.clock.last_useful_day
        period = months_fr(self.clock.period_months)
        words = f"Si le critère n’était pas retenu : {self.name_fr.lower()}, {period}"
        return words + (f", dernier jour utile le {day_fr(last)}." if last else ".")

    def as_json(self) -> dict[str, object]:
        return {
            "offence": self.offence,
            "name_fr": self.name_fr,
            "text_fr": self.text_fr,
            "limitation": self.clock.as_json(),
        }


@dataclass(frozen=True, slots=True)
class OtherTerm:
    """A deadline that is no limitation period: six months to contest a platform's decision."""

    kind: str
    runs_from: date
    last_useful_day: date
    status: str
    days_left: int
    article: str
    verified: bool

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "runs_from": self.runs_from.isoformat(),
            "runs_from_event": "platform_decision",
            "last_useful_day": self.last_useful_day.isoformat(),
            "status": self.status,
            "days_left": self.days_left,
            "article": self.article,
            "verified": self.verified,
            "flag_fr": flag(self.verified),
            "flag_en": flag(self.verified, "en"),
        }


def identification(law: Law, offence: Offence, amount: Penalty, run: Clock, today: date) -> Identification:
    rule = law.limitation.identification
    # each connection has its own year: the last one is the last chance
    until = add_months(run.facts[1], rule.retention_months) if run.facts else None
    if offence.ip_identification_60_1_2 == "not_available":
        return Identification("not_available", until, rule.not_available_fr, rule.verified)
    if offence.ip_identification_60_1_2 == "allowed_if_aggravated" and not amount.is_aggravated:
        return Identification("not_available", until, rule.if_aggravated_fr, rule.verified)
    if until and today > until:
        return Identification("too_late", until, rule.too_late_fr, rule.verified)
    return Identification("allowed", until, rule.allowed_fr, rule.verified)


def fallbacks(
    law: Law, result: Qualification, results: Sequence[Qualification], inputs: CaseInputs, today: date
) -> tuple[Fallback, ...]:
    """For an offence with a protected ground: the simple forms whose own elements hold."""
    if not result.offence.elements.grounds:
        return ()
    dropped = {name for rule in law.speciality_rules if result.id in rule.keep for name in rule.drop}
    return tuple(
        Fallback(other.id, other.offence.name_fr, clock(law.limitation, other.offence, inputs.events, today))
        for other in results
        if other.id in dropped and other.before_rules != "excluded"
    )


def other_terms(law: Law, inputs: CaseInputs, today: date) -> tuple[OtherTerm, ...]:
    """One term per platform decision, the first to end first."""
    terms = []
    for rule in law.limitation.other_deadlines:
        for event in inputs.events:
            if event.kind == rule.event and event.day:
                last = add_months(event.day, rule.months)
                left = (last - today).days
                status = "open" if left >= 0 else "expired"
                terms.append(OtherTerm(rule.id, event.day, last, status, left, rule.article, rule.verified))
    return tuple(sorted(terms, key=lambda term: term.last_useful_day))


def lawful_reasons(law: Law, inputs: CaseInputs) -> tuple[tuple[str, str], ...]:
    """What protects the statement and what remains possible, as pairs (French, English)."""
    found = [(text.text_fr, text.text_en) for text in law.lawful.contexts if inputs.value(text.fact)]
    return (*found, *((text.text_fr, text.text_en) for text in law.lawful.always))
