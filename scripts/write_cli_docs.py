"""Writes docs/cli.md from the commands' own help, so that the page cannot lag."""

import os
import sys
from pathlib import Path
from typing import Any

os.environ["LC_ALL"] = "en"
os.environ["COLUMNS"] = "100"

from saisine.cli import library, register
from saisine.cli.app import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
HEAD = """# The command line

A stable contract: names, formats and exit codes do not change once shipped. The help below is what
`saisine --help` prints with `LC_ALL=en`; without it the command line speaks French.

Shared options may stand before or after a command. Exit codes: 0 done; 1 the answer is "no"; 2 incomplete or
partly skipped, the ledger says what; 64 wrong usage; 65 bad input data; 74 input/output; 77 refused;
130 interrupted. With `--json`, standard output holds data and nothing else.

"""


def page() -> str:
    """The whole page: every command, in the order of the help."""
    register.all_commands()
    parts = [HEAD]
    for path, command in library.tree(library.build(app), "saisine"):
        text = "\n".join(line.rstrip() for line in help_of(command, path).splitlines()).strip()
        parts.append(f"## `{path}`\n\n```text\n{text}\n```\n\n")
    return "".join(parts).rstrip() + "\n"


def help_of(command: Any, path: str) -> str:
    names = ["-h", "--help"]
    context = library.Page(command, info_name=path, max_content_width=100, help_option_names=names)
    return str(command.get_help(context))


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text("utf-8") == page() else "docs/cli.md lags behind the help: run make fix")
    PAGE.write_text(page(), "utf-8")
