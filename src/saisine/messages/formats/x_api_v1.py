"""X (Twitter) API version 1.1: statuses, searches, streams, as documents, lists or lines.

`full_text` (extended mode) or `extended_tweet` (streams) holds the whole text, `text` may be cut. A repost
quotes its post cut as well: the text kept is the inner post's. Posts carried inside another (reposted,
quoted) become rows of role `context`. Texts are HTML-escaped; times are `Mon Mar 07 15:13:47 +0000 2016`.

Source: X standard API v1.1, "Tweet object" and "Tweet updates" (xdevplatform/tweet-updates @ d6a6d3f4).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
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
from saisine.messages.formats.shapes import score_keys
from saisine.texts import unescape_html

EXTENDED: Final = ("id_str", "full_text", "created_at", "user", "screen_name", "retweet_count")
CLASSIC: Final = ("id_str", "text", "created_at", "user", "screen_name", "retweet_count")
# Keys of the site's own answers and of version 2, which carry some of the same names inside.
OTHERS: Final = (b'"rest_id"', b'"public_metrics"', b'"__typename"', b'"timestamp_collected"')
NOTICES: Final = frozenset({"delete", "limit", "scrub_geo", "status_withheld", "user_withheld", "disconnect"})
MONTHS: Final = {
    name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
_PAGE: Final = re.compile(rb'(?<!\\)"statuses"\s*:\s*\[')
Raw = Mapping[str, Any]


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the keys of a post with its author inside; never by the name."""
    if any(key in head for key in OTHERS):
        return Sniff(score=0, reasons=[])
    return score_keys(head, EXTENDED, CLASSIC)


