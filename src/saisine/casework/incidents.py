"""Incidents: opened from what was kept or from nothing, told in a few words, with the people concerned."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from saisine.casework import consents, exhibits, invented, journal, rights, scopes, statements
from saisine.casework.access_models import IncidentMember
from saisine.casework.models import Deposit, ExhibitRow, Incident, PersonRow, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError

SUMMARY_CHARS: Final = 600
TITLE_CHARS: Final = 120
# state -> (French, English); a closed incident has no deadline any more
STATES: Final[dict[str, tuple[str, str]]] = {
    "open": ("En cours", "Under way"),
    "paused": ("En pause", "Paused"),
    "handed_over": (
        "Confié à une ou un avocat, ou à une autorité",
        "Handed over to a lawyer or an authority",
    ),
    "closed": ("Clos", "Closed"),
}
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
        if session.scope is not None:  # whoever sees her own incidents alone belongs to the one she opens
            IncidentMember.objects.create(
                incident=incident,
                member_id=session.actor,
                may_show=True,
                added_at=session.now(),
                by=session.actor,
            )
    statements.first(session, incident)
    if from_triage:
        exhibits.add_kept(session, incident)
        invented.mark(session, incident)
    _carry_over(session, incident)
    journal.note(session, "incident_opened", count=incident.exhibits.count(), subject=incident.id)
    return incident


def join_kept(session: Session, incident: Incident, refs: Collection[str] | None = None) -> int:
    """What was kept in the sorting box enters an incident that is already open; how many exhibits were made.

    With `refs`, those messages alone. Its answers and its title do not change; new exhibits join the first
    statement. Raises `exhibits_too_many`.
    """
    made = exhibits.add_kept(session, incident, refs)
    if made:
        invented.mark(session, incident)
        journal.note(session, "exhibits_added", count=made, subject=incident.id)
    return made


def _carry_over(session: Session, incident: Incident) -> None:
    """The answers of the last deposit that has some: they are the person's own words."""
    asked = scopes.deposits(session, Deposit.objects.filter(is_asked=True))
    deposit = asked.order_by("-created_at").first()
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
    """Every incident that exists for the one who acts, the newest first."""
    return list(scopes.within(session, Incident.objects.order_by("-number"), "id"))


def incidents_with_pieces(session: Session) -> "QuerySet[Incident, Incident]":
    """The same as a question to cut into pages; `pieces` counts the exhibits that were not withdrawn."""
    present = ExhibitRow.objects.filter(incident=OuterRef("id"), withdrawn_at__isnull=True).order_by()
    # asked for the rows of one page: a join would count for every incident before the page is cut out
    pieces = Coalesce(Subquery(present.values("incident").annotate(n=Count("id")).values("n")), 0)
    return scopes.within(session, Incident.objects.annotate(pieces=pieces).order_by("-number"), "id")


def get_incident(session: Session, ref: str) -> Incident:
    """By id, or by number as people say it. Raises `incident_unknown`."""
    ref = str(ref).strip()
    here = scopes.within(session, Incident.objects.all(), "id")
    if ref.isascii() and ref.isdigit() and len(ref) < 10:
        by_number: Incident = first_or_raise(here.filter(number=int(ref)), "incident_unknown")
        return by_number
    by_id: Incident = first_or_raise(here.filter(id=ref), "incident_unknown")
    return by_id


def set_summary(session: Session, incident: Incident, text: str) -> None:
    """The account in three sentences. It is not encrypted: the page says so."""
    incident.summary = text.strip()[:SUMMARY_CHARS]
    incident.save(update_fields=["summary"])
    journal.note(session, "summary_written", subject=incident.id)


def set_title(session: Session, incident: Incident, title: str) -> None:
    """Another title; the one before stays in `earlier_titles`. Raises `incident_title_missing`."""
    said = " ".join(title.split())[:TITLE_CHARS]
    if not said:
        raise SaisineError("incident_title_missing")
    if said == incident.title:
        return
    with transaction.atomic():
        incident.earlier.create(said={"title": incident.title}, at=session.now(), by=session.actor)
        incident.title = said
        incident.save(update_fields=["title"])
        invented.mark(session, incident)  # an invented example says so under any title
    journal.note(session, "title_changed", subject=incident.id)


def earlier_titles(incident: Incident) -> list[str]:
    """The titles that it had, each once, the newest first, without the one it has."""
    found = [str(row.said.get("title", "")) for row in incident.earlier.order_by("-id")]
    return [title for title in dict.fromkeys(found) if title and title != incident.title]


def set_state(session: Session, incident: Incident, state: str) -> None:
    """Where an incident stands; it may always be opened again. Raises `incident_state_unknown`.

    Once closed it leaves the deadlines; nothing is erased (`retention` and `incident_erasures` do that).
    """
    if state not in STATES:
        raise SaisineError("incident_state_unknown", state=state)
    incident.state = state
    incident.save(update_fields=["state"])
    journal.note(session, "incident_state_set", subject=incident.id)


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
        number = (incident.people.filter(role=role).aggregate(top=Max("number"))["top"] or 0) + 1
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


def is_collective(incident: Incident) -> bool:
    """Whether several people are targeted, each with her own consents and harm, or it was opened from a wave."""
    return incident.is_collective or incident.people.filter(role="visee").count() > 1


def remove_person(session: Session, incident: Incident, person: PersonRow) -> None:
    """Take back a person noted by mistake. Raises `person_has_said`: what she consented to, refused, or suffered
    stays with her, and a refusal is never lost with the person who gave it."""
    with transaction.atomic():
        harmed = incident.harms.filter(person=person, withdrawn_at__isnull=True)
        if person.consents.exists() or harmed.exists():
            raise SaisineError("person_has_said")
        person.delete()
        journal.note(session, "person_removed", subject=incident.id)


def get_person(incident: Incident, ref: str) -> PersonRow:
    """By id, or by role and number (« visee-2 »); a number alone is a targeted person’s. Raises `person_unknown`."""
    role, _, number = ref.strip().rpartition("-")
    known = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    by_id = incident.people.filter(id=ref.strip())
    by_number = incident.people.filter(role=role or "visee", number=known)
    found: PersonRow = first_or_raise(by_id | by_number, "person_unknown")
    return found


def people(incident: Incident) -> list[PersonLine]:
    """Everyone noted, in the order of entry."""
    return [line_of(row) for row in incident.people.order_by("at", "number")]


def line_of(row: PersonRow) -> PersonLine:
    """One person under her neutral label."""
    label_fr, label_en = (f"{label} {row.number}" for label in LABELS[row.role])
    return PersonLine(row, label_fr, label_en, *ROLES[row.role])
