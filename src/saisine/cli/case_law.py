"""`saisine incident statement|procedure|answers|take-back|elements|join|withdraw`: an incident, part by part."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import Json, open_workspace, the_day
from saisine.cli.asking import Of
from saisine.cli.incidents import Which, exhibit_row, incident
from saisine.cli.output import full_day, print_json, print_table, say
from saisine.cli.words import LANGUAGE, _, in_language, ngettext
from saisine.errors import EXIT_NO

if TYPE_CHECKING:
    from saisine.casework.case_models import StatementRow
    from saisine.casework.models import Incident
    from saisine.casework.procedures import Procedure
    from saisine.casework.session import Session

statement = typer.Typer(
    help=_("Les propos d’un incident : chacun a ses pièces, ses réponses, ses délais."), no_args_is_help=True
)
procedure = typer.Typer(
    help=_("Plaintes et autres démarches : numéro donné, suites, jours à surveiller."), no_args_is_help=True
)
incident.add_typer(statement, name="statement")
incident.add_typer(procedure, name="procedure")

Number = Annotated[int, typer.Argument(metavar="N", help=_("Numéro du propos."))]
Pieces = Annotated[
    str | None, typer.Option("--pieces", metavar="N,N-N", help=_("Numéros des pièces qui le montrent."))
]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help=_("Jour de publication, AAAA-MM-JJ."))]
Author = Annotated[
    str | None, typer.Option("--author", metavar="ACCOUNT", help=_("Compte, tel qu’il s’affiche."))
]


# ------------------------------------------------------------------ statements


@statement.command(name="list", help=_("Les propos d’un incident, leurs pièces et leur délai le plus court."))
def list_statements(which: Which, as_json: Json = False) -> None:
    with open_workspace() as session:
        _show_statements(session, which, as_json)


def _show_statements(session: "Session", which: str, as_json: bool) -> None:
    from saisine.casework import incidents, statements

    found = incidents.get_incident(session, which)
    rows = [statement_row(session, found, row) for row in statements.statements(session, found)]
    if as_json:
        print_json(rows)
        return
    print_table(
        [_("Propos"), _("Pièces"), _("Publié le"), _("Compte"), _("Retenu"), _("Dernier jour utile")],
        [
            (
                row["number"],
                row["pieces_words"],
                full_day(row["published_on"]),
                row["author"],
                ", ".join(row["kept"]),
                full_day(row["last_useful_day"]),
            )
            for row in rows
        ],
    )


def statement_row(session: "Session", found: "Incident", row: "StatementRow") -> dict[str, Any]:
    from saisine.casework import rights, statements

    numbers = list(statements.exhibits_of(row).values_list("number", flat=True))
    days = [
        one.clock.last_useful_day
        for one in rights.assessment(session, found, row).main
        if one.clock and one.clock.status == "open" and one.clock.last_useful_day
    ]
    return {
        "number": row.number,
        "span": row.span,
        "pieces": numbers,
        "pieces_words": statements.numbers_words(numbers),
        "published_on": row.published_on,
        "author": row.author or None,
        "kept": [
            offence
            for offence, one in rights.decisions(session, found, row).items()
            if one.decision == "retenir"
        ],
        "last_useful_day": min(days, default=None),
    }


@statement.command(name="add", help=_("Séparer un propos : les pièces qui le montrent, ou toutes (--whole)."))
def add_statement(
    which: Which,
    pieces: Pieces = None,
    whole: Annotated[
        bool, typer.Option("--whole", help=_("Fait de toutes les pièces, comme un harcèlement."))
    ] = False,
    on: On = None,
    author: Author = None,
    as_json: Json = False,
) -> None:
    if whole == (pieces is not None):
        raise typer.BadParameter(_("Donnez --pieces, ou --whole."))
    day = the_day(on, "--on")
    with open_workspace() as session:
        from saisine.casework import incidents, statements

        found = incidents.get_incident(session, which)
        numbers = statements.read_numbers(pieces or "")
        statements.add_statement(
            session, found, numbers, published_on=day, author=author or "", is_whole=whole
        )
        _show_statements(session, which, as_json)


@statement.command(name="change", help=_("Redire les pièces, le jour ou le compte d’un propos."))
def change_statement(
    which: Which,
    number: Number,
    pieces: Pieces = None,
    on: On = None,
    author: Author = None,
    as_json: Json = False,
) -> None:
    day = the_day(on, "--on")
    with open_workspace() as session:
        from saisine.casework import incidents, statements

        row = statements.get_statement(session, incidents.get_incident(session, which), number)
        statements.change(
            session,
            row,
            pieces=None if pieces is None else statements.read_numbers(pieces),
            published_on=row.published_on if day is None else day,
            author=row.author if author is None else author,
        )
        _show_statements(session, which, as_json)


@statement.command(name="withdraw", help=_("Reprendre un propos : ses pièces reviennent au premier."))
def withdraw_statement(which: Which, number: Number, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents, statements

        found = incidents.get_incident(session, which)
        statements.withdraw(session, statements.get_statement(session, found, number))
        _show_statements(session, which, as_json)


# ------------------------------------------------------------------ answers


@incident.command(help=_("Les réponses données, propos par propos."))
def answers(which: Which, about: Of = 1, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        row = statements.get_statement(session, found, about)
        lines = rights.answers(session, found, row)
        said = [(one, rights.VALUE_WORDS[one.value][LANGUAGE == "en"]) for one in lines]
    if as_json:
        print_json(
            [{"fact": one.fact, "value": one.value, "words": in_language(one, "text")} for one in lines]
        )
        return
    print_table(
        [_("Fait"), _("Réponse"), _("Question")], [(o.fact, w, in_language(o, "text")) for o, w in said]
    )


@incident.command(name="take-back", help=_("Retirer une réponse : le fait redevient inconnu."))
def take_back(
    which: Which,
    fact: Annotated[str, typer.Argument(metavar="FACT", help=_("Le fait, comme « answers » le nomme."))],
    about: Of = 1,
    as_json: Json = False,
) -> int:
    with open_workspace() as session:
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        row = statements.get_statement(session, found, about)
        taken = rights.withdraw_answer(session, found, fact, row)
    if as_json:
        print_json({"fact": fact, "taken_back": taken})
    else:
        say(_("Réponse retirée.") if taken else _("Aucune réponse à retirer pour ce fait."))
    return 0 if taken else EXIT_NO


@incident.command(help=_("Les éléments donnés par les réponses, et les pièces qui montrent chacun."))
def elements(
    which: Which,
    fact: Annotated[
        str, typer.Argument(metavar="[FACT]", help=_("Le fait dont on désigne les pièces."))
    ] = "",
    pieces: Annotated[
        str | None, typer.Option("--pieces", metavar="N,N-N", help=_("Leurs numéros ; vide : aucune."))
    ] = None,
    about: Of = 1,
    as_json: Json = False,
) -> None:
    if bool(fact) != (pieces is not None):
        raise typer.BadParameter(_("Le fait et --pieces vont ensemble."))
    with open_workspace() as session:
        from saisine.casework import elements as engine
        from saisine.casework import incidents, rights, statements

        found = incidents.get_incident(session, which)
        row = statements.get_statement(session, found, about)
        if pieces is not None:
            engine.show(session, row, {fact: statements.read_numbers(pieces)})
        lines = engine.elements(session, row, rights.assessment(session, found, row))
        named = [
            (o.fact, in_language(o, "text"), statements.numbers_words(o.pieces, LANGUAGE)) for o in lines
        ]
    if as_json:
        print_json(
            [{"fact": one.fact, "pieces": one.pieces, "words": in_language(one, "text")} for one in lines]
        )
    else:
        print_table([_("Fait"), _("Élément"), _("Pièces")], named)


# ------------------------------------------------------------------ exhibits


@incident.command(help=_("Joindre à l’incident ce qui a été gardé au tri depuis."))
def join(which: Which, as_json: Json = False) -> int:
    with open_workspace() as session:
        from saisine.casework import exhibits, incidents

        found = incidents.get_incident(session, which)
        before = {row.id for row in exhibits.exhibits(session, found)}
        made = incidents.join_kept(session, found)
        rows = [row for row in exhibits.exhibits(session, found) if row.id not in before]
    if as_json:
        print_json([exhibit_row(row) for row in rows])
    else:
        say(ngettext("{n} pièce jointe.", "{n} pièces jointes.", made).format(n=made))
    return 0 if made else EXIT_NO


@incident.command(help=_("Retirer une pièce : elle reste scellée, son numéro ne sera pas repris."))
def withdraw(
    which: Which,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=_("Numéro de la pièce."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import exhibits, incidents

        found = incidents.get_incident(session, which)
        exhibits.withdraw(session, found, number)
    if as_json:
        print_json({"incident": found.number, "withdrawn": number})
    else:
        say(_("Pièce {number} retirée.").format(number=number))


# ------------------------------------------------------------------ procedures


def date_of(text: str) -> date:
    """A day that a person typed. A fault of usage when it is none."""
    found = the_day(text, "DATE")
    assert found is not None  # only an option that was not given has no day
    return found


def _show_procedures(session: "Session", found: "Incident", as_json: bool) -> None:
    from saisine.casework import procedures

    rows = procedures.procedures(session, found)
    if as_json:
        print_json([procedure_row(one) for one in rows])
        return
    if not rows:
        say(_("Aucune démarche notée."))
    for one in rows:
        authority = f", {one.row.authority}" if one.row.authority else ""
        say(f"{one.row.number}. {one.kind(LANGUAGE)}{authority}")
        for event in one.events:
            say(f"  {full_day(event.on)}  {procedures.event_words(event, LANGUAGE)}")
        for due in one.dues:
            say(f"  → {full_day(due.on)}  {due.term.label(LANGUAGE)}. {due.term.nature_words(LANGUAGE)}")


def procedure_row(one: "Procedure") -> dict[str, Any]:
    return {
        "number": one.row.number,
        "kind": one.row.kind,
        "authority": one.row.authority or None,
        "reference": one.reference or None,
        "events": [
            {"kind": e.kind, "on": e.on, "reference": e.reference or None, "note": e.note or None}
            for e in one.events
        ],
        "dues": [
            {
                "term": due.term.id,
                "on": due.on,
                "days_left": due.days_left,
                "label": due.term.label(LANGUAGE),
                "rule": due.term.rule(LANGUAGE),
                "nature": due.term.nature,
                "article": due.term.article,
                "verified": due.term.verified,
            }
            for due in one.dues
        ],
    }


@procedure.command(name="list", help=_("Les démarches d’un incident, leurs suites, les jours à surveiller."))
def list_procedures(which: Which, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents

        _show_procedures(session, incidents.get_incident(session, which), as_json)


@procedure.command(name="add", help=_("Noter une plainte ou une autre démarche."))
def add_procedure(
    which: Which,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help=_("plainte_simple, pcpc, pharos, ddd, cnil… (docs/incidents.md)")
        ),
    ],
    on: Annotated[str, typer.Argument(metavar="DATE", help=_("Le jour, AAAA-MM-JJ."))],
    authority: Annotated[
        str, typer.Option(metavar="TEXT", help=_("Auprès de quel service, sans nom de personne."))
    ] = "",
    reference: Annotated[str, typer.Option(metavar="TEXT", help=_("Numéro donné."))] = "",
    as_json: Json = False,
) -> None:
    day = date_of(on)
    with open_workspace() as session:
        from saisine.casework import incidents, procedures

        found = incidents.get_incident(session, which)
        procedures.add_procedure(session, found, kind, day, authority=authority, reference=reference)
        _show_procedures(session, found, as_json)


@procedure.command(name="event", help=_("Noter une suite : numéro, classement, refus, jugement, appel…"))
def note_event(
    which: Which,
    number: Annotated[int, typer.Argument(metavar="N", help=_("Numéro de la démarche."))],
    kind: Annotated[
        str,
        typer.Argument(
            metavar="EVENT", help=_("registered, refused, dismissed, judgment… (docs/incidents.md)")
        ),
    ],
    on: Annotated[str, typer.Argument(metavar="DATE", help=_("Le jour, AAAA-MM-JJ."))],
    reference: Annotated[str, typer.Option(metavar="TEXT", help=_("Numéro donné, ou motif."))] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help=_("Une note."))] = "",
    as_json: Json = False,
) -> None:
    day = date_of(on)
    with open_workspace() as session:
        from saisine.casework import incidents, procedures

        found = incidents.get_incident(session, which)
        row = procedures.get_procedure(session, found, number)
        procedures.note_event(session, row, kind, day, reference=reference, note=note)
        _show_procedures(session, found, as_json)
