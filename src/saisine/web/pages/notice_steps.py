"""What follows the answer of a platform, on the page of a notice; and notices for a whole wave from one form."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from saisine.casework import incidents, notice_batches, notices
from saisine.casework import notice_steps as engine
from saisine.casework.models import NoticeRow
from saisine.notices.states import DECISIONS, KINDS, live_events
from saisine.web import forms, platforms, words
from saisine.web.current import session
from saisine.web.pages.incident_parts import choices

BACK = {"yes": True, "no": False, "": None}


def say(notice: NoticeRow) -> dict[str, object]:
    """The steps that may come now, and the results of an appeal."""
    english = words.is_english()
    steps = [(kind, KINDS[kind][1 if english else 0]) for kind in engine.allowed(notice)]
    wrong = [
        (event.id, f"{KINDS[event.kind][english]}, {words.say_day(event.day)}")
        for event in live_events(notices.events_of(notice))
        if event.kind in (*engine.STEPS, "sent")
    ]
    return {
        "next_steps": _with_wrong(notice, steps) if wrong else steps,
        "wrong_steps": wrong,
        "appeals": choices(engine.APPEALS),
        "last_step": _last(notice),
    }


def _last(notice: NoticeRow) -> tuple[str, str] | None:
    """The id and the words of the step that may be taken back."""
    row = engine.last_step(notice)
    if row is None:
        return None
    said = DECISIONS.get(row.decision) or KINDS[row.kind]
    return row.id, f"{said[words.is_english()]}, {words.say_day(row.at or row.on or row.noted_at)}"


def _with_wrong(notice: NoticeRow, steps: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A step noted wrongly may be noted again in its place: its own kind is offered too, and giving up a sending."""
    known = {kind for kind, _said in steps}
    kinds = {event.kind for event in live_events(notices.events_of(notice))} | {"abandoned"}
    more = [kind for kind in engine.STEPS if kind in kinds - known]
    return [*steps, *((kind, KINDS[kind][words.is_english()]) for kind in more)]


@require_POST
def note(request: HttpRequest, id: str) -> HttpResponse:
    """Note a step of the path, or go back from the last. One that the law does not allow is refused with its reason."""
    opened = session()
    found = notices.get_notice(opened, id)
    if wrong := forms.line(request, "undo"):
        engine.take_back(opened, found, wrong)
        return redirect(f"{reverse('notice', args=[found.id])}?fait=retour")
    engine.note_step(
        opened,
        found,
        forms.one_of(request, "kind", engine.STEPS),
        forms.day(request, "on", latest=opened.today()),
        appeal=forms.one_of(request, "appeal", engine.APPEALS, default=""),
        is_back=BACK[forms.one_of(request, "back", ("yes", "no"), default="")],
        reference=forms.line(request, "reference"),
        note=forms.line(request, "note"),
        replaces=forms.line(request, "replaces"),
    )
    return redirect(f"{reverse('notice', args=[found.id])}?fait=etape")


@require_POST
def batch(request: HttpRequest, id: str) -> HttpResponse:
    """One notice for each content of the incident that has none; nothing is sent."""
    opened = session()
    found = incidents.get_incident(opened, id)
    notice_batches.draft_batch(
        opened,
        found,
        notifier_role=forms.one_of(request, "notifier_role", ("own_name", "mandate"), default="own_name"),
        name=forms.line(request, "name"),
        email=forms.line(request, "email"),
        language=words.language(),
    )
    return redirect("notices")


@require_POST
def batch_texts(request: HttpRequest, id: str) -> HttpResponse:
    """Every text of an incident that was not sent yet, quoted words included, in one file to paste from."""
    opened = session()
    found = incidents.get_incident(opened, id)
    shown = notice_batches.show_texts(opened, notice_batches.drafts(opened, found))
    parts = (
        f"=== {_('Signalement %(n)s') % {'n': row.number}}, {platforms.name_of(row.platform)} ===\n\n"
        f"{notice_batches.written(row, text)}\n"
        for row, text in shown
    )
    return HttpResponse(
        "\n\n".join(parts).encode(),
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="signalements-incident-{found.number}.txt"',
            "Cache-Control": "no-store",
        },
    )
