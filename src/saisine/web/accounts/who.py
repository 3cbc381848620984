"""« Qui a vu quoi » for the one who asks: which lines she may read, and under which name each act stands."""

from collections.abc import Callable

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from saisine.casework import journal_scopes, lawyer_links, members
from saisine.casework.models import Member
from saisine.web import current
from saisine.web.accounts.gate import visitor_of

NUMBER_SIGNS = 6  # of a random id: enough to tell two people apart, too few to be a name


def lines_of(request: HttpRequest) -> Q | None:
    """A filter of the journal; None for one person alone, and for a lead."""
    visitor = visitor_of(request)
    if visitor.account is None:
        return None
    cell = visitor.access("journal").cell
    scope = members.incidents_of(visitor.account.member, visitor.account.member.roles)
    return journal_scopes.rows_for(current.session(), cell, scope)


def names(request: HttpRequest) -> Callable[[str], str]:
    """The words for an actor's id."""
    visitor = visitor_of(request)
    if visitor.account is None:
        return lambda _id: _("vous, sur cet ordinateur")
    own, session = visitor.account.member.id, current.whole()
    known, links = members.names(session), lawyer_links.labels(session)
    left = set(Member.objects.filter(left_at__isnull=False).values_list("id", flat=True))

    def name(id: str) -> str:
        if id == own:
            return _("vous")
        if id in known:
            return known[id]
        if id in links:
            return _("lien d’une ou un avocat (%(label)s)") % {"label": links[id] or id[:NUMBER_SIGNS]}
        if id in left:
            return _("membre %(number)s, qui n’est plus là") % {"number": id[:NUMBER_SIGNS]}
        return _("cet ordinateur, sans compte") if id else _("quelqu’un, sans compte")

    return name
