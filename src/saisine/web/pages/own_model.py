"""« Votre propre modèle » on the page of learning: what lies in its folder, whether it serves, how far it read."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from saisine.casework import jobs, surveys
from saisine.casework import own_model as engine
from saisine.casework.session import Session
from saisine.web import words
from saisine.web.current import session
from saisine.web.told import tell

SUBJECT = "apprentissage"  # of the jobs of the page


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The folder as it is shown before it is chosen; `reach` says how far the model in service has read."""

    files: list[tuple[str, str, str]]
    licence: str
    digest: str
    is_chosen: bool
    can_run: bool
    reach: str
    needs_order: bool
    error: dict[str, str] | None


def say_own(opened: Session) -> OwnWords | None:
    """None without a folder."""
    folder = engine.look(opened)
    if folder is None:
        return None
    choice = engine.chosen(opened)
    reach = _reach(opened) if choice is not None else None
    return OwnWords(
        files=[(one.name, words.say_size(one.size), one.sha256) for one in folder.files],
        licence=folder.licence,
        digest=folder.digest,
        is_chosen=choice is not None,
        can_run=reach is not None and reach.missing > 0,
        reach=_say_reach(reach) if reach is not None else "",
        needs_order=choice is not None and reach is None,
        error=tell(folder.error) if folder.error else None,
    )


def _reach(opened: Session) -> engine.Reach | None:
    placed = surveys.ready(opened)
    return engine.reach(opened, placed) if placed is not None else None


def _say_reach(reach: engine.Reach) -> str:
    """« Messages relus : 0 sur 512. Temps qu’il faut : environ 9 minutes. »"""
    facts = {"read": words.say_number(reach.read), "chosen": words.say_number(reach.chosen)}
    said = _("Messages relus : %(read)s sur %(chosen)s.") % facts
    if not reach.missing:
        return said
    minutes = max(1, round(reach.seconds / 60))
    left = ngettext("environ %(n)s minute", "environ %(n)s minutes", words.form(minutes))
    return said + " " + _("Temps qu’il faut : %(time)s.") % {"time": left % {"n": words.say_number(minutes)}}


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Take the model whose files the page showed into service; nothing is read yet."""
    engine.choose(session(), request.POST.get("digest", ""))
    return redirect("learning")


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """« Relire les premiers messages »: a job that may be stopped and taken up again."""
    jobs.start(session(), "own", SUBJECT)
    return redirect("learning")


@require_POST
def put_away(request: HttpRequest) -> HttpResponse:
    engine.put_away(session())
    return redirect("learning")
