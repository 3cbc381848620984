"""Exhibits: what enters an incident is copied and sealed as it is on that day, with pointers to its source.

Later erasure of the corpus row does not change the incident; erasing the incident's unit ends its copies.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Max

from saisine.casework import captures, journal, rights, scopes, surveys
from saisine.casework.models import Capture, Decision, ExhibitRow, Incident, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.messages.schema import Message
from saisine.paris import in_paris
from saisine.vault import Sealed, SealItem

MAX_EXHIBITS: Final = 10_000
SEVERAL: Final = "several"  # the platform of a group of copies found on more than one
PRECISIONS: Final = {"us": "us", "ms": "us", "s": "s", "min": "min", "hour": "day", "day": "day",
                     "week": "month", "month": "month", "year": "none", "none": "none"}  # fmt: skip
# kind -> (French, English); {n} messages, {p} platform
TITLES: Final[dict[str, tuple[str, str]]] = {
    "message": ("Message sur {p}", "Message on {p}"),
    "group": ("{n} messages presque identiques sur {p}", "{n} nearly identical messages on {p}"),
    "screenshot": ("Capture d’écran {n}", "Screenshot {n}"),
    "document": ("Document {n}", "Document {n}"),
    "original": ("Fichier scellé {n}", "Sealed file {n}"),
}
PLATFORM_NAMES: Final[dict[str, str]] = {
    "youtube": "YouTube", "facebook": "Facebook", "instagram": "Instagram", "tiktok": "TikTok", "x": "X",
    "twitch": "Twitch", "linkedin": "LinkedIn", "bluesky": "Bluesky", "mastodon": "Mastodon",
    "telegram": "Telegram", "whatsapp": "WhatsApp", "discord": "Discord", "threads": "Threads",
    "snapchat": "Snapchat", "email": "courriel", "other": "une autre plateforme",
    "several": "plusieurs plateformes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """One exhibit to be: its messages, or a sealed item."""

    kind: str
    messages: tuple[Message, ...] = ()
    capture: Capture | None = None
    is_danger: bool = False


def exhibits(session: Session, incident: Incident, limit: int | None = None) -> list[ExhibitRow]:
    """The exhibits in their order; withdrawn ones are left out, their numbers are never used again."""
    rows = incident.exhibits.filter(withdrawn_at__isnull=True).select_related("capture").order_by("number")
    return list(rows[:limit] if limit is not None else rows)


def exhibit_title(row: ExhibitRow, language: str = "fr") -> str:
    """A neutral title: kind and platform, never a word of the content."""
    words = TITLES[row.kind][1 if language == "en" else 0]
    number = row.capture.number if row.capture else row.messages or row.number
    platform = PLATFORM_NAMES.get(row.platform, row.platform)
    if row.platform == "several" and language == "en":
        platform = "several platforms"
    return words.format(n=number, p=platform)


def exhibit_messages(session: Session, row: ExhibitRow) -> list[Message]:
    """The frozen copy of an exhibit's messages; empty for pictures and documents."""
    if not row.frozen:
        return []
    body = session.vault.read_bytes(row.frozen)
    return [msgspec.json.decode(line, type=Message) for line in body.splitlines() if line]


def sealed_of(session: Session, row: ExhibitRow) -> Sealed | None:
    """What the vault says of the sealed bytes behind an exhibit; None when there are none, or no longer."""
    item = row.frozen or row.item
    try:
        return session.vault.find(item) if item else None
    except SaisineError as error:
        if error.code != "item_erased":
            raise
        return None


def open_exhibit(session: Session, row: ExhibitRow) -> list[Message]:
    """The same messages for somebody's eyes: one row of the journal, one line of the vault's log."""
    messages = exhibit_messages(session, row)
    if messages:
        session.vault.log_access(row.frozen, count=len(messages), actor=session.actor)
        journal.note(session, "message_opened", count=len(messages), subject=row.id)
    return messages


# ------------------------------------------------------------------ adding


def add_kept(session: Session, incident: Incident, refs: Collection[str] | None = None) -> int:
    """What was kept in the sorting box, and every completed screenshot; how many exhibits were made.

    With `refs`, those messages alone, and no screenshot.
    """
    kept = SortedMessage.objects.filter(value=Decision.KEEP, incident__isnull=True).order_by("id")
    wanted = None if refs is None else set(refs)
    rows = [row for row in scopes.messages(session, kept) if wanted is None or row.ref in wanted]
    danger = {one.ref for one in surveys.current(session).urgent}
    pieces = _message_pieces(session, rows, danger)
    made = _add(session, incident, [*pieces, *(_capture_pieces(session) if refs is None else [])])
    for start in range(0, len(rows), 500):  # SQLite bounds the values of one question
        ids = [row.id for row in rows[start : start + 500]]
        SortedMessage.objects.filter(id__in=ids).update(incident=incident)
    return made


