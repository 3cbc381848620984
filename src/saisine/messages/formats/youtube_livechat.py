"""YouTube: a live chat as its page receives it, saved by yt-dlp (`.live_chat.json`) or chat-downloader (raw).

Met as one action per line (yt-dlp wraps each in `replayChatItemAction`), as a list of actions, and as the
page's whole answers (`liveChatContinuation.actions`). A mark that a line, or all the lines of an author, were
deleted comes after them: the file is read once for the marks, then for the lines. A line shown again in a
ticker or a banner is a context row.

Sources: yt-dlp, `downloader/youtube_live_chat.py` @ 0d957eb84459; chat-downloader @ 94ed3fe9dd2a.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    Reader,
    RecordError,
    Skip,
    Sniff,
    json_array,
    json_documents,
)
from saisine.messages.formats.livechat_items import is_line, map_item
from saisine.messages.formats.shapes import BOM, keys_of

ACTIONS: Final = (
    "addChatItemAction",
    "replaceChatItemAction",
    "addLiveChatTickerItemAction",
    "addBannerToLiveChatCommand",
    "markChatItemAsDeletedAction",
    "markChatItemsByAuthorAsDeletedAction",
    "removeChatItemAction",
    "removeChatItemByAuthorAction",
)
BY_LINE: Final = ("markChatItemAsDeletedAction", "removeChatItemAction")
BY_AUTHOR: Final = ("markChatItemsByAuthorAsDeletedAction", "removeChatItemByAuthorAction")
# The marks by their bytes: a file without any is read once.
_MARKS: Final = tuple(f'"{name}"'.encode() for name in (*BY_LINE, *BY_AUTHOR))
CHAT_CANNOT_GIVE: Final = (
    *("lang", "url", "parent_id", "conversation_id", "target_id"),
    *("like_count", "share_count", "reply_count", "view_count"),
)
_PIECE_BYTES: Final = 1 << 20

Place = tuple[int, int]  # byte of the record, rank of the action inside it


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the names of actions and of the lines they carry; the name of the file says nothing."""
    if head.removeprefix(BOM).lstrip()[:1] not in (b"{", b"["):
        return Sniff(0, [])
    present = keys_of(head)
    actions = [key for key in ACTIONS if key in present]
    lines = sorted(key for key in present if key.startswith("liveChat") and key.endswith("Renderer"))
    if not actions or not lines:
        return Sniff(0, [])
    return Sniff(95, [*actions, *lines[:4]])


