"""minet: tables written by its commands (YouTube, TikTok, Facebook, Instagram, Twitter, Telegram, Bluesky).

Each command adds columns of its own behind those of the input table. Lists are joined by `|`, booleans are `true`
and `false`, unknown values are empty (casanova's writer). Comments of YouTube have a profile
(`profiles/minet-youtube-comments.yaml`).

Column names as in the public sources of minet (youtube, tiktok, instagram, facebook, telegram types;
facebook/constants.py) and of twitwi (tweets, Bluesky posts), 2024-2026. The table of `youtube search` is left out: in
the source that was read it writes the title of the channel under `title`.
"""

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
from saisine.messages.formats.table_columns import Cells, each_cell, iso_times, stated, sums, times, unless
from saisine.messages.idtime import UNKNOWN
from saisine.texts import utc_from_iso, utc_from_s

BAR: Final = "|"


def _iso(table: Table, name: str) -> Fields:
    """The time columns from ISO dates with their zone."""
    said = table.get(name)
    return stated(iso_times(said, utc_from_iso), said, Same("s"))


def _first(one: Cells, other: Cells) -> Cells:
    return [mine or its for mine, its in zip(one, other, strict=True)]


def _answers(parents: Cells) -> Column:
    return ["reply" if parent else "comment" for parent in parents]


def _youtube_video(table: Table) -> Fields:
    videos = table.id("video_id")
    parts = list(zip(table.get("title"), table.get("description"), strict=True))
    return {
        "platform": Same("youtube"),
        "kind": Same("post"),
        "message_id": videos,
        "author_id": table.id("channel_id"),
        "author_name": table.get("channel_title"),
        "text": ["\n\n".join(filter(None, pair)) for pair in parts],
        "text_repairs": [("fragments_joined",) if title and said else () for title, said in parts],
        **_iso(table, "published_at"),
        "url": [f"https://www.youtube.com/watch?v={video}" if video else None for video in videos],
        "conversation_id": videos,
        "lang": table.get("default_language"),
        "like_count": table.count_of("like_count"),
        "reply_count": table.count_of("comment_count"),
        "view_count": table.count_of("view_count"),
    }


def _tiktok_video(table: Table) -> Fields:
    table.leave_out("advertisement", table.flag("is_ad"))
    videos, handles, duets = table.id("id"), table.get("author_unique_id"), table.id("duet_from_video_id")
    texts = [text or "" for text in table.get("description")]
    stickers = table.words("stickers_texts", BAR)
    # words laid on the picture are read like the text under it
    laid = list(zip(texts, stickers, strict=True))
    return {
        "platform": Same("tiktok"),
        "kind": ["quote" if duet else "post" for duet in duets],
        "message_id": videos,
        "author_id": table.id("author_id"),
        "author_handle": handles,
        "author_name": table.get("author_nickname"),
        "text": ["\n".join(filter(None, (text, *some))) for text, some in laid],
        "text_raw": [text if some else None for text, some in laid],
        "text_repairs": [("fragments_joined",) if some else () for some in stickers],
        **table.seconds("timestamp"),
        "url": [
            f"https://www.tiktok.com/@{handle}/video/{video}" if handle and video else None
            for handle, video in zip(handles, videos, strict=True)
        ],
        "conversation_id": videos,
        "like_count": table.count_of("digg_count"),
        "share_count": table.count_of("share_count"),
        "reply_count": table.count_of("comment_count"),
        "view_count": table.count_of("play_count"),
        "hashtags": table.words("challenges_titles", BAR),
        "media_urls": table.words("video_cover", BAR),
        "quote_of_id": duets,
    }


def _instagram_comment(table: Table) -> Fields:
    """The post is not in the table: it stands in a column of the input, which bears any name."""
    comments, parents = table.id("id"), table.id("parent_id")
    return {
        "platform": Same("instagram"),
        "kind": _answers(parents),
        "message_id": comments,
        "author_id": table.id("user_id"),
        "author_handle": table.get("username"),
        "author_name": table.get("user_full_name"),
        "text": table.get("text"),
        **table.seconds("created_at_utc"),
        "parent_id": parents,
        "conversation_id": _first(parents, comments),
        "like_count": table.count_of("comment_like_count"),
        "reply_count": unless(parents, table.count_of("child_comment_count")),
        "mentions": table.words("mentioned_names", BAR),
        "hashtags": table.words("hashtags", BAR),
    }


