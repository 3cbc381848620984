"""What a dossier is made from: plain frozen records, filled by the caller from decided and sealed data.

Nothing here formats or masks: `sections.py` says how it reads, `masks.py` what each recipient may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from saisine.law.assess import Assessed
from saisine.law.beside import Identification
from saisine.law.dates import MONTHS_FR, PARIS, day_fr
from saisine.law.limitation import Clock
from saisine.law.statements import flag

Role = Literal["visee", "accompagnante", "juriste", "temoin", "auteur_presume", "tiers", "representant_legal"]
ROLES_FR: dict[str, str] = {
    "visee": "Personne visée",
    "accompagnante": "Personne accompagnante",
    "juriste": "Juriste",
    "temoin": "Témoin",
    "auteur_presume": "Compte à l’origine des contenus",
    "tiers": "Tiers",
    "representant_legal": "Représentant ou représentante légale",
}
KINDS_FR: dict[str, str] = {
    "message": "Message",
    "group": "Groupe de messages presque identiques",
    "capture": "Capture de page",
    "screenshot": "Capture d’écran",
    "export_row": "Ligne d’un export",
    "document": "Document",
    "constat": "Constat",
    "certificat": "Certificat",
    "audio": "Enregistrement sonore",
}
Precision = Literal["us", "s", "min", "day", "month", "none"]
SOURCES_FR: dict[str, str] = {
    "field": "champ de l’export",
    "id": "identifiant du contenu",
    "file": "fichier",
    "person": "déclaration",
    "": "",
}


@dataclass(frozen=True, slots=True)
class When:
    """A time as it is known: its precision is always shown, an hour is never invented."""

    at: datetime | date | None = None
    precision: Precision = "min"
    source: Literal["field", "id", "file", "person", ""] = ""

    @property
    def day(self) -> date | None:
        if isinstance(self.at, datetime):
            return self.at.astimezone(PARIS).date()
        return self.at

    def words(self) -> str:
        """« 14 mars 2026, 14 h 32 », « vers mars 2026 », « date inconnue »; Paris time."""
        day = self.day
        if day is None or self.precision == "none":
            return "date inconnue"
        if self.precision == "month":
            return f"vers {MONTHS_FR[day.month - 1]} {day.year}"
        if self.precision == "day" or not isinstance(self.at, datetime):
            return day_fr(day)
        local = self.at.astimezone(PARIS)
        seconds = f" min {local.second:02d} s" if self.precision in ("s", "us") else ""
        return f"{day_fr(day)}, {local.hour} h {local.minute:02d}{seconds}"

    def source_words(self) -> str:
        return SOURCES_FR[self.source]

    def sort_key(self) -> tuple[int, str]:
        if self.at is None:
            return 1, ""
        if isinstance(self.at, datetime):
            return 0, self.at.astimezone(PARIS).isoformat()
        return 0, self.at.isoformat()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the file speaks of. `label` is stable (« tiers 1 ») and stands where the person is masked."""

    label: str
    role: Role
    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChronologyLine:
    when: When
    text: str
    exhibits: tuple[int, ...] = ()


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
    "civil_party": "Partie civile habilitée",
    "mandatary": "Mandataire",
    "none": "Association",
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
    return tuple(
        ElementRow(
            element.label_fr if element.role != "none_of" else f"Ferait obstacle : {element.label_fr}",
            states[element.value],
            element.article,
            element.verified,
            tuple(shown.get(element.fact, ())),
        )
        for element in assessed.qualification.elements
    )


def _identification(found: Identification | None) -> str:
    if found is None:
        return ""
    until = f" Données conservées jusqu’au {day_fr(found.data_kept_until)}." if found.data_kept_until else ""
    return f"{found.text_fr}{until} {flag(found.verified)}."


@dataclass(frozen=True, slots=True)
class HarmLine:
    """Prejudice: health, work, safety, material, association; the exhibit that shows it."""

    kind_fr: str
    text: str
    period: str = ""
    exhibits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step already taken: notice, complaint, procedure; the answer received, or silence."""

    when: When
    text: str
    state_fr: str
    reference: str = ""
    breach_fr: str = ""
    exhibits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingPiece:
    """What would help and is not there: none of them blocks."""

    text: str
    reason: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture to hide, in shares (0 to 1) of its width and height."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One message of a group of near-copies: each account keeps its own line."""

    when: When
    account: str
    url: str = ""
    record_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit. `number` never changes; `title` is neutral; `item` names the sealed thing in the vault.

    `picture` is the bytes or file of an image (else the sealed item is used when it is one). `text` is the
    words of the content; `context` the thread around it. `seq`, `sealed_at`, `is_dated`: from the vault.
    """

    number: int
    title: str
    kind: str
    when: When = field(default_factory=When)
    url: str = ""
    platform: str = ""
    account: str = ""
    item: str = ""
    sha256: str = ""
    record_sha256: str = ""
    locator: str = ""
    text: str | None = None
    context: tuple[str, ...] = ()
    copies: tuple[CopyRow, ...] = ()
    variants: int = 0
    picture: bytes | Path | None = None
    boxes: tuple[Box, ...] = ()
    seq: int | None = None
    sealed_at: datetime | None = None
    is_dated: bool = False
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Integrity:
    """The state of the log when the file was made: what a reader compares."""

    origin: str
    size: int
    root: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DossierData:
    """Everything that one version of a dossier says, whoever receives it."""

    number: int
    version: int
    title: str
    association: str
    built_at: datetime
    summary: str = ""
    opened_on: date | None = None
    law_digest: str = ""
    people: tuple[Person, ...] = ()
    chronology: tuple[ChronologyLine, ...] = ()
    qualifications: tuple[QualificationSheet, ...] = ()
    harm: tuple[HarmLine, ...] = ()
    steps: tuple[StepLine, ...] = ()
    requests: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    missing: tuple[MissingPiece, ...] = ()
    integrity: Integrity | None = None

    @property
    def retained(self) -> tuple[QualificationSheet, ...]:
        """The qualifications a person kept, or those proposed when nobody decided yet."""
        kept = tuple(sheet for sheet in self.qualifications if sheet.decision == "retenir")
        return kept or self.considered

    @property
    def considered(self) -> tuple[QualificationSheet, ...]:
        """Every qualification that nobody set aside: one that waits for an opinion may hold the first day."""
        return tuple(
            sheet
            for sheet in self.qualifications
            if sheet.decision == "retenir" or (sheet.status != "excluded" and sheet.decision != "ecarter")
        )

    @property
    def driving_clock(self) -> tuple[QualificationSheet, ClockSheet] | None:
        """The shortest open clock among the qualifications considered."""
        found = [
            (sheet, sheet.clock)
            for sheet in self.considered
            if sheet.clock and sheet.clock.status == "open" and sheet.clock.last_useful_day
        ]
        return min(found, key=lambda pair: pair[1].last_useful_day or date.max, default=None)
