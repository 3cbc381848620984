"""Make a letter: compose it once, then write it as .docx or PDF. What is missing never stops it, it marks it."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from saisine.dossiers.pdf import write_whole
from saisine.errors import SaisineError
from saisine.letters.about import concerning
from saisine.letters.data import LetterData
from saisine.letters.fields import (
    FIELDS,
    GIVEN,
    ROW_LABELS,
    SOURCES,
    Line,
    fill,
    gap_line,
    rows_of,
    values_of,
)
from saisine.letters.models import Block, Letter, require_letter
from saisine.letters.parts import Composed, Part

SUFFIXES: Final = (".docx", ".pdf")
MAX_ROWS: Final = 2_000  # a letter of more rows is a dossier
REVIEW_FR: Final = "À relire par une avocate ou un avocat avant tout envoi."
LIMIT_FR: Final = "Texte préparé par l’association. Ce n’est pas un avis juridique."


@dataclass(frozen=True, slots=True)
class LetterReport:
    """What was written. `unmet`: needs that make it a draft; `gaps`: every field still to fill, in words."""

    kind: str
    title: str
    is_draft: bool
    unmet: tuple[str, ...]
    gaps: tuple[str, ...]
    warnings: tuple[str, ...]
    sha256: str
    size: int


def make_letter(kind: str, data: LetterData, out: Path) -> LetterReport:
    """Write the letter `kind` to `out`, whose suffix chooses .docx or PDF.

    Raises `letter_kind_unknown`, `letter_format_unknown`, `letter_field_unknown`, `letter_too_long`,
    `letter_not_typeset`, `letter_file_not_written`. Same data, same bytes.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise SaisineError("letter_format_unknown", name=out.name)
    letter = require_letter(kind)
    composed = compose_letter(letter, data)
    if out.suffix.lower() == ".pdf":
        from saisine.letters.pdf import pdf_bytes

        body = pdf_bytes(composed, out.parent)
    else:
        from saisine.letters.docx import docx_bytes

        body = docx_bytes(composed)
    write_whole(out, body, "letter_file_not_written")
    return LetterReport(
        kind, composed.title, composed.is_draft, composed.unmet, composed.gaps, letter.warnings_fr,
        hashlib.sha256(body).hexdigest(), len(body),
    )  # fmt: skip


def compose_letter(letter: Letter, data: LetterData) -> Composed:
    """The letter part by part, with its gaps. Raises `letter_field_unknown`, `letter_too_long`."""
    for name in data.given:
        if name not in GIVEN:
            raise SaisineError("letter_field_unknown", field=name, known=", ".join(sorted(GIVEN)))
    data, notice = concerning(letter, data if not letter.from_person else replace(data, harm=""))
    values = values_of(data, notice)
    gaps: dict[str, str] = {}
    parts = tuple(part for block in letter.body for part in _parts(block, data, values, gaps))
    recipient = tuple(fill(text, values, FIELDS, gaps) for text in letter.recipient)
    signature = tuple(fill(text, values, FIELDS, gaps) for text in letter.signature)
    subject = fill(letter.subject, values, FIELDS, gaps)
    sender = _sender(letter, values, gaps)
    dated = fill("{place}, le {today}", values, FIELDS, gaps)
    unmet = tuple(_label(need) for need in letter.needs if not _is_met(need, data, values))
    return Composed(
        kind=letter.id,
        title=("Brouillon : " if unmet else "") + letter.name_fr,
        number=data.number,
        written_on=data.today,
        notes=_notes(letter, unmet),
        sender=sender,
        recipient=recipient,
        dated=dated,
        subject=subject,
        parts=parts,
        signature=signature,
        unmet=unmet,
        gaps=tuple(dict.fromkeys(gaps.values())),
        sources=_sources(letter),
    )


def _sources(letter: Letter) -> str:
    return f"Textes : {' ; '.join(letter.articles)}. {letter.flag()}. {LIMIT_FR}"


def _notes(letter: Letter, unmet: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if unmet:
        notes.append(f"Brouillon. Il manque : {' ; '.join(unmet)}.")
    if letter.review == "lawyer":
        notes.append(REVIEW_FR)
    # advice to the sender: not for the recipient, so it leaves with the draft
    return (*notes, *(letter.warnings_fr if unmet else ()))


def _sender(letter: Letter, values: dict[str, str], gaps: dict[str, str]) -> tuple[Line, ...]:
    texts = ("{person_name}", "{person_address}") if letter.from_person else (
        "{sender_name}", "{sender_address}", "{sender_email}",
    )  # fmt: skip
    return tuple(fill(text, values, FIELDS, gaps) for text in texts)


def _is_met(need: str, data: LetterData, values: dict[str, str]) -> bool:
    return bool(rows_of(need, data)) if need in SOURCES else bool(values.get(need, "").strip())


def _label(need: str) -> str:
    return SOURCES[need][1] if need in SOURCES else FIELDS[need]


def _parts(block: Block, data: LetterData, values: dict[str, str], gaps: dict[str, str]) -> list[Part]:
    found: list[Part] = []
    if block.heading:
        found.append(Part("heading", fill(block.heading, values, FIELDS, gaps)))
    if block.text:
        found.append(Part("text", fill(block.text, values, FIELDS, gaps)))
    found += [Part("item", fill(text, values, FIELDS, gaps)) for text in block.items]
    if block.each:
        found += _rows(block, data, values, gaps)
    return found


def _rows(block: Block, data: LetterData, values: dict[str, str], gaps: dict[str, str]) -> list[Part]:
    source = block.each or ""
    rows = rows_of(source, data)
    if len(rows) > MAX_ROWS:
        raise SaisineError("letter_too_long", count=len(rows), limit=MAX_ROWS)
    if not rows:
        gaps[source] = SOURCES[source][1]
        return [Part("item", gap_line(SOURCES[source][1]))]
    labels = FIELDS | ROW_LABELS
    return [Part("item", fill(block.line, values | row, labels, gaps)) for row in rows]
