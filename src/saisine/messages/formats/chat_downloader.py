"""Live chats saved by chat-downloader (xenova), as a JSON list or lines: Twitch, YouTube and others.

The list is written while the chat runs: stopped by Ctrl-C it lacks its last bracket, and what came before is
kept. Times are Unix microseconds. The file does not say which video or channel it is about, nor the platform:
the shape of the author tells (YouTube channels begin with UC, Twitch gives a display name beside a login).
YouTube's mark that a line, or all the lines of an author, were removed comes after them: a file that holds one
is read once for the marks, then for the lines.

Source: chat-downloader @ 00a1870f, `sites/twitch.py`, `sites/youtube.py`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    RecordError,
    Skip,
    Sniff,
    json_array,
    json_documents,
)
from saisine.messages.formats.links import urls_in
from saisine.messages.formats.shapes import score_keys
from saisine.messages.formats.youtube_livechat import Marks, names_any
from saisine.texts import utc_from_us

ITEM: Final = ("message_id", "message", "message_type", "author", "timestamp")
REPLAY: Final = ("message_id", "message", "message_type", "author", "time_in_seconds", "time_text")
MARK: Final = b'"message_type"'
_CHANNEL: Final = re.compile(r"UC[\w-]{22}")
CHAT: Final = frozenset(
    {"text_message", "highlighted_message", "send_message_in_subscriber_only_mode", "crowd_chant"}
)  # fmt: skip
# What the site writes around a gift, a subscription or a raid; the words may be the viewer's own.
LIVE: Final = frozenset(
    {"paid_message", "paid_sticker", "membership_item", "sponsorships_gift_purchase_announcement", "raid",
     "sponsorships_gift_redemption_announcement", "donation_announcement", "subscription", "resubscription",
     "subscription_gift", "mystery_subscription_gift", "anonymous_subscription_gift", "announcement",
     "anonymous_mystery_subscription_gift", "prime_paid_upgrade", "gift_paid_upgrade", "bits_badge_tier",
     "anonymous_gift_paid_upgrade", "prime_community_gift_received", "community_pay_forward", "ritual",
     "standard_pay_forward", "reward_gift", "charity", "viewer_milestone", "user_notice", "extend_subscription",
     "ticker_paid_message_item", "ticker_paid_sticker_item", "ticker_sponsor_item"}
)  # fmt: skip
SYSTEM: Final = frozenset(
    {"viewer_engagement_message", "mode_change_message", "placeholder_item", "banner", "ban_user", "banned_message",
     "clear_chat", "room_state", "user_state", "successful_login", "notice", "start_host", "end_host",
     "join", "part", "capabilities", "host_target", "reconnect", "remove_chat_item", "remove_chat_item_by_author",
     "unraid", "tooltip"}
)  # fmt: skip
# What YouTube calls the removal of a line, or of all the lines of an author, before and after `Action` is cut off;
# `message_type` then says `deleted_message` or `ban_user`, or repeats the action.
BY_LINE: Final = frozenset({"remove_chat_item", "mark_chat_item_as_deleted"})
BY_AUTHOR: Final = frozenset({"remove_chat_item_by_author", "mark_chat_items_by_author_as_deleted"})
_REMOVING: Final = BY_LINE | BY_AUTHOR
# The same by their bytes: a file without any is read once.
_REMOVALS: Final = (b'"remove_chat_item', b'"mark_chat_item')


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of an item; `message_type` is in every one."""
    return score_keys(head, ITEM, REPLAY) if MARK in head else Sniff(0, [])


