"""A workspace with campaigns hidden in invented messages, for the tests of waves and of their pages."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.make_campaigns import make
from benchmarks.sorting_pages import store

from saisine.casework import findings_rows
from tests.casework.world import opened


@cache
def gathered() -> Path:
    """Made once per test process, its findings looked for: each test works on a copy."""
    folder = Path(tempfile.mkdtemp(prefix="saisine-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with opened(folder / "espace") as session:
        store(session, make(900, seed=5).table())
        findings_rows.current(session)
    return folder / "espace"
