"""Dose and rest: a pause that is proposed and never imposed, and the end of a day."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from saisine.casework import care, deadline_rows, journal
from saisine.casework.personal_models import CareMark
from saisine.casework.session import Session
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.pages.home import to_do

SOON_DAYS = 7  # the nearest mark of product.md: beyond it, a deadline can wait for tomorrow


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is left. `is_soon` is True for a deadline of the coming week: it is named, and not hidden."""

    text: str
    url: str
    is_soon: bool


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """« Faire une pause » opens the page of the pause; « Continuer » goes back to where the person was."""
    opened = session()
    chosen = forms.one_of(request, "what", (CareMark.PAUSED, CareMark.WENT_ON))
    care.mark(opened, chosen)
    if chosen == CareMark.PAUSED:
        return redirect("care_rest")
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_ours else "/"


@require_http_methods(["GET", "HEAD"])
def rest(request: HttpRequest) -> HttpResponse:
    """A calm page without any content, and how long a pause the person chose."""
    minutes = care.settings_of(session()).rest_minutes
    said = ngettext("%(n)s minute", "%(n)s minutes", words.form(minutes)) % {"n": words.say_number(minutes)}
    return render(request, "saisine/rest.html", {"length": said})


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """« Terminer pour aujourd’hui »: what was done, what can wait, whom to call."""
    opened = session()
    if request.method == "POST":
        care.mark(opened, CareMark.ENDED)
        return redirect(f"{reverse('care_end')}?fini=1")
    day = care.day_of(opened)
    context = {
        "done": [journal.say(what, words.language(), count) for what, count in day.done],
        "opened": say_openings(day.openings),
        "waiting": what_waits(opened),
        "is_over": "fini" in request.GET,
    }
    return render(request, "saisine/end.html", context)


def say_openings(n: int) -> str:
    """What was looked at today; nothing is said of none."""
    if not n:
        return ""
    said = ngettext("%(n)s contenu ouvert", "%(n)s contenus ouverts", words.form(n))
    return said % {"n": words.say_number(n)}


def what_waits(opened: Session) -> list[Waiting]:
    """The lines of « À faire »; only a deadline of the coming week is said not to wait."""
    nearest = deadline_rows.nearest(opened)
    is_soon = nearest is not None and nearest.days_left is not None and nearest.days_left <= SOON_DAYS
    found = []
    for line in to_do(opened):
        near = is_soon and line.url == reverse("deadlines")
        found.append(Waiting(line.text, line.url, near))
    return found
