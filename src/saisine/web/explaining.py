"""An error of ours as a page of three sentences: what happened, why, what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from saisine.errors import SaisineError
from saisine.web.htmx import wants_part
from saisine.web.told import tell

# 1 is « no, and nothing is broken »: nothing to report, nothing that fits
STATUS = {1: 422, 64: 400, 65: 422, 74: 507, 77: 403}


def explained(request: HttpRequest, error: SaisineError) -> HttpResponse:
    status = 404 if error.code.endswith("_unknown") else STATUS.get(error.exit_code, 500)
    name = "saisine/parts/error.html" if wants_part(request) else "saisine/error.html"
    return render(request, name, {"error": tell(error)}, status=status)
