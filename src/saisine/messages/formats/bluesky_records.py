"""Pieces of a Bluesky record: its key style, its dates, the places of its links, what it carries and quotes.

Sources: lexicons `app.bsky.richtext.facet`, `app.bsky.embed.*`; date syntax of the AT Protocol (a subset of
RFC 3339 with any number of digits after the second).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from saisine.messages.formats.json_values import list_at, word_at

POSTS: Final = "app.bsky.feed.post"
_SNAKE: Final = re.compile(r"_([a-z])")
_FRACTION: Final = re.compile(r"\.(\d+)")


def as_lexicon(value: Any) -> Any:
    """The same value with the keys of the lexicon: Python exports write `py_type` and `like_count`."""
    if not _is_snake(value):
        return value
    return _camel(value)


def _is_snake(value: Any) -> bool:
    """Whether this record comes from a Python export: seen on its first two levels."""
    if not isinstance(value, dict):
        return False
    inner = [one for one in value.values() if isinstance(one, dict)]
    return any("py_type" in one or "indexed_at" in one for one in (value, *inner))


def _camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_camel(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        "$type" if key == "py_type" else _SNAKE.sub(lambda found: found.group(1).upper(), key): _camel(one)
        for key, one in value.items()
    }


def time_fields(stated: Any) -> dict[str, Any]:
    """The time columns of a date of the protocol; nothing when there is none."""
    if not stated:
        return {}
    found = datetime.fromisoformat(str(stated))
    digits = _FRACTION.search(str(stated))
    length = len(digits.group(1)) if digits else 0
    return {
        "created_at": found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC),
        "created_at_raw": str(stated),
        "created_at_precision": "us" if length > 3 else "ms" if length else "s",
        "created_at_source": "field",
    }


def kind_of_record(value: Mapping[str, Any]) -> str:
    """`post`, `repost`, `like`, or the last word of another collection."""
    return str(value.get("$type", "")).rpartition(".")[2]


def facets_of(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the marked pieces of the text point to; their places count UTF-8 bytes (lexicon `#byteSlice`)."""
    found: dict[str, list[str]] = {"mentions": [], "urls": [], "hashtags": []}
    facets = record.get("facets")
    if not facets:
        return found
    data = record["text"].encode("utf-8", "surrogatepass")
    for facet in facets:
        index = facet.get("index") or {}
        shown = data[index.get("byteStart", 0) : index.get("byteEnd", 0)].decode("utf-8", "replace")
        for feature in facet.get("features") or ():
            kind = str(feature.get("$type", "")).rpartition("#")[2]
            if kind == "mention":
                found["mentions"].append(shown.removeprefix("@") or feature["did"])
            elif kind == "link":
                found["urls"].append(feature["uri"])
            elif kind == "tag":
                found["hashtags"].append(feature["tag"])
    return found


def quoted_in(embed: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The quoted post, as a view or as a bare reference; None for no quote, a list or a feed."""
    inner = (embed or {}).get("record")
    if isinstance(inner, dict) and "uri" not in inner and isinstance(inner.get("record"), dict):
        inner = inner["record"]  # a quote beside pictures lies one level deeper
    if not isinstance(inner, dict) or f"/{POSTS}/" not in str(inner.get("uri")):
        return None
    return inner


def text_of(record: Mapping[str, Any]) -> str:
    """What its author wrote: the text; where there is none, the descriptions of the pictures, each on a line."""
    return record["text"] or "\n".join(_alts(record.get("embed")))


def is_joined(record: Mapping[str, Any]) -> bool:
    """Whether that text was put together from several descriptions."""
    return not record["text"] and len(_alts(record.get("embed"))) > 1


def _alts(embed: Mapping[str, Any] | None) -> list[str]:
    images = [
        *list_at(embed, "images"),
        *list_at(embed, "media", "images"),
    ]  # beside a quote, one level deeper
    return [alt for image in images if (alt := word_at(image, "alt"))]


def media_of(embed: Mapping[str, Any] | None) -> list[str]:
    """The addresses of pictures and videos of a view; a bare record has none, only fingerprints."""
    if not embed:
        return []
    own = [image["fullsize"] for image in embed.get("images") or () if image.get("fullsize")]
    if isinstance(embed.get("playlist"), str):
        own.append(embed["playlist"])
    inner = embed.get("media")
    return own + media_of(inner) if isinstance(inner, dict) else own
