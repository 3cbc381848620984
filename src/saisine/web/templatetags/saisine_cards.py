"""The forms of a card of the sorting box: eighty on a page, so they are written at once and not node by node."""

from html import escape
from typing import Any, Final

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_FORM: Final = (
    '<form method="post" action="{url}" hx-post="{url}" hx-target="#card-{dom}" hx-swap="outerHTML">'
    '{fields}<button{marks} aria-describedby="h-{dom}">{label}</button></form>'
)


@register.simple_tag(takes_context=True)
def card_form(
    context: Context, url: str, label: str, key: str = "", value: str | None = None, is_plain: bool = False
) -> SafeString:
    """One button of the card of the context. `value` is the decision it takes; `key` its letter on the keyboard."""
    card: Any = context["card"]
    hidden = {"csrfmiddlewaretoken": context.get("csrf_token", ""), "ref": card.ref, "band": card.band}
    if value is not None:
        hidden |= {"value": value, "seen": card.value}
    fields = (f'<input type="hidden" name="{name}" value="{_said(one)}">' for name, one in hidden.items())
    marks = f' data-key="{_said(key)}"' if key else ' class="button-plain"' if is_plain else ""
    written = _FORM.format(
        url=_said(url), dom=_said(card.dom), fields="".join(fields), marks=marks, label=_said(label)
    )
    return mark_safe(written)  # each value went through `_said`


def _said(value: object) -> str:
    """Escaped, without Django's own detour by lazy texts: ten values a form made a tenth of the page."""
    return escape(str(value))
