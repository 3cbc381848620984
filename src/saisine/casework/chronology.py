"""The chronology of an incident: what is dated among exhibits, acts, notices and procedures, in one order."""

from saisine.casework import notices, procedures
from saisine.casework.exhibits import exhibit_title, exhibits
from saisine.casework.models import ExhibitRow, Incident
from saisine.casework.session import Session
from saisine.incidents.chronology import Dated, Line, Precision, in_order, merge_days
from saisine.incidents.procedures import load_procedures
from saisine.notices.states import KINDS


def chronology(session: Session, incident: Incident) -> list[Line]:
    """Oldest first; many exhibits of one day become one line; undated things come last."""
    pieces = merge_days(_of_exhibit(row) for row in exhibits(session, incident))
    return in_order(
        [*pieces, *_acts(session, incident), *_notices(session, incident), *_procedures(session, incident)]
    )


def dated(row: ExhibitRow) -> Dated:
    """When an exhibit was published, as precisely as its source says."""
    precision: Precision = row.precision if row.precision in ("us", "s", "min", "day", "month") else "none"  # type: ignore[assignment]
    return Dated(row.at or row.on, precision)


def _of_exhibit(row: ExhibitRow) -> Line:
    texts = [f"{exhibit_title(row, language)} ({word} {row.number})." for language, word in _PIECE]
    return Line(dated(row), texts[0], texts[1], (row.number,))


_PIECE = (("fr", "pièce"), ("en", "exhibit"))


def _acts(session: Session, incident: Incident) -> list[Line]:
    found = []
    for row in incident.acts.order_by("id"):
        rules = session.law.limitation
        when = Dated(row.on, "month" if row.precision == "month" else "day" if row.on else "none")
        texts = (f"{rules.label(row.kind)}.", f"{rules.label_en(row.kind)}.")
        found.append(Line(when, *texts, is_birth=rules.role(row.kind) == "birth"))
    return found


def _notices(session: Session, incident: Incident) -> list[Line]:
    found = []
    for notice in reversed(notices.list_notices(session, incident)):  # oldest first within one minute
        for event in notices.events_of(notice):
            words = KINDS[event.kind]
            when = Dated(event.at, "min" if event.has_time else "day")
            found.append(
                Line(
                    when,
                    f"{words[0]} (signalement {notice.number}).",
                    f"{words[1]} (notice {notice.number}).",
                )
            )
    return found


def _procedures(session: Session, incident: Incident) -> list[Line]:
    """A complaint and what came of it; the numbers that an authority gave stand in the steps of the dossier."""
    known = load_procedures()
    found = []
    for one in procedures.procedures(session, incident):
        for event in one.events:
            word = known.event(event.kind)
            said = (word.label_fr, word.label_en) if word else (event.kind, event.kind)
            texts = (f"{one.kind('fr')} : {said[0].lower()}.", f"{one.kind('en')}: {said[1].lower()}.")
            found.append(Line(Dated(event.on, "day"), *texts))
    return found
