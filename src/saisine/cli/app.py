"""The root command, the options that all commands share, and the way a failure becomes an exit code."""

import errno
import os
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError

from saisine.cli import words
from saisine.cli.output import print_error, warn
from saisine.cli.words import _
from saisine.errors import (
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
    passphrase: str | None = None  # as typed at the terminal, so that one command asks for it once


common = Common()

app = typer.Typer(
    name="saisine",
    help=_("Documenter la haine en ligne, faire valoir ses droits."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
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
        typer.Option(
            "-w",
            "--workspace",
            metavar="DIR",
            help=_("Dossier de l’espace de travail (ou SAISINE_WORKSPACE)."),
        ),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            metavar="F", help=_("Fichier qui contient la phrase de passe (ou SAISINE_PASSPHRASE_FILE).")
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help=_("Montrer la trace complète d’une erreur."))
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_("Afficher la version."))
    ] = False,
) -> None:
    common.workspace = workspace or _path_from("SAISINE_WORKSPACE")
    common.passphrase_file = passphrase_file or _path_from("SAISINE_PASSPHRASE_FILE")
    common.debug = common.debug or debug


def _path_from(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None


def clock() -> datetime:
    """The command line's clock; engines get it from here."""
    return datetime.now(UTC)


def read_passphrase() -> str | None:
    """The passphrase from its file, or as it was typed; never from an argument."""
    if common.passphrase_file is not None:
        return read_secret(common.passphrase_file)
    return common.passphrase


def read_secret(path: Path) -> str:
    """What a file of secrets holds. Raises `passphrase_file_missing` (the system refused it) or
    `passphrase_file_unreadable` (what it holds protects nothing)."""
    try:
        secret = path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise _unreadable_passphrase(path, _system_words(error), "passphrase_file_missing") from error
    except UnicodeDecodeError as error:
        raise _unreadable_passphrase(path, _("Ce n’est pas du texte UTF-8")) from error
    if not secret.strip():  # would protect nothing while the app says that it does
        raise _unreadable_passphrase(path, _("Le fichier est vide"))
    return secret


def _unreadable_passphrase(path: Path, reason: str, code: str = "passphrase_file_unreadable") -> SaisineError:
    return SaisineError(code, path=path, reason=f"{reason[:1].upper()}{reason[1:]}.")


def ask_passphrase(question: str = "") -> str | None:
    """Ask at the terminal; None when there is none."""
    if not sys.stdin.isatty():
        return None
    return typer.prompt(question or _("Phrase de passe"), hide_input=True, err=True)  # type: ignore[no-any-return]


def workspace_folder() -> Path:
    if common.workspace is None:
        raise SaisineError("workspace_not_named")
    return common.workspace


@contextmanager
def open_workspace(recovery: str | None = None) -> "Iterator[Session]":
    """Open the workspace that the options name, and say what the opening found.

    `recovery` is an officer's own key, in place of the passphrase. Modules of casework that hold rows are
    imported inside: Django is ready from there on.
    """
    from saisine.casework.session import open_session

    folder = workspace_folder()
    try:
        session = open_session(folder, clock=clock, passphrase=read_passphrase(), recovery=recovery)
    except SaisineError as error:
        if error.code != "passphrase_needed" or (passphrase := ask_passphrase()) is None:
            raise
        session = open_session(folder, clock=clock, passphrase=passphrase)
        common.passphrase = passphrase
    with session:
        for note in session.findings(words.LANGUAGE):
            warn(note)
        yield session


def the_day(text: str | None, option: str) -> date | None:
    """A day that a person typed, or None. A fault of usage when it is no day."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        words_ = _("{option} attend un jour au format AAAA-MM-JJ.")
        raise typer.BadParameter(words_.format(option=option)) from None


def require_word(value: str, known: tuple[str, ...]) -> None:
    """A fault of usage when a word is outside its closed list."""
    if value not in known:
        words = _("« {value} » n’est pas dans la liste : {known}.")
        raise typer.BadParameter(words.format(value=value, known=", ".join(known)))


def hoist(arguments: list[str]) -> list[str]:
    """Move the shared options to the front, and a leading --json to the end: both may stand anywhere.

    >>> hoist(["--json", "log", "-w", "espace"])
    ['-w', 'espace', 'log', '--json']
    """
    front: list[str] = []
    rest: list[str] = []
    end: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            end += [argument, *waiting]
        elif argument == "--debug" or argument.startswith(tuple(f"{name}=" for name in WITH_VALUE[1:])):
            front.append(argument)
        elif argument in WITH_VALUE:
            front += [argument, *(value for value in [next(waiting, None)] if value is not None)]
        elif argument == "--json" and not rest:
            end.append(argument)
        else:
            rest.append(argument)
    return front + rest + end


def run(arguments: list[str]) -> int:
    """Run the command; every failure ends here, in one plain sentence and a documented exit code."""
    from saisine.cli import library, register

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # odd bytes of file names
    common.debug = "--debug" in arguments  # even when the arguments themselves are at fault
    try:
        register.all_commands()
        result = library.build(app).main(args=hoist(arguments), prog_name="saisine", standalone_mode=False)
        if result == EXIT_INTERRUPTED:
            raise KeyboardInterrupt  # the library turns Ctrl-C into a number
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except NoArgsIsHelpError as error:
        warn(error.message)
        return EXIT_USAGE
    except ClickException as error:
        warn(library.explain(error))
        return EXIT_USAGE
    except SaisineError as error:
        _trace()
        print_error(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        warn(_("Interrompu. Ce qui était scellé le reste ; relancez la commande pour finir."))
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):
        return _leave_quietly()
    except OSError as error:
        _trace()
        print_error(_of_system(error))
        return EXIT_IO
    except Exception as error:  # noqa: BLE001  one of the three doors: nothing reaches a person as a traceback
        _trace()
        if getattr(error.__cause__ or error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            print_error(SaisineError("disk_full", folder=common.workspace or "."))
            return EXIT_IO
        print_error(SaisineError("unexpected", reason=f"{type(error).__name__}: {error}"))
        return EXIT_IO


def _leave_quietly() -> int:
    """The reader (head, less) has closed: not an error, which the library turns into SystemExit(1).

    Python would complain once more when it closes standard output.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _trace() -> None:
    if common.debug:
        traceback.print_exc()


def _of_system(error: OSError) -> SaisineError:
    reason, place = _system_words(error), error.filename or error.filename2
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SaisineError("disk_full", folder=Path(str(place)).parent if place else "/dev/stdout")
    where = (" ({place})" if words.LANGUAGE == "en" else " « {place} »").format(place=place) if place else ""
    return SaisineError("system_io", reason=reason[:1].upper() + reason[1:], path=where)


def _system_words(error: OSError) -> str:
    from saisine.vault.faults import said

    found = said(error)
    return found["reason_en" if words.LANGUAGE == "en" else "reason_fr"]
