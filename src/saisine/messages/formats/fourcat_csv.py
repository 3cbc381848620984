"""4CAT: a data set downloaded as CSV, of whichever platform 4CAT collected or imported.

Every table has `id`, `thread_id`, `author`, `body`, `timestamp` and, since 2022, `unix_timestamp`; the other
columns tell the platform. `timestamp` has no zone and some sources wrote the server's: only `unix_timestamp` is
trusted. The last column, `missing_fields`, names those whose value is a filler: they are unknown here.

Column names as in the public source of 4CAT (datasources/*/search_*.py, common/lib/item_mapping.py), 2024-2026.
"""

import re
from typing import Final

from saisine.messages.columns import Column, Same, as_list
from saisine.messages.formats.blocks import by_itself
from saisine.messages.formats.contract import Format
from saisine.messages.formats.header_rows import (
    Fields,
    Sheet,
    Table,
    map_tables,
    read_sheet_blocks,
    read_sheets,
    sniff_sheets,
)
from saisine.messages.formats.instagram_media import pk_of_shortcode
from saisine.messages.formats.table_columns import Cells, iso_times, stated, sums, unless
from saisine.messages.formats.table_values import platform_of
from saisine.texts import utc_from_iso, utc_from_s

BASE: Final = ("id", "thread_id", "author", "body", "timestamp")
_THREADS_CODE: Final = re.compile(r"[A-Za-z0-9_-]{10,11}")


def _base(table: Table, platform: str, kind: Column, handles: Cells | None = None) -> Fields:
    """What every table says in the same way."""
    return {
        "platform": Same(platform),
        "kind": kind,
        "message_id": table.id("id"),
        "author_handle": handles if handles is not None else table.get("author"),
        "text": table.get("body"),
        "conversation_id": table.id("thread_id"),
        **table.seconds("unix_timestamp"),
    }


def _tiktok(table: Table) -> Fields:
    table.leave_out("advertisement", table.flag("is_ad"))
    texts, stickers = table.get("body"), table.get("stickers")
    kinds = ["quote" if is_duet else "post" for is_duet in table.flag("is_duet")]
    fields = _base(table, "tiktok", kinds) | {
        "author_id": table.id("author_id"),
        "author_name": table.get("author_full"),
        "url": table.get("tiktok_url"),
        "like_count": table.count_of("likes"),
        "share_count": table.count_of("shares"),
        "reply_count": table.count_of("comments"),
        "view_count": table.count_of("plays"),
        "hashtags": table.words("hashtags", ","),
        "media_urls": table.first_words(",", "video_url", "thumbnail_url"),
    }
    if any(stickers):  # words laid on the picture are read like the text under it
        pairs = list(zip(texts, stickers, strict=True))
        fields["text"] = ["\n".join(filter(None, pair)) for pair in pairs]
        fields["text_raw"] = [(text or "") if laid else None for text, laid in pairs]
        fields["text_repairs"] = [("fragments_joined",) if laid else () for laid in stickers]
    return fields


def _tiktok_comment(table: Table) -> Fields:
    """`thread_id` is the comment answered, or the video for a comment of the first level."""
    is_reply, ids, threads = table.flag("is_comment_on_comment"), table.id("id"), table.id("thread_id")
    kinds = ["reply" if one else "comment" for one in is_reply]
    return _base(table, "tiktok", kinds) | {
        "author_name": table.get("author_full"),
        "url": [(url or "").partition("?")[0] or None for url in table.get("comment_url")],
        "parent_id": [thread if one else None for one, thread in zip(is_reply, threads, strict=True)],
        "conversation_id": [
            thread if one else own for one, thread, own in zip(is_reply, threads, ids, strict=True)
        ],
        "target_id": table.id("post_id"),
        "target_kind": Same("post"),
        "lang": table.get("language_guess"),
        "like_count": table.count_of("likes"),
        "reply_count": unless(is_reply, table.count_of("replies")),
    }


def _instagram(table: Table) -> Fields:
    """`id` is the short code; the number it writes is the same that other exports give."""
    numbers = [pk_of_shortcode(code) or code if code else None for code in table.id("id")]
    is_comment = [kind == "comment" for kind in table.get("type")]
    kinds = ["comment" if one else "post" for one in is_comment]
    # a number that is no comment's is not looked at: were it rounded, nothing would be lost
    parents = table.id("parent_id") if any(is_comment) else [None] * table.count
    return _base(table, "instagram", kinds) | {
        "message_id": numbers,
        "conversation_id": numbers,
        "author_name": table.get("author_fullname"),
        "url": table.get("url"),
        "parent_id": [parent if one else None for one, parent in zip(is_comment, parents, strict=True)],
        "like_count": table.count_of("num_likes", "likes"),
        "reply_count": table.count_of("num_comments"),
        "hashtags": table.words("hashtags", ","),
        "mentions": table.first_words(",", "mentioned", "usertags"),
        "media_urls": table.first_words(",", "media_url", "image_url"),
    }