def _instagram_post(table: Table) -> Fields:
    """Posts of a user; where the author hides the counts, Instagram gives a few likes that are no measure."""
    hidden = table.flag("like_and_view_counts_disabled")
    numbers = [(post or "").partition("_")[0] or None for post in table.id("id")]
    return {
        "platform": Same("instagram"),
        "kind": Same("post"),
        "message_id": numbers,
        "author_id": table.id("owner_id"),
        "author_handle": table.get("username"),
        "author_name": table.get("full_name"),
        "text": table.get("caption"),
        **table.seconds("taken_at_timestamp"),
        "url": table.get("url"),
        "conversation_id": numbers,
        "like_count": unless(hidden, table.count_of("like_count", "liked_by_count")),
        "reply_count": table.count_of("comment_count"),
        "view_count": unless(hidden, table.count_of("video_view_count")),
        "mentions": table.words("mentioned_names", BAR),
        "hashtags": table.words("hashtags", BAR),
        "media_urls": table.first_words(BAR, "medias_url", "display_url"),
    }


def _facebook_graph_comment(table: Table) -> Fields:
    """`experimental-comments`: `id` is what `parent_id` refers to; `fbid` is the bare number."""
    comments, parents = table.id("id"), table.id("parent_id")
    handles = [
        (link or "").partition("facebook.com/")[2].strip("/") or None for link in table.get("author_url")
    ]
    return {
        "platform": Same("facebook"),
        "kind": _answers(parents),
        "message_id": comments,
        "author_handle": [None if "?" in (handle or "") else handle for handle in handles],
        "author_name": table.get("author_name"),
        "text": table.get("text"),
        **table.seconds("created_time"),
        "parent_id": parents,
        "conversation_id": _first(parents, comments),
        "like_count": table.count_of("reactions"),
        "reply_count": table.count_of("replies"),
    }


def _facebook_comment(table: Table) -> Fields:
    comments, parents = table.id("id"), table.id("in_reply_to")
    return _facebook_author(table) | {
        "kind": _answers(parents),
        "message_id": comments,
        **_local(table),
        "parent_id": parents,
        "conversation_id": _first(parents, comments),
        "target_id": table.id("post_id"),
        "target_kind": Same("post"),
        "like_count": table.count_of("reactions"),
        "reply_count": unless(parents, table.count_of("replies")),
    }


def _facebook_post(table: Table) -> Fields:
    return _facebook_author(table) | {
        "kind": Same("post"),
        **_local(table),
        "url": table.get("url"),
        "like_count": table.count_of("reactions"),
        "reply_count": table.count_of("comments"),
    }


def _facebook_author(table: Table) -> Fields:
    return {
        "platform": Same("facebook"),
        "author_id": table.id("user_id"),
        "author_handle": table.get("user_handle"),
        "author_name": table.get("user_label"),
        "text": table.get("text"),
    }


def _local(table: Table) -> Fields:
    """Facebook's page says "3 h" or a date of the reader's zone: `date` is what minet made of it, without zone."""
    said = table.get("date")
    found = times(said, ("iso",), table.zone)
    if found.assumed is not None:
        table.note("zone_assumed", found.assumed)
    is_known = (found.at != UNKNOWN).tolist()
    precisions = as_list(found.precisions, table.count)
    return {
        "created_at": found.at,
        "created_at_raw": _first(said, table.get("formatted_date")),
        "created_at_precision": ["hour" if one == "s" else one for one in precisions],
        "created_at_source": ["relative" if one else None for one in is_known],
    }


