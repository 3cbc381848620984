"""Run by test_act_kill.py in a process of its own: accept a reading that waits, or erase one message."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from saisine.casework.session import open_session
from saisine.messages.row_erasure import Selection


def main(folder: str, act: str, subject: str) -> None:
    now = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
    with open_session(Path(folder), clock=lambda: now) as session:
        from saisine.casework import remaps, row_erasures

        print("open", flush=True)
        if act == "accept":
            remaps.accept(session, subject)
        else:
            row_erasures.erase_rows(session, Selection(keys=frozenset({("x", subject)})), "art17_request")
        print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
