"""Spacing of what a page says: in French a double sign never starts a line, nor « ends one, nor is a day parted.

Words come from templates, catalogues, tables of law and errors, and from people: the space before « : ; ? ! »
is made unbreakable here once, on the way out. Left as they are: addresses and values of fields, and what is quoted
or typed, of which each sign counts. English pages are not touched: `{% sign ":" %}` joins two words there without
that space, and a title that a person typed keeps it.
"""

import re

# what is exact: quoted contents, fields that are typed in, code, scripts; then any tag, with its attributes
_EXACT = r"<(?P<exact>blockquote|textarea|pre|code|script|style|option|title)\b.*?</(?P=exact)\s*>"
_TAG = r"<!--.*?-->|<[^<>]*>"
_UNTOUCHED = re.compile(f"{_EXACT}|{_TAG}", re.S)

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
# each begins with the space itself: the search then leaps from one to the next
_SPACES = re.compile(
    " (?:"
    r"(?<!\s )(?=[:;?!»](?![^\s.,)»]))"
    r"|(?<=« )"
    rf"|(?<=\d )(?=€|(?:{_MONTHS})\b)"  # 45 000 €, 14 mars: a number stays with what it counts
    r"|(?<=Signalement )(?=\d)"
    ")"
)


def with_french_spaces(page: str) -> str:
    """The same page of HTML, with U+00A0 where French wants a space that does not break.

    Most parts between two tags hold nothing but blanks: they are not searched.
    """
    parts, end = [], 0
    for found in _UNTOUCHED.finditer(page):
        words = page[end : found.start()]
        parts += [_SPACES.sub("\u00a0", words) if words.strip() else words, found[0]]
        end = found.end()
    return "".join([*parts, _SPACES.sub("\u00a0", page[end:])])
