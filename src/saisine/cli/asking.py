"""`saisine incident ask|answer|again|decide|consent|act`: what the law engine is told, what is decided."""

from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, open_workspace, require_word, the_day
from saisine.cli.incidents import Which, chronology_rows, incident, show_chronology, show_consents, show_next
from saisine.cli.output import print_json, say
from saisine.cli.words import _
from saisine.errors import EXIT_NO

if TYPE_CHECKING:
    from saisine.casework.case_models import StatementRow
    from saisine.casework.models import Incident
    from saisine.casework.session import Session
    from saisine.law.ask import Question


Of = Annotated[int, typer.Option("--statement", metavar="N", help=_("Numéro du propos ; le premier sinon."))]


@incident.command(help=_("La question suivante, et pourquoi elle est posée."))
def ask(which: Which, about: Of = 1, as_json: Json = False) -> int:
    with open_workspace() as session:
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        question = rights.next_question(session, found, statements.get_statement(session, found, about))
    if as_json:
        print_json(_json(question))
    else:
        show_next(question)
    return 0 if question else EXIT_NO


@incident.command(help=_("Répondre à une question, ou cocher les cases de son écran avec --tick."))
def answer(
    which: Which,
    fact: Annotated[str, typer.Argument(metavar="FACT", help=_("Le fait, comme « ask » le nomme."))],
    value: Annotated[
        str | None,
        typer.Argument(metavar="true|false|unknown|later", help=_("Oui, non, inconnu, plus tard.")),
    ] = None,
    tick: Annotated[
        list[str] | None,
        typer.Option("--tick", metavar="ID", help=_("Cocher une case ; les autres sont « non ».")),
    ] = None,
    about: Of = 1,
    as_json: Json = False,
) -> None:
    if (value is None) == (not tick):
        raise typer.BadParameter(_("Donnez une réponse, ou des cases à cocher avec --tick."))
    if value is not None:
        require_word(value, ("true", "false", "unknown", "later"))
    with open_workspace() as session:
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        row = statements.get_statement(session, found, about)
        _record(session, found, row, fact, value, tick or [])
        question = rights.next_question(session, found, row)
    if as_json:
        print_json({"fact": fact, "value": value, "tick": tick or [], "question": _json(question)})
    else:
        show_next(question)


def _record(
    session: "Session",
    found: "Incident",
    about: "StatementRow",
    fact: str,
    value: str | None,
    tick: list[str],
) -> None:
    """One fact by its name; a screen of boxes (and the sorting screen) only while it is the current one."""
    from saisine.casework import rights
    from saisine.law.ask import SORT

    if value is not None and fact != SORT:
        rights.answer(session, found, fact, value, about)
        return
    question = rights.next_question(session, found, about)
    if question is None or question.fact != fact:
        raise typer.BadParameter(_("« {fact} » n’est pas la question en cours.").format(fact=fact))
    known = {choice.id for choice in (*question.choices, *question.group)} | {fact}
    for box in tick:
        require_word(box, tuple(sorted(known)))
    put = value if value in ("unknown", "later") else "ticked"
    rights.answer_screen(session, found, fact, put, tick, about)


def _json(question: "Question | None") -> dict[str, object] | None:
    return question.as_json() if question else None


@incident.command(help=_("Reprendre les questions laissées pour plus tard."))
def again(which: Which, about: Of = 1, as_json: Json = False) -> int:
    with open_workspace() as session:
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        row = statements.get_statement(session, found, about)
        rights.questions_again(session, found, row)
        question = rights.next_question(session, found, row)
    if as_json:
        print_json(_json(question))
    else:
        show_next(question)
    return 0 if question else EXIT_NO


@incident.command(help=_("Décider d’une qualification : retenir, ecarter ou demander_avis."))
def decide(
    which: Which,
    offence: Annotated[
        str, typer.Argument(metavar="OFFENCE", help=_("Qualification, comme « law » la nomme."))
    ],
    decision: Annotated[str, typer.Argument(metavar="retenir|ecarter|demander_avis", help=_("La décision."))],
    reason: Annotated[str, typer.Option(metavar="TEXT", help=_("Le motif."))] = "",
    about: Of = 1,
    as_json: Json = False,
) -> None:
    require_word(decision, ("retenir", "ecarter", "demander_avis"))
    with open_workspace() as session:
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        row = statements.get_statement(session, found, about)
        rights.decide(session, found, offence, decision, reason, row)
    if as_json:
        print_json({"offence": offence, "decision": decision, "reason": reason, "statement": about})
    else:
        say(_("Décision notée."))


@incident.command(help=_("Les accords d’un incident ; avec un acte et un état, en noter un."))
def consent(
    which: Which,
    act: Annotated[
        str | None, typer.Argument(metavar="ACT", help=_("L’acte : « publier », par exemple."))
    ] = None,
    state: Annotated[
        str | None,
        typer.Argument(metavar="given|refused|withdrawn", help=_("L’accord, le refus ou le retrait.")),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="N", help=_("Numéro de la personne visée qui le dit, s’il y en a plusieurs.")),
    ] = None,
    as_json: Json = False,
) -> None:
    if (act is None) != (state is None):
        raise typer.BadParameter(_("Donnez l’acte et l’état ensemble, ou aucun des deux."))
    if state is not None:
        require_word(state, ("given", "refused", "withdrawn"))
    with open_workspace() as session:
        from saisine.casework import consents, incidents

        found = incidents.get_incident(session, which)
        who = None if person is None else incidents.get_person(found, person)
        if act is not None and state is not None:
            consents.set_consent(session, found, act, state, who)
        if as_json:
            lines = consents.consents(session, found, who)
            print_json([{"act": line.act, "state": line.state or None, "at": line.at} for line in lines])
        else:
            show_consents(session, found, who)


@incident.command(help=_("Noter un acte daté : plainte, audition… Il peut changer un délai."))
def act(
    which: Which,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_("Genre d’acte, comme dans le droit chargé."))],
    on: Annotated[str, typer.Argument(metavar="DATE", help=_("Le jour, AAAA-MM-JJ."))],
    note: Annotated[str, typer.Option(metavar="TEXT", help=_("Une note."))] = "",
    take_back: Annotated[
        bool, typer.Option("--take-back", help=_("Retirer cet acte, noté par erreur."))
    ] = False,
    about: Of = 1,
    as_json: Json = False,
) -> None:
    day = the_day(on, "DATE")
    with open_workspace() as session:
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        row = statements.get_statement(session, found, about)
        if take_back:
            rights.withdraw_act(session, found, kind, day, row)
        else:
            rights.add_act(session, found, kind, day, note=note, statement=row)
        if as_json:
            print_json(chronology_rows(session, found))
        else:
            show_chronology(session, found)
