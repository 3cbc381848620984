"""« Glossaire »: every word of law and technique that the screens use."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from saisine.learning import glossary as book
from saisine.web import words
from saisine.web.templatetags.saisine_words import Shown


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """All terms in alphabetical order, the legal ones told apart. No account, no data of the workspace."""
    found = book.ordered(words.language())
    groups = {
        kind: [Shown.of(term) for term in found if term.kind == kind] for kind in ("legal", "technical")
    }
    return render(request, "saisine/glossary.html", groups)
