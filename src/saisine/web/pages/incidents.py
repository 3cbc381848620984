"""Incidents: the account, questions, qualifications, next steps, chronology, people, exhibits, consents."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import consents, elements, exhibits, rights, triage
from saisine.casework import incidents as engine
from saisine.casework.case_models import StatementRow
from saisine.casework.models import Incident
from saisine.errors import SaisineError
from saisine.law.assess import Assessment
from saisine.web import forms, law_words, words
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.pages import incident_parts as parts
from saisine.web.pages import incident_statements as spoken
from saisine.web.paging import paged

BACK = "revenir"  # the decision that takes a decision back
STEPS = 3  # product.md: three next steps at most


@dataclass(frozen=True, slots=True)
class IncidentLine:
    id: str
    title: str
    detail: str


# ------------------------------------------------------------------ the list, and a new one


@require_http_methods(["GET", "HEAD", "POST"])
def incidents(request: HttpRequest) -> HttpResponse:
    opened = session()
    if request.method == "POST":
        incident = engine.open_incident(opened, forms.line(request, "title"))
        return redirect("incident", incident.id)
    shown = paged(request, engine.incidents_with_pieces(opened))
    lines = [IncidentLine(row.id, row.title, _detail(row)) for row in shown.items]
    return render(request, "saisine/incidents.html", {"incidents": lines, "paged": shown})


def _detail(incident: Incident) -> str:
    """« Incident 7, ouvert le 21 avril 2026, 6 pièces »."""
    n = incident.pieces  # type: ignore[attr-defined]  # counted by `incidents_with_pieces`
    pieces = ngettext("%(n)s pièce", "%(n)s pièces", words.form(n)) % {"n": words.say_number(n)}
    facts = {"number": incident.number, "day": words.say_date(incident.opened_at), "pieces": pieces}
    return _("Incident %(number)s, ouvert le %(day)s, %(pieces)s") % facts


@require_POST
def from_triage(request: HttpRequest) -> HttpResponse:
    """What was kept in the sorting box becomes one incident, once: a form sent twice opens no second one."""
    opened = session()
    with opened.lock:
        kept = triage.kept(opened)
        if not (kept.count or kept.captures):
            return redirect("incidents")
        incident = engine.open_incident(opened, forms.line(request, "title"), from_triage=True)
    return redirect("incident", incident.id)


# ------------------------------------------------------------------ one incident


@require_safe
def incident(request: HttpRequest, id: str) -> HttpResponse:
    found = engine.get_incident(session(), id)
    return render(request, "saisine/incident.html", {"incident": found, **_context(request, found)})


def _context(request: HttpRequest, incident: Incident) -> dict[str, object]:
    opened = session()
    about = spoken.current(request, incident)
    assessment = rights.assessment(opened, incident, about)
    after = request.GET.get("pieces", "0")
    return {
        **spoken.say_statements(opened, incident, about),
        **spoken.say_procedures(opened, incident),
        **_law(incident, about, assessment),
        **parts.say_questions(opened, incident, about),
        **parts.say_exhibits(opened, incident, int(after) if after.isascii() and after.isdigit() else 0),
        "withdrawn": parts.say_pieces(opened, exhibits.withdrawn(opened, incident))[: parts.LISTED],
        "kept": parts.say_kept(opened),
        "chronology": parts.say_chronology(opened, incident),
        "people": parts.say_people(incident),
        "roles": parts.choices(engine.ROLES),
        "consents": parts.say_consents(opened, incident),
        "lacks_representative": consents.lacks_representative(incident),
    }


def _law(incident: Incident, about: StatementRow, assessment: Assessment) -> dict[str, object]:
    decided = rights.decisions(session(), incident, about)
    routes = [law_words.say_route(route) for route in assessment.routes]
    return {
        "clock": law_words.shortest(assessment),
        "qualifications": parts.say_qualifications(assessment, decided, elements.shown(about)),
        "open_ones": parts.say_open(assessment, decided),
        "excluded": parts.say_excluded(assessment),
        "as_of": assessment.today,
        "steps": routes[:STEPS],
        "routes": routes[STEPS:],
        "standing": law_words.say_standing(assessment),
    }


# ------------------------------------------------------------------ what a person adds


def _back(incident: Incident, anchor: str) -> HttpResponseRedirect:
    return redirect(f"{reverse('incident', args=[incident.id])}#{anchor}")


@require_POST
def summary(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = engine.get_incident(opened, id)
    engine.set_summary(opened, found, request.POST.get("summary", ""))
    return _back(found, "what")


@require_POST
def join(request: HttpRequest, id: str) -> HttpResponse:
    """What was kept in the sorting box enters this incident, once."""
    opened = session()
    found = engine.get_incident(opened, id)
    with opened.lock:
        engine.join_kept(opened, found)
    return _back(found, "pieces")


@require_POST
def withdraw_exhibit(request: HttpRequest, id: str) -> HttpResponse:
    """Take an exhibit out, or put one back; its number stays its own."""
    opened = session()
    found = engine.get_incident(opened, id)
    text = forms.line(request, "number")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if forms.one_of(request, "do", ("withdraw", "back"), default="withdraw") == "back":
        exhibits.put_back(opened, found, number)
    else:
        exhibits.withdraw(opened, found, number)
    return _back(found, "pieces")


@require_POST
def answer(request: HttpRequest, id: str) -> HttpResponse:
    """One screen of questions. « Oui » ticks its only box, « Non » none; the rest can wait."""
    opened = session()
    found = engine.get_incident(opened, id)
    fact = request.POST.get("fact", "")
    put = forms.one_of(request, "put", ("yes", "no", "ticked", "unknown", "later"))
    ticked = {"yes": [fact], "no": []}.get(put, request.POST.getlist("ticked"))
    about = spoken.current(request, found)
    rights.answer_screen(opened, found, fact, "ticked" if put in ("yes", "no") else put, ticked, about)
    return spoken.back(found, about, "questions")


@require_POST
def questions_again(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = engine.get_incident(opened, id)
    about = spoken.current(request, found)
    rights.questions_again(opened, found, about)
    return spoken.back(found, about, "questions")


@require_POST
def decide(request: HttpRequest, id: str) -> HttpResponse:
    """Keep a proposed qualification, set it aside, ask for advice, or go back: a person decides, nobody else."""
    opened = session()
    found = engine.get_incident(opened, id)
    offence = request.POST.get("offence", "")
    about = spoken.current(request, found)
    decision = forms.one_of(request, "decision", (*rights.DECISIONS, BACK))
    if decision == BACK:
        rights.undecide(opened, about, offence)
    else:
        rights.decide(opened, found, offence, decision, statement=about)
    if not wants_part(request):
        return spoken.back(found, about, f"q-{offence}")
    assessment = rights.assessment(opened, found, about)
    decided, shown = rights.decisions(opened, found, about), elements.shown(about)
    cards = parts.say_qualifications(assessment, decided, shown, focused=offence)
    card = next((card for card in cards if card.offence == offence), None)
    if card is None and decision == BACK:  # no answer supports it: without a decision it has no card any more
        return HttpResponse()
    if card is None:
        raise SaisineError("incident_offence_unknown", offence=offence)
    return render(
        request, "saisine/parts/qualification.html", {"card": card, "incident": found, "statement": about}
    )


@require_POST
def person(request: HttpRequest, id: str) -> HttpResponse:
    """Add a person under her role, or take back one noted by mistake."""
    opened = session()
    found = engine.get_incident(opened, id)
    if gone := forms.line(request, "remove"):
        engine.remove_person(opened, found, engine.get_person(found, gone))
        return _back(found, "people-h")
    engine.add_person(opened, found, forms.one_of(request, "role", engine.ROLES))
    return _back(found, "people-h")


@require_POST
def consent(request: HttpRequest, id: str) -> HttpResponse:
    """Note what a targeted person said of one act, or what holds for all; the latest word holds."""
    opened = session()
    found = engine.get_incident(opened, id)
    act = forms.one_of(request, "act", consents.ACTS)
    state = forms.one_of(request, "state", ("given", "refused", "withdrawn"))
    if said_by := forms.line(request, "person"):
        who = engine.get_person(found, said_by)
        consents.set_consent(opened, found, act, state, who)
        return redirect(f"{reverse('incident_follow', args=[found.id])}#accords-{who.id}")
    consents.set_consent(opened, found, act, state)
    return _back(found, f"consent-{act}")
