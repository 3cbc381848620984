"""Dates, numbers and lists as a person reads them, in the language of the page."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.utils import dateformat, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.paris import in_paris

THIN = "\u202f"  # French groups digits with a narrow no-break space


def is_english() -> bool:
    return (translation.get_language() or "fr").startswith("en")


def language() -> str:
    """« fr » or « en », as the engines name them."""
    return "en" if is_english() else "fr"


def sign(kind: str) -> str:
    """« : » or « ; » between two words: French puts a space before it, English none."""
    return f"{kind} " if is_english() else f" {kind} "


def form(n: int) -> int:
    """The number that picks a plural form: nought is singular in French (« 0 laissé de côté »).

    French is the source, so its plurals have no catalogue and gettext would count as English does.
    """
    return n if is_english() else max(n, 1)


def say_number(value: int) -> str:
    """1120 -> « 1 120 » in French, “1,120” in English."""
    grouped = f"{value:,}"
    return grouped if is_english() else grouped.replace(",", THIN)


def say_day(value: date) -> str:
    """« samedi 14 mars 2026 »; the first of a month is « 1er »."""
    if isinstance(value, datetime):
        value = in_paris(value).date()
    return _say_day(value, language())


@lru_cache(maxsize=2048)
def _say_day(value: date, language: str) -> str:
    """Kept: a list says the same few days on each of its lines. `language` is the one that is active."""
    said = dateformat.format(value, "l j F Y")
    return said.replace(" 1 ", " 1er ", 1) if value.day == 1 and language == "fr" else said


def say_date(value: date) -> str:
    """« 14 mars 2026 », without the weekday."""
    return say_day(value).split(" ", 1)[1]


def say_moment(value: datetime) -> str:
    """« samedi 14 mars 2026, 14 h 32 » (Paris time); a line is not broken inside the hour."""
    local = in_paris(value)
    clock = f"{local:%H:%M}" if is_english() else f"{local.hour}\u00a0h\u00a0{local:%M}"
    return f"{say_day(local)}, {clock}"


def say_size(value: int) -> str:
    """A number of bytes in the largest unit that keeps it above 1."""
    amount = float(value)
    units = ("B", "kB", "MB", "GB") if is_english() else ("octets", "ko", "Mo", "Go")
    for unit in units:
        if amount < 1000 or unit == units[-1]:
            shown = f"{amount:.0f}" if unit == units[0] or amount >= 100 else f"{amount:.1f}"
            return f"{shown if is_english() else shown.replace('.', ',')}\u00a0{unit}"
        amount /= 1000
    raise AssertionError("the last unit always answers")


def say_days_left(days: int) -> str:
    """« il reste 54 jours », « c’est aujourd’hui », « dépassé depuis 3 jours »."""
    if days == 0:
        return _("c’est aujourd’hui")
    if days < 0:
        return ngettext("dépassé depuis %(n)s jour", "dépassé depuis %(n)s jours", form(-days)) % {
            "n": say_number(-days)
        }
    return ngettext("il reste %(n)s jour", "il reste %(n)s jours", form(days)) % {"n": say_number(days)}


def say_list(parts: Sequence[str]) -> str:
    """« a, b et c »."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s et %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def file_counts(kinds: dict[str, int]) -> str:
    """« 28 fichiers : 1 archive, 2 tableaux, 24 images, 1 PDF ». Keys: archive table text image pdf other."""
    total = sum(kinds.values())
    names: dict[str, Callable[[int], str]] = {
        "archive": lambda n: ngettext("%(n)s archive", "%(n)s archives", n),
        "table": lambda n: ngettext("%(n)s tableau", "%(n)s tableaux", n),
        "text": lambda n: ngettext("%(n)s fichier de messages", "%(n)s fichiers de messages", n),
        "image": lambda n: ngettext("%(n)s image", "%(n)s images", n),
        "pdf": lambda n: ngettext("%(n)s PDF", "%(n)s PDF", n),
        "other": lambda n: ngettext("%(n)s autre fichier", "%(n)s autres fichiers", n),
    }
    parts = [
        name(kinds[kind]) % {"n": say_number(kinds[kind])} for kind, name in names.items() if kinds.get(kind)
    ]
    head = ngettext("%(n)s fichier", "%(n)s fichiers", form(total)) % {"n": say_number(total)}
    return _("%(head)s : %(parts)s") % {"head": head, "parts": ", ".join(parts)} if parts else head
