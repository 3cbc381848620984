"""The reading order on the page of the sorting box: what is known of it, how long it takes, what it may have missed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from saisine.casework import jobs, reading_order, surveys
from saisine.casework.bands import SAMPLE
from saisine.casework.session import Session
from saisine.web import words
from saisine.web.current import session
from saisine.web.pages.jobs import JobWords, say_job

SORTING = "tri"  # the subject of the jobs of this page


@dataclass(frozen=True, slots=True)
class OrderWords:
    """The reading order in words: what is known of it, how long it may take, what it may have missed."""

    is_known: bool
    missing: str
    minutes: str
    missed: str
    sample_url: str


def say_work(opened: Session) -> JobWords | None:
    """The work that prepares this page, while it is not over, or when it failed; it is of no single incident."""
    if opened.scope is not None:
        return None
    job = jobs.job_of(opened, SORTING)
    return say_job(job) if job is not None and (not job.is_over or job.error) else None


def say_order(opened: Session) -> OrderWords:
    placed = surveys.ready(opened)
    assert placed is not None  # the caller looked
    known = reading_order.current(opened, placed) is not None
    missing = reading_order.missing_rows(opened)
    minutes = max(1, round(missing / reading_order.SCORED_A_SECOND / 60))
    said = ngettext("environ %(n)s minute", "environ %(n)s minutes", words.form(minutes))
    return OrderWords(
        is_known=known,
        missing=words.say_number(missing),
        minutes=said % {"n": words.say_number(minutes)},
        missed=_say_missed(opened) if known else "",
        sample_url=reverse("triage_band", args=[SAMPLE]) if known else "",
    )


def _say_missed(opened: Session) -> str:
    """« Sur 40 tirés, 2 étaient à regarder. Parmi les 900, il y en aurait entre 5 et 152. »"""
    placed = surveys.ready(opened)
    found = reading_order.missed(opened, placed) if placed is not None else None
    if found is None:
        return ""
    facts = {name: words.say_number(getattr(found, name)) for name in ("drawn", "found", "total")}
    if found.low is None or found.high is None:
        facts["least"] = words.say_number(reading_order.LEAST_DRAWS)
        return (
            _("%(drawn)s tirés dans « Rien trouvé » : trop peu pour estimer, il en faut %(least)s.") % facts
        )
    facts |= {"low": words.say_number(found.low), "high": words.say_number(found.high)}
    return (
        _("Sur %(drawn)s tirés dans « Rien trouvé », %(found)s gardés.") % facts
        + " "
        + _("Parmi les %(total)s, il y en aurait entre %(low)s et %(high)s (intervalle exact à 95 %%).")
        % facts
    )


@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """« Préparer le tri »: the survey in a job, when there are too many messages to make it while a page waits."""
    opened = session()
    jobs.start(opened, "findings", SORTING)
    return redirect("triage")


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """« Calculer l’ordre de lecture »: a job; nothing is hidden by it."""
    opened = session()
    jobs.start(opened, "order", SORTING)
    return redirect("triage")
