"""`saisine letter …`: the letters of an incident, what each lacks, and one written as .docx or PDF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, open_workspace
from saisine.cli.incidents import Which
from saisine.cli.output import print_json, print_table, printable, say, warn
from saisine.cli.words import LANGUAGE, _, in_language

if TYPE_CHECKING:
    from saisine.letters import Letter

letter = typer.Typer(
    help=_("Les lettres d’un incident : modèles, ce qui manque, écriture."), no_args_is_help=True
)
app.add_typer(letter, name="letter")


@letter.command(name="list", help=_("Les lettres possibles ; avec un incident, ce qui manque à chacune."))
def list_(
    which: Annotated[
        str | None, typer.Argument(metavar="[INCIDENT]", help=_("Numéro ou identifiant de l’incident."))
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.letters import load_letters

    if which is None:
        rows = [_row(one) for one in load_letters().values()]
    else:
        rows = _rows_of(which)
    if as_json:
        print_json(rows)
        return
    headers = [_("Lettre"), _("Objet"), _("À"), _("Contrôle")]
    cells = [[row["letter"], row["name"], row["to"], row["flag"]] for row in rows]
    if which is not None:
        headers.append(_("Il manque"))
        for cell, row in zip(cells, rows, strict=True):
            cell.append(_lacks(row))
    print_table(headers, cells)


def _row(one: "Letter") -> dict[str, object]:
    return {
        "letter": one.id,
        "name": in_language(one, "name"),
        "to": in_language(one, "to"),
        "articles": list(one.articles),
        "verified": one.verified,
        "flag": one.flag(LANGUAGE),
        "review": one.review or None,
    }


def _rows_of(which: str) -> list[dict[str, object]]:
    with open_workspace() as session:
        from saisine.casework import incidents, letters

        found = incidents.get_incident(session, which)
        return [
            _row(line.letter)
            | {"unmet": list(line.unmet), "consent_missing": in_language(line, "consent") or None}
            for line in letters.list_letters(session, found)
        ]


def _lacks(row: dict[str, object]) -> str:
    if row["consent_missing"]:
        return _("accord : {acts}").format(acts=row["consent_missing"])
    unmet = row["unmet"]
    return " ; ".join(map(str, unmet)) if isinstance(unmet, list) else ""


@letter.command(help=_("Écrire une lettre de l’incident ; ce qui manque y est marqué."))
def make(
    which: Which,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_("Quelle lettre (saisine letter list)."))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="F.docx|F.pdf", help=_("Fichier à écrire."))],
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="NAME=TEXT", help=_("Remplir un champ ; l’option peut se répéter.")),
    ] = None,
    quote: Annotated[
        bool, typer.Option("--quote", help=_("Citer les mots des contenus ; cette lecture est notée."))
    ] = False,
    as_json: Json = False,
) -> None:
    given = dict(_pair(text) for text in field or [])
    with open_workspace() as session:
        from saisine.casework import incidents, letters

        found = incidents.get_incident(session, which)
        report = letters.make(session, found, kind, out, given=given, quote=quote)
        number = found.number
    if as_json:
        print_json(
            {
                "incident": number,
                "letter": report.kind,
                "path": printable(str(out)),
                "is_draft": report.is_draft,
                "unmet": list(report.unmet),
                "gaps": list(report.gaps),
                "warnings_fr": list(report.warnings),
                "sha256": report.sha256,
                "size": report.size,
            }
        )
        return
    say(_("{title} : {path}").format(title=report.title, path=out))
    for gap in report.gaps:
        warn("  " + _("À compléter : {text}").format(text=gap))
    for warning in report.warnings:
        warn("  " + warning)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(_("--field attend NAME=TEXT."))
    return name.strip(), value
