"""Networks as files: read back by networkx with equal nodes, links and weights, whatever the names."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import networkx
import numpy as np
import pytest

from saisine.findings.coordination import cooccurrence, significance
from saisine.findings.graph_files import (
    GraphFile,
    edges_csv,
    gexf,
    graph_of,
    graphml,
    key_csv,
    nodes_csv,
    pairs_ndjson,
    pseudonyms,
    without_names,
)
from tests.findings.tables import shares

NAMES = ("<b>&\"'", "🤬👩‍👩‍👧", "nul\x00name", "\u202egauche\u200f", "ligne\nretour\r", "\ufffe\x0b", "=1+1")


def hard() -> GraphFile:
    """Seven accounts of awkward names that act twice together."""
    rows = [
        (name, f"o{turn}", f"{turn}-{at}", 60 * turn + at) for turn in (1, 2) for at, name in enumerate(NAMES)
    ]
    network = cooccurrence(shares(rows), window_s=30, min_participation=1)
    return graph_of(network, np.arange(len(network)), kind="reply", communities={NAMES[0]: 3})


def read(graph: GraphFile, kind: str, folder: Path) -> networkx.Graph:
    path = folder / f"network.{kind}"
    path.write_text((gexf if kind == "gexf" else graphml)(graph).text, "utf-8", newline="")
    return networkx.read_gexf(path, version="1.3") if kind == "gexf" else networkx.read_graphml(path)


@pytest.mark.parametrize("kind", ["gexf", "graphml"])
def test_nodes_links_and_weights_come_back(kind: str, tmp_path: Path) -> None:
    graph = hard()
    back = read(graph, kind, tmp_path)
    assert (len(back.nodes), len(back.edges)) == (len(graph.nodes), len(graph.links)) == (7, 21)
    labels = {
        node.label.replace("\0", "\ufffd").replace("\ufffe\x0b", "\ufffd\ufffd") for node in graph.nodes
    }
    assert {data["label"] for _, data in back.nodes(data=True)} == labels
    assert {data["weight"] for *_, data in back.edges(data=True)} == {2}
    assert {data["objects"] for *_, data in back.edges(data=True)} == {2}
    assert {data["community"] for _, data in back.nodes(data=True)} == {3, -1}


@pytest.mark.parametrize("write", [gexf, graphml])
def test_what_xml_forbids_is_replaced_and_counted(write: object) -> None:
    written = write(hard())  # type: ignore[operator]
    assert written.replaced == 3
    ElementTree.fromstring(written.text)


@pytest.mark.parametrize("kind", ["gexf", "graphml"])
def test_names_that_become_equal_stay_two_accounts(kind: str, tmp_path: Path) -> None:
    rows = [(name, "o", str(at), at) for at, name in enumerate(("a\x00", "a\x01"))]
    network = cooccurrence(shares(rows), window_s=30, min_participation=1)
    back = read(graph_of(network, np.arange(1), kind="reply"), kind, tmp_path)
    assert (len(back.nodes), len(back.edges)) == (2, 1)


@pytest.mark.parametrize("kind", ["gexf", "graphml"])
def test_an_empty_network_is_a_valid_empty_file(kind: str, tmp_path: Path) -> None:
    network = significance(shares([]), window_s=60)
    back = read(graph_of(network, np.arange(0), kind="reply"), kind, tmp_path)
    assert (len(back.nodes), len(back.edges)) == (0, 0)


def test_gexf_tells_when_each_account_and_link_lived(tmp_path: Path) -> None:
    back = read(without_names(hard()), "gexf", tmp_path)
    assert back.nodes["A001"]["start"] == 60.0
    assert back.nodes["A001"]["end"] == 120.0
    assert back.edges["A001", "A002"]["first_t"] == "1970-01-01T00:01:00Z"


def test_no_name_and_no_message_id_stays_in_a_pseudonymous_file() -> None:
    named = hard()
    graph = without_names(named)
    text = gexf(graph).text + graphml(graph).text + edges_csv(graph) + nodes_csv(graph) + pairs_ndjson(graph)
    for node in named.nodes:
        assert node.label not in text
    assert '"1-0"' not in text
    assert sorted(pseudonyms(named).values()) == [f"A00{n}" for n in range(1, 8)]
    assert [link.weight for link in graph.links] == [2] * 21
    assert all(link.a < link.b for link in graph.links)
    pairs = [json.loads(line) for line in pairs_ndjson(graph).splitlines()]
    assert len(pairs) == 42 == len({tuple(sorted((p["message_a"], p["message_b"]))) for p in pairs})


def test_the_key_leads_from_pseudonyms_to_names_and_is_apart() -> None:
    rows = list(csv.reader(io.StringIO(key_csv(hard()))))
    assert rows[0] == ["pseudonym", "account"]
    assert {row[0] for row in rows[1:]} == {f"A00{n}" for n in range(1, 8)}


def test_a_spreadsheet_runs_no_cell() -> None:
    graph = hard()
    cells = [
        cell
        for text in (edges_csv(graph), nodes_csv(graph))
        for row in csv.reader(io.StringIO(text))
        for cell in row
    ]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
