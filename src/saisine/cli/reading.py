"""`read`, `formats`, `import`, `messages`, `index`: from export files to one table, a page of it, or all of it."""

import sys
from collections import defaultdict
from collections.abc import Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from saisine.cli.app import Json, app, clock, open_workspace, require_word, the_day
from saisine.cli.output import (
    full_time,
    known_time,
    print_json,
    print_table,
    progress_bar,
    say,
    shown,
    warn,
)
from saisine.cli.sealing import say_receipt
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_BAD_INPUT, EXIT_NO, EXIT_PARTIAL

if TYPE_CHECKING:
    from saisine.messages.corpus import Page, Query
    from saisine.messages.formats.contract import Format
    from saisine.messages.ledger import Ledger, SourceEntry
    from saisine.messages.observations import Observation
    from saisine.messages.schema import Message

# What may hold messages, or nothing of the kind: an export has dozens of such files beside its messages.
MAY_HOLD_MESSAGES: Final = ("unknown_format", "unknown_table")
# What holds rows that a person keeps, and was not read: wherever it lies, the reading is incomplete.
HOLDS_ROWS: Final = frozenset({"spreadsheet", "hidden_sheet", "parquet", "own_export"})
WORKBOOKS: Final = (".xlsx", ".xlsm")
SHORTCUTS: Final = (".lnk", ".url", ".webloc", ".desktop")
# Of the files that are told together, those that a person may have wanted read are named, at most so many.
NAMED: Final = 8

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Fichiers ou dossiers."))]
FormatId = Annotated[str | None, typer.Option("--format", metavar="ID", help=_("Imposer un format."))]
Profile = Annotated[Path | None, typer.Option("--profile", metavar="F.yaml", help=_("Profil de colonnes."))]


@app.command(help=_("Lire des exports et écrire leurs messages en NDJSON, sans espace de travail."))
def read(
    paths: Paths,
    format_id: FormatId = None,
    profile: Profile = None,
    ledger: Annotated[
        Path | None, typer.Option(metavar="F", help=_("Écrire le relevé dans ce fichier."))
    ] = None,
    as_json: Json = False,
) -> int:
    _require_one_way(format_id, profile)
    from saisine.messages.ledger import write_ledger
    from saisine.messages.reading import read_paths

    reading = read_paths(paths, format_id=format_id, profile=profile, now=clock())
    reading.write_ndjson(sys.stdout.buffer)
    sys.stdout.flush()
    if ledger is not None:
        write_ledger(ledger, reading.ledger)
    code = _report(reading.ledger, as_json=as_json, is_sealed=False)
    code = code or _left_out(reading.ledger, paths)
    # a picture is worth sealing, so that `import` of it is done; `read` of it gave nothing
    return code or (0 if _has_read(reading.ledger) else EXIT_BAD_INPUT)


@app.command(name="import", help=_("Sceller des exports, les lire, et ranger leurs messages."))
def import_(paths: Paths, format_id: FormatId = None, profile: Profile = None, as_json: Json = False) -> int:
    _require_one_way(format_id, profile)
    with open_workspace() as session, progress_bar(not as_json) as bar:
        from saisine.casework.deposits import deposit_paths

        result = deposit_paths(session, paths, format_id=format_id, profile=profile, progress=bar)
        receipt = session.vault.receipt() if result.sealed else None
    if as_json:
        print_json(result.ledger.as_json() | {"corpus": result.corpora})
    else:
        sealed = len(result.sealed)
        say(ngettext("{n} fichier scellé.", "{n} fichiers scellés.", sealed).format(n=sealed))
    code = _report(result.ledger, as_json=as_json) or _left_out(result.ledger, paths)
    if receipt is not None and not as_json:
        say_receipt(receipt)
    return code or (0 if result.sealed else EXIT_BAD_INPUT)


def _require_one_way(format_id: str | None, profile: Path | None) -> None:
    """A fault of usage when a format and a profile are both imposed: one of them would be left aside."""
    if format_id is not None and profile is not None:
        raise typer.BadParameter(
            _("--format et --profile imposent chacun une lecture : gardez l’un des deux.")
        )


