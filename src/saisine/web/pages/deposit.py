"""Deposit: files received, the stop before sealing, progress, the result and its receipt, three questions."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import deposits, incidents, invented_erasure, unkeepable
from saisine.casework.deposits import DepositResult
from saisine.casework.models import Deposit, Incident, Job
from saisine.errors import SaisineError
from saisine.messages.ledger import Ledger, SourceEntry, why_unread
from saisine.vault import Sealed
from saisine.web import forms, words
from saisine.web.accounts.gate import visitor_of
from saisine.web.current import session
from saisine.web.pages.jobs import say_job
from saisine.web.told import tell
from saisine.web.uploads import received

UNREAD_LISTED = 200  # with their links, about 60 kB
LISTED = 500  # files named on the page; a folder of 50,000 captures is counted, not listed


@dataclass(frozen=True, slots=True)
class Waiting:
    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is sealed but was not read as messages, and why. `bar_url` is empty inside an archive."""

    name: str
    reason: str
    bar_url: str = ""
    is_image: bool = False


# ------------------------------------------------------------------ receive


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Choose files; they are copied into the workspace and wait there for a decision."""
    opened = session()
    context: dict[str, object] = {"waiting": _waiting(), "incidents": choices()}
    if request.method != "POST":
        return render(request, "saisine/deposit.html", context)
    chosen = forms.line(request, "incident")
    try:
        files = [(name, file.path) for name, file in received(request)]
        deposit = deposits.receive(opened, files, chosen)
    except SaisineError as error:
        if error.code.endswith("_unknown"):
            raise
        context |= {"error": tell(error), "chosen": chosen}
        return render(request, "saisine/deposit.html", context, status=422)
    return redirect("deposit_one", deposit.id)


def choices() -> list[Incident]:
    """Incidents to choose from: none for whoever deposits for all, or has one alone."""
    opened = session()
    if opened.scope is None or len(opened.scope) < 2:
        return []
    return incidents.list_incidents(opened)


def _waiting() -> list[Waiting]:
    return [Waiting(row.id, _say_waiting(row)) for row in deposits.waiting(session())]


def _say_waiting(deposit: Deposit) -> str:
    if deposit.is_invented:
        return _("Exemple inventé, demandé le %(at)s") % {"at": words.say_moment(deposit.created_at)}
    facts = {"files": words.file_counts(deposit.counts), "at": words.say_moment(deposit.created_at)}
    several = words.form(sum(deposit.counts.values()))
    return ngettext("%(files)s, reçu le %(at)s", "%(files)s, reçus le %(at)s", several) % facts


# ------------------------------------------------------------------ one deposit, in each of its states


@require_safe
def one(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    deposit = deposits.get_deposit(opened, id)
    if deposit.state == Deposit.ABANDONED:
        return redirect("deposit")
    job = deposits.job_of(opened, deposit.id)
    if deposit.state == Deposit.ERASED:
        return redirect("vault")
    if deposit.state == Deposit.SEALED:
        return _page(request, "result", _result(request, deposit))
    if deposit.state == Deposit.STOPPED:
        return _page(request, "stopped", {})
    if deposit.state == Deposit.SEALING and job is not None:
        return render(
            request,
            "saisine/deposit_one.html",
            {"part": "saisine/parts/job.html", "job": say_job(job), "deposit": deposit},
        )
    return _page(request, "confirm", _confirm(deposit, job))


def _page(request: HttpRequest, part: str, context: dict[str, object]) -> HttpResponse:
    return render(
        request, "saisine/deposit_one.html", {"part": f"saisine/parts/deposit_{part}.html", **context}
    )


def _confirm(deposit: Deposit, job: Job | None) -> dict[str, object]:
    """What was received, and how the last try ended when there was one."""
    files = deposits.files_of(session(), deposit)
    return {
        "deposit": deposit,
        "incidents": choices(),
        "chosen": deposit.incident_id or "",
        "counts": words.file_counts(deposit.counts),
        "total": deposit.size,
        "files": files[:LISTED],
        "unlisted": max(0, len(files) - LISTED),
        "ended": say_job(job) if job is not None and job.is_over else None,
    }


def _result(request: HttpRequest, deposit: Deposit) -> dict[str, object]:
    opened = session()
    result = _without_barred(deposits.result_of(opened, deposit))
    spoken = words.language()
    english = words.is_english()
    return {
        "deposit": deposit,
        "may_remove_example": visitor_of(request).may("example_remove"),
        "sentence": say_result(result),
        "receipt": result.receipt,
        "is_dated": result.is_dated,
        **_unread(request, deposit, result),
        "left_out": result.left_out(spoken),
        "asked": deposit.is_asked and "questions" not in request.GET,
        "example_incidents": invented_erasure.incidents_of(opened, deposit) if deposit.is_invented else [],
        "targets": [(value, en if english else fr) for value, fr, en in deposits.TARGETS],
        "collectors": [(value, en if english else fr) for value, fr, en in deposits.COLLECTORS],
    }


def _without_barred(result: DepositResult) -> DepositResult:
    """What was set aside, because it may not be kept, is named nowhere any more."""
    hidden = unkeepable.digests(session())
    if not hidden:
        return result
    shown = Ledger()
    shown.sources = [entry for entry in result.ledger.sources if entry.sha256 not in hidden]
    return replace(result, ledger=shown)


def _unread(request: HttpRequest, deposit: Deposit, result: DepositResult) -> dict[str, object]:
    """One page of the files that were not read as messages; `fichiers` says after how many it starts."""
    given = request.GET.get("fichiers", "")
    start = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
    held = session().vault.sealed_in(deposit.unit)
    sources = [entry for entry in result.ledger.sources if entry.unread is not None]
    page = sources[start : start + UNREAD_LISTED]
    following = start + len(page)
    return {
        "unread": [_say_unread(entry, held.get(entry.sha256)) for entry in page],
        "unread_count": len(sources),
        "unread_is_open": bool(given),
        "unread_next": f"?fichiers={following}" if following < len(sources) else "",
    }


def _say_unread(entry: SourceEntry, sealed: Sealed | None) -> Unread:
    reason = why_unread(entry, words.language())
    if sealed is None or "!" in entry.path:  # inside an archive: only the whole archive is a sealed piece
        return Unread(entry.path, reason)
    url = reverse("vault_image", args=[sealed.item])
    return Unread(entry.path, reason, url, sealed.media_type.startswith("image/"))


def say_result(result: DepositResult) -> str:
    """« 28 fichiers scellés le mardi 21 avril 2026. 1 800 messages lus, 0 laissé de côté. »"""
    left = result.skipped + result.failed
    sealed = ngettext("%(n)s fichier scellé", "%(n)s fichiers scellés", words.form(result.sealed))
    read = ngettext("%(n)s message lu", "%(n)s messages lus", words.form(result.read))
    aside = ngettext("%(n)s laissé de côté", "%(n)s laissés de côté", words.form(left))
    return _("%(sealed)s le %(day)s. %(read)s, %(aside)s.") % {
        "sealed": sealed % {"n": words.say_number(result.sealed)},
        "day": words.say_day(result.sealed_at),
        "read": read % {"n": words.say_number(result.read)},
        "aside": aside % {"n": words.say_number(left)},
    }


# ------------------------------------------------------------------ decide


@require_POST
def seal(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    deposits.start_sealing(opened, deposits.get_deposit(opened, id))
    return redirect("deposit_one", id)


@require_POST
def move(request: HttpRequest, id: str) -> HttpResponse:
    """Another of one's own incidents, before sealing. Raises `incident_unknown`, `deposit_not_open`."""
    opened = session()
    deposits.move(opened, deposits.get_deposit(opened, id), forms.line(request, "incident"))
    return redirect("deposit_one", id)


