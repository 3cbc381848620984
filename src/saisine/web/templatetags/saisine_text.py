"""Filters of the templates: dates and numbers in words, foreign text made safe to display, icons."""

from datetime import date, datetime
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from saisine.texts import safe_display
from saisine.web import words

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    return words.say_moment(value) if value else ""


@register.filter
def day(value: date | datetime | None) -> str:
    return words.say_day(value) if value else ""


@register.filter
def shortday(value: date | datetime | None) -> str:
    return words.say_date(value) if value else ""


@register.filter
def number(value: int | None) -> str:
    return "" if value is None else words.say_number(value)


@register.filter
def size(value: int) -> str:
    return words.say_size(value)


@register.filter
def daysleft(value: int) -> str:
    return words.say_days_left(value)


@register.filter
def visible(value: object) -> str:
    """Text from outside, with invisible and direction-changing characters written out."""
    return safe_display(str(value)) if value else ""


@register.simple_tag
def sign(kind: str) -> str:
    """« : » or « ; » between two words, as the language of the page spaces it."""
    return words.sign(kind)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A decorative drawing; the words beside it say the same."""
    href = static("saisine/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', href, name
    )
