"""One state machine for every notice: the state is recomputed from dated events, never stored as truth.

`notice_state` gives the same answer whatever the order in which the events were written down. An event that
the law or good sense does not allow is refused with its reason. A wrong event is corrected by a new one that
`replaces` it; the old one stays in the record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Literal

from saisine.errors import SaisineError
from saisine.law.dates import day_fr
from saisine.paris import PARIS, in_paris

Kind = Literal[
    "sent", "acknowledged", "decided", "abandoned", "complaint_20", "decided_20", "body_21", "decided_21",
    "observed", "reappeared", "complaint_53", "court", "damages_54",
]  # fmt: skip
Decision = Literal["", "removed", "restricted", "kept", "author_deleted", "withdrawn"]
Appeal = Literal["", "upheld", "reversed"]
Reasons = Literal["", "yes", "no", "partial"]

# id -> (French, English): the decisions of the scorecards, first those a platform takes
DECISIONS: Final[dict[str, tuple[str, str]]] = {
    "removed": ("Contenu retiré", "Content removed"),
    "restricted": ("Accès restreint", "Access restricted"),
    "kept": ("Contenu maintenu (refus)", "Content kept (refusal)"),
    "author_deleted": ("Supprimé par son auteur ou son autrice", "Deleted by its author"),
    "withdrawn": ("Notification retirée par nous", "Notice withdrawn by us"),
}
KINDS: Final[dict[str, tuple[str, str]]] = {
    "sent": ("Notification envoyée", "Notice sent"),
    "acknowledged": ("Accusé de réception", "Acknowledgement of receipt"),
    "decided": ("Décision de la plateforme", "Decision of the platform"),
    "abandoned": ("Notification abandonnée", "Notice abandoned"),
    "complaint_20": ("Réclamation interne (article 20)", "Internal complaint (article 20)"),
    "decided_20": ("Décision sur la réclamation", "Decision on the complaint"),
    "body_21": ("Organe de règlement saisi (article 21)", "Dispute body seized (article 21)"),
    "decided_21": ("Décision de l’organe de règlement", "Decision of the dispute body"),
    "observed": ("Toujours en ligne ? Vérifié", "Still online? Checked"),
    "reappeared": ("Contenu réapparu", "Content back online"),
    "complaint_53": ("Plainte au coordinateur (article 53)", "Complaint to the coordinator (article 53)"),
    "court": ("Juge saisi", "Court seized"),
    "damages_54": ("Demande d’indemnisation (article 54)", "Claim for damages (article 54)"),
}
STATES: Final[dict[str, tuple[str, str]]] = {
    "draft": ("Brouillon", "Draft"),
    "sent": ("Envoyé", "Sent"),
    "acknowledged": ("Accusé reçu", "Acknowledged"),
    "decided": ("Décision reçue", "Decision received"),
    "complaint_20": ("Recours en cours", "Complaint pending"),
    "decided_20": ("Recours décidé", "Complaint decided"),
    "body_21": ("Organe de règlement saisi", "Dispute body seized"),
    "decided_21": ("Organe de règlement : décision", "Dispute body: decision"),
    "reappeared": ("Contenu réapparu", "Content back online"),
    "abandoned": ("Abandonné", "Abandoned"),
}
# in each state, which event may come next; what leaves the state as it is stands in _BESIDE
_NEXT: Final[dict[str, tuple[Kind, ...]]] = {
    "draft": ("sent", "abandoned"),
    "sent": ("acknowledged", "decided", "abandoned"),
    "acknowledged": ("decided", "abandoned"),
    "decided": ("complaint_20", "body_21", "reappeared"),
    "complaint_20": ("decided_20", "body_21"),
    "decided_20": ("body_21", "reappeared"),
    "body_21": ("decided_21",),
    "decided_21": ("reappeared",),
    "reappeared": (),
    "abandoned": (),
}
# facts and routes that may come at any time once the notice is sent, and change no state
_BESIDE: Final = ("acknowledged", "observed", "complaint_53", "court", "damages_54")
_RANK: Final = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """What happened, when. `at` is aware UTC, or a plain date when only the Paris day is known.

    `evidence` is the id of the sealed item that shows it; `clicks` counts the steps of the platform's form;
    `replaces` is the `id` of a wrong event; `reasons` says whether a statement of reasons came (article 17).
    """

    kind: Kind
    at: datetime | date
    id: str = ""
    replaces: str = ""
    decision: Decision = ""
    appeal: Appeal = ""
    reasons: Reasons = ""
    is_back: bool | None = None
    clicks: int | None = None
    evidence: str = ""
    reference: str = ""
    note: str = ""

    @property
    def day(self) -> date:
        """The Paris calendar day."""
        return in_paris(self.at).date() if isinstance(self.at, datetime) else self.at

    @property
    def has_time(self) -> bool:
        return isinstance(self.at, datetime)

    def order(self) -> tuple[datetime, int, str]:
        """A day without hour counts as its end, except for a sending, which opens its day."""
        if isinstance(self.at, datetime):
            moment = self.at.astimezone(UTC)
        else:
            hour = time.min if self.kind == "sent" else time.max
            moment = datetime.combine(self.at, hour, PARIS).astimezone(UTC)
        return moment, _RANK[self.kind], repr(self)


@dataclass(frozen=True, slots=True)
class State:
    """Where a notice stands: the last state, what led to it, and which events may follow."""

    id: str
    since: date | None = None
    decision: Decision = ""
    appeal: Appeal = ""
    reference: str = ""
    allowed: tuple[Kind, ...] = _NEXT["draft"]
    beside: tuple[Kind, ...] = ()

    def label(self, language: str = "fr") -> str:
        words = STATES[self.id][1 if language == "en" else 0]
        if self.id == "decided" and self.decision:
            words = DECISIONS[self.decision][1 if language == "en" else 0]
        return words


def live_events(events: Iterable[NoticeEvent]) -> list[NoticeEvent]:
    """The events in their order, without those that a later one replaces."""
    found = list(events)
    replaced = {event.replaces for event in found if event.replaces}
    return sorted(
        (event for event in found if not event.id or event.id not in replaced), key=NoticeEvent.order
    )


def notice_state(events: Iterable[NoticeEvent]) -> State:
    """The state that these events give. Raises SaisineError("notice_event_refused") on an illegal one."""
    state = State("draft")
    for event in live_events(events):
        state = _apply(state, event)
    return state


def require_event(events: Sequence[NoticeEvent], new: NoticeEvent) -> State:
    """The state once `new` is added. Raises SaisineError("notice_event_refused") with the reason."""
    return notice_state([*events, new])


def _apply(state: State, event: NoticeEvent) -> State:
    _require_values(state, event)
    if event.kind in _NEXT[state.id]:
        return _move(state, event)
    if event.kind in _BESIDE and state.id not in ("draft", "abandoned"):
        beside = (*state.beside, event.kind)
        return State(
            state.id, state.since, state.decision, state.appeal, state.reference, state.allowed, beside
        )
    raise _refused(state, event, *_why(state, event))


def _move(state: State, event: NoticeEvent) -> State:
    decision = event.decision or state.decision
    allowed = _NEXT[event.kind]
    if event.kind == "decided" and decision in ("author_deleted", "withdrawn"):
        allowed = ("reappeared",) if decision == "author_deleted" else ()
    elif event.kind == "decided" and decision == "removed":
        allowed = ("reappeared",)  # the notifier obtained what was asked: nothing to contest
    return State(
        id=event.kind,
        since=event.day,
        decision=decision,
        appeal=event.appeal or state.appeal,
        reference=event.reference or state.reference,
        allowed=allowed,
        beside=state.beside,
    )


def _require_values(state: State, event: NoticeEvent) -> None:
    if event.kind == "decided" and not event.decision:
        raise _refused(state, event, "il manque la décision prise", "the decision taken is missing")
    if event.kind in _NEXT[state.id] and event.kind not in state.allowed:
        raise _refused(
            state,
            event,
            "la décision reçue ne se conteste pas par ce recours",
            "the decision received is not contested by this route",
        )


def _why(state: State, event: NoticeEvent) -> tuple[str, str]:
    if state.id == "draft":
        return (
            "la notification n’a pas encore été envoyée à cette date",
            "the notice was not sent by that date",
        )
    if state.id == "abandoned":
        return "la notification a été abandonnée", "the notice was abandoned"
    if state.id == "reappeared":
        return (
            "un contenu réapparu demande une nouvelle notification",
            "content back online needs a new notice",
        )
    if event.kind == "sent":
        return (
            "la notification est déjà envoyée ; une date fausse se corrige par un nouvel événement",
            "the notice is already sent; a wrong date is corrected by a new event",
        )
    if event.kind in ("complaint_20", "body_21"):
        return "aucune décision n’a encore été reçue à cette date", "no decision was received by that date"
    return "cette étape ne suit pas l’étape précédente", "this step does not follow the one before"


def _refused(state: State, event: NoticeEvent, french: str, english: str) -> SaisineError:
    return SaisineError(
        "notice_event_refused",
        event_fr=KINDS[event.kind][0],
        event_en=KINDS[event.kind][1],
        day=day_fr(event.day),
        day_en=event.day.isoformat(),
        state_fr=state.label("fr"),
        state_en=state.label("en"),
        reason_fr=french,
        reason_en=english,
    )
