"""Private messages of a Meta export: inboxes since 2018, end-to-end encrypted chats, and the posts shared in them."""

from collections.abc import Mapping
from typing import Any, Final

from saisine.messages.formats.contract import Message, Skip
from saisine.messages.formats.meta_entry import Entry, platform_named
from saisine.messages.formats.meta_values import is_reaction, uris

CALLS: Final = frozenset({"call", "subscribe", "unsubscribe"})
BOXES: Final = frozenset(
    {"inbox", "message_requests", "filtered_threads", "archived_threads", "e2ee_cutover"}
)
MEDIA_KEYS: Final = ("photos", "videos", "audio_files", "files", "gifs", "sticker", "media")


def is_direct(raw: Any) -> bool:
    return "sender_name" in raw or "senderName" in raw


def from_direct(entry: Entry) -> Message | Skip | list[Message | Skip]:
    """A private message, of the inbox (`sender_name`) or of an end-to-end encrypted chat (`senderName`).

    What a post shared in it says comes beside it, as context: these are not the sender's words.
    """
    raw = entry.raw
    if "call_duration" in raw or str(raw.get("type") or "").lower() in CALLS:
        return Skip("system_line")
    content, share = raw.get("content") or raw.get("text") or "", raw.get("share") or {}
    if not share and is_reaction(content):
        return Skip("like_or_reaction")
    sender = raw.get("sender_name") or raw.get("senderName")
    platform = "facebook" if "senderName" in raw else entry.platform or "other"
    beside = _shared_post(entry, share, platform)
    direct = entry.message(
        platform=platform,
        kind="dm",
        # a place or a page that is no post of theirs: the words that the sender's application put there
        parts=[content, "" if beside else share.get("share_text") or ""],
        at=raw.get("timestamp_ms") or raw.get("timestamp"),
        conversation=_conversation(entry),
        author_name=sender,
        owner_is_author=True if sender and sender == entry.owner else None,
        target_kind="account",
        target_handle=_other_side(entry.around, sender),
        visibility="private",
        mentions=[share["original_content_owner"]] if share.get("original_content_owner") else [],
        urls=[share["link"]] if share.get("link") else [],
        media_urls=[uri for key in MEDIA_KEYS for uri in uris(raw.get(key))],
        quote_of_id=beside.message_id if beside else None,
        deleted="deleted" if raw.get("is_unsent") or raw.get("isUnsent") else "none",
    )
    return [direct, beside] if beside else direct


def _shared_post(entry: Entry, share: Mapping[str, Any], platform: str) -> Message | None:
    """The post a private message shares, when the export copies its words; often without its author."""
    text, link = share.get("share_text") or "", share.get("link")
    is_post = share.get("original_content_owner") or (link and platform_named(link))
    if not text or not is_post:
        return None
    return entry.message(
        platform=(platform_named(link) if link else None) or platform,
        kind="post",
        role="context",
        at=None,
        text=text,
        author_handle=share.get("original_content_owner"),
        urls=[link] if link else [],
        sub_locator="/share",
    )


def _conversation(entry: Entry) -> str | None:
    """The thread's name: the same whether the whole folder, one file or a cut file was given."""
    thread = str(entry.around.get("thread_path") or "").rstrip("/").rpartition("/")[2]
    box, _, folder = entry.path.rpartition("/")[0].rpartition("/")
    is_thread = box.rpartition("/")[2].rpartition("!")[2] in BOXES
    name = thread or entry.around.get("threadName") or (folder if is_thread else None)
    return name or entry.around.get("title")


def _other_side(around: Mapping[str, Any], sender: str | None) -> str | None:
    """Who a message between two persons was sent to; unknown in a group."""
    found = around.get("participants") or []
    names = [one.get("name") if isinstance(one, dict) else one for one in found]
    others = [name for name in names if name and name != sender]
    return others[0] if len(names) == 2 and len(others) == 1 else None
