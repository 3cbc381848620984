"""Looking for messages by their words: what is found comes back as cards, described without a word of it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from saisine.casework.bands import placed_of, visible
from saisine.casework.session import Session
from saisine.casework.triage import Card, describe_places
from saisine.messages.corpus import Page, Query

SHOWN: Final = 20
LOOKED_AT: Final = (
    10  # pages asked for before stopping, when most of what is found is not for the one who acts
)


@dataclass(frozen=True, slots=True)
class Search:
    """What a person asked for; nothing of it is kept."""

    words: str = ""
    platform: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_blank(self) -> bool:
        return not (self.words.strip() or self.platform or self.since or self.until)

    def query(self) -> Query:
        return Query(
            text=self.words.strip() or None,
            platform=self.platform or None,
            since=self.since,
            until=self.until,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Cards, newest first. `count` is of all that is found, None for who sees some incidents only."""

    cards: list[Card]
    count: int | None
    next: str | None


def search(session: Session, asked: Search, *, after: str | None = None, limit: int = SHOWN) -> Found:
    """One page. `after` is the `next` of the page before.

    Raises `survey_waits` when the sorting has to be prepared first, `cursor_malformed`.
    """
    placed = placed_of(session)
    here = visible(session, placed)
    cards: list[Card] = []
    for _ in range(LOOKED_AT):
        page: Page = session.corpora.search(asked.query(), after=after, limit=limit)
        places = placed.places([str(message.ref) for message in page.items])
        known = places[places >= 0]
        cards += describe_places(session, placed, known[here[known]])
        after = page.next
        if after is None or len(cards) >= limit or bool(np.all(here)):
            break
    count = session.corpora.count(asked.query()) if session.scope is None else None
    return Found(cards, count, after)
