"""The sorting box: bands, cards without text, one click for hundreds, and an undo for half a minute."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import triage
from saisine.casework.triage import Band
from saisine.charts import Bar, draw_bars
from saisine.findings import waves
from saisine.web import words
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.pages import cards
from saisine.web.pages.cards import Undo, say_card, say_opened

LATER = "later"


@dataclass(frozen=True, slots=True)
class BandLine:
    """A band in words. `detail` counts what lies in it, never what it says."""

    id: str
    title: str
    detail: str
    url: str
    is_urgent: bool
    can_discard_rest: bool
    is_sorted: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, the same as a table, the sentence that it shows, and what it does not prove."""

    svg: SafeString
    reading: str
    limits: str
    rows: list[tuple[str, int]]


# ------------------------------------------------------------------ bands


def say_band(band: Band) -> BandLine:
    return BandLine(
        id=band.id,
        title=_band_title(band),
        detail=_band_detail(band),
        url=reverse("captures") if band.kind == "captures" else reverse("triage_band", args=[band.id]),
        is_urgent=band.kind == "urgent",
        can_discard_rest=band.kind == "wave" and band.left > 0,
        is_sorted=band.left == 0,
    )


def _band_title(band: Band) -> str:
    n = words.say_number(band.count)
    if band.kind == "wave" and band.day:
        return _("Vague du %(day)s") % {"day": words.say_date(band.day)}
    titles = {
        "urgent": _("Urgent (%(n)s)"),
        "others": _("Autres (%(n)s)"),
        "captures": _("Captures à compléter (%(n)s)"),
    }
    return titles[band.kind] % {"n": n}


def _band_detail(band: Band) -> str:
    """« 1 120, dont 720 en 37 groupes de copies ; il en reste 400 à trier »."""
    parts = []
    if band.kind == "wave":
        parts.append(words.say_number(band.count))
    if band.groups and band.kind == "wave":
        said = ngettext(
            "dont %(n)s en %(g)s groupe de copies", "dont %(n)s en %(g)s groupes de copies", band.groups
        )
        parts.append(said % {"n": words.say_number(band.grouped), "g": words.say_number(band.groups)})
    detail = ", ".join(parts)
    if band.left == 0:
        state = _("tout est trié")
    elif band.left < band.count and band.kind == "captures":
        state = _("%(n)s à compléter") % {"n": words.say_number(band.left)}
    elif band.left < band.count:
        state = _("%(n)s à trier") % {"n": words.say_number(band.left)}
    else:
        return detail
    return " ; ".join(part for part in (detail, state) if part)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    opened = session()
    kept = triage.kept(opened)
    context = {
        "bands": [say_band(band) for band in triage.bands(opened)],
        "has_any": triage.has_any(opened),
        "kept": kept.count or kept.captures,
        "kept_count": kept.count,
        "kept_captures": kept.captures,
        "proposed_title": _proposed(kept.wave_day),
    }
    return render(request, "saisine/triage.html", context)


def _proposed(day: date | None) -> str:
    return _("Vague du %(day)s") % {"day": words.say_date(day)} if day else ""


# ------------------------------------------------------------------ one band


@require_safe
def band(request: HttpRequest, band: str) -> HttpResponse:
    """Twenty cards of a band. `apres` is the card after which the page starts."""
    opened = session()
    found = triage.get_band(opened, band)
    if found.kind == "captures":
        return redirect("captures")
    page = triage.cards(opened, band, after=request.GET.get("apres"))
    context = {
        "cards": [say_card(card) for card in page.items],
        "next_url": f"{reverse('triage_band', args=[band])}?{urlencode({'apres': page.next})}"
        if page.next
        else "",
        "chart": None if "apres" in request.GET else _chart(band),
        "undo": _undo(band),
    }
    return _page(request, found, context)


def _page(request: HttpRequest, band: Band, context: Mapping[str, object]) -> HttpResponse:
    return render(request, "saisine/triage_band.html", {"band": say_band(band), **context})


