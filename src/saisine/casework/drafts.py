"""What a person typed and has not sent yet, kept field by field, so that a stop costs one field at most.

Rows belong to one person and stand in the workspace's database, never in the browser. A form that was taken
empties its rows; what is left after two weeks goes.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from saisine.casework.personal_models import Draft
from saisine.casework.session import Session

KEPT: Final = timedelta(days=14)
MOST_SIGNS: Final = 20_000  # of one field: four times the longest that a form takes
MOST_ROWS: Final = 200  # of one person: the oldest go


@dataclass(frozen=True, slots=True)
class Kept:
    """One field as it was last typed."""

    action: str
    field: str
    text: str


def keep(session: Session, page: str, action: str, field: str, text: str) -> None:
    """Keep one field; an empty text forgets it. Too long a text is cut, and too many rows lose their oldest."""
    mine = Draft.objects.filter(person=session.actor)
    name = {"page": page[:200], "action": action[:200], "field": field[:60]}
    if not text.strip():
        mine.filter(**name).delete()
        return
    row, _ = Draft.objects.get_or_create(person=session.actor, **name, defaults={"at": session.now()})
    row.text, row.at = text[:MOST_SIGNS], session.now()
    row.save()
    over = mine.order_by("-at", "-id").values_list("id", flat=True)[MOST_ROWS:]
    Draft.objects.filter(id__in=list(over)).delete()


def kept(session: Session, page: str) -> list[Kept]:
    """The fields of a page that were typed and not sent. What is too old goes at this moment."""
    Draft.objects.filter(at__lt=session.now() - KEPT).delete()
    rows = Draft.objects.filter(person=session.actor, page=page[:200]).order_by("id")
    return [Kept(row.action, row.field, row.text) for row in rows]


def taken(session: Session, action: str) -> None:
    """A form was taken: what was typed in it is where it belongs, and is no draft any more."""
    rows = Draft.objects.filter(person=session.actor, action=action[:200])
    if rows.exists():  # a form without a draft writes nothing more: the disk may be full
        rows.delete()


def forget(session: Session, page: str) -> int:
    """The person prefers the page as it is: its drafts go."""
    gone, _ = Draft.objects.filter(person=session.actor, page=page[:200]).delete()
    return gone
