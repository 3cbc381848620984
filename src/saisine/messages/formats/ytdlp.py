"""yt-dlp: `<title> [<id>].info.json`, the page of a video and, with `--write-comments`, its comments.

Times of comments are not YouTube's: yt-dlp counts them back from “2 years ago” at the moment it runs
(yt-dlp #601, #12158), so their precision is the unit of that phrase and their source `relative`. It may give
fewer comments than the page announces (#16651): the difference is said. Also read: playlists (`-J`, `entries`)
and lines of `--dump-json`.

Source: yt-dlp, `YoutubeBaseInfoExtractor._extract_comment` and `YoutubeDL` (2024.01.18), docs/formats.md.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from saisine.messages.columns import Columns
from saisine.messages.formats.blocks import BlockReader, RecordBlock
from saisine.messages.formats.chat_columns import YtdlpComment, ytdlp_columns
from saisine.messages.formats.contract import (
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
)
from saisine.messages.formats.json_blocks import array_blocks
from saisine.messages.formats.json_records import documents_around, records_alone
from saisine.messages.formats.relative_times import parse_ago
from saisine.messages.formats.shapes import score_keys
from saisine.messages.formats.youtube_words import watch_url
from saisine.messages.formats.ytdlp_pages import Account, account, platform_of, post_id, words
from saisine.texts import utc_from_s

VIDEO: Final = ("id", "title", "extractor_key", "webpage_url", "webpage_url_basename", "upload_date")
COMMENTS: Final = ("author_is_uploader", "author_thumbnail", "parent", "text", "is_favorited", "author_id")
PLAYLIST: Final = ("entries", "extractor_key", "playlist_count", "webpage_url", "_type", "title")
_PATHS: Final = ("comments", "entries.*.comments")
_read_comments: Final = json_array(*_PATHS)
_comment_blocks: Final = array_blocks(YtdlpComment, *_PATHS)
# the comments are made from their own bytes, later
_read_pages: Final = documents_around("comments")
_HAVE_CHANNELS: Final = frozenset({"youtube", "twitch", "other"})
NO_PAGE: Final[dict[str, Any]] = {}
Found = RecordBlock | RawRecord | RecordError | Note
_DAY_S: Final = 86_400


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a video's page, of its comments or of a playlist."""
    return score_keys(head, VIDEO, COMMENTS, PLAYLIST)


