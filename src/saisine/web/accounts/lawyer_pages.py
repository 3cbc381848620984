"""A lawyer's link: the association makes and closes it; the lawyer reads one incident, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from saisine.casework import captures, dossiers, exhibits, incidents, journal, lawyer_links, unkeepable
from saisine.casework.lawyer_links import Door, MadeLink
from saisine.casework.models import ExhibitRow, Incident
from saisine.errors import SaisineError
from saisine.messages.schema import Message
from saisine.web import current, forms
from saisine.web.current import session
from saisine.web.pages import incident_parts as parts
from saisine.web.pictures import redraw
from saisine.web.told import tell

SALT: Final = "lawyer-picture"
OPEN_S: Final = 600
FILES: Final = {"pdf": "application/pdf", "zip": "application/zip"}
SHOWN: Final = 50  # messages of one exhibit on the page; the dossier holds them all


# ------------------------------------------------------------------ the association's side


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, id: str) -> HttpResponse:
    """The open links of an incident; a POST makes one, and shows it this once."""
    opened = session()
    incident = incidents.get_incident(opened, id)
    if request.method != "POST":
        return _links(request, incident)
    try:
        made = lawyer_links.make(opened, incident, forms.line(request, "label"))
    except SaisineError as error:
        return _links(request, incident, error=error)
    return _links(request, incident, made)


def _links(
    request: HttpRequest, incident: Incident, made: MadeLink | None = None, error: SaisineError | None = None
) -> HttpResponse:
    address = request.build_absolute_uri(reverse("lawyer", args=[made.token])) if made else ""
    context = {
        "incident": incident,
        "links": lawyer_links.links_of(session(), incident),
        "address": address,
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/accounts/lawyer_links.html", context, status=422 if error else 200)


@require_POST
def revoke(request: HttpRequest, id: str) -> HttpResponse:
    return redirect("lawyer_links", lawyer_links.revoke(session(), id).incident_id)


# ------------------------------------------------------------------ the lawyer's side


@dataclass(frozen=True, slots=True)
class Piece:
    """An exhibit by number and kind; `texts` and `picture_url` once it was asked for."""

    id: str
    number: int
    title: str
    when: str
    can_open: bool
    texts: tuple[Message, ...] = ()
    more: int = 0
    picture_url: str = ""
    error: dict[str, str] | None = None


@require_safe
def read(request: HttpRequest, token: str) -> HttpResponse:
    """Summary, chronology, exhibits without their text, dossiers made for a lawyer."""
    return _page(request, token, lawyer_links.enter(current.whole(), token))


def _page(request: HttpRequest, token: str, door: Door, opened: Piece | None = None) -> HttpResponse:
    rows = exhibits.exhibits(door.session, door.incident)
    pieces = _pieces(door, rows)
    if opened is not None:
        pieces = [opened if piece.id == opened.id else piece for piece in pieces]
    context = {
        "token": token,
        "incident": door.incident,
        "chronology": parts.say_chronology(door.session, door.incident),
        "pieces": pieces,
        "dossiers": lawyer_links.dossiers_of(door),
        "until": door.link.expires_at,
    }
    return render(request, "saisine/accounts/lawyer.html", context)


def _pieces(door: Door, rows: Sequence[ExhibitRow]) -> list[Piece]:
    """In the words of the incident's own page, less its links."""
    said = parts.say_pieces(door.session, rows)
    return [
        Piece(row.id, row.number, one.title, one.when, bool(row.frozen) or row.capture_id is not None)
        for row, one in zip(rows, said, strict=True)
    ]


@require_POST
def show(request: HttpRequest, token: str, exhibit: str) -> HttpResponse:
    """One exhibit, because the lawyer asked for it: the journal says so, under the link's own id."""
    door = lawyer_links.enter(current.whole(), token)
    row = lawyer_links.get_exhibit(door, exhibit)
    return _page(request, token, door, _opened(token, door, row))


def _opened(token: str, door: Door, row: ExhibitRow) -> Piece:
    (plain,) = _pieces(door, [row])
    if row.frozen:
        found = exhibits.open_exhibit(door.session, row)
        return replace(plain, texts=tuple(found[:SHOWN]), more=max(0, len(found) - SHOWN))
    if row.capture is None:
        raise Http404
    try:
        with captures.open_picture(door.session, row.capture) as stream:
            redraw(stream)
    except SaisineError as error:
        if error.code != "picture_unreadable":
            raise
        return replace(plain, error=tell(error))
    address = reverse("lawyer_picture", args=[token, signing.dumps([door.link.id, row.id], salt=SALT)])
    return replace(plain, picture_url=address)


@require_safe
def picture(request: HttpRequest, token: str, signed: str) -> HttpResponse:
    """The picture drawn again, by an address of this link that is ten minutes old at most."""
    door = lawyer_links.enter(current.whole(), token)
    try:
        link, exhibit = signing.loads(signed, salt=SALT, max_age=OPEN_S)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    if link != door.link.id:
        raise Http404
    row = lawyer_links.get_exhibit(door, str(exhibit))
    if row.capture is None:
        raise Http404
    with door.session.vault.open_item(row.capture.item) as stream:  # its opening was journaled by `show`
        body, media_type = redraw(stream)
    return HttpResponse(body, content_type=media_type)


@require_safe
def file(request: HttpRequest, token: str, id: str, kind: str) -> FileResponse:
    """The PDF or the ZIP of a dossier made for a lawyer, journaled under the link's own id."""
    door = lawyer_links.enter(current.whole(), token)
    found = next((row for row in lawyer_links.dossiers_of(door) if row.id == id), None)
    if found is None or kind not in FILES:
        raise Http404
    dossiers.require_ready(door.session, found.incident, found.recipient)
    unkeepable.require_clean(door.session, found)
    path = dossiers.pdf_path(door.session, found) if kind == "pdf" else dossiers.zip_path(door.session, found)
    journal.note(door.session, "dossier_taken", subject=found.id)
    name = f"dossier-{found.incident.number}-v{found.version}.{kind}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=FILES[kind])
