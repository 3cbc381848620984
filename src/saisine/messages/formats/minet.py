"""minet: tables written by its commands (YouTube, TikTok, Facebook, Instagram, Twitter, Telegram, Bluesky).

Each command adds columns of its own behind those of the input table. Lists are joined by `|`, booleans are `true`
and `false`, unknown values are empty (casanova's writer). Comments of YouTube have a profile
(`profiles/minet-youtube-comments.yaml`).

Column names as in the public sources of minet (youtube, tiktok, instagram, facebook, telegram types;
facebook/constants.py) and of twitwi (tweets, Bluesky posts), 2024-2026. The table of `youtube search` is left out: in
the source that was read it writes the title of the channel under `title`.
"""

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
from saisine.messages.formats.table_values import parse_time
from saisine.texts import utc_from_iso, utc_from_s

BAR: Final = "|"


def _iso(row: Row, name: str) -> Fields:
    """The time columns from an ISO date with its zone."""
    said = row.get(name)
    if said is None:
        return {}
    return {
        "created_at": utc_from_iso(said),
        "created_at_raw": said,
        "created_at_precision": "s",
        "created_at_source": "field",
    }


def _shares(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _youtube_video(row: Row, ctx: Context) -> Fields:
    video = row.id("video_id")
    text = "\n\n".join(part for part in (row.get("title"), row.get("description")) if part)
    return {
        "platform": "youtube",
        "kind": "post",
        "message_id": video,
        "author_id": row.id("channel_id"),
        "author_name": row.get("channel_title"),
        "text": text,
        "text_repairs": ("fragments_joined",) if row.get("title") and row.get("description") else (),
        **_iso(row, "published_at"),
        "url": f"https://www.youtube.com/watch?v={video}" if video else None,
        "conversation_id": video,
        "lang": row.get("default_language"),
        "like_count": row.count("like_count"),
        "reply_count": row.count("comment_count"),
        "view_count": row.count("view_count"),
    }


def _tiktok_video(row: Row, ctx: Context) -> Fields | Skip:
    if row.flag("is_ad"):
        return Skip("advertisement")
    video, handle, duet = row.id("id"), row.get("author_unique_id"), row.id("duet_from_video_id")
    text, stickers = row.get("description") or "", row.words("stickers_texts", BAR)
    return {
        "platform": "tiktok",
        "kind": "quote" if duet else "post",
        "message_id": video,
        "author_id": row.id("author_id"),
        "author_handle": handle,
        "author_name": row.get("author_nickname"),
        # words laid on the picture are read like the text under it
        "text": "\n".join(part for part in (text, *stickers) if part),
        "text_raw": text if stickers else None,
        "text_repairs": ("fragments_joined",) if stickers else (),
        **row.seconds("timestamp"),
        "url": f"https://www.tiktok.com/@{handle}/video/{video}" if handle and video else None,
        "conversation_id": video,
        "like_count": row.count("digg_count"),
        "share_count": row.count("share_count"),
        "reply_count": row.count("comment_count"),
        "view_count": row.count("play_count"),
        "hashtags": row.words("challenges_titles", BAR),
        "media_urls": row.words("video_cover", BAR),
        "quote_of_id": duet,
    }


def _instagram_comment(row: Row, ctx: Context) -> Fields:
    """The post is not in the table: it stands in a column of the input, which bears any name."""
    comment, parent = row.id("id"), row.id("parent_id")
    return {
        "platform": "instagram",
        "kind": "reply" if parent else "comment",
        "message_id": comment,
        "author_id": row.id("user_id"),
        "author_handle": row.get("username"),
        "author_name": row.get("user_full_name"),
        "text": row.get("text"),
        **row.seconds("created_at_utc"),
        "parent_id": parent,
        "conversation_id": parent or comment,
        "like_count": row.count("comment_like_count"),
        "reply_count": None if parent else row.count("child_comment_count"),
        "mentions": row.words("mentioned_names", BAR),
        "hashtags": row.words("hashtags", BAR),
    }


def _instagram_post(row: Row, ctx: Context) -> Fields:
    """Posts of a user; where the author hides the counts, Instagram gives a few likes that are no measure."""
    post, hidden = row.id("id"), row.flag("like_and_view_counts_disabled")
    number = (post or "").partition("_")[0] or None
    return {
        "platform": "instagram",
        "kind": "post",
        "message_id": number,
        "author_id": row.id("owner_id"),
        "author_handle": row.get("username"),
        "author_name": row.get("full_name"),
        "text": row.get("caption"),
        **row.seconds("taken_at_timestamp"),
        "url": row.get("url"),
        "conversation_id": number,
        "like_count": None if hidden else row.count("like_count", "liked_by_count"),
        "reply_count": row.count("comment_count"),
        "view_count": None if hidden else row.count("video_view_count"),
        "mentions": row.words("mentioned_names", BAR),
        "hashtags": row.words("hashtags", BAR),
        "media_urls": row.words("medias_url", BAR) or row.words("display_url", BAR),
    }


def _facebook_graph_comment(row: Row, ctx: Context) -> Fields:
    """`experimental-comments`: `id` is what `parent_id` refers to; `fbid` is the bare number."""
    comment, parent = row.id("id"), row.id("parent_id")
    link = row.get("author_url") or ""
    handle = link.partition("facebook.com/")[2].strip("/")
    return {
        "platform": "facebook",
        "kind": "reply" if parent else "comment",
        "message_id": comment,
        "author_handle": handle if handle and "?" not in handle else None,
        "author_name": row.get("author_name"),
        "text": row.get("text"),
        **row.seconds("created_time"),
        "parent_id": parent,
        "conversation_id": parent or comment,
        "like_count": row.count("reactions"),
        "reply_count": row.count("replies"),
    }


def _facebook_comment(row: Row, ctx: Context) -> Fields:
    comment, parent = row.id("id"), row.id("in_reply_to")
    return _facebook_author(row) | {
        "kind": "reply" if parent else "comment",
        "message_id": comment,
        **_local(row, ctx),
        "parent_id": parent,
        "conversation_id": parent or comment,
        "target_id": row.id("post_id"),
        "target_kind": "post",
        "like_count": row.count("reactions"),
        "reply_count": None if parent else row.count("replies"),
    }


def _facebook_post(row: Row, ctx: Context) -> Fields:
    return _facebook_author(row) | {
        "kind": "post",
        **_local(row, ctx),
        "url": row.get("url"),
        "like_count": row.count("reactions"),
        "reply_count": row.count("comments"),
    }


def _facebook_author(row: Row) -> Fields:
    return {
        "platform": "facebook",
        "author_id": row.id("user_id"),
        "author_handle": row.get("user_handle"),
        "author_name": row.get("user_label"),
        "text": row.get("text"),
    }


def _local(row: Row, ctx: Context) -> Fields:
    """Facebook's page says "3 h" or a date of the reader's zone: `date` is what minet made of it, without zone."""
    said = row.get("date")
    found = parse_time(said, ("iso",), ctx.zone) if said else None
    if found is None:
        return {"created_at_raw": said or row.get("formatted_date")}
    return {
        "created_at": found.at,
        "created_at_raw": said,
        "created_at_precision": "hour" if found.precision == "s" else found.precision,
        "created_at_source": "relative",
        "notes": ("zone_assumed",) if found.is_zone_assumed else (),
    }


def _tweet(row: Row, ctx: Context) -> Fields:
    """A repost is written "RT @name: text"; its likes and replies are not its own."""
    repost, parent, quote = row.id("retweeted_id"), row.id("to_tweetid"), row.id("quoted_id")
    target, text = row.id("to_userid"), row.get("text") or ""
    prefix = f"RT @{row.get('retweeted_user') or ''}: "
    inner = text.removeprefix(prefix) if repost else text
    born, collected = row.get("user_timestamp_utc"), row.get("collection_time")
    found = parse_time(collected, ("iso",), ctx.zone) if collected else None
    return {
        "platform": "x",
        "kind": "repost" if repost else "reply" if parent or target else "quote" if quote else "post",
        "message_id": row.id("id"),
        "author_id": row.id("user_id"),
        "author_handle": row.get("user_screen_name"),
        "author_name": row.get("user_name"),
        "author_created_at": utc_from_s(born) if born else None,
        "text": inner,
        "text_raw": text if inner != text else None,
        **row.seconds("timestamp_utc"),
        "collected_at": found.at if found else None,
        "url": row.get("url"),
        "lang": row.get("lang"),
        "parent_id": parent,
        "target_id": target,
        "target_kind": "account" if target else None,
        "target_handle": row.get("to_username"),
        "like_count": None if repost else row.count("like_count"),
        "share_count": None if repost else row.count("retweet_count"),
        "reply_count": None if repost else row.count("reply_count"),
        "mentions": row.words("mentioned_names", BAR),
        "hashtags": row.words("hashtags", BAR),
        "urls": row.words("links", BAR),
        "media_urls": row.words("media_urls", BAR),
        "repost_of_id": repost,
        "quote_of_id": quote,
    }


def _telegram(row: Row, ctx: Context) -> Fields:
    """Views are written "1.2K" and then not exact: they are left out."""
    link = row.get("link_to_message") or ""
    path = link.partition("t.me/")[2].removeprefix("s/").strip("/")
    channel = path.partition("/")[0] or None
    return {
        "platform": "telegram",
        "kind": "post",
        "message_id": path or None,
        "author_handle": channel,
        "author_name": row.get("user"),
        "text": row.get("text"),
        **_iso(row, "datetime"),
        "url": link or None,
        "conversation_id": channel,
        "target_handle": channel,
        "target_kind": "channel",
        "view_count": row.count("views"),
        "hashtags": [tag.removeprefix("#") for tag in row.words("hashtags", BAR)],
        "urls": row.words("links", BAR),
        "media_urls": [*row.words("photos", BAR), *row.words("videos", BAR)],
    }


def _bluesky(row: Row, ctx: Context) -> Fields:
    """`text` is lengthened with links and quotes by the tool: `original_text` is what was written."""
    parent, quote, sharer = row.id("to_post_uri"), row.id("quoted_uri"), row.id("repost_by_user_did")
    born = row.get("user_timestamp_utc")
    uri = row.id("uri")
    return {
        "platform": "bluesky",
        "kind": "reply" if parent else "quote" if quote else "post",
        "message_id": uri,
        "author_id": row.id("user_did"),
        "author_handle": row.get("user_handle"),
        "author_name": row.get("user_display_name", "user_diplay_name", "user_name"),
        "author_created_at": utc_from_s(born) if born else None,
        "text": row.get("original_text", "text"),
        **row.seconds("timestamp_utc"),
        "url": row.get("url"),
        "lang": next(iter(row.words("user_langs", BAR)), None),
        "parent_id": parent,
        "conversation_id": row.id("to_root_post_uri") or uri,
        "target_id": row.id("to_user_did"),
        "target_kind": "account" if row.get("to_user_did") else None,
        "like_count": row.count("like_count"),
        "share_count": _shares(row.count("repost_count"), row.count("quote_count")),
        "reply_count": row.count("reply_count"),
        "mentions": row.words("mentioned_user_handles", BAR),
        "hashtags": row.words("hashtags", BAR),
        "urls": row.words("links", BAR),
        "media_urls": row.words("media_urls", BAR),
        "quote_of_id": quote,
        # the row is the post; who shared it into the feed is no message
        "unknown": ("repost_of_id",) if sharer else (),
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
    map=map_sheets(),
)
