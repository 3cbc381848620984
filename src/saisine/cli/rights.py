"""`law qualify`, `law ask`, `law test`, `law check`: the law over facts that a file describes."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import Json, app, clock
from saisine.cli.output import full_day, print_json, print_table, say, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_NO
from saisine.paris import PARIS

if TYPE_CHECKING:
    from saisine.law.ask import Question
    from saisine.law.assess import Assessed, Assessment
    from saisine.law.casefile import CaseResult
    from saisine.law.inputs import CaseInputs

SHOWN = 3  # names beside a warning; it may concern all of them
STATUSES = {"met": _("semble relever de"), "possible": _("pourrait relever de"), "excluded": _("écarté")}
ANSWERS = {
    "yes": _("oui"),
    "no": _("non"),
    "conditional": _("sous condition"),
    "no_time_barred": _("non, prescrit"),
    "no_complaint_required": _("non, plainte nécessaire"),
    "no_individual_not_named": _("non, personne n’est nommée"),
}
URGENCIES = {
    "immediate": _("tout de suite"),
    "24h": _("sous 24 heures"),
    "days": _("dans les jours"),
    "weeks": _("dans les semaines"),
    "months": _("dans les mois"),
}

law_app = typer.Typer(
    name="law",
    help=_("Le droit en données : qualifier des faits, poser la question suivante, essayer les règles."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(law_app)

Facts = Annotated[Path, typer.Argument(metavar="FACTS.yaml", help=_("Fichier de faits (voir docs/law.md)."))]
Day = Annotated[
    str | None,
    typer.Option(
        "--date", metavar="DATE", help=_("Juger à ce jour (sinon reference_date, sinon aujourd’hui).")
    ),
]


@law_app.command(
    help=_("Ce que ces faits peuvent être, jusqu’à quand agir, qui peut agir et par quelle voie.")
)
def qualify(facts: Facts, day: Day = None, as_json: Json = False) -> None:
    from saisine.law.assess import assess
    from saisine.law.casefile import load_facts
    from saisine.law.load import load_law

    law = load_law()
    inputs = load_facts(law, facts)
    assessment = assess(law, inputs, _today(inputs, day))
    if as_json:
        print_json(assessment.as_json())
    else:
        _show(assessment)


def _today(inputs: "CaseInputs", day: str | None) -> date:
    if day is None:
        return inputs.reference_date or clock().astimezone(PARIS).date()
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(_("--date attend un jour au format AAAA-MM-JJ.")) from None


def _show(assessment: "Assessment") -> None:
    if assessment.lawful_or_no_offence:
        n = len(assessment.qualifications)
        say(_("Rien d’illicite parmi les {n} infractions examinées.").format(n=n))
        reasons = assessment.lawful_reasons_en if LANGUAGE == "en" else assessment.lawful_reasons_fr
        for reason in reasons:
            say(f"- {reason}")
    else:
        headers = [
            _("Infraction"),
            _("Statut"),
            _("Texte"),
            _("Dernier jour utile"),
            _("Reste"),
            _("Contrôle"),
        ]
        print_table(headers, [_row(item) for item in assessment.main])
        _show_warnings(assessment)
    _show_who(assessment)
    _show_routes(assessment)
    if assessment.missing_facts:
        say()
        say(_("À établir : {facts}.").format(facts=", ".join(assessment.missing_facts)))
    warn(assessment.warning_fr)


def _show_warnings(assessment: "Assessment") -> None:
    """What is to be checked of each line above: a wording not established for that day, a day to find."""
    said: dict[str, list[str]] = {}
    for item in assessment.main:
        name = item.offence.name_en if LANGUAGE == "en" else item.offence.name_fr
        for words in (*item.qualification.warnings, *(item.clock.alerts if item.clock else ())):
            said.setdefault(words, []).append(name)
    for words, names in said.items():
        say(f"- {words} ({' ; '.join(names[:SHOWN])}{'…' if len(names) > SHOWN else ''})")


def _row(item: "Assessed") -> tuple[object, ...]:
    name = item.offence.name_en if LANGUAGE == "en" else item.offence.name_fr
    run = item.clock
    last = full_day(run.last_useful_day) if run and run.last_useful_day else _("inconnu")
    return (
        name,
        STATUSES[item.status],
        ", ".join(item.offence.articles),
        last,
        _left(run.days_left if run and run.status != "unknown" else None),
        flags(item),
    )


def flags(item: "Assessed") -> str:
    """The flag of the offence, and that of its clock when it is another one: no rule goes without."""
    own = item.statement.flag(LANGUAGE)
    clock_flag = item.clock_statement.flag(LANGUAGE) if item.clock_statement else own
    return own if clock_flag == own else _("{flag} ; délai : {clock}").format(flag=own, clock=clock_flag)


def _left(days: int | None) -> str:
    if days is None:
        return _("inconnu")
    if days < 0:
        return _("prescrit")
    return ngettext("{n} jour", "{n} jours", days).format(n=days)


def _show_who(assessment: "Assessment") -> None:
    who = assessment.who_may_act
    say()
    say(_("Personne visée : {answer}").format(answer=ANSWERS[who.victim]))
    say(_("Association : {answer}").format(answer=ANSWERS[who.association]))
    say(_("Procureur, sans plainte : {answer}").format(answer=ANSWERS[who.prosecutor_ex_officio]))
    say(_("Contrôle de ces réponses : {flag}").format(flag=who.flag(LANGUAGE)))


def _show_routes(assessment: "Assessment") -> None:
    if not assessment.routes:
        return
    english = LANGUAGE == "en"
    rows = [
        (
            route.rank,
            route.name_en if english else route.name_fr,
            URGENCIES[route.urgency],
            route.why_en if english else route.why_fr,
            route.flag_en if english else route.flag_fr,
        )
        for route in assessment.routes
    ]
    say()
    print_table([_("Rang"), _("Voie"), _("Quand"), _("Pourquoi"), _("Contrôle")], rows)
    say(_("Un signalement n’interrompt jamais la prescription."))


@law_app.command("ask", help=_("La question suivante : celle qui change le plus la réponse, et pourquoi."))
def ask_next(facts: Facts, day: Day = None, as_json: Json = False) -> int:
    from saisine.law.ask import ask
    from saisine.law.casefile import load_facts
    from saisine.law.load import load_law

    law = load_law()
    inputs = load_facts(law, facts)
    question = ask(law, inputs, asked=inputs.unknown, today=_today(inputs, day))
    if as_json:
        print_json(question.as_json() if question else None)
    elif question is None:
        say(_("Plus aucune question : aucun fait inconnu ne change la réponse."))
    else:
        _show_question(question)
    return 0 if question else EXIT_NO


def _show_question(question: "Question") -> None:
    english = LANGUAGE == "en"
    say(question.text_en if english else question.text_fr)
    if words := question.help_en if english else question.help_fr:
        say(words)
    for choice in question.choices:
        say(f"- {choice.id} : {choice.text_en if english else choice.text_fr}")
    say(_("Pourquoi cette question : {why}").format(why=question.why_en if english else question.why_fr))
    say(_("Fait : {fact}").format(fact=question.fact))


@law_app.command("test", help=_("Essayer les cas d’un dossier et montrer le premier champ qui diffère."))
def try_cases(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help=_("Dossier de cas (sinon law-cases du projet)."))
    ] = None,
    as_json: Json = False,
) -> int:
    from saisine.law.casefile import run_cases
    from saisine.law.load import load_law

    results = run_cases(load_law(), folder or default_cases())
    failed = [result for result in results if not result.passed]
    if as_json:
        print_json(_report(results, len(failed)))
    else:
        headers = [_("Cas"), _("Résultat"), _("Monde"), _("Premier écart")]
        print_table(headers, [_case_row(result) for result in results])
        say(_("{passed} cas conformes sur {n}.").format(passed=len(results) - len(failed), n=len(results)))
    return EXIT_NO if failed else 0


def default_cases() -> Path:
    """`law-cases` beside the sources of a checkout, else in the current folder."""
    beside = Path(__file__).resolve().parents[3] / "law-cases"
    return beside if beside.is_dir() else Path("law-cases")


def _report(results: "tuple[CaseResult, ...]", failed: int) -> dict[str, Any]:
    return {
        "cases": [result.as_json() for result in results],
        "passed": len(results) - failed,
        "failed": failed,
    }


def _case_row(result: "CaseResult") -> tuple[object, ...]:
    gap = result.difference
    words = "" if gap is None else gap.text_en if LANGUAGE == "en" else gap.text_fr
    worlds = {"closed": _("fermé"), "open": _("ouvert")}
    return result.name, _("conforme") if result.passed else _("écart"), worlds[result.world], words


@law_app.command(
    "check", help=_("Vérifier les fichiers de règles ; une faute est dite avec son fichier et sa ligne.")
)
def check_rules(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help=_("Dossier de règles (sinon celles du projet)."))
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.law.load import check_law

    counts = check_law(folder)
    if as_json:
        print_json({"valid": True, "counts": counts})
        return
    labels = {
        "offences": _("infractions"),
        "facts": _("faits"),
        "themes": _("thèmes"),
        "grounds": _("critères"),
        "ground_lists": _("listes de critères"),
        "modifiers": _("circonstances"),
        "remedies": _("voies"),
        "routes": _("règles d’ordre des voies"),
        "cases": _("décisions"),
    }
    print_table([_("Quoi"), _("Combien")], [(labels[name], count) for name, count in counts.items()])
    say(_("Les règles sont cohérentes. Cela ne dit rien de leur exactitude juridique."))
