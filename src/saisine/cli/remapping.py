"""`remap`, `erase-messages`: messages read again with today's mappers, and messages erased for a person."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import Json, app, open_workspace, require_word
from saisine.cli.output import full_time, print_json, print_table, progress_bar, say, shown, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_NO, EXIT_PARTIAL

if TYPE_CHECKING:
    from saisine.casework.remaps import Shown
    from saisine.casework.row_erasures import Erased
    from saisine.casework.session import Session
    from saisine.messages.differences import Example, Tally
    from saisine.messages.remapping import Proposal
    from saisine.messages.row_erasure import Selection

Texts = dict[str, str]


# ------------------------------------------------------------------ remap


@app.command(
    help=_(
        "Relire un import avec les formats d’aujourd’hui, et dire ce qui changerait ; rien ne change avant --accept."
    )
)
def remap(
    corpus: Annotated[
        str | None, typer.Argument(metavar="CORPUS", help=_("Import à relire ; sans lui, leur liste."))
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help=_("Accepter la nouvelle lecture ; l’ancienne est effacée."))
    ] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help=_("Refuser la nouvelle lecture."))] = False,
    show: Annotated[bool, typer.Option("--show", help=_("Afficher les textes des exemples."))] = False,
    format_id: Annotated[
        str | None, typer.Option("--format", metavar="ID", help=_("Imposer un format."))
    ] = None,
    profile: Annotated[
        Path | None, typer.Option("--profile", metavar="F.yaml", help=_("Profil de colonnes."))
    ] = None,
    as_json: Json = False,
) -> int:
    if corpus is None:
        return _list_corpora(as_json=as_json)
    if accept and refuse:
        raise typer.BadParameter(_("Choisissez --accept ou --refuse, pas les deux."))
    with open_workspace() as session, progress_bar(not as_json) as bar:
        from saisine.casework import remaps

        if accept or refuse:
            made = (remaps.accept if accept else remaps.refuse)(session, corpus)
            _decided(made, "accepted" if accept else "refused", as_json=as_json)
            return 0
        found = remaps.propose(session, corpus, format_id=format_id, profile=profile, progress=bar)
        texts = _texts(session, found.proposal) if show else {}
    if as_json:
        print_json(_difference_row(found, texts))
    else:
        _show_difference(found, texts)
    return EXIT_PARTIAL if found.proposal.is_partial else 0


def _list_corpora(*, as_json: bool) -> int:
    with open_workspace() as session:
        from saisine.casework.remaps import folder_of
        from saisine.messages import remapping

        waiting = {one.corpus for one in remapping.pending(folder_of(session), session.corpora.keys)}
        found = session.corpora.list()
    if as_json:
        print_json(
            [
                {
                    "corpus": info.id,
                    "at": info.created_at,
                    "messages": info.rows,
                    "mappers": info.mappers,
                    "waiting": info.id in waiting,
                }
                for info in found
            ]
        )
    else:
        print_table(
            [_("Import"), _("Lu le"), _("Messages"), _("Formats"), _("État")],
            [
                (
                    info.id,
                    full_time(info.created_at),
                    info.rows,
                    ", ".join(info.mappers),
                    _("une nouvelle lecture attend") if info.id in waiting else "",
                )
                for info in found
            ],
        )
    return 0 if found else EXIT_NO


def _decided(made: "Proposal", state: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"corpus": made.corpus, "candidate": made.candidate, "state": state})
    elif state == "accepted":
        say(_("Nouvelle lecture en place : import {name}.").format(name=made.candidate))
        say(_("L’ancienne est effacée. Les copies figées dans les incidents n’ont pas changé."))
    else:
        say(_("Nouvelle lecture oubliée. Rien n’a changé."))


def _tallies(made: "Proposal") -> "dict[str, Tally]":
    """What differs, by its name in the output; columns under their own."""
    difference = made.difference
    return {"added": difference.added, "removed": difference.removed, **difference.columns}


def _texts(session: "Session", made: "Proposal") -> Texts:
    from saisine.casework import remaps

    examples = [one for tally in _tallies(made).values() for one in tally.examples]
    return remaps.example_texts(
        session, made, [ref for one in examples for ref in (one.before, one.after) if ref]
    )


def _difference_row(found: "Shown", texts: Texts) -> dict[str, object]:
    made = found.proposal
    rows = {name: _tally_row(tally, texts) for name, tally in _tallies(made).items()}
    difference = made.difference
    return {
        "corpus": made.corpus,
        "candidate": None if difference.is_empty else made.candidate,
        "state": "same" if difference.is_empty else "waiting",
        "rows_before": difference.rows_before,
        "rows_after": difference.rows_after,
        "added": rows.pop("added"),
        "removed": rows.pop("removed"),
        "changed": {"count": difference.changed, "columns": rows},
        "mappers": {"before": difference.mappers_before, "after": difference.mappers_after},
        "left_out": made.left_out,
        "totals": made.totals._asdict(),
        "incidents": [
            {
                "incident": one.incident,
                "number": one.number,
                "exhibits": one.exhibits,
                "messages": one.messages,
            }
            for one in found.incidents
        ],
    }


def _tally_row(tally: "Tally", texts: Texts) -> dict[str, object]:
    return {"count": tally.count, "examples": [_example_row(one, texts) for one in tally.examples]}


def _example_row(one: "Example", texts: Texts) -> dict[str, Any]:
    row = {
        "platform": one.platform,
        "message_id": one.message_id,
        "role": one.role,
        "record_sha256": one.record_sha256,
        "locator": one.locator,
        "before": one.before or None,
        "after": one.after or None,
    }
    if texts:
        row |= {"text_before": texts.get(one.before), "text_after": texts.get(one.after)}
    return row


def _show_difference(found: "Shown", texts: Texts) -> None:
    made = found.proposal
    difference = made.difference
    if made.left_out:
        say(
            ngettext(
                "{n} message effacé avant n’est pas repris.",
                "{n} messages effacés avant ne sont pas repris.",
                made.left_out,
            ).format(n=made.left_out)
        )
    if difference.is_empty:
        say(_("Rien ne change : la lecture d’aujourd’hui donne les mêmes messages."))
        return
    before, after = difference.rows_before, difference.rows_after
    say(_("{before} messages avant, {after} après.").format(before=before, after=after))
    changed = (_("modifiés"), difference.changed)
    print_table(
        [_("Ce qui change"), _("Messages")],
        [(_("ajoutés"), difference.added.count), (_("disparus"), difference.removed.count), changed]
        + [(_("dont {name}").format(name=name), one.count) for name, one in difference.columns.items()],
    )
    _show_examples(made, texts)
    for one in found.incidents:
        numbers = ", ".join(map(str, one.exhibits))
        say(_("Incident {n} : pièces figées autrement : {numbers}.").format(n=one.number, numbers=numbers))
    say(_("Pour accepter : saisine remap {name} --accept").format(name=made.corpus))
    say(_("Pour refuser : saisine remap {name} --refuse").format(name=made.corpus))


def _show_examples(made: "Proposal", texts: Texts) -> None:
    words = {"added": _("ajouté"), "removed": _("disparu")}
    print_table(
        [_("Exemple"), _("Plateforme"), _("Identifiant"), _("Endroit")],
        [
            (words.get(name, name), one.platform, one.message_id, one.locator)
            for name, tally in _tallies(made).items()
            for one in tally.examples
        ],
    )
    for ref, text in texts.items():
        say(f"{ref}  {shown(text)}")


# ------------------------------------------------------------------ erase-messages


@app.command(
    name="erase-messages",
    help=_("Effacer pour de bon les messages d’une personne, et dire ce qui peut rester."),
)
def erase_messages(
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
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="P:ID", help=_("Un message : plateforme, deux-points, identifiant.")),
    ] = None,
    author: Annotated[
        str | None, typer.Option("--author", metavar="A", help=_("Identifiant ou nom de compte."))
    ] = None,
    platform: Annotated[
        str | None, typer.Option("--platform", metavar="P", help=_("Une plateforme."))
    ] = None,
    corpus: Annotated[
        str | None, typer.Option("--corpus", metavar="CORPUS", help=_("Un seul import."))
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help=_("Une explication, gardée chiffrée."))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Compter sans rien effacer."))] = False,
    as_json: Json = False,
) -> int:
    selection = _selection(key or [], author, platform, corpus)
    with open_workspace() as session:
        from saisine.casework import row_erasures

        found = row_erasures.look(session, selection)
        if found.count and not dry_run:
            _confirm(found)
            found = row_erasures.erase_rows(session, selection, reason, note)
    if as_json:
        print_json(found.as_json())
    else:
        _show_erased(found, is_done=bool(found.count) and not dry_run)
    return 0 if found.count else EXIT_NO


def _selection(keys: list[str], author: str | None, platform: str | None, corpus: str | None) -> "Selection":
    from saisine.messages.row_erasure import Selection
    from saisine.messages.schema import PLATFORMS

    pairs = [(name, id) for name, _colon, id in (key.partition(":") for key in keys)]
    for name in [name for name, _id in pairs] + ([platform] if platform else []):
        require_word(name, PLATFORMS)
    return Selection(frozenset(pairs), author, platform, corpus)


def _confirm(found: "Erased") -> None:
    """At a terminal, the word must be typed: nothing brings back what is erased."""
    if not sys.stdin.isatty():
        return
    warn(_("Seront effacés pour de bon : {what}.").format(what=_what(found)))
    word = _("EFFACER")
    if typer.prompt(_("Tapez {word} pour continuer").format(word=word), err=True).strip() != word:
        raise typer.Abort


def _what(found: "Erased") -> str:
    """Counts alone: messages, accounts, platforms."""
    counts = ngettext("{n} message", "{n} messages", found.count).format(n=found.count)
    accounts = ngettext("{n} compte", "{n} comptes", found.accounts).format(n=found.accounts)
    platforms = ", ".join(f"{name} {n}" for name, n in found.platforms.items())
    return f"{counts} ({platforms}), {accounts}"


def _show_erased(found: "Erased", *, is_done: bool) -> None:
    if not found.count:
        say(_("Aucun message ne correspond."))
        return
    words = _("Effacés : {what}.") if is_done else _("Seraient effacés : {what}.")
    say(words.format(what=_what(found)))
    for sentence in found.remains.sentences(LANGUAGE):
        say(sentence)
