"""Notices and deadlines as counts, for whoever reads numbers alone."""

from collections import Counter
from typing import Final, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saisine.casework import deadline_rows, notices
from saisine.casework.session import Session
from saisine.web import words

Which = Literal["notices", "deadlines"]
TITLES: Final = {"notices": gettext_lazy("Signalements"), "deadlines": gettext_lazy("Échéances")}


def page(request: HttpRequest, session: Session, which: Which) -> HttpResponse:
    """How many, and no title, no platform, no day: a count of one still names nobody."""
    lines = _notices(session) if which == "notices" else _deadlines(session)
    return render(request, "saisine/accounts/counts.html", {"title": TITLES[which], "lines": lines})


def _notices(session: Session) -> list[tuple[str, int]]:
    spoken = words.language()
    found = Counter(notices.state_of(notice).label(spoken) for notice in notices.list_notices(session))
    return sorted(found.items())


def _deadlines(session: Session) -> list[tuple[str, int]]:
    left = [one.days_left for one in deadline_rows.every(session) if one.days_left is not None]
    return [
        (_("Dépassées"), sum(days < 0 for days in left)),
        (_("Dans les 30 jours"), sum(0 <= days <= 30 for days in left)),
        (_("Plus tard"), sum(days > 30 for days in left)),
    ]
