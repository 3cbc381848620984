"""Which comments answer which: a few open a thread, some reply under an earlier one."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from saisine.example.wave import Said

REPLIES_SHARE: Final = 0.12
# The YouTube API carries at most five replies inside a thread: with no more, none is missing.
MOST_REPLIES: Final = 5
NEAREST: Final = 30


@dataclass(slots=True)
class Thread:
    """A first comment and its replies, with their identifiers when the platform gives some."""

    first: Said
    replies: list[Said] = field(default_factory=list)


def make_threads(said: Iterable[Said], rng: random.Random) -> list[Thread]:
    """Threads in the order of their first comment; a reply is always later than what it answers."""
    threads: list[Thread] = []
    for one in said:
        recent = [thread for thread in threads[-NEAREST:] if len(thread.replies) < MOST_REPLIES]
        if recent and one.role != "threat" and rng.random() < REPLIES_SHARE:
            rng.choice(recent).replies.append(one)
        else:
            threads.append(Thread(one))
    return threads
