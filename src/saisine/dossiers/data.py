"""What a dossier is made from: plain frozen records, filled by the caller from decided and sealed data.

Nothing here formats or masks: `sections.py` says how it reads, `masks.py` what each recipient may see.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from saisine.dossiers.sheets import ClockSheet, QualificationSheet
from saisine.law.dates import MONTHS_FR, day_fr
from saisine.paris import in_paris

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
            return in_paris(self.at).date()
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
        local = in_paris(self.at)
        seconds = f" min {local.second:02d} s" if self.precision in ("s", "us") else ""
        return f"{day_fr(day)}, {local.hour} h {local.minute:02d}{seconds}"

    def source_words(self) -> str:
        return SOURCES_FR[self.source]

    def sort_key(self) -> tuple[int, str]:
        if self.at is None:
            return 1, ""
        if isinstance(self.at, datetime):
            return 0, in_paris(self.at).isoformat()
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
    """`is_birth`: the birthday of somebody targeted, for those alone who may read the names of the targeted."""

    when: When
    text: str
    exhibits: tuple[int, ...] = ()
    is_birth: bool = False


@dataclass(frozen=True, slots=True)
class HarmLine:
    """Prejudice: health, work, safety, material, association; the exhibit that shows it."""

    kind_fr: str
    text: str
    period: str = ""
    exhibits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step already taken: notice, complaint, procedure; the answer received, or silence.

    `note` is what somebody wrote of it: never in the figures for the public.
    """

    when: When
    text: str
    state_fr: str
    reference: str = ""
    breach_fr: str = ""
    exhibits: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class MissingPiece:
    """What would help and is not there: none of them blocks."""

    text: str
    reason: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture to hide, in shares (0 to 1) of its width and height; of a document, on that page."""

    left: float
    top: float
    right: float
    bottom: float
    page: int = 1


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
    is_lawful: bool = (
        False  # nothing unlawful was found in it: evidence for a judge, never a content to report
    )


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
    left_open: int = 0  # qualifications that nobody ruled out, and of which nothing is said here
    harm: tuple[HarmLine, ...] = ()
    steps: tuple[StepLine, ...] = ()
    requests: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    missing: tuple[MissingPiece, ...] = ()
    integrity: Integrity | None = None
    left_out: int = 0  # exhibits that do not concern the recipient

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
