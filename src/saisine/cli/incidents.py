"""`saisine incident …`: what belongs together, its questions, its accords, its decisions."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, open_workspace
from saisine.cli.output import (
    full_day,
    full_time,
    known_time,
    print_facts,
    print_json,
    print_table,
    say,
    shown,
    warn,
)
from saisine.cli.words import LANGUAGE, _, in_language, ngettext

if TYPE_CHECKING:
    from saisine.casework.models import ExhibitRow, Incident, PersonRow, QualificationRow
    from saisine.casework.session import Session
    from saisine.law.ask import Question
    from saisine.law.assess import Assessed

incident = typer.Typer(help=_("Les incidents : pièces, questions, accords, décisions."), no_args_is_help=True)
app.add_typer(incident, name="incident")

Which = Annotated[str, typer.Argument(metavar="INCIDENT", help=_("Numéro ou identifiant de l’incident."))]


@incident.command(help=_("Ouvrir un incident."))
def new(
    title: Annotated[
        str, typer.Argument(metavar="TITLE", help=_("Titre neutre : il paraît dans les listes."))
    ],
    from_triage: Annotated[
        bool, typer.Option("--from-triage", help=_("Y mettre ce qui a été gardé au tri."))
    ] = False,
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import exhibits, incidents

        opened = incidents.open_incident(session, title, from_triage=from_triage)
        if as_json:
            print_json(incident_row(session, opened))
            return
        count = len(exhibits.exhibits(session, opened))
        say(_("Incident {number} ouvert : {title}").format(number=opened.number, title=shown(opened.title)))
        say(pieces_words(count))


def pieces_words(count: int) -> str:
    return ngettext("{n} pièce.", "{n} pièces.", count).format(n=count)


def incident_row(session: "Session", opened: "Incident") -> dict[str, object]:
    from saisine.casework import exhibits, incidents

    return {
        "incident": opened.id,
        "number": opened.number,
        "title": opened.title,
        "state": opened.state,
        "collective": incidents.is_collective(opened),
        "platform": opened.platform,
        "opened_at": opened.opened_at,
        "exhibits": len(exhibits.exhibits(session, opened)),
    }


@incident.command(name="list", help=_("Les incidents de l’espace de travail."))
def list_(as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents

        rows = [incident_row(session, one) for one in incidents.list_incidents(session)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        say(_("Aucun incident."))
        return
    print_table(
        [_("N°"), _("Titre"), _("Pièces"), _("Ouvert le")],
        [(r["number"], r["title"], r["exhibits"], full_time(r["opened_at"])) for r in rows],  # type: ignore[arg-type]
    )


@incident.command(
    help=_("Un incident en entier : pièces, qualifications possibles, accords, question suivante.")
)
def show(which: Which, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import exhibits, incidents, rights

        found = incidents.get_incident(session, which)
        if as_json:
            print_json(_whole(session, found))
            return
        _show_head(session, found)
        _show_exhibits(exhibits.exhibits(session, found))
        _show_assessment(session, found)
        say()
        show_consents(session, found)
        say()
        show_next(rights.next_question(session, found))


def _whole(session: "Session", found: "Incident") -> dict[str, object]:
    from saisine.casework import consents, exhibits, incidents, rights

    question = rights.next_question(session, found)
    return {
        **incident_row(session, found),
        "summary": found.summary,
        "pieces": [exhibit_row(row) for row in exhibits.exhibits(session, found)],
        "people": [
            {"person": line.row.id, "number": line.row.number, "role": line.row.role}
            for line in incidents.people(found)
        ],
        "consents": [
            {"act": line.act, "state": line.state or None, "at": line.at}
            for line in consents.consents(session, found)
        ],
        "answers": [{"fact": one.fact, "value": one.value} for one in rights.answers(session, found)],
        "decisions": [
            {"offence": offence, "decision": row.decision, "reason": row.reason, "at": row.at}
            for offence, row in rights.decisions(session, found).items()
        ],
        "chronology": chronology_rows(session, found),
        "assessment": rights.assessment(session, found).as_json(),
        "question": question.as_json() if question else None,
    }


def show_next(question: "Question | None") -> None:
    if question is None:
        say(_("Plus aucune question ne change la réponse."))
        return
    say(_("Question : {text}").format(text=in_language(question, "text")))
    print_facts([(_("Pourquoi"), in_language(question, "why")), (_("Fait"), question.fact)])
    for choice in (*question.choices, *question.group):
        if choice.id != question.fact:
            say(f"  {choice.id}  {in_language(choice, 'text')}")


def show_consents(session: "Session", found: "Incident", person: "PersonRow | None" = None) -> None:
    from saisine.casework import consents
    from saisine.incidents.consents import STATES

    at = LANGUAGE == "en"
    print_table(
        [_("Accord"), _("État"), _("Acte")],
        [
            (in_language(line, "label"), STATES[line.state][at], line.act)
            for line in consents.consents(session, found, person)
        ],
    )


def exhibit_row(row: "ExhibitRow") -> dict[str, object]:
    return {
        "number": row.number,
        "exhibit": row.id,
        "kind": row.kind,
        "item": row.frozen or row.item,
        "messages": row.messages,
        "variants": row.variants,
        "platform": row.platform,
        "at": row.at,
        "on": row.on,
        "precision": row.precision,
        "url": row.url or None,
        "is_danger": row.is_danger,
    }


def _show_head(session: "Session", found: "Incident") -> None:
    say(_("Incident {number} : {title}").format(number=found.number, title=shown(found.title)))
    if found.summary:
        say(shown(found.summary))
    show_chronology(session, found)
    say()


def chronology_rows(session: "Session", found: "Incident") -> list[dict[str, object]]:
    from saisine.casework.chronology import chronology

    return [
        {
            "on": line.when.day,
            "precision": line.when.precision,
            "when": line.when.words(LANGUAGE),
            "what": line.text(LANGUAGE),
            "exhibits": list(line.exhibits),
        }
        for line in chronology(session, found)
    ]


def show_chronology(session: "Session", found: "Incident") -> None:
    for row in chronology_rows(session, found):
        say(f"  {row['when']}  {shown(row['what'])}")


def _show_exhibits(rows: "list[ExhibitRow]") -> None:
    from saisine.casework import exhibits

    if not rows:
        say(_("Aucune pièce."))
        return
    print_table(
        [_("N°"), _("Pièce"), _("Messages"), _("Date")],
        [(row.number, exhibits.exhibit_title(row, LANGUAGE), row.messages or "", _when(row)) for row in rows],
    )


def _when(row: "ExhibitRow") -> str:
    if row.at is not None:
        return full_time(row.at)
    return full_day(row.on) or _("sans date")


def _show_assessment(session: "Session", found: "Incident") -> None:
    """Offences that are met or decided on, each with its clock; the others are counted, and in the JSON."""
    from saisine.casework import rights

    decided = rights.decisions(session, found)
    open_ones = [one for one in rights.assessment(session, found).qualifications if one.status != "excluded"]
    shown_ones = [one for one in open_ones if one.status == "met" or one.id in decided]
    say()
    if shown_ones:
        headers = [
            _("Qualification"), _("Statut"), _("Dernier jour utile"), _("Décision"), _("Contrôle"), _("Identifiant"),
        ]  # fmt: skip
        print_table(headers, [_offence_cells(one, decided.get(one.id)) for one in shown_ones])
    left = len(open_ones) - len(shown_ones)
    if left:
        words = ngettext(
            "{n} qualification reste possible : les questions la départagent.",
            "{n} qualifications restent possibles : les questions les départagent.",
            left,
        )
        say(words.format(n=left))
    say(_("Orientation, pas un avis juridique."))


def _offence_cells(one: "Assessed", row: "QualificationRow | None") -> tuple[object, ...]:
    from saisine.casework.rights import DECISIONS
    from saisine.cli.rights import flags

    last = one.clock.last_useful_day if one.clock else None
    word = DECISIONS[row.decision][LANGUAGE == "en"] if row else ""
    name = in_language(one.offence, "name")
    return name, _status(one.status), full_day(last), word, flags(one), one.id


def _status(status: str) -> str:
    return {"met": _("semble relever de"), "possible": _("pourrait relever de")}.get(status, status)


@incident.command(help=_("Ajouter des pièces scellées ou des messages à un incident."))
def add(
    which: Which,
    items: Annotated[
        list[str],
        typer.Argument(metavar="ITEM…", help=_("Pièces scellées, ou messages par leur champ « ref ».")),
    ],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import exhibits, incidents

        found = incidents.get_incident(session, which)
        refs = [item for item in items if ":" in item]
        sealed = [
            session.vault.find(item).item for item in items if ":" not in item
        ]  # all known before one is added
        before = {row.id for row in exhibits.exhibits(session, found)}
        if refs:
            exhibits.add_messages(session, found, refs)
        for item in sealed:
            exhibits.add_item(session, found, item)
        rows = [row for row in exhibits.exhibits(session, found) if row.id not in before]
    if as_json:
        print_json([exhibit_row(row) for row in rows])
        return
    for row in rows:
        title = exhibits.exhibit_title(row, LANGUAGE)
        say(_("Pièce {number} : {title}").format(number=row.number, title=shown(title)))


@incident.command(name="open", help=_("Afficher les textes d’une pièce ; l’ouverture est notée au journal."))
def open_(
    which: Which,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=_("Numéro de la pièce."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import exhibits

        messages = exhibits.open_exhibit(session, exhibit_of(session, which, number))
    if as_json:
        print_json([message.as_json() for message in messages])
        return
    for message in messages:
        at = known_time(message.created_at, message.created_at_precision) or _("sans date")
        say(f"{at}  {message.platform}  {shown(message.author_handle or message.author_name)}")
        say("  " + shown(message.text))


def exhibit_of(session: "Session", which: str, number: int) -> "ExhibitRow":
    """The exhibit of that number; a fault of usage when there is none."""
    from saisine.casework import exhibits, incidents

    found = incidents.get_incident(session, which)
    for row in exhibits.exhibits(session, found):
        if row.number == number:
            return row
    raise typer.BadParameter(_("Cet incident n’a pas de pièce {number}.").format(number=number))


@incident.command(help=_("Ajouter une personne, par son rôle ; aucun nom n’est demandé ici."))
def person(
    which: Which,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=_("Le rôle : « visee », par exemple."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import incidents

        found = incidents.get_incident(session, which)
        incidents.add_person(session, found, role)
        lines = incidents.people(found)
    if as_json:
        print_json([{"person": one.row.id, "number": one.row.number, "role": one.row.role} for one in lines])
        return
    print_table(
        [_("Personne"), _("Rôle")], [(in_language(one, "label"), in_language(one, "role")) for one in lines]
    )


@incident.command(help=_("Écrire le récit d’un incident, depuis l’entrée standard ou avec --text."))
def summary(
    which: Which,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help=_("Le récit, en quelques phrases."))
    ] = None,
    as_json: Json = False,
) -> None:
    written = text if text is not None else sys.stdin.read().strip()
    with open_workspace() as session:
        from saisine.casework import incidents

        found = incidents.get_incident(session, which)
        incidents.set_summary(session, found, written)
        if as_json:
            print_json(incident_row(session, found) | {"summary": written})
        else:
            warn(_("Récit enregistré."))
