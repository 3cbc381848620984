"""A letter as a PDF (PDF/A-2a and PDF/UA-1): typeset offline, from JSON data and shipped fonts alone."""

import json
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import typst

from saisine.dossiers.glyphs import FONTS, printable, spaced
from saisine.dossiers.pdf import STANDARDS
from saisine.errors import SaisineError
from saisine.letters.fields import Line
from saisine.letters.parts import Composed, Part

TEMPLATE: Final = Path(__file__).parent / "assets" / "letter.typ"


def pdf_bytes(letter: Composed, beside: Path) -> bytes:
    """The bytes of the PDF. The work folder lies in `beside`, the disk that the person chose.

    Raises SaisineError("letter_not_typeset"), ("letter_file_not_written").
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".letter-", dir=beside) as folder:
            return _typeset(letter, Path(folder))
    except OSError as error:
        reason = error.strerror or str(error)
        raise SaisineError("letter_file_not_written", path=beside.name, reason=reason) from error


def _typeset(letter: Composed, folder: Path) -> bytes:
    shutil.copyfile(TEMPLATE, folder / "letter.typ")
    (folder / "data.json").write_text(json.dumps(_tree(letter), ensure_ascii=True), "ascii")
    noon = datetime.combine(letter.written_on, time(12), UTC)
    try:
        body: bytes = typst.compile(
            str(folder / "letter.typ"),
            root=str(folder),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            pdf_standards=list(STANDARDS),
            timestamp=int(noon.timestamp()),
        )
    except RuntimeError as error:
        reason = (str(error).replace(str(folder), "").splitlines() or [""])[0][:300]
        raise SaisineError("letter_not_typeset", reason=reason) from error
    return body


def _tree(letter: Composed) -> dict[str, Any]:
    return {
        "title": printable(letter.title),
        "header": _words(letter.title) if letter.is_draft else "",
        "footer": f"Dossier {letter.number}",
        "notes": [_words(note) for note in letter.notes],
        "sender": _lines(letter.sender),
        "recipient": _lines(letter.recipient),
        "dated": _runs(letter.dated),
        "subject": _runs(letter.subject),
        "groups": [
            {"kind": kind, "lines": _lines(part.line for part in parts)}
            for kind, parts in groupby(letter.parts, key=_kind)
        ],
        "signature": _lines(letter.signature),
        "sources": _words(letter.sources),
    }


def _kind(part: Part) -> str:
    return part.kind


def _lines(lines: Iterable[Line]) -> list[list[dict[str, object]]]:
    return [_runs(line) for line in lines]


def _runs(line: Line) -> list[dict[str, object]]:
    return [{"text": _words(run.text), "gap": run.is_gap} for run in line]


def _words(text: str) -> str:
    return spaced(printable(text))
