"""Answers become three-valued facts; what nobody said stays unknown."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.incidents.facts import Answer, Value, asked, build_inputs, require_fact
from saisine.law.ask import SORT
from saisine.law.inputs import CaseInputs
from saisine.law.load import load_law

AT = datetime(2026, 4, 21, 8, tzinfo=UTC)
LAW = load_law()
VALUES = st.sampled_from(["true", "false", "unknown", "later"])
TRUTH = {"true": True, "false": False, "unknown": None, "later": None}


def inputs(*pairs: tuple[str, Value]) -> CaseInputs:
    answers = [Answer(fact, value, AT) for fact, value in pairs]
    return build_inputs(answers, (), platform="x", association=None, reference_date=date(2026, 4, 21))


@given(st.lists(st.tuples(st.sampled_from(sorted(set(LAW.facts) - {"ground"})), VALUES), max_size=30))
def test_the_latest_answer_wins_and_the_rest_is_unknown(pairs: list[tuple[str, Value]]) -> None:
    case = inputs(*pairs)
    last = dict(pairs)
    for fact in LAW.facts:
        if fact != "ground":
            assert case.value(fact) is (TRUTH[last[fact]] if fact in last else None)


def test_one_ground_ticked_excludes_the_others() -> None:
    case = inputs(("ground:origine", "true"), ("ground", "true"))
    assert case.ground("origine") is True
    assert case.ground("sexe") is False


def test_no_ground_at_all_is_an_answer() -> None:
    assert inputs(("ground", "false")).ground("origine") is False
    assert inputs(("ground", "later")).ground("origine") is None
    assert inputs().ground("origine") is None


def test_what_was_put_off_is_not_asked_again_nor_counted_as_no() -> None:
    answers = [Answer("is_public", "later", AT), Answer("online", "true", AT), Answer(SORT, "true", AT)]
    assert asked(answers) == {"is_public", SORT}


def test_a_fact_outside_the_vocabulary_is_refused() -> None:
    for fact in ("nothing_such", "ground:nothing_such", ""):
        with pytest.raises(SaisineError) as told:
            require_fact(LAW, fact)
        assert told.value.code == "incident_fact_unknown"
    require_fact(LAW, "is_public")
    require_fact(LAW, "ground:origine")
    require_fact(LAW, SORT)
