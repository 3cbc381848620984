"""`saisine notice …`: what is sent to a platform, what it answers, and what is due."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import Json, app, open_workspace, require_word, the_day
from saisine.cli.incidents import Which, exhibit_of
from saisine.cli.output import full_day, print_json, print_table, say, shown, warn
from saisine.cli.words import LANGUAGE, _, in_language, ngettext
from saisine.errors import SaisineError

if TYPE_CHECKING:
    from saisine.casework.deadlines import Deadline
    from saisine.casework.models import NoticeRow
    from saisine.casework.session import Session
    from saisine.notices.text import NoticeText

notice = typer.Typer(
    help=_("Les signalements aux plateformes, leurs réponses et leurs échéances."), no_args_is_help=True
)
app.add_typer(notice, name="notice")

Notice = Annotated[str, typer.Argument(metavar="NOTICE", help=_("Numéro ou identifiant du signalement."))]


@notice.command(
    help=_("Préparer le signalement d’un contenu (règlement sur les services numériques, article 16).")
)
def draft(
    which: Which,
    exhibit: Annotated[int | None, typer.Option(metavar="N", help=_("Numéro de la pièce visée."))] = None,
    url: Annotated[str, typer.Option(metavar="URL", help=_("Adresse exacte du contenu."))] = "",
    platform: Annotated[
        str, typer.Option(metavar="P", help=_("Plateforme, si l’adresse ne suffit pas."))
    ] = "",
    name: Annotated[str, typer.Option(metavar="TEXT", help=_("Nom de qui signale."))] = "",
    email: Annotated[str, typer.Option(metavar="MAIL", help=_("Adresse électronique de qui signale."))] = "",
    role: Annotated[
        str,
        typer.Option(
            metavar="own_name|mandate", help=_("À quel titre : own_name (en son nom) ou mandate (mandat).")
        ),
    ] = "own_name",
    language: Annotated[str, typer.Option(metavar="fr|en", help=_("Langue du texte."))] = "fr",
    as_json: Json = False,
) -> None:
    require_word(language, ("fr", "en"))
    require_word(role, ("own_name", "mandate"))
    with open_workspace() as session:
        from saisine.casework import incidents, notices

        found = incidents.get_incident(session, which)
        row = notices.draft(
            session,
            found,
            exhibit=None if exhibit is None else exhibit_of(session, which, exhibit),
            platform=platform,
            url=url,
            notifier_role=role,
            name=name,
            email=email,
            language=language,
        )
        text = notices.text_of(session, row)
        if as_json:
            print_json(notice_row(row) | _checklist(text))
        else:
            say(_("Signalement {number} préparé.").format(number=row.number))
            _show_points(text)


def notice_row(row: "NoticeRow") -> dict[str, object]:
    from saisine.casework import notices

    state = notices.state_of(row)
    return {
        "notice": row.id,
        "number": row.number,
        "incident": row.incident.number,
        "platform": row.platform,
        "url": row.url or None,
        "language": row.language,
        "state": state.id,
        "since": state.since,
        "decision": state.decision or None,
    }


def _checklist(text: "NoticeText") -> dict[str, object]:
    return {
        "can_be_sent": text.can_be_sent,
        "missing": [
            {"id": p.id, "text": p.text(LANGUAGE), "reason": p.reason(LANGUAGE)} for p in text.missing
        ],
        "warnings": [
            {"id": p.id, "text": p.text(LANGUAGE), "reason": p.reason(LANGUAGE)} for p in text.warnings
        ],
    }


def _show_points(text: "NoticeText") -> None:
    """Whether the notice can be sent, and what is missing."""
    say(_("Prêt à être envoyé.") if text.can_be_sent else _("Il manque une partie obligatoire."))
    for point in text.missing:
        say(
            "  "
            + _("obligatoire : {text} {reason}").format(
                text=point.text(LANGUAGE), reason=point.reason(LANGUAGE)
            )
        )
    for point in text.warnings:
        say(
            "  "
            + _("conseillé : {text} {reason}").format(
                text=point.text(LANGUAGE), reason=point.reason(LANGUAGE)
            )
        )


@notice.command(help=_("Afficher le texte à coller dans le formulaire ; l’ouverture est notée au journal."))
def show(which: Notice, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import notices

        row = notices.get_notice(session, which)
        text = notices.show_text(session, row)
        body = notice_row(row) | _checklist(text)
    if as_json:
        print_json(body | {"text": text.text, "annex": text.annex, "events": _events(row)})
        return
    for line in text.text.splitlines():
        say(shown(line))
    if text.annex:
        say()
        say(_("Annexe : ce que le formulaire ne peut pas recevoir."))
        for line in text.annex.splitlines():
            say(shown(line))
    say()
    _show_points(text)


def _events(row: "NoticeRow") -> list[dict[str, object]]:
    from saisine.casework import notices

    return [
        {
            "event": event.id,
            "kind": event.kind,
            "at": event.at,
            "decision": event.decision,
            "result": event.appeal or None,
            "reasons": event.reasons or None,
            "reference": event.reference or None,
            "replaces": event.replaces or None,
        }
        for event in notices.events_of(row)
    ]


@notice.command(help=_("Noter qu’un signalement a été envoyé ; rien ne part d’ici."))
def sent(
    which: Notice,
    reference: Annotated[str, typer.Option(metavar="TEXT", help=_("Numéro donné par la plateforme."))] = "",
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help=_("Jour de l’envoi, AAAA-MM-JJ."))
    ] = None,
    as_json: Json = False,
) -> None:
    day = the_day(on, "--on")
    with open_workspace() as session:
        from saisine.casework import notices

        row = notices.get_notice(session, which)
        notices.mark_sent(session, row, reference=reference, at=day)
        tell(session, row, as_json)


@notice.command(help=_("Noter l’accusé de réception ; le fichier donné est scellé."))
def acknowledged(
    which: Notice,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Le courriel ou la capture."))] = None,
    as_json: Json = False,
) -> None:
    if file is not None and not file.is_file():
        raise SaisineError("path_missing", path=file)
    with open_workspace() as session:
        from saisine.casework import notices

        row = notices.get_notice(session, which)
        notices.acknowledge(session, row, None if file is None else (file.name, file))
        tell(session, row, as_json)


@notice.command(
    help=_("Noter la réponse de la plateforme : removed, restricted, kept, author_deleted ou withdrawn.")
)
def answer(
    which: Notice,
    decision: Annotated[
        str,
        typer.Argument(metavar="removed|restricted|kept|author_deleted|withdrawn", help=_("La décision.")),
    ],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("Jour de la réponse, AAAA-MM-JJ."))],
    reasons: Annotated[
        str, typer.Option(metavar="yes|no|partial", help=_("La plateforme a-t-elle donné ses motifs ?"))
    ] = "",
    as_json: Json = False,
) -> None:
    from saisine.notices.states import DECISIONS

    require_word(decision, tuple(DECISIONS))
    require_word(reasons, ("", "yes", "no", "partial"))
    day = the_day(on, "--on")
    with open_workspace() as session:
        from saisine.casework import notices

        row = notices.get_notice(session, which)
        notices.note_answer(session, row, decision, day, reasons=reasons)
        tell(session, row, as_json)


def tell(session: "Session", row: "NoticeRow", as_json: bool) -> None:
    """The state of a notice after an event, and what is due next."""
    from saisine.casework import notices

    dues = notices.dues_of(session, row)
    if as_json:
        print_json(notice_row(row) | {"dues": [{"term": due.term_id, "on": due.on} for due in dues]})
        return
    words = _("Signalement {number} : {state}.")
    say(words.format(number=row.number, state=notices.state_of(row).label(LANGUAGE)))
    for due in dues:
        say(f"  {full_day(due.on)}  {due.label(LANGUAGE)}")


@notice.command(name="list", help=_("Les signalements ; --csv écrit les colonnes des bilans."))
def list_(
    csv: Annotated[Path | None, typer.Option("--csv", metavar="F", help=_("Fichier CSV à écrire."))] = None,
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import notices

        rows = notices.list_notices(session)
        if csv is not None:
            write_exact(csv, notices.as_csv(session))
            words = ngettext(
                "{n} signalement écrit dans {path}", "{n} signalements écrits dans {path}", len(rows)
            )
            warn(words.format(n=len(rows), path=csv))
        found = [notice_row(row) for row in rows]
        labels = [notices.state_of(row).label(LANGUAGE) for row in rows]
    if as_json:
        print_json(found)
    elif csv is None:
        _show_list(found, labels)


def write_exact(path: Path, text: str) -> None:
    """The exact characters: the line ends of the format are already in the text."""
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(text)


def _show_list(rows: list[dict[str, object]], labels: list[str]) -> None:
    if not rows:
        say(_("Aucun signalement."))
        return
    print_table(
        [_("N°"), _("Incident"), _("Plateforme"), _("État"), _("Depuis")],
        [
            (row["number"], row["incident"], row["platform"], label, full_day(row["since"]))
            for row, label in zip(rows, labels, strict=True)
        ],
    )


@notice.command(
    help=_("Les échéances : prescription, réponses attendues, recours. --ics écrit un calendrier.")
)
def due(
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="F", help=_("Fichier de calendrier à écrire."))
    ] = None,
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework.deadline_rows import every
        from saisine.casework.deadlines import calendar

        found = every(session)
        rows = [deadline_row(one) for one in found]
        if ics is not None:
            write_exact(ics, calendar(session))
            warn(_("Calendrier écrit dans {path}").format(path=ics))
    if as_json:
        print_json(rows)
    elif ics is None:
        _show_due(found)


def deadline_row(one: "Deadline") -> dict[str, Any]:
    return {
        "kind": one.kind,
        "incident": one.incident.number,
        "notice": one.notice.number if one.notice else None,
        "on": one.on,
        "days_left": one.days_left,
        "safety_on": one.safety_on,
        "label_fr": one.label_fr,
        "label_en": one.label_en,
        "nature_fr": one.nature_fr,
        "nature_en": one.nature_en,
        "detail_fr": one.detail_fr,
        "detail_en": one.detail_en,
    }


def _show_due(found: "list[Deadline]") -> None:
    if not found:
        say(_("Aucune échéance."))
        return
    print_table(
        [_("Jour"), _("Reste"), _("Incident"), _("Échéance"), _("Nature")],
        [
            (
                full_day(one.on) or _("jour inconnu"),
                left_words(one.days_left),
                one.incident.number,
                in_language(one, "label"),
                in_language(one, "nature").split(". ")[0],  # the article and its check are in --json
            )
            for one in found
        ],
    )


def left_words(days: int | None) -> str:
    if days is None:
        return ""
    if days < 0:
        return ngettext("dépassé de {n} jour", "dépassé de {n} jours", -days).format(n=-days)
    return ngettext("{n} jour", "{n} jours", days).format(n=days)
