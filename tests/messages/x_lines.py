"""Invented X posts, one JSON object per line, the same for the same arguments."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

WORDS = [
    "le",
    "la",
    "une",
    "association",
    "réunion",
    "quartier",
    "école",
    "ça",
    "encore",
    "jamais",
    "l’élue",
    "c’est",
    "voilà",
    "pays",
    "hier",
    "demain",
    "parler",
    "message",
    "photo",
    "débat",
    "où",
    "déjà",
    "n’est",
    "qu’elle",
    "être",
]
FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def post(number: int, *, seed: int = 7, step_s: int = 13) -> dict[str, Any]:
    """One flat post with its author, its id agreeing with its time."""
    rnd = Random(seed * 1_000_003 + number)
    at = FIRST + timedelta(seconds=number * step_s)
    name = f"{((int(at.timestamp() * 1000) - 1_288_834_974_657) << 22) + number % 4096}"
    who = rnd.randrange(40)
    return {
        "id": name,
        "text": " ".join(rnd.choice(WORDS) for _ in range(rnd.randint(3, 18))),
        "author_id": f"{1_000 + who}",
        "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
        "lang": "fr",
        "conversation_id": name,
        "edit_history_tweet_ids": [name],
        "public_metrics": {
            "like_count": rnd.randrange(9),
            "retweet_count": 1,
            "quote_count": 0,
            "reply_count": 2,
        },
        "author": {"id": f"{1_000 + who}", "username": f"compte_{who}", "name": f"Compte {who}"},
    }


def lines(count: int, *, first: int = 0, **options: int) -> Iterator[bytes]:
    for number in range(first, first + count):
        yield json.dumps(post(number, **options), ensure_ascii=False).encode() + b"\n"


def body(count: int, **options: int) -> bytes:
    return b"".join(lines(count, **options))
