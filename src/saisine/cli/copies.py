"""`saisine duplicates`: groups of identical and nearly identical messages in a plain file."""

from pathlib import Path
from typing import Annotated

import typer

from saisine.cli.app import Json, app
from saisine.cli.output import print_json, print_table, say
from saisine.cli.words import _, ngettext
from saisine.errors import EXIT_NO, EXIT_PARTIAL
from saisine.findings.duplicates import group_duplicates
from saisine.findings.inputs import read_texts


@app.command(help=_("Grouper les messages identiques ou presque identiques d’un fichier."))
def duplicates(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help=_("NDJSON ou CSV avec les colonnes id et text."))],
    min_size: Annotated[int, typer.Option(min=2, help=_("Taille minimale d’un groupe."))] = 3,
    as_json: Json = False,
) -> int:
    texts = read_texts(source)
    found = group_duplicates(texts, min_size=min_size)
    skipped = [{"reason": reason, "count": count} for reason, count in sorted(texts.skipped.items())]
    if as_json:
        print_json(found.as_json() | {"read": texts.read, "skipped": skipped})
    else:
        _show(found, texts.read)
    if not found.groups:
        return EXIT_NO
    return EXIT_PARTIAL if skipped else 0
