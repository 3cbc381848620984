"""Notices: the text is prepared here and sent by a person; then its proof and its answer are kept."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import association, exhibits, incidents
from saisine.casework import notices as engine
from saisine.casework.models import ExhibitRow, Incident, NoticeRow
from saisine.errors import SaisineError
from saisine.notices.profiles import Platform, load_platforms
from saisine.notices.states import DECISIONS, KINDS, NoticeEvent, live_events
from saisine.notices.text import NoticeText
from saisine.web import forms, platforms, words
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.pages import notice_breaches, notice_steps
from saisine.web.pages.incident_parts import choices
from saisine.web.paging import paged
from saisine.web.told import tell
from saisine.web.uploads import received

OFFERED_INCIDENTS = 20  # the newest; the list of incidents leads to the others
OFFERED = 50  # exhibits offered for a notice; a longer list is reached by the link of the content
# what a page says after it was sent back to itself
SAID = {
    "envoye": gettext_lazy("Envoi noté. Les rappels commencent aujourd’hui."),
    "accuse": gettext_lazy("Accusé de réception scellé et joint à l’incident."),
    "reponse": gettext_lazy("Réponse notée."),
    "etape": gettext_lazy("Étape notée."),
    "retour": gettext_lazy("Étape retirée. Elle reste dans l’historique de l’incident."),
}


@dataclass(frozen=True, slots=True)
class NoticeLine:
    id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class PointLine:
    is_met: bool
    text: str


@dataclass(frozen=True, slots=True)
class EventLine:
    when: str
    what: str


@dataclass(frozen=True, slots=True)
class DueLine:
    label: str
    on: date
    days: int


# ------------------------------------------------------------------ the list, and a new one


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    opened = session()
    shown = paged(request, engine.notice_rows(opened))
    newest = list(incidents.incidents_with_pieces(opened)[: OFFERED_INCIDENTS + 1])
    context = {
        "notices": [NoticeLine(row.id, say_title(row), _detail(row)) for row in shown.items],
        "paged": shown,
        "incidents": newest[:OFFERED_INCIDENTS],
        "has_more_incidents": len(newest) > OFFERED_INCIDENTS,
    }
    return render(request, "saisine/notices.html", context)


def say_title(notice: NoticeRow) -> str:
    """« Signalement 3 à YouTube »: never a word of the content."""
    return _("Signalement %(n)s à %(platform)s") % {
        "n": notice.number,
        "platform": platforms.name_of(notice.platform),
    }


def _detail(notice: NoticeRow) -> str:
    state = engine.state_of(notice)
    said = state.label(words.language())
    if state.since is not None:
        said = _("%(state)s le %(day)s") % {"state": said, "day": words.say_day(state.since)}
    return f"{said}, {notice.incident.title}"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, id: str) -> HttpResponse:
    """One content, one notice: from an exhibit, or from a link."""
    opened = session()
    incident = incidents.get_incident(opened, id)
    if request.method != "POST":
        return _form(request, incident)
    try:
        drafted = _draft(request, incident)
    except SaisineError as error:
        return _form(request, incident, error)
    return redirect("notice", drafted.id)


def _draft(request: HttpRequest, incident: Incident) -> NoticeRow:
    opened = session()
    chosen = request.POST.get("exhibit", "")
    rows = exhibits.exhibits(opened, incident)
    return engine.draft(
        opened,
        incident,
        exhibit=next((row for row in rows if row.id == chosen), None),
        platform=forms.one_of(request, "platform", load_platforms(), default=""),
        url=forms.line(request, "url", forms.LINK),
        notifier_role=forms.one_of(request, "notifier_role", ("own_name", "mandate"), default="own_name"),
        name=forms.line(request, "name"),
        email=forms.line(request, "email"),
        language=words.language(),
    )


def _form(request: HttpRequest, incident: Incident, error: SaisineError | None = None) -> HttpResponse:
    opened = session()
    card = association.get_association(opened)
    context = {
        "incident": incident,
        "exhibits": [_choice(row) for row in exhibits.exhibits(opened, incident, OFFERED)],
        "has_several": incident.exhibits.filter(withdrawn_at__isnull=True).exclude(url="").count() > 1,
        "waiting": incident.notices.filter(events__isnull=True).count(),
        "platforms": platforms.choices(),
        # what a refused form held stays in its fields
        "exhibit": request.POST.get("exhibit", ""),
        "platform": request.POST.get("platform", ""),
        "url": forms.line(request, "url", forms.LINK),
        "is_mandate": request.POST.get("notifier_role") == "mandate",
        "notifier_name": request.POST.get("name", card.name),
        "notifier_email": request.POST.get("email", card.email),
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/notice_new.html", context, status=422 if error else 200)


def _choice(row: ExhibitRow) -> Choice:
    title = _("Pièce %(n)s : %(title)s") % {
        "n": row.number,
        "title": exhibits.exhibit_title(row, words.language()),
    }
    details = [
        words.say_moment(row.at) if row.at else words.say_day(row.on) if row.on else _("date inconnue")
    ]
    if row.is_danger:
        details.append(_("signe de danger"))
    if not row.url:
        details.append(_("sans lien"))
    return Choice(row.id, title, ", ".join(details))


# ------------------------------------------------------------------ one notice


@require_safe
def notice(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, engine.get_notice(session(), id))


def _page(
    request: HttpRequest, notice: NoticeRow, text: NoticeText | None = None, error: SaisineError | None = None
) -> HttpResponse:
    """The page of a notice; the quoted words are in it only when `text` was asked for.

    The checklist is that of the whole text, quoted words included: it names the parts, it holds none.
    """
    opened = session()
    built = text or engine.text_of(opened, notice, quote=True)
    spoken = words.language()
    state = engine.state_of(notice)
    context = {
        "notice": notice,
        "title": say_title(notice),
        "state_words": state.label(spoken),
        "said": SAID.get(request.GET.get("fait", ""), ""),
        "text_shown": text is not None,
        "text": built.text if text is not None else "",
        "checklist": [PointLine(point.is_met, point.text(spoken)) for point in built.checklist],
        "is_incomplete": not all(point.is_met for point in built.checklist),
        "is_draft": state.id == "draft",
        "can_acknowledge": "acknowledged" not in {event.kind for event in engine.events_of(notice)},
        "can_decide": "decided" in state.allowed,
        "wrong_answer": _last_answer(notice),
        "events": [_event(event) for event in live_events(engine.events_of(notice))],
        "dues": [DueLine(due.label(spoken), due.on, due.days_left) for due in engine.dues_of(opened, notice)],
        "decisions": choices(DECISIONS),
        "error": tell(error) if error else None,
        **notice_breaches.say(opened, notice),
        **notice_steps.say(notice),
        **_form_of(load_platforms()[notice.platform]),
    }
    return render(request, "saisine/notice.html", context, status=422 if error else 200)


def _form_of(platform: Platform) -> dict[str, object]:
    """Where the platform's own form is, and what to know of it; only French was written so far."""
    form = platform.form("art16")
    return {
        "form_url": form.url if form else None,
        "how_to_reach": form.how_to_reach_fr if form else "",
        "particularities": platform.particularities_fr,
        "profile_flag": platform.flag(session().today(), words.language()),
    }


