"""« Suivi » of an incident: harm, consents person by person, private notes, what left and to whom, who decided what."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import consents, dossiers, exhibits, handovers, harm, history, incidents, private_notes
from saisine.casework.models import ExhibitRow, Incident, PersonRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents.harm import KINDS
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.pages.incident_parts import ConsentWords, choices, say_consent
from saisine.web.told import tell

NOTE_SIGNS = 4000
TEXT_SIGNS = 1000
SHOWN = 200  # decisions on the page; the command line gives them all


@dataclass(frozen=True, slots=True)
class HarmWords:
    id: str
    title: str
    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class PersonConsents:
    """What one targeted person said, act by act."""

    id: str
    label: str
    lines: tuple[ConsentWords, ...]


@require_safe
def follow(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, incidents.get_incident(session(), id))


def _page(request: HttpRequest, incident: Incident, error: SaisineError | None = None) -> HttpResponse:
    opened, spoken = session(), words.language()
    targeted = list(incident.people.filter(role="visee").order_by("number"))
    context = {
        "incident": incident,
        "error": tell(error) if error else None,
        "states": choices(incidents.STATES),
        "harms": [_harm(line) for line in harm.harms(opened, incident)],
        "harm_kinds": choices(KINDS),
        "is_certified_over": harm.is_certified_over(opened, incident),
        "targeted": [(row.id, incidents.line_of(row).label_en if words.is_english() else
                      incidents.line_of(row).label_fr) for row in targeted],
        "pieces": _pieces(opened, incident),
        "people_consents": [_consents(opened, incident, row) for row in targeted] if len(targeted) > 1 else [],
        "notes": private_notes.notes(opened, incident),
        "notes_withdrawn": private_notes.withdrawn(opened, incident),
        "earlier_titles": incidents.earlier_titles(incident),
        "departures": [(one.on, one.text(spoken)) for one in handovers.departures(opened, incident)],
        "is_withdrawn": consents.is_withdrawn(incident),
        "versions": dossiers.earlier(opened, incident),
        "channels": choices(handovers.CHANNELS),
        "handovers": [(row, handovers.handover_words(row, spoken)) for row in
                      handovers.of_incident(opened, incident)],
        "decisions": [
            (one.at, one.who(spoken), one.text(spoken)) for one in history.history(opened, incident)[:SHOWN]
        ],
    }  # fmt: skip
    return render(request, "saisine/incident_follow.html", context, status=422 if error else 200)


def _harm(line: harm.Harm) -> HarmWords:
    spoken = words.language()
    piece = _("pièce %(n)s") % {"n": line.piece} if line.piece is not None else ""
    detail = ", ".join(part for part in (line.who(spoken), line.period(spoken), piece) if part)
    return HarmWords(line.row.id, line.kind(spoken), line.words(spoken), detail)


def _pieces(opened: Session, incident: Incident) -> list[tuple[int, str]]:
    """What may show harm: documents and files, the newest first; messages are not offered."""
    rows = [row for row in exhibits.exhibits(opened, incident) if row.kind not in ("message", "group")]
    return [(row.number, exhibits.exhibit_title(row, words.language())) for row in reversed(rows)][:100]


def _consents(opened: Session, incident: Incident, row: PersonRow) -> PersonConsents:
    line = incidents.line_of(row)
    said = tuple(say_consent(one) for one in consents.consents(opened, incident, row))
    return PersonConsents(row.id, line.label_en if words.is_english() else line.label_fr, said)


def _back(incident: Incident, anchor: str) -> HttpResponseRedirect:
    return redirect(f"{reverse('incident_follow', args=[incident.id])}#{anchor}")


# ------------------------------------------------------------------ what a person notes


@require_POST
def note_harm(request: HttpRequest, id: str) -> HttpResponse:
    """Note harm, or take a line back."""
    opened = session()
    found = incidents.get_incident(opened, id)
    try:
        if forms.one_of(request, "do", ("note", "withdraw")) == "withdraw":
            harm.withdraw(opened, found, forms.line(request, "harm"))
        else:
            _add_harm(request, opened, found)
    except SaisineError as error:
        return _page(request, found, error)
    return _back(found, "harm")


@require_POST
def note_state(request: HttpRequest, id: str) -> HttpResponse:
    """Its title, or where the incident stands; once closed it leaves the deadlines, and may be opened again."""
    opened = session()
    found = incidents.get_incident(opened, id)
    if "title" in request.POST:
        try:
            incidents.set_title(opened, found, forms.line(request, "title"))
        except SaisineError as error:
            return _page(request, found, error)
        return _back(found, "state")
    incidents.set_state(opened, found, forms.one_of(request, "state", incidents.STATES))
    return _back(found, "state")


def _add_harm(request: HttpRequest, opened: Session, found: Incident) -> None:
    person, piece = forms.line(request, "person"), forms.line(request, "piece")
    harm.add_harm(
        opened,
        found,
        forms.one_of(request, "kind", KINDS),
        forms.line(request, "text", TEXT_SIGNS),
        person=incidents.get_person(found, person) if person else None,
        exhibit=_exhibit(opened, found, piece) if piece else None,
        since=forms.day(request, "since", latest=opened.today()),
        until=forms.day(request, "until"),
        days=_number(request, "days"),
        amount_eur=_number(request, "amount"),
    )


def _exhibit(opened: Session, incident: Incident, number: str) -> ExhibitRow:
    for row in exhibits.exhibits(opened, incident):
        if str(row.number) == number:
            return row
    raise SaisineError("exhibit_unknown")


def _number(request: HttpRequest, name: str) -> int | None:
    """A whole number, or None when the field is empty. Raises `harm_number_wrong`."""
    text = forms.line(request, name, 20).replace(" ", "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_POST
def note_private(request: HttpRequest, id: str) -> HttpResponse:
    """Write a private note, take one out, put it back, or erase it for good."""
    opened = session()
    found = incidents.get_incident(opened, id)
    acts = {
        "withdraw": private_notes.withdraw,
        "back": private_notes.put_back,
        "remove": private_notes.remove,
    }
    do = forms.one_of(request, "do", ("note", *acts))
    try:
        if do == "note":
            private_notes.add_note(opened, found, request.POST.get("text", "")[:NOTE_SIGNS])
        else:
            acts[do](opened, found, forms.line(request, "note"))
    except SaisineError as error:
        return _page(request, found, error)
    return _back(found, "notes")


@require_POST
def note_handover(request: HttpRequest, id: str) -> HttpResponse:
    """Note to whom a version was handed, or take back a line noted by mistake."""
    opened = session()
    found = incidents.get_incident(opened, id)
    try:
        if forms.one_of(request, "do", ("note", "withdraw")) == "withdraw":
            handed = forms.line(request, "handover")
            row = next((one for one in handovers.of_incident(opened, found) if one.id == handed), None)
            if row is None:
                raise SaisineError("handover_unknown")
            handovers.withdraw(opened, row.dossier, row.id)
        else:
            _add_handover(request, opened, found)
    except SaisineError as error:
        return _page(request, found, error)
    return _back(found, "left")


def _add_handover(request: HttpRequest, opened: Session, found: Incident) -> None:
    wanted = forms.line(request, "version")
    row = next((one for one in dossiers.earlier(opened, found) if str(one.version) == wanted), None)
    if row is None:
        raise SaisineError("dossier_unknown")
    handovers.note_handover(
        opened,
        row,
        forms.line(request, "to"),
        forms.one_of(request, "channel", handovers.CHANNELS),
        forms.day(request, "on", latest=opened.today()),
        reference=forms.line(request, "reference"),
    )
