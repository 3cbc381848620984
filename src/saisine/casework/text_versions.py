"""The texts of messages that are not the same in two collections, side by side, once somebody asks for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from saisine.casework import findings_rows, journal, triage
from saisine.casework.session import Session
from saisine.casework.triage import Opened
from saisine.messages.observations import History, history_of

SHOWN: Final = 20
CHANGED: Final = "text_changed"


@dataclass(frozen=True, slots=True)
class Version:
    """A text as it was first seen; `seen_at` is when it was collected or, failing that, imported."""

    text: Opened
    seen_at: datetime


def open_versions(session: Session) -> tuple[tuple[tuple[Version, ...], ...], int]:
    """(the versions of each message, the oldest first and SHOWN messages at most; how many messages have several). The
    journal keeps a line."""
    found = findings_rows.current(session).found
    refs = [ref for at, row in enumerate(found.rows) if row["kind"] == CHANGED for ref in found.refs(at)]
    read = session.corpora.get_many(refs[:SHOWN])
    histories = [
        history_of(session.corpora, (one.platform, one.message_id)) for one in read if one.message_id
    ]
    shown = [one.message for history in histories for one in history.observations]
    journal.note_shown(session, shown, subject=CHANGED)
    return tuple(map(_versions, histories)), len(refs)


def _versions(history: History) -> tuple[Version, ...]:
    """Each text once, at its first observation, compared with the first text of all."""
    found: dict[str, Version] = {}
    first = history.observations[0].message
    for one in history.observations:
        if one.message.text not in found:
            seen_at = one.message.collected_at or one.imported_at
            found[one.message.text] = Version(triage.opened_of(one.message, first=first), seen_at)
    return tuple(found.values())
