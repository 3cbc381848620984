"""Breaches of a platform's duties, noted on a notice with the capture that shows them and the clicks counted.

Alleged until a person confirms them; taken back, they stay in the rows and leave every output.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from saisine.casework import exhibits, journal, scopes
from saisine.casework.case_models import BreachRow
from saisine.casework.models import ExhibitRow, NoticeRow, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.notices.breaches import BreachKind, BreachRecord, breaches_csv, load_breaches

NOTE_CHARS: Final = 600
MAX_CLICKS: Final = 1000


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach with its kind, in words."""

    row: BreachRow
    kind: BreachKind

    @property
    def is_confirmed(self) -> bool:
        return self.row.confirmed_at is not None

    def words(self, language: str = "fr") -> str:
        """« Étapes inutiles avant de pouvoir signaler (14 clics, pièce 3). Allégué. »"""
        english = language == "en"
        clicks = self.row.clicks
        counted = f"{clicks} {'click' if english else 'clic'}{'s' if clicks > 1 else ''}" if clicks else ""
        piece = self.row.exhibit
        shown = f"{'exhibit' if english else 'pièce'} {piece.number}" if piece is not None else ""
        found = ", ".join(part for part in (counted, shown) if part)
        state = (
            ("Confirmed" if english else "Confirmé")
            if self.is_confirmed
            else ("Alleged" if english else "Allégué")
        )
        return f"{self.kind.label(language)}{f' ({found})' if found else ''}. {state}."


def breaches_of(session: Session, notice: NoticeRow) -> list[Breach]:
    """Those that stand, in the order in which they were noted."""
    rows = BreachRow.objects.filter(notice=notice, withdrawn_at__isnull=True).select_related("exhibit")
    return [Breach(row, load_breaches()[row.kind]) for row in rows if row.kind in load_breaches()]


def note_breach(
    session: Session,
    notice: NoticeRow,
    kind: str,
    *,
    exhibit: ExhibitRow | None = None,
    clicks: int | None = None,
    observed_on: date | None = None,
    note: str = "",
) -> BreachRow:
    """Note a breach. Raises `breach_kind_unknown`, `breach_exhibit_missing` when nothing would show it,
    `notice_exhibit_foreign`, `date_in_future`."""
    known = load_breaches().get(kind)
    if known is None:
        raise SaisineError("breach_kind_unknown", kind=kind)
    if exhibit is not None and exhibit.incident_id != notice.incident_id:
        raise SaisineError("notice_exhibit_foreign")
    counted = clicks if clicks is not None and 0 < clicks <= MAX_CLICKS else None
    if ("exhibit" in known.needs and exhibit is None) or ("clicks" in known.needs and counted is None):
        raise SaisineError("breach_exhibit_missing")
    day = observed_on or session.today()
    if day > session.today():
        raise SaisineError("date_in_future", day=day.isoformat())
    row = BreachRow.objects.create(
        notice=notice,
        kind=kind,
        exhibit=exhibit,
        clicks=counted,
        observed_on=day,
        note=note.strip()[:NOTE_CHARS],
        noted_at=session.now(),
        by=session.actor,
    )
    journal.note(session, "breach_noted", subject=notice.id)
    return row


def get_breach(session: Session, notice: NoticeRow, id: str) -> BreachRow:
    """Raises `breach_unknown`."""
    rows = BreachRow.objects.filter(notice=notice, withdrawn_at__isnull=True, id=id)
    found: BreachRow = first_or_raise(rows, "breach_unknown")
    return found


def confirm(session: Session, breach: BreachRow, counter_evidence: str = "") -> None:
    """A person looked at it again; what speaks against it is kept beside it."""
    breach.confirmed_at, breach.counter_evidence = session.now(), counter_evidence.strip()[:NOTE_CHARS]
    breach.save(update_fields=["confirmed_at", "counter_evidence"])
    journal.note(session, "breach_confirmed", subject=breach.notice_id)


def withdraw(session: Session, breach: BreachRow) -> None:
    breach.withdrawn_at = session.now()
    breach.save(update_fields=["withdrawn_at"])
    journal.note(session, "breach_withdrawn", subject=breach.notice_id)


def as_csv(session: Session) -> str:
    """Every breach that stands, as the scorecards count them. Identifiers are numbers of this workspace."""
    rows = BreachRow.objects.filter(withdrawn_at__isnull=True).select_related("notice__incident", "exhibit")
    here = scopes.within(session, rows, "notice__incident_id")
    return breaches_csv(
        BreachRecord(
            notice_id=f"n{row.notice.number}",
            campaign_id=f"i{row.notice.incident.number}",
            platform=row.notice.platform,
            kind=load_breaches()[row.kind],
            is_confirmed=row.confirmed_at is not None,
            observed_on=row.observed_on,
            exhibit=row.exhibit.number if row.exhibit else None,
            clicks=row.clicks,
        )
        for row in here
        if row.kind in load_breaches()
    )


def exhibits_to_show(session: Session, notice: NoticeRow) -> list[ExhibitRow]:
    """The exhibits that may show a breach: captures and documents of the incident, the newest first."""
    rows = exhibits.exhibits(session, notice.incident)
    return [row for row in reversed(rows) if row.kind not in ("message", "group")]
