"""`saisine duplicates`: groups of identical and nearly identical messages in a plain file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app
from saisine.cli.output import print_json, print_table, say, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_NO, EXIT_PARTIAL

if TYPE_CHECKING:
    from saisine.findings.duplicates import Duplicates


@app.command(help=_("Grouper les messages identiques ou presque identiques d’un fichier."))
def duplicates(
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help=_("NDJSON ou CSV avec les colonnes id et text."))
    ],
    min_size: Annotated[int, typer.Option(min=2, metavar="N", help=_("Taille minimale d’un groupe."))] = 3,
    as_json: Json = False,
) -> int:
    from saisine.findings.duplicates import group_duplicates
    from saisine.findings.inputs import read_texts

    texts = read_texts(source)
    found = group_duplicates(texts, min_size=min_size)
    skipped = [{"reason": reason, "count": count} for reason, count in sorted(texts.skipped.items())]
    if as_json:
        exact = {"exact_only": True} if found.is_exact_only else {}
        print_json({**found.as_json(), "read": texts.read, "skipped": skipped, **exact})
    else:
        _show(found, texts.read)
        if found.is_exact_only:
            warn(_("Trop de textes différents : seules les copies exactes ont été groupées."))
        for row in skipped:
            warn("  " + _skipped_words(str(row["reason"]), row["count"]))
    if not found.groups:
        return EXIT_NO
    return EXIT_PARTIAL if skipped else 0


def _show(found: "Duplicates", read: int) -> None:
    if found.groups:
        print_table(
            [_("Groupe"), _("Messages"), _("Formulations"), _("Ressemblance minimale")],
            [(group.group, group.n, group.variants, _share(group.similarity_min)) for group in found.groups],
        )
        say()
    n = len(found.groups)
    words = ngettext("{n} groupe parmi {read} messages.", "{n} groupes parmi {read} messages.", n)
    say(words.format(n=n, read=read))


def _share(value: float) -> str:
    """Three digits, with the decimal sign of the language."""
    text = f"{value:.2f}"
    return text if LANGUAGE == "en" else text.replace(".", ",")


def _skipped_words(reason: str, count: object) -> str:
    known = {
        "unreadable_line": _("lignes illisibles"),
        "missing_id": _("messages sans identifiant"),
        "missing_text": _("messages sans texte"),
        "rounded_id": _("identifiants arrondis par un tableur"),
        "duplicate_id": _("identifiants déjà vus"),
    }
    return _("{n} laissés de côté : {reason}.").format(n=count, reason=known.get(reason, reason))