def _report(ledger: "Ledger", *, as_json: bool, is_sealed: bool = True) -> int:
    """Say what was read and left out; the exit code is 2 when anything failed, was cut, or holds rows unread, and
    65 when nothing else was read, now or before."""
    totals = ledger.totals()
    if not as_json:
        _tell(ledger, is_sealed=is_sealed)
    unread = {entry.unread for entry in ledger.sources}
    is_unknown = not _has_read(ledger) and not unread.isdisjoint(MAY_HOLD_MESSAGES)
    if (
        totals.failed
        or is_unknown
        or unread & HOLDS_ROWS
        or any(entry.is_problem for entry in ledger.sources)
    ):
        return EXIT_PARTIAL if totals.mapped or "read_before" in unread else EXIT_BAD_INPUT
    return 0


def _has_read(ledger: "Ledger") -> bool:
    """Whether a file was recognised, or its messages are here from an earlier import."""
    return any(map(_is_read, ledger.sources))


def _is_read(entry: "SourceEntry") -> bool:
    return entry.format is not None or entry.unread == "read_before"


def _left_out(ledger: "Ledger", paths: Sequence[Path]) -> int:
    """2 when a file that was named, and not met in a folder, may hold messages and was not recognised: as a whole,
    or a sheet of a workbook."""
    if not _has_read(ledger):
        return 0  # nothing at all was: that has a code of its own
    named = {path.name for path in paths if path.is_file()}
    read, unknown = set[str](), set[str]()
    for entry in ledger.sources:
        name = _named_in(entry.path, named)
        if _is_read(entry):
            read.add(name)
        elif entry.unread in MAY_HOLD_MESSAGES and not entry.path.lower().endswith(SHORTCUTS):
            unknown.add(name)
    whole = {name for name in named & unknown if name not in read or name.lower().endswith(WORKBOOKS)}
    return EXIT_PARTIAL if whole else 0


def _named_in(path: str, named: Set[str]) -> str:
    """The file that a person named, of what lies inside it (`book.xlsx!sheet`); else the path itself."""
    if path in named or "!" not in path:
        return path
    ends = (end for end, sign in enumerate(path) if sign == "!")
    return next((path[:end] for end in ends if path[:end] in named), path)


def _tell(ledger: "Ledger", *, is_sealed: bool) -> None:
    totals = ledger.totals()
    if not ledger.sources:
        warn(_("Aucun fichier à cet endroit. Vérifiez le chemin, puis recommencez."))
        return
    parts = (
        ngettext("{n} message lu", "{n} messages lus", totals.mapped).format(n=totals.mapped),
        ngettext("{n} laissé de côté", "{n} laissés de côté", totals.skipped).format(n=totals.skipped),
        ngettext("{n} illisible", "{n} illisibles", totals.failed).format(n=totals.failed),
    )
    warn(", ".join(parts) + "." + _withheld(ledger))
    plain = _plain_files(ledger, is_sealed=is_sealed)
    many = {why: entries for why, entries in plain.items() if len(entries) > 1}
    for why, entries in many.items():
        n = len(entries)
        warn("  " + ngettext("{n} fichier : {why}", "{n} fichiers : {why}", n).format(n=n, why=why))
        if entries[0].unread in MAY_HOLD_MESSAGES:
            warn("    " + shown(_names(entries)))
    for sentence in ledger.sentences(LANGUAGE, is_sealed=is_sealed):
        if not sentence.endswith(tuple(many)):
            warn("  " + shown(sentence))
    unread = {entry.unread for entry in ledger.sources}
    if "unknown_table" in unread:
        warn("  " + _("« saisine profile FICHIER » propose comment lire les colonnes d’un tableau."))
    elif "unknown_format" in unread and not totals.read:
        warn("  " + _("« saisine formats » donne la liste des formats lus."))


