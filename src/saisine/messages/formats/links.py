"""Addresses, mentions and plain text found in what people wrote, for sources that do not list them apart."""

import html
import re
from collections.abc import Iterable
from typing import Final

from saisine.texts import strip_html

ADDRESS: Final = re.compile(r"https?://[^\s<>\"'“”«»\u200e\u200f\u202a-\u202e]+")
TRAILING: Final = ".,;:!?…)]}'’"
_ONE_PARAGRAPH: Final = "<p>"


def urls_in(text: str) -> list[str]:
    """The web addresses of a text, in order, each once, without the punctuation of the sentence around."""
    if "://" not in text:
        return []
    return unique(_trimmed(found) for found in ADDRESS.findall(text))


def _trimmed(url: str) -> str:
    """`(see https://e.test/a_(b))`: a closing bracket stays when the address opened it."""
    while url and url[-1] in TRAILING:
        if url[-1] == ")" and url.count("(") >= url.count(")"):
            break
        url = url[:-1]
    return url


def unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def plain_of(content: str) -> tuple[str, list[str]]:
    """(text, link addresses) of a piece of HTML; one bare paragraph, the common case, takes no parser."""
    if content.startswith(_ONE_PARAGRAPH) and content.endswith("</p>") and content.count("<") == 2:
        return html.unescape(content[3:-4]).strip(), []
    return strip_html(content)
