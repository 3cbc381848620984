"""The first page: the doors, and what waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from saisine.casework import captures, data_requests, deadline_rows, deposits, invented, triage
from saisine.casework.deadlines import Deadline
from saisine.casework.session import Session
from saisine.web import words
from saisine.web.accounts.gate import visitor_of
from saisine.web.accounts.visitors import Visitor
from saisine.web.current import session

MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of « À faire »."""

    text: str
    url: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    opened = session()
    context = {
        "todo": to_do(opened),
        "is_example": opened.workspace.is_example,
        "may_try": visitor_of(request).may("example") and invented.may_try(opened),
        "example": invented.present(opened) if visitor_of(request).may("example") else None,
        "others": list(other_doors(visitor_of(request))),
    }
    return render(request, "saisine/home.html", context)


@dataclass(frozen=True, slots=True)
class Door:
    """A wide card of the second row: only a page that exists has one."""

    url: str
    icon: str
    title: str
    line: str


def other_doors(visitor: Visitor) -> Iterator[Door]:
    """The second row of product.md, section 5, no dead link: a page that is not there (or not hers) has none."""
    doors = (
        ("lessons", "help", _("Comprendre"), _("Les algorithmes, la loi, l’enquête, le contentieux")),
        ("scorecards", "sort", _("Mesurer les plateformes"), _("Que font-elles de vos signalements ?")),
        ("diagnostic", "message", _("Diagnostic"), _("Recueillir la parole des associations")),
        ("observatory", "incident", _("Agir à plusieurs"), _("Montrer ensemble sans exposer personne")),
        ("vault", "vault", _("Coffre"), _("Dates, sauvegardes, phrase de passe")),
        ("help_guide", "help", _("Dix minutes pour commencer"), _("Le guide illustré, pas à pas")),
        ("verify", "verify", _("Vérifier un dossier reçu"), _("Intact, modifié ou incomplet ?")),
    )
    for name, icon, title, line in doors:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        if visitor.may_read(name):
            yield Door(url, icon, title, line)


def to_do(opened: Session) -> list[Todo]:
    """The lines of « À faire », three at most."""
    return list(islice(filter(None, _todo(opened)), MOST_LINES))


def _todo(opened: Session) -> Iterator[Todo | None]:
    """Files that were never sealed, the nearest deadline, what is to be sorted, the answers awaited."""
    yield _unsealed(opened)
    glance = deadline_rows.glance(opened)
    yield _nearest(glance.nearest)
    yield _asked(opened)
    yield _to_sort(opened)
    yield _awaited(glance.awaited)


def _unsealed(opened: Session) -> Todo | None:
    """Received and not sealed: only a copy of ours, which proves nothing yet."""
    waiting = deposits.waiting(opened)
    if not waiting:
        return None
    n = sum(row.files for row in waiting)
    said = ngettext("%(n)s fichier reçu, à sceller", "%(n)s fichiers reçus, à sceller", words.form(n))
    url = reverse("deposit_one", args=[waiting[0].id]) if len(waiting) == 1 else reverse("deposit")
    return Todo(said % {"n": words.say_number(n)}, url)


def _nearest(row: Deadline | None) -> Todo | None:
    """The next day to act; a limitation clock that is over is no task, an overdue reminder is one."""
    if row is None or row.days_left is None:
        return None
    facts = {"title": row.incident.title, "left": words.say_days_left(row.days_left)}
    return Todo(_("Échéance la plus proche, « %(title)s » : %(left)s") % facts, reverse("deadlines"))


def _asked(opened: Session) -> Todo | None:
    """A request about personal data that somebody waits for: the law gives a month."""
    if opened.scope is not None:
        return None
    found = data_requests.nearest(opened)
    if found is None or found.days_left is None:
        return None
    said = _("Demande sur des données personnelles, à répondre : %(left)s")
    return Todo(said % {"left": words.say_days_left(found.days_left)}, reverse("data_requests"))


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


def _awaited(n: int) -> Todo | None:
    if not n:
        return None
    said = ngettext(
        "%(n)s réponse de plateforme attendue", "%(n)s réponses de plateforme attendues", words.form(n)
    )
    return Todo(said % {"n": words.say_number(n)}, reverse("notices"))
