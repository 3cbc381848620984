"""French spacing of what a page says: a double sign never starts a line, nor does « end one.

Words come from templates, catalogues, tables of law and errors, and from people: the space before « : ; ? ! »
is made unbreakable here once, on the way out. Left as they are: English pages, addresses and values of fields,
and what is quoted or typed, of which each sign counts.
"""

import re

# what is exact: quoted contents, fields that are typed in, code, scripts; then any tag, with its attributes
_UNTOUCHED = re.compile(
    r"(<(blockquote|textarea|pre|code|script|style|option|title)\b.*?</\2\s*>|<!--.*?-->|<[^<>]*>)", re.S
)
_SPACES = re.compile(r"(?<!\s) (?=[:;?!»](?![^\s.,)»]))|(?<=«) ")
_EACH = 3  # a split gives the words, then the part that is exact, then the name of its tag


def with_french_spaces(page: str) -> str:
    """The same page of HTML, with U+00A0 where French wants a space that does not break."""
    parts = _UNTOUCHED.split(page)
    parts[::_EACH] = [_spaced(part) for part in parts[::_EACH]]
    del parts[2::_EACH]
    return "".join(parts)


def _spaced(words: str) -> str:
    """Most parts hold no such sign: they are not searched."""
    return _SPACES.sub("\u00a0", words) if words.strip() else words