def _undo(band: str) -> Undo | None:
    decision = triage.last_decision(session(), band)
    return cards.say_undo(decision, session().now()) if decision is not None else None


def _chart(band: str) -> Chart | None:
    hours = triage.hours(session(), band)
    if not hours:
        return None
    top = max(range(len(hours)), key=lambda index: hours[index][1])
    marked = {0, len(hours) - 1} if len(hours) > 1 else {0}
    bars = [Bar(_hour(at) if index in marked else "", n, index == top) for index, (at, n) in enumerate(hours)]
    at, n = hours[top]
    reading = _("Le plus fort : %(n)s messages, le %(hour)s.") % {
        "n": words.say_number(n),
        "hour": _day_and_hour(at),
    }
    svg = mark_safe(draw_bars(bars, title=_("Messages par heure")))  # drawn by us, its words escaped
    limits = waves.DOES_NOT_PROVE_EN if words.is_english() else waves.DOES_NOT_PROVE_FR
    return Chart(svg, reading, limits, [(_day_and_hour(at), n) for at, n in hours])


def _hour(at: datetime) -> str:
    return _("%(h)s h") % {"h": at.hour}


def _day_and_hour(at: datetime) -> str:
    return _("%(day)s à %(h)s h") % {"day": words.say_date(at), "h": at.hour}


# ------------------------------------------------------------------ open, decide, undo


@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """The text of one card, because a person asked for it; the journal keeps a line."""
    opened = session()
    band, ref = request.POST.get("band", ""), request.POST.get("ref", "")
    texts = triage.open_card(opened, band, ref)
    card = say_opened(triage.get_card(opened, band, ref), texts)
    if wants_part(request):
        return render(request, "saisine/parts/card.html", {"card": card})
    return _page(request, triage.get_band(opened, band), {"cards": [card], "next_url": _after(band, ref)})


def _after(band: str, ref: str) -> str:
    return f"{reverse('triage_band', args=[band])}?{urlencode({'apres': ref})}"


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Keep, set aside, or leave for later: one card, its whole group included."""
    opened = session()
    band, ref, value = (request.POST.get(name, "") for name in ("band", "ref", "value"))
    if value == LATER:
        return _leave(request, band, ref)
    if value == cards.REOPEN:
        return _reopen(request, band, ref)
    decision = triage.decide(opened, band, ref, value)
    if not wants_part(request):
        return redirect("triage_band", band)
    card = say_card(triage.get_card(opened, band, ref))
    # decided twice: what can be undone is the decision that stands
    offered = cards.say_undo(decision, opened.now()) if decision.count else _undo(band)
    card = replace(card, undo=offered, is_focused=True)
    return render(request, "saisine/parts/card.html", {"card": card})


def _reopen(request: HttpRequest, band: str, ref: str) -> HttpResponse:
    """« Changer d’avis »: the card is to sort again, at any time."""
    opened = session()
    triage.reopen(opened, band, ref)
    if not wants_part(request):
        return redirect("triage_band", band)
    card = replace(say_card(triage.get_card(opened, band, ref)), is_focused=True)
    return render(request, "saisine/parts/card.html", {"card": card})


def _leave(request: HttpRequest, band: str, ref: str) -> HttpResponse:
    """« Plus tard » decides nothing and writes nothing: the card stays in the band."""
    card = triage.get_card(session(), band, ref)
    if not wants_part(request):
        return redirect(_after(band, ref))
    left = replace(say_card(card), decision=_("Laissé pour plus tard"), is_focused=True)
    return render(request, "saisine/parts/card.html", {"card": left})


@require_POST
def discard_rest(request: HttpRequest) -> HttpResponse:
    band = request.POST.get("band", "")
    triage.discard_rest(session(), band)
    return redirect("triage_band", band)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last click back: exactly its rows, and no other."""
    return redirect("triage_band", triage.undo(session(), request.POST.get("decision", "")))
