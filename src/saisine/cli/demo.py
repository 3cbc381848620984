"""`make run`: an invented association attacked in an invented wave, opened in the web application.

The export files are written once, dated 38 days before the first start so that a three-month clock still
runs, and deposited through the same door as anyone's. Killed half-way, the next start goes on from where it
was.
"""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

from saisine.casework.session import create_workspace, open_session
from saisine.cli.app import clock
from saisine.cli.output import progress_bar, say
from saisine.cli.spaces import run_server
from saisine.example import ASSOCIATION, DAYS_BEFORE, write_example
from saisine.workspace import MARKER


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m saisine.cli.demo")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--prepare-only", action="store_true")
    options = parser.parse_args()
    workspace = prepare(options.folder)
    if options.prepare_only:
        return 0
    run_server(workspace, host="127.0.0.1", port=options.port)


def prepare(folder: Path) -> Path:
    """Make the example workspace once; return its folder."""
    workspace, exports = folder / "espace", folder / "exports"
    if not (workspace / MARKER).exists():
        create_workspace(workspace, name=ASSOCIATION.name, clock=clock, is_example=True)
    with open_session(workspace, clock=clock) as session, progress_bar() as bar:
        from saisine.casework.association import save_association  # late: Django is ready from here on
        from saisine.casework.deposits import deposit_paths, has_deposits

        if not has_deposits(session):
            say("Préparation de l’exemple inventé… / Preparing the invented example…")
            write_example(exports, wave_on=wave_date(exports))
            save_association(session, ASSOCIATION)
            deposit_paths(session, [exports], progress=bar)
    return workspace


def wave_date(exports: Path) -> date:
    """38 days before the first start; a second try keeps the first one's date."""
    noted = exports.with_suffix(".date")
    if not noted.exists():
        noted.parent.mkdir(parents=True, exist_ok=True)
        noted.write_text((clock().date() - timedelta(days=DAYS_BEFORE)).isoformat())
    return date.fromisoformat(noted.read_text())


if __name__ == "__main__":
    sys.exit(main())
