"""The gate before every page: who asks, is the screen locked, may she do this act, and in which incidents.

A refusal answers 404, as an unknown page does: that something exists is content too. What comes behind acts under
the member's own id, and sees no incident that is not hers (`casework.scopes`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from saisine.casework import scopes
from saisine.casework.members import Access
from saisine.casework.permissions import EXPORTS, RESPONSABLE
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.web import current
from saisine.web.accounts import accounts, counts, lock
from saisine.web.accounts.doors import BY_SCRIPT, DOORS, JOB, OPEN, PASSIVE, SIGNED, Door
from saisine.web.accounts.sieve import sift
from saisine.web.accounts.visitors import Visitor, opens
from saisine.web.explaining import explained
from saisine.web.htmx import wants_part
from saisine.web.told import tell

Answer = Callable[[HttpRequest], HttpResponse]
NOBODY: Final = ""  # the id under which someone without an account acts: verifying a bundle, no more
READS: Final = ("GET", "HEAD", "OPTIONS")


def visitor_of(request: HttpRequest) -> Visitor:
    """Made once for each request; an error page drawn before the gate makes its own."""
    held = getattr(request, "visitor", None)
    if not isinstance(held, Visitor):
        held = Visitor.of(request)
        request.visitor = held  # type: ignore[attr-defined]
    return held


class Gate:
    """The middleware; after sessions and accounts, before the views."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with current.one_request():
            answer = self.get_response(request)
            held = getattr(request, "visitor", None)
            if isinstance(held, Visitor):
                sift(answer, held)
            return answer

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        if not current.is_open():
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        try:
            return _pass(request, name or "", kwargs)
        except SaisineError as error:
            if error.code.endswith("_unknown"):
                raise Http404 from error
            # raised before the view, it would pass by the page that explains: an item erased since, for example
            return explained(request, error)


def _pass(request: HttpRequest, name: str, kwargs: Mapping[str, Any]) -> HttpResponse | None:
    """None lets the view answer. Raises Http404 for what this visitor may not do."""
    visitor, session, door = visitor_of(request), current.whole(), DOORS.get(name)
    if visitor.is_alone:
        if door is not None and door.needs_accounts:
            raise Http404
        return _locked(request, name, visitor, session, door)
    if door is None:
        raise Http404
    if door.read == OPEN:
        return _enter_open(request, name, visitor, session)
    if not visitor.is_known:
        return _silent(request) if name in BY_SCRIPT else _to(request, "account_login")
    return _locked(request, name, visitor, session, door) or _enter(request, visitor, session, door, kwargs)


def _enter_open(request: HttpRequest, name: str, visitor: Visitor, session: Session) -> HttpResponse | None:
    """A page for anyone; somebody signed in acts under her id there, and sees no more than elsewhere."""
    actor = visitor.account.member.id if visitor.account else NOBODY
    current.act_as(session.acting(actor, frozenset()))
    if visitor.account is None:
        return None
    if name == "quit":
        lock.lock(request, visitor, session)
    return None if DOORS[name].stays_open else _locked(request, name, visitor, session, DOORS[name])


def _locked(
    request: HttpRequest, name: str, visitor: Visitor, session: Session, door: Door | None
) -> HttpResponse | None:
    stays_open = door is not None and door.stays_open
    if visitor.is_alone and name == "quit" and lock.can_lock(visitor, session):
        lock.lock(request, visitor, session)
    is_act = name not in PASSIVE and not stays_open
    if not lock.watch(request, visitor, session, is_act=is_act) or stays_open:
        return None
    return _silent(request) if name in BY_SCRIPT else _to(request, "lock")


def _silent(request: HttpRequest) -> HttpResponse:
    """Nothing to a script that would only follow a redirection: it would open the page of a second factor behind
    the one on screen, and draw the challenge that a passkey has to answer anew."""
    return HttpResponse(status=204 if request.method in READS else 403)


def _to(request: HttpRequest, name: str) -> HttpResponse:
    """Send to a page of ours; the one asked for comes back afterwards when it was only read."""
    came_from = request.get_full_path() if request.method in READS and not wants_part(request) else "/"
    target = f"{reverse(name)}?{urlencode({'next': came_from})}"
    if not wants_part(request):
        return HttpResponseRedirect(target)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = target
    return answer


def _enter(
    request: HttpRequest, visitor: Visitor, session: Session, door: Door, kwargs: Mapping[str, Any]
) -> HttpResponse | None:
    if visitor.account is None:
        raise Http404
    act = visitor.act_of(door, request.method, str(kwargs.get("id", "")))
    access = visitor.access(act)
    if not opens(door, access) or (access.cell == "counts" and request.method not in READS):
        raise Http404
    due = _second_factor(request, visitor, act)
    if due is not None:
        return due
    scope = _narrowed(request, access)
    current.act_as(session.acting(visitor.account.member.id, scope))
    _require_subject(door, kwargs, scope)
    if access.cell == "counts":
        return counts.page(request, current.whole(), "notices" if door is DOORS["notices"] else "deadlines")
    return None


def _second_factor(request: HttpRequest, visitor: Visitor, act: str) -> HttpResponse | None:
    """A lead without a second factor goes and chooses one; anyone else is told when something would leave."""
    account = visitor.account
    if account is None or (act == SIGNED and request.path != "/"):
        return None
    leads = RESPONSABLE in account.member.roles
    if not (leads or act in EXPORTS) or not accounts.is_second_factor_due(account):
        return None
    if leads:
        return _to(request, "mfa_index")
    told = tell(SaisineError("second_factor_missing"))
    return render(request, "saisine/accounts/second_factor.html", {"error": told}, status=403)


def _narrowed(request: HttpRequest, access: Access) -> frozenset[str] | None:
    """`?incident=` says for which of her incidents a member of several deposits."""
    wanted = request.GET.get("incident")
    if access.scope is None or wanted is None:
        return access.scope
    if wanted not in access.scope:
        raise Http404
    return frozenset({wanted})


def _require_subject(door: Door, kwargs: Mapping[str, Any], scope: frozenset[str] | None) -> None:
    """What the address names exists for her. Incidents, notices, dossiers and deposits look themselves up."""
    if scope is None:
        return
    if "item" in kwargs:
        scopes.require_item(current.session(), current.whole().vault.find(str(kwargs["item"])).item)
    if door.read == JOB:
        scopes.require_job(current.session(), str(kwargs.get("id", "")))
