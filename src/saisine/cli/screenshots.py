"""`saisine screenshot …` and `saisine original`: what a picture shows is told by hand, its bytes stay."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, open_workspace, the_day
from saisine.cli.output import full_day, print_json, print_table, printable, say
from saisine.cli.words import _, ngettext
from saisine.errors import EXIT_NO, SaisineError

if TYPE_CHECKING:
    from saisine.casework.models import Capture

screenshot = typer.Typer(
    help=_("Les captures d’écran à compléter : date, adresse, plateforme."), no_args_is_help=True
)
app.add_typer(screenshot, name="screenshot")


@screenshot.command(name="list", help=_("Les captures et ce qu’on en sait."))
def list_(as_json: Json = False) -> int:
    with open_workspace():
        rows = [_row(one) for one in _every()]
    if as_json:
        print_json(rows)
    elif rows:
        headers = [_("N°"), _("État"), _("Montrée le"), _("Plateforme"), _("Adresse")]
        print_table(
            headers,
            [
                (r["number"], _state(str(r["state"])), full_day(r["on"]), r["platform"], r["url"])
                for r in rows
            ],
        )
    else:
        say(_("Aucune capture."))
    return 0 if rows else EXIT_NO


def _every() -> "list[Capture]":
    from saisine.casework.models import Capture

    return list(Capture.objects.filter(kind="screenshot").order_by("number"))


def _row(one: "Capture") -> dict[str, object]:
    return {
        "capture": one.id,
        "number": one.number,
        "item": one.item,
        "state": one.state,
        "on": one.shown_on,
        "hint_on": one.hint_on,
        "confirmed": one.is_confirmed,
        "platform": one.platform or None,
        "url": one.url or None,
    }


def _state(state: str) -> str:
    return {"todo": _("à compléter"), "later": _("plus tard"), "done": _("complétée")}.get(state, state)


@screenshot.command(help=_("Compléter une capture."))
def complete(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=_("Numéro de la capture."))],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help=_("Jour montré par la capture, AAAA-MM-JJ."))
    ] = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help=_("La date est sûre : quelqu’un l’a lue sur la capture."))
    ] = False,
    url: Annotated[str, typer.Option(metavar="URL", help=_("Adresse de la page."))] = "",
    platform: Annotated[str, typer.Option(metavar="P", help=_("Une plateforme."))] = "",
    as_json: Json = False,
) -> None:
    day = the_day(on, "--on")
    with open_workspace() as session:
        from saisine.casework import captures

        found = next((one for one in _every() if one.number == number), None)
        if found is None:
            raise typer.BadParameter(_("Aucune capture {number}.").format(number=number))
        captures.save(session, found, shown_on=day, confirmed=confirmed, url=url, platform=platform)
        found.refresh_from_db()
    if as_json:
        print_json(_row(found))
    else:
        say(_("Capture complétée."))


@screenshot.command(help=_("Laisser les autres captures pour plus tard."))
def later(as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import captures

        count = captures.later(session)
    if as_json:
        print_json({"later": count})
    else:
        words = ngettext("{n} capture pour plus tard.", "{n} captures pour plus tard.", count)
        say(words.format(n=count))


@app.command(help=_("Écrire l’original d’une pièce dans un fichier ; l’ouverture est notée au journal."))
def original(
    item: Annotated[str, typer.Argument(metavar="ITEM", help=_("Pièce, numéro ou empreinte."))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help=_("Fichier à écrire."))],
    as_json: Json = False,
) -> None:
    if out.exists():
        raise SaisineError("bundle_exists", path=out)
    with open_workspace() as session:
        from saisine.casework import captures

        found = captures.open_original(session, item)
        part = out.with_name(out.name + ".part")
        with found.stream as stream, part.open("wb") as target:
            shutil.copyfileobj(stream, target, 1 << 20)
        part.replace(out)
    if as_json:
        print_json(
            {
                "path": printable(str(out)),
                "name": found.name,
                "size": found.size,
                "media_type": found.media_type,
            }
        )
    else:
        say(printable(str(out)))
