"""A middleware for tests: the request went through the real gate, and no view runs behind it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PASSED = 299
GATE = "saisine.web.accounts.gate.Gate"
NAME = "tests.web.behind_gate.Stop"


class Stop:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse:
        return HttpResponse(status=PASSED)


def with_stop(middleware: list[str]) -> list[str]:
    """The middlewares of the settings, with this one right behind the gate."""
    at = middleware.index(GATE) + 1
    return [*middleware[:at], NAME, *middleware[at:]]
