"""`saisine triage`, run as a program runs it: line for line, its fields, its exit codes."""

import json
import os
import subprocess
import sys

FIELDS = ["id", "score", "hate", "types", "targets", "spans", "danger", "abstain"]
EXPLAINED = ["band", "reasons_for", "reasons_against", "abstain_reason", "members", "model_id"]


def run(lines: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "saisine.cli", "triage", *options]
    env = os.environ | {"LANG": "fr_FR.UTF-8"}
    return subprocess.run(command, input=lines, capture_output=True, check=False, env=env)


def test_each_readable_line_has_its_answer_in_order_and_the_others_are_counted() -> None:
    texts = [
        '{"id": "b", "text": "Merci pour votre réponse"}',
        '{"id": 2, "text": "Samedi je vais te tuer 🔪"}',
        "not json",
        '{"text": "sans identifiant"}',
        '{"id": "vide", "text": null}',
        '{"id": "isolé", "text": "\\ud800 bonjour"}',
        '{"id": "sans texte"}',
        '{"id": true, "text": "Bonjour"}',
    ]
    done = run("\n".join(texts).encode("utf-8"), "--explain")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [row["id"] for row in rows] == ["b", 2, "vide", "isolé"]
    assert all(list(row) == FIELDS + EXPLAINED for row in rows)
    assert rows[1]["danger"]
    assert "menace" in rows[1]["types"]
    assert rows[1]["reasons_for"][0]["said"]
    assert (rows[2]["score"], rows[2]["abstain"]) == (0.0, True)
    assert "4 lignes illisibles : 3, 4, 7, 8" in done.stderr.decode("utf-8")


def test_without_explain_the_contract_s_fields_alone() -> None:
    done = run(b'{"id": "1", "text": "Bonjour"}\n', "--jsonl")
    assert done.returncode == 0
    assert list(json.loads(done.stdout)) == FIELDS


def test_nothing_readable_is_a_sentence() -> None:
    done = run(b"rien\n")
    assert done.returncode == 65
    assert done.stdout == b""
    assert "Aucun message n’a pu être lu" in done.stderr.decode("utf-8")
    assert "Lignes reçues : 1." in done.stderr.decode("utf-8")
    assert b"Traceback" not in done.stderr


def test_the_lexicon_says_what_is_due_without_a_term() -> None:
    done = run(b"", "--lexicon-status")
    assert done.returncode == 0
    assert "Lexique du 2026-11-26" in done.stdout.decode("utf-8")
