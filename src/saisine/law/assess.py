"""The whole answer for one case: qualifications, penalties, clocks, standing, routes, what is missing.

`assess(...).as_json()` is the output of `saisine law qualify --json`. Pure: the day is passed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from saisine.law.beside import (
    Fallback,
    Identification,
    OtherTerm,
    fallbacks,
    identification,
    lawful_reasons,
    other_terms,
)
from saisine.law.inputs import CaseInputs
from saisine.law.limitation import Clock, check_order, clock
from saisine.law.load import Law
from saisine.law.model import Offence
from saisine.law.penalty import Penalty, penalty
from saisine.law.qualify import Qualification, qualify
from saisine.law.routes import Route, Situation, platform_kind, routes
from saisine.law.standing import Standing, best, prosecutor_may_act, standing, victim_may_act
from saisine.law.statements import Statement, flag, limitation_statement, statement_of

MEANINGS_FR = {"met": "semble relever de", "possible": "pourrait relever de", "excluded": "écarté"}


@dataclass(frozen=True, slots=True)
class Assessed:
    """One qualification with everything that goes with it; clock and penalty only when met or possible."""

    qualification: Qualification
    statement: Statement
    penalty: Penalty | None = None
    clock: Clock | None = None
    clock_statement: Statement | None = None
    standing: tuple[Standing, ...] = ()
    identification: Identification | None = None
    fallbacks: tuple[Fallback, ...] = ()
    decided_cases: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.qualification.id

    @property
    def status(self) -> str:
        return self.qualification.status

    @property
    def offence(self) -> Offence:
        return self.qualification.offence

    def as_json(self) -> dict[str, object]:
        result = self.qualification
        return {
            "offence": result.id,
            "name_fr": result.offence.name_fr,
            "name_en": result.offence.name_en,
            "category": result.offence.category,
            "articles": list(result.offence.articles),
            "status": result.status,
            "meaning_fr": MEANINGS_FR[result.status],
            "why_fr": result.why_fr,
            "rule": result.rule or None,
            "warnings": list(result.warnings),
            "elements": [element.as_json() for element in result.elements],
            "missing": list(result.missing),
            "penalty": self.penalty.as_json() if self.penalty else None,
            "limitation": self._clock_json(),
            "standing": [item.as_json() for item in self.standing],
            "identification": self.identification.as_json() if self.identification else None,
            "fallback": [fallback.as_json() for fallback in self.fallbacks],
            "account_suspension": result.offence.account_suspension_131_35_1,
            "decided_cases": list(self.decided_cases),
            "notes_fr": list(result.offence.notes_fr),
            "verified": self.statement.verified,
            "flag_fr": self.statement.flag("fr"),
            "flag_en": self.statement.flag("en"),
            "statement": self.statement.as_json(),
        }

    def _clock_json(self) -> dict[str, object] | None:
        return self.clock.as_json() if self.clock else None


@dataclass(frozen=True, slots=True)
class WhoMayAct:
    """Three answers; `verified` is true when every rule behind them is."""

    victim: str
    association: str
    association_basis_fr: str
    prosecutor_ex_officio: str
    association_by_offence: dict[str, str]
    mandate_fr: str = ""
    verified: bool = True

    def flag(self, language: str = "fr") -> str:
        return flag(self.verified, language)

    def as_json(self) -> dict[str, object]:
        return {
            "victim": self.victim,
            "association": self.association,
            "association_basis_fr": self.association_basis_fr,
            "prosecutor_ex_officio": self.prosecutor_ex_officio,
            "association_by_offence": dict(self.association_by_offence),
            "mandate_fr": self.mandate_fr,
            "verified": self.verified,
            "flag_fr": self.flag(),
            "flag_en": self.flag("en"),
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer on one day, with the digest of the law it rests on."""

    law_digest: str
    today: date
    qualifications: tuple[Assessed, ...]
    who_may_act: WhoMayAct
    routes: tuple[Route, ...]
    missing_facts: tuple[str, ...]
    other_deadlines: tuple[OtherTerm, ...]
    press_choice: tuple[str, ...]
    lawful_reasons_fr: tuple[str, ...]
    lawful_reasons_en: tuple[str, ...]
    warning_fr: str
    world: str

    @property
    def main(self) -> tuple[Assessed, ...]:
        """Met then possible, as the page shows them."""
        return tuple(item for item in self.qualifications if item.status != "excluded")

    @property
    def met(self) -> tuple[Assessed, ...]:
        return tuple(item for item in self.qualifications if item.status == "met")

    @property
    def lawful_or_no_offence(self) -> bool:
        return not self.main

    @property
    def driving_clock(self) -> Clock | None:
        """The shortest open clock: the one that drives the calendar."""
        found = [item.clock for item in self.main if item.clock and item.clock.status == "open"]
        return min(found, key=lambda clock: clock.last_useful_day or date.max, default=None)

    def as_json(self) -> dict[str, object]:
        driving = self.driving_clock
        return {
            "lawful_or_no_offence": self.lawful_or_no_offence,
            "qualifications": [item.as_json() for item in self.qualifications],
            "who_may_act": self.who_may_act.as_json(),
            "routes": [route.as_json() for route in self.routes],
            "missing_facts": list(self.missing_facts),
            "other_deadlines": [term.as_json() for term in self.other_deadlines],
            "driving_offence": driving.offence if driving else None,
            "press_choice": list(self.press_choice),
            "lawful_reasons_fr": list(self.lawful_reasons_fr),
            "lawful_reasons_en": list(self.lawful_reasons_en),
            "today": self.today.isoformat(),
            "law_digest": self.law_digest,
            "world": self.world,
            "warning_fr": self.warning_fr,
        }


