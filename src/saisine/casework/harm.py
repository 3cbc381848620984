"""Harm of an incident, person by person: what it is, days of a certificate, costs, the exhibit that shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from saisine.casework import consents, incidents, journal
from saisine.casework.file_models import HarmRow
from saisine.casework.models import ExhibitRow, Incident, PersonRow, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents.harm import KINDS, MAX_DAYS, MAX_EUR, days_words, period_words

TEXT_CHARS: Final = 1000
THIN: Final = "\u202f"  # French groups digits with a narrow no-break space
CERTIFIED_OVER: Final = "itt_over_8_days"  # the fact of the law that a certificate settles
CERTIFIED_DAYS: Final = 8  # Code pénal, art. 222-33-2-2: « supérieure à huit jours », as that fact asks


@dataclass(frozen=True, slots=True)
class Harm:
    """One line of harm; `who` is the neutral label of a person, empty for the incident as a whole."""

    row: HarmRow
    who_fr: str
    who_en: str

    @property
    def piece(self) -> int | None:
        """The number of the exhibit that shows it; none once it was withdrawn."""
        found = self.row.exhibit
        return found.number if found is not None and found.withdrawn_at is None else None

    def kind(self, language: str = "fr") -> str:
        return KINDS[self.row.kind][1 if language == "en" else 0]

    def who(self, language: str = "fr") -> str:
        return self.who_en if language == "en" else self.who_fr

    def period(self, language: str = "fr") -> str:
        return period_words(self.row.since, self.row.until, language)

    def words(self, language: str = "fr") -> str:
        """What a person wrote, then days and cost, as a file tells them."""
        row, english = self.row, language == "en"
        days = days_words(row.days, self.piece, language) if row.days is not None else ""
        grouped = f"{row.amount_eur or 0:,}"
        amount = f"€{grouped}" if english else f"{grouped.replace(',', THIN)} euros"
        parts = (row.text, days, amount if row.amount_eur is not None else "")
        return " ".join(f"{part[:1].upper()}{part[1:].rstrip('.')}." for part in parts if part)


def harms(session: Session, incident: Incident) -> list[Harm]:
    """Those that stand, in the order in which they were noted."""
    rows = incident.harms.filter(withdrawn_at__isnull=True).select_related("person", "exhibit")
    return [Harm(row, *_who(row.person)) for row in rows if row.kind in KINDS]


def _who(person: PersonRow | None) -> tuple[str, str]:
    if person is None:
        return "", ""
    line = incidents.line_of(person)
    return line.label_fr, line.label_en


def add_harm(
    session: Session,
    incident: Incident,
    kind: str,
    text: str = "",
    *,
    person: PersonRow | None = None,
    exhibit: ExhibitRow | None = None,
    since: date | None = None,
    until: date | None = None,
    days: int | None = None,
    amount_eur: int | None = None,
) -> HarmRow:
    """Raises `harm_kind_unknown`, `harm_empty`, `harm_number_wrong`, `harm_days_order`, `person_unknown`,
    `notice_exhibit_foreign`, `date_in_future`."""
    _require(session, incident, kind, person, exhibit)
    _require_days(session, since, until)
    for number, most in ((days, MAX_DAYS), (amount_eur, MAX_EUR)):
        if number is not None and not 0 < number <= most:
            raise SaisineError("harm_number_wrong", number=number, most=most)
    said = text.strip()[:TEXT_CHARS]
    if not said and days is None and amount_eur is None:
        raise SaisineError("harm_empty")
    row = HarmRow.objects.create(
        incident=incident,
        person=person,
        exhibit=exhibit,
        kind=kind,
        text=said,
        since=since,
        until=until,
        days=days,
        amount_eur=amount_eur,
        noted_at=session.now(),
        by=session.actor,
    )
    journal.note(session, "harm_noted", subject=incident.id)
    return row


def _require(
    session: Session, incident: Incident, kind: str, person: PersonRow | None, exhibit: ExhibitRow | None
) -> None:
    if kind not in KINDS:
        raise SaisineError("harm_kind_unknown", kind=kind)
    if person is not None and (
        person.incident_id != incident.id or person.id not in consents.targeted(incident)
    ):
        raise SaisineError("person_unknown")
    if exhibit is not None and exhibit.incident_id != incident.id:
        raise SaisineError("notice_exhibit_foreign")


def _require_days(session: Session, since: date | None, until: date | None) -> None:
    """`until` may lie ahead: a certificate says how long."""
    if since is not None and since > session.today():
        raise SaisineError("date_in_future", day=since.isoformat())
    if since is not None and until is not None and until < since:
        raise SaisineError("harm_days_order")


def withdraw(session: Session, incident: Incident, id: str) -> None:
    """Take a line back; it stays in the rows and leaves every output. Raises `harm_unknown`."""
    row: HarmRow = first_or_raise(incident.harms.filter(id=id, withdrawn_at__isnull=True), "harm_unknown")
    row.withdrawn_at = session.now()
    row.save(update_fields=["withdrawn_at"])
    journal.note(session, "harm_withdrawn", subject=incident.id)


def is_certified_over(session: Session, incident: Incident) -> bool:
    """Whether a certificate among the exhibits gives more days than the law's question asks about."""
    rows = incident.harms.filter(withdrawn_at__isnull=True, days__gt=CERTIFIED_DAYS)
    return rows.filter(exhibit__isnull=False, exhibit__withdrawn_at__isnull=True).exists()


def letter_words(session: Session, incident: Incident) -> str:
    """All of it in one paragraph, for a letter; empty when nothing was noted."""
    return " ".join(_sentences(harms(session, incident)))


def _sentences(lines: list[Harm]) -> Iterator[str]:
    for line in lines:
        who = f", {line.who_fr}" if line.who_fr else ""
        period = f" ({line.period()})" if line.period() else ""
        yield f"{line.kind()}{who}{period} : {line.words()}"
