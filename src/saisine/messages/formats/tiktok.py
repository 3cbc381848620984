"""TikTok: videos and comments saved by scrapers, and the answers of the site itself.

Three writings: the scrapers' video (`createTime`, `authorMeta`, `diggCount`), the scrapers' comment
(`comment_id`, `create_time`, `author`), and the site's own objects, which `tiktok_items` reads. Each comes
alone, in a list, in a page (`comments`, `collector`, `itemList`) or one per line. The author is an object, or
a bare handle.

Followed: tiktok-scraper 1.4 (drawrowfly) and the page of comments of RatiAvaliani/TikTok @ a46d9cc9.
"""

import re
from collections import Counter
from collections.abc import Iterator
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
    json_lines,
)
from saisine.messages.formats.json_values import absent, as_count, as_id, list_at, stated, word_at
from saisine.messages.formats.shapes import score_keys
from saisine.messages.formats.tiktok_items import (
    count_owed,
    is_app_item,
    is_comment,
    is_item,
    map_app_item,
    map_comment,
    map_item,
)

VIDEO: Final = ("createTime", "authorMeta", "text", "diggCount", "playCount", "commentCount")
COMMENT: Final = ("comment_id", "video_id", "create_time", "text", "author", "unique_id")
OWN_COMMENT: Final = ("cid", "aweme_id", "create_time", "text", "digg_count", "user")
APP_ITEM: Final = ("aweme_id", "desc", "create_time", "author", "statistics", "digg_count")
OWN_ITEM: Final = ("desc", "createTime", "author", "stats", "diggCount", "id")
# Exports that carry the same objects inside an envelope of their own, and the export of one's own account.
OTHERS: Final = (b'"source_platform"', b'"__import_meta"', b'"subcategory"', b'"CommentsList"', b'"log":')
# Apify writes a dataset of the same shape with these two more.
APIFY: Final = (b'"createTimeISO"', b'"webVideoUrl"', b'"submittedVideoUrl"')
PATHS: Final = ("comments", "collector", "itemList", "items", "aweme_list", "data.comments")
# A page that holds a list, alone, one per line or in an array of pages.
_PAGE: Final = re.compile(
    rb'^(?:\xef\xbb\xbf)?\s*(\[\s*)?\{(?:[^\[]|\[\s*\])*?"(?:comments|collector|itemList|items|aweme_list)"\s*:\s*\['
)
# A video or a comment that holds a list of that name too is no page.
_OF_AN_ITEM: Final = re.compile(rb'"(?:createTime|create_time|cid|comment_id|authorMeta|desc|text)"\s*:')
Found = Message | Skip


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a video or of a comment."""
    if any(key in head for key in OTHERS):
        return Sniff(score=0, reasons=[])
    found = score_keys(head, VIDEO, COMMENT, OWN_COMMENT, OWN_ITEM, APP_ITEM)
    if any(key in head for key in APIFY):
        return Sniff(score=min(found.score, 40), reasons=found.reasons)
    return found


def read(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Videos and comments, each with its bytes; then one note for the replies that are announced and absent."""
    head, owed, first = member.read(HEAD_BYTES), Counter[str](), ""
    for found in _reader(head)(member, ctx):
        yield found
        if isinstance(found, RawRecord) and count_owed(found.obj, owed):
            first = first or found.locator
    missing = sum(count for count in owed.values() if count > 0)
    if missing:
        yield Note("replies_missing", first, count=missing)


def _reader(head: bytes) -> Any:
    page = _PAGE.match(head)
    if page is not None and _OF_AN_ITEM.search(page.group()) is None:
        return json_array(*(f"*.{path}" for path in PATHS)) if page[1] else json_array(*PATHS)
    first, _, rest = head.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    if first[:1] == b"[":
        return json_array("")
    return json_lines if first.rstrip().endswith(b"}") and rest.lstrip()[:1] == b"{" else json_documents


def map_object(record: RawRecord, ctx: Context) -> Found | list[Found]:
    """A video, or a comment and the replies inside it."""
    raw = record.obj
    if not isinstance(raw, dict) or not raw:
        return Skip("empty_record" if not raw else "unsupported_variant")
    if "authorMeta" in raw:
        return _video(raw, record, ctx)
    if "comment_id" in raw:
        return _comment(raw, record, ctx)
    if is_comment(raw):
        found = map_comment(raw, record, ctx)
    elif is_item(raw):
        found = map_item(raw, record, ctx)
    elif is_app_item(raw):
        found = map_app_item(raw, record, ctx)
    else:
        return Skip("unsupported_variant" if {"text", "desc"} & raw.keys() else "not_a_message")
    return found[0] if len(found) == 1 else list(found)


