"""Whether the page asks for one part of itself. Without JavaScript it never does, and gets the whole page."""

from django.http import HttpRequest


def wants_part(request: HttpRequest) -> bool:
    """True for a request of htmx, which swaps the answer into the open page."""
    return request.headers.get("HX-Request") == "true"
