"""`saisine witness`: associations that cosign each other's log, so that none can be put back or forked unseen."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, clock, open_workspace
from saisine.cli.output import full_time, print_facts, print_json, print_table, printable, say, warn
from saisine.cli.verifying import read_note
from saisine.cli.words import _, ngettext

if TYPE_CHECKING:
    from saisine.vault.keeping import Kept
    from saisine.vault.pinned import Added, Overview
    from saisine.vault.witness import Cosigned

witness_app = typer.Typer(
    name="witness",
    help=_("Les associations témoins : contresigner leur journal, faire contresigner le nôtre."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(witness_app)

Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FILE", help=_("Fichier à écrire ; sinon la sortie standard.")),
]


def _require(out: Path | None) -> None:
    """Before the act: what is signed and kept must not be lost for want of a folder."""
    from saisine.vault.faults import require_output

    if out is not None:
        require_output(out)


def _write(text: bytes, out: Path | None) -> None:
    """To a file byte for byte, or to standard output with nothing else there."""
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(text)


def _named(out: Path | None) -> str | None:
    return None if out is None else printable(str(out))


@witness_app.command(
    "list", help=_("Nos deux clés à remettre en personne, nos témoins, les journaux suivis.")
)
def list_all(as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.vault.pinned import overview

        found = overview(session.vault)
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)


def _show(found: "Overview") -> None:
    say(_("À remettre en personne aux associations voisines :"))
    print_facts([(_("Notre journal"), found.log_vkey), (_("Nous comme témoin"), found.witness_vkey)])
    say()
    if found.witnesses:
        rows = [(one.name, one.size or "", full_time(one.at) if one.at else "") for one in found.witnesses]
        print_table([_("Témoin"), _("Lignes contresignées"), _("Le")], rows)
    else:
        say(_("Aucun témoin pour notre journal. Ajoutez la clé d’une association : saisine witness add."))
    say()
    if found.logs:
        watched = [
            (one.name, one.size or "", full_time(one.at) if one.at else "", one.forks or "")
            for one in found.logs
        ]
        print_table([_("Journal suivi"), _("Lignes contresignées"), _("Le"), _("Divergences")], watched)
    else:
        say(_("Aucun journal suivi."))
    if found.own_forks:
        n = found.own_forks
        words = ngettext(
            "Attention : {n} tête gardée ne correspond pas à notre journal. Lancez saisine verify.",
            "Attention : {n} têtes gardées ne correspondent pas à notre journal. Lancez saisine verify.",
            n,
        )
        say(words.format(n=n))


@witness_app.command(help=_("Accepter une clé remise en personne : un témoin, ou un journal à suivre."))
def add(
    key: Annotated[
        Path, typer.Argument(metavar="NAME.vkey", help=_("Fichier de la clé ; son nom devient le nom."))
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help=_("L’association a changé de clé et l’a redonnée en personne."))
    ] = False,
    as_json: Json = False,
) -> None:
    body = read_note(key)
    with open_workspace() as session:
        from saisine.vault.pinned import add as add_key

        added = add_key(session.vault, key.name, body, replace=replace)
    if as_json:
        row = {"name": added.name, "role": added.role, "vkey": added.key.to_text(), "known": added.was_known}
        print_json(row)
        return
    say(_added_words(added).format(name=added.name))
    say(_("Clé : {key}").format(key=added.key.to_text()))


def _added_words(added: "Added") -> str:
    if added.was_known:
        return _("« {name} » était déjà connu avec cette clé.")
    if added.role == "witness":
        return _("« {name} » est maintenant un témoin de notre journal.")
    return _("Nous suivons maintenant le journal de « {name} ».")


@witness_app.command(help=_("Ne plus accepter les clés de ce nom ; ce qui a été vu reste gardé."))
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("Le nom, comme « list » le montre."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.vault.pinned import remove as remove_keys

        removed = remove_keys(session.vault, name)
    if as_json:
        print_json({"name": name, "removed": list(removed)})
        return
    if "witness" in removed:
        say(_("« {name} » n’est plus un témoin de notre journal.").format(name=name))
    if "log" in removed:
        say(_("Nous ne suivons plus le journal de « {name} ».").format(name=name))
        say(_("La dernière tête vue reste gardée : s’il revient, le contrôle reprendra de là."))


@witness_app.command(help=_("Demander à un témoin de contresigner notre journal."))
def request(
    out: Out = None,
    witness: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("Le témoin, quand il y en a plusieurs."))
    ] = None,
    old: Annotated[
        int | None, typer.Option(min=0, metavar="N", help=_("Taille que le témoin dit tenir."))
    ] = None,
    send: Annotated[
        str | None, typer.Option(metavar="URL", help=_("Envoyer tout de suite à cette adresse."))
    ] = None,
    as_json: Json = False,
) -> None:
    if send is not None and out is not None:
        raise typer.BadParameter(_("Donnez « -o » ou « --send », pas les deux."))
    _require(out)
    with open_workspace() as session:
        from saisine.vault.witness import request as build_request

        if send is not None:
            from saisine.vault.witness_http import ask_over_http

            _tell_kept(ask_over_http(session.vault, send, witness, old=old), as_json)
            return
        body = build_request(session.vault, witness, old=old)
    _tell_request(body, out, as_json)


def _tell_request(body: bytes, out: Path | None, as_json: bool) -> None:
    from saisine.vault.cosignatures import Request

    asked = Request.from_text(body.decode())
    if as_json:
        facts = {"origin": asked.head.origin, "old": asked.old, "size": asked.head.size}
        if out is not None:
            _write(body, out)
        print_json({**facts, "root": asked.head.root.hex(), "request": body.decode(), "path": _named(out)})
        return
    _write(body, out)
    if out is not None:
        say(_("Demande écrite : {path}").format(path=out))
    warn(
        _(
            "Envoyez ce fichier au témoin, en pièce jointe. Il n’en apprend que la taille et la racine du journal. "
            "À son retour : saisine witness keep."
        )
    )


@witness_app.command(help=_("Contresigner la demande d’une association dont nous suivons le journal."))
def cosign(
    head: Annotated[Path, typer.Argument(metavar="HEAD", help=_("La demande reçue."))],
    out: Out = None,
    as_json: Json = False,
) -> None:
    body = read_note(head)
    _require(out)
    with open_workspace() as session:
        from saisine.vault.witness import cosign as cosign_head

        done = cosign_head(session.vault, body, clock())
    note = done.note.encode()
    if as_json:
        if out is not None:
            _write(note, out)
        print_json({**done.as_json(), "path": _named(out)})
        return
    _write(note, out)
    _tell_cosigned(done, out)


def _tell_cosigned(done: "Cosigned", out: Path | None) -> None:
    """On standard error when the note itself is on standard output."""
    tell = warn if out is None else say
    words = _("Journal de « {name} » contresigné : {lines}, {at}.")
    if done.is_repeated:
        words = _("Cette tête de « {name} » était déjà contresignée ({lines}, {at}) : même réponse.")
    tell(words.format(name=done.name, lines=_lines(done.size), at=full_time(done.at)))
    if out is not None:
        say(_("À renvoyer à l’association : {path}").format(path=out))
    if done.forks:
        tell(_("Attention : une divergence de ce journal est gardée. Avez-vous appelé cette association ?"))


@witness_app.command(help=_("Garder une tête : la nôtre contresignée, ou celle d’un journal suivi."))
def keep(
    head: Annotated[Path, typer.Argument(metavar="HEAD.note", help=_("Le fichier reçu."))],
    as_json: Json = False,
) -> None:
    body = read_note(head)
    with open_workspace() as session:
        from saisine.vault.keeping import keep as keep_head

        kept = keep_head(session.vault, body)
    _tell_kept(kept, as_json)


def _tell_kept(kept: "Kept", as_json: bool) -> None:
    if as_json:
        print_json(kept.as_json())
        return
    words = {
        "cosigned": _("Contreseing de {names} gardé : il couvre le début de notre journal ({lines})."),
        "known": _("Rien de nouveau : cette tête de {lines} était déjà gardée."),
        "extends": _("Le journal de {names} prolonge bien celui que nous gardons ({lines}). Tête gardée."),
        "seen": _("Tête de {names} gardée ({lines}), sans preuve. Elle servira de comparaison."),
    }
    say(words[kept.state].format(names=", ".join(kept.names), lines=_lines(kept.size)))
    if kept.is_mended:
        say(_("La messagerie avait modifié ce fichier ; il a été remis en état et ses signatures tiennent."))


def _lines(count: int) -> str:
    return ngettext("{n} ligne", "{n} lignes", count).format(n=count)
