"""Screenshots to complete: the picture behind a grey tile, fields beside it, originals as attachments."""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import captures as engine
from saisine.casework.captures import CaptureCounts
from saisine.casework.models import Capture
from saisine.errors import SaisineError
from saisine.web import forms, platforms, words
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.pictures import redraw
from saisine.web.told import tell

SALT = "saisine.picture"
COMPLETED = 200  # of those already completed, the newest
OPEN_S = 600  # an opened picture can be fetched for ten minutes; `opening_expired` says so


@dataclass(frozen=True, slots=True)
class CaptureWords:
    """One capture without a word or a pixel of it. `hint` is what its file name seems to say."""

    id: str
    item: str
    title: str
    description: str
    hint: str
    date_value: str
    url: str
    platform: str


def say_capture(capture: Capture) -> CaptureWords:
    suggested = capture.shown_on or capture.hint_on
    return CaptureWords(
        id=capture.id,
        item=capture.item,
        title=_("Capture %(n)s") % {"n": words.say_number(capture.number)},
        description=_("Image scellée, non affichée."),
        hint=words.say_day(capture.hint_on) if capture.hint_on else "",
        date_value=suggested.isoformat() if suggested else "",
        url=capture.url,
        platform=capture.platform,
    )


def _completed(row: Capture) -> str:
    """« Capture 3, 14 mars 2026 »: what tells one from another, without a word of it."""
    said = _("Capture %(n)s") % {"n": words.say_number(row.number)}
    return f"{said}, {words.say_day(row.shown_on)}" if row.shown_on else said


def _position(counts: CaptureCounts) -> str:
    said = ngettext("%(n)s capture à compléter", "%(n)s captures à compléter", words.form(counts.todo))
    return said % {"n": words.say_number(counts.todo)}


@require_http_methods(["GET", "HEAD", "POST"])
def captures(request: HttpRequest) -> HttpResponse:
    """The next capture to complete; a POST keeps what a person read on this one."""
    opened = session()
    if request.method != "POST":
        asked = request.GET.get("capture", "")
        shown = engine.get_capture(opened, asked) if asked else engine.next_capture(opened)
        return _page(request, shown, {"saved": "enregistre" in request.GET})
    capture = engine.get_capture(opened, request.POST.get("capture", ""))
    try:
        _save(request, capture)
    except SaisineError as error:
        return _page(request, capture, {"error": tell(error)}, status=422)
    return redirect(f"{reverse('captures')}?enregistre")


def _save(request: HttpRequest, capture: Capture) -> None:
    opened = session()
    engine.save(
        opened,
        capture,
        shown_on=forms.day(request, "shown_on", latest=opened.today()),
        confirmed=forms.ticked(request, "confirmed"),
        url=forms.line(request, "url", forms.LINK),
        platform=forms.one_of(request, "platform", [id for id, _name in platforms.choices()], default=""),
    )


def _page(
    request: HttpRequest, capture: Capture | None, context: dict[str, object], status: int = 200
) -> HttpResponse:
    counts = engine.counts(session())
    shown = {
        "capture": _typed(request, say_capture(capture)) if capture else None,
        "position": _position(counts),
        "platforms": platforms.choices(),
        "later": counts.later,
        "completed": [(row.id, _completed(row)) for row in engine.done(session())[:COMPLETED]],
    }
    return render(request, "saisine/captures.html", {**shown, **context}, status=status)


def _typed(request: HttpRequest, capture: CaptureWords) -> CaptureWords:
    """What a refused form held stays in its fields: nothing is to be typed again."""
    if "url" not in request.POST:
        return capture
    return replace(
        capture,
        date_value=forms.line(request, "shown_on"),
        url=forms.line(request, "url", forms.LINK),
        platform=forms.line(request, "platform"),
    )


@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """Open one picture: journaled here, once; the page then holds its signed address for ten minutes."""
    opened = session()
    capture = engine.get_capture(opened, request.POST.get("capture", ""))
    context: dict[str, object] = {}
    try:
        with engine.open_picture(opened, capture) as stream:
            redraw(stream)
        token = signing.dumps(capture.id, salt=SALT)
        context["picture_url"] = reverse("capture_picture", args=[token])
    except SaisineError as error:
        if error.code != "picture_unreadable":
            raise
        context["unreadable"] = tell(error)
    if wants_part(request):
        return render(request, "saisine/parts/picture.html", {"capture": say_capture(capture), **context})
    return _page(request, capture, context)


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """The picture drawn again. Raises `opening_expired` for an address that is old, or not ours."""
    opened = session()
    try:
        id = signing.loads(token, salt=SALT, max_age=OPEN_S)
    except signing.BadSignature as error:
        raise SaisineError("opening_expired") from error
    capture = engine.get_capture(opened, id)
    with opened.vault.open_item(capture.item) as stream:  # its opening was journaled by `show`
        body, media_type = redraw(stream)
    return HttpResponse(body, content_type=media_type)


@require_POST
def later(request: HttpRequest) -> HttpResponse:
    engine.later(session())
    return redirect("triage")


@require_POST
def take_up(request: HttpRequest) -> HttpResponse:
    """Those left for later come back; or one that was completed, to complete again."""
    opened = session()
    if wanted := forms.line(request, "capture"):
        capture = engine.get_capture(opened, wanted)
        engine.reopen(opened, capture)
        return redirect(f"{reverse('captures')}?capture={capture.id}")
    engine.take_up(opened)
    return redirect("captures")


@require_safe
def original(request: HttpRequest, item: str) -> FileResponse:
    """The sealed bytes as they were received: saved, never shown; the name says nothing of what they hold."""
    found = engine.open_original(session(), item)
    suffix = PurePosixPath(found.name).suffix[:10]
    answer = FileResponse(
        found.stream,
        as_attachment=True,
        filename=f"original-{item[:12]}{suffix}",
        content_type="application/octet-stream",
    )
    answer["Content-Length"] = str(found.size)
    return answer
