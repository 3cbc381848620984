"""One's own account: devices that are signed in, and the locked screen."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.errors import SaisineError
from saisine.web import current
from saisine.web.accounts import accounts, lock
from saisine.web.accounts.gate import visitor_of
from saisine.web.told import tell


@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    account = visitor_of(request).account
    if account is None:
        raise Http404
    return render(
        request,
        "saisine/accounts/devices.html",
        {"devices": accounts.devices(account, request.session.session_key)},
    )


@require_POST
def end_device(request: HttpRequest, id: str) -> HttpResponse:
    """Sign one of one's own devices out; the one in use too."""
    account = visitor_of(request).account
    if account is not None:
        accounts.end_device(account, id)
    return redirect("devices")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def locked(request: HttpRequest) -> HttpResponse:
    """The locked screen: nothing of the page behind it, and one field."""
    visitor, session, target = visitor_of(request), current.whole(), _next(request)
    if not lock.can_lock(visitor, session):
        return HttpResponseRedirect("/")
    # no way to anything: the frame of a locked screen has no navigation
    context: dict[str, object] = {"next": target, "is_account": visitor.account is not None, "entries": []}
    if visitor.account is not None:
        context["has_passkey"] = accounts.has_passkey(visitor.account)
    if request.method != "POST":
        if lock.unlock_by_passkey(request, visitor, session):
            return HttpResponseRedirect(target)
        if not lock.is_locked(request, visitor, session):
            lock.lock(request, visitor, session)  # whoever comes here by the address asks for the lock
        return render(request, "saisine/accounts/locked.html", context)
    try:
        lock.unlock(request, visitor, session, request.POST.get("secret", ""))
    except SaisineError as error:
        status = 429 if error.code == "unlock_later" else 422
        return render(
            request, "saisine/accounts/locked.html", {**context, "error": tell(error)}, status=status
        )
    return HttpResponseRedirect(target)


def _next(request: HttpRequest) -> str:
    """Where the person was: a path of ours, never another site, and never the lock itself."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/")
    return target if safe and target != request.path else "/"
