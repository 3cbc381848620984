"""`read`, `formats`, `import`, `messages`: from export files to one table, and a page of it."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import Json, app, clock, open_workspace
from saisine.cli.output import (
    full_time,
    print_json,
    print_json_line,
    print_table,
    progress_bar,
    say,
    warn,
)
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_BAD_INPUT, EXIT_NO, EXIT_PARTIAL

if TYPE_CHECKING:
    from saisine.messages.ledger import Ledger

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Fichiers ou dossiers."))]
FormatId = Annotated[str | None, typer.Option("--format", metavar="ID", help=_("Imposer un format."))]
Profile = Annotated[Path | None, typer.Option("--profile", metavar="F.yaml", help=_("Profil de colonnes."))]


@app.command(help=_("Lire des exports et écrire leurs messages en NDJSON, sans espace de travail."))
def read(
    paths: Paths,
    format_id: FormatId = None,
    profile: Profile = None,
    ledger: Annotated[Path | None, typer.Option(metavar="F", help=_("Écrire le relevé dans ce fichier."))] = None,
    as_json: Json = False,
) -> int:
    from saisine.messages.importing import read_paths
    from saisine.messages.ledger import write_ledger

    reading = read_paths(paths, format_id=format_id, profile=profile, now=clock())
    for message in reading:
        print_json_line(message.as_json())
    if ledger is not None:
        write_ledger(ledger, reading.ledger)
    return _report(reading.ledger, as_json=as_json)


@app.command(name="import", help=_("Sceller des exports, les lire, et ranger leurs messages."))
def import_(paths: Paths, format_id: FormatId = None, profile: Profile = None, as_json: Json = False) -> int:
    from saisine.casework.deposits import deposit_paths

    with open_workspace() as session, progress_bar(not as_json) as bar:
        result = deposit_paths(session, paths, format_id=format_id, profile=profile, progress=bar)
        if as_json:
            print_json(result.ledger.as_json() | {"corpus": result.corpora})
        return _report(result.ledger, as_json=as_json)


def _report(ledger: "Ledger", *, as_json: bool) -> int:
    """Say what was read and left out; the exit code is 2 when anything failed or was cut."""
    totals = ledger.totals()
    if not as_json:
        _tell(ledger)
    if totals.failed or ledger.is_partial:
        return EXIT_BAD_INPUT if totals.mapped == 0 else EXIT_PARTIAL
    return 0


def _tell(ledger: "Ledger") -> None:
    totals = ledger.totals()
    warn(
        _("{mapped} messages lus, {skipped} laissés de côté, {failed} illisibles.").format(
            mapped=totals.mapped, skipped=totals.skipped, failed=totals.failed
        )
    )
    for sentence in ledger.sentences(LANGUAGE):
        warn("  " + sentence)


@app.command(help=_("Les formats que Saisine lit, et comment obtenir ces fichiers."))
def formats(as_json: Json = False) -> None:
    from saisine.messages.formats import FORMATS

    if as_json:
        print_json([_format_row(item) for item in FORMATS])
        return
    for item in FORMATS:
        english = LANGUAGE == "en"
        say(f"{item.id}  ({', '.join(item.platforms)})")
        say("  " + (item.label_en if english else item.label_fr))
        for line in (item.how_to_get_en if english else item.how_to_get_fr).splitlines():
            say("    " + line)
        say()


def _format_row(item: Any) -> dict[str, object]:
    return {
        "id": item.id,
        "version": item.version,
        "platforms": list(item.platforms),
        "label_fr": item.label_fr,
        "label_en": item.label_en,
        "how_to_get_fr": item.how_to_get_fr,
        "how_to_get_en": item.how_to_get_en,
    }


@app.command(help=_("Chercher dans les messages de l’espace de travail."))
def messages(
    search: Annotated[str | None, typer.Option(metavar="TEXT", help=_("Mots cherchés, accents ignorés."))] = None,
    platform: Annotated[str | None, typer.Option(metavar="P", help=_("Une plateforme."))] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="D", help=_("Premier jour, AAAA-MM-JJ."))] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Dernier jour, AAAA-MM-JJ."))] = None,
    author: Annotated[str | None, typer.Option(metavar="A", help=_("Identifiant ou nom de compte."))] = None,
    target: Annotated[str | None, typer.Option(metavar="T", help=_("Identifiant ou nom visé."))] = None,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help=_("Suite d’une page."))] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help=_("Messages par page."))] = 50,
    as_json: Json = False,
) -> int:
    from saisine.messages.corpus import Query

    query = Query(
        text=search,
        platform=platform,
        author=author,
        target=target,
        since=_day(since, "--from"),
        until=_day(until, "--to"),
    )
    with open_workspace() as session:
        page = session.corpora.search(query, after=after, limit=limit)
        if as_json:
            print_json({"items": [item.as_json() for item in page.items], "next": page.next})
        else:
            _show_page(page)
    return 0 if page.items else EXIT_NO


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(_("{option} attend un jour au format AAAA-MM-JJ.").format(option=option)) from None


def _show_page(page: Any) -> None:
    if not page.items:
        say(_("Aucun message ne correspond."))
        return
    print_table(
        [_("Date"), _("Plateforme"), _("Compte"), _("Texte")],
        [
            (full_time(m.created_at) if m.created_at else "", m.platform, m.author_handle or m.author_name, m.text)
            for m in page.items
        ],
    )
    if page.next:
        say(ngettext("Suite : --after {cursor}", "Suite : --after {cursor}", 1).format(cursor=page.next))
