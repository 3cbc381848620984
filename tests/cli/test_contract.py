"""Every command of the contract exists, with its options; help is complete in both languages."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from saisine.cli import library, register
from saisine.cli.app import app, hoist
from tests.cli.running import Saisine

ROOT = Path(__file__).resolve().parents[2]

# command -> the options that CLI.md promises
PROMISED = {
    "init": ["--name", "--json"],
    "example": ["--seed", "--date", "--json"],
    "serve": ["--host", "--port"],
    "seal": ["--json"],
    "stamp": ["--json"],
    "log": ["--json"],
    "proof": [],
    "verify": ["--no-decrypt", "--at", "--witness", "--receipt", "--json"],
    "export": ["--out"],
    "read": ["--format", "--ledger", "--json"],
    "formats": ["--json"],
    "import": ["--format", "--profile", "--json"],
    "messages": [
        "--search",
        "--platform",
        "--from",
        "--to",
        "--author",
        "--target",
        "--after",
        "--limit",
        "--json",
    ],
    "duplicates": ["--min-size", "--json"],
    "findings": ["--json"],
    "aide": ["--json"],
    "law qualify": ["--date", "--json"],
    "law ask": [],
    "law test": [],
    "law check": [],
    "law diff": ["--json"],
    "law watch": ["--code", "--known", "--save", "--json"],
    "law new-case": ["--out", "--json"],
    "incident new": ["--from-triage", "--json"],
    "incident show": ["--json"],
    "incident list": ["--json"],
    "incident add": ["--json"],
    "incident answer": ["--json"],
    "incident decide": ["--reason", "--json"],
    "incident consent": ["--json"],
    "notice draft": ["--json"],
    "notice sent": ["--json"],
    "notice answer": ["--json"],
    "notice list": ["--csv", "--json"],
    "notice due": ["--ics", "--json"],
    "dossier": ["--recipient", "--out", "--json"],
    "letter list": ["--json"],
    "letter make": ["--out", "--field", "--quote", "--json"],
}


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    register.all_commands()
    return dict(library.tree(library.build(app), "saisine"))


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_command_has_its_options(commands: dict[str, Any], name: str) -> None:
    command = commands[f"saisine {name}"]
    known = {option for param in command.params for option in param.opts}
    assert set(PROMISED[name]) <= known


def test_every_command_and_option_says_what_it_is_for(commands: dict[str, Any]) -> None:
    for path, command in commands.items():
        assert command.help, path
        for param in command.params:
            assert param.help, f"{path} {param.name}"


def test_no_english_word_of_the_library_is_left_in_a_french_page(commands: dict[str, Any]) -> None:
    for path, command in commands.items():
        page = command.get_help(library.Page(command, info_name=path, help_option_names=["--help"]))
        assert not re.search(r"Usage:|Options:|Commands|Show this|\[required\]|\[default", page), page


def test_the_page_of_the_docs_is_what_help_prints() -> None:
    check = subprocess.run(
        [sys.executable, "scripts/write_cli_docs.py", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert check.returncode == 0, check.stderr


def test_the_english_pages_hold_no_french_sentence() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert not re.findall(r"\S*[éèêàçù«]\S*", page)


def test_every_message_has_its_words_in_the_other_language() -> None:
    check = subprocess.run(
        [sys.executable, "scripts/compile_messages.py", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert not [line for line in check.stdout.splitlines() if "/cli/" in line], check.stdout


def test_help_speaks_the_language_of_the_locale(saisine: Saisine) -> None:
    cold = saisine.cold()
    french, english = cold("incident", "--help").out, cold.english()("incident", "--help").out
    assert french.startswith("Utilisation : saisine incident")
    assert english.startswith("Usage: saisine incident")
    assert "Ouvrir un incident." in french
    assert "Open an incident." in english


def test_help_loads_no_heavy_library(environment: dict[str, str]) -> None:
    code = (
        "import sys; from saisine.cli.app import run; run(['--help']); "
        "print({'django', 'pyarrow', 'numpy', 'rich', 'pydantic', 'yaml'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    ("typed", "moved"),
    [
        (["log", "-w", "e"], ["-w", "e", "log"]),
        (["--json", "log"], ["log", "--json"]),
        (["log", "--json", "--workspace=e", "--debug"], ["--workspace=e", "--debug", "log", "--json"]),
        (["seal", "--", "-w", "e"], ["seal", "--", "-w", "e"]),
        (["--json", "seal", "--", "-x"], ["seal", "--json", "--", "-x"]),
        (["log", "-w"], ["-w", "log"]),
    ],
)
def test_shared_options_may_stand_anywhere(typed: list[str], moved: list[str]) -> None:
    assert hoist(typed) == moved