def assess(law: Law, inputs: CaseInputs, today: date) -> Assessment:
    """The whole assessment of a case on `today`. Raises SaisineError("law_events_order")."""
    check_order(law.limitation, inputs.events)
    days = [e.day for e in inputs.events if e.day and law.limitation.role(e.kind) == "fact"]
    results = qualify(law, inputs, days)
    assessed = sorted(
        (_assess_one(law, result, results, inputs, today) for result in results), key=_page_order
    )
    terms = other_terms(law, inputs, today)
    lawful = all(item.status == "excluded" for item in assessed)
    who = _lawful_who(inputs, terms) if lawful else _who(assessed, inputs)
    reasons = lawful_reasons(law, inputs) if lawful else ()
    situation = situation_of(law, assessed, inputs, terms, today)
    return Assessment(
        law_digest=law.digest,
        today=today,
        qualifications=tuple(assessed),
        who_may_act=who,
        routes=routes(law, situation),
        missing_facts=_missing(law, assessed),
        other_deadlines=terms,
        press_choice=_press_choice(assessed),
        lawful_reasons_fr=tuple(french for french, _ in reasons),
        lawful_reasons_en=tuple(english for _, english in reasons),
        warning_fr=law.meta.warning_fr,
        world=inputs.world,
    )


def _page_order(item: Assessed) -> tuple[int, int, int]:
    """Met, possible, excluded; then the shortest open clock; never the penalty."""
    rank = {"met": 0, "possible": 1, "excluded": 2}[item.status]
    if item.clock is None or item.clock.last_useful_day is None:
        return rank, 2, 0
    closed = 0 if item.clock.status == "open" else 1
    return rank, closed, item.clock.last_useful_day.toordinal()


def _assess_one(
    law: Law, result: Qualification, results: Sequence[Qualification], inputs: CaseInputs, today: date
) -> Assessed:
    statement = statement_of(result.offence)
    if result.status == "excluded":
        return Assessed(result, statement)
    amount = penalty(law, result.offence, inputs)
    run = clock(law.limitation, result.offence, inputs.events, today)
    return Assessed(
        result,
        statement,
        penalty=amount,
        clock=run,
        clock_statement=limitation_statement(law, result.offence),
        standing=standing(result, run, inputs),
        identification=identification(law, result.offence, amount, run, today),
        fallbacks=fallbacks(law, result, results, inputs, today),
        decided_cases=tuple(case.id for case in law.cases if result.id in case.qualifications),
    )


def _main(assessed: Sequence[Assessed]) -> list[Assessed]:
    """The met ones; when there is none, the possible ones."""
    met = [item for item in assessed if item.status == "met"]
    return met or [item for item in assessed if item.status == "possible"]


