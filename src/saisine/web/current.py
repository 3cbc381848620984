"""The one open session of this process: every view asks for it here, and a test may put its own."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the models of casework need Django to be ready, and these lines are read before
    from saisine.casework.session import Session

_open: "Session | None" = None


def use(opened: "Session | None") -> None:
    """Make this session the one of the pages; None forgets it. Whoever opened it closes it."""
    global _open
    _open = opened


def session() -> "Session":
    """The open session. A page asked before `wsgi.prepare` is a fault of ours, not of the person."""
    if _open is None:
        raise RuntimeError("no workspace is open: wsgi.prepare() comes first")
    return _open
