"""« Cette image ne peut pas être gardée »: set aside and destroyed without ever being shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import unkeepable
from saisine.law.statements import statement_of
from saisine.web import words
from saisine.web.current import session
from saisine.web.help_numbers import chosen
from saisine.web.pages.vault import UNLAWFUL_HELP

OFFENCE = "pedopornographie"  # of law/fr: what makes the mere keeping unlawful


@require_safe
def image(request: HttpRequest, item: str) -> HttpResponse:
    """Where this piece stands, and the one act that comes next. Raises `item_unknown`, `unit_erased`."""
    found = unkeepable.find(session(), item)
    offence = session().law.offences.get(OFFENCE)
    law = statement_of(offence).line(words.language()) if offence is not None else ""
    context = {"piece": found, "numbers": chosen(UNLAWFUL_HELP), "law": law}
    return render(request, "saisine/vault_image.html", context)


@require_POST
def bar(request: HttpRequest, item: str) -> HttpResponse:
    unkeepable.bar(session(), item)
    return redirect("vault_image", item)


@require_POST
def destroy(request: HttpRequest, item: str) -> HttpResponse:
    """Raises `item_not_barred`."""
    unkeepable.destroy(session(), item)
    return redirect("vault_image", item)