def _last_answer(notice: NoticeRow) -> str:
    """The id of the answer that may be corrected; empty once a route contests it, or when there is none."""
    live = live_events(engine.events_of(notice))
    return live[-1].id if live and live[-1].kind == "decided" else ""


def _event(event: NoticeEvent) -> EventLine:
    kind = KINDS[event.kind][1 if words.is_english() else 0]
    if event.decision:
        kind = DECISIONS[event.decision][1 if words.is_english() else 0]
    when = words.say_moment(event.at) if isinstance(event.at, datetime) else words.say_day(event.at)
    return EventLine(when, f"{kind} ({event.reference})" if event.reference else kind)


@require_POST
def show(request: HttpRequest, id: str) -> HttpResponse:
    """The whole text, quoted words included, because a person asked for it."""
    opened = session()
    found = engine.get_notice(opened, id)
    text = engine.show_text(opened, found)
    if wants_part(request):
        return render(request, "saisine/parts/notice_text.html", {"text": text.text})
    return _page(request, found, text)


# ------------------------------------------------------------------ what happened to it


def _done(notice: NoticeRow, what: str) -> HttpResponseRedirect:
    return redirect(f"{reverse('notice', args=[notice.id])}?fait={what}")


@require_POST
def sent(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = engine.get_notice(opened, id)
    try:
        engine.mark_sent(opened, found, reference=forms.line(request, "reference"))
    except SaisineError as error:
        return _page(request, found, error=error)
    return _done(found, "envoye")


@require_POST
def acknowledged(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = engine.get_notice(opened, id)
    try:
        name, file = received(request)[0]
        engine.acknowledge(opened, found, (name, file.path))
    except SaisineError as error:
        return _page(request, found, error=error)
    return _done(found, "accuse")


@require_POST
def answered(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = engine.get_notice(opened, id)
    try:
        decision = forms.one_of(request, "decision", DECISIONS)
        on = forms.day(request, "on", latest=opened.today())
        reasons = forms.one_of(request, "reasons", ("yes", "no", "partial"), default="")
        wrong = forms.line(request, "replaces")
        engine.note_answer(opened, found, decision, on, reasons=reasons, replaces=wrong)
    except SaisineError as error:
        return _page(request, found, error=error)
    return _done(found, "reponse")