def read_items(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The items of the list, or one per line."""
    is_list = member.read(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
    reader = json_array("") if is_list else json_documents
    if names_any(member, _REMOVALS):
        marks = ctx.memory["marks"] = Marks()
        for found in reader(member, ctx):
            if isinstance(found, RawRecord) and isinstance(found.obj, dict):
                marks.read([("", action) for action in _removals_in(found.obj)], found.offset)
    yield from reader(member, ctx)


def _removal(raw: Mapping[str, Any]) -> str | None:
    """The action of an item that removes others; None for any other item."""
    names = (raw.get("action_type"), raw.get("message_type"))
    return next((name for name in names if isinstance(name, str) and name in _REMOVING), None)


def _removals_in(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The removal that an item says, as YouTube's own pages write it."""
    name = _removal(raw)
    author = raw.get("author")
    if name in BY_LINE and raw.get("target_message_id"):
        yield {"removeChatItemAction": {"targetItemId": raw["target_message_id"]}}
    elif name in BY_AUTHOR and isinstance(author, dict) and author.get("id"):
        yield {"removeChatItemByAuthorAction": {"externalChannelId": author["id"]}}


def map_item(record: RawRecord, ctx: Context) -> Message | Skip:
    """A message or an event of the chat; lines of the site, deletions without their text among them, are not."""
    raw = record.obj
    kind, author = raw["message_type"], raw.get("author") or {}
    if _removal(raw) is not None:
        return Skip("system_line")
    if kind == "delete_message" and raw.get("target_message_id"):
        return _deletion(raw, author, record, ctx)
    if kind in SYSTEM or kind == "delete_message":
        return Skip("system_line")
    if kind not in CHAT and kind not in LIVE:
        return Skip("unsupported_variant")
    found = _line(raw, author, record, ctx)
    marks = ctx.memory.get("marks")
    if marks is not None and marks.is_deleted(found, (record.offset, 0)):
        return msgspec.structs.replace(found, deleted="deleted")
    return found


def _line(raw: Mapping[str, Any], author: Mapping[str, Any], record: RawRecord, ctx: Context) -> Message:
    kind = raw["message_type"]
    platform, stated = _platform(raw, author), raw.get("timestamp")
    text, handle = raw.get("message") or "", _handle(author)
    key = raw.get("message_id")
    return Message.of(
        record,
        ctx,
        platform=platform,
        kind="chat" if kind in CHAT else "live",
        message_id=key
        or ctx.derive_id(platform, "", str(stated or raw.get("time_in_seconds")), handle or "", text),
        author_id=author.get("id"),
        author_handle=handle,
        author_name=author.get("display_name") or author.get("name"),
        text=text,
        parent_id=(raw.get("in_reply_to") or {}).get("message_id"),
        target_handle=raw.get("channel_name"),
        target_id=raw.get("channel_id"),
        target_kind="channel",
        visibility="public",
        urls=urls_in(text),
        missing=_missing(raw, author, handle),
        **_time(stated),
    )


def _deletion(raw: Mapping[str, Any], author: Mapping[str, Any], record: RawRecord, ctx: Context) -> Message:
    """What was deleted, as the site quotes it (Twitch): a second observation of that message."""
    text, stated = raw.get("message") or "", raw.get("timestamp")
    return Message.of(
        record,
        ctx,
        platform="twitch",
        kind="chat",
        role="context",
        message_id=raw["target_message_id"],
        author_handle=author.get("name"),
        author_name=author.get("display_name") or author.get("name"),
        text=text,
        edited_at=utc_from_us(stated) if stated else None,
        visibility="public",
        urls=urls_in(text),
        deleted="deleted",
        missing=("author_id", "created_at", "target_id", "target_handle"),
    )


def _platform(raw: Mapping[str, Any], author: Mapping[str, Any]) -> str:
    """The platform the item's own shape tells, else `other`."""
    if _CHANNEL.fullmatch(str(author.get("id"))):
        return "youtube"
    return "twitch" if "display_name" in author or "badge_metadata" in author else "other"


def _handle(author: Mapping[str, Any]) -> str | None:
    """A login, or a name that is a handle (`@ada`); a plain name of YouTube is none."""
    name = author.get("name")
    if not isinstance(name, str):
        return None
    return name if "display_name" in author or name.startswith("@") else None


def _time(stated: Any) -> dict[str, Any]:
    if not stated:
        return {}
    return {
        "created_at": utc_from_us(stated),
        "created_at_raw": str(stated),
        "created_at_precision": "ms" if int(stated) % 1_000_000 else "s",
        "created_at_source": "field",
    }


def _missing(raw: Mapping[str, Any], author: Mapping[str, Any], handle: str | None) -> tuple[str, ...]:
    absent = {
        "message_id": not raw.get("message_id"),
        "author_id": not author.get("id"),
        "author_handle": not handle,
        "author_name": not author.get("name"),
        "created_at": not raw.get("timestamp"),
        "target_handle": not raw.get("channel_name"),
        "target_id": not raw.get("channel_id"),
    }
    return tuple(name for name, is_absent in absent.items() if is_absent)


CHAT_DOWNLOADER: Final = Format(
    id="chat-downloader",
    version=2,
    platforms=("twitch", "youtube", "other"),
    label_fr="Tchat d’un direct, YouTube ou Twitch (chat-downloader, JSON)",
    label_en="Chat of a live stream, YouTube or Twitch (chat-downloader, JSON)",
    how_to_get_fr="""\
À faire pendant le direct, ou avant que la rediffusion ne soit retirée.
1. Demandez à une personne à l’aise avec un terminal : chat-downloader est un logiciel libre en Python \
(github.com/xenova/chat-downloader).
2. Lancez : chat_downloader ADRESSE --output tchat.json --message_groups all
3. Notez l’adresse du direct : le fichier ne la contient pas.
4. Un fichier arrêté en chemin reste lisible : tout ce qui précède la coupure est gardé.
5. Déposez le fichier .json ou .jsonl.
Le fichier ne contient pas les messages retirés avant leur passage. L’outil n’est plus tenu à jour pour tous les \
sites. État au 1er juin 2025 ; les outils changent.""",
    how_to_get_en="""\
To be done during the stream, or before its recording is taken down.
1. Ask someone at ease with a terminal: chat-downloader is free software in Python \
(github.com/xenova/chat-downloader).
2. Run: chat_downloader ADDRESS --output chat.json --message_groups all
3. Note the address of the stream: the file does not hold it.
4. A file stopped on the way is still read: everything before the cut is kept.
5. Drop the .json or .jsonl file.
The file does not hold messages removed before they were seen. The tool is no longer kept up for every site. \
As of 1 June 2025; tools change.""",
    sniff=sniff,
    records=read_items,
    map=map_item,
    cannot_give=(
        *("lang", "url", "conversation_id", "mentions", "hashtags", "media_urls"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
)
