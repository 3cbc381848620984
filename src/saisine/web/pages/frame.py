"""Pages around the work: help, data, journal, leaving, language, and the pages that tell an error."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from saisine.errors import SaisineError
from saisine.web.told import tell

ONE_YEAR_S = 365 * 24 * 3600


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "saisine/help.html")


@require_GET
def quit_page(request: HttpRequest) -> HttpResponse:
    """A blank page under a neutral title: what is left on screen after « Quitter vite »."""
    return render(request, "saisine/quit.html")


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
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=ONE_YEAR_S, samesite="Strict", httponly=True
        )
    return answer


def _tell(request: HttpRequest, code: str, status: int) -> HttpResponse:
    name = "saisine/parts/error.html" if request.headers.get("HX-Request") else "saisine/error.html"
    return render(request, name, {"error": tell(SaisineError(code))}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # a refused host comes here too: no frame, no link, nothing that tells what runs
    return HttpResponse("400", status=400, content_type="text/plain; charset=utf-8")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _tell(request, "page_refused", 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _tell(request, "page_refused", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _tell(request, "page_unknown", 404)


def failed(request: HttpRequest) -> HttpResponse:
    return _tell(request, "page_failed", 500)
