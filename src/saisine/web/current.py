"""The one open session of this process: every view asks for it here, and a test may put its own.

With accounts, a request is answered in the name of one member: the same workspace, her id under her acts, and
only the incidents that exist for her.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the models of casework need Django to be ready, and these lines are read before
    from saisine.casework.session import Session

_open: "Session | None" = None
_heirs: list[Callable[[str], None]] = []
_acting: "ContextVar[Session | None]" = ContextVar("acting", default=None)


def use(opened: "Session | None") -> None:
    """Make this session the one of the pages; None forgets it. Whoever opened it closes it."""
    global _open
    _open = opened


def session() -> "Session":
    """The open session. A page asked before `wsgi.prepare` is a fault of ours, not of the person."""
    acting = _acting.get()
    return acting if acting is not None else whole()


def whole() -> "Session":
    """The session of this computer, in nobody's name: for what stands before any member."""
    if _open is None:
        raise RuntimeError("no workspace is open: wsgi.prepare() comes first")
    return _open


def act_as(one: "Session | None") -> None:
    """From here on, and until the end of this request, `session()` is that of one member."""
    _acting.set(one)


@contextmanager
def one_request() -> Iterator[None]:
    """Whoever acts in this request acts in no other: the same thread answers the next person."""
    token = _acting.set(None)
    try:
        yield
    finally:
        _acting.reset(token)


def is_open() -> bool:
    """Whether a workspace is open: the frame of an error page is drawn without one too."""
    return _open is not None


def on_new_passphrase(take: Callable[[str], None]) -> None:
    """Who has to know a passphrase chosen while the pages are open: whoever starts the worker again."""
    _heirs.append(take)


def hand_over_passphrase(new: str) -> None:
    """Called once the new one counts; it goes to this process's own memory, and nowhere else."""
    for take in _heirs:
        take(new)
