"""Writes docs/cli.md from the commands' own help, so that the page cannot lag."""

import os
import re
import sys
from pathlib import Path

os.environ["LC_ALL"] = "en"
os.environ["COLUMNS"] = "100"
os.environ["NO_COLOR"] = "1"

from saisine.cli import register  # noqa: E402  the language is chosen above
from saisine.cli.app import app  # noqa: E402

import typer  # noqa: E402

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
HEAD = """# The command line

A stable contract: names, formats and exit codes do not change once shipped. The help below is what
`saisine --help` prints with `LC_ALL=en`; without it the command line speaks French.

Shared options may stand before or after a command. Exit codes: 0 done; 1 the answer is "no"; 2 incomplete or
partly skipped, the ledger says what; 64 wrong usage; 65 bad input data; 74 input/output; 77 refused;
130 interrupted. With `--json`, standard output holds data and nothing else.

"""


def helps(command: object, path: str) -> list[tuple[str, str]]:
    context = typer.Context(command, info_name=path, terminal_width=100, max_content_width=100)  # type: ignore[arg-type]
    found = [(path, command.get_help(context))]  # type: ignore[attr-defined]
    for name, child in getattr(command, "commands", {}).items():
        found += helps(child, f"{path} {name}")
    return found


def page() -> str:
    register.all_commands()
    parts = [HEAD]
    for path, text in helps(typer.main.get_command(app), "saisine"):
        text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip()
        parts.append(f"## `{path}`\n\n```text\n{text}\n```\n\n")
    return "".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text("utf-8") == page() else "docs/cli.md lags behind the help: run make fix")
    PAGE.write_text(page(), "utf-8")
