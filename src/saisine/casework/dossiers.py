"""Dossiers of an incident: versions, consent, the job that builds PDF and bundle, the files it leaves."""

from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Max

from saisine.casework import (
    consents,
    dossier_data,
    exhibits,
    jobs,
    journal,
    reviews,
    rights,
    scopes,
    statements,
)
from saisine.casework.dossier_data import Missing
from saisine.casework.jobs import Progress, job_of
from saisine.casework.models import DossierRow, Incident, Job, first_or_raise
from saisine.casework.session import Session
from saisine.dossiers import DossierReport, build_dossier, require_recipient
from saisine.errors import SaisineError
from saisine.incidents.consents import RECIPIENTS as CONSENTS

__all__ = [
    "Contents", "Missing", "build_now", "contents_of", "earlier", "get_dossier", "job_of", "missing_of",
    "new", "pdf_path", "run_build", "start_build", "zip_path",
]  # fmt: skip

FOLDER: Final = "dossiers"


class Contents(NamedTuple):
    """How much a dossier will hold; `decided` counts the qualifications on which somebody decided."""

    exhibits: int
    messages: int
    decided: int
    notices: int


def new(session: Session, incident: Incident) -> DossierRow:
    """A version to be; one that was not built yet is given back instead of a second."""
    with transaction.atomic():
        waiting = incident.dossiers.filter(built_at__isnull=True).order_by("-version").first()
        if waiting is not None:
            return waiting
        version = (incident.dossiers.aggregate(top=Max("version"))["top"] or 0) + 1
        return DossierRow.objects.create(incident=incident, version=version, created_at=session.now())


def get_dossier(session: Session, id: str) -> DossierRow:
    """Raises `dossier_unknown`."""
    found: DossierRow = first_or_raise(
        scopes.within(session, DossierRow.objects.filter(id=id).select_related("incident")),
        "dossier_unknown",
    )
    return found


def earlier(session: Session, incident: Incident) -> list[DossierRow]:
    """The versions already built, the newest first."""
    return list(incident.dossiers.filter(built_at__isnull=False).order_by("-version"))


def missing_of(session: Session, incident: Incident) -> list[Missing]:
    """What would help and is not there: none of it blocks."""
    return dossier_data.missing(session, incident)


def contents_of(session: Session, incident: Incident) -> Contents:
    rows = exhibits.exhibits(session, incident)
    return Contents(
        exhibits=len(rows),
        messages=sum(row.messages for row in rows),
        decided=len(
            {
                offence
                for about in statements.statements(session, incident)
                for offence in rights.decisions(session, incident, about)
            }
        ),
        notices=incident.notices.count(),
    )


# ------------------------------------------------------------------ build


def require_ready(session: Session, incident: Incident, recipient: str) -> None:
    """Raises `dossier_recipient_unknown`, `incident_consent_missing`."""
    require_recipient(recipient)
    consents.require_consent(session, incident, *CONSENTS[recipient])


def start_build(
    session: Session, dossier: DossierRow, *, recipient: str, mask_third_parties: bool = True
) -> Job:
    """Queue the build. Raises as `require_ready`, and `dossier_already_built`."""
    require_ready(session, dossier.incident, recipient)
    if dossier.is_built:
        raise SaisineError("dossier_already_built", version=dossier.version)
    dossier.recipient, dossier.mask_third_parties = recipient, mask_third_parties
    dossier.save(update_fields=["recipient", "mask_third_parties"])
    return jobs.start(session, "dossier", dossier.id)


def run_build(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """The job: consent is checked again, since it may have been withdrawn meanwhile."""
    dossier = get_dossier(session, job.subject)
    if dossier.is_built:
        return {}
    report = _build(session, dossier, tell)
    return {"dossier": dossier.id, "pieces": report.pieces}


def build_now(
    session: Session,
    dossier: DossierRow,
    *,
    recipient: str,
    mask_third_parties: bool = True,
    progress: Progress | None = None,
) -> DossierReport:
    """Build in this process (the command line). Raises as `start_build` and `build_dossier`."""
    require_ready(session, dossier.incident, recipient)
    dossier.recipient, dossier.mask_third_parties = recipient, mask_third_parties
    dossier.save(update_fields=["recipient", "mask_third_parties"])
    return _build(session, dossier, progress)


def _build(session: Session, dossier: DossierRow, progress: Progress | None) -> DossierReport:
    require_ready(session, dossier.incident, dossier.recipient)
    folder = session.workspace.folder / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    bundle, pdf = zip_path(session, dossier), pdf_path(session, dossier)
    # what a killed build left: its row was never marked as built
    bundle.unlink(missing_ok=True)
    pdf.unlink(missing_ok=True)
    data = dossier_data.gather(session, dossier, session.now())
    report = build_dossier(
        data,
        session.vault,
        bundle,
        recipient=dossier.recipient,
        mask_third_parties=dossier.mask_third_parties,
        actor=session.actor,
        pdf_copy=pdf,
        progress=progress,
    )
    with transaction.atomic():
        dossier.built_at = session.now()
        masks = reviews.masks_key(data, dossier.recipient, mask_third_parties=dossier.mask_third_parties)
        told = {name: value for name, value in asdict(report).items() if name != "bundle"}
        boxes = reviews.boxes_of(data)
        looked = reviews.carried(dossier, masks, boxes)
        dossier.report = told | {"masks": masks, "boxes": boxes, "reviewed": looked}
        dossier.save(update_fields=["built_at", "report"])
        journal.note(session, "dossier_built", count=report.exhibits, subject=dossier.id)
    return report


def zip_path(session: Session, dossier: DossierRow) -> Path:
    """`dossier-7-v2.zip`: number and version, no word of the content."""
    return session.workspace.folder / FOLDER / f"dossier-{dossier.incident.number}-v{dossier.version}.zip"


def pdf_path(session: Session, dossier: DossierRow) -> Path:
    return zip_path(session, dossier).with_suffix(".pdf")
