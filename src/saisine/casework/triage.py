"""The sorting box: what is urgent, each wave, the rest; one decision may cover hundreds, and can be undone.

No text leaves here before `open_card`, which writes one line of the journal and one of the vault's log.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from saisine.casework import captures, journal, surveys
from saisine.casework.models import Decision, SortedMessage, first_or_raise
from saisine.casework.session import PARIS, Session
from saisine.errors import SaisineError
from saisine.findings.danger import Danger
from saisine.findings.duplicates import Group
from saisine.findings.survey import Survey, SurveyWave
from saisine.messages.schema import Message

UNDO_S: Final = 30
GRACE_S: Final = 5  # the click leaves the page before the half-minute ends, and arrives after it
SHOWN_VARIANTS: Final = 3
URGENT, OTHERS, CAPTURES = "urgent", "others", "captures"


@dataclass(frozen=True, slots=True)
class Band:
    """One line of the box. `left` is what nobody decided on yet; `day` is the wave's day in Paris."""

    id: str
    kind: str
    count: int
    left: int
    grouped: int = 0
    groups: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One message or group of copies, described without a word of it. `words` counts those of its text."""

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
    lang: str


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


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept and is in no incident yet."""

    count: int
    captures: int
    wave_day: date | None


@dataclass(frozen=True, slots=True)
class _Content:
    """What lies in a band: groups first, the largest before, then single messages."""

    groups: tuple[Group, ...]
    singles: tuple[str, ...]

    @property
    def refs(self) -> list[str]:
        return [ref for group in self.groups for ref in group.ids] + list(self.singles)

    def cards(self) -> list[str]:
        return [f"g:{group.group}" for group in self.groups] + [f"m:{ref}" for ref in self.singles]


# ------------------------------------------------------------------ bands


def bands(session: Session) -> list[Band]:
    """The bands that hold something, the most urgent first."""
    survey = surveys.current(session)
    decided = set(SortedMessage.objects.values_list("ref", flat=True))
    found = [_band(survey, id, decided) for id in _ids(survey)]
    counts = captures.counts(session)
    found.append(Band(CAPTURES, CAPTURES, counts.total, counts.todo + counts.later))
    return [band for band in found if band.count]


def get_band(session: Session, id: str) -> Band:
    """Raises `band_unknown`."""
    for band in bands(session):
        if band.id == id:
            return band
    raise SaisineError("band_unknown")


def has_any(session: Session) -> bool:
    """Whether anything was ever brought to sort."""
    return bool(surveys.current(session).n) or captures.counts(session).total > 0


def _ids(survey: Survey) -> list[str]:
    return [URGENT, *(found.wave.id for found in survey.waves), OTHERS]


def _wave(survey: Survey, id: str) -> SurveyWave | None:
    return next((found for found in survey.waves if found.wave.id == id), None)


def _content(survey: Survey, id: str) -> _Content:
    if id == URGENT:
        return _Content((), tuple(one.ref for one in survey.urgent))
    wave = _wave(survey, id)
    if wave is None and id != OTHERS:
        raise SaisineError("band_unknown")
    groups = wave.groups if wave else survey.other_groups
    refs = wave.refs if wave else survey.others
    grouped = {ref for group in groups for ref in group.ids}
    ordered = tuple(sorted(groups, key=lambda group: (-group.n, group.group)))
    return _Content(ordered, tuple(ref for ref in refs if ref not in grouped))


def _band(survey: Survey, id: str, decided: set[str]) -> Band:
    content = _content(survey, id)
    refs = content.refs
    wave = _wave(survey, id)
    return Band(
        id=id,
        kind="wave" if wave else id,
        count=len(refs),
        left=sum(ref not in decided for ref in refs),
        grouped=sum(group.n for group in content.groups),
        groups=len(content.groups),
        day=wave.wave.day if wave else None,
    )


def hours(session: Session, band: str) -> list[tuple[datetime, int]]:
    """How many messages of a wave fall in each hour of Paris; empty for the other bands."""
    wave = _wave(surveys.current(session), band)
    return [(at.astimezone(PARIS), n) for at, n in wave.wave.hours] if wave else []


