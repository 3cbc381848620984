"""Dossiers: for whom, what is masked, the job that seals and exports, the two files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import dossiers as engine
from saisine.casework import incidents, jobs, journal, masks, reviews, unkeepable
from saisine.casework.exhibits import exhibit_title
from saisine.casework.models import DossierRow
from saisine.dossiers.recipients import RECIPIENTS
from saisine.errors import SaisineError
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.pages.jobs import say_job
from saisine.web.told import tell

TYPES = {"pdf": "application/pdf", "zip": "application/zip"}


@dataclass(frozen=True, slots=True)
class Result:
    """What was built: one sentence, the short code to say on the telephone, and what to look at again."""

    sentence: str
    code: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    id: str
    words: str


@require_POST
def new(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    made = engine.new(opened, incidents.get_incident(opened, id))
    return redirect("dossier", made.id)


@require_safe
def dossier(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, engine.get_dossier(session(), id))


def _page(request: HttpRequest, dossier: DossierRow, error: SaisineError | None = None) -> HttpResponse:
    opened = session()
    job = jobs.job_of(opened, dossier.id)
    incident = dossier.incident
    spoken = words.language()
    context = {
        "dossier": dossier,
        "incident": incident,
        "job": say_job(job) if job is not None else None,
        "result": say_dossier(dossier) if dossier.is_built else None,
        "to_review": _to_review(dossier) if dossier.is_built else [],
        "reviewed": reviews.seen(dossier) if dossier.is_built else (),
        "recipients": _recipients(),
        "missing": [line.text(spoken) for line in engine.missing_of(opened, incident)],
        "contents": _contents(engine.contents_of(opened, incident)),
        "earlier": [_version(row) for row in engine.earlier(opened, incident) if row.id != dossier.id],
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/dossier.html", context, status=422 if error else 200)


def _contents(counts: engine.Contents) -> list[str]:
    """What the dossier will hold, in four counted lines."""
    exhibits, messages, decided, sent = counts
    parts = (
        (ngettext("%(n)s pièce", "%(n)s pièces", words.form(exhibits)), exhibits),
        (ngettext("%(n)s message recopié", "%(n)s messages recopiés", words.form(messages)), messages),
        (
            ngettext("%(n)s qualification décidée", "%(n)s qualifications décidées", words.form(decided)),
            decided,
        ),
        (ngettext("%(n)s signalement", "%(n)s signalements", words.form(sent)), sent),
    )
    return [said % {"n": words.say_number(n)} for said, n in parts]


def _recipients() -> list[tuple[str, str, str]]:
    english = words.is_english()
    return [
        (one.id, one.label_en if english else one.label_fr, one.purpose_fr) for one in RECIPIENTS.values()
    ]


def say_dossier(dossier: DossierRow) -> Result:
    """« Dossier scellé le mardi 21 avril 2026 : 6 pièces, 2,1 Mo. »"""
    report = dossier.report
    pieces = ngettext("%(n)s pièce", "%(n)s pièces", words.form(report["pieces"]))
    sentence = _("Dossier scellé le %(day)s : %(pieces)s, %(size)s.") % {
        "day": words.say_day(dossier.built_at or dossier.created_at),
        "pieces": pieces % {"n": words.say_number(report["pieces"])},
        "size": words.say_size(report["size"]),
    }
    return Result(sentence, report.get("short_code", ""), tuple(_notes(report)))


def _notes(report: Mapping[str, Any]) -> Iterator[str]:
    """The exhibits that a person has to look at, by number; silent when there is none."""
    said = {
        "broken": _("Ne correspondent plus à leur sceau, et ne sont pas jointes : pièces %(numbers)s."),
        "unshown": _("Jointes au ZIP, mais non dessinées dans le PDF : pièces %(numbers)s."),
        "to_review": _(
            "À relire avant de remettre le dossier, pour les personnes masquées : pièces %(numbers)s."
        ),
    }
    for key, sentence in said.items():
        numbers = report.get(key) or ()
        if numbers:
            yield sentence % {"numbers": words.say_list([str(number) for number in numbers])}


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """An exhibit that a person looks at before the dossier leaves."""

    number: int
    title: str
    url: str
    mask_url: str


def _to_review(dossier: DossierRow) -> list[ReviewLine]:
    waiting = reviews.left(dossier)
    rows = dossier.incident.exhibits.filter(number__in=waiting).select_related("capture").order_by("number")
    return [
        ReviewLine(
            row.number,
            exhibit_title(row, words.language()),
            reverse("original", args=[row.item]) if row.item else "",
            reverse("masks", args=[row.incident_id, row.number]) if masks.has_picture(session(), row) else "",
        )
        for row in rows
    ]


@require_POST
def reviewed(request: HttpRequest, id: str) -> HttpResponse:
    """A person looked at these exhibits, or goes back from it; when none is left, the dossier may leave."""
    opened = session()
    found = engine.get_dossier(opened, id)
    numbers = [int(text) for text in request.POST.getlist("reviewed") if text.isascii() and text.isdigit()]
    act = reviews.unmark if forms.one_of(request, "do", ("back",), default="") else reviews.mark
    act(opened, found, numbers)
    return redirect("dossier", found.id)


def _version(row: DossierRow) -> Version:
    facts = {"n": row.version, "day": words.say_day(row.built_at or row.created_at)}
    return Version(row.id, _("Version %(n)s, %(day)s") % facts)


@require_POST
def build(request: HttpRequest, id: str) -> HttpResponse:
    """Queue the building. A missing consent is told on the page, with nothing built."""
    opened = session()
    found = engine.get_dossier(opened, id)
    try:
        recipient = forms.one_of(request, "recipient", RECIPIENTS)
        masked = forms.ticked(request, "mask_third_parties")
        engine.start_build(opened, found, recipient=recipient, mask_third_parties=masked)
    except SaisineError as error:
        return _page(request, found, error)
    return redirect("dossier", found.id)


@require_safe
def file(request: HttpRequest, id: str, kind: str) -> FileResponse:
    """The PDF or the ZIP, as an attachment with a neutral name."""
    if kind not in TYPES:
        raise Http404
    opened = session()
    found = engine.get_dossier(opened, id)
    if not found.is_built:
        raise Http404
    # a consent withdrawn since the building closes this door too
    engine.require_ready(opened, found.incident, found.recipient)
    unkeepable.require_clean(opened, found)
    reviews.require_reviewed(found)
    path = engine.pdf_path(opened, found) if kind == "pdf" else engine.zip_path(opened, found)
    journal.note(opened, "dossier_taken", subject=found.id)
    name = f"dossier-{found.incident.number}-v{found.version}.{kind}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=TYPES[kind])
