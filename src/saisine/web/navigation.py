"""The pages a person can go to: only those that exist and that her roles open, in the order of the work."""

from dataclasses import dataclass
from functools import cache

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import saisine
from saisine.vault.authorities import is_asking
from saisine.web import current
from saisine.web.accounts import lock
from saisine.web.accounts.gate import visitor_of
from saisine.web.accounts.visitors import Visitor
from saisine.web.help_numbers import danger_numbers, numbers


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation. `is_extra` entries leave the bottom bar of a phone for its footer."""

    name: str
    label: str | Promise
    icon: str
    is_extra: bool = False

    @property
    def url(self) -> str:
        return _url(self.name)


@cache
def _url(name: str) -> str:
    """Asked three times for each entry of each page."""
    return reverse(name)


ENTRIES = (
    Entry("home", _("Accueil"), "home"),
    Entry("deposit", _("Déposer"), "deposit"),
    Entry("triage", _("Tri"), "sort"),
    Entry("incidents", _("Incidents"), "incident"),
    Entry("deadlines", _("Échéances"), "deadline"),
    Entry("notices", _("Signalements"), "notice", is_extra=True),
    Entry("rights", _("Connaître ses droits"), "law", is_extra=True),
    Entry("search", _("Chercher"), "search", is_extra=True),
    Entry("vault", _("Coffre"), "vault", is_extra=True),
    Entry("verify", _("Vérifier un dossier"), "verify", is_extra=True),
    Entry("journal", _("Qui a vu quoi"), "journal", is_extra=True),
    Entry("members", _("Membres"), "people", is_extra=True),
    Entry("settings", _("Réglages"), "settings", is_extra=True),
    Entry("help", _("Aide"), "help", is_extra=True),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: what the frame of each page needs."""
    visitor = _visitor(request)
    entries = [entry for entry in ENTRIES if visitor.is_known and visitor.may_read(entry.name)]
    here = [entry.name for entry in entries if entry.name != "home" and request.path.startswith(entry.url)]
    return {
        "entries": entries,
        "visitor": visitor,
        "idle_seconds": _idle_seconds(visitor),
        "here": here[0] if here else ("home" if request.path == "/" else ""),
        "help_numbers": numbers(),
        "danger_numbers": danger_numbers(),
        # a page that answers a POST has no address to come back to
        "return_to": request.get_full_path() if request.method in ("GET", "HEAD") else "/",
        "version": saisine.__version__,
        "sends_hashes": _sends_hashes,  # asked by the pages that say what leaves
    }


def _visitor(request: HttpRequest) -> Visitor:
    """Who asks. A database that cannot be read is told by an error page, which is drawn here too."""
    try:
        return visitor_of(request)
    except DatabaseError:
        return Visitor(None, is_alone=False)


def _idle_seconds(visitor: Visitor) -> int:
    """After how long the open page goes to the lock by itself; 0 when nothing locks."""
    if not current.is_open() or not lock.can_lock(visitor, current.whole()):
        return 0
    return int(lock.idle_s(current.whole()))


def _sends_hashes() -> bool:
    """Whether a third party was chosen to date: then « Rien n’est envoyé » would be false."""
    return current.is_open() and is_asking(current.whole().vault.folder)