def read_actions(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each action, or each line of the file that wraps some."""
    reader = _reader_of(member.read(HEAD_BYTES))
    if names_any(member, _MARKS):
        marks = ctx.memory["marks"] = Marks()
        for found in reader(member, ctx):
            if isinstance(found, RawRecord):
                marks.read(actions_in(found.obj), found.offset)
    yield from reader(member, ctx)


def _reader_of(head: bytes) -> Reader:
    if b'"liveChatContinuation"' in head:
        return json_array("continuationContents.liveChatContinuation.actions")
    return json_array("") if head.removeprefix(BOM).lstrip()[:1] == b"[" else json_documents


def names_any(member: Member, marks: Sequence[bytes]) -> bool:
    """Whether one of these stands anywhere in the bytes: a file that tells of no deletion is read once."""
    longest = max(map(len, marks))
    with member.open() as stream:
        kept = b""
        while piece := stream.read(_PIECE_BYTES):
            kept = kept[-longest:] + piece
            if any(mark in kept for mark in marks):
                return True
    return False


def actions_in(obj: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """(place inside the record, action): a replay wraps its actions, with the moment of the video."""
    wrapped = obj.get("replayChatItemAction") if isinstance(obj, dict) else None
    if isinstance(wrapped, dict) and isinstance(wrapped.get("actions"), list):
        inner = enumerate(wrapped["actions"])
        return [(f"/replayChatItemAction/actions/{n}", one) for n, one in inner if isinstance(one, dict)]
    return [("", obj)] if isinstance(obj, dict) else []


class Marks:
    """The lines and authors that were deleted, with the place of the last mark: it holds for what precedes."""

    def __init__(self) -> None:
        self._lines: dict[str, Place] = {}
        self._authors: dict[str, Place] = {}

    def read(self, actions: Iterable[tuple[str, Mapping[str, Any]]], offset: int) -> None:
        """Remember the marks among these actions of one record."""
        for rank, (_, action) in enumerate(actions):
            for name, inner in action.items():
                if not isinstance(inner, dict):
                    continue
                if name in BY_LINE:
                    self._lines[str(inner.get("targetItemId"))] = (offset, rank)
                elif name in BY_AUTHOR:
                    self._authors[str(inner.get("externalChannelId"))] = (offset, rank)

    def is_deleted(self, message: Message, place: Place) -> bool:
        """Whether a mark that comes after this place names the line or its author."""
        by_line = self._lines.get(message.message_id or "", place)
        by_author = self._authors.get(message.author_id or "", place)
        return by_line > place or by_author > place


def map_record(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip]:
    """The actions of a record; most records hold one."""
    found: list[Message | Skip] = []
    marks = ctx.memory.get("marks")
    for rank, (place, action) in enumerate(actions_in(record.obj)):
        found += map_action(action, place, record, ctx, marks, rank)
    if not found:
        return Skip("empty_record")
    return found[0] if len(found) == 1 else found


def map_action(
    action: Mapping[str, Any], place: str, record: RawRecord, ctx: Context, marks: Marks | None, rank: int = 0
) -> list[Message | Skip]:
    """What one action shows: a line, a line shown again (context), a mark, or something of the page itself."""
    for name, inner in action.items():
        if name in ("clickTrackingParams", "clientId"):
            continue
        if not isinstance(inner, dict):
            return [Skip("unsupported_variant")]
        if name == "addChatItemAction":
            return [_line(inner.get("item"), f"{place}/{name}/item", record, ctx, marks, rank)]
        if name == "replaceChatItemAction":
            return [
                _line(
                    inner.get("replacementItem"), f"{place}/{name}/replacementItem", record, ctx, marks, rank
                )
            ]
        if name in (*BY_LINE, *BY_AUTHOR):
            return [Skip("system_line")]
        shown = shown_again(inner)
        if shown is not None:
            seen = _line(shown[1], f"{place}/{name}{shown[0]}", record, ctx, marks, rank, role="context")
            return [seen, Skip("not_a_message")] if isinstance(seen, Message) else [seen]
        return [Skip("not_a_message")]
    return [Skip("empty_record")]


def _line(
    item: Any, place: str, record: RawRecord, ctx: Context, marks: Marks | None, rank: int, **state: Any
) -> Message | Skip:
    if not isinstance(item, dict):
        return Skip("unsupported_variant")
    # a record that is the line itself keeps a bare locator
    alone = "" if place.count("/") <= 2 else place
    found = map_item(item, alone, record, ctx, **state)
    if marks is None or isinstance(found, Skip) or not marks.is_deleted(found, (record.offset, rank)):
        return found
    return map_item(item, alone, record, ctx, **state, deleted="deleted")


def shown_again(inner: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """(place, item) of a line that a ticker or a banner shows a second time."""
    for name, renderer in (inner.get("item") or {}).items():
        step = ("showItemEndpoint", "showLiveChatItemEndpoint", "renderer")
        item: Any = renderer
        for key in step:
            item = item.get(key) if isinstance(item, dict) else None
        if isinstance(item, dict) and is_line(item):
            return f"/item/{name}/{'/'.join(step)}", item
    banner = (inner.get("bannerRenderer") or {}).get("liveChatBannerRenderer") or {}
    contents = banner.get("contents")
    if isinstance(contents, dict) and is_line(contents):
        return "/bannerRenderer/liveChatBannerRenderer/contents", contents
    return None


YOUTUBE_LIVECHAT: Final = Format(
    id="youtube-livechat",
    version=1,
    platforms=("youtube",),
    label_fr="YouTube : tchat d’un direct (yt-dlp .live_chat.json, chat-downloader)",
    label_en="YouTube: chat of a live stream (yt-dlp .live_chat.json, chat-downloader)",
    how_to_get_fr="""\
À faire avant que la vidéo ou son tchat ne soient supprimés : la chaîne peut retirer la rediffusion du tchat.
1. Installez yt-dlp (logiciel libre : github.com/yt-dlp/yt-dlp), ou demandez à une personne qui l’utilise.
2. Dans un terminal : yt-dlp --skip-download --write-subs --sub-langs live_chat ADRESSE_DE_LA_VIDÉO
3. Attendez la fin : quelques minutes par heure de direct. Gardez le fichier .live_chat.json tel quel.
Pendant le direct, la même commande enregistre au fur et à mesure, messages effacés ensuite compris.
Après le direct, le fichier ne contient plus les messages retirés par la modération. Le nom de la vidéo n’y \
est pas : notez son adresse. État au 1er juin 2025 ; les commandes changent.""",
    how_to_get_en="""\
To be done before the video or its chat is deleted: the channel may withdraw the chat replay.
1. Install yt-dlp (free software: github.com/yt-dlp/yt-dlp), or ask someone who uses it.
2. In a terminal: yt-dlp --skip-download --write-subs --sub-langs live_chat ADDRESS_OF_THE_VIDEO
3. Wait for the end: a few minutes per hour of stream. Keep the .live_chat.json file as it is.
During the stream the same command records as it goes, including messages deleted later.
After the stream the file no longer holds the messages removed by moderators. The video is not named in it: \
note its address. As of 1 June 2025; commands change.""",
    sniff=sniff,
    records=read_actions,
    map=map_record,
    cannot_give=CHAT_CANNOT_GIVE,
    samples=(
        (
            "samples/youtube-livechat-raw/actions.json",
            {"mapped": 4, "context": 1, "system_line": 5, "not_a_message": 2},
        ),
    ),
)