def read_infos(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each page as one record, then each comment with its own bytes; then what is announced and absent."""
    yield from records_alone(_read(member, ctx, _read_comments))


def read_blocks(member: Member, ctx: Context) -> Iterator[Found]:
    """The same, comments by blocks."""
    yield from _read(member, ctx, _comment_blocks)


def _read(member: Member, ctx: Context, read_comments: BlockReader) -> Iterator[Found]:
    infos: list[tuple[int, int, dict[str, Any]]] = ctx.memory.setdefault("infos", [])
    announced, first = 0, ""
    for found in _read_pages(member, ctx):
        if isinstance(found, RawRecord) and isinstance(found.obj, dict):
            infos.append((found.offset, found.offset + found.length, _pages_of(found.obj)))
            announced += _announced(found.obj)
            first = first or found.locator
        yield found
    given = 0
    for one in read_comments(member, ctx):
        if isinstance(one, RawRecord | RecordBlock):
            given += 1 if isinstance(one, RawRecord) else len(one)
        elif isinstance(one, Note) or one.is_cut:
            continue  # the first reading said it
        yield one
    if infos and not given:
        yield Note("comments_absent", first)
    elif announced > given:
        yield Note("replies_missing", first, count=announced - given)


def _pages_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """id -> what a comment needs of its page; a playlist holds several. The comments themselves are let go."""
    entries = document.get("entries")
    pages = entries if isinstance(entries, list) else [document]
    return {
        str(page.get("id")): {name: value for name, value in page.items() if isinstance(value, str | int)}
        for page in pages
        if isinstance(page, dict)
    }


def _announced(info: Mapping[str, Any]) -> int:
    """How many comments a page that carries some says there are."""
    count = info.get("comment_count")
    return count if isinstance(count, int) and info.get("comments") else 0


def map_record(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip]:
    """A page as a post (or each page of a playlist), or a comment of one."""
    raw = record.obj
    if record.outer:
        return _comment(record, {**_page_at(record.offset, record.outer[-1], ctx), **record.outer[-1]}, ctx)
    if isinstance(raw.get("entries"), list):
        pages = raw["entries"]
        return [
            _post(page, f"/entries/{n}", record, ctx)
            for n, page in enumerate(pages)
            if isinstance(page, dict)
        ]
    return (
        _post(raw, "", record, ctx)
        if "extractor_key" in raw or "webpage_url" in raw
        else Skip("not_a_message")
    )


def map_comments(block: RecordBlock, ctx: Context) -> Columns:
    """A block of comments, all of one page."""
    outer = block.outer[-1]
    pages = [_page_at(offset, outer, ctx) for offset in (block.offsets[0], block.offsets[-1])]
    if pages[0] is not pages[1]:
        raise ValueError("several pages")
    info = {**pages[0], **outer}
    platform, collected_at = platform_of(info), _collected_at(info)
    is_youtube, since = platform == "youtube", collected_at or ctx.now
    return ytdlp_columns(
        block,
        ctx,
        platform=platform,
        video_id=post_id(info, platform),
        owner=_owner(info, platform),
        collected_at=collected_at,
        time_of=lambda raw: _comment_time(raw, since, is_youtube=is_youtube),
    )


def _page_at(offset: int, outer: Mapping[str, Any], ctx: Context) -> Mapping[str, Any]:
    """The page that the bytes of a comment lie in: its keys may stand after the comments."""
    infos: list[tuple[int, int, dict[str, Any]]] = ctx.memory.get("infos", [])
    rank = bisect_right(infos, offset, key=lambda one: one[0]) - 1
    if rank < 0 or offset >= infos[rank][1]:
        return NO_PAGE
    pages = infos[rank][2]
    alone = next(iter(pages.values())) if len(pages) == 1 else NO_PAGE
    found: Mapping[str, Any] = pages.get(str(outer.get("id")), alone)
    return found


def _post(info: Mapping[str, Any], place: str, record: RawRecord, ctx: Context) -> Message | Skip:
    platform = platform_of(info)
    message_id = post_id(info, platform)
    if message_id is None:
        return Skip("unsupported_variant")
    who, (text, is_joined) = account(info, platform), words(info, platform)
    channel = info.get("channel_id") if platform in _HAVE_CHANNELS else None
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform=platform,
        kind="post",
        message_id=message_id,
        author_id=who.id,
        author_handle=who.handle,
        author_name=who.name,
        text=text,
        text_repairs=("fragments_joined",) if is_joined else (),
        lang=info.get("language"),
        url=info.get("webpage_url"),
        conversation_id=message_id,
        target_id=channel,
        target_kind="channel" if channel else None,
        visibility=info.get("availability"),
        like_count=_count(info.get("like_count")),
        reply_count=_count(info.get("comment_count")),
        view_count=_count(info.get("view_count")),
        share_count=_count(info.get("repost_count")),
        collected_at=_collected_at(info),
        missing=_missing_of_post(info, who),
        **_post_time(info),
    )


def _post_time(info: Mapping[str, Any]) -> dict[str, Any]:
    """The exact time when the site gave one, else the day of upload."""
    stamp, day = info.get("timestamp"), info.get("upload_date")
    if isinstance(stamp, int | float):
        found = {"created_at": utc_from_s(stamp), "created_at_raw": str(stamp), "created_at_precision": "s"}
    elif isinstance(day, str) and len(day) == 8:
        at = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
        found = {"created_at": at, "created_at_raw": day, "created_at_precision": "day"}
    else:
        return {}
    return found | {"created_at_source": "field"}


def _missing_of_post(info: Mapping[str, Any], who: Account) -> tuple[str, ...]:
    columns = {
        "author_name": who.name,
        "created_at": info.get("timestamp") or info.get("upload_date"),
        "like_count": info.get("like_count"),
        "reply_count": info.get("comment_count"),
        "view_count": info.get("view_count"),
        "share_count": info.get("repost_count"),
        "lang": info.get("language"),
    }
    return (*(name for name, value in columns.items() if value is None), "parent_id")


def _collected_at(info: Mapping[str, Any]) -> datetime | None:
    epoch = info.get("epoch")
    return utc_from_s(epoch) if isinstance(epoch, int) else None


def _comment(record: RawRecord, info: Mapping[str, Any], ctx: Context) -> Message:
    """One comment; a reply's identifier is `<parent>.<suffix>`, its parent is named too."""
    raw = record.obj
    comment_id, parent = str(raw["id"]), raw.get("parent")
    parent_id = None if parent in (None, "root") else str(parent)
    platform = platform_of(info)
    video_id = post_id(info, platform)
    author_id, author = raw.get("author_id"), raw.get("author")
    is_youtube = platform == "youtube"
    collected_at = _collected_at(info)
    return Message.of(
        record,
        ctx,
        platform=platform,
        kind="reply" if parent_id else "comment",
        message_id=comment_id,
        author_id=None if author_id is None else str(author_id),
        author_handle=author if platform == "instagram" else _handle(author),
        author_name=author,
        text=raw.get("text") or "",
        edited_at=None,
        url=watch_url(video_id, comment_id) if is_youtube else raw.get("url"),
        parent_id=parent_id,
        conversation_id=parent_id or comment_id,
        target_id=video_id,
        target_kind="post",
        target_handle=_owner(info, platform),
        like_count=_count(raw.get("like_count")),
        collected_at=collected_at,
        missing=_missing_of_comment(raw),
        **_comment_time(raw, collected_at or ctx.now, is_youtube=is_youtube),
    )


def _owner(info: Mapping[str, Any], platform: str) -> str | None:
    """Under whose post a comment stands: the handle where the platform has any but YouTube's, which pages omit."""
    who = account(info, platform)
    return who.name if platform == "youtube" else who.handle or who.name


def _comment_time(raw: Mapping[str, Any], collected_at: datetime, *, is_youtube: bool) -> dict[str, Any]:
    """yt-dlp's estimate with the precision of the words it was made from; other sites give exact seconds."""
    stamp, words = raw.get("timestamp"), raw.get("_time_text")
    if not isinstance(stamp, int | float):
        return {"created_at_raw": words}
    precision = "s"
    if is_youtube or words:
        said = parse_ago(words, collected_at) if words else None
        precision = said.precision if said else "day"
        if precision in ("s", "min", "hour") and stamp % _DAY_S == 0:
            precision = "day"
    return {
        "created_at": utc_from_s(stamp),
        "created_at_raw": words or str(stamp),
        "created_at_precision": precision,
        "created_at_source": "relative" if is_youtube or words else "field",
    }


def _missing_of_comment(raw: Mapping[str, Any]) -> tuple[str, ...]:
    absent = [name for name in ("author_id", "like_count") if raw.get(name) is None]
    if raw.get("author") is None:
        absent.append("author_name")
    if not isinstance(raw.get("timestamp"), int | float):
        absent.append("created_at")
    if "(edited)" in str(raw.get("_time_text")) or "(modifi" in str(raw.get("_time_text")):
        absent.append("edited_at")  # edited, and nobody says when
    return (*absent, "reply_count", "view_count", "share_count", "lang")


def _handle(name: Any) -> str | None:
    return name if isinstance(name, str) and name.startswith("@") else None


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


YTDLP: Final = Format(
    id="ytdlp",
    version=2,
    platforms=("youtube", "facebook", "instagram", "tiktok", "twitch", "x", "other"),
    label_fr="yt-dlp : page d’une vidéo et commentaires (.info.json)",
    label_en="yt-dlp: page of a video and its comments (.info.json)",
    how_to_get_fr="""\
À faire avant que la vidéo ou les commentaires ne soient supprimés.
1. Installez yt-dlp (logiciel libre : github.com/yt-dlp/yt-dlp), ou demandez à une personne qui l’utilise.
2. Dans un terminal : yt-dlp --skip-download --write-info-json --write-comments ADRESSE_DE_LA_VIDÉO
3. Attendez : quelques minutes pour mille commentaires. Gardez le fichier .info.json tel quel.
Les dates des commentaires sont estimées au jour, au mois ou à l’année près : pour une plainte, préférez \
l’API de YouTube, qui donne l’heure exacte. Le fichier peut contenir moins de commentaires que la page n’en \
annonce ; Saisine dit combien. État au 1er juin 2025 ; les commandes changent.""",
    how_to_get_en="""\
To be done before the video or the comments are deleted.
1. Install yt-dlp (free software: github.com/yt-dlp/yt-dlp), or ask someone who uses it.
2. In a terminal: yt-dlp --skip-download --write-info-json --write-comments ADDRESS_OF_THE_VIDEO
3. Wait: a few minutes for a thousand comments. Keep the .info.json file as it is.
Dates of comments are estimated to the day, month or year: for a complaint, prefer YouTube's API, which gives \
the exact time. The file may hold fewer comments than the page announces; Saisine says how many. \
As of 1 June 2025; commands change.""",
    sniff=sniff,
    records=read_infos,
    map=map_record,
    blocks=read_blocks,
    map_block=map_comments,
    cannot_give=("author_created_at",),
    samples=(("samples/ytdlp-infojson/example.info.json", {"mapped": 1}),),
)
