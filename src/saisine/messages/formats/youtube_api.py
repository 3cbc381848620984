"""YouTube: comments fetched through the Data API (commentThreads.list and comments.list).

Met as a page (`items` inside), as a list of items or of pages, and as one item or one page per line. A thread
carries its first comment and at most a few of its replies; the `totalReplyCount` beside them tells how many
there are, so replies that were not fetched are said in a note, never passed over.

Source: YouTube Data API v3, resources `commentThread` and `comment`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from saisine.messages.formats.blocks import RecordBlock
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
from saisine.messages.formats.json_blocks import array_blocks, document_blocks
from saisine.messages.formats.shapes import score_keys
from saisine.messages.formats.youtube_columns import VISIBILITY, Item, count_owed, map_items
from saisine.texts import strip_html, utc_from_iso

THREAD: Final = ("topLevelComment", "totalReplyCount", "snippet", "publishedAt")
COMMENT: Final = ("textDisplay", "authorDisplayName", "publishedAt", "snippet", "likeCount")
_PAGE: Final = re.compile(rb'(?<!\\)"items"\s*:\s*\[')

_NEXT: Final = re.compile(rb'"nextPageToken"\s*:\s*"')


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a thread or of a single comment, whichever is more complete."""
    return score_keys(head, THREAD, COMMENT)


def read_items(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Threads, comments or pages, each with its bytes; then one note for the replies that are not there."""
    head = member.read(HEAD_BYTES)
    owed: Counter[str] = Counter()
    first = ""
    for found in (json_array("items", "") if _is_listed(head) else json_documents)(member, ctx):
        yield found
        if isinstance(found, RawRecord) and _count_owed(found.obj, owed):
            first = first or found.locator
    yield from _unread(head, owed, first, ctx)


_listed: Final = array_blocks(Item, "items", "", needs_outer=False)
_alone: Final = document_blocks(Item)


def read_blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
    """The same by blocks."""
    head = member.read(HEAD_BYTES)
    owed: Counter[str] = Counter()
    first = ""
    for found in (_listed if _is_listed(head) else _alone)(member, ctx):
        yield found
        if isinstance(found, RecordBlock):
            owing = count_owed(found.objs, owed)
            if not first and True in owing:
                first = found.locators[owing.index(True)]
        elif isinstance(found, RawRecord) and _count_owed(found.obj, owed):
            first = first or found.locator
    yield from _unread(head, owed, first, ctx)


def _unread(head: bytes, owed: Counter[str], first: str, ctx: Context) -> Iterator[Note]:
    """What the platform announced and this file does not hold: replies, the next page."""
    missing = sum(number for number in owed.values() if number > 0)
    if missing:
        yield Note("replies_missing", first, count=missing)
    page = _PAGE.search(head)
    is_alone = (
        head.lstrip()[:1] == b"{" and b"\n{" not in head
    )  # of a file of pages, the last one is not looked for
    if page is not None and is_alone and ctx.is_alone and _NEXT.search(head, 0, page.start()):
        yield Note("more_pages", ctx.locator_prefix)


def _is_listed(head: bytes) -> bool:
    """Whether the file is a list or a page, which may be of any size, rather than one item per document."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[" or _PAGE.search(head) is not None


def _count_owed(obj: Any, owed: Counter[str]) -> bool:
    """Add the replies a thread announces and does not carry; take off those met as comments of their own."""
    is_owing = False
    for item in _items(obj):
        snippet = item.get("snippet") if isinstance(item, dict) else None
        if not isinstance(snippet, dict):
            continue
        total = snippet.get("totalReplyCount")
        if isinstance(total, int) and (lacking := total - len(_replies(item))) > 0:
            owed[str(item.get("id"))] += lacking
            is_owing = True
        elif "parentId" in snippet:
            owed[str(snippet["parentId"])] -= 1
    return is_owing


def _items(obj: Any) -> list[Any]:
    """The items of a page; anything else is one item."""
    inside = obj.get("items") if isinstance(obj, dict) else None
    return inside if isinstance(inside, list) else [obj]


def _replies(thread: dict[str, Any]) -> list[dict[str, Any]]:
    replies = thread.get("replies")
    inside = replies.get("comments") if isinstance(replies, dict) else None
    return inside if isinstance(inside, list) else []


def map_item(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip]:
    """A thread gives its first comment then the replies it carries; a comment gives itself."""
    items = _items(record.obj)
    if len(items) == 1 and items[0] is record.obj:
        found = _map_one(items[0], "", record, ctx)
        return found[0] if len(found) == 1 else found
    return [one for n, item in enumerate(items) for one in _map_one(item, f"/items/{n}", record, ctx)]


def _map_one(item: dict[str, Any], place: str, record: RawRecord, ctx: Context) -> list[Message | Skip]:
    snippet = item.get("snippet") or {}
    if "topLevelComment" in snippet:
        below = [
            _comment(reply, snippet, f"{place}/replies/{n}", record, ctx)
            for n, reply in enumerate(_replies(item))
        ]
        return [_comment(snippet["topLevelComment"], snippet, place, record, ctx), *below]
    if "textDisplay" in snippet or "textOriginal" in snippet:
        return [_comment(item, {}, place, record, ctx)]
    return [Skip("not_a_message")]


def _comment(
    item: dict[str, Any], thread: dict[str, Any], place: str, record: RawRecord, ctx: Context
) -> Message:
    """One comment; `thread` is the snippet around it, which holds what the comment does not repeat."""
    snippet, comment_id = item["snippet"], item["id"]
    parent_id = snippet.get("parentId")
    video_id = snippet.get("videoId") or thread.get("videoId")
    channel_id = snippet.get("channelId") or thread.get("channelId")
    published, updated = snippet.get("publishedAt"), snippet.get("updatedAt")
    name = snippet.get("authorDisplayName") or None
    text, html, links = _text(snippet)
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="youtube",
        kind="reply" if parent_id else "comment",
        message_id=comment_id,
        author_id=(snippet.get("authorChannelId") or {}).get("value"),
        author_handle=name if name and name.startswith("@") else None,
        author_name=name,
        text=text,
        text_raw=html,
        text_repairs=("html_stripped",) if html else (),
        urls=links,
        created_at=utc_from_iso(published) if published else None,
        created_at_raw=published,
        created_at_precision="s" if published else "none",
        created_at_source="field" if published else None,
        edited_at=utc_from_iso(updated) if updated and updated != published else None,
        url=f"https://www.youtube.com/watch?v={video_id}&lc={comment_id}" if video_id else None,
        parent_id=parent_id,
        conversation_id=parent_id or comment_id,
        target_id=video_id or channel_id,
        target_kind="post" if video_id else "channel" if channel_id else None,
        visibility=VISIBILITY.get(snippet.get("moderationStatus", "")),
        like_count=snippet.get("likeCount"),
        reply_count=None if parent_id else thread.get("totalReplyCount"),
        missing=_missing(snippet, video_id or channel_id),
    )


