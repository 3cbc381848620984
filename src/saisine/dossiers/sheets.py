"""What the law engine answers, as a dossier prints it: one sheet per qualification, its clock, who may act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from saisine.law.assess import Assessed
from saisine.law.beside import Identification
from saisine.law.dates import day_fr
from saisine.law.limitation import Clock
from saisine.law.qualify import Element
from saisine.law.statements import flag


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element of an offence: its words, its state (« présent »…), where the file shows it."""

    text_fr: str
    state_fr: str
    article: str
    is_verified: bool
    exhibits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockSheet:
    """One limitation clock with its arithmetic; days are Paris calendar days."""

    status: Literal["open", "expired", "unknown"]
    last_useful_day: date | None
    safety_day: date | None
    days_left: int | None
    steps: tuple[str, ...]
    alerts: tuple[str, ...]
    flag_fr: str
    source: str
    is_prudential: bool = False

    @classmethod
    def of(cls, clock: Clock) -> "ClockSheet":
        return cls(
            "open" if clock.status == "open" else "expired" if clock.status == "expired" else "unknown",
            clock.last_useful_day,
            clock.safety_day,
            clock.days_left,
            clock.steps,
            clock.alerts,
            flag(clock.verified),
            clock.source,
            clock.prudential,
        )


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One answer to « who may act », for the association and one offence."""

    role_fr: str
    answer_fr: str
    article: str
    basis_fr: str
    flag_fr: str
    missing: tuple[str, ...] = ()


STANDING_ROLES_FR = {
    "own_name": "En son nom",
    "enabled_civil_party": "Partie civile habilitée",
    "mandatary": "Mandataire",
}
ANSWERS_FR = {"yes": "Oui", "conditional": "Sous conditions", "no": "Non"}


@dataclass(frozen=True, slots=True)
class QualificationSheet:
    """One qualification as printed. `decision` is a person's: retenir, ecarter, demander_avis, or empty.

    `statement` is the number of what it qualifies, 0 while the incident holds one alone; `about_fr` says its
    exhibits, its day and its account.
    """

    name_fr: str
    status: Literal["met", "possible", "excluded"]
    statement_fr: str
    is_verified: bool
    elements: tuple[ElementRow, ...] = ()
    penalty_fr: str = ""
    identification_fr: str = ""
    decision: Literal["", "retenir", "ecarter", "demander_avis"] = ""
    reason: str = ""
    why_fr: str = ""
    warnings: tuple[str, ...] = ()
    clock: ClockSheet | None = None
    standing: tuple[StandingRow, ...] = ()
    statement: int = 0
    about_fr: str = ""

    @property
    def title_fr(self) -> str:
        """The qualification, and the statement it is about when the incident holds several."""
        return f"Propos {self.statement} : {self.name_fr}" if self.statement else self.name_fr

    @classmethod
    def of(
        cls,
        assessed: Assessed,
        *,
        statement: int = 0,
        about_fr: str = "",
        decision: Literal["", "retenir", "ecarter", "demander_avis"] = "",
        reason: str = "",
        exhibits: Mapping[str, Sequence[int]] | None = None,
    ) -> "QualificationSheet":
        """From the law engine's answer; `exhibits` says which exhibit numbers show each fact."""
        shown, found = exhibits or {}, assessed.status
        fallbacks = tuple(fallback.text_fr for fallback in assessed.fallbacks)
        return cls(
            name_fr=assessed.offence.name_fr,
            status="met" if found == "met" else "possible" if found == "possible" else "excluded",
            statement_fr=assessed.statement.line("fr"),
            is_verified=assessed.statement.verified,
            elements=_elements(assessed, shown),
            penalty_fr=assessed.penalty.text_fr if assessed.penalty else "",
            identification_fr=_identification(assessed.identification),
            decision=decision,
            reason=reason,
            why_fr=assessed.qualification.why_fr,
            warnings=(*assessed.qualification.warnings, *fallbacks),
            clock=ClockSheet.of(assessed.clock) if assessed.clock else None,
            standing=tuple(
                StandingRow(
                    STANDING_ROLES_FR.get(item.role, "Association"),
                    ANSWERS_FR.get(item.answer, item.answer),
                    item.article,
                    item.basis_fr,
                    flag(item.verified),
                    item.missing,
                )
                for item in assessed.standing
            ),
            statement=statement,
            about_fr=about_fr,
        )


def _elements(assessed: Assessed, shown: Mapping[str, Sequence[int]]) -> tuple[ElementRow, ...]:
    states = {True: "présent", False: "absent", None: "à établir"}
    ways = max((element.group for element in assessed.qualification.elements), default=0)
    return tuple(
        ElementRow(
            _condition(element, ways),
            states[element.value],
            element.article,
            element.verified,
            tuple(shown.get(element.fact, ())),
        )
        for element in assessed.qualification.elements
    )


def _condition(element: Element, ways: int) -> str:
    """What the row asks. One whole way out of several is enough: without its number « absent » reads as a gap."""
    if element.role == "none_of":
        return f"Ferait obstacle : {element.label_fr}"
    if element.group and ways > 1:
        return f"Au choix, voie {element.group} : {element.label_fr}"
    return element.label_fr


def _identification(found: Identification | None) -> str:
    if found is None:
        return ""
    kept = found.data_kept_until if found.status != "not_available" else None  # nobody may ask for them
    until = f" Données conservées jusqu’au {day_fr(kept)}." if kept else ""
    return f"{found.text_fr}{until} {flag(found.verified)}."
