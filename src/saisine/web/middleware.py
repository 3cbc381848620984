"""What holds for each answer: who may ask, in which language, with which headers, how a failure is told."""

import gzip
import logging
import sqlite3
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers

from saisine.errors import SaisineError
from saisine.web.explaining import explained
from saisine.web.typography import with_french_spaces

logger = logging.getLogger("saisine.web")

Answer = Callable[[HttpRequest], HttpResponse]

HTML = "text/html; charset=utf-8"
PACKED = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")
METHODS = ("GET", "HEAD", "POST", "OPTIONS")

# No inline script or style, nothing from elsewhere, no frame, no plug-in. `connect-src` is for htmx.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# A file to save, opened by mistake in the browser, has neither script, nor form, nor an origin of ours
SAVED_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"

HEADERS = {
    "Content-Security-Policy": POLICY,
    # Back after « Quitter vite », or another person on the same computer, must not find the page again
    "Cache-Control": "no-store",
    # not "no-referrer": Chromium then sends « Origin: null » with forms, and the CSRF check refuses it
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


class Guard:
    """Refuse foreign hosts and rare methods, and put the security headers on whatever is answered.

    The host is checked first, on every path: a page elsewhere whose name is re-pointed to 127.0.0.1
    (DNS rebinding) arrives with its own name and reads nothing. TRACE would otherwise answer 200.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.get_host()
        allowed = request.method in METHODS
        answer = self.get_response(request) if allowed else HttpResponseNotAllowed(METHODS)
        if answer.headers.get("Content-Disposition", "").startswith("attachment"):
            answer.headers["Content-Security-Policy"] = SAVED_POLICY
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer


class Packed:
    """Styles, scripts and drawings leave compressed: a page then weighs a third less on a cheap phone.

    Pages never do. What is compressed beside words that somebody else chose gives its secrets away by its length
    (BREACH, CVE-2013-3587); a static file holds no secret.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self._packed: dict[str, bytes] = {}  # by path: files do not change while the server runs

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not _can_be_packed(request, answer):
            return answer
        if request.path not in self._packed:
            self._packed[request.path] = gzip.compress(b"".join(answer), mtime=0)
        packed = HttpResponse(self._packed[request.path])
        for name, value in answer.headers.items():
            if name not in ("Content-Length", "ETag"):
                packed.headers[name] = value
        packed.headers["Content-Encoding"] = "gzip"
        patch_vary_headers(packed, ["Accept-Encoding"])
        answer.close()
        return packed


def _can_be_packed(request: HttpRequest, answer: HttpResponse) -> bool:
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    return (
        request.path.startswith(settings.STATIC_URL)
        and request.method == "GET"
        and answer.status_code == HTTPStatus.OK
        and kind in PACKED
        and "gzip" in request.headers.get("Accept-Encoding", "")
        and not answer.has_header("Content-Encoding")
    )


class Language:
    """French, unless the person chose English with the button of the footer: never the browser's guess."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "fr")
        language = chosen if chosen in dict(settings.LANGUAGES) else "fr"
        with translation.override(language):
            request.LANGUAGE_CODE = language
            answer = self.get_response(request)
            answer.headers.setdefault("Content-Language", language)
        if language == "fr" and not answer.streaming and answer.headers["Content-Type"] == HTML:
            answer.content = with_french_spaces(answer.content.decode()).encode()
        return answer


LEFT_COOKIE = "saisine_left"
STILL_OPEN = ("/quitter/", "/revenir/")


class Left:
    """After « Quitter vite » every page is the blank one, until the person comes back by the first page.

    The Back button asks the server again (no page is stored): it must not answer with what was on screen.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.COOKIES.get(LEFT_COOKIE) or request.path in STILL_OPEN:
            return self.get_response(request)
        return render(request, "saisine/quit.html", {"can_return": request.path == "/"})


def _is_refusal(error: OperationalError) -> bool:
    """Full, locked, read-only, unreachable: not a table that is missing, which making room would not bring back."""
    return getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


class Explain:
    """Turn a `SaisineError` into a page of three sentences: what happened, why, what to do.

    A database that cannot be read or written (disk full, locked) is told in the same words as by the jobs.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError) and _is_refusal(error):
            logger.error("database refused on %s: %s", request.path, error)
            error = SaisineError("database_full", reason=error)
        if not isinstance(error, SaisineError):
            # the class alone: a message may quote what a file contained
            logger.error("unexpected %s on %s", type(error).__name__, request.path)
            return None
        return explained(request, error)
