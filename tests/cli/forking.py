"""One warm process that forks for each command, so that a test pays for the command and not for the imports.

Each command is still a process of its own: its folder, environment, three streams, locks and exit code are
real. Only the modules that know neither language nor workspace are loaded before the fork.
"""

import json
import os
import subprocess
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from saisine.casework.django_setup import prepare_django

LOADED_BEFORE = (
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.x509",
    "django.contrib.admin.filters",
    "django.core.management.commands.migrate",
    "django.db.backends.sqlite3.base",
    "django.forms",
    "django.http",
    "django.template",
    "duckdb",
    "msgspec",
    "numpy",
    "pyarrow.compute",
    "pyarrow.dataset",
    "pyarrow.parquet.encryption",
    "pydantic.fields",
    "pyrage",
    "rfc3161_client",
    "rich.console",
    "rich.table",
    "saisine.findings.survey",
    "saisine.law.load",
    "saisine.messages.corpus",
    "saisine.vault",
    "saisine.vault.stamps",
    "sqlparse",
    "typer._adapters",
    "typer._coercion",
    "yaml",
)


class Warm:
    """The warm process, as a test sees it. Raises `RuntimeError` when it died."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.forking"],
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, arguments: tuple[str, ...], folder: Path, environment: dict[str, str], typed: str | None
    ) -> tuple[int, str, str]:
        """(exit code, standard output, standard error) of one command."""
        self.count += 1
        streams = [self.folder / f"{self.count}.{name}" for name in ("in", "out", "err")]
        streams[0].write_bytes((typed or "").encode())
        asked = [list(arguments), str(folder), environment, [str(path) for path in streams]]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the warm process has ended")
        out, err = (path.read_bytes().decode() for path in streams[1:])
        for path in streams:
            path.unlink()
        return int(answer), out, err

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def serve(asked: IO[str], answers: IO[str]) -> None:
    for name in LOADED_BEFORE:
        import_module(name)
    prepare_django()
    for line in asked:
        child = os.fork()
        if child == 0:
            _become_the_command(*json.loads(line))
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _become_the_command(
    arguments: list[str], folder: str, environment: dict[str, str], streams: list[str]
) -> Any:
    """Never returns: the rest of the fork is the command, from its first line to its exit code."""
    code = 70
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        _take(streams)
        from saisine.cli import main

        main(arguments)
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    except BaseException:  # noqa: BLE001  told as Python tells it
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _take(streams: list[str]) -> None:
    """Standard input, output and error are these files from here on."""
    for number, (path, flags) in enumerate(
        zip(streams, (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT), strict=True)
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


if __name__ == "__main__":
    serve(sys.stdin, os.fdopen(os.dup(1), "w"))
