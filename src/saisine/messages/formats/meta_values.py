"""What every Meta export shares: the encoding fault, its clocks, and labels in the account's language."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from saisine.texts import fold, repair_mojibake, utc_from_ms, utc_from_s

# Only hints: the account's language decides the label, so shape decides first where labels are unknown.
COMMENT_LABELS: Final = frozenset(
    {"comment", "commentaire", "opmerking", "reactie", "kommentar", "comentario", "commento", "komentarz"}
)
OWNER_LABELS: Final = frozenset(
    {
        *("media owner", "proprietaire du media", "proprietaire du contenu multimedia", "media-eigenaar"),
        *("eigenaar van media", "inhaber des mediums", "medieninhaber", "proprietario da midia"),
        *("propietario del contenido multimedia", "proprietario del contenuto multimediale"),
    }
)
_HANDLE: Final = re.compile(r"@?[a-z0-9._]{1,30}")  # what Instagram allows for an account
_ADDRESS: Final = re.compile(r"https?://\S+")


def repair(value: Any, repaired: set[str]) -> Any:
    """The same value, each string (keys too) read again as UTF-8 where that succeeds.

    `repaired` collects the strings that changed.
    """
    if isinstance(value, str):
        text, is_changed = repair_mojibake(value)
        if is_changed:
            repaired.add(text)
        return text
    if isinstance(value, list):
        return [repair(one, repaired) for one in value]
    if isinstance(value, dict):
        return {repair(key, repaired): repair(one, repaired) for key, one in value.items()}
    return value


def as_exported(text: str) -> str:
    """The string that `repair` read: its own inverse, so the original need not be carried along."""
    return text.encode("utf-8").decode("latin-1")


def time_fields(value: Any) -> dict[str, Any]:
    """The time columns from seconds, milliseconds (by magnitude) or an ISO date; 0 means unknown."""
    if not value or isinstance(value, bool):
        return {}
    if isinstance(value, str):
        found, precision = _from_iso(value), "s"
    elif value > 100_000_000_000:  # seconds reach this in the year 5138, milliseconds in 1973
        found, precision = utc_from_ms(value), "ms"
    else:
        found, precision = utc_from_s(value), "s"
    return {
        "created_at": found,
        "created_at_raw": str(value),
        "created_at_precision": precision,
        "created_at_source": "field",
    }


def _from_iso(text: str) -> datetime:
    """Old exports write UTC, some of them without saying so."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def pick_comment(values: list[tuple[str, str]]) -> tuple[str, str | None]:
    """(text of the comment, account it was written under) among labelled values, by label when it is known.

    With unknown labels, what cannot be an account name is the text, the longest of several; when all could
    be names ("ok"), the first is, which is the order of the exports seen.
    """
    owner = next((value for label, value in values if fold(label) in OWNER_LABELS), None)
    text = next((value for label, value in values if fold(label) in COMMENT_LABELS), None)
    rest = [value for _, value in values if value not in (owner, text) and not _ADDRESS.fullmatch(value)]
    if text is None:
        sentences = [value for value in rest if not _HANDLE.fullmatch(value)]
        text = max(sentences, key=len) if sentences else next(iter(rest), "")
    if owner is None:
        owner = next((value for value in rest if value != text and _HANDLE.fullmatch(value)), None)
    return text, owner


def has_comment_label(values: list[tuple[str, str]]) -> bool:
    return any(fold(label) in COMMENT_LABELS for label, _ in values)


def labelled(entries: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The filled (label, value) pairs of a `string_map_data`."""
    return [
        (label, one["value"]) for label, one in entries.items() if isinstance(one, dict) and one.get("value")
    ]


def labelled_list(entries: list[Any]) -> list[tuple[str, str]]:
    """The filled (label, value) pairs of a `label_values`, those of its inner groups too."""
    pairs: list[tuple[str, str]] = []
    for one in entries:
        if not isinstance(one, dict):
            continue
        if one.get("value"):
            pairs.append((str(one.get("label") or ""), str(one["value"])))
        inner = one.get("dict")
        if isinstance(inner, list):
            pairs += labelled_list(inner)
    return pairs


def uris(value: Any) -> list[str]:
    """Every `uri` below: pictures, videos, voice messages, files."""
    if isinstance(value, list):
        return [uri for one in value for uri in uris(one)]
    if isinstance(value, dict):
        own = [value["uri"]] if isinstance(value.get("uri"), str) else []
        return own + [uri for key, one in value.items() if key in CARRIERS for uri in uris(one)]
    return []


CARRIERS: Final = frozenset({"data", "media", "attachments"})


def addresses(value: Any) -> list[str]:
    """The web addresses that attachments point to (`external_context.url`)."""
    if isinstance(value, list):
        return [url for one in value for url in addresses(one)]
    if isinstance(value, dict):
        context = value.get("external_context")
        own = [context["url"]] if isinstance(context, dict) and isinstance(context.get("url"), str) else []
        return own + [url for key, one in value.items() if key in CARRIERS for url in addresses(one)]
    return []
