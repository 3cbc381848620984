"""snscrape: one item per line (`snscrape --jsonl`), mostly posts of X (Twitter) collected before mid-2023.

`_type` names the Python class; files made before 2021 have none. Numbers of posts are JSON numbers over 2^53:
read exactly here, rounded for good by tools that take them for decimals (`--jsonl-for-buggy-int-parser` adds
`id.str`). Reposted and quoted posts inside become rows of role `context`; a `Tombstone` keeps its number.

Followed: snscrape @ 614d4c20 (modules/twitter.py, telegram.py, facebook.py, instagram.py, mastodon.py; base.py).
"""

from collections.abc import Callable
from typing import Any, Final

from saisine.messages.formats.contract import (
    Context,
    Format,
    Message,
    Note,
    RawRecord,
    Skip,
    Sniff,
    json_lines,
)
from saisine.messages.formats.instagram_media import pk_of_shortcode
from saisine.messages.formats.json_values import (
    TOP,
    Place,
    absent,
    as_count,
    as_id,
    dict_at,
    distinct,
    inside,
    list_at,
    word_at,
)
from saisine.messages.formats.outer_keys import score_outer
from saisine.messages.formats.x_graphql_tweets import tombstone
from saisine.texts import unescape_html, utc_from_iso

Rows = list[Message | Skip | Note]
PREFIX: Final = "snscrape.modules."


def _time(raw: dict[str, Any]) -> dict[str, Any]:
    """snscrape writes every date with its zone. Raises ValueError for one without."""
    said = word_at(raw, "date")
    if said is None:
        return {}
    return {
        "created_at": utc_from_iso(said),
        "created_at_raw": said,
        "created_at_precision": "s",
        "created_at_source": "field",
    }


def _number(raw: dict[str, Any], name: str) -> str | None:
    """A number as written; `id.str` stands beside it for tools that round."""
    return as_id(raw.get(f"{name}.str")) or as_id(raw.get(name))


# ------------------------------------------------------------------ X


