"""What lets the pages be installed on a phone or a computer, and what help is left when the server is closed.

The service worker keeps one page of help and its style, never a page of the work: `CACHED` is the whole list, and a
test compares it with what the browser kept.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

import saisine
from saisine.learning import glossary
from saisine.web import server, words
from saisine.web.help_numbers import numbers
from saisine.web.pages.illustrated import steps
from saisine.web.pages.shared import TEXTS
from saisine.web.templatetags.saisine_words import Shown

# Names of pages, then of static files: nothing else is ever kept by a browser.
PAGES: Final = ("offline",)
FILES: Final = ("saisine/saisine.css", "saisine/favicon.svg", "saisine/icons.svg")
ICON_SIZES: Final = (192, 512)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The web manifest: a neutral name and icon (a phone may be looked at by somebody else)."""
    icons = [
        {"src": static(f"saisine/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in ICON_SIZES
    ]
    body: dict[str, object] = {
        "name": "Saisine",
        "short_name": "Saisine",
        "lang": words.language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#8a8f96",
        "icons": [*icons, {"src": static("saisine/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    if server.is_public():
        body["share_target"] = share_target()
    return JsonResponse(body, content_type="application/manifest+json")


def share_target() -> dict[str, object]:
    """Where the share menu of a telephone sends screenshots and links (Web Share Target, W3C draft)."""
    return {
        "action": reverse("deposit_share"),
        "method": "POST",
        "enctype": "multipart/form-data",
        "params": {
            **{name: name for name in TEXTS},
            "files": [{"name": "files", "accept": ["image/*", "application/pdf", "text/plain", "text/csv"]}],
        },
    }


def cached_addresses() -> list[str]:
    """Everything that the service worker may keep."""
    return [*(reverse(name) for name in PAGES), *(static(name) for name in FILES)]


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, with its list written in; at the root, since its place decides its scope."""
    facts = {
        "version": saisine.__version__,
        "language": words.language(),
        "addresses": cached_addresses(),
        "offline": reverse("offline"),
        "quit": reverse("quit"),
    }
    body = render_to_string("saisine/service_worker.js", facts)
    return HttpResponse(body, content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Help numbers, the ten minutes in words, the words explained: no form, no name, no fact of a workspace."""
    context = {
        "numbers": numbers(),
        "steps": steps(),
        "terms": [Shown.of(term) for term in glossary.ordered(words.language())],
    }
    return render(request, "saisine/offline.html", context)
