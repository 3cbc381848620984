"""`init`, `example`, `serve`: make a workspace, write the invented wave, open the web application."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from saisine.cli.app import Json, app, clock, common, read_passphrase, the_day, workspace_folder
from saisine.cli.output import print_json, say, warn
from saisine.cli.words import _
from saisine.errors import SaisineError


@app.command(help=_("Créer l’espace de travail d’une association dans un dossier vide."))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Dossier à créer."))],
    name: Annotated[str, typer.Option(help=_("Nom de l’association."))] = "",
    as_json: Json = False,
) -> None:
    from saisine.casework.session import create_workspace
    from saisine.vault.secret_files import require_passphrase

    passphrase = read_passphrase()
    if passphrase is not None:  # before the folder is made
        require_passphrase(passphrase)
    _require_folder(folder)
    workspace = create_workspace(folder, name=name, clock=clock, passphrase=passphrase)
    if as_json:
        print_json({"folder": str(workspace.folder), "protected": passphrase is not None})
        return
    say(_("Espace de travail créé : {path}").format(path=workspace.folder))
    if passphrase is None:
        warn(
            _(
                "Sans phrase de passe, les clés sont lisibles dans ce dossier. "
                "Gardez-le sur un disque chiffré, ou recommencez avec « --passphrase-file »."
            )
        )


def _require_folder(folder: Path) -> None:
    """No file in its place, nor above it. Raises `output_refused`."""
    found = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not found.is_dir():
        raise SaisineError(
            "output_refused",
            folder=folder,
            reason_fr=f"« {found.name} » est un fichier",
            reason_en=f"“{found.name}” is a file",
        )


@app.command(help=_("Écrire une vague inventée, sous forme de vrais fichiers d’export."))
def example(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Dossier à créer."))],
    seed: Annotated[int, typer.Option(metavar="N", help=_("Même graine et même date, mêmes octets."))] = 7,
    day: Annotated[
        str | None, typer.Option("--date", metavar="D", help=_("Jour de la vague, AAAA-MM-JJ."))
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.example import DAYS_BEFORE, write_example

    wave_on = the_day(day, "--date") or clock().date() - timedelta(days=DAYS_BEFORE)
    report = write_example(folder, seed=seed, wave_on=wave_on)
    if as_json:
        print_json(report.as_json())
    else:
        say(_("{n} fichiers écrits dans {path}").format(n=len(report.files), path=folder))


@app.command(help=_("Ouvrir l’application web et son travailleur, sur cet ordinateur."))
def serve(
    host: Annotated[str, typer.Option(help=_("Adresse d’écoute."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("Port d’écoute."))] = 8000,
) -> None:
    run_server(workspace_folder(), host=host, port=port)


def run_server(folder: Path, *, host: str, port: int) -> NoReturn:
    """Become the web application (this package never imports it): signals and exit code are then its own."""
    command = [sys.executable, "-m", "saisine.web"]
    command += ["--workspace", str(folder), "--host", host, "--port", str(port)]
    environment = dict(os.environ)
    if common.passphrase_file is not None:
        environment["SAISINE_PASSPHRASE_FILE"] = str(common.passphrase_file)
    sys.stdout.flush()
    os.execve(sys.executable, command, environment)
