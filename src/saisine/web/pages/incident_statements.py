"""The statements of an incident on its page: each is chosen by its number, answered and qualified apart."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from saisine.casework import confirmed_types, procedures, rights, statements
from saisine.casework import incidents as engine
from saisine.casework.case_models import ALL, CHOSEN, StatementRow
from saisine.casework.models import Incident
from saisine.casework.session import Session
from saisine.incidents.procedures import ProcedureDue, load_procedures
from saisine.web import forms, law_words, words
from saisine.web.current import session
from saisine.web.pages.type_boxes import say_chosen


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One statement in words: its exhibits, its day, its account, what was kept, its shortest clock."""

    number: int
    title: str
    detail: str
    kept: str
    clock: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class StatementForm:
    """What the form of the current statement holds; the first one keeps the exhibits that no other shows."""

    number: int
    pieces: str
    published_on: str
    author: str
    may_choose: bool
    may_go: bool


def current(request: HttpRequest, incident: Incident) -> StatementRow:
    """The statement that the address or the form names; the first by default. Raises `statement_unknown`."""
    asked = request.POST.get("statement") or request.GET.get("propos") or "1"
    return statements.get_statement(session(), incident, asked)


def back(incident: Incident, about: StatementRow, anchor: str) -> HttpResponseRedirect:
    """To the same statement of the incident's page."""
    return redirect(f"{url_of(incident, about)}#{anchor}")


def url_of(incident: Incident, about: StatementRow) -> str:
    page = reverse("incident", args=[incident.id])
    return page if about.number == 1 else f"{page}?propos={about.number}"


def say_statements(opened: Session, incident: Incident, about: StatementRow) -> dict[str, object]:
    held = statements.statements(opened, incident)
    chosen = confirmed_types.of_exhibits(incident, statements.exhibits_of(about))
    return {
        "statement": about,
        "statements": [_line(opened, incident, row, about) for row in held] if len(held) > 1 else [],
        "statement_form": _form(about),
        "confirmed_types": say_chosen(chosen) if chosen is not None else "",
    }


def _line(opened: Session, incident: Incident, row: StatementRow, about: StatementRow) -> StatementLine:
    kept = [
        one.offence for one in rights.decisions(opened, incident, row).values() if one.decision == "retenir"
    ]
    names = [_name(opened, offence) for offence in kept if offence in opened.law.offences]
    shortest = law_words.shortest(rights.assessment(opened, incident, row))
    return StatementLine(
        number=row.number,
        title=_("Propos %(n)s") % {"n": row.number},
        detail=_detail(row),
        kept=words.say_list(names),
        clock=" ".join(part for part in (shortest.words, shortest.flag) if part) if shortest else "",
        url=f"{url_of(incident, row)}#propos",
        is_current=row.number == about.number,
    )


def _name(opened: Session, offence: str) -> str:
    found = opened.law.offences[offence]
    return found.name_en if words.is_english() else found.name_fr


def _detail(row: StatementRow) -> str:
    n = statements.exhibits_of(row).count()
    parts = [ngettext("%(n)s pièce", "%(n)s pièces", words.form(n)) % {"n": words.say_number(n)}]
    if row.span == ALL:
        parts.append(_("l’ensemble des pièces"))
    if row.published_on:
        parts.append(_("publié le %(day)s") % {"day": words.say_day(row.published_on)})
    return ", ".join(parts)


def _form(about: StatementRow) -> StatementForm:
    return StatementForm(
        number=about.number,
        pieces=", ".join(map(str, about.pieces)),
        published_on=about.published_on.isoformat() if about.published_on else "",
        author=about.author,
        may_choose=about.span == CHOSEN,
        may_go=about.number != 1,
    )


# ------------------------------------------------------------------ what a person changes


