"""`saisine incident harm|note|mask`: what completes the file of an incident."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, open_workspace, the_day
from saisine.cli.incidents import Which, exhibit_of, incident
from saisine.cli.output import full_time, print_json, print_table, printable, say, shown
from saisine.cli.words import LANGUAGE, _
from saisine.errors import SaisineError

if TYPE_CHECKING:
    from saisine.casework.models import ExhibitRow, Incident
    from saisine.casework.session import Session

harm = typer.Typer(help=_("Le préjudice : nature, jours d’un certificat, frais."), no_args_is_help=True)
note = typer.Typer(help=_("Les notes privées : dans aucun dossier, aucune lettre."), no_args_is_help=True)
mask = typer.Typer(help=_("Les cadres qui cachent une partie d’une image du dossier."), no_args_is_help=True)
for group, name in ((harm, "harm"), (note, "note"), (mask, "mask")):
    incident.add_typer(group, name=name)

Id = Annotated[str, typer.Argument(metavar="ID", help=_("Identifiant, comme la liste le donne."))]


# ------------------------------------------------------------------ harm


def _show_harm(session: "Session", found: "Incident", as_json: bool) -> None:
    from saisine.casework import harm as engine

    lines = engine.harms(session, found)
    if as_json:
        print_json(
            [
                {
                    "harm": line.row.id,
                    "kind": line.row.kind,
                    "person": line.who(LANGUAGE) or None,
                    "text": line.row.text,
                    "since": line.row.since,
                    "until": line.row.until,
                    "days": line.row.days,
                    "amount_eur": line.row.amount_eur,
                    "exhibit": line.piece,
                }
                for line in lines
            ]
        )
        return
    if not lines:
        say(_("Aucun préjudice noté."))
        return
    print_table(
        [_("Nature"), _("Personne"), _("Préjudice"), _("Période"), _("Pièce"), _("Identifiant")],
        [
            (line.kind(LANGUAGE), line.who(LANGUAGE), line.words(LANGUAGE), line.period(LANGUAGE),
             line.piece or "", line.row.id)
            for line in lines
        ],
    )  # fmt: skip


@harm.command(name="list", help=_("Le préjudice noté."))
def list_harm(which: Which, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents

        _show_harm(session, incidents.get_incident(session, which), as_json)


@harm.command(name="add", help=_("Noter un préjudice ; --exhibit nomme le certificat ou le justificatif."))
def add_harm(
    which: Which,
    kind: Annotated[
        str, typer.Argument(metavar="sante|travail|securite|materiel|associatif", help=_("La nature."))
    ],
    text: Annotated[str, typer.Option(metavar="TEXT", help=_("Une phrase."))] = "",
    person: Annotated[
        str | None, typer.Option(metavar="N", help=_("Numéro de la personne visée, s’il y en a plusieurs."))
    ] = None,
    exhibit: Annotated[int | None, typer.Option(metavar="N", help=_("Numéro de la pièce."))] = None,
    days: Annotated[
        int | None, typer.Option(metavar="N", help=_("Jours d’incapacité totale de travail."))
    ] = None,
    amount: Annotated[int | None, typer.Option(metavar="EUR", help=_("Montant, en euros."))] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help=_("Depuis ce jour."))] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help=_("Jusqu’à ce jour."))] = None,
    as_json: Json = False,
) -> None:
    first, last = the_day(since, "--since"), the_day(until, "--until")
    with open_workspace() as session:
        from saisine.casework import harm as engine
        from saisine.casework import incidents

        found = incidents.get_incident(session, which)
        engine.add_harm(
            session,
            found,
            kind,
            text,
            person=None if person is None else incidents.get_person(found, person),
            exhibit=None if exhibit is None else exhibit_of(session, which, exhibit),
            since=first,
            until=last,
            days=days,
            amount_eur=amount,
        )
        _show_harm(session, found, as_json)


@harm.command(name="withdraw", help=_("Retirer un préjudice noté."))
def withdraw_harm(which: Which, id: Id, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import harm as engine
        from saisine.casework import incidents

        found = incidents.get_incident(session, which)
        engine.withdraw(session, found, id)
        _show_harm(session, found, as_json)


# ------------------------------------------------------------------ private notes


def _show_notes(session: "Session", found: "Incident", as_json: bool) -> None:
    from saisine.casework import private_notes

    rows = private_notes.notes(session, found)
    if as_json:
        print_json([{"note": row.id, "at": row.noted_at, "by": row.by, "text": row.text} for row in rows])
        return
    if not rows:
        say(_("Aucune note privée."))
    for row in rows:
        say(f"{full_time(row.noted_at)}  {row.id}")
        say("  " + shown(row.text))


@note.command(name="list", help=_("Les notes privées, la plus récente d’abord."))
def list_notes(which: Which, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents

        _show_notes(session, incidents.get_incident(session, which), as_json)


@note.command(
    name="add", help=_("Écrire une note privée. Elle n’est pas chiffrée : gardez un disque chiffré.")
)
def add_note(
    which: Which,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=_("La note."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents, private_notes

        found = incidents.get_incident(session, which)
        private_notes.add_note(session, found, text)
        _show_notes(session, found, as_json)


@note.command(name="remove", help=_("Effacer le texte d’une note privée."))
def remove_note(which: Which, id: Id, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents, private_notes

        found = incidents.get_incident(session, which)
        private_notes.remove(session, found, id)
        _show_notes(session, found, as_json)


# ------------------------------------------------------------------ boxes over pictures

Piece = Annotated[int, typer.Argument(metavar="NUMBER", help=_("Numéro de la pièce."))]
Percent = Annotated[float, typer.Argument(help=_("En pour cent de l’image, depuis la gauche ou le haut."))]


def _show_masks(exhibit: "ExhibitRow", as_json: bool) -> None:
    from saisine.casework import masks

    rows = masks.masks_of(exhibit)
    if as_json:
        print_json(
            [
                {
                    "mask": one.mark,
                    "left": one.left / 100,
                    "top": one.top / 100,
                    "width": one.width / 100,
                    "height": one.height / 100,
                    "hides": one.hides,
                    "at": one.at,
                    "by": one.by,
                }
                for one in rows
            ]
        )
        return
    if not rows:
        say(_("Aucun cadre sur cette pièce."))
        return
    sides = [f"{one.left / 100:g} {one.top / 100:g} {one.width / 100:g} {one.height / 100:g}" for one in rows]
    print_table(
        [_("Gauche, haut, largeur, hauteur (%)"), _("Cache"), _("Posé le"), _("Identifiant")],
        [
            (side, masks.HIDES[one.hides][LANGUAGE == "en"], full_time(one.at), one.mark)
            for side, one in zip(sides, rows, strict=True)
        ],
    )


@mask.command(name="list", help=_("Les cadres posés sur une pièce."))
def list_masks(which: Which, number: Piece, as_json: Json = False) -> None:
    with open_workspace() as session:
        _show_masks(exhibit_of(session, which, number), as_json)


@mask.command(
    name="put", help=_("Poser un cadre, ou déplacer celui que --mask nomme ; l’original ne change pas.")
)
def put_mask(
    which: Which,
    number: Piece,
    left: Percent,
    top: Percent,
    width: Percent,
    height: Percent,
    hides: Annotated[
        str, typer.Option(metavar="face|name|contact|plate|other", help=_("Ce que le cadre cache."))
    ] = "other",
    moved: Annotated[str, typer.Option("--mask", metavar="ID", help=_("Le cadre à déplacer."))] = "",
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import masks

        exhibit = exhibit_of(session, which, number)
        sides = [masks.hundredths(one) for one in (left, top, width, height)]
        masks.put(session, exhibit, *sides, hides=hides, mark=moved)
        _show_masks(exhibit, as_json)


@mask.command(name="remove", help=_("Retirer un cadre : l’endroit sera montré."))
def remove_mask(which: Which, number: Piece, id: Id, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import masks

        exhibit = exhibit_of(session, which, number)
        masks.remove(session, exhibit, id)
        _show_masks(exhibit, as_json)


@mask.command(name="undo", help=_("Annuler le dernier changement des cadres d’une pièce."))
def undo_mask(which: Which, number: Piece, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import masks

        exhibit = exhibit_of(session, which, number)
        masks.undo(session, exhibit)
        _show_masks(exhibit, as_json)


@mask.command(name="history", help=_("Qui a posé ou retiré quel cadre, et quand."))
def mask_history(which: Which, number: Piece, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import masks

        rows = masks.history(exhibit_of(session, which, number))
    if as_json:
        print_json([{"mask": row.mark, "act": row.act, "at": row.at, "by": row.by} for row in rows])
        return
    words = {"put": _("posé"), "remove": _("retiré")}
    print_table([_("Quand"), _("Acte"), _("Cadre")], [(full_time(r.at), words[r.act], r.mark) for r in rows])


@mask.command(help=_("Écrire l’image telle que le dossier la montrera ; l’ouverture est notée au journal."))
def preview(
    which: Which,
    number: Piece,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="F.jpg", help=_("Fichier à écrire."))],
    as_json: Json = False,
) -> None:
    if out.exists():
        raise SaisineError("bundle_exists", path=out)
    with open_workspace() as session:
        from saisine.casework import masks

        exhibit = exhibit_of(session, which, number)
        body = masks.burnt(session, exhibit)
        masks.note_opening(session, exhibit)
        out.write_bytes(body)
    if as_json:
        print_json({"path": printable(str(out)), "size": len(body)})
    else:
        say(_("Image écrite dans {path}").format(path=out))
