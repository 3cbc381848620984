"""Words of the glossary on the pages: a link to the definition, and a disclosure with those that a page uses."""

from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from saisine.learning import glossary
from saisine.learning.glossary import Term
from saisine.texts import safe_display
from saisine.web import words

register = template.Library()


@dataclass(frozen=True, slots=True)
class Shown:
    """One term in the language of the page. `flag` is empty when its definition was compared with its text."""

    id: str
    word: str
    plain: str
    article: str
    verified: bool

    @classmethod
    def of(cls, term: Term) -> "Shown":
        spoken = words.language()
        return cls(term.id, term.word(spoken), term.plain(spoken), term.article, term.verified)


@register.simple_tag
def term(id: str, label: str = "") -> SafeString:
    """The word, linked to its definition; `title` repeats it for a mouse, the link serves everyone."""
    found = glossary.get_term(id)
    return _link(found, label or found.word(words.language()))


def _link(found: Term, label: str) -> SafeString:
    url = f"{reverse('glossary')}#{found.id}"
    return format_html(
        '<a class="term" href="{}" title="{}">{}</a>', url, found.plain(words.language()), label
    )


@register.filter
def with_terms(text: object) -> SafeString:
    """A sentence of ours with the first mention of each term linked. Everything else in it is escaped."""
    said = safe_display(str(text)) if text else ""
    parts = (
        (_link(one.term, one.text) if one.term else one.text,)
        for one in glossary.pieces(said, words.language())
    )
    return format_html_join("", "{}", parts)


@register.inclusion_tag("saisine/parts/terms.html")
def terms(*ids: str) -> dict[str, object]:
    """A disclosure, closed, with the definitions of these terms. It works without a script."""
    return {"terms": [Shown.of(glossary.get_term(id)) for id in ids]}