# ------------------------------------------------------------------ cards


def cards(session: Session, band: str, *, after: str | None = None, limit: int = 20) -> CardPage:
    """A page of cards: groups first, the largest before. `after` is the `next` of the page before."""
    survey = surveys.current(session)
    content = _content(survey, band)
    order = content.cards()
    start = order.index(after) + 1 if after in order else 0
    page = order[start : start + limit]
    more = start + limit < len(order)
    return CardPage(_describe(session, survey, band, page), page[-1] if more else None)


def get_card(session: Session, band: str, ref: str) -> Card:
    """Raises `band_unknown`, `card_unknown`."""
    survey = surveys.current(session)
    _refs_of(_content(survey, band), ref)
    return _describe(session, survey, band, [ref])[0]


def _refs_of(content: _Content, card: str) -> tuple[str, ...]:
    """The messages of a card. Raises `card_unknown`."""
    kind, _, id = card.partition(":")
    if kind == "m" and id in content.singles:
        return (id,)
    group = next((group for group in content.groups if group.group == id), None) if kind == "g" else None
    if group is None:
        raise SaisineError("card_unknown")
    return tuple(group.ids)


def _describe(session: Session, survey: Survey, band: str, page: Sequence[str]) -> list[Card]:
    groups = {f"g:{group.group}": group for group in _content(survey, band).groups}
    shown = {card: groups[card].medoid if card in groups else card[2:] for card in page}
    messages = dict(zip(shown, session.corpora.get_many(list(shown.values())), strict=True))
    members = {card: groups[card].ids if card in groups else (card[2:],) for card in page}
    values = _values([ref for refs in members.values() for ref in refs])
    dangers = {one.ref: tuple(dict.fromkeys(d.kind for d in one.dangers)) for one in survey.urgent}
    return [
        _card(card, band, messages[card], groups.get(card), values, members[card], dangers.get(card[2:], ()))
        for card in page
    ]


def _card(
    ref: str,
    band: str,
    message: Message,
    group: Group | None,
    values: Mapping[str, str],
    members: Sequence[str],
    dangers: tuple[str, ...],
) -> Card:
    decided = {values.get(member, "") for member in members}
    return Card(
        ref=ref,
        band=band,
        kind="group" if group else "message",
        n=group.n if group else 1,
        variants=group.variants if group else 1,
        platform=message.platform,
        at=message.created_at,
        words=len(message.text.split()),
        dangers=dangers,
        value=decided.pop() if len(decided) == 1 else "",
        lang=message.lang or "",
    )


def _values(refs: Iterable[str]) -> dict[str, str]:
    wanted = list(refs)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        rows = SortedMessage.objects.filter(ref__in=wanted[start : start + 500])
        found |= dict(rows.values_list("ref", "value"))
    return found


def open_card(session: Session, band: str, ref: str) -> tuple[Opened, ...]:
    """The text of a card, up to three variants: the only door through which it leaves."""
    survey = surveys.current(session)
    refs = _refs_of(_content(survey, band), ref)
    shown = _variants(session, refs)
    reasons = {one.ref: one.dangers for one in survey.urgent}
    journal.note_shown(session, list(shown.values()), subject=ref[2:])
    return tuple(_opened(m, reasons.get(r, ())) for r, m in shown.items())


def _variants(session: Session, refs: Sequence[str]) -> dict[str, Message]:
    """The first messages whose folded text differs, in the order of the group."""
    found: dict[str, Message] = {}
    seen: set[str] = set()
    for ref, message in zip(refs[:200], session.corpora.get_many(refs[:200]), strict=True):
        if message.text_norm not in seen:
            seen.add(message.text_norm)
            found[ref] = message
        if len(found) == SHOWN_VARIANTS:
            break
    return found


