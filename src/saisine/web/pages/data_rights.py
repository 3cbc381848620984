"""« Que deviennent ces données ? »: where they are, how long, the register, taking all away, erasing in two steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import (
    everything,
    incidents,
    jobs,
    journal,
    notices,
    planned_erasures,
    register,
    register_files,
    retention,
    vault_state,
)
from saisine.casework.everything import Export
from saisine.casework.models import Job
from saisine.casework.personal_models import PlannedErasure
from saisine.casework.planned_erasures import Extent
from saisine.casework.retention import RetentionClock
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.web import forms, words
from saisine.web.accounts.gate import visitor_of
from saisine.web.current import session
from saisine.web.pages.jobs import say_job
from saisine.web.told import tell

LISTED: Final = 50
# not every member's
GOVERNED: Final = ("data_retention", "data_export", "data_erase", "data_register", "data_requests")
MEDIA: Final = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


# ------------------------------------------------------------------ what becomes of the data


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Where they are, who receives them, how long they stay: the workspace's own facts."""
    opened = session()
    clocks = retention.clocks(opened)
    waiting = [row for row in planned_erasures.plans(opened) if row.state == PlannedErasure.PLANNED]
    visitor = visitor_of(request)
    context = {
        "folder": opened.workspace.folder,
        "is_protected": vault_state.is_protected(opened),
        "counts": say_counts(opened),
        "lengths": retention.lengths(opened),
        "due": sum(one.is_due for one in clocks),
        "next_clock": next(
            (say_clock(one) for one in clocks if one.on and not one.is_held and not one.is_due), None
        ),
        "planned": len(waiting),
        "dates": [one.label for one in vault_state.datings(opened)],
        "notes": opened.findings(words.language()),
        "may": {name: visitor.may_read(name) for name in GOVERNED},
    }
    return render(request, "saisine/data.html", context)


def say_counts(opened: Session) -> str:
    """« 1 800 messages, 28 pièces scellées, 1 incident et 2 signalements »."""
    messages = sum(corpus.rows for corpus in opened.corpora.list())
    sealed = len(opened.vault.items())
    cases, sent = len(incidents.list_incidents(opened)), len(notices.list_notices(opened))
    parts = (
        (ngettext("%(n)s message", "%(n)s messages", words.form(messages)), messages),
        (ngettext("%(n)s pièce scellée", "%(n)s pièces scellées", words.form(sealed)), sealed),
        (ngettext("%(n)s incident", "%(n)s incidents", words.form(cases)), cases),
        (ngettext("%(n)s signalement", "%(n)s signalements", words.form(sent)), sent),
    )
    return words.say_list([said % {"n": words.say_number(n)} for said, n in parts])


