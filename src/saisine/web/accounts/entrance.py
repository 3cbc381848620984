"""Coming in: the first account, made on the computer itself, and what an invitation opens."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.webauthn.views import login_webauthn, reauthenticate_webauthn
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from saisine.casework import members
from saisine.casework.access_models import Invitation
from saisine.errors import SaisineError
from saisine.web import clock, current, forms
from saisine.web.accounts import accounts
from saisine.web.accounts.accounts import name_device
from saisine.web.accounts.models import Account
from saisine.web.accounts.roles import say_roles
from saisine.web.accounts.sessions import BEGUN, DEVICE
from saisine.web.serve import is_loopback
from saisine.web.told import tell

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """The first account, of a Responsable; from this computer only, and once."""
    if accounts.any_account() or not is_loopback(str(request.META.get("REMOTE_ADDR", ""))):
        raise Http404
    if request.method != "POST":
        return render(request, "saisine/accounts/first.html", {})
    try:
        account = accounts.make_first(current.whole(), *_typed(request))
    except SaisineError as error:
        return _again(request, "saisine/accounts/first.html", error, {})
    _sign_in(request, account)
    return redirect("members")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """A one-use link: choose a name and a password. Looking at it does not use it up."""
    session = current.whole()
    invitation = members.get_invitation(session, token)
    context = _of(invitation)
    if request.method != "POST":
        return render(request, "saisine/accounts/invited.html", context)
    try:
        account = accounts.accept(session, invitation, *_typed(request))
    except SaisineError as error:
        if error.code == "invitation_unknown":
            raise
        return _again(request, "saisine/accounts/invited.html", error, context)
    _sign_in(request, account)
    return redirect("home")


def by_passkey(request: HttpRequest) -> HttpResponse:
    """allauth's sign-in by a passkey; one that opens nothing leads back to the page, which says so."""
    answer: HttpResponse = login_webauthn(request)
    if request.method == "POST" and answer.status_code == 302 and not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?cle=refusee")
    return answer


def confirm_by_passkey(request: HttpRequest) -> HttpResponse:
    """allauth's proof by a passkey; one that is not known asks again and says so, whatever it was asked for."""
    answer: HttpResponse = reauthenticate_webauthn(request)
    if request.method == "POST" and answer.headers.get("Location") == reverse("account_login"):
        asked = {"cle": "refusee", "next": request.POST.get("next", "")}
        return redirect(f"{request.path}?{urlencode(asked)}")
    return answer


def _of(invitation: Invitation) -> dict[str, object]:
    return {
        "label": invitation.label,
        "roles": say_roles(invitation.roles),
        "is_return": invitation.member is not None,
        "expires_at": invitation.expires_at,
    }


def _typed(request: HttpRequest) -> tuple[str, str, str]:
    """The name, the user name, the password as it was typed: blanks may belong to it."""
    return forms.line(request, "label"), forms.line(request, "username"), request.POST.get("password", "")


def _again(
    request: HttpRequest, template: str, error: SaisineError, context: dict[str, object]
) -> HttpResponse:
    label, username, _password = _typed(request)
    typed = {**context, "label": label or context.get("label", ""), "username": username}
    return render(request, template, {**typed, "error": tell(error)}, status=422)


def _sign_in(request: HttpRequest, account: Account) -> None:
    login(request, account, backend=BACKEND)
    # a password chosen this minute is not asked for again before a second factor is added
    record_authentication(request, account, method="password", reauthenticated=True)
    request.session[DEVICE] = name_device(request.headers.get("User-Agent", ""))
    request.session[BEGUN] = clock.now().timestamp()
