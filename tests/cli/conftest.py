"""The command line run as people run it: real processes, in a folder of their own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.forking import Warm
from tests.cli.running import Saisine


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A plain French environment; compiled modules are kept for the session, as each process imports many."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SAISINE", "LC_", "LANG"))
    }
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    compiled = tmp_path_factory.getbasetemp() / "compiled"
    source = str(Path(__file__).resolve().parents[2] / "src")
    path = os.pathsep.join([source, *filter(None, [kept.get("PYTHONPATH")])])
    return kept | {
        "LANG": "fr_FR.UTF-8",
        "PYTHONPYCACHEPREFIX": str(compiled),
        "PYTHONPATH": path,
        "COLUMNS": "100",
    }


@pytest.fixture(scope="session")
def warm(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    one = Warm(environment, tmp_path_factory.mktemp("streams"))
    yield one
    one.close()


@pytest.fixture
def saisine(environment: dict[str, str], warm: Warm, tmp_path: Path) -> Saisine:
    return Saisine(tmp_path, environment, warm)


@pytest.fixture(scope="session")
def wave(environment: dict[str, str], warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the invented wave (`exports`) and a workspace that imported it (`espace`)."""
    folder = tmp_path_factory.mktemp("wave")
    run = Saisine(folder, environment, warm)
    run("example", "exports")
    run("init", "espace", "--name", "Les Voix du Verger")
    run("import", "exports", "-w", "espace")
    return folder


@pytest.fixture
def case(wave: Path, saisine: Saisine) -> Saisine:
    """A copy of the wave's workspace that a test may change."""
    shutil.copytree(wave / "espace", saisine.folder / "espace")
    return saisine.within("espace")


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """A command left running, its three streams in pipes."""

    def start_one(*arguments: str) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "saisine.cli", *arguments]
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            # a runner started in the background ignores Ctrl-C, and so would this process
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    return start_one
