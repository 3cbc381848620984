"""`disclose`: one message out of a large export, with what proves it alone."""

from pathlib import Path
from typing import Annotated

import typer

from saisine.cli.app import Json, app, open_workspace
from saisine.cli.output import print_json, printable, say
from saisine.cli.words import _, ngettext

Refs = Annotated[
    list[str],
    typer.Argument(metavar="REF…", help=_("Messages, par la référence que donne « messages --json ».")),
]


@app.command(help=_("Prouver un message seul, sans montrer le reste de son export."))
def disclose(
    refs: Refs,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.json", help=_("Fichier à écrire."))],
    as_json: Json = False,
) -> None:
    from saisine.vault.faults import require_output

    require_output(out)
    with open_workspace() as session:
        from saisine.casework.disclosures import disclose_messages

        made = disclose_messages(session, refs, out)
    if as_json:
        print_json({"path": printable(str(out)), "messages": made.messages, "sha256": made.sha256})
        return
    count = len(made.messages)
    say(
        ngettext("{n} message dans {path}", "{n} messages dans {path}", count).format(
            n=count, path=printable(str(out))
        )
    )
    say(
        _("Chaque message y est tel que la plateforme l’a fourni, avec le compte, parfois avec ses réponses.")
    )
    say(_("Pour vérifier : saisine verify {path}").format(path=printable(str(out))))
