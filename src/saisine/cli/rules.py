"""`law diff`, `law watch`, `law new-case`: rules that changed, rules to read again, a case to write."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import Json, open_workspace, the_day
from saisine.cli.incidents import Which
from saisine.cli.output import full_day, print_json, print_table, say, warn
from saisine.cli.rights import law_app
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_NO, SaisineError

if TYPE_CHECKING:
    from saisine.law.changes import Change, LawDiff
    from saisine.law.watch import Reopened

EN = LANGUAGE == "en"


@law_app.command(help=_("Ce qui a changé en vigueur entre deux jours, article par article."))
def diff(
    first: Annotated[str, typer.Argument(metavar="DATE1", help=_("Premier jour (AAAA-MM-JJ)."))],
    last: Annotated[str, typer.Argument(metavar="DATE2", help=_("Second jour (AAAA-MM-JJ)."))],
    as_json: Json = False,
) -> int:
    from saisine.law.changes import diff as law_diff
    from saisine.law.load import load_law

    one, other = the_day(first, "DATE1"), the_day(last, "DATE2")
    if one is None or other is None:  # both are required arguments
        raise AssertionError
    found = law_diff(load_law(), one, other)
    if as_json:
        print_json(found.as_json())
    else:
        _show_diff(found)
    return 0 if found.changes else EXIT_NO


def _show_diff(found: "LawDiff") -> None:
    from saisine.law.statements import flag

    def row(change: "Change") -> tuple[object, ...]:
        from saisine.law.changes import WORDS

        what = change.what_en if EN else change.what_fr
        day = full_day(change.on) or _("jour non établi")
        return change.article, day, WORDS[change.kind][EN], what, flag(change.verified, LANGUAGE)

    headers = [_("Texte"), _("Jour"), _("Changement"), _("Quoi"), _("Contrôle")]
    if found.changes:
        print_table(headers, [row(change) for rows in found.by_article.values() for change in rows])
    else:
        say(_("Aucun changement connu entre ces deux jours."))
    if found.undated:
        say()
        say(_("Changements connus sans jour établi, et propositions de loi :"))
        print_table(headers, [row(change) for change in found.undated])
    if n := found.without_date:
        words = ngettext(
            "{n} infraction n’a pas de date d’entrée en vigueur établie : un changement n’y serait pas vu.",
            "{n} infractions n’ont pas de date d’entrée en vigueur établie : un changement n’y serait pas vu.",
            n,
        )
        warn(words.format(n=n))


@law_app.command(help=_("Les règles à rouvrir d’après un texte de loi que vous avez téléchargé."))
def watch(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help=_("Article LEGI (XML), texte, ou dossier de textes."))
    ],
    code: Annotated[
        str, typer.Option("--code", help=_("Code de ces articles, si le fichier ne le dit pas."))
    ] = "",
    known: Annotated[
        Path | None, typer.Option("--known", metavar="F", help=_("Lecture d’avant, à comparer."))
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="F", help=_("Garder cette lecture pour la prochaine fois.")),
    ] = None,
    as_json: Json = False,
) -> int:
    from saisine.cli.app import require_word
    from saisine.law import watch as watching
    from saisine.law.citations import CODES
    from saisine.law.load import load_law

    if code:
        require_word(code, tuple(CODES))
    articles = watching.read_articles(path, code)
    held = watching.known_readings(_readings(known), known) if known else {}
    found = watching.watch(load_law(), articles, held)
    if save:
        save.write_text(json.dumps(watching.readings(articles), indent=1, ensure_ascii=False) + "\n", "utf-8")
    if as_json:
        rows = [one.as_json() for one in found]
        print_json({"articles": len(articles), "rules": rows})
    else:
        _show_watch(len(articles), found)
    return 0 if found else EXIT_NO


def _readings(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = error.strerror or ""
        raise SaisineError(
            "law_text_unreadable", path=path.name, reason_fr=reason, reason_en=reason
        ) from error
    except ValueError:
        return None  # the engine says that it is no file of readings


def _show_watch(count: int, found: "tuple[Reopened, ...]") -> None:
    from saisine.law.watch import WORDS

    say(ngettext("{n} article lu.", "{n} articles lus.", count).format(n=count))
    if not found:
        say(_("Aucune règle à rouvrir."))
        return
    rows = [(one.rule, one.article, WORDS[one.state][EN], full_day(one.starts_on)) for one in found]
    print_table([_("Règle"), _("Article"), _("Pourquoi"), _("Version du")], rows)


@law_app.command("new-case", help=_("Un cas sans nom ni texte, tiré d’un incident, à relire et à compléter."))
def new_case(
    which: Which,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="CASE.yaml", help=_("Fichier à écrire."))
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.law.newcase import as_yaml
    from saisine.law.newcase import new_case as build

    with open_workspace() as session:
        from saisine.casework import incidents, rights

        found = incidents.get_incident(session, which)
        case = build(session.law, rights.inputs_of(session, found), session.today())
    if out is not None:
        if out.exists():
            raise SaisineError("bundle_exists", path=out)
        out.write_text(as_yaml(case), "utf-8")
        warn(_("Cas écrit : {path}. Le titre et les faits restent à écrire.").format(path=out))
    if as_json:
        print_json(case)
    elif out is None:
        say(as_yaml(case).rstrip())