def _x(table: Table) -> Fields:
    """A repost is written "RT @name: text"; the counts beside it are not its own but for the sharing."""
    is_repost, is_reply, is_quote = (
        table.flag(name) for name in ("is_retweet", "is_reply", "is_quote_tweet")
    )
    kinds = [
        "repost" if shared else "reply" if answers else "quote" if quotes else "post"
        for shared, answers, quotes in zip(is_repost, is_reply, is_quote, strict=True)
    ]
    answered = table.get("replied_user")
    fields = _base(table, "x", kinds) | {
        "author_id": table.id("author_id"),
        "author_name": table.get("author_fullname"),
        "url": table.get("link"),
        "lang": table.get("language_guess"),
        "target_handle": answered,
        "target_kind": ["account" if one else None for one in answered],
        "like_count": unless(is_repost, table.count_of("like_count")),
        "share_count": unless(
            is_repost, sums(table.count_of("retweet_count"), table.count_of("quote_count"))
        ),
        "reply_count": unless(is_repost, table.count_of("reply_count")),
        "view_count": unless(is_repost, table.count_of("impression_count")),
        "hashtags": table.words("hashtags", ","),
        "mentions": table.words("mentions", ","),
        "urls": table.words("urls", ","),
        "media_urls": table.all_words(",", "images", "videos"),
        "deleted": ["withheld" if one else "none" for one in table.flag("is_withheld")],
    }
    if any(is_repost):
        whole = [text or "" for text in table.get("body")]
        names = table.get("retweeted_user")
        fields["text"] = inner = [
            text.removeprefix(f"RT @{name or ''}").removeprefix(":").lstrip() if shared else text
            for text, name, shared in zip(whole, names, is_repost, strict=True)
        ]
        fields["text_raw"] = [text if text != own else None for text, own in zip(whole, inner, strict=True)]
    return fields


def _threads(table: Table) -> Fields:
    numbers = [
        (pk_of_shortcode(code) if _THREADS_CODE.fullmatch(code) else None) or code if code else None
        for code in table.id("id")
    ]
    return _base(table, "threads", Same("post")) | {
        "message_id": numbers,
        "conversation_id": numbers,
        "url": table.get("url"),
        "like_count": table.count_of("likes"),
        "share_count": sums(table.count_of("reposts"), table.count_of("quotes")),
        "reply_count": table.count_of("replies"),
        "hashtags": table.words("hashtags", ","),
        "urls": table.words("link_url", ","),
        "media_urls": table.all_words(",", "image_url", "video_url"),
    }


def _linkedin(table: Table) -> Fields:
    """Its `unix_timestamp` is computed from "18h": the time comes from the number instead."""
    said = table.get("timestamp_ago")
    table.leave_out(
        "advertisement", [one and ago for one, ago in zip(table.flag("is_promoted"), said, strict=True)]
    )
    urns = [f"urn:li:activity:{number}" if number else None for number in table.id("id")]
    fields = _base(table, "linkedin", Same("post"))
    for name in ("created_at", "created_at_raw", "created_at_precision", "created_at_source"):
        fields.pop(name, None)
    collected = table.count_of("unix_timestamp_collected")
    return fields | {
        "message_id": urns,
        "conversation_id": urns,
        "created_at_raw": said,
        "collected_at": [utc_from_s(one) if one else None for one in collected],
        "author_name": table.get("author_name"),
        "url": table.get("post_url"),
        "like_count": table.count_of("reactions"),
        "share_count": table.count_of("shares"),
        "reply_count": table.count_of("comments"),
        "hashtags": table.words("hashtags", ","),
        "mentions": table.words("author_mentions", ","),
        "urls": table.words("link_url", ","),
        "media_urls": table.words("image_urls", ","),
    }


def _facebook(table: Table) -> Fields:
    return _base(table, "facebook", Same("post")) | {
        "author_name": table.get("author_name"),
        "url": table.get("url"),
        "target_kind": ["thread" if one else None for one in table.flag("is_in_group")],
        "target_handle": table.get("group_name"),
        "media_urls": table.all_words(",", "image_url", "video_url"),
    }


