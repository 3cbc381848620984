"""What yt-dlp's fields of a page mean on each platform: the post's own number, its account, its words.

Source: the extractors of yt-dlp @ 2025.12.08 (twitter.py, tiktok.py, instagram.py, bluesky.py). An identifier of X is
that of the video unless `display_id` gives the post's; titles there are made of the name and the text.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from saisine.messages.formats.instagram_media import pk_of_shortcode

# extractor -> platform; the rest of yt-dlp's 1,800 sites is `other`
PLATFORMS: Final = {
    "youtube": "youtube",
    "facebook": "facebook",
    "instagram": "instagram",
    "tiktok": "tiktok",
    "twitch": "twitch",
    "twitter": "x",
    "bluesky": "bluesky",
    "linkedin": "linkedin",
    "telegram": "telegram",
}
# where a post has no title: yt-dlp makes one of its text, of the name, or of both
_UNTITLED: Final = frozenset({"x", "tiktok", "instagram", "bluesky", "telegram"})
_MADE_TITLE: Final = re.compile(r"(?:Video|Post|Reel|Story) by \S+|Video \d+")


class Account(NamedTuple):
    """Who posted: identifier, handle and name, each None when the page does not say it."""

    id: str | None
    handle: str | None
    name: str | None


def platform_of(info: Mapping[str, Any]) -> str:
    """The platform, from the extractor that read the page."""
    key = str(info.get("extractor_key") or info.get("extractor") or "").lower()
    return next((name for prefix, name in PLATFORMS.items() if key.startswith(prefix)), "other")


def post_id(info: Mapping[str, Any], platform: str) -> str | None:
    """The number under which other tools know the same post; None when the page has none."""
    own, shown = info.get("id"), info.get("display_id")
    if not isinstance(own, str):
        return None
    if platform == "x" and isinstance(shown, str) and shown.isdecimal():
        return shown
    return pk_of_shortcode(own) or own if platform == "instagram" else own


def account(info: Mapping[str, Any], platform: str) -> Account:
    """The account of a page."""
    channel, channel_id = _text(info.get("channel")), _text(info.get("channel_id"))
    uploader, uploader_id = _text(info.get("uploader")), _text(info.get("uploader_id"))
    if platform == "x":
        return Account(channel_id, uploader_id, uploader)
    if platform == "tiktok":
        return Account(uploader_id or channel_id, uploader, channel or _text(info.get("creator")))
    if platform == "instagram":
        return Account(uploader_id, channel, uploader)
    if platform == "bluesky":
        return Account(channel_id, uploader_id, uploader)
    handle = uploader_id if uploader_id and uploader_id.startswith("@") else None
    return Account(channel_id or uploader_id, handle, channel or uploader)


def words(info: Mapping[str, Any], platform: str) -> tuple[str, bool]:
    """(what the person wrote, whether a title and a description were joined)."""
    title, description = _text(info.get("title")) or "", _text(info.get("description")) or ""
    if platform in _UNTITLED:
        return (description or ("" if _MADE_TITLE.fullmatch(title) else title)).strip(), False
    if platform == "facebook" and description and title.rstrip(" .…") in description:
        return description.strip(), False
    return f"{title}\n{description}".strip(), bool(title and description)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
