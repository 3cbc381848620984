"""A calendar file of terms (RFC 5545): whole days, neutral titles, stable ids, updates and cancellations.

Titles hold no name and no quote, because calendars are copied to clouds. Lines are folded at 75 octets
without cutting a character (section 3.1).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

PRODID: Final = "-//Saisine//Calendrier//FR"
ALARM_DAYS: Final = (15, 7, 1)
_LINE_OCTETS: Final = 75


@dataclass(frozen=True, slots=True)
class CalendarTerm:
    """One day in a calendar. `title` is neutral (« Échéance, dossier 7 »); `sequence` rises on change."""

    term_id: str
    on: date
    title: str
    note: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def renew_terms(terms: Iterable[CalendarTerm], before: Iterable[CalendarTerm]) -> tuple[CalendarTerm, ...]:
    """The terms to write, given those of the last file: changed ones rise, lost ones are cancelled."""
    old = {term.term_id: term for term in before}
    found = [_renewed(term, old.pop(term.term_id, None)) for term in terms]
    gone = [
        term if term.is_cancelled else replace(term, sequence=term.sequence + 1, is_cancelled=True)
        for term in old.values()
    ]
    return (*found, *gone)


def _renewed(term: CalendarTerm, before: CalendarTerm | None) -> CalendarTerm:
    if before is None:
        return term
    same = replace(term, sequence=before.sequence) == before
    return replace(term, sequence=before.sequence if same else before.sequence + 1)


def write_ics(terms: Sequence[CalendarTerm], workspace_id: str, *, now: datetime) -> str:
    """The calendar as text, CRLF line ends. `now` (aware UTC) is printed as DTSTAMP."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN"]
    for term in sorted(terms, key=lambda term: (term.on, term.term_id)):
        lines += _event(term, workspace_id, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines)


def term_uid(workspace_id: str, term_id: str) -> str:
    """The same term of the same workspace has the same UID in every file."""
    text = f"{workspace_id}\n{term_id}".encode("utf-8", "surrogatepass")
    return f"{hashlib.sha256(text).hexdigest()[:32]}@saisine.invalid"


def _event(term: CalendarTerm, workspace_id: str, now: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{term_uid(workspace_id, term.term_id)}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{term.sequence}",
        f"DTSTART;VALUE=DATE:{term.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{term.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape(term.title)}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        f"STATUS:{'CANCELLED' if term.is_cancelled else 'CONFIRMED'}",
    ]
    if term.note:
        lines.append(f"DESCRIPTION:{escape(term.note)}")
    if not term.is_cancelled:
        for days in ALARM_DAYS:
            lines += _alarm(term, days)
    return [*lines, "END:VEVENT"]


def _alarm(term: CalendarTerm, days: int) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER:-P{days}D",
        f"DESCRIPTION:{escape(term.title)}",
        "END:VALARM",
    ]


def escape(text: str) -> str:
    """TEXT of section 3.3.11: backslash, comma, semicolon and line ends; other control characters dropped."""
    plain = "\n".join(text.splitlines()).encode("utf-8", "replace").decode()
    plain = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(char for char in plain if char >= " " and char != "\x7f")


def fold(line: str) -> str:
    """A content line cut into pieces of at most 75 octets, never inside a character."""
    pieces, current, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > _LINE_OCTETS:
            pieces.append(current)
            current, size = " ", 1
        current, size = current + char, size + width
    return "\r\n".join([*pieces, current])
