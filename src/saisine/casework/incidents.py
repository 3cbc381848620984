"""Incidents: opened from what was kept or from nothing, told in a few words, with the people concerned."""

import secrets
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Max

from saisine.casework import consents, exhibits, journal, rights
from saisine.casework.models import Deposit, Incident, PersonRow, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError

SUMMARY_CHARS: Final = 600
TITLE_CHARS: Final = 120
# role -> (French, English), and the neutral label that stands for a person in every list
ROLES: Final[dict[str, tuple[str, str]]] = {
    "visee": ("Personne visée", "Targeted person"),
    "accompagnante": ("Personne accompagnante", "Accompanying person"),
    "juriste": ("Juriste", "Legal professional"),
    "temoin": ("Témoin", "Witness"),
    "auteur_presume": ("Compte à l’origine des contenus", "Account behind the contents"),
    "tiers": ("Tiers", "Third party"),
    "representant_legal": ("Représentant ou représentante légale", "Legal representative"),
}
LABELS: Final[dict[str, tuple[str, str]]] = {
    "visee": ("personne visée", "targeted person"),
    "accompagnante": ("personne accompagnante", "accompanying person"),
    "juriste": ("juriste", "legal professional"),
    "temoin": ("témoin", "witness"),
    "auteur_presume": ("compte", "account"),
    "tiers": ("tiers", "third party"),
    "representant_legal": ("représentation légale", "legal representative"),
}


def open_incident(session: Session, title: str, *, from_triage: bool = False) -> Incident:
    """A new incident; with `from_triage`, everything kept and completed so far enters it as exhibits.

    What the last deposit said (who is targeted, since when) is carried over. Raises `incident_title_missing`.
    """
    title = " ".join(title.split())[:TITLE_CHARS]
    if not title:
        raise SaisineError("incident_title_missing")
    with transaction.atomic():
        number = (Incident.objects.aggregate(top=Max("number"))["top"] or 0) + 1
        incident = Incident.objects.create(
            number=number, title=title, opened_at=session.now(), law_digest=session.law.digest
        )
    if from_triage:
        exhibits.add_kept(session, incident)
    _carry_over(session, incident)
    journal.note(session, "incident_opened", count=incident.exhibits.count(), subject=incident.id)
    return incident


def _carry_over(session: Session, incident: Incident) -> None:
    """The answers of the last deposit that has some: they are the person's own words."""
    deposit = Deposit.objects.filter(is_asked=True).order_by("-created_at").first()
    if deposit is None:
        return
    incident.since = deposit.since
    incident.save(update_fields=["since"])
    if deposit.target == "association":
        rights.record(session, incident, {"target_legal_person": "true"})
    elif deposit.target in ("member", "person"):
        rights.record(session, incident, {"target_person": "true"})
        add_person(session, incident, "visee")
    elif deposit.target == "group":
        rights.record(session, incident, {"target_group": "true"})
    if deposit.in_its_name:
        for act in consents.IN_ITS_NAME:
            consents.set_consent(session, incident, act, "given")


def list_incidents(session: Session) -> list[Incident]:
    """Every incident, the newest first."""
    return list(Incident.objects.order_by("-number"))


def get_incident(session: Session, ref: str) -> Incident:
    """By id, or by number as people say it. Raises `incident_unknown`."""
    ref = str(ref).strip()
    if ref.isascii() and ref.isdigit() and len(ref) < 10:
        by_number: Incident = first_or_raise(Incident.objects.filter(number=int(ref)), "incident_unknown")
        return by_number
    by_id: Incident = first_or_raise(Incident.objects.filter(id=ref), "incident_unknown")
    return by_id


def set_summary(session: Session, incident: Incident, text: str) -> None:
    """The account in three sentences. It is not encrypted: the page says so."""
    incident.summary = text.strip()[:SUMMARY_CHARS]
    incident.save(update_fields=["summary"])
    journal.note(session, "summary_written", subject=incident.id)


# ------------------------------------------------------------------ people


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of an incident under a neutral label: « personne visée 1 »."""

    row: PersonRow
    label_fr: str
    label_en: str
    role_fr: str
    role_en: str


def add_person(session: Session, incident: Incident, role: str, names: tuple[str, ...] = ()) -> PersonRow:
    """A person under her role and a number. Raises `incident_role_unknown`."""
    if role not in ROLES:
        raise SaisineError("incident_role_unknown", role=role)
    with transaction.atomic():
        number = incident.people.filter(role=role).count() + 1
        row = PersonRow.objects.create(
            id=secrets.token_hex(16),
            incident=incident,
            role=role,
            number=number,
            names=list(names),
            at=session.now(),
        )
    journal.note(session, "person_added", subject=incident.id)
    return row


def people(incident: Incident) -> list[PersonLine]:
    """Everyone noted, in the order of entry."""
    return [_line(row) for row in incident.people.order_by("at", "number")]


def _line(row: PersonRow) -> PersonLine:
    label_fr, label_en = (f"{label} {row.number}" for label in LABELS[row.role])
    return PersonLine(row, label_fr, label_en, *ROLES[row.role])
