"""YouTube Data API: messages of a live chat (`liveChatMessages.list`), as pages, lists or lines.

The API gives what happens while a stream runs, once: a deletion or a ban is a message of its own, which comes
after those it removes, so the file is read for them first. Times are exact to the microsecond.

Source: YouTube Live Streaming API, resource `liveChatMessage` (as documented in June 2025).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

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
from saisine.messages.formats.json_values import dict_at
from saisine.messages.formats.shapes import BOM, score_keys
from saisine.messages.formats.youtube_words import handle_of
from saisine.texts import utc_from_iso

MESSAGE: Final = ("liveChatId", "authorChannelId", "publishedAt", "hasDisplayContent", "snippet")
# type -> (kind, the object that holds what the person wrote, its key); None: only what the page displays
TYPES: Final[Mapping[str, tuple[str, str | None, str]]] = {
    "textMessageEvent": ("chat", "textMessageDetails", "messageText"),
    "superChatEvent": ("live", "superChatDetails", "userComment"),
    "superStickerEvent": ("live", None, ""),
    "fanFundingEvent": ("live", "fanFundingEventDetails", "userComment"),
    "memberMilestoneChatEvent": ("live", "memberMilestoneChatDetails", "userComment"),
    "newSponsorEvent": ("live", None, ""),
    "membershipGiftingEvent": ("live", None, ""),
    "giftMembershipReceivedEvent": ("live", None, ""),
    "giftEvent": ("live", None, ""),
}
SYSTEM_TYPES: Final = frozenset(
    {"chatEndedEvent", "sponsorOnlyModeStartedEvent", "sponsorOnlyModeEndedEvent", "messageDeletedEvent",
     "messageRetractedEvent", "userBannedEvent", "tombstone", "pollEvent", "pollDetails"}
)  # fmt: skip


_REMOVALS: Final = (
    ("messageDeletedDetails", "deletedMessageId"),
    ("messageRetractedDetails", "retractedMessageId"),
)
_PAGE: Final = re.compile(rb'\{(?:(?!"(?:items|snippet)").)*"items"\s*:\s*\[', re.DOTALL)

Place = tuple[int, int]  # byte of the record, rank of the message inside it


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a message of a live chat; comments have none of them."""
    return score_keys(head, MESSAGE)