def _video(raw: dict[str, Any], record: RawRecord, ctx: Context) -> Message:
    """A video as scrapers write it; counts may be rounded by the site (`4800000`), and stay as they were given."""
    meta = raw["authorMeta"]
    video_id, handle = as_id(raw["id"]), word_at(meta, "name")
    author = {
        "author_id": as_id(meta.get("id")),
        "author_handle": handle,
        "author_name": word_at(meta, "nickName"),
    }
    counts = {
        "like_count": as_count(raw.get("diggCount")),
        "share_count": as_count(raw.get("shareCount")),
        "reply_count": as_count(raw.get("commentCount")),
        "view_count": as_count(raw.get("playCount")),
    }
    link = word_at(raw, "webVideoUrl")
    return Message.of(
        record,
        ctx,
        platform="tiktok",
        kind="post",
        message_id=video_id,
        **author,
        text=raw["text"] or "",
        **stated(raw.get("createTime")),
        url=link or (f"https://www.tiktok.com/@{handle}/video/{video_id}" if handle else None),
        conversation_id=video_id,
        hashtags=_names(raw, "hashtags"),
        mentions=[one.removeprefix("@") for one in _names(raw, "mentions")],
        media_urls=[url for url in (word_at(raw, "videoUrl"),) if url],
        **counts,
        missing=("lang", *absent(**author | counts)),
    )


def _names(raw: dict[str, Any], key: str) -> list[str]:
    """Names in a list of words or of objects."""
    words = (one.get("name") if isinstance(one, dict) else one for one in list_at(raw, key))
    return [word for word in words if isinstance(word, str) and word]


def _comment(raw: dict[str, Any], record: RawRecord, ctx: Context) -> Message:
    found, comment_id = raw.get("author"), as_id(raw["comment_id"])
    parent = as_id(raw.get("reply_id"))
    parent = None if parent == "0" else parent
    user = found if isinstance(found, dict) else {}
    author = {
        "author_id": as_id(user.get("uid")),
        "author_handle": word_at(user, "unique_id") or (found if isinstance(found, str) and found else None),
        "author_name": word_at(user, "nickname"),
    }
    likes, replies = as_count(raw.get("like_count")), as_count(raw.get("reply_count"))
    return Message.of(
        record,
        ctx,
        platform="tiktok",
        kind="reply" if parent else "comment",
        message_id=comment_id,
        **author,
        text=raw["text"] or "",
        **stated(raw.get("create_time")),
        parent_id=parent,
        conversation_id=parent or comment_id,
        target_id=as_id(raw.get("video_id")),
        target_kind="post",
        like_count=likes,
        reply_count=replies,
        missing=(
            *("lang", "url", "share_count", "view_count"),
            *absent(**author, like_count=likes, reply_count=replies, parent_id=raw.get("reply_id")),
        ),
    )


TIKTOK: Final = Format(
    id="tiktok",
    version=2,
    platforms=("tiktok",),
    label_fr="TikTok : vidéos et commentaires enregistrés par un outil de collecte (JSON)",
    label_en="TikTok: videos and comments saved by a collecting tool (JSON)",
    how_to_get_fr="""\
À faire avant que la vidéo ou les commentaires ne soient supprimés.
1. Le plus simple est l’extension Zeeschuimer : ouvrez la vidéo, faites défiler tous les commentaires jusqu’à la \
fin, dépliez les réponses, puis exportez le .ndjson.
2. Si une personne a déjà fait une collecte avec un autre outil (tiktok-scraper, réponses de l’API du site), \
demandez-lui le fichier .json d’origine, sans passer par un tableur.
3. Déposez le fichier tel quel.
Le fichier ne contient que les commentaires qui étaient affichés : les réponses non dépliées manquent, et Saisine \
dit combien quand TikTok l’annonce. Les heures sont exactes. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the video or the comments are deleted.
1. The easiest is the Zeeschuimer extension: open the video, scroll through all comments to the end, unfold the \
replies, then export the .ndjson.
2. If someone has already collected with another tool (tiktok-scraper, answers of the site's API), ask for the \
original .json file, never passed through a spreadsheet.
3. Drop the file as it is.
The file holds only the comments that were shown: folded replies are missing, and Saisine says how many when \
TikTok announces them. Times are exact. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read,
    map=map_object,
    cannot_give=("author_created_at",),
    samples=(
        ("samples/tiktok-scraper/comments.json", {"mapped": 23}),
        ("samples/tiktok-scraper/video.json", {"mapped": 1}),
    ),
)
