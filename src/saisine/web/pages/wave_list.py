"""« Ce qui ressort des messages »: the waves, the groups of accounts, and what changed since the computation before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from saisine.casework import findings_rows, jobs, surveys, text_versions, triage
from saisine.casework import waves as engine
from saisine.findings import campaign_words, changed_texts
from saisine.findings.rows import Change
from saisine.web import words
from saisine.web.current import session
from saisine.web.pages.cards import Text, say_text
from saisine.web.pages.jobs import say_job

SUBJECT = "vagues"  # the subject of the jobs of these pages
CHANGES_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A wave or a group of accounts in a list."""

    title: str
    detail: str
    url: str


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    opened = session()
    placed = surveys.ready(opened)
    groups = engine.groups(opened) if placed is not None else None
    job = jobs.job_of(opened, SUBJECT)
    found = findings_rows.ready(opened) if groups is not None else None
    changes = (*placed.changes, *found.changes) if placed is not None and found is not None else ()
    context = {
        "waves": [wave_line(band) for band in triage.bands(opened) if band.kind == "wave"],
        "groups": [_group_line(group) for group in groups] if groups is not None else None,
        "nothing": say_nothing(found.search) if found is not None else "",
        "made_at": datetime.fromisoformat(found.made_at) if found is not None else None,
        "changes": _say_changes(changes),
        "changed_texts": _say_changed(found),
        "job": say_job(job) if job is not None and (not job.is_over or job.error) else None,
        "absence": in_language(campaign_words.ABSENCE_FR, campaign_words.ABSENCE_EN),
    }
    return render(request, "saisine/waves.html", context)


def in_language(french: str, english: str) -> str:
    return english if words.is_english() else french


def wave_line(band: triage.Band) -> Line:
    said = ngettext("%(n)s message", "%(n)s messages", words.form(band.count))
    return Line(title_of(band), said % {"n": words.say_number(band.count)}, reverse("wave", args=[band.id]))


def title_of(band: triage.Band) -> str:
    return _("Vague du %(day)s") % {"day": words.say_date(band.day) if band.day else ""}


def _group_line(group: engine.Group) -> Line:
    row = group.row
    facts = {
        "accounts": words.say_number(row["n_accounts"]),
        "n": words.say_number(row["n"]),
        "day": words.say_date(datetime.fromisoformat(row["first_t"])),
    }
    detail = _("%(accounts)s comptes, %(n)s messages, depuis le %(day)s") % facts
    return Line(
        row["level_en" if words.is_english() else "level_fr"], detail, reverse("wave", args=[group.id])
    )


def say_nothing(search: Mapping[str, Any]) -> str:
    """Why nothing could be looked for, when it could not."""
    return {
        "too_few": _(
            "Trop peu de messages pour chercher une coordination. Voici les copies et la chronologie."
        ),
        "no_times": _("Les dates ne sont connues qu’au jour : la synchronisation ne peut pas être étudiée."),
    }.get(search["reason"] or "", "")


def _say_changed(found: findings_rows.Found | None) -> list[str]:
    """How many messages have another text in another collection, then what that does not prove."""
    rows = [row for row in found.found.rows if row["kind"] == "text_changed"] if found is not None else []
    lines = []
    for row in rows:
        said = ngettext(
            "%(n)s message dont le texte a changé entre deux collectes.",
            "%(n)s messages dont le texte a changé entre deux collectes.",
            words.form(row["n"]),
        )
        lines += [
            said % {"n": words.say_number(row["n"])},
            in_language(row["does_not_prove_fr"], row["does_not_prove_en"]),
        ]
    return lines


def _say_changes(changes: tuple[Change, ...]) -> list[str]:
    """« 3 groupes de copies apparus », by what happened and by kind."""
    counts: dict[tuple[str, str], int] = {}
    for one in changes:
        counts[one.what, one.kind] = counts.get((one.what, one.kind), 0) + 1
    what = {"new": _("apparus"), "gone": _("disparus"), "changed": _("changés")}
    kinds = {
        "urgent": _("signes de danger"),
        "wave": _("vagues"),
        "copies": _("groupes de copies"),
        "target_wave": _("hausses autour d’une cible"),
        "campaign": _("groupes de comptes"),
        "short_copies": _("groupes de messages courts"),
        "text_changed": _("textes modifiés entre deux collectes"),
    }
    lines = [
        _("%(kind)s, %(what)s : %(n)s")
        % {"kind": kinds.get(kind, kind), "what": what.get(how, how), "n": words.say_number(n)}
        for (how, kind), n in sorted(counts.items())
    ]
    return lines[:CHANGES_SHOWN]


@dataclass(frozen=True, slots=True)
class VersionWords:
    """One text of a message: when it was seen, and what it says."""

    seen: str
    text: Text


@require_POST
def versions(request: HttpRequest) -> HttpResponse:
    """The texts that changed between two collections, side by side: what a person asked for."""
    found, count = text_versions.open_versions(session())
    context = {
        "messages": [
            [VersionWords(words.say_moment(one.seen_at), say_text(one.text)) for one in several]
            for several in found
        ],
        "more": count - len(found),
        "limits": in_language(changed_texts.DOES_NOT_PROVE_FR, changed_texts.DOES_NOT_PROVE_EN),
    }
    return render(request, "saisine/waves_texts.html", context)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """« Tout relire »: a job; the earlier findings stay until it ends, and are compared with."""
    jobs.start(session(), "findings", SUBJECT, {"again": True})
    return redirect("waves")
