"""One's own data: asking for a copy, a correction or an erasure; and, for whoever leads, answering within a month."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from saisine.casework import data_requests as engine
from saisine.casework import incidents
from saisine.casework.data_requests import Asked
from saisine.casework.request_models import DataRequest
from saisine.errors import SaisineError
from saisine.incidents.data_requests import load_data_requests
from saisine.web import forms, words
from saisine.web.accounts.gate import visitor_of
from saisine.web.current import session
from saisine.web.told import tell


@dataclass(frozen=True, slots=True)
class Line:
    """One request in words. `next_url` is where whoever leads does what is asked; empty when there is no such page."""

    id: str
    title: str
    detail: str
    text: str
    answer: str
    is_open: bool
    is_late: bool
    can_reopen: bool
    next_url: str
    next_label: str


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """Requests, and the form of a new one. What a refused form held stays in its fields."""
    if request.method != "POST":
        return _page(request)
    opened = session()
    try:
        chosen = forms.line(request, "incident", 40)
        incident = incidents.get_incident(opened, chosen) if chosen else None
        day = forms.day(request, "received_on")
        kind, text = forms.line(request, "kind", 20), request.POST.get("text", "")
        engine.ask(opened, kind, text, incident=incident, received_on=day)
    except SaisineError as error:
        if error.code.endswith("_unknown") and error.code != "incident_unknown":
            raise
        return _page(request, error)
    return redirect("data_requests")


def _page(request: HttpRequest, error: SaisineError | None = None) -> HttpResponse:
    opened = session()
    found = [say_request(one) for one in engine.requests(opened)]
    spoken, visitor = words.language(), visitor_of(request)
    term = load_data_requests().answer
    context = {
        "error": tell(error) if error else None,
        "typed": request.POST if error else {},
        "waiting": [one for one in found if one.is_open],
        "ended": [one for one in found if not one.is_open],
        "kinds": [(one.id, one.label(spoken), one.article) for one in load_data_requests().kinds],
        "incidents": incidents.list_incidents(opened)[:200],
        "must_name": opened.scope is not None,
        "can_answer": visitor.may("data_request_answer"),
        "rule": f"{term.rule(spoken)} {term.nature_words(spoken)}",
    }
    return render(request, "saisine/data_requests.html", context, status=422 if error else 200)


def say_request(one: Asked) -> Line:
    row, spoken = one.row, words.language()
    url, label = _next(row)
    return Line(
        row.id,
        one.kind.label(spoken),
        " ".join(_details(one)),
        row.text,
        row.answer,
        row.state == DataRequest.OPEN,
        one.days_left is not None and one.days_left < 0,
        engine.may_reopen(session(), row),
        url,
        label,
    )


def _details(one: Asked) -> list[str]:
    row = one.row
    said = [_("Reçue le %(day)s.") % {"day": words.say_day(row.received_on)}]
    if row.incident is not None:
        said.append(_("Incident %(n)s.") % {"n": row.incident.number})
    if one.days_left is not None:
        facts = {"day": words.say_day(row.due_on), "left": words.say_days_left(one.days_left)}
        said.append(_("Réponse attendue au plus tard le %(day)s : %(left)s.") % facts)
    elif row.ended_at is not None:
        ends = {
            DataRequest.ANSWERED: _("Répondue le %(day)s."),
            DataRequest.REFUSED: _("Refusée le %(day)s."),
            DataRequest.WITHDRAWN: _("Retirée le %(day)s."),
        }
        said.append(ends[row.state] % {"day": words.say_day(row.ended_at)})
    return said


def _next(row: DataRequest) -> tuple[str, str]:
    """Where the request is met: the first of the two steps of an erasure, or what there is to copy or to correct."""
    if row.kind == "erasure":
        about = f"?portee=incident&cible={row.incident_id}" if row.incident_id else ""
        return f"{reverse('data_erase')}{about}", _("Préparer l’effacement")
    if row.incident_id:
        return reverse("incident", args=[row.incident_id]), _("Ouvrir l’incident")
    return (reverse("data_export"), _("Préparer un export")) if row.kind == "access" else ("", "")


@require_POST
def answer(request: HttpRequest, id: str) -> HttpResponse:
    """Raises `data_request_unknown`, `data_request_over`."""
    opened = session()
    row = engine.get_request(opened, id)
    try:
        engine.answer(opened, row, forms.line(request, "state", 10), request.POST.get("answer", ""))
    except SaisineError as error:
        if error.code != "data_request_answer":
            raise
        return _page(request, error)
    return redirect("data_requests")


@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Raises `data_request_unknown`, `data_request_over`."""
    opened = session()
    engine.withdraw(opened, engine.get_request(opened, id))
    return redirect("data_requests")


@require_POST
def reopen(request: HttpRequest, id: str) -> HttpResponse:
    """Undo an answer or a withdrawal. Raises `data_request_unknown`, `data_request_open`."""
    opened = session()
    engine.reopen(opened, engine.get_request(opened, id))
    return redirect("data_requests")
