"""The first page: the doors, and what waits."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from saisine.casework import captures, deadlines, notices, triage
from saisine.casework.session import Session
from saisine.web import words
from saisine.web.current import session

AWAITED = ("sent", "acknowledged")


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of « À faire »."""

    text: str
    url: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    opened = session()
    todo = [line for line in _todo(opened) if line]
    return render(request, "saisine/home.html", {"todo": todo, "is_example": opened.workspace.is_example})


def _todo(opened: Session) -> Iterator[Todo | None]:
    """Three lines at most: the nearest deadline, what is to be sorted, the answers awaited."""
    yield _nearest(opened)
    yield _to_sort(opened)
    yield _awaited(opened)


def _nearest(opened: Session) -> Todo | None:
    """The next day to act; a limitation clock that is over is no task, an overdue reminder is one."""
    found = deadlines.deadlines(opened)
    row = next(
        (r for r in found if r.days_left is not None and (r.days_left >= 0 or r.kind == "notice")), None
    )
    if row is None or row.days_left is None:
        return None
    facts = {"title": row.incident.title, "left": words.say_days_left(row.days_left)}
    return Todo(_("Échéance la plus proche, « %(title)s » : %(left)s") % facts, reverse("deadlines"))


def _to_sort(opened: Session) -> Todo | None:
    left = sum(band.left for band in triage.bands(opened) if band.kind != "captures")
    if left:
        said = ngettext("%(n)s message à trier", "%(n)s messages à trier", words.form(left))
        return Todo(said % {"n": words.say_number(left)}, reverse("triage"))
    todo = captures.counts(opened).todo
    if not todo:
        return None
    said = ngettext("%(n)s capture à compléter", "%(n)s captures à compléter", words.form(todo))
    return Todo(said % {"n": words.say_number(todo)}, reverse("captures"))


def _awaited(opened: Session) -> Todo | None:
    n = sum(notices.state_of(notice).id in AWAITED for notice in notices.list_notices(opened))
    if not n:
        return None
    said = ngettext(
        "%(n)s réponse de plateforme attendue", "%(n)s réponses de plateforme attendues", words.form(n)
    )
    return Todo(said % {"n": words.say_number(n)}, reverse("notices"))