def read_posts(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The posts of a search page or of a list, of any size; else one document after the other."""
    head = member.read(HEAD_BYTES)
    is_listed = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[" or _PAGE.search(head) is not None
    yield from (json_array("statuses", "") if is_listed else json_documents)(member, ctx)


# ------------------------------------------------------------------ mapping


def map_post(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip]:
    """A post, and the posts it carries as context rows; a notice of the stream is no message."""
    raw = record.obj
    if "id_str" not in raw and "id" not in raw:
        return Skip("not_a_message" if NOTICES & raw.keys() else "unsupported_variant")
    found: list[Message | Skip] = [_message(raw, "", record, ctx)]
    for place, inner in _carried(raw, ""):
        found.append(_message(inner, place, record, ctx))
    return found[0] if len(found) == 1 else found


def _carried(raw: Raw, place: str) -> Iterator[tuple[str, Raw]]:
    """The posts inside a post: the one it reposts, the one it quotes, and what those quote."""
    for key in ("retweeted_status", "quoted_status"):
        inner = raw.get(key)
        if isinstance(inner, dict):
            yield f"{place}/{key}", inner
            yield from _carried(inner, f"{place}/{key}")


def _message(raw: Raw, place: str, record: RawRecord, ctx: Context) -> Message:
    user = raw.get("user") or {}
    message_id, author_id = id_of(raw, "id"), id_of(user, "id")
    handle = user.get("screen_name")
    repost = raw.get("retweeted_status")
    whole = (repost or raw).get("extended_tweet") or repost or raw
    stated = raw.get("created_at")
    parent, quote = id_of(raw, "in_reply_to_status_id"), id_of(raw, "quoted_status_id")
    counts = {} if repost else counts_of(raw)
    return Message.of(
        record,
        ctx,
        sub_locator=place,
        platform="x",
        kind=_kind(raw, parent),
        role="context" if place else "primary",
        message_id=message_id,
        author_id=author_id,
        author_handle=handle,
        author_name=user.get("name"),
        author_created_at=parse_date(user["created_at"]) if user.get("created_at") else None,
        lang=None if raw.get("lang") == "und" else raw.get("lang"),
        created_at=parse_date(stated) if stated else None,
        created_at_raw=stated,
        created_at_precision="s" if stated else "none",
        created_at_source="field" if stated else None,
        url=f"https://x.com/{handle or 'i/web'}/status/{message_id}",
        parent_id=parent,
        repost_of_id=id_of(repost, "id") if repost else None,
        quote_of_id=quote,
        visibility=_visibility(user),
        deleted="withheld" if raw.get("withheld_in_countries") else "none",
        missing=_missing(raw, user, counts),
        **target_of(raw),
        **text_of(raw),
        **entities_of(whole),
        **counts,
    )


def _kind(raw: Raw, parent: str | None) -> str:
    if raw.get("retweeted_status"):
        return "repost"
    if parent or id_of(raw, "in_reply_to_user_id"):
        return "reply"
    return "quote" if raw.get("is_quote_status") or raw.get("quoted_status") else "post"


def _visibility(user: Raw) -> str | None:
    """A protected account writes for those it accepted."""
    protected = user.get("protected")
    return None if protected is None else "private" if protected else "public"


def _missing(raw: Raw, user: Raw, counts: Raw) -> tuple[str, ...]:
    given = {
        "author_id": user.get("id_str") or user.get("id"),
        "author_handle": user.get("screen_name"),
        "author_name": user.get("name"),
        "created_at": raw.get("created_at"),
        "visibility": "protected" in user,
        **{name: counts.get(name) is not None for name in ("like_count", "share_count", "reply_count")},
    }
    return tuple(name for name, value in given.items() if not value)


# ------------------------------------------------------------------ pieces, shared with the archive


def parse_date(text: str) -> datetime:
    """The time of `Mon Mar 07 15:13:47 +0000 2016`. Raises ValueError or KeyError for anything else.

    Slices take a tenth of what `strptime` takes, which would be half of the mapping.
    """
    if len(text) != 30 or text[19:26] != " +0000 ":
        raise ValueError("not a date of X")
    return datetime(
        int(text[26:]),
        MONTHS[text[4:7]],
        int(text[8:10]),
        int(text[11:13]),
        int(text[14:16]),
        int(text[17:19]),
        tzinfo=UTC,
    )


def id_of(raw: Raw, name: str) -> str | None:
    """The identifier as a string: `id_str` first, since `id` is past what a spreadsheet can hold."""
    value = raw.get(f"{name}_str")
    if value is None:
        value = raw.get(name)
    return None if value is None else str(value)


def text_of(raw: Raw) -> dict[str, Any]:
    """The text columns: the whole text, unescaped, and what was written in the file when it differs."""
    inner = raw.get("retweeted_status") or raw
    whole = inner.get("extended_tweet") or inner
    stated = whole.get("full_text")
    is_cut = stated is None and bool(inner.get("truncated"))
    if stated is None:
        stated = whole.get("text") or ""
    plain, is_escaped = unescape_html(stated)
    original = raw.get("full_text") or raw.get("text") or ""
    repairs = [*(["html_unescaped"] if is_escaped else []), *(["shortened_upstream"] if is_cut else [])]
    return {"text": plain, "text_raw": original if original != plain else None, "text_repairs": repairs}


def target_of(raw: Raw) -> dict[str, Any]:
    """The account a reply is written to."""
    target, handle = id_of(raw, "in_reply_to_user_id"), raw.get("in_reply_to_screen_name")
    kind = "account" if target or handle else None
    return {"target_id": target, "target_kind": kind, "target_handle": handle or None}


def counts_of(raw: Raw) -> dict[str, int | None]:
    """Counts as numbers; the archive writes them as strings, and quotes exist in paid answers only."""
    likes, shares, quotes, replies = (
        None if (value := raw.get(name)) is None else int(value)
        for name in ("favorite_count", "retweet_count", "quote_count", "reply_count")
    )
    return {
        "like_count": likes,
        "share_count": None if shares is None else shares + (quotes or 0),
        "reply_count": replies,
    }


def entities_of(raw: Raw) -> dict[str, list[str]]:
    """Links, accounts, hashtags and pictures of a post."""
    entities = raw.get("entities") or {}
    media = (raw.get("extended_entities") or entities).get("media") or []
    return {
        "mentions": [one["screen_name"] for one in entities.get("user_mentions") or ()],
        "urls": [one.get("expanded_url") or one["url"] for one in entities.get("urls") or ()],
        "hashtags": [one["text"] for one in entities.get("hashtags") or ()],
        "media_urls": [
            url for one in media if (url := _film(one) or one.get("media_url_https") or one.get("media_url"))
        ],
    }


def _film(media: Raw) -> str | None:
    """The largest film of a video; its picture is only a preview."""
    variants = (media.get("video_info") or {}).get("variants") or []
    films = [one for one in variants if one.get("content_type") == "video/mp4" and one.get("url")]
    best: str | None = max(films, key=lambda one: int(one.get("bitrate") or 0))["url"] if films else None
    return best


X_API_V1: Final = Format(
    id="x-api-v1",
    version=1,
    platforms=("x",),
    label_fr="X (Twitter) : anciennes réponses de l’API, version 1.1",
    label_en="X (Twitter): older answers of the API, version 1.1",
    how_to_get_fr="""\
1. Ces fichiers viennent d’anciennes collectes : l’accès gratuit à l’API 1.1 s’est arrêté en 2023.
2. Demandez à l’équipe de recherche ou à l’association qui les a faites le fichier d’origine (.json, .jsonl \
ou .json.gz), sans passer par un tableur, qui abîme les identifiants.
3. Déposez le fichier tel quel.
Le fichier ne contient ni le nombre de vues, ni les messages supprimés avant la collecte. Sans ces fichiers : \
capturez la page, ou utilisez l’extension Zeeschuimer. État au 1er juin 2025.""",
    how_to_get_en="""\
1. These files come from older collections: free access to API 1.1 ended in 2023.
2. Ask the research team or association that made them for the original file (.json, .jsonl or .json.gz), \
never passed through a spreadsheet, which damages the identifiers.
3. Drop the file as it is.
The file holds neither view counts nor messages deleted before the collection. Without such files: capture \
the page, or use the Zeeschuimer extension. As of 1 June 2025.""",
    sniff=sniff,
    records=read_posts,
    map=map_post,
    cannot_give=("conversation_id", "view_count"),
    samples=(
        ("samples/x-api-v1/compatibility_classic_13995.json", {"mapped": 2, "context": 0}),
        ("samples/x-api-v1/compatibilityplus_extended_13997.json", {"mapped": 1, "context": 1}),
        ("samples/x-api-v1/extended_classic_14002.json", {"mapped": 1}),
        ("samples/x-api-v1/extended_extended_14001.json", {"mapped": 1}),
    ),
)
