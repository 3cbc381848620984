"""`seal`, `stamp`, `log`, `proof`, `verify`, `export`: the vault's verbs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, open_workspace, workspace_folder
from saisine.cli.output import (
    full_time,
    print_json,
    print_json_line,
    print_table,
    printable,
    progress_bar,
    say,
    warn,
)
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_BAD_INPUT, EXIT_PARTIAL, SaisineError

if TYPE_CHECKING:
    from saisine.casework.session import Session
    from saisine.vault import Sealed, StampResult
    from saisine.vault.bundle import BundleReport
    from saisine.vault.bundle_zip import Progress
    from saisine.vault.receipts import Receipt

Items = Annotated[list[str], typer.Argument(metavar="ITEM…", help=_("Pièces, numéros ou empreintes."))]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Fichiers ou dossiers."))]


def dating(state: str) -> str:
    return _("daté") if state == "dated" else _("pas encore daté")


@app.command(help=_("Sceller des fichiers tels quels."))
def seal(paths: Paths, as_json: Json = False) -> int:
    with open_workspace() as session:
        from saisine.casework.deposits import seal_paths

        with progress_bar(not as_json) as bar:
            sealed = seal_paths(session, paths, progress=bar)
        if not sealed:
            warn(_("Aucun fichier à cet endroit. Vérifiez le chemin, puis recommencez."))
            return EXIT_BAD_INPUT
        if as_json:
            for item in sealed:
                print_json_line(_sealed_row(item))
            return 0
        receipt = session.vault.receipt()
        print_table([_("N°"), _("Nom"), "SHA-256", _("État")], [_row(item) for item in sealed])
        say(ngettext("{n} fichier scellé.", "{n} fichiers scellés.", len(sealed)).format(n=len(sealed)))
        say_receipt(receipt)
    return 0


def say_receipt(receipt: "Receipt") -> None:
    """The code to keep elsewhere: it alone shows that a whole folder was put back to an earlier state."""
    say(_("Reçu : {code} ({at})").format(code=receipt.code, at=full_time(receipt.at)))


def _row(item: "Sealed") -> tuple[object, ...]:
    return item.seq, item.name, item.sha256, dating(item.state)


def _sealed_row(item: "Sealed") -> dict[str, object]:
    """The line of the contract; the name and the unit stay out of it."""
    row = item.as_json()
    names = ("seq", "item", "sha256", "size", "media_type", "sealed_at", "state")
    return {name: row[name] for name in names}


@app.command(help=_("Faire dater la dernière tête du journal par les autorités choisies."))
def stamp(as_json: Json = False) -> int:
    with open_workspace() as session:
        results = session.vault.stamp()
    if as_json:
        print_json([_stamp_row(result) for result in results])
    else:
        for result in results:
            say(_stamp_words(result))
    return 0 if all(result.state == "dated" for result in results) else EXIT_PARTIAL


def _stamp_row(result: "StampResult") -> dict[str, object]:
    return {
        "authority": result.authority,
        "size": result.size,
        "state": result.state,
        "at": result.at,
        "reason": result.reason,
    }


def _stamp_words(result: "StampResult") -> str:
    if result.state == "dated" and result.at is not None:
        return _("{authority} : daté du {at}.").format(authority=result.authority, at=full_time(result.at))
    words = {
        "queued": _("{authority} : sans réponse ({reason}). La demande repartira au prochain essai."),
        "refused": _("{authority} : refusé ({reason})."),
    }
    reason = result.reason if LANGUAGE == "en" else result.reason_fr
    return words.get(result.state, words["refused"]).format(authority=result.authority, reason=reason)


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
            [
                (entry["seq"], entry["at"], entry["act"], str(entry.get("object", ""))[:16])
                for entry in entries
            ],
        )


@app.command(help=_("La preuve d’inclusion d’une pièce dans le journal (.tlog-proof)."))
def proof(
    item: Annotated[str, typer.Argument(metavar="ITEM", help=_("Pièce, numéro ou empreinte."))],
) -> None:
    with open_workspace() as session:
        text = session.vault.proof(session.vault.find(item).item)
    typer.echo(text, nl=not text.endswith("\n"))


@app.command(help=_("Vérifier un espace de travail ou un dossier exporté (ZIP)."))
def verify(
    target: Annotated[
        Path | None, typer.Argument(metavar="DIR | BUNDLE.zip", help=_("Ce qu’il faut vérifier."))
    ] = None,
    no_decrypt: Annotated[bool, typer.Option("--no-decrypt", help=_("Sans ouvrir les contenus."))] = False,
    at: Annotated[str | None, typer.Option(metavar="DATE", help=_("Juger les dates à ce jour."))] = None,
    witness: Annotated[
        Path | None, typer.Option(metavar="HEAD.note", help=_("Tête gardée par un témoin."))
    ] = None,
    receipt: Annotated[
        str | None, typer.Option(metavar="CODE", help=_("Code d’un reçu gardé ailleurs."))
    ] = None,
    as_json: Json = False,
) -> int:
    from saisine.cli import verifying

    path = target or workspace_folder()
    if not path.exists():
        raise SaisineError("path_missing", path=path)
    asked = verifying.Asked.of(path, no_decrypt=no_decrypt, at=at, witness=witness, receipt=receipt)
    with progress_bar(not as_json) as bar:
        report = verifying.verify_path(path, asked, bar)
    if as_json:
        print_json(report.as_json(LANGUAGE))
    else:
        verifying.show_report(report)
        if (path / "vault").is_dir():
            say(_("Le coffre seul est contrôlé : ni les messages qui en sont lus, ni les décisions."))
    return report.exit_code


@app.command(help=_("Exporter des pièces dans un dossier que n’importe qui peut vérifier."))
def export(
    items: Items,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="BUNDLE.zip", help=_("Fichier à écrire."))],
    encrypt_to: Annotated[
        str | None, typer.Option(metavar="age1…", help=_("Chiffrer pour cette adresse age."))
    ] = None,
    encrypt_passphrase_file: Annotated[
        Path | None, typer.Option(metavar="F", help=_("Chiffrer avec la phrase de ce fichier."))
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.vault.faults import require_output

    lock = _bundle_lock(encrypt_to, encrypt_passphrase_file)
    require_output(out)
    with open_workspace() as session:
        pieces = list(dict.fromkeys(session.vault.find(item).item for item in items))
        with progress_bar(not as_json) as bar:
            if lock is None:
                made = session.vault.export(pieces, out, purpose="export", actor=session.actor, progress=bar)
                path, size = made.path, made.size
            else:
                made, path, size = _export_encrypted(session, pieces, out, lock, bar)
    if as_json:
        print_json(
            {
                "path": printable(str(path)),
                "pieces": made.pieces,
                "size": size,
                "manifest_sha256": made.manifest_sha256,
            }
        )
        return
    say(
        ngettext("{n} pièce dans {path}", "{n} pièces dans {path}", made.pieces).format(
            n=made.pieces, path=path
        )
    )
    if lock is None:
        say(_("Pour vérifier : saisine verify {path}").format(path=path))
    else:
        say(_("Pour ouvrir : age -d -o {zip} {path}").format(zip=path.stem, path=path.name))


def _bundle_lock(recipient: str | None, passphrase_file: Path | None) -> dict[str, str] | None:
    """How to encrypt the bundle, checked before anything is written: a slip leaves nothing behind."""
    from saisine.vault.bundle_age import require_age_recipient, require_bundle_passphrase

    if recipient is not None and passphrase_file is not None:
        raise typer.BadParameter(_("Choisissez --encrypt-to ou --encrypt-passphrase-file, pas les deux."))
    if recipient is not None:
        require_age_recipient(recipient)
        return {"recipient": recipient}
    if passphrase_file is None:
        return None
    try:
        text = passphrase_file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = _("Ce n’est pas du texte UTF-8") if isinstance(error, ValueError) else str(error.strerror)
        raise SaisineError("passphrase_file_unreadable", path=passphrase_file, reason=f"{reason}.") from error
    return {"passphrase": require_bundle_passphrase(text)}


def _export_encrypted(
    session: "Session", pieces: list[str], out: Path, lock: dict[str, str], bar: "Progress"
) -> tuple["BundleReport", Path, int]:
    """The bundle in a folder of its own beside the target, its age file, and nothing left in clear."""
    from tempfile import TemporaryDirectory

    from saisine.vault.bundle_age import SUFFIX, encrypt_bundle
    from saisine.vault.faults import disk_faults

    target = out if out.suffix == SUFFIX else out.with_name(out.name + SUFFIX)
    if target.exists():
        raise SaisineError("bundle_exists", path=target)
    with disk_faults(target.parent):
        folder = TemporaryDirectory(prefix=".export-", dir=target.parent)
    with folder as name:
        plain = Path(name) / target.stem
        made = session.vault.export(pieces, plain, purpose="export", actor=session.actor, progress=bar)
        recipient, passphrase = lock.get("recipient"), lock.get("passphrase")
        size = encrypt_bundle(plain, target, recipient=recipient, passphrase=passphrase, progress=bar)
    return made, target, size