def _tweet(table: Table) -> Fields:
    """A repost is written "RT @name: text"; its likes and replies are not its own."""
    reposts, parents, quotes = table.id("retweeted_id"), table.id("to_tweetid"), table.id("quoted_id")
    targets = table.id("to_userid")
    return {
        "platform": Same("x"),
        "kind": [
            "repost" if repost else "reply" if parent or target else "quote" if quote else "post"
            for repost, parent, target, quote in zip(reposts, parents, targets, quotes, strict=True)
        ],
        "message_id": table.id("id"),
        "author_id": table.id("user_id"),
        "author_handle": table.get("user_screen_name"),
        "author_name": table.get("user_name"),
        "author_created_at": each_cell(table.get("user_timestamp_utc"), utc_from_s),
        **_own_words(table, reposts),
        **table.seconds("timestamp_utc"),
        "collected_at": times(table.get("collection_time"), ("iso",), table.zone).at,
        "url": table.get("url"),
        "lang": table.get("lang"),
        "parent_id": parents,
        "target_id": targets,
        "target_kind": ["account" if target else None for target in targets],
        "target_handle": table.get("to_username"),
        "like_count": unless(reposts, table.count_of("like_count")),
        "share_count": unless(reposts, table.count_of("retweet_count")),
        "reply_count": unless(reposts, table.count_of("reply_count")),
        "mentions": table.words("mentioned_names", BAR),
        "hashtags": table.words("hashtags", BAR),
        "urls": table.words("links", BAR),
        "media_urls": table.words("media_urls", BAR),
        "repost_of_id": reposts,
        "quote_of_id": quotes,
    }


def _own_words(table: Table, reposts: Cells) -> Fields:
    """What was written, without the mark of a repost."""
    if not any(reposts):
        return {"text": table.get("text")}
    whole = [text or "" for text in table.get("text")]
    inner = [
        text.removeprefix(f"RT @{name or ''}: ") if repost else text
        for text, name, repost in zip(whole, table.get("retweeted_user"), reposts, strict=True)
    ]
    return {
        "text": inner,
        "text_raw": [text if own != text else None for text, own in zip(whole, inner, strict=True)],
    }


def _telegram(table: Table) -> Fields:
    """Views are written "1.2K" and then not exact: they are left out."""
    links = table.get("link_to_message")
    paths = [(link or "").partition("t.me/")[2].removeprefix("s/").strip("/") or None for link in links]
    channels = [(path or "").partition("/")[0] or None for path in paths]
    return {
        "platform": Same("telegram"),
        "kind": Same("post"),
        "message_id": paths,
        "author_handle": channels,
        "author_name": table.get("user"),
        "text": table.get("text"),
        **_iso(table, "datetime"),
        "url": links,
        "conversation_id": channels,
        "target_handle": channels,
        "target_kind": Same("channel"),
        "view_count": table.count_of("views"),
        "hashtags": [[tag.removeprefix("#") for tag in tags] for tags in table.words("hashtags", BAR)],
        "urls": table.words("links", BAR),
        "media_urls": table.all_words(BAR, "photos", "videos"),
    }


def _bluesky(table: Table) -> Fields:
    """`text` is lengthened with links and quotes by the tool: `original_text` is what was written."""
    uris, parents, quotes = table.id("uri"), table.id("to_post_uri"), table.id("quoted_uri")
    pairs = zip(parents, quotes, strict=True)
    return {
        "platform": Same("bluesky"),
        "kind": ["reply" if parent else "quote" if quote else "post" for parent, quote in pairs],
        "message_id": uris,
        "author_id": table.id("user_did"),
        "author_handle": table.get("user_handle"),
        "author_name": table.get("user_display_name", "user_diplay_name", "user_name"),
        "author_created_at": each_cell(table.get("user_timestamp_utc"), utc_from_s),
        "text": table.get("original_text", "text"),
        **table.seconds("timestamp_utc"),
        "url": table.get("url"),
        "lang": [next(iter(langs), None) for langs in table.words("user_langs", BAR)],
        "parent_id": parents,
        "conversation_id": _first(table.id("to_root_post_uri"), uris),
        "target_id": table.id("to_user_did"),
        "target_kind": ["account" if did else None for did in table.get("to_user_did")],
        "like_count": table.count_of("like_count"),
        "share_count": sums(table.count_of("repost_count"), table.count_of("quote_count")),
        "reply_count": table.count_of("reply_count"),
        "mentions": table.words("mentioned_user_handles", BAR),
        "hashtags": table.words("hashtags", BAR),
        "urls": table.words("links", BAR),
        "media_urls": table.words("media_urls", BAR),
        "quote_of_id": quotes,
        # the row is the post; who shared it into the feed is no message
        "unknown": [("repost_of_id",) if sharer else () for sharer in table.id("repost_by_user_did")],
    }


