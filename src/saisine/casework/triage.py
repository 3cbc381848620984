"""The sorting box: what is urgent, each wave, the rest; one decision may cover hundreds, and can be undone.

No text leaves here before `open_card`, which writes one line of the journal and one of the vault's log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from saisine.casework import captures, confirmed_types, decided, journal, reading_order, scopes, surveys
from saisine.casework.bands import CAPTURES as CAPTURES
from saisine.casework.bands import PLATFORM as PLATFORM
from saisine.casework.bands import SAMPLE as SAMPLE
from saisine.casework.bands import SHOWN_TARGETS as SHOWN_TARGETS
from saisine.casework.bands import TARGET as TARGET
from saisine.casework.bands import Band as Band
from saisine.casework.bands import Content, content_of, day_of, placed_of
from saisine.casework.bands import bands as bands
from saisine.casework.bands import by_platform as by_platform
from saisine.casework.bands import by_target as by_target
from saisine.casework.bands import get_band as get_band
from saisine.casework.bands import has_any as has_any
from saisine.casework.bands import hours as hours
from saisine.casework.bands import open_targets as open_targets
from saisine.casework.bands import ranks as ranks
from saisine.casework.confirmed_types import Chosen
from saisine.casework.models import Decision, SortedMessage, first_or_raise
from saisine.casework.row_files import Codes
from saisine.casework.session import Session
from saisine.casework.surveys import OTHERS, URGENT, Placed
from saisine.errors import SaisineError
from saisine.findings.alignment import Piece, align
from saisine.findings.danger import Danger
from saisine.messages.schema import Message

UNDO_S: Final = 30
GRACE_S: Final = 5  # the click leaves the page before the half-minute ends, and arrives after it
SHOWN_VARIANTS: Final = 3
LOOKED_AT: Final = 200  # members of a group among which variants are looked for


@dataclass(frozen=True, slots=True)
class Card:
    """One message or group of copies, described without a word of it. `words` counts those of its text.

    `rank` is its place in the reading order, empty while there is none; `is_unsure`: the model does not know.
    `chosen` is what a person confirmed of its types, on the message that stands for a group.
    """

    ref: str
    band: str
    kind: str
    n: int
    variants: int
    platform: str
    at: datetime | None
    words: int
    dangers: tuple[str, ...]
    value: str
    rank: str = ""
    is_unsure: bool = False
    chosen: Chosen | None = None


@dataclass(frozen=True, slots=True)
class CardPage:
    items: list[Card]
    next: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The text of a card, once a person asked for it."""

    text: str
    lang: str
    author: str
    at: datetime | None
    url: str
    platform: str
    why_fr: str
    why_en: str
    pieces: tuple[Piece, ...] = ()
    likeness_fr: str = ""
    likeness_en: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept and is in no incident yet."""

    count: int
    captures: int
    wave_day: date | None


# ------------------------------------------------------------------ cards


def cards(
    session: Session, band: str, *, after: str | None = None, limit: int = 20, rank: str = ""
) -> CardPage:
    """A page of cards: groups first, the largest before. `after` is the `next` of the page before.

    Raises `band_unknown`, `survey_waits`.
    """
    content = content_of(session, placed_of(session), band, rank)
    page = content.page(after, limit + 1)
    return CardPage(describe(session, content, page[:limit]), page[limit - 1] if len(page) > limit else None)


def get_card(session: Session, band: str, ref: str) -> Card:
    """Raises `band_unknown`, `card_unknown`."""
    return describe(session, content_of(session, placed_of(session), band), [ref])[0]


def describe(session: Session, content: Content, page: Sequence[str]) -> list[Card]:
    values = decided.values(session, content.placed)
    order = reading_order.current(session, content.placed)
    dangers = _danger_kinds(session, content.placed) if content.id not in content.placed.bands[1:] else {}
    found = [_card(content, ref, values, order, dangers) for ref in page]
    return _with_types(session, found, [_message_of(content, ref) for ref in page])


def _with_types(session: Session, found: Sequence[Card], messages: Sequence[str]) -> list[Card]:
    """The cards with what was confirmed on the message that stands for each."""
    rows = confirmed_types.standing(session, messages)
    chosen = {ref: confirmed_types.chosen_of(row) for ref, row in rows.items()}
    return [replace(card, chosen=chosen.get(ref)) for card, ref in zip(found, messages, strict=True)]


def describe_places(session: Session, placed: Placed, places: Codes) -> list[Card]:
    """Single messages as cards of the band they lie in, those of a group too."""
    values, order = decided.values(session, placed), reading_order.current(session, placed)
    dangers = _danger_kinds(session, placed)
    found = [_single(placed, int(at), values, order, dangers) for at in places]
    return _with_types(session, found, [card.ref[2:] for card in found])


def _single(
    placed: Placed,
    at: int,
    values: NDArray[np.uint8],
    order: "reading_order.Order | None",
    dangers: Mapping[int, tuple[str, ...]],
    band: str = "",
) -> Card:
    return Card(
        ref=f"m:{placed.refs(np.array([at]))[0]}",
        band=band or placed.bands[placed.band[at]],
        kind="message",
        n=1,
        variants=1,
        platform=placed.platforms[placed.platform[at]],
        at=placed.when(at),
        words=int(placed.words[at]),
        dangers=dangers.get(at, ()),
        value=decided.NAMES[int(values[at])],
        rank=order.rank_of(np.array([at])) if order is not None else "",
        is_unsure=order is not None and bool(order.is_unsure[at]),
    )


def _danger_kinds(session: Session, placed: Placed) -> dict[int, tuple[str, ...]]:
    """Place -> kinds of its danger signs; listed once for a survey."""
    held = session.kept.get("danger_kinds")
    if isinstance(held, tuple) and held[0] is placed:
        found: dict[int, tuple[str, ...]] = held[1]
        return found
    made = _list_danger_kinds(placed)
    session.kept["danger_kinds"] = (placed, made)
    return made


def _list_danger_kinds(placed: Placed) -> dict[int, tuple[str, ...]]:
    rows = ((at, row) for at, row in enumerate(placed.found.rows) if row["kind"] == "urgent")
    return {
        int(placed.places_of(placed.found.codes_of(at))[0]): tuple(
            dict.fromkeys(sign["kind"] for sign in row["dangers"])
        )
        for at, row in rows
    }


def _card(
    content: Content,
    ref: str,
    values: NDArray[np.uint8],
    order: "reading_order.Order | None",
    dangers: Mapping[int, tuple[str, ...]],
) -> Card:
    """From the arrays alone: a list of cards opens no corpus."""
    placed, members = content.placed, content.members(ref)
    if ref.startswith("m:"):
        return _single(placed, int(members[0]), values, order, dangers, content.id)
    row = placed.found.rows[placed.group_rows[placed.group_at[ref[2:]]]]
    shown = int(placed.places([row["medoid"]])[0])
    marks = np.unique(values[members])
    return Card(
        ref=ref,
        band=content.id,
        kind="group",
        n=len(members),
        variants=row["variants"],
        platform=placed.platforms[placed.platform[shown]],
        at=placed.when(shown),
        words=int(placed.words[shown]),
        dangers=dangers.get(shown, ()),
        value=decided.NAMES[int(marks[0])] if len(marks) == 1 else "",
        rank=order.rank_of(members) if order is not None else "",
        is_unsure=order is not None and bool(order.is_unsure[members].all()),
    )


def shown_ref(session: Session, band: str, ref: str) -> str:
    """The message that stands for a card: itself, or the medoid of its group. Raises `card_unknown`."""
    return _message_of(content_of(session, placed_of(session), band), ref)


def _message_of(content: Content, ref: str) -> str:
    placed, members = content.placed, content.members(ref)
    if ref.startswith("m:"):
        return placed.refs(members)[0]
    medoid = str(placed.found.rows[placed.group_rows[placed.group_at[ref[2:]]]]["medoid"])
    return medoid if placed.places([medoid])[0] in members else placed.refs(members[:1])[0]


def open_card(session: Session, band: str, ref: str) -> tuple[Opened, ...]:
    """The text of a card, up to three variants: the only door through which it leaves."""
    placed = placed_of(session)
    refs = placed.refs(content_of(session, placed, band).members(ref))
    shown = _variants(session, refs, ref)
    reasons = {one.ref: one.dangers for one in placed.urgent if one.ref in shown}
    journal.note_shown(session, list(shown.values()), subject=ref[2:])
    first = next(iter(shown.values()))
    return tuple(opened_of(m, reasons.get(r, ()), first) for r, m in shown.items())


def _variants(session: Session, refs: Sequence[str], card: str) -> dict[str, Message]:
    """The medoid of a group, then the first messages whose folded text differs."""
    found: dict[str, Message] = {}
    seen: set[str] = set()
    looked_at = list(refs[:LOOKED_AT])
    if card.startswith("g:"):
        placed = placed_of(session)
        medoid = placed.found.rows[placed.group_rows[placed.group_at[card[2:]]]]["medoid"]
        looked_at = [medoid, *(ref for ref in looked_at if ref != medoid)] if medoid in refs else looked_at
    for ref, message in zip(looked_at, session.corpora.get_many(looked_at), strict=True):
        if message.text_norm not in seen:
            seen.add(message.text_norm)
            found[ref] = message
        if len(found) == SHOWN_VARIANTS:
            break
    return found


def opened_of(message: Message, dangers: Sequence[Danger] = (), first: Message | None = None) -> Opened:
    """A message for somebody's eyes; `pieces` compares a variant with the first one, word by word."""
    compared = align(first.text, message.text) if first is not None and message is not first else None
    return Opened(
        text=message.text,
        lang=message.lang or "",
        author=message.author_handle or message.author_name or "",
        at=message.created_at,
        url=message.url or "",
        platform=message.platform,
        why_fr=" ; ".join(dict.fromkeys(danger.why_fr for danger in dangers)),
        why_en="; ".join(dict.fromkeys(danger.why_en for danger in dangers)),
        pieces=compared.pieces if compared else (),
        likeness_fr=compared.sentence_fr if compared else "",
        likeness_en=compared.sentence_en if compared else "",
    )