def _who(assessed: Sequence[Assessed], inputs: CaseInputs) -> WhoMayAct:
    main = _main(assessed)
    pairs = [(item.qualification, item.clock) for item in main if item.clock]
    shown = [item for item in assessed if item.status != "excluded"]
    by_offence = {item.id: best(answer.answer for answer in item.standing) for item in shown}
    summary = best(by_offence[item.id] for item in main)
    deciding = next((answer for item in main for answer in item.standing if answer.answer == summary), None)
    return WhoMayAct(
        victim=victim_may_act(pairs, inputs),
        association=summary,
        association_basis_fr=_basis(deciding),
        prosecutor_ex_officio=prosecutor_may_act(pairs),
        association_by_offence=by_offence,
        mandate_fr=_mandate(inputs),
        verified=all(item.statement.verified for item in main) and (deciding is None or deciding.verified),
    )


def _basis(answer: Standing | None) -> str:
    return " ".join((answer.basis_fr, *answer.missing)) if answer else ""


def _mandate(inputs: CaseInputs) -> str:
    """The third role: for the platform and the data authority, on a written mandate (DSA 86, GDPR 80)."""
    if inputs.association is None:
        return ""
    if inputs.association.mandate:
        return "Comme mandataire (DSA art. 86, RGPD art. 80) : oui, avec le mandat écrit. Non vérifié."
    return (
        "Comme mandataire (DSA art. 86, RGPD art. 80) : il faut un mandat écrit de la personne. Non vérifié."
    )


def _lawful_who(inputs: CaseInputs, terms: Sequence[OtherTerm]) -> WhoMayAct:
    """No offence: nobody sues, but who received a platform's decision may contest it."""
    association = inputs.association
    received = bool(terms) and association is not None and association.recipient_of_decision
    basis = "Destinataire de la décision de la plateforme." if received else "Aucune infraction."
    victim = "yes" if terms else "no"
    return WhoMayAct(victim, "yes" if received else "no", basis, "no", {}, _mandate(inputs) if terms else "")


def outcome_of(
    law: Law, assessment: Assessment, inputs: CaseInputs, today: date
) -> tuple[dict[str, object], str]:
    """Who may act and the first route, for inputs that leave every status of `assessment` as it is.

    What the interview tries out many times: clocks and penalties are kept, standing and routes redone.
    """
    assessed = [
        replace(item, standing=standing(item.qualification, item.clock, inputs)) if item.clock else item
        for item in assessment.qualifications
    ]
    terms = assessment.other_deadlines
    lawful = assessment.lawful_or_no_offence
    who = _lawful_who(inputs, terms) if lawful else _who(assessed, inputs)
    found = routes(law, situation_of(law, assessed, inputs, terms, today))
    return who.as_json(), found[0].route if found else ""


def situation_of(
    law: Law, assessed: Sequence[Assessed], inputs: CaseInputs, terms: Sequence[OtherTerm], today: date
) -> Situation:
    main = _main(assessed)
    clocks = tuple(item.clock for item in main if item.clock)
    if not main:
        name = "lawful"
    else:
        name = "expired" if all(clock.status == "expired" for clock in clocks) else "open"
    open_terms = [term for term in terms if term.status == "open"] or list(terms)
    return Situation(
        name=name,
        inputs=inputs,
        met=tuple(item.qualification for item in assessed if item.status == "met"),
        clocks=clocks,
        decision_last_day=open_terms[0].last_useful_day if open_terms else None,
        today=today,
        platform_kind=platform_kind(law, inputs.platform),
    )


def _missing(law: Law, assessed: Sequence[Assessed]) -> tuple[str, ...]:
    wanted = {fact for item in assessed if item.status == "possible" for fact in item.qualification.missing}
    return tuple(fact for fact in law.facts if fact in wanted)


def _press_choice(assessed: Sequence[Assessed]) -> tuple[str, ...]:
    """Two press qualifications met: one statement takes only one, so a choice is to be made (nullity)."""
    press = tuple(item.id for item in assessed if item.status == "met" and item.offence.is_press)
    return press if len(press) > 1 else ()
