"""« Sauvegarder »: a backup as a job, the list with the day on which each must be destroyed."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from saisine.casework import jobs, journal, kept_backups, vault_jobs, vault_state
from saisine.casework.backups import DEFAULT_DAYS
from saisine.casework.kept_backups import KeptBackup
from saisine.errors import SaisineError
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.pages.jobs import say_job
from saisine.web.told import tell


@dataclass(frozen=True, slots=True)
class BackupLine:
    """One backup in words; `is_past` when its day has come, `is_readable` without any passphrase."""

    name: str
    title: str
    detail: str
    is_past: bool
    is_readable: bool


@require_http_methods(["GET", "HEAD", "POST"])
def backups(request: HttpRequest) -> HttpResponse:
    opened = session()
    if request.method != "POST":
        return _page(request)
    try:
        kept_backups.start_backup(opened, _until(request))
    except SaisineError as error:
        if error.code not in ("backup_until", "day_refused"):
            raise
        return _page(request, error)
    return redirect("vault_backups")


def _until(request: HttpRequest) -> date:
    return forms.day(request, "until") or session().today() + timedelta(days=DEFAULT_DAYS)


def _page(request: HttpRequest, error: SaisineError | None = None) -> HttpResponse:
    opened = session()
    job = jobs.job_of(opened, vault_jobs.BACKUP)
    failure = error or (job.error if job is not None else None)
    proposed = opened.today() + timedelta(days=DEFAULT_DAYS)
    context = {
        "job": say_job(job) if job is not None and not job.is_over else None,
        "error": tell(failure) if failure else None,
        "backups": [say_backup(one) for one in kept_backups.kept_backups(opened)],
        "is_protected": vault_state.is_protected(opened),
        "until": forms.line(request, "until") or proposed.isoformat(),
    }
    return render(request, "saisine/vault_backups.html", context, status=422 if error else 200)


def say_backup(found: KeptBackup) -> BackupLine:
    """« Sauvegarde du …, 12 Mo. À détruire le …. »"""
    title = _("Sauvegarde du %(at)s") % {"at": words.say_moment(found.created_at)}
    facts = {"size": words.say_size(found.size), "day": words.say_day(found.until)}
    detail = _("%(size)s. À détruire le %(day)s.") % facts
    return BackupLine(found.name, title, detail, found.is_past(session().today()), not found.is_protected)


@require_safe
def download(request: HttpRequest, name: str) -> FileResponse:
    """Raises `backup_unknown`."""
    opened = session()
    found = kept_backups.find_backup(opened, name)
    journal.note(opened, "backup_taken")
    return FileResponse(
        found.path.open("rb"), as_attachment=True, filename=found.name, content_type="application/zip"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Two steps: nothing brings a backup back. Raises `backup_unknown`."""
    opened = session()
    found = kept_backups.find_backup(opened, name)
    if request.method == "POST":
        kept_backups.delete_backup(opened, name)
        return redirect("vault_backups")
    return render(request, "saisine/vault_backup_delete.html", {"backup": say_backup(found)})
