"""The state machine: each legal path, each refusal, and one state whatever the order of writing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.notices import NoticeEvent, notice_state, require_event
from saisine.notices.states import DECISIONS, KINDS, STATES

START = datetime(2026, 3, 14, 9, tzinfo=UTC)


def event(kind: str, day: int = 0, **values: object) -> NoticeEvent:
    return NoticeEvent(kind, START + timedelta(days=day), **values)  # type: ignore[arg-type]


SENT = event("sent")
ACK = event("acknowledged", 1)
KEPT = event("decided", 5, decision="kept")
REMOVED = event("decided", 5, decision="removed")

PATHS = {
    "draft": [],
    "sent": [SENT],
    "acknowledged": [SENT, ACK],
    "decided": [SENT, ACK, KEPT],
    "complaint_20": [SENT, KEPT, event("complaint_20", 9)],
    "decided_20": [SENT, KEPT, event("complaint_20", 9), event("decided_20", 20, appeal="upheld")],
    "body_21": [SENT, KEPT, event("body_21", 9)],
    "decided_21": [SENT, KEPT, event("body_21", 9), event("decided_21", 80)],
    "reappeared": [SENT, REMOVED, event("reappeared", 30)],
    "abandoned": [event("abandoned")],
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_reached_by_a_legal_path(state: str) -> None:
    found = notice_state(PATHS[state])
    assert found.id == state
    assert found.label("fr")
    assert found.label("en")


def test_a_decision_is_named_in_the_label() -> None:
    assert notice_state([SENT, REMOVED]).label() == DECISIONS["removed"][0]


@pytest.mark.parametrize(
    ("events", "new", "reason"),
    [
        ([], ACK, "pas encore été envoyée"),
        ([SENT], SENT, "déjà envoyée"),
        ([SENT], event("complaint_20", 3), "aucune décision"),
        ([SENT], event("decided", 3), "il manque la décision"),
        ([SENT, REMOVED], event("complaint_20", 9), "ne se conteste pas"),
        ([SENT, REMOVED], event("body_21", 9), "ne se conteste pas"),
        ([event("abandoned")], event("complaint_53", 2), "abandonnée"),
        ([SENT, REMOVED, event("reappeared", 9)], event("sent", 10), "nouvelle notification"),
        ([SENT], event("acknowledged", -3), "pas encore été envoyée"),
        ([SENT, KEPT], event("decided_21", 9), "ne suit pas"),
    ],
)
def test_an_illegal_event_is_refused_with_its_reason(
    events: list[NoticeEvent], new: NoticeEvent, reason: str
) -> None:
    with pytest.raises(SaisineError) as caught:
        require_event(events, new)
    assert caught.value.code == "notice_event_refused"
    assert caught.value.exit_code == 77
    assert reason in caught.value.why("fr")
    assert caught.value.sentence("en")


def test_facts_beside_the_path_change_no_state() -> None:
    events = [SENT, KEPT, event("observed", 6), event("complaint_53", 7), event("acknowledged", 8)]
    found = notice_state(events)
    assert found.id == "decided"
    assert found.beside == ("observed", "complaint_53", "acknowledged")


def test_an_answer_known_by_its_day_alone_comes_after_the_sending_of_that_day() -> None:
    answer = NoticeEvent("decided", date(2026, 3, 14), decision="kept")
    assert notice_state([answer, SENT]).id == "decided"


def test_a_wrong_date_is_corrected_by_a_new_event_and_the_old_one_stays() -> None:
    wrong = NoticeEvent("sent", date(2026, 4, 1), id="a")
    right = NoticeEvent("sent", date(2026, 3, 1), id="b", replaces="a")
    assert notice_state([wrong, right]).since == date(2026, 3, 1)


def test_a_paris_evening_counts_for_its_paris_day() -> None:
    late = NoticeEvent("sent", datetime(2026, 8, 22, 22, 30, tzinfo=UTC))
    assert notice_state([late]).since == date(2026, 8, 23)


def test_every_kind_and_state_has_both_languages() -> None:
    for words in (*KINDS.values(), *STATES.values(), *DECISIONS.values()):
        assert all(words)


@settings(max_examples=150)
@given(st.data())
def test_the_order_of_writing_never_gives_two_states(data: st.DataObject) -> None:
    kinds = st.sampled_from(list(KINDS))
    decisions = st.sampled_from(["", "removed", "kept"])
    events = [
        event(kind, day, decision=decision)
        for kind, day, decision in data.draw(
            st.lists(st.tuples(kinds, st.integers(0, 3), decisions), max_size=6)
        )
    ]
    shuffled = data.draw(st.permutations(events))
    assert outcome(events) == outcome(shuffled)


def outcome(events: list[NoticeEvent]) -> object:
    try:
        return notice_state(events)
    except SaisineError as error:
        return error.facts
