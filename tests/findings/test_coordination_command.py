"""`saisine coordination`, run as a program runs it: its JSON, its files, its exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx
import pytest

from tests.findings.test_coordination import busy_world


def run(path: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "saisine.cli", "coordination", str(path), *options]
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | {"LANG": "fr_FR.UTF-8"})


def table(folder: Path) -> Path:
    path = folder / "actions.csv"
    rows = "".join(f"{a},{o},{c},{t}\n" for a, o, c, t in busy_world())
    path.write_text("account_id,object_id,content_id,timestamp\n" + rows + ",o,c,1\n", "utf-8")
    return path


def test_the_json_and_the_files_hold_what_the_contract_says(tmp_path: Path) -> None:
    gexf, csv, key = (tmp_path / name for name in ("n.gexf", "n.csv", "key.csv"))
    done = run(
        table(tmp_path), "--window", "60", "--json", "--gexf", str(gexf), "--csv", str(csv), "--key", str(key)
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert (len(found["edges"]), found["pairs"], found["accounts"]) == (3, 24, 3)
    assert found["left_out"] == [{"reason": "no_account", "count": 1}]
    edge = found["edges"][0]
    assert (edge["account_a"], edge["account_b"], edge["weight"], edge["objects"]) == ("z0", "z1", 8, 8)
    assert edge["first_t"] == "1970-01-01T00:00:00Z"
    assert 0 < edge["p_value"] < 0.01
    assert edge["messages"][0] == ["z0-0", "z0-1"]
    assert set(networkx.read_gexf(gexf, version="1.3")) == {"A001", "A002", "A003"}
    assert "z0" not in gexf.read_text() + csv.read_text() + (tmp_path / "n-nodes.csv").read_text()
    assert "A001,z0" in key.read_text()


@pytest.mark.slow
def test_cooccurrence_marks_its_threshold_and_no_link_is_an_answer(tmp_path: Path) -> None:
    path, graph = table(tmp_path), tmp_path / "n.graphml"
    done = run(path, "--window", "9000", "--min-participation", "2", "--method", "cooccurrence", "--json")
    edges = json.loads(done.stdout)["edges"]
    assert {edge["p_value"] for edge in edges} == {None}
    assert [e["account_a"] for e in edges if e["over_threshold"] and e["weight"] == 8] == ["z0", "z0", "z1"]
    done = run(path, "--window", "1", "--min-participation", "50", "--graphml", str(graph))
    assert done.returncode == 1
    assert len(networkx.read_graphml(graph)) == 0
