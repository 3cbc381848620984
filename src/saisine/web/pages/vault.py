"""« Coffre »: its state in plain sentences, its verification, its receipt, and what is kept for a procedure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from saisine.casework import erasures, jobs, journal, vault_jobs, vault_state
from saisine.casework.models import Deposit, Job
from saisine.casework.vault_state import Dating, VaultState
from saisine.errors import SaisineError
from saisine.learning.aide import help_number
from saisine.vault.certificates import certificate_of
from saisine.vault.erasure import REASONS, Erasure, Hold, erasure_at
from saisine.vault.receipts import is_receipt_code
from saisine.vault.standing import UNLAWFUL
from saisine.web import forms, words
from saisine.web.clock import today
from saisine.web.current import session
from saisine.web.pages.jobs import say_job
from saisine.web.pages.vault_report import say_last, say_report
from saisine.web.told import tell

UNLAWFUL_HELP = ("pharos", "n3018", "n119")
DEPOSITS_LISTED = 20
ERASURES_LISTED = 50


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold in words; `is_due` when the day of its review has come."""

    url: str
    sentence: str
    reason: str
    is_due: bool


@dataclass(frozen=True, slots=True)
class ErasureLine:
    seq: int
    sentence: str


@dataclass(frozen=True, slots=True)
class DepositLine:
    url: str
    title: str
    detail: str
    is_held: bool


# ------------------------------------------------------------------ at a glance


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What a person needs to know of the vault, without one word of what it holds."""
    opened = session()
    found = vault_state.state_of(opened)
    context = {
        "state": found,
        "contents": say_contents(found),
        "dates": [say_dating(dating) for dating in found.datings],
        "officers": say_officers(found.officers),
        "backup_is_past": found.backup is not None and found.backup.is_past(opened.today()),
        "holds": [say_hold(one) for one in found.holds],
        "erasures": [say_erasure(one) for one in reversed(found.erasures[-ERASURES_LISTED:])],
        "barred": [reverse("vault_image", args=[item]) for item in found.barred],
        "last": say_last(vault_state.last_done(vault_jobs.VERIFY)),
    }
    return render(request, "saisine/vault.html", context)


def say_contents(found: VaultState) -> str:
    """« 28 pièces scellées depuis le mardi 21 avril 2026. »"""
    if found.since is None:
        return _("Le coffre est vide pour l’instant.")
    said = ngettext(
        "%(n)s pièce scellée, depuis le %(day)s.", "%(n)s pièces scellées, depuis le %(day)s.", found.pieces
    )
    return said % {"n": words.say_number(found.pieces), "day": words.say_day(found.since)}


def say_officers(n: int) -> str:
    if n == 0:
        return _("Aucune personne de secours : si la phrase se perd, le coffre reste fermé.")
    if n == 1:
        return _("1 personne de secours. Il en faut deux : une clé seule se perd.")
    return _("%(n)s personnes de secours peuvent l’ouvrir si la phrase se perd.") % {"n": n}


def say_dating(found: Dating) -> str:
    """« DigiCert : daté le …, sans réponse depuis le … »."""
    facts = {"name": found.label, "at": words.say_moment(found.at) if found.at else ""}
    head = (_("%(name)s : daté le %(at)s") if found.at else _("%(name)s : pas encore daté")) % facts
    if found.silent_since:
        return _("%(head)s. Sans réponse depuis le %(at)s.") % {
            "head": head,
            "at": words.say_moment(found.silent_since),
        }
    if found.waits_since:
        return _("%(head)s. Une demande attend depuis le %(at)s.") % {
            "head": head,
            "at": words.say_moment(found.waits_since),
        }
    return f"{head}."


def say_hold(found: Hold) -> HoldLine:
    sentence = _("Depuis le %(day)s.") % {"day": words.say_day(found.since)}
    until = date.fromisoformat(found.until) if found.until else None
    if until:
        sentence += " " + _("À revoir le %(day)s.") % {"day": words.say_day(until)}
    url = reverse("vault_hold", args=[found.unit])
    return HoldLine(url, sentence, found.reason, until is not None and until <= today())


def say_erasure(found: Erasure) -> ErasureLine:
    """« Effacé le …. Motif : … »"""
    reason = REASONS.get(found.code, (found.code, found.code))[words.is_english()]
    facts = {"at": words.say_moment(found.at), "reason": reason}
    return ErasureLine(found.seq, _("Effacé le %(at)s. Motif : %(reason)s.") % facts)


# ------------------------------------------------------------------ verify, receipt, certificates


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Check the whole vault: a job, its progress, then its report with the failures first."""
    opened = session()
    if request.method == "POST":
        code = forms.line(request, "receipt", 40)
        if code and not is_receipt_code(code):
            return _report_page(request, SaisineError("receipt_malformed", text=code))
        jobs.start(opened, "verify", vault_jobs.VERIFY, {"receipt": code} if code else None)
        return redirect("vault_verify")
    return _report_page(request)


