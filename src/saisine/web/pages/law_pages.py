"""« Connaître ses droits »: the law as it is coded, to read without an account: offences, delays, routes.

Every line shows its article, the date of its wording and whether it was verified. Nothing of the workspace is here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from saisine.errors import SaisineError
from saisine.law.inputs import Event
from saisine.law.limitation import Clock, clock
from saisine.law.load import Law
from saisine.law.model import Offence
from saisine.law.model_routes import Remedy
from saisine.law.statements import Statement, flag, limitation_statement, remedy_statement, statement_of
from saisine.texts import fold
from saisine.web import forms, words
from saisine.web.clock import today
from saisine.web.current import session
from saisine.web.law_words import say_clock, say_penalty_tier

YEAR: Final = 12
# How a clock starts, as one fact of the person: a birthday cannot be asked for here.
STARTED_BY: Final = {
    "first_publication": "publication",
    "commission": "act",
    "last_act": "act",
    "majority_of_victim": "act",
}
SEARCH_SIGNS: Final = 80


@dataclass(frozen=True, slots=True)
class Flag:
    """What stands beside each legal line: its articles, the date of its wording, whether it was verified."""

    articles: str
    as_of: str
    words: str
    is_verified: bool

    @classmethod
    def of(cls, statement: Statement) -> "Flag":
        spoken = words.language()
        return cls(
            ", ".join(statement.articles),
            statement.as_of_words(spoken),
            statement.flag(spoken),
            statement.verified,
        )


@dataclass(frozen=True, slots=True)
class OffenceLine:
    id: str
    name: str
    category: str
    delay: str
    articles: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class RouteLine:
    id: str
    name: str
    purpose: str
    flag: Flag


# ------------------------------------------------------------------ the list


@require_http_methods(["GET", "HEAD", "POST"])
def rights(request: HttpRequest) -> HttpResponse:
    """Offences by group, routes, and what is lawful. A search is a POST: no word of it enters an address."""
    law = session().law
    asked = forms.line(request, "cherche", SEARCH_SIGNS) if request.method == "POST" else ""
    found = [say_offence(one) for one in law.offences.values() if matches(one, asked)]
    context = {
        "asked": asked,
        "count": say_found(len(found)) if asked else "",
        "groups": group_offences(found),
        "routes": [say_route(one) for one in law.remedies.values()],
        "lawful": [one.text_en if words.is_english() else one.text_fr for one in law.lawful.contexts],
        "lawful_verified": law.lawful.meta.verified,
        "as_of": law.meta.as_of,
    }
    return render(request, "saisine/rights.html", context)


def matches(offence: Offence, asked: str) -> bool:
    """Whether every word asked for stands in its name, its articles or its category."""
    text = fold(" ".join((offence.name_fr, offence.name_en, offence.category, *offence.articles)))
    return all(word in text for word in fold(asked).split())


def say_found(n: int) -> str:
    said = ngettext("%(n)s infraction trouvée", "%(n)s infractions trouvées", words.form(n))
    return said % {"n": words.say_number(n)}


def group_offences(lines: list[OffenceLine]) -> list[tuple[str, list[OffenceLine]]]:
    """By category, the most serious first; inside one, by name."""
    names = say_categories()
    groups = (
        (said, [one for one in lines if one.category == said]) for said in dict.fromkeys(names.values())
    )
    return [(said, sorted(rows, key=lambda one: fold(one.name))) for said, rows in groups if rows]


def say_categories() -> dict[str, str]:
    return {"crime": _("Crimes"), "delit": _("Délits"), "contravention": _("Contraventions")}


def say_category(offence: Offence) -> str:
    """« Contraventions » for each of their five classes."""
    return say_categories()[offence.category.partition("_")[0]]


def say_kind(offence: Offence) -> str:
    """What one offence is, in the singular; `contravention_5e` gives its class."""
    name, rank = offence.category.partition("_")[::2]
    if name == "contravention":
        return _("Contravention, classe %(n)s") % {"n": rank[:1]}
    return {"crime": _("Crime"), "delit": _("Délit")}[name]


def say_offence(offence: Offence) -> OffenceLine:
    return OffenceLine(
        offence.id,
        offence.name_en if words.is_english() else offence.name_fr,
        say_category(offence),
        say_months(offence.limitation.months),
        ", ".join(offence.articles),
        offence.verified and offence.limitation.verified,
    )


def say_months(months: int) -> str:
    """« 3 mois », « 1 an », « 6 ans »."""
    if months % YEAR:
        return ngettext("%(n)s mois", "%(n)s mois", words.form(months)) % {"n": words.say_number(months)}
    years = months // YEAR
    return ngettext("%(n)s an", "%(n)s ans", words.form(years)) % {"n": words.say_number(years)}


def say_route(remedy: Remedy) -> RouteLine:
    name = remedy.name_en if words.is_english() else remedy.name_fr
    return RouteLine(remedy.id, name, remedy.what_for_fr, Flag.of(remedy_statement(remedy)))


# ------------------------------------------------------------------ one offence


@dataclass(frozen=True, slots=True)
class Element:
    """One condition of the text. `role` says whether it is needed, one of several, or must be absent."""

    role: str
    text: str


@require_http_methods(["GET", "HEAD", "POST"])
def offence(request: HttpRequest, id: str) -> HttpResponse:
    """What it takes, until when, which penalty, who may act. With a day (POST), the last day to act.

    Raises `law_entry_unknown`, `day_refused`, `day_to_come`.
    """
    law = session().law
    found = law.offences.get(id)
    if found is None:
        raise SaisineError("law_entry_unknown", id=id)
    day = forms.day(request, "jour", latest=today()) if request.method == "POST" else None
    rule, start = found.limitation, law.limitation.start(found.limitation.start)
    context = {
        "offence": say_offence(found),
        "kind": say_kind(found),
        "flag": Flag.of(statement_of(found)),
        "elements": list(say_elements(law, found)),
        "delay": say_months(rule.months),
        "delay_flag": Flag.of(limitation_statement(law, found)),
        "starts": start.note_fr,
        "is_prudent": rule.prudential,
        "penalty": say_penalty_tier(found.penalty.base.prison_months, found.penalty.base.fine_eur),
        "aggravated": list(say_aggravated(found)),
        "associations": list(say_associations(found)),
        "complaint": say_complaint(found),
        "notes": found.notes_fr,
        "cases": [one for one in law.cases if id in one.qualifications],
        "day": day.isoformat() if day else "",
        "latest": today().isoformat(),
        "clock": clock_of(law, found, day) if day else None,
    }
    return render(request, "saisine/rights_offence.html", context)


def say_elements(law: Law, offence: Offence) -> Iterator[Element]:
    """The conditions in the order of the text, in the words of the vocabulary."""

    def label(id: str) -> str:
        fact = law.facts[id]
        return fact.label_en if words.is_english() else fact.label_fr

    parts = offence.elements
    yield from (Element(_("il faut"), label(id)) for id in parts.all_of)
    for group in parts.any_of:
        yield Element(_("l’un de ces cas"), words.say_list([label(id) for id in group]))
    for name in parts.grounds:
        yield Element(_("un critère de la liste"), law.ground_lists[name].name_fr)
    yield from (Element(_("pas si"), label(id)) for id in parts.none_of)


def say_aggravated(offence: Offence) -> Iterator[str]:
    for tier in offence.penalty.aggravated:
        said = say_penalty_tier(tier.prison_months, tier.fine_eur)
        yield f"{tier.when_fr} : {said}" if tier.when_fr else said


def say_associations(offence: Offence) -> Iterator[tuple[str, Flag]]:
    """Which associations the law lets act, with the article and its flag."""
    spoken = words.language()
    for clause in offence.associations:
        if clause.covers is False:
            continue
        verified = clause.verified and clause.covers is True
        yield clause.object_fr, Flag(clause.article, "", flag(verified, spoken), verified)


def say_complaint(offence: Offence) -> str:
    said = {
        "not_required": _("Le parquet peut poursuivre sans plainte."),
        "required_victim": _("Il faut la plainte de la personne visée."),
        "required_victim_or_minister": _("Il faut une plainte de la personne visée, ou du ministre."),
    }
    return said[offence.public_action.complaint]


@dataclass(frozen=True, slots=True)
class Computed:
    """The last day to act, how it was counted, and the flag of the rule."""

    words: str
    steps: tuple[str, ...]
    alerts: tuple[str, ...]
    is_over: bool


def clock_of(law: Law, offence: Offence, day: date) -> Computed:
    """The clock of this offence if it happened on `day`, counted by the law engine."""
    kind = STARTED_BY[offence.limitation.start]
    found: Clock = clock(law.limitation, offence, [Event(kind, day, "day", source="person")], today())
    return Computed(say_clock(found), found.steps, found.alerts, found.status == "expired")


# ------------------------------------------------------------------ one route


@require_safe
def route(request: HttpRequest, id: str) -> HttpResponse:
    """Who, what for, how, cost, what is needed first. Raises `law_entry_unknown`."""
    law = session().law
    found = law.remedies.get(id)
    if found is None:
        raise SaisineError("law_entry_unknown", id=id)
    rows = (
        (_("Pour qui"), found.who_fr),
        (_("À quoi cela sert"), found.what_for_fr),
        (_("Comment"), found.how_fr),
        (_("Délai fixé par un texte"), found.delay.statutory_fr),
        (_("Coût"), found.cost_fr),
        (_("Document"), found.output_document_fr),
        (_("Preuve"), found.evidence_law_fr),
    )
    context = {
        "route": say_route(found),
        "rows": [(label, text) for label, text in rows if text],
        "needs": found.prerequisites_fr,
        "notes": found.notes_fr,
        "rules": law.remedies_file.prerequisites_rules_fr[:1],
        "back": reverse("rights"),
    }
    return render(request, "saisine/rights_route.html", context)
