"""Who received which version of a dossier, by which channel, on which day; and everything that left an incident."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from saisine.casework import exhibits, journal, notices, procedures
from saisine.casework.file_models import HandoverRow
from saisine.casework.models import DossierRow, Incident, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.notices.states import live_events

LINE_CHARS: Final = 120
CHANNELS: Final[dict[str, tuple[str, str]]] = {
    "hand": ("En main propre", "By hand"),
    "post": ("Par courrier recommandé", "By registered post"),
    "mail": ("Par courriel chiffré", "By encrypted e-mail"),
    "form": ("Par un formulaire en ligne", "By an online form"),
    "link": ("Par le lien donné à une ou un avocat", "By the link given to a lawyer"),
    "other": ("Autrement", "Otherwise"),
}


def handovers(session: Session, dossier: DossierRow) -> list[HandoverRow]:
    """Those that stand for one version, by day."""
    return list(dossier.handovers.filter(withdrawn_at__isnull=True))


def of_incident(session: Session, incident: Incident) -> list[HandoverRow]:
    """Those of every version, by day."""
    rows = HandoverRow.objects.filter(dossier__incident=incident, withdrawn_at__isnull=True)
    return list(rows.select_related("dossier"))


def note_handover(
    session: Session,
    dossier: DossierRow,
    to: str,
    channel: str,
    on: date | None = None,
    *,
    reference: str = "",
) -> HandoverRow:
    """« Remis à … le … ». `to` is a service or a function, no name is asked.

    Raises `dossier_not_built`, `handover_channel_unknown`, `handover_to_missing`, `date_in_future`.
    """
    if not dossier.is_built:
        raise SaisineError("dossier_not_built", version=dossier.version)
    if channel not in CHANNELS:
        raise SaisineError("handover_channel_unknown", channel=channel)
    said, day = " ".join(to.split())[:LINE_CHARS], on or session.today()
    if not said:
        raise SaisineError("handover_to_missing")
    if day > session.today():
        raise SaisineError("date_in_future", day=day.isoformat())
    row = HandoverRow.objects.create(
        dossier=dossier,
        to=said,
        channel=channel,
        on=day,
        reference=reference.strip()[:LINE_CHARS],
        noted_at=session.now(),
        by=session.actor,
    )
    journal.note(session, "dossier_handed_over", subject=dossier.id)
    return row


def withdraw(session: Session, dossier: DossierRow, id: str) -> None:
    """A line noted by mistake: it stays in the rows and counts no more. Raises `handover_unknown`."""
    rows = dossier.handovers.filter(id=id, withdrawn_at__isnull=True)
    row: HandoverRow = first_or_raise(rows, "handover_unknown")
    row.withdrawn_at = session.now()
    row.save(update_fields=["withdrawn_at"])
    journal.note(session, "handover_withdrawn", subject=dossier.id)


# ------------------------------------------------------------------ what left already


@dataclass(frozen=True, slots=True)
class Departure:
    """Something that left, and cannot be called back: a notice, a dossier, a complaint."""

    on: date
    text_fr: str
    text_en: str

    def text(self, language: str = "fr") -> str:
        return self.text_en if language == "en" else self.text_fr


def departures(session: Session, incident: Incident) -> list[Departure]:
    """What left for somebody, by day: a consent that is taken back does not bring it back."""
    return sorted(_departures(session, incident), key=lambda one: (one.on, one.text_fr))


def _departures(session: Session, incident: Incident) -> Iterator[Departure]:
    for notice in notices.list_notices(session, incident):
        platform = exhibits.PLATFORM_NAMES.get(notice.platform, notice.platform)
        for event in live_events(notices.events_of(notice)):
            if event.kind == "sent":
                yield Departure(
                    event.day,
                    f"Signalement {notice.number} à {platform}.",
                    f"Notice {notice.number} to {platform}.",
                )
    for row in of_incident(session, incident):
        yield Departure(row.on, *(handover_words(row, language) for language in ("fr", "en")))
    for one in procedures.procedures(session, incident):
        for filed in one.events:
            if filed.kind == "filed":
                yield Departure(filed.on, f"{one.kind('fr')}.", f"{one.kind('en')}.")


def handover_words(row: HandoverRow, language: str = "fr") -> str:
    """« Dossier, version 2, remis à : parquet (par courrier recommandé). »"""
    english = language == "en"
    channel = CHANNELS.get(row.channel, (row.channel, row.channel))[english]
    channel = channel[:1].lower() + channel[1:]
    reference = f", {row.reference}" if row.reference else ""
    if english:
        return f"Dossier, version {row.dossier.version}, handed to: {row.to} ({channel}{reference})."
    return f"Dossier, version {row.dossier.version}, remis à : {row.to} ({channel}{reference})."