def _message_pieces(session: Session, rows: Sequence[SortedMessage], danger: set[str]) -> list[_Piece]:
    """Each group of copies is one exhibit with its list; each other message is one; danger comes first."""
    by_group: dict[str, list[str]] = {}
    for row in rows:
        by_group.setdefault(row.group or f"m:{row.ref}", []).append(row.ref)
    messages = dict(zip([r.ref for r in rows], session.corpora.get_many([r.ref for r in rows]), strict=True))
    pieces = [
        _Piece(
            kind="message" if len(refs) == 1 else "group",
            messages=tuple(messages[ref] for ref in refs),
            is_danger=any(ref in danger for ref in refs),
        )
        for refs in by_group.values()
    ]
    return sorted(pieces, key=lambda piece: not piece.is_danger)


def _capture_pieces(session: Session) -> list[_Piece]:
    return [_Piece("screenshot", capture=capture) for capture in captures.ready(session).order_by("number")]


def add_messages(session: Session, incident: Incident, refs: Iterable[str]) -> int:
    """Messages by reference, each as an exhibit of its own. Raises `message_unknown`, `exhibit_twice`."""
    wanted = list(refs)
    if incident.exhibits.filter(ref__in=wanted).exists():
        raise SaisineError("exhibit_twice")
    messages = session.corpora.get_many(wanted)
    return _add(session, incident, [_Piece("message", (message,)) for message in messages])


def add_item(session: Session, incident: Incident, ref: str) -> ExhibitRow:
    """A sealed piece as an exhibit. Raises `item_unknown`, `exhibit_twice`."""
    sealed = session.vault.find(ref)
    if incident.exhibits.filter(item=sealed.item, withdrawn_at__isnull=True).exists():
        raise SaisineError("exhibit_twice")
    number = _next_number(incident)
    capture = Capture.objects.filter(item=sealed.item).first()
    if capture is not None:
        _add(session, incident, [_Piece(capture.kind, capture=capture)])
    else:
        ExhibitRow.objects.create(
            incident=incident,
            number=number,
            kind="original",
            item=sealed.item,
            added_at=session.now(),
        )
    journal.note(session, "exhibits_added", subject=incident.id)
    return incident.exhibits.get(number=number)


def withdraw(session: Session, incident: Incident, number: int) -> None:
    """Take an exhibit out of an incident: its number is never used again, its sealed bytes stay in the vault.

    Raises `exhibit_unknown`.
    """
    rows = incident.exhibits.filter(number=number, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=session.now()):
        raise SaisineError("exhibit_unknown")
    journal.note(session, "exhibit_withdrawn", subject=incident.id)


def withdrawn(session: Session, incident: Incident) -> list[ExhibitRow]:
    """Those taken out that may come back: their bytes are still sealed, and no other exhibit holds the same."""
    rows = incident.exhibits.filter(withdrawn_at__isnull=False).order_by("number")
    return [row for row in rows if _may_return(session, incident, row)]


def _may_return(session: Session, incident: Incident, row: ExhibitRow) -> bool:
    if row.item and incident.exhibits.filter(item=row.item, withdrawn_at__isnull=True).exists():
        return False
    sealed = sealed_of(session, row)
    return sealed is not None and not sealed.is_barred


def put_back(session: Session, incident: Incident, number: int) -> None:
    """An exhibit taken out by mistake stands again under its number. Raises `exhibit_unknown`."""
    row = next((one for one in withdrawn(session, incident) if one.number == number), None)
    if row is None:
        raise SaisineError("exhibit_unknown")
    incident.exhibits.filter(id=row.id).update(withdrawn_at=None)
    journal.note(session, "exhibit_put_back", subject=incident.id)


def _next_number(incident: Incident) -> int:
    return (incident.exhibits.aggregate(top=Max("number"))["top"] or 0) + 1


