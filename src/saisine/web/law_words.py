"""An assessment in the words of a page: each card with its article, its date and its verified flag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework.statements import numbers_words
from saisine.law.assess import Assessed, Assessment
from saisine.law.limitation import Clock
from saisine.law.penalty import Penalty
from saisine.law.qualify import Element
from saisine.law.routes import Route
from saisine.law.statements import flag
from saisine.web import words

CLOSE_DAYS = 15  # the marks of product.md: 30, 15, 7 days; from 15 on, the line changes its look


@dataclass(frozen=True, slots=True)
class ElementLine:
    state: str
    text: str
    pieces: str


@dataclass(frozen=True, slots=True)
class Card:
    """One « Qualification proposée »."""

    offence: str
    title: str
    sentence: str
    delay: str
    penalty: str
    articles: str
    as_of: str
    flag: str
    is_verified: bool
    elements: tuple[ElementLine, ...]
    clock_flag: str
    warnings: tuple[str, ...]
    decision: str = ""
    is_focused: bool = False


@dataclass(frozen=True, slots=True)
class ShortestClock:
    """The clock that drives the calendar. `is_prudent`: its offence is only possible, answers are missing."""

    words: str
    offence: str
    is_close: bool
    is_prudent: bool
    flag: str


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    why: str
    flag: str


def say_clock(clock: Clock | None) -> str:
    """« il reste 54 jours, dernier jour utile : dimanche 14 juin 2026 »."""
    if clock is None or clock.last_useful_day is None or clock.days_left is None:
        return _("délai inconnu : il manque la date des faits")
    last = words.say_day(clock.last_useful_day)
    if clock.days_left < 0:
        return _("délai dépassé depuis le %(day)s") % {"day": last}
    return _("%(left)s, dernier jour utile : %(day)s") % {
        "left": words.say_days_left(clock.days_left),
        "day": last,
    }


def say_penalty(penalty: Penalty | None) -> str:
    if penalty is None:
        return ""
    return say_penalty_tier(penalty.prison_months_with_modifier or penalty.prison_months, penalty.fine_eur)


def say_penalty_tier(prison_months: int, fine_eur: int) -> str:
    """« 1 an d’emprisonnement et 45 000 € d’amende »; empty when the law sets neither."""
    parts = [_prison(prison_months)] if prison_months else []
    if fine_eur:
        parts.append(_("%(n)s € d’amende") % {"n": words.say_number(fine_eur)})
    return words.say_list(parts)


def _prison(months: int) -> str:
    if months % 12:
        return _("%(n)s mois d’emprisonnement") % {"n": months}
    said = ngettext("%(n)s an d’emprisonnement", "%(n)s ans d’emprisonnement", months // 12)
    return said % {"n": months // 12}


def say_card(
    item: Assessed,
    *,
    decision: str = "",
    is_focused: bool = False,
    shown: Mapping[str, Sequence[int]] | None = None,
) -> Card:
    """A qualification in words; `shown` gives the exhibits that a person named for each fact."""
    spoken = words.language()
    statement = item.statement
    sentence = (
        _("Les faits semblent relever de cette infraction.")
        if item.status == "met"
        else _("Les faits pourraient relever de cette infraction ; il manque des réponses.")
    )
    return Card(
        offence=item.id,
        title=item.offence.name_en if spoken == "en" else item.offence.name_fr,
        sentence=sentence,
        delay=say_clock(item.clock),
        penalty=say_penalty(item.penalty),
        articles=", ".join(statement.articles),
        as_of=statement.as_of_words(spoken),
        flag=statement.flag(spoken),
        is_verified=statement.verified,
        elements=tuple(
            _element(e, spoken, (shown or {}).get(e.fact, ())) for e in item.qualification.elements
        ),
        clock_flag=flag(False, spoken) if item.clock and not item.clock.verified else "",
        warnings=tuple(item.qualification.warnings),
        decision=decision,
        is_focused=is_focused,
    )


def _element(element: Element, spoken: str, pieces: Sequence[int]) -> ElementLine:
    told = element.as_json()
    obstacle = told["role"] == "none_of"
    state = str(told[f"state_{spoken}"])
    state = _("obstacle %(state)s") % {"state": state} if obstacle else state
    return ElementLine(state, str(told[f"label_{spoken}"]), say_pieces(pieces))


def say_pieces(numbers: Sequence[int]) -> str:
    """« pièces 1 à 3, 7 »; empty without a number."""
    if not numbers:
        return ""
    said = numbers_words(numbers, words.language())
    return ngettext("pièce %(numbers)s", "pièces %(numbers)s", len(numbers)) % {"numbers": said}


def shortest(assessment: Assessment) -> ShortestClock | None:
    """The clock that drives the calendar, in words."""
    clock = assessment.driving_clock
    if clock is None:
        return None
    names = {
        item.id: item.offence.name_en if words.is_english() else item.offence.name_fr
        for item in assessment.main
    }
    left = clock.days_left if clock.days_left is not None else 0
    prudent = all(item.id != clock.offence for item in assessment.met)
    return ShortestClock(
        say_clock(clock),
        names.get(clock.offence, clock.offence),
        left <= CLOSE_DAYS,
        prudent,
        "" if clock.verified else flag(clock.verified, words.language()),
    )


def say_route(route: Route) -> Step:
    english = words.is_english()
    until = (
        _("jusqu’au %(day)s") % {"day": words.say_day(route.until)} if isinstance(route.until, date) else ""
    )
    why = (route.why_en if english else route.why_fr) or ""
    unverified = "" if route.verified else (route.flag_en if english else route.flag_fr)
    return Step(
        title=(route.name_en if english else route.name_fr) or route.route,
        why=" ".join(part for part in (why, until) if part),
        flag=unverified,
    )


def say_answer(answer: str) -> str:
    """The words of « qui peut agir » for one answer of the law engine."""
    said = {
        "yes": _("oui"),
        "conditional": _("oui, sous condition"),
        "no": _("non"),
        "no_time_barred": _("non, le délai est dépassé"),
        "no_complaint_required": _("non, il faut une plainte"),
    }
    return said.get(answer, answer)


def say_standing(assessment: Assessment) -> list[str]:
    """Who may act; why the association may is in French in the law tables, and says so."""
    who = assessment.who_may_act
    basis = format_html('<span lang="fr">{}</span>', who.association_basis_fr)
    return [
        _("La personne visée : %(answer)s.") % {"answer": say_answer(who.victim)},
        mark_safe(  # our own words around what is escaped above
            _("L’association : %(answer)s. %(basis)s")
            % {"answer": say_answer(who.association), "basis": basis}
        ),
        _("Le parquet, sans plainte : %(answer)s.") % {"answer": say_answer(who.prosecutor_ex_officio)},
        *([] if who.verified else [f"{who.flag(words.language())}."]),
    ]
