"""Notices for a whole wave: one model, reviewed once, and one notice for each content, each with its own address.

Nothing is sent: each is pasted and marked as sent by a person, or by list where a platform's form takes several
addresses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Max

from saisine.casework import association, exhibits, journal, notices, statements
from saisine.casework.case_models import StatementRow
from saisine.casework.models import ExhibitRow, Incident, NoticeRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.notices import NoticeText, load_platforms, platform_for_url

MAX_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """What one click made: notices, and the contents left out with the reason."""

    notices: tuple[NoticeRow, ...]
    without_link: tuple[int, ...]  # numbers of exhibits
    already: int


def contents(
    session: Session, incident: Incident, only: Iterable[int] | None = None
) -> list[tuple[ExhibitRow, str]]:
    """Each content of the incident that may be reported: its exhibit and its own address, once each.

    A group of copies gives one line for each message that has an address: a platform judges each account apart.
    """
    wanted = None if only is None else set(only)
    found: dict[str, ExhibitRow] = {}
    for row in exhibits.exhibits(session, incident):
        if row.kind in ("document", "original") or (wanted is not None and row.number not in wanted):
            continue
        for url in _addresses(session, row):
            found.setdefault(url, row)
    return [(row, url) for url, row in found.items()]


def _addresses(session: Session, row: ExhibitRow) -> Iterator[str]:
    if row.kind == "group":
        yield from (one.url for one in exhibits.exhibit_messages(session, row) if one.url)
    elif row.url:
        yield row.url


def draft_batch(
    session: Session,
    incident: Incident,
    *,
    only: Iterable[int] | None = None,
    notifier_role: str = "own_name",
    name: str = "",
    email: str = "",
    language: str = "fr",
) -> Batch:
    """One notice for each content that has none yet; with `only`, for these exhibits alone.

    Raises `notice_batch_empty`, `notice_batch_too_large`, and as `notices.draft`: a statement that is undecided
    stops the whole batch, so that none is half made.
    """
    numbers = None if only is None else tuple(only)
    offered = contents(session, incident, numbers)
    held = set(incident.notices.exclude(url="").values_list("url", flat=True))
    wanted = [(row, url) for row, url in offered if url not in held]
    if not wanted:
        raise SaisineError("notice_batch_empty")
    if len(wanted) > MAX_AT_ONCE:
        raise SaisineError("notice_batch_too_large", count=len(wanted), most=MAX_AT_ONCE)
    bases = _bases(session, incident, {row.id: row for row, _ in wanted}.values())
    card = association.get_association(session)
    signed = {
        "notifier_name": name.strip() or card.name,
        "notifier_email": email.strip() or card.email,
        "notifier_role": notifier_role if notifier_role == "mandate" else "own_name",
        "language": "en" if language == "en" else "fr",
        "created_at": session.now(),
    }
    with transaction.atomic():
        first = (NoticeRow.objects.aggregate(top=Max("number"))["top"] or 0) + 1
        rows = [
            NoticeRow(
                incident=incident,
                exhibit=row,
                number=number,
                platform=_platform(row, url),
                url=url,
                offences=bases[row.id],
                **signed,
            )
            for number, (row, url) in enumerate(wanted, first)
        ]
        NoticeRow.objects.bulk_create(rows, batch_size=100)
        journal.note(session, "notices_drafted", count=len(rows), subject=incident.id)
    used = {row.number for row, _ in offered}
    return Batch(tuple(rows), _without_link(session, incident, numbers, used), len(offered) - len(wanted))


def _platform(row: ExhibitRow, url: str) -> str:
    found = platform_for_url(url).platform.id or notices.platform_of(row)
    return found if found in load_platforms() else "other"


def _bases(session: Session, incident: Incident, rows: Iterable[ExhibitRow]) -> dict[str, list[str]]:
    """The offences for each exhibit, by id; each statement is assessed once."""
    by_statement: dict[str, list[str]] = {}
    found: dict[str, list[str]] = {}
    held = statements.statements(session, incident)
    for row in rows:
        about = _statement(row, held)
        if about.id not in by_statement:
            by_statement[about.id] = [one.id for one in notices.bases_now(session, incident, about)]
        found[row.id] = by_statement[about.id]
    return found


def _statement(row: ExhibitRow, held: list[StatementRow]) -> StatementRow:
    """As `statements.statement_of`, without a question for each exhibit."""
    return next((one for one in held if one.span == "chosen" and row.number in one.pieces), held[0])


def _without_link(
    session: Session, incident: Incident, only: tuple[int, ...] | None, used: set[int]
) -> tuple[int, ...]:
    rows = exhibits.exhibits(session, incident)
    return tuple(
        row.number
        for row in rows
        if row.kind not in ("document", "original")
        and row.number not in used
        and not row.url
        and (only is None or row.number in only)
    )


def texts(
    session: Session, rows: Iterable[NoticeRow], *, quote: bool = False
) -> Iterator[tuple[NoticeRow, NoticeText]]:
    """The text of each notice; the law is asked once for each statement. Without `quote`, no word of a content."""
    known: notices.Assessments = {}
    for row in rows:
        yield row, notices.text_of(session, row, quote=quote, known=known)


def drafts(session: Session, incident: Incident) -> list[NoticeRow]:
    """The notices of an incident that nobody sent yet, the oldest first."""
    rows = reversed(notices.list_notices(session, incident))
    return [row for row in rows if notices.state_of(row).id == "draft"]


def written(row: NoticeRow, text: NoticeText) -> str:
    """One notice as a file holds it: its address, the text, then what a form did not take."""
    return "\n\n".join(part for part in (row.url, text.text, text.annex) if part)


def show_texts(session: Session, rows: Iterable[NoticeRow]) -> Iterator[tuple[NoticeRow, NoticeText]]:
    """The same, quoted words included, for somebody's eyes: each opening is logged as for one notice."""
    known: notices.Assessments = {}
    for row in rows:
        yield row, notices.show_text(session, row, known=known)
