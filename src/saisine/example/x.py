"""X: one flat post per line, as `twarc2 flatten` writes the answers of API version 2."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from saisine.example.accounts import Account
from saisine.example.association import HANDLE, NAME, at_paris, publications
from saisine.example.identifiers import snowflake, zulu
from saisine.example.wave import Plan, Said

REPLIES_SHARE: Final = 0.85
TAG: Final = "FestivalDesConteuses"
_QUERY: Final = f"https://api.twitter.com/2/tweets/search/all?query=%40{HANDLE}%20OR%20%23{TAG}"


def write_x(plan: Plan, rng: random.Random, collected_at: datetime) -> bytes:
    """The lines of the collection, newest first, as a search gives them."""
    page = _Page(plan, rng, collected_at)
    lines = [json.dumps(page.post(one), ensure_ascii=False) for one in reversed(plan.of("x"))]
    return "".join(f"{line}\n" for line in lines).encode()


class _Page:
    """The association's account, its posts, and what answers them."""

    def __init__(self, plan: Plan, rng: random.Random, collected_at: datetime) -> None:
        self._rng = rng
        self._collected_at = collected_at
        opened_at = at_paris(plan.wave_on - timedelta(days=1_200), 11)
        self._account = Account(NAME, HANDLE, opened_at, rng.getrandbits(48))
        self._posts = [(one.at, snowflake(one.at, rng.getrandbits(22))) for one in publications(plan.wave_on)]
        self._taken: set[str] = set()

    def post(self, one: Said) -> dict[str, Any]:
        """A reply to the newest publication, or a post of its own that carries the festival's tag."""
        id = self._new_id(one.at)
        is_reply = self._rng.random() < REPLIES_SHARE
        text = f"@{HANDLE} {one.text}" if is_reply else f"{one.text} #{TAG}"
        parent = [post_id for at, post_id in self._posts if at <= one.at][-1]
        return {
            "id": id,
            "text": text,
            "author_id": _account_id(one.author),
            "created_at": zulu(one.at, decimals=".000"),
            "lang": one.language,
            "conversation_id": parent if is_reply else id,
            **(self._answered(parent) if is_reply else {}),
            "entities": _entities(text, is_reply=is_reply),
            "edit_history_tweet_ids": [id],
            "public_metrics": self._metrics(),
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "author": _user(one.author),
            "__twarc": {
                "url": _QUERY,
                "version": "2.14.0",
                "retrieved_at": self._collected_at.astimezone(UTC).isoformat(),
            },
        }

    def _new_id(self, at: datetime) -> str:
        while (id := snowflake(at, self._rng.getrandbits(22))) in self._taken:
            pass
        self._taken.add(id)
        return id

    def _answered(self, parent: str) -> dict[str, Any]:
        return {
            "in_reply_to_user_id": _account_id(self._account),
            "in_reply_to_user": _user(self._account),
            "referenced_tweets": [{"type": "replied_to", "id": parent}],
        }

    def _metrics(self) -> dict[str, int]:
        likes = int(self._rng.expovariate(0.4))
        return {
            "retweet_count": likes // 4,
            "reply_count": likes // 3,
            "like_count": likes,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": 12 + likes * self._rng.randrange(8, 40),
        }


def _account_id(account: Account) -> str:
    return snowflake(account.created_at, account.number)


def _user(account: Account) -> dict[str, Any]:
    return {
        "id": _account_id(account),
        "name": account.name,
        "username": account.handle,
        "created_at": zulu(account.created_at, decimals=".000"),
        "verified": False,
        "protected": False,
    }


def _entities(text: str, *, is_reply: bool) -> dict[str, Sequence[dict[str, Any]]]:
    """Where the mention or the tag stands, in characters."""
    if is_reply:
        return {"mentions": [{"start": 0, "end": len(HANDLE) + 1, "username": HANDLE}]}
    return {"hashtags": [{"start": len(text) - len(TAG) - 1, "end": len(text), "tag": TAG}]}
