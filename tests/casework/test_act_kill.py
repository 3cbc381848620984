"""kill -9 at random moments of an acceptance or an erasure: the next opening ends it, or nothing was begun."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from saisine.casework import remaps, row_erasures
from tests.casework import test_remaps, test_row_erasures
from tests.casework.test_remaps import Prepared
from tests.casework.world import Clock, opened

pytestmark = pytest.mark.slow
ROUNDS, MOST_ROUNDS = 10, 60

# the workspaces that these two modules prepare, under names of their own
to_accept = test_remaps.prepared
to_erase = test_row_erasures.prepared


def run(folder: Path, act: str, subject: str, after_s: float | None) -> tuple[float, bool]:
    """(how long the act took once the workspace was open, whether it said that it was done)."""
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root / "src"), str(root)])
    command = [sys.executable, "-m", "tests.casework.killed_act", str(folder), act, subject]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, cwd=root
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    began = time.monotonic()
    try:
        out, _ = process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
    return time.monotonic() - began, b"done" in out


@pytest.mark.parametrize("act", ["accept", "erase"])
def test_kills_leave_all_or_nothing(
    act: str, to_accept: Prepared, to_erase: Path, tmp_path: Path, clock: Clock
) -> None:
    source, subject = (
        (to_accept.folder, to_accept.corpus) if act == "accept" else (to_erase, test_row_erasures.GONE)
    )
    shutil.copytree(source, tmp_path / "whole")
    whole_s, is_done = run(tmp_path / "whole", act, subject, None)
    assert is_done
    rnd, begun = Random(20261126), 0
    for number in range(MOST_ROUNDS):
        if number >= ROUNDS and begun:
            break  # on a machine that others use, the moments of some rounds all fall outside the act
        folder = tmp_path / f"round-{number}"
        shutil.copytree(source, folder)
        _, is_done = run(folder, act, subject, rnd.uniform(0.0, 1.1) * whole_s)
        with opened(folder, clock) as session:
            if act == "accept" and remaps.remapping.pending(remaps.folder_of(session), session.corpora.keys):
                assert not is_done
                remaps.accept(session, subject)
            elif act == "erase" and subject in test_row_erasures.refs_of(session):
                assert not is_done
                row_erasures.erase_rows(session, test_row_erasures.ONE, "art17_request")
            else:
                begun += not is_done
            if act == "accept":
                test_remaps.require_accepted(session, to_accept)
            else:
                test_row_erasures.require_erased(session)
        shutil.rmtree(folder)
    assert begun > 0, "no kill fell inside the act: the moments are badly chosen"
