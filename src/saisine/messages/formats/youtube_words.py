"""What YouTube's own pages make texts, counts and links of: `runs`, “1.2K”, `navigationEndpoint` (innertube)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

_EXACT: Final = re.compile(r"\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+|\d+")


def text_of(node: Any) -> str:
    """The text of a `{simpleText}`, `{runs}` or `{content}` node; an emoji by its sign or its shortcut."""
    if isinstance(node, str):
        return node
    if not isinstance(node, Mapping):
        return ""
    for key in ("simpleText", "content"):
        if isinstance(node.get(key), str):
            return str(node[key])
    return "".join(_run_text(run) for run in node.get("runs") or [])


def _run_text(run: Mapping[str, Any]) -> str:
    emoji = run.get("emoji")
    if not isinstance(emoji, Mapping):
        return str(run.get("text") or "")
    if not emoji.get("isCustomEmoji") and isinstance(emoji.get("emojiId"), str):
        return str(emoji["emojiId"])
    shortcuts = emoji.get("shortcuts") or [""]
    return str(shortcuts[0])


def links_of(node: Any) -> list[str]:
    """The addresses that the runs of a text lead to, YouTube's redirect taken away."""
    if not isinstance(node, Mapping):
        return []
    runs = [*(node.get("runs") or []), *(node.get("commandRuns") or [])]
    found = [address for run in runs for address in _addresses(run)]
    return list(dict.fromkeys(found))


def _addresses(run: Mapping[str, Any]) -> Iterator[str]:
    endpoint = run.get("navigationEndpoint") or (run.get("onTap") or {}).get("innertubeCommand") or {}
    address = (endpoint.get("urlEndpoint") or {}).get("url")
    if isinstance(address, str):
        yield target_of(address)


def target_of(address: str) -> str:
    """The page behind `youtube.com/redirect?q=…`; any other address as it is."""
    parts = urlsplit(address)
    if parts.path == "/redirect" and (asked := parse_qs(parts.query).get("q")):
        return asked[0]
    return address


def exact_count(text: Any) -> int | None:
    """A count written out in full; None when it is shortened (“1.2K”, « 1,2 k ») or absent: never rounded up."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    if not isinstance(text, str):
        return None
    plain = text.strip()
    return int(re.sub(r"\D", "", plain)) if _EXACT.fullmatch(plain) else None


def handle_of(name: str | None) -> str | None:
    """The handle, when the displayed name is one (`@ada`)."""
    return name if name and name.startswith("@") else None


def watch_url(video_id: str | None, comment_id: str | None = None) -> str | None:
    """The address of a video, or of one comment under it."""
    if not video_id:
        return None
    page = f"https://www.youtube.com/watch?v={video_id}"
    return f"{page}&lc={comment_id}" if comment_id else page
