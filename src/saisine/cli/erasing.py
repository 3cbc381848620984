"""`units`, `erase`, `hold`, `release`, `bar`, `destroy`, `certificate`: what happens to data after sealing."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from saisine.cli.app import Json, app, open_workspace, the_day
from saisine.cli.output import full_day, full_time, print_json, print_table, say, warn
from saisine.cli.words import LANGUAGE, _, ngettext

if TYPE_CHECKING:
    from saisine.casework.erasures import Target
    from saisine.vault.certificates import Certificate

UnitOrItem = Annotated[
    str, typer.Argument(metavar="UNIT", help=_("Unité (26 signes), ou une pièce : numéro ou empreinte."))
]
Item = Annotated[str, typer.Argument(metavar="ITEM", help=_("Pièce, numéro ou empreinte."))]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("Le motif, en quelques mots."))]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="F", help=_("Écrire le certificat dans ce fichier."))
]
HELP_IDS = ("pharos", "n3018", "n119")


@app.command(help=_("Les unités d’effacement : ce qui s’efface ensemble."))
def units(as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework.erasures import list_units

        found = list_units(session)
    if as_json:
        print_json([unit.as_json() for unit in found])
        return
    print_table(
        [_("Unité"), _("Scellée le"), _("Pièces"), _("Messages"), _("État")],
        [
            (one.unit, full_time(one.at), one.pieces, one.messages, _state(one.held_until, one.is_held))
            for one in found
        ],
    )


def _state(until: str, is_held: bool) -> str:
    if not is_held:
        return ""
    day = full_day(date.fromisoformat(until)) if until else ""
    return _("conservée, à revoir le {day}").format(day=day) if day else _("conservée")


@app.command(help=_("Effacer pour de bon une unité, ou une seule pièce, et dire ce qui peut rester."))
def erase(
    unit: UnitOrItem,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="CODE",
            help=_(
                "art17_request, consent_withdrawn, retention_end, mistake ou other ; d’autres mots vont dans la note."
            ),
        ),
    ],
    note: Annotated[str, typer.Option(metavar="TEXT", help=_("Une explication, gardée chiffrée."))] = "",
    output: Output = None,
    as_json: Json = False,
) -> None:
    _require_free(output)
    with open_workspace() as session:
        from saisine.casework import erasures

        target = erasures.target_of(session, unit)
        _confirm(_lost(target), _("EFFACER"))
        done = erasures.erase(session, target, reason, note)
    _give(done, output, as_json=as_json)


def _require_free(output: Path | None) -> None:
    """Before the act: a certificate that cannot be written would come too late."""
    from saisine.vault.faults import require_free_output

    if output is not None:
        require_free_output(output)


def _lost(target: "Target") -> str:
    """What an erasure takes, in numbers: no name and no content."""
    counts = (
        (target.pieces, ngettext("{n} pièce", "{n} pièces", target.pieces)),
        (target.messages, ngettext("{n} message", "{n} messages", target.messages)),
        (target.exhibits, ngettext("{n} pièce d’incident", "{n} pièces d’incident", target.exhibits)),
    )
    return ", ".join(words.format(n=n) for n, words in counts if n)


def _confirm(lost: str, word: str) -> None:
    """At a terminal, the word must be typed: nothing brings back what is erased."""
    if not sys.stdin.isatty():
        return
    warn(_("Sera perdu pour de bon : {lost}.").format(lost=lost))
    if typer.prompt(_("Tapez {word} pour continuer").format(word=word), err=True).strip() != word:
        raise typer.Abort


def _give(done: "list[Certificate]", output: Path | None, *, as_json: bool) -> None:
    if output is not None:
        text = "\n\n".join(map(_text, done))
        output.write_text(text, "utf-8")
    if as_json:
        print_json([one.as_json() for one in done])
        return
    if output is not None:
        say(_("Effacé. Certificat : {path}").format(path=output))
        return
    for one in done:
        say(_text(one))


def _text(one: "Certificate") -> str:
    """The certificate in the language of the session; whom to call, when the content was unlawful to hold."""
    from saisine.vault.standing import UNLAWFUL

    numbers = ["", *_numbers()] if one.erasure.code == UNLAWFUL else []
    return one.to_text(LANGUAGE, numbers)


@app.command(help=_("Conserver une unité pour une procédure : elle ne peut plus être effacée."))
def hold(
    unit: UnitOrItem,
    reason: Reason,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help=_("Le jour où revoir cette conservation."))
    ] = None,
    as_json: Json = False,
) -> None:
    day = the_day(until, "--until")
    with open_workspace() as session:
        from saisine.casework import erasures

        found = erasures.hold(session, unit, reason, day)
    if as_json:
        print_json({"unit": found, "until": day})
        return
    review = _(" À revoir le {day}.").format(day=full_day(day)) if day else ""
    say(_("Unité {unit} conservée pour une procédure.").format(unit=found) + review)


@app.command(help=_("Lever la conservation d’une unité."))
def release(unit: UnitOrItem, reason: Reason, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import erasures

        found = erasures.release(session, unit, reason)
    if as_json:
        print_json({"unit": found})
        return
    say(_("Conservation levée pour l’unité {unit}.").format(unit=found))


# ------------------------------------------------------------------ what may not be kept


@app.command(
    help=_(
        "Mettre à l’écart une pièce que la loi interdit de garder (image sexuelle de mineur), sans l’ouvrir."
    )
)
def bar(item: Item, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import erasures

        items = erasures.bar(session, item)
    if as_json:
        print_json({"items": items})
        return
    say(
        ngettext(
            "{n} pièce mise à l’écart : ni ouverte, ni montrée, ni exportée, ni sauvegardée.",
            "{n} pièces mises à l’écart : ni ouvertes, ni montrées, ni exportées, ni sauvegardées.",
            len(items),
        ).format(n=len(items))
    )
    for line in _numbers():
        say(line)
    say(_("Pour la détruire : saisine destroy {item}").format(item=items[0]))


@app.command(help=_("Détruire une pièce mise à l’écart, sans l’ouvrir, avec un certificat."))
def destroy(item: Item, output: Output = None, as_json: Json = False) -> None:
    _require_free(output)
    with open_workspace() as session:
        from saisine.casework import erasures

        row = session.vault.find(item)
        same = sum(one.sha256 == row.sha256 for one in session.vault.catalogue.rows())
        copies = ngettext("{n} pièce de ce contenu", "{n} pièces de ce contenu", same).format(n=same)
        _confirm(copies, _("DÉTRUIRE"))
        done = erasures.destroy(session, item)
    _give(done, output, as_json=as_json)


def _numbers() -> list[str]:
    """Who to call: the numbers come from the one dated list."""
    from saisine.learning.aide import help_number

    found = [number for name in HELP_IDS if (number := help_number(name)) is not None]
    lines = [f"  {one.number}  {one.label(LANGUAGE)}  {one.site}".rstrip() for one in found]
    return [_("Pour signaler, et pour être aidé :"), *lines]


@app.command(help=_("Le certificat d’un effacement, d’après sa ligne du journal."))
def certificate(
    seq: Annotated[int, typer.Argument(metavar="N", help=_("Numéro de la ligne d’effacement."))],
    output: Output = None,
    as_json: Json = False,
) -> None:
    _require_free(output)
    with open_workspace() as session:
        from saisine.vault.certificates import certificate_of
        from saisine.vault.erasure import erasure_at

        found = certificate_of(session.vault, erasure_at(session.vault, seq))
    _give([found], output, as_json=as_json)