def _text(snippet: dict[str, Any]) -> tuple[str, str | None, list[str]]:
    """(text as typed, the HTML it was taken from or None, its links): the plain text is preferred.

    Only the API's owner view gives `textOriginal` for every comment; `textDisplay` is HTML by default.
    """
    display = snippet.get("textDisplay") or ""
    plain, links = strip_html(display)
    original = snippet.get("textOriginal")
    if original is not None:
        return original, None, links
    return plain, display if plain != display else None, links


def _missing(snippet: dict[str, Any], target: str | None) -> tuple[str, ...]:
    absent = {
        "author_id": not (snippet.get("authorChannelId") or {}).get("value"),
        "author_name": not snippet.get("authorDisplayName"),
        "created_at": not snippet.get("publishedAt"),
        "target_id": not target,
        "like_count": "likeCount" not in snippet,
    }
    return tuple(name for name, is_absent in absent.items() if is_absent)


YOUTUBE_API: Final = Format(
    id="youtube-api",
    version=1,
    platforms=("youtube",),
    label_fr="YouTube : commentaires obtenus par l’API (Data API v3)",
    label_en="YouTube: comments obtained through the Data API v3",
    how_to_get_fr="""\
À faire avant que la vidéo ou les commentaires ne soient supprimés.
1. Copiez l’adresse de la vidéo : l’identifiant est ce qui suit « v= ».
2. Demandez à une personne qui a une clé d’API Google, ou créez-en une : console.cloud.google.com > \
« API et services » > activer « YouTube Data API v3 » > « Identifiants » > « Créer une clé API ». C’est \
gratuit.
3. Dans un navigateur, ouvrez https://www.googleapis.com/youtube/v3/commentThreads?\
part=snippet,replies&videoId=IDENTIFIANT&maxResults=100&key=CLÉ
4. Enregistrez la page (Ctrl+S) en .json. Si elle contient « nextPageToken », ajoutez &pageToken=… et \
recommencez, un fichier par page.
5. Déposez tous les fichiers ici. Gardez la clé pour vous : elle n’est pas dans les fichiers.
Le fichier ne contient ni les commentaires déjà supprimés, ni toutes les réponses d’un long fil : Saisine \
dit combien il en manque. Elles s’obtiennent par https://www.googleapis.com/youtube/v3/comments?\
part=snippet&parentId=FIL&maxResults=100&key=CLÉ
Les heures sont exactes, à la différence de celles de yt-dlp. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the video or the comments are deleted.
1. Copy the address of the video: its identifier is what follows "v=".
2. Ask someone who has a Google API key, or create one: console.cloud.google.com > "APIs & Services" > \
enable "YouTube Data API v3" > "Credentials" > "Create API key". It is free.
3. In a browser, open https://www.googleapis.com/youtube/v3/commentThreads?\
part=snippet,replies&videoId=IDENTIFIER&maxResults=100&key=KEY
4. Save the page (Ctrl+S) as .json. If it holds "nextPageToken", add &pageToken=… and do it again, one file \
per page.
5. Drop all the files here. Keep the key to yourself: it is not in the files.
The file holds neither comments already deleted nor every reply of a long thread: Saisine says how many are \
missing. They are obtained by https://www.googleapis.com/youtube/v3/comments?\
part=snippet&parentId=THREAD&maxResults=100&key=KEY
Times are exact, unlike those of yt-dlp. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read_items,
    map=map_item,
    blocks=read_blocks,
    map_block=map_items,
    cannot_give=("lang", "share_count", "view_count", "author_created_at"),
    samples=(
        ("samples/youtube-data-api/comment_threads_by_video_paged_1.json", {"mapped": 5}),
        ("samples/youtube-data-api/comment_threads_by_channel.json", {"mapped": 2}),
        ("samples/youtube-data-api/comment_thread_single.json", {"mapped": 1}),
        ("samples/youtube-data-api/comments_by_parent_paged_1.json", {"mapped": 2}),
    ),
)
