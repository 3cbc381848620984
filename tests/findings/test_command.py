"""`saisine duplicates`, run as a program runs it: its JSON, its exit codes, its words."""

import json
import os
import subprocess
import sys
from pathlib import Path

COPY = "Une association qui vit de nos impôts et qui méprise les gens d’ici"


def run(path: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "saisine.cli", "duplicates", str(path), *options]
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | {"LANG": "fr_FR.UTF-8"})


def test_the_json_holds_the_keys_of_the_contract_and_accounts_for_every_record(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(f"id;text\n1;{COPY}\n2;{COPY} !!\n3;{COPY}…\n4;Bonjour\n;vide\n", "utf-8")
    done = run(path, "--json")
    found = json.loads(done.stdout)
    assert set(found) == {"groups", "ungrouped", "read", "skipped"}
    assert found["skipped"] == [{"reason": "missing_id", "count": 1}]
    assert found["read"] == 5 == sum(group["n"] for group in found["groups"]) + found["ungrouped"] + 1
    assert done.returncode == 2  # a record was left out


def test_no_group_is_an_answer_and_a_bad_file_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "messages.ndjson"
    path.write_text('{"id": "1", "text": "Bonjour"}\n', "utf-8")
    assert run(path).returncode == 1
    path.write_bytes(b"")
    done = run(path)
    assert done.returncode == 65
    assert "est vide" in done.stderr.decode("utf-8")
    assert b"Traceback" not in done.stderr


def test_the_smallest_group_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(f"id,text\n1,{COPY}\n2,{COPY}\n", "utf-8")
    assert run(path).returncode == 1
    assert run(path, "--min-size", "2").returncode == 0
