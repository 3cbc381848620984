"""Letters of an incident: what each lacks, and one handed over as a file to correct or to read."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import incidents
from saisine.casework import letters as engine
from saisine.casework.models import Incident
from saisine.errors import SaisineError
from saisine.letters import load_letters
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.told import tell

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One letter in words. `consent`: what has to be collected first; empty when the letter may leave.

    `has_platform`: it is about one platform, which a person may choose.
    """

    id: str
    title: str
    to: str
    flag: str
    consent: str
    lacks: tuple[str, ...]
    has_platform: bool


@require_safe
def letters(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, incidents.get_incident(session(), id))


def _page(request: HttpRequest, incident: Incident, error: SaisineError | None = None) -> HttpResponse:
    found = engine.platform_names(session(), incident)
    context = {
        "incident": incident,
        "platforms": found if len(found) > 1 else [],
        "letters": list(_lines(incident)),
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/letters.html", context, status=422 if error else 200)


def _lines(incident: Incident) -> Iterator[Line]:
    english = words.is_english()
    for line in engine.list_letters(session(), incident):
        letter = line.letter
        yield Line(
            letter.id,
            letter.name_en if english else letter.name_fr,
            letter.to_en if english else letter.to_fr,
            letter.flag(words.language()),
            line.consent_en if english else line.consent_fr,
            line.unmet,
            bool(letter.about),
        )


def _given(request: HttpRequest, incident: Incident) -> dict[str, str]:
    """The platform that was chosen; nothing when the notices say which."""
    if not request.POST.get("platform"):
        return {}
    return {"platform": forms.one_of(request, "platform", engine.platform_names(session(), incident))}


@require_POST
def letter(request: HttpRequest, id: str, kind: str) -> HttpResponse:
    """The letter as an attachment with a neutral name; a missing consent is told on the page."""
    if kind not in load_letters():
        raise Http404
    opened = session()
    found = incidents.get_incident(opened, id)
    try:
        form = forms.one_of(request, "form", TYPES)
        given = _given(request, found)
        with tempfile.TemporaryDirectory(dir=opened.workspace.scratch) as folder:
            path = Path(folder) / f"{kind}.{form}"
            engine.make(opened, found, kind, path, given=given, quote=forms.ticked(request, "quote"))
            body = path.read_bytes()
    except SaisineError as error:
        return _page(request, found, error)
    name = f"courrier-{found.number}-{kind}.{form}"
    return HttpResponse(
        body,
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
