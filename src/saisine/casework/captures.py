"""Screenshots and documents to complete by hand: the date shown, the link, the platform.

What the file's name says is shown as a hint, never taken as the date.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, BinaryIO, Final

from saisine.casework import journal, scopes
from saisine.casework.models import Capture, Deposit, ExhibitRow, first_or_raise
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault import Sealed

if TYPE_CHECKING:
    from django.db.models import QuerySet

KINDS: Final = frozenset({"screenshot", "document"})
# Screenshot_20260314-143205.png, IMG-20260314-WA0003.jpg, Capture d’écran 2026-03-14 à 14.32.05.png
_DAY_IN_NAME: Final = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class CaptureCounts:
    total: int
    todo: int
    later: int
    done: int


def register(session: Session, deposit: Deposit, sealed: Iterable[Sealed]) -> None:
    """One row per picture or document; a piece met again keeps what was said of it."""
    found = [one for one in sealed if one.kind in KINDS]
    known = set(Capture.objects.filter(item__in=[one.item for one in found]).values_list("item", flat=True))
    first = Capture.objects.count() + 1
    new = [one for one in found if one.item not in known]
    Capture.objects.bulk_create(
        Capture(
            item=one.item,
            deposit=deposit,
            kind=one.kind,
            media_type=one.media_type,
            number=number,
            hint_on=hint_of(one.name),
        )
        for number, one in enumerate(new, first)
    )


def hint_of(name: str) -> date | None:
    """The day that a file's name seems to hold, or None."""
    found = _DAY_IN_NAME.search(name)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def counts(session: Session) -> CaptureCounts:
    """Screenshots only: a document is an exhibit as it is."""
    here = scopes.captures(session, Capture.objects.filter(kind="screenshot"))
    states = list(here.values_list("state", flat=True))
    return CaptureCounts(
        len(states), states.count(Capture.TODO), states.count(Capture.LATER), states.count(Capture.DONE)
    )


def next_capture(session: Session) -> Capture | None:
    """The next screenshot to complete, in the order of deposit."""
    here = scopes.captures(session, Capture.objects.filter(kind="screenshot", state=Capture.TODO))
    return here.order_by("number").first()


def get_capture(session: Session, id: str) -> Capture:
    """Raises `capture_unknown`."""
    found: Capture = first_or_raise(
        scopes.captures(session, Capture.objects.filter(id=id)), "capture_unknown"
    )
    return found


def save(
    session: Session, capture: Capture, *, shown_on: date | None, confirmed: bool, url: str, platform: str
) -> None:
    """Keep what a person read on the picture. A date counts only when she confirmed it."""
    if shown_on is not None and shown_on > session.today():
        raise SaisineError("date_in_future", day=shown_on.isoformat())
    _keep_earlier(session, capture)
    capture.shown_on, capture.is_confirmed = shown_on, confirmed and shown_on is not None
    capture.url, capture.platform, capture.state = url.strip()[:4000], platform, Capture.DONE
    capture.save()
    _correct_exhibits(capture)
    journal.note(session, "capture_saved", subject=capture.id)


def _keep_earlier(session: Session, capture: Capture) -> None:
    """What was said of it before; nothing at the first time."""
    said = {
        "shown_on": capture.shown_on.isoformat() if capture.shown_on else "",
        "is_confirmed": capture.is_confirmed,
        "url": capture.url,
        "platform": capture.platform,
    }
    if any(said.values()):
        capture.earlier.create(said=said, at=session.now(), by=session.actor)


def _correct_exhibits(capture: Capture) -> None:
    """An exhibit made of it follows: a wrong date would start a wrong clock. Dossiers already sealed do not change."""
    on = capture.shown_on if capture.is_confirmed else None
    ExhibitRow.objects.filter(capture=capture).update(
        platform=capture.platform,
        url=capture.url,
        on=on,
        precision="day" if on else "none",
        source="person" if on else "",
    )


def done(session: Session) -> "QuerySet[Capture]":
    """The screenshots completed by hand, the newest number first: each may be completed again."""
    rows = Capture.objects.filter(kind="screenshot", state=Capture.DONE)
    return scopes.captures(session, rows).order_by("-number")


def reopen(session: Session, capture: Capture) -> None:
    """Back to those to complete, with what was said of it in the fields, from a slip of the hand.

    An exhibit made of it keeps what it says until the screenshot is completed again. Raises `capture_unknown` for one
    that is not completed.
    """
    if not Capture.objects.filter(id=capture.id, state=Capture.DONE).update(state=Capture.TODO):
        raise SaisineError("capture_unknown")
    capture.state = Capture.TODO
    journal.note(session, "capture_reopened", subject=capture.id)


def later(session: Session) -> int:
    """Leave the others for later; they stay in the box, marked so."""
    here = scopes.captures(session, Capture.objects.filter(kind="screenshot", state=Capture.TODO))
    changed = here.update(state=Capture.LATER)
    if changed:
        journal.note(session, "captures_later", count=changed)
    return changed


def take_up(session: Session) -> int:
    """Bring back those left for later."""
    return scopes.captures(session, Capture.objects.filter(state=Capture.LATER)).update(state=Capture.TODO)


def open_picture(session: Session, capture: Capture) -> BinaryIO:
    """The sealed picture as a stream, its opening journaled here and in the vault's log."""
    stream = session.vault.open_item(capture.item)
    session.vault.log_access(capture.item, actor=session.actor)
    journal.note(session, "capture_opened", subject=capture.id)
    return stream


@dataclass(frozen=True, slots=True)
class Original:
    """Sealed bytes on their way out: a stream, and how to name it."""

    stream: BinaryIO
    name: str
    size: int
    media_type: str


def open_original(session: Session, item: str) -> Original:
    """The original bytes of a sealed piece, journaled. Raises as `Vault.open_item`."""
    sealed = session.vault.find(item)
    scopes.require_item(session, sealed.item)
    stream = session.vault.open_item(sealed.item)
    session.vault.log_access(sealed.item, actor=session.actor)
    journal.note(session, "original_taken", subject=sealed.item)
    return Original(stream, sealed.name.rsplit("/", 1)[-1], sealed.size, sealed.media_type)


def ready(session: Session) -> "QuerySet[Capture]":
    """The screenshots completed by hand that are in no incident yet."""
    rows = Capture.objects.filter(kind="screenshot", state=Capture.DONE, incident__isnull=True)
    return scopes.captures(session, rows)
