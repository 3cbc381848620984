"""Nine invented campaigns among 20,000 invented messages: what is found, and what chance alone shows."""

import json
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from saisine.findings.actions import Actions, build_actions
from saisine.findings.campaigns import Campaigns, find_campaigns, near_groups
from saisine.findings.coordination import Network, Shares, significance
from tests.findings.tables import read_gz, toolkit_messages
from tests.shared import shared_file


class World(NamedTuple):
    actions: Actions
    near: dict[str, tuple[str, ...]]
    campaign_of: dict[str, str]
    accounts: dict[str, frozenset[str]]


@cache
def world() -> World:
    folder = shared_file("coordination/synthetic_a")
    table = toolkit_messages(read_gz(folder / "messages.csv.gz"))
    near = near_groups(table)
    truth = json.loads((folder / "truth_campaigns.json").read_text())["campaigns"]
    accounts = {one["campaign"]: frozenset(f"x:{name}" for name in one["accounts"]) for one in truth}
    rows = read_gz(folder / "truth_messages.csv.gz")
    campaign_of = {row["message_id"]: row["campaign"] for row in rows}
    return World(build_actions(table, near=near), near, campaign_of, accounts)


@cache
def found() -> Campaigns:
    return find_campaigns(world().actions)


def network(kind: str, window: int) -> Network:
    return significance(world().actions.network(kind, window)[0], window_s=window)


def truth_of(some: Network) -> np.ndarray:
    held: dict[str, set[str]] = {}
    for campaign, accounts in world().accounts.items():
        for account in accounts:
            held.setdefault(account, set()).add(campaign)
    ends = [(edge.account_a, edge.account_b) for edge in some.edges(most=0)]
    return np.array([bool(held.get(a, set()) & held.get(b, set())) for a, b in ends], bool)


# kind, window, edges of weight 2 and more, retained, share of true edges kept at least
TABLE = (
    ("reply", 60, 144, 30, 0.2),
    ("reply", 900, 1_355, 688, 0.85),
    ("repost", 60, 735, 730, 0.99),
    ("link", 60, 315, 274, 0.85),
)


@pytest.mark.parametrize(("kind", "window", "often", "retained", "kept"), TABLE)
def test_retained_links_join_accounts_of_one_campaign(
    kind: str, window: int, often: int, retained: int, kept: float
) -> None:
    some = network(kind, window)
    true = truth_of(some)
    assert (len(some), len(some.strong)) == (often, retained)
    assert true[some.strong].mean() >= 0.99
    assert true[some.strong].sum() >= kept * true.sum()


@pytest.mark.parametrize(
    ("kind", "window", "campaigns"),
    [("link", 60, ("colink",)), ("repost", 60, ("corepost",)), ("reply", 900, ("brigade",))],
)
def test_every_account_of_the_campaign_of_a_network_is_present(
    kind: str, window: int, campaigns: tuple[str, ...]
) -> None:
    some = network(kind, window)
    present = set(some.accounts_of(some.strong))
    for name, accounts in world().accounts.items():
        if name.endswith(campaigns):
            assert accounts <= present, name


def test_near_copies_have_the_recall_and_precision_promised() -> None:
    copied = {
        ref for ref, name in world().campaign_of.items() if name.endswith(("copypaste", "template", "slow"))
    }
    grouped = {ref for refs in world().near.values() for ref in refs}
    assert len(copied & grouped) / len(copied) >= 0.98
    right = total = 0
    for refs in world().near.values():
        names = [world().campaign_of.get(ref, "") for ref in refs]
        if any(ref in copied for ref in refs):
            total += len(refs)
            right += max(names.count(name) for name in set(names))
    assert right / total >= 0.98


def test_each_campaign_is_found_and_nearly_nobody_else() -> None:
    groups = [set(one.accounts) for one in found().campaigns]
    for name, accounts in world().accounts.items():
        assert max(len(accounts & group) for group in groups) >= 0.8 * len(accounts), name
    reported = set().union(*groups)
    others = reported - frozenset().union(*world().accounts.values())
    assert 1 - len(others) / len(reported) >= 0.87


def test_a_slow_campaign_is_seen_over_hours_and_not_over_minutes() -> None:
    slow = next(accounts for name, accounts in world().accounts.items() if name.endswith("slow"))
    minutes, hours = network("near", 900), network("near", 6 * 3600)
    inside = [set(some.accounts_of(some.strong)) & slow for some in (minutes, hours)]
    assert len(inside[1]) >= 0.9 * len(slow)
    links = [
        sum(e.account_a in slow and e.account_b in slow for e in some.edges(some.strong, most=0))
        for some in (minutes, hours)
    ]
    assert links[1] > 5 * links[0]


@pytest.mark.parametrize(
    ("kind", "window"), [("reply", 900), ("reply", 60), ("repost", 60), ("link", 60), ("near", 21_600)]
)
def test_accounts_dealt_at_random_show_nothing(kind: str, window: int) -> None:
    some, _ = world().actions.network(kind, window)
    chance = np.random.Generator(np.random.PCG64(7))
    retained = often = 0
    for _ in range(20):
        dealt = significance(permuted(some, chance), window_s=window)
        retained += len(dealt.strong)
        often += len(dealt)
    assert retained <= 1
    if (kind, window) == ("reply", 900):
        assert often > 5_000  # objects and times are kept: crowds remain, and a bare threshold shows them


def permuted(some: Shares, chance: np.random.Generator) -> Shares:
    return Shares(
        chance.permutation(some.account), some.object, some.content, some.t_us, some.is_own, some.accounts,
        some.objects, some.contents,
    )  # fmt: skip