def _opened(message: Message, dangers: Sequence[Danger]) -> Opened:
    return Opened(
        text=message.text,
        lang=message.lang or "",
        author=message.author_handle or message.author_name or "",
        at=message.created_at,
        url=message.url or "",
        platform=message.platform,
        why_fr=" ; ".join(dict.fromkeys(danger.why_fr for danger in dangers)),
        why_en="; ".join(dict.fromkeys(danger.why_en for danger in dangers)),
    )


# ------------------------------------------------------------------ decisions


def decide(session: Session, band: str, ref: str, value: str) -> Decision:
    """Keep or discard one card, whole group included. What was decided before is not touched.

    When nothing was left to decide, the decision that comes back counts 0 and is not recorded.
    Raises `decision_value_unknown`, `band_unknown`, `card_unknown`.
    """
    if value not in (Decision.KEEP, Decision.DISCARD):
        raise SaisineError("decision_value_unknown", value=value)
    refs = _refs_of(_content(surveys.current(session), band), ref)
    return _write(session, band, value, refs, ref[2:] if ref.startswith("g:") else "")


def reopen(session: Session, band: str, ref: str) -> int:
    """Change one's mind on a card, at any time: its messages are to sort again, unless an incident uses them.

    How many came back. Raises `band_unknown`, `card_unknown`, `card_in_incident`.
    """
    refs = _refs_of(_content(surveys.current(session), band), ref)
    with transaction.atomic():
        rows = SortedMessage.objects.filter(ref__in=refs)
        if rows.filter(incident__isnull=False).exists():
            raise SaisineError("card_in_incident")
        count = rows.count()
        rows.delete()
        if count:
            journal.note(session, "undone", count=count)
    return count


def discard_rest(session: Session, band: str) -> Decision:
    """Set aside everything in a band on which nobody decided; nothing is erased."""
    return _write(session, band, Decision.DISCARD, _content(surveys.current(session), band).refs, "")


def _write(session: Session, band: str, value: str, refs: Sequence[str], group: str) -> Decision:
    with transaction.atomic():
        already = _values(refs)
        new = [ref for ref in refs if ref not in already]
        decision = Decision(band=band, value=value, at=session.now(), by=session.actor, count=len(new))
        if not new:
            # clicked twice, or decided in another tab: an empty row would hide the one that can be undone
            return decision
        decision.save(force_insert=True)
        SortedMessage.objects.bulk_create(
            (SortedMessage(ref=ref, decision=decision, value=value, group=group) for ref in new),
            batch_size=500,
        )
        what = "kept" if value == Decision.KEEP else "discarded"
        journal.note(session, what, count=len(new), subject=decision.id)
    return decision


def last_decision(session: Session, band: str | None = None) -> Decision | None:
    """The newest decision while it can still be undone."""
    since = session.now() - timedelta(seconds=UNDO_S)
    found = Decision.objects.filter(at__gt=since)
    if band is not None:
        found = found.filter(band=band)
    return found.order_by("-at").first()


def undo(session: Session, id: str) -> str:
    """Take back one decision: its rows go, those before it stay as they were. Returns its band.

    Raises `decision_unknown`, `undo_too_late`.
    """
    with transaction.atomic():
        decision: Decision = first_or_raise(Decision.objects.filter(id=id), "decision_unknown")
        used = decision.rows.filter(incident__isnull=False).exists()
        if used or session.now() - decision.at > timedelta(seconds=UNDO_S + GRACE_S):
            raise SaisineError("undo_too_late", seconds=UNDO_S)
        journal.note(session, "undone", count=decision.count, subject=decision.id)
        band = decision.band
        decision.delete()
    return band


def kept(session: Session) -> Kept:
    """How much was kept and waits for an incident, and the day of its wave when there is one."""
    rows = SortedMessage.objects.filter(value=Decision.KEEP, incident__isnull=True)
    refs = set(rows.values_list("ref", flat=True))
    waves = surveys.current(session).waves if refs else ()
    days = [(sum(ref in refs for ref in found.refs), found.wave.day) for found in waves]
    best = max(days, default=(0, None), key=lambda pair: pair[0])
    pictures = captures.ready(session).count()
    return Kept(len(refs), pictures, best[1] if best[0] else None)
