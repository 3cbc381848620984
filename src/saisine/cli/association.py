"""`saisine association` and `saisine journal`: who acts here, and who did what."""

from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, open_workspace, require_word, the_day
from saisine.cli.output import full_day, full_time, print_facts, print_json, print_table, say
from saisine.cli.words import LANGUAGE, _

if TYPE_CHECKING:
    from saisine.casework.models import AssociationCard


@app.command(help=_("L’association : nom, date de déclaration, objet. Sans option, la montrer."))
def association(
    name: Annotated[str | None, typer.Option(metavar="TEXT", help=_("Nom, comme dans les statuts."))] = None,
    declared_on: Annotated[
        str | None, typer.Option(metavar="DATE", help=_("Jour de la déclaration, AAAA-MM-JJ."))
    ] = None,
    purpose: Annotated[
        str | None, typer.Option("--object", metavar="TEXT", help=_("Objet, mot pour mot dans les statuts."))
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help=_("Mot-clé de l’objet ; à répéter."))
    ] = None,
    email: Annotated[
        str, typer.Option(metavar="MAIL", help=_("Adresse électronique de l’association."))
    ] = "",
    address: Annotated[
        str | None, typer.Option(metavar="TEXT", help=_("Adresse postale, pour les courriers."))
    ] = None,
    as_json: Json = False,
) -> None:
    day = the_day(declared_on, "--declared-on")
    with open_workspace() as session:
        from saisine.casework.association import get_association, save_association
        from saisine.law.inputs import Association

        known = {clause.object_tag for one in session.law.offences.values() for clause in one.associations}
        for tag in tags or ():  # one that no clause of the law reads would answer « non » without a word
            require_word(tag, tuple(sorted(known)))
        card = get_association(session)
        if name is not None or day or purpose is not None or tags or email or address is not None:
            said = Association(
                declared_on=day or card.declared_on,
                object_tags=frozenset(tags or card.object_tags),
                object_fr=card.object_fr if purpose is None else purpose,
                name=name or card.name,
            )
            card = save_association(session, said, email=email, address=address)
    if as_json:
        print_json(_card_row(card))
    else:
        _show_card(card)


def _card_row(card: "AssociationCard") -> dict[str, object]:
    return {
        "name": card.name,
        "declared_on": card.declared_on,
        "object_fr": card.object_fr,
        "object_tags": list(card.object_tags),
        "email": card.email,
        "address": card.address,
    }


def _show_card(card: "AssociationCard") -> None:
    print_facts(
        [
            (_("Nom"), card.name),
            (_("Déclarée le"), full_day(card.declared_on)),
            (_("Objet"), card.object_fr),
            (_("Mots-clés"), ", ".join(card.object_tags)),
            (_("Adresse électronique"), card.email),
            (_("Adresse postale"), card.address),
        ]
    )


@app.command(help=_("Qui a fait quoi, quand ; jamais ce qui a été lu."))
def journal(
    before: Annotated[
        int | None, typer.Option(metavar="CURSOR", help=_("Suite d’une page, plus ancienne."))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help=_("Lignes par page."))] = 50,
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import journal as kept

        page = kept.lines(session, before=before, limit=limit)
        rows = [
            {
                "at": row.at,
                "by": row.by,
                "what": row.what,
                "words": kept.say(row.what, LANGUAGE, row.count),
                "count": row.count,
                "subject": row.subject or None,
            }
            for row in page.rows
        ]
    if as_json:
        print_json({"items": rows, "next": page.next})
        return
    moments = [full_time(row.at) for row in page.rows]
    said = [row["words"] for row in rows]
    print_table([_("Moment"), _("Ce qui a été fait")], list(zip(moments, said, strict=True)))
    if page.next:
        say(_("Suite : --before {cursor}").format(cursor=page.next))
