"""Members: who is in, with which roles; invitations; members of an incident; how the pages are reached."""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import deposits, incidents, members
from saisine.casework.access_models import IncidentMember
from saisine.casework.members import Invited
from saisine.casework.models import Deposit, Incident, Member
from saisine.casework.permissions import TRUSTED
from saisine.errors import SaisineError
from saisine.web import forms, words
from saisine.web.accounts import accounts
from saisine.web.accounts.models import Account
from saisine.web.accounts.roles import role_choices, say_roles
from saisine.web.current import session
from saisine.web.told import tell

HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
LISTED_DEPOSITS = 20


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member in words, and the ticked roles of her form."""

    id: str
    label: str
    roles: str
    choices: tuple[tuple[str, str, bool], ...]
    has_second_factor: bool
    has_account: bool


# ------------------------------------------------------------------ the page


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: HttpRequest, error: SaisineError | None = None, made: Invited | None = None
) -> HttpResponse:
    opened = session()
    access = members.settings_of(opened)
    context = {
        "is_alone": not accounts.any_account(),
        "members": [_line(one) for one in members.present(opened)],
        "roles": role_choices(),
        "incidents": incidents.list_incidents(opened),
        "invitations": members.waiting_invitations(opened),
        "link": _link(request, made) if made else "",
        "idle_minutes": access.idle_minutes,
        "idle_choices": members.IDLE_CHOICES,
        "names": " ".join(access.names),
        "proxy": access.proxy,
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/accounts/members.html", context, status=422 if error else 200)


def _line(member: Member) -> MemberLine:
    account = Account.objects.filter(member=member).first()
    return MemberLine(
        member.id,
        member.label,
        say_roles(member.roles),
        tuple((role, label, role in member.roles) for role, label in role_choices()),
        account is not None and accounts.has_second_factor(account),
        account is not None,
    )


def _link(request: HttpRequest, made: Invited) -> str:
    return request.build_absolute_uri(reverse("account_invited", args=[made.token]))


# ------------------------------------------------------------------ acts on members


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Prepare a link; it is shown this once."""
    opened = session()
    try:
        chosen = [incidents.get_incident(opened, id) for id in request.POST.getlist("incident")]
        made = members.invite(opened, forms.line(request, "label"), request.POST.getlist("role"), chosen)
    except SaisineError as error:
        return _page(request, error)
    return _page(request, made=made)


@require_POST
def link(request: HttpRequest, id: str) -> HttpResponse:
    """A link for a member who lost her password, or her telephone."""
    opened = session()
    return _page(request, made=members.invite(opened, "", (), member=members.get_member(opened, id)))


@require_POST
def revoke(request: HttpRequest, id: str) -> HttpResponse:
    members.revoke_invitation(session(), id)
    return redirect("members")


