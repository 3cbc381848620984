"""One form for each web address, so that one page shared with two trackers is one object.

No network: a shortened address stays what it is. Nothing is decoded and written again, because that would
join addresses that a server tells apart.
"""

import ast
import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

# Added by platforms and newsletters to follow the reader; they never choose the page.
TRACKERS: Final = frozenset({"fbclid", "gclid", "igsh", "igshid", "si", "mc_cid", "mc_eid"})
X_HOSTS: Final = frozenset({"x.com", "twitter.com", "mobile.twitter.com"})
X_TRACKERS: Final = frozenset({"t", "s"})  # elsewhere `t` is a time in a video and `s` a search
PORTS: Final = {"http": "80", "https": "443"}
# Hosts on which anybody publishes: that two accounts link to one says nothing of them.
PLATFORM_HOSTS: Final = frozenset(
    "x.com twitter.com t.co facebook.com fb.com fb.watch instagram.com youtube.com youtu.be tiktok.com "
    "linkedin.com lnkd.in bsky.app mastodon.social threads.net t.me telegram.me whatsapp.com wa.me "
    "discord.com discord.gg twitch.tv snapchat.com reddit.com pinterest.com google.com bit.ly tinyurl.com".split()
)
# Second-level registries whose left neighbour is the registrable name.
SECOND_LEVEL: Final = frozenset({"co", "com", "org", "net", "gov", "gouv", "ac", "edu", "asso"})
MAX_CELL: Final = 100_000
_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)


def canonical_url(address: str) -> str | None:
    """The address without what does not choose the page; None for a blank one.

    >>> canonical_url("HTTPS://www.Exemple.fr:443/a/?utm_source=x&b=2&a=1#haut")
    'https://exemple.fr/a?a=1&b=2'
    """
    text = "".join(address.split())
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host = _host(parts)
    except ValueError:  # a malformed host: equal only to itself
        return text
    if not host:
        return text
    query = "&".join(sorted(part for part in parts.query.split("&") if part and not _is_tracker(part, host)))
    return f"{parts.scheme}://{host}{_port(parts)}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    while host.startswith("www."):
        host = host[4:].lstrip(".")
    return f"[{host}]" if ":" in host else host


def _port(parts: SplitResult) -> str:
    port = parts.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    return f":{port}" if port and port != PORTS.get(parts.scheme) else ""


def _is_tracker(part: str, host: str) -> bool:
    name = part.partition("=")[0].lower()
    return name.startswith("utm_") or name in TRACKERS or (host in X_HOSTS and name in X_TRACKERS)


def is_address(text: str) -> bool:
    """Whether the text begins as a web address does."""
    return _SCHEME.match(text.lstrip()) is not None


def site_of(address: str) -> str | None:
    """The registrable host of a canonical address, or None on a platform where anybody publishes.

    >>> site_of("https://blog.exemple.co.uk/a")
    'exemple.co.uk'
    """
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return None
    labels = [label for label in host.split(".") if label]
    if len(labels) < 2 or all(label.isdigit() for label in labels):
        return None
    is_deep = len(labels) > 2 and labels[-2] in SECOND_LEVEL
    site = ".".join(labels[-3:] if is_deep else labels[-2:])
    return None if site in PLATFORM_HOSTS or host in PLATFORM_HOSTS else site


def read_cell(cell: str) -> list[str]:
    """The values of one cell: a Python list, a JSON list, a `|` list, or the cell itself; a blank one has none.

    >>> read_cell("['a', 'b']"), read_cell("a|b"), read_cell("  ")
    (['a', 'b'], ['a', 'b'], [])
    """
    text = cell.strip()
    if text.startswith("[") and text.endswith("]") and len(text) <= MAX_CELL:
        listed = _listed(text)
        if listed is not None:
            return _strings(listed)
    if "|" in text and not any(character.isspace() for character in text):
        return _strings(text.split("|"))
    return [text] if text else []


def _listed(text: str) -> list[object] | None:
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, list):
            return found
    return None


def _strings(values: Iterable[object]) -> list[str]:
    texts = (str(value).strip() for value in values if value is not None)
    return list(dict.fromkeys(text for text in texts if text))
