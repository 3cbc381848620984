"""`saisine notice step|batch|texts|breach|breaches|delays`: what follows a notice, and notices for a whole wave."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import Json, open_workspace, require_word, the_day
from saisine.cli.incidents import Which, exhibit_of
from saisine.cli.notices import Notice, notice, notice_row, tell, write_exact
from saisine.cli.output import full_day, print_json, print_table, printable, say, shown, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import SaisineError

if TYPE_CHECKING:
    from saisine.casework.breaches import Breach
    from saisine.casework.models import NoticeRow
    from saisine.casework.session import Session

breach = typer.Typer(
    help=_("Les manquements d’une plateforme, chacun montré par une pièce."), no_args_is_help=True
)
notice.add_typer(breach, name="breach")


@notice.command(
    help=_("Noter une étape après la réponse : réclamation, organe, Arcom, juge, toujours en ligne ?")
)
def step(
    which: Notice,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="STEP", help=_("complaint_20, decided_20, body_21, decided_21, complaint_53, observed…")
        ),
    ],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=_("Le jour, AAAA-MM-JJ."))] = None,
    result: Annotated[
        str, typer.Option(metavar="upheld|reversed", help=_("Résultat d’un recours : maintenu ou changé."))
    ] = "",
    back: Annotated[
        bool | None,
        typer.Option("--back/--gone", help=_("Pour « observed » : le contenu est là, ou n’y est plus.")),
    ] = None,
    reference: Annotated[str, typer.Option(metavar="TEXT", help=_("Numéro donné."))] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help=_("Une note."))] = "",
    replaces: Annotated[
        str, typer.Option(metavar="EVENT", help=_("L’étape fausse que celle-ci remplace."))
    ] = "",
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Ce qui la montre : scellé, joint à l’incident."))
    ] = None,
    as_json: Json = False,
) -> None:
    day = the_day(on, "--on")
    if file is not None and not file.is_file():
        raise SaisineError("path_missing", path=file)
    with open_workspace() as session:
        from saisine.casework import notice_steps, notices

        row = notices.get_notice(session, which)
        notice_steps.note_step(
            session,
            row,
            kind,
            day,
            appeal=result,
            is_back=back,
            reference=reference,
            note=note,
            replaces=replaces,
            file=None if file is None else (file.name, file),
        )
        tell(session, row, as_json)


# ------------------------------------------------------------------ a whole wave


@notice.command(help=_("Préparer un signalement pour chaque contenu d’un incident, d’un seul modèle."))
def batch(
    which: Which,
    pieces: Annotated[
        str | None, typer.Option("--pieces", metavar="N,N-N", help=_("Ces pièces seulement."))
    ] = None,
    name: Annotated[str, typer.Option(metavar="TEXT", help=_("Nom de qui signale."))] = "",
    email: Annotated[str, typer.Option(metavar="MAIL", help=_("Adresse électronique de qui signale."))] = "",
    role: Annotated[
        str, typer.Option(metavar="own_name|mandate", help=_("À quel titre : en son nom, ou par mandat."))
    ] = "own_name",
    language: Annotated[str, typer.Option(metavar="fr|en", help=_("Langue du texte."))] = "fr",
    as_json: Json = False,
) -> None:
    require_word(role, ("own_name", "mandate"))
    with open_workspace() as session:
        from saisine.casework import incidents, notice_batches, statements

        made = notice_batches.draft_batch(
            session,
            incidents.get_incident(session, which),
            only=None if pieces is None else statements.read_numbers(pieces),
            notifier_role=role,
            name=name,
            email=email,
            language=language,
        )
        rows = [notice_row(row) for row in made.notices]
    if as_json:
        print_json({"notices": rows, "without_link": list(made.without_link), "already": made.already})
        return
    words = ngettext("{n} signalement préparé.", "{n} signalements préparés.", len(rows))
    say(words.format(n=len(rows)))
    if made.without_link:
        numbers = ", ".join(map(str, made.without_link))
        warn(_("Sans lien, donc sans signalement : pièces {numbers}.").format(numbers=numbers))
    say(_("Relisez-en un (saisine notice show), puis tous (saisine notice texts)."))


@notice.command(help=_("Écrire les textes des signalements encore en brouillon, un fichier chacun."))
def texts(
    which: Which,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help=_("Dossier à créer."))],
    as_json: Json = False,
) -> None:
    if out.exists():
        raise SaisineError("bundle_exists", path=out)
    with open_workspace() as session:
        from saisine.casework import incidents, notice_batches

        found = incidents.get_incident(session, which)
        rows = notice_batches.drafts(session, found)
        out.mkdir(parents=True)
        written = [
            _write_text(out, row, notice_batches.written(row, text), text.can_be_sent)
            for row, text in notice_batches.show_texts(session, rows)
        ]
    if as_json:
        print_json(written)
    else:
        words = ngettext("{n} texte dans {path}", "{n} textes dans {path}", len(written))
        say(words.format(n=len(written), path=out))


def _write_text(out: Path, row: "NoticeRow", text: str, can_be_sent: bool) -> dict[str, Any]:
    """The file is named by the number alone: a list of files holds no word of a content."""
    path = out / f"signalement-{row.number:04d}.txt"
    path.write_text(text, "utf-8")
    return {"number": row.number, "path": printable(str(path)), "can_be_sent": can_be_sent}


# ------------------------------------------------------------------ breaches


def breach_row(one: "Breach") -> dict[str, Any]:
    return {
        "breach": one.row.id,
        "kind": one.row.kind,
        "article": one.kind.article,
        "verified": one.kind.verified,
        "exhibit": one.row.exhibit.number if one.row.exhibit else None,
        "clicks": one.row.clicks,
        "observed_on": one.row.observed_on,
        "confirmed": one.is_confirmed,
        "counter_evidence": one.row.counter_evidence or None,
        "words": one.words(LANGUAGE),
    }


def _show_breaches(session: "Session", row: "NoticeRow", as_json: bool) -> None:
    from saisine.casework import breaches

    found = breaches.breaches_of(session, row)
    if as_json:
        print_json([breach_row(one) for one in found])
        return
    if not found:
        say(_("Aucun manquement noté."))
    for one in found:
        say(f"{full_day(one.row.observed_on)}  {one.words(LANGUAGE)}  {one.row.id}")


@breach.command(name="list", help=_("Les manquements notés sur un signalement."))
def list_breaches(which: Notice, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import notices

        _show_breaches(session, notices.get_notice(session, which), as_json)


@breach.command(
    name="note", help=_("Noter un manquement ; --file scelle la capture qui le montre et la joint.")
)
def note_breach(
    which: Notice,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_("Lequel (liste dans docs/notices.md)."))],
    exhibit: Annotated[
        int | None, typer.Option(metavar="N", help=_("Numéro de la pièce qui le montre."))
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Capture à sceller et à joindre comme pièce."))
    ] = None,
    clicks: Annotated[int | None, typer.Option(metavar="N", help=_("Clics comptés."))] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=_("Le jour, AAAA-MM-JJ."))] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help=_("Une note."))] = "",
    as_json: Json = False,
) -> None:
    if exhibit is not None and file is not None:
        raise typer.BadParameter(_("Donnez --exhibit ou --file, pas les deux."))
    if file is not None and not file.is_file():
        raise SaisineError("path_missing", path=file)
    day = the_day(on, "--on")
    with open_workspace() as session:
        from saisine.casework import breaches, notices
        from saisine.notices.breaches import load_breaches

        row = notices.get_notice(session, which)
        require_word(kind, tuple(load_breaches()))  # before anything is sealed
        shown_by = None if exhibit is None else exhibit_of(session, row.incident_id, exhibit)
        if file is not None:
            item = notices.seal_evidence(session, row, (file.name, file))
            shown_by = row.incident.exhibits.filter(item=item).first()
        breaches.note_breach(session, row, kind, exhibit=shown_by, clicks=clicks, observed_on=day, note=note)
        _show_breaches(session, row, as_json)


Id = Annotated[str, typer.Argument(metavar="ID", help=_("Identifiant, comme la liste le donne."))]


@breach.command(
    name="confirm", help=_("Confirmer un manquement allégué ; --against garde ce qui parle contre.")
)
def confirm_breach(
    which: Notice,
    id: Id,
    against: Annotated[str, typer.Option(metavar="TEXT", help=_("Ce qui parle contre."))] = "",
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import breaches, notices

        row = notices.get_notice(session, which)
        breaches.confirm(session, breaches.get_breach(session, row, id), against)
        _show_breaches(session, row, as_json)


@breach.command(name="withdraw", help=_("Retirer un manquement."))
def withdraw_breach(which: Notice, id: Id, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import breaches, notices

        row = notices.get_notice(session, which)
        breaches.withdraw(session, breaches.get_breach(session, row, id))
        _show_breaches(session, row, as_json)


@notice.command(help=_("Tous les manquements notés ; --csv écrit les colonnes des bilans."))
def breaches(
    csv: Annotated[Path | None, typer.Option("--csv", metavar="F", help=_("Fichier CSV à écrire."))] = None,
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import breaches as engine
        from saisine.casework import notices

        found = [
            {"notice": row.number} | breach_row(one)
            for row in notices.list_notices(session)
            for one in engine.breaches_of(session, row)
        ]
        if csv is not None:
            write_exact(csv, engine.as_csv(session))
    if as_json:
        print_json(found)
        return
    for line in found:
        say(f"{line['notice']}  {full_day(line['observed_on'])}  {shown(line['words'])}")
    if not found:
        say(_("Aucun manquement noté."))


# ------------------------------------------------------------------ what the law gives, what is our practice


@notice.command(help=_("Les délais : ceux qu’un texte fixe, et ceux qui ne sont que des rappels."))
def delays(as_json: Json = False) -> None:
    from saisine.incidents.procedures import load_procedures
    from saisine.law.terms import NATURES
    from saisine.notices.dues import load_terms

    terms = [
        *(("notice", one) for one in load_terms()),
        *(("procedure", one) for one in load_procedures().terms),
    ]
    terms.sort(key=lambda pair: pair[1].nature != "law")
    if as_json:
        print_json(
            [
                {
                    "of": of,
                    "term": one.id,
                    "after": one.after,
                    "months": one.months,
                    "days": one.days,
                    "nature": one.nature,
                    "article": one.article,
                    "verified": one.verified,
                    "label": one.label(LANGUAGE),
                    "rule": one.rule(LANGUAGE),
                }
                for of, one in terms
            ]
        )
        return
    from saisine.law.statements import flag

    print_table(
        [_("Nature"), _("Délai"), _("Quoi"), _("Texte"), _("Contrôle")],
        [
            (NATURES[one.nature][LANGUAGE == "en"], one.delay_words(LANGUAGE), one.label(LANGUAGE), one.article,
             flag(one.verified, LANGUAGE))
            for _of, one in terms
        ],
    )  # fmt: skip


@notice.command(help=_("Ce que chaque plateforme a répondu ici : envois, réponses, refus, motifs absents."))
def refusals(as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import notice_steps

        rows = notice_steps.refusals(session)
    if as_json:
        print_json(
            [
                {
                    "platform": row.platform,
                    "sent": row.sent,
                    "answered": row.answered,
                    "refused": row.refused,
                    "without_reasons": row.without_reasons,
                    "breaches": dict(row.breaches),
                }
                for row in rows
            ]
        )
        return
    print_table(
        [_("Plateforme"), _("Envoyés"), _("Réponses"), _("Refus"), _("Sans motifs")],
        [(row.platform, row.sent, row.answered, row.refused, row.without_reasons) for row in rows],
    )