# ------------------------------------------------------------------ decisions


def decide(session: Session, band: str, ref: str, value: str) -> Decision:
    """Keep or discard one card, whole group included. What was decided before is not touched.

    When nothing was left to decide, the decision that comes back counts 0 and is not recorded.
    Raises `decision_value_unknown`, `band_unknown`, `card_unknown`.
    """
    if value not in (Decision.KEEP, Decision.DISCARD):
        raise SaisineError("decision_value_unknown", value=value)
    placed = placed_of(session)
    places = content_of(session, placed, band).members(ref)
    return _write(session, placed, band, value, places, ref[2:] if ref.startswith("g:") else "")


def standing_decision(session: Session, band: str, ref: str) -> Decision | None:
    """The newest decision that stands on a card."""
    placed = placed_of(session)
    refs = placed.refs(content_of(session, placed, band).members(ref))
    return Decision.objects.filter(rows__ref__in=refs[:LOOKED_AT]).order_by("-at", "-id").first()


def reopen(session: Session, band: str, ref: str, *, seen: str | None = None) -> int:
    """Change one's mind on a card, at any time: its messages are to sort again, unless an incident uses them.

    `seen` is the value that the page showed; another one by now is somebody else's, and is not undone unseen.
    How many came back. Raises `band_unknown`, `card_unknown`, `card_in_incident`, `card_decided`.
    """
    placed = placed_of(session)
    members = content_of(session, placed, band).members(ref)
    refs = placed.refs(members)
    with transaction.atomic():
        _require_seen(session, placed, members, seen)
        count = 0
        for start in range(0, len(refs), 500):  # SQLite bounds the values of one question
            rows = SortedMessage.objects.filter(ref__in=refs[start : start + 500])
            if rows.filter(incident__isnull=False).exists():
                raise SaisineError("card_in_incident")
            count += rows.delete()[0]
        if count:
            journal.note(session, "undone", count=count)
    return count


