"""What follows the answer of a platform: complaint, dispute body, coordinator, courts, what is still online.

Each step is a dated event of the notice's one state machine; a wrong one is corrected by a new event that replaces it.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, cast

from saisine.casework import breaches, journal, notices
from saisine.casework.models import NoticeEventRow, NoticeRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.notices import NoticeEvent
from saisine.notices.states import KINDS, Appeal, Kind, live_events

# the events that have no act of their own (sent, acknowledged, decided have one)
STEPS: Final[tuple[Kind, ...]] = (
    "complaint_20", "decided_20", "body_21", "decided_21", "complaint_53", "court", "damages_54", "observed",
    "reappeared", "abandoned",
)  # fmt: skip
APPEALS: Final[dict[str, tuple[str, str]]] = {
    "upheld": ("La première décision est maintenue", "The first decision is upheld"),
    "reversed": ("La première décision est changée", "The first decision is reversed"),
}
LINE_CHARS: Final = 200
NOTE_CHARS: Final = 600


def note_step(
    session: Session,
    notice: NoticeRow,
    kind: str,
    on: date | None = None,
    *,
    appeal: str = "",
    is_back: bool | None = None,
    reference: str = "",
    note: str = "",
    replaces: str = "",
    file: tuple[str, Path] | None = None,
) -> NoticeEventRow:
    """Note a step; a file that shows it is sealed and becomes an exhibit.

    `appeal` (`upheld`, `reversed`) is the result of `decided_20` and `decided_21`; `is_back` what was seen by
    `observed`. Raises `notice_step_unknown`, `notice_event_refused` with the reason, `notice_event_unknown`,
    `date_in_future`.
    """
    if kind not in STEPS:
        raise SaisineError("notice_step_unknown", kind=kind)
    if appeal not in ("", *APPEALS):
        raise SaisineError("notice_appeal_unknown", appeal=appeal)
    if on is not None and on > session.today():
        raise SaisineError("date_in_future", day=on.isoformat())
    if replaces and not notice.events.filter(id=replaces).exists():
        raise SaisineError("notice_event_unknown")
    event = NoticeEvent(
        kind,
        notices.moment(session, notice, on),
        replaces=replaces,
        appeal=cast(Appeal, appeal) if kind in ("decided_20", "decided_21") else "",
        is_back=is_back if kind == "observed" else None,
        reference=reference.strip()[:LINE_CHARS],
        note=note.strip()[:NOTE_CHARS],
    )
    notices.require_step(notice, event)
    evidence = notices.seal_evidence(session, notice, file) if file is not None else ""
    return notices.note_event(session, notice, replace(event, evidence=evidence))


def last_step(notice: NoticeRow) -> NoticeEventRow | None:
    """The step noted last, whatever its day: the one that may be taken back."""
    rank = list(KINDS).index  # two steps of one moment: the one further on the path is the last
    return max(notice.standing(), key=lambda row: (row.noted_at, rank(row.kind)), default=None)


def take_back(session: Session, notice: NoticeRow, id: str) -> None:
    """Go back from the last step, noted by mistake: what stood before it stands again, and the record keeps both.

    Step by step the whole path can be gone back. The exhibit that showed it stays, and so does a text sealed as sent.
    Raises `notice_event_unknown` when the last step is another by now.
    """
    with session.lock:
        row = last_step(notice)
        if row is None or row.id != id:
            raise SaisineError("notice_event_unknown")
        back = NoticeEventRow(kind=NoticeEventRow.TAKEN_BACK, replaces=id, by=session.actor)
        back.notice, back.noted_at, back.evidence = notice, session.now(), ""
        if row.kind == "sent" and not row.replaces:
            back.evidence = notice.text_item  # a draft again: the text that did not leave is no text as sent
            NoticeRow.objects.filter(id=notice.id).update(text_item="")
            notice.text_item = ""
        back.save()
        journal.note(session, "notice_taken_back", subject=notice.id)


def allowed(notice: NoticeRow) -> list[Kind]:
    """The steps that may come now, in the order of the path."""
    state = notices.state_of(notice)
    if state.id in ("draft", "abandoned"):
        return [kind for kind in STEPS if kind in state.allowed]
    beside = ("observed", "complaint_53", "court", "damages_54")
    return [kind for kind in STEPS if kind in state.allowed or kind in beside]


# ------------------------------------------------------------------ what platforms answered here


@dataclass(frozen=True, slots=True)
class Refusals:
    """One platform over the notices of this workspace: counts, no content, no name."""

    platform: str
    sent: int
    answered: int
    refused: int
    without_reasons: int
    breaches: tuple[tuple[str, int], ...]


def refusals(session: Session) -> list[Refusals]:
    """What each platform answered to the notices of this workspace: what was seen, not what is said of it."""
    by_platform: dict[str, list[NoticeRow]] = {}
    for notice in notices.list_notices(session):
        by_platform.setdefault(notice.platform, []).append(notice)
    return [_refusals(session, name, rows) for name, rows in sorted(by_platform.items())]


def _refusals(session: Session, platform: str, rows: list[NoticeRow]) -> Refusals:
    live = [live_events(notices.events_of(row)) for row in rows]
    decided = [[event for event in events if event.kind == "decided"][-1:] for events in live]
    last = [event for events in decided for event in events]
    kinds = Counter(one.row.kind for row in rows for one in breaches.breaches_of(session, row))
    return Refusals(
        platform=platform,
        sent=sum(any(event.kind == "sent" for event in events) for events in live),
        answered=len(last),
        refused=sum(event.decision in ("kept", "restricted") for event in last),
        without_reasons=sum(event.reasons == "no" for event in last),
        breaches=tuple(sorted(kinds.items())),
    )
