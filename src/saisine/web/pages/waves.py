"""« Vague du … »: when, who came first, after which post, with which copies and links, and how surely together.

A page of figures: no text, no name, no address before a person asks for it. What a figure does not establish stands
beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import jobs, surveys, triage, wave_networks
from saisine.casework import waves as engine
from saisine.casework.surveys import EPOCH
from saisine.charts import Hour, Mark, Tie, draw_ties, draw_timeline
from saisine.errors import SaisineError
from saisine.findings import campaign_words, graph_files
from saisine.web import forms, words
from saisine.web.current import session
from saisine.web.pages.cards import CardWords, Text, say_card, say_text
from saisine.web.pages.jobs import say_job
from saisine.web.pages.wave_list import SUBJECT, in_language, say_nothing, title_of, wave_line
from saisine.web.pages.wave_words import TargetWords, say_chance, say_clues, say_delay, say_target

SIGNS: Final = "ABCDEFGHIJKLMNO"
MOST_HOURS: Final = 24 * 14  # a longer drawing shows nothing; the table holds every hour
WRITERS: Final[dict[str, Callable[[graph_files.GraphFile], str]]] = {
    "gexf": lambda graph: graph_files.gexf(graph).text,
    "graphml": lambda graph: graph_files.graphml(graph).text,
    "liens.csv": graph_files.edges_csv,
    "comptes.csv": graph_files.nodes_csv,
    "ndjson": graph_files.pairs_ndjson,
}


@dataclass(frozen=True, slots=True)
class EdgeWords:
    """One link in words: who under numbers, by what, how unlikely by chance."""

    number: int
    title: str
    clues: str
    chance: str
    when: str
    messages: str
    strength: float


@dataclass(frozen=True, slots=True)
class GroupWords:
    """A group of accounts in words, with the small drawing of its strongest links."""

    id: str
    level: str
    sentence: str
    here: str
    edges: tuple[EdgeWords, ...]
    more: str
    drawing: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class LinkWords:
    """A page that several accounts link to; `address` stays empty until somebody asks."""

    title: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class Timeline:
    svg: SafeString
    reading: str
    rows: list[tuple[str, int]]


# ------------------------------------------------------------------ one wave, one group


@require_safe
def wave(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, id)


def _page(request: HttpRequest, id: str, **opened: Any) -> HttpResponse:
    placed = surveys.ready(session())
    if placed is not None and placed.row_of_band(id) is None:
        return _group_page(request, id)
    found = engine.get_wave(session(), id)
    posts: Mapping[str, Any] = opened.get("posts", {})
    signs = _signs(found)
    job = jobs.job_of(session(), SUBJECT)
    context = {
        "title": title_of(found.band),
        "band": found.band,
        "count": words.say_number(found.band.count),
        "timeline": _timeline(found.hours, signs),
        "baseline": _baseline(found.row),
        "limits": found.row["does_not_prove_en" if words.is_english() else "does_not_prove_fr"],
        "around": _say_around(found.around),
        "first_posts": [_plain(card) for card in found.first_posts],
        "copies": [_plain(card) for card in found.copies],
        "copies_limits": _copies_limits(),
        "targets": [_target(one, signs, posts) for one in found.targets],
        "has_posts": bool(signs) and not posts,
        "links": [_say_link(at, one, opened.get("links", {})) for at, one in enumerate(found.links, 1)],
        "has_links": bool(found.links) and not opened.get("links"),
        "groups": [say_group(group) for group in found.groups],
        "found": found.found,
        "nothing": say_nothing(found.search) if found.search else "",
        "short": [_say_short(row) for row in found.short],
        "kept": len(engine.kept_in(session(), id)),
        "job": say_job(job) if job is not None and not job.is_over else None,
        **_limits(),
    }
    return render(request, "saisine/waves_one.html", context)


def _limits() -> dict[str, str]:
    return {
        "assumes": in_language(campaign_words.ASSUMES_FR, campaign_words.ASSUMES_EN),
        "not_established": in_language(campaign_words.DOES_NOT_PROVE_FR, campaign_words.DOES_NOT_PROVE_EN),
        "absence": in_language(campaign_words.ABSENCE_FR, campaign_words.ABSENCE_EN),
    }


def _copies_limits() -> str:
    from saisine.findings import survey

    return in_language(survey.COPIES_DO_NOT_PROVE_FR, survey.COPIES_DO_NOT_PROVE_EN)


def _plain(card: triage.Card) -> CardWords:
    """A card to look at; decisions are taken in the sorting box, one click away."""
    return replace(say_card(card), verbs=())


def _signs(found: engine.Wave) -> dict[str, str]:
    """A letter for each post followed by a rise, in the order of the page."""
    refs = dict.fromkeys(post["ref"] for one in found.targets for post in one.row["amplifiers"])
    return dict(zip(refs, SIGNS, strict=False))


def _target(one: engine.TargetWave, signs: Mapping[str, str], posts: Mapping[str, Any]) -> TargetWords:
    texts = {ref: say_text(text) for ref, text in posts.items()}
    return say_target(one.number, one.row, signs, texts)


def _timeline(hours: list[tuple[datetime, int]], signs: Mapping[str, str]) -> Timeline | None:
    if not hours:
        return None
    top = max(range(len(hours)), key=lambda index: hours[index][1])
    first = max(0, min(top - MOST_HOURS // 2, len(hours) - MOST_HOURS))
    shown = hours[first : first + MOST_HOURS]
    ends = {0, len(shown) - 1} if len(shown) > 1 else {0}
    bars = [
        Hour(n, _short(at) if index in ends else "", index == top - first)
        for index, (at, n) in enumerate(shown)
    ]
    svg = draw_timeline(bars, _marks(shown[0][0], signs), title=_("Messages par heure"))
    at, n = hours[top]
    reading = _("Le plus fort : %(n)s messages, le %(hour)s.") % {"n": words.say_number(n), "hour": _hour(at)}
    if len(shown) < len(hours):
        reading += " " + _("Le dessin montre %(n)s heures autour de ce moment.") % {"n": len(shown)}
    return Timeline(
        mark_safe(svg), reading, [(_hour(at), n) for at, n in hours]
    )  # drawn by us, words escaped


def _marks(start: datetime, signs: Mapping[str, str]) -> list[Mark]:
    """Where the posts followed by a rise stand on the drawing."""
    placed = surveys.current(session())
    found = []
    for ref, sign in signs.items():
        place = int(placed.places([ref])[0])
        at = placed.when(place) if place >= 0 else None
        if at is not None:
            found.append(Mark((at - start) / timedelta(hours=1), sign))
    return found


def _short(at: datetime) -> str:
    return _("%(h)s h") % {"h": at.hour}


def _hour(at: datetime) -> str:
    return _("%(day)s à %(h)s h") % {"day": words.say_date(at), "h": at.hour}


def _baseline(row: Mapping[str, Any]) -> str:
    n = round(row["baseline_per_day"])
    said = ngettext(
        "Les autres jours : %(n)s message par jour (médiane).",
        "Les autres jours : %(n)s messages par jour (médiane).",
        words.form(n),
    )
    return said % {"n": words.say_number(n)}


def _say_around(around: Mapping[str, int] | None) -> str:
    """« 41 comptes, dont 38 jamais vus plus tôt dans ces messages, réunis depuis le 2 janvier 2026. »"""
    if not around:
        return ""
    since = EPOCH + timedelta(microseconds=around["since_us"])
    facts = {
        "accounts": words.say_number(around["accounts"]),
        "fresh": words.say_number(around["newcomers"]),
        "day": words.say_date(since),
    }
    return (
        _("%(accounts)s comptes, dont %(fresh)s jamais vus plus tôt. Les messages remontent au %(day)s.")
        % facts
    )


def _say_link(number: int, one: Mapping[str, Any], addresses: Mapping[str, str]) -> LinkWords:
    facts = {"messages": words.say_number(one["messages"]), "accounts": words.say_number(one["accounts"])}
    detail = _("%(messages)s messages, %(accounts)s comptes") % facts
    return LinkWords(_("Page %(n)s") % {"n": number}, detail, addresses.get(one["page"], ""))


def _say_short(row: Mapping[str, Any]) -> str:
    facts = {"n": words.say_number(row["n"]), "accounts": words.say_number(row["n_accounts"])}
    return _("%(n)s messages courts identiques, %(accounts)s comptes, en 24 heures au plus") % facts


# ------------------------------------------------------------------ groups of accounts


def _group_page(request: HttpRequest, id: str) -> HttpResponse:
    found = engine.get_group(session(), id)
    day = words.say_date(datetime.fromisoformat(found.row["first_t"]))
    context = {
        "title": _("Groupe de comptes du %(day)s") % {"day": day},
        "groups": [say_group(found)],
        "first_posts": [_plain(card) for card in engine.first_posts_of(session(), id)],
        "waves": [wave_line(band) for band in engine.bands_of(session(), id)],
        "kept": len(engine.kept_in(session(), id)),
        "id": id,
        **_limits(),
    }
    return render(request, "saisine/waves_group.html", context)


def say_group(group: engine.Group) -> GroupWords:
    row, at = group.row, "en" if words.is_english() else "fr"
    ties = [Tie(edge.a, edge.b, edge.strength) for edge in group.edges]
    facts = {"n": words.say_number(group.n_edges), "shown": words.say_number(len(group.edges))}
    here = _("%(here)s de ses %(n)s messages sont ici.") % {
        "here": words.say_number(group.here),
        "n": words.say_number(row["n"]),
    }
    return GroupWords(
        id=group.id,
        level=row[f"level_{at}"],
        sentence=row[f"sentence_{at}"],
        here=here,
        edges=tuple(_say_edge(edge) for edge in group.edges),
        more=_("Les %(shown)s liens les plus forts, sur %(n)s.") % facts,
        drawing=mark_safe(draw_ties(ties, title=_("Liens les plus forts entre ces comptes"))),
        url=reverse("wave", args=[group.id]),
    )


def _say_edge(edge: engine.Edge) -> EdgeWords:
    n = ngettext("%(n)s paire de messages", "%(n)s paires de messages", words.form(edge.n_messages))
    best = min((clue.p_value for clue in edge.clues), default=1.0)
    return EdgeWords(
        number=edge.number,
        title=_("%(a)s et %(b)s") % {"a": edge.a, "b": edge.b},
        clues=say_clues(edge.clues),
        chance=say_chance(best),
        when=_("du %(first)s au %(last)s")
        % {"first": words.say_moment(edge.first), "last": words.say_moment(edge.last)},
        messages=n % {"n": words.say_number(edge.n_messages)},
        strength=edge.strength,
    )


# ------------------------------------------------------------------ open, export, open an incident


@require_POST
def show(request: HttpRequest, id: str) -> HttpResponse:
    """The addresses shared, or the posts followed by a rise: what a person asked for; the journal keeps a line."""
    what = forms.one_of(request, "what", ("links", "posts"))
    if what == "links":
        return _page(request, id, links=engine.open_links(session(), id))
    return _page(request, id, posts=engine.open_posts(session(), id))


@dataclass(frozen=True, slots=True)
class PairWords:
    first: Text
    second: Text
    delay: str


@require_POST
def edge(request: HttpRequest, id: str) -> HttpResponse:
    """The messages behind one link, pair by pair."""
    number = _number(request)
    group = engine.get_group(session(), id)
    pairs = engine.open_edge(session(), id, number)
    context = {
        "id": id,
        "edge": _say_edge(group.edges[number]) if number < len(group.edges) else None,
        "pairs": [PairWords(say_text(one), say_text(other), _gap(one.at, other.at)) for one, other in pairs],
    }
    return render(request, "saisine/waves_edge.html", {**context, **_limits()})


def _number(request: HttpRequest) -> int:
    text = request.POST.get("number", "")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise SaisineError("form_refused")
    return int(text)


def _gap(one: datetime | None, other: datetime | None) -> str:
    return say_delay(abs((other - one).total_seconds())) if one is not None and other is not None else ""


@require_POST
def network(request: HttpRequest, id: str) -> HttpResponse:
    """The links of a group as a file: pseudonyms unless asked otherwise, with a reason that the journal keeps."""
    kind = forms.one_of(request, "kind", WRITERS)
    named = forms.ticked(request, "named")
    why = forms.one_of(request, "why", wave_networks.WHY_NAMES, default="")
    graph = wave_networks.network(session(), id, named=named, why=why if named else "")
    body = WRITERS[kind](graph).encode("utf-8", "surrogatepass")
    answer = HttpResponse(body, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="reseau.{kind}"'
    return answer


@require_POST
def collective(request: HttpRequest, id: str) -> HttpResponse:
    """« Créer un incident collectif »: once, however often the form is sent."""
    opened = session()
    with opened.lock:
        incident = engine.open_collective(opened, id, forms.line(request, "title"))
    return redirect("incident", incident.id)
