"""`seal`, `stamp`, `log`, `proof`, `verify`, `export`: the vault's verbs."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from saisine.cli.app import Json, app, clock, common, open_workspace, read_passphrase, workspace_folder
from saisine.cli.output import full_time, print_json, print_json_line, print_table, progress_bar, say, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_NO, EXIT_PARTIAL
from saisine.vault import Sealed

STATES = {"verified": _("vérifié"), "failed": _("échec"), "not_checked": _("non vérifié")}
EXIT_OF = {"verified": 0, "failed": EXIT_NO, "incomplete": EXIT_PARTIAL}


def dating(state: str) -> str:
    return _("daté") if state == "dated" else _("pas encore daté")


@app.command(help=_("Sceller des fichiers tels quels."))
def seal(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Fichiers ou dossiers."))],
    as_json: Json = False,
) -> None:
    from saisine.casework.deposits import seal_paths

    with open_workspace() as session, progress_bar(not as_json) as bar:
        sealed = seal_paths(session, paths, progress=bar)
        receipt = session.vault.receipt()
        if as_json:
            for item in sealed:
                print_json_line(_sealed_row(item))
            return
        print_table([_("N°"), _("Nom"), "SHA-256", _("État")], [_row(item) for item in sealed])
        say(ngettext("{n} fichier scellé.", "{n} fichiers scellés.", len(sealed)).format(n=len(sealed)))
        say(_("Reçu : {code} ({at})").format(code=receipt.code, at=full_time(receipt.at)))


def _row(item: Sealed) -> tuple[object, ...]:
    return item.seq, item.name, item.sha256, dating(item.state)


def _sealed_row(item: Sealed) -> dict[str, object]:
    return {
        "seq": item.seq,
        "item": item.item,
        "sha256": item.sha256,
        "size": item.size,
        "media_type": item.media_type,
        "sealed_at": item.sealed_at,
        "state": item.state,
    }


@app.command(help=_("Faire dater la dernière tête du journal par les autorités choisies."))
def stamp(as_json: Json = False) -> int:
    with open_workspace() as session:
        results = session.vault.stamp()
        if as_json:
            print_json([result.as_json() for result in results])
        elif not results:
            say(_("Aucune autorité d’horodatage n’est choisie : rien n’a été envoyé. Pas encore daté."))
        for result in results if not as_json else ():
            say(result.sentence(LANGUAGE))
    return 0 if results and all(result.is_verified for result in results) else EXIT_PARTIAL


@app.command(help=_("Le journal de ce qui a été fait, ligne par ligne."))
def log(as_json: Json = False) -> None:
    with open_workspace() as session:
        entries = session.vault.log_entries()
        if as_json:
            for entry in entries:
                print_json_line(entry)
            return
        print_table(
            [_("N°"), _("Moment (UTC)"), _("Acte"), _("Objet")],
            [(entry["seq"], entry["at"], entry["act"], str(entry.get("object", ""))[:16]) for entry in entries],
        )


@app.command(help=_("La preuve d’inclusion d’une pièce dans le journal (.tlog-proof)."))
def proof(item: Annotated[str, typer.Argument(metavar="ITEM", help=_("Pièce, numéro ou empreinte."))]) -> None:
    with open_workspace() as session:
        typer.echo(session.vault.proof(session.vault.find(item).item), nl=False)


@app.command(help=_("Vérifier un espace de travail ou un dossier exporté (ZIP)."))
def verify(
    target: Annotated[Path | None, typer.Argument(metavar="[DIR | BUNDLE.zip]", help=_("Ce qu’il faut vérifier."))] = None,
    no_decrypt: Annotated[bool, typer.Option("--no-decrypt", help=_("Sans ouvrir les contenus."))] = False,
    at: Annotated[str | None, typer.Option(metavar="DATE", help=_("Juger les dates à ce jour."))] = None,
    witness: Annotated[Path | None, typer.Option(metavar="HEAD.note", help=_("Tête gardée par un témoin."))] = None,
    receipt: Annotated[str | None, typer.Option(metavar="CODE", help=_("Code d’un reçu gardé ailleurs."))] = None,
    as_json: Json = False,
) -> int:
    from saisine.vault.verify import verify_bundle, verify_vault

    with progress_bar(not as_json) as bar:
        path = target or workspace_folder()
        if path.is_dir():
            report = verify_vault(
                path / "vault" if (path / "vault").is_dir() else path,
                decrypt=not no_decrypt,
                at=_end_of(at),
                receipt=receipt,
                witness=witness.read_text("utf-8") if witness else None,
                passphrase=read_passphrase(),
                now=clock(),
                progress=bar,
            )
        else:
            report = verify_bundle(path, now=clock(), progress=bar)
    if as_json:
        print_json(report.as_json(LANGUAGE))
    else:
        _show_report(report)
    return EXIT_OF[report.verdict]


def _end_of(day: str | None) -> datetime | None:
    """The last moment of a Paris day, as UTC."""
    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time.max, ZoneInfo("Europe/Paris")).astimezone(UTC)
    except ValueError:
        raise typer.BadParameter(_("--at attend un jour au format AAAA-MM-JJ.")) from None


def _show_report(report: Any) -> None:
    rows = [(check["id"], STATES[check["state"]], check["name"], check["detail"]) for check in report.as_json(LANGUAGE)["checks"]]
    print_table([_("N°"), _("État"), _("Contrôle"), _("Détail")], rows)
    verdicts = {
        "verified": _("Intact : tout ce qui pouvait être vérifié l’a été."),
        "failed": _("Modifié ou abîmé : voir les lignes en échec."),
        "incomplete": _("Incomplet : rien n’est en échec, mais tout n’a pas pu être vérifié."),
    }
    say()
    say(verdicts[report.verdict])


@app.command(help=_("Exporter des pièces dans un dossier que n’importe qui peut vérifier."))
def export(
    items: Annotated[list[str], typer.Argument(metavar="ITEM…", help=_("Pièces, numéros ou empreintes."))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="BUNDLE.zip", help=_("Fichier à écrire."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session, progress_bar(not as_json) as bar:
        pieces = [session.vault.find(item).item for item in items]
        made = session.vault.export(
            pieces, out, extras={}, recipient="", purpose="export", actor=session.actor, progress=bar
        )
        if as_json:
            print_json({"path": str(made.path), "pieces": made.pieces, "manifest_sha256": made.manifest_sha256})
        else:
            say(_("{n} pièces dans {path}").format(n=made.pieces, path=made.path))
            warn(_("Vérifiez avec : saisine verify {path}").format(path=made.path))
