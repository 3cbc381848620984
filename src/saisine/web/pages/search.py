"""Looking for messages: the words travel in a form, never in an address, and no text is shown before « Afficher »."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from saisine.casework import surveys
from saisine.casework.searching import Found, Search
from saisine.casework.searching import search as find
from saisine.web import forms, platforms, words
from saisine.web.current import session
from saisine.web.pages.cards import say_card

WORDS = 200  # signs of a search: longer than any phrase that is looked for


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """GET shows the empty form; POST shows what is found, twenty cards a page."""
    opened = session()
    known = platforms.choices()
    asked = _asked(request, [id for id, _name in known]) if request.method == "POST" else Search()
    is_ready = surveys.ready(opened) is not None
    found = None
    if is_ready and not asked.is_blank:
        found = find(opened, asked, after=request.POST.get("after") or None)
    context = {
        "asked": asked,
        "platforms": known,
        "is_ready": is_ready,
        "is_blank": request.method == "POST" and asked.is_blank,
        "found": found,
        "cards": [say_card(card) for card in found.cards] if found else [],
        "said": _said(found) if found else "",
    }
    return render(request, "saisine/search.html", context)


def _asked(request: HttpRequest, known: list[str]) -> Search:
    """Raises `form_refused`, `day_refused`."""
    return Search(
        words=forms.line(request, "words", WORDS),
        platform=forms.one_of(request, "platform", known, ""),
        since=forms.day(request, "since"),
        until=forms.day(request, "until"),
    )


def _said(found: Found) -> str:
    """« 12 messages trouvés »; without a number for who sees some incidents only."""
    if found.count is None:
        return _("Messages trouvés dans vos incidents") if found.cards else _("Aucun message trouvé")
    if not found.count:
        return _("Aucun message trouvé")
    said = ngettext("%(n)s message trouvé", "%(n)s messages trouvés", words.form(found.count))
    return said % {"n": words.say_number(found.count)}
