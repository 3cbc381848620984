"""One command, its exit code, and what it printed where."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.cli.forking import Warm


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
    warm: Warm | None = None  # without it, an interpreter is started for each command

    def __call__(self, *arguments: str, code: int = 0, typed: str | None = None) -> Done:
        done = self._warm(arguments, typed) if self.warm else self._cold(arguments, typed)
        assert "Traceback" not in done.err, done.err
        assert done.code == code, f"{arguments}: {done.code}\n{done.out}\n{done.err}"
        return done

    def _warm(self, arguments: tuple[str, ...], typed: str | None) -> Done:
        assert self.warm is not None
        return Done(*self.warm.run(arguments, self.folder, self.environment, typed))

    def _cold(self, arguments: tuple[str, ...], typed: str | None) -> Done:
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
        return Done(done.returncode, done.stdout, done.stderr)

    def cold(self) -> "Saisine":
        """The same, each command by an interpreter of its own, as a person starts it."""
        return replace(self, warm=None)

    def within(self, workspace: str) -> "Saisine":
        """The same, with SAISINE_WORKSPACE set."""
        return replace(self, environment=self.environment | {"SAISINE_WORKSPACE": workspace})

    def english(self) -> "Saisine":
        return replace(self, environment=self.environment | {"LANG": "en_GB.UTF-8"})
