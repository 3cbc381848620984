"""What a value of a platform's own JSON means: ids, counts, times, and where a message stands in its record.

Shared by the readers of the platforms' own objects (`x_graphql_tweets.py`, `instagram_media.py`…), whatever
carried them: an export of Zeeschuimer or 4CAT, a captured page, a single JSON answer.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from saisine.messages.schema import Message, Skip
from saisine.texts import utc_from_s

Mapped = list[Message | Skip]

HASHTAG: Final = re.compile(r"#(\w+)")
MENTION: Final = re.compile(r"@(\w[\w.]*\w|\w)")


class Place(NamedTuple):
    """Where an object stands in its record (`/quoted_status_result/result`), in which role its message is
    kept, and when it was collected when the object is older than the file."""

    path: str = ""
    role: str = "primary"
    collected_at: datetime | None = None

    def below(self, path: str, role: str | None = None) -> "Place":
        """A place inside this one; a message inside a `context` one is context too."""
        return Place(self.path + path, role or self.role, self.collected_at)


TOP: Final = Place()


def inside(raw: Any, *steps: str | int) -> Any:
    """The value at the end of these keys and numbers; None as soon as one of them is not there."""
    for step in steps:
        if isinstance(raw, dict):
            raw = raw.get(step)
        elif isinstance(raw, list) and isinstance(step, int) and -len(raw) <= step < len(raw):
            raw = raw[step]
        else:
            return None
    return raw


def dict_at(raw: Any, *steps: str | int) -> dict[str, Any]:
    """The object there; an empty one when there is none."""
    found = inside(raw, *steps)
    return found if isinstance(found, dict) else {}


def list_at(raw: Any, *steps: str | int) -> list[Any]:
    """The list there; an empty one when there is none."""
    found = inside(raw, *steps)
    return found if isinstance(found, list) else []


def word_at(raw: Any, *steps: str | int) -> str | None:
    """The text there; None when it is empty or no text."""
    found = inside(raw, *steps)
    return found if isinstance(found, str) and found else None


def as_id(value: Any) -> str | None:
    """An identifier as a string. A number with a fraction was rounded by some tool: it names nothing."""
    if isinstance(value, str):
        return value or None
    return str(value) if type(value) is int else None


def as_count(value: Any) -> int | None:
    """A count written as a number or as digits; None for anything else, such as `1.2M` or -1 for hidden."""
    if type(value) is int:
        return value if value >= 0 else None
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def as_time(value: Any) -> datetime | None:
    """The time of Unix seconds, written as a number or as digits; 0 and absence are unknown."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return utc_from_s(value)


def stated(value: Any) -> dict[str, Any]:
    """The time columns of a message dated in Unix seconds by its source; empty when it is not."""
    at = as_time(value)
    if at is None:
        return {}
    return {
        "created_at": at,
        "created_at_raw": str(value),
        "created_at_precision": "s",
        "created_at_source": "field",
    }


def absent(**values: object) -> tuple[str, ...]:
    """The names of the columns that the object did not fill: None and empty text are not known."""
    return tuple(name for name, value in values.items() if value is None or value == "")


def distinct(*values: Any) -> list[str]:
    """The texts among these, in order, each once."""
    return list(dict.fromkeys(value for value in values if isinstance(value, str) and value))


def find_objects(value: Any, is_wanted: Callable[[Any], bool]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) of every wanted object of an answer, in its order. What a wanted object carries is left
    to its mapper. No recursion: an answer may be nested as deep as its author likes."""
    waiting: list[tuple[str, Any]] = [("", value)] if isinstance(value, dict | list) else []
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, dict):
            if is_wanted(one):
                yield path, one
                continue
            below: list[tuple[Any, Any]] = list(one.items())
        else:
            below = list(enumerate(one))
        waiting += ((f"{path}/{key}", v) for key, v in reversed(below) if isinstance(v, dict | list))
