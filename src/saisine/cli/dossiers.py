"""`saisine dossier`: one version of an incident's dossier, for one recipient, in one sealed ZIP."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from saisine.cli.app import Json, app, open_workspace, require_word
from saisine.cli.incidents import Which
from saisine.cli.output import print_json, printable, progress_bar, say, warn
from saisine.cli.words import _, in_language, ngettext
from saisine.errors import SaisineError

RECIPIENTS = ("avocat", "procureur", "pharos", "arcom", "organe21", "interne", "public")


@app.command(help=_("Sceller et exporter le dossier d’un incident pour une personne ou un service."))
def dossier(
    which: Which,
    recipient: Annotated[
        str, typer.Option(metavar="|".join(RECIPIENTS), help=_("À qui le dossier est destiné."))
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DOSSIER.zip", help=_("Fichier à écrire."))],
    show_third_parties: Annotated[
        bool,
        typer.Option(
            "--show-third-parties", help=_("Ne pas masquer les tiers, quand le destinataire le permet.")
        ),
    ] = False,
    reviewed: Annotated[
        list[int] | None,
        typer.Option(
            "--reviewed", metavar="N", help=_("Pièce relue : aucune personne masquée n’y paraît ; à répéter.")
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    require_word(recipient, RECIPIENTS)
    if out.exists():
        raise SaisineError("bundle_exists", path=out)
    with open_workspace() as session:
        from saisine.casework import dossiers, incidents, reviews

        found = incidents.get_incident(session, which)
        dossiers.require_ready(session, found, recipient)
        missing = dossiers.missing_of(session, found)
        row = dossiers.new(session, found)
        with progress_bar(not as_json) as bar:
            dossiers.build_now(
                session, row, recipient=recipient, mask_third_parties=not show_third_parties, progress=bar
            )
        reviews.mark(session, row, reviewed or ())
        reviews.require_reviewed(row)
        _copy(dossiers.zip_path(session, row), out)
    if as_json:
        print_json(
            {
                "dossier": row.id,
                "incident": found.number,
                "version": row.version,
                "recipient": recipient,
                "path": printable(str(out)),
                **row.report,
                "missing": [in_language(one, "text") for one in missing],
            }
        )
        return
    pieces = int(row.report["pieces"])
    words = ngettext("Dossier {number}, version {version} : {n} pièce dans {path}",
                     "Dossier {number}, version {version} : {n} pièces dans {path}", pieces)  # fmt: skip
    say(words.format(number=found.number, version=row.version, n=pieces, path=out))
    say(_("Code court : {code}").format(code=row.report["short_code"]))
    for one in missing:
        warn("  " + _("Il manque : {text}").format(text=in_language(one, "text")))
    say(_("Pour vérifier : saisine verify {path}").format(path=out))


def _copy(built: Path, out: Path) -> None:
    """The workspace keeps its copy; the person’s own is moved into place whole."""
    part = out.with_name(out.name + ".part")
    shutil.copyfile(built, part)
    part.replace(out)
