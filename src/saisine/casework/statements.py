"""The statements of an incident, each with its own answers, qualifications and clocks.

Press law qualifies one statement once; an incident often holds several. The first statement exists from the
opening and holds every exhibit that no other holds, so that an incident of one statement needs no thought.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Max, QuerySet

from saisine.casework import journal
from saisine.casework.case_models import ALL, CHOSEN, REST, StatementRow
from saisine.casework.models import ExhibitRow, Incident, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError

MAX_STATEMENTS: Final = 200
AUTHOR_CHARS: Final = 200
_NUMBERS: Final = re.compile(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?", re.ASCII)


def first(session: Session, incident: Incident) -> StatementRow:
    """The statement that holds what no other holds."""
    row, _ = StatementRow.objects.get_or_create(
        incident=incident, number=1, defaults={"span": REST, "added_at": session.now(), "by": session.actor}
    )
    return row


def statements(session: Session, incident: Incident) -> list[StatementRow]:
    """Those that stand, in their order; never empty."""
    found = list(StatementRow.objects.filter(incident=incident, withdrawn_at__isnull=True))
    return found or [first(session, incident)]


def get_statement(session: Session, incident: Incident, number: str | int) -> StatementRow:
    """By its number. Raises `statement_unknown`."""
    text = str(number).strip()
    if text == "1":
        return first(session, incident)
    known = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    here = StatementRow.objects.filter(incident=incident, withdrawn_at__isnull=True, number=known)
    found: StatementRow = first_or_raise(here, "statement_unknown")
    return found


def read_numbers(text: str) -> list[int]:
    """« 3, 5-7 » as exhibit numbers. Raises `statement_pieces_unclear`."""
    found: set[int] = set()
    for part in filter(str.strip, re.split(r"[,;]", text)):
        match = _NUMBERS.fullmatch(part)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if high < low or high - low > 10_000:
            raise SaisineError("statement_pieces_unclear", text=part.strip()[:40])
        found.update(range(low, high + 1))
    return sorted(found)


def add_statement(
    session: Session,
    incident: Incident,
    pieces: Iterable[int] = (),
    *,
    published_on: date | None = None,
    author: str = "",
    is_whole: bool = False,
) -> StatementRow:
    """A statement shown by these exhibits; with `is_whole`, by all (harassment is made of all of them).

    What was answered on whom the incident targets holds for it too; every other question is its own.
    Raises `statement_pieces_unknown`, `statements_too_many`, `date_in_future`.
    """
    numbers = known_numbers(incident, pieces)
    _require_past(session, published_on)
    with transaction.atomic():
        first(session, incident)
        held = StatementRow.objects.filter(incident=incident)
        if held.filter(withdrawn_at__isnull=True).count() >= MAX_STATEMENTS:
            raise SaisineError("statements_too_many", most=MAX_STATEMENTS)
        row = StatementRow.objects.create(
            incident=incident,
            number=(held.aggregate(top=Max("number"))["top"] or 0) + 1,
            span=ALL if is_whole else CHOSEN,
            pieces=[] if is_whole else numbers,
            published_on=published_on,
            author=author.strip()[:AUTHOR_CHARS],
            added_at=session.now(),
            by=session.actor,
        )
        journal.note(session, "statement_added", subject=incident.id)
    return row


def change(
    session: Session,
    statement: StatementRow,
    *,
    pieces: Iterable[int] | None = None,
    published_on: date | None = None,
    author: str = "",
) -> None:
    """Say again what shows it, its day and its account. Raises as `add_statement`."""
    _require_past(session, published_on)
    if pieces is not None and statement.span == CHOSEN:
        statement.pieces = known_numbers(statement.incident, pieces)
    statement.published_on, statement.author = published_on, author.strip()[:AUTHOR_CHARS]
    statement.save(update_fields=["pieces", "published_on", "author"])
    journal.note(session, "statement_changed", subject=statement.incident_id)


def withdraw(session: Session, statement: StatementRow) -> None:
    """Take a statement back: its exhibits return to the first. Raises `statement_first_stays`."""
    if statement.number == 1:
        raise SaisineError("statement_first_stays")
    statement.withdrawn_at = session.now()
    statement.save(update_fields=["withdrawn_at"])
    journal.note(session, "statement_changed", subject=statement.incident_id)


def known_numbers(incident: Incident, pieces: Iterable[int]) -> list[int]:
    """The numbers in order, each once. Raises `statement_pieces_unknown` for one that the incident has not."""
    wanted = sorted(set(pieces))
    rows = incident.exhibits.filter(withdrawn_at__isnull=True)
    unknown = sorted(set(wanted) - set(rows.values_list("number", flat=True)))
    if unknown:
        raise SaisineError("statement_pieces_unknown", numbers=", ".join(map(str, unknown[:10])))
    return wanted


def _require_past(session: Session, day: date | None) -> None:
    if day is not None and day > session.today():
        raise SaisineError("date_in_future", day=day.isoformat())


# ------------------------------------------------------------------ exhibits


def exhibits_of(statement: StatementRow) -> "QuerySet[ExhibitRow, ExhibitRow]":
    """The exhibits that show a statement, withdrawn ones left out."""
    rows: QuerySet[ExhibitRow, ExhibitRow] = statement.incident.exhibits.filter(withdrawn_at__isnull=True)
    if statement.span == CHOSEN:
        return rows.filter(number__in=statement.pieces)
    return rows if statement.span == ALL else rows.exclude(number__in=_held_elsewhere(statement))


def _held_elsewhere(statement: StatementRow) -> list[int]:
    others = StatementRow.objects.filter(
        incident=statement.incident_id, withdrawn_at__isnull=True, span=CHOSEN
    ).exclude(id=statement.id)
    return sorted({number for pieces in others.values_list("pieces", flat=True) for number in pieces})


def statement_of(session: Session, exhibit: ExhibitRow | None, incident: Incident) -> StatementRow:
    """The statement that an exhibit shows: one that names it, else the first."""
    if exhibit is not None:
        for row in statements(session, incident):
            if row.span == CHOSEN and exhibit.number in row.pieces:
                return row
    return first(session, incident)


def overlap(one: StatementRow, other: StatementRow) -> bool:
    """Whether an exhibit shows both, or one of them is not shown by any and cannot be told from the other."""
    mine = set(exhibits_of(one).values_list("number", flat=True))
    return bool(mine & set(exhibits_of(other).values_list("number", flat=True)))


def numbers_words(numbers: Sequence[int], language: str = "fr") -> str:
    """« 1 à 3, 7 »: exhibit numbers, runs made short."""
    to = "to" if language == "en" else "à"
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a} {to} {b}" if b > a + 1 else f"{a}, {b}" for a, b in runs)