# ------------------------------------------------------------------ retention


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One retention clock in words; `erase_url` is empty when nothing can be planned from here."""

    title: str
    when: str
    detail: str
    is_due: bool
    is_held: bool
    erase_url: str


@require_safe
def data_retention(request: HttpRequest) -> HttpResponse:
    opened = session()
    found = retention.clocks(opened)
    context = {
        "due": [say_clock(one) for one in found if one.is_due][:LISTED],
        "others": [say_clock(one) for one in found if not one.is_due][:LISTED],
        "left_out": max(0, len(found) - 2 * LISTED),
        "lengths": retention.lengths(opened),
    }
    return render(request, "saisine/data_retention.html", context)


def say_clock(one: RetentionClock) -> ClockLine:
    titles = {
        "unit": _("Dépôt %(n)s, dans aucun incident"),
        "incident": _("Incident %(n)s"),
        "backup": _("Sauvegarde %(n)s"),
        "waiting": _("Fichiers reçus et non scellés (%(n)s)"),
    }
    return ClockLine(
        titles[one.kind] % {"n": one.number},
        _say_when(one),
        _say_detail(one),
        one.is_due,
        one.is_held,
        _erase_url(one),
    )


def _say_when(one: RetentionClock) -> str:
    if one.is_held:
        return _("conservé pour une procédure")
    if one.on is None or one.days_left is None:
        return _("jour inconnu : il manque la date des faits")
    if one.is_due:
        return _("à effacer depuis le %(day)s") % {"day": words.say_day(one.on)}
    return _("à effacer le %(day)s") % {"day": words.say_day(one.on)}


def _say_detail(one: RetentionClock) -> str:
    parts = []
    if one.pieces:
        said = ngettext("%(n)s pièce", "%(n)s pièces", words.form(one.pieces))
        parts.append(said % {"n": words.say_number(one.pieces)})
    if one.from_on is not None:
        parts.append(_("compté depuis le %(day)s") % {"day": words.say_date(one.from_on)})
    return words.sign(";").join(parts)


def _erase_url(one: RetentionClock) -> str:
    if one.kind in ("unit", "incident") and not one.is_held:
        return f"{reverse('data_erase')}?portee={one.kind}&cible={one.id}"
    if one.kind == "backup":
        return reverse("vault_backup_delete", args=[one.id])
    return reverse("deposit_one", args=[one.id]) if one.kind == "waiting" else ""


# ------------------------------------------------------------------ register


@require_safe
def data_register(request: HttpRequest, kind: str) -> HttpResponse:
    """The register, or the outline of the impact analysis, as a page to read. Raises `register_unknown`."""
    made = register.build(session(), kind)
    index = int(words.is_english())
    sections = [
        {
            "title": one.title[index],
            "rows": [(label[index], text[index]) for label, text in one.rows],
            "lines": [line[index] for line in one.lines],
            "must_be_checked": one.must_be_checked,
        }
        for one in made.sections
    ]
    context = {"kind": kind, "title": made.title[index], "intro": made.intro[index], "sections": sections}
    return render(request, "saisine/data_register.html", context)


@require_safe
def data_register_file(request: HttpRequest, kind: str, suffix: str) -> HttpResponse:
    """The same, to keep and complete. Raises `register_unknown` for another kind or form."""
    opened = session()
    made = register.build(opened, kind)
    if suffix not in MEDIA:
        raise SaisineError("register_unknown", kind=f"{kind}.{suffix}")
    spoken = words.language()
    body = (
        register_files.to_markdown(made, spoken).encode()
        if suffix == "md"
        else register_files.to_docx(made, spoken)
    )
    journal.note(opened, "register_taken")
    answer = HttpResponse(body, content_type=MEDIA[suffix])
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{opened.today():%Y-%m-%d}.{suffix}"'
    return answer


# ------------------------------------------------------------------ take everything


@dataclass(frozen=True, slots=True)
class ExportLine:
    name: str
    title: str
    detail: str


@require_http_methods(["GET", "HEAD", "POST"])
def data_export(request: HttpRequest) -> HttpResponse:
    """Ask for everything, follow it, take it, delete it."""
    opened = session()
    if request.method == "POST":
        everything.start(opened)
        return redirect("data_export")
    job = jobs.job_of(opened, everything.JOB)
    context = {
        "job": say_job(job) if job is not None and not job.is_over else None,
        "error": tell(job.error) if job is not None and job.error else None,
        "was_cancelled": job is not None and job.state == Job.CANCELLED,
        "exports": [say_export(one) for one in everything.exports(opened)],
    }
    return render(request, "saisine/data_export.html", context)


def say_export(one: Export) -> ExportLine:
    title = _("Toutes les données, le %(at)s") % {"at": words.say_moment(one.made_at)}
    facts = {"size": words.say_size(one.size), "day": words.say_day(one.until)}
    return ExportLine(one.name, title, _("%(size)s. Supprimé d’ici le %(day)s.") % facts)


@require_safe
def data_export_file(request: HttpRequest, name: str) -> FileResponse:
    """Raises `export_unknown`."""
    opened = session()
    found = everything.find_export(opened, name)
    journal.note(opened, "everything_taken")
    return FileResponse(
        found.path.open("rb"), as_attachment=True, filename=found.name, content_type="application/zip"
    )


@require_POST
def data_export_delete(request: HttpRequest, name: str) -> HttpResponse:
    """Raises `export_unknown`."""
    everything.delete_export(session(), name)
    return redirect("data_export")


# ------------------------------------------------------------------ erase


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One planned erasure in words; `certificates` are lines of the vault's log."""

    id: str
    title: str
    detail: str
    can_cancel: bool
    certificates: tuple[int, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def data_erase(request: HttpRequest) -> HttpResponse:
    """Step 1: choose what goes, and see what would. A POST looks and changes nothing."""
    if request.method == "POST" or request.GET.get("portee"):
        return _look(request)
    return _erase_page(request)


def _look(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    kind, target = asked.get("portee", "")[:12], asked.get("cible", "")[:40]
    author = " ".join(request.POST.get("compte", "").split())[: forms.LINE]
    try:
        extent = planned_erasures.look(session(), kind, target, {"author": author})
        if extent.is_empty:
            raise SaisineError("erasure_nothing")
    except SaisineError as error:
        if error.code.endswith("_unknown"):
            raise
        return _erase_page(request, error)
    context = {
        "extent": extent,
        "author": author,
        "title": say_extent_title(extent.kind, author),
        "lines": say_extent(extent),
        "remains": extent.remains_en if words.is_english() else extent.remains_fr,
        "reasons": say_reasons(),
    }
    return render(request, "saisine/data_erase_confirm.html", context)


def say_reasons() -> list[tuple[str, str]]:
    return [(code, said[words.is_english()]) for code, said in planned_erasures.REASONS.items()]


def say_extent_title(kind: str, author: str = "") -> str:
    titles = {
        "unit": _("Effacer un dépôt"),
        "incident": _("Effacer un incident"),
        "person": _("Effacer les messages d’une personne"),
        "everything": _("Tout effacer"),
    }
    return titles[kind]


def say_extent(extent: Extent) -> list[str]:
    """What would go, counted; what a procedure keeps is said too."""
    counts = (
        (ngettext("%(n)s pièce scellée", "%(n)s pièces scellées", words.form(extent.pieces)), extent.pieces),
        (ngettext("%(n)s message", "%(n)s messages", words.form(extent.messages)), extent.messages),
        (
            ngettext("%(n)s pièce d’incident", "%(n)s pièces d’incident", words.form(extent.exhibits)),
            extent.exhibits,
        ),
        (ngettext("%(n)s incident", "%(n)s incidents", words.form(extent.incidents)), extent.incidents),
    )
    said = [text % {"n": words.say_number(n)} for text, n in counts if n]
    if extent.held:
        said.append(_("Ce qui est conservé pour une procédure ne sera pas effacé."))
    return said


@require_POST
def data_erase_plan(request: HttpRequest) -> HttpResponse:
    """Step 2: planned for seven days from now, and called off until then. Raises what the look of step 1 raises."""
    kind = forms.one_of(request, "portee", ("unit", "incident", "person", "everything"))
    reason = forms.one_of(request, "motif", tuple(planned_erasures.REASONS))
    author = forms.line(request, "compte")
    try:
        planned_erasures.plan(session(), kind, forms.line(request, "cible", 40), reason, {"author": author})
    except SaisineError as error:
        if error.code.endswith("_unknown"):
            raise
        return _erase_page(request, error)
    return redirect(f"{reverse('data_erase')}#planned")


def _erase_page(request: HttpRequest, error: SaisineError | None = None) -> HttpResponse:
    opened = session()
    rows = planned_erasures.plans(opened)
    context = {
        "error": tell(error) if error else None,
        "waiting": [
            say_plan(row) for row in rows if row.state in (PlannedErasure.PLANNED, PlannedErasure.HELD)
        ],
        "ended": [
            say_plan(row) for row in rows if row.state in (PlannedErasure.DONE, PlannedErasure.CANCELLED)
        ],
        "incidents": incidents.list_incidents(opened)[:LISTED],
        "units": [one for one in map(_unit_line, retention.clocks(opened)) if one is not None][:LISTED],
    }
    return render(request, "saisine/data_erase.html", context, status=422 if error else 200)


def _unit_line(one: RetentionClock) -> tuple[str, str] | None:
    if one.kind != "unit" or one.is_held:
        return None
    line = say_clock(one)
    return one.id, f"{line.title}{words.sign(';')}{line.detail}"


def say_plan(row: PlannedErasure) -> PlanLine:
    ends = {
        PlannedErasure.PLANNED: _("Effacement le %(at)s. Vous pouvez l’annuler jusque-là."),
        PlannedErasure.HELD: _("En attente : une partie est conservée pour une procédure."),
        PlannedErasure.DONE: _("Effacé le %(at)s."),
        PlannedErasure.CANCELLED: _("Annulé le %(at)s. Rien n’a été effacé."),
    }
    at: datetime = row.due_at if row.ended_at is None else row.ended_at
    return PlanLine(
        row.id,
        say_extent_title(row.kind),
        ends[row.state] % {"at": words.say_moment(at)},
        row.state in (PlannedErasure.PLANNED, PlannedErasure.HELD),
        tuple(row.result.get("certificates", ())),
    )


@require_POST
def data_erase_cancel(request: HttpRequest, id: str) -> HttpResponse:
    """Raises `erasure_plan_unknown`, `erasure_too_late`."""
    opened = session()
    planned_erasures.cancel(opened, planned_erasures.get_plan(opened, id))
    return redirect(f"{reverse('data_erase')}#planned")