@require_POST
def stop(request: HttpRequest, id: str) -> HttpResponse:
    """An image that may not be kept was recognised: our copies are deleted at once."""
    opened = session()
    deposits.stop(opened, deposits.get_deposit(opened, id))
    return redirect("deposit_one", id)


@require_POST
def abandon(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    deposits.abandon(opened, deposits.get_deposit(opened, id))
    return redirect("deposit")


@require_POST
def example(request: HttpRequest) -> HttpResponse:
    """« Essayer avec un exemple inventé »: into an empty workspace, by the ordinary job. Raises `example_not_empty`."""
    return redirect("deposit_one", deposits.try_example(session()).id)


@require_POST
def example_remove(request: HttpRequest, id: str) -> HttpResponse:
    """Take the example out whole. Raises `example_unknown`, `example_in_incidents`, `unit_held`."""
    opened = session()
    invented_erasure.remove(opened, deposits.get_deposit(opened, id))
    return redirect("home")


@require_safe
def receipt(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    found = deposits.result_of(opened, deposits.get_deposit(opened, id)).receipt
    answer = HttpResponse(found.to_text(), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="recu-{found.code}.txt"'
    return answer


@require_POST
def questions(request: HttpRequest, id: str) -> HttpResponseRedirect:
    opened = session()
    deposits.answer_questions(
        opened,
        deposits.get_deposit(opened, id),
        target=request.POST.get("target", ""),
        collector=request.POST.get("collector", ""),
        in_its_name=forms.ticked(request, "in_its_name"),
        since=forms.day(request, "since", latest=opened.today()),
    )
    return redirect("deposit_one", id)
