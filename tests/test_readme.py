"""The terminal session of the README runs as it is printed there.

In a ```console block, a line that starts with `$ ` is a command, run in order in one empty folder. A comment
`# exits with 77` gives its exit code, 0 unless said. The other lines are its output: a line that is only `…`
stands for any lines, a `…` inside a line for any signs; the lines must come in that order.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
SOURCE = README.parent / "src"


@dataclass
class Step:
    """One command of the session, and the lines printed under it."""

    command: str
    printed: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        found = re.search(r"# exits with (\d+)$", self.command)
        return int(found.group(1)) if found else 0


def session_of(text: str) -> list[Step]:
    """The commands of every console block, in order; a command goes on after a final backslash."""
    steps: list[Step] = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for line in block.replace("\\\n", "").splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:]))
            elif line.strip() and steps:
                steps[-1].printed.append(line)
    return steps


def missing_from(printed: list[str], shown: list[str]) -> list[str]:
    """The lines of the page that the command did not print, in that order."""
    wanted = [line for line in printed if line.strip() != "…"]
    rest = iter(shown)
    return [line for line in wanted if not any(_is_like(line, one) for one in rest)]


def _is_like(line: str, shown: str) -> bool:
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in line.split("…"))
    pattern = pattern.replace(r"\ .*", " ?.*").replace(r".*\ ", ".* ?")
    return re.fullmatch(pattern, " ".join(shown.split())) is not None


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """English, and a `saisine` on the PATH that runs this source."""
    tools = tmp_path / "tools"
    tools.mkdir()
    script = tools / "saisine"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m saisine.cli "$@"\n')
    script.chmod(0o755)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SAISINE", "LC_", "LANG"))
    }
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {
        "LANG": "en_GB.UTF-8",
        "COLUMNS": "100",
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(SOURCE),
        "PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"),
    }


def test_the_session_of_the_readme_runs_as_printed(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "session"
    folder.mkdir()
    steps = session_of(README.read_text("utf-8"))
    assert steps, "README.md holds no console session"
    for step in steps:
        done = subprocess.run(
            step.command,
            shell=True,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == step.code, f"$ {step.command}\n{done.stdout}{done.stderr}"
        lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        assert missing_from(step.printed, lines) == [], f"$ {step.command}\n{done.stdout}{done.stderr}"


def test_a_line_that_was_not_printed_is_missed() -> None:
    shown = ["Incident 1 opened: A wave", "0 exhibits."]
    assert missing_from(["Incident 1 opened: …", "…", "0 exhibits."], shown) == []
    assert missing_from(["0 exhibits.", "Incident 1 opened: A wave"], shown) == ["Incident 1 opened: A wave"]
    assert missing_from(["1 exhibit."], shown) == ["1 exhibit."]


def test_a_session_is_read_with_its_exit_codes() -> None:
    page = "text\n```console\n$ saisine a \\\n  -b  # exits with 77\nout\n…\n$ saisine c\n```\n"
    first, second = session_of(page)
    assert (first.command, first.code, first.printed) == ("saisine a   -b  # exits with 77", 77, ["out", "…"])
    assert (second.command, second.code) == ("saisine c", 0)