@require_POST
def add(request: HttpRequest, id: str) -> HttpResponse:
    """One more statement, shown by some exhibits, or by all of them."""
    opened = session()
    found = engine.get_incident(opened, id)
    is_whole = forms.ticked(request, "whole")
    row = statements.add_statement(
        opened,
        found,
        [] if is_whole else statements.read_numbers(forms.line(request, "pieces")),
        published_on=forms.day(request, "published_on", latest=opened.today()),
        author=forms.line(request, "author"),
        is_whole=is_whole,
    )
    return back(found, row, "propos")


@require_POST
def change(request: HttpRequest, id: str) -> HttpResponse:
    """Say again what shows a statement, its day and its account; or take the statement back."""
    opened = session()
    found = engine.get_incident(opened, id)
    about = current(request, found)
    if forms.one_of(request, "do", ("save", "withdraw")) == "withdraw":
        statements.withdraw(opened, about)
        return back(found, statements.first(opened, found), "propos")
    statements.change(
        opened,
        about,
        pieces=statements.read_numbers(forms.line(request, "pieces")) if about.span == CHOSEN else None,
        published_on=forms.day(request, "published_on", latest=opened.today()),
        author=forms.line(request, "author"),
    )
    return back(found, about, "propos")


# ------------------------------------------------------------------ after the complaint


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """A complaint or another step: its number, what came of it, the days to watch with their flags."""

    number: int
    title: str
    events: tuple[str, ...]
    dues: tuple[tuple[str, str, str], ...]


def say_procedures(opened: Session, incident: Incident) -> dict[str, object]:
    spoken = words.language()
    known = load_procedures()
    return {
        "procedures": [_procedure(one, spoken) for one in procedures.procedures(opened, incident)],
        "procedure_kinds": [(one.id, one.label(spoken)) for one in known.kinds],
        "procedure_events": [(one.id, one.label(spoken)) for one in known.events],
    }


def _procedure(one: procedures.Procedure, spoken: str) -> ProcedureLine:
    authority = f", {one.row.authority}" if one.row.authority else ""
    events = (
        f"{words.say_day(e.on)}{words.sign(':')}{procedures.event_words(e, spoken)}" for e in one.events
    )
    dues = ((_due(due, spoken), due.term.rule(spoken), due.term.nature_words(spoken)) for due in one.dues)
    return ProcedureLine(one.row.number, f"{one.kind(spoken)}{authority}", tuple(events), tuple(dues))


def _due(due: ProcedureDue, spoken: str) -> str:
    left = words.say_days_left(due.days_left)
    return f"{words.say_day(due.on)} ({left}){words.sign(':')}{due.term.label(spoken)}"


@require_POST
def procedure(request: HttpRequest, id: str) -> HttpResponse:
    """Note a complaint, or what came of one that is already noted; or take back what was noted last."""
    opened = session()
    found = engine.get_incident(opened, id)
    if number := forms.line(request, "back"):
        procedures.take_back(opened, found, number)
        return redirect(f"{reverse('incident', args=[found.id])}#suites")
    on = forms.day(request, "on", latest=opened.today()) or opened.today()
    reference = forms.line(request, "reference")
    if number := forms.line(request, "procedure"):
        row = procedures.get_procedure(opened, found, number)
        kind = forms.one_of(request, "event", [one.id for one in load_procedures().events])
        procedures.note_event(opened, row, kind, on, reference=reference, note=forms.line(request, "note"))
    else:
        kind = forms.one_of(request, "kind", [one.id for one in load_procedures().kinds])
        authority = forms.line(request, "authority")
        procedures.add_procedure(opened, found, kind, on, authority=authority, reference=reference)
    return redirect(f"{reverse('incident', args=[found.id])}#suites")


@require_POST
def answer_again(request: HttpRequest, id: str) -> HttpResponse:
    """Change an answer already given, or take it back: at any time, one fact alone."""
    opened = session()
    found = engine.get_incident(opened, id)
    about = current(request, found)
    fact = forms.line(request, "fact")
    value = forms.one_of(request, "value", ("true", "false", "unknown", "back"))
    if value == "back":
        rights.withdraw_answer(opened, found, fact, about)
    else:
        rights.answer(opened, found, fact, value, about)
    return back(found, about, "questions")
