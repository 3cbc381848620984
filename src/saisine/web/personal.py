"""What the person chose for herself, on every page: no content shown, greys, her counter, the helper mode.

`personal` is the context processor of the frame; `Exposure` refuses what she asked to be refused, whatever a page
offers; `Drafts` forgets what was typed once its form was taken.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.web import current, words
from saisine.web.htmx import wants_part
from saisine.web.told import tell

logger = logging.getLogger("saisine.web")

Answer = Callable[[HttpRequest], HttpResponse]

# Addresses that answer with a content of evidence.
SHOWING: Final = frozenset(
    {
        "triage_show",
        "captures_show",
        "capture_picture",
        "notice_show",
        "wave_show",
        "waves_texts",
        "masks_show",
        "masks_picture",
    }
)
# What a person who helps another may post: hand over, see, sort, look after herself. Anything else is the other's.
HELPING: Final = (
    "deposit",
    "triage",
    "captures",
    "job",
    "verify",
    "care",
    "settings",
    "drafts",
    "language",
    "come_back",
    "rights",
    "account",
    "login",
    "logout",
    "mfa",
    "unlock",
)
# ... but for these, which begin as one that is allowed does.
NOT_HELPING: Final = frozenset(
    {"deposit_abandon", "job_cancel", "settings_retention", "settings_association"}
)


@dataclass(frozen=True, slots=True)
class Mine:
    """One person's choices, as the frame needs them. `dose` is « 12 contenus ouverts, 18 minutes », or ""."""

    never_show: bool = False
    is_grey: bool = False
    has_shortcuts: bool = True
    has_sound: bool = False
    is_accompanying: bool = False
    dose: str = ""
    proposes_pause: bool = False
    bell: Mapping[str, object] | None = None


def personal(request: HttpRequest) -> dict[str, object]:
    """Context processor: `mine`. Without an open workspace, what is proposed to everyone."""
    if not current.is_open():
        return {"mine": Mine()}
    try:
        return {"mine": mine_of(current.session())}
    except DatabaseError as error:  # a page that tells this very failure is drawn here too
        logger.error("database refused to the frame of %s: %s", request.path, error)
        return {"mine": Mine()}


def mine_of(session: Session) -> Mine:
    from saisine.casework import care  # late: the models need Django to be ready
    from saisine.web.pages.jobs import bell_of

    chosen = care.settings_of(session)
    dose = care.dose(session, chosen)
    return Mine(
        chosen.never_show,
        chosen.is_grey,
        chosen.has_shortcuts,
        chosen.has_sound,
        chosen.is_accompanying,
        say_dose(dose.openings, dose.minutes) if dose.openings else "",
        dose.proposes,
        bell_of(session, ""),
    )


def say_dose(openings: int, minutes: int) -> str:
    """« 12 contenus ouverts, 18 minutes »."""
    opened = ngettext("%(n)s contenu ouvert", "%(n)s contenus ouverts", words.form(openings))
    passed = ngettext("%(n)s minute", "%(n)s minutes", words.form(minutes))
    return _("%(opened)s, %(passed)s") % {
        "opened": opened % {"n": words.say_number(openings)},
        "passed": passed % {"n": words.say_number(minutes)},
    }


# ------------------------------------------------------------------ what was asked to be refused


class Exposure:
    """Refuse to show when the person chose never to; refuse what is the other person's in the helper mode."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: Mapping[str, object]
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if name is None or not current.is_open():
            return None
        if request.method != "POST" and name not in SHOWING:
            return None
        refused = refusal(current.session(), name, is_post=request.method == "POST")
        return None if refused is None else _refuse(request, refused)


def refusal(session: Session, name: str, *, is_post: bool) -> SaisineError | None:
    """Why this person's own choices refuse this address, or None."""
    from saisine.casework import care  # late: the models need Django to be ready

    chosen = care.settings_of(session)
    if chosen.never_show and name in SHOWING:
        return SaisineError("exposure_off")
    if chosen.is_accompanying and is_post and not may_help(name):
        return SaisineError("accompanying_only")
    return None


def may_help(name: str) -> bool:
    """Whether the helper mode lets this address be posted to."""
    return name not in NOT_HELPING and any(name == one or name.startswith(f"{one}_") for one in HELPING)


def _refuse(request: HttpRequest, error: SaisineError) -> HttpResponse:
    name = "saisine/parts/error.html" if wants_part(request) else "saisine/error.html"
    return render(request, name, {"error": tell(error)}, status=403)


# ------------------------------------------------------------------ drafts


class Drafts:
    """A form that was taken leaves no draft. A refused one (400 and above) keeps what was typed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if (
            request.method == "POST"
            and answer.status_code < 400
            and not request.path.startswith("/brouillons/")
        ):
            _forget(request.path)
        return answer


def _forget(path: str) -> None:
    if not current.is_open():
        return
    from saisine.casework import drafts  # late: the models need Django to be ready

    try:
        drafts.taken(current.session(), path)
    except (
        DatabaseError
    ) as error:  # the form was taken all the same: the draft is offered once more, no worse
        logger.error("a draft of %s could not be forgotten: %s", path, error)
