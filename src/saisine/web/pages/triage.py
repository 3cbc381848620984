"""The sorting box: bands, cards without text, one click for hundreds, and an undo for half a minute.

No view reads a corpus to list: counts, order and summaries come from the arrays that a job keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import confirmed_types, surveys, triage
from saisine.casework.models import Decision
from saisine.casework.session import Session
from saisine.casework.triage import Band
from saisine.charts import Bar, draw_bars
from saisine.errors import SaisineError
from saisine.findings import waves
from saisine.findings.triage.blend import FIRST, NEXT, NOTHING
from saisine.web import platforms, words
from saisine.web.accounts import who
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.pages import cards
from saisine.web.pages.cards import CardWords, Undo, say_card
from saisine.web.pages.triage_order import say_order, say_work
from saisine.web.pages.type_boxes import say_counts

LATER = "later"
WAVES, PLATFORMS, TARGETS = "vague", "plateforme", "cible"


@dataclass(frozen=True, slots=True)
class Chip:
    """One way to look at the box; `is_here` marks the one that is shown."""

    label: str
    url: str
    is_here: bool = False


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
    wave_url: str = ""


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
        url=reverse("captures") if band.kind == "captures" else _url(band.id),
        is_urgent=band.kind == "urgent",
        can_discard_rest=band.kind == "wave" and band.left > 0,
        is_sorted=band.left == 0,
        wave_url=reverse("wave", args=[band.id]) if band.kind == "wave" else "",
    )


def _band_title(band: Band) -> str:
    n = words.say_number(band.count)
    if band.kind == "wave" and band.day:
        return _("Vague du %(day)s") % {"day": words.say_date(band.day)}
    if band.kind == triage.PLATFORM:
        return _("Messages %(place)s (%(n)s)") % {"place": _place(band.label), "n": n}
    titles = {
        "urgent": _("Urgent (%(n)s)"),
        "others": _("Autres (%(n)s)"),
        "captures": _("Captures à compléter (%(n)s)"),
        triage.TARGET: _("Personne ou page visée (%(n)s)"),
        triage.SAMPLE: _("Tirage du jour (%(n)s)"),
    }
    return titles[band.kind] % {"n": n}


def _place(platform: str) -> str:
    return platforms.says(platform) or _("d’une autre plateforme")


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
    return capfirst(words.sign(";").join(part for part in (detail, state) if part))


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    opened = session()
    view = request.GET.get("par", "")
    kept = triage.kept(opened)
    is_ready = surveys.ready(opened) is not None
    found = _bands(opened, view) if is_ready else triage.bands(opened)
    context = {
        "bands": [say_band(band) for band in found],
        "chips": _chips(opened, view),
        "by_target": view == TARGETS and bool(found),
        "has_any": triage.has_any(opened),
        "is_ready": is_ready,
        "job": say_work(opened),
        "order": say_order(opened) if is_ready else None,
        "types": say_counts(confirmed_types.counts(opened)),
        "kept": kept.count or kept.captures,
        "kept_count": kept.count,
        "kept_captures": kept.captures,
        "proposed_title": _proposed(kept.wave_day),
    }
    return render(request, "saisine/triage.html", context)


def _bands(opened: Session, view: str) -> list[Band]:
    if view == PLATFORMS:
        return triage.by_platform(opened)
    if view == TARGETS:
        return triage.by_target(opened)[: triage.SHOWN_TARGETS]
    found = triage.bands(opened)
    return [band for band in found if band.kind == "wave"] if view == WAVES else found


def _chips(opened: Session, view: str) -> list[Chip]:
    base = reverse("triage")
    return [
        Chip(_("À trier"), base, view not in (WAVES, PLATFORMS, TARGETS)),
        Chip(_("Urgent"), reverse("triage_band", args=["urgent"])),
        Chip(_("Par vague"), f"{base}?par={WAVES}", view == WAVES),
        Chip(_("Par plateforme"), f"{base}?par={PLATFORMS}", view == PLATFORMS),
        Chip(_("Par personne visée"), f"{base}?par={TARGETS}", view == TARGETS),
    ]


@require_POST
def targets(request: HttpRequest) -> HttpResponse:
    """« Afficher les noms » of who is reached, because a person asked; the journal keeps a line."""
    opened = session()
    names = triage.open_targets(opened)
    found = [say_band(band) for band in triage.by_target(opened)[: triage.SHOWN_TARGETS]]
    context = {
        "bands": [
            replace(line, detail=f"{names.get(line.id, '')}{words.sign(';')}{line.detail}".strip(" ;"))
            for line in found
        ],
        "chips": _chips(opened, TARGETS),
        "has_any": True,
        "is_ready": True,
        "by_target": False,
    }
    return render(request, "saisine/triage.html", context)


def _proposed(day: date | None) -> str:
    return _("Vague du %(day)s") % {"day": words.say_date(day)} if day else ""


# ------------------------------------------------------------------ one band


@require_safe
def band(request: HttpRequest, band: str) -> HttpResponse:
    """Twenty cards of a band. `apres` is the card after which the page starts, `rang` a part of the order."""
    opened = session()
    found = triage.get_band(opened, band)
    if found.kind == "captures":
        return redirect("captures")
    rank = request.GET.get("rang", "")
    page = triage.cards(opened, band, after=request.GET.get("apres"), rank=rank)
    kept = {"rang": rank} if rank else {}
    context = {
        "cards": [say_card(card) for card in page.items],
        "next_url": f"{_url(band)}?{urlencode({**kept, 'apres': page.next})}" if page.next else "",
        "chart": None if "apres" in request.GET else _chart(band),
        "chips": _rank_chips(band, rank),
        "undo": _undo(band),
    }
    return _page(request, found, context)


def _url(band: str) -> str:
    return reverse("triage_band", args=[band])


def _rank_chips(band: str, rank: str) -> list[Chip]:
    """The parts of the reading order, when there is one; a draw shows none, so as not to sway who looks."""
    counts = triage.ranks(session(), band) if band != triage.SAMPLE else {}
    if not counts:
        return []
    said = [("", _("Tout")), *((name, f"{cards.say_rank(name)} ({words.say_number(counts[name])})") for name in
            (FIRST, NEXT, NOTHING))]  # fmt: skip
    return [
        Chip(label, f"{_url(band)}?rang={name}" if name else _url(band), name == rank) for name, label in said
    ]


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


def shown(request: HttpRequest, band: str, ref: str, card: CardWords) -> HttpResponse:
    """One card with more than its list says: in the open page, or alone before the rest of its band."""
    if wants_part(request):
        return render(request, "saisine/parts/card.html", {"card": card})
    found = triage.get_band(session(), band)
    return _page(request, found, {"cards": [card], "next_url": _after(band, ref)})


def _after(band: str, ref: str) -> str:
    return f"{_url(band)}?{urlencode({'apres': ref})}"


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
    standing = triage.standing_decision(opened, band, ref) if not decision.count else None
    other = standing if standing is not None and standing.by != opened.actor else None
    if not wants_part(request):
        if other is not None:
            raise cards.decided_already(request, other)
        return redirect("triage_band", band)
    card = say_card(triage.get_card(opened, band, ref))
    if other is not None:
        card = replace(card, decision=cards.say_decided_by(who.names(request)(other.by), other.value))
    # decided twice: what can be undone is the decision that stands
    offered = cards.say_undo(decision, opened.now()) if decision.count else _undo(band)
    card = replace(card, undo=offered, is_focused=True)
    return render(request, "saisine/parts/card.html", {"card": card})


def _reopen(request: HttpRequest, band: str, ref: str) -> HttpResponse:
    """« Changer d’avis »: the card is to sort again, at any time."""
    opened = session()
    try:
        triage.reopen(opened, band, ref, seen=request.POST.get("seen"))
    except SaisineError as error:
        standing = triage.standing_decision(opened, band, ref) if error.code == "card_decided" else None
        if standing is None:
            raise
        return _decided_meanwhile(request, band, ref, standing)
    if not wants_part(request):
        return redirect("triage_band", band)
    card = replace(say_card(triage.get_card(opened, band, ref)), is_focused=True)
    return render(request, "saisine/parts/card.html", {"card": card})


def _decided_meanwhile(request: HttpRequest, band: str, ref: str, other: Decision) -> HttpResponse:
    """The page was older than another member's decision: the card as it stands now, and whose word it is."""
    if not wants_part(request):
        raise cards.decided_already(request, other)
    card = say_card(triage.get_card(session(), band, ref))
    said = cards.say_decided_by(who.names(request)(other.by), other.value)
    return render(request, "saisine/parts/card.html", {"card": replace(card, decision=said, is_focused=True)})


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
