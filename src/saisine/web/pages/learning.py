"""« Apprendre de nos décisions »: what counts as a label, one training, the guard's verdict, the way back."""

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import jobs
from saisine.casework import learning as engine
from saisine.casework.learning import Lesson
from saisine.casework.session import Session
from saisine.findings.triage.local import LEAST_LABELS, LEAST_OF_A_SIDE
from saisine.web import words
from saisine.web.current import session
from saisine.web.pages.jobs import say_job
from saisine.web.pages.own_model import SUBJECT, say_own


@dataclass(frozen=True, slots=True)
class LessonWords:
    """One training in words: its verdict with its figures, and whether it may serve."""

    id: str
    when: str
    verdict: str
    labels: str
    is_active: bool
    can_serve: bool


@dataclass(frozen=True, slots=True)
class MemberWords:
    id: str
    label: str
    detail: str


@require_safe
def learning(request: HttpRequest) -> HttpResponse:
    opened = session()
    labels, learnt, active = engine.labels(opened), engine.load(opened), engine.state_key(opened)
    job = jobs.job_of(opened, SUBJECT)
    context = {
        "labels": _say_labels(labels.kept, labels.discarded),
        "can_learn": labels.can_learn,
        "missing": _missing(labels),
        "lessons": [_say_lesson(opened, one, active) for one in reversed(learnt.lessons)],
        "is_first_order": not active,
        "outdated": _is_outdated(learnt),
        "stale": bool(learnt.active) and not active and not _is_outdated(learnt),
        "members": _members(labels.members),
        "job": say_job(job) if job is not None and (not job.is_over or job.error) else None,
        "own": say_own(opened),
    }
    return render(request, "saisine/learning.html", context)


def _is_outdated(learnt: engine.Learnt) -> bool:
    lesson = learnt.lesson(learnt.active)
    return lesson is not None and engine.is_outdated(lesson)


def _say_labels(kept: int, discarded: int) -> str:
    facts = {
        "n": words.say_number(kept + discarded),
        "k": words.say_number(kept),
        "d": words.say_number(discarded),
    }
    return _("Décisions qui comptent : %(n)s (gardées : %(k)s ; écartées : %(d)s).") % facts


def _missing(labels: engine.Labels) -> str:
    """What is still needed, in a sentence; empty when it is enough."""
    if labels.can_learn:
        return ""
    facts = {"least": LEAST_LABELS, "side": LEAST_OF_A_SIDE}
    return _("Il en faut %(least)s, dont %(side)s de chaque sorte.") % facts


def _say_lesson(opened: Session, lesson: Lesson, active: str) -> LessonWords:
    return LessonWords(
        id=lesson.id,
        when=words.say_moment(lesson.when),
        verdict=_verdict(lesson),
        labels=_say_labels(lesson.kept, lesson.n - lesson.kept),
        is_active=lesson.id == active,
        can_serve=lesson.id != active and engine.is_standing(opened, lesson),
    )


def _verdict(lesson: Lesson) -> str:
    """« Vos 214 décisions améliorent l’ordre : 0,73 → 0,79 », or that the first order is kept, with its figure."""
    before, after = (_figure(value) for value in (lesson.before, lesson.after))
    if lesson.share and before and after:
        facts = {"n": words.say_number(lesson.n), "before": before, "after": after}
        return _("Vos %(n)s décisions améliorent l’ordre : %(before)s → %(after)s.") % facts
    kept = _("Pas encore utile : l’ordre de départ est gardé.")
    if not before:
        return kept
    return kept + " " + _("Sur vos décisions, il vaut %(before)s.") % {"before": before}


def _figure(value: float | None) -> str:
    if value is None or value != value:  # one side alone has no AUC
        return ""
    text = f"{value:.2f}"
    return text if words.is_english() else text.replace(".", ",")


def _members(members: tuple[tuple[str, int], ...]) -> list[MemberWords]:
    """Under numbers: a page of method names nobody."""
    said = [
        ngettext("%(n)s décision", "%(n)s décisions", words.form(n)) % {"n": words.say_number(n)}
        for _id, n in members
    ]
    return [
        MemberWords(id, _("Membre %(n)s") % {"n": number}, detail)
        for number, ((id, _n), detail) in enumerate(zip(members, said, strict=True), 1)
    ]


@require_POST
def learn(request: HttpRequest) -> HttpResponse:
    jobs.start(session(), "learn", SUBJECT)
    return redirect("learning")


@require_POST
def use(request: HttpRequest) -> HttpResponse:
    """Take a lesson up again, or go back to the first order."""
    engine.use(session(), request.POST.get("lesson", ""))
    return redirect("learning")


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    engine.withdraw(session(), request.POST.get("member", ""))
    return redirect("learning")


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    engine.delete(session())
    return redirect("learning")


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Who decided what, and what each training changed, as a file; no text."""
    body = json.dumps(engine.export(session()), ensure_ascii=False, indent=1)
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="decisions.json"'
    return answer