def _require_seen(session: Session, placed: Placed, members: Codes, seen: str | None) -> None:
    """Raises `card_decided` when somebody else's decision replaced the one that the page showed."""
    if seen is None:
        return
    marks = [decided.NAMES[int(mark)] for mark in np.unique(decided.values(session, placed)[members])]
    if marks not in ([seen], [""]):
        raise SaisineError("card_decided", who="", value_fr="", value_en="")


def discard_rest(session: Session, band: str) -> Decision:
    """Set aside everything in a band on which nobody decided; nothing is erased."""
    placed = placed_of(session)
    return _write(session, placed, band, Decision.DISCARD, content_of(session, placed, band).places, "")


def _write(session: Session, placed: Placed, band: str, value: str, places: Codes, group: str) -> Decision:
    with transaction.atomic():
        left = places[decided.values(session, placed)[places] == decided.NOTHING]
        decision = Decision(band=band, value=value, at=session.now(), by=session.actor, count=len(left))
        if not len(left):
            # clicked twice, or decided in another tab: an empty row would hide the one that can be undone
            return decision
        decision.save(force_insert=True)
        last = _insert(decision, placed.refs(left), group)
        what = "kept" if value == Decision.KEEP else "discarded"
        journal.note(session, what, count=len(left), subject=decision.id)
    decided.note(session, placed, left, value, last)
    return decision


