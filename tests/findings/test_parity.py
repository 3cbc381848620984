"""The figures and the edges of CooRTweet and of coordination-network-toolkit, to the last one."""

import csv
import gzip
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from saisine.findings.action_files import read_actions
from saisine.findings.coordination import Network, Shares, cooccurrence, directed
from tests.findings.tables import read_gz, shares
from tests.shared import shared_file

EDGES = ((10, 2), (10, 5), (60, 2), (60, 5), (60, 10))


@cache
def russian() -> Shares:
    rows = read_gz(shared_file("coordination/coortweet-russian/russian_coord_tweets.csv.gz"))
    return shares(
        [(r["account_id"], r["object_id"], r["content_id"], float(r["timestamp_share"])) for r in rows]
    )


def everything(network: Network) -> np.ndarray:
    return np.arange(len(network))


@pytest.mark.parametrize(
    ("window", "participation", "figures"),
    [
        (10, 2, (447, 442, 525, 4)),
        (10, 5, (22, 20, 23, 1)),
        (60, 2, (3_791, 3_721, 2_110, 60)),
        (60, 5, (1_235, 1_193, 772, 36)),
        (60, 10, (168, 159, 145, 8)),
        (3_600, 5, (86_812, 75_534, 1_627, 8_556)),
    ],
)
def test_pairs_edges_accounts_and_threshold_are_those_of_coortweet(
    window: int, participation: int, figures: tuple[int, int, int, int]
) -> None:
    found = cooccurrence(russian(), window_s=window, min_participation=participation)
    accounts = len(found.accounts_of(everything(found)))
    assert (len(found.left), len(found), accounts, len(found.strong)) == figures


@pytest.mark.parametrize(("window", "participation"), EDGES)
def test_edges_weights_and_marks_are_those_of_coortweet(window: int, participation: int) -> None:
    folder = shared_file("coordination/coortweet-russian")
    rows = read_gz(folder / f"coortweet_edges_tw{window}_mp{participation}.csv.gz")
    expected = {(*sorted((r["from"], r["to"])), int(r["weight"]), r["weight_threshold"] == "1") for r in rows}
    network = cooccurrence(russian(), window_s=window, min_participation=participation)
    found = {(e.account_a, e.account_b, e.weight, e.over_threshold) for e in network.edges()}
    assert found == expected
    assert len(rows) == len(network)


def test_the_simulated_set_gives_the_true_pairs_and_no_other() -> None:
    folder = shared_file("coordination/coortweet-sim_a")
    rows = read_gz(folder / "input.csv.gz")
    some = shares(
        [(r["account_id"], r["object_id"], r["content_id"], float(r["timestamp_share"])) for r in rows]
    )
    network = cooccurrence(some, window_s=10, min_participation=2)
    true = {
        frozenset((r["content_id"], r["content_id_y"]))
        for r in read_gz(folder / "truth_pairs.csv.gz")
        if r["coordinated"] == "TRUE"
    }
    found = [frozenset(pair) for edge in network.edges() for pair in edge.messages]
    assert len(found) == len(set(found)) == 11_123
    assert set(found) == true
    assert (len(network), len(network.accounts_of(everything(network))), len(network.strong)) == (
        4_950,
        100,
        1_088,
    )
    weights = {
        (*sorted((r["from"], r["to"])), int(r["weight"])) for r in read_gz(folder / "coortweet_edges.csv.gz")
    }
    assert {(e.account_a, e.account_b, e.weight) for e in network.edges()} == weights


@pytest.mark.parametrize(
    ("window", "least", "loops", "nodes"),
    [
        (1, 1, False, 2),
        (1, 1, True, 3),
        (1, 2, False, 0),
        (1, 2, True, 1),
        (60, 1, False, 6),
        (60, 1, True, 7),
    ],
)
def test_the_toolkit_s_own_expectations_hold(window: int, least: int, loops: bool, nodes: int) -> None:
    source = shared_file("coordination/cnt-examples/coretweet_test_input.csv")
    found = read_actions(source, column="repost_id")  # the file begins with a byte-order mark
    edges = directed(found.shares, window_s=window, min_weight=least, loops=loops)
    assert len({account for edge in edges for account in edge}) == nodes


def test_python_lists_in_a_cell_are_lists() -> None:
    found = read_actions(shared_file("coordination/cnt-examples/sample_data.csv"), column="urls")
    names = found.shares.objects.to_pylist()
    assert len(names) > 1
    assert all(name.startswith("http://example.com/") and name.count("http") == 1 for name in names)
    assert found.left_out["no_object"] > 0


def test_the_toolkit_s_directed_weights_are_found_again() -> None:
    edges = directed(russian(), window_s=60, min_weight=2)
    path = shared_file("coordination/coortweet-russian/cnt_co_retweet_60s_edges.csv.gz")
    with gzip.open(path, "rt", newline="") as file:
        expected = {(a, b): int(weight) for a, b, weight in csv.reader(file)}
    forward = {pair: weight for pair, weight in edges.items() if pair[0] < pair[1]}
    assert forward == expected
    assert (len(forward), sum(forward.values()), max(forward.values())) == (43, 90, 4)
    assert len({name for pair in forward for name in pair}) == 74
    assert len(edges) - len(forward) == 52
    assert len({name for pair in edges for name in pair}) == 97


def test_the_plain_join_is_that_of_one_query() -> None:
    network = cooccurrence(russian(), window_s=60, min_participation=1)
    assert (len(network.left), len(network)) == (6_281, 6_206)
    assert (int((network.weight >= 2).sum()), int((network.objects >= 2).sum())) == (63, 32)


def test_the_same_file_read_as_a_table_gives_the_same_network(tmp_path: Path) -> None:
    packed = shared_file("coordination/coortweet-russian/russian_coord_tweets.csv.gz")
    plain = tmp_path / "russian.csv"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    found = read_actions(plain)
    assert (found.read, dict(found.left_out)) == (35_125, {})
    network = cooccurrence(found.shares, window_s=10, min_participation=2)
    assert (len(network.left), len(network), len(network.strong)) == (447, 442, 4)
