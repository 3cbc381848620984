"""Help numbers for the frame of each page, from the one dated file of `learning`."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from saisine.learning import aide
from saisine.web import words
from saisine.web.clock import today


@dataclass(frozen=True, slots=True)
class Line:
    """One help number in the language of the page. `link` is what a phone dials or writes to, or a site."""

    number: str
    link: str
    name: str
    purpose: str
    hours: str
    warning: str
    checked_words: str
    is_sms: bool


def _line(entry: aide.HelpNumber, language: str, day: date) -> Line:
    link = f"tel:{entry.tel}" if entry.tel else f"sms:{entry.sms}" if entry.sms else entry.site
    return Line(
        number=entry.number,
        link=link,
        name=entry.name(language),
        purpose=entry.purpose(language),
        # hours that nobody compared with their source are worse than none
        hours=entry.hours(language) if entry.verified else "",
        warning=_warning(entry, language, day),
        checked_words=_("Vérifié le %(day)s.") % {"day": words.say_date(entry.checked_on)}
        if entry.checked_on
        else "",
        is_sms=bool(entry.sms and not entry.tel),
    )


def _warning(entry: aide.HelpNumber, language: str, day: date) -> str:
    """Empty when all is well; the day of a check that is old is said beside, in full."""
    if entry.checked_on is not None and entry.verified and entry.is_stale(day):
        return _("à revérifier")
    return "" if entry.checked_on is not None and entry.verified else entry.warning(language, day)


def _lines(entries: tuple[aide.HelpNumber, ...]) -> list[Line]:
    return list(_said(entries, words.language(), today()))


@lru_cache(maxsize=32)
def _said(entries: tuple[aide.HelpNumber, ...], language: str, day: date) -> tuple[Line, ...]:
    """Kept for the day: they stand at the foot of each page. `language` is the one that is active."""
    return tuple(_line(entry, language, day) for entry in entries)


def numbers() -> list[Line]:
    """All help numbers, in the file's order."""
    return _lines(aide.load_help())


def danger_numbers() -> list[Line]:
    """The numbers of the danger banner, the most urgent first."""
    return _lines(aide.danger_numbers())


def chosen(ids: tuple[str, ...]) -> list[Line]:
    """The help numbers of these ids, in the order given; one that the file no longer holds is left out."""
    found = (aide.help_number(id) for id in ids)
    return _lines(tuple(entry for entry in found if entry is not None))