def _insert(decision: Decision, refs: Sequence[str], group: str) -> int:
    """One row per message, and the number of the last: a wave may be a million, too many for objects of their own."""
    named = connection.ops.quote_name
    columns = ", ".join(map(named, ("ref", "decision_id", "value", "group")))
    statement = f"INSERT INTO {named(SortedMessage._meta.db_table)} ({columns}) VALUES (%s, %s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(ref, decision.id, decision.value, group) for ref in refs])
    last: int = SortedMessage.objects.order_by("-id").values_list("id", flat=True)[0]
    return last


def last_decision(session: Session, band: str | None = None) -> Decision | None:
    """The newest decision of the one who acts, while she can still undo it."""
    since = session.now() - timedelta(seconds=UNDO_S)
    found = Decision.objects.filter(at__gt=since, by=session.actor)
    if band is not None:
        found = found.filter(band=band)
    return found.order_by("-at").first()


def undo(session: Session, id: str) -> str:
    """Take back one decision: its rows go, those before it stay as they were. Returns its band.

    Raises `decision_unknown`, `undo_too_late`.
    """
    with transaction.atomic():
        mine = Decision.objects.filter(id=id, by=session.actor)
        decision: Decision = first_or_raise(mine, "decision_unknown")
        used = decision.rows.filter(incident__isnull=False).exists()
        if used or session.now() - decision.at > timedelta(seconds=UNDO_S + GRACE_S):
            raise SaisineError("undo_too_late", seconds=UNDO_S)
        journal.note(session, "undone", count=decision.count, subject=decision.id)
        band = decision.band
        decision.delete()
    return band


def kept(session: Session) -> Kept:
    """How much was kept and waits for an incident, and the day of its wave when there is one."""
    rows = scopes.messages(session, SortedMessage.objects.filter(value=Decision.KEEP, incident__isnull=True))
    refs = list(rows.values_list("ref", flat=True))
    pictures = captures.ready(session).count()
    placed = surveys.ready(session) if refs else None
    if placed is None:
        return Kept(len(refs), pictures, None)
    places = placed.places(refs)
    counts = np.bincount(placed.band[places[places >= 0]], minlength=len(placed.bands))
    waves = [(int(counts[at]), id) for at, id in enumerate(placed.bands) if id not in (URGENT, OTHERS)]
    n, best = max(waves, default=(0, ""), key=lambda pair: pair[0])
    return Kept(len(refs), pictures, day_of(placed, best) if n else None)
