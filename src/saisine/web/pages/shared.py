"""What a telephone shares with the installed pages (Web Share Target): received as a deposit, never sealed alone.

The system of the telephone makes this POST, so it carries no token of a form of ours. Three things stand in its
place: the page exists with accounts only, hence the session cookie, which is `SameSite=Strict` and absent from what
another site sends; `Sec-Fetch-Site`, which a browser writes itself and no page can (Fetch Metadata, W3C), has to say
that no other site asks; and what is received waits, to be sealed or withdrawn by the next page, whose forms have their
token.
"""

import os
import tempfile
from pathlib import Path
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from saisine.casework import deposits, scopes
from saisine.errors import SaisineError
from saisine.web.current import session
from saisine.web.spool import SPOOL_PREFIX
from saisine.web.told import tell
from saisine.web.uploads import received

# no site asks (the telephone's own menu), or these pages themselves
OURS: Final = ("none", "same-origin")
TEXTS: Final = ("title", "text", "url")
MOST_SIGNS: Final = 20_000
NOTE: Final = "partage.txt"


@csrf_exempt
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Files, or a link and its words, as one deposit. Refused as a form from elsewhere unless a telephone asks."""
    if request.headers.get("Sec-Fetch-Site") not in OURS:
        raise PermissionDenied
    opened = session()
    note = _note(request)
    try:
        files = _files(request, has_note=note is not None)
        if note is not None:
            files.insert(0, (NOTE, note))
        deposit = deposits.receive(opened, files, scopes.newest_incident(opened))
    except SaisineError as error:
        return render(request, "saisine/deposit.html", {"error": tell(error)}, status=422)
    finally:
        if note is not None:
            note.unlink(missing_ok=True)
    return redirect("deposit_one", deposit.id)


def _files(request: HttpRequest, *, has_note: bool) -> list[tuple[str, Path]]:
    """Raises `deposit_without_file` when nothing at all was shared, `upload_no_room`."""
    try:
        # in a folder of their own: a shared file may be called as our note is
        return [(f"partage/{name}", file.path) for name, file in received(request)]
    except SaisineError as error:
        if error.code == "deposit_without_file" and has_note:
            return []
        raise


def _note(request: HttpRequest) -> Path | None:
    """The shared words and link as a text file of their own, one per line; None when there are none."""
    lines = [request.POST.get(name, "").strip()[:MOST_SIGNS] for name in TEXTS]
    if not any(lines):
        return None
    handle, name = tempfile.mkstemp(prefix=SPOOL_PREFIX, dir=tempfile.gettempdir())
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as out:
        out.write("\n".join(filter(None, lines)) + "\n")
    return Path(name)
