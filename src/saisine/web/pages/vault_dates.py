"""« Faire dater par un tiers »: off until a person chooses an authority; asked by the worker, or now."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import jobs, journal, vault_jobs, vault_state
from saisine.casework.models import Job
from saisine.errors import SaisineError
from saisine.vault.authorities import (
    Preset,
    choose_authority,
    find_preset,
    free_name,
    load_presets,
    retire_authority,
)
from saisine.web import words
from saisine.web.current import session
from saisine.web.pages.jobs import say_job
from saisine.web.pages.vault import say_dating
from saisine.web.told import tell


@dataclass(frozen=True, slots=True)
class Chosen:
    name: str
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Offered:
    """An authority that may be chosen. `qualified` repeats what a person noted, and concludes nothing."""

    name: str
    label: str
    url: str
    qualified: str
    note: str


@require_safe
def dates(request: HttpRequest) -> HttpResponse:
    opened = session()
    chosen = list(vault_state.datings(opened))
    asked = {one.url for one in vault_state.chosen_authorities(opened)}
    job = jobs.job_of(opened, vault_jobs.STAMP)
    context = {
        "chosen": [Chosen(one.name, one.label, say_dating(one)) for one in chosen],
        "offered": [_say_preset(one) for one in load_presets() if one.url not in asked],
        "job": say_job(job) if job is not None and not job.is_over else None,
        "error": tell(job.error) if job is not None and job.error else None,
        "results": _say_results(job),
        "is_empty": not opened.vault.journal.size,
    }
    return render(request, "saisine/vault_dates.html", context)


def _say_preset(preset: Preset) -> Offered:
    qualified = {
        "true": _("Qualifiée au sens européen : oui, noté par une personne."),
        "false": _("Qualifiée au sens européen : non, noté par une personne."),
    }
    unknown = _("Qualifiée au sens européen : inconnu.")
    note = preset.note_en if words.is_english() else preset.note_fr
    said = f"{note[:1].upper()}{note[1:]}."
    return Offered(preset.name, preset.label, preset.url, qualified.get(preset.qualified, unknown), said)


def _say_results(job: Job | None) -> list[str]:
    """What each authority answered to the last request that was made from this page."""
    if job is None or job.state != Job.DONE:
        return []
    labels = {one.name: one.label for one in vault_state.datings(session())}
    return [_say_result(one, labels.get(one["authority"], one["authority"])) for one in job.result["results"]]


def _say_result(result: dict[str, str], label: str) -> str:
    if result["state"] == "dated" and result["at"]:
        facts = {"name": label, "at": words.say_moment(datetime.fromisoformat(result["at"]))}
        return _("%(name)s : daté le %(at)s.") % facts
    said = {
        "queued": _("%(name)s : sans réponse (%(reason)s). La demande repartira seule."),
        "refused": _("%(name)s : réponse refusée (%(reason)s). Elle ne date rien."),
    }
    reason = result["reason"][words.is_english()]
    return said.get(result["state"], said["refused"]) % {"name": label, "reason": reason}


# ------------------------------------------------------------------ choose, retire, ask


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Choose a proposed authority; chosen twice it is asked once. Raises `preset_unknown`."""
    opened = session()
    preset = find_preset(request.POST.get("preset", ""))
    if preset.url not in {one.url for one in vault_state.chosen_authorities(opened)}:
        facts = {"policies": [], "since": opened.today().isoformat(), **preset.facts()}
        name = free_name(opened.vault.folder, preset.name)
        choose_authority(opened.vault, name, preset.url, preset.root_pem, facts=facts, actor=opened.actor)
        journal.note(opened, "authority_chosen")
    return redirect("vault_dates")


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Ask an authority no more. Raises `authority_unknown`."""
    opened = session()
    retire_authority(opened.vault, request.POST.get("name", ""), now=opened.now(), actor=opened.actor)
    journal.note(opened, "authority_retired")
    return redirect("vault_dates")


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """« Demander maintenant ». Raises `no_authority`, `vault_empty`: nothing would be asked."""
    opened = session()
    if not vault_state.chosen_authorities(opened):
        raise SaisineError("no_authority")
    opened.vault.last_head()
    jobs.start(opened, "stamp", vault_jobs.STAMP)
    return redirect("vault_dates")