def _bluesky(table: Table) -> Fields:
    said, answered = table.get("created_at"), table.get("replied_to_user")
    kinds = [
        "reply" if parent else "quote" if quoted else "post"
        for parent, quoted in zip(table.get("replied_to_post"), table.get("quoted_post"), strict=True)
    ]
    fields = _base(table, "bluesky", kinds)
    if all(said):
        fields |= stated(iso_times(said, utc_from_iso), said, Same("ms"))
    elif any(said):
        fields |= _by_cell(fields, said, table.count)
    return fields | {
        "author_id": table.id("author_id"),
        "author_name": table.get("author_display_name"),
        "url": table.get("link"),
        "lang": [
            (codes or "").partition(",")[0].replace("N/A", "") or None for codes in table.get("languages")
        ],
        "target_handle": answered,
        "target_kind": ["account" if one else None for one in answered],
        "like_count": table.count_of("like_count"),
        "share_count": sums(table.count_of("repost_count"), table.count_of("quote_count")),
        "reply_count": table.count_of("reply_count"),
        "hashtags": table.words("tags", ","),
        "mentions": table.words("mentions", ","),
        "urls": table.words("links", ","),
        "media_urls": table.words("images", ","),
    }


def _by_cell(base: Fields, said: Cells, count: int) -> Fields:
    """The time columns of rows of which only some have a time of their own."""
    exact = stated(iso_times(said, utc_from_iso), said, Same("ms"))
    columns = {
        name: (as_list(exact[name], count), as_list(base.get(name, Same(None)), count)) for name in exact
    }
    return {
        name: [own if cell else other for cell, own, other in zip(said, mine, others, strict=True)]
        for name, (mine, others) in columns.items()
    }


def _telegram(table: Table) -> Fields:
    """Numbers are unique within a chat alone; newer tables write `<chat>-<number>`."""
    chats = table.get("chat", "thread_id")
    numbers = [(number or "").rpartition("-")[2] for number in table.id("id")]
    placed = list(zip(chats, numbers, strict=True))
    fields = _base(table, "telegram", Same("chat"), table.get("author_username"))
    return fields | {
        "message_id": [f"{chat}/{number}" if chat and number else None for chat, number in placed],
        "author_id": table.id("author"),
        "author_name": table.get("author_name"),
        "parent_id": [
            f"{chat}/{answered.rpartition('-')[2]}" if chat and answered else None
            for chat, answered in zip(chats, table.id("reply_to"), strict=True)
        ],
        "conversation_id": chats,
        "target_handle": chats,
        "target_kind": Same("thread"),
        "url": [
            f"https://t.me/{chat}/{number}" if chat and number and not chat.isdigit() else None
            for chat, number in placed
        ],
        "edited_at": [utc_from_s(one) if one else None for one in table.count_of("unix_timestamp_edited")],
        "view_count": table.count_of("views"),
        "urls": table.words("link_attached", ","),
    }


def _other(table: Table) -> Fields:
    """A source that no row of the table below names: the common columns, and the platform of its address."""
    urls = table.get("url", "link", "post_url")
    platforms = [platform_of(url or "") for url in urls]
    return _base(table, "other", Same("post")) | {
        "platform": platforms,
        "url": urls,
        "unknown": [("platform",) if platform == "other" else () for platform in platforms],
    }


SHEETS: Final = (
    Sheet("tiktok", (*BASE, "tiktok_url", "music_id", "plays"), columns=_tiktok),
    Sheet(
        "tiktok-comments", (*BASE, "post_id", "comment_url", "is_comment_on_comment"), columns=_tiktok_comment
    ),
    Sheet("instagram", (*BASE, "num_likes", "num_comments", "hashtags"), columns=_instagram),
    Sheet("x", (*BASE, "retweet_count", "is_retweet", "is_quote_tweet", "link"), columns=_x),
    Sheet("threads", (*BASE, "url", "reposts", "quotes", "replies"), columns=_threads),
    Sheet("linkedin", (*BASE, "post_url", "timestamp_ago", "author_name"), columns=_linkedin),
    Sheet(
        "facebook",
        ("id", "body", "timestamp", "author", "author_name", "is_in_group", "group_name"),
        columns=_facebook,
    ),
    Sheet("bluesky", (*BASE, "repost_count", "replied_to_post", "author_display_name"), columns=_bluesky),
    Sheet("telegram", (*BASE, "chat", "author_username", "author_is_bot"), columns=_telegram),
    Sheet("other", (*BASE, "unix_timestamp"), columns=_other),
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
    map=by_itself(map_tables("missing_fields")),
    blocks=read_sheet_blocks(SHEETS),
    map_block=map_tables("missing_fields"),
)