def map_tweet(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Rows:
    """One post of X, then the posts it carries."""
    message_id = _number(raw, "id")
    rows: Rows = []
    if message_id is None and isinstance(raw.get("id"), float):
        rows.append(Note("rounded_ids", record.locator))
    rows.append(_tweet(raw, message_id, record, ctx, place))
    for name in ("retweetedTweet", "quotedTweet"):
        carried = raw.get(name)
        if isinstance(carried, dict):
            rows += _carried(carried, record, ctx, place.below(f"/{name}", "context"))
    return rows


def _carried(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place) -> Rows:
    """The rows of a carried post; a mere reference leaves none beyond its number in the post around it."""
    kind = _kind_of(raw)
    if kind.endswith("Tombstone"):
        return _map_tombstone(raw, record, ctx, place)
    return map_tweet(raw, record, ctx, place) if _content(raw) is not None else []


def _map_tombstone(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Rows:
    message_id = _number(raw, "id")
    return [tombstone(message_id, record, ctx, place) if message_id else Skip("empty_record")]


def _content(raw: dict[str, Any]) -> str | None:
    """What was written: named `content` before 2023."""
    found = raw["rawContent"] if "rawContent" in raw else raw.get("content")
    return found if isinstance(found, str) else None


def _tweet(
    raw: dict[str, Any], message_id: str | None, record: RawRecord, ctx: Context, place: Place
) -> Message:
    user = dict_at(raw, "user")
    reposted, quoted, answered = raw.get("retweetedTweet"), raw.get("quotedTweet"), raw.get("inReplyToUser")
    parent = _number(raw, "inReplyToTweetId")
    written = (_content(reposted) if isinstance(reposted, dict) else None) or _content(raw) or ""
    text, is_unescaped = unescape_html(written)
    author = {
        "author_id": _number(user, "id"),
        "author_handle": word_at(user, "username"),
        "author_name": word_at(user, "displayname"),
    }
    counts = dict.fromkeys(_COUNTS) if reposted else _counts(raw)
    outer = _content(raw)
    return Message.of(
        record,
        ctx,
        sub_locator=place.path,
        platform="x",
        kind="repost" if reposted else "reply" if parent or answered else "quote" if quoted else "post",
        role=place.role,
        message_id=message_id,
        **author,
        author_created_at=utc_from_iso(user["created"]) if word_at(user, "created") else None,
        text=text,
        text_raw=outer if outer != text else None,
        text_repairs=("html_unescaped",) if is_unescaped else (),
        lang=word_at(raw, "lang"),
        **_time(raw),
        url=word_at(raw, "url"),
        parent_id=parent,
        conversation_id=_number(raw, "conversationId"),
        target_id=_number(dict_at(raw, "inReplyToUser"), "id"),
        target_kind="account" if answered else None,
        target_handle=word_at(raw, "inReplyToUser", "username"),
        mentions=distinct(*(inside(one, "username") for one in list_at(raw, "mentionedUsers"))),
        urls=_links(raw),
        hashtags=distinct(*list_at(raw, "hashtags")),
        media_urls=distinct(*map(_media_url, list_at(raw, "media"))),
        repost_of_id=_number(reposted, "id") if isinstance(reposted, dict) else None,
        quote_of_id=_number(quoted, "id") if isinstance(quoted, dict) else None,
        **counts,
        missing=absent(message_id=message_id, **author | counts),
    )


_COUNTS: Final = ("like_count", "share_count", "reply_count", "view_count")


def _counts(raw: dict[str, Any]) -> dict[str, int | None]:
    """A repost has no counts of its own. Views came in January 2023: older files have none."""
    shares = [as_count(raw.get("retweetCount")), as_count(raw.get("quoteCount"))]
    known = [count for count in shares if count is not None]
    return {
        "like_count": as_count(raw.get("likeCount")),
        "share_count": sum(known) if known else None,
        "reply_count": as_count(raw.get("replyCount")),
        "view_count": as_count(raw.get("viewCount")),
    }


def _links(raw: dict[str, Any]) -> list[str]:
    """Full addresses: objects since 2023, plain texts before."""
    objects = (inside(one, "url") for one in list_at(raw, "links"))
    return distinct(*objects) or distinct(*list_at(raw, "outlinks"))


def _media_url(one: Any) -> str | None:
    files = [v for v in list_at(one, "variants") if as_count(inside(v, "bitrate")) is not None]
    if files:
        return word_at(max(files, key=lambda v: v["bitrate"]), "url")
    return word_at(one, "fullUrl") or word_at(one, "thumbnailUrl")


# ------------------------------------------------------------------ the other platforms


def _map_telegram(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Rows:
    """A post of a public channel: `https://t.me/s/<channel>/<number>` names both."""
    channel, _, number = raw["url"].partition("t.me/")[2].removeprefix("s/").partition("/")
    text = word_at(raw, "content")
    return [
        Message.of(
            record,
            ctx,
            sub_locator=place.path,
            platform="telegram",
            kind="post",
            message_id=f"{channel}/{number}",
            author_handle=channel or None,
            text=text or "",
            **_time(raw),
            url=raw["url"],
            conversation_id=channel or None,
            target_kind="channel",
            target_handle=channel or None,
            urls=distinct(*list_at(raw, "outlinks")),
            missing=(*absent(text=text), "author_id", "author_name", "target_id", *_COUNTS),
        )
    ]


def _map_page_post(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Rows:
    """A post of Facebook or Instagram: address (`cleanUrl`, or `url` alone), date and text; of Instagram, the
    account and the counts too where the version wrote them."""
    url, text = word_at(raw, "cleanUrl") or raw["url"], word_at(raw, "content")
    is_instagram = _kind_of(raw).startswith("instagram")
    platform = "instagram" if is_instagram else "facebook"
    found = pk_of_shortcode(url.rstrip("/").rpartition("/")[2]) if is_instagram else None
    times = _time(raw)
    message_id = found or ctx.derive_id(platform, url, times.get("created_at_raw", ""), "", text or "")
    picture, handle = word_at(raw, "displayUrl"), word_at(raw, "username")
    counts = {"like_count": as_count(raw.get("likes")), "reply_count": as_count(raw.get("comments"))}
    given = {"author_handle": handle, **counts}
    unknown = {name: given.get(name) for name in (*_AUTHOR, *_COUNTS)}
    return [
        Message.of(
            record,
            ctx,
            sub_locator=place.path,
            platform=platform,
            kind="post",
            message_id=message_id,
            author_handle=handle,
            text=text or "",
            **times,
            url=url,
            urls=distinct(*list_at(raw, "outlinks")),
            media_urls=distinct(picture),
            **counts,
            missing=absent(message_id=found, text=text, **unknown),
        )
    ]


_AUTHOR: Final = ("author_id", "author_handle", "author_name")


def _map_toot(raw: dict[str, Any], record: RawRecord, ctx: Context, place: Place = TOP) -> Rows:
    user, warning = dict_at(raw, "user"), word_at(raw, "spoilerText")
    text = word_at(raw, "text") or ""
    return [
        Message.of(
            record,
            ctx,
            sub_locator=place.path,
            platform="mastodon",
            kind="post",
            role=place.role,
            message_id=as_id(raw["id"]),
            author_handle=(word_at(user, "account") or "").lstrip("@") or None,
            author_name=word_at(user, "displayName"),
            # snscrape puts the warning in `text` and what it hides in `spoilerText`
            text="\n".join(part for part in (text, warning) if part),
            text_repairs=("fragments_joined",) if warning else (),
            **_time(raw),
            url=word_at(raw, "url"),
            mentions=distinct(*(inside(one, "account") for one in list_at(raw, "mentionedUsers"))),
            urls=distinct(*list_at(raw, "links")),
            hashtags=[tag.removeprefix("#") for tag in distinct(*list_at(raw, "hashtags"))],
            media_urls=distinct(*(inside(one, "url") for one in list_at(raw, "attachments"))),
            missing=("author_id", "parent_id", "conversation_id", *_COUNTS),
        )
    ]


# ------------------------------------------------------------------ lines

KINDS: Final[dict[str, Callable[[dict[str, Any], RawRecord, Context], Rows]]] = {
    "twitter.Tweet": map_tweet,
    "twitter.Tombstone": _map_tombstone,
    "telegram.TelegramPost": _map_telegram,
    "facebook.FacebookPost": _map_page_post,
    "instagram.InstagramPost": _map_page_post,
    "mastodon.Toot": _map_toot,
}
# Items that are no message: accounts, trends, channels, and references without text.
NO_MESSAGE: Final = ("User", "Trend", "Channel", "Group", "Guide", "UserRef")
REFERENCES: Final = ("TweetRef",)


def _kind_of(raw: dict[str, Any]) -> str:
    return (word_at(raw, "_type") or "").removeprefix(PREFIX)


def map_line(record: RawRecord, ctx: Context) -> Message | Skip | Rows:
    """One item. The oldest files name no class: a post of X is then known by its fields."""
    raw = record.obj
    kind = _kind_of(raw) or ("twitter.Tweet" if _content(raw) is not None and "user" in raw else "")
    mapper = KINDS.get(kind)
    if mapper is not None:
        rows = mapper(raw, record, ctx)
        return rows[0] if len(rows) == 1 and not isinstance(rows[0], Note) else rows
    name = kind.rpartition(".")[2]
    if name in REFERENCES:
        return Skip("empty_record")
    return Skip("not_a_message" if name in NO_MESSAGE else "unsupported_variant")


_NEW: Final = ("_type", "url", "date", "id", "user", "rawContent", "conversationId")
_OLD: Final = ("url", "date", "content", "renderedContent", "id", "user", "replyCount", "conversationId")
_TYPED: Final = b'"' + PREFIX.encode()


def sniff(head: bytes, name: str) -> Sniff:
    """Lines whose `_type` is a class of snscrape, or the fields of its oldest posts."""
    found = score_outer(head, _NEW, _OLD)
    if _TYPED in head and "_type" in found.reasons:
        return Sniff(96, [*found.reasons, PREFIX])
    if _TYPED in head[:400] and score_outer(head, ("_type",)).score:
        return Sniff(96, ["_type", PREFIX])
    return found if "renderedContent" in found.reasons else Sniff(0, [])


SNSCRAPE: Final = Format(
    id="snscrape",
    version=2,
    platforms=("x", "telegram", "facebook", "instagram", "mastodon"),
    label_fr="snscrape : anciennes collectes de X, Telegram, Facebook, Instagram, Mastodon (JSONL)",
    label_en="snscrape: older collections of X, Telegram, Facebook, Instagram, Mastodon (JSONL)",
    how_to_get_fr="""\
snscrape ne fonctionne plus pour X depuis 2023 : ce format sert aux fichiers déjà collectés.
1. Demandez le fichier .jsonl à la personne ou à l’équipe qui l’a collecté.
2. Demandez le fichier d’origine : ouvert puis enregistré par un tableur, il perd ses identifiants.
3. Déposez-le ici sans l’ouvrir.
Il contient ce qui était public le jour de la collecte. Pour une collecte d’aujourd’hui, utilisez Zeeschuimer. \
État au 1er juin 2026.""",
    how_to_get_en="""\
snscrape no longer works for X since 2023: this format is for files already collected.
1. Ask the person or the team who collected it for the .jsonl file.
2. Ask for the original: opened and saved by a spreadsheet, it loses its identifiers.
3. Drop it here without opening it.
It holds what was public on the day of collection. For a collection of today, use Zeeschuimer. As of 1 June \
2026.""",
    sniff=sniff,
    records=json_lines,
    map=map_line,
    cannot_give=("visibility",),
)
