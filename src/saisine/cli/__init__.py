"""The command line: the same words and the same operations as the web application."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code (docs/cli.md)."""
    from saisine.cli.app import run  # late: the language is chosen before the library is imported

    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))
