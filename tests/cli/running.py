"""One command, its exit code, and what it printed where."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as one JSON document: anything else there is a fault."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """NDJSON: only a line feed ends a line, a text may hold other separators."""
        return [json.loads(line) for line in self.out.split("\n") if line]


@dataclass(frozen=True)
class Saisine:
    """Runs `saisine` in a folder. `code` is the exit code expected, 0 unless said.

    >>> saisine("init", "espace")
    >>> saisine("messages", "-w", "espace", "--search", "rien", code=1)
    """

    folder: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "saisine.cli", *arguments],
            cwd=self.folder,
            env=self.environment,
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return Done(done.returncode, done.stdout, done.stderr)

    def within(self, workspace: str) -> "Saisine":
        """The same, with SAISINE_WORKSPACE set."""
        return replace(self, environment=self.environment | {"SAISINE_WORKSPACE": workspace})

    def english(self) -> "Saisine":
        return replace(self, environment=self.environment | {"LANG": "en_GB.UTF-8"})
