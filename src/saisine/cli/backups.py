"""`backup`, `restore`: the whole workspace in one encrypted file, and back."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from saisine.cli.app import (
    Json,
    app,
    ask_passphrase,
    clock,
    open_workspace,
    read_passphrase,
    read_secret,
    the_day,
)
from saisine.cli.output import full_day, full_time, print_json, progress_bar, say, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import SaisineError


@app.command(help=_("Sauvegarder tout l’espace de travail dans un fichier chiffré."))
def backup(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help=_("Fichier à écrire."))],
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help=_("Jour où la détruire (dans 90 jours si rien n’est dit).")),
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.vault.faults import require_output

    require_output(output)
    with open_workspace() as session:
        from saisine.casework.backups import DEFAULT_DAYS, back_up

        day = the_day(until, "--until") or session.today() + timedelta(days=DEFAULT_DAYS)
        with progress_bar(not as_json) as bar:
            report = back_up(session, output, until=day, progress=bar)
    if as_json:
        facts = {"until": report.facts.until, "size": report.facts.size, "files": report.facts.files}
        print_json({"path": str(report.path), "protected": report.facts.is_protected, **facts})
        return
    files = ngettext("{n} fichier", "{n} fichiers", report.facts.files).format(n=report.facts.files)
    say(_("Sauvegarde écrite : {path} ({files}).").format(path=report.path, files=files))
    say(_("À garder sur un autre support, et à détruire le {day}.").format(day=full_day(day)))
    if report.left_out:
        say(
            ngettext(
                "{n} pièce mise à l’écart n’y est pas.",
                "{n} pièces mises à l’écart n’y sont pas.",
                report.left_out,
            ).format(n=report.left_out)
        )
    if not report.facts.is_protected:
        warn(_("Sans phrase de passe, cette sauvegarde est lisible par qui la trouve."))


@app.command(help=_("Remettre une sauvegarde en place dans un dossier vide, et tout vérifier."))
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=_("La sauvegarde."))],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Dossier à créer."))],
    recovery: Annotated[
        Path | None,
        typer.Option(
            "--recovery-file", metavar="F", help=_("Clé de secours d’une personne, si la phrase est perdue.")
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    from saisine.casework.restoring import read_facts
    from saisine.casework.restoring import restore as restore_backup
    from saisine.vault.secret_files import identity_in

    facts = read_facts(source)
    identity = identity_in(read_secret(recovery)) if recovery is not None else None
    passphrase = read_passphrase()
    if facts.is_protected and identity is None and passphrase is None:
        passphrase = ask_passphrase()
        if passphrase is None:
            raise SaisineError("passphrase_needed")
    with progress_bar(not as_json) as bar:
        report = restore_backup(
            source, folder, clock=clock, passphrase=passphrase, recovery=identity, progress=bar, deriving=bar
        )
    if as_json:
        print_json({"folder": str(folder), "created": facts.created, **report.as_json(LANGUAGE)})
        return report.exit_code
    say(_("Remis en place dans {path}.").format(path=folder))
    say(report.summary(LANGUAGE))
    say(
        _("C’est l’état du {at} : les reçus faits depuis ne correspondront pas.").format(
            at=full_time(datetime.fromisoformat(facts.created))
        )
    )
    return report.exit_code
