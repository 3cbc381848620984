"""The language of the command line: French unless the locale asks for English.

One gettext domain holds our own words (French in the source, English in `locale/en`) and those of the
command-line library (English in its source, French in `locale/fr`). It must be bound before that library is
imported, because it translates its headings at import.
"""

import gettext
import os
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"


def choose_language() -> str:
    """`en` when the first locale variable that is set asks for English, else `fr`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.lower().startswith("en") else "fr"
    return "fr"


LANGUAGE = choose_language()
_catalogue = gettext.translation("messages", LOCALE, [LANGUAGE], fallback=True)

_ = _catalogue.gettext
_plural = _catalogue.ngettext


def ngettext(one: str, many: str, n: int) -> str:
    """The form for a count: French says “0 pièce”, English “0 items”."""
    if LANGUAGE == "fr":
        return one if abs(n) < 2 else many
    return _plural(one, many, n)


def in_language(thing: object, name: str) -> str:
    """The `name_fr` or `name_en` of a record, in the language of the person."""
    return str(getattr(thing, f"{name}_{LANGUAGE}"))


def bind() -> None:
    """Make the library's own headings follow our language."""
    os.environ["LANGUAGE"] = LANGUAGE
    gettext.bindtextdomain("messages", str(LOCALE))
    gettext.textdomain("messages")


bind()
