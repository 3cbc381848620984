"""Which exhibits show each element: numbers typed beside each fact that an answer gives."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from saisine.casework import elements as engine
from saisine.casework import incidents, rights, statements
from saisine.casework.case_models import StatementRow
from saisine.casework.models import Incident
from saisine.errors import SaisineError
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.pages import incident_statements as spoken
from saisine.web.told import tell


@dataclass(frozen=True, slots=True)
class ElementField:
    """One fact in the words of its element, and the numbers as they stand, or as they were typed and refused."""

    fact: str
    text: str
    pieces: str


@require_http_methods(["GET", "HEAD", "POST"])
def incident_elements(request: HttpRequest, id: str) -> HttpResponse:
    """The facts given, with their exhibits; a POST keeps all of the numbers or none, and keeps what was typed."""
    incident = incidents.get_incident(session(), id)
    about = spoken.current(request, incident)
    shown = engine.elements(session(), about, rights.assessment(session(), incident, about))
    if request.method != "POST":
        return _page(request, incident, about, [_field(one) for one in shown])
    typed = {one.fact: forms.line(request, f"pieces-{one.fact}") for one in shown}
    try:
        engine.show(session(), about, {fact: statements.read_numbers(text) for fact, text in typed.items()})
    except SaisineError as error:
        return _page(request, incident, about, [_field(one, typed[one.fact]) for one in shown], error)
    return spoken.back(incident, about, "qualification")


def _field(one: engine.Shown, typed: str | None = None) -> ElementField:
    text = one.text_en if words.is_english() else one.text_fr
    return ElementField(one.fact, text, ", ".join(map(str, one.pieces)) if typed is None else typed)


def _page(
    request: HttpRequest,
    incident: Incident,
    about: StatementRow,
    fields: list[ElementField],
    error: SaisineError | None = None,
) -> HttpResponse:
    context = {
        "incident": incident,
        "statement": about,
        "fields": fields,
        "error": tell(error) if error else None,
        "back_url": f"{spoken.url_of(incident, about)}#qualification",
    }
    return render(request, "saisine/incident_elements.html", context, status=422 if error else 200)