def _withheld(ledger: "Ledger") -> str:
    """How many of the messages read stay out, so that the rest is what the workspace holds; empty for none."""
    n = sum(entry.notes["erased_before"][0] for entry in ledger.sources if "erased_before" in entry.notes)
    words = ngettext(
        "{n} message effacé avant n’est pas repris.", "{n} messages effacés avant ne sont pas repris.", n
    )
    return " " + words.format(n=n) if n else ""


def _names(entries: Sequence["SourceEntry"]) -> str:
    """The first of these files, and how many more there are."""
    names = ", ".join(entry.path for entry in entries[:NAMED])
    others = len(entries) - NAMED
    if others <= 0:
        return names
    more = ngettext(
        "et {n} autre, que le relevé nomme (--json)", "et {n} autres, que le relevé nomme (--json)", others
    )
    return f"{names}, {more.format(n=others)}"


def _plain_files(ledger: "Ledger", *, is_sealed: bool) -> dict[str, list["SourceEntry"]]:
    """Files that hold no messages and are no problem (pictures, documents), by the reason in words."""
    from saisine.messages.ledger import why_unread

    found = defaultdict[str, list["SourceEntry"]](list)
    for entry in ledger.sources:
        if entry.unread is not None and not entry.is_problem:
            found[why_unread(entry, LANGUAGE, is_sealed=is_sealed)].append(entry)
    return found


@app.command(help=_("Les formats que Saisine lit, et comment obtenir ces fichiers."))
def formats(as_json: Json = False) -> None:
    from saisine.messages.formats import FORMATS

    if as_json:
        print_json([_format_row(item) for item in FORMATS])
        return
    english = LANGUAGE == "en"
    for item in FORMATS:
        say(f"{item.id}  ({', '.join(item.platforms)})")
        say("  " + (item.label_en if english else item.label_fr))
        for line in (item.how_to_get_en if english else item.how_to_get_fr).splitlines():
            say("    " + line)
        say()


def _format_row(item: "Format") -> dict[str, object]:
    return {
        "id": item.id,
        "version": item.version,
        "platforms": list(item.platforms),
        "label_fr": item.label_fr,
        "label_en": item.label_en,
        "how_to_get_fr": item.how_to_get_fr,
        "how_to_get_en": item.how_to_get_en,
    }


@app.command(
    help=_("Chercher dans les messages de l’espace de travail. Les textes restent fermés sans --show.")
)
def messages(
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help=_("Mots cherchés, accents ignorés."))
    ] = None,
    platform: Annotated[str | None, typer.Option(metavar="P", help=_("Une plateforme."))] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="D", help=_("Premier jour, AAAA-MM-JJ."))
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="D", help=_("Dernier jour, AAAA-MM-JJ."))
    ] = None,
    author: Annotated[str | None, typer.Option(metavar="A", help=_("Identifiant ou nom de compte."))] = None,
    target: Annotated[str | None, typer.Option(metavar="T", help=_("Identifiant ou nom visé."))] = None,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help=_("Suite d’une page."))] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help=_("Messages par page."))] = 50,
    show: Annotated[bool, typer.Option("--show", help=_("Afficher les textes."))] = False,
    observations: Annotated[
        str | None,
        typer.Option(
            "--observations",
            metavar="MESSAGE",
            help=_("Chaque fois qu’un message a été vu : sa référence, ou plateforme:identifiant."),
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="F", help=_("Tout écrire, textes compris, dans F.csv, F.ndjson ou F.parquet.")),
    ] = None,
    as_json: Json = False,
) -> int:
    from saisine.messages.corpus import Query
    from saisine.messages.schema import PLATFORMS

    if platform is not None:
        require_word(platform, PLATFORMS)
    if export is not None and after is not None:
        raise typer.BadParameter(_("--export écrit tous les messages trouvés : retirez --after."))
    if export is not None and observations is not None:
        raise typer.BadParameter(_("--observations montre un seul message : retirez --export."))
    if observations is not None:
        return _observations(observations, show=show, as_json=as_json)

    query = Query(
        text=search,
        platform=platform,
        author=author,
        target=target,
        since=the_day(since, "--from"),
        until=the_day(until, "--to"),
    )
    if export is not None:
        return _export(query, export, as_json=as_json)
    with open_workspace() as session:
        page = session.corpora.search(query, after=after, limit=limit)
        if show or as_json:
            from saisine.casework import journal
            from saisine.messages.observations import rows_with_counts

            journal.note_shown(session, page.items)
            rows = rows_with_counts(session.corpora, page.items) if as_json else []
    if as_json:
        print_json({"items": rows, "next": page.next})
    else:
        _show_page(page, show)
    return 0 if page.items else EXIT_NO