@require_POST
def set_roles(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    try:
        members.set_roles(opened, members.get_member(opened, id), request.POST.getlist("role"))
    except SaisineError as error:
        return _refused(request, error)
    return redirect("members")


@require_POST
def leave(request: HttpRequest, id: str) -> HttpResponse:
    opened = session()
    try:
        accounts.leave(opened, members.get_member(opened, id))
    except SaisineError as error:
        return _refused(request, error)
    return redirect("members")


def _refused(request: HttpRequest, error: SaisineError) -> HttpResponse:
    if error.code.endswith("_unknown"):
        raise error
    return _page(request, error)


@require_POST
def end_sessions(request: HttpRequest, id: str) -> HttpResponse:
    """Sign every device of a member out: a telephone was lost, or seized."""
    member = members.get_member(session(), id)
    account = Account.objects.filter(member=member).first()
    if account is not None:
        accounts.end_sessions(account)
    return redirect("members")


# ------------------------------------------------------------------ how the pages are reached


@require_POST
def set_idle(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("minutes", "")
    try:
        members.set_idle(session(), int(typed) if typed.isascii() and typed.isdigit() else 0)
    except SaisineError as error:
        return _page(request, error)
    return redirect("members")


@require_POST
def set_address(request: HttpRequest) -> HttpResponse:
    """Public names and the proxy before them; they count from the next start."""
    try:
        names = [_host(name) for name in request.POST.get("names", "").lower().split()]
        members.set_address(session(), names, _proxy(forms.line(request, "proxy")))
    except SaisineError as error:
        return _page(request, error)
    return redirect("members")


def _host(name: str) -> str:
    if not HOST_NAME.fullmatch(name):
        raise SaisineError("server_names", name=name[:60])
    return name


def _proxy(address: str) -> str:
    """An IP address, or nothing: only what comes from there may say that it came by HTTPS."""
    try:
        return str(ipaddress.ip_address(address)) if address else ""
    except ValueError as error:
        raise SaisineError("server_names", name=address[:60]) from error


# ------------------------------------------------------------------ members of one incident


@dataclass(frozen=True, slots=True)
class Belonging:
    id: str
    label: str
    roles: str
    may_show: bool
    is_trusted: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Shared:
    id: str
    words: str
    is_here: bool


@require_http_methods(["GET", "HEAD", "POST"])
def of_incident(request: HttpRequest, id: str) -> HttpResponse:
    """Who belongs to an incident; a POST lets a member in, or changes what she may open."""
    opened = session()
    found = incidents.get_incident(opened, id)
    if request.method != "POST":
        return _incident_page(request, found)
    try:
        member = members.get_member(opened, request.POST.get("member", ""))
        members.join(opened, found, member, may_show=forms.ticked(request, "may_show"))
    except SaisineError as error:
        if error.code.endswith("_unknown"):
            raise
        return _incident_page(request, found, error)
    return redirect("incident_members", found.id)


def _incident_page(
    request: HttpRequest, incident: Incident, error: SaisineError | None = None
) -> HttpResponse:
    opened = session()
    belonging = members.members_of(opened, incident)
    here = {row.member_id for row in belonging}
    context = {
        "incident": incident,
        "belonging": [_belonging(row) for row in belonging],
        "others": [one for one in members.present(opened) if one.id not in here],
        "is_shared": members.is_shared(incident),
        "deposits": _deposits(incident),
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/accounts/incident_members.html", context, status=422 if error else 200)


def _belonging(row: IncidentMember) -> Belonging:
    roles = row.member.roles
    return Belonging(
        row.member_id, row.member.label, say_roles(roles), row.may_show, set(roles) == {TRUSTED}, row.added_at
    )


def _deposits(incident: Incident) -> list[Shared]:
    """The latest sealed deposits, by their date and size alone: those of this incident, and those of none."""
    rows = Deposit.objects.filter(state=Deposit.SEALED).order_by("-created_at")
    free = [row for row in rows[: LISTED_DEPOSITS * 2] if row.incident_id in (None, incident.id)]
    return [
        Shared(
            row.id,
            f"{words.say_moment(row.created_at)}, {words.file_counts(row.counts)}",
            row.incident_id is not None,
        )
        for row in free[:LISTED_DEPOSITS]
    ]


@require_POST
def remove_from_incident(request: HttpRequest, id: str, member: str) -> HttpResponse:
    opened = session()
    found = incidents.get_incident(opened, id)
    row = found.members.filter(member_id=member).select_related("member").first()
    if row is None:
        raise Http404
    members.part(opened, found, row.member)
    return redirect("incident_members", found.id)


@require_POST
def share_deposit(request: HttpRequest, id: str) -> HttpResponse:
    """Let the members of this incident see and sort a deposit, or end it."""
    opened = session()
    found = incidents.get_incident(opened, id)
    deposit = deposits.get_deposit(opened, request.POST.get("deposit", ""))
    if deposit.incident_id not in (None, found.id):
        raise Http404
    members.give_deposit(opened, deposit, found if deposit.incident_id is None else None)
    return redirect("incident_members", found.id)
