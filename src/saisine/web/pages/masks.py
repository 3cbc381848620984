"""Boxes over the picture of an exhibit, or over a page of its PDF: drawn on it, or typed in per cent.

They are kept as rows, undone, and told by whom.

The picture is not on the page before somebody asks. Once asked for, a signed token of ten minutes lets it come back
after each box, so that nobody has to ask again while she draws.
"""

import io
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import history, incidents
from saisine.casework import masks as engine
from saisine.casework.exhibits import exhibit_title
from saisine.casework.file_models import PUT
from saisine.casework.masks import WHOLE, Mask
from saisine.casework.models import ExhibitRow, Incident
from saisine.dossiers.pages import PRINTED_PAGES
from saisine.errors import SaisineError
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.pages.incident_parts import choices
from saisine.web.pictures import redraw, size_of
from saisine.web.told import tell

SALT = "saisine.masks.pages"
OPEN_S = 600  # as for a screenshot: an opened picture can be fetched for ten minutes
SIDES = ("left", "top", "width", "height")
DRAWN, BURNT = "dessin", "dossier"  # the picture with boxes laid over it, or as a dossier prints it


@dataclass(frozen=True, slots=True)
class BoxLine:
    """One box: its place in per cent for the fields, in pixels for the drawing, and who put it."""

    mark: str
    number: int
    page: int
    is_on_page: bool
    hides: str
    percents: tuple[tuple[str, str, str], ...]
    x: float
    y: float
    width: float
    height: float
    said: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that was asked for: its signed address, and its size in pixels as it is drawn here."""

    url: str
    width: int
    height: int
    token: str
    is_burnt: bool
    page: int


def _found(id: str, number: str) -> tuple[Incident, ExhibitRow]:
    incident = incidents.get_incident(session(), id)
    return incident, engine.get_exhibit(incident, number)


@require_http_methods(["GET", "HEAD", "POST"])
def masks(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """The boxes of an exhibit; a POST puts one, moves it, takes it away or undoes, and is kept at once."""
    incident, exhibit = _found(id, number)
    if request.method != "POST":
        return _page(request, incident, exhibit, _seen(exhibit, request.GET.get("vu", "")))
    token = request.POST.get("vu", "")
    try:
        _act(request, exhibit)
    except SaisineError as error:
        return _page(request, incident, exhibit, _seen(exhibit, token), error)
    return _back(incident, exhibit, token)


def _act(request: HttpRequest, exhibit: ExhibitRow) -> None:
    opened = session()
    do = forms.one_of(request, "do", ("put", "remove", "undo"))
    if do == "undo":
        engine.undo(opened, exhibit)
    elif do == "remove":
        engine.remove(opened, exhibit, forms.line(request, "mark"))
    else:
        left, top, width, height = (_percent(request, side) for side in SIDES)
        hides = forms.one_of(request, "hides", engine.HIDES, default="other")
        mark, page = forms.line(request, "mark"), _page_number(request)
        engine.put(opened, exhibit, left, top, width, height, hides=hides, mark=mark, page=page)


def _page_number(request: HttpRequest) -> int:
    """The page asked for, 1 when the form says none; what is no number is no page, and is refused as such."""
    text = forms.line(request, "page", 12) or "1"
    return int(text) if text.isascii() and text.isdigit() else 0


def _percent(request: HttpRequest, name: str) -> int:
    """« 12,5 » or « 12.5 » as hundredths; anything else lies outside of the picture, and is refused as such."""
    try:
        return engine.hundredths(float(forms.line(request, name, 12).replace(",", ".")))
    except ValueError:
        return -WHOLE


def _back(incident: Incident, exhibit: ExhibitRow, token: str) -> HttpResponseRedirect:
    page = reverse("masks", args=[incident.id, exhibit.number])
    asked = f"?{urlencode({'vu': token})}" if token else ""
    return redirect(f"{page}{asked}#cadres")


def _page(
    request: HttpRequest,
    incident: Incident,
    exhibit: ExhibitRow,
    shown: Shown | None = None,
    error: SaisineError | None = None,
) -> HttpResponse:
    opened = session()
    boxes = engine.masks_of(exhibit)
    pages, unread = _pages(exhibit)
    error = error or unread
    context = {
        "incident": incident,
        "exhibit": exhibit,
        "title": exhibit_title(exhibit, words.language()),
        "has_picture": pages > 0,
        "pages": pages,
        "page": shown.page if shown else 1,
        "is_document": pages > 0 and engine.is_document(opened, exhibit),
        "most_pages": PRINTED_PAGES,
        "shown": shown,
        "boxes": [_line(number, mask, shown) for number, mask in enumerate(boxes, 1)],
        "described": _described(exhibit, len(boxes), shown.page if shown and pages > 1 else 0),
        "hides": choices(engine.HIDES),
        "sides": _sides([forms.line(request, side, 12) for side in SIDES]),
        "can_undo": engine.can_undo(exhibit),
        "acts": _acts(exhibit),
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/masks.html", context, status=422 if error else 200)


def _pages(exhibit: ExhibitRow) -> tuple[int, SaisineError | None]:
    """How many pages (1 for a picture) can be covered; 0 when there is none, with the reason when it is unreadable."""
    try:
        return engine.page_count(session(), exhibit), None
    except SaisineError as error:
        if error.code not in ("mask_no_picture", "picture_unreadable"):
            raise
        return 0, error if error.code == "picture_unreadable" else None


def _described(exhibit: ExhibitRow, n: int, page: int) -> str:
    """« Image de la pièce 3, 2 cadres » : neutral, whatever the picture shows; of a document, the page too."""
    counted = ngettext("%(n)s cadre", "%(n)s cadres", words.form(n)) % {"n": words.say_number(n)}
    facts = {"number": exhibit.number, "boxes": counted, "page": page}
    if page:
        return _("Page %(page)s de la pièce %(number)s, %(boxes)s") % facts
    return _("Image de la pièce %(number)s, %(boxes)s") % facts


def _sides(values: list[str]) -> tuple[tuple[str, str, str], ...]:
    labels = (_("Depuis la gauche"), _("Depuis le haut"), _("Largeur"), _("Hauteur"))
    return tuple(zip(SIDES, labels, values, strict=True))


def _line(number: int, mask: Mask, shown: Shown | None) -> BoxLine:
    across, down = (shown.width / WHOLE, shown.height / WHOLE) if shown else (0.0, 0.0)
    placed = (mask.left, mask.top, mask.width, mask.height)
    return BoxLine(
        mark=mask.mark,
        number=number,
        page=mask.page,
        is_on_page=shown is not None and mask.page == shown.page,
        hides=engine.HIDES[mask.hides][1 if words.is_english() else 0],
        percents=_sides([f"{side / 100:.2f}" for side in placed]),
        x=round(mask.left * across, 1),
        y=round(mask.top * down, 1),
        width=round(mask.width * across, 1),
        height=round(mask.height * down, 1),
        said=_("posé le %(when)s") % {"when": words.say_moment(mask.at)},
    )


def _acts(exhibit: ExhibitRow) -> list[str]:
    """Every act on the boxes, the newest first, with who and when."""
    names = history.names()
    spoken = 1 if words.is_english() else 0
    put, gone = _("un cadre posé"), _("un cadre retiré")
    return [
        _("%(when)s, %(who)s : %(what)s")
        % {
            "when": words.say_moment(row.at),
            "who": names.get(row.by, history.GONE)[spoken],
            "what": (put if row.act == PUT else gone) + (_(" (annulation)") if row.undoes_id else ""),
        }
        for row in engine.history(exhibit)
    ]


# ------------------------------------------------------------------ the picture, once asked for


@require_POST
def show(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """Show the picture, drawn over or as the dossier prints it: journaled here, once."""
    incident, exhibit = _found(id, number)
    way = forms.one_of(request, "comme", (DRAWN, BURNT), default=DRAWN)
    page = _page_number(request)
    try:
        width, height = size_of(_bytes(exhibit, way, page))
    except SaisineError as error:
        return _page(request, incident, exhibit, error=error)
    engine.note_opening(session(), exhibit)
    token = signing.dumps([exhibit.id, width, height, way, page], salt=SALT)
    return _back(incident, exhibit, token)


def _seen(exhibit: ExhibitRow, token: str) -> Shown | None:
    """The picture of this exhibit when it was asked for within ten minutes; else nothing, and it is asked again."""
    try:
        id, width, height, way, page = signing.loads(token, salt=SALT, max_age=OPEN_S)
    except signing.BadSignature:
        return None
    if id != exhibit.id:
        return None
    return Shown(reverse("masks_picture", args=[token]), width, height, token, way == BURNT, page)


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """The picture drawn again. Raises `opening_expired` for an address that is old, or not ours."""
    try:
        id, _width, _height, way, page = signing.loads(token, salt=SALT, max_age=OPEN_S)
    except signing.BadSignature as error:
        raise SaisineError("opening_expired") from error
    exhibit = ExhibitRow.objects.filter(id=id, withdrawn_at__isnull=True).first()
    if exhibit is None:
        raise SaisineError("exhibit_unknown")
    incidents.get_incident(session(), exhibit.incident_id)  # it exists for the one who asks
    body = _bytes(exhibit, way, page)
    return HttpResponse(body, content_type="image/png" if body.startswith(b"\x89PNG") else "image/jpeg")


def _bytes(exhibit: ExhibitRow, way: str, page: int) -> bytes:
    opened = session()
    if way == BURNT:
        return engine.burnt(opened, exhibit, page)
    return redraw(io.BytesIO(engine.shown(opened, exhibit, page)))[0]
