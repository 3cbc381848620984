"""`key`: the passphrase, the people who can recover the vault, and new keys."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import (
    Json,
    app,
    ask_passphrase,
    clock,
    common,
    open_workspace,
    read_passphrase,
    read_secret,
    workspace_folder,
)
from saisine.cli.output import full_day, print_json, print_table, progress_bar, say, warn
from saisine.cli.words import _, ngettext
from saisine.errors import SaisineError
from saisine.paris import PARIS

if TYPE_CHECKING:
    from saisine.casework.session import Session

key_app = typer.Typer(
    name="key",
    help=_("Les clés du coffre : phrase de passe, personnes de secours, nouvelles clés."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
recovery_app = typer.Typer(
    name="recovery",
    help=_("Les personnes qui ouvrent le coffre quand la phrase de passe est perdue."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
key_app.add_typer(recovery_app)
app.add_typer(key_app)

NewFile = Annotated[
    Path | None,
    typer.Option("--new-passphrase-file", metavar="F", help=_("Fichier qui contient la nouvelle phrase.")),
]
RecoveryFile = Annotated[
    Path | None,
    typer.Option(
        "--recovery-file", metavar="F", help=_("Clé de secours d’une personne, si la phrase est perdue.")
    ),
]


@key_app.command("change-passphrase", help=_("Choisir ou changer la phrase de passe."))
def change_passphrase(new: NewFile = None, recovery: RecoveryFile = None, as_json: Json = False) -> None:
    from saisine.vault import rotation

    passphrase = _new_passphrase(new)
    with _open(recovery) as session, progress_bar(not as_json) as bar:
        rotation.change_passphrase(session.vault, passphrase, actor=session.actor, progress=bar)
    if as_json:
        print_json({"protected": True})
        return
    say(_("La phrase de passe est changée."))
    say(_("Les sauvegardes faites avant s’ouvrent encore avec l’ancienne."))


def _open(recovery: Path | None) -> "AbstractContextManager[Session]":
    if recovery is None:
        return open_workspace()
    return open_workspace(recovery=_identity(recovery))


def _identity(path: Path) -> str:
    from saisine.vault.secret_files import identity_in

    return identity_in(read_secret(path))


def _new_passphrase(path: Path | None) -> str:
    """From its file, or asked twice at the terminal; never from an argument."""
    if path is not None:
        return read_secret(path)
    first = ask_passphrase(_("Nouvelle phrase de passe"))
    if first is None:
        raise SaisineError("passphrase_not_given")
    if ask_passphrase(_("Encore une fois")) != first:
        raise SaisineError("passphrase_differs")
    return first


@key_app.command(help=_("De nouvelles clés : l’ancienne clé de signature déclare la nouvelle."))
def rotate(as_json: Json = False) -> None:
    from saisine.vault import rotation

    with open_workspace() as session, progress_bar(not as_json) as bar:
        passphrase = None
        if session.vault.is_protected:
            passphrase = common.passphrase or read_passphrase()
        rotation.rotate(session.vault, passphrase, actor=session.actor, progress=bar)
        key = (session.vault.folder / "trust" / "vault.vkey").read_text("utf-8").strip()
    if as_json:
        print_json({"vkey": key})
        return
    say(_("Nouvelle clé de signature : {key}").format(key=key))
    say(_("Qui connaît l’ancienne peut suivre : elle a signé la déclaration de la nouvelle."))


# ------------------------------------------------------------------ recovery


@recovery_app.command("add", help=_("Ajouter une personne de secours, par sa clé publique age."))
def recovery_add(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("Nom ou fonction : « Trésorière »."))],
    recipient: Annotated[
        str, typer.Argument(metavar="[AGE1…]", help=_("Sa clé publique, si elle en a une."))
    ] = "",
    new: Annotated[
        Path | None,
        typer.Option("--new", metavar="F", help=_("Créer sa clé dans ce fichier, à lui remettre.")),
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.vault import rotation
    from saisine.vault.faults import require_free_output

    if bool(recipient) == (new is not None):
        raise typer.BadParameter(_("Donnez sa clé publique, ou « --new FICHIER », mais pas les deux."))
    secret = ""
    if new is not None:
        require_free_output(new)
        secret, recipient = rotation.new_identity()
    with open_workspace() as session:
        if new is not None:
            # written first: an officer who is let in without her key in hand could let nobody in
            rotation.write_identity(new, secret, recipient, clock().date().isoformat())
        try:
            rotation.add_officer(session.vault, name, recipient, actor=session.actor)
        except SaisineError:
            if new is not None:
                new.unlink()
            raise
        count = len(rotation.officers(session.vault))
    if as_json:
        print_json({"name": name, "recipient": recipient, "count": count})
        return
    say(_("{name} peut maintenant ouvrir ce coffre.").format(name=name))
    if new is not None:
        say(_("Remettez-lui {path} sur une clé USB, puis effacez ce fichier d’ici.").format(path=new))
    if count < 2:
        warn(_("Ajoutez une deuxième personne : une clé seule se perd."))


@recovery_app.command("list", help=_("Qui peut ouvrir le coffre, outre la phrase de passe."))
def recovery_list(as_json: Json = False) -> None:
    from saisine.vault import rotation
    from saisine.vault.log import parse_moment

    with open_workspace() as session:
        found = rotation.officers(session.vault)
    if as_json:
        print_json([{"name": one.name, "recipient": one.recipient, "added": one.added} for one in found])
        return
    print_table(
        [_("Nom"), _("Clé publique"), _("Depuis")],
        [(one.name, one.recipient, full_day(parse_moment(one.added).astimezone(PARIS))) for one in found],
    )
    say(ngettext("{n} personne de secours.", "{n} personnes de secours.", len(found)).format(n=len(found)))


@recovery_app.command("remove", help=_("Retirer une personne de secours."))
def recovery_remove(
    which: Annotated[str, typer.Argument(metavar="NAME", help=_("Son nom, ou sa clé publique."))],
    as_json: Json = False,
) -> None:
    from saisine.vault import rotation

    with open_workspace() as session:
        gone = rotation.remove_officer(session.vault, which, actor=session.actor)
    if as_json:
        print_json({"name": gone.name, "recipient": gone.recipient})
        return
    say(_("{name} n’ouvre plus ce coffre.").format(name=gone.name or gone.recipient))
    say(
        _(
            "Une copie de ce dossier faite avant s’ouvre encore avec sa clé : au besoin, « saisine key rotate »."
        )
    )


@key_app.command("show", help=_("Les clés publiques de ce coffre, à donner de la main à la main."))
def show(as_json: Json = False) -> None:
    from saisine.vault.succession import key_chain

    chain = [key.to_text() for key in key_chain(workspace_folder() / "vault")]
    if as_json:
        print_json({"vkey": chain[-1] if chain else None, "before": chain[:-1]})
        return
    for number, key in enumerate(reversed(chain)):
        say(key if number == 0 else _("(avant) {key}").format(key=key))
