"""What a platform's form did wrong, noted on the page of a notice: the capture that shows it, the clicks counted."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import breaches as engine
from saisine.casework import exhibits, notices
from saisine.casework.models import ExhibitRow, NoticeRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.notices.breaches import load_breaches
from saisine.web import forms, words
from saisine.web.current import session


@dataclass(frozen=True, slots=True)
class BreachLine:
    """One breach in words, its rule with article and flag, and what may still be done with it."""

    id: str
    words: str
    rule: str
    note: str
    against: str
    is_confirmed: bool


def say(opened: Session, notice: NoticeRow) -> dict[str, object]:
    """The breaches of a notice, and what the form offers."""
    spoken = words.language()
    return {
        "breaches": [_line(one, spoken) for one in engine.breaches_of(opened, notice)],
        "breach_kinds": [(kind.id, kind.label(spoken)) for kind in load_breaches().values()],
        "breach_exhibits": [
            (row.number, exhibits.exhibit_title(row, spoken))
            for row in engine.exhibits_to_show(opened, notice)
        ],
    }


def _line(one: engine.Breach, spoken: str) -> BreachLine:
    row = one.row
    return BreachLine(
        row.id, one.words(spoken), one.kind.rule(spoken), row.note, row.counter_evidence, one.is_confirmed
    )


@require_POST
def note(request: HttpRequest, id: str) -> HttpResponse:
    """Note a breach: nothing is noted that nobody could check."""
    opened = session()
    found = notices.get_notice(opened, id)
    engine.note_breach(
        opened,
        found,
        forms.one_of(request, "kind", load_breaches()),
        exhibit=_exhibit(opened, found, forms.line(request, "exhibit")),
        clicks=_clicks(forms.line(request, "clicks")),
        observed_on=forms.day(request, "observed_on", latest=opened.today()),
        note=forms.line(request, "note"),
    )
    return _back(found)


def _exhibit(opened: Session, notice: NoticeRow, text: str) -> ExhibitRow | None:
    """The exhibit of that number; none when the field is empty. Raises `form_refused`."""
    if not text:
        return None
    for row in engine.exhibits_to_show(opened, notice):
        if str(row.number) == text:
            return row
    raise SaisineError("form_refused")


def _clicks(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


@require_POST
def change(request: HttpRequest, id: str) -> HttpResponse:
    """Confirm a breach, with what speaks against it, or take it back."""
    opened = session()
    found = notices.get_notice(opened, id)
    breach = engine.get_breach(opened, found, forms.line(request, "breach"))
    if forms.one_of(request, "do", ("confirm", "withdraw")) == "confirm":
        engine.confirm(opened, breach, forms.line(request, "against"))
    else:
        engine.withdraw(opened, breach)
    return _back(found)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Every breach that stands, one row each, as the scorecards count them."""
    answer = HttpResponse(engine.as_csv(session()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="manquements.csv"'
    return answer


def _back(notice: NoticeRow) -> HttpResponse:
    return redirect(f"{reverse('notice', args=[notice.id])}#manquements")
