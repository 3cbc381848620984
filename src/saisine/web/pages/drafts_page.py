"""What was typed and not sent: kept field by field by a script, given back when the page is opened again."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from saisine.casework import drafts as rows
from saisine.web import forms
from saisine.web.current import session

PATH_SIGNS = 200
NAME_SIGNS = 60


@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """GET: the fields of a page. POST: keep one of them. Only this person's, never in an address or a log."""
    opened = session()
    if request.method == "POST":
        page, action = forms.line(request, "page", PATH_SIGNS), forms.line(request, "action", PATH_SIGNS)
        field = forms.line(request, "field", NAME_SIGNS)
        if page.startswith("/") and action.startswith("/") and field:
            rows.keep(opened, page, action, field, request.POST.get("text", ""))
        return HttpResponse(status=204)
    found = rows.kept(opened, request.GET.get("page", "")[:PATH_SIGNS])
    listed = [{"action": one.action, "field": one.field, "text": one.text} for one in found]
    return JsonResponse({"fields": listed})


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """« Retirer »: the person prefers the page as it is."""
    rows.forget(session(), forms.line(request, "page", PATH_SIGNS))
    return HttpResponse(status=204)