def read_items(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Messages one by one, or pages of them; deletions are looked up first."""
    head = member.read(HEAD_BYTES).removeprefix(BOM).lstrip()
    reader = json_array("items", "") if head[:1] == b"[" or _PAGE.match(head) else json_documents
    removed: dict[str, Place] = ctx.memory.setdefault("removed", {})
    for found in reader(member, ctx):
        if isinstance(found, RawRecord):
            for rank, (_, item) in enumerate(items_of(found.obj)):
                if key := _removed_by(item):
                    removed[key] = (found.offset, rank)
    yield from reader(member, ctx)


def items_of(obj: Any) -> list[tuple[str, Any]]:
    """(place, message) of everything a record holds: a page holds several."""
    inside = obj.get("items") if isinstance(obj, dict) and "snippet" not in obj else None
    return [(f"/items/{n}", one) for n, one in enumerate(inside)] if isinstance(inside, list) else [("", obj)]


def _removed_by(item: Any) -> str | None:
    """The message or author that this item removes, when it does."""
    snippet = dict_at(item, "snippet")
    for details, key in _REMOVALS:
        if isinstance(snippet.get(details), dict):
            return f"message {snippet[details].get(key)}"
    banned = dict_at(snippet, "userBannedDetails", "bannedUserDetails")
    return f"author {banned.get('channelId')}" if banned else None


def map_record(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip]:
    """The message of a record, or those of a page."""
    items = items_of(record.obj)
    found = [
        _map_one(item, place, (record.offset, rank), record, ctx) for rank, (place, item) in enumerate(items)
    ]
    return found[0] if len(found) == 1 else found


def _map_one(item: Any, where: str, place: Place, record: RawRecord, ctx: Context) -> Message | Skip:
    """A message, with the state that a later deletion or ban gives it."""
    snippet = item["snippet"]
    kind = snippet["type"]
    if kind in SYSTEM_TYPES:
        return Skip("system_line")
    if kind not in TYPES:
        return Skip("unsupported_variant")
    message = _message(item, where, TYPES[kind], record, ctx)
    if _is_removed(message, place, ctx):
        return _message(item, where, TYPES[kind], record, ctx, deleted="deleted")
    return message


def _message(
    item: dict[str, Any],
    where: str,
    shape: tuple[str, str | None, str],
    record: RawRecord,
    ctx: Context,
    deleted: str = "none",
) -> Message:
    snippet, author = item["snippet"], dict_at(item, "authorDetails")
    author_id = author.get("channelId") or snippet.get("authorChannelId")
    name = author.get("displayName") or None
    published = snippet.get("publishedAt")
    return Message.of(
        record,
        ctx,
        sub_locator=where,
        platform="youtube",
        kind=shape[0],
        message_id=item["id"],
        author_id=author_id,
        author_handle=handle_of(name),
        author_name=name,
        text=_text(snippet, shape),
        created_at=utc_from_iso(published) if published else None,
        created_at_raw=published,
        created_at_precision=_precision(published),
        created_at_source="field" if published else None,
        conversation_id=snippet.get("liveChatId"),
        target_id=snippet.get("liveChatId"),
        target_kind="thread" if snippet.get("liveChatId") else None,
        deleted=deleted,
        missing=tuple(
            column
            for column, value in (("author_id", author_id), ("author_name", name), ("created_at", published))
            if not value
        ),
    )


def _text(snippet: dict[str, Any], shape: tuple[str, str | None, str]) -> str:
    """What the person wrote; without it, what the page displays in its place."""
    _, details, key = shape
    written = (snippet.get(details) or {}).get(key) if details else None
    return str(written if written is not None else snippet.get("displayMessage") or "")


def _precision(published: str | None) -> str:
    if not published:
        return "none"
    return "us" if "." in published else "s"


def _is_removed(message: Message, place: Place, ctx: Context) -> bool:
    removed: dict[str, Place] = ctx.memory.get("removed", {})
    by_id = removed.get(f"message {message.message_id}", place)
    by_author = removed.get(f"author {message.author_id}", place)
    return by_id > place or by_author > place


YOUTUBE_LIVECHAT_API: Final = Format(
    id="youtube-livechat-api",
    version=1,
    platforms=("youtube",),
    label_fr="YouTube : tchat d’un direct obtenu par l’API (liveChatMessages)",
    label_en="YouTube: chat of a live stream obtained through the API (liveChatMessages)",
    how_to_get_fr="""\
Pendant le direct seulement : l’API ne rend plus le tchat ensuite. Après, utilisez yt-dlp.
1. Demandez à une personne qui a une clé d’API Google et l’API « YouTube Data API v3 » activée.
2. L’identifiant du tchat : https://www.googleapis.com/youtube/v3/videos?\
part=liveStreamingDetails&id=IDENTIFIANT&key=CLÉ, valeur « activeLiveChatId ».
3. Les messages : https://www.googleapis.com/youtube/v3/liveChat/messages?\
part=snippet,authorDetails&liveChatId=TCHAT&maxResults=2000&key=CLÉ
4. Enregistrez chaque page en .json, puis recommencez avec &pageToken=… (valeur « nextPageToken »).
Le fichier ne contient pas ce qui a été écrit avant la première page. État au 1er juin 2025.""",
    how_to_get_en="""\
During the stream only: the API no longer gives the chat afterwards. Then use yt-dlp.
1. Ask someone who has a Google API key with "YouTube Data API v3" enabled.
2. The identifier of the chat: https://www.googleapis.com/youtube/v3/videos?\
part=liveStreamingDetails&id=IDENTIFIER&key=KEY, value "activeLiveChatId".
3. The messages: https://www.googleapis.com/youtube/v3/liveChat/messages?\
part=snippet,authorDetails&liveChatId=CHAT&maxResults=2000&key=KEY
4. Save each page as .json, then again with &pageToken=… (value "nextPageToken").
The file does not hold what was written before the first page. As of 1 June 2025.""",
    sniff=sniff,
    records=read_items,
    map=map_record,
    cannot_give=(*("lang", "url", "parent_id", "like_count", "share_count", "reply_count", "view_count"),),
)
