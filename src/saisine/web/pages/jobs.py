"""Long work as a page shows it: what it does, how far it is, how it ended."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import jobs
from saisine.casework.models import Job
from saisine.casework.session import Session
from saisine.web import words
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.told import tell

PAGES = {"deposit": "deposit_one", "dossier": "dossier"}
# work on the whole vault: its page needs no identifier
VAULT_PAGES = {
    "verify": "vault_verify",
    "stamp": "vault_dates",
    "backup": "vault_backups",
    "everything": "data_export",
    "erase": "data_erase",
}
# Work that may be asked for again as it was: the same subject, the same options.
RESUMED: Final = frozenset({"verify", "stamp", "backup", "everything", "dossier"})
LISTED: Final = 20
RUNG: Final = 5  # ended jobs that the bell names at once
# derived work on all messages: its subject names the page that waits for it
DERIVED_PAGES = {"tri": "triage", "vagues": "waves", "apprentissage": "learning"}


@dataclass(frozen=True, slots=True)
class JobWords:
    """One job in words. `next_url` is the page of what it works on."""

    id: str
    title: str
    words: str
    done: int
    total: int | None
    is_over: bool
    is_done: bool
    can_cancel: bool
    can_resume: bool
    when: str
    error: dict[str, str] | None
    next_url: str


def page_of(job: Job) -> str:
    """Where its result is read: the deposit, the dossier, or a page of the vault."""
    if job.kind in VAULT_PAGES:
        return reverse(VAULT_PAGES[job.kind])
    if job.subject in DERIVED_PAGES:
        return reverse(DERIVED_PAGES[job.subject])
    if job.kind in PAGES:
        return reverse(PAGES[job.kind], args=[job.subject])
    return reverse("jobs")  # a kind that a later version wrote


def say_job(job: Job) -> JobWords:
    titles = {
        "deposit": _("Vos fichiers sont scellés, puis lus"),
        "dossier": _("Le dossier se construit"),
        "verify": _("Le coffre est vérifié"),
        "stamp": _("La demande de date est en route"),
        "backup": _("La sauvegarde est en cours"),
        "findings": _("Les messages sont relus"),
        "order": _("L’ordre de lecture se calcule"),
        "learn": _("L’apprentissage est en cours"),
        "own": _("Votre modèle relit les premiers messages"),
        "everything": _("Toutes les données sont rassemblées"),
        "erase": _("Les effacements prévus se font"),
    }
    return JobWords(
        id=job.id,
        title=say_name(job.kind) if job.is_over else titles.get(job.kind, _("Un travail est en cours")),
        words=_progress(job),
        done=job.done,
        total=job.total,
        is_over=job.is_over,
        is_done=job.state == Job.DONE,
        can_cancel=job.can_cancel,
        can_resume=can_resume(job),
        when=words.say_moment(job.changed_at) if job.is_over else "",
        error=tell(job.error) if job.error else None,
        next_url=page_of(job),
    )


def say_name(kind: str) -> str:
    """What the work is called once it is over."""
    names = {
        "deposit": _("Dépôt de fichiers"),
        "dossier": _("Dossier"),
        "verify": _("Vérification du coffre"),
        "stamp": _("Demande de date"),
        "backup": _("Sauvegarde"),
        "findings": _("Relecture des messages"),
        "order": _("Ordre de lecture"),
        "learn": _("Apprentissage"),
        "own": _("Relecture par votre modèle"),
        "everything": _("Export de toutes les données"),
        "erase": _("Effacements prévus"),
    }
    return names.get(kind, _("Travail"))


def can_resume(job: Job) -> bool:
    """Whether it stopped before its end, may be asked for again, and was not already."""
    if job.kind not in RESUMED or job.state not in (Job.FAILED, Job.CANCELLED):
        return False
    later = Job.objects.filter(kind=job.kind, subject=job.subject, created_at__gte=job.created_at)
    return not later.exclude(id=job.id).exists()


def _progress(job: Job) -> str:
    ends = {
        Job.WAITING: _("En attente."),
        Job.DONE: _("Terminé."),
        Job.FAILED: _("Arrêté avant la fin."),
        Job.CANCELLED: _("Interrompu. Ce qui était scellé le reste."),
    }
    if job.state in ends:
        return ends[job.state]
    if job.cancel_asked:
        return _("Arrêt demandé : il se fait à la prochaine étape.")
    return _step(job)


def _step(job: Job) -> str:
    steps = {
        "seal": _("Scellement"),
        "read": _("Lecture des messages"),
        "survey": _("Recherche des copies, des vagues et des signes de danger"),
        "pictures": _("Préparation des images"),
        "networks": _("Comparaison des comptes, indice par indice"),
        "order": _("Lecture des messages par le modèle"),
        "learn": _("Essais sur vos décisions"),
        "own": _("Lecture par votre modèle"),
        "seals": _("Contrôle des sceaux"),
        "export": _("Écriture du ZIP"),
        "verify": _("Contrôle des pièces"),
        "backup": _("Écriture de la sauvegarde"),
        "everything": _("Écriture du ZIP"),
        "erase": _("Effacement"),
    }
    step = steps.get(job.step, _("En cours"))
    if not job.total:
        return step
    say = words.say_size if job.step == "backup" else words.say_number  # that one counts bytes
    facts = {"step": step, "done": say(job.done), "total": say(job.total)}
    return _("%(step)s : %(done)s sur %(total)s") % facts


@require_safe
def job(request: HttpRequest, id: str) -> HttpResponse:
    """The part that a page asks again each second; once done, the page goes to the result."""
    found = jobs.get_job(session(), id)
    if not wants_part(request):
        return HttpResponseRedirect(page_of(found))
    name = "job_line" if "ligne" in request.GET else "job"
    answer = render(request, f"saisine/parts/{name}.html", {"job": say_job(found)})
    if found.state == Job.DONE and name == "job":
        answer["HX-Redirect"] = page_of(found)
    return answer


@require_POST
def cancel(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = jobs.get_job(opened, id)
    jobs.cancel(opened, found)
    return HttpResponseRedirect(reverse("jobs") if request.POST.get("next") == "jobs" else page_of(found))


@require_POST
def resume(request: HttpRequest, id: str) -> HttpResponse:
    """Ask again for work that stopped before its end; what was done of it is found again by the work itself."""
    opened = session()
    found = jobs.get_job(opened, id)
    if can_resume(found):
        jobs.start(opened, found.kind, found.subject, found.options)
    return redirect("jobs")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """« Travaux »: what runs, then what ended, twenty at a time."""
    opened = session()
    start = request.GET.get("depuis", "")
    begin = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0
    over = _mine(opened).exclude(state__in=(Job.WAITING, Job.RUNNING)).order_by("-changed_at", "-id")
    page = list(over[begin : begin + LISTED + 1])
    running = [] if begin else list(_running(opened))
    context = {
        "running": [say_job(one) for one in running],
        "over": [say_job(one) for one in page[:LISTED]],
        "has_running": bool(running),
        "next_url": f"{reverse('jobs')}?depuis={begin + LISTED}" if len(page) > LISTED else "",
    }
    return render(request, "saisine/jobs.html", context)


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """What ended since the page was opened (`vus`, seconds): a quiet line, read aloud once."""
    opened = session()
    return render(request, "saisine/parts/bell.html", bell_of(opened, request.GET.get("vus", "")))


def bell_of(opened: Session, since: str) -> dict[str, object]:
    """The bell's context: ended jobs of this person since that second, and whether some still run."""
    seconds = int(since) if since.isascii() and since.isdigit() and len(since) < 12 else None
    at = datetime.fromtimestamp(seconds, UTC) if seconds is not None else opened.now()
    return {
        "running": _running(opened).exists(),
        # a page that opens at this moment has seen nothing end yet
        "ended": [say_job(one) for one in _ended(opened, at)] if seconds is not None else [],
        "since": int(at.timestamp()),
    }


def _ended(opened: Session, since: datetime) -> "QuerySet[Job, Job]":
    rows = _mine(opened).filter(state__in=(Job.DONE, Job.FAILED), changed_at__gt=since)
    return rows.order_by("-changed_at")[:RUNG]


def _mine(opened: Session) -> "QuerySet[Job, Job]":
    """Work that this person asked for, and what the workspace does by itself."""
    return Job.objects.filter(Q(by=opened.actor) | Q(by=""))


def _running(opened: Session) -> "QuerySet[Job, Job]":
    return _mine(opened).filter(state__in=(Job.WAITING, Job.RUNNING)).order_by("created_at")
