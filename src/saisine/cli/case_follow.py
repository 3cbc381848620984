"""`saisine incident handover|state|left|history`: what left, to whom, where an incident stands, who decided what."""

from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, open_workspace, the_day
from saisine.cli.case_files import Id
from saisine.cli.incidents import Which, incident
from saisine.cli.output import full_day, full_time, print_json, print_table, say, shown
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import SaisineError

if TYPE_CHECKING:
    from saisine.casework.models import DossierRow, Incident
    from saisine.casework.session import Session

handover = typer.Typer(help=_("À qui les dossiers ont été remis, quand et comment."), no_args_is_help=True)
incident.add_typer(handover, name="handover")


# ------------------------------------------------------------------ handovers, departures, history


def _version(session: "Session", found: "Incident", version: int | None) -> "DossierRow":
    """That version of the dossier; the last one built when none is named."""
    from saisine.casework import dossiers

    for row in dossiers.earlier(session, found):
        if version in (None, row.version):
            return row
    raise SaisineError("dossier_unknown")


def _show_handovers(session: "Session", found: "Incident", as_json: bool) -> None:
    from saisine.casework import handovers

    rows = handovers.of_incident(session, found)
    if as_json:
        print_json(
            [
                {
                    "handover": row.id,
                    "version": row.dossier.version,
                    "recipient": row.dossier.recipient,
                    "to": row.to,
                    "channel": row.channel,
                    "on": row.on,
                    "reference": row.reference or None,
                }
                for row in rows
            ]
        )
        return
    if not rows:
        say(_("Aucune remise notée."))
    for row in rows:
        say(f"{full_day(row.on)}  {shown(handovers.handover_words(row, LANGUAGE))}  {row.id}")


@handover.command(name="list", help=_("À qui chaque version d’un dossier a été remise."))
def list_handovers(which: Which, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents

        _show_handovers(session, incidents.get_incident(session, which), as_json)


@handover.command(
    name="note", help=_("Noter la remise d’un dossier : à quel service, par quel moyen, quel jour.")
)
def note_handover(
    which: Which,
    to: Annotated[str, typer.Argument(metavar="TO", help=_("Un service ou une fonction, sans nom."))],
    channel: Annotated[
        str,
        typer.Option(metavar="hand|post|mail|form|link|other", help=_("Le moyen.")),
    ] = "other",
    version: Annotated[
        int | None, typer.Option(metavar="N", help=_("Version du dossier ; la dernière sinon."))
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=_("Le jour, AAAA-MM-JJ."))] = None,
    reference: Annotated[str, typer.Option(metavar="TEXT", help=_("Numéro de suivi."))] = "",
    as_json: Json = False,
) -> None:
    day = the_day(on, "--on")
    with open_workspace() as session:
        from saisine.casework import handovers, incidents

        found = incidents.get_incident(session, which)
        row = _version(session, found, version)
        handovers.note_handover(session, row, to, channel, day, reference=reference)
        _show_handovers(session, found, as_json)


@handover.command(name="withdraw", help=_("Retirer une remise notée par erreur."))
def withdraw_handover(which: Which, id: Id, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import handovers, incidents

        found = incidents.get_incident(session, which)
        held = next((row for row in handovers.of_incident(session, found) if row.id == id), None)
        if held is None:
            raise SaisineError("handover_unknown")
        handovers.withdraw(session, held.dossier, id)
        _show_handovers(session, found, as_json)


@incident.command(help=_("Dire où en est un incident ; clos, il n’a plus d’échéances. Rien n’est effacé."))
def state(
    which: Which,
    value: Annotated[str, typer.Argument(metavar="open|paused|handed_over|closed", help=_("L’état."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents

        found = incidents.get_incident(session, which)
        incidents.set_state(session, found, value)
        words = incidents.STATES[value][LANGUAGE == "en"]
    if as_json:
        print_json({"incident": found.number, "state": value})
    else:
        say(_("Incident {number} : {state}.").format(number=found.number, state=words))


@incident.command(help=_("Ce qui est déjà parti, et ne se rappelle pas : signalements, dossiers, plaintes."))
def left(which: Which, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import handovers, incidents

        rows = handovers.departures(session, incidents.get_incident(session, which))
    if as_json:
        print_json([{"on": row.on, "what": row.text(LANGUAGE)} for row in rows])
        return
    if not rows:
        say(_("Rien n’est encore parti."))
    for row in rows:
        say(f"{full_day(row.on)}  {shown(row.text(LANGUAGE))}")


@incident.command(help=_("Qui a décidé quoi, et quand ; sans les motifs ni aucun contenu."))
def history(
    which: Which,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help=_("Nombre de lignes."))] = 200,
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import history as engine
        from saisine.casework import incidents

        rows = engine.history(session, incidents.get_incident(session, which))
    kept = rows[:limit]
    if as_json:
        print_json([{"at": r.at, "by": r.by, "who": r.who(LANGUAGE), "what": r.text(LANGUAGE)} for r in kept])
        return
    print_table(
        [_("Quand"), _("Qui"), _("Décision")],
        [(full_time(r.at), r.who(LANGUAGE), r.text(LANGUAGE)) for r in kept],
    )
    if len(rows) > limit:
        more = len(rows) - limit
        say(
            ngettext(
                "{n} ligne plus ancienne (--limit).", "{n} lignes plus anciennes (--limit).", more
            ).format(n=more)
        )