SHEETS: Final = (
    Sheet(
        "youtube videos", ("video_id", "title", "published_at", "channel_title", "view_count"), _youtube_video
    ),
    Sheet(
        "tiktok search-videos",
        ("id", "description", "timestamp", "author_unique_id", "digg_count"),
        _tiktok_video,
    ),
    Sheet(
        "instagram comments",
        ("id", "text", "comment_like_count", "created_at_utc", "username"),
        _instagram_comment,
    ),
    Sheet(
        "instagram user-posts",
        ("username", "shortcode", "caption", "like_count", "taken_at_timestamp"),
        _instagram_post,
    ),
    Sheet(
        "instagram hashtag",
        ("shortcode", "caption", "liked_by_count", "owner_id", "taken_at_timestamp"),
        _instagram_post,
    ),
    Sheet(
        "facebook experimental-comments",
        ("id", "fbid", "depth", "parent_id", "author_name", "created_time", "text"),
        _facebook_graph_comment,
    ),
    Sheet(
        "facebook comments",
        ("post_id", "id", "user_id", "user_label", "text", "formatted_date", "in_reply_to"),
        _facebook_comment,
    ),
    Sheet(
        "facebook posts",
        ("url", "user_id", "user_label", "text", "translated_text", "formatted_date", "reactions"),
        _facebook_post,
    ),
    Sheet(
        "twitter", ("id", "timestamp_utc", "user_screen_name", "text", "retweeted_id", "to_tweetid"), _tweet
    ),
    Sheet("telegram channel-messages", ("link_to_message", "user", "text", "views", "datetime"), _telegram),
    Sheet("bluesky", ("uri", "user_did", "user_handle", "text", "timestamp_utc", "to_post_uri"), _bluesky),
)

MINET: Final = Format(
    id="minet",
    version=1,
    platforms=("youtube", "tiktok", "instagram", "facebook", "x", "telegram", "bluesky"),
    label_fr="minet : messages de YouTube, TikTok, Instagram, Facebook, X, Telegram, Bluesky (CSV)",
    label_en="minet: messages of YouTube, TikTok, Instagram, Facebook, X, Telegram, Bluesky (CSV)",
    how_to_get_fr="""\
minet est un outil en ligne de commande du médialab de Sciences Po. Une personne à l’aise avec ces outils peut aider.
1. Installez minet (github.com/medialab/minet), puis suivez sa page sur la plateforme voulue.
2. Lancez la commande, par exemple : minet bluesky search-posts "nom de l’association" > messages.csv
3. Gardez le fichier tel que produit : l’ouvrir dans un tableur abîme les identifiants.
4. Déposez-le ici.
Selon la plateforme, la commande demande une clé ou un compte, et les pages changent souvent. Les commentaires \
Instagram ne s’obtiennent plus ainsi. État au 1er juin 2026.""",
    how_to_get_en="""\
minet is a command-line tool of the médialab of Sciences Po. Someone at ease with such tools can help.
1. Install minet (github.com/medialab/minet), then follow its page on the platform.
2. Run the command, for instance: minet bluesky search-posts "name of the association" > messages.csv
3. Keep the file as produced: opening it in a spreadsheet damages identifiers.
4. Drop it here.
Depending on the platform, the command asks for a key or an account, and pages change often. Instagram comments \
can no longer be obtained this way. As of 1 June 2026.""",
    sniff=sniff_sheets(SHEETS),
    records=read_sheets(SHEETS),
    map=by_itself(map_tables()),
    blocks=read_sheet_blocks(SHEETS),
    map_block=map_tables(),
)
