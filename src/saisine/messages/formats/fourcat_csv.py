"""4CAT: a data set downloaded as CSV, of whichever platform 4CAT collected or imported.

Every table has `id`, `thread_id`, `author`, `body`, `timestamp` and, since 2022, `unix_timestamp`; the other
columns tell the platform. `timestamp` has no zone and some sources wrote the server's: only `unix_timestamp` is
trusted. The last column, `missing_fields`, names those whose value is a filler: they are unknown here.

Followed: 4CAT @ 227bead1d (datasources/*/search_*.py, common/lib/item_mapping.py).
"""

import re
from typing import Final

from saisine.messages.formats.contract import Context, Format, Skip
from saisine.messages.formats.header_rows import (
    Fields,
    Row,
    Sheet,
    map_sheets,
    read_sheets,
    sniff_sheets,
)
from saisine.messages.formats.instagram_media import pk_of_shortcode
from saisine.messages.formats.table_values import platform_of
from saisine.texts import utc_from_iso, utc_from_s

BASE: Final = ("id", "thread_id", "author", "body", "timestamp")
_THREADS_CODE: Final = re.compile(r"[A-Za-z0-9_-]{10,11}")


def _base(row: Row, platform: str, kind: str, handle: str | None = None) -> Fields:
    """What every table says in the same way."""
    return {
        "platform": platform,
        "kind": kind,
        "message_id": row.id("id"),
        "author_handle": handle if handle is not None else row.get("author"),
        "text": row.get("body"),
        "conversation_id": row.id("thread_id"),
        **row.seconds("unix_timestamp"),
    }