def _report_page(request: HttpRequest, error: SaisineError | None = None) -> HttpResponse:
    job = jobs.job_of(session(), vault_jobs.VERIFY)
    failure = error or (job.error if job is not None else None)
    context = {
        "job": say_job(job) if job is not None and not job.is_over else None,
        "error": tell(failure) if failure else None,
        "was_cancelled": job is not None and job.state == Job.CANCELLED,
        "report": say_report(vault_state.last_done(vault_jobs.VERIFY)),
        "receipt_value": forms.line(request, "receipt", 40) if error else "",
    }
    return render(request, "saisine/vault_verify.html", context, status=422 if error else 200)


@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """The newest signed head: kept elsewhere, it shows later that nothing was taken out. Raises `vault_empty`."""
    found = session().vault.receipt()
    return _text_file(found.to_text(), f"recu-{found.code}.txt")


@require_safe
def certificate(request: HttpRequest, seq: int) -> HttpResponse:
    """The certificate of one erasure, for whoever asked for it. Raises `erasure_unknown`."""
    opened = session()
    found = certificate_of(opened.vault, erasure_at(opened.vault, seq))
    numbers = ["", *_unlawful_numbers()] if found.erasure.code == UNLAWFUL else []
    journal.note(opened, "certificate_taken", subject=str(seq))
    return _text_file(found.to_text(words.language(), numbers), f"certificat-effacement-{seq}.txt")


def _unlawful_numbers() -> Iterator[str]:
    """Whom to tell and who helps, from the one dated list."""
    yield _("Pour signaler, et pour être aidé :")
    for name in UNLAWFUL_HELP:
        found = help_number(name)
        if found is not None:
            yield f"  {found.number}  {found.label(words.language())}  {found.site}".rstrip()


def _text_file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ------------------------------------------------------------------ kept for a procedure


@require_safe
def deposits(request: HttpRequest) -> HttpResponse:
    """The deposits, to choose one that must not be erased. `apres` says after how many the page starts."""
    given = request.GET.get("apres", "")
    start = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0
    rows, count = vault_state.sealed_deposits(session(), before=start, limit=DEPOSITS_LISTED)
    held = session().vault.journal.standing.held
    following = start + len(rows)
    context = {
        "deposits": [_deposit_line(row, row.unit in held) for row in rows],
        "next_url": f"{reverse('vault_deposits')}?apres={following}" if following < count else "",
    }
    return render(request, "saisine/vault_deposits.html", context)


def _deposit_line(row: Deposit, is_held: bool) -> DepositLine:
    files = ngettext("%(n)s fichier", "%(n)s fichiers", words.form(row.files)) % {
        "n": words.say_number(row.files)
    }
    url = reverse("vault_hold", args=[row.unit])
    return DepositLine(url, _deposit_title(row), files, is_held)


def _deposit_title(row: Deposit) -> str:
    if row.is_invented:
        return _("Exemple inventé du %(at)s") % {"at": words.say_moment(row.sealed_at or row.created_at)}
    return _("Dépôt du %(at)s") % {"at": words.say_moment(row.sealed_at or row.created_at)}


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, unit: str) -> HttpResponse:
    """« Conserver pour une procédure », or « Lever » when it is. Raises `unit_unknown`, `unit_erased`."""
    standing = vault_state.hold_of(session(), unit)
    if request.method != "POST":
        return _hold_page(request, unit, standing)
    try:
        _change_hold(request, unit, standing)
    except SaisineError as error:
        if error.code not in ("reason_missing", "day_past", "day_refused"):
            raise
        return _hold_page(request, unit, standing, error)
    return redirect("vault_hold", unit)


def _change_hold(request: HttpRequest, unit: str, standing: Hold | None) -> None:
    act = forms.one_of(request, "act", ("hold", "release"))
    reason = forms.line(request, "reason")
    if act == "release":
        erasures.release(session(), unit, reason)
        return
    until = forms.day(request, "until")
    if standing is None:  # sent twice: the first one holds
        erasures.hold(session(), unit, reason, until)


def _hold_page(
    request: HttpRequest, unit: str, standing: Hold | None, error: SaisineError | None = None
) -> HttpResponse:
    row = Deposit.objects.filter(unit=unit).first()
    context = {
        "unit": unit,
        "title": _deposit_title(row) if row else _("Des données du coffre"),
        "hold": say_hold(standing) if standing else None,
        "error": tell(error) if error else None,
        "reason": forms.line(request, "reason"),
        "until": forms.line(request, "until"),
    }
    return render(request, "saisine/vault_hold.html", context, status=422 if error else 200)
