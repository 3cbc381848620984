"""What a page offers to a member is what the server would let her do: other forms and links leave the page.

One rule for every page, those that come later too, over the same table as the gate. It reads our own markup, in which
forms are never inside forms and foreign text is always escaped. The gate decides; this only keeps from showing a
button that would answer 404.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from saisine.web.accounts.visitors import Visitor

_FORM: Final = re.compile(r"<form\b([^>]*)>.*?</form>", re.S)
_LINK: Final = re.compile(r"<a\b([^>]*)>.*?</a>", re.S)
_TARGET: Final = re.compile(r'\b(?:action|href)="(/[^"]*)"')
# what a form or a link leaves empty behind it
_EMPTY: Final = re.compile(r'<li[^>]*>\s*</li>|<(p|div) class="actions[^"]*">\s*</\1>')
_OWN: Final = ("/static/",)


def sift(answer: HttpResponseBase, visitor: Visitor) -> None:
    """Take out of a page what this member may not use. One person alone, and whoever has no account, keep it all."""
    if visitor.account is None or not isinstance(answer, HttpResponse):
        return
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return
    page = answer.content.decode(answer.charset)
    sifted = _without(_FORM, page, visitor, is_form=True)
    sifted = _without(_LINK, sifted, visitor, is_form=False)
    if sifted != page:
        answer.content = _EMPTY.sub("", sifted).encode(answer.charset)


def _without(kind: "re.Pattern[str]", page: str, visitor: Visitor, *, is_form: bool) -> str:
    def keep(found: "re.Match[str]") -> str:
        head = found[1]
        target = _TARGET.search(head)
        posts = is_form and 'method="post"' in head
        return found[0] if target is None or _is_open(target[1], visitor, posts) else ""

    return kind.sub(keep, page)


def _is_open(target: str, visitor: Visitor, posts: bool) -> bool:
    path = urlsplit(target.replace("&amp;", "&")).path
    if path.startswith(_OWN):
        return True
    try:
        match = resolve(path)
    except Resolver404:
        return True  # not ours to judge; it leads to the page of what does not exist
    name, incident = match.url_name or "", match.kwargs.get("id") if path.startswith("/incidents/") else None
    return visitor.may(name, incident) if posts else visitor.may_read(name, incident)
