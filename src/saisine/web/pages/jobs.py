"""Long work as a page shows it: what it does, how far it is, how it ended."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import jobs
from saisine.casework.models import Job
from saisine.web import words
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.told import tell

PAGES = {"deposit": "deposit_one", "dossier": "dossier"}
# work on the whole vault: its page needs no identifier
VAULT_PAGES = {"verify": "vault_verify", "stamp": "vault_dates", "backup": "vault_backups"}


@dataclass(frozen=True, slots=True)
class JobWords:
    """One job in words. `next_url` is the page of what it works on."""

    id: str
    title: str
    words: str
    done: int
    total: int | None
    is_over: bool
    can_cancel: bool
    error: dict[str, str] | None
    next_url: str


def page_of(job: Job) -> str:
    """Where its result is read: the deposit, the dossier, or a page of the vault."""
    if job.kind in VAULT_PAGES:
        return reverse(VAULT_PAGES[job.kind])
    return reverse(PAGES[job.kind], args=[job.subject])


def say_job(job: Job) -> JobWords:
    titles = {
        "deposit": _("Vos fichiers sont scellés, puis lus"),
        "dossier": _("Le dossier se construit"),
        "verify": _("Le coffre est vérifié"),
        "stamp": _("La demande de date est en route"),
        "backup": _("La sauvegarde est en cours"),
    }
    return JobWords(
        id=job.id,
        title=titles[job.kind],
        words=_progress(job),
        done=job.done,
        total=job.total,
        is_over=job.is_over,
        can_cancel=job.can_cancel,
        error=tell(job.error) if job.error else None,
        next_url=page_of(job),
    )


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
        "seals": _("Contrôle des sceaux"),
        "export": _("Écriture du ZIP"),
        "verify": _("Contrôle des pièces"),
        "backup": _("Écriture de la sauvegarde"),
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
    answer = render(request, "saisine/parts/job.html", {"job": say_job(found)})
    if found.state == Job.DONE:
        answer["HX-Redirect"] = page_of(found)
    return answer


@require_POST
def cancel(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = jobs.get_job(opened, id)
    jobs.cancel(opened, found)
    return HttpResponseRedirect(page_of(found))