def _observations(name: str, *, show: bool, as_json: bool) -> int:
    """Every observation of one message, the oldest first; texts stay closed without --show."""
    with open_workspace() as session:
        from saisine.casework import journal
        from saisine.messages.observations import history_named

        found = history_named(session.corpora, name)
        if show:
            journal.note_shown(session, [one.message for one in found.observations])
    if as_json:
        print_json(found.as_json(with_text=show))
        return 0
    print_table(
        [_("Vu le"), _("J’aime"), _("Partages"), _("Réponses"), _("Vues"), _("Texte"), _("Référence")],
        [_observation_cells(one, show=show) for one in found.observations],
    )
    return 0


def _observation_cells(one: "Observation", *, show: bool) -> tuple[object, ...]:
    message = one.message
    at = full_time(message.collected_at) if message.collected_at else _("sans date")
    counts = message.like_count, message.share_count, message.reply_count, message.view_count
    state = _("modifié") if one.is_changed else ""
    return at, *counts, message.text if show else state, message.ref


def _export(query: "Query", path: Path, *, as_json: bool) -> int:
    """Every message found, to a file; each page that leaves is noted like a page on screen."""
    from functools import partial

    from saisine.messages.exporting import export_search

    with open_workspace() as session:
        from saisine.casework import journal  # late: Django is ready from here on

        n = export_search(session.corpora, query, path, seen=partial(journal.note_shown, session))
    if as_json:
        print_json({"exported": n, "path": str(path) if n else None})
    elif not n:
        say(_("Aucun message ne correspond."))
    else:
        words = ngettext("{n} message écrit dans {path}.", "{n} messages écrits dans {path}.", n)
        say(words.format(n=n, path=shown(path)))
        say(_("Ce fichier est en clair : gardez-le sur un disque chiffré, et supprimez-le après usage."))
    return 0 if n else EXIT_NO


@app.command(help=_("L’index des mots, pour chercher plus vite dans beaucoup de messages."))
def index(
    disk_is_encrypted: Annotated[
        bool, typer.Option("--disk-is-encrypted", help=_("Écrire l’index : ce disque est chiffré."))
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help=_("Supprimer l’index."))] = False,
    as_json: Json = False,
) -> int:
    from saisine.messages.full_text import require_encrypted_disk

    with open_workspace() as session:
        if remove:
            session.corpora.drop_index()
        else:
            require_encrypted_disk(disk_is_encrypted)
            session.corpora.build_index(disk_is_encrypted=True)
        state = session.corpora.index_state
    if as_json:
        print_json({"index": state})
    else:
        gone = _("Pas d’index : les recherches donnent les mêmes résultats.")
        say(gone if state is None else _("Index écrit, en clair, sur un disque que vous dites chiffré."))
    return 0


def _show_page(page: "Page", with_text: bool) -> None:
    if not page.items:
        say(_("Aucun message ne correspond."))
        return
    last = _("Texte") if with_text else _("Mots")
    print_table(
        [_("Date"), _("Plateforme"), _("Compte"), last],
        [_message_row(message, with_text) for message in page.items],
    )
    if page.next:
        say(_("Suite : --after {cursor}").format(cursor=page.next))


def _message_row(message: "Message", with_text: bool) -> tuple[object, ...]:
    at = known_time(message.created_at, message.created_at_precision) or _("sans date")
    account = message.author_handle or message.author_name or message.author_id
    return at, message.platform, account, message.text if with_text else len(message.text.split())
