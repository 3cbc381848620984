"""`saisine redact`: a copy with passages or boxes hidden, sealed beside the original."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from saisine.cli.app import Json, app, open_workspace
from saisine.cli.output import print_json, print_json_line, print_table, printable, say
from saisine.cli.sealing import dating, say_receipt
from saisine.cli.words import LANGUAGE, _, ngettext

if TYPE_CHECKING:
    from saisine.vault import Sealed
    from saisine.vault.redact import Copy


@app.command(help=_("Sceller une copie masquée d’un texte ou d’une image ; l’original reste tel quel."))
def redact(
    item: Annotated[str, typer.Argument(metavar="ITEM", help=_("Pièce, numéro ou empreinte."))],
    rules: Annotated[
        Path, typer.Option("--rules", metavar="F", help=_("Fichier YAML ou JSON : ce qu’il faut masquer."))
    ],
    preview: Annotated[
        Path | None,
        typer.Option(
            "--preview", metavar="FILE", help=_("Écrire la copie pour la regarder, sans rien sceller.")
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    from saisine.vault.faults import require_free_output
    from saisine.vault.redact import redacted_copy, seal_copy
    from saisine.vault.redaction import load_rules

    if preview is not None:
        require_free_output(preview)
    asked = load_rules(rules)
    with open_workspace() as session:
        original = session.vault.find(item)
        copy = redacted_copy(session.vault, original, asked)
        if preview is not None:
            # a rule may hide very little: who looks at the copy may well have seen the original
            session.vault.log_access(original.item, actor=session.actor)
            _write(preview, copy.body)
            _tell_preview(preview, copy, as_json)
            return
        sealed = seal_copy(session.vault, original, copy, actor=session.actor)
        if as_json:
            print_json_line(_row(sealed, original))
            return
        receipt = session.vault.receipt()
    print_table([_("N°"), _("Nom"), "SHA-256", _("État")], [_cells(sealed)])
    _tell_copy(copy)
    say_receipt(receipt)


def _row(sealed: "Sealed", original: "Sealed") -> dict[str, object]:
    """The line of the contract for the copy, its unit, and what it was made from."""
    row = sealed.as_json()
    names = ("seq", "item", "sha256", "size", "media_type", "sealed_at", "state", "unit")
    return {**{name: row[name] for name in names}, "parents": [original.item]}


def _cells(sealed: "Sealed") -> tuple[object, ...]:
    return sealed.seq, sealed.name, sealed.sha256, dating(sealed.state)


def _write(path: Path, body: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(body)
    part.replace(path)


def _tell_preview(path: Path, copy: "Copy", as_json: bool) -> None:
    if as_json:
        shown = {"path": printable(str(path)), "size": len(copy.body), "media_type": copy.media_type}
        print_json({**shown, "encoding": copy.encoding or None, "rules": list(copy.told)})
        return
    say(_("Copie écrite dans {path}. Rien n’est scellé.").format(path=printable(str(path))))
    _tell_copy(copy)


def _tell_copy(copy: "Copy") -> None:
    from saisine.vault.redact import LIMITS

    print_table([_("Masqué"), _("Pourquoi")], [(_hidden(line), line["why"]) for line in copy.told])
    if copy.encoding not in ("", "utf-8"):
        words = _("Le texte a été lu en {encoding} ; la copie est en UTF-8.")
        say(words.format(encoding=copy.encoding))
    say()
    say(_("Ce que masquer ne fait pas :"))
    for french, english in LIMITS:
        say("- " + (english if LANGUAGE == "en" else french))


def _hidden(line: dict[str, object]) -> str:
    """How much a rule hides: passages of a text, or a box of a picture."""
    if line["kind"] == "span":
        count = cast(int, line["count"])
        return ngettext("{n} passage", "{n} passages", count).format(n=count)
    x, y, w, h = cast(list[int], line["geometry"])
    box = _("{w} × {h} pixels à {x}, {y}").format(x=x, y=y, w=w, h=h)
    return _("page {page} : {box}").format(page=line["page"], box=box) if "page" in line else box