def _shares(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _tiktok(row: Row, ctx: Context) -> Fields | Skip:
    if row.flag("is_ad"):
        return Skip("advertisement")
    text, stickers = row.get("body") or "", row.get("stickers")
    return _base(row, "tiktok", "quote" if row.flag("is_duet") else "post") | {
        # words laid on the picture are read like the text under it
        "text": "\n".join(part for part in (text, stickers) if part),
        "text_raw": text if stickers else None,
        "text_repairs": ("fragments_joined",) if stickers else (),
        "author_id": row.id("author_id"),
        "author_name": row.get("author_full"),
        "url": row.get("tiktok_url"),
        "like_count": row.count("likes"),
        "share_count": row.count("shares"),
        "reply_count": row.count("comments"),
        "view_count": row.count("plays"),
        "hashtags": row.words("hashtags", ","),
        "media_urls": row.words("video_url", ",") or row.words("thumbnail_url", ","),
    }


def _tiktok_comment(row: Row, ctx: Context) -> Fields:
    """`thread_id` is the comment answered, or the video for a comment of the first level."""
    is_reply, comment_id, thread = row.flag("is_comment_on_comment"), row.id("id"), row.id("thread_id")
    return _base(row, "tiktok", "reply" if is_reply else "comment") | {
        "author_name": row.get("author_full"),
        "url": (row.get("comment_url") or "").partition("?")[0] or None,
        "parent_id": thread if is_reply else None,
        "conversation_id": thread if is_reply else comment_id,
        "target_id": row.id("post_id"),
        "target_kind": "post",
        "lang": row.get("language_guess"),
        "like_count": row.count("likes"),
        "reply_count": None if is_reply else row.count("replies"),
    }


def _instagram(row: Row, ctx: Context) -> Fields:
    """`id` is the short code; the number it writes is the same that other exports give."""
    code = row.id("id") or ""
    number = pk_of_shortcode(code) or code or None
    parent = row.id("parent_id") if row.get("type") == "comment" else None
    return _base(row, "instagram", "comment" if row.get("type") == "comment" else "post") | {
        "message_id": number,
        "conversation_id": number,
        "author_name": row.get("author_fullname"),
        "url": row.get("url"),
        "parent_id": parent,
        "like_count": row.count("num_likes", "likes"),
        "reply_count": row.count("num_comments"),
        "hashtags": row.words("hashtags", ","),
        "mentions": row.words("mentioned", ",") or row.words("usertags", ","),
        "media_urls": row.words("media_url", ",") or row.words("image_url", ","),
    }


def _x(row: Row, ctx: Context) -> Fields:
    """A repost is written "RT @name: text"; the counts beside it are not its own but for the sharing."""
    is_repost, is_reply = row.flag("is_retweet"), row.flag("is_reply")
    kind = (
        "repost" if is_repost else "reply" if is_reply else "quote" if row.flag("is_quote_tweet") else "post"
    )
    text = row.get("body") or ""
    prefix = f"RT @{row.get('retweeted_user') or ''}"
    inner = text.removeprefix(prefix).removeprefix(":").lstrip() if is_repost else text
    shares = _shares(row.count("retweet_count"), row.count("quote_count"))
    return _base(row, "x", kind) | {
        "text": inner,
        "text_raw": text if inner != text else None,
        "author_id": row.id("author_id"),
        "author_name": row.get("author_fullname"),
        "url": row.get("link"),
        "lang": row.get("language_guess"),
        "target_handle": row.get("replied_user"),
        "target_kind": "account" if row.get("replied_user") else None,
        "like_count": None if is_repost else row.count("like_count"),
        "share_count": None if is_repost else shares,
        "reply_count": None if is_repost else row.count("reply_count"),
        "view_count": None if is_repost else row.count("impression_count"),
        "hashtags": row.words("hashtags", ","),
        "mentions": row.words("mentions", ","),
        "urls": row.words("urls", ","),
        "media_urls": [*row.words("images", ","), *row.words("videos", ",")],
        "deleted": "withheld" if row.flag("is_withheld") else "none",
    }


def _threads(row: Row, ctx: Context) -> Fields:
    code = row.id("id") or ""
    number = (pk_of_shortcode(code) if _THREADS_CODE.fullmatch(code) else None) or code or None
    return _base(row, "threads", "post") | {
        "message_id": number,
        "conversation_id": number,
        "url": row.get("url"),
        "like_count": row.count("likes"),
        "share_count": _shares(row.count("reposts"), row.count("quotes")),
        "reply_count": row.count("replies"),
        "hashtags": row.words("hashtags", ","),
        "urls": row.words("link_url", ","),
        "media_urls": [*row.words("image_url", ","), *row.words("video_url", ",")],
    }


def _linkedin(row: Row, ctx: Context) -> Fields | Skip:
    """Its `unix_timestamp` is computed from "18h": the time comes from the number instead."""
    if row.flag("is_promoted") and "timestamp_ago" not in row.hidden and row.get("timestamp_ago"):
        return Skip("advertisement")
    number = row.id("id")
    urn = f"urn:li:activity:{number}" if number else None
    fields = _base(row, "linkedin", "post")
    for name in ("created_at", "created_at_raw", "created_at_precision", "created_at_source"):
        fields.pop(name, None)
    collected = row.count("unix_timestamp_collected")
    return fields | {
        "message_id": urn,
        "conversation_id": urn,
        "created_at_raw": row.get("timestamp_ago"),
        "collected_at": utc_from_s(collected) if collected else None,
        "author_name": row.get("author_name"),
        "url": row.get("post_url"),
        "like_count": row.count("reactions"),
        "share_count": row.count("shares"),
        "reply_count": row.count("comments"),
        "hashtags": row.words("hashtags", ","),
        "mentions": row.words("author_mentions", ","),
        "urls": row.words("link_url", ","),
        "media_urls": row.words("image_urls", ","),
    }


def _facebook(row: Row, ctx: Context) -> Fields:
    return _base(row, "facebook", "post") | {
        "author_name": row.get("author_name"),
        "url": row.get("url"),
        "target_kind": "thread" if row.flag("is_in_group") else None,
        "target_handle": row.get("group_name"),
        "media_urls": [*row.words("image_url", ","), *row.words("video_url", ",")],
    }


def _bluesky(row: Row, ctx: Context) -> Fields:
    stated = row.get("created_at")
    kind = "reply" if row.get("replied_to_post") else "quote" if row.get("quoted_post") else "post"
    fields = _base(row, "bluesky", kind)
    if stated:
        fields |= {"created_at": utc_from_iso(stated), "created_at_raw": stated}
        fields |= {"created_at_precision": "ms", "created_at_source": "field"}
    return fields | {
        "author_id": row.id("author_id"),
        "author_name": row.get("author_display_name"),
        "url": row.get("link"),
        "lang": (row.get("languages") or "").partition(",")[0].replace("N/A", "") or None,
        "target_handle": row.get("replied_to_user"),
        "target_kind": "account" if row.get("replied_to_user") else None,
        "like_count": row.count("like_count"),
        "share_count": _shares(row.count("repost_count"), row.count("quote_count")),
        "reply_count": row.count("reply_count"),
        "hashtags": row.words("tags", ","),
        "mentions": row.words("mentions", ","),
        "urls": row.words("links", ","),
        "media_urls": row.words("images", ","),
    }


def _telegram(row: Row, ctx: Context) -> Fields:
    """Numbers are unique within a chat alone; newer tables write `<chat>-<number>`."""
    chat = row.get("chat", "thread_id")
    number, answered = (row.id("id") or "").rpartition("-")[2], row.id("reply_to")
    edited = row.count("unix_timestamp_edited")
    return _base(row, "telegram", "chat", row.get("author_username") or "") | {
        "author_handle": row.get("author_username"),
        "message_id": f"{chat}/{number}" if chat and number else None,
        "author_id": row.id("author"),
        "author_name": row.get("author_name"),
        "parent_id": f"{chat}/{answered.rpartition('-')[2]}" if chat and answered else None,
        "conversation_id": chat,
        "target_handle": chat,
        "target_kind": "thread",
        "url": f"https://t.me/{chat}/{number}" if chat and number and not chat.isdigit() else None,
        "edited_at": utc_from_s(edited) if edited else None,
        "view_count": row.count("views"),
        "urls": row.words("link_attached", ","),
    }


def _other(row: Row, ctx: Context) -> Fields:
    """A source that no row of the table below names: the common columns, and the platform of its address."""
    url = row.get("url", "link", "post_url")
    platform = platform_of(url or "")
    return (
        _base(row, platform, "post")
        | {"url": url}
        | ({} if platform != "other" else {"unknown": ("platform",)})
    )


SHEETS: Final = (
    Sheet("tiktok", (*BASE, "tiktok_url", "music_id", "plays"), _tiktok),
    Sheet("tiktok-comments", (*BASE, "post_id", "comment_url", "is_comment_on_comment"), _tiktok_comment),
    Sheet("instagram", (*BASE, "num_likes", "num_comments", "hashtags"), _instagram),
    Sheet("x", (*BASE, "retweet_count", "is_retweet", "is_quote_tweet", "link"), _x),
    Sheet("threads", (*BASE, "url", "reposts", "quotes", "replies"), _threads),
    Sheet("linkedin", (*BASE, "post_url", "timestamp_ago", "author_name"), _linkedin),
    Sheet(
        "facebook",
        ("id", "body", "timestamp", "author", "author_name", "is_in_group", "group_name"),
        _facebook,
    ),
    Sheet("bluesky", (*BASE, "repost_count", "replied_to_post", "author_display_name"), _bluesky),
    Sheet("telegram", (*BASE, "chat", "author_username", "author_is_bot"), _telegram),
    Sheet("other", (*BASE, "unix_timestamp"), _other),
)

FOURCAT_CSV: Final = Format(
    id="4cat-csv",
    version=1,
    platforms=(
        "tiktok",
        "instagram",
        "x",
        "threads",
        "linkedin",
        "facebook",
        "bluesky",
        "telegram",
        "other",
    ),
    label_fr="4CAT : jeu de données en CSV (toutes plateformes)",
    label_en="4CAT: data set in CSV (any platform)",
    how_to_get_fr="""\
1. Une équipe de recherche qui a 4CAT ouvre le jeu de données.
2. S’il vient de Zeeschuimer, préférez « NDJSON », qui garde tous les champs. Sinon, elle clique sur « Download » > \
« CSV ».
3. Gardez le fichier tel que reçu : l’ouvrir dans un tableur abîme les identifiants et les dates.
4. Déposez-le ici.
Il ne contient pas les réponses que 4CAT n’a pas collectées. État au 1er juin 2026 ; les écrans changent.""",
    how_to_get_en="""\
1. A research team that has 4CAT opens the data set.
2. If it comes from Zeeschuimer, prefer "NDJSON", which keeps every field. Otherwise it clicks "Download" > "CSV".
3. Keep the file as received: opening it in a spreadsheet damages identifiers and dates.
4. Drop it here.
It does not hold replies that 4CAT did not collect. As of 1 June 2026; screens change.""",
    sniff=sniff_sheets(SHEETS),
    records=read_sheets(SHEETS),
    map=map_sheets(hidden_in="missing_fields"),
)
