"""Pages as text: what a person reads in `<main>`, and the values that its forms carry."""

import html
import re

from django.http import HttpResponse


def text_of(answer: HttpResponse) -> str:
    """The words of `<main>`, blanks joined, or of the whole part when the answer is one part of a page."""
    body = answer.content.decode()
    found = re.search(r"<main[^>]*>(.*)</main>", body, re.S)
    plain = re.sub(r"<[^>]+>", " ", found[1] if found else body)
    return " ".join(html.unescape(plain).split())


def values_of(answer: HttpResponse, name: str) -> list[str]:
    """The values of every field of that name, in the order of the page."""
    found = re.findall(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    return [html.unescape(value) for value in found]


def links_of(answer: HttpResponse) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="(/[^"]*)"', answer.content.decode())]
