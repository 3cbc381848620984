"""The root command, the options that all commands share, and the way a failure becomes an exit code."""

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from saisine.cli import words
from saisine.cli.output import print_error, warn
from saisine.cli.words import _

words.bind()

import typer  # noqa: E402  the language must be chosen before this library is imported
from typer._click.exceptions import ClickException, UsageError  # noqa: E402

from saisine.errors import (  # noqa: E402
    EXIT_INTERRUPTED,
    EXIT_IO,
    EXIT_USAGE,
    SaisineError,
)

if TYPE_CHECKING:
    from saisine.casework.session import Session

WITH_VALUE = ("-w", "--workspace", "--passphrase-file")


@dataclass(slots=True)
class Common:
    """The options that may stand before or after any command."""

    workspace: Path | None = None
    passphrase_file: Path | None = None
    debug: bool = False


common = Common()

app = typer.Typer(
    name="saisine",
    help=_("Documenter la haine en ligne, faire valoir ses droits."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help=_("Sortie pour un programme, sur la sortie standard."))]


def _version(shown: bool) -> None:
    if shown:
        from saisine import __version__

        typer.echo(f"saisine {__version__}")
        raise typer.Exit


@app.callback()
def root(
    workspace: Annotated[
        Path | None,
        typer.Option("-w", "--workspace", help=_("Dossier de l’espace de travail (ou SAISINE_WORKSPACE).")),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(help=_("Fichier qui contient la phrase de passe (ou SAISINE_PASSPHRASE_FILE).")),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help=_("Montrer la trace complète d’une erreur."))] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("Afficher la version."))
    ] = False,
) -> None:
    common.workspace = workspace or _path_from("SAISINE_WORKSPACE")
    common.passphrase_file = passphrase_file or _path_from("SAISINE_PASSPHRASE_FILE")
    common.debug = debug


def _path_from(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None


def clock() -> datetime:
    """The command line's clock; engines get it from here."""
    return datetime.now(UTC)


def read_passphrase(*, confirm: bool = False) -> str | None:
    """The passphrase from its file or a question on a terminal, never from an argument."""
    if common.passphrase_file is not None:
        try:
            return common.passphrase_file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SaisineError("passphrase_file_unreadable", path=common.passphrase_file, reason=error) from error
    return None


def ask_passphrase() -> str | None:
    if not sys.stdin.isatty():
        return None
    return typer.prompt(_("Phrase de passe"), hide_input=True, err=True)  # type: ignore[no-any-return]


def workspace_folder() -> Path:
    if common.workspace is None:
        raise SaisineError("workspace_not_named")
    return common.workspace


@contextmanager
def open_workspace() -> "Iterator[Session]":
    """Open the workspace that the options name, and say what the opening found."""
    from saisine.casework.session import open_session

    folder = workspace_folder()
    try:
        session = open_session(folder, clock=clock, passphrase=read_passphrase())
    except SaisineError as error:
        if error.code != "passphrase_needed" or (passphrase := ask_passphrase()) is None:
            raise
        session = open_session(folder, clock=clock, passphrase=passphrase)
    with session:
        for note in session.findings(words.LANGUAGE):
            warn(note)
        yield session


def hoist(arguments: list[str]) -> list[str]:
    """Move the shared options to the front, so that they may stand after the command as well."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--debug" or argument.startswith(tuple(f"{name}=" for name in WITH_VALUE[1:])):
            front.append(argument)
        elif argument in WITH_VALUE:
            front.append(argument)
            front += [value for value in [next(waiting, None)] if value is not None]
        else:
            rest.append(argument)
    return front + rest


def run(arguments: list[str]) -> int:
    """Run the command; every failure ends here, in one plain sentence and a documented exit code."""
    from saisine.cli import register

    register.all_commands()
    try:
        result = typer.main.get_command(app).main(args=hoist(arguments), prog_name="saisine", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except UsageError as error:
        warn(error.format_message() or _("Commande incomplète : voir « saisine --help »."))
        return EXIT_USAGE
    except ClickException as error:
        warn(error.format_message())
        return EXIT_USAGE
    except SaisineError as error:
        _trace()
        print_error(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        warn(_("Interrompu. Ce qui était scellé le reste."))
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has closed: not an error. Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _trace()
        print_error(SaisineError("system_io", reason=_system_words(error), path=error.filename or ""))
        return EXIT_IO
    except Exception as error:  # noqa: BLE001  one of the three doors: nothing reaches a person as a traceback
        _trace()
        print_error(SaisineError("unexpected", reason=f"{type(error).__name__}: {error}"))
        return EXIT_IO


def _trace() -> None:
    if common.debug:
        traceback.print_exc()


def _system_words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno in errno.errorcode else str(error)
