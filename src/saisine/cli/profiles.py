"""`profile`: what each column of an unknown table seems to hold, to be looked at, corrected, kept and shared."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from saisine.cli.app import Json, app, clock, require_word
from saisine.cli.output import known_time, print_json, print_table, say, shown, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_NO, EXIT_PARTIAL, SaisineError

if TYPE_CHECKING:
    from saisine.messages.column_scores import Column
    from saisine.messages.proposing import Check, Proposal
    from saisine.messages.schema import Message

MISSING_TEXT = _("Aucune colonne ne ressemble au texte des messages : il n’y a pas de profil à proposer.")


ORDERS: Final = ("day", "month")  # which comes first in `08/04/2026`


@app.command(help=_("Proposer ce que contient chaque colonne d’un tableau inconnu (CSV, .xlsx, NDJSON)."))
def profile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Le tableau."))],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PROFILE.yaml", help=_("Enregistrer le profil ici.")),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=HEADER",
            help=_("Corriger : ce champ vient de cette colonne (vide : d’aucune). Peut être répété."),
        ),
    ] = None,
    dates: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(ORDERS),
            help=_("Ce qui vient d’abord dans les dates : day (jour) ou month (mois)."),
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help=_("Afficher les textes."))] = False,
    as_json: Json = False,
) -> int:
    from saisine.messages.proposing import propose

    if dates is not None:
        require_word(dates, ORDERS)
    place, sheet = _parted(file)
    proposal = propose(place, now=clock(), chosen=_choices(column or []), order=dates, sheet=sheet)
    if out is not None and proposal.profile is not None:
        from saisine.messages.proposal_documents import write_profile

        write_profile(out, proposal.profile, _notes(proposal))
    if as_json:
        print_json(_as_json(proposal))
    else:
        _tell(proposal, show, out)
    if proposal.profile is None:
        return EXIT_NO
    return EXIT_PARTIAL if proposal.is_undecided else 0


def _parted(file: Path) -> tuple[Path, str | None]:
    """`classeur.xlsx!Feuille` as the workbook and its sheet; a file of that very name stays one."""
    place, mark, sheet = str(file).partition("!")
    if mark and sheet and not file.exists() and Path(place).exists():
        return Path(place), sheet
    return file, None


def _choices(said: Sequence[str]) -> dict[str, str]:
    chosen = {}
    for one in said:
        name, equals, header = one.partition("=")
        if not equals:
            raise SaisineError(
                "profile_choice_unknown", choice=one, fields="text, created_at, …", headers="…"
            )
        chosen[name.strip()] = header.strip()
    return chosen


# ------------------------------------------------------------------ for people


def _tell(proposal: "Proposal", with_text: bool, out: Path | None) -> None:
    rows = proposal.rows_seen
    seen = ngettext("{n} ligne regardée", "{n} lignes regardées", rows).format(n=rows)
    say(_("{name} : {seen}, {columns} colonnes").format(
        name=shown(proposal.name), seen=seen, columns=len(proposal.columns)
    ))  # fmt: skip
    print_table(
        [_("Colonne"), _("Champ"), _("Confiance"), _("Pourquoi")],
        [_column_row(one) for one in proposal.columns],
    )
    if proposal.checks:
        say()
        say(_("À vérifier"))
        for check in proposal.checks:
            say("  " + shown(_check_words(check)))
    if proposal.profile is None:
        say()
        warn(MISSING_TEXT)
        return
    _show_sample(proposal, with_text)
    _say_next(proposal, out)


def _show_sample(proposal: "Proposal", with_text: bool) -> None:
    say()
    count = len(proposal.sample)
    say(
        ngettext("La première ligne, lue ainsi", "Les {n} premières lignes, lues ainsi", count).format(
            n=count
        )
    )
    last = _("Texte") if with_text else _("Mots")
    print_table(
        [_("Date"), _("Plateforme"), _("Compte"), _("Lien"), last],
        [_sample_row(one, with_text) for one in proposal.sample],
    )


def _say_next(proposal: "Proposal", out: Path | None) -> None:
    say()
    if proposal.known_format is not None:
        say(
            _("Saisine lit déjà ce fichier sans profil (format {format}).").format(
                format=proposal.known_format
            )
        )
    if out is None:
        say(_("Pour l’enregistrer : ajoutez -o PROFIL.yaml"))
        return
    say(_("Profil enregistré : {path}").format(path=out))
    say(_("Pour lire ce fichier : saisine import FICHIER --profile {path}").format(path=out))


def _column_row(column: "Column") -> tuple[object, ...]:
    from saisine.messages.proposal_words import field_words

    named = column.header or _("(sans en-tête)")
    if column.field is None:
        return named, _("rien"), "", _reasons(column)
    return (
        named,
        f"{field_words(column.field, LANGUAGE)} ({column.field})",
        _confidence(column),
        _reasons(column),
    )


def _confidence(column: "Column") -> str:
    if column.is_to_check:
        return _("à vérifier ({score})").format(score=column.score)
    from saisine.messages.column_scores import SURE

    word = _("sûre ({score})") if column.score >= SURE else _("probable ({score})")
    return word.format(score=column.score)


def _reasons(column: "Column") -> str:
    return " ; ".join(_reason_words(one.code, one.facts) for one in column.reasons)


def _reason_words(code: str, facts: Any) -> str:
    from saisine.messages.proposal_words import REASONS

    return REASONS[code].say(LANGUAGE, **_named(facts))


def _check_words(check: "Check") -> str:
    from saisine.messages.proposal_words import CHECKS

    return CHECKS[check.code].say(LANGUAGE, **_named(check.facts))


def _named(facts: Any) -> dict[str, Any]:
    from saisine.messages.proposal_words import field_words

    return {
        key: field_words(str(value), LANGUAGE) if key == "field" else value for key, value in facts.items()
    }


def _sample_row(message: "Message", with_text: bool) -> tuple[object, ...]:
    at = known_time(message.created_at, message.created_at_precision) or _("sans date")
    people = dict.fromkeys(filter(None, (message.author_handle, message.author_name)))
    account = ", ".join(people) or message.author_id
    last: object = message.text if with_text else len(message.text.split())
    return at, message.platform, account, message.url, last


# ------------------------------------------------------------------ for files and programs


def _notes(proposal: "Proposal") -> list[str]:
    """What stands above the saved profile: what to check, and how to settle the dates. No value of the table."""
    from saisine.messages.proposal_words import CHECKS

    about_file = ("hidden_sheets", "other_sheets")
    lines = [
        CHECKS[one.code].say(LANGUAGE, **_named(one.facts))
        for one in proposal.checks
        if one.code not in about_file
    ]
    if proposal.is_undecided:
        day, month = (", ".join(map(repr, one)) for one in (proposal.day_first, proposal.month_first))
        lines.append(_("times.format, jour d’abord : [{formats}]").format(formats=day))
        lines.append(_("times.format, mois d’abord : [{formats}]").format(formats=month))
    return [shown(line) for line in lines]


def _as_json(proposal: "Proposal") -> dict[str, object]:
    from saisine.messages.proposal_documents import profile_document

    return {
        "table": {
            "name": proposal.name,
            "form": proposal.form,
            "delimiter": proposal.delimiter or None,
            "encoding": proposal.encoding,
            "header_row": proposal.header_row + 1 if proposal.header_row >= 0 else None,
            "rows_seen": proposal.rows_seen,
            "known_format": proposal.known_format,
        },
        "columns": [_column_json(one) for one in proposal.columns],
        "checks": [{"code": one.code, "text": _check_words(one)} for one in proposal.checks],
        "dates": {
            "undecided": proposal.is_undecided,
            "day_first": list(proposal.day_first),
            "month_first": list(proposal.month_first),
        },
        "profile": profile_document(proposal.profile) if proposal.profile is not None else None,
        "sample": [one.as_json() for one in proposal.sample],
    }


def _column_json(column: "Column") -> dict[str, object]:
    return {
        "header": column.header,
        "field": column.field,
        "confidence": column.score,
        "to_check": column.is_to_check,
        "rivals": column.rivals,
        "reasons": [{"code": one.code, "text": _reason_words(one.code, one.facts)} for one in column.reasons],
    }
