"""The idle lock: after some quiet minutes, or « Quitter vite », the pages ask who is there.

With accounts the lock is one of the signed-in browser and asks the password or a passkey. Without, on a
workspace under a passphrase, it is one of this computer and asks the passphrase; with neither there is nothing
to ask, and nothing locks. The keys stay in the memory of the process: work that runs goes on.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from saisine.casework import members
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault.deriving import unlock_with
from saisine.vault.secret_files import PROTECTED_NAME
from saisine.web import clock
from saisine.web.accounts.models import Account
from saisine.web.accounts.visitors import Visitor

SEEN, LOCKED = "seen", "locked"
WRITE_EVERY_S: Final = (
    30.0  # a row for each click would be a disk write for each click; the lock comes sooner
)
TRIES: Final = 5
WAIT_S: Final = 300.0


@dataclass
class Screen:
    """The lock of a workspace without accounts: one person, one computer, whatever the browser."""

    seen: float = 0.0
    locked: float = 0.0
    failed: list[float] = field(default_factory=list)
    asking: threading.Lock = field(default_factory=threading.Lock)


def screen_of(session: Session) -> Screen:
    """Kept with the open workspace, so that it ends with it."""
    held = session.kept.get("screen")
    if not isinstance(held, Screen):
        held = session.kept["screen"] = Screen()
    return held


def can_lock(visitor: Visitor, session: Session) -> bool:
    """Whether there is something to ask for."""
    return visitor.account is not None or (visitor.is_alone and session.vault.is_protected)


def idle_s(session: Session) -> float:
    return members.settings_of(session).idle_minutes * 60.0


def watch(request: HttpRequest, visitor: Visitor, session: Session, *, is_act: bool) -> bool:
    """Whether the screen is locked at this moment. `is_act`: somebody did something, and the time starts anew."""
    if not can_lock(visitor, session):
        return False
    now = clock.now().timestamp()
    locked, seen = _state(request, visitor, session)
    if locked:
        return True
    if seen and now - seen > idle_s(session):
        lock(request, visitor, session)
        return True
    if is_act and not 0 <= now - seen < WRITE_EVERY_S:
        _see(request, visitor, session, now)
    return False


def is_locked(request: HttpRequest, visitor: Visitor, session: Session) -> bool:
    return bool(_state(request, visitor, session)[0])


def _state(request: HttpRequest, visitor: Visitor, session: Session) -> tuple[float, float]:
    if visitor.account is None:
        screen = screen_of(session)
        return screen.locked, screen.seen
    return float(request.session.get(LOCKED, 0)), float(request.session.get(SEEN, 0))


def _see(request: HttpRequest, visitor: Visitor, session: Session, now: float) -> None:
    if visitor.account is None:
        screen_of(session).seen = now
    else:
        request.session[SEEN] = now


def lock(request: HttpRequest, visitor: Visitor, session: Session) -> None:
    """From now on the pages ask. The moment is the machine's own: allauth dates a passkey with it."""
    if visitor.account is None:
        screen_of(session).locked = time.time()
    else:
        request.session[LOCKED] = time.time()


def unlock(request: HttpRequest, visitor: Visitor, session: Session, secret: str) -> None:
    """Open with the password, or the passphrase. Raises `unlock_wrong`, `unlock_later`."""
    if visitor.account is None:
        _try_passphrase(screen_of(session), session, secret)
    else:
        _try_password(request, visitor.account, secret)
    _open(request, visitor, session)


def unlock_by_passkey(request: HttpRequest, visitor: Visitor, session: Session) -> bool:
    """Whether the person proved who she is since the lock (allauth's page for passkeys notes it): then it opens."""
    if visitor.account is None:
        return False
    since = float(request.session.get(LOCKED, 0))
    proofs = get_authentication_records(request, visitor.account)
    if not since or not any(one.get("reauthenticated") and one["at"] > since for one in proofs):
        return False
    _open(request, visitor, session)
    return True


def _open(request: HttpRequest, visitor: Visitor, session: Session) -> None:
    now = clock.now().timestamp()
    if visitor.account is None:
        screen = screen_of(session)
        screen.locked, screen.seen = 0.0, now
    else:
        request.session.pop(LOCKED, None)
        request.session[SEEN] = now


def _try_password(request: HttpRequest, account: Account, secret: str) -> None:
    if not ratelimit.consume(request, app="allauth.account", action="reauthenticate", user=account):
        raise SaisineError("unlock_later")
    if not account.check_password(secret):
        raise SaisineError("unlock_wrong")


def _try_passphrase(screen: Screen, session: Session, secret: str) -> None:
    """One try at a time: the derivation is slow on purpose, in a process of its own."""
    with screen.asking:
        now = time.monotonic()
        screen.failed = [at for at in screen.failed if now - at < WAIT_S]
        if len(screen.failed) >= TRIES:
            raise SaisineError("unlock_later")
        try:
            unlock_with((session.vault.keys.folder / PROTECTED_NAME).read_bytes(), secret, _silent)
        except SaisineError as error:
            if error.code != "passphrase_wrong":
                raise
            screen.failed.append(now)
            raise SaisineError("unlock_wrong") from error
        screen.failed.clear()


def _silent(done: int, total: int | None, what: str) -> None:
    """The page says that it takes about a second; it shows no bar."""
