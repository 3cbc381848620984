"""`saisine triage`: messages as NDJSON in, the order to read them in as NDJSON out, line for line."""

import json
import sys
from collections.abc import Iterator
from inspect import unwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saisine.cli.app import app, clock, common
from saisine.cli.output import print_json_line, print_table, printable, say, warn
from saisine.cli.words import LANGUAGE, _, ngettext
from saisine.errors import EXIT_PARTIAL, SaisineError

if TYPE_CHECKING:
    from saisine.findings.triage import Reason, Result, Triage


@app.command(help=_("Donner un ordre de lecture à des messages : NDJSON en entrée, NDJSON en sortie."))
def triage(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help=_("Une ligne JSON par message, comme par défaut."))
    ] = False,
    model: Annotated[
        Path | None, typer.Option("--model", metavar="DIR", help=_("Dossier d’un modèle à vous (ONNX)."))
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Ajouter la bande, les raisons pour et contre, le modèle."))
    ] = False,
    lexicon_status: Annotated[
        bool, typer.Option("--lexicon-status", help=_("Entrées du lexique à relire ; ne lit aucun message."))
    ] = False,
) -> int:
    own = _own_lexicon()
    if lexicon_status:
        return _lexicon_status(own)
    scorer = _scorer(model, own)
    if scorer.warning is not None:
        warn(scorer.warning.sentence(LANGUAGE))
    if scorer.own is not None:
        _introduce(scorer.own)
    malformed: list[int] = []
    ids: list[Any] = []  # as given, numbers included: taken back in order
    found = 0
    for result in scorer.score(_lines(ids, malformed)):
        print_json_line(_row(result, ids[found], explain))
        found += 1
    sys.stdout.flush()
    return _end(found, malformed)


def _own_lexicon() -> Path | None:
    """The terms of the workspace named with -w, when it has some; none is opened for it, nor asked for a secret."""
    folder = common.workspace
    path = folder / "triage" / "lexicon.yaml" if folder is not None else None
    return path if path is not None and path.is_file() else None


def _scorer(model: Path | None, own: Path | None) -> "Triage":
    """The scorer over our terms, and the association's own over them."""
    from saisine.findings.triage import Triage
    from saisine.findings.triage.lexicon import load_lexicon
    from saisine.findings.triage.rules import load_cues

    if own is None:
        return Triage.load(model)
    warn(_("Lexique de l’association : {path}").format(path=f"triage/{own.name}"))
    return Triage.load(model, cues=unwrap(load_cues)(lexicon=load_lexicon(own=own)))


def _lines(ids: list[Any], malformed: list[int]) -> Iterator[tuple[str, str | None]]:
    """(id, text) of each readable line of standard input; numbers of the others go to `malformed`."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            id, text = row["id"], row["text"]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            malformed.append(number)
            continue
        if isinstance(id, bool) or not isinstance(id, str | int) or not isinstance(text, str | None):
            malformed.append(number)
            continue
        ids.append(printable(id) if isinstance(id, str) else id)
        yield str(id), text


def _row(result: "Result", id: object, explain: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "id": id,
        "score": result.score,
        "hate": result.hate,
        "types": list(result.types),
        "targets": list(result.targets),
        "spans": [list(span) for span in result.spans],
        "danger": result.danger,
        "abstain": result.abstain,
    }
    if explain:
        row |= {
            "band": result.band,
            "reasons_for": [_reason(one) for one in result.reasons_for],
            "reasons_against": [_reason(one) for one in result.reasons_against],
            "abstain_reason": result.abstain_reason,
            "members": {name: round(logit, 4) for name, logit in result.members.items()},
            "model_id": result.model_id,
        }
    return row


def _reason(reason: "Reason") -> dict[str, object]:
    said = reason.en if LANGUAGE == "en" else reason.fr
    span = list(reason.span) if reason.span else None
    return {"code": reason.code, "said": said, "span": span, "share": reason.share}


def _introduce(own: Any) -> None:
    """What the folder holds, before its numbers: files with SHA-256, licence, labels."""
    for line in own.describe(LANGUAGE):
        warn(line)


def _end(found: int, malformed: list[int]) -> int:
    if not malformed:
        return 0
    if not found:
        raise SaisineError("triage_lines_unreadable", count=len(malformed))
    words = ngettext("{n} ligne illisible : {lines}", "{n} lignes illisibles : {lines}", len(malformed))
    shown = ", ".join(map(str, malformed[:20])) + (" …" if len(malformed) > 20 else "")
    warn(words.format(n=len(malformed), lines=shown))
    return EXIT_PARTIAL


def _lexicon_status(own: Path | None) -> int:
    """Allusions that nobody has read again for two years lose one step of strength."""
    from saisine.findings.triage.lexicon import REVIEW_MONTHS, load_lexicon

    lexicon = load_lexicon(own=own)
    due = lexicon.due(clock().date())
    say(_("Lexique du {version}, {n} entrées.").format(version=lexicon.version, n=len(lexicon.terms)))
    if not due:
        say(_("Aucune entrée à relire."))
        return 0
    print_table(
        [_("Groupes"), _("Ajoutée"), _("Relue"), _("Première lettre")],
        [(", ".join(one.groups), one.added, one.reviewed_on, one.term[:1] + "…") for one in due],
    )
    say(_("Sans relecture depuis {n} mois, elles perdent un degré de force.").format(n=REVIEW_MONTHS))
    return 0
