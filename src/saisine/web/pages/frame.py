"""Pages around the work: help, data, journal, leaving, language, and the pages that tell an error."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import journal
from saisine.errors import SaisineError
from saisine.web import words
from saisine.web.accounts import who
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.middleware import LEFT_COOKIE
from saisine.web.told import tell

ONE_YEAR_S = 365 * 24 * 3600


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "saisine/help.html")


@require_safe
def quit_page(request: HttpRequest) -> HttpResponse:
    """A blank page under a neutral title: what is left on screen after « Quitter vite »."""
    answer = render(request, "saisine/quit.html")
    answer.set_cookie(LEFT_COOKIE, "1", samesite="Strict", httponly=True, secure=request.is_secure())
    return answer


@require_POST
def come_back(request: HttpRequest) -> HttpResponse:
    """Open the pages again: asked from the blank first page alone."""
    answer = HttpResponseRedirect("/")
    answer.delete_cookie(LEFT_COOKIE, samesite="Strict")
    return answer


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of « Qui a vu quoi »."""

    at: datetime
    who: str
    what: str


@require_safe
def who_saw_what(request: HttpRequest) -> HttpResponse:
    """The journal, fifty lines at a time: all of it, one's own lines, or those about one's incidents."""
    before = request.GET.get("avant", "")
    page = journal.lines(
        session(),
        before=int(before) if before.isascii() and before.isdigit() else None,
        among=who.lines_of(request),
    )
    name = who.names(request)
    seen = [
        Seen(row.at, name(row.by), journal.say(row.what, words.language(), row.count)) for row in page.rows
    ]
    older = f"{reverse('journal')}?avant={page.next}" if page.next is not None else ""
    return render(request, "saisine/journal.html", {"lines": seen, "next_url": older})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language that the person chose, in a cookie of this browser alone."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None) or not target.startswith("/"):
        target = "/"
    answer = HttpResponseRedirect(target)
    chosen = request.POST.get("language", "fr")
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=ONE_YEAR_S,
            samesite="Strict",
            httponly=True,
            secure=request.is_secure(),
        )
    return answer


def _tell(request: HttpRequest, code: str, status: int) -> HttpResponse:
    name = "saisine/parts/error.html" if wants_part(request) else "saisine/error.html"
    return render(request, name, {"error": tell(SaisineError(code))}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read, told as any failure; a refused host learns nothing of what runs here."""
    if isinstance(exception, DisallowedHost):
        return HttpResponse("400", status=400, content_type="text/plain; charset=utf-8")
    too_long = isinstance(exception, TooManyFieldsSent | TooManyFilesSent | RequestDataTooBig)
    return _tell(request, "form_too_long" if too_long else "form_unreadable", 413 if too_long else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _tell(request, "page_refused", 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _tell(request, "page_refused", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _tell(request, "page_unknown", 404)


def failed(request: HttpRequest) -> HttpResponse:
    return _tell(request, "page_failed", 500)
