"""The join and its two methods: against a plain loop, against scipy, and whatever the order and the names."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from saisine.errors import SaisineError
from saisine.findings import coordination
from saisine.findings.coordination import Network, cooccurrence, directed, significance
from saisine.findings.joins import pair_blocks, reach
from tests.findings.tables import Action, shares

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from("abcde"), st.sampled_from("opq"), st.integers(0, 60).map(str), st.integers(0, 200)
    ),
    max_size=40,
)


@settings(max_examples=30, deadline=None)
@given(ACTIONS, st.integers(1, 90))
def test_the_join_gives_every_pair_inside_the_window_once(actions: list[Action], window: int) -> None:
    some = shares(actions)
    blocks = pair_blocks(reach(some.object, some.t_us, window * 1_000_000))
    found = sorted(
        tuple(sorted(pair))
        for left, right in blocks
        for pair in zip(left.tolist(), right.tolist(), strict=True)
    )
    plain = [
        (i, j)
        for i, j in combinations(range(len(actions)), 2)
        if actions[i][1] == actions[j][1] and abs(actions[i][3] - actions[j][3]) <= window
    ]
    assert found == plain


def test_blocks_of_pairs_do_not_depend_on_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.Generator(np.random.PCG64(3))
    found = reach(chance.integers(0, 5, 400), chance.integers(0, 10_000, 400), 500)
    whole = list(pair_blocks(found))
    monkeypatch.setattr("saisine.findings.joins.BLOCK", 17)
    parts = list(pair_blocks(found))
    assert len(parts) > len(whole) == 1
    for side in (0, 1):
        assert (np.concatenate([part[side] for part in parts]) == whole[0][side]).all()


def test_a_gap_of_years_neither_joins_nor_overflows() -> None:
    far = [("a", "o", "1", 0), ("b", "o", "2", 4e9), ("c", "o", "3", 4e9 + 1)]
    network = cooccurrence(shares(far), window_s=1, min_participation=1)
    assert [(e.account_a, e.account_b) for e in network.edges()] == [("b", "c")]


def plain_significance(actions: list[Action], window: int) -> dict[tuple[str, str], tuple[int, float]]:
    """(weight, p) of each pair seen together, by loops and by scipy's own survival function."""
    firsts: dict[tuple[str, str], tuple[float, str]] = {}
    for account, thing, content, at in actions:
        firsts[account, thing] = min(firsts.get((account, thing), (at, content)), (at, content))
    busy = {a: sum(key[0] == a for key in firsts) for a, _ in firsts}
    company = dict.fromkeys(busy, 0)
    weight: dict[tuple[str, str], int] = {}
    for (one, first), (other, second) in combinations(sorted(firsts.items()), 2):
        (a, o), (b, q) = one, other
        if o == q and a != b and abs(first[0] - second[0]) <= window:
            company[a] += 1
            company[b] += 1
            if first[1] != second[1]:
                weight[a, b] = weight.get((a, b), 0) + 1
    total = sum(busy.values())
    return {
        (a, b): (w, stats.poisson.sf(w - 1, max(busy[a] * company[b], busy[b] * company[a]) / total))
        for (a, b), w in weight.items()
    }


@settings(max_examples=30, deadline=None)
@given(ACTIONS, st.integers(1, 90))
def test_the_probability_is_that_of_the_plain_formula(actions: list[Action], window: int) -> None:
    network = significance(shares(actions), window_s=window)
    plain = plain_significance(actions, window)
    assert network.tested == len(plain)
    found = {(e.account_a, e.account_b): (e.weight, e.p_value) for e in network.edges()}
    often = {pair: values for pair, values in plain.items() if values[0] >= 2}
    assert found.keys() == often.keys()
    for pair, (weight, p_value) in found.items():
        assert weight == often[pair][0]
        assert p_value == pytest.approx(often[pair][1], rel=1e-9, abs=1e-300)


def test_benjamini_and_hochberg_count_every_pair_seen_together() -> None:
    p_value = np.array([0.0004, 0.0015, 0.004])
    assert coordination._discovery_limit(p_value, 10, 0.01) == 0.0015
    assert coordination._discovery_limit(p_value, 3, 0.01) == 0.004
    assert coordination._discovery_limit(p_value, 1_000, 0.01) == -1.0


