"""The figures of a wave in sentences: each number over its total, delays and chance as people say them."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework.waves import Clue
from saisine.findings.actions import KIND
from saisine.web import words
from saisine.web.pages.cards import Text

MOST_TOLD: Final = 6  # « moins d’une fois sur un million »: a smaller chance tells a person nothing more


@dataclass(frozen=True, slots=True)
class PostWords:
    """A post followed by a rise: its letter on the drawing, what followed, its text once somebody asked."""

    sign: str
    detail: str
    text: Text | None


@dataclass(frozen=True, slots=True)
class TargetWords:
    """One rise at a person, page or post: what is known of it, line by line, and what it does not establish."""

    title: str
    lines: tuple[str, ...]
    posts: tuple[PostWords, ...]
    limits: str


def say_delay(seconds: float) -> str:
    """« 40 secondes », « 12 minutes », « 3 heures », « 2 jours »: one unit is enough."""
    steps: tuple[tuple[float, int, Callable[[int], str]], ...] = (
        (90, 1, lambda n: ngettext("%(n)s seconde", "%(n)s secondes", n)),
        (90 * 60, 60, lambda n: ngettext("%(n)s minute", "%(n)s minutes", n)),
        (36 * 3600, 3600, lambda n: ngettext("%(n)s heure", "%(n)s heures", n)),
        (math.inf, 86_400, lambda n: ngettext("%(n)s jour", "%(n)s jours", n)),
    )
    for limit, unit, say in steps:
        if seconds < limit:
            n = round(seconds / unit)
            return say(words.form(n)) % {"n": words.say_number(n)}
    raise AssertionError("the last step takes all")


def say_chance(p_value: float) -> str:
    """How often chance alone would give as much, at most."""
    power = MOST_TOLD if p_value <= 0 else min(MOST_TOLD, int(-math.log10(p_value)))
    if power < 2:
        return _("le hasard peut suffire")
    return _("moins d’une fois sur %(n)s par hasard") % {"n": words.say_number(10**power)}


def say_clues(clues: Sequence[Clue]) -> str:
    """« textes identiques à moins de 1 heure (12), … », the strongest first, each kind once."""
    found: dict[str, str] = {}
    for clue in clues:
        kind = KIND[clue.kind]
        facts = {
            "kind": kind.label_en if words.is_english() else kind.label_fr,
            "delay": say_delay(clue.window_s),
            "n": words.say_number(clue.objects),
        }
        found.setdefault(clue.kind, _("%(kind)s à moins de %(delay)s (%(n)s)") % facts)
    return words.say_list(list(found.values()))


def say_target(
    number: int, row: Mapping[str, Any], signs: Mapping[str, str], texts: Mapping[str, Text]
) -> TargetWords:
    is_post = row.get("target_kind") == "post"
    title = _("Publication visée %(n)s") if is_post else _("Personne ou page visée %(n)s")
    return TargetWords(
        title=title % {"n": number},
        lines=tuple(_lines(row)),
        posts=tuple(_post(one, signs, texts) for one in row["amplifiers"]),
        limits=row["does_not_prove_en" if words.is_english() else "does_not_prove_fr"],
    )


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    facts = {
        "n": words.say_number(row["n"]),
        "accounts": words.say_number(row["n_accounts"]),
        "start": _moment(row["start"]),
        "end": _moment(row["end"]),
    }
    yield _("%(n)s messages de %(accounts)s comptes.") % facts
    yield _("Du %(start)s au %(end)s.") % facts
    yield _rhythm(row)
    yield _share(
        row["newcomers"], _("%(n)s comptes sur %(of)s écrivaient à cette cible pour la première fois.")
    ) + (" " + _("Nous regardons cette cible depuis le %(day)s.") % {"day": _day(row["since"])})
    yield from _answers(row)
    yield _share(row["copies"], _("%(n)s messages sur %(of)s sont presque identiques à un autre."))
    said = {
        "link": _("%(n)s messages sur %(of)s ont un lien en commun avec un autre compte."),
        "hashtag": _("%(n)s messages sur %(of)s ont des mots-dièse en commun avec un autre compte."),
        "mention": _("%(n)s messages sur %(of)s mentionnent la même personne qu’un autre compte."),
    }
    for kind, share in row["in_common"].items():
        if share["n"]:
            yield _share(share, said[kind])
    yield from _cohort(row)
    if row["in_earlier_waves"]["n"]:
        yield _share(
            row["in_earlier_waves"], _("%(n)s comptes sur %(of)s étaient déjà dans une vague plus ancienne.")
        )


def _share(share: Mapping[str, int], said: str) -> str:
    return said % {"n": words.say_number(share["n"]), "of": words.say_number(share["of"])}


def _rhythm(row: Mapping[str, Any]) -> str:
    """Against the usual rhythm, with its level of chance; or that it is not known."""
    if row["calm_per_hour"] is None:
        return str(row["note_en" if words.is_english() else "note_fr"])
    calm, hours = row["calm_per_hour"], words.say_number(row["calm_hours_covered"])
    usual = f"{calm * 24:.1f}" if words.is_english() else f"{calm * 24:.1f}".replace(".", ",")
    peak = _("Heure la plus forte : %(n)s messages.") % {"n": words.say_number(row["peak_per_hour"])}
    calm_words = _("Rythme habituel : %(usual)s par jour, mesuré sur %(hours)s heures calmes.")
    chance = _("Une telle hausse : %(chance)s.") % {"chance": say_chance(row["p_value"] or 0.0)}
    return f"{peak} {calm_words % {'usual': usual, 'hours': hours}} {chance}"


def _answers(row: Mapping[str, Any]) -> Iterator[str]:
    latency = row["latency"]
    if latency is None:
        return
    facts = {
        "median": say_delay(latency["median_s"]),
        "first": say_delay(latency["first_quartile_s"]),
        "third": say_delay(latency["third_quartile_s"]),
        "known": words.say_number(latency["known"]),
    }
    yield (
        _("La moitié des réponses arrive en moins de %(median)s.") % facts
        + " "
        + _("Un quart en moins de %(first)s, trois quarts en moins de %(third)s (%(known)s réponses).")
        % facts
    )


def _cohort(row: Mapping[str, Any]) -> Iterator[str]:
    cohort = row["cohort"]
    if cohort is None or cohort["n"] < 2:
        return
    yield (
        _share(cohort, _("%(n)s comptes sur %(of)s ont été créés à moins de 7 jours d’écart."))
        + " "
        + (
            _("Parmi les autres comptes, on en attendrait %(n)s.")
            % {"n": words.say_number(round(cohort["expected"]))}
            if cohort["expected"] is not None
            else _("Trop peu d’autres comptes pour comparer.")
        )
    )


def _post(one: Mapping[str, Any], signs: Mapping[str, str], texts: Mapping[str, Text]) -> PostWords:
    facts = {
        "at": _moment(one["at"]),
        "rise": words.say_number(one["rise"]),
        "lag": say_delay(one["lag_s"]),
    }
    detail = _("Le %(at)s ; %(rise)s messages de plus dans les 2 heures ; pic après %(lag)s.") % facts
    return PostWords(signs.get(one["ref"], ""), detail, texts.get(one["ref"]))


def _moment(text: str) -> str:
    return words.say_moment(datetime.fromisoformat(text))


def _day(text: str) -> str:
    return words.say_date(datetime.fromisoformat(text))
