"""A letter as an editable .docx: values are poured into one template of ours, as text and never as XML.

Every value is escaped, and its braces too, so that no word of evidence is read as a merge field. The file holds
no author, no history and no hour: same letter, same bytes.
"""

import io
import zipfile
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from saisine.errors import SaisineError
from saisine.letters.fields import Line
from saisine.letters.parts import Composed

TEMPLATE: Final = Path(__file__).parent / "assets" / "letter.docx"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest day a zip can hold
# docxtpl turns « {_{ » into « {{ » after rendering: a brace of evidence must not be a brace by then
_BRACES: Final = str.maketrans({"{": "&#123;", "}": "&#125;"})


def docx_bytes(letter: Composed) -> bytes:
    """The bytes of the .docx. Raises SaisineError("letter_not_typeset")."""
    document = DocxTemplate(TEMPLATE)
    engine = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        document.render(_context(letter), jinja_env=engine, autoescape=True)
    except (TemplateError, ValueError) as error:
        raise SaisineError("letter_not_typeset", reason=str(error)[:300]) from error
    _neutral(document, letter)
    out = io.BytesIO()
    document.save(out)
    return _same_bytes(out.getvalue())


def _context(letter: Composed) -> dict[str, Any]:
    return {
        "notes": [_xml(note) for note in letter.notes],
        "sender": [_runs(line) for line in letter.sender],
        "recipient": [_runs(line) for line in letter.recipient],
        "dated": _runs(letter.dated),
        "subject": _runs(letter.subject),
        "parts": [{"kind": part.kind, "line": _runs(part.line)} for part in letter.parts],
        "signature": [_runs(line) for line in letter.signature],
        "sources": _xml(letter.sources),
        "number": letter.number,
        "header": _xml(letter.title if letter.is_draft else ""),
    }


def _runs(line: Line) -> list[dict[str, object]]:
    return [{"text": _xml(run.text), "gap": run.is_gap} for run in line]


def _xml(text: str) -> Markup:
    return Markup(str(escape(text)).translate(_BRACES))


def _neutral(document: DocxTemplate, letter: Composed) -> None:
    """The title of the kind of letter and its day; nobody's name."""
    core = document.docx.core_properties
    noon = datetime.combine(letter.written_on, time(12), UTC)
    core.title, core.author, core.last_modified_by, core.comments = letter.title, "", "", ""
    core.created = core.modified = noon
    core.revision = 1


def _same_bytes(body: bytes) -> bytes:
    """The archive again without the hour of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, EPOCH), old.read(info), zipfile.ZIP_DEFLATED)
    return out.getvalue()