def _add(session: Session, incident: Incident, pieces: Sequence[_Piece]) -> int:
    """Seal the frozen copies in the incident's own unit, then write the rows."""
    if not pieces:
        return 0
    if incident.exhibits.count() + len(pieces) > MAX_EXHIBITS:
        raise SaisineError("exhibits_too_many", most=MAX_EXHIBITS)
    frozen = _freeze(session, incident, pieces)
    with transaction.atomic():
        first = _next_number(incident)
        rows = [
            _row(session, incident, number, piece, item)
            for number, (piece, item) in enumerate(zip(pieces, frozen, strict=True), first)
        ]
        ExhibitRow.objects.bulk_create(rows, batch_size=500)
        used = [piece.capture.id for piece in pieces if piece.capture]
        Capture.objects.filter(id__in=used).update(incident=incident)
        _note_place(session, incident, pieces)
    return len(rows)


def _freeze(session: Session, incident: Incident, pieces: Sequence[_Piece]) -> list[str]:
    """One sealed object per message exhibit: its messages, one JSON line each."""
    if not incident.unit:
        incident.unit = session.vault.new_unit()
        incident.save(update_fields=["unit"])
    items = [
        SealItem(
            f"piece-{index:04d}.jsonl",
            b"".join(msgspec.json.encode(message) + b"\n" for message in piece.messages),
            kind="records",
            media_type="application/x-ndjson",
            parents=_parents(session, piece.messages),
        )
        for index, piece in enumerate(pieces)
        if piece.messages
    ]
    sealed = iter(session.vault.seal_many(items, unit=incident.unit, actor=session.actor) if items else [])
    return [next(sealed).item if piece.messages else "" for piece in pieces]


def _parents(session: Session, messages: Iterable[Message]) -> tuple[str, ...]:
    """The sealed sources from which these messages were read."""
    return tuple(sorted({source_item(session, message) for message in messages} - {""}))


def source_item(session: Session, message: Message) -> str:
    """The vault item of the file that a message comes from; empty when it is not known any more."""
    corpus = (message.ref or "").split(":")[0]
    if not corpus:
        return ""
    return session.corpora.info(corpus).item_of(message.source_sha256)


def _row(session: Session, incident: Incident, number: int, piece: _Piece, frozen: str) -> ExhibitRow:
    row = ExhibitRow(
        incident=incident,
        number=number,
        kind=piece.kind,
        frozen=frozen,
        is_danger=piece.is_danger,
        added_at=session.now(),
    )
    if piece.capture is not None:
        _describe_capture(row, piece.capture)
    else:
        _describe_messages(session, row, piece.messages)
    return row


def _describe_capture(row: ExhibitRow, capture: Capture) -> None:
    row.capture, row.item = capture, capture.item
    row.platform, row.url = capture.platform, capture.url
    if capture.is_confirmed and capture.shown_on:
        row.on, row.precision, row.source = capture.shown_on, "day", "person"


def _describe_messages(session: Session, row: ExhibitRow, messages: Sequence[Message]) -> None:
    """The first in time speaks for the exhibit: its date starts the clock."""
    first = earliest(messages)
    row.messages = len(messages)
    row.variants = len({message.text_norm for message in messages})
    row.ref = first.ref or ""
    row.item = source_item(session, first)
    platforms = {message.platform for message in messages}
    row.platform, row.url = platforms.pop() if len(platforms) == 1 else SEVERAL, first.url or ""
    row.at = first.created_at
    row.precision = precision_of(first)
    row.source = {"field": "field", "id": "id", "file": "file"}.get(first.created_at_source or "", "")


def _note_place(session: Session, incident: Incident, pieces: Sequence[_Piece]) -> None:
    """Where it happened follows from the pieces: the platform of most of them, and that it was online."""
    names = [m.platform for piece in pieces for m in piece.messages]
    names += [piece.capture.platform for piece in pieces if piece.capture and piece.capture.platform]
    if names and incident.platform == "other":
        incident.platform = max(sorted(set(names)), key=names.count)
        incident.save(update_fields=["platform"])
        rights.record(session, incident, {"online": "true"})


def precision_of(message: Message) -> str:
    """How precisely a message is dated, in the words of a chronology."""
    return PRECISIONS.get(message.created_at_precision, "none") if message.created_at else "none"


def earliest(messages: Sequence[Message]) -> Message:
    """The first in time; when none is dated, the first given."""
    dated = [(message.created_at, index) for index, message in enumerate(messages) if message.created_at]
    return messages[min(dated)[1]] if dated else messages[0]


def day_of(row: ExhibitRow) -> date | None:
    """The Paris day of an exhibit, or None."""

    return in_paris(row.at).date() if row.at else row.on
