"""« Réglages »: the association, how the person wants to be exposed, how long things are kept, links to the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import association, care, retention, vault_state
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.law.inputs import Association
from saisine.web import forms
from saisine.web.accounts.gate import visitor_of
from saisine.web.clock import today
from saisine.web.current import session
from saisine.web.pages.vault import say_dating
from saisine.web.told import tell

NAME_SIGNS: Final = 200
OBJECT_SIGNS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Switch:
    """One yes or no of the person, with what it changes."""

    name: str
    label: str
    hint: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Length:
    """One number of the person, between two bounds."""

    name: str
    label: str
    hint: str
    value: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Tag:
    """One cause that the law names, as an association's statutes may hold it."""

    id: str
    label: str
    is_held: bool


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, error: SaisineError | None = None) -> HttpResponse:
    opened = session()
    lengths = retention.lengths(opened)
    context = {
        "error": tell(error) if error else None,
        "saved": request.GET.get("garde", "") if error is None else "",
        "card": association.get_association(opened),
        "tags": _tags(opened),
        "switches": say_switches(opened),
        "lengths": say_lengths(opened),
        "kept": lengths,
        "bounds": retention.LIMITS,
        "dates": [say_dating(one) for one in vault_state.datings(opened)],
        "today": today().isoformat(),
        "may_govern": visitor_of(request).may("settings_retention"),
    }
    return render(request, "saisine/settings.html", context, status=422 if error else 200)


def _tags(opened: Session) -> list[Tag]:
    """Every cause that some offence lets an association act for, in alphabetical order."""
    held = set(association.get_association(opened).object_tags)
    known = {
        clause.object_tag: clause.object_fr
        for one in opened.law.offences.values()
        for clause in one.associations
    }
    return [Tag(id, f"{id.replace('_', ' ')} : {text}", id in held) for id, text in sorted(known.items())]


def say_switches(opened: Session) -> list[Switch]:
    row = care.settings_of(opened)
    said: Mapping[str, tuple[str, str]] = {
        "never_show": (
            _("Ne jamais afficher les contenus"),
            _("Aucun texte, aucune image, même sur demande. Vous triez sur les résumés."),
        ),
        "is_grey": (_("Images en gris"), _("Une image affichée perd ses couleurs.")),
        "has_shortcuts": (
            _("Raccourcis du clavier"),
            _("Une lettre seule agit dans le tri. Trois appuis sur Échap quittent toujours."),
        ),
        "has_sound": (
            _("Un son quand un travail finit"),
            _("Éteint au départ. Le titre de la page change aussi."),
        ),
        "is_accompanying": (
            _("Mode accompagnement"),
            _(
                "Vous aidez une autre personne : vous déposez, voyez et triez. L’envoi et l’effacement restent à elle."
            ),
        ),
    }
    return [Switch(name, *said[name], bool(getattr(row, name))) for name in care.SWITCHES]


def say_lengths(opened: Session) -> list[Length]:
    row = care.settings_of(opened)
    said: Mapping[str, tuple[str, str]] = {
        "pause_openings": (_("Proposer une pause après"), _("contenus ouverts")),
        "pause_minutes": (_("Ou après"), _("minutes")),
        "rest_minutes": (_("Durée d’une pause"), _("minutes")),
    }
    return [Length(name, *said[name], getattr(row, name), *care.LIMITS[name]) for name in care.LIMITS]


# ------------------------------------------------------------------ save


@require_POST
def exposure(request: HttpRequest) -> HttpResponse:
    """The person's own choices. Nobody else is shown them."""
    try:
        switches = {name: forms.ticked(request, name) for name in care.SWITCHES}
        lengths = {name: _number(request, name, *care.LIMITS[name], "care_length") for name in care.LIMITS}
        care.save_settings(session(), switches, lengths)
    except SaisineError as error:
        return _refused(request, error, ("care_length",))
    return redirect(f"{reverse('settings')}?garde=exposition#exposure")


@require_POST
def retention_lengths(request: HttpRequest) -> HttpResponse:
    """How long things are kept here: shorter than proposed, never longer."""
    try:
        values = [
            _number(request, name, *bounds, "retention_length") for name, bounds in retention.LIMITS.items()
        ]
        retention.choose_lengths(session(), *values)
    except SaisineError as error:
        return _refused(request, error, ("retention_length",))
    return redirect(f"{reverse('settings')}?garde=durees#retention")


@require_POST
def association_card(request: HttpRequest) -> HttpResponse:
    """What the statutes say: standing depends on it."""
    opened = session()
    card = association.get_association(opened)
    known = {tag.id for tag in _tags(opened)}
    try:
        found = Association(
            declared_on=forms.day(request, "declared_on", latest=opened.today()),
            object_tags=frozenset(known & set(request.POST.getlist("object_tags"))),
            object_fr=request.POST.get("object_fr", "").strip()[:OBJECT_SIGNS],
            name=forms.line(request, "name", NAME_SIGNS) or card.name,
        )
        email = _email(forms.line(request, "email"))
    except SaisineError as error:
        return _refused(request, error, ("day_refused", "day_to_come", "form_refused"))
    address = forms.line(request, "address")
    association.save_association(opened, found, email=email, address=address)
    return redirect(f"{reverse('settings')}?garde=association#association")


def _refused(request: HttpRequest, error: SaisineError, codes: tuple[str, ...]) -> HttpResponse:
    if error.code not in codes:
        raise error
    return _page(request, error)


def _number(request: HttpRequest, name: str, least: int, most: int, code: str) -> int:
    """A whole number of the form. Raises `code` when it is none."""
    text = request.POST.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise SaisineError(code, least=least, most=most)
    return int(text)


def _email(text: str) -> str:
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError as error:
        raise SaisineError("form_refused") from error
    return text
