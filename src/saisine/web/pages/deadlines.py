"""One list of every day not to miss, and the same as a calendar file without any content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from saisine.casework import deadline_rows
from saisine.casework import deadlines as engine
from saisine.casework.deadlines import Deadline
from saisine.web import words
from saisine.web.current import session
from saisine.web.paging import SHOWN, around, start_of

MARKS = (7, 15, 30)  # days, as product.md section 2 asks


@dataclass(frozen=True, slots=True)
class Row:
    """One term: what it is, what is left, the legal day in full, the prudent day."""

    label: str
    incident: str
    left: str
    on: bool
    on_words: str
    detail: str
    nature: str
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: list[Row]


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """Late first, then by nearness, in words as well as in order; unknown clocks in a group of their own."""
    opened = session()
    page = deadline_rows.page(opened, start=start_of(request), limit=SHOWN)
    context = {
        "groups": say_groups(page.items, page.counts),
        "paged": around(request, page.items, has_more=page.has_more),
    }
    return render(request, "saisine/deadlines.html", context)


def say_groups(found: Sequence[Deadline], counts: Mapping[str, int]) -> list[Group]:
    """Those of one page under their titles; a title counts all of its kind, on other pages too."""
    titles = {
        "late": _("Dépassées"),
        "7": _("Dans les 7 jours"),
        "15": _("Dans les 15 jours"),
        "30": _("Dans les 30 jours"),
        "later": _("Plus tard"),
        "unknown": _("Délai inconnu : une date manque"),
    }
    held: dict[str, list[Row]] = {key: [] for key in titles}
    for line in found:
        held[_nearness(line.days_left)].append(say_row(line))
    return [
        Group(f"{titles[key]} ({words.say_number(max(counts.get(key, 0), len(rows)))})", rows)
        for key, rows in held.items()
        if rows
    ]


def _nearness(days_left: int | None) -> str:
    if days_left is None:
        return "unknown"
    if days_left < 0:
        return "late"
    return next((str(mark) for mark in MARKS if days_left <= mark), "later")


def say_row(line: Deadline) -> Row:
    spoken = words.language()
    detail = [line.detail(spoken)]
    if line.safety_on:
        detail.append(_("Jour prudent : %(day)s.") % {"day": words.say_day(line.safety_on)})
    return Row(
        label=line.label(spoken),
        incident=line.incident.title,
        left=words.say_days_left(line.days_left) if line.days_left is not None else _("délai inconnu"),
        on=line.on is not None,
        on_words=words.say_day(line.on) if line.on else "",
        detail=" ".join(part for part in detail if part),
        nature=line.nature(spoken),
        url=_url(line),
        link=_("Noter la réponse") if line.notice else _("Voir l’incident"),
    )


def _url(line: Deadline) -> str:
    if line.notice is not None:
        return reverse("notice", args=[line.notice.id])
    return reverse("incident", args=[line.incident.id])


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(engine.calendar(session()), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="echeances.ics"'
    return answer