def busy_world(seed: int = 5) -> list[Action]:
    """A crowd that acts at random, and three accounts that act together eight times."""
    chance = random.Random(seed)
    rows: list[Action] = [
        (f"u{chance.randrange(60)}", f"o{chance.randrange(80)}", f"m{n}", chance.randrange(90_000))
        for n in range(600)
    ]
    for turn in range(8):
        start = 10_000 * turn
        rows += [(f"z{who}", f"t{turn}", f"z{turn}-{who}", start + 3 * who) for who in range(3)]
    return rows


def told(network: Network) -> list[tuple[object, ...]]:
    """An edge without the names: what renaming may not change."""
    rows = [
        (e.weight, e.objects, e.first_us, e.last_us, round(e.p_value or 0, 15), e.is_net)
        for e in network.edges()
    ]
    return sorted(rows)


def test_three_accounts_that_always_act_together_are_retained_and_no_other() -> None:
    network = significance(shares(busy_world()), window_s=60)
    strong = [(e.account_a, e.account_b) for e in network.edges(network.strong)]
    assert strong == [("z0", "z1"), ("z0", "z2"), ("z1", "z2")]


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(-(10**8), 10**8))
def test_order_names_and_day_change_nothing(chance: random.Random, shift: int) -> None:
    rows = busy_world()
    expected = significance(shares(rows), window_s=60)
    names = sorted({row[0] for row in rows})
    renamed = dict(zip(names, chance.sample(names, len(names)), strict=True))
    turned = [(renamed[a], o, c, t + shift) for a, o, c, t in chance.sample(rows, len(rows))]
    found = significance(shares(turned), window_s=60)
    moved = [(w, n, f + shift * 10**6, t + shift * 10**6, p, s) for w, n, f, t, p, s in told(expected)]
    assert told(found) == moved
    pairs = {frozenset((renamed[e.account_a], renamed[e.account_b])) for e in expected.edges(expected.strong)}
    assert {frozenset((e.account_a, e.account_b)) for e in found.edges(found.strong)} == pairs
    assert found.edges() == significance(shares(turned), window_s=60).edges()


def test_one_message_that_names_five_accounts_is_one_act() -> None:
    crowd = busy_world()
    both = [
        (who, f"named{n}", f"{who}1", 50_000 + at) for who, at in (("y0", 0), ("y1", 4)) for n in range(5)
    ]
    network = significance(shares(crowd + both), window_s=60)
    edge = next(e for e in network.edges() if (e.account_a, e.account_b) == ("y0", "y1"))
    assert edge.weight == 5
    assert not edge.is_net


def test_every_edge_keeps_its_message_pairs_and_their_true_count() -> None:
    network = significance(shares(busy_world()), window_s=60)
    edge = network.edges(network.strong, most=3)[0]
    assert len(edge.messages) == 3
    assert edge.n_messages == edge.weight == 8
    assert all(a.endswith("-0") and b.endswith("-1") for a, b in edge.messages)


def test_a_post_seen_by_a_crowd_is_set_aside_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordination, "VIRAL_ACCOUNTS", 40)
    crowd = [(f"v{n}", "viral", f"v{n}", 500 + n / 10) for n in range(60)]
    network = significance(shares(busy_world() + crowd), window_s=60)
    assert network.viral == ("viral",)
    assert network.viral_actions == 60
    assert len(network.strong) == 3


def test_too_many_pairs_stop_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordination, "MAX_PAIRS", 10)
    for method in (
        lambda s: significance(s, window_s=60),
        lambda s: cooccurrence(s, window_s=60, min_participation=1),
    ):
        with pytest.raises(SaisineError) as caught:
            method(shares(busy_world()))
        assert caught.value.code == "coordination_too_many_pairs"
        assert "fenêtre plus courte" in caught.value.sentence("fr")


@pytest.mark.parametrize(("window", "least"), [(0, 1), (-5, 1), (60, 0), (float("nan"), 1)])
def test_a_window_or_a_participation_that_makes_no_sense_is_refused(window: float, least: int) -> None:
    with pytest.raises(SaisineError) as caught:
        cooccurrence(shares([]), window_s=window, min_participation=least)
    assert (caught.value.code, caught.value.exit_code) == ("coordination_settings", 64)


def test_an_empty_network_is_an_answer() -> None:
    for network in (
        significance(shares([]), window_s=60),
        cooccurrence(shares([]), window_s=60, min_participation=2),
    ):
        assert (len(network), network.edges(), network.tested) == (0, [], 0)
    assert directed(shares([]), window_s=60) == {}
