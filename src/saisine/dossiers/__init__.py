"""Dossiers: everything known of an incident, typeset and sealed for one recipient."""

from saisine.dossiers.build import DossierReport, build_dossier
from saisine.dossiers.data import (
    Box,
    ChronologyLine,
    CopyRow,
    DossierData,
    Exhibit,
    HarmLine,
    Integrity,
    MissingPiece,
    Person,
    StepLine,
    When,
)
from saisine.dossiers.pdf import PdfReport, build_pdf
from saisine.dossiers.recipients import RECIPIENTS, Recipient, require_recipient
from saisine.dossiers.sheets import ClockSheet, ElementRow, QualificationSheet, StandingRow

__all__ = [
    "RECIPIENTS",
    "Box",
    "ChronologyLine",
    "ClockSheet",
    "CopyRow",
    "DossierData",
    "DossierReport",
    "ElementRow",
    "Exhibit",
    "HarmLine",
    "Integrity",
    "MissingPiece",
    "PdfReport",
    "Person",
    "QualificationSheet",
    "Recipient",
    "StandingRow",
    "StepLine",
    "When",
    "build_dossier",
    "build_pdf",
    "require_recipient",
]
