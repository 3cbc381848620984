"""The reading order of a workspace: scored part by part, hiding nothing, honest about what it may have missed."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.casework import decided, reading_order, surveys, triage
from saisine.casework.models import SortedMessage
from saisine.casework.session import Session
from saisine.casework.surveys import Placed
from saisine.findings.triage.blend import NOTHING
from tests.casework.world import Clock, silent, take, write_files


def order_of(session: Session, placed: Placed) -> reading_order.Order:
    found = reading_order.current(session, placed)
    assert found is not None
    return found


def test_an_order_hides_nothing_and_is_the_triage_s_own(filled: Session) -> None:
    placed = surveys.current(filled)
    assert reading_order.current(filled, placed) is None
    before = {card.ref for card in triage.cards(filled, "others", limit=100).items}
    assert reading_order.missing_rows(filled) == 30
    assert reading_order.score_missing(filled, silent) == 30
    assert reading_order.missing_rows(filled) == 0
    cards = triage.cards(filled, "others", limit=100).items
    assert {card.ref for card in cards} == before
    assert sum(triage.ranks(filled, "others")[rank] for rank in reading_order.RANKS) == 30
    scorer, order = reading_order.load_triage(filled), order_of(filled, placed)
    ranked = [(order.rank[place], -order.score[place]) for place in order.display]
    assert ranked == sorted(ranked)
    for card in cards[:5]:
        told = scorer.score_text(filled.corpora.get(card.ref[2:]).text)
        place = placed.places([card.ref[2:]])[0]
        assert (card.rank, card.is_unsure) == (told.band, told.abstain)
        assert order.score[place] == pytest.approx(told.score, abs=1e-4)
        assert reading_order.why(filled, card.ref[2:]).band == told.band


def test_a_new_import_scores_itself_alone(filled: Session, tmp_path: Path) -> None:
    reading_order.score_missing(filled, silent)
    take(filled, write_files(tmp_path / "encore", posts=45))
    assert reading_order.missing_rows(filled) == 45
    assert reading_order.score_missing(filled, silent) == 45
    assert reading_order.current(filled, surveys.current(filled)) is not None


def test_the_workspace_s_own_words_make_another_order(filled: Session) -> None:
    reading_order.score_missing(filled, silent)
    path = reading_order.lexicon_path(filled)
    path.parent.mkdir()
    path.write_text(LEXICON, "utf-8")
    assert reading_order.missing_rows(filled) == 30
    scorer = reading_order.load_triage(filled)
    assert {"individu"} <= {
        g for t in scorer.read_all([("", "quelle patatras")])[0].evidence.terms for g in t.term.groups
    }
    path.unlink()
    assert reading_order.missing_rows(filled) == 0
    assert not reading_order.load_triage(filled).read_all([("", "quelle patatras")])[0].evidence.terms


LEXICON = """
version: "2026-04-01"
defaults: {variants: [], reclaimed_by: [], homonym_contexts: [], cancels: [], source: essai, licence: CC0-1.0,
           added: 2026-04-01, reviewed_by: null, reviewed_on: null, valid_from: null, valid_to: null}
entries:
  - {term: patatras, groups: [individu], types: [insulte], strength: 2}
"""


def placed_of(n: int) -> Placed:
    """Places of an invented corpus, all in the last band."""
    from saisine.casework.row_files import RefCodes, Rows

    codes = RefCodes(("c",))
    zeros = np.zeros(n, np.int64)
    return Placed(
        "clé", codes.encode(f"c:0:{row}" for row in range(n)), zeros.astype(np.int32), zeros.astype(np.int32) - 1,
        zeros, zeros.astype(np.uint8), zeros.astype(np.int32) - 1, zeros.astype(np.int32), ("others",), ("x",), (), (),
        {},
        Rows((), np.zeros(1, np.int64), zeros[:0], codes), (), "",
    )  # fmt: skip


@pytest.fixture
def last_band(session: Session, monkeypatch: pytest.MonkeyPatch) -> Placed:
    placed = placed_of(900)
    n = np.zeros(900)
    order = reading_order.Order("m", n.astype(np.uint8) + 2, n.astype(np.float32), n > 1, np.arange(900))
    monkeypatch.setattr(reading_order, "current", lambda *_: order)
    monkeypatch.setattr(triage.surveys, "ready", lambda *_: placed)
    return placed


def test_ten_are_drawn_each_day_the_same_all_day(session: Session, last_band: Placed, clock: Clock) -> None:
    first = np.flatnonzero(reading_order.sample_mask(session, last_band))
    assert len(first) == reading_order.DRAWN_A_DAY
    triage.decide(session, "sample", f"m:{last_band.refs(first[:1])[0]}", "discard")
    assert np.array_equal(np.flatnonzero(reading_order.sample_mask(session, last_band)), first)
    triage.discard_rest(session, "sample")
    assert np.array_equal(np.flatnonzero(reading_order.sample_mask(session, last_band)), first)
    clock.at += timedelta(days=1)
    second = np.flatnonzero(reading_order.sample_mask(session, last_band))
    assert len(second) == 10
    assert not set(second) & set(first)


def test_draws_tell_what_the_last_band_may_hide(session: Session, last_band: Placed, clock: Clock) -> None:
    """The example of the method: 2 of 40 among 900 would be between 5 and 152."""
    for day in range(4):
        clock.at += timedelta(days=1)
        places = np.flatnonzero(reading_order.sample_mask(session, last_band))
        if day == 0:
            for ref in last_band.refs(places[:2]):
                triage.decide(session, "sample", f"m:{ref}", "keep")
            found = reading_order.missed(session, last_band)
            assert found == reading_order.Missed(2, 2, 900, None, None), "too few to say anything"
        triage.discard_rest(session, "sample")
    assert SortedMessage.objects.count() == 40
    assert reading_order.missed(session, last_band) == reading_order.Missed(40, 2, 900, 5, 152)


@given(st.integers(1, 200), st.data())
@settings(max_examples=30, deadline=None)
def test_the_interval_holds_what_was_found(drawn: int, data: st.DataObject) -> None:
    found = data.draw(st.integers(0, drawn))
    low, high = reading_order.exact_interval(found, drawn)
    assert 0 <= low <= found / drawn <= high <= 1
    mirrored = reading_order.exact_interval(drawn - found, drawn)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))


def test_decisions_of_another_process_are_seen(filled: Session) -> None:
    placed = surveys.current(filled)
    assert not decided.values(filled, placed).any()
    card, other = (card.ref for card in triage.cards(filled, "others").items[:2])
    decision = triage.decide(filled, "others", card, "keep")
    triage.decide(filled, "others", other, "discard")
    held = filled.kept.pop("decided")
    fresh = decided.values(filled, placed)
    filled.kept["decided"] = held
    assert np.array_equal(decided.values(filled, placed), fresh)
    assert sorted(fresh[fresh > 0]) == [decided.KEPT, decided.DISCARDED]
    SortedMessage.objects.filter(decision=decision).delete()  # as an undo elsewhere does
    assert sorted(decided.values(filled, placed)[fresh > 0]) == [decided.NOTHING, decided.DISCARDED]


def test_the_last_band_is_the_one_that_proves_nothing() -> None:
    assert reading_order.RANKS[-1] == NOTHING
