"""`saisine findings` and `saisine sort …`: what stands out, and what a person keeps of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from saisine.cli.app import Json, app, open_workspace
from saisine.cli.output import full_day, full_time, print_json, print_table, say, shown, warn
from saisine.cli.words import LANGUAGE, _, in_language, ngettext
from saisine.errors import EXIT_NO

if TYPE_CHECKING:
    from saisine.casework.models import Decision
    from saisine.casework.session import Session
    from saisine.casework.triage import Band, Card

CHANGED_SHOWN: Final = 10
sort = typer.Typer(
    help=_("Trier : garder ou écarter, message par message ou par groupe."), no_args_is_help=True
)
app.add_typer(sort, name="sort")

BandId = Annotated[str, typer.Argument(metavar="BAND", help=_("Bande : urgent, others, ou une vague."))]
Cards = Annotated[
    list[str], typer.Argument(metavar="CARD…", help=_("Cartes, comme « sort list » les nomme."))
]


@app.command(help=_("Ce qui ressort des messages : signes de danger, vagues, copies, campagnes."))
def findings(as_json: Json = False) -> int:
    with open_workspace() as session:
        from saisine.casework import surveys, triage

        surveys.current(session)  # however many messages: a command waits, a page would not
        bands = triage.bands(session)
        if as_json:
            print_json({"bands": [band_row(band) for band in bands], **_survey_row(session)})
        else:
            _show_bands(bands)
            _show_campaigns(session)
    return 0 if bands else EXIT_NO


def band_row(band: "Band") -> dict[str, object]:
    return {
        "band": band.id,
        "kind": band.kind,
        "count": band.count,
        "left": band.left,
        "grouped": band.grouped,
        "groups": band.groups,
        "day": band.day,
    }


def _survey_row(session: "Session") -> dict[str, Any]:
    """The findings as they are kept: references, counts and what each does not prove, no text."""
    from saisine.casework import findings_rows

    return {
        **findings_rows.whole_rows(session),
        "changes": [one._asdict() for one in findings_rows.changes(session)],
    }


def _show_campaigns(session: "Session") -> None:
    """The campaigns in sentences, with what they do not establish; or why none is told."""
    from saisine.casework import findings_rows
    from saisine.findings import campaign_words as words

    found = findings_rows.current(session)
    rows = [row for row in found.found.rows if row["kind"] == "campaign"]
    at = 1 if LANGUAGE == "en" else 0
    language = ("fr", "en")[at]
    for row in rows:
        say()
        say(f"{row[f'level_{language}']}. {row[f'sentence_{language}']}")
    say()
    if rows:
        say((words.DOES_NOT_PROVE_FR, words.DOES_NOT_PROVE_EN)[at])
    elif found.search["reason"] == "too_few":
        say(_("Trop peu de messages pour chercher une coordination. Voici les copies et la chronologie."))
    elif found.search["reason"] == "no_times":
        say(_("Les dates ne sont connues qu’au jour : la synchronisation ne peut pas être étudiée."))
    say((words.ABSENCE_FR, words.ABSENCE_EN)[at])
    _show_changed([row for row in found.found.whole() if row["kind"] == "text_changed"], language)


def _show_changed(rows: Sequence[Mapping[str, Any]], language: str) -> None:
    """How many messages have another text in another collection, and what that does not prove."""
    for row in rows:
        n = row["n"]
        said = ngettext("{n} message : {label}.", "{n} messages : {label}.", n)
        say(said.format(n=n, label=row[f"label_{language}"]))
        say(row[f"does_not_prove_{language}"])
        for ref in row["refs"][:CHANGED_SHOWN]:
            say(f"  saisine messages --observations {ref}")


def _show_bands(bands: "list[Band]") -> None:
    if not bands:
        say(_("Aucun message à trier."))
        return
    print_table(
        [_("Bande"), _("Ce que c’est"), _("Messages"), _("À décider"), _("Groupes de copies"), _("Jour")],
        [
            (band.id, _kind(band.kind), band.count, band.left, band.groups, full_day(band.day))
            for band in bands
        ],
    )
    say(_("Un signe n’est pas une preuve ; ce qui n’a pas de signe n’est pas sans danger."))


def _kind(kind: str) -> str:
    known = {
        "urgent": _("signes de danger"),
        "wave": _("vague"),
        "others": _("autres messages"),
        "captures": _("captures d’écran"),
    }
    return known.get(kind, kind)


@sort.command(name="list", help=_("Les cartes d’une bande, sans leur texte."))
def list_(
    band: BandId,
    after: Annotated[str | None, typer.Option(metavar="CARD", help=_("Suite d’une page."))] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help=_("Cartes par page."))] = 20,
    as_json: Json = False,
) -> int:
    with open_workspace() as session:
        from saisine.casework import triage

        page = triage.cards(session, band, after=after, limit=limit)
    if as_json:
        print_json({"items": [card_row(card) for card in page.items], "next": page.next})
    elif page.items:
        print_table(
            [_("Carte"), _("Messages"), _("Plateforme"), _("Date"), _("Mots"), _("Signes"), _("Décision")],
            [_card_cells(card) for card in page.items],
        )
        if page.next:
            say(_("Suite : --after {cursor}").format(cursor=page.next))
    else:
        say(_("Aucun message à trier."))
    return 0 if page.items else EXIT_NO


def card_row(card: "Card") -> dict[str, object]:
    return {
        "card": card.ref,
        "band": card.band,
        "kind": card.kind,
        "n": card.n,
        "variants": card.variants,
        "platform": card.platform,
        "at": card.at,
        "words": card.words,
        "dangers": list(card.dangers),
        "value": card.value or None,
    }


def _card_cells(card: "Card") -> tuple[object, ...]:
    at = full_time(card.at) if card.at else _("sans date")
    value = {"keep": _("gardé"), "discard": _("écarté")}.get(card.value, "")
    return card.ref, card.n, card.platform, at, card.words, ", ".join(card.dangers), value


@sort.command(name="open", help=_("Afficher le texte d’une carte ; l’ouverture est notée au journal."))
def open_(
    band: BandId,
    card: Annotated[str, typer.Argument(metavar="CARD", help=_("Carte, comme « sort list » la nomme."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import triage

        opened = triage.open_card(session, band, card)
    if as_json:
        rows = [
            {
                "text": one.text,
                "author": one.author,
                "at": one.at,
                "url": one.url or None,
                "why": in_language(one, "why"),
            }
            for one in opened
        ]
        print_json(rows)
        return
    for one in opened:
        at = full_time(one.at) if one.at else _("sans date")
        say(f"{at}  {one.platform}  {shown(one.author)}")
        say("  " + shown(one.text))
        if in_language(one, "why"):
            say("  " + _("Signes : {why}").format(why=in_language(one, "why")))


@sort.command(help=_("Garder des cartes."))
def keep(band: BandId, cards: Cards, as_json: Json = False) -> None:
    _decide(band, cards, "keep", as_json)


@sort.command(help=_("Écarter des cartes ; rien n’est effacé."))
def discard(band: BandId, cards: Cards, as_json: Json = False) -> None:
    _decide(band, cards, "discard", as_json)


def _decide(band: str, cards: list[str], value: str, as_json: bool) -> None:
    with open_workspace() as session:
        from saisine.casework import triage

        for card in cards:
            triage.get_card(session, band, card)  # all are known before one is decided
        made = [triage.decide(session, band, card, value) for card in cards]
    _tell(made, as_json)


@sort.command(help=_("Écarter tout ce qui reste dans une bande ; rien n’est effacé."))
def rest(band: BandId, as_json: Json = False) -> None:
    with open_workspace() as session:
        from saisine.casework import triage

        made = triage.discard_rest(session, band)
    _tell([made], as_json)


def _tell(made: "list[Decision]", as_json: bool) -> None:
    if as_json:
        print_json(
            [{"decision": one.id, "band": one.band, "value": one.value, "count": one.count} for one in made]
        )
        return
    for one in made:
        words = {
            "keep": ngettext("{n} message gardé.", "{n} messages gardés.", one.count),
            "discard": ngettext("{n} message écarté.", "{n} messages écartés.", one.count),
        }
        say(words[one.value].format(n=one.count))
        warn(_("Pour annuler, dans les 30 secondes : saisine sort undo {id}").format(id=one.id))


@sort.command(help=_("Annuler une décision récente."))
def undo(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help=_("Identifiant de la décision."))],
    as_json: Json = False,
) -> None:
    with open_workspace() as session:
        from saisine.casework import triage

        band = triage.undo(session, decision)
    if as_json:
        print_json({"decision": decision, "band": band})
    else:
        say(_("Décision annulée."))
