"""« Phrase de passe »: chosen or changed, in a thread of this process since it may enter no row and no file.

The registry below knows one change at a time: how far it is, how it ended; never the passphrase.
"""

import logging
import threading
from dataclasses import dataclass
from typing import Literal

from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from saisine.casework import journal, vault_state
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import rotation
from saisine.vault.secret_files import require_passphrase
from saisine.web import current
from saisine.web.current import session
from saisine.web.htmx import wants_part
from saisine.web.told import tell

logger = logging.getLogger("saisine.web")


@dataclass(slots=True)
class Change:
    """One change of the passphrase: milliseconds done and expected, and how it ended."""

    done: int = 0
    total: int | None = None
    state: Literal["running", "done", "failed"] = "running"
    error: SaisineError | None = None
    thread: threading.Thread | None = None

    @property
    def is_over(self) -> bool:
        return self.state != "running"


class Registry:
    """The change of this process, if any. Its end is told once, then forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._change: Change | None = None

    def peek(self) -> Change | None:
        return self._change

    @sensitive_variables("new")
    def start(self, opened: Session, new: str) -> None:
        """Begin, unless one runs already: a form that was sent twice changes it once."""
        with self._lock:
            if self._change is not None and not self._change.is_over:
                return
            change = self._change = Change()
            change.thread = threading.Thread(
                target=_run, args=(opened, new, change), name="change-passphrase", daemon=True
            )
            change.thread.start()

    def take_ended(self) -> Change | None:
        """The change that came to its end, once."""
        with self._lock:
            change = self._change
            if change is None or not change.is_over:
                return None
            self._change = None
            return change

    def wait(self) -> None:
        """Until the change that runs is over."""
        change = self._change
        if change is not None and change.thread is not None:
            change.thread.join()


changes = Registry()


@sensitive_variables("new")
def _run(opened: Session, new: str, change: Change) -> None:
    """The thread. A stop in the middle leaves the old passphrase, or the new one: the log decides."""

    def told(done: int, total: int | None, what: str) -> None:
        change.done, change.total = done, total

    try:
        rotation.change_passphrase(opened.vault, new, actor=opened.actor, progress=told)
        current.hand_over_passphrase(new)
        _note(opened)
        change.state = "done"
    except SaisineError as error:
        change.error = error
    finally:
        connections.close_all()  # this thread's own
        if (
            change.state == "running"
        ):  # anything else goes up to the thread's own report, which shows no value
            change.error = change.error or SaisineError("job_failed", reason="change_passphrase")
            change.state = "failed"


def _note(opened: Session) -> None:
    """A row that cannot be written must not make a change that was done look undone; the log has its line."""
    try:
        journal.note(opened, "passphrase_set")
    except OperationalError as error:
        logger.error("database refused the row of a new passphrase: %s", error)


# ------------------------------------------------------------------ pages


@sensitive_post_parameters("passphrase", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def passphrase(request: HttpRequest) -> HttpResponse:
    """Type it twice; the page then tells how far the slow computation is."""
    if request.method != "POST":
        return _page(request)
    try:
        changes.start(session(), _typed(request))
    except SaisineError as error:
        return _page(request, error)
    return redirect("vault_passphrase")


@sensitive_variables("first")
def _typed(request: HttpRequest) -> str:
    """As it was typed, blanks included. Raises `passphrase_empty`, `passphrase_short`, `passphrase_differs`,
    `form_refused`."""
    first = request.POST.get("passphrase", "")
    if not first.strip():
        raise SaisineError("passphrase_empty")
    if first != request.POST.get("again", ""):
        raise SaisineError("passphrase_differs")
    # no keyboard types these here, and no file could give them back
    if any(sign in first for sign in "\r\n\0"):
        raise SaisineError("form_refused")
    return require_passphrase(first)


def _page(request: HttpRequest, refused: SaisineError | None = None) -> HttpResponse:
    running = changes.peek()
    ended = None if refused else changes.take_ended()
    error = refused or (ended.error if ended is not None else None)
    context = {
        "is_protected": vault_state.is_protected(session()),
        "change": running if running is not None and not running.is_over else None,
        "is_done": ended is not None and ended.state == "done",
        "error": tell(error) if error else None,
    }
    return render(request, "saisine/vault_passphrase.html", context, status=422 if refused else 200)


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """The part that the page asks again each second; it reads nothing of the vault, which is busy."""
    change = changes.peek()
    if not wants_part(request):
        return redirect("vault_passphrase")
    if change is None or change.is_over:
        answer = HttpResponse()
        answer["HX-Redirect"] = reverse("vault_passphrase")
        return answer
    return render(request, "saisine/parts/vault_change.html", {"change": change})
