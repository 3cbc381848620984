"""One card of the sorting box, opened: its text, why it stands where it does, and the types that a person confirms."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from saisine.casework import confirmed_types, reading_order, triage
from saisine.errors import SaisineError
from saisine.web import forms
from saisine.web.accounts import who
from saisine.web.current import session
from saisine.web.pages import cards
from saisine.web.pages.cards import CardWords
from saisine.web.pages.triage import shown
from saisine.web.pages.type_boxes import say_boxes

CONFIRM, UNDO = "confirm", "undo"
WHY = "why"


@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """The text of one card, because a person asked for it; the journal keeps a line.

    « Voir pourquoi » on an opened card comes here too: who confirms types has the text before her. It is opened
    again, under the right to read it, and the journal says so.
    """
    opened = session()
    band, ref = _named(request)
    texts = triage.open_card(opened, band, ref)
    said = cards.say_opened(triage.get_card(opened, band, ref), texts)
    return shown(request, band, ref, _explained(request, said) if request.POST.get("value") == WHY else said)


@require_POST
def why(request: HttpRequest) -> HttpResponse:
    """Why a card stands where it does, for and against; computed for this one, and without its words."""
    return _panel(request)


@require_POST
def types(request: HttpRequest) -> HttpResponse:
    """« Confirmer » stores what is ticked, « Annuler la confirmation » takes it back; the panel comes again."""
    opened = session()
    message = triage.shown_ref(opened, *_named(request))
    seen = request.POST.get("stands", "")
    try:
        if forms.one_of(request, "do", (CONFIRM, UNDO)) == UNDO:
            confirmed_types.withdraw(opened, message, seen=seen)
        else:
            confirmed_types.confirm(
                opened,
                message,
                request.POST.getlist("type"),
                request.POST.getlist("target"),
                seen=seen,
                model=request.POST.get("model", ""),
            )
    except SaisineError as error:
        if error.code not in ("types_changed", "types_unknown"):
            raise
        return _panel(request, is_late=True)
    return _panel(request)


def _named(request: HttpRequest) -> tuple[str, str]:
    """The band and the card that a form is about."""
    return request.POST.get("band", ""), request.POST.get("ref", "")


def _panel(request: HttpRequest, *, is_late: bool = False) -> HttpResponse:
    band, ref = _named(request)
    said = cards.say_card(triage.get_card(session(), band, ref))
    return shown(request, band, ref, _explained(request, said, is_late=is_late))


def _explained(request: HttpRequest, card: CardWords, *, is_late: bool = False) -> CardWords:
    """The card with its reasons, and its types and groups as boxes."""
    opened = session()
    message = triage.shown_ref(opened, card.band, card.ref)
    result = reading_order.why(opened, message)
    boxes = say_boxes(
        result,
        confirmed_types.history(opened, message),
        confirmed_types.standing(opened, [message]).get(message),
        who.names(request),
        is_group=card.ref.startswith("g:"),
    )
    told = cards.say_reasons(result, reading_order.frequency(opened, result))
    return replace(card, reasons=told, types=replace(boxes, is_late=is_late), is_focused=True)
